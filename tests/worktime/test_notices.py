"""The holiday notices of mainland China, day by day against another list; other regions; what was known when."""

from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
import pytest

from pipelines.core.problem import Refused
from pipelines.core.yaml_text import read_yaml
from pipelines.worktime.notice import HolidayNotice, _library_year, day_kinds, is_region, parse_notices, shipped_notices
from tests.conftest import ROOT

YEARS = range(2019, 2027)
ALL_DAYS = [date(2019, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2019, 1, 1)).days)]

# "1 January off, joined with the weekend": the notices name one day, the library also the weekend beside it.
JOINED_WEEKENDS = {
    date.fromisoformat(day)
    for day in (
        "2019-04-06", "2019-04-07", "2019-06-08", "2019-06-09", "2019-09-14", "2019-09-15", "2023-12-30", "2023-12-31",
    )
}  # fmt: skip


def kinds(known_on: date | None = None, years: range = YEARS) -> dict[date, str | None]:
    found = day_kinds("cn", years, shipped_notices(), known_on)
    return {day: found.on(day) for day in ALL_DAYS}


def test_working_days_agree_with_another_list_on_every_day_of_eight_years() -> None:
    ours = {day: kind in {"workday", "make_up_workday"} for day, kind in kinds().items()}
    assert ours == {day: chinese_calendar.is_workday(day) for day in ALL_DAYS}
    counted = {year: sum(works for day, works in ours.items() if day.year == year) for year in YEARS}
    assert counted == {2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


def test_holidays_agree_but_for_weekends_that_are_only_joined() -> None:
    ours = {day for day, kind in kinds().items() if kind == "holiday"}
    said = {day: chinese_calendar.get_holiday_detail(day) for day in ALL_DAYS}
    theirs = {day for day, (is_off, name) in said.items() if is_off and name}
    assert theirs - ours == JOINED_WEEKENDS
    assert ours - theirs == set()


def test_make_up_days_are_weekends_that_are_worked() -> None:
    made_up = {day for day, kind in kinds().items() if kind == "make_up_workday"}
    assert made_up == {day for day in ALL_DAYS if day.weekday() >= 5 and chinese_calendar.is_workday(day)}


def test_the_prolonged_spring_festival_of_2020_was_not_known_before() -> None:
    before = kinds(known_on=date(2020, 1, 25))
    after = kinds(known_on=date(2020, 1, 26))
    assert {
        day.isoformat(): (before[day], after[day]) for day in ALL_DAYS if day.year == 2020 and before[day] != after[day]
    } == {
        "2020-01-31": ("workday", "holiday"),
        "2020-02-01": ("make_up_workday", "holiday"),  # the later notice holds, day by day
        "2020-02-02": ("weekend", "holiday"),
    }


def test_labour_day_2019_was_one_day_until_the_second_notice() -> None:
    before, after = kinds(known_on=date(2019, 3, 21)), kinds(known_on=date(2019, 3, 22))
    changed = {day.isoformat(): after[day] for day in ALL_DAYS if day.year == 2019 and before[day] != after[day]}
    assert changed == {
        "2019-04-28": "make_up_workday",
        "2019-05-02": "holiday",
        "2019-05-03": "holiday",
        "2019-05-04": "holiday",
        "2019-05-05": "make_up_workday",
    }


def test_a_later_notice_may_make_a_holiday_a_working_day_again() -> None:
    saturday, monday = date(2030, 1, 5), date(2030, 1, 7)
    first = HolidayNotice("xx", 2030, "1", date(2029, 11, 1), {saturday: "feast", monday: "feast"})
    second = HolidayNotice("xx", 2030, "2", date(2029, 12, 1), {}, frozenset({saturday, monday}))
    found = day_kinds("xx", [2030], [second, first], None)  # in order of issue, however they are given
    assert [found.on(day) for day in (saturday, monday)] == ["make_up_workday", "workday"]
    assert day_kinds("xx", [2030], [second, first], date(2029, 11, 30)).on(monday) == "holiday"


def test_a_notice_reaches_into_the_year_before() -> None:
    assert kinds()[date(2022, 12, 31)] == "holiday"
    assert kinds(known_on=date(2022, 12, 7))[date(2022, 12, 31)] == "weekend"


def test_a_year_without_a_notice_is_unknown_and_the_library_does_not_guess_it() -> None:
    found = day_kinds("cn", range(2026, 2029), shipped_notices(), None)
    assert found.on(date(2027, 1, 4)) is None
    assert day_kinds("cn", range(2026, 2027), shipped_notices(), date(2025, 11, 3)).on(date(2026, 1, 5)) is None


def test_each_file_cites_the_notice() -> None:
    numbers = {(notice.year, notice.number, str(notice.issued_on)) for notice in shipped_notices()}
    assert (2026, "国办发明电〔2025〕7号", "2025-11-04") in numbers
    assert {year for year, _number, _issued in numbers} == set(YEARS)
    assert len(numbers) == len(YEARS) + 2  # two years were changed by a second notice


def test_data_calendars_shows_the_files_of_the_package() -> None:
    shown = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "data/calendars").glob("cn-*.yaml")}
    package = ROOT / "pipelines/worktime/notices"
    assert shown == {path.name: path.read_text(encoding="utf-8") for path in package.glob("*.yaml")}


def test_other_regions_come_from_the_library() -> None:
    us = day_kinds("us", [2026], (), None)
    assert us.on(date(2026, 7, 3)) == "holiday"  # 4 July 2026 is a Saturday: observed on Friday
    assert us.on(date(2026, 7, 6)) == "workday"
    assert us.on(date(2026, 7, 5)) == "weekend"
    israel = day_kinds("il", [2026], (), None)
    assert [israel.on(date(2026, 3, day)) for day in (6, 7, 8)] == ["weekend", "weekend", "workday"]  # Friday to Sunday
    assert day_kinds("us", [1700], (), None).on(date(1700, 1, 4)) is None  # before the library begins
    assert day_kinds("us", [2026], (), date(2020, 1, 1)).on(date(2026, 7, 6)) == "workday"  # computed: always known


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    day = date(2026, 3, 31)  # César Chávez Day, a Tuesday
    assert [day_kinds(region, [2026], (), None).on(day) for region in ("us", "us-ca")] == ["workday", "holiday"]


def test_make_up_days_of_other_regions() -> None:
    # Hungary worked on Saturday 17 May 2025 for Friday 2 May
    found = day_kinds("hu", [2025], (), None)
    assert [found.on(day) for day in (date(2025, 5, 2), date(2025, 5, 17), date(2025, 5, 24))] == [
        "holiday", "make_up_workday", "weekend",
    ]  # fmt: skip


@pytest.mark.parametrize(("year", "kind"), [(1776, None), (1777, "workday"), (2100, "workday"), (2101, None)])
def test_the_years_that_the_library_covers(year: int, kind: str | None) -> None:
    tuesday = next(day for n in range(11, 18) if (day := date(year, 3, n)).weekday() == 1)
    assert day_kinds("us", [year], (), None).on(tuesday) == kind


def test_a_computed_notice_says_by_what_it_was_computed() -> None:
    found = _library_year("us", 2026)
    assert found is not None
    assert (found[0].region, found[0].year, found[0].issued_on) == ("us", 2026, None)
    assert found[0].number == f"holidays {version('holidays')}"


def test_none_needs_no_notice() -> None:
    plain = day_kinds("none", [2090], (), None)
    assert [plain.on(date(2090, 1, day)) for day in (1, 2, 6, 7)] == ["weekend", "workday", "workday", "weekend"]


@pytest.mark.parametrize(
    ("name", "known"),
    [("cn", True), ("none", True), ("us", True), ("us-ca", True), ("us-qq", False), ("atlantis", False)],
)
def test_known_regions(name: str, known: bool) -> None:
    assert is_region(name, shipped_notices()) is known


GOOD = """region: cn
year: 2030
notices:
  - number: "1"
    title: t
    issued: 2029-11-01
    days:
      - {name: 元旦, name_en: New Year's Day, off: [2030-01-01], work: [2030-01-05]}
"""


def test_one_file_reads_as_it_is_written() -> None:
    (notice,) = parse_notices(read_yaml(GOOD, "cn-2030.yaml"))
    assert (notice.region, notice.year, notice.off) == ("cn", 2030, {date(2030, 1, 1): "元旦"})
    assert notice.worked == {date(2030, 1, 5)}
    assert (notice.number, notice.issued_on) == ("1", date(2029, 11, 1))


def test_make_up_days_may_be_one_or_none() -> None:
    (one,) = parse_notices(read_yaml(GOOD.replace("[2030-01-05]", "2030-01-05"), "cn-2030.yaml"))
    (none,) = parse_notices(read_yaml(GOOD.replace(", work: [2030-01-05]", ""), "cn-2030.yaml"))
    assert (one.worked, none.worked) == ({date(2030, 1, 5)}, frozenset())


def test_no_notice_is_dropped_for_what_its_file_says() -> None:
    (found,) = parse_notices(read_yaml(GOOD.replace("region: cn", "region: ''").replace("2030\n", "0\n"), "x.yaml"))
    assert (found.region, found.year) == ("", 0)


@pytest.mark.parametrize(
    ("change", "line", "code"),
    [
        (("work: [2030-01-05]", "work: [2030-01-01]"), 4, "worktime.holiday_and_make_up"),
        (("off: [2030-01-01]", "off: [2030-02-30]"), 8, "worktime.not_a_day"),
        (("off: [2030-01-01]", "off: [[2030-01-01]]"), 8, "worktime.not_a_day"),
        (("year: 2030", "year: soon"), 2, "worktime.not_a_number"),
        (("issued: 2029-11-01", "issued: [2029-11-01]"), 6, "worktime.not_a_text"),
        (("title: t", "title: [t]"), 5, "worktime.not_a_text"),
        (("name_en: New Year's Day", "name_en: [d]"), 8, "worktime.not_a_text"),
        (("region: cn\n", ""), 1, "worktime.missing_key"),
        (("year: 2030\n", ""), 1, "worktime.missing_key"),
        (("    title: t\n", "    titel: t\n"), 5, "worktime.unknown_key"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(change: tuple[str, str], line: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_notices(read_yaml(GOOD.replace(*change), "cn-2030.yaml"))
    assert (f"cn-2030.yaml:{line}", code) in {(problem.where, problem.code) for problem in refused.value.problems}


def test_a_date_both_holiday_and_make_up_is_refused_in_words() -> None:
    with pytest.raises(Refused) as refused:
        parse_notices(read_yaml(GOOD.replace("2030-01-05", "2030-01-01"), "cn-2030.yaml"))
    assert str(refused.value) == (
        "cn-2030.yaml:4\n"
        "2030-01-01 is both a holiday and a make-up workday; whether it counts as a working day is undecided. "
        "Remove it from `off` or from `work`, as the notice says.  [worktime.holiday_and_make_up]"
    )
