"""Calls (metrics.md, section 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from tests.reference.hours import seconds
from tests.reference.log import Event, World

Terms = Mapping[str, str]
Result = tuple[str, Fraction | None]
WORDS = ("answered", "abandoned", "lost", "open")


@dataclass
class Call:
    """An offered call of the contract: its legs outside the contract have been dropped."""

    source: str
    call_id: str
    legs: list[Event]
    arrival: datetime
    outcome: str
    wait: Fraction | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    contradicting: bool
    ambiguous: bool
    outside: str | None = None
    all_legs: list[Event] = field(default_factory=list)


def entered_at(leg: Event) -> datetime:
    at: datetime = leg["queued_at"] or leg["arrived_at"]
    return at


def calls(world: World, *, everywhere: bool = False) -> list[Call]:
    """Return every call of the period (or of all time) that is a candidate, in or outside the population."""
    found = []
    for (source, call_id), everything in world.groups("call", "call_id").items():
        known = [leg for leg in everything if entered_at(leg) <= world.cut_off_at]
        legs = sorted(known, key=lambda leg: (entered_at(leg), leg["arrived_at"], leg["leg_id"]))
        mine = [leg for leg in legs if world.in_scope(leg, "phone", entered_at(leg))]
        if not legs:
            continue
        call = call_of(world, source, call_id, mine) if mine else outside_call(source, call_id, legs)
        call.all_legs = legs
        if everywhere or world.in_period(call.arrival):
            found.append(call)
    return found


def outside_call(source: str, call_id: str, legs: list[Event], reason: str = "out of scope") -> Call:
    arrival = entered_at(legs[0])
    return Call(source, call_id, legs, arrival, "", None, None, None, None, False, False, reason)


def call_of(world: World, source: str, call_id: str, legs: list[Event]) -> Call:
    if legs[0].get("direction") == "outbound":
        return outside_call(source, call_id, legs, "outbound call")
    # a queue name suffices, its time may be missing; where both are, the log's word for how it ended tells
    offered = [leg for leg in legs if leg["outcome"] != "ivr_only"]
    if not offered:
        return outside_call(source, call_id, legs, "IVR only")
    known = [leg for leg in offered if leg["outcome"] in WORDS]
    if not known:
        return outside_call(source, call_id, offered, offered[0]["outcome"])
    offered = known
    cut_off = world.cut_off_at
    answers = [
        leg for leg in offered if leg["outcome"] == "answered" and (leg["answered_at"] or entered_at(leg)) <= cut_off
    ]
    last = offered[-1]
    if answers:
        outcome = "answered"
    elif last["outcome"] in ("answered", "open") or (last["ended_at"] or entered_at(last)) > cut_off:
        outcome = "open"
    else:
        outcome = last["outcome"]
    queued_at = offered[0]["queued_at"]
    answered_at = answers[0]["answered_at"] if answers else None  # the first person's; not known is not the second's
    until = answered_at if answers else last["ended_at"]
    wait = seconds(queued_at, until) if queued_at is not None and until is not None else None
    if len(offered) == 1 and last["wait_s"] is not None:
        wait = Fraction(last["wait_s"])  # the log's own
    return Call(
        source, call_id, offered, entered_at(offered[0]), outcome, wait, queued_at, answered_at,
        max((leg["ended_at"] for leg in offered if leg["ended_at"] is not None), default=None),
        any(leg["contradicting"] for leg in legs), any(leg["ambiguous_time"] for leg in offered),
    )  # fmt: skip


def unmeasurable_wait(call: Call) -> str | None:
    if call.ambiguous:
        return "unmeasurable: ambiguous time"
    if call.wait is None:
        return "unmeasurable: no queue time"
    return "unmeasurable: negative queue time" if call.wait < 0 else None


def is_short(call: Call, terms: Terms) -> bool:
    limit = Fraction(Decimal(terms["short_abandon_s"]))
    return call.outcome == "abandoned" and limit > 0 and call.wait is not None and call.wait <= limit


def connect_rate(call: Call, terms: Terms, world: World) -> Result:
    if call.outcome == "answered":
        return "met", None
    if call.outcome == "open":
        return "pending", None
    if call.outcome == "lost":
        return "missed", None
    return unmeasurable_wait(call) or ("excluded: short abandon" if is_short(call, terms) else "missed"), None


def abandonment(call: Call, terms: Terms, world: World) -> Result:
    """Numerator: abandoned after the short ones ("missed"); base: offered less short."""
    if call.outcome in ("answered", "lost"):
        return "met", None
    if call.outcome == "open":
        return "pending", None
    return unmeasurable_wait(call) or ("excluded: short abandon" if is_short(call, terms) else "missed"), None


def average_wait(call: Call, terms: Terms, world: World) -> Result:
    if call.outcome == "open":
        return "pending", None
    if call.outcome == "lost":
        return "excluded: never answered", None
    wrong = unmeasurable_wait(call)
    if call.outcome == "abandoned" and terms["over"] == "answered":
        # no queue time on an abandoned call: unmeasurable in every metric
        return wrong if wrong == "unmeasurable: no queue time" else "excluded: left before an answer", None
    return (wrong, None) if wrong else ("counted", call.wait)


def service_level(call: Call, terms: Terms, world: World) -> Result:
    within, formula = Fraction(Decimal(terms["answer_within_s"])), terms["formula"]
    of_answered = formula == "within / answered"
    if call.outcome == "open":
        is_past = call.queued_at is not None and seconds(call.queued_at, world.cut_off_at) > within
        return "missed: not yet done" if is_past else "pending", None
    if call.outcome == "lost":
        return "excluded: never answered" if of_answered else "missed", None
    wrong = unmeasurable_wait(call)
    if wrong:
        return wrong, None
    assert call.wait is not None
    if call.outcome == "answered":
        return "met" if call.wait <= within else "missed", None
    return {
        "within / answered": "excluded: left before an answer",
        "within / offered": "missed",
        "within / (offered - short)": "excluded: short abandon" if is_short(call, terms) else "missed",
        "within / (answered + abandoned after)": "excluded: left within target" if call.wait <= within else "missed",
        "(within + abandoned within) / offered": "met" if call.wait <= within else "missed",
        "(within + short) / offered": "met" if is_short(call, terms) else "missed",
    }[formula], None


def measured(
    rule: Callable[[Call, Terms, World], Result], world: World, terms_on: Callable[[datetime], Terms]
) -> dict[tuple[str, str], Result]:
    """Give every candidate its state: what is first in section 1, rule 2 is its state."""
    clock = world.clock
    found: dict[tuple[str, str], Result] = {}
    for call in calls(world):
        terms = terms_on(call.arrival)
        is_open = clock.is_open(call.arrival) if terms["out_of_hours"] == "exclude" else True
        result: Result
        if call.outside:
            result = f"outside: {call.outside}", None
        elif is_open is None:
            result = "unmeasurable: no calendar", None
        elif not is_open:
            result = "excluded: outside service hours", None
        elif call.contradicting:
            result = "unmeasurable: contradicting deliveries", None
        else:
            result = rule(call, terms, world)
        found[call.source, call.call_id] = result
    return found
