"""One scan a population: every item gets one state per indicator, and one aggregation counts them all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.core.problem import Problem, Refused
from pipelines.ingest import items
from pipelines.ingest.items import make_macros, pending_loads
from pipelines.metrics.compose import (
    FACTS,
    OUTSIDE_SCOPE,
    Ask,
    inputs_of,
    item_rows,
    scan_select,
    split_minutes,
    wide_select,
)
from pipelines.metrics.declare import OUTSIDE, Group, Metric, population_needs, quoted
from pipelines.metrics.frame import Frame
from pipelines.metrics.scope import Posting
from pipelines.runs.roster import lay_out_roster
from pipelines.scoring.counts import Counts

TOPIC = "topic"
IDS = ("item_source", "item_id", "arrival_at")
FACTS_KEPT = (*(name for name in FACTS if name != "load_id"), "outside", "log_source")  # of an item, in the evidence


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


def postings(con: duckdb.DuckDBPyConnection) -> list[Posting]:
    """Return the rows of the session's roster."""
    rows = con.execute(
        "SELECT member_id, since_at, nullif(until_at, TIMESTAMPTZ 'infinity'), team, vendor, member_kind FROM roster"
        " ORDER BY ALL"
    ).fetchall()
    return [Posting(*row) for row in rows]


def make_wide(
    con: duckdb.DuckDBPyConnection,
    table: str,
    population: str,
    frame: Frame,
    asks: Sequence[Ask],
    inputs: Sequence[str] = (),
) -> dict[str, list[str]]:
    """Make the temporary table of a population's wide rows; return each indicator's states, in order of their codes."""
    make_split_tables(con, frame)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {wide_select(population, frame, asks, inputs)}")
    return {ask.column: list(ask.states) for ask in asks}


def inputs_known(con: duckdb.DuckDBPyConnection, population: str, frame: Frame, asks: Sequence[Ask]) -> dict[str, str]:
    """Return the columns of a population's items that decide the asks, or that a reader groups by, and no row has yet.

    Each with its type. The topic decides nothing: it is kept so that a closed month can say which topics made a gap.
    """
    make_split_tables(con, frame)
    rows = con.execute(f"DESCRIBE {item_rows(population, frame, asks)}").fetchall()
    known = {row[0]: row[1] for row in rows}
    wanted = dict.fromkeys([*inputs_of(asks, known), *(name for name in known if name == TOPIC)])
    return {name: known[name] for name in wanted if name not in (*FACTS, "outside", "source")}


def speaks_of(override: Override, ask: Ask) -> bool:
    """Say whether an override is of an ask's metric, in this version or in any."""
    return override.metric in (ask.metric.key, ask.metric.key.partition("@")[0])


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
    laid: set[str] = set()  # what has a column of base states by now
    for override in sorted(overrides, key=lambda o: (o.decided_at, o.metric, o.item_source, o.item, o.to)):
        fitted = False
        for ask in asks:
            if not speaks_of(override, ask):
                continue
            known = states[ask.column]
            fits = [str(code) for code, state in enumerate(known, 1) if _is_state(state, override.from_)]
            if not fits:
                continue
            base, state = f"{ask.column}_base", f"{ask.column}_state"
            first = f"coalesce({base}, {state})" if ask.column in laid else state
            source = f" AND item_source = {quoted(override.item_source)}" if override.item_source else ""
            where = f"WHERE item_id = {quoted(override.item)}{source} AND {first} IN ({', '.join(fits)})"
            if not con.execute(f"SELECT 1 FROM {table} {where} LIMIT 1").fetchall():
                continue  # the rows, and what is hashed of them, stay as they are
            if override.to not in known:
                known.append(override.to)
            con.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {base} UTINYINT")
            laid.add(ask.column)
            con.execute(f"UPDATE {table} SET {base} = {first}, {state} = {known.index(override.to) + 1} {where}")
            fitted = True
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

    def rows_of(some: Sequence[Ask]) -> str:
        columns = [
            *row_dimensions(by, vendor_kept, "log_source"),
            *(f"{ask.column}_{kind}" for ask in some for kind in ask.kinds),
        ]
        return f"SELECT {', '.join([*columns, *IDS])} FROM {table}"

    return count_rows(con, rows_of, asks, states, list(by))


def direct_tallies(
    con: duckdb.DuckDBPyConnection,
    population: str,
    frame: Frame,
    asks: Sequence[Ask],
    *,
    by: Mapping[str, str],
    vendor_kept: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Tally]:
    """Count a population's states as they are made, without keeping a row an item; else as ``tallies``.

    ``where`` keeps those whose groups (names of ``by``) have one of the values.
    """
    make_split_tables(con, frame)
    states = {ask.column: ask.states for ask in asks}
    chosen = [
        f"g{list(by).index(name)} IN ({', '.join(map(quoted, values))})" for name, values in (where or {}).items()
    ]

    def rows_of(some: Sequence[Ask]) -> str:
        grouped = any(ask.group for ask in some)
        columns = row_dimensions(by, vendor_kept, population_needs(population).log)
        rows = scan_select(population, frame, some, [*columns, *(IDS if grouped else ())])
        # a group of items stands where its first item does: which of them are wanted is known when it is counted
        return f"SELECT * FROM ({rows}) WHERE {' AND '.join(chosen)}" if chosen and not grouped else rows

    for tally in count_rows(con, rows_of, asks, states, list(by)):
        if all(tally.group[name] in values for name, values in (where or {}).items()):
            yield tally


def row_dimensions(by: Mapping[str, str], vendor_kept: Sequence[str], log: str) -> list[str]:
    """Return what every counted row bears beside its states: its groups, whose log it stands in, why it is outside."""
    kept = f"coalesce({log} IN ({', '.join(map(quoted, vendor_kept))}), false)" if vendor_kept else "false"
    return [*(f"{sql} AS g{number}" for number, sql in enumerate(by.values())), f"{kept} AS is_kept", "outside"]


def count_rows(
    con: duckdb.DuckDBPyConnection,
    rows_of: Callable[[Sequence[Ask]], str],
    asks: Sequence[Ask],
    states: Mapping[str, Sequence[str]],
    by: list[str],
    *,
    with_amounts: bool = True,
) -> Iterator[Tally]:
    """Count rows (groups g0 …, is_kept, outside, the asks' columns), each ask on its own share of one aggregation.

    ``rows_of`` gives the rows with the columns of these asks. ``with_amounts``: how often each occurs.
    """
    found: dict[tuple[str, tuple[Any, ...]], Counts] = {}
    alone = [ask for ask in asks if ask.group is None]
    timed = [ask for ask in alone if with_amounts and ask.metric.has_histogram]
    if alone:
        _count_items(con, rows_of(alone), alone, states, len(by), found, next(iter(timed), None))
    # the first histogram rode along; another's amounts as well would multiply the rows, so it has a scan of its own
    for ask in timed[1:]:
        _add_histogram(con, rows_of([ask]), "count(*)", ask, states[ask.column], len(by), found)
    for ask in asks:
        if ask.group is not None:
            _count_groups(con, rows_of([ask]), ask, ask.group, states[ask.column], len(by), found)
    for (column, group), counts in found.items():
        yield Tally(column, dict(zip(by, group, strict=True)), counts)


def _count_items(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    asks: Sequence[Ask],
    states: Mapping[str, Sequence[str]],
    group_count: int,
    found: dict[tuple[str, tuple[Any, ...]], Counts],
    timed: Ask | None,
) -> None:
    """Count the items of each combination of states; where amounts are counted too, from the same aggregation."""
    groups = [f"g{number}" for number in range(group_count)]
    keys = [*groups, "is_kept", "outside", *(f"{ask.column}_state" for ask in asks)]
    summed = {f"{ask.column}_sum": f"{ask.column}_amount" for ask in asks if ask.metric.amount is not None}
    summed |= {f"{ask.column}_base": f"{ask.column}_whole" for ask in asks if ask.metric.whole is not None}
    sums = [f"sum({column}) AS {name}" for name, column in summed.items()]
    counted = f"SELECT {', '.join([*keys, 'count(*) AS n', *sums])}"
    if timed is None:
        cursor = con.execute(f"{counted} FROM ({rows}) GROUP BY ALL")
    else:
        column = f"{timed.column}_amount"
        amount = f"CASE WHEN {_counts_in(timed, states[timed.column])} THEN {column} END AS {column}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE amounts AS {counted}, {amount} FROM ({rows}) GROUP BY ALL")
        again = [f"sum({name}) AS {name}" for name in ("n", *summed)]
        cursor = con.execute(f"SELECT {', '.join([*keys, *again])} FROM amounts GROUP BY ALL")
    names = [column[0] for column in cursor.description or []]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        group = tuple(row[name] for name in groups)
        for ask in asks:
            code = row[f"{ask.column}_state"]
            add_items(
                _counts_of(found, ask, group),
                ask.metric,
                row["outside"],
                None if code is None else states[ask.column][code - 1],
                int(row["n"]),
                is_kept=row["is_kept"],
                amount=row.get(f"{ask.column}_sum"),
                whole=row.get(f"{ask.column}_base"),
            )
    if timed is not None:
        _add_histogram(con, "FROM amounts", "sum(n)", timed, states[timed.column], group_count, found)
        con.execute("DROP TABLE amounts")


def _counts_of(found: dict[tuple[str, tuple[Any, ...]], Counts], ask: Ask, group: tuple[Any, ...]) -> Counts:
    key = (ask.column, group)
    if key not in found:
        found[key] = Counts()
    return found[key]


def _add_histogram(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    counted: str,
    ask: Ask,
    states: Sequence[str],
    group_count: int,
    found: dict[tuple[str, tuple[Any, ...]], Counts],
) -> None:
    """Add how often each amount occurs among the items that count: ``counted`` of the rows."""
    groups = "".join(f"g{number}, " for number in range(group_count))
    amount = f"{ask.column}_amount"
    cursor = con.execute(
        f"SELECT {groups}{amount} AS amount, CAST({counted} AS BIGINT) FROM ({rows})"
        f" WHERE {_counts_in(ask, states)} AND {amount} IS NOT NULL GROUP BY ALL ORDER BY {groups}amount"
    )
    for *group, value, n in cursor.fetchall():
        _counts_of(found, ask, tuple(group)).histogram[value] = n


def _counts_in(ask: Ask, states: Sequence[str]) -> str:
    """Return the condition of a row whose amount counts."""
    return f"outside IS NULL AND {ask.column}_state = {_code(states, 'counted')}"


def _code(states: Sequence[str], state: str) -> int:
    return list(states).index(state) + 1 if state in states else 0


def add_items(
    counts: Counts,
    metric: Metric,
    outside: str | None,
    state: str | None,
    n: int,
    *,
    is_kept: bool,
    amount: Decimal | None = None,
    whole: Decimal | None = None,
) -> None:
    """Add n items of one state, or of none: outside of the population, or out of the indicator's scope.

    ``amount`` is the sum of theirs, ``whole`` of what stands below the line where the metric has such.
    """
    if outside is not None or state is None:
        counts.outside[outside or OUTSIDE_SCOPE] += n
        return
    if state.startswith(OUTSIDE):
        counts.outside[state.partition(": ")[2]] += n
    else:
        counts.states[state] += n
        if is_kept:
            counts.kept_by_vendor[state] += n
    if amount is not None:
        below = amount if metric.whole is None else whole or Decimal(0)
        counts.amount += amount if metric.sums(state) else 0
        counts.base += below if metric.bears(state) else 0


def _count_groups(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    ask: Ask,
    group: Group,
    states: Sequence[str],
    group_count: int,
    found: dict[tuple[str, tuple[Any, ...]], Counts],
) -> None:
    """Count groups of items: each has the state of the first class in its order, and stands where its first item does.

    Items outside of the population belong to no group; each is tallied for itself.
    """
    groups = [f"g{number}" for number in range(group_count)]
    state = f"{ask.column}_state"
    inside = [str(code) for code, text in enumerate(states, 1) if not text.startswith(OUTSIDE)] or ["0"]  # of no rows
    first = "{since: arrival_at, source: item_source, id: item_id}"
    rank = [
        group.order.index(text.partition(":")[0]) if str(code) in inside else 0 for code, text in enumerate(states, 1)
    ]
    decides = first if group.is_first(ask.last_values) else f"list_extract({rank}, {state}) * 1000 + {state}"
    at_first = [f"arg_min({name}, {first}) AS {name}" for name in [*groups, "is_kept"]]
    dimensions = "".join(f"{name}, " for name in groups)
    sql = (
        f"WITH item AS MATERIALIZED ({rows}),\n"
        f"own AS (SELECT {', '.join(at_first)}, arg_min({state}, {decides}) AS {state} FROM item\n"
        f"        WHERE outside IS NULL AND {state} IN ({', '.join(inside)})\n"
        f"        GROUP BY coalesce('g' || {ask.column}_group, 'i' || item_source || chr(31) || item_id))\n"
        f"SELECT {dimensions}is_kept, NULL AS outside, {state}, count(*) FROM own GROUP BY ALL\nUNION ALL\n"
        f"SELECT {dimensions}is_kept, outside, {state}, count(*) FROM item\n"
        f"WHERE outside IS NOT NULL OR {state} IS NULL OR {state} NOT IN ({', '.join(inside)}) GROUP BY ALL"
    )
    for *named, is_kept, outside, code, n in con.execute(sql).fetchall():
        counted = found.setdefault((ask.column, tuple(named)), Counts())
        add_items(counted, ask.metric, outside, None if code is None else states[code - 1], n, is_kept=is_kept)


def make_split_tables(con: duckdb.DuckDBPyConnection, frame: Frame) -> None:
    """Make the chat items of sessions split by silence, where the frame asks for them."""
    minutes = split_minutes(frame)
    if minutes:
        items.split_sessions(con, minutes)


def vendor_kept_sources(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the sources whose logs the vendor keeps, as their mappings say."""
    rows = con.execute(
        "SELECT DISTINCT source FROM mapping WHERE keeper = 'vendor'"
        " AND fingerprint IN (SELECT mapping_sha256 FROM load) ORDER BY source"
    ).fetchall()
    return [row[0] for row in rows]
