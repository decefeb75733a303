"""Where an indicator's month went wrong: by day with the limits of noise, by hour and weekday, by who made the gap.

All of it is counted from the statement's own evidence as somebody may see it, overrides included, and so adds up to
the statement's figures; today's cubes (cubes.py) know neither overrides nor the statement's cut-off. Evidence never
changes, so whoever asks may remember the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pipelines.core.exact import decimal_text
from pipelines.core.period import Days, Month
from pipelines.metrics.declare import quoted
from pipelines.runs.evidence import CALENDAR
from pipelines.runs.items import Evidence, GroupRow, counts_by, evidence_of, group_row, item_group_sql
from pipelines.runs.narrow import statement_as_seen
from pipelines.runs.readers import query
from pipelines.runs.served import served_spread
from pipelines.runs.sight import WHOLE, Sight
from pipelines.scoring.contribution import PartCells, contributions
from pipelines.scoring.counts import Counts
from pipelines.scoring.noise import limits_of


@dataclass(frozen=True)
class DayRow:
    """A day of the month: its counts, and between which values it is noise (texts; None where chance has no law)."""

    row: GroupRow
    low: str | None
    high: str | None
    is_signal: bool


@dataclass(frozen=True)
class MarkedDay:
    """A day that is not like others: a promotion, a holiday, or a make-up workday."""

    day: date
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class ControlChart:
    """The days that have items, in order, and the marked days of the month."""

    days: Sequence[DayRow]
    marked: Sequence[MarkedDay]


@dataclass(frozen=True)
class ContributionRow:
    """A group and its part of the gap; ``gap`` and ``excess`` are texts of exact values, None without a target."""

    row: GroupRow
    gap: Fraction | None
    excess: Fraction | None
    allocated: Decimal


@dataclass(frozen=True)
class ContributionRows:
    """Every group; their gaps add up to ``gap``, their money and ``unallocated`` to the indicator's lines."""

    rows: Sequence[ContributionRow]
    gap: Fraction | None
    money: Decimal
    unallocated: Decimal


def control_chart(home: Path, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> ControlChart:
    """Return the month's days with their limits of noise."""
    found = evidence_of(home, statement_id, indicator_id, sight)
    cells = _cells(found, "day")
    limits = limits_of(found.metric, cells, found.blames, _spread(found))
    rows = []
    for name, counts in sorted(cells.items()):
        row, own = group_row(found, name, counts, has_interval=False), limits.get(name)
        rows.append(
            DayRow(
                row,
                None if own is None else decimal_text(own.low),
                None if own is None else decimal_text(own.high),
                is_signal=own is not None and row.value is not None and not own.holds(_exact(row)),
            )
        )
    return ControlChart(rows, _marked(found))


def _spread(found: Evidence) -> tuple[int, Fraction, Fraction] | None:
    """Return n, Σx and Σx² of the amounts that make a mean; None where there is no mean of single items."""
    if found.metric.aggregate != "mean" or found.ask.group is not None:
        return None
    served = served_spread(found.folder, found.name, found.column, found.sight, found.sources)
    if served is not None:
        return served
    amount = f"CAST({found.amount} AS DECIMAL(19, 6))"
    n, of_all, squares = query(
        f"SELECT count(*), coalesce(sum({amount}), 0), coalesce(sum({amount} * {amount}), 0) FROM {found.rows}"
        f" WHERE outside IS NULL AND {found.column}_state = 'counted' AND {found.amount} IS NOT NULL",
        found.folder,
    )[0]
    return n, Fraction(of_all), Fraction(squares)


def _exact(row: GroupRow) -> Fraction:
    return Fraction(row.numerator) / Fraction(row.denominator)


def _cells(found: Evidence, group: str) -> dict[str, Counts]:
    """Count the indicator's items by a group of the whole month."""
    return {name: counts for (_, name), counts in counts_by(found, group).items()}


def _marked(found: Evidence) -> list[MarkedDay]:
    """Return the promotions and holidays of the month, as the calendars that it was settled by had them."""
    path = found.folder / f"{CALENDAR}.parquet"
    if not path.exists():
        return []
    days, channel = Month.parse(found.body["month"]).days, found.metric.channel
    rows = query(
        "SELECT day, bool_or(has_promotion), any_value(day_kind) FILTER (day_kind IN ('holiday', 'make_up_workday'))"
        f" FROM read_parquet({quoted(str(path))})"
        f" WHERE day >= DATE '{days.since}' AND day < DATE '{days.until}'"
        f" AND calendar = (SELECT coalesce(max(calendar) FILTER (calendar = {quoted(channel)}), 'default')"
        f" FROM read_parquet({quoted(str(path))})) GROUP BY day ORDER BY day",
        found.folder,
    )
    marked = [
        MarkedDay(day, tuple(filter(None, ("promotion" if promoted else None, kind)))) for day, promoted, kind in rows
    ]
    return [one for one in marked if one.kinds]


def hour_map(home: Path, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[GroupRow]:
    """Return a row a weekday and hour of arrival, by the contract's clock; ``name`` is ``3-09``: Wednesday, nine."""
    found = evidence_of(home, statement_id, indicator_id, sight)
    return [group_row(found, name, own, has_interval=False) for name, own in sorted(_cells(found, "clock").items())]


def contribution_rows(
    home: Path, statement_id: str, indicator_id: str, group: str, *, sight: Sight = WHOLE
) -> ContributionRows:
    """Return what each team, agent, queue, hour, weekday or topic adds to the gap, and its allocated money.

    Parts of the month with targets of their own are each held against their own. Only the lines that the reader may
    see are shared out.
    """
    found = evidence_of(home, statement_id, indicator_id, sight)
    seen = statement_as_seen(home, statement_id, sight)
    indicator = next((one for one in seen["indicators"] if one["id"] == indicator_id), None)
    parts = list(indicator["parts"]) if indicator else []
    spans = [Days(date.fromisoformat(one["from"]), date.fromisoformat(one["until"])) for one in parts]
    cells = _by_part(found, group, spans)
    lines = [one for one in seen["lines"] if one["indicator"] == indicator_id]
    part_lines: list[list[Decimal]] = [[] for _ in spans]
    month_lines: list[Decimal] = []
    for line in lines:
        place = _part_of(line["days"], spans)
        (month_lines if place is None else part_lines[place]).append(Decimal(line["amount"]))
    shared = contributions(
        found.metric,
        [
            PartCells(None if part["target"] is None else Fraction(part["target"]), own, amounts)
            for part, own, amounts in zip(parts, cells, part_lines, strict=True)
        ],
        amounts=month_lines,
        unmeasurable=found.blames,
        percentile=found.ask.percentile,
        currency=found.body["currency"],
    )
    rows = [
        ContributionRow(group_row(found, one.name, one.counts, has_interval=False), one.gap, one.excess, one.allocated)
        for one in shared.groups
    ]
    return ContributionRows(
        rows, shared.gap, sum((Decimal(line["amount"]) for line in lines), Decimal(0)), shared.unallocated
    )


def _part_of(days: Mapping[str, str] | None, spans: Sequence[Days]) -> int | None:
    """Return which part of the month a line speaks of; None where it speaks of several, or of all."""
    own = days or {}
    for place, span in enumerate(spans):
        if (own.get("from"), own.get("until")) == (str(span.since), str(span.until)):
            return place
    return None


def _by_part(found: Evidence, group: str, spans: Sequence[Days]) -> list[dict[str, Counts]]:
    """Count the indicator's items by group within each part of the month."""
    item_group_sql(found, group)  # refuses what there is not
    cells: list[dict[str, Counts]] = [{} for _ in spans]
    for (place, name), counts in counts_by(found, group, spans).items() if spans else ():
        cells[place][name] = counts
    return cells
