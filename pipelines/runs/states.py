"""One scan a population: every item gets one state per indicator, and one aggregation counts them all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.core.period import Days
from pipelines.core.problem import Problem, Refused
from pipelines.ingest.items import make_macros, pending_loads
from pipelines.metrics.compose import OUTSIDE_SCOPE, Ask, wide_select
from pipelines.metrics.declare import OUTSIDE, quoted
from pipelines.metrics.frame import Frame
from pipelines.runs.roster import lay_out_roster
from pipelines.scoring.counts import Counts


@dataclass(frozen=True)
class Override:
    """A decision that an item's state is another: base states stay, the override lies over them."""

    metric: str
    item_source: str
    item: str
    from_: str
    to: str
    ground: str
    decided_at: str


@dataclass(frozen=True)
class Tally:
    """Counts of one indicator for one combination of groups (a day, a team …)."""

    column: str
    group: Mapping[str, Any]
    counts: Counts


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Define what every scan needs in this session: macros, and the roster as it stands."""
    if pending_loads(con):
        raise Refused(
            Problem(
                where="the warehouse",
                what="Its items are not complete, or were made by another release; figures from them would be wrong.",
                mend="Run `clausemeter ingest` once more, with any file (a loaded one will do): they are made anew.",
                code="items.pending",
            )
        )
    make_macros(con)
    lay_out_roster(con)


def make_wide(
    con: duckdb.DuckDBPyConnection, table: str, population: str, frame: Frame, asks: Sequence[Ask]
) -> dict[str, list[str]]:
    """Make the temporary table of a population's wide rows; return each indicator's states, in order of their codes."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {wide_select(population, frame, asks)}")
    return {ask.column: list(ask.metric.states) for ask in asks}


def lay_overrides(
    con: duckdb.DuckDBPyConnection,
    table: str,
    asks: Sequence[Ask],
    states: dict[str, list[str]],
    overrides: Sequence[Override],
) -> tuple[list[Override], list[Override]]:
    """Lay overrides over the states; return those applied and those that no longer fit.

    An override fits while the item's base state is the one it was decided upon. One that does not fit is not applied,
    and is said: a decision about a miss says nothing of an item that has since become something else. Base states stay
    beside the row, in ``<indicator>_base``.
    """
    applied: list[Override] = []
    stale: list[Override] = []
    for override in sorted(overrides, key=lambda o: (o.decided_at, o.metric, o.item_source, o.item, o.to)):
        fitted = False
        for ask in asks:
            if override.metric not in (ask.metric.key, ask.metric.key.partition("@")[0]):
                continue
            known = states[ask.column]
            fits = [str(code) for code, state in enumerate(known, 1) if _is_state(state, override.from_)]
            if not fits:
                continue
            if override.to not in known:
                known.append(override.to)
            con.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {ask.column}_base UTINYINT")
            source = f" AND item_source = {quoted(override.item_source)}" if override.item_source else ""
            changed = con.execute(
                f"UPDATE {table} SET {ask.column}_base = coalesce({ask.column}_base, {ask.column}_state),"
                f" {ask.column}_state = {known.index(override.to) + 1}"
                f" WHERE item_id = {quoted(override.item)}{source}"
                f" AND coalesce({ask.column}_base, {ask.column}_state) IN ({', '.join(fits)})"
            ).fetchall()
            fitted = fitted or bool(changed and changed[0][0])
        (applied if fitted else stale).append(override)
    return applied, stale


def _is_state(state: str, wanted: str) -> bool:
    """``missed`` means every state of that class; ``excluded: short abandon`` that one alone."""
    return state == wanted or state.partition(":")[0] == wanted


def tallies(
    con: duckdb.DuckDBPyConnection,
    table: str,
    asks: Sequence[Ask],
    states: Mapping[str, Sequence[str]],
    *,
    by: Mapping[str, str],
    vendor_kept: Sequence[str] = (),
) -> Iterator[Tally]:
    """Count a wide table: one aggregation over all indicators' states together, then each one's own share of it.

    ``by`` names the groups and their SQL. ``vendor_kept`` are the sources whose logs the vendor keeps.
    """
    groups = [f"{sql} AS g{number}" for number, sql in enumerate(by.values())]
    columns = [f"{ask.column}_state" for ask in asks]
    sums = [f"sum({ask.column}_amount) AS {ask.column}_sum" for ask in asks if ask.metric.amount is not None]
    keys = [*groups, "log_source", "outside", *columns]
    cursor = con.execute(f"SELECT {', '.join([*keys, 'count(*) AS n', *sums])} FROM {table} GROUP BY ALL")
    names = [column[0] for column in cursor.description or []]
    found: dict[tuple[str, tuple[Any, ...]], Counts] = {}
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        group = tuple(row[f"g{number}"] for number in range(len(by)))
        for ask in asks:
            counts = found.setdefault((ask.column, group), Counts())
            code = row[f"{ask.column}_state"]
            if row["outside"] is not None:
                counts.outside[row["outside"]] += row["n"]
            elif code is None:
                counts.outside[OUTSIDE_SCOPE] += row["n"]
            else:
                state = states[ask.column][code - 1]
                if state.startswith(OUTSIDE):
                    counts.outside[state.partition(": ")[2]] += row["n"]
                    continue
                counts.states[state] += row["n"]
                if row["log_source"] in vendor_kept:
                    counts.kept_by_vendor[state] += row["n"]
                if ask.metric.sums(state) and row.get(f"{ask.column}_sum") is not None:
                    counts.amount += row[f"{ask.column}_sum"]
    for (column, group), counts in found.items():
        yield Tally(column, dict(zip(by, group, strict=True)), counts)


def within(found: Sequence[Tally], column: str, days: Days) -> Counts:
    """Return an indicator's counts over the tallied days that lie in ``days``."""
    counts = Counts()
    for tally in found:
        day = tally.group["day"]
        if tally.column == column and isinstance(day, date) and day in days:
            counts = counts + tally.counts
    return counts


def vendor_kept_sources(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the sources whose logs the vendor keeps, as their mappings say."""
    rows = con.execute(
        "SELECT DISTINCT source FROM mapping WHERE keeper = 'vendor'"
        " AND fingerprint IN (SELECT mapping_sha256 FROM load) ORDER BY source"
    ).fetchall()
    return [row[0] for row in rows]
