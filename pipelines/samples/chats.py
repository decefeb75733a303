"""A day's chat, message by message: robot, request, hand-over, rounds, transfer, departure, closing, resumption."""

from dataclasses import dataclass, field

import numpy as np

from pipelines.samples import lines
from pipelines.samples.bank import HOUR_SHARE
from pipelines.samples.calls import NICKNAMES, number_of_base
from pipelines.samples.chance import Curve, Dice, Flags, Ints
from pipelines.samples.contacts import CUSTOMER_TYPES, TOPICS, Contacts, Identity
from pipelines.samples.days import DAY_S, Service
from pipelines.samples.logs import CHATS, ID_PREFIX
from pipelines.samples.people import (
    AGENT_IDS,
    HANDED_TO,
    NAMES,
    NO_AGENT,
    PLACEHOLDER_AGENT,
    QUEUE_VENDOR,
    QUEUES,
    Desk,
    pressure,
)  # fmt: skip

# what a session is; those from HUMAN on are routed to people and hold a line of the customer
ROBOT_ONLY, SILENT, AGENT_OPENED, HUMAN, LEAVES, UNANSWERED = range(6)
KIND_WEIGHTS = (2200, 400, 100, 7180, 90, 30)

OPENED, REQUEST, HANDOFF, LINE, TRANSFER, LEFT, CLOSED = range(7)
KINDS = ("会话创建", "请求人工", "转入人工", "消息", "转接", "访客离开", "会话关闭")
CUSTOMER, AGENT, ROBOT, SYSTEM = range(4)
AUTHORS = ("访客", "客服", "机器人", "系统")

SAID = (
    "", "您好，这里是智能助手，请描述您的问题", "您可以查看帮助中心", "您好，请问有什么可以帮您？", "在的",
    "您好，我看一下您的订单", "已为您登记", "稍等，正在核实", "我的包裹到哪了", "想退货，怎么操作", "转人工",
    "好的，谢谢", "可以开发票吗?", '发票抬头写"个人"可以吗', "核实前次记录, 再回复",
    "现在是非服务时间，我们上线后回复您", "还有一个问题",
)  # fmt: skip
(
    NOTHING, ROBOT_HELLO, ROBOT_TIP, AUTO_HELLO, PLACEHOLDER, HELLO, DONE, CHECKING, WHERE, RETURNS, TO_HUMAN, THANKS,
    INVOICE, TITLE, NOTE, OFFLINE, ONE_MORE,
) = range(len(SAID))  # fmt: skip
ASKED = np.array([WHERE, RETURNS, INVOICE, TITLE], dtype=np.int64)
REPLIED = np.array([HELLO, DONE, CHECKING], dtype=np.int64)

# seconds at 100 % pressure: 94.5 % of first responses within 30 s; rounds 20 s on average
FIRST_RESPONSE = Curve(
    ((0, 2), (50_000, 3), (250_000, 7), (500_000, 11), (750_000, 17), (900_000, 24), (948_000, 30), (970_000, 55),
     (991_000, 130), (1_000_000, 420))
)  # fmt: skip
RESPONSE = Curve(
    (
        (0, 2),
        (100_000, 4),
        (500_000, 12),
        (800_000, 22),
        (950_000, 45),
        (990_000, 120),
        (996_000, 180),
        (1_000_000, 500),
    )
)
THINKING = Curve(((0, 4), (500_000, 25), (900_000, 80), (1_000_000, 200)))
ROUND_WEIGHTS = (30, 30, 20, 12, 8)
MOST_ROUNDS = len(ROUND_WEIGHTS) + 1  # and the one of a resumed session
EVENING = 2  # a mall's chat: twice the bank's arrivals from 19 to 23 h (this is no figure of the bank)


@dataclass
class Events:
    """Events of many sessions, collected slot by slot; a later slot of a session is never earlier in time."""

    columns: dict[str, list[Ints]] = field(
        default_factory=lambda: {
            name: []
            for name in ("session", "at", "kind", "author", "agent", "queue", "said", "automatic", "quick", "private")
        }
    )

    def add(self, session: Ints, at: Ints, kind: int, author: int, queue: Ints, **extra: Ints | int) -> None:
        """Add one event to each of these sessions."""
        given = {
            "session": session,
            "at": at,
            "kind": kind,
            "author": author,
            "queue": queue,
            "agent": NO_AGENT,
            **extra,
        }
        for name, collected in self.columns.items():
            collected.append(np.broadcast_to(np.asarray(given.get(name, 0), dtype=np.int64), session.shape))

    def in_order(self) -> dict[str, Ints]:
        """Return the columns, session by session in the order of the slots, and each event's number in its session."""
        joined = {name: np.concatenate(parts) for name, parts in self.columns.items()}
        order = np.argsort(joined["session"], kind="stable")
        columns = {name: column[order] for name, column in joined.items()}
        session = columns["session"]
        columns["seq"] = np.arange(len(session), dtype=np.int64) - np.searchsorted(session, session, side="left") + 1
        return columns


@dataclass
class Chats:
    """A day's sessions and their events, and what is true of each session and round."""

    number: Ints
    kind: Ints
    queue: Ints
    opened: Ints
    started: Ints  # where the clock of the first response starts; means nothing outside the population
    first_answer: Ints  # 0: none
    left: Ints  # 0: did not leave before an answer
    ended: Ints
    agent: Ints
    resolved: Flags
    transferred: Flags
    identity: Identity
    events: dict[str, Ints]
    rounds: dict[str, Ints]  # session, begun, asked, answered (0: never), closed or left

    def handled(self) -> Contacts:
        """Return the answered sessions as contacts."""
        mine = np.flatnonzero(self.first_answer > 0)
        return Contacts(
            2, self.number[mine], self.started[mine], self.ended[mine], self.queue[mine], self.agent[mine],
            self.resolved[mine], self.identity.part(mine),
        )  # fmt: skip


def of_day(dice: Dice, day: int, opened: Ints, identity: Identity, service: Service, desk: Desk) -> Chats:
    """Make a day's sessions from their arrivals."""
    made = _Making(dice, day, opened, service, desk, *_kinds(dice, opened, identity))
    made.route()
    made.answer()
    made.talk()
    made.depart()
    made.close()
    number = (day - number_of_base()) * 10**6 + np.arange(len(opened), dtype=np.int64) + 10**10
    rounds = {name: np.concatenate(parts) for name, parts in made.rounds.items()}
    rounds["closed"] = np.where(made.left > 0, made.left, made.ended)[rounds["session"]]
    return Chats(
        number, made.kind, made.first_queue, opened, made.started, made.answer_at, made.left, made.ended, made.agent,
        made.resolved, made.transferred, identity, made.log.in_order(), rounds,
    )  # fmt: skip


def _kinds(dice: Dice, opened: Ints, identity: Identity) -> tuple[Ints, Ints, Ints]:
    """Draw each session's kind and queue, and how hard-pressed its vendor is."""
    count = len(opened)
    chat = [place for place, queue in enumerate(QUEUES) if queue.channel == "chat"]
    queue = np.array(chat, dtype=np.int64)[dice.pick([QUEUES[place].share for place in chat], count)]
    queue[(identity.merchant == 1) & dice.chance(6000, count)] = NAMES.index("C23")
    shares = np.array([share * (EVENING if 19 <= hour < 23 else 1) for hour, share in enumerate(HOUR_SHARE)])
    share = (shares * 100_000 // shares.sum())[opened % DAY_S // 3600]
    pressed = pressure(QUEUE_VENDOR[queue], opened, share)
    kind = dice.pick(KIND_WEIGHTS, count)
    kind[(kind == HUMAN) & dice.chance(20 * pressed // 100, count)] = UNANSWERED
    kind[(kind == HUMAN) & dice.chance(np.maximum(pressed - 110, 0) * 3, count)] = LEAVES
    return kind, queue, pressed


class _Making:
    """A day's sessions while they happen. ``at`` is where each of them has got to; every step moves it on."""

    def __init__(
        self, dice: Dice, day: int, opened: Ints, service: Service, desk: Desk, kind: Ints, queue: Ints, pressed: Ints
    ) -> None:
        self.dice, self.day, self.opened, self.service, self.desk = dice, day, opened, service, desk
        self.kind, self.queue, self.pressed = kind, queue, pressed
        self.first_queue = queue.copy()
        self.count = len(opened)
        self.everyone = np.arange(self.count, dtype=np.int64)
        self.at = opened.copy()
        self.log = Events()
        self.rounds: dict[str, list[Ints]] = {"session": [], "begun": [], "asked": [], "answered": []}

    def say(self, session: Ints, author: int, **extra: Ints | int) -> None:
        """Let each of these sessions have a line."""
        self.log.add(session, self.at[session], LINE, author, self.queue[session], **extra)

    def happen(self, session: Ints, kind: int, author: int, **extra: Ints | int) -> None:
        """Let each of these sessions have an event that is no line."""
        self.log.add(session, self.at[session], kind, author, self.queue[session], **extra)

    def wait(self, session: Ints, low: int, high: int) -> None:
        """Let some seconds pass in each of these sessions."""
        self.at[session] += self.dice.between(low, high, self.count)[session]

    def note_round(self, session: Ints, begun: Ints, asked: Ints, answered: Ints | None = None) -> None:
        """Keep what is true of a round of each of these sessions."""
        nothing = np.zeros(len(session), dtype=np.int64)
        parts = (session, begun, asked, nothing if answered is None else answered)
        for name, part in zip(self.rounds, parts, strict=True):
            self.rounds[name].append(part)

    def route(self) -> None:
        """From the opening to the clock's start: robot or not, request, hand-over, the customer's first line."""
        dice, count, everyone, population = self.dice, self.count, self.everyone, self.kind >= HUMAN
        with_robot = (self.kind <= ROBOT_ONLY) | (population & dice.chance(7500, count))
        silently = with_robot & dice.chance(5000, count)  # wrote to the robot only, and waits
        asked = ASKED[dice.below(len(ASKED), count)]
        self.happen(everyone[self.kind != AGENT_OPENED], OPENED, SYSTEM)
        robot = everyone[with_robot]
        self.say(robot, ROBOT, said=ROBOT_HELLO, automatic=1)
        self.wait(robot, 4, 40)
        told_at = self.at.copy()
        self.say(robot, CUSTOMER, said=asked[robot])
        self.at[robot] += 1
        self.say(robot, ROBOT, said=ROBOT_TIP, automatic=1)
        asks = everyone[with_robot & population]
        self.wait(asks, 5, 60)
        self.happen(asks, REQUEST, CUSTOMER, said=TO_HUMAN)
        requested_at = self.at.copy()

        routed = everyone[(self.kind == SILENT) | population]
        is_open = self.service.is_open(self.at)
        self.wait(routed, 0, 2)
        self.happen(routed, HANDOFF, SYSTEM)
        self.say(routed, SYSTEM, said=np.where(is_open, AUTO_HELLO, OFFLINE)[routed], automatic=1)
        # a hello typed before the customer's first line, which answers nothing
        soon_open = is_open & self.service.is_open(self.at + 300)
        eager = everyone[(self.kind == HUMAN) & ~with_robot & soon_open & dice.chance(300, count)]
        self.say(eager, AGENT, said=HELLO, agent=self.desk.answer(dice, self.queue[eager], self.at[eager]))
        writes = everyone[population & ~silently]
        self.at[writes] += np.where(with_robot, dice.between(1, 6, count), dice.between(2, 25, count))[writes]
        self.say(writes, CUSTOMER, said=asked[writes])
        self.first_line = np.where(with_robot, told_at, self.at)
        self.started = np.where(with_robot, requested_at, self.at)
        notes = everyone[population & is_open & dice.chance(150, count)]
        noting = self.desk.answer(dice, self.queue[notes], self.at[notes])
        self.say(notes, AGENT, said=NOTE, private=1, agent=noting)

    def answer(self) -> None:
        """Decide whether, when and by whom each is answered.

        Out of hours most leave; whoever opens the next day first answers those who have not.
        """
        dice, count, population = self.dice, self.count, self.kind >= HUMAN
        away = population & ~self.service.is_open(self.started)
        self.kind[away & dice.chance(5500, count)] = LEAVES
        self.kind[away & (self.kind == HUMAN) & dice.chance(300, count)] = UNANSWERED
        answer_at = self.started + np.maximum(dice.draw(FIRST_RESPONSE, count) * self.pressed // 100, 2)
        waiting = np.flatnonzero(population & ~self.service.is_open(answer_at))
        answer_at[waiting] = self.service.next_opening(answer_at[waiting]) + dice.draw(FIRST_RESPONSE, count)[waiting]
        morning = self.day * DAY_S + 9 * 3600
        self.agent = self.desk.answer(dice, self.queue, np.where(away, morning, self.started))
        self.agent[~population] = NO_AGENT
        is_human = self.kind == HUMAN
        self.games = is_human & ~away & (self.agent == AGENT_IDS.index(PLACEHOLDER_AGENT))
        answer_at = np.where(self.games, np.minimum(answer_at, self.at + 3), answer_at)
        self.answer_at = np.where(is_human, np.maximum(answer_at, self.at + 1), 0)
        self.turns = 1 + dice.pick(ROUND_WEIGHTS, count)
        self.transferred = is_human & (self.turns >= 2) & dice.chance(600, count)
        self.resolved = is_human & dice.chance(8350, count)

    def talk(self) -> None:
        """Write the rounds of the answered sessions; after the first of them some are handed on."""
        dice, count = self.dice, self.count
        for turn in range(len(ROUND_WEIGHTS)):
            mine = np.flatnonzero((self.kind == HUMAN) & (self.turns > turn))
            if turn == 0:
                begun, asked, answered = self.first_line[mine], self.started[mine], self.answer_at[mine]
            else:
                begun = asked = self.at[mine] + dice.draw(THINKING, count)[mine]
                queue, words = self.queue[mine], ASKED[dice.below(len(ASKED), count)][mine]
                self.log.add(mine, asked, LINE, CUSTOMER, queue, said=words)
                twice, again = dice.chance(3000, count)[mine], asked + dice.between(2, 9, count)[mine]
                self.log.add(mine[twice], again[twice], LINE, CUSTOMER, queue[twice], said=ONE_MORE)
                last_line = np.where(twice, again, asked)
                answered = np.maximum(asked + dice.draw(RESPONSE, count)[mine], last_line + 1)
            self.note_round(mine, begun, asked, answered)
            self.at[mine] = answered
            plays = self.games[mine] & (turn == 0)
            quick = np.where(plays, 1, dice.chance(1500, count)[mine])
            words = np.where(plays, PLACEHOLDER, REPLIED[dice.below(len(REPLIED), count)][mine])
            self.say(mine, AGENT, said=words, quick=quick, agent=self.agent[mine])
            more = plays | dice.chance(3500, count)[mine]
            pause = np.where(plays, dice.between(240, 540, count)[mine], dice.between(3, 15, count)[mine])
            self.at[mine] += np.where(more, pause, 0)
            self.say(mine[more], AGENT, said=DONE, agent=self.agent[mine[more]])
            if turn == 0:
                self._hand_on(np.flatnonzero(self.transferred))

    def _hand_on(self, moved: Ints) -> None:
        self.queue[moved] = HANDED_TO[self.queue[moved]]
        self.at[moved] += 5
        self.happen(moved, TRANSFER, AGENT, agent=self.agent[moved])
        self.agent[moved] = self.desk.answer(self.dice, self.queue[moved], self.at[moved])

    def depart(self) -> None:
        """Let customers leave: those who wait no longer, those who never wrote, some after their answer.

        A few say thanks instead, which is an unanswered round of its own.
        """
        dice, count = self.dice, self.count
        long_ = dice.between(6, 30, count) + 120 * dice.chance(4000, count)
        patience = np.where(dice.chance(2500, count), dice.between(1, 5, count), long_)
        gone = np.flatnonzero(self.kind == LEAVES)
        self.left = np.zeros(count, dtype=np.int64)
        self.left[gone] = np.maximum(self.at, self.started)[gone] + patience[gone]
        self.at[gone] = self.left[gone]
        self.note_round(gone, self.first_line[gone], self.started[gone])
        silent = np.flatnonzero(self.kind == SILENT)
        self.wait(silent, 20, 300)
        pleased = np.flatnonzero((self.kind == HUMAN) & dice.chance(2500, count))
        self.wait(pleased, 5, 40)
        thanks = pleased[dice.chance(3000, count)[pleased]]
        self.say(thanks, CUSTOMER, said=THANKS)
        self.note_round(thanks, self.at[thanks], self.at[thanks])
        self.happen(np.sort(np.concatenate([gone, silent, np.setdiff1d(pleased, thanks)])), LEFT, CUSTOMER)
        neglected = np.flatnonzero(self.kind == UNANSWERED)
        self.note_round(neglected, self.first_line[neglected], self.started[neglected])
        offered = np.flatnonzero(self.kind == AGENT_OPENED)
        self.happen(offered, OPENED, AGENT)
        self.say(offered, AGENT, said=HELLO)
        self.may_resume = self.kind == HUMAN
        self.may_resume[thanks] = False

    def close(self) -> None:
        """Close every session; let a few be resumed, answered and closed again."""
        dice, count = self.dice, self.count
        neglect = 1800 + dice.below(1800, count)
        self.at += np.where(self.kind == UNANSWERED, neglect, dice.between(15, 100, count))
        self.happen(self.everyone, CLOSED, SYSTEM, agent=np.where(self.kind == HUMAN, self.agent, NO_AGENT))
        back = self.at + dice.between(1800, 5400, count)
        reply = back + dice.draw(RESPONSE, count)
        stays_open = self.service.is_open(back) & self.service.is_open(reply + 3600)
        stays_open &= self.at - self.opened < DAY_S // 4
        resumed = np.flatnonzero(self.may_resume & stays_open & dice.chance(200, count))
        self.at[resumed] = back[resumed]
        self.say(resumed, CUSTOMER, said=ONE_MORE)
        self.at[resumed] = reply[resumed]
        self.say(resumed, AGENT, said=DONE, agent=self.agent[resumed])
        self.at[resumed] += 60
        self.happen(resumed, CLOSED, SYSTEM, agent=self.agent[resumed])
        self.note_round(resumed, back[resumed], back[resumed], reply[resumed])
        self.ended = self.at


def chat_lines(chats: Chats, since: int, until: int) -> lines.Texts:
    """Return the events [since, until) of a day as lines of the platform's export."""
    part = slice(since, until)
    events = {name: column[part] for name, column in chats.events.items()}
    session = events["session"]
    identity = chats.identity.part(session)
    is_last = (events["kind"] == CLOSED) & (chats.kind[session] == HUMAN)
    talks = events["kind"] == LINE
    said = np.where(talks | (events["kind"] == REQUEST), events["said"], NOTHING)
    columns = [
        lines.whole(chats.number[session], prefix=ID_PREFIX[2]),
        lines.whole(events["seq"]),
        lines.local_time(events["at"]),
        lines.words(KINDS, events["kind"]),
        lines.words(AUTHORS, events["author"]),
        lines.words(AGENT_IDS, events["agent"]),
        lines.whole(identity.customer + 10_000_000, prefix="C"),
        lines.words(NICKNAMES, identity.customer % len(NICKNAMES)),
        lines.words(CUSTOMER_TYPES, identity.merchant),
        lines.words(NAMES, events["queue"]),
        lines.words(TOPICS, identity.topic),
        lines.whole(identity.order, identity.order > 0),
        lines.words(lines.quoted(SAID), said),
        lines.words(("0", "1"), events["automatic"]),
        lines.words(("0", "1"), events["quick"]),
        lines.words(("0", "1"), events["private"]),
        lines.words(("未解决", "已解决"), np.where(is_last, chats.resolved[session], -1)),
    ]
    return lines.join(columns, CHATS.delimiter)
