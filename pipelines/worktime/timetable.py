"""A calendar laid out day by day: what each civil day is, when it is open, and running counts that make joins exact.

Whoever wants the open time between two instants needs only the two rows of their days: each row knows the open time
before it. Two days of equal ``no_hours_index`` have no day of unknown hours after the first, up to the second; so no
answer is ever made across a year without a holiday notice.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from pipelines.core.zone import day_begins_at, instant_to_local, local_pieces, local_to_instant
from pipelines.worktime.model import Calendar, Closure, Promotion, Version, Windows
from pipelines.worktime.notice import DayKinds, HolidayNotice, day_kinds, shipped_notices

ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
Span = tuple[datetime, datetime]  # open_at (in), shut_at (out), in UTC


@dataclass(frozen=True)
class CalendarDay:
    """One civil day of one calendar. Instants are UTC; None stands for what no holiday notice tells.

    ``begins_at`` is the first instant that bears the day's date, ``ends_at`` the end of the last that does.
    ``day_kind``: workday, make_up_workday, weekend, holiday. ``is_service_day``: it has ordinary windows (promotions
    and closures aside). ``spans``: when it is open, merged, in order, inside the day; None: hours unknown.
    ``open_before_us``: open microseconds from the calendar's first day up to ``begins_at``.
    ``close_of_business_at``: end of its last ordinary window, also past midnight; without one, the end of the day.
    The indexes count up to and including the day: working days, service days, days of unknown kind, days of unknown
    hours. ``last_missing_year``/``next_missing_year``: the nearest year without a notice, up to / after this day.
    """

    calendar: str
    day: date
    begins_at: datetime
    ends_at: datetime
    day_kind: str | None
    is_working_day: bool | None
    is_service_day: bool | None
    has_promotion: bool
    has_closure: bool
    spans: tuple[Span, ...] | None
    open_before_us: int
    close_of_business_at: datetime | None
    working_index: int
    service_index: int
    no_notice_index: int
    no_hours_index: int
    notice_missing: bool
    last_missing_year: int | None
    next_missing_year: int | None


@dataclass(frozen=True)
class Timetable:
    """The days of one calendar in order, without a hole, and the zone whose civil days they are."""

    calendar: str
    zone: str
    days: tuple[CalendarDay, ...] = field(repr=False)

    def __iter__(self) -> Iterator[CalendarDay]:
        return iter(self.days)

    def __len__(self) -> int:
        return len(self.days)

    def on(self, day: date) -> CalendarDay | None:
        """Return the row of ``day``; None outside the timetable."""
        place = (day - self.days[0].day).days if self.days else -1
        return self.days[place] if 0 <= place < len(self.days) else None

    def at(self, at: datetime) -> CalendarDay | None:
        """Return the row of the civil day that ``at`` (an aware instant) falls on in the calendar's zone."""
        return self.on(instant_to_local(at, self.zone).date())

    def after(self, day: CalendarDay) -> Iterator[CalendarDay]:
        """Yield the days after ``day``, in order."""
        first = (day.day - self.days[0].day).days + 1
        return iter(self.days[first:])


def day_bounds(day: date, zone: str) -> Span:
    """Return the first instant that bears the date ``day`` in ``zone``, and the end of the last one that does.

    The end is the next day's begin, except where a clock turned back from just after midnight shows the old date
    again (St. John's until 2011: from 00:01 to 23:01): then both days reach over each other.
    """
    midnight = datetime.combine(day + ONE_DAY, time())
    ends_at = day_begins_at(day + ONE_DAY, zone)
    for piece, after in pairwise(local_pieces(zone)):
        if (
            piece.kind == "repeated"
            and piece.from_local
            and after.from_local
            and piece.from_local < midnight < after.from_local
        ):
            ends_at = (midnight - timedelta(seconds=after.offset_s)).replace(tzinfo=UTC)
    return day_begins_at(day, zone), ends_at


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return ``spans`` in order, without overlap; those that meet or touch become one, empty ones vanish."""
    found: list[Span] = []
    for open_at, shut_at in sorted(span for span in spans if span[0] < span[1]):
        if found and open_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], shut_at))
        else:
            found.append((open_at, shut_at))
    return found


def without(spans: Iterable[Span], closed: Span) -> list[Span]:
    """Return ``spans`` less what lies in ``closed``."""
    from_at, until_at = closed
    parts = [((open_at, min(shut_at, from_at)), (max(open_at, until_at), shut_at)) for open_at, shut_at in spans]
    return [part for pair in parts for part in pair if part[0] < part[1]]


def microseconds(spans: Iterable[Span]) -> int:
    """Return the length of ``spans`` together."""
    return sum((shut_at - open_at) // MICROSECOND for open_at, shut_at in spans)


@dataclass(frozen=True)
class _Hours:
    """The ordinary windows of one opening day under one version; ``windows`` None: they hang on a missing notice."""

    kind: str | None
    windows: Windows | None
    may_run_over_midnight: bool


def _windows_of(kind: str, weekday: int, version: Version) -> Windows:
    """Return the ordinary windows of a day: the week's, then the holiday's, then the make-up day's."""
    if kind == "holiday" and version.on_holidays is not None:
        return version.on_holidays
    if kind == "make_up_workday":
        return version.weekly[0] if version.make_up is None else version.make_up
    return version.weekly[weekday]


def _hours_of(day: date, version: Version, kinds: DayKinds) -> _Hours:
    kind = kinds.on(day)
    kinds_possible = [kind] if kind else ["workday", "holiday", "make_up_workday"]
    possible = {_windows_of(one, day.weekday(), version) for one in kinds_possible}
    windows = possible.pop() if len(possible) == 1 else None  # hours that are the same either way need no notice
    may_run = windows is None and any(window.is_over_midnight for one in possible for window in one)
    return _Hours(kind, windows, may_run)


def _instants(day: date, windows: Windows, zone: str) -> list[Span]:
    """Return the windows that open on ``day`` as instants."""
    midnight = datetime.combine(day, time())
    ends = [
        local_to_instant(midnight + timedelta(seconds=end), zone)
        for one in windows
        for end in (one.opens_s, one.shuts_s)
    ]
    return list(zip(ends[::2], ends[1::2], strict=True))


def _promoted(day: date, promotions: Iterable[Promotion], zone: str) -> list[Span]:
    """Return the promotion windows that open on ``day``, each from its notice on."""
    return [
        (max(open_at, local_to_instant(promotion.notified_local, zone)), shut_at)
        for promotion in promotions
        if promotion.since <= day < promotion.until
        for open_at, shut_at in _instants(day, promotion.windows, zone)
    ]


def _is_closed_day(day: date, closures: Iterable[Closure]) -> bool:
    return any(
        not isinstance(one.since, datetime) and one.since <= day < one.until
        for one in closures
        if not isinstance(one.until, datetime)
    )


def _closed_spans(closures: Iterable[Closure], zone: str) -> list[Span]:
    """Return the closures that were worded as local times, as instants."""
    return [
        (local_to_instant(one.since, zone), local_to_instant(one.until, zone))
        for one in closures
        if isinstance(one.since, datetime) and isinstance(one.until, datetime)
    ]


def calendar_days(
    calendar: Calendar,
    zone: str,
    first: date,
    last: date,
    known_at: datetime | None = None,
    *,
    notices: Iterable[HolidayNotice] | None = None,
) -> Timetable:
    """Lay ``calendar`` out in ``zone``, a row a civil day from ``first`` to ``last``, both included.

    Days before the first version binds have no row. ``known_at`` (an aware instant; None: everything written) leaves
    out what was decided, notified or announced later. ``notices`` None: those that come with the package.
    """
    announced = tuple(shipped_notices() if notices is None else notices)
    known_local = None if known_at is None else instant_to_local(known_at, zone)
    known = calendar if known_local is None else calendar.as_known(known_local)
    first = max([first, *([min(version.binds_from for version in known.versions)] if known.versions else [])])
    if last < first:
        return Timetable(known.name, zone, ())
    reach = [first + timedelta(days=step) for step in range(-1, (last - first).days + 2)]  # a day more at either end
    years = range(reach[0].year, reach[-1].year + 1)
    regions = {version.holidays for version in known.versions}
    known_on = known_local.date() if known_local else None
    kinds = {region: day_kinds(region, years, announced, known_on) for region in regions}
    hours = {
        day: _hours_of(day, version, kinds[version.holidays])
        for day in reach
        if (version := known.in_force(day)) is not None
    }
    closed = _closed_spans(known.closures, zone)
    opened: list[Span] = []
    for day, own in hours.items():
        if not _is_closed_day(day, known.closures):
            opened += _instants(day, own.windows or (), zone) + _promoted(day, known.promotions, zone)
    opened = merged(opened)
    for span in closed:
        opened = without(opened, span)
    days = [day for day in reach[1:-1] if day in hours]
    return Timetable(known.name, zone, tuple(_rows(known, zone, days, hours, opened, closed)))


def _rows(
    calendar: Calendar, zone: str, days: list[date], hours: dict[date, _Hours], opened: list[Span], closed: list[Span]
) -> Iterator[CalendarDay]:
    """Yield the rows of ``days``; ``opened`` are all open instants around them, in order and merged."""
    missing = [day for day in days if hours[day].kind is None]
    first_at = day_bounds(days[0], zone)[0] if days else datetime.min.replace(tzinfo=UTC)
    opened = without(opened, (datetime.min.replace(tzinfo=UTC), first_at))
    shut_ats = [shut_at for _open_at, shut_at in opened]
    open_until_us = [0]
    for span in opened:
        open_until_us.append(open_until_us[-1] + microseconds([span]))
    working_index = service_index = no_notice_index = no_hours_index = 0
    for day in days:
        own, before = hours[day], hours.get(day - ONE_DAY)
        begins_at, ends_at = day_bounds(day, zone)
        are_hours_known = own.windows is not None and not (before and before.may_run_over_midnight)
        is_working = None if own.kind is None else own.kind in ("workday", "make_up_workday")
        is_service = bool(own.windows) if are_hours_known else None
        place = bisect_right(shut_ats, begins_at)
        here = opened[place : bisect_right(opened, ends_at, key=lambda span: span[0])]
        began_us = microseconds([(open_at, begins_at) for open_at, _shut_at in here if open_at < begins_at])
        ends = [shut_at for _open_at, shut_at in _instants(day, own.windows or (), zone)]
        working_index += is_working is True
        service_index += is_service is True
        no_notice_index += own.kind is None
        no_hours_index += not are_hours_known
        passed = bisect_right(missing, day)
        yield CalendarDay(
            calendar=calendar.name,
            day=day,
            begins_at=begins_at,
            ends_at=ends_at,
            day_kind=own.kind,
            is_working_day=is_working,
            is_service_day=is_service,
            has_promotion=bool(merged(_promoted(day, calendar.promotions, zone))),
            has_closure=_is_closed_day(day, calendar.closures)
            or any(from_at < ends_at and begins_at < until_at for from_at, until_at in closed),
            spans=tuple(merged((max(o, begins_at), min(s, ends_at)) for o, s in here)) if are_hours_known else None,
            open_before_us=open_until_us[place] + began_us,
            close_of_business_at=None if own.windows is None else max(ends, default=ends_at),
            working_index=working_index,
            service_index=service_index,
            no_notice_index=no_notice_index,
            no_hours_index=no_hours_index,
            notice_missing=own.kind is None,
            last_missing_year=missing[passed - 1].year if passed else None,
            next_missing_year=missing[passed].year if passed < len(missing) else None,
        )
