"""The service calendars of a run, laid out as rows that the scans join."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Days
from pipelines.core.zone import day_begins_at, utc_pieces_between
from pipelines.metrics.declare import Metric, population_needs, quoted
from pipelines.metrics.due import US_OF_DAY
from pipelines.metrics.frame import Alike, Laid
from pipelines.worktime.model import Calendar
from pipelines.worktime.rows import calendar_day_rows, flat_columns, flat_values, sql_text
from pipelines.worktime.timetable import calendar_days

ROOM = timedelta(days=400)  # clocks run on after the month, and a thread may have begun before it


def calendar_for(metric: Metric, calendars: Mapping[str, Calendar], own: str | None = None) -> str | None:
    """Return the calendar that binds a metric: the one named, or its channel's.

    None is around the clock, where no days are counted.
    """
    named = next((name for name in (own, metric.channel, "default") if name in calendars), None)
    if named is None and any(population_needs(one).due for one in metric.populations):
        raise LookupError(f"{metric.key} counts days and {metric.channel} has no calendar")
    return named


def lay_out_calendars(con: duckdb.DuckDBPyConnection, calendars: Mapping[str, Calendar], zone: str, days: Days) -> Laid:
    """Lay calendars out in a temporary ``calendar_day``, a row a day and channel, with room for clocks that run on.

    Each day's spans stand in columns of its row too, where scans read them.
    """
    con.execute(sql_text("calendar_day").replace("CREATE TABLE IF NOT EXISTS", "CREATE OR REPLACE TEMP TABLE"))
    kinds: dict[str, Any] = dict(con.execute("SELECT name, type FROM pragma_table_info('calendar_day')").fetchall())
    kinds["spans"] = [dict.fromkeys(("open_at", "shut_at"), "TIMESTAMPTZ")]
    for name, calendar in calendars.items():
        timetable = calendar_days(calendar, zone, days.since - ROOM, days.until + ROOM)
        rows = [{**row, "calendar": name} for row in calendar_day_rows(timetable)]
        # as JSON: to bind them, or to go through Arrow, would import pandas; as a list of VALUES they are slow to parse
        con.execute(
            "INSERT INTO calendar_day BY NAME SELECT unnest(from_json_strict("
            f"{quoted(json.dumps(rows, default=str))}, {quoted(json.dumps([kinds]))}), max_depth := 2)"
        )
    most = con.execute("SELECT coalesce(max(len(spans)), 0) FROM calendar_day").fetchall()[0][0]
    span_count = max(1, most)
    for column in flat_columns(span_count):
        con.execute(f"ALTER TABLE calendar_day ADD COLUMN {column}")
    con.execute(f"UPDATE calendar_day SET {flat_values(span_count)}")
    return Laid(span_count, _alike(con, zone))


def _alike(con: duckdb.DuckDBPyConnection, zone: str) -> tuple[Alike, ...]:
    """Return which of the calendars have the same hours every day, in a zone that keeps its offset throughout."""
    first, last = con.execute("SELECT min(day), max(day) FROM calendar_day").fetchall()[0]
    if first is None:
        return ()
    since_at, until_at = day_begins_at(first, zone), day_begins_at(last + timedelta(days=1), zone)
    piece, *later = utc_pieces_between(zone, since_at, until_at)
    if later:
        return ()
    offset_us = piece.offset_s * 1_000_000
    rows = con.execute(
        f"SELECT calendar, min(midnight), max(midnight) + {US_OF_DAY}, {offset_us},"
        " min(opens), min(shuts) FROM ("
        f"    SELECT calendar, (day - DATE '1970-01-01') * {US_OF_DAY} - {offset_us} AS midnight, no_hours_index,"
        "           coalesce(len(spans) = 1, false) AS is_one,"
        "           epoch_us(spans[1].open_at) - midnight AS opens, epoch_us(spans[1].shut_at) - midnight AS shuts"
        "    FROM calendar_day)"
        " GROUP BY calendar"
        " HAVING bool_and(is_one) AND min(opens) = max(opens) AND min(shuts) = max(shuts) AND min(opens) >= 0"
        f"    AND max(shuts) <= {US_OF_DAY} AND min(no_hours_index) = max(no_hours_index)"
        f"    AND count(*) * {US_OF_DAY} = max(midnight) - min(midnight) + {US_OF_DAY}"
        " ORDER BY calendar"
    ).fetchall()
    return tuple(Alike(*row) for row in rows)


def lay_out_frozen(con: duckdb.DuckDBPyConnection, path: Path, zone: str) -> Laid:
    """Lay the days out as a month's evidence has kept them, whatever notices are known by now; else as above."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE calendar_day AS SELECT * FROM read_parquet({quoted(str(path))})")
    most = con.execute("SELECT coalesce(max(len(spans)), 0) FROM calendar_day").fetchall()[0][0]
    return Laid(max(1, int(most)), _alike(con, zone))


def calendars_digest(con: duckdb.DuckDBPyConnection) -> str:
    """Return the digest of the days as they were laid out, whichever file they came from."""
    rows: Iterable[tuple[str]] = con.execute(
        "SELECT CAST(calendar_day AS VARCHAR) FROM calendar_day ORDER BY calendar, day"
    ).fetchall()
    return sha256_hex("\n".join(row[0] for row in rows).encode())
