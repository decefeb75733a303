"""The service calendars of a run, laid out as rows that the scans join."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import duckdb
import pyarrow as pa

from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Days
from pipelines.metrics.declare import Metric, population_needs
from pipelines.worktime.model import Calendar
from pipelines.worktime.rows import calendar_day_rows, flat_columns, flat_macros, flat_values, sql_text
from pipelines.worktime.timetable import calendar_days

ROOM = timedelta(days=400)  # clocks run on after the month, and a thread may have begun before it


def calendar_for(metric: Metric, calendars: Mapping[str, Calendar]) -> str | None:
    """Return the calendar that binds a metric's channel; None is around the clock, where no days are counted."""
    named = next((name for name in (metric.channel, "default") if name in calendars), None)
    if named is None and any(population_needs(one).due for one in metric.populations):
        raise LookupError(f"{metric.key} counts days and {metric.channel} has no calendar")
    return named


def lay_out_calendars(con: duckdb.DuckDBPyConnection, calendars: Mapping[str, Calendar], zone: str, days: Days) -> None:
    """Lay calendars out in a temporary ``calendar_day``, a row a day and channel, with room for clocks that run on."""
    con.execute(sql_text("calendar_day").replace("CREATE TABLE IF NOT EXISTS", "CREATE OR REPLACE TEMP TABLE"))
    for name, calendar in calendars.items():
        timetable = calendar_days(calendar, zone, days.since - ROOM, days.until + ROOM)
        rows = [{**row, "calendar": name} for row in calendar_day_rows(timetable)]
        if rows:
            con.register("laid_out", pa.Table.from_pylist(rows))
            con.execute("INSERT INTO calendar_day BY NAME SELECT * FROM laid_out")
            con.unregister("laid_out")
    _lay_flat(con)


def _lay_flat(con: duckdb.DuckDBPyConnection) -> None:
    """Lay each day's spans out in columns of its row, and let the session's clocks read those."""
    most = con.execute("SELECT coalesce(max(len(spans)), 0) FROM calendar_day").fetchall()[0][0]
    span_count = max(1, most)
    for column in flat_columns(span_count):
        con.execute(f"ALTER TABLE calendar_day ADD COLUMN {column}")
    con.execute(f"UPDATE calendar_day SET {flat_values(span_count)}")
    for macro in flat_macros(span_count):
        con.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def calendars_digest(con: duckdb.DuckDBPyConnection) -> str:
    """Return the digest of the days as they were laid out, whichever file they came from."""
    rows: Iterable[tuple[str]] = con.execute(
        "SELECT CAST(calendar_day AS VARCHAR) FROM calendar_day ORDER BY calendar, day"
    ).fetchall()
    return sha256_hex("\n".join(row[0] for row in rows).encode())
