"""Random small worlds: few items, many edges."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.reference.hours import Closure, Hours, Promotion, Version, Windows, day_begins
from tests.reference.log import Event, World

# A zone, its first day and the number of days: holidays, make-up days, years without a notice, clocks that are set.
PLACES = [
    ("Asia/Shanghai", date(2026, 9, 29), 14, "cn"),  # National Day, make-up Saturday 10 October
    ("Asia/Shanghai", date(2026, 9, 17), 12, "cn"),  # make-up Sunday 20 September, mid-autumn
    ("Asia/Shanghai", date(2026, 12, 28), 8, "cn"),  # no notice for 2027 yet
    ("Asia/Shanghai", date(2026, 10, 30), 5, "none"),
    ("Europe/Berlin", date(2026, 10, 23), 5, "none"),  # 03:00 -> 02:00 on the 25th
    ("Europe/Berlin", date(2026, 3, 27), 5, "none"),  # 02:00 -> 03:00 on the 29th
    ("Australia/Lord_Howe", date(2026, 4, 3), 5, "none"),  # half an hour back on the 5th
    ("America/Sao_Paulo", date(2018, 11, 2), 5, "none"),  # midnight of the 4th is skipped
    ("UTC", date(2026, 10, 30), 4, "cn"),
]
H = 3600
WEEKS: list[Windows] = [
    ((9 * H, 18 * H),), ((9 * H, 12 * H), (13 * H, 18 * H)), ((0, 24 * H),), ((22 * H, 26 * H),), (),
    ((9 * H, 12 * H), (20 * H, 24 * H)), ((10 * H, 16 * H),),
]  # fmt: skip
CLOCK_TIMES = [
    "00:00:00", "00:00:01", "01:59:59", "02:00:00", "02:30:00", "03:00:00", "08:59:55", "09:00:00", "10:30:00",
    "11:59:50", "12:00:00", "12:30:00", "13:00:00", "15:59:59", "16:00:00", "17:59:40", "18:00:00", "20:00:00",
    "21:59:59", "22:00:00", "23:30:00", "23:59:55", "23:59:59",
]  # fmt: skip
STEPS_S = [0, 0, 1, 4, 5, 6, 10, 15, 19, 20, 21, 25, 29, 30, 31, 60, 179, 180, 181, 600, H, 9 * H, 24 * H, 72 * H]
# How long after one contact the next may come: limits of merging, of a repeat, of a window.
AGAIN_S = [-30, 0, 1, 59, 60, 61, 600, 601, H, H + 1, 2 * H, 2 * H + 1, 24 * H, 24 * H + 1, 168 * H, 168 * H + 1]
Changes: TypeAlias = Mapping[str, Sequence[Any]]


def chance(draw: st.DrawFn, percent: int) -> bool:
    return draw(st.integers(0, 99)) >= 100 - percent  # shrinks towards no


def one_of(draw: st.DrawFn, *values: Any) -> Any:
    return draw(st.sampled_from(values))


@st.composite
def hours(draw: st.DrawFn, first: date, count: int, region: str) -> Hours:
    def week() -> tuple[Windows, ...]:
        usual, weekend = one_of(draw, *WEEKS), one_of(draw, *WEEKS)
        return (usual,) * 5 + (weekend,) * 2 if chance(draw, 70) else tuple(one_of(draw, *WEEKS) for _ in range(7))

    def some_day() -> date:
        return first + timedelta(days=draw(st.integers(-2, count + 2)))

    def some_time() -> datetime:
        return datetime.combine(some_day(), time.fromisoformat(one_of(draw, *CLOCK_TIMES)))

    def version(since: date, decided: datetime) -> Version:
        return Version(
            since, decided, week(), region,
            one_of(draw, None, (), ((10 * H, 16 * H),)), one_of(draw, None, None, ((8 * H, 12 * H),)),
            chance(draw, 30),
        )  # fmt: skip

    versions = [version(date(2010, 1, 1), datetime(2009, 12, 1))]  # noqa: DTZ001 - a local time
    if chance(draw, 10):
        versions = [version(first + timedelta(days=1), datetime(2009, 12, 1))]  # noqa: DTZ001
    for second in range(draw(st.integers(0, 2)) if chance(draw, 30) else 0):
        versions.append(version(some_day(), some_time() + timedelta(seconds=second + 2)))
    promotions: list[Promotion] = []
    while chance(draw, 20) and len(promotions) < 2:
        since = some_day()
        promotions.append(
            Promotion(
                since,
                since + timedelta(days=draw(st.integers(1, 4))),
                one_of(draw, *WEEKS[:4], *WEEKS[5:]),
                some_time(),
            )
        )
    closures: list[Closure] = []
    while chance(draw, 20) and len(closures) < 2:
        since = some_day() if chance(draw, 50) else some_time()
        closures.append(Closure(since, since + timedelta(hours=24 * draw(st.integers(1, 2)))))
    return Hours(tuple(versions), tuple(promotions), tuple(closures))


class Times:
    """Draws instants of a world, near each other and near its edges."""

    def __init__(self, draw: st.DrawFn, zone: str, first: date, count: int) -> None:
        self.draw, self.zone, self.first, self.count = draw, zone, first, count
        self.marks: list[datetime] = []  # ends of what was drawn before, which others may follow

    def some(self) -> datetime:
        draw = self.draw
        if self.marks and chance(draw, 40):
            return self.after(one_of(draw, *self.marks), *AGAIN_S)
        day = self.first + timedelta(days=draw(st.integers(0, self.count - 1)))
        local = datetime.combine(day, time.fromisoformat(one_of(draw, *CLOCK_TIMES)))
        if chance(draw, 5):
            local = datetime.combine(day, time(23, 59, 59, 999000))
        fold = int(chance(draw, 30))
        return local.replace(tzinfo=ZoneInfo(self.zone), fold=fold).astimezone(UTC)

    def after(self, at: datetime, *steps: float) -> datetime:
        return at + timedelta(seconds=one_of(self.draw, *(steps or STEPS_S)))

    def maybe(self, at: datetime, percent: int = 10) -> datetime | None:
        return None if chance(self.draw, percent) else at


def versions_of(draw: st.DrawFn, table: str, events: list[Event], changes: Changes) -> list[Event]:
    """Add duplicates, later versions and contradictions; a log either has record stamps or has none."""
    found = []
    stamped = chance(draw, 50)
    for event in events:
        stamp = datetime(2026, 1, 1, tzinfo=UTC)
        row = {**event, "load_id": 1, "record_at": stamp if stamped else None}
        found.append(row)
        if chance(draw, 6):
            found.append(dict(row))  # the same again: a duplicate
        if event.get("kind") != "merged" and chance(draw, 8):
            column = one_of(draw, *changes)
            other = {**row, column: one_of(draw, *changes[column]), "load_id": 2}
            if stamped:
                other["record_at"] = stamp + timedelta(hours=one_of(draw, -1, 0, 1))
            found.append(other)
    return found


@st.composite
def places(draw: st.DrawFn) -> tuple[Times, Hours | None, date, date, str]:
    zone, first, count, region = one_of(draw, *PLACES)
    own_hours = draw(hours(first, count, region)) if chance(draw, 80) else None
    until = first + timedelta(days=count)
    since = first + timedelta(days=one_of(draw, 0, 0, 1, 2))
    return Times(draw, zone, first, count), own_hours, since, until, zone


def cut_offs(draw: st.DrawFn, times: Times, until: date, events: list[datetime]) -> datetime:
    if events and chance(draw, 40):
        return times.after(one_of(draw, *events), 0, 1, 5, 20, 21, 30, 31, 180, 181, H, 24 * H, 48 * H)
    return day_begins(until, times.zone) + timedelta(days=one_of(draw, 0, 5, 30))


def scopes(draw: st.DrawFn, columns: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    while chance(draw, 35) and len(found) < 2:
        column = one_of(draw, *columns)
        found[column] = tuple(draw(st.lists(st.sampled_from(columns[column]), min_size=1, max_size=2, unique=True)))
    return found


SCOPE_COLUMNS = {
    "queue": ["q1", "q2"], "vendor": ["v1", "v2"], "team": ["t1", "t2"], "source": ["s1", "s2"],
    "topic": ["a", "b"], "customer_type": ["x", "y"],
}  # fmt: skip


@st.composite
def rosters(draw: st.DrawFn, times: Times) -> list[Event]:
    """Give each queue and each agent their teams, one after another, perhaps with a gap."""
    found: list[Event] = []
    for kind, member in (("queue", "q1"), ("queue", "q2"), ("agent", "ag1"), ("agent", "ag2")):
        at = times.some() - timedelta(days=20)
        for _ in range(draw(st.integers(0, 3))):
            until = times.some()
            if until <= at:
                break
            found.append(
                {"source": "roster", "load_id": 1, "record_at": None, "member_kind": kind, "member_id": member,
                 "since_at": at, "until_at": until, "team": one_of(draw, "t1", "t2", None),
                 "vendor": one_of(draw, "v1", "v2"), "site": None, "ambiguous_time": False}
            )  # fmt: skip
            at = until if chance(draw, 70) else until + timedelta(hours=1)
        if found and found[-1]["member_id"] == member and chance(draw, 40):
            found[-1]["until_at"] = None
    return found


def new_calls(draw: st.DrawFn, times: Times, number: int) -> list[Event]:
    """Draw one call: its legs, in one or several queues; perhaps the caller is to be called back."""
    arrived = times.some()
    source, direction = one_of(draw, "s1", "s1", "s2"), one_of(draw, *["inbound"] * 8, "outbound", None)
    customer, order = one_of(draw, "c1", "c2", None), one_of(draw, "o1", None)
    topic, kind = one_of(draw, "a", "b", None), one_of(draw, "x", "y", None)
    legs = []
    count, untimed = one_of(draw, 1, 1, 1, 2, 3), chance(draw, 8)
    for leg in range(count):
        words = ["answered"] * 4 + ["abandoned"] * 4 + ["lost", "ivr_only"]
        words += ["open"] if leg == count - 1 else []
        words += ["phantom"] if count == 1 else []
        outcome = one_of(draw, *words)
        queued = None if untimed or outcome == "ivr_only" else times.after(arrived, 0, 0, 5, 40)
        end = times.after(queued or arrived)
        answered = times.maybe(end, 5) if outcome == "answered" else None
        if chance(draw, 2):
            end = (queued or arrived) - timedelta(seconds=3)
            answered = end if outcome == "answered" else None
        done = times.after(end, 0, 60, 600) if outcome == "answered" else end
        ended = None if outcome == "open" else times.maybe(done, 5)
        wait = None
        if count == 1 and chance(draw, 5):
            wait = one_of(draw, 0, 5, 6, 20, 21)
        legs.append(
            {"source": source, "call_id": f"c{number}", "leg_id": str(leg + 1), "direction": direction,
             "customer_id": customer, "customer_type": kind, "topic": topic, "order_id": order, "language": None,
             "queue": one_of(draw, "q1", "q1", "q2", "q3", None) if outcome != "ivr_only" else None,
             "agent_id": one_of(draw, "ag1", "ag2") if outcome == "answered" else None,
             "arrived_at": arrived, "queued_at": queued, "answered_at": answered, "ended_at": ended,
             "outcome": outcome, "wait_s": wait, **parts_of(draw, outcome),
             "resolved": one_of(draw, True, False, None) if outcome == "answered" else None,
             "callback_promised_at": None, "callback_reached_at": None, "ambiguous_time": chance(draw, 3)}
        )  # fmt: skip
        arrived = times.after(done, 0, 5, 60)
    if direction != "outbound" and legs[-1]["outcome"] in ("abandoned", "lost") and chance(draw, 25):
        promise_a_call(draw, times, legs[-1])
    times.marks += [leg["ended_at"] for leg in legs[-1:] if leg["ended_at"] is not None]
    return legs


def parts_of(draw: st.DrawFn, outcome: str) -> Event:
    """Draw how long an agent talked, held the line and wrapped up; sometimes the log does not say."""
    names = ("talk_s", "hold_s", "wrap_s")
    if outcome != "answered":
        return dict.fromkeys(names)
    return {name: one_of(draw, Decimal(0), Decimal(30), Decimal("61.25"), Decimal(600), None) for name in names}


def promise_a_call(draw: st.DrawFn, times: Times, leg: Event) -> None:
    """The caller asked to be called: perhaps by a time, perhaps he was reached, in time or late."""
    end = leg["ended_at"] or leg["queued_at"] or leg["arrived_at"]
    leg["outcome"] = one_of(draw, "callback", "callback", leg["outcome"])
    promised = times.after(end, 60, 600, H, 24 * H)
    leg["callback_promised_at"] = promised if chance(draw, 75) else None
    if chance(draw, 60) or (leg["outcome"] != "callback" and leg["callback_promised_at"] is None):
        leg["callback_reached_at"] = one_of(
            draw, promised, promised + timedelta(seconds=1), times.after(end, 1, 60, 600, H, 24 * H)
        )


CALL_CHANGES: Changes = {
    "outcome": ["answered", "abandoned", "lost"], "queue": ["q1", "q2"], "resolved": [True, False],
    "ambiguous_time": [True],
}  # fmt: skip


STATES = ["talking", "hold", "wrap", "handling", "available", "ready", "idle", "break", "acw"]


def new_state(draw: st.DrawFn, times: Times, number: int, before: list[Event]) -> Event:
    """Draw a state of an agent: often right after, or over, an earlier one; now and then without an end."""
    since = times.some()
    if before and chance(draw, 60):
        at = before[-1]["until_at"] or before[-1]["since_at"]
        since = times.after(at, -600, -1, 0, 0, 0, 1, 600)
    until = None if chance(draw, 20) else times.after(since, 1, 60, 600, 600, H, 9 * H, 24 * H)
    return {
        "source": one_of(draw, "s1", "s1", "s2"), "agent_id": one_of(draw, "ag1", "ag1", "ag2"), "since_at": since,
        "until_at": until, "state": one_of(draw, *STATES), "queue": one_of(draw, None, None, "q1", "q2"),
        "ambiguous_time": chance(draw, 3),
    }  # fmt: skip


def new_states(draw: st.DrawFn, times: Times) -> list[Event]:
    found: list[Event] = []
    for number in range(draw(st.integers(0, 7))):
        state = new_state(draw, times, number, found)
        keys = [(one["source"], one["agent_id"], one["since_at"]) for one in found]
        if (state["source"], state["agent_id"], state["since_at"]) not in keys:
            found.append(state)
    return found


@st.composite
def phone_worlds(draw: st.DrawFn) -> World:
    """Draw calls and agents' states."""
    times, own_hours, since, until, zone = draw(places())
    calls = [leg for n in range(draw(st.integers(1, 10))) for leg in new_calls(draw, times, n)]
    states = new_states(draw, times)
    marks = [leg["queued_at"] or leg["arrived_at"] for leg in calls] + [state["since_at"] for state in states]
    marks += [leg[at] for leg in calls for at in ("callback_promised_at", "callback_reached_at") if leg[at] is not None]
    cut_off = cut_offs(draw, times, until, marks)
    scope = scopes(draw, {**SCOPE_COLUMNS, "channel": ["phone", "chat"]})
    roster = draw(rosters(times)) if {"vendor", "team"} & set(scope) else []
    return World(
        {
            "call": versions_of(draw, "call", calls, CALL_CHANGES),
            "agent_state": versions_of(draw, "agent_state", states, {"state": ["talking", "ready"]}),
            "roster": roster,
        },
        zone, since, until, cut_off, own_hours, scope,
    )  # fmt: skip


def new_shift(draw: st.DrawFn, times: Times, number: int) -> Event:
    """Draw a shift of an agent: as the log gives it, with one or the other figure missing."""
    begin = times.some()
    lengths = (Decimal(0), Decimal(14400), Decimal(28800), Decimal("30600.5"), Decimal(-60), None)
    return {
        "source": one_of(draw, "s1", "s1", "s2"), "agent_id": one_of(draw, "ag1", "ag2"), "shift_id": f"n{number}",
        "scheduled_from_at": times.maybe(begin, 5),
        "scheduled_until_at": times.maybe(times.after(begin, 4 * H, 8 * H), 15),
        "attended_s": one_of(draw, *lengths[1:4], *lengths), "scheduled_s": one_of(draw, *lengths[1:3], *lengths, None),
        "ambiguous_time": chance(draw, 5),
    }  # fmt: skip


@st.composite
def shift_worlds(draw: st.DrawFn) -> World:
    """Draw shifts."""
    times, own_hours, since, until, zone = draw(places())
    shifts = [new_shift(draw, times, number) for number in range(draw(st.integers(0, 6)))]
    ends = [
        shift[at] for shift in shifts for at in ("scheduled_from_at", "scheduled_until_at") if shift[at] is not None
    ]
    cut_off = cut_offs(draw, times, until, ends)
    scope = scopes(draw, {name: SCOPE_COLUMNS[name] for name in ("vendor", "team", "source", "queue")})
    roster = draw(rosters(times)) if {"vendor", "team"} & set(scope) else []
    return World(
        {"attendance": versions_of(draw, "attendance", shifts, {"attended_s": [Decimal(3600)]}), "roster": roster},
        zone, since, until, cut_off, own_hours, scope,
    )  # fmt: skip


class Chat:
    """One chat being drawn: bot or not, asked for or handed over, answered or left, in order or nearly."""

    def __init__(self, draw: st.DrawFn, times: Times, number: int) -> None:
        self.draw, self.times, self.number = draw, times, number
        self.source, self.at = one_of(draw, "s1", "s1", "s2"), times.some()
        self.facts = {
            "customer_id": one_of(draw, "c1", "c2", None),
            "topic": one_of(draw, "a", "b", None),
            "customer_type": one_of(draw, "x", "y", None),
        }
        self.events: list[Event] = []

    def add(self, kind: str, author: str | None, *steps: float, **more: Any) -> None:
        """Add an event some seconds after the last one."""
        self.at = self.times.after(self.at, *steps)
        place = len(self.events) + 1
        self.events.append(
            {"source": self.source, "session_id": f"h{self.number}", "event_id": str(place), "seq": place,
             "at": self.at, "kind": kind, "author": author, "automatic": False, "private": False, "agent_id": None,
             "customer_id": None, "customer_type": None, "queue": None, "topic": None, "order_id": None,
             "resolved": None, "ambiguous_time": chance(self.draw, 1), **more}
        )  # fmt: skip

    def begin(self) -> None:
        draw = self.draw
        if chance(draw, 60):
            self.add("opened", one_of(draw, *["customer"] * 8, "agent", None), 0, **self.facts)
        with_bot = chance(draw, 40)
        for _ in range(draw(st.integers(1, 3)) if with_bot else 0):
            self.add("line", one_of(draw, "bot", "customer"), 0, 1, 5, 60)
        if chance(draw, 70 if with_bot else 50):
            self.add("request", one_of(draw, "customer", None), 0, 0, 1, 5, 60, **self.facts)
        if chance(draw, 70 if with_bot else 20):
            self.add("handoff", one_of(draw, "bot", "system"), 0, 0, 1, 5, 60, queue=one_of(draw, "q1", "q2", None))

    def talk(self) -> None:
        draw = self.draw
        who = one_of(draw, *["customer"] * 5, *["agent"] * 4, "greeting", "note", "bot", "system", "transfer", "flag")
        if who in ("customer", "bot", "system"):
            self.add("line", who)
        elif who == "transfer":
            self.add("transfer", None, queue=one_of(draw, "q1", "q2", "q3"))
        elif who == "flag":
            self.add("resolved", "agent", resolved=one_of(draw, True, False))
        else:
            self.add(
                "line", "agent", agent_id=one_of(draw, "ag1", "ag2"), automatic=who == "greeting",
                private=who == "note", queue=one_of(draw, "q1", "q2", None),
            )  # fmt: skip

    def end(self) -> None:
        draw = self.draw
        while self.events and chance(draw, 50):  # more than once where a session was reopened, or a log says so
            kind = one_of(draw, "left", "left", "closed")
            self.add(
                kind,
                one_of(draw, "system", "customer") if kind == "left" else one_of(draw, *["system"] * 4, "customer"),
            )
            if chance(draw, 15):
                self.add("line", "agent", agent_id="ag1")
            if chance(draw, 15):  # who writes again had not left
                self.add("line", "customer")
                for _ in range(draw(st.integers(0, 2))):
                    self.talk()
        if self.events and chance(draw, 10):
            one = one_of(draw, *self.events)  # the clock of the log jumped: numbers and times disagree
            one["at"] -= timedelta(seconds=one_of(draw, 1, 5, 20))
        if chance(draw, 40):
            for event in self.events:
                event["seq"] = None


def new_session(draw: st.DrawFn, times: Times, number: int) -> list[Event]:
    chat = Chat(draw, times, number)
    chat.begin()
    for _ in range(draw(st.integers(0, 7))):
        chat.talk()
    chat.end()
    times.marks += [event["at"] for event in chat.events[-1:]]
    return chat.events


CHAT_CHANGES: Changes = {
    "queue": ["q1", "q2"],
    "automatic": [True],
    "author": ["agent", "customer"],
    "topic": ["a", "b"],
}


@st.composite
def chat_worlds(draw: st.DrawFn) -> World:
    times, own_hours, since, until, zone = draw(places())
    chats = [event for n in range(draw(st.integers(1, 6))) for event in new_session(draw, times, n)]
    cut_off = cut_offs(draw, times, until, [event["at"] for event in chats])
    scope = scopes(draw, {**SCOPE_COLUMNS, "channel": ["phone", "chat"]})
    roster = draw(rosters(times)) if {"vendor", "team"} & set(scope) else []
    return World(
        {"chat": versions_of(draw, "chat", chats, CHAT_CHANGES), "roster": roster},
        zone, since, until, cut_off, own_hours, scope,
    )  # fmt: skip


def new_thread(draw: st.DrawFn, times: Times, number: int) -> list[Event]:
    """Draw one conversation by mail, held together by headers, by a ticket, or hardly."""
    source, at, ticket = one_of(draw, "s1", "s1", "s2"), times.some(), one_of(draw, None, f"T{number}", "T")
    by_ticket = ticket is not None and chance(draw, 50)
    mails: list[Event] = []
    for place in range(draw(st.integers(1, 6))):
        direction = one_of(draw, *["in"] * (9 if place == 0 else 5), *["out"] * (1 if place == 0 else 5))
        parent = one_of(draw, *(mail["message_id"] for mail in mails), "lost@x") if mails and not by_ticket else None
        refs = None
        if mails and not by_ticket and chance(draw, 20):
            parent, refs = None, [one_of(draw, *(mail["message_id"] for mail in mails)), "other@x" + str(number)]
        mails.append(
            {"source": source, "message_id": f"m{number}.{place}", "at": at, "direction": direction,
             "automatic": chance(draw, 15), "in_reply_to": f"{parent}{number}" if parent == "lost@x" else parent,
             "refs": refs, "ticket_id": ticket if by_ticket or (not mails and chance(draw, 30)) else None,
             "agent_id": "ag1" if direction == "out" else None, "customer_id": one_of(draw, "c1", "c2", None),
             "queue": one_of(draw, "q1", "q2", None), "topic": one_of(draw, "a", "b", None), "order_id": None,
             "resolved": one_of(draw, True, False, None) if direction == "out" else None,
             "ambiguous_time": chance(draw, 1)}
        )  # fmt: skip
        at = (
            times.after(at, 0, 1, 60, 9 * H, 15 * H, 24 * H, 48 * H, 72 * H, 96 * H)
            if chance(draw, 70)
            else times.some()
        )
        if chance(draw, 50):
            at = max(at, mails[-1]["at"])
    times.marks += [mails[-1]["at"]]
    return mails


MAIL_CHANGES: Changes = {"queue": ["q1", "q2"], "automatic": [True], "direction": ["in", "out"]}


@st.composite
def email_worlds(draw: st.DrawFn) -> World:
    """Draw threads."""
    times, own_hours, since, until, zone = draw(places())
    own_hours = own_hours or draw(hours(since, (until - since).days, "cn"))  # days are counted by somebody's calendar
    mails = [mail for n in range(draw(st.integers(1, 6))) for mail in new_thread(draw, times, n)]
    cut_off = cut_offs(draw, times, until, [mail["at"] for mail in mails])
    scope = scopes(draw, {k: v for k, v in SCOPE_COLUMNS.items() if k != "customer_type"})
    roster = draw(rosters(times)) if {"vendor", "team"} & set(scope) else []
    return World(
        {"mail": versions_of(draw, "mail", mails, MAIL_CHANGES), "roster": roster},
        zone, since, until, cut_off, own_hours, scope,
    )  # fmt: skip


CASE_FACTS = (
    "customer_id", "agent_id", "queue", "topic", "order_id", "into_case_id", "pause_reason", "upheld",
)  # fmt: skip
Named: TypeAlias = tuple[str, str, str, datetime]  # channel, source and id of a contact, and when it was


class CaseLog:
    """A case being drawn."""

    def __init__(self, draw: st.DrawFn, times: Times, number: int, named: Named | None) -> None:
        self.draw, self.times, self.number = draw, times, number
        self.events: list[Event] = []
        self.at = times.some()
        self.name: Event = dict.fromkeys(("contact_channel", "contact_id", "contact_source"))
        if named is not None:
            channel, source, contact_id, at = named
            self.at = times.after(at) if chance(draw, 80) else self.at
            self.name = {
                "contact_channel": channel, "contact_id": contact_id,
                "contact_source": one_of(draw, source, source, None),
            }  # fmt: skip
        self.facts = {
            "case_type": one_of(draw, "complaint", "complaint", "feedback", "enquiry"),
            "queue": one_of(draw, "q1", "q2", None), "topic": one_of(draw, "a", "b", None),
        }  # fmt: skip

    def add(self, kind: str, **more: Any) -> None:
        draw, place = self.draw, len(self.events)
        is_named = place == 0 or chance(draw, 30)
        self.events.append(
            {"source": "cases", "case_id": f"k{self.number}", "event_id": str(place), "seq": place, "at": self.at,
             "kind": kind, **(self.name if is_named else dict.fromkeys(self.name)), **dict.fromkeys(CASE_FACTS),
             **(self.facts if is_named else dict.fromkeys(self.facts)),
             "automatic": kind in ("accepted", "plan_given", "resolved") and chance(draw, 15),
             "ambiguous_time": chance(draw, 1), **more}
        )  # fmt: skip
        self.at = self.times.after(self.at, 0, 1, 600, 9 * H, 24 * H, 48 * H, 72 * H)

    def work(self, kinds: Sequence[str], most: int) -> None:
        for _ in range(self.draw(st.integers(0, most))):
            kind = one_of(self.draw, *kinds)
            more: Event = {}
            if kind == "paused":
                more["pause_reason"] = one_of(self.draw, "awaits the customer", "awaits the customer", None)
            if kind in ("resolved", "upheld"):
                more["upheld"] = one_of(self.draw, True, False, None)
            self.add(kind, **more)


KINDS = ["accepted", "goods_arrived", "plan_given", "resolved", "paused", "paused", "resumed"]


def new_case(draw: st.DrawFn, times: Times, number: int, named: Named | None) -> list[Event]:
    """Draw a case that names a contact: its events, some of them automatic; perhaps paused, perhaps withdrawn."""
    case = CaseLog(draw, times, number, named)
    case.add("opened")
    case.work([*KINDS, "upheld"], 3)
    if chance(draw, 20):
        case.add("withdrawn")
    return case.events


def case_log(draw: st.DrawFn, times: Times, named: list[Named]) -> list[Event]:
    """Draw cases: reopened ones, or ones that are merged; both at once nobody can read in one way."""
    is_merging = chance(draw, 35)
    found: list[list[Event]] = []
    for number in range(draw(st.integers(1, 5))):
        case = CaseLog(draw, times, number, one_of(draw, None, *named) if named else None)
        case.add("opened")
        case.work(KINDS, 4)
        # one merges into a case that is still open then, and that may itself be merged into a third later
        ends = ("closed", "withdrawn", "merged")
        survivors = [
            other for other in found
            if other[0]["at"] <= case.at
            and not any(event["kind"] in ends and event["at"] <= case.at for event in other)
        ]  # fmt: skip
        if is_merging and survivors and chance(draw, 60):
            case.add("merged", into_case_id=one_of(draw, *survivors)[0]["case_id"])
        elif chance(draw, 50):
            case.add(one_of(draw, "closed", "withdrawn"))
            while not is_merging and chance(draw, 40):
                case.add("reopened")
                case.work(KINDS, 3)
                case.add(one_of(draw, "closed", "withdrawn", "resolved"))
        found.append(case.events)
    return [event for events in found for event in events]


@st.composite
def case_worlds(draw: st.DrawFn) -> World:
    """Draw cases, and the calls and mails that some of them came from."""
    times, own_hours, since, until, zone = draw(places())
    own_hours = own_hours or draw(hours(since, (until - since).days, "cn"))
    calls = [leg for n in range(draw(st.integers(0, 2))) for leg in new_calls(draw, times, n)]
    mails = [mail for n in range(draw(st.integers(0, 1))) for mail in new_thread(draw, times, n)]
    for row in [*calls, *mails]:
        row["ambiguous_time"] = False
    named = [("phone", leg["source"], leg["call_id"], leg["ended_at"] or leg["arrived_at"]) for leg in calls]
    named += [("email", mail["source"], mail["message_id"], mail["at"]) for mail in mails]
    log = case_log(draw, times, named)
    cut_off = cut_offs(draw, times, until, [event["at"] for event in log])
    scope = scopes(draw, {k: v for k, v in SCOPE_COLUMNS.items() if k not in ("customer_type", "source")})
    roster = draw(rosters(times)) if {"vendor", "team"} & set(scope) else []
    logs = {"call": calls, "mail": mails}
    return World(
        {
            **{name: [{**row, "load_id": 1, "record_at": None} for row in rows] for name, rows in logs.items()},
            "case": versions_of(draw, "case", log, {"kind": ["plan_given", "accepted"]}),
            "roster": roster,
        },
        zone, since, until, cut_off, own_hours, scope,
    )  # fmt: skip


SCALES = [None, None, None, "1-10", "0-10", "1-5", "1-3"]


def new_survey(draw: st.DrawFn, times: Times, number: int, named: Named) -> Event:
    channel, source, contact_id, at = named
    ratings = ("1", "2", "3", "4", "5", "6", "0", "10", "4.5", "7", "8", "9")
    answered = times.maybe(times.after(at, 0, 1, 60, H, 24 * H, 168 * H, 168 * H + 1, -1, -600), 15)
    rating = one_of(draw, *map(Decimal, ratings), None)
    return {
        "source": "surveys", "survey_id": f"v{number}", "contact_channel": channel, "contact_id": contact_id,
        "contact_source": one_of(draw, source, None), "invited_at": at, "answered_at": answered,
        "rating": rating if answered is not None else None, "scale": one_of(draw, *SCALES),
        "resolved": one_of(draw, True, False, None) if answered is not None  else None,
        "ambiguous_time": False,
    }  # fmt: skip


def new_inspection(draw: st.DrawFn, times: Times, number: int, named: Named) -> Event:
    channel, source, contact_id, at = named
    scores = (Decimal(100), Decimal("99.5"), Decimal(60), Decimal(0), None)
    return {
        "source": "inspections", "inspection_id": f"n{number}", "contact_channel": channel, "contact_id": contact_id,
        "contact_source": one_of(draw, source, None),
        "inspected_at": times.after(at, 0, 60, H, 24 * H, 72 * H), "accuracy": one_of(draw, *scores),
        "attitude": one_of(draw, *scores), "total": one_of(draw, *scores), "fatal": one_of(draw, False, None, True),
        "violations": one_of(draw, None, [], ["rude"], ["late"], ["late", "rude"], ["other"]), "agent_id": None,
        "ambiguous_time": False,
    }  # fmt: skip


@st.composite
def contact_worlds(draw: st.DrawFn) -> World:
    """Draw contacts of every channel, with cases, surveys and inspections that name them."""
    times, own_hours, since, until, zone = draw(places())
    own_hours = own_hours or draw(hours(since, (until - since).days, "cn"))
    calls = [leg for n in range(draw(st.integers(0, 3))) for leg in new_calls(draw, times, n)]
    chats = [event for n in range(draw(st.integers(0, 3))) for event in new_session(draw, times, n)]
    mails = [mail for n in range(draw(st.integers(0, 2))) for mail in new_thread(draw, times, n)]
    if chance(draw, 70):  # a thread of one customer about one thing
        for mail in mails:
            mail.update(customer_id="c1", topic="a", order_id=one_of(draw, "o1", None))
    named = [("phone", leg["source"], leg["call_id"], leg["ended_at"] or leg["arrived_at"]) for leg in calls]
    named += [("chat", event["source"], event["session_id"], event["at"]) for event in chats]
    named += [("email", mail["source"], mail["message_id"], mail["at"]) for mail in mails]
    named = named or [("phone", "s1", "c99", times.some())]
    log = [event for n in range(draw(st.integers(0, 4))) for event in new_case(draw, times, n, one_of(draw, *named))]
    surveys = [new_survey(draw, times, n, one_of(draw, *named)) for n in range(draw(st.integers(0, 5)))]
    inspections = [new_inspection(draw, times, n, one_of(draw, *named)) for n in range(draw(st.integers(0, 5)))]
    cut_off = cut_offs(draw, times, until, [at for *_, at in named])
    scope = scopes(draw, {**SCOPE_COLUMNS, "channel": ["phone", "chat", "email"]})
    roster = draw(rosters(times)) if {"vendor", "team"} & set(scope) else []
    return World(
        {
            "call": versions_of(draw, "call", calls, CALL_CHANGES),
            "chat": versions_of(draw, "chat", chats, CHAT_CHANGES),
            "mail": versions_of(draw, "mail", mails, MAIL_CHANGES),
            "case": versions_of(draw, "case", log, {"kind": ["plan_given", "accepted"]}),
            "survey": versions_of(draw, "survey", surveys, {"rating": [Decimal(1), Decimal(5)]}),
            "inspection": versions_of(draw, "inspection", inspections, {"total": [Decimal(80)], "fatal": [True]}),
            "roster": roster,
        },
        zone, since, until, cut_off, own_hours, scope,
    )  # fmt: skip
