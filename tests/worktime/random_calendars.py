"""Random calendars around the days on which clocks are set, to compare two readings of the same contract."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from pipelines.worktime.model import Calendar, Closure, Promotion, Version, Window, Windows
from pipelines.worktime.notice import HolidayNotice
from pipelines.worktime.timetable import Timetable, calendar_days

# A zone and a day near which something happens to its clock.
PLACES = [
    ("Asia/Shanghai", date(2026, 9, 28)),  # nothing ever, since 1991
    ("America/New_York", date(2026, 3, 8)),  # 02:00 -> 03:00
    ("America/New_York", date(2026, 11, 1)),  # 02:00 -> 01:00
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight itself is skipped
    ("America/Sao_Paulo", date(2026, 11, 1)),  # stopped in 2019: nothing
    ("America/Havana", date(2024, 11, 3)),  # 01:00 -> 00:00: midnight is repeated
    ("America/St_Johns", date(2010, 11, 7)),  # 00:01 -> 23:01: the day before comes again
    ("Asia/Kolkata", date(2026, 1, 26)),  # half-hour zone
    ("Asia/Kathmandu", date(2026, 1, 26)),  # three-quarter-hour zone
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that was not
]
BEFORE, AFTER = 6, 12
HALF_HOURS = st.integers(0, 47).map(lambda half: half * 1800)


@dataclass(frozen=True)
class Given:
    """A calendar, its zone, its days, their kinds, and it laid out."""

    calendar: Calendar
    zone: str
    first: date
    last: date
    kinds: dict[date, str]
    timetable: Timetable = field(repr=False)


@st.composite
def window_lists(draw: st.DrawFn, most: int = 2) -> Windows:
    found = []
    for _ in range(draw(st.integers(0, most))):
        opens = draw(HALF_HOURS)
        lasts = draw(st.integers(1, 47)) * 1800
        shuts = opens + lasts if draw(st.booleans()) else min(opens + lasts, 86_400)
        found.append(Window(opens, shuts))
    return tuple(sorted(found))


@st.composite
def givens(draw: st.DrawFn) -> Given:
    zone, around = draw(st.sampled_from(PLACES))
    first, last = around - timedelta(days=BEFORE), around + timedelta(days=AFTER)
    some_day = st.integers(0, BEFORE + AFTER).map(lambda n: first + timedelta(days=n))
    some_time = st.builds(
        lambda day, half: datetime.combine(day, time()) + timedelta(seconds=half), some_day, HALF_HOURS
    )
    kinds = draw(st.dictionaries(some_day, st.sampled_from(["off", "worked"]), max_size=5))
    kinds = {day: kind for day, kind in kinds.items() if kind == "off" or day.weekday() >= 5}
    week = st.tuples(*[window_lists()] * 7)
    versions = [
        Version(
            since=date(2000, 1, 1) if number == 0 else draw(some_day),
            decided_local=datetime.fromisoformat(f"1999-12-01T00:0{number}")
            if number == 0
            else draw(some_time) + timedelta(seconds=number),
            by="§1.3",
            weekly=draw(week),
            holidays="xx",
            on_holidays=draw(st.none() | window_lists()),
            make_up=draw(st.none() | window_lists()),
            is_retroactive=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    promotions = [
        Promotion(
            since, since + timedelta(days=draw(st.integers(1, 3))), draw(window_lists()), draw(some_time), "§1.3(3)"
        )
        for since in draw(st.lists(some_day, max_size=2))
    ]
    closures = [
        Closure(since, since + timedelta(days=draw(st.integers(1, 2))), "flood")
        for since in draw(st.lists(some_day | some_time, max_size=2))
    ]
    calendar = Calendar("xx/phone", tuple(versions), tuple(promotions), tuple(closures))
    years = {first.year - 1, first.year, last.year, last.year + 1}
    notices = [
        HolidayNotice(
            "xx", year, "1", date(2000, 1, 1), {day: "a feast" for day, kind in kinds.items() if kind == "off"},
            frozenset(day for day, kind in kinds.items() if kind == "worked"),
        )
        for year in sorted(years)
    ]  # fmt: skip
    return Given(calendar, zone, first, last, kinds, calendar_days(calendar, zone, first, last, notices=notices))


@st.composite
def minutes(draw: st.DrawFn, given: Given) -> datetime:
    """Some whole minute on one of the days (in the zone), well inside."""
    span = (given.last - given.first).days - 2
    begin = datetime.combine(given.first + timedelta(days=1), time(), tzinfo=UTC)
    return begin + timedelta(minutes=draw(st.integers(0, span * 1440)))
