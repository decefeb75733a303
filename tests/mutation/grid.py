"""Made-up items of every kind, to look for one that a surviving mutant judges differently.

Each column takes every value that the expressions could tell apart: both flags and NULL, each word that stands in
the metric and one that does not, numbers on, below and above each limit, instants in each order. What no item of such
a grid tells apart is the same expression. An item found may still be one that no population holds.
"""

import duckdb

from pipelines.metrics.declare import Metric, quoted
from tests.mutation.expressions import parse

DRAWN_ROWS = 100_000
NUMBERS = ("NULL", "-1", "0", "0.5", "1", "2", "3", "5", "7200", "7199", "7201", "3600")
LIMITS = ("0", "1", "2", "5")
INSTANTS = ("NULL", *(f"TIMESTAMPTZ '2026-10-12 00:00:0{second}+00'" for second in (0, 1, 2, 3, 5)))
DAYS = ("NULL", *(f"DATE '2026-10-1{day}'" for day in (1, 2, 3)))
LISTS = ("[]", "['a']", "['a', 'b']", "['4', '5']", "['s:4', '5']", "['t:4']", "NULL")


def values_of(metric: Metric, name: str, kind: str) -> list[str]:
    """Return the values that a column takes."""
    term = metric.terms.get(name)
    if term is not None:
        if term.choices:
            return [quoted(choice) for choice in term.choices]
        if term.unit == "list":
            return [value for value in LISTS if value != "NULL"]
        return list(LIMITS)
    if kind == "BOOLEAN":
        return ["true", "false", "NULL"]
    if kind.startswith("TIMESTAMP"):
        return list(INSTANTS)
    if kind == "DATE":
        return list(DAYS)
    if kind.endswith("[]"):
        return list(LISTS)
    if kind == "VARCHAR":
        words = [node.name for node in parse(metric.sql).find_all(type(parse("'a'"))) if node.is_string]
        states = set(metric.states)
        return [*(quoted(word) for word in sorted({*words, "a", "b", "s"} - states)), "NULL"]
    return list(NUMBERS)


def make_grid(con: duckdb.DuckDBPyConnection, metric: Metric, grid: str) -> None:
    """Make the table of the metric's made-up items: half are drawn freely, half are a known row with a quarter of its
    columns drawn anew, so that the last branches are reached too.
    """
    rows, kinds = f"rows_{grid.removeprefix('grid_')}", columns_of_rows(con, f"rows_{grid.removeprefix('grid_')}")
    cells = []
    for salt, (name, kind) in enumerate(kinds.items()):
        values = values_of(metric, name, kind)
        drawn = f"CAST(([{', '.join(values)}])[1 + CAST(hash(n, {salt}) % {len(values)} AS INTEGER)] AS {kind})"
        keeps = f"n % 2 = 1 AND hash(n, {salt}, 'keeps') % 4 > 0"
        cells.append(f"CASE WHEN {keeps} THEN known.{name} ELSE {drawn} END AS {name}")
    con.execute(
        f"CREATE TABLE {grid} AS SELECT *, {metric.sql} AS state_of_original FROM (SELECT {', '.join(cells)}"
        f" FROM range({DRAWN_ROWS}) AS numbers(n)"
        f" JOIN (SELECT row_number() OVER () - 1 AS place, * FROM {rows}) AS known"
        f" ON known.place = hash(n) % (SELECT count(*) FROM {rows}))"
    )


def columns_of_rows(con: duckdb.DuckDBPyConnection, rows: str) -> dict[str, str]:
    """Return the columns that the expressions read, with their types."""
    aside = {"judge", "expected", "is_amount_judged"}
    return {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {rows}").fetchall() if name not in aside}


def witness(con: duckdb.DuckDBPyConnection, metric: Metric, mutant: str) -> str | None:
    """Return an item that the mutant judges differently: its facts and both states; None where none was found."""
    named = metric.key.partition("@")[0].replace(".", "_")
    grid, kinds = f"grid_{named}", columns_of_rows(con, f"rows_{named}")
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [grid]).fetchall():
        make_grid(con, metric, grid)
    # the item with the fewest facts is the easiest to read
    facts = " + ".join(f"CAST({name} IS NOT NULL AND CAST({name} AS VARCHAR) <> 'false' AS INTEGER)" for name in kinds)
    row = con.execute(
        f"SELECT {', '.join(kinds)}, state_of_original, state_of_mutant"
        f" FROM (SELECT *, {mutant} AS state_of_mutant FROM {grid})"
        f" WHERE state_of_mutant IS DISTINCT FROM state_of_original ORDER BY {facts} LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    *values, was, now = row
    said = [
        f"{name} {value}" for name, value in zip(kinds, values, strict=True) if value is not None and value is not False
    ]
    return f"{was} -> {now}: {', '.join(said)}"
