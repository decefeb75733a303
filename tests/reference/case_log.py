"""The log of cases, and where the clock of one is paused (metrics.md, section 7)."""

from dataclasses import dataclass
from datetime import datetime

from tests.reference.log import Event, World, first_known


def words(listed: str) -> list[str]:
    return [word.strip() for word in listed.split(",") if word.strip()]


@dataclass
class Case:
    source: str
    case_id: str
    events: list[Event]  # known by the cut-off, in order
    contradicting_later: bool
    is_ambiguous: bool  # in any of its events

    @property
    def case_type(self) -> str | None:
        found: str | None = first_known(self.events, "case_type")
        return found

    @property
    def is_contradicting(self) -> bool:
        return self.contradicting_later or any(event["contradicting"] for event in self.events)

    def first(self, kind: str) -> Event | None:
        return next((event for event in self.events if event["kind"] == kind), None)

    @property
    def named(self) -> Event | None:
        return next((event for event in self.events if event["contact_id"] is not None), None)


def cases(world: World) -> list[Case]:
    return world.once("cases", lambda: every_case(world))


def every_case(world: World) -> list[Case]:
    found = []
    for (source, case_id), events in world.groups("case", "case_id").items():
        known = sorted((e for e in events if e["at"] <= world.cut_off_at), key=lambda e: (e["at"], e["seq"] or 0))
        if known:
            doubt = any(e["contradicting"] for e in events if e["at"] > world.cut_off_at)
            found.append(Case(source, case_id, known, doubt, any(e["ambiguous_time"] for e in events)))
    return found


def pauses_of(events: list[Event]) -> list[tuple[datetime, datetime | None]]:
    """Return the pauses: each needs a start and a reason, and lasts until it is resumed or the case is reopened."""
    found: list[tuple[datetime, datetime | None]] = []
    for event in events:
        is_paused = bool(found) and found[-1][1] is None
        if event["kind"] == "paused" and event["pause_reason"] and not is_paused:
            found.append((event["at"], None))
        elif event["kind"] in ("resumed", "reopened") and is_paused:
            found[-1] = found[-1][0], event["at"]
    return found
