"""What is said of a calendar or a file of notices that cannot be read: every message by its words, once each."""

from collections.abc import Sequence

import pytest

from pipelines.core.problem import Problem, Refused
from pipelines.core.yaml_text import read_yaml
from pipelines.worktime.notice import parse_notices
from pipelines.worktime.parse import parse_calendars
from tests.worktime import test_notices, test_parse

VERSION = "since, decided, by, weekly, holidays, on_holidays, make_up_days, retroactive, promotions, closures"
NO_DAY = "Write it like 2026-01-31."
NO_TIME = "Write it like 2026-01-31 or 2026-01-31 09:00."
NO_WINDOW = (
    "Write windows like 09:00-18:00 with two different ends; around the clock is 00:00-24:00.  [worktime.not_a_window]"
)
NO_WEEKDAY = (
    "Use mon, tue, wed, thu, fri, sat, sun, a span such as mon-fri, or several: 'mon-thu, sat'.  "
    "[worktime.not_a_weekday]"
)
BACKWARDS = "Let `until` be later than `from`; for one day write the day after it.  [worktime.empty_span]"
BY_ONE = (
    "A version binds backwards only if both parties agreed to that. "
    "Write retroactive: [operator, vendor] when both did, or remove it.  [worktime.retroactive_by_one]"
)

# What each broken calendar of test_parse.py hears; where a fault is found several times, each is said.
OF_CALENDARS = {
    "no since": "An entry of phone lacks 'since'. Add 'since'.  [worktime.missing_key]",
    "since is no day": f"'since' is not a day: 'January'. {NO_DAY}  [worktime.not_a_day]",
    "since is no date": f"'since' is not a day: '2026-02-30'. {NO_DAY}  [worktime.not_a_day]",
    "since without dashes": f"'since' is not a day: '20260101'. {NO_DAY}  [worktime.not_a_day]",
    "decided with an offset": "'decided' is not a day or a local time without an offset: '2025-12-01T09:00+08:00'. "
    f"{NO_TIME}  [worktime.not_a_time]",
    "decided at 25 h": "'decided' is not a day or a local time without an offset: '2025-12-01 25:00'. "
    f"{NO_TIME}  [worktime.not_a_time]",
    "unknown key": "An entry of phone has no key 'colour'; what it should mean would be ignored. "
    f"Use one of: {VERSION}.  [worktime.unknown_key]",
    "equal ends": f"'sat, sun': '10:00-10:00' is not a window of service hours. {NO_WINDOW}",
    "a window that is a list": f"'sat, sun': ['10:00-16:00'] is not a window of service hours. {NO_WINDOW}",
    "a week without hours": f"'sat, sun': '' is not a window of service hours. {NO_WINDOW}",
    "overlap in a day": "'mon-fri': windows of one day overlap; the time they share would be promised twice. "
    "Join them into one, or end the first where the second begins.  [worktime.overlapping_windows]",
    "overlap over midnight": "\n".join(
        f"The last window of {day} runs past midnight into the first of the next day. End it where the next day's "
        "begins; around the clock is 00:00-24:00 on every day.  [worktime.overlapping_windows]"
        for day in ("mon", "tue", "wed", "thu")
    ),
    "a weekday twice": "fri has its hours twice; only one of them could hold. "
    "Name each day of the week once.  [worktime.weekday_twice]",
    "no weekday": f"'weekend' names no days of the week. {NO_WEEKDAY}",
    "a span of three": f"'sat-sun-mon' names no days of the week. {NO_WEEKDAY}",
    "a week that is a list": "'weekly' is not the hours of a week: ['00:00-24:00']. "
    "Write it like {mon-fri: ['09:00-18:00']}.  [worktime.not_a_week]",
    "unknown region": "No holiday notices are known for 'atlantis'. Use cn, a country code such as us or us-ca, "
    "a region of data/calendars, or none.  [worktime.unknown_region]",
    "retroactive by one": BY_ONE,
    "retroactive by a word": BY_ONE,
    "retroactive by a mapping": BY_ONE,
    "promotion backwards": "From 2026-11-01 until 2026-11-01 is no time at all: `until` is the first that is out. "
    f"{BACKWARDS}",
    "promotion without notice": "An entry of promotions lacks 'notified'. Add 'notified'.  [worktime.missing_key]",
    "promotion without windows": "An entry of promotions lacks 'windows'. Add 'windows'.  [worktime.missing_key]",
    "a promotion that is a text": "This is not an entry of promotions; its values cannot be found. "
    "Write its keys here: from, until, windows, notified, by.  [worktime.not_a_mapping]",
    "closures that are no list": "An entry of phone has no key 'other'; what it should mean would be ignored. "
    f"Use one of: {VERSION}.  [worktime.unknown_key]\n"
    "'closures' is not a list: 'soon'. Write it like lines that begin with a dash.  [worktime.not_a_list]",
    "closure without a reason": "An entry of closures lacks 'because'. Add 'because'.  [worktime.missing_key]",
    "closure from day to time": "A closure runs from a day to a day or from a time to a time; this one mixes them. "
    "Write both as days (whole opening days), or both as local times.  [worktime.mixed_closure]",
    "closure backwards": "From 2026-08-05 14:00:00 until 2026-08-05 13:00:00 is no time at all: "
    f"`until` is the first that is out. {BACKWARDS}",
    "no versions": "hx/chat has no service hours; none of its items could be measured. Add a version with `since`, "
    "`decided`, `by`, `weekly`, `holidays` and `on_holidays`.  [worktime.no_version]",
    "by is a list": "'by' is not a text: ['supplement 1']. Write it like a single value.  [worktime.not_a_text]",
    "nothing decides between two": "hx/phone: two versions since 2026-01-01 were decided at the same time; which of "
    "them holds is undecided. Give `decided` its time of day (2026-01-31 15:00), or remove one of them.  "
    "[worktime.same_decision]",
}

OF_NOTICES = {
    ("off: [2030-01-01]", "off: [2030-02-30]"): "'off' is not a list of days: ['2030-02-30']. "
    "Write it like [2026-01-31, 2026-02-01].  [worktime.not_a_day]",
    ("year: 2030", "year: soon"): "'year' is not a whole number: 'soon'. Write it like 2026.  [worktime.not_a_number]",
    ("region: cn\n", ""): "A holiday file lacks 'region'. Add 'region'.  [worktime.missing_key]",
    ("    title: t\n", "    titel: t\n"): "An entry of notices has no key 'titel'; what it should mean would be "
    "ignored. Use one of: number, title, issued, days.  [worktime.unknown_key]\n"
    "An entry of notices lacks 'title'. Add 'title'.  [worktime.missing_key]",
    (test_notices.GOOD, "- cn\n"): "This is not a holiday file; its values cannot be found. "
    "Write its keys here: region, year, notices.  [worktime.not_a_mapping]",
}


def words(problems: Sequence[Problem]) -> str:
    """Return what is said, without where it stands."""
    return "\n".join(str(problem).partition("\n")[2] for problem in problems)


def test_every_broken_calendar_has_its_words() -> None:
    assert set(OF_CALENDARS) == set(test_parse.BROKEN)


@pytest.mark.parametrize("name", OF_CALENDARS)
def test_what_is_wrong_with_a_calendar_is_said_in_words(name: str) -> None:
    change, _line, _code = test_parse.BROKEN[name]
    text = test_parse.GOOD.replace(*change, 1)
    _calendars, problems = parse_calendars(read_yaml(text, "contract.yaml"), prefix="hx/")
    assert words(problems) == OF_CALENDARS[name]


def test_what_is_no_set_of_calendars() -> None:
    _calendars, problems = parse_calendars(read_yaml("calendars: soon\n", "contract.yaml"))
    assert words(problems) == (
        "This is not a set of calendars; its values cannot be found. "
        "Write its keys here: a name over each of its entries.  [worktime.not_a_mapping]"
    )


@pytest.mark.parametrize("change", OF_NOTICES)
def test_what_is_wrong_with_a_file_of_notices_is_said_in_words(change: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        parse_notices(read_yaml(test_notices.GOOD.replace(*change), "cn-2030.yaml"))
    assert words(refused.value.problems) == OF_NOTICES[change]
