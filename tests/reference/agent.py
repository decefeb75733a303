"""Agents' states (metrics.md, section 3: occupancy), and their shifts (settlement.md, section 6: attendance)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.reference.case_log import words
from tests.reference.hours import day_begins, local_day, seconds
from tests.reference.log import Event, Found, Item, World

EPOCH_US = timedelta(microseconds=1)
DAY = timedelta(days=1)
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def in_turn(row: Event) -> tuple[Any, ...]:
    """Order the states of an agent: by beginning, then by record, then by the word (two logs may say the same)."""
    return row["since_at"], row["record_at"] or BEGINNING, row["state"], row["source"]


def ends_at(row: Event, own: list[Event], cut_off: datetime) -> datetime:
    """A missing end is the beginning of the agent's next state, else the cut-off; nothing is known after that."""
    later = [one["since_at"] for one in own if in_turn(one) > in_turn(row)]
    end: datetime = row["until_at"] or min(later, default=cut_off)
    return min(end, cut_off)


def own_seconds(row: Event, begin: datetime, end: datetime, own: list[Event], cut_off: datetime) -> Fraction:
    """Return the seconds of [begin, end) in which no later state of the agent lies over this one."""
    total, reached = seconds(begin, end), begin
    for other in sorted((one for one in own if in_turn(one) > in_turn(row)), key=lambda one: one["since_at"]):
        a, b = max(other["since_at"], reached), min(ends_at(other, own, cut_off), end)
        if a < b:
            total -= seconds(a, b)
            reached = b
    return total


def occupancy(world: World, terms_on: Any) -> Found:
    """Handling / (handling + available): each state an item a local day, with the seconds that are its own."""
    terms: Mapping[str, str] = terms_on(None)
    handling, available = words(terms["handling"]), words(terms["available"])
    known = [row for row in world.current("agent_state") if row["since_at"] <= world.cut_off_at]
    found: Found = {}
    for row in known:
        own = [one for one in known if one["agent_id"] == row["agent_id"]]
        end = ends_at(row, own, world.cut_off_at)
        begin = row["since_at"]
        while True:
            day = local_day(begin, world.zone)
            until = min(end, day_begins(day + DAY, world.zone))
            if world.in_period(begin):
                item = f"{row['agent_id']}#{(row['since_at'] - BEGINNING) // EPOCH_US}#{day}"
                amount = own_seconds(row, begin, until, own, world.cut_off_at)
                found[row["source"], item] = state_of(row, begin, amount, world, handling, available, own), amount
            begin = until
            if begin >= end:
                break
    return found


def begins_in_doubt(row: Event, own: list[Event]) -> bool:
    """Say whether the next state of the agent, which ends this one, began in an hour that came twice."""
    later = [one for one in own if in_turn(one) > in_turn(row)]
    return bool(later) and bool(min(later, key=in_turn)["ambiguous_time"])


def state_of(
    row: Event, begin: datetime, amount: Fraction, world: World, handling: list[str], available: list[str],
    own: list[Event],
) -> str:  # fmt: skip
    member = None if row["queue"] is not None else ("agent", row["agent_id"])
    if not world.in_scope(row, "phone", begin, member):
        return "outside: * | not there"
    if row["contradicting"]:
        return "unmeasurable: contradicting deliveries"
    if row["ambiguous_time"] or (row["until_at"] is None and begins_in_doubt(row, own)):
        return "unmeasurable: ambiguous time"
    if row["state"] in handling:
        return "met" if amount else "excluded: overlapped"
    if row["state"] in available:
        return "missed" if amount else "excluded: overlapped"
    # two reasons, where nothing is left of it
    return "excluded: neither handling nor available" + ("" if amount else " | excluded: overlapped")


# --- shifts ----------------------------------------------------------------------------------------------------------


def length_s(row: Event) -> Fraction | None:
    """How long a shift was to be: the log's own figure, else the time between both ends."""
    if row["scheduled_s"] is not None:
        return Fraction(row["scheduled_s"])
    begin, end = row["scheduled_from_at"], row["scheduled_until_at"]
    return None if begin is None or end is None else seconds(begin, end)


def shifts(world: World) -> dict[Item, Event]:
    return {(row["source"], f"{row['agent_id']}#{row['shift_id']}"): row for row in world.current("attendance")}


def scheduled_s(world: World) -> dict[Item, Fraction | None]:
    return {item: length_s(row) for item, row in shifts(world).items()}


def attendance(world: World, terms_on: Any) -> Found:
    """Attended / scheduled: each shift an item, of the day on which it was to begin."""
    found: Found = {}
    for item, row in shifts(world).items():
        begin, end = row["scheduled_from_at"], row["scheduled_until_at"]
        if begin is None and end is not None:
            begin = end - EPOCH_US
        if row["contradicting"]:  # when it was to be may be what they contradict each other in
            found[item] = "unmeasurable: contradicting deliveries | outside: * | not there", None
        elif begin is not None and world.in_period(begin):
            attended = None if row["attended_s"] is None else Fraction(row["attended_s"])
            found[item] = shift_state(row, begin, attended, world), attended
    return found


def shift_state(row: Event, begin: datetime, attended: Fraction | None, world: World) -> str:
    scheduled, end = length_s(row), row["scheduled_until_at"]
    if not world.in_scope({**row, "queue": None}, "agent", begin, ("agent", row["agent_id"])):
        return "outside: * | not there"
    if end is not None and end > world.cut_off_at:
        return "pending"
    if scheduled is None:
        return "unmeasurable: no scheduled time"
    if row["ambiguous_time"] and row["scheduled_s"] is None:
        return "unmeasurable: ambiguous time"
    if attended is None:
        return "unmeasurable: no attended time"
    return "unmeasurable: negative time" if min(attended, scheduled) < 0 else "counted"
