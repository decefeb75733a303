"""The rows of a calendar laid out: what they count, what they leave unknown, and where days meet."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from pipelines.worktime.notice import HolidayNotice
from pipelines.worktime.timetable import day_bounds, merged, microseconds, without
from tests.worktime.test_named_cases import at, laid_out, office, row, spans

TEN, NOON, TWO = at("2026-03-02 10:00"), at("2026-03-02 12:00"), at("2026-03-02 14:00")


def test_spans_that_touch_become_one_and_empty_ones_vanish() -> None:
    assert merged([(NOON, TWO), (TEN, NOON), (TWO, TWO), (TEN, TEN)]) == [(TEN, TWO)]
    assert merged([(TEN, TEN)]) == []


def test_nothing_is_left_of_what_is_closed() -> None:
    assert without([(TEN, NOON)], (TEN, NOON)) == []
    assert without([(TEN, TWO)], (TEN, NOON)) == [(NOON, TWO)]


def test_microseconds_are_whole() -> None:
    found = microseconds([(TEN, NOON), (NOON, TWO)])
    assert (found, type(found)) == (4 * 3600 * 10**6, int)


def test_the_indexes_count_up_to_and_including_the_day() -> None:
    # Monday to Sunday; served on Saturdays too
    table = laid_out(office(weekly='{mon-sat: ["09:00-18:00"]}'), first="2026-03-02", last="2026-03-08")
    assert [day.working_index for day in table] == [1, 2, 3, 4, 5, 5, 5]
    assert [day.service_index for day in table] == [1, 2, 3, 4, 5, 6, 6]
    assert {(day.no_notice_index, day.no_hours_index) for day in table} == {(0, 0)}
    assert {day.calendar for day in table} == {table.calendar} == {"mail"}


def test_the_indexes_of_what_no_notice_tells() -> None:
    table = laid_out(first="2026-12-30", last="2027-01-02")
    assert [day.no_notice_index for day in table] == [0, 0, 1, 2]
    assert [day.no_hours_index for day in table] == [0, 0, 1, 2]
    assert [day.working_index for day in table] == [1, 2, 2, 2]
    assert [day.service_index for day in table] == [1, 2, 2, 2]
    assert [day.is_service_day for day in table] == [True, True, None, None]
    assert table.days[2].close_of_business_at is None


def test_the_nearest_years_without_a_notice() -> None:
    table = laid_out(first="2026-12-31", last="2028-02-01")
    assert [(row(table, day).last_missing_year, row(table, day).next_missing_year) for day in (
        "2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01", "2028-02-01")
    ] == [(None, 2027), (2027, 2027), (2027, 2028), (2028, 2028), (2028, None)]  # fmt: skip


def test_a_day_without_windows_closes_with_the_day() -> None:
    sunday = row(laid_out(), "2026-03-08")
    assert sunday.close_of_business_at == sunday.ends_at == at("2026-03-09 00:00")


def test_a_table_of_one_day_and_one_of_none() -> None:
    assert len(laid_out(first="2026-03-02", last="2026-03-02")) == 1
    none = laid_out(first="2026-03-02", last="2026-03-01")
    assert (none.calendar, none.zone, len(none)) == ("mail", "Asia/Shanghai", 0)
    assert none.on(date(2026, 3, 2)) is None


def test_a_notice_is_known_from_its_announcement() -> None:
    notice = HolidayNotice("cn", 2026, "1", date(2025, 11, 4), {})
    for day, kind in (("2025-11-03", None), ("2025-11-05", "workday")):
        table = laid_out(known_at=at(f"{day} 12:00"), notices=[notice], first="2026-03-02", last="2026-03-02")
        assert row(table, "2026-03-02").day_kind == kind


def test_the_holidays_of_every_year_that_is_laid_out() -> None:
    table = laid_out(office(holidays="us"), first="2025-12-20", last="2027-01-05")
    for day in ("2025-12-25", "2026-01-01", "2026-12-25", "2027-01-01"):
        assert row(table, day).day_kind == "holiday"


def test_the_night_before_the_first_day_lies_in_a_year_of_its_own() -> None:
    nights = office(weekly='{mon-sun: ["22:00-02:00"]}', holidays="us")
    table = laid_out(nights, first="2026-01-01", last="2026-01-02")
    assert spans(table, "2026-01-01") == [("01 00:00", "01 02:00")]  # New Year's own night is off


def test_make_up_days_have_mondays_hours_so_that_no_notice_leaves_a_tuesday_unknown() -> None:
    text = office(weekly='{mon: ["09:00-12:00"], tue-sun: ["09:00-18:00"]}', on_holidays="as_usual")
    table = laid_out(text, last="2027-01-31")
    assert spans(table, "2027-01-05") is None
    assert spans(table, "2027-01-04") == [("04 09:00", "04 12:00")]  # a Monday, whatever it is


def test_a_day_of_an_unknown_year_that_ends_by_evening_leaves_the_next_morning_known() -> None:
    known = [HolidayNotice("cn", year, "1", date(2025, 1, 1), {}) for year in (2026, 2028)]
    table = laid_out(last="2028-01-03", notices=known)
    assert spans(table, "2027-12-31") is None
    assert spans(table, "2028-01-01") == []


def test_a_closure_of_one_day_by_the_clock_is_of_that_day() -> None:
    closed = '\nclosures:\n  - {from: "2026-03-03 00:00", until: "2026-03-04 00:00", because: flood}'
    table = laid_out(office() + closed, first="2026-03-02", last="2026-03-04")
    assert [day.has_closure for day in table] == [False, True, False]
    assert spans(table, "2026-03-03") == []


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai", "Atlantic/Azores", "Australia/Lord_Howe"])
def test_days_meet(zone: str) -> None:
    first = date(2026, 1, 1)
    bounds = [day_bounds(first + timedelta(days=n), zone) for n in range(366)]
    assert all(today[1] == tomorrow[0] for today, tomorrow in pairwise(bounds))
    assert {type(end) for pair in bounds for end in pair} == {datetime}
