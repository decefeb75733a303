"""A world of logs, read by loops: which delivery of an event holds, and what belongs to the contract."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar

from tests.reference.hours import DAY, Clock, Hours, day_begins, local_day

Event = dict[str, Any]
Item = tuple[str, str]  # source and id
Result = tuple[str, Fraction | None]
Found = dict[Item, Result]
Terms = Mapping[str, str]
T = TypeVar("T")
KEYS = {
    "call": ("call_id", "leg_id"), "chat": ("session_id", "event_id"), "mail": ("message_id",),
    "case": ("case_id", "event_id"), "survey": ("survey_id",), "inspection": ("inspection_id",),
    "roster": ("member_kind", "member_id", "since_at"), "agent_state": ("agent_id", "since_at"),
    "attendance": ("agent_id", "shift_id"),
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class World:
    """Everything a metric is asked of: events by table, the contract's scope, zone, hours, days and cut-off."""

    events: Mapping[str, list[Event]]
    zone: str
    since: date
    until: date
    cut_off_at: datetime
    hours: Hours | None = None
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"World of {sum(map(len, self.events.values()))} events"

    def once(self, name: Any, make: Callable[[], T]) -> T:
        """Make something of this world once, since every metric asks for it again."""
        if name not in self.kept:
            self.kept[name] = make()
        found: T = self.kept[name]
        return found

    @property
    def clock(self) -> Clock:
        return self.once("clock", lambda: Clock(self.zone, self.hours))

    @property
    def everybodys(self) -> "World":
        """The same world without a contract's scope: any channel, any queue."""
        return self.once("everybody's", lambda: replace(self, scope={}, kept={}))

    @property
    def horizon(self) -> datetime:
        """An instant after which no due time matters."""
        return max(day_begins(self.until, self.zone), self.cut_off_at) + DAY

    def is_within(self, at: datetime) -> bool:
        return day_begins(self.since, self.zone) <= at < day_begins(self.until, self.zone)

    def in_period(self, arrival: datetime) -> bool:
        """Arrival decides the period; what lies after the cut-off is unknown."""
        return self.is_within(arrival) and arrival <= self.cut_off_at

    def falls(
        self, by: str, arrival: datetime, end: datetime | None = None, due: Callable[[], datetime | None] | None = None
    ) -> bool | None:
        """Say whether an item falls into the period by its arrival, its due or its end; None where nobody can tell.

        By end, an item past its limit without an end belongs to the period in which the limit passed.
        """
        if by == "arrival" or arrival > self.cut_off_at:
            return self.in_period(arrival)
        if by == "end" and end is not None and end <= self.cut_off_at:
            return self.is_within(end)
        due_at = due() if due else None
        if due_at is None:
            return None
        return self.is_within(due_at) and (by == "due" or due_at < self.cut_off_at)

    def service_day(self, arrival: datetime) -> date:
        return local_day(arrival, self.zone)

    def current(self, table: str) -> list[Event]:
        return self.once(table, lambda: self._current(table))

    def _current(self, table: str) -> list[Event]:
        """Return one row an event, with ``contradicting``: the latest stamp holds, without one nobody can say."""
        versions: dict[tuple[Any, ...], list[Event]] = {}
        for event in self.events.get(table, []):
            versions.setdefault((event["source"], *(event[key] for key in KEYS[table])), []).append(event)
        found = []
        for rows in versions.values():
            stamps = [row["record_at"] for row in rows if row.get("record_at") is not None]
            last = max(stamps, default=None)
            latest = [row for row in rows if row.get("record_at") == last]
            distinct: list[Event] = []
            for row in latest:
                content = {k: v for k, v in row.items() if k != "load_id"}
                if content not in [{k: v for k, v in one.items() if k != "load_id"} for one in distinct]:
                    distinct.append(row)
            newest = max(distinct, key=lambda row: row["load_id"])
            found.append({**newest, "contradicting": len(distinct) > 1})
        return found

    def groups(self, table: str, key: str) -> dict[Item, list[Event]]:
        found: dict[Item, list[Event]] = {}
        for event in self.current(table):
            found.setdefault((event["source"], event[key]), []).append(event)
        return found

    def in_scope(
        self, item: Mapping[str, Any], channel: str, place: datetime, member: tuple[str, str] | None = None
    ) -> bool:
        """Say whether an item (a call's leg) belongs to the contract; vendor and team are those of its queue then.

        ``member``: of whom the roster is asked instead, ``("agent", id)``.
        """
        for column, values in self.scope.items():
            if column in ("vendor", "team"):
                rows = [
                    row
                    for row in self.current("roster")
                    if (row["member_kind"], row["member_id"]) == (member or ("queue", item.get("queue")))
                    and row["since_at"] <= place and (row["until_at"] is None or place < row["until_at"])
                ]  # fmt: skip
                if not any(row[column] in values for row in rows):
                    return False
            elif (channel if column == "channel" else item.get(column)) not in values:
                return False
        return True


def first_known(events: Iterable[Event], column: str) -> Any:
    """Return the first value that the events give for a column."""
    return next((event[column] for event in events if event.get(column) is not None), None)


def last_known(events: Iterable[Event], column: str) -> Any:
    """Return the last value that the events give for a column."""
    return first_known(reversed(list(events)), column)


def put(
    found: Found, item: Item, result: Result, where: bool | None, by: str = "arrival", *, is_past: bool = False
) -> None:
    """Enter an item's state where the item falls into the period.

    Where it is not said in which period an item stands (one that is outside, or that cannot be measured, has no due
    time or no end to go by), it may be there or not. By end, a pending item is of no period yet; but one may be
    pending that ``is_past`` its limit.
    """
    state, amount = result
    if by == "end" and state == "pending" and where and not is_past:
        return  # its limit is reached, and not passed
    is_vague = where is None
    if by != "arrival" and "outside" in state:
        words = (
            "outside: *" if one.startswith("outside") and ANYTHING not in one else one for one in state.split(" | ")
        )
        state, is_vague = " | ".join(words), True
    elif by == "end" and "unmeasurable" in state:
        is_vague = True
    if where or is_vague:
        state += " | not there" if is_vague else ""
        if where is None and by != "arrival":  # its due is unknown, and so it may be said of the item
            state += " | unmeasurable: no calendar | unmeasurable: no holiday notice"
        found[item] = state, amount


ANYTHING = "anything"
