"""Cases (metrics.md, section 7): elapsed between event A and event B, with pauses, cycles and merges."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference import contact
from tests.reference.case_log import Case, cases, pauses_of, words
from tests.reference.hours import LATER, Pauses
from tests.reference.log import ANYTHING, Event, Found, Result, Terms, World, put

LONGER = "counted: longer than any"
DAY_KINDS = {"working_days": "working", "service_days": "service", "natural_days": "natural"}
MERGED = "outside: * | excluded: merged | not there"
CONTRADICTING = " | unmeasurable: contradicting deliveries"
TermsOn = Callable[[datetime | None], Terms]


@dataclass
class Cycle:
    """One way from A to B."""

    case: Case
    number: int
    events: list[Event]
    is_reopened: bool  # and so over
    a: Mapping[str, Any] | None = None
    arrival: datetime | None = None
    start: datetime | None = None
    b: Event | None = None
    merged_at: datetime | None = None
    moved_at: datetime | None = None  # by a merge of another case into it
    is_doubtful: bool = False
    is_automatic: bool = False  # an automatic event may be said to start it

    @property
    def typed(self) -> list[Event]:
        """Its events without automatic ones."""
        return [event for event in self.events if not event["automatic"]]

    @property
    def pauses(self) -> list[tuple[datetime, datetime | None]]:
        """Event B during a pause ends it."""
        found = []
        for begin, end in pauses_of(self.events):
            if self.b is None or begin < self.b["at"]:
                found.append((begin, end if self.b is None else min(end or LATER, self.b["at"])))
        return found

    def at_of(self, kind: str) -> datetime | None:
        """Return when the cycle was withdrawn, or closed: after A, and before B."""
        for event in self.events:
            is_before_b = self.b is None or self.events.index(event) < self.events.index(self.b)
            if event["kind"] == kind and self.a is not None and event["at"] >= self.a["at"] and is_before_b:
                at: datetime = event["at"]
                return at
        return None


def cycles(world: World, terms: Terms) -> list[Cycle]:
    """Cut every case at its reopenings; in each part find the first A, and the first B at or after it."""
    found = []
    every = world.current("case")
    merged_in_doubt = {event["into_case_id"] for event in every if event["into_case_id"] and event["contradicting"]}
    for case in cases(world):
        parts: list[list[Event]] = [[]]
        for event in case.events:
            if event["kind"] == "reopened":
                parts.append([])
            parts[-1].append(event)
        for number, events in enumerate(parts, start=1):
            cycle = Cycle(case, number, events, number < len(parts))
            begin(cycle, world, terms)
            cycle.is_doubtful = case.contradicting_later or case.case_id in merged_in_doubt
            found.append(cycle)
    move_starts(found, terms)
    return found


def begin(cycle: Cycle, world: World, terms: Terms) -> None:
    opening = "opened" if cycle.number == 1 else "reopened"
    from_kind = opening if terms["from"] == "opened" else terms["from"]
    typed = cycle.typed
    cycle.a = next((event for event in typed if event["kind"] == from_kind), None)
    first = next((event for event in cycle.events if event["kind"] == from_kind), None)
    cycle.is_automatic = first is not cycle.a
    if cycle.a is None:
        return
    cycle.arrival = cycle.start = cycle.a["at"]
    after = typed[next(i for i, event in enumerate(typed) if event is cycle.a) + 1 :]  # B is another event
    cycle.b = next((e for e in after if e["kind"] in words(terms["to"])), None)
    called = cycle.case.named
    if from_kind == "opened" and called is not None:  # the clock starts at the contact's arrival where known
        arrivals = [one.arrival for one in contact.contacts(world) if contact.names(called, one)]
        cycle.start = min([at for at in arrivals if at <= cycle.a["at"]], default=cycle.a["at"])
    merged = next((e for e in after if e["kind"] == "merged"), None)
    if merged is not None and (cycle.b is None or merged["at"] < cycle.b["at"]):
        cycle.merged_at = merged["at"]


def move_starts(every: list[Cycle], terms: Terms) -> None:
    """The survivor of a merge starts at the earliest opening (or A), if the merge came before the B of either.

    A case that was withdrawn before carries nothing on.
    """
    first_of = {(one.case.source, one.case.case_id): one for one in every if one.number == 1}
    for _ in every:  # as often as a chain of merges could be long
        for one in every:
            merged = next((e for e in one.events if e["kind"] == "merged"), None)
            into = None if merged is None else first_of.get((one.case.source, merged["into_case_id"]))
            if merged is None or into is None or into is one or one.arrival is None or one.start is None:
                continue
            withdrawn_at = one.at_of("withdrawn")
            if (one.a is not None and one.merged_at is None) or (withdrawn_at and withdrawn_at <= merged["at"]):
                continue
            if into.b is None or merged["at"] < into.b["at"]:
                into.arrival = min(into.arrival or one.arrival, one.arrival)
                into.start = min(into.start or one.start, one.start)
                into.moved_at = min(into.moved_at or merged["at"], merged["at"])
    for one in every:
        if one.a is not None or one.start is None:
            continue
        # its A is that of a case merged into it, its B its own: what it did before the merge answered nothing, and had
        # it been B, the merge would have come after it and moved nothing
        one.a, moved_at = {"at": one.start, "ambiguous_time": False}, one.moved_at or one.start
        one.b = next((e for e in one.typed if e["at"] >= moved_at and e["kind"] in words(terms["to"])), None)


# --- limits ----------------------------------------------------------------------------------------------------------


def hours_s(terms: Terms, name: str) -> Fraction:
    return Fraction(Decimal(terms[name])) * 3600


def is_late(cycle: Cycle, end: datetime, world: World, terms: Terms) -> bool | None:
    """Say whether the limit is over at ``end``; None where nobody can tell."""
    assert cycle.start is not None
    counted_in = terms["counted_in"]
    if counted_in in DAY_KINDS:
        state = world.clock.within_days(
            cycle.start, end, end, int(terms["limit"]), DAY_KINDS[counted_in], terms["after_close"], cycle.pauses
        )
        return None if state.startswith("unmeasurable") else not state.startswith("met")
    elapsed = elapsed_s(cycle, end, world, terms)
    return None if elapsed is None else elapsed > hours_s(terms, "limit")


def elapsed_s(cycle: Cycle, end: datetime, world: World, terms: Terms) -> Fraction | None:
    assert cycle.start is not None
    is_working = terms["counted_in"] == "working_hours"
    return world.clock.counted_s(cycle.start, end, is_working=is_working, pauses=cycle.pauses)


def due_at(cycle: Cycle, world: World, terms: Terms) -> datetime | None:
    assert cycle.start is not None
    counted_in, pauses = terms["counted_in"], cycle.pauses
    if counted_in in DAY_KINDS:
        due = world.clock.due_of_days(
            cycle.start,
            int(terms["limit"]),
            DAY_KINDS[counted_in],
            terms["after_close"],
            world.horizon,
            pauses,
            is_asked=True,
        )
    else:
        is_working = counted_in == "working_hours"
        limit = hours_s(terms, "limit")
        due = world.clock.reached_at(cycle.start, limit, world.horizon, is_working=is_working, pauses=pauses)
    return None if due == LATER and is_open_ended(pauses) else due


def is_open_ended(pauses: Pauses) -> bool:
    return any(end is None for _, end in pauses)


def why_no_calendar(terms: Terms) -> str:
    return "no holiday notice" if terms["counted_in"] in DAY_KINDS else "no calendar"


def within(cycle: Cycle, world: World, terms: Terms) -> Result:
    unknown = f"unmeasurable: {why_no_calendar(terms)}"
    if cycle.b is not None and cycle.merged_at is None and cycle.at_of("withdrawn") is None:
        late = is_late(cycle, cycle.b["at"], world, terms)
        return unknown if late is None else "missed" if late else "met", None
    withdrawn_at, closed_at = cycle.at_of("withdrawn"), cycle.at_of("closed")
    ends = [at for at in (withdrawn_at, closed_at, cycle.merged_at) if at is not None]
    late = is_late(cycle, min([*ends, world.cut_off_at]), world, terms)
    if ends and min(ends) in (withdrawn_at, cycle.merged_at):
        if late is None:
            return f"{unknown} | not there", None
        gone = "excluded: withdrawn" if min(ends) == withdrawn_at else MERGED
        return "missed" if late else gone, None
    if ends or cycle.is_reopened:
        return "missed", None  # closed by us without B
    return unknown if late is None else "missed: not yet done" if late else "pending", None


def elapsed(cycle: Cycle, world: World, terms: Terms, target_h: str | None) -> Result:
    """Return the seconds from A to B; without a B what became of it."""
    withdrawn_at, closed_at = cycle.at_of("withdrawn"), cycle.at_of("closed")
    if cycle.b is not None and cycle.merged_at is None and withdrawn_at is None:
        seconds = elapsed_s(cycle, cycle.b["at"], world, terms)
        return ("unmeasurable: no calendar", None) if seconds is None else ("counted", seconds)
    ends = [at for at in (withdrawn_at, closed_at, cycle.merged_at) if at is not None]
    never = "excluded: never answered" if target_h is None else LONGER
    if ends and min(ends) in (withdrawn_at, cycle.merged_at):
        gone = "excluded: withdrawn" if min(ends) == withdrawn_at else MERGED
        if target_h is None:
            return gone, None
        seconds = elapsed_s(cycle, min(ends), world, terms)
        if seconds is None:
            return f"unmeasurable: no calendar | {gone}", None
        return LONGER if seconds > Fraction(Decimal(target_h)) * 3600 else gone, None
    return never if ends or cycle.is_reopened else "pending", None


Rule = Callable[[Cycle, World, Terms], Result]


def measured(rule: Rule, world: World, terms_on: TermsOn) -> Found:
    choices = terms_on(None)
    by = choices.get("period_by", "arrival")
    found: Found = {}
    for cycle in cycles(world, choices):
        item = cycle.case.source, f"{cycle.case.case_id}#{cycle.number}"
        if cycle.is_automatic:
            found[item] = f"outside: {ANYTHING} | not there", None
            continue
        if cycle.arrival is None or (choices["cycles"] == "first" and cycle.number > 1):
            is_doubtful = cycle.is_doubtful or any(event["contradicting"] for event in cycle.case.events)
            found[item] = "outside: * | not there" + (CONTRADICTING if is_doubtful else ""), None
            continue
        terms = terms_on(cycle.start)
        state, amount = state_of(rule, cycle, world, terms)
        where = falls(cycle, world, terms, by)
        if by != "arrival" and "contradicting" in state:
            where = None
        if cycle.is_doubtful:  # after the cut-off, or in a merge, deliveries contradict each other
            state, where = state + CONTRADICTING, where if by == "arrival" else None
        put(found, item, (state, amount), where, by)
    return found


def falls(cycle: Cycle, world: World, terms: Terms, by: str) -> bool | None:
    assert cycle.arrival is not None
    assert cycle.start is not None
    if by == "arrival":
        # the clock starts at the contact; whether event A, which decides the period, moves with it is not said
        of_a, of_clock = world.in_period(cycle.arrival), world.in_period(cycle.start)
        return of_a if of_a == of_clock else None
    if cycle.merged_at is not None:
        return None
    ends = [cycle.at_of("withdrawn"), cycle.at_of("closed"), None if cycle.b is None else cycle.b["at"]]
    end = min((at for at in ends if at is not None), default=None)
    if end is None and cycle.is_reopened:
        return None
    return world.falls(by, cycle.arrival, end, lambda: due_at(cycle, world, terms))


def state_of(rule: Rule, cycle: Cycle, world: World, terms: Terms) -> Result:
    types, case = words(terms["case_types"]), cycle.case
    assert cycle.start is not None
    # where its clock starts is its arrival (DECISIONS, "A case starts"): the roster of that instant tells whose it is
    belongs = contact.case_belongs(world, case, cycle.start)
    if belongs is False:
        return "outside: * | not there", None
    if types and case.case_type not in types:
        return "outside: * | not there", None
    if any(event["contradicting"] for event in case.events):
        return "unmeasurable: contradicting deliveries", None
    result = rule(cycle, world, terms)
    if terms.get("counted_in") in DAY_KINDS and world.clock.is_before_hours(cycle.start):
        result = f"{result[0]} | unmeasurable: no holiday notice", result[1]
    if belongs is None:
        result = f"{result[0]} | outside: * | not there", result[1]
    decisive = [event for event in (cycle.a, cycle.b) if event is not None]
    if any(event["ambiguous_time"] for event in decisive):
        return "unmeasurable: ambiguous time", None
    if case.is_ambiguous:  # of another event of it
        return f"{result[0]} | unmeasurable: ambiguous time", result[1]
    return result


# --- resolved cases (settlement.md, section 6) -----------------------------------------------------------------------


def resolved(world: World, terms_on: TermsOn) -> Found:
    """Each cycle that a person resolved, at the instant of its first such event, unless it was merged before."""
    kinds = words(terms_on(None)["to"])
    found: Found = {}
    for case in cases(world):
        merges = [event["at"] for event in case.events if event["into_case_id"] is not None]
        parts: list[list[Event]] = [[]]
        before = 0
        for event in case.events:
            if event["kind"] == "reopened":
                parts.append([])
            parts[-1].append(event)
        for number, events in enumerate(parts, start=1):
            item = case.source, f"{case.case_id}#{number}"
            if case.is_contradicting:  # in whether it was resolved, and when
                found[item] = "unmeasurable: contradicting deliveries | outside: * | not there", None
                continue
            times = [
                event["at"] for event in events
                if event["kind"] in kinds and not event["automatic"] and (not merges or event["at"] < max(merges))
            ]  # fmt: skip
            if not times:
                continue
            gone = [event["at"] for event in events if event["kind"] == "withdrawn"]
            is_withdrawn = bool(gone) and gone[0] < times[0]
            if world.in_period(times[0]):
                terms = terms_on(times[0])
                found[item] = resolution(case, world, terms, times[0], is_withdrawn=is_withdrawn, before=before), None
            before += not is_withdrawn
    return found


def resolution(
    case: Case, world: World, terms: Terms, at: datetime, *, is_withdrawn: bool, before: int
) -> str:  # fmt: skip
    types = words(terms["case_types"])
    belongs = contact.case_belongs(world, case, at)
    if belongs is False or (types and case.case_type not in types):
        return "outside: * | not there"
    if terms["cycles"] == "first" and before and not is_withdrawn:
        return "outside: resolved before"
    doubt = "" if belongs else " | outside: * | not there"
    if case.is_ambiguous:
        return "unmeasurable: ambiguous time" + doubt
    return ("excluded: withdrawn" if is_withdrawn else "counted") + doubt
