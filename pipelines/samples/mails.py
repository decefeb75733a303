"""A day's mail threads: question, automatic receipt, answer in office hours of working days, maybe a second round."""

from dataclasses import dataclass

import numpy as np

from pipelines.samples import lines
from pipelines.samples.calls import number_of_base
from pipelines.samples.chance import Curve, Dice, Flags, Ints
from pipelines.samples.contacts import TOPICS, Contacts, Identity
from pipelines.samples.days import DAY_S, OFFICE_HOURS, Horizon
from pipelines.samples.logs import ID_PREFIX, MAILS
from pipelines.samples.people import AGENT_IDS, NAMES, NO_AGENT, QUEUES, Desk

ORDINARY, AGENT_STARTED, OUT_OF_OFFICE = range(3)
OPEN_S, CLOSE_S = OFFICE_HOURS[0] * 3600, OFFICE_HOURS[1] * 3600
SOON = Curve(((0, 300), (500_000, 3600), (1_000_000, 4 * 3600)))
# working days until the answer, of those not answered the same day: 1, 2, 3, or never
LATER_WEIGHTS = (940, 40, 12, 8)


@dataclass
class Mails:
    """A day's threads, and their messages in the order of time within each thread."""

    number: Ints
    queue: Ints
    asked: Ints  # first inbound message; 0 outside the population
    answered: Ints  # 0: never
    in_time: Flags
    ended: Ints
    agent: Ints
    resolved: Flags
    identity: Identity
    messages: dict[str, Ints]

    def handled(self) -> Contacts:
        """Return the answered threads as contacts."""
        mine = np.flatnonzero((self.asked > 0) & (self.answered > 0))
        return Contacts(
            3, self.number[mine], self.asked[mine], self.ended[mine], self.queue[mine], self.agent[mine],
            self.resolved[mine], self.identity.part(mine),
        )  # fmt: skip


def of_day(dice: Dice, day: int, arrived: Ints, identity: Identity, horizon: Horizon, desk: Desk) -> Mails:
    """Make a day's threads from the arrival of their first messages."""
    count = len(arrived)
    everyone = np.arange(count, dtype=np.int64)
    boxes = [place for place, queue in enumerate(QUEUES) if queue.channel == "email"]
    queue = np.array(boxes, dtype=np.int64)[dice.pick([QUEUES[place].share for place in boxes], count)]
    kind = dice.pick((960, 20, 20), count)
    agent = desk.answer(dice, queue, np.full(count, day * DAY_S + 10 * 3600, dtype=np.int64))

    answered = _answer(dice, horizon, arrived)
    never = dice.chance(40, count)
    ordinary = kind == ORDINARY
    answered[never | ~ordinary] = 0
    due = horizon.working_day_after(np.full(count, day, dtype=np.int64), 1) * DAY_S + CLOSE_S
    acknowledged = ordinary & dice.chance(8000, count)
    again = ordinary & (answered > 0) & dice.chance(1500, count)
    asked_again = np.where(again, answered + dice.between(1200, 20 * 3600, count), 0)
    answered_again = np.where(again, _answer(dice, horizon, np.maximum(asked_again, day * DAY_S)), 0)
    resolved = (answered > 0) & dice.chance(8250, count)
    twice = answered_again > 0  # the second question can stay open too
    ended = np.where(twice, answered_again, answered)

    number = (day - number_of_base()) * 10**6 + everyone + 10**10
    messages = _in_order(
        [
            (everyone, arrived, 0, np.where(kind == AGENT_STARTED, 1, 0), np.where(kind == OUT_OF_OFFICE, 1, 0)),
            (everyone[acknowledged], arrived[acknowledged] + 4, 1, 1, 2),
            (everyone[answered > 0], answered[answered > 0], 2, 1, 0),
            (everyone[again], asked_again[again], 3, 0, 0),
            (everyone[twice], answered_again[twice], 4, 1, 0),
        ]
    )
    return Mails(
        number, queue, np.where(ordinary, arrived, 0), answered, (answered > 0) & (answered <= due), ended,
        np.where((answered > 0) | (kind == AGENT_STARTED), agent, NO_AGENT), resolved, identity, messages,
    )  # fmt: skip


def _answer(dice: Dice, horizon: Horizon, asked: Ints) -> Ints:
    """Draw the answer to each question: the same working day where it can be, or a later one; 0: never."""
    count = len(asked)
    asked_on, second = asked // DAY_S, asked % DAY_S
    from_opening = np.maximum(second, OPEN_S) + dice.draw(SOON, count)
    same_day = horizon.is_worked(asked_on) & (from_opening < CLOSE_S) & dice.chance(8800, count)
    wait = dice.pick(LATER_WEIGHTS, count)
    later_on = horizon.working_day_after(asked_on, np.minimum(wait + 1, 3))
    later = later_on * DAY_S + dice.between(OPEN_S, CLOSE_S - 60, count)
    return np.where(same_day, asked_on * DAY_S + from_opening, np.where(wait == len(LATER_WEIGHTS) - 1, 0, later))


def _in_order(parts: list[tuple[Ints, Ints, int, Ints | int, Ints | int]]) -> dict[str, Ints]:
    """Join the messages and order them by time: thread, at, slot, outgoing, automatic (1 out of office, 2 receipt)."""
    names = ("thread", "at", "slot", "out", "automatic")
    joined = {
        name: np.concatenate(
            [np.broadcast_to(np.asarray(part[place], dtype=np.int64), part[0].shape) for part in parts]
        )
        for place, name in enumerate(names)
    }
    order = np.lexsort((joined["slot"], joined["at"]))
    return {name: column[order] for name, column in joined.items()}


def mail_lines(mails: Mails) -> tuple[lines.Texts, Ints]:
    """Return a day's messages as lines of the export, and when each was sent."""
    messages = mails.messages
    thread, slot, out = messages["thread"], messages["slot"], messages["out"]
    identity = mails.identity.part(thread)
    # a receipt answers the question, and so does the answer; the second question answers the answer
    parent = np.array([-1, 0, 0, 2, 3], dtype=np.int64)[slot]
    number = lines.whole(mails.number[thread], prefix=ID_PREFIX[3])
    root = lines.join([number, "-0@mail.chenghai.example>"], "")
    reply = lines.join([number, "-", lines.whole(np.maximum(parent, 0)), "@mail.chenghai.example>"], "")
    has_parent = parent >= 0
    references = lines.where(has_parent, lines.join([root, lines.where(parent > 0, lines.join([" ", reply], ""))], ""))
    written = (out == 1) & (messages["automatic"] == 0)
    is_last = written & (messages["at"] == mails.ended[thread])
    customer = lines.whole(identity.customer, prefix="kh")
    address = lines.join([customer, "@kehu.example"], "")
    service = lines.join([lines.words([name.lower() for name in NAMES], mails.queue[thread]), "@chenghai.example"], "")
    outgoing = out == 1
    columns = [
        lines.join([number, "-", lines.whole(slot), "@mail.chenghai.example>"], ""),
        lines.iso_time(messages["at"]),
        lines.words(("IN", "OUT"), out),
        lines.either(outgoing, service, address),
        lines.either(outgoing, address, service),
        lines.where(has_parent, reply),
        references,
        lines.words(("no", "auto-replied", "auto-generated"), messages["automatic"]),
        lines.whole(mails.number[thread] % 10**9, prefix="T"),
        lines.words(AGENT_IDS, np.where(written, mails.agent[thread], NO_AGENT)),
        lines.words(NAMES, mails.queue[thread]),
        lines.words(TOPICS, identity.topic),
        lines.whole(identity.order, identity.order > 0),
        lines.whole(identity.customer + 10_000_000, prefix="C"),
        lines.words(("no", "yes"), np.where(is_last, mails.resolved[thread], -1)),
    ]
    return lines.join(columns, MAILS.delimiter), messages["at"]
