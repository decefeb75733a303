"""Calls written by hand, and the state that a metric's expression gives each: run on DuckDB, nothing stored."""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from pipelines.core.dated import Piece
from pipelines.core.period import Month
from pipelines.metrics.compose import Ask, expression_sql
from pipelines.metrics.declare import metric_named

# What the expressions of calls read, and what a call is when nothing else is said: answered at once.
COLUMNS = {
    "outcome": ("VARCHAR", "answered"),
    "wait_s": ("DECIMAL(18, 6)", None),
    "waited_s": ("DECIMAL(18, 6)", None),
    "contradicting": ("BOOLEAN", False),
    "ambiguous_wait": ("BOOLEAN", False),
    "ambiguous_time": ("BOOLEAN", False),
    "is_callback": ("BOOLEAN", False),
    "promised_at": ("TIMESTAMPTZ", None),
    "reached_at": ("TIMESTAMPTZ", None),
    "promise_passed": ("BOOLEAN", False),
    "in_service_hours": ("BOOLEAN", True),
    "service_on": ("DATE", date(2026, 10, 1)),
}
OCTOBER = Month(2026, 10).days


def pieces_of(metric: str, terms: Mapping[str, str | Sequence[Piece[str]]]) -> dict[str, Sequence[Piece[str]]]:
    """Return every term of the metric over October 2026: as given, else by default."""
    given = {name: [Piece(OCTOBER, value, "")] if isinstance(value, str) else value for name, value in terms.items()}
    default = {name: [Piece(OCTOBER, term.default, "")] for name, term in metric_named(metric).terms.items()}
    assert set(given) <= set(default), f"{metric} has no term {set(given) - set(default)}"
    return {**default, **given}


def states(
    con: duckdb.DuckDBPyConnection,
    metric: str,
    calls: Sequence[Mapping[str, object]],
    terms: Mapping[str, str | Sequence[Piece[str]]],
) -> list[str]:
    """Return the state of each call under the metric."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE call (place INTEGER, {columns})")
    rows = [[place, *(call.get(n, usual) for n, (_, usual) in COLUMNS.items())] for place, call in enumerate(calls)]
    con.executemany(f"INSERT INTO call VALUES (?{', ?' * len(COLUMNS)})", rows)
    sql = expression_sql(Ask("x", metric_named(metric), pieces_of(metric, terms)))
    return [str(row[0]) for row in con.execute(f"SELECT {sql} FROM call ORDER BY place").fetchall()]
