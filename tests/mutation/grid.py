"""Made-up items of every kind, to look for one that a surviving mutant judges differently.

Each column takes every value that the expressions could tell apart: both flags and NULL, each word that stands in
the metric and one that does not, numbers on, below and above each limit, instants in each order. What no item of such
a grid tells apart is the same expression. An item found may still be one that no population holds.
"""

import duckdb

from pipelines.metrics.declare import Metric, quoted
from tests.mutation.expressions import parse, render

DRAWN_ROWS = 300_000
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


def witness(con: duckdb.DuckDBPyConnection, metric: Metric, mutant: str) -> str | None:
    """Return an item that the mutant judges differently: its facts and both states; None where none was found."""
    table = "grid_" + metric.key.partition("@")[0].replace(".", "_")
    rows = "rows_" + metric.key.partition("@")[0].replace(".", "_")
    kinds = {
        name: kind
        for name, kind, *_ in con.execute(f"DESCRIBE {rows}").fetchall()
        if name not in {"judge", "expected", "is_amount_judged"}
    }
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall():
        drawn = ", ".join(
            f"CAST(([{', '.join(values)}])[1 + CAST(hash(n, {salt}) % {len(values)} AS INTEGER)] AS {kind}) AS {name}"
            for salt, (name, kind) in enumerate(kinds.items())
            for values in [values_of(metric, name, kind)]
        )
        con.execute(
            f"CREATE TABLE {table} AS SELECT *, {metric.sql} AS state_of_original"
            f" FROM (SELECT {drawn} FROM range({DRAWN_ROWS}) AS numbers(n))"
        )
    # the item with the fewest facts is the easiest to read
    facts = " + ".join(f"CAST({name} IS NOT NULL AND CAST({name} AS VARCHAR) <> 'false' AS INTEGER)" for name in kinds)
    cursor = con.execute(
        f"SELECT {', '.join(kinds)}, state_of_original, state FROM (SELECT *, {mutant} AS state FROM {table})"
        f" WHERE state IS DISTINCT FROM state_of_original ORDER BY {facts} LIMIT 1"
    )
    row = cursor.fetchone()
    if row is None:
        return None
    *values, was, now = row
    said = [f"{name} {value}" for name, value in zip(kinds, values, strict=True) if value is not None and value is not False]
    return f"{was} -> {now}: {', '.join(said)}"


__all__ = ["render", "witness"]
