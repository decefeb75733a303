"""Why an item has its state under a metric: what it rests on, what else would hold, and its clock as a timeline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused
from pipelines.core.yaml_text import TextTree
from pipelines.metrics.compose import Ask, branches, expression_sql, names_in, scan_select
from pipelines.metrics.declare import Needs, metric_named, population_needs, quoted
from pipelines.metrics.frame import Frame
from pipelines.runs.measure import calendars_of, scans_of
from pipelines.runs.states import make_split_tables
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.clock import Interval, Pause, counted_intervals
from pipelines.worktime.timetable import calendar_days

AROUND = timedelta(days=3), timedelta(days=90)  # how much of the calendar a timeline may reach into


@dataclass(frozen=True)
class Timeline:
    """A clock of an item: its name, its two instants, and what lies between them, piece by piece (None: unknown)."""

    clock: str
    from_at: datetime
    until_at: datetime
    intervals: Sequence[Interval] | None


@dataclass(frozen=True)
class Why:
    """An item under a metric: its state, the others that hold beside it, its amount, what it rests on, its clocks."""

    metric: str
    source: str
    item_id: str
    service_on: date
    state: str
    also: Sequence[str]
    amount: str | None
    rests_on: Mapping[str, str]
    terms: Mapping[str, str]
    timelines: Sequence[Timeline]


def why(
    home: Path,
    metric: str,
    source: str,
    item_id: str,
    *,
    since: date,
    until: date,
    terms: Mapping[str, str] | None = None,
    zone: str | None = None,
    cut_off_at: datetime | None = None,
    calendars: TextTree | None = None,
) -> Why:
    """Return one item of [since, until) under a metric, as ``measure`` would count it; refuse one that is not there."""
    found = metric_named(metric)
    with Warehouse(home, read_only=True) as warehouse:
        con = warehouse.con
        scans = scans_of(
            con, [found], since, until, terms=terms or {}, scope={}, zone=zone, cut_off_at=cut_off_at,
            calendars=calendars,
        )  # fmt: skip
        (((population, frame), (ask,)),) = scans.items()
        make_split_tables(con, frame)
        needs = population_needs(population)
        cursor = con.execute(
            f"SELECT * FROM ({scan_select(population, frame, [ask], _columns(ask))})"
            f" WHERE item_source = {quoted(source)} AND item_id = {quoted(item_id)}"
        )
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
        if not rows:
            raise Refused(
                Problem(
                    where=f"{source} {item_id}",
                    what=f"{found.key} has no such item in [{since}, {until}).",
                    mend="Check source, id and days: an item belongs to the period of its arrival.",
                    code="why.no_item",
                )
            )
        row = dict(zip(names, rows[0], strict=True))
    states = [f"outside: {row['outside']}"] if row["outside"] else []
    states += row["states_that_hold"]
    amount = row.get(f"{ask.column}_amount")
    rests_on = sorted(names_in([found.sql]) & set(names))
    return Why(
        metric=found.key,
        source=source,
        item_id=item_id,
        service_on=row["service_on"],
        state=states[0],
        also=list(dict.fromkeys(state for state in states[1:] if state != states[0])),
        amount=None if amount is None else decimal_text(amount),
        rests_on={name: _text(row[name]) for name in rests_on if row[name] is not None},
        terms=ask.last_values,
        timelines=list(_timelines(row, needs, frame, calendars)),
    )


def _columns(ask: Ask) -> list[str]:
    """Return the item's columns, and the states whose condition holds, in the order in which they are asked."""
    holding = ", ".join(
        f"CASE WHEN {condition} THEN {quoted(state)} END" for condition, state in branches(expression_sql(ask))
    )
    return ["*", f"list_filter([{holding}], lambda state: state IS NOT NULL) AS states_that_hold"]


def _timelines(row: Mapping[str, Any], needs: Needs, frame: Frame, calendars: TextTree | None) -> Iterator[Timeline]:
    """Yield the item's clocks between the instants that are known of them."""
    clocks = [(clock.name, clock.start, clock.end) for clock in needs.clocks if clock.name in row]
    if needs.due:
        event, *answers = needs.due
        answer = next((name for name in answers if row.get(name) is not None), None)
        clocks += [("limit", event, answer)] if answer else []
    pauses = [
        Pause(pause["from_at"], pause["until_at"], pause.get("reason") or "paused")
        for pause in (row.get(needs.pauses or "") or [])
    ]
    for name, start, end in clocks:
        begins, ends = row.get(start), row.get(end)
        if begins is None or ends is None or ends <= begins:
            continue
        timetable = None
        if frame.calendar is not None:
            hours = calendars_of(calendars, frame.zone)[frame.calendar]
            first, last = begins.date() - AROUND[0], ends.date() + AROUND[1]
            timetable = calendar_days(hours, frame.zone, first, last)
        yield Timeline(name, begins, ends, counted_intervals(begins, ends, pauses, timetable))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
