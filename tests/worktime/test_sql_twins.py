"""The SQL of the package says what its Python says, on DuckDB, for any calendar."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.zone import instant_to_local
from pipelines.worktime.clock import Pause, is_open, open_us_at, why_unmeasurable, working_seconds
from pipelines.worktime.due import due_working_days, is_within_days, why_no_due, working_days_between
from pipelines.worktime.model import Calendar, Version, Window
from pipelines.worktime.notice import HolidayNotice
from pipelines.worktime.rows import COLUMNS, calendar_day_rows, sql_text
from pipelines.worktime.timetable import Timetable, calendar_days
from tests.worktime.random_calendars import givens, minutes

ITEM = pa.schema(
    [
        ("item_id", pa.int64()), ("calendar", pa.string()), ("n", pa.int64()), ("after_close", pa.string()),
        ("started_at", pa.timestamp("us", "UTC")), ("started_on", pa.date32()),
        ("ended_at", pa.timestamp("us", "UTC")), ("ended_on", pa.date32()),
        ("pauses", pa.list_(pa.struct([
            ("from_at", pa.timestamp("us", "UTC")), ("from_on", pa.date32()),
            ("until_at", pa.timestamp("us", "UTC")), ("until_on", pa.date32()),
        ]))),
    ]
)  # fmt: skip
RENAMED = "started_at AS event_at, started_on AS event_on, ended_at AS answered_at, ended_on AS answered_on"


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(sql_text("calendar_day"))
        connection.execute(sql_text("macros"))
        yield connection


def fill(store: duckdb.DuckDBPyConnection, timetable: Timetable) -> None:
    store.execute("DELETE FROM calendar_day")
    rows = pa.Table.from_pylist(list(calendar_day_rows(timetable)))
    store.register("rows", rows)
    store.execute("INSERT INTO calendar_day BY NAME SELECT * FROM rows")


def item(
    timetable: Timetable,
    start: datetime,
    end: datetime | None,
    n: int = 1,
    after_close: str = "same_day",
    pauses: Any = (),
) -> dict[str, Any]:
    def day_of(at: datetime | None) -> date | None:
        return None if at is None else instant_to_local(at, timetable.zone).date()

    return {
        "calendar": timetable.calendar, "n": n, "after_close": after_close,
        "started_at": start, "started_on": day_of(start), "ended_at": end, "ended_on": day_of(end),
        "pauses": [{"from_at": a, "from_on": day_of(a), "until_at": b, "until_on": day_of(b)} for a, b in pauses],
    }  # fmt: skip


def asked(store: duckdb.DuckDBPyConnection, items: list[dict[str, Any]], pattern: str) -> list[dict[str, Any]]:
    table = pa.Table.from_pylist([{"item_id": number, **one} for number, one in enumerate(items)], schema=ITEM)
    store.register("given_item", table)
    store.execute(f"CREATE OR REPLACE VIEW item AS SELECT *, {RENAMED} FROM given_item")
    found = store.execute(f"SELECT * FROM ({sql_text(pattern)}) ORDER BY item_id")
    rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
    return rows


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_elapsed_open_time(store: duckdb.DuckDBPyConnection, data: st.DataObject) -> None:
    case = data.draw(givens())
    fill(store, case.timetable)
    items = []
    expected = []
    for _ in range(5):
        start, end = sorted(data.draw(st.tuples(minutes(case), minutes(case))))
        end += timedelta(microseconds=data.draw(st.integers(0, 999_999)))
        marks = sorted({min(max(at, start), end) for at in data.draw(st.lists(minutes(case), max_size=4))})
        pauses = list(zip(marks[::2], marks[1::2], strict=False))
        items.append(item(case.timetable, start, end, pauses=pauses))
        spent = working_seconds(start, end, case.timetable, [Pause(a, b, "") for a, b in pauses])
        assert spent is not None
        expected.append((int(spent * 1_000_000), is_open(start, case.timetable), None))
    rows = asked(store, items, "elapsed")
    assert [(row["working_us"], row["in_hours"], row["unmeasurable"]) for row in rows] == expected


@settings(max_examples=30, deadline=None)
@given(data=st.data(), after_close=st.sampled_from(["same_day", "next_opening"]))
def test_due_days(store: duckdb.DuckDBPyConnection, data: st.DataObject, after_close: Any) -> None:
    case = data.draw(givens())
    fill(store, case.timetable)
    items, expected = [], []
    for _ in range(5):
        event_at, answered_at = sorted(data.draw(st.tuples(minutes(case), minutes(case))))
        n = data.draw(st.integers(1, 6))
        items.append(item(case.timetable, event_at, answered_at, n, after_close))
        due = [
            due_working_days(event_at, n, case.timetable, after_close=after_close, day_kind=kind)
            for kind in ("working", "service", "natural")
        ]
        expected.append(
            (
                *due,
                working_days_between(event_at, answered_at, case.timetable, after_close=after_close),
                is_within_days(event_at, answered_at, n, case.timetable, after_close=after_close),
                None if due[0] else why_no_due(event_at, case.timetable),
            )
        )
    rows = asked(store, items, "due_days")
    assert [tuple(row.values())[1:] for row in rows] == expected


@settings(max_examples=30, deadline=None)
@given(data=st.data(), after_close=st.sampled_from(["same_day", "next_opening"]))
def test_due_days_of_paused_items(store: duckdb.DuckDBPyConnection, data: st.DataObject, after_close: Any) -> None:
    case = data.draw(givens())
    fill(store, case.timetable)
    items, expected = [], []
    for _ in range(5):
        event_at, answered_at = sorted(data.draw(st.tuples(minutes(case), minutes(case))))
        n = data.draw(st.integers(1, 6))
        marks = sorted(data.draw(st.lists(minutes(case), max_size=4, unique=True)))
        spans = list(zip(marks[::2], [*marks[1::2], None], strict=False))
        pauses = [Pause(a, b, "") for a, b in spans]
        items.append(item(case.timetable, event_at, answered_at, n, after_close, spans))
        expected.append(
            (
                due_working_days(event_at, n, case.timetable, after_close=after_close, pauses=pauses),
                working_days_between(event_at, answered_at, case.timetable, after_close=after_close, pauses=pauses),
            )
        )
    rows = asked(store, items, "due_days_paused")
    assert [(row["working_due_at"], row["working_days"]) for row in rows] == expected


# --- what finds no day, or no notice, is named and never lost --------------------------------------------------------

NINE_TO_SIX = (Window(9 * 3600, 18 * 3600),)
NIGHT = (Window(22 * 3600, 26 * 3600),)


def with_a_missing_year(*, on_holidays: tuple[Window, ...] | None = (), night: bool = False) -> Timetable:
    """Lay out 2026-12 to 2028-01 where 2027 has no notice; open every day, nine to six or 22:00 to 02:00."""
    hours = NIGHT if night else NINE_TO_SIX
    calendar = Calendar(
        "hx/mail",
        (
            Version(
                date(2026, 12, 1),
                datetime.fromisoformat("2026-11-01"),
                "§1",
                (hours,) * 7,
                "xx",
                on_holidays,
                make_up=hours,
            ),
        ),
    )
    notices = [HolidayNotice("xx", year, "1", date(2026, 1, 1), {}) for year in (2026, 2028)]
    return calendar_days(calendar, "Asia/Shanghai", date(2026, 11, 1), date(2028, 1, 31), notices=notices)


def beijing(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


SPANS = [
    (beijing(2026, 12, 30), beijing(2026, 12, 31)),  # both known
    (beijing(2026, 12, 31), beijing(2027, 1, 2)),  # into the year without a notice
    (beijing(2027, 3, 1), beijing(2027, 3, 1, 13)),  # inside it
    (beijing(2027, 12, 31), beijing(2028, 1, 3)),  # out of it
    (beijing(2026, 12, 31), beijing(2028, 1, 3)),  # over it
    (beijing(2028, 1, 3), beijing(2028, 1, 4)),  # after it
    (beijing(2026, 11, 30), beijing(2026, 12, 1)),  # before the calendar begins
    (beijing(2028, 1, 31), beijing(2028, 2, 1)),  # beyond its last day
]


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("on_holidays", [(), None])
def test_unknown_hours_have_the_same_reason_in_both(
    store: duckdb.DuckDBPyConnection, on_holidays: Any, night: bool
) -> None:
    timetable = with_a_missing_year(on_holidays=on_holidays, night=night)
    fill(store, timetable)
    rows = asked(store, [item(timetable, start, end) for start, end in SPANS], "elapsed")
    assert len(rows) == len(SPANS)
    for row, (start, end) in zip(rows, SPANS, strict=True):
        spent = working_seconds(start, end, timetable)
        assert row["working_us"] == (None if spent is None else spent * 1_000_000)
        assert row["unmeasurable"] == why_unmeasurable(start, end, timetable)
        assert (row["unmeasurable"] is None) == (row["working_us"] is not None)
        assert row["in_hours"] == is_open(start, timetable)
    expected_year = "no holiday notice for 2027"
    reasons = [row["unmeasurable"] for row in rows]
    assert reasons[6:] == ["no calendar for 2026-11-30", "no calendar for 2028-02-01"]
    assert reasons[:6] == ([None, *[expected_year] * 4, None] if on_holidays == () else [None] * 6)


@pytest.mark.parametrize("after_close", ["same_day", "next_opening"])
@pytest.mark.parametrize("n", [1, 3])
def test_due_days_over_a_missing_year_are_the_same_in_both(
    store: duckdb.DuckDBPyConnection, n: int, after_close: Any
) -> None:
    timetable = with_a_missing_year()
    fill(store, timetable)
    rows = asked(store, [item(timetable, start, end, n, after_close) for start, end in SPANS], "due_days")
    for row, (start, end) in zip(rows, SPANS, strict=True):
        due_at = due_working_days(start, n, timetable, after_close=after_close)
        assert row["working_due_at"] == due_at
        assert row["natural_due_at"] == due_working_days(
            start, n, timetable, after_close=after_close, day_kind="natural"
        )
        assert row["service_due_at"] == due_working_days(
            start, n, timetable, after_close=after_close, day_kind="service"
        )
        assert row["working_days"] == working_days_between(start, end, timetable, after_close=after_close)
        assert row["is_within_working_days"] == is_within_days(start, end, n, timetable, after_close=after_close)
        assert row["unmeasurable"] == (None if due_at else why_no_due(start, timetable))


def test_an_item_without_an_end_or_with_an_unknown_calendar_keeps_its_row(store: duckdb.DuckDBPyConnection) -> None:
    timetable = with_a_missing_year()
    fill(store, timetable)
    stranger = {**item(timetable, *SPANS[0]), "calendar": "nobody's"}
    open_item = item(timetable, SPANS[0][0], None)
    rows = asked(store, [stranger, open_item], "elapsed")
    assert [(row["working_us"], row["unmeasurable"]) for row in rows] == [
        (None, "no calendar for 2026-12-30"),
        (None, None),
    ]
    rows = asked(store, [stranger, open_item], "due_days")
    assert [row["is_within_working_days"] for row in rows] == [None, None]
    assert [row["unmeasurable"] for row in rows] == ["no calendar for 2026-12-30", None]


def test_the_edges_are_the_same_in_both(store: duckdb.DuckDBPyConnection) -> None:
    timetable = with_a_missing_year()
    fill(store, timetable)
    opens, shuts = beijing(2026, 12, 7, 9), beijing(2026, 12, 7, 18)  # a Monday, open 09:00-18:00
    rows = asked(store, [item(timetable, moment, shuts) for moment in (opens, shuts)], "elapsed")
    assert [(row["in_hours"], row["working_us"]) for row in rows] == [(True, 9 * 3600 * 10**6), (False, 0)]
    late = [item(timetable, moment, None, 1, "next_opening") for moment in (shuts - timedelta(microseconds=1), shuts)]
    due = [row["working_due_at"] for row in asked(store, late, "due_days")]
    assert due == [beijing(2026, 12, 8, 18), beijing(2026, 12, 9, 18)]
    pauses = [
        [(shuts, shuts + timedelta(hours=1))],  # begins at the close: Monday stays counted
        [(opens, shuts)],  # ends at the close: likewise
        [(opens, shuts + timedelta(microseconds=1))],  # over the close: Tuesday
        [(opens, None)],  # not ended: never
    ]
    sunday = beijing(2026, 12, 6)
    paused = [item(timetable, sunday, None, pauses=spans) for spans in pauses]
    due = [row["working_due_at"] for row in asked(store, paused, "due_days_paused")]
    assert due == [shuts, shuts, beijing(2026, 12, 8, 18), None]


def test_a_shut_day_is_zero_and_not_null(store: duckdb.DuckDBPyConnection) -> None:
    shut = Calendar(
        "hx/shut", (Version(date(2026, 1, 1), datetime.fromisoformat("2025-01-01"), "§1", ((),) * 7, "none", None),)
    )
    timetable = calendar_days(shut, "Asia/Shanghai", date(2026, 1, 1), date(2026, 1, 9))
    fill(store, timetable)
    (row,) = asked(store, [item(timetable, beijing(2026, 1, 2), beijing(2026, 1, 5))], "elapsed")
    assert (row["working_us"], row["in_hours"]) == (0, False)
    assert open_us_at(beijing(2026, 1, 5), timetable) == 0


def test_the_table_has_the_columns_of_the_rows(store: duckdb.DuckDBPyConnection) -> None:
    columns = store.execute("SELECT column_name FROM (DESCRIBE calendar_day)").fetchall()
    assert tuple(name for (name,) in columns) == COLUMNS
