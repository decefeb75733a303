"""A world of logs, read by loops: which delivery of an event holds, and what belongs to the contract."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.reference.hours import Clock, Hours, day_begins, local_day

Event = dict[str, Any]
KEYS = {
    "call": ("call_id", "leg_id"), "chat": ("session_id", "event_id"), "mail": ("message_id",),
    "case": ("case_id", "event_id"), "survey": ("survey_id",), "inspection": ("inspection_id",),
    "roster": ("member_kind", "member_id", "since_at"),
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

    def __repr__(self) -> str:
        return f"World of {sum(map(len, self.events.values()))} events"

    @property
    def clock(self) -> Clock:
        return Clock(self.zone, self.hours)

    def in_period(self, arrival: datetime) -> bool:
        """Arrival decides the period; what lies after the cut-off is unknown."""
        return day_begins(self.since, self.zone) <= arrival < day_begins(self.until, self.zone) and (
            arrival <= self.cut_off_at
        )

    def service_day(self, arrival: datetime) -> date:
        return local_day(arrival, self.zone)

    def current(self, table: str) -> list[Event]:
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

    def groups(self, table: str, key: str) -> dict[tuple[str, str], list[Event]]:
        found: dict[tuple[str, str], list[Event]] = {}
        for event in self.current(table):
            found.setdefault((event["source"], event[key]), []).append(event)
        return found

    def in_scope(self, item: Mapping[str, Any], channel: str, place: datetime) -> bool:
        """Say whether an item (a call's leg) belongs to the contract; vendor and team are those of its queue then."""
        for column, values in self.scope.items():
            if column in ("vendor", "team"):
                rows = [
                    row
                    for row in self.current("roster")
                    if row["member_kind"] == "queue" and row["member_id"] == item.get("queue")
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
