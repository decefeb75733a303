"""The cases that somebody's product got wrong, a test each, with the sum beside it. Times are Beijing's unless said."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.core.zone import instant_to_local, local_to_instant, zone_named
from pipelines.worktime.clock import (
    Interval,
    Pause,
    counted_intervals,
    due_running,
    is_open,
    next_opening,
    why_unmeasurable,
    working_seconds,
)
from pipelines.worktime.due import DayKind, due_working_days, is_within_days, why_no_due, working_days_between
from pipelines.worktime.notice import HolidayNotice
from pipelines.worktime.parse import parse_calendars
from pipelines.worktime.timetable import CalendarDay, Timetable, calendar_days, day_bounds

BEIJING = "Asia/Shanghai"
NEW_YORK = "America/New_York"
OFFICE = """
since: 2025-01-01
decided: 2024-12-01
by: §1.3
weekly: {mon-fri: ["09:00-18:00"]}
holidays: cn
on_holidays: closed
"""


def laid_out(
    *versions: str,
    zone: str = BEIJING,
    first: str = "2026-01-01",
    last: str = "2026-12-31",
    known_at: datetime | None = None,
    notices: list[HolidayNotice] | None = None,
) -> Timetable:
    """Lay out a calendar given as the texts of its versions."""
    texts = [version.strip() for version in versions or (OFFICE,)]
    listed = "\n".join("    - " + text.replace("\n", "\n      ") for text in texts)
    calendars, problems = parse_calendars(read_yaml(f"calendars:\n  mail:\n{listed}\n", "contract.yaml"))
    assert problems == []
    days = date.fromisoformat(first), date.fromisoformat(last)
    return calendar_days(calendars["mail"], zone, *days, known_at, notices=notices)


def office(**changed: str) -> str:
    lines = dict(line.split(": ", 1) for line in OFFICE.strip().splitlines())
    return "\n".join(f"{key}: {value}" for key, value in (lines | changed).items())


def at(text: str, zone: str = BEIJING) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone_named(zone)).astimezone(UTC)


def row(timetable: Timetable, day: str) -> CalendarDay:
    found = timetable.on(date.fromisoformat(day))
    assert found is not None
    return found


def spans(timetable: Timetable, day: str) -> list[tuple[str, str]] | None:
    """Show a day's open spans as local times."""
    found = row(timetable, day).spans
    if found is None:
        return None
    return [
        (f"{instant_to_local(a, timetable.zone):%d %H:%M}", f"{instant_to_local(b, timetable.zone):%d %H:%M}")
        for a, b in found
    ]


HOUR = 3600


# --- holidays, make-up days ------------------------------------------------------------------------------------------


def test_friday_evening_to_monday_morning() -> None:
    # 17:50-18:00 is 600 s, Monday 09:00-09:05 is 300 s
    assert working_seconds(at("2026-03-06 17:50"), at("2026-03-09 09:05"), laid_out()) == 900


def test_holiday_inside_a_week() -> None:
    # Friday 2026-06-19 is Dragon Boat Festival: Thursday 17:00-18:00, then Monday 09:00-10:00
    assert working_seconds(at("2026-06-18 17:00"), at("2026-06-22 10:00"), laid_out()) == 2 * HOUR


def test_holiday_across_a_week() -> None:
    # 1 to 7 October are off, 10 October (Saturday) is made up: Wed 30 Sep 1 h; Thu 8, Fri 9, Sat 10: 27 h; Mon 12: 1 h
    assert working_seconds(at("2026-09-30 17:00"), at("2026-10-12 10:00"), laid_out()) == 29 * HOUR


def test_make_up_saturday_has_mondays_hours() -> None:
    table = laid_out(office(weekly='{mon: ["08:00-17:00"], tue-fri: ["09:00-18:00"], sat: ["10:00-12:00"]}'))
    assert spans(table, "2026-10-10") == [("10 08:00", "10 17:00")]
    assert spans(table, "2026-10-17") == [("17 10:00", "17 12:00")]
    assert row(table, "2026-10-10").day_kind == "make_up_workday"


def test_make_up_days_have_other_hours_where_they_are_named() -> None:
    table = laid_out(office() + '\nmake_up_days: ["09:00-12:00"]')
    assert spans(table, "2026-10-10") == [("10 09:00", "10 12:00")]
    assert spans(laid_out(office() + "\nmake_up_days: closed"), "2026-10-10") == []


@pytest.mark.parametrize(
    ("on_holidays", "expected"),
    [("closed", []), ("as_usual", [("01 09:00", "01 18:00")]), ('["10:00-16:00"]', [("01 10:00", "01 16:00")])],
)
def test_holidays_are_served_as_the_contract_says(on_holidays: str, expected: list[tuple[str, str]]) -> None:
    assert spans(laid_out(office(on_holidays=on_holidays)), "2026-10-01") == expected


def test_make_up_saturday_evening_with_one_working_day() -> None:
    # Saturday 2026-10-10 20:00 is after close; it counts on that calendar day, the next working day is Monday the 12th
    table = laid_out()
    assert due_working_days(at("2026-10-10 20:00"), 1, table) == at("2026-10-12 18:00")
    # by next opening it belongs to Monday, which is not counted: Tuesday
    assert due_working_days(at("2026-10-10 20:00"), 1, table, after_close="next_opening") == at("2026-10-13 18:00")


def test_an_event_before_the_close_is_the_same_by_either_rule() -> None:
    table = laid_out()
    for moment in ("2026-10-10 17:59", "2026-10-10 06:00"):
        assert due_working_days(at(moment), 1, table, after_close="next_opening") == at("2026-10-12 18:00")
    # at the close itself it is shut
    assert due_working_days(at("2026-10-10 18:00"), 1, table, after_close="next_opening") == at("2026-10-13 18:00")


def test_a_sunday_event_counts_on_sunday_or_on_monday() -> None:
    table = laid_out()
    assert due_working_days(at("2026-03-08 12:00"), 1, table) == at("2026-03-09 18:00")
    assert due_working_days(at("2026-03-08 12:00"), 1, table, after_close="next_opening") == at("2026-03-10 18:00")


def test_working_days_follow_the_notice_whatever_the_service_hours() -> None:
    # served every day around the clock: Saturday and Sunday still are no working days
    table = laid_out(office(weekly='{mon-sun: ["00:00-24:00"]}', on_holidays="as_usual"))
    assert due_working_days(at("2026-03-06 12:00"), 1, table) == at("2026-03-10 00:00")  # Monday 24:00
    assert due_working_days(at("2026-03-06 12:00"), 1, table, day_kind="service") == at("2026-03-08 00:00")  # Saturday


def test_a_working_day_without_hours_ends_at_midnight() -> None:
    table = laid_out(office(weekly='{tue-fri: ["09:00-18:00"]}'))
    assert due_working_days(at("2026-03-06 12:00"), 1, table) == at("2026-03-10 00:00")  # Monday is shut: 24:00


def test_a_reply_at_the_close_is_in_time_and_a_microsecond_later_is_not() -> None:
    table = laid_out()
    close = at("2026-03-09 18:00")
    assert is_within_days(at("2026-03-06 12:00"), close, 1, table) is True
    assert is_within_days(at("2026-03-06 12:00"), close + timedelta(microseconds=1), 1, table) is False


def test_natural_days_end_at_midnight_and_move_off_holidays() -> None:
    table = laid_out()
    assert due_working_days(at("2026-03-02 12:00"), 3, table, day_kind="natural") == at("2026-03-06 00:00")
    # 3 days after 30 September is 3 October; the next working day is Thursday the 8th
    assert due_working_days(at("2026-09-30 12:00"), 3, table, day_kind="natural") == at("2026-10-09 00:00")


def test_days_passed_are_counted_after_the_events_own() -> None:
    table = laid_out()
    event_at = at("2026-09-30 12:00")
    assert working_days_between(event_at, at("2026-09-30 17:00"), table) == 0
    assert working_days_between(event_at, at("2026-10-07 17:00"), table) == 0
    assert working_days_between(event_at, at("2026-10-10 17:00"), table) == 3  # 8, 9 and the make-up Saturday
    assert working_days_between(event_at, at("2026-10-10 17:00"), table, day_kind="natural") == 10
    assert working_days_between(event_at, at("2026-10-10 17:00"), table, day_kind="service") == 3


# --- clocks that are set ---------------------------------------------------------------------------------------------

NIGHTS = office(weekly='{mon-sun: ["00:00-04:00"]}', holidays="none", on_holidays="as_usual")


def test_daylight_saving_begins() -> None:
    # 2026-03-08 02:00 EST becomes 03:00 EDT: 00:00-04:00 lasts three hours
    table = laid_out(NIGHTS, zone=NEW_YORK)
    day = at("2026-03-08", NEW_YORK), at("2026-03-09", NEW_YORK)
    assert working_seconds(*day, table) == 3 * HOUR
    assert day[1] - day[0] == timedelta(hours=23)


def test_daylight_saving_ends() -> None:
    # 2026-11-01 02:00 EDT becomes 01:00 EST: 00:00-04:00 lasts five hours
    table = laid_out(NIGHTS, zone=NEW_YORK)
    assert working_seconds(at("2026-11-01", NEW_YORK), at("2026-11-02", NEW_YORK), table) == 5 * HOUR


def test_a_skipped_opening_is_the_transition_and_a_repeated_one_the_first() -> None:
    skipped = laid_out(office(weekly='{sun: ["02:30-04:00"]}', holidays="none"), zone=NEW_YORK)
    # there is no 02:30 on 8 March: open from 03:00 EDT, which is 07:00 UTC
    assert row(skipped, "2026-03-08").spans == (
        (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC)),
    )
    repeated = laid_out(office(weekly='{sun: ["01:30-04:00"]}', holidays="none"), zone=NEW_YORK)
    # 01:30 comes twice on 1 November: first at 05:30 UTC; 04:00 EST is 09:00 UTC
    spans_ = row(repeated, "2026-11-01").spans
    assert spans_ == ((datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)),)


def test_a_window_that_lies_whole_in_the_skipped_hour_never_opens() -> None:
    table = laid_out(office(weekly='{sun: ["02:15-02:45"]}', holidays="none"), zone=NEW_YORK)
    assert row(table, "2026-03-08").spans == ()


def test_a_zone_that_stopped_setting_its_clock() -> None:
    # São Paulo skipped midnight on 2018-11-04 and has not since 2019
    nights = NIGHTS.replace("2025", "2018").replace("2024", "2017")
    table = laid_out(nights, zone="America/Sao_Paulo", first="2018-11-01", last="2026-12-31")

    def night(year: int) -> Decimal | None:
        start, end = (at(f"{year}-11-0{day} 12:00", "America/Sao_Paulo") for day in (3, 4))
        return working_seconds(start, end, table)

    assert night(2018) == 3 * HOUR  # 01:00-04:00: the day begins at 01:00
    assert night(2026) == 4 * HOUR


@pytest.mark.parametrize(
    ("zone", "opens_at"),
    [
        ("Asia/Kolkata", "03:30"),
        ("Asia/Kathmandu", "03:15"),
        ("Australia/Adelaide", "22:30"),
        ("Asia/Shanghai", "01:00"),
    ],
)
def test_half_hour_zones(zone: str, opens_at: str) -> None:
    table = laid_out(office(holidays="none", on_holidays="as_usual"), zone=zone)
    (span,) = row(table, "2026-01-05").spans or ()
    assert f"{span[0]:%H:%M}" == opens_at
    assert working_seconds(at("2026-01-05", zone), at("2026-01-06", zone), table) == 9 * HOUR


def test_half_an_hour_of_daylight_saving() -> None:
    # Lord Howe goes back half an hour on 2026-04-05 at 02:00: four hours of night are four and a half
    table = laid_out(NIGHTS, zone="Australia/Lord_Howe")
    assert (
        working_seconds(at("2026-04-05", "Australia/Lord_Howe"), at("2026-04-06", "Australia/Lord_Howe"), table)
        == 16200
    )


def test_a_clock_that_turns_back_over_midnight() -> None:
    # St. John's on 2010-11-07: at 00:01 the clock showed 23:01 of the 6th again
    saturday, sunday = (day_bounds(date(2010, 11, day), "America/St_Johns") for day in (6, 7))
    assert saturday[1] - sunday[0] == timedelta(hours=1)  # each date's instants, first to last, reach over the other's
    table = laid_out(
        office(since="2010-01-01", decided="2009-01-01", weekly='{mon-sun: ["00:00-24:00"]}', holidays="none"),
        zone="America/St_Johns", first="2010-11-01", last="2010-11-12",
    )  # fmt: skip
    late = sunday[0] + timedelta(minutes=30)  # the second 23:30 of Saturday
    assert instant_to_local(late, "America/St_Johns") == datetime.fromisoformat("2010-11-06 23:30")
    assert working_seconds(sunday[0], late, table) == 1800


def test_twenty_four_seven_loses_no_midnight() -> None:
    table = laid_out(office(weekly='{mon-sun: ["00:00-24:00"]}', on_holidays="as_usual"))
    start = at("2026-03-01 23:59:59")
    assert working_seconds(start, start + timedelta(seconds=2), table) == 2
    assert working_seconds(at("2026-01-01"), at("2026-12-31"), table) == 364 * 24 * HOUR
    assert is_open(at("2026-03-02 00:00"), table) is True
    assert next_opening(at("2026-03-02 00:00"), table) == at("2026-03-02 00:00")
    assert row(table, "2026-03-01").close_of_business_at == at("2026-03-02 00:00")


# --- windows ---------------------------------------------------------------------------------------------------------


def test_lunch_gap() -> None:
    table = laid_out(office(weekly='{mon-fri: ["09:00-12:00", "13:00-18:00"]}'))
    assert working_seconds(at("2026-03-02 11:50"), at("2026-03-02 13:10"), table) == 1200
    assert is_open(at("2026-03-02 12:00"), table) is False  # half-open: at 12:00 it is shut
    assert is_open(at("2026-03-02 13:00"), table) is True
    assert next_opening(at("2026-03-02 12:30"), table) == at("2026-03-02 13:00")
    # noon is not the close of business
    assert due_working_days(at("2026-03-02 12:30"), 1, table, after_close="next_opening") == at("2026-03-03 18:00")


def test_a_window_over_midnight_runs_into_a_holiday() -> None:
    table = laid_out(office(weekly='{mon-sun: ["22:00-02:00"]}'))
    # Wednesday 30 September opens 22:00 and shuts at 02:00 of the holiday; the holiday itself opens nothing
    assert spans(table, "2026-09-30") == [("30 00:00", "30 02:00"), ("30 22:00", "01 00:00")]
    assert spans(table, "2026-10-01") == [("01 00:00", "01 02:00")]
    assert spans(table, "2026-10-02") == []
    assert row(table, "2026-09-30").close_of_business_at == at("2026-10-01 02:00")
    assert working_seconds(at("2026-09-30 23:00"), at("2026-10-02 12:00"), table) == 3 * HOUR


def test_the_night_before_the_first_day_laid_out_is_seen() -> None:
    table = laid_out(office(weekly='{mon-sun: ["22:00-02:00"]}'), first="2026-03-03")
    assert spans(table, "2026-03-03") == [("03 00:00", "03 02:00"), ("03 22:00", "04 00:00")]
    assert table.days[0].open_before_us == 0


PROMOTION = """
promotions:
  - {from: 2026-10-01, until: 2026-10-03, windows: ["20:00-01:00"], notified: 2026-09-01, by: notice}
"""


def test_promotion_windows_add_to_the_days_also_on_holidays() -> None:
    table = laid_out(office(on_holidays='["10:00-16:00"]') + PROMOTION)
    assert spans(table, "2026-10-01") == [("01 10:00", "01 16:00"), ("01 20:00", "02 00:00")]
    assert spans(table, "2026-10-03") == [("03 00:00", "03 01:00"), ("03 10:00", "03 16:00")]  # `until` is out
    assert [row(table, f"2026-10-0{day}").has_promotion for day in (1, 2, 3)] == [True, True, False]


def test_a_promotion_announced_late_binds_from_its_notice() -> None:
    late = PROMOTION.replace("notified: 2026-09-01", "notified: 2026-10-01 22:30")
    table = laid_out(office() + late)
    # nothing before the notice; 22:30-24:00 on the first, all of it on the second
    assert spans(table, "2026-10-01") == [("01 22:30", "02 00:00")]
    assert spans(table, "2026-10-02") == [("02 00:00", "02 01:00"), ("02 20:00", "03 00:00")]
    after = laid_out(office() + PROMOTION.replace("notified: 2026-09-01", "notified: 2026-10-02 09:00"))
    assert spans(after, "2026-10-01") == []
    assert row(after, "2026-10-01").has_promotion is False


def test_a_promotion_does_not_move_the_close_of_business() -> None:
    promotion = PROMOTION.replace("2026-10-01", "2026-03-02").replace("2026-10-03", "2026-03-04")
    table = laid_out(office() + promotion.replace("2026-09-01", "2026-02-01"))
    assert spans(table, "2026-03-03") == [("03 00:00", "03 01:00"), ("03 09:00", "03 18:00"), ("03 20:00", "04 00:00")]
    assert due_working_days(at("2026-03-02 12:00"), 1, table) == at("2026-03-03 18:00")


def test_closures_win_over_everything_and_move_no_close() -> None:
    closed = "\nclosures:\n  - {from: 2026-10-01, until: 2026-10-02, because: typhoon}\n"
    hours = "\n  - {from: 2026-10-09 17:00, until: 2026-10-10 10:00, because: power cut}"
    table = laid_out(office(on_holidays="as_usual") + PROMOTION + closed.rstrip() + hours)
    assert spans(table, "2026-10-01") == []
    assert spans(table, "2026-10-02") == [("02 09:00", "02 18:00"), ("02 20:00", "03 00:00")]  # no tail of the first
    assert spans(table, "2026-10-09") == [("09 09:00", "09 17:00")]
    assert spans(table, "2026-10-10") == [("10 10:00", "10 18:00")]
    assert row(table, "2026-10-09").close_of_business_at == at("2026-10-09 18:00")
    assert [row(table, f"2026-10-{day}").has_closure for day in ("01", "02", "09", "10")] == [True, False, True, True]
    assert row(table, "2026-10-01").is_service_day is True  # ordinary windows only


# --- versions --------------------------------------------------------------------------------------------------------


def shorter(**dates: str) -> str:
    return office(weekly='{mon-fri: ["10:00-16:00"]}', **dates)


def test_calendar_changed_while_a_clock_runs() -> None:
    # until Tuesday nine to six, from Wednesday 2026-03-04 ten to four
    table = laid_out(OFFICE, shorter(since="2026-03-04", decided="2026-02-01"))
    # Tuesday 17:00-18:00 is 1 h, Wednesday 10:00-16:00 is 6 h, Thursday 10:00-11:00 is 1 h
    assert working_seconds(at("2026-03-03 17:00"), at("2026-03-05 11:00"), table) == 8 * HOUR
    assert due_working_days(at("2026-03-03 17:00"), 1, table) == at("2026-03-04 16:00")


def test_a_version_decided_late_binds_from_the_day_after_the_decision() -> None:
    late = {"since": "2026-03-02", "decided": "2026-03-03 15:00"}
    table = laid_out(OFFICE, shorter(**late))
    assert [spans(table, f"2026-03-0{day}") for day in (2, 3, 4)] == [
        [("02 09:00", "02 18:00")], [("03 09:00", "03 18:00")], [("04 10:00", "04 16:00")],
    ]  # fmt: skip
    both = laid_out(OFFICE, shorter(**late) + "\nretroactive: [operator, vendor]")
    assert spans(both, "2026-03-02") == [("02 10:00", "02 16:00")]


def test_a_version_decided_on_its_own_first_day_binds_on_it() -> None:
    table = laid_out(OFFICE, shorter(since="2026-03-03", decided="2026-03-03 15:00"))
    assert spans(table, "2026-03-03") == [("03 10:00", "03 16:00")]


def test_several_changes_in_one_day() -> None:
    # three decisions on 1 February for 2 March: the latest holds, in whatever order they are written
    texts = [
        office(since="2026-03-02", decided=f"2026-02-01 {hour}:00", weekly=f'{{mon-fri: ["{hour}:00-20:00"]}}')
        for hour in (15, 17, 16)
    ]
    assert spans(laid_out(OFFICE, *texts), "2026-03-02") == [("02 17:00", "02 20:00")]
    noon = laid_out(OFFICE, *texts, known_at=at("2026-02-01 16:30"))
    assert spans(noon, "2026-03-02") == [("02 16:00", "02 20:00")]  # as it stood that afternoon
    assert spans(laid_out(OFFICE, *texts, known_at=at("2026-01-31 12:00")), "2026-03-02") == [("02 09:00", "02 18:00")]


def test_what_was_not_yet_known_is_left_out() -> None:
    text = (
        office()
        + PROMOTION
        + "closures:\n  - {from: 2026-03-02, until: 2026-03-03, because: flood, decided: 2026-03-05}"
    )
    before, after = (laid_out(text, known_at=at(moment)) for moment in ("2026-03-04 12:00", "2026-09-02 12:00"))
    assert spans(before, "2026-03-02") == [("02 09:00", "02 18:00")]
    assert spans(after, "2026-03-02") == []
    assert (spans(before, "2026-10-01"), spans(after, "2026-10-01")) == ([], [("01 20:00", "02 00:00")])


def test_what_was_decided_at_that_very_minute_is_known() -> None:
    promotion = PROMOTION.replace("2026-09-01", "2026-02-02 12:00").replace('"20:00-01:00"', '"19:00-20:00"')
    promotion = promotion.replace("2026-10-01", "2026-03-02").replace("2026-10-03", "2026-03-03").rstrip()
    closure = "\nclosures: [{from: 2026-03-04, until: 2026-03-05, because: flood, decided: 2026-02-02 12:00}]"
    text = office() + promotion + closure
    changed = office(since="2026-03-03", decided="2026-02-02 12:00", weekly='{mon-fri: ["10:00-11:00"]}')
    before, then = (
        laid_out(text, changed, known_at=at(moment)) for moment in ("2026-02-02 11:59:59", "2026-02-02 12:00")
    )
    shown = [[spans(table, f"2026-03-0{day}") for day in (2, 3, 4)] for table in (before, then)]
    assert shown == [
        [[("02 09:00", "02 18:00")], [("03 09:00", "03 18:00")], [("04 09:00", "04 18:00")]],
        [[("02 09:00", "02 18:00"), ("02 19:00", "02 20:00")], [("03 10:00", "03 11:00")], []],
    ]
    assert {day.calendar for day in then} == {then.calendar} == {"mail"}


def test_before_the_first_version_nothing_is_known() -> None:
    table = laid_out(office(since="2026-03-02"))
    assert table.days[0].day == date(2026, 3, 2)
    assert why_unmeasurable(at("2026-02-27 12:00"), at("2026-03-02 12:00"), table) == "no calendar for 2026-02-27"
    assert why_unmeasurable(at("2026-12-31 12:00"), at("2027-01-01 12:00"), table) == "no calendar for 2027-01-01"
    assert working_seconds(at("2026-02-27 12:00"), at("2026-03-02 12:00"), table) is None
    assert due_working_days(at("2026-02-27 12:00"), 1, table) is None
    assert working_days_between(at("2026-02-27 12:00"), at("2026-03-02 12:00"), table) is None
    assert why_no_due(at("2026-02-27 12:00"), table) == "no calendar for 2026-02-27"
    assert is_open(at("2026-02-27 12:00"), table) is None
    assert next_opening(at("2026-02-27 12:00"), table) is None
    assert due_running(at("2026-02-27 12:00"), Decimal(60), (), table) is None
    assert len(laid_out(office(since="2027-03-02"))) == 0
    nobody = laid_out(known_at=at("2020-01-01"))
    assert len(nobody) == 0
    assert nobody.on(date(2026, 3, 2)) is None


# --- a year without a notice -----------------------------------------------------------------------------------------


def test_missing_holiday_notice() -> None:
    table = laid_out(last="2027-12-31")
    assert row(table, "2027-01-04").notice_missing
    assert spans(table, "2027-01-04") is None
    over = at("2026-12-31 17:00"), at("2027-01-04 10:00")
    assert working_seconds(*over, table) is None
    assert why_unmeasurable(*over, table) == "no holiday notice for 2027"
    assert counted_intervals(*over, (), table) is None
    assert is_open(over[1], table) is None
    assert next_opening(at("2026-12-31 18:00"), table) is None
    assert due_running(at("2026-12-31 17:00"), Decimal(2 * HOUR), (), table) is None
    assert due_working_days(over[0], 1, table) is None
    assert why_no_due(over[0], table) == "no holiday notice for 2027"
    assert why_no_due(over[1], table) == "no holiday notice for 2027"
    # a wall-clock limit needs no notice
    assert counted_intervals(*over) == [Interval(*over, "running", "")]


def test_an_item_needs_a_notice_only_if_its_state_needs_a_day_of_that_year() -> None:
    table = laid_out(last="2027-12-31")
    event_at = at("2026-12-30 12:00")
    assert is_within_days(event_at, at("2026-12-30 17:00"), 1, table) is True  # the event's own day
    assert is_within_days(event_at, at("2026-12-31 17:00"), 3, table) is True  # one of three days, in 2026
    assert is_within_days(event_at, at("2027-01-04 17:00"), 3, table) is None
    assert is_within_days(at("2026-12-31 12:00"), at("2026-12-31 23:00"), 1, table) is True
    assert working_seconds(at("2026-12-31 17:00"), at("2026-12-31 18:30"), table) == HOUR
    # natural days: the last one, 1 January, may have to move; an answer by its end is in time all the same
    assert is_within_days(at("2026-12-31 12:00"), at("2027-01-01 09:00"), 1, table, day_kind="natural") is True
    assert is_within_days(at("2026-12-31 12:00"), at("2027-01-02 09:00"), 1, table, day_kind="natural") is None
    # by next opening an event of the unknown year has no day to count on
    assert due_working_days(at("2027-03-01 12:00"), 1, table, after_close="next_opening") is None


def test_a_night_out_of_an_unknown_year_leaves_the_next_morning_unknown() -> None:
    known = [HolidayNotice("cn", year, "1", date(2025, 1, 1), {}) for year in (2026, 2028)]
    table = laid_out(office(weekly='{mon-sun: ["22:00-02:00"]}'), last="2028-02-01", notices=known)
    assert spans(table, "2028-01-01") is None  # was 31 December 2027 a holiday? Then nothing is open until 02:00
    assert row(table, "2028-01-01").day_kind == "weekend"
    assert spans(table, "2028-01-02") == [("02 00:00", "02 02:00"), ("02 22:00", "03 00:00")]


def test_no_answer_is_made_across_a_year_without_a_notice() -> None:
    known = [HolidayNotice("cn", year, "1", date(2025, 1, 1), {}) for year in (2026, 2028)]
    table, over = laid_out(last="2028-02-01", notices=known), (at("2026-12-31 17:00"), at("2028-01-04 10:00"))
    assert (is_open(over[0], table), is_open(over[1], table)) == (True, True)
    assert working_seconds(over[0], over[1], table) is None
    assert working_seconds(over[1], over[0], table) is None
    assert why_unmeasurable(*over, table) == "no holiday notice for 2027"


def test_hours_that_do_not_hang_on_the_notice_are_known_without_it() -> None:
    table = laid_out(office(weekly='{mon-sun: ["00:00-24:00"]}', on_holidays="as_usual"), last="2027-12-31")
    assert working_seconds(at("2026-12-31 23:00"), at("2027-01-01 01:00"), table) == 2 * HOUR
    assert row(table, "2027-01-01").is_working_day is None
    assert due_working_days(at("2027-01-04 12:00"), 1, table, day_kind="service") == at("2027-01-06 00:00")
    # what a day outside hours is, nobody has announced
    days = laid_out(office(weekly='{mon-sun: ["09:00-18:00"]}', on_holidays="as_usual"), last="2027-12-31")
    evening = at("2027-01-04 18:00"), at("2027-01-04 19:00")
    assert counted_intervals(*evening, (), days) == [Interval(*evening, "outside hours", "")]


def test_where_the_table_ends_the_due_day_is_not_guessed() -> None:
    table = laid_out(last="2026-03-06")
    assert due_working_days(at("2026-03-06 12:00"), 1, table) is None
    assert due_working_days(at("2026-03-06 12:00"), 1, table, day_kind="natural") is None
    assert due_working_days(at("2026-03-06 19:00"), 1, table, after_close="next_opening") is None
    assert why_no_due(at("2026-03-06 12:00"), table) == "no calendar for the due day"
    sunday = laid_out(last="2026-03-08")
    assert due_working_days(at("2026-03-06 12:00"), 2, sunday, day_kind="natural") is None
    assert next_opening(at("2026-03-06 18:00"), table) is None
    assert due_running(at("2026-03-06 12:00"), Decimal(7 * HOUR), (), table) is None


# --- months and days -------------------------------------------------------------------------------------------------


def test_the_last_millisecond_of_a_month_belongs_to_it() -> None:
    table = laid_out(office(weekly='{mon-sun: ["00:00-24:00"]}', on_holidays="as_usual"))
    last = at("2026-03-31 23:59:59.999")
    found = table.at(last)
    assert found is not None
    assert found.day == date(2026, 3, 31)
    assert working_seconds(last, at("2026-04-01"), table) == Decimal("0.001")


def test_the_local_day_decides_and_not_that_of_utc() -> None:
    table = laid_out()
    found = [table.at(datetime(2026, 3, 31, 15, 59, 59, 999_000, UTC)), table.at(datetime(2026, 3, 31, 16, tzinfo=UTC))]
    assert [day.day.isoformat() for day in found if day] == ["2026-03-31", "2026-04-01"]
    # Friday 23:30 UTC is Saturday 07:30 in Beijing: no working day
    assert due_working_days(datetime(2026, 3, 6, 23, 30, tzinfo=UTC), 1, table, after_close="next_opening") == at(
        "2026-03-10 18:00"
    )


def test_microseconds_are_exact() -> None:
    table = laid_out()
    start = at("2026-03-02 17:59:59") + timedelta(microseconds=1)
    assert working_seconds(start, at("2026-03-03 09:00:00.000001"), table) == Decimal("1.000000")
    assert str(working_seconds(at("2026-03-02 09:00"), at("2026-03-02 09:00:00.000001"), table)) == "0.000001"


# --- items outside hours, pauses -------------------------------------------------------------------------------------


def test_created_and_answered_outside_hours() -> None:
    assert working_seconds(at("2026-03-02 19:00"), at("2026-03-02 23:00"), laid_out()) == 0


def test_answered_before_opening() -> None:
    assert working_seconds(at("2026-03-02 19:00"), at("2026-03-03 08:30"), laid_out()) == 0
    assert next_opening(at("2026-03-02 19:00"), laid_out()) == at("2026-03-03 09:00")


def test_a_negative_interval_is_no_better_than_zero() -> None:
    table = laid_out()
    assert working_seconds(at("2026-03-02 12:00"), at("2026-03-02 11:00"), table) == -HOUR
    assert working_seconds(at("2026-03-02 23:00"), at("2026-03-02 19:00"), table) == 0  # compare the instants first


def test_pause_over_a_holiday() -> None:
    table = laid_out()
    start, end = at("2026-09-30 16:00"), at("2026-10-08 12:00")
    pause = Pause(at("2026-09-30 17:00"), at("2026-10-08 10:00"), "waiting for the customer")
    # 16:00-17:00, then 10:00-12:00 on the 8th; the holidays between are paused and would not have counted
    assert working_seconds(start, end, table, [pause]) == 3 * HOUR
    assert counted_intervals(start, end, [pause], table) == [
        Interval(start, pause.from_at, "running", ""),
        Interval(pause.from_at, at("2026-10-08 10:00"), "paused", "waiting for the customer"),
        Interval(at("2026-10-08 10:00"), end, "running", ""),
    ]


def test_the_timeline_says_why_time_did_not_count() -> None:
    text = office() + "\nclosures:\n  - {from: 2026-09-30, until: 2026-10-01, because: typhoon}"
    start, end = at("2026-09-29 17:00"), at("2026-10-12 10:00")
    found = counted_intervals(start, end, (), laid_out(text))
    assert found is not None
    shown = [(f"{instant_to_local(one.from_at, BEIJING):%d %H}", one.kind, one.reason) for one in found]
    assert shown == [
        ("29 17", "running", ""), ("29 18", "outside hours", "workday"), ("30 00", "outside hours", "closure"),
        ("01 00", "outside hours", "holiday"), ("08 00", "outside hours", "workday"), ("08 09", "running", ""),
        ("08 18", "outside hours", "workday"), ("09 09", "running", ""), ("09 18", "outside hours", "workday"),
        ("10 00", "outside hours", "make_up_workday"), ("10 09", "running", ""),
        ("10 18", "outside hours", "make_up_workday"), ("11 00", "outside hours", "weekend"),
        ("12 00", "outside hours", "workday"), ("12 09", "running", ""),
    ]  # fmt: skip
    assert counted_intervals(start, start, (), laid_out(text)) == []


def test_a_working_day_whose_close_is_paused_is_not_counted() -> None:
    table = laid_out()
    monday, event_at = at("2026-03-02 18:00"), at("2026-02-27 12:00")  # Saturday 28 February 2026 is made up
    assert due_working_days(event_at, 2, table) == monday
    over = Pause(monday - timedelta(minutes=1), monday + timedelta(minutes=1), "customer")
    assert due_working_days(event_at, 2, table, pauses=[over]) == at("2026-03-03 18:00")
    assert working_days_between(event_at, at("2026-03-03 12:00"), table, pauses=[over]) == 2
    for begin, end in (
        (monday, monday + timedelta(hours=1)),  # begins exactly at the close
        (monday - timedelta(hours=1), monday),  # ends exactly at the close
        (monday + timedelta(seconds=1), None),  # after the due time: helps nobody
    ):
        assert due_working_days(event_at, 2, table, pauses=[Pause(begin, end, "customer")]) == monday
    assert due_working_days(event_at, 2, table, pauses=[Pause(event_at, None, "not ended")]) is None


def test_pauses_that_overlap_are_taken_out_once() -> None:
    table = laid_out()
    pauses = [
        Pause(at("2026-03-02 10:00"), at("2026-03-02 12:00"), "customer"),
        Pause(at("2026-03-02 11:00"), None, "supplier"),
        Pause(at("2026-03-01 10:00"), at("2026-03-01 11:00"), "before it began"),
    ]
    start, end = at("2026-03-02 09:00"), at("2026-03-02 15:00")
    assert working_seconds(start, end, table, pauses) == HOUR
    assert counted_intervals(start, end, pauses, table) == [
        Interval(start, at("2026-03-02 10:00"), "running", ""),
        Interval(at("2026-03-02 10:00"), at("2026-03-02 12:00"), "paused", "customer"),
        Interval(at("2026-03-02 12:00"), end, "paused", "supplier"),
    ]


def test_the_moment_of_a_target_in_hours() -> None:
    table = laid_out()
    start = at("2026-03-02 17:00")
    assert due_running(start, Decimal(2 * HOUR), (), table) == at("2026-03-03 10:00")
    assert due_running(start, Decimal(HOUR), (), table) == at("2026-03-02 18:00")
    assert due_running(start, Decimal("0.000001"), (), table) == start + timedelta(microseconds=1)
    assert due_running(start, Decimal(0), (), table) == start
    assert due_running(start, Decimal(48 * HOUR)) == start + timedelta(hours=48)  # the wall clock
    pause = Pause(start + timedelta(hours=1), start + timedelta(hours=5), "customer")
    assert due_running(start, Decimal(2 * HOUR), [pause]) == start + timedelta(hours=6)
    assert due_running(start, Decimal(HOUR), [pause]) == start + timedelta(hours=1)  # begins exactly then: too late
    assert due_running(start, Decimal(2 * HOUR), [Pause(start, None, "not ended")]) is None


def test_a_limit_of_no_days_is_a_bug() -> None:
    with pytest.raises(ValueError, match="a limit of 0 days is none"):
        due_working_days(at("2026-03-02 12:00"), 0, laid_out())


def test_wall_clock_to_instant() -> None:
    assert local_to_instant(datetime.fromisoformat("2026-03-08 02:30"), NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert local_to_instant(datetime.fromisoformat("2026-11-01 01:30"), NEW_YORK) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )
    assert local_to_instant(datetime.fromisoformat("2026-03-08 12:00"), BEIJING) == datetime(2026, 3, 8, 4, tzinfo=UTC)


# --- what the mutants of clock.py and due.py got past ---


def test_a_natural_day_is_paused_over_its_midnight_only() -> None:
    table, event_at = laid_out(), at("2026-03-02 12:00")  # a Monday
    over_close = Pause(at("2026-03-03 17:00"), at("2026-03-03 19:00"), "customer")
    assert due_working_days(event_at, 1, table, day_kind="natural", pauses=[over_close]) == at("2026-03-04 00:00")
    over_midnight = Pause(at("2026-03-03 23:00"), at("2026-03-04 01:00"), "customer")
    assert due_working_days(event_at, 1, table, day_kind="natural", pauses=[over_midnight]) == at("2026-03-05 00:00")
    both = [over_close, over_midnight]
    # of Tuesday and Wednesday: a paused close takes Tuesday from the working days, a paused midnight from the natural
    expected: list[tuple[DayKind, list[Pause], int]] = [
        ("working", [over_close], 1), ("natural", [over_close], 2),
        ("working", [over_midnight], 2), ("natural", both, 1),
    ]  # fmt: skip
    for day_kind, pauses, days in expected:
        passed = working_days_between(event_at, at("2026-03-04 12:00"), table, day_kind=day_kind, pauses=pauses)
        assert passed == days, (day_kind, pauses)


def test_the_end_of_natural_days_moves_off_a_paused_midnight() -> None:
    # one day after Friday ends on Saturday, which is none: Monday's midnight is paused, so Tuesday's
    pause = Pause(at("2026-03-09 23:00"), at("2026-03-10 01:00"), "customer")
    assert due_working_days(at("2026-03-06 12:00"), 1, laid_out(), day_kind="natural", pauses=[pause]) == at(
        "2026-03-11 00:00"
    )
    evening = Pause(at("2026-03-09 17:00"), at("2026-03-09 19:00"), "customer")
    assert due_working_days(at("2026-03-06 12:00"), 1, laid_out(), day_kind="natural", pauses=[evening]) == at(
        "2026-03-10 00:00"
    )


def test_days_passed_since_an_event_after_close() -> None:
    table, event_at, monday = laid_out(), at("2026-03-06 20:00"), at("2026-03-09 12:00")
    assert working_days_between(event_at, monday, table) == 1
    assert working_days_between(event_at, monday, table, after_close="next_opening") == 0
    assert working_days_between(at("2026-03-06 12:00"), monday, table, after_close="next_opening") == 1
    assert working_days_between(event_at, monday, table, after_close="next_opening", day_kind="natural") == 3


def test_within_days_by_either_rule_and_kind_of_day() -> None:
    table, event_at, tuesday = laid_out(), at("2026-03-06 20:00"), at("2026-03-10 12:00")
    assert is_within_days(event_at, tuesday, 1, table) is False
    assert is_within_days(event_at, tuesday, 1, table, after_close="next_opening") is True
    evening = at("2026-03-09 20:00")  # one natural day ends on Saturday, so at Monday's midnight
    assert is_within_days(event_at, evening, 1, table) is False
    assert is_within_days(event_at, evening, 1, table, day_kind="natural") is True
    pause = Pause(at("2026-03-09 17:00"), at("2026-03-09 19:00"), "customer")
    assert is_within_days(event_at, tuesday, 1, table, pauses=[pause]) is True


def test_days_so_far_leave_out_paused_ones() -> None:
    table = laid_out(last="2027-12-31")
    closes = [Pause(at(f"2026-12-{day} 17:00"), at(f"2026-12-{day} 19:00"), "customer") for day in (30, 31)]
    answered_at = at("2026-12-31 20:00")
    # neither day is counted: 0 of 1 so far, and when the first will be nobody knows
    assert is_within_days(at("2026-12-29 12:00"), answered_at, 1, table, pauses=closes) is True
    # and what no close of a paused day interrupts: 2 of 1 would be too many
    assert is_within_days(at("2026-12-29 12:00"), answered_at, 1, table) is False


def test_the_moment_of_a_target_lies_two_days_on() -> None:
    # Monday 1 h, Tuesday 9 h, Wednesday 2 h
    assert due_running(at("2026-03-02 17:00"), Decimal(12 * HOUR), (), laid_out()) == at("2026-03-04 11:00")


def test_pauses_are_shown_in_their_own_order_however_they_are_given() -> None:
    table, start, end = laid_out(), at("2026-03-02 09:00"), at("2026-03-02 15:00")
    first = Pause(at("2026-03-02 10:00"), at("2026-03-02 12:00"), "customer")
    later = Pause(at("2026-03-02 11:00"), at("2026-03-02 14:00"), "supplier")
    open_ended = Pause(first.from_at, None, "carrier")
    assert counted_intervals(start, end, [later, first], table) == [
        Interval(start, first.from_at, "running", ""),
        Interval(first.from_at, at("2026-03-02 12:00"), "paused", "customer"),
        Interval(at("2026-03-02 12:00"), at("2026-03-02 14:00"), "paused", "supplier"),
        Interval(at("2026-03-02 14:00"), end, "running", ""),
    ]
    assert counted_intervals(start, end, [open_ended, first], table) == [
        Interval(start, first.from_at, "running", ""),
        Interval(first.from_at, at("2026-03-02 12:00"), "paused", "customer"),
        Interval(at("2026-03-02 12:00"), end, "paused", "carrier"),
    ]


def test_a_served_saturday_is_no_working_day_to_begin_on() -> None:
    # by the next opening that counts: Monday, so one day later Tuesday's close; by service days Monday's
    table = laid_out(office(weekly='{mon-sat: ["09:00-18:00"]}'))
    saturday = at("2026-03-07 12:00")
    assert due_working_days(saturday, 1, table, after_close="next_opening") == at("2026-03-10 18:00")
    assert due_working_days(saturday, 1, table, after_close="next_opening", day_kind="service") == at(
        "2026-03-09 18:00"
    )


def test_what_an_event_counts_on_is_unknown_though_the_days_after_it_are_known() -> None:
    known = [HolidayNotice("cn", year, "1", date(2025, 1, 1), {}) for year in (2026, 2028)]
    table = laid_out(last="2028-02-01", notices=known)
    assert due_working_days(at("2027-12-31 12:00"), 1, table, after_close="next_opening") is None
    assert due_working_days(at("2027-12-31 12:00"), 1, table) == at("2028-01-03 18:00")
    assert (
        due_working_days(at("2025-12-31 12:00"), 1, table, after_close="next_opening") is None
    )  # before the first row


def test_a_pause_outside_hours_takes_nothing() -> None:
    weekend = Pause(at("2026-03-07 10:00"), at("2026-03-07 12:00"), "customer")
    assert working_seconds(at("2026-03-06 17:50"), at("2026-03-09 09:05"), laid_out(), [weekend]) == 900


def test_days_are_working_days_unless_another_kind_is_said() -> None:
    # served on Saturday as well: two service days since Friday noon, one working day
    table, friday, monday = (
        laid_out(office(weekly='{mon-sat: ["09:00-18:00"]}')),
        at("2026-03-06 12:00"),
        at("2026-03-09 12:00"),
    )
    assert working_days_between(friday, monday, table) == 1
    assert working_days_between(friday, monday, table, day_kind="service") == 2
    assert is_within_days(friday, monday, 1, table) is True
    assert is_within_days(friday, monday, 1, table, day_kind="service") is False


def test_an_answer_of_the_same_day_needs_no_notice_unless_the_next_opening_counts() -> None:
    table, event_at, answered_at = laid_out(last="2027-12-31"), at("2027-03-01 12:00"), at("2027-03-01 17:00")
    assert is_within_days(event_at, answered_at, 1, table) is True
    assert is_within_days(event_at, answered_at, 1, table, after_close="next_opening") is None
