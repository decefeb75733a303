"""The calendar a contract manager writes: what it means, and every way in which it can be wrong."""

from datetime import date, datetime

import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.worktime.model import Calendar, Closure, Promotion, Version, Window
from pipelines.worktime.notice import HolidayNotice
from pipelines.worktime.parse import check_calendar, parse_calendars
from pipelines.worktime.reader import parse_window

GOOD = """\
calendars:
  phone:
    - since: 2026-01-01
      decided: 2025-12-01
      by: "§1.3(1)"
      weekly: {mon-fri: ["09:00-12:00", "13:00-18:00"], "sat, sun": 10:00-16:00}
      holidays: cn
      on_holidays: ["10:00-16:00"]
      make_up_days: ["09:00-17:00"]
      promotions:
        - {from: 2026-11-01, until: 2026-11-12, windows: ["23:00-02:00"], notified: 2026-10-20 10:00, by: notice 3}
      closures:
        - {from: 2026-08-01, until: 2026-08-02, because: typhoon}
        - {from: 2026-08-05 14:00, until: 2026-08-05T16:00:30, because: power cut, decided: 2026-08-05 14:20}
    - since: 2026-06-01
      decided: 2026-07-01 15:00
      by: "supplement 1"
      weekly: {mon-sun: ["00:00-24:00"]}
      holidays: none
      on_holidays: as_usual
      make_up_days: as_monday
      retroactive: [vendor, operator]
  mail:
    - {since: 2026-01-01, decided: 2025-12-01, by: §1, weekly: {fri-mon: closed}, holidays: us-ca, on_holidays: closed}
"""


def hours(opens: float, shuts: float) -> Window:
    return Window(int(opens * 3600), int(shuts * 3600))


def parsed(text: str) -> tuple[dict[str, Calendar], set[tuple[str, str]]]:
    calendars, problems = parse_calendars(read_yaml(text, "contract.yaml"), prefix="hx/")
    return calendars, {(problem.where.removeprefix("contract.yaml:"), problem.code) for problem in problems}


def test_a_calendar_reads_as_it_is_written() -> None:
    calendars, problems = parsed(GOOD)
    assert problems == set()
    weekday, weekend = (hours(9, 12), hours(13, 18)), (hours(10, 16),)
    assert calendars["phone"] == Calendar(
        name="hx/phone",
        versions=(
            Version(
                since=date(2026, 1, 1),
                decided_local=datetime.fromisoformat("2025-12-01"),
                by="§1.3(1)",
                weekly=(*[weekday] * 5, weekend, weekend),  # type: ignore[arg-type]
                holidays="cn",
                on_holidays=(hours(10, 16),),
                make_up=(hours(9, 17),),
            ),
            Version(
                since=date(2026, 6, 1),
                decided_local=datetime.fromisoformat("2026-07-01 15:00"),
                by="supplement 1",
                weekly=((hours(0, 24),),) * 7,
                holidays="none",
                on_holidays=None,
                is_retroactive=True,
            ),
        ),
        promotions=(
            Promotion(
                since=date(2026, 11, 1),
                until=date(2026, 11, 12),
                windows=(hours(23, 26),),
                notified_local=datetime.fromisoformat("2026-10-20 10:00"),
                by="notice 3",
            ),
        ),
        closures=(
            Closure(date(2026, 8, 1), date(2026, 8, 2), "typhoon"),
            Closure(
                datetime.fromisoformat("2026-08-05 14:00"),
                datetime.fromisoformat("2026-08-05 16:00:30"),
                "power cut",
                datetime.fromisoformat("2026-08-05 14:20"),
            ),
        ),
    )
    assert calendars["mail"].versions[0].weekly == ((),) * 7
    assert calendars["mail"].versions[0].on_holidays == ()


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-18:00", hours(9, 18)),
        ("09:00 - 18:00", hours(9, 18)),
        ("09:00–18:00", hours(9, 18)),
        ("00:00-24:00", hours(0, 24)),
        ("22:00-02:00", hours(22, 26)),
        ("22:00-00:00", hours(22, 24)),
        ("09:00:30-09:00:31", Window(32430, 32431)),
        ("00:00-00:00", None),  # nothing, or all day: not said
        ("08:00-08:00", None),
        ("24:00-02:00", None),
        ("22:00-24:30", None),
        ("09:00-17:30", hours(9, 17.5)),
        ("09:60-18:00", None),
        ("09:00:60-18:00", None),
        ("09:00-17:60", None),
        ("09:00-18:00:60", None),
        ("9-18", None),
        ("", None),
    ],
)
def test_windows(text: str, window: Window | None) -> None:
    assert parse_window(text) == window


BROKEN = {
    "no since": (("    - since: 2026-01-01\n      decided: 2025", "    - decided: 2025"), "3", "missing_key"),
    "since is no day": (("- since: 2026-01-01", "- since: January"), "3", "not_a_day"),
    "since is no date": (("- since: 2026-01-01", "- since: 2026-02-30"), "3", "not_a_day"),
    "since without dashes": (("- since: 2026-01-01", "- since: 20260101"), "3", "not_a_day"),
    "decided with an offset": (("decided: 2025-12-01\n", "decided: 2025-12-01T09:00+08:00\n"), "4", "not_a_time"),
    "decided at 25 h": (("decided: 2025-12-01\n", "decided: 2025-12-01 25:00\n"), "4", "not_a_time"),
    "unknown key": (('by: "§1.3(1)"', 'by: "§1.3(1)"\n      colour: red'), "6", "unknown_key"),
    "equal ends": (("10:00-16:00}", "10:00-10:00}"), "6", "not_a_window"),
    "a window that is a list": (("10:00-16:00}", "[[10:00-16:00]]}"), "6", "not_a_window"),
    "a week without hours": (("10:00-16:00}", "}"), "6", "not_a_window"),
    "overlap in a day": (('"13:00-18:00"]', '"11:59-18:00"]'), "6", "overlapping_windows"),
    "overlap over midnight": (("mon-fri: [", "mon-fri: [22:00-09:30, "), "6", "overlapping_windows"),
    "a weekday twice": (('"sat, sun"', '"fri, sun"'), "6", "weekday_twice"),
    "no weekday": (('"sat, sun"', "weekend"), "6", "not_a_weekday"),
    "a span of three": (('"sat, sun"', "sat-sun-mon"), "6", "not_a_weekday"),
    "a week that is a list": (('weekly: {mon-sun: ["00:00-24:00"]}', 'weekly: ["00:00-24:00"]'), "18", "not_a_week"),
    "unknown region": (("holidays: cn", "holidays: atlantis"), "7", "unknown_region"),
    "retroactive by one": (("[vendor, operator]", "[vendor]"), "22", "retroactive_by_one"),
    "retroactive by a word": (("[vendor, operator]", "yes"), "22", "retroactive_by_one"),
    "retroactive by a mapping": (("[vendor, operator]", "{vendor: 1, operator: 1}"), "22", "retroactive_by_one"),
    "promotion backwards": (("until: 2026-11-12", "until: 2026-11-01"), "11", "empty_span"),
    "promotion without notice": ((", notified: 2026-10-20 10:00", ""), "11", "missing_key"),
    "promotion without windows": ((' windows: ["23:00-02:00"],', ""), "11", "missing_key"),
    "a promotion that is a text": (("promotions:\n", "promotions:\n        - soon\n"), "11", "not_a_mapping"),
    "closures that are no list": (("      closures:\n", "      closures: soon\n      other:\n"), "12", "not_a_list"),
    "closure without a reason": ((", because: typhoon", ""), "13", "missing_key"),
    "closure from day to time": (("until: 2026-08-02", "until: 2026-08-02 09:00"), "13", "mixed_closure"),
    "closure backwards": (("2026-08-05T16:00:30", "2026-08-05 13:00"), "14", "empty_span"),
    "no versions": (("  mail:\n    - {", "  chat: []\n  mail:\n    - {"), "23", "no_version"),
    "by is a list": (('by: "supplement 1"', "by: [supplement 1]"), "17", "not_a_text"),
    "nothing decides between two": (
        ("2026-06-01\n      decided: 2026-07-01 15:00", "2026-01-01\n      decided: 2025-12-01"), "2", "same_decision",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_said_with_its_line(name: str) -> None:
    change, line, code = BROKEN[name]
    assert change[0] in GOOD
    _calendars, problems = parsed(GOOD.replace(*change, 1))
    assert (line, f"worktime.{code}") in problems


def test_each_day_of_the_week_has_its_own_hours() -> None:
    text = ", ".join(
        f'{day}: "0{n}:00-12:00"' for n, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    )
    calendars, problems = parsed(GOOD.replace("fri-mon: closed", text))
    assert problems == set()
    assert calendars["mail"].versions[0].weekly == tuple((hours(n, 12),) for n in range(7))


def test_a_span_of_days_may_reach_over_the_end_of_the_week() -> None:
    calendars, problems = parsed(GOOD.replace("fri-mon: closed", "sat-mon: 09:00-12:00"))
    assert problems == set()
    assert [bool(windows) for windows in calendars["mail"].versions[0].weekly] == [True, *[False] * 4, True, True]


def test_windows_that_touch_do_not_overlap() -> None:
    calendars, problems = parsed(GOOD.replace('"13:00-18:00"', '"12:00-18:00"'))
    assert problems == set()
    assert calendars["phone"].versions[0].weekly[0] == (hours(9, 12), hours(12, 18))


@pytest.mark.parametrize("key", ["since: 2026-01-01", "decided: 2025-12-01", "by: §1", "holidays: us-ca"])
def test_a_version_that_lacks_what_it_needs_is_none(key: str) -> None:
    before, mail = GOOD.split("  mail:\n")
    text = f"{before}  mail:\n{mail.replace(f'{key}, ', '')}"
    calendars, problems = parsed(text)
    assert problems == {("24", "worktime.missing_key"), ("23", "worktime.no_version")}
    assert calendars["mail"].versions == ()


PROMOTED = '{from: 2026-11-01, until: 2026-11-12, windows: ["23:00-02:00"], notified: 2026-10-20 10:00, by: notice 3}'
SHUT = "{from: 2026-08-01, until: 2026-08-02, because: typhoon}"


@pytest.mark.parametrize(
    "key", ["from: 2026-11-01, ", "until: 2026-11-12, ", "notified: 2026-10-20 10:00, ", ", by: notice 3"]
)
def test_a_promotion_that_lacks_what_it_needs_is_none_and_the_next_is_read(key: str) -> None:
    lacking = PROMOTED.replace(key, "")
    calendars, problems = parsed(GOOD.replace(PROMOTED, f"{lacking}\n        - {PROMOTED}"))
    assert problems == {("11", "worktime.missing_key")}
    assert [one.by for one in calendars["phone"].promotions] == ["notice 3"]


@pytest.mark.parametrize("key", ["from: 2026-08-01, ", "until: 2026-08-02, ", ", because: typhoon"])
def test_a_closure_that_lacks_what_it_needs_is_none_and_the_next_is_read(key: str) -> None:
    calendars, problems = parsed(GOOD.replace(SHUT, SHUT.replace(key, "")))
    assert problems == {("13", "worktime.missing_key")}
    assert [one.because for one in calendars["phone"].closures] == ["power cut"]


def test_a_closure_that_mixes_days_and_times_is_none_and_the_next_is_read() -> None:
    calendars, problems = parsed(GOOD.replace("until: 2026-08-02", "until: 2026-08-02 09:00"))
    assert problems == {("13", "worktime.mixed_closure")}
    assert [one.because for one in calendars["phone"].closures] == ["power cut"]


def test_every_problem_is_found_at_once() -> None:
    text = GOOD.replace("holidays: cn", "holidays: atlantis").replace("- since: 2026-06-01", "- since: June")
    assert parsed(text)[1] == {("7", "worktime.unknown_region"), ("15", "worktime.not_a_day")}


def test_the_days_after_one_that_is_none_are_read() -> None:
    text = GOOD.replace('"sat, sun": 10:00-16:00', "weekend: closed, sat: 10:00-10:00, sun: 10:00-16:00")
    calendars, problems = parsed(text)
    assert problems == {("6", "worktime.not_a_weekday"), ("6", "worktime.not_a_window")}
    assert calendars["phone"].versions[0].weekly[5:] == ((), (hours(10, 16),))


@pytest.mark.parametrize("text", ["calendars: soon\n", "other: 1\n", "- 1\n"])
def test_no_calendars_at_all_is_said(text: str) -> None:
    calendars, problems = parsed(text)
    assert calendars == {}
    assert {code for _line, code in problems} == {"worktime.not_a_mapping"}


def test_a_message_says_where_what_and_how_to_mend() -> None:
    _calendars, problems = parse_calendars(read_yaml(GOOD.replace("10:00-16:00}", "10:00-10:00}"), "contract.yaml"))
    (problem,) = problems
    assert str(problem) == (
        "contract.yaml:6\n"
        "'sat, sun': '10:00-10:00' is not a window of service hours. Write windows like 09:00-18:00 with two different "
        "ends; around the clock is 00:00-24:00.  [worktime.not_a_window]"
    )


def test_an_amendment_adds_versions_and_may_collide() -> None:
    calendars, _problems = parsed(GOOD)
    joined = calendars["phone"].joined(calendars["mail"])
    assert joined.name == "hx/phone"
    assert len(joined.versions) == 3
    assert (joined.promotions, joined.closures) == (calendars["phone"].promotions, calendars["phone"].closures)
    assert [problem.code for problem in check_calendar(joined, "amendment.yaml:1")] == ["worktime.same_decision"]


def test_a_channel_without_anything_has_no_version() -> None:
    calendars, problems = parsed("calendars:\n  phone:\n")
    assert (calendars["phone"].versions, problems) == ((), {("2", "worktime.no_version")})


def test_a_region_may_have_notices_that_the_package_has_not() -> None:
    tree = read_yaml(GOOD.replace("holidays: cn", "holidays: atlantis"), "c.yaml")
    assert parse_calendars(tree, notices=[HolidayNotice("atlantis", 2026, "1", date(2025, 1, 1), {})])[1] == []


def test_a_calendar_may_stand_anywhere_in_a_file() -> None:
    text = "channels:\n  - calendars:\n" + "".join(f"    {line}\n" for line in GOOD.splitlines()[1:])
    tree = read_yaml(text, "c.yaml")
    calendars, problems = parse_calendars(tree, ("channels", 0, "calendars"))
    assert problems == []
    assert sorted(calendars) == ["mail", "phone"]
