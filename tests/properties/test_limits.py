"""Limits in days and hours: what is joined to a population's rows agrees with the clocks of worktime, item by item."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast

import duckdb
import pytest

from pipelines.core.period import Month
from pipelines.core.yaml_text import read_yaml
from pipelines.ingest.items import make_macros
from pipelines.metrics.frame import Frame, Laid
from pipelines.metrics.item import item_select
from pipelines.runs.calendars import lay_out_calendars
from pipelines.worktime.clock import Pause, due_running, seconds, working_seconds
from pipelines.worktime.due import AfterClose, DayKind, due_working_days, is_within_days
from pipelines.worktime.parse import parse_calendars
from pipelines.worktime.timetable import Timetable, calendar_days

ZONE = "Asia/Shanghai"
HOURS = """
calendars:
  default:
    - since: 2026-01-01
      decided: 2025-12-01
      by: "§1.3"
      weekly: {mon-fri: ["09:00-12:00", "13:00-18:00"], sat: ["10:00-16:00"]}
      holidays: cn
      on_holidays: closed
"""
SEPTEMBER = Month(2026, 9).days
SPOKEN = frozenset(
    f"{column}{answer}{end}"
    for answer in ("done_at", "known_until_at")
    for column, end in (("in_time_", ""), ("elapsed_to_", "_s"))
) | {"due_at"}
Item = tuple[datetime, datetime, tuple[Pause, ...]]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        make_macros(connection)
        lay_out_calendars(connection, parse_calendars(read_yaml(HOURS, "hours"))[0], ZONE, SEPTEMBER)
        yield connection


@pytest.fixture(scope="module")
def timetable() -> Timetable:
    calendar = parse_calendars(read_yaml(HOURS, "hours"))[0]["default"]
    return calendar_days(calendar, ZONE, date(2026, 8, 1), date(2026, 12, 31))


def random_items(dice: Random, count: int) -> list[Item]:
    """Make items of September 2026 with their answers, and up to three pauses between the two, in order."""
    found = []
    for _ in range(count):
        asked_at = datetime(2026, 8, 31, 16, tzinfo=UTC) + timedelta(seconds=dice.randrange(30 * 86400))
        long_s = dice.choice([3600, 40_000, 400_000, 2_000_000])
        done_at = asked_at + timedelta(microseconds=dice.randrange(long_s * 10**6))
        cuts = sorted(asked_at + (done_at - asked_at) * dice.random() for _ in range(2 * dice.randrange(4)))
        pauses = tuple(Pause(cuts[i], cuts[i + 1], "why") for i in range(0, len(cuts), 2))
        found.append((asked_at, done_at, pauses))
    return found


def joined(
    con: duckdb.DuckDBPyConnection, items: list[Item], options: dict[str, str], spans: int = 0
) -> list[dict[str, Any]]:
    """Return the items as the population's rows with their limit joined to them."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE population (item_source VARCHAR, item_id VARCHAR, arrival_at TIMESTAMPTZ,"
        " service_on DATE, asked_at TIMESTAMPTZ, done_at TIMESTAMPTZ, known_until_at TIMESTAMPTZ,"
        " pauses STRUCT(from_at TIMESTAMPTZ, until_at TIMESTAMPTZ)[])"
    )
    rows = [
        ["s", str(place), asked_at, SEPTEMBER.since, asked_at, done_at, done_at, [
            {"from_at": pause.from_at, "until_at": pause.until_at} for pause in pauses
        ]]
        for place, (asked_at, done_at, pauses) in enumerate(items)
    ]  # fmt: skip
    con.executemany("INSERT INTO population VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    frame = Frame(
        SEPTEMBER, ZONE, datetime(2026, 12, 1, tzinfo=UTC), "true", "default", tuple(options.items()), Laid(spans)
    )
    cursor = con.execute(
        f"SELECT * FROM ({item_select('case_cycle', frame, SPOKEN)}) ORDER BY CAST(item_id AS INTEGER)"
    )
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("after_close", ["same_day", "next_opening"])
@pytest.mark.parametrize("kind", ["working", "service", "natural"])
def test_limits_in_days(con: duckdb.DuckDBPyConnection, timetable: Timetable, kind: str, after_close: str) -> None:
    items = random_items(Random(f"{kind} {after_close}"), 150)
    n, day_kind, shut = 3, cast("DayKind", kind), cast("AfterClose", after_close)
    rows = joined(con, items, {"limit": str(n), "counted_in": f"{kind}_days", "after_close": after_close})
    for row, (asked_at, done_at, pauses) in zip(rows, items, strict=True):
        asked: dict[str, Any] = {"after_close": shut, "day_kind": day_kind, "pauses": pauses}
        assert row["due_at"] == due_working_days(asked_at, n, timetable, **asked)
        assert row["in_time_done_at"] == is_within_days(asked_at, done_at, n, timetable, **asked)
    assert {row["in_time_done_at"] for row in rows} == {True, False}


@pytest.mark.parametrize("spans", [0, 2])  # a day's spans as a list, or laid out flat
@pytest.mark.parametrize("counted_in", ["wall_hours", "working_hours"])
def test_limits_in_hours(con: duckdb.DuckDBPyConnection, timetable: Timetable, counted_in: str, spans: int) -> None:
    items = random_items(Random(counted_in), 150)
    limit_h = Decimal("7.5")
    hours = timetable if counted_in == "working_hours" else None
    rows = joined(con, items, {"limit": str(limit_h), "counted_in": counted_in}, spans)
    for row, (asked_at, done_at, pauses) in zip(rows, items, strict=True):
        if hours is None:
            passed = done_at - asked_at - sum(((p.until_at or done_at) - p.from_at for p in pauses), timedelta())
            amount: Decimal | None = seconds(passed // timedelta(microseconds=1))
        else:
            amount = working_seconds(asked_at, done_at, hours, pauses)
        assert amount is not None
        assert row["elapsed_to_done_at_s"] == amount
        assert row["in_time_done_at"] == (amount <= limit_h * 3600)
        assert row["due_at"] == due_running(asked_at, limit_h * 3600, pauses, hours)
    assert {row["in_time_done_at"] for row in rows} == {True, False}


def test_without_a_calendar_working_hours_are_those_of_the_wall(con: duckdb.DuckDBPyConnection) -> None:
    items = random_items(Random(7), 20)
    by_wall = joined(con, items, {"limit": "7.5", "counted_in": "wall_hours"})
    frame = Frame(SEPTEMBER, ZONE, datetime(2026, 12, 1, tzinfo=UTC), "true", None, (("counted_in", "working_hours"),))
    spoken = frozenset(["elapsed_to_done_at_s"])
    rows = con.execute(
        f"SELECT elapsed_to_done_at_s FROM ({item_select('case_cycle', frame, spoken)})"
        " ORDER BY CAST(item_id AS INTEGER)"
    ).fetchall()
    assert [row[0] for row in rows] == [row["elapsed_to_done_at_s"] for row in by_wall]
