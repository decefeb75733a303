"""A day's telephone: menu, queue, answer or not, transfer, and what the agent writes down."""

from dataclasses import dataclass

import numpy as np

from pipelines.samples import lines
from pipelines.samples.bank import ANSWERED_WAIT, HANG_WAIT, HOUR_SHARE, HUNG_UP_AT_ONCE, MENU, TALK
from pipelines.samples.chance import Curve, Dice, Flags, Ints
from pipelines.samples.contacts import CUSTOMER_TYPES, TOPICS, Contacts, Identity
from pipelines.samples.days import DAY_S, OUTAGE, WORST_DAY, Service, number_of
from pipelines.samples.logs import ID_PREFIX, YUANFAN_CALLS, YUNQIAO_CALLS
from pipelines.samples.people import (
    AGENT_IDS,
    HANDED_TO,
    NAMES,
    NO_AGENT,
    QUEUE_VENDOR,
    QUEUES,
    YUANFAN,
    YUNQIAO,
    Desk,
    pressure,
)  # fmt: skip

ANSWERED, ABANDONED, LOST, MENU_ONLY, DIALLED, NOT_REACHED = range(6)
OUTCOMES_ZH = ("已接", "放弃", "振铃未接", "自助结束", "已接", "外呼未接")
OUTCOMES_EN = ("ANSWERED", "ABANDON", "RONA", "IVR_END", "ANSWERED", "NO_ANSWER")
TOPICS_ZH = ("订单", "物流", "退换货", "退款", "商品", "活动", "发票", "账号", "投诉")
TOPIC_CODES = ("ORD", "LOG", "RET", "REF", "PRD", "PRM", "INV", "ACC", "CPL")
NICKNAMES = ("听雨", "阿洛", "小满", "南山", "拾光", "知夏", "木木", "远方")

# The bank answered 40 % at once, the others after 103 s on average, and lost 21 % of its callers. A contract that asks
# for 85 % in 20 s and 92 % connected needs more people at the line. At 100 % pressure 78 % are answered at once, the
# others after 0.35 of the bank's waits; 4 % hang up, with half of the bank's patience and its share of those who do so
# within the same second; 3 % ring out.
AT_ONCE, WAIT_PERCENT, PATIENCE_PERCENT = 7800, 35, 50
HANGS_UP, RINGS_OUT = 400, 310
RING_OUT = Curve(((0, 15), (500_000, 30), (1_000_000, 60)))
HOLD = Curve(((0, 8), (700_000, 45), (1_000_000, 180)))
WRAP = Curve(((0, 3), (500_000, 18), (900_000, 60), (1_000_000, 240)))


@dataclass
class Calls:
    """A day's call legs, each column an array; a transferred call's second leg stands after all first legs."""

    number: Ints
    leg: Ints
    vendor: Ints
    queue: Ints  # -1: none
    outcome: Ints
    arrived: Ints
    queued: Ints
    answered: Ints
    ended: Ints
    wait: Ints
    talk: Ints
    hold: Ints
    wrap: Ints
    agent: Ints
    resolved: Flags
    identity: Identity
    transferred: Flags

    def handled(self, vendor: int) -> Contacts:
        """Return a vendor's answered calls as contacts: one a call, of its last agent, in its first queue."""
        first = np.flatnonzero((self.leg == 1) & (self.outcome == ANSWERED) & (self.vendor == vendor))
        last = first.copy()
        second_leg = np.flatnonzero(self.leg == 2)
        has_second = np.isin(self.number[first], self.number[second_leg])
        last[has_second] = second_leg[np.searchsorted(self.number[second_leg], self.number[first[has_second]])]
        return Contacts(
            vendor, self.number[first], self.arrived[first], self.ended[last], self.queue[first], self.agent[last],
            self.resolved[last], self.identity.part(first),
        )  # fmt: skip


def of_day(dice: Dice, day: int, arrived: Ints, identity: Identity, service: Service, desk: Desk) -> Calls:
    """Make a day's calls from their arrivals."""
    count = len(arrived)
    phone = [place for place, queue in enumerate(QUEUES) if queue.channel == "phone"]
    queue = np.array(phone, dtype=np.int64)[dice.pick([QUEUES[place].share for place in phone], count)]
    complaint = np.isin(identity.topic, [TOPICS.index("complaint")]) & (QUEUE_VENDOR[queue] == YUNQIAO)
    queue[complaint] = NAMES.index("P12")
    merchant = (identity.merchant == 1) & (QUEUE_VENDOR[queue] == YUANFAN)
    queue[merchant] = NAMES.index("P22")
    vendor = QUEUE_VENDOR[queue]
    share = np.array(HOUR_SHARE, dtype=np.int64)[arrived % DAY_S // 3600]
    pressed = pressure(vendor, arrived, share)

    queued = arrived + np.maximum(dice.draw(MENU, count), 1)
    is_open = service.is_open(queued)
    kind = dice.below(10_000, count)
    dials = is_open & (kind < 600)
    # an unserved line has no queue to fall into: outside the hours only a few calls slip through, and nobody answers
    stays = (is_open & (kind >= 600) & (kind < 1500)) | (~is_open & (kind < 9700))
    outcome, wait = _fates(dice, pressed, is_open)
    if day == number_of(WORST_DAY):
        at = (queued + wait) % DAY_S
        silent = (outcome == ANSWERED) & (vendor == YUANFAN) & (at >= OUTAGE[0]) & (at < OUTAGE[1])
        outcome[silent] = np.where(dice.chance(5000, count), ABANDONED, LOST)[silent]
        wait[silent] += 40

    outcome[dials] = np.where(dice.chance(7000, count), DIALLED, NOT_REACHED)[dials]
    outcome[stays] = MENU_ONLY
    in_queue = ~(stays | dials)
    wait[~in_queue] = 0
    talks = (outcome == ANSWERED) | (outcome == DIALLED)
    talk = np.where(talks, np.maximum(dice.draw(TALK, count), 4), 0)
    hold = np.where(talks & dice.chance(1200, count), dice.draw(HOLD, count), 0)
    wrap = np.where(talks, dice.draw(WRAP, count), 0)
    answered = np.where(dials, arrived + 12, queued + wait)
    ended = np.where(talks, answered + talk + hold, np.where(dials, arrived + 35, queued + wait))
    ended = np.where(stays, queued + dice.between(2, 90, count), ended)
    agent = desk.answer(dice, queue, arrived)
    agent[~(talks | dials)] = NO_AGENT
    resolved = talks & dice.chance(8350, count)

    moves = (outcome == ANSWERED) & dice.chance(420, count)
    if day == number_of(WORST_DAY):
        moves &= ended % DAY_S < OUTAGE[0] - 900
    number = (day - number_of_base()) * 10**6 + np.arange(count, dtype=np.int64) + 10**10
    calls = Calls(
        number, np.ones(count, dtype=np.int64), vendor, np.where(stays, -1, queue), outcome, arrived, queued, answered,
        ended, wait, talk, hold, wrap, agent, resolved & ~moves, identity, moves,
    )  # fmt: skip
    return _with_second_legs(dice, calls, desk)


def _fates(dice: Dice, pressed: Ints, is_open: Flags) -> tuple[Ints, Ints]:
    """Draw what becomes of each call in a queue, and how long it waits for that."""
    count = len(pressed)
    outcome = np.full(count, ANSWERED, dtype=np.int64)
    fate = dice.below(10_000, count)
    hangs_up = HANGS_UP * pressed * (300 + pressed) // 40_000
    outcome[fate < hangs_up + RINGS_OUT * pressed // 100] = LOST
    outcome[(fate < hangs_up) | ~is_open] = ABANDONED
    at_once = dice.below(10_000, count) < np.minimum(AT_ONCE * 100 // pressed, 9500)
    waited = np.maximum(dice.draw(ANSWERED_WAIT, count) * WAIT_PERCENT * pressed // 10_000, 1)
    endured = dice.draw(HANG_WAIT, count) * PATIENCE_PERCENT * (100 + pressed) // 20_000
    left = np.where(dice.chance(HUNG_UP_AT_ONCE, count), 0, endured)
    rung = dice.draw(RING_OUT, count)
    waits = [np.where(at_once, 0, waited), left]
    return outcome, np.select([outcome == ANSWERED, outcome == ABANDONED], waits, rung)


def number_of_base() -> int:
    """Return the day from which calls, sessions and cases are numbered."""
    return number_of(WORST_DAY) - 9000


def _with_second_legs(dice: Dice, first: Calls, desk: Desk) -> Calls:
    """Add the leg that a transferred call has in its second queue."""
    moved = np.flatnonzero(first.transferred)
    count = len(moved)
    queue = HANDED_TO[first.queue[moved]]
    queued = first.ended[moved]
    wait = np.where(dice.chance(6000, count), 0, dice.between(1, 40, count))
    talk = np.maximum(dice.draw(TALK, count), 4)
    wrap = dice.draw(WRAP, count)
    none = np.zeros(count, dtype=np.int64)
    second = {
        "number": first.number[moved], "leg": none + 2, "vendor": first.vendor[moved], "queue": queue,
        "outcome": none + ANSWERED, "arrived": queued, "queued": queued, "answered": queued + wait,
        "ended": queued + wait + talk, "wait": wait, "talk": talk, "hold": none, "wrap": wrap,
        "agent": desk.answer(dice, queue, queued), "resolved": dice.chance(8000, count),
        "transferred": none.astype(bool),
    }  # fmt: skip
    joined = {name: np.concatenate([getattr(first, name), column]) for name, column in second.items()}
    parts = first.identity, first.identity.part(moved)
    identity = Identity(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("customer", "topic", "order", "merchant")
        )
    )
    return Calls(**joined, identity=identity)


def yunqiao_lines(calls: Calls) -> lines.Texts:
    """Return the first vendor's legs as lines of its export."""
    rows = _rows(calls, YUNQIAO)
    queued, answered = rows.queue >= 0, np.isin(rows.outcome, (ANSWERED, DIALLED))
    in_queue = queued & np.isin(rows.outcome, (ANSWERED, ABANDONED, LOST))
    customer = rows.identity.customer
    columns = [
        lines.whole(rows.number, prefix=ID_PREFIX[0]),
        lines.whole(rows.leg),
        lines.words(("呼入", "呼出"), np.isin(rows.outcome, (DIALLED, NOT_REACHED))),
        lines.whole(19_900_000_000 + customer % 10_000),
        lines.words(NICKNAMES, customer % len(NICKNAMES)),
        lines.whole(customer + 10_000_000, prefix="C"),
        lines.words(("消费者", "商家"), rows.identity.merchant),
        lines.words(("普通话", "英语"), customer % 97 == 0),
        lines.words(NAMES, rows.queue),
        lines.words(TOPICS_ZH, rows.identity.topic),
        lines.whole(rows.identity.order, rows.identity.order > 0),
        lines.words(AGENT_IDS, rows.agent),
        lines.local_time(rows.arrived),
        lines.local_time(rows.queued, in_queue),
        lines.local_time(rows.answered, answered),
        lines.local_time(rows.ended),
        lines.words(OUTCOMES_ZH, rows.outcome),
        lines.whole(rows.wait, in_queue),
        lines.whole(rows.talk, answered),
        lines.whole(rows.hold, answered),
        lines.whole(rows.wrap, answered),
        lines.words(("否", "是"), np.where(answered, rows.resolved, -1)),
        lines.local_time(rows.ended + rows.wrap + 60),
    ]
    return lines.join(columns, YUNQIAO_CALLS.delimiter)


def yuanfan_lines(calls: Calls) -> lines.Texts:
    """Return the second vendor's legs as lines of its export: a date, and times of day that may pass midnight."""
    rows = _rows(calls, YUANFAN)
    answered = np.isin(rows.outcome, (ANSWERED, DIALLED))
    in_queue = (rows.queue >= 0) & np.isin(rows.outcome, (ANSWERED, ABANDONED, LOST))
    customer = rows.identity.customer
    columns = [
        lines.whole(rows.number, prefix=ID_PREFIX[1]),
        lines.whole(rows.leg),
        lines.words(("IN", "OUT"), np.isin(rows.outcome, (DIALLED, NOT_REACHED))),
        lines.whole(19_900_000_000 + customer % 10_000),
        lines.whole(customer + 10_000_000, prefix="C"),
        lines.words(CUSTOMER_TYPES, rows.identity.merchant),
        lines.words(("zh", "en"), customer % 97 == 0),
        lines.words(NAMES, rows.queue),
        lines.words(TOPIC_CODES, rows.identity.topic),
        lines.whole(rows.identity.order, rows.identity.order > 0),
        lines.words(AGENT_IDS, rows.agent),
        lines.slashed_day(rows.arrived),
        lines.time_of_day(rows.arrived),
        lines.time_of_day(rows.queued, in_queue),
        lines.time_of_day(rows.answered, answered),
        lines.time_of_day(rows.ended),
        lines.words(OUTCOMES_EN, rows.outcome),
        lines.whole(rows.wait * 1000, in_queue),
        lines.whole(rows.talk, answered),
        lines.whole(rows.hold, answered),
        lines.whole(rows.wrap, answered),
        lines.words(("0", "1"), np.where(answered, rows.resolved, -1)),
    ]
    return lines.join(columns, YUANFAN_CALLS.delimiter)


def _rows(calls: Calls, vendor: int) -> Calls:
    """Return a vendor's legs in order of their beginning."""
    mine = np.flatnonzero(calls.vendor == vendor)
    mine = mine[np.argsort(calls.arrived[mine], kind="stable")]
    columns = {name: getattr(calls, name)[mine] for name in calls.__dataclass_fields__ if name != "identity"}
    return Calls(**columns, identity=calls.identity.part(mine))
