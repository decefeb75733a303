"""Chats (metrics.md, section 4): sessions and rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference.hours import Clock
from tests.reference.log import Event, World, first_known

Terms = Mapping[str, str]
Result = tuple[str, Fraction | None]
ANYTHING = "anything"


def in_order(events: list[Event]) -> list[Event]:
    """At one instant the sequence number decides, else the customer comes before the agent."""
    rows = sorted(events, key=lambda e: (e["at"], e.get("author") != "customer" and e["kind"] != "left"))
    for i in range(len(rows)):  # a few lines of one instant: exchange neighbours whose numbers say so
        for j in range(len(rows) - 1 - i):
            a, b = rows[j], rows[j + 1]
            if a["at"] == b["at"] and a["seq"] is not None and b["seq"] is not None and a["seq"] > b["seq"]:
                rows[j], rows[j + 1] = b, a
    return rows


def is_line_of(event: Event, author: str) -> bool:
    return event["kind"] == "line" and event["author"] == author and not event["private"]


def is_human(event: Event) -> bool:
    """A line typed by a person's act: no greeting, no auto-reply, no private note."""
    return is_line_of(event, "agent") and not event["automatic"]


def follows(answer: Event, question: Event) -> bool:
    """Say whether a line comes after the question: at one instant by number, else as an answer."""
    if answer["at"] != question["at"]:
        return bool(answer["at"] > question["at"])
    if answer["seq"] is None or question["seq"] is None:
        return True
    return bool(answer["seq"] > question["seq"])


@dataclass
class Asked:
    """A question with what became of it."""

    event: Event
    answer: Event | None = None
    is_negative: bool = False

    @property
    def at(self) -> datetime:
        at: datetime = self.event["at"]
        return at


@dataclass
class Session:
    source: str
    session_id: str
    events: list[Event]
    start: Asked
    left_at: datetime | None
    closed_at: datetime | None
    no_request: bool
    contradicting: bool
    ambiguous: bool
    outside: str | None
    lines: list[Event]
    begun_with_bot: bool
    request: Event


def departure_after(events: list[Event], question: Event) -> Event | None:
    """Return the customer's first departure since the question: who came back to ask had not left it."""
    return next((e for e in events if e["kind"] == "left" and e["at"] >= question["at"]), None)


def look_for_answer(event: Event, humans: list[Event], left: Event | None) -> Asked:
    """Find the first line of a person after the question; lines after a departure answer nothing."""
    heard = [line for line in humans if left is None or not is_after_leaving(line, left)]
    answer = next((line for line in heard if follows(line, event)), None)
    numbered = [line for line in heard if None not in (line["seq"], event["seq"]) and line["seq"] > event["seq"]]
    next_by_number = min(numbered, key=lambda line: line["seq"], default=None)
    return Asked(event, answer, next_by_number is not None and next_by_number["at"] < event["at"])


def is_after_leaving(line: Event, left: Event) -> bool:
    return follows(line, left)


def sessions(world: World, start: str = "request") -> list[Session]:
    """Return every session that is known by the cut-off, with its clock's start."""
    found = []
    for (source, session_id), events in world.groups("chat", "session_id").items():
        known = in_order([event for event in events if event["at"] <= world.cut_off_at])
        if known:
            session = session_of(world, source, session_id, known, start, events)
            later = session_of(world, source, session_id, in_order(events), start, events)
            if (later.start.at, later.outside) != (session.start.at, session.outside):
                session.outside = ANYTHING  # what lies after the cut-off would move its start
            found.append(session)
    return found


def session_of(
    world: World, source: str, session_id: str, events: list[Event], start: str, everything: list[Event]
) -> Session:
    customer = [e for e in events if is_line_of(e, "customer")]
    humans = [e for e in events if is_human(e)]
    bots = [e for e in events if is_line_of(e, "bot")]
    of_kind: dict[str, Event] = {}
    for event in events:
        of_kind.setdefault(event["kind"], event)
    opened, asked, handed = (of_kind.get(kind) for kind in ("opened", "request", "handoff"))
    opening = opened or events[0]
    request = asked or handed or opening
    outside = None
    if opened is not None and opened["author"] == "agent":
        outside = "agent-opened"
    elif not customer:
        # a first line after the cut-off is unknown; a product that keeps such a session back says no more than that
        outside = "silent | not there" if any(is_line_of(e, "customer") for e in everything) else "silent"
    elif not (asked or handed) and bots and not any(follows(line, bots[0]) for line in humans):
        outside = "bot only" if not humans else None
    no_request = not (asked or handed) and bool(bots) and any(follows(line, bots[0]) for line in humans)
    begun = {"request": request, "handoff": handed or request, "opening": opening}[start]
    question = begun
    if customer and customer[0]["at"] >= begun["at"]:
        question = customer[0]
    left, closed = departure_after(events, question), of_kind.get("closed")
    session = Session(
        source, session_id, events, look_for_answer(question, humans, left),
        left["at"] if left else None, closed["at"] if closed else None, no_request,
        any(e["contradicting"] for e in everything), any(e["ambiguous_time"] for e in everything),
        outside, customer, bool(customer and bots and bots[0]["at"] <= customer[0]["at"]), request,
    )  # fmt: skip
    place = session.start.at
    if not world.in_scope(whole(source, events), "chat", place):
        session.outside = "out of scope"
    return session


def whole(source: str, events: list[Event]) -> dict[str, Any]:
    """Return what a session is called by: the first value that its events give."""
    columns = ("queue", "customer_id", "customer_type", "topic", "order_id")
    return {"source": source, **{column: first_known(events, column) for column in columns}}


def number(terms: Terms, name: str) -> Fraction:
    return Fraction(Decimal(terms[name]))


def shut_out(session: Session, at: datetime, terms: Terms, clock: Clock) -> str | None:
    """Return the state of a session that a clock cannot be asked of."""
    if session.outside:
        return f"outside: {session.outside}"
    if terms.get("outside_hours") == "out_of_population":
        is_open = clock.is_open(at)
        if is_open is None:
            return "unmeasurable: no calendar"
        if not is_open:
            return "outside: outside service hours"
    return "unmeasurable: contradicting deliveries" if session.contradicting else None


def untimed(asked: Asked, session: Session) -> str | None:
    if session.no_request:
        return "unmeasurable: no request time"
    if session.ambiguous:
        return "unmeasurable: ambiguous time"
    return "unmeasurable: negative interval" if asked.is_negative else None


def departure(session: Session, terms: Terms, waited: Fraction | None) -> str | None:
    """Who left before an answer: within the short abandon, or without one service second counted."""
    if waited is None:
        return "unmeasurable: no calendar"
    short = number(terms, "chat_short_abandon_s")
    if short and waited <= short:
        return "excluded: short abandon" + (" | excluded: left outside hours" if waited == 0 else "")
    return "excluded: left outside hours" if waited == 0 else None


def first_response(session: Session, terms: Terms, world: World, clock: Clock) -> Result:
    asked, within = session.start, number(terms, "within_s")
    wrong = untimed(asked, session)
    if wrong:
        return wrong, None
    if asked.answer:
        waited = clock.service_seconds(asked.at, asked.answer["at"])
        if waited is None:
            return "unmeasurable: no calendar", None
        return "met" if waited <= within else "missed", waited
    if session.left_at is not None:
        waited = clock.service_seconds(asked.at, session.left_at)
        state = departure(session, terms, waited)
        if state is None:
            assert waited is not None
            state = "excluded: left within target" if waited <= within else "missed"
        return state, None
    if session.closed_at is not None:
        return "missed", None  # ended by us or the system
    return still_open(clock.service_seconds(asked.at, world.cut_off_at), within), None


def still_open(waited: Fraction | None, within: Fraction) -> str:
    if waited is None:
        return "unmeasurable: no calendar"
    return "missed: not yet done" if waited > within else "pending"


def first_response_mean(session: Session, terms: Terms, world: World, clock: Clock) -> Result:
    asked = session.start
    wrong = untimed(asked, session)
    if wrong:
        return wrong, None
    if asked.answer:
        waited = clock.service_seconds(asked.at, asked.answer["at"])
        return ("unmeasurable: no calendar", None) if waited is None else ("counted", waited)
    if session.left_at is not None:
        return untimeable("excluded: left before an answer", session.start, world, clock), None
    state = "pending" if session.closed_at is None else "excluded: never answered"
    return untimeable(state, session.start, world, clock), None


def untimeable(state: str, asked: Asked, world: World, clock: Clock) -> str:
    """In a mean what has no amount needs no clock; but a clock that cannot run may be said first."""
    ends = clock.service_seconds(asked.at, asked.at)
    return f"{state} | unmeasurable: no calendar" if ends is None else state


def reply_rate(session: Session, terms: Terms, world: World, clock: Clock) -> Result:
    asked = session.start
    if asked.answer or asked.is_negative:
        return "met", None
    if session.left_at is not None:
        return departure(session, terms, clock.service_seconds(asked.at, session.left_at)) or "missed", None
    return "pending" if session.closed_at is None else "missed", None


def measured_sessions(rule: Any, world: World, terms_on: Any) -> dict[tuple[str, str], Result]:
    clock, found = world.clock, {}
    start = terms_on(None)["start"]
    for session in sessions(world, start):
        if not world.in_period(session.start.at):
            continue
        terms = terms_on(session.start.at)
        state = shut_out(session, session.start.at, terms, clock)
        found[session.source, session.session_id] = (state, None) if state else rule(session, terms, world, clock)
    return found


# --- rounds ----------------------------------------------------------------------------------------------------------


def rounds(session: Session) -> list[Asked]:
    """Consecutive customer lines are one, until a person's line; one begun with the bot starts at the request."""
    humans = [e for e in session.events if is_human(e)]
    found: list[Asked] = []
    waiting = False
    for event in session.events:
        if is_line_of(event, "customer") and not waiting:
            question = event
            if not found and session.request["kind"] in ("request", "handoff") and event["at"] < session.request["at"]:
                question = session.request
            found.append(look_for_answer(question, humans, departure_after(session.events, question)))
            waiting = True
        elif event in humans and found and found[-1].answer is event:
            waiting = False
    return found


def measured_rounds(world: World, terms_on: Any, *, is_mean: bool) -> dict[tuple[str, str], Result]:
    clock, found = world.clock, {}
    for session in sessions(world):
        for place, asked in enumerate(rounds(session), start=1):
            if not world.in_period(asked.at):
                continue
            terms = terms_on(asked.at)
            state = shut_out(session, asked.at, terms, clock)
            if session.contradicting:
                state = f"outside: {ANYTHING}"  # which lines there are is what the deliveries disagree about
            result = (state, None) if state else round_state(session, asked, terms, world, clock, is_mean=is_mean)
            found[session.source, f"{session.session_id}#{place}"] = result
    return found


def round_state(session: Session, asked: Asked, terms: Terms, world: World, clock: Clock, *, is_mean: bool) -> Result:
    wrong = untimed(asked, session)
    if wrong:
        return wrong, None
    if asked.answer:
        waited = clock.service_seconds(asked.at, asked.answer["at"])
        if waited is None:
            return "unmeasurable: no calendar", None
        return ("counted" if is_mean else "met" if waited <= number(terms, "within_s") else "missed"), waited
    ends = [e["at"] for e in session.events if e["kind"] in ("left", "closed") and e["at"] >= asked.at]
    if is_mean:
        return untimeable("excluded: never answered" if ends else "pending", asked, world, clock), None
    within = number(terms, "within_s")
    if not ends:
        return still_open(clock.service_seconds(asked.at, world.cut_off_at), within), None
    waited = clock.service_seconds(asked.at, min(ends))
    if waited is None:
        return "unmeasurable: no calendar", None
    return "excluded: closed within target" if waited <= within else "missed", None
