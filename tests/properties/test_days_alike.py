"""Hours that are the same every day are read off an instant, without its day: the answers are those of the days."""

from datetime import UTC, datetime, timedelta
from random import Random

import duckdb
import pytest

from pipelines.core.period import Month
from pipelines.core.yaml_text import read_yaml
from pipelines.ingest.items import make_macros
from pipelines.metrics.due import day_join, is_open_sql, working_us_sql
from pipelines.metrics.frame import Frame, Laid, local_day_sql
from pipelines.runs.calendars import lay_out_calendars
from pipelines.worktime.parse import parse_calendars

OCTOBER = Month(2026, 10).days
HOURS = """
calendars:
  default:
    - since: 2020-01-01
      decided: 2020-01-01
      by: "§1.3"
      weekly: {hours}
      holidays: cn
      on_holidays: as_usual
"""
ALIKE = ['{mon-sun: ["08:00-23:00"]}', '{mon-sun: ["00:00-24:00"]}', '{mon-sun: ["09:30-18:00"]}']
UNLIKE = ['{mon-fri: ["08:00-23:00"]}', '{mon-sun: ["08:00-12:00", "13:00-23:00"]}', '{mon-sun: ["22:00-06:00"]}']


def laid_out(hours: str, zone: str) -> tuple[duckdb.DuckDBPyConnection, Laid]:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    make_macros(con)
    calendars, problems = parse_calendars(read_yaml(HOURS.replace("{hours}", hours), "hours"))
    assert not problems
    return con, lay_out_calendars(con, calendars, zone, OCTOBER)


def instants() -> list[datetime]:
    """Return the edges of days and hours in Shanghai and Kathmandu, instants between them, and some of no day known."""
    dice = Random(41)
    edges = [datetime(2026, 10, day, tzinfo=UTC) + timedelta(minutes=15 * n) for day in (4, 5) for n in range(96)]
    near = [edge + timedelta(microseconds=dice.choice([-1, 1])) for edge in edges]
    far = [datetime(2019, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)]
    return [*edges, *near, *far, *(OCTOBER_FIRST + timedelta(seconds=dice.random() * 31 * 86400) for _ in range(200))]


OCTOBER_FIRST = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kathmandu"])
@pytest.mark.parametrize("hours", ALIKE)
def test_the_same_answers_with_and_without_the_days(hours: str, zone: str) -> None:
    con, laid = laid_out(hours, zone)
    assert [one.calendar for one in laid.alike] == ["default"]
    dice, some = Random(hours + zone), instants()
    pairs = [(start, dice.choice([*some, None])) for start in some]
    con.execute("CREATE TABLE item (start_at TIMESTAMPTZ, end_at TIMESTAMPTZ)")
    con.executemany("INSERT INTO item VALUES (?, ?)", pairs)

    def answers(laid: Laid) -> list[tuple[bool | None, int | None]]:
        frame = Frame(OCTOBER, zone, OCTOBER_FIRST, "true", "default", (), laid)
        days = [
            day_join(f"day_of_{at}", frame, f"day_of_{at}.day = {local_day_sql(at, zone, OCTOBER)}", "hours")
            for at in ("start_at", "end_at")
        ]
        asked = f"{is_open_sql('start_at', frame)}, {working_us_sql('start_at', 'end_at', frame)}"
        return con.execute(f"SELECT {asked} FROM item {' '.join(days)} ORDER BY start_at, end_at").fetchall()

    found = answers(laid)
    assert found == answers(Laid(laid.spans))
    assert {row[0] for row in found} >= {True, None}
    assert sum(row[1] is not None and row[1] > 0 for row in found) > 100


@pytest.mark.parametrize("hours", UNLIKE)
def test_days_that_differ_are_looked_up(hours: str) -> None:
    assert laid_out(hours, "Asia/Shanghai")[1].alike == ()


def test_a_zone_that_changes_its_offset_is_looked_up() -> None:
    assert laid_out(ALIKE[0], "Europe/Berlin")[1].alike == ()
