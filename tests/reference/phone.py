"""Calls (metrics.md, section 3)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.reference.hours import Clock, day_begins, seconds
from tests.reference.log import Event, Found, Item, Result, Terms, World, first_known, last_known, put

WORDS = ("answered", "abandoned", "lost", "open", "callback")
LONGER = "counted: longer than any"


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
    customer: str | None = None
    promised_at: datetime | None = None
    reached_at: datetime | None = None
    all_legs: list[Event] = field(default_factory=list)
    own_legs: list[Event] = field(default_factory=list)
    goes_on: bool = False  # after the cut-off
    is_called_later: bool = False  # by a leg after the cut-off
    contradicting_later: bool = False  # in a leg after the cut-off

    @property
    def item(self) -> Item:
        return self.source, self.call_id


def entered_at(leg: Event) -> datetime:
    at: datetime = leg["queued_at"] or leg["arrived_at"]
    return at


def calls(world: World) -> list[Call]:
    """Return every call that is a candidate, in or outside the population, whenever it came."""
    return world.once("calls", lambda: every_call(world))


def every_call(world: World) -> list[Call]:
    found = []
    for (source, call_id), everything in world.groups("call", "call_id").items():
        known = [leg for leg in everything if entered_at(leg) <= world.cut_off_at]
        legs = sorted(known, key=lambda leg: (entered_at(leg), leg["arrived_at"], leg["leg_id"]))
        mine = [leg for leg in legs if world.in_scope(leg, "phone", entered_at(leg))]
        if not legs:
            continue
        call = call_of(world, source, call_id, mine) if mine else outside_call(source, call_id, legs)
        call.all_legs, call.own_legs = legs, mine
        times = [leg[at] for leg in everything for at in ("queued_at", "answered_at", "ended_at")]
        call.goes_on = any(at is not None and at > world.cut_off_at for at in times)
        columns = ("customer_id", "topic", "order_id")
        call.is_called_later = any(
            first_known(legs, c) is None and first_known(everything, c) is not None for c in columns
        )
        call.contradicting_later = any(leg["contradicting"] for leg in everything if leg not in known)
        found.append(call)
    return found


def outside_call(source: str, call_id: str, legs: list[Event], reason: str = "out of scope") -> Call:
    arrival = entered_at(legs[0])
    return Call(source, call_id, legs, arrival, "", None, None, None, None, False, False, reason)


def call_of(world: World, source: str, call_id: str, legs: list[Event]) -> Call:
    if legs[0].get("direction") == "outbound":
        return outside_call(source, call_id, legs, "outbound call")
    # a queue name suffices, its time may be missing; where both are, the log's word for how it ended tells
    cut_off = world.cut_off_at
    promised = [leg for leg in legs if is_call_back(leg, cut_off)]
    offered = [leg for leg in legs if leg["outcome"] != "ivr_only" or leg in promised]
    if not offered:
        return outside_call(source, call_id, legs, "IVR only")
    known = [leg for leg in offered if leg["outcome"] in WORDS or leg in promised]
    if not known:
        return outside_call(source, call_id, offered, offered[0]["outcome"])
    offered = known
    answers = [
        leg for leg in offered if leg["outcome"] == "answered" and (leg["answered_at"] or entered_at(leg)) <= cut_off
    ]
    last = offered[-1]
    reached = min((leg["callback_reached_at"] for leg in promised if is_reached(leg, cut_off)), default=None)
    if answers:
        outcome = "answered"
    elif reached is not None:
        outcome = "callback"
    elif last["outcome"] in ("answered", "open") or (last["ended_at"] or entered_at(last)) > cut_off:
        outcome = "open"
    else:
        outcome = "callback" if promised else last["outcome"]
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
        customer=first_known(offered, "customer_id"), promised_at=last_known(promised, "callback_promised_at"),
        reached_at=reached,
    )  # fmt: skip


def is_reached(leg: Event, cut_off: datetime) -> bool:
    at = leg["callback_reached_at"]
    return at is not None and at <= cut_off


def is_call_back(leg: Event, cut_off: datetime) -> bool:
    """Say whether the caller was promised a call, or was called: by the cut-off, since later is unknown."""
    return leg["outcome"] == "callback" or leg["callback_promised_at"] is not None or is_reached(leg, cut_off)


def unmeasurable_wait(call: Call) -> str | None:
    if call.ambiguous:
        return "unmeasurable: ambiguous time"
    if call.wait is None:
        return "unmeasurable: no queue time"
    return "unmeasurable: negative queue time" if call.wait < 0 else None


def is_short(call: Call, terms: Terms) -> bool:
    limit = Fraction(Decimal(terms["short_abandon_s"]))
    return call.outcome == "abandoned" and limit > 0 and call.wait is not None and call.wait <= limit


def is_promise_passed(call: Call, world: World) -> bool:
    return call.promised_at is not None and call.promised_at < world.cut_off_at


def called_back(call: Call, world: World) -> str:
    """Within the promised time: met; late or never: missed; till then pending."""
    if call.promised_at is None:
        return "pending" if call.reached_at is None else "met"
    if call.ambiguous:
        return "unmeasurable: ambiguous time"
    if call.reached_at is not None:
        return "met" if call.reached_at <= call.promised_at else "missed"
    return "missed: not yet done" if is_promise_passed(call, world) else "pending"


def connect_rate(call: Call, terms: Terms, world: World) -> Result:
    if call.outcome == "answered":
        return "met", None
    if call.outcome == "open":
        return "pending", None
    if call.outcome == "lost":
        return "missed", None
    if call.outcome == "callback":
        return called_back(call, world), None
    return unmeasurable_wait(call) or ("excluded: short abandon" if is_short(call, terms) else "missed"), None


def abandonment(call: Call, terms: Terms, world: World) -> Result:
    """Numerator: abandoned after the short ones ("missed"); base: offered less short."""
    if call.outcome in ("answered", "lost"):
        return "met", None
    if call.outcome == "open":
        return "pending", None
    if call.outcome == "callback":
        if call.reached_at is not None:
            return "met", None
        if call.promised_at is not None and call.ambiguous:
            return "unmeasurable: ambiguous time", None
        return "excluded: call-back" if is_promise_passed(call, world) else "pending", None
    return unmeasurable_wait(call) or ("excluded: short abandon" if is_short(call, terms) else "missed"), None


def average_wait(call: Call, terms: Terms, world: World) -> Result:
    if call.outcome == "open":
        return "pending", None
    if call.outcome == "lost" and terms["over"] == "answered":
        return "excluded: never answered", None
    if call.outcome == "callback":
        return "excluded: call-back", None
    if call.outcome == "lost" and call.wait is None:
        return "excluded: never answered", None  # what has no amount
    if call.outcome == "abandoned" and call.wait is None:
        return "unmeasurable: no queue time", None  # in every metric, in an hour that the clock showed twice too
    if call.outcome == "abandoned" and terms["over"] == "answered":
        return "excluded: left before an answer", None
    wrong = unmeasurable_wait(call)
    if wrong:
        return wrong, None
    # how long it took until a call was lost is no wait of an answered or an abandoned one
    return "counted" + (" | excluded: never answered" if call.outcome == "lost" else ""), call.wait


def service_level(call: Call, terms: Terms, world: World) -> Result:
    within, formula = Fraction(Decimal(terms["answer_within_s"])), terms["formula"]
    of_answered = formula == "within / answered"
    if call.outcome == "open":
        is_past = call.queued_at is not None and seconds(call.queued_at, world.cut_off_at) > within
        if of_answered or not is_past:
            return "pending", None
        return "unmeasurable: ambiguous time" if call.ambiguous else "missed: not yet done", None
    if call.outcome == "lost":
        return "excluded: never answered" if of_answered else "missed", None
    if call.outcome == "callback":
        return "excluded: call-back", None
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


def wait_percentile(call: Call, terms: Terms, world: World) -> Result:
    if call.outcome == "open":
        return "pending", None
    if call.outcome == "lost":
        return LONGER, None
    if call.outcome == "callback":
        return "excluded: call-back", None
    wrong = unmeasurable_wait(call)
    if wrong:
        return wrong, None
    assert call.wait is not None
    if call.outcome == "answered":
        return "counted", call.wait
    return "excluded: left within target" if call.wait <= Fraction(Decimal(terms["target_s"])) else LONGER, None


Rule = Callable[[Call, Terms, World], Result]
TermsOn = Callable[[datetime | None], Terms]


def state_of(rule: Rule, call: Call, terms: Terms, world: World, clock: Clock) -> Result:
    """Give a candidate its state: what is first in section 1, rule 2."""
    if call.outside:
        return f"outside: {call.outside}", None
    is_open = clock.is_open(call.arrival) if terms["out_of_hours"] == "exclude" else True
    if is_open is None:
        return "unmeasurable: no calendar", None
    if not is_open:
        doubt = " | unmeasurable: contradicting deliveries" if call.contradicting else ""
        return "excluded: outside service hours" + doubt, None
    if call.contradicting:
        return "unmeasurable: contradicting deliveries", None
    return rule(call, terms, world)


def where(call: Call, terms: Terms, world: World) -> bool | None:
    """Say whether a call falls into the period: by its arrival, by the end of its limit, or by its own end."""
    by = terms.get("period_by", "arrival")
    end = call.answered_at if call.outcome == "answered" else call.ended_at
    if by == "due" and call.queued_at is None:
        return None  # from when its limit ran is not said
    if end is None and call.queued_at is not None and call.wait is not None:
        end = call.queued_at + timedelta(microseconds=int(call.wait * 1_000_000))
    if by == "end" and (call.outcome == "callback" or (end is None and call.outcome != "open")):
        return None  # when it ended is not said
    if by == "end" and call.outcome == "open":
        if call.queued_at is None:
            return None  # nobody can say that it is past its limit
        end = None

    def due() -> datetime:
        return call.arrival + timedelta(seconds=float(Decimal(terms["answer_within_s"])))

    return world.falls(by, call.arrival, end, due)


def measured(rule: Rule, world: World, terms_on: TermsOn) -> Found:
    clock = world.clock
    found: Found = {}
    by = terms_on(None).get("period_by", "arrival")
    firsts = first_attempts(world, terms_on)
    for call in calls(world):
        terms = terms_on(call.arrival)
        first = firsts.get(call.item, call)  # a chain of attempts belongs to the period of the first
        if call.arrival <= world.cut_off_at:
            result = state_of(rule, call, terms, world, clock)
            if call.contradicting_later and not call.outside:
                result = f"{result[0]} | unmeasurable: contradicting deliveries", result[1]
            put(found, call.item, result, where(first, terms_on(first.arrival), world), by, is_past=True)
    return found


def first_attempts(world: World, terms_on: TermsOn) -> dict[Item, Call]:
    """Chain the attempts of one caller; return of each offered call the first attempt of its chain.

    The next arrival within n minutes of the end of an unanswered attempt is chained to it.
    """
    minutes = Fraction(Decimal(terms_on(None).get("retries_merge_min", "0")))
    found: dict[Item, Call] = {}
    last_of: dict[str, Call] = {}
    offered = [call for call in calls(world) if not call.outside]
    for call in sorted(offered, key=lambda one: (one.arrival, one.item)):
        found[call.item] = call
        if not minutes or call.customer is None:
            continue
        before = last_of.get(call.customer)
        ended_at = None if before is None or before.outcome == "answered" else before.ended_at
        if before is not None and ended_at is not None and seconds(ended_at, call.arrival) <= minutes * 60:
            found[call.item] = found[before.item]
        last_of[call.customer] = call
    return found


def handle_time(world: World, terms_on: TermsOn) -> Found:
    """AHT: talk + hold + wrap of each leg that a person took, in the period of its call."""
    found: Found = {}
    for call in calls(world):
        if not world.in_period(call.arrival):
            continue
        for leg in call.all_legs:
            item = call.source, f"{call.call_id}#{leg['leg_id']}"
            if call.outside or leg not in call.own_legs:
                found[item] = "outside: * | not there", None
            elif leg["outcome"] != "answered":
                doubt = " | unmeasurable: contradicting deliveries" if leg["contradicting"] else ""
                found[item] = unhandled_leg(leg, world.cut_off_at) + doubt, None
            elif leg["contradicting"]:
                found[item] = "unmeasurable: contradicting deliveries", None
            else:
                found[item] = handled_leg(leg, world.cut_off_at)
    return found


def unhandled_leg(leg: Event, cut_off: datetime) -> str:
    """A leg that is still open may be handled yet."""
    if leg["outcome"] == "open":
        return "pending"
    is_going_on = leg["ended_at"] is not None and leg["ended_at"] > cut_off
    return "outside: not handled" + (" | pending" if is_going_on else "")


def handled_leg(leg: Event, cut_off: datetime) -> Result:
    if (leg["answered_at"] or entered_at(leg)) > cut_off:
        return "pending | outside: not handled", None  # nobody has taken it yet
    if leg["ended_at"] is not None and leg["ended_at"] > cut_off:
        return "pending", None
    parts = [leg[part] for part in ("talk_s", "hold_s", "wrap_s")]
    if None in parts:
        # without an end it may be that it goes on
        return "unmeasurable: missing part" + (" | pending" if leg["ended_at"] is None else ""), None
    return "counted", sum((Fraction(part) for part in parts), Fraction(0))


# --- minutes (settlement.md, section 6) ------------------------------------------------------------------------------


def minutes(world: World, terms_on: TermsOn) -> Found:
    """Talk and hold of the legs that a person of the contract answered, each call rounded up by itself."""
    found: Found = {}
    cut_off = world.cut_off_at
    for item, everything in world.groups("call", "call_id").items():
        known = [leg for leg in everything if entered_at(leg) <= cut_off]
        mine = [leg for leg in known if world.in_scope(leg, "phone", entered_at(leg))]
        if any(leg["contradicting"] for leg in known):  # in whether it was answered, and in whose queue
            found[item] = "unmeasurable: contradicting deliveries | outside: * | not there", None
        elif not mine:
            found[item] = "outside: * | not there", None
        else:
            arrival = min(entered_at(leg) for leg in [leg for leg in mine if leg["outcome"] != "ivr_only"] or mine)
            put(found, item, minutes_of(mine, terms_on(arrival), cut_off), world.in_period(arrival))
    return found


def minutes_of(legs: list[Event], terms: Terms, cut_off: datetime) -> Result:
    answered = [
        leg for leg in legs
        if leg["outcome"] == "answered" and (leg["answered_at"] is None or leg["answered_at"] <= cut_off)
    ]  # fmt: skip
    if not answered:
        return "outside: *", None
    if terms["direction"] not in ("both", legs[0]["direction"] or "inbound"):
        return "outside: *", None
    if any(leg["ended_at"] is not None and leg["ended_at"] > cut_off for leg in answered):
        return "pending", None
    names = ["talk_s", "hold_s", *(["wrap_s"] if terms["with_wrap"] == "true" else [])]
    parts = [leg[name] for leg in answered for name in names]
    if None in parts:
        return "unmeasurable: missing part", None
    total = sum((Fraction(part) for part in parts), Fraction(0))
    if terms["round_each"] == "none":
        return "counted", total
    step = int(terms["round_each"].removesuffix("s"))
    return "counted", Fraction(-(-total // step) * step)


# --- outages of service ----------------------------------------------------------------------------------------------


def outage(world: World, terms_on: TermsOn) -> Found:
    """Walk through each window of service: from a call that is offered while none waits on, to the next answer."""
    terms = terms_on(None)
    offers, answers = offers_and_answers(world)
    if any(leg["contradicting"] for leg in world.current("call")):  # what is offered and answered is in doubt
        return {item: ("outside: anything | not there", None) for _, item in offers}
    found: Found = {}
    day = world.since
    while day < world.until:
        begin, end = day_begins(day, world.zone), day_begins(day + timedelta(days=1), world.zone)
        of_day = [(at, item) for at, item in offers if begin <= at < end]
        windows = windows_of(world, begin, end)
        if windows is None and of_day:
            found[min(of_day)[1]] = "unmeasurable: no calendar", None
        for opens, shuts in windows or []:
            stretches = silent_stretches(
                [one for one in of_day if opens <= one[0] < shuts],
                [at for at in answers if opens <= at < shuts],
                min(shuts, world.cut_off_at),
            )
            longest = min(stretches, key=lambda one: (-one[0], one[1]), default=None)
            for length, at, item, count in stretches:
                is_outage = length >= Fraction(Decimal(terms["at_least_min"])) * 60
                if is_outage or (length, at, item, count) == longest:
                    is_missed = is_outage and count >= int(terms["at_least_calls"])
                    found[item] = "missed" if is_missed else "met", None
        day += timedelta(days=1)
    return found


def offers_and_answers(world: World) -> tuple[list[tuple[datetime, Item]], list[datetime]]:
    """Return when each call of the contract was offered, and when somebody picked one up."""
    offers: dict[Item, datetime] = {}
    answers = []
    for leg in world.current("call"):
        at, item = entered_at(leg), (leg["source"], leg["call_id"])
        has_entered = leg["outcome"] in WORDS or leg["callback_promised_at"] or leg["callback_reached_at"]
        is_mine = leg["direction"] != "outbound" and world.in_scope(leg, "phone", at)
        if at > world.cut_off_at or not has_entered or not is_mine:
            continue
        offers[item] = min(at, offers.get(item, at))
        if leg["outcome"] == "answered":
            waited = timedelta(seconds=float(leg["wait_s"] or 0))
            picked_up = leg["answered_at"] or (leg["queued_at"] + waited if leg["queued_at"] else leg["arrived_at"])
            answers += [picked_up] if picked_up <= world.cut_off_at else []
    return [(at, item) for item, at in offers.items()], answers


def windows_of(world: World, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]] | None:
    """Return the windows of a local day, those that touch as one; None where its hours are unknown."""
    found = world.clock.open_spans(begin, end - timedelta(microseconds=1))
    if found is None:
        return None
    joined: list[tuple[datetime, datetime]] = []
    for opens, shuts in found:
        until = end if shuts == end - timedelta(microseconds=1) else shuts
        begins = joined.pop()[0] if joined and joined[-1][1] == opens else opens
        joined.append((begins, until))
    return joined


def silent_stretches(
    offers: list[tuple[datetime, Item]], answers: list[datetime], until: datetime
) -> list[tuple[Fraction, datetime, Item, int]]:
    """Return each stretch: its seconds, its beginning, the call it began with, and how many were offered in it."""
    found: list[tuple[Fraction, datetime, Item, int]] = []
    waiting: list[tuple[datetime, Item]] = []
    events: list[tuple[datetime, int, Item]] = [(at, 0, item) for at, item in offers]
    events += [(at, 1, ("", "")) for at in answers]
    for at, kind, item in [*sorted(events), (until, 2, ("", ""))]:
        if kind == 0:
            waiting.append((at, item))
        elif waiting:
            found.append((seconds(waiting[0][0], at), *waiting[0], len(waiting)))
            waiting = []
    return found
