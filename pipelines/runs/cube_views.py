"""Views: an indicator by groups over days, answered by a cube where one has the groups, else from the items."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract.model import Contract, Indicator
from pipelines.contract.resolve import indicator_terms
from pipelines.core.period import Days
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.metrics.compose import Ask, percentile_in
from pipelines.metrics.declare import Metric, metric_named, quoted
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.cubes import (
    AMOUNTS,
    ROLLUPS,
    STEPPED,
    are_laid_out,
    by_month,
    known_until_of,
    months_of,
    this_indicator,
    within,
)
from pipelines.runs.groups import GROUPS, group_sql, weekday_sql
from pipelines.runs.states import count_rows, direct_tallies
from pipelines.runs.steps import near_percentile
from pipelines.scoring.counts import Counts
from pipelines.warehouse.store import Warehouse

OF_DAY = {"day": "CAST(day AS VARCHAR)", "month": "strftime(day, '%Y-%m')", "weekday": weekday_sql("day")}


@dataclass(frozen=True)
class View:
    """Counts of one indicator by groups, and what gave them: a rollup's table, the month's ``rows``, or ``items``.

    A percentile's amounts are exact where the ``percentile`` may lie; elsewhere a step's stand at its greatest.
    """

    counts: Mapping[tuple[str, ...], Counts]
    metric: Metric
    answered_by: str
    percentile: Decimal | None = None


def view(
    home: Path,
    contract_name: str,
    indicator: str,
    days: Days,
    *,
    now: datetime,
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> View:
    """Return an indicator's counts over ``days`` by groups (day, hour, team, queue …), for those of ``where``.

    A rollup that has every dimension asked for answers; else the rows that were kept of the month; and where nothing
    was, or a group of items counts as one, the items of these days are scanned.
    """
    found = usable_contract(contract_name)
    with Warehouse(home, read_only=True) as warehouse:
        return view_in(warehouse.con, found, indicator, days, now=now, by=by, where=where or {})


def view_in(
    con: duckdb.DuckDBPyConnection,
    found: ReadContract,
    indicator: str,
    days: Days,
    *,
    now: datetime,
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]],
) -> View:
    """Answer a view on an open store, as a server does that keeps its connection and its contract."""
    contract = found.source.model
    one = _indicator(contract, indicator)
    refuse_if_any(
        Problem("view", f"There is no group {name!r}.", f"Use any of: {', '.join(GROUPS)}.", "measure.group")
        for name in {*by, *where} - set(GROUPS)
    )
    state = _state_of(con, contract, indicator)
    asked = {*by, *where} - set(OF_DAY)
    table = next((name for name, dimensions in ROLLUPS.items() if asked <= set(dimensions)), None)
    metric = metric_named(one.worst_of[0].metric if one.worst_of else one.metric)  # as its cube counts
    percentile = _percentile_of(contract, one, metric, days)
    if table is not None and state is not None:
        counts = _from_cube(con, contract, table, indicator, days, by, where, metric, percentile)
        return View(counts, metric, table, percentile)
    rows = None if state is None else _from_rows(con, contract, one, days, by, where, percentile)
    if rows is not None:
        return View(rows, metric, "rows", percentile)
    counts = _scanned(con, found, one, days, state or known_until_of(con, now), by, where)
    return View(counts, metric, "items", percentile)


def _percentile_of(contract: Contract, indicator: Indicator, metric: Metric, days: Days) -> Decimal | None:
    """Return which percentile is asked for, by the terms of the last of these days that has any."""
    if metric.aggregate != "percentile":
        return None
    terms = indicator_terms(contract, indicator, days)
    values = {} if terms is None else {name: pieces[-1].value for name, pieces in terms.terms.items()}
    return percentile_in(values) or Decimal(metric.terms["percentile"].default)


def _indicator(contract: Contract, indicator: str) -> Indicator:
    for one in contract.indicators:
        if one.id == indicator:
            return one
    raise Refused(
        Problem(
            where=f"contract {contract.contract}",
            what=f"It has no indicator {indicator!r}.",
            mend="It has: " + ", ".join(known.id for known in contract.indicators) + ".",
            code="view.no_indicator",
        )
    )


def _state_of(con: duckdb.DuckDBPyConnection, contract: Contract, indicator: str) -> datetime | None:
    """Return up to when the indicator's cube knows, or None where it was never made."""
    if not are_laid_out(con):
        return None
    rows = con.execute(f"SELECT cut_off_at FROM cube_state WHERE {this_indicator(contract, indicator)}").fetchall()
    return rows[0][0] if rows else None


def _chosen(days: Days, where: Mapping[str, Sequence[str]]) -> list[str]:
    conditions = [f"{OF_DAY.get(name, name)} IN ({', '.join(map(quoted, values))})" for name, values in where.items()]
    return [within(days), *conditions]


def _named(by: Sequence[str]) -> list[str]:
    return [f"{OF_DAY.get(name, name)} AS g{number}" for number, name in enumerate(by)]


def _from_rows(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    indicator: Indicator,
    days: Days,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]],
    percentile: Decimal | None,
) -> dict[tuple[str, ...], Counts] | None:
    """Count the rows kept of the months of these days; None where there are none to count."""
    tables = dict(
        con.execute(f"SELECT month, rows FROM cube_rows_in WHERE {this_indicator(contract, indicator.id)}").fetchall()
    )
    found: dict[tuple[str, ...], Counts] = {}
    groups = _named(by)
    for part in by_month(days):
        terms = indicator_terms(contract, indicator, part)
        if terms is None:
            continue
        ask = Ask(indicator.id, terms.metric, terms.terms)
        table = tables.get(part.since.replace(day=1))
        if table is None or ask.group is not None:
            return None
        columns = ", ".join([*groups, "is_kept", "outside", *(f"{ask.column}_{kind}" for kind in ask.kinds)])

        def rows_of(_: Sequence[Ask], table: str = table, part: Days = part, columns: str = columns) -> str:
            return f"SELECT {columns} FROM {table} WHERE {' AND '.join(_chosen(part, where))}"

        states = {ask.column: ask.states}
        # a percentile's amounts are looked up where it may lie
        for tally in count_rows(con, rows_of, [ask], states, list(by), with_amounts=percentile is None):
            group = tuple(tally.group[name] for name in by)
            found[group] = found.get(group, Counts()) + tally.counts
    if percentile is not None:
        chosen = " AND ".join([this_indicator(contract, indicator.id), *_chosen(days, where)])
        _add_amounts_near(con, AMOUNTS, chosen, groups, found, percentile)
    return found


def _from_cube(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: str,
    indicator: str,
    days: Days,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]],
    metric: Metric,
    percentile: Decimal | None,
) -> dict[tuple[str, ...], Counts]:
    chosen = " AND ".join([this_indicator(contract, indicator), *_chosen(days, where)])
    groups = _named(by)
    found: defaultdict[tuple[str, ...], Counts] = defaultdict(Counts)
    for *group, part, word, n, amount in con.execute(
        f"SELECT {', '.join([*groups, 'part', 'word'])}, CAST(sum(n) AS BIGINT), sum(amount) FROM {table}"
        f" WHERE {chosen} GROUP BY ALL"
    ).fetchall():
        counts = found[tuple(group)]
        if part == "sum":
            counts.amount += amount
        elif part == "base":
            counts.base += amount
        else:
            {"state": counts.states, "outside": counts.outside, "kept": counts.kept_by_vendor}[part][word] += n
    if percentile is not None:
        steps = f"{table}_step" if table in STEPPED else AMOUNTS
        _add_amounts_near(con, steps, chosen, groups, found, percentile)
    elif metric.has_histogram:
        for *group, amount, n in con.execute(
            f"SELECT {', '.join([*groups, 'amount'])}, CAST(sum(n) AS BIGINT) FROM {table}_amount"
            f" WHERE {chosen} GROUP BY ALL"
        ).fetchall():
            found[tuple(group)].histogram[amount] = n
    return dict(found)


def _add_amounts_near(
    con: duckdb.DuckDBPyConnection,
    steps_in: str,
    chosen: str,
    groups: Sequence[str],
    found: Mapping[tuple[str, ...], Counts],
    percentile: Decimal,
) -> None:
    """Add each group's amounts: exact where its percentile may lie, elsewhere a step's at its greatest."""
    steps = con.execute(
        f"SELECT {', '.join([*groups, 'step'])}, CAST(sum(n) AS BIGINT), max(amount)"
        f" FROM {steps_in} WHERE {chosen} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    near = near_percentile(found, steps, percentile)
    greatest = {(*named, step): (n, most) for *named, step, n, most in steps}
    for place in near:
        n, most = greatest[place]
        found[place[:-1]].histogram[most] = n
    for *named, step, amount, first, last in _amounts_at(con, chosen, groups, near):
        histogram = found[tuple(named)].histogram
        histogram[greatest[*named, step][1]] -= last - first
        histogram[amount] += last - first


def _amounts_at(
    con: duckdb.DuckDBPyConnection, chosen: str, groups: Sequence[str], wanted: Mapping[tuple[Any, ...], set[int]]
) -> list[tuple[Any, ...]]:
    """Return the amounts that have one of the wanted ranks: group, step, amount, first and last of its ranks, less 1.

    The first is the last rank of the amount before among those returned: it stands for all below it too.
    """
    if not wanted:
        return []
    names = [f"g{number}" for number in range(len(groups))]
    values = ", ".join(
        f"({', '.join([*map(quoted, key[:-1]), str(key[-1]), str(rank)])})"
        for key, ranks in wanted.items()
        for rank in sorted(ranks)
    )
    place = ", ".join([*names, "step"])
    return con.execute(
        f"WITH wanted({place}, rank) AS (VALUES {values}),\n"
        f"amount AS (SELECT {', '.join([*groups, 'step', 'amount'])}, sum(n) AS n FROM {AMOUNTS}\n"
        f"  WHERE {chosen} AND step IN ({', '.join(sorted({str(key[-1]) for key in wanted}))}) GROUP BY ALL),\n"
        f"ranked AS (SELECT *, sum(n) OVER (PARTITION BY {place} ORDER BY amount) AS last FROM amount),\n"
        f"hit AS (SELECT DISTINCT {place}, amount, last FROM ranked JOIN wanted USING ({place})\n"
        "  WHERE rank > last - n AND rank <= last)\n"
        f"SELECT {place}, amount, CAST(lag(last, 1, 0) OVER (PARTITION BY {place} ORDER BY amount) AS BIGINT),"
        " CAST(last AS BIGINT) FROM hit"
    ).fetchall()


def _scanned(
    con: duckdb.DuckDBPyConnection,
    found: ReadContract,
    indicator: Indicator,
    days: Days,
    known_until: datetime | None,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]],
) -> dict[tuple[str, ...], Counts]:
    """Count the items of ``days`` whose groups are those of ``where``, month by month."""
    counts: dict[tuple[str, ...], Counts] = {}
    if known_until is None:
        return counts
    months = months_of(con, found, known_until)
    for part in by_month(days):
        question = months.asked(indicator, part)
        if question is None:
            continue
        ask, frame = question
        named = {name: group_sql(name, frame.zone, frame.days) for name in dict.fromkeys([*by, *where])}
        for tally in direct_tallies(
            con, ask.population, frame, [ask], by=named, vendor_kept=months.vendor_kept, where=where
        ):
            group = tuple(tally.group[name] for name in by)
            counts[group] = counts.get(group, Counts()) + tally.counts
    return counts
