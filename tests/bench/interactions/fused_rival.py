"""Rival 1: the SQL that an expert would write by hand over the very same tables, working time included."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

import duckdb

from tests.bench.interactions.indicators import DAYS_OFF, SINCE, UNTIL, WORKED, Answer, by_indicator

PARTS = ("call", "session", "round", "thread", "contact", "survey", "inspection")
DAY = 86_400_000_000
MACROS = (
    f"local_us(t) AS (epoch_us(t) + {8 * 3_600_000_000})",
    f"local_day(t) AS DATE '1970-01-01' + CAST(local_us(t) // {DAY} AS INTEGER)",
    # open microseconds of the chat (08:00 to 23:00, every day) since 1970
    f"""chat_us(t) AS local_us(t) // {DAY} * {15 * 3_600_000_000}
        + CASE WHEN local_us(t) % {DAY} <= {8 * 3_600_000_000} THEN 0
               WHEN local_us(t) % {DAY} >= {23 * 3_600_000_000} THEN {15 * 3_600_000_000}
               ELSE local_us(t) % {DAY} - {8 * 3_600_000_000} END""",
    # open microseconds of the office (09:00 to 18:00 of working days) up to the instant t of day d
    f"""office_us(d, t) AS (d.nth - CAST(d.is_working AS INTEGER)) * {9 * 3_600_000_000}
        + CASE WHEN d.is_working AND local_us(t) % {DAY} > {9 * 3_600_000_000}
               THEN least(local_us(t) % {DAY}, {18 * 3_600_000_000}) - {9 * 3_600_000_000} ELSE 0 END""",
)


def days_sql(days: Sequence[str]) -> str:
    """Return days as SQL literals."""
    return ", ".join(f"DATE '{day}'" for day in days)


OFFICE = f"""CREATE TEMP TABLE office_day AS
SELECT day, is_working, CAST(count(*) FILTER (is_working) OVER (ORDER BY day) AS BIGINT) AS nth,
       CAST(day AS TIMESTAMP) + INTERVAL 10 HOUR AS close_utc, close_utc AT TIME ZONE 'UTC' AS close_at
FROM (SELECT DATE '2026-09-01' + CAST(i AS INTEGER) AS day,
             day IN ({days_sql(WORKED)}) OR (isodow(day) <= 5 AND day NOT IN ({days_sql(DAYS_OFF)})) AS is_working
      FROM range(122) t(i))"""


def fused(home: Path) -> dict[str, Answer]:
    """Return what the hand-written SQL finds in the store of ``home``."""
    instants = {
        "since": f"TIMESTAMPTZ '{SINCE.isoformat(sep=' ')}'",
        "until": f"TIMESTAMPTZ '{UNTIL.isoformat(sep=' ')}'",
        "cut_off": f"TIMESTAMPTZ '{UNTIL.isoformat(sep=' ')}'",
    }
    answers: dict[str, Answer] = {}
    with duckdb.connect(str(home / "clausemeter.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET memory_limit = '8GB'")
        con.execute("SET threads = 2")
        for macro in MACROS:
            con.execute(f"CREATE TEMP MACRO {macro}")
        con.execute(OFFICE)
        for part in PARTS:
            cursor = con.execute(
                Template(_text(part)).substitute(instants, contacts=Template(_text("contacts")).substitute(instants))
            )
            names = [column[0] for column in cursor.description or []]
            answers |= by_indicator(dict(zip(names, cursor.fetchall()[0], strict=True)))
    return answers


def _text(name: str) -> str:
    return resources.files("tests.bench.interactions").joinpath(f"fused/{name}.sql").read_text(encoding="utf-8")
