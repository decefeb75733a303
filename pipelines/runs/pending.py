"""Items whose clock still runs at a statement's cut-off: by when each is to be done, the soonest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from pipelines.core.period import Month
from pipelines.core.zone import day_begins_at
from pipelines.metrics.declare import metric_named, population_needs
from pipelines.runs.item_view import timetable_of
from pipelines.runs.items import Evidence, evidence_of, served_for, state_condition
from pipelines.runs.questions import questions_in
from pipelines.runs.readers import query
from pipelines.runs.sight import NUMBERED, WHOLE, Sight
from pipelines.runs.statements import find_statement, kept_body
from pipelines.scoring.counts import Counts
from pipelines.worktime.clock import due_running
from pipelines.worktime.due import AfterClose, DayKind, due_working_days
from pipelines.worktime.timetable import Timetable

DAY_KINDS: dict[str, DayKind] = {"working_days": "working", "service_days": "service", "natural_days": "natural"}
MOST = 500  # of one question: the clocks of one limit that began first are over first
VALUES = ("value", "member")


@dataclass(frozen=True)
class PendingClock:
    """An item that is to be done by ``due_at``; later where it was paused, as pauses are no part of the evidence."""

    indicator: str
    column: str
    name: Mapping[str, str]
    clause: str
    population: str
    source: str
    item_id: str
    team: str | None
    agent_id: str | None
    queue: str | None
    began_at: datetime
    due_at: datetime
    may_be_later: bool


@dataclass(frozen=True)
class PendingItems:
    """What is pending at a cut-off. ``total`` counts every clock; ``waiting`` what ends by no deed of the vendor's.

    ``within``: how many clocks are over in so many hours from the cut-off.
    """

    cut_off_at: datetime
    clocks: Sequence[PendingClock]
    total: int
    waiting: int
    within: Mapping[int, int]


def pending_items(
    home: Path, statement_id: str, *, limit: int = 50, hours: Sequence[int] = (2, 24), sight: Sight = WHOLE
) -> PendingItems:
    """Return a statement's pending items; of promises in parts each part has its own clock."""
    ref = find_statement(home, statement_id)
    body = kept_body(home, ref.id)
    cut_off_at = datetime.fromisoformat(body["cut_off_at"])
    zone, timetables = body["contract"]["zone"], dict[str, Timetable | None]()
    clocks: list[PendingClock] = []
    total = waiting = 0
    asked = [one for one in questions_in(body) if one["as"] in VALUES]
    evidence = [evidence_of(home, ref.id, one["column"], sight) for one in asked]
    served = served_for(evidence, "whole")
    for question, found in zip(asked, evidence, strict=True):
        clock = _Clock.of(found)
        count = _pending_count(found, served.get(found.column))
        if clock is None or not count:
            waiting += count
            continue
        channel = metric_named(question["metric"]).channel
        if channel not in timetables:
            timetables[channel] = timetable_of(home, ref.id, channel, zone)
        clocks += _clocks(body, found, clock, timetables[channel])
        total += count
    clocks.sort(key=lambda one: (one.due_at, one.source, one.item_id, one.column))
    within = {h: sum(one.due_at <= cut_off_at + timedelta(hours=h) for one in clocks) for h in hours}
    return PendingItems(cut_off_at, clocks[:limit], total, waiting, within)


def _pending_count(found: Evidence, served: Mapping[str, Counts] | None) -> int:
    if served is not None:
        return sum(counts.of("pending") for counts in served.values())
    pending = f"SELECT count(*) FROM {found.rows} WHERE {state_condition(found, 'pending')}"
    return int(query(pending, found.folder)[0][0])


def is_running(body: Mapping[str, Any]) -> bool:
    """Say whether a statement was closed before its month was over."""
    days = Month.parse(body["month"]).days
    return datetime.fromisoformat(body["cut_off_at"]) < day_begins_at(days.until, body["contract"]["zone"])


@dataclass(frozen=True)
class _Clock:
    """How long an item of a question has, by the terms of the day it came: a column of the evidence, or worked out."""

    terms: Sequence[Mapping[str, Any]]
    event: str
    has_due: bool
    has_pauses: bool

    @classmethod
    def of(cls, found: Evidence) -> "_Clock | None":
        """Return a question's clock; None where nothing but time ends what is pending."""
        names = {term["name"] for term in found.question["terms"]}
        if not names & {"limit", "within_days", "within_s", "within_h"}:
            return None
        needs = population_needs(NUMBERED.sub("", _file_of(found)))
        begins = (*needs.due[:1], *needs.due_running[:1], "arrival_at")
        event = next(name for name in begins if name in found.columns)
        return cls(found.question["terms"], event, "due_at" in found.columns, needs.pauses is not None)

    def due_at(self, began_at: datetime, day: str, timetable: Timetable | None) -> datetime | None:
        """Return when the limit of an item of this day is over; None where the calendar does not know."""
        terms = {term["name"]: term["value"] for term in self.terms if term["from"] <= day < term["until"]}
        counted_in = terms.get("counted_in", "")
        kind = DAY_KINDS.get(counted_in) or cast("DayKind | None", terms.get("day_kind"))
        days = terms.get("within_days") or (terms.get("limit") if kind else None)
        if days is not None and kind is not None:
            after_close = cast("AfterClose", terms.get("after_close", "same_day"))
            if timetable is None:
                return None
            return due_working_days(began_at, int(days), timetable, after_close=after_close, day_kind=kind)
        hours = terms.get("limit") or terms.get("within_h")
        seconds = Decimal(hours) * 3600 if hours is not None else Decimal(terms.get("within_s", "0"))
        by_wall = counted_in == "wall_hours" or terms.get("clock") == "wall"
        return due_running(began_at, seconds, timetable=None if by_wall else timetable)


def _file_of(found: Evidence) -> str:
    return next(name for name, part in found.body["evidence"].items() if found.column in part["indicators"])


def _clocks(
    body: Mapping[str, Any], found: Evidence, clock: _Clock, timetable: Timetable | None
) -> Iterator[PendingClock]:
    owner = next((one for one in body["indicators"] if one["id"] == found.question["of"]), None)
    population = NUMBERED.sub("", _file_of(found))
    due = "due_at" if clock.has_due else "NULL"
    rows = query(
        f"SELECT item_source, item_id, team, agent_id, queue, coalesce({clock.event}, arrival_at) AS began_at,"
        f" CAST(service_on AS VARCHAR), {due} FROM {found.rows} WHERE {state_condition(found, 'pending')}"
        f" ORDER BY began_at, item_source, item_id LIMIT {MOST}",
        found.folder,
    )
    name = dict(found.metric.name) if owner is None else owner["name"]
    for source, item_id, team, agent_id, queue, began_at, day, written in rows:
        due_at = written or clock.due_at(began_at, day, timetable)
        if due_at is not None:
            yield PendingClock(
                found.question["of"],
                found.column,
                name,
                "" if owner is None else owner["clause"],
                population,
                source,
                item_id,
                team,
                agent_id,
                queue,
                began_at,
                due_at,
                clock.has_pauses,
            )
