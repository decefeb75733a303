"""Other readings of a calendar differ from it in one thing each; what changes nothing is none."""

from dataclasses import replace
from datetime import date, datetime

from pipelines.worktime.model import Calendar, Closure, Promotion, Version, Window
from pipelines.worktime.other_hours import ALL_DAY, other_hours
from pipelines.worktime.timetable import calendar_days

NINE_TO_SIX = (Window(9 * 3600, 18 * 3600),)
WEEKLY = (NINE_TO_SIX,) * 7
DECIDED = datetime(2025, 12, 1)  # noqa: DTZ001 - local, as the contract says it
FIRST = Version(date(2026, 1, 1), DECIDED, "1", WEEKLY, "cn", on_holidays=(Window(36000, 64800),))
LATER = Version(date(2026, 10, 8), DECIDED, "2", (NINE_TO_SIX,) * 5 + ((), ()), "cn", on_holidays=())
PROMOTION = Promotion(date(2026, 10, 14), date(2026, 10, 16), (Window(75600, 82800),), DECIDED, "3")
CLOSURE = Closure(date(2026, 10, 1), date(2026, 10, 4), "rest")
WHOLE = Calendar("phone", (FIRST, LATER), (PROMOTION,), (CLOSURE,))


def open_hours(calendar: Calendar, day: date) -> int:
    (found,) = [one for one in calendar_days(calendar, "Asia/Shanghai", day, day).days if one.day == day]
    assert found.spans is not None
    return sum(int((shut - opened).total_seconds()) for opened, shut in found.spans) // 3600


def test_each_leaves_one_thing_aside() -> None:
    assert list(other_hours(WHOLE)) == [
        "around_the_clock", "no_promotions", "no_closures", "holidays_as_usual", "closed_on_holidays",
        "no_holiday_notice", "first_hours",
    ]  # fmt: skip


def test_what_changes_nothing_is_no_other_reading() -> None:
    plain = Calendar("default", (Version(date(2026, 1, 1), DECIDED, "1", ALL_DAY, "none", on_holidays=None),))
    assert list(other_hours(plain)) == ["closed_on_holidays"]


def test_hours_of_days_that_tell_them_apart() -> None:
    others = other_hours(WHOLE)
    promotion, national_day, closed, saturday = (
        date(2026, 10, 14),
        date(2026, 10, 5),
        date(2026, 10, 2),
        date(2026, 10, 17),
    )
    assert (open_hours(WHOLE, promotion), open_hours(others["no_promotions"], promotion)) == (11, 9)
    assert (open_hours(WHOLE, closed), open_hours(others["no_closures"], closed)) == (0, 8)
    assert (open_hours(WHOLE, national_day), open_hours(others["holidays_as_usual"], national_day)) == (8, 9)
    assert open_hours(others["closed_on_holidays"], national_day) == 0
    assert open_hours(others["no_holiday_notice"], national_day) == 9  # a Monday like any other
    assert (open_hours(WHOLE, saturday), open_hours(others["first_hours"], saturday)) == (0, 9)
    assert open_hours(others["around_the_clock"], saturday) == 24
    assert open_hours(others["around_the_clock"], national_day) == 24
    made_up = Calendar("phone", (replace(FIRST, make_up=NINE_TO_SIX),))  # Saturday 10 October
    assert open_hours(other_hours(made_up)["around_the_clock"], date(2026, 10, 10)) == 24
