"""Chats (metrics.md, section 4): sessions and rounds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from tests.reference.hours import Clock, seconds
from tests.reference.log import ANYTHING, Event, Found, Item, Result, Terms, World, first_known, put

LONGER = "counted: longer than any"
NO_REQUEST = "unmeasurable: no request time"
UNKNOWN = f"outside: {ANYTHING}"


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
    first_line: Event | None = None  # of a round, whose clock may begin later, at the request

    @property
    def at(self) -> datetime:
        at: datetime = self.event["at"]
        return at

    @property
    def arrival(self) -> datetime:
        at: datetime = (self.first_line or self.event)["at"]
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
    called: dict[str, Any]
    contradicting_elsewhere: bool = False
    split_at: datetime | None = None
    is_doubtful: bool = False

    @property
    def item(self) -> Item:
        return self.source, self.session_id


def departure_after(events: list[Event], question: Event) -> Event | None:
    """Return the customer's departure since the question; who wrote again had not left."""
    found = None
    for event in events:
        if is_line_of(event, "customer"):
            found = None
        elif is_departure(event) and event["at"] >= question["at"] and found is None:
            found = event
    return found


def is_departure(event: Event) -> bool:
    return event["kind"] == "left" or (event["kind"] == "closed" and event["author"] == "customer")


def closing_after(events: list[Event], question: Event) -> Event | None:
    """Return the first closing, by us or the system, of what was asked: one before the question ended nothing of it."""
    ends = [event for event in events if event["kind"] == "closed" and not is_departure(event)]
    return next((event for event in ends if event["at"] >= question["at"]), None)


def ending(events: list[Event], question: Event) -> tuple[datetime | None, datetime | None]:
    """Return when the customer left, if nobody had closed before, and when we or the system closed."""
    left, closed = departure_after(events, question), closing_after(events, question)
    if left is not None and closed is not None and closed["at"] < left["at"]:
        left = None
    return None if left is None else left["at"], None if closed is None else closed["at"]


def look_for_answer(event: Event, humans: list[Event], left: Event | None) -> Asked:
    """Find the first line of a person after the question; lines after a departure answer nothing."""
    heard = [line for line in humans if left is None or not is_after_leaving(line, left)]
    answer = next((line for line in heard if follows(line, event)), None)
    numbered = [line for line in heard if None not in (line["seq"], event["seq"]) and line["seq"] > event["seq"]]
    next_by_number = min(numbered, key=lambda line: line["seq"], default=None)
    return Asked(event, answer, next_by_number is not None and next_by_number["at"] < event["at"])


def is_after_leaving(line: Event, left: Event) -> bool:
    return follows(line, left)


def sessions(world: World, start: str = "request", split_after_min: str = "0") -> list[Session]:
    """Return every session (or part of one) that is known by the cut-off, with its clock's start."""
    return world.once(("chat", start, split_after_min), lambda: every_session(world, start, split_after_min))


def every_session(world: World, start: str, split_after_min: str) -> list[Session]:
    found = []
    minutes = Fraction(Decimal(split_after_min))
    for (source, session_id), events in world.groups("chat", "session_id").items():
        parts = split(in_order(events), minutes) if minutes else [in_order(events)]
        for place, part in enumerate(parts, start=1):
            known = [event for event in part if event["at"] <= world.cut_off_at]
            if not known:
                continue
            name = f"{session_id}/{place}" if len(parts) > 1 else session_id
            session = session_of(world, source, name, in_order(known), start, part, events)
            later = session_of(world, source, name, part, start, part, events)
            # what lies after the cut-off would move its start, or shows that the customer had not left
            is_moved = (later.start.at, later.outside) != (session.start.at, session.outside)
            if is_moved or (session.left_at is not None and later.left_at != session.left_at):
                session.outside = ANYTHING
            if place < len(parts) and parts[place][0]["at"] <= world.cut_off_at:
                session.split_at = parts[place][0]["at"]  # this one is over when another begins
                session.closed_at = session.closed_at or session.split_at
            # what was asked for earlier in the session may be said to hold for a later part too
            session.is_doubtful = session.no_request and place > 1
            session.contradicting_elsewhere = any(event["contradicting"] for event in events)
            found.append(session)
    return found


def split(events: list[Event], minutes: Fraction) -> list[list[Event]]:
    """Cut where more than so many minutes lie between two consecutive events; what ends a session begins none."""
    parts: list[list[Event]] = []
    for event in events:
        is_silent = bool(parts) and seconds(parts[-1][-1]["at"], event["at"]) > minutes * 60
        if not parts or (is_silent and event["kind"] not in ("left", "closed", "resolved")):
            parts.append([])
        parts[-1].append(event)
    return parts


def session_of(
    world: World, source: str, session_id: str, events: list[Event], start: str, everything: list[Event],
    unsplit: list[Event],
) -> Session:  # fmt: skip
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
    elif not (asked or handed) and bots and not humans:
        outside = "bot only"
    # a person who typed before the bot had the session from its opening: nobody handed it over
    no_request = not (asked or handed) and bool(bots and humans) and all(follows(line, bots[0]) for line in humans)
    begun = {"request": request, "handoff": handed or request, "opening": opening}[start]
    question = begun
    if customer and customer[0]["at"] >= begun["at"]:
        question = customer[0]
    left = departure_after(events, question)
    left_at, closed_at = ending(events, question)
    called = whole(source, events, unsplit)
    session = Session(
        source, session_id, events, look_for_answer(question, humans, left),
        left_at, closed_at, no_request,
        any(e["contradicting"] for e in everything), any(e["ambiguous_time"] for e in everything),
        outside, customer, bool(customer and bots and bots[0]["at"] <= customer[0]["at"]), request, called,
    )  # fmt: skip
    place = session.start.at
    if not world.in_scope(called, "chat", place):
        session.outside = "out of scope"
    return session


def whole(source: str, events: list[Event], unsplit: list[Event]) -> dict[str, Any]:
    """Return what a session is called by: the first value that its events give, else the whole session's."""
    columns = ("queue", "customer_id", "customer_type", "topic", "order_id")
    return {"source": source, **{column: first_known([*events, *in_order(unsplit)], column) for column in columns}}


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
    if session.no_request and not session.is_doubtful:
        return NO_REQUEST
    if session.ambiguous:
        return "unmeasurable: ambiguous time"
    return "unmeasurable: negative interval" if asked.is_negative else None


def gone(asked: Asked, left_at: datetime, terms: Terms, clock: Clock) -> str | None:
    """Who left before an answer: within the short abandon by the wall, or without one service second counted."""
    short = number(terms, "chat_short_abandon_s")
    if short and seconds(asked.at, left_at) <= short:
        return "excluded: short abandon"
    waited = clock.service_seconds(asked.at, left_at)
    if waited is None:
        return "unmeasurable: no calendar"
    return "excluded: left outside hours" if waited == 0 else None


def left_state(asked: Asked, left_at: datetime, terms: Terms, clock: Clock, within: Fraction) -> str | None:
    """Return the state of who left at or under the target, or earlier; None where longer."""
    state = gone(asked, left_at, terms, clock)
    if state is None and (clock.service_seconds(asked.at, left_at) or 0) <= within:
        return "excluded: left within target"
    return state


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
        return left_state(asked, session.left_at, terms, clock, within) or "missed", None
    if session.closed_at is not None:
        return untimeable("missed", asked, clock), None  # ended by us or the system
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
        return untimeable("excluded: left before an answer", session.start, clock), None
    state = "pending" if session.closed_at is None else "excluded: never answered"
    return untimeable(state, session.start, clock), None


def first_response_percentile(session: Session, terms: Terms, world: World, clock: Clock) -> Result:
    asked = session.start
    wrong = untimed(asked, session)
    if wrong:
        return wrong, None
    if asked.answer:
        waited = clock.service_seconds(asked.at, asked.answer["at"])
        return ("unmeasurable: no calendar", None) if waited is None else ("counted", waited)
    if session.left_at is not None:
        return left_state(asked, session.left_at, terms, clock, number(terms, "target_s")) or LONGER, None
    state = "pending" if session.closed_at is None else LONGER
    return untimeable(state, session.start, clock), None


def untimeable(state: str, asked: Asked, clock: Clock) -> str:
    """A clock that cannot run is said first, also of what was never answered (DECISIONS, "hours nobody knows")."""
    return "unmeasurable: no calendar" if clock.service_seconds(asked.at, asked.at) is None else state


def reply_rate(session: Session, terms: Terms, world: World, clock: Clock) -> Result:
    asked = session.start
    if asked.answer or asked.is_negative:
        return "met", None
    if session.left_at is not None:
        return doubtful(gone(asked, session.left_at, terms, clock) or "missed", session), None
    return "pending" if session.closed_at is None else "missed", None


def doubtful(state: str, session: Session) -> str:
    """A rate of replies needs a clock only for who left; whether it asks for one then is not said."""
    wrong = untimed(Asked(session.request), session)
    return f"{state} | {wrong}" if wrong else state


Rule = Callable[[Session, Terms, World, Clock], Result]
TermsOn = Callable[[datetime | None], Terms]


def due_at(asked: Asked, terms: Terms, world: World) -> datetime | None:
    return world.clock.reached_at(asked.at, number(terms, "within_s"), world.horizon, is_working=True)


def end_of(session: Session) -> datetime | None:
    if session.start.answer:
        at: datetime = session.start.answer["at"]
        return at
    return session.left_at or session.closed_at


def where(session: Session, terms: Terms, world: World) -> bool | None:
    by = terms.get("period_by", "arrival")
    return world.falls(by, session.start.at, end_of(session), partial(due_at, session.start, terms, world))


def parts_of(world: World, terms: Terms) -> list[Session]:
    return sessions(world, terms.get("start", "request"), terms["split_after_min"])


def measured_sessions(rule: Rule, world: World, terms_on: TermsOn) -> Found:
    clock, choices = world.clock, terms_on(None)
    every = parts_of(world, choices)
    states: dict[Item, Result] = {}
    for session in every:
        terms = terms_on(session.start.at)
        state = shut_out(session, session.start.at, terms, clock)
        result = (state, None) if state else rule(session, terms, world, clock)
        if session.contradicting_elsewhere and not session.contradicting:
            result = f"{result[0]} | unmeasurable: contradicting deliveries", result[1]
        if session.is_doubtful:
            result = f"{result[0]} | {NO_REQUEST}", result[1]
        states[session.item] = result
    by = choices.get("period_by", "arrival")
    found: Found = {}
    members = customer_days(world, terms_on) if choices.get("grain") == "customer_day" else {}
    for session in every:
        if session.start.at > world.cut_off_at:
            continue
        # many items that count once belong to the period of the first of them
        mates = [one for one in every if session.item in members and members[one.item] == members[session.item]]
        counted = [one for one in mates if not states[one.item][0].startswith("outside")]
        first = min(counted or [session], key=lambda one: (one.start.at, one.item))
        first = session if states[session.item][0].startswith("outside") else first
        place = where(first, terms_on(first.start.at), world)
        if by == "end" and any("unmeasurable" in states[one.item][0] for one in counted):
            place = None  # its end, and so the period of them all, is not said
        if session.contradicting or session.contradicting_elsewhere:
            place = None  # when the customer first wrote may be what they contradict each other in
        put(found, session.item, states[session.item], place, by)
    return found


def customer_days(world: World, terms_on: TermsOn) -> dict[Item, Any]:
    """Return the customer and day that each session counts for; a blank customer is nobody else."""
    return {
        session.item: (session.called["customer_id"] or session.item, world.service_day(session.start.at))
        for session in parts_of(world, terms_on(None))
    }


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
            found[-1].first_line = event
            waiting = True
        elif event in humans and found and found[-1].answer is event:
            waiting = False
    return found


RoundRule = Callable[[Session, Asked, Terms, World, Clock], Result]


def end_of_round(session: Session, asked: Asked) -> datetime | None:
    if asked.answer:
        at: datetime = asked.answer["at"]
        return at
    begins = None if session.split_at is None else max(session.split_at, asked.at)
    return min((at for at in (*ending(session.events, asked.event), begins) if at is not None), default=None)


def measured_rounds(rule: RoundRule, world: World, terms_on: TermsOn) -> Found:
    clock, choices = world.clock, terms_on(None)
    by = choices.get("period_by", "arrival")
    found: Found = {}
    for session in sessions(world, split_after_min=choices["split_after_min"]):
        for place, asked in enumerate(rounds(session), start=1):
            terms = terms_on(asked.arrival)
            state = shut_out(session, asked.arrival, terms, clock)
            if session.contradicting or session.contradicting_elsewhere:
                state = UNKNOWN  # which lines there are is what the deliveries disagree about
            result = (state, None) if state else rule(session, asked, terms, world, clock)
            if session.is_doubtful:
                result = f"{result[0]} | {NO_REQUEST}", result[1]
            end = end_of_round(session, asked)
            falls = (
                None if state == UNKNOWN else world.falls(by, asked.arrival, end, partial(due_at, asked, terms, world))
            )
            put(found, (session.source, f"{session.session_id}#{place}"), result, falls, by)
        if session.contradicting or session.contradicting_elsewhere:  # and so how many rounds
            for place in range(1, len(session.events) + 1):
                found.setdefault((session.source, f"{session.session_id}#{place}"), (f"{UNKNOWN} | not there", None))
    return found


def answered_round(session: Session, asked: Asked, clock: Clock) -> Result | None:
    """Return the state of a round that has no clock, or its time where it was answered."""
    wrong = untimed(asked, session)
    if wrong:
        return wrong, None
    if asked.answer is None:
        return None
    waited = clock.service_seconds(asked.at, asked.answer["at"])
    return ("unmeasurable: no calendar", None) if waited is None else ("counted", waited)


def response_mean(session: Session, asked: Asked, terms: Terms, world: World, clock: Clock) -> Result:
    result = answered_round(session, asked, clock)
    state = "pending" if end_of_round(session, asked) is None else "excluded: never answered"
    return result or (untimeable(state, asked, clock), None)


def closed_round(session: Session, asked: Asked, clock: Clock, within: Fraction, late: str) -> str | None:
    """An unanswered last round closed within the target is excluded, later it is ``late``; None while open."""
    end = end_of_round(session, asked)
    if end is None:
        return None
    waited = clock.service_seconds(asked.at, end)
    if waited is None:
        return "unmeasurable: no calendar"
    return "excluded: closed within target" if waited <= within else late


def response_percentile(session: Session, asked: Asked, terms: Terms, world: World, clock: Clock) -> Result:
    result = answered_round(session, asked, clock)
    state = closed_round(session, asked, clock, number(terms, "target_s"), LONGER)
    return result or (state or untimeable("pending", asked, clock), None)


def round_within(session: Session, asked: Asked, terms: Terms, world: World, clock: Clock) -> Result:
    within = number(terms, "within_s")
    result = answered_round(session, asked, clock)
    if result:
        state, waited = result
        return ("met" if waited <= within else "missed") if waited is not None else state, waited
    state = closed_round(session, asked, clock, within, "missed") or ""
    return state or still_open(clock.service_seconds(asked.at, world.cut_off_at), within), None


def round_reply_rate(session: Session, asked: Asked, terms: Terms, world: World, clock: Clock) -> Result:
    if asked.answer or asked.is_negative:
        return "met", None
    left_at, _ = ending(session.events, asked.event)
    if left_at is not None:
        return doubtful(gone(asked, left_at, terms, clock) or "missed", session), None
    return "pending" if end_of_round(session, asked) is None else "missed", None
