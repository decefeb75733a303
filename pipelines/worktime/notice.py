"""Holiday notices: which days are off and which weekend days are worked, by region and year."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources

import holidays as holiday_library
from holidays.version import __version__ as library_version

from pipelines.core.problem import refuse_if_any
from pipelines.core.yaml_text import TextTree, read_yaml
from pipelines.worktime.reader import Reader

NO_HOLIDAYS = "none"
MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True)
class HolidayNotice:
    """One notice: for region and year, the days ``off`` with their names, and the weekend days ``worked`` instead.

    It may name days of the years beside its own. ``issued_on`` None: always known (a computed year).
    """

    region: str
    year: int
    number: str
    issued_on: date | None
    off: dict[date, str] = field(hash=False)
    worked: frozenset[date] = frozenset()


@dataclass(frozen=True)
class DayKinds:
    """What kind of day each day is in one region, as far as notices tell.

    Years without a notice are unknown, except where the region is ``none``: then Monday to Friday are worked.
    """

    region: str
    years: frozenset[int]
    off: dict[date, str] = field(hash=False)
    worked: frozenset[date] = frozenset()
    working_week: frozenset[int] = MONDAY_TO_FRIDAY

    def on(self, day: date) -> str | None:
        """Return ``workday``, ``make_up_workday``, ``weekend`` or ``holiday``; None where no notice tells."""
        if self.region != NO_HOLIDAYS and day.year not in self.years:
            return None
        if day in self.off:
            return "holiday"
        if day.weekday() in self.working_week:
            return "workday"
        return "make_up_workday" if day in self.worked else "weekend"


def parse_notices(tree: TextTree) -> list[HolidayNotice]:
    """Read one file of notices (a region, a year, its notices), or refuse it with every problem found."""
    top = Reader(tree, "a holiday file", ("region", "year", "notices"))
    region, year = top.text("region"), top.whole("year")
    found: list[HolidayNotice] = []
    for item in top.items("notices", ("number", "title", "issued", "days")):
        off: dict[date, str] = {}
        worked: set[date] = set()
        number, issued_on, _title = item.text("number"), item.day("issued"), item.text("title")
        for part in item.items("days", ("name", "name_en", "off", "work"), optional=("work",)):
            name, _name_en = part.text("name"), part.text("name_en")
            off.update((day, name or "") for day in part.days("off"))
            worked.update(part.days("work"))
        for day in sorted(worked & off.keys()):
            top.problem(
                item.path,
                what=f"{day} is both a holiday and a make-up workday; whether it counts as a working day is undecided.",
                mend="Remove it from `off` or from `work`, as the notice says.",
                code="worktime.holiday_and_make_up",
            )
        if region is not None and year is not None and issued_on is not None:
            found.append(HolidayNotice(region, year, number or "", issued_on, off, frozenset(worked)))
    refuse_if_any(top.problems)
    return found


@lru_cache(maxsize=1)
def shipped_notices() -> tuple[HolidayNotice, ...]:
    """Return the notices that come with the package: mainland China since 2019."""
    files = sorted(
        (file for file in resources.files("pipelines.worktime.notices").iterdir() if file.name.endswith(".yaml")),
        key=lambda file: file.name,
    )
    return tuple(
        notice
        for file in files
        for notice in parse_notices(read_yaml(file.read_text(encoding="utf-8"), f"data/calendars/{file.name}"))
    )


def is_region(name: str, notices: Iterable[HolidayNotice]) -> bool:
    """Say whether holidays of ``name`` can be told: ``none``, a region with notices, or one the library knows."""
    return name == NO_HOLIDAYS or any(notice.region == name for notice in notices) or _in_library(name)


def _in_library(name: str) -> bool:
    country, _, part = name.upper().partition("-")
    supported = holiday_library.list_supported_countries()
    return country in supported and (not part or part in supported[country])


def _library_year(region: str, year: int) -> tuple[HolidayNotice, frozenset[int]] | None:
    """Return a region's year and working week from the ``holidays`` library; None outside the years it covers."""
    country, _, part = region.upper().partition("-")
    found = holiday_library.country_holidays(country, subdiv=part or None, years=year)
    if not found.start_year <= year <= found.end_year:
        return None
    worked = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    off = {day: name for day, name in found.items() if day not in worked}
    notice = HolidayNotice(region, year, f"holidays {library_version}", None, off, worked)
    return notice, frozenset(range(7)) - frozenset(found.weekend)


def day_kinds(region: str, years: Collection[int], notices: Iterable[HolidayNotice], known_on: date | None) -> DayKinds:
    """Return the kinds of days of ``region`` in ``years`` as known on ``known_on`` (None: all that is known by now).

    What a later notice says of a day holds against an earlier one. A region with notices of its own never falls back
    to the library: a year that nobody announced stays unknown.
    """
    own = sorted(
        (notice for notice in notices if notice.region == region),
        key=lambda notice: (notice.issued_on or date.min, notice.year),
    )
    working_week = MONDAY_TO_FRIDAY
    if not own and region != NO_HOLIDAYS and _in_library(region):
        computed = [found for year in sorted(years) if (found := _library_year(region, year))]
        own = [notice for notice, _week in computed]
        working_week = computed[0][1] if computed else working_week
    known = [notice for notice in own if known_on is None or notice.issued_on is None or notice.issued_on <= known_on]
    off: dict[date, str] = {}
    for notice in known:
        off = {day: name for day, name in off.items() if day not in notice.worked} | notice.off
    worked = frozenset(day for notice in known for day in notice.worked)  # a day off is asked for first
    return DayKinds(region, frozenset(notice.year for notice in known), off, worked, working_week)
