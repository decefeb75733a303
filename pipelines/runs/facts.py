"""What the logs say of a month, as the settlement reads it: counts by day, incidents one by one, kinds of days."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from pipelines.contract.resolve import IndicatorTerms
from pipelines.runs.states import Tally
from pipelines.scoring.counts import Counts
from pipelines.scoring.judge import DayCounts
from pipelines.settlement.facts import Incident


def day_counts(tallies: Iterable[Tally]) -> DayCounts:
    """Return tallies by day as each question's counts by day."""
    found: dict[str, dict[date, Counts]] = {}
    for tally in tallies:
        day = tally.group["day"]
        if isinstance(day, date):
            own = found.setdefault(tally.column, {})
            own[day] = own.get(day, Counts()) + tally.counts
    return found


def charged_by_item(terms: Sequence[IndicatorTerms]) -> set[str]:
    """Return the columns of the questions whose offending items are charged one by one."""
    return {
        one.question.column
        for one in terms
        for part in one.parts
        for consequence in (part.consequences.value if part.consequences else ())
        if consequence.form == "per_incident"
    }


def incidents_in(
    con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], states: Mapping[str, Sequence[str]]
) -> dict[str, list[Incident]]:
    """Return the offending items of each column in a table of wide rows, by the service day of their contact."""
    found = {}
    for column in columns:
        codes = [str(code) for code, state in enumerate(states[column], 1) if state.partition(":")[0] == "missed"]
        rows = con.execute(
            f"SELECT service_on, item_source, item_id FROM {table}"
            f" WHERE {column}_state IN ({', '.join(codes)}) ORDER BY ALL"
        ).fetchall()
        found[column] = [Incident(*row) for row in rows]
    return found


def day_kinds(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, dict[str, frozenset[date]]]:
    """Return the promotion days, holidays and working days of each calendar that is laid out in a table."""
    conditions = {"promotion": "has_promotion", "holiday": "day_kind = 'holiday'", "working": "is_working_day"}
    found: dict[str, dict[str, frozenset[date]]] = {}
    for kind, condition in conditions.items():
        rows: list[tuple[str, Any]] = con.execute(
            f"SELECT calendar, list(day ORDER BY day) FROM {table} WHERE {condition} GROUP BY calendar"
        ).fetchall()
        for calendar, days in rows:
            found.setdefault(calendar, {})[kind] = frozenset(days)
    return found
