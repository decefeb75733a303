"""One indicator: its month, its days, its groups, its amounts."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import Asked, asking, day_of, trouble
from app.queries.scorecard import history, month_points
from app.views import (
    Bucket,
    ContributionView,
    ControlView,
    DayPoint,
    GroupPoint,
    HourPoint,
    IndicatorView,
    MarkedDay,
    MonthPoint,
    Part,
    Term,
)

# A population that is measured twice in a month, in two calendars, has two parts of evidence: handled_contact_2.
NUMBERED = re.compile(r"_\d+$")


def indicator(statement_id: str, indicator_id: str, *, reader: Reader) -> IndicatorView:
    """Return an indicator's month with its definition and lines."""
    with asking(reader) as door:
        ref, body = door.ref(statement_id), door.body(statement_id)
        found = bodies.indicator_of(body, indicator_id)
        lines = bodies.lines(body)
        past = history(door, ref)
        return IndicatorView(
            head=bodies.head(ref, body),
            row=bodies.row(found, lines, tuple(month_points(past, indicator_id))),
            terms=tuple(
                Term(t["name"], str(t["value"]), day_of(t["from"]), day_of(t["until"]), t["by"]) for t in found["terms"]
            ),
            parts=tuple(_part(part) for part in found["parts"]),
            options=tuple((name, str(value)) for name, value in found["options"].items() if value is not None),
            scope=tuple((column, tuple(values)) for column, values in found["scope"].items()),
            definition_sha256=body["definitions"].get(found["metric"], ""),
            candidates=found["candidates"],
            lines=tuple(line for line in lines if line.indicator == indicator_id),
            overrides=tuple(one for one in body["overrides"] if one["metric"] == found["metric"]),
            population=population_of(body, indicator_id),
        )


def population_of(body: bodies.Body, indicator_id: str) -> str:
    """Return the name of the population that an indicator counts: the one whose evidence has it."""
    columns = {one["column"] for one in body["questions"] if indicator_id in (one["of"], one["column"])}
    for name, evidence in body["evidence"].items():
        if not columns.isdisjoint(evidence["indicators"]):
            return NUMBERED.sub("", str(name))
    raise trouble("web.no_evidence", where=indicator_id)


def _part(found: Any) -> Part:
    return Part(
        since=day_of(found["from"]),
        until=day_of(found["until"]),
        days=found["days"],
        measure=bodies.measure(found),
        target=bodies.fraction(found["target"]),
        target_by=found["target_by"],
        verdict=found["verdict"],
        reason=found["reason"],
    )


def by_month(statement_id: str, indicator_id: str, *, reader: Reader) -> tuple[MonthPoint, ...]:
    """Return the indicator's last twelve months, oldest first."""
    return indicator(statement_id, indicator_id, reader=reader).row.history


def by_day(statement_id: str, indicator_id: str, *, reader: Reader) -> ControlView:
    """Return the days of the month, each with the target that held on it and its limits of noise."""
    with asking(reader) as door:
        parts = _parts(door, statement_id, indicator_id)
        chart = door.control_chart(statement_id, indicator_id)
        return ControlView(
            points=tuple(_day_point(one, parts) for one in chart.days),
            marked=tuple(MarkedDay(one.day, tuple(one.kinds)) for one in chart.marked),
        )


def _parts(door: Asked, statement_id: str, indicator_id: str) -> list[Part]:
    return [_part(part) for part in bodies.indicator_of(door.body(statement_id), indicator_id)["parts"]]


def _ratio(row: Any) -> Fraction | None:
    return Fraction(row.numerator) / Fraction(row.denominator) if row.n and Fraction(row.denominator) else None


def _day_point(one: Any, parts: Sequence[Part]) -> DayPoint:
    row = one.row
    day = day_of(row.name)
    part = next((part for part in parts if part.since <= day < part.until), None)
    return DayPoint(
        day=day,
        value=_ratio(row),
        target=part.target if part else None,
        target_by=part.target_by if part else None,
        n=row.n,
        missed=row.missed,
        numerator=Fraction(row.numerator),
        denominator=Fraction(row.denominator),
        low=bodies.fraction(one.low),
        high=bodies.fraction(one.high),
        is_signal=one.is_signal,
    )


def by_hour(statement_id: str, indicator_id: str, *, reader: Reader) -> tuple[HourPoint, ...]:
    """Return the hours of the weekdays at which there were items."""
    with asking(reader) as door:
        _parts(door, statement_id, indicator_id)
        found = []
        for row in door.hour_map(statement_id, indicator_id):
            weekday, _, hour = row.name.partition("-")
            found.append(HourPoint(int(weekday), int(hour), _ratio(row), row.n, row.missed))
        return tuple(found)


def by_group(statement_id: str, indicator_id: str, group: str, *, reader: Reader) -> ContributionView:
    """Return the groups, each with what it adds to the gap between value and target, and the money allocated to it."""
    with asking(reader) as door:
        _parts(door, statement_id, indicator_id)
        found = door.contributions(statement_id, indicator_id, group)
        return ContributionView(
            points=tuple(
                GroupPoint(
                    name=one.row.name,
                    value=_ratio(one.row),
                    n=one.row.n,
                    missed=one.row.missed,
                    numerator=Fraction(one.row.numerator),
                    denominator=Fraction(one.row.denominator),
                    gap=one.gap,
                    excess=one.excess,
                    allocated=one.allocated,
                )
                for one in found.rows
            ),
            gap=found.gap,
            money=found.money,
            unallocated=found.unallocated,
        )


def histogram(statement_id: str, indicator_id: str, *, reader: Reader) -> tuple[Bucket, ...]:
    """Return how the amounts are spread; empty for a metric without one."""
    with asking(reader) as door:
        rows = door.histogram(statement_id, indicator_id)
        return tuple(Bucket(Decimal(row.from_s), Decimal(row.until_s), row.n) for row in rows)
