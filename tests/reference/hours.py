"""Service hours read by loops: which windows a day has, how many of its seconds lie in a clock, when N days are over.

Written from the specification (metrics.md, section 2) alone; nothing here is shared with the product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LATER = datetime(9000, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]
Pauses = Sequence[tuple[datetime, datetime | None]]  # None: not ended as far as is known
Windows = tuple[tuple[int, int], ...]  # seconds of wall clock since 00:00 of the day a window opens on

# The State Council's notice for 2026. Later years have none yet: their days are unknown.
OFF_2026 = frozenset(
    date(2026, month, day)
    for month, days in {
        1: (1, 2, 3), 2: range(15, 24), 4: (4, 5, 6), 5: range(1, 6), 6: (19, 20, 21), 9: (25, 26, 27), 10: range(1, 8)
    }.items()
    for day in days
)  # fmt: skip
WORKED_2026 = frozenset(date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)))


@dataclass(frozen=True)
class Version:
    """The hours from a day on, decided at a local time. ``on_holidays`` None: as usual; ``make_up`` None: Monday's."""

    since: date
    decided: datetime
    weekly: tuple[Windows, ...]
    region: str = "none"
    on_holidays: Windows | None = None
    make_up: Windows | None = None
    is_retroactive: bool = False


@dataclass(frozen=True)
class Promotion:
    """Windows added to every day of [since, until), bound by them from the notice on."""

    since: date
    until: date
    windows: Windows
    notified: datetime


@dataclass(frozen=True)
class Closure:
    """Closed: the windows that open on the days of [since, until), or exactly the local times of [since, until)."""

    since: date | datetime
    until: date | datetime


@dataclass(frozen=True)
class Hours:
    """All that was agreed on one channel's hours."""

    versions: tuple[Version, ...]
    promotions: tuple[Promotion, ...] = ()
    closures: tuple[Closure, ...] = ()


@lru_cache(maxsize=65536)
def instant(local: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time: a skipped one is the transition, a repeated one its first occurrence."""
    z = ZoneInfo(zone)
    early, late = (local.replace(tzinfo=z, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(z).replace(tzinfo=None) == local:
        return early
    low, high = sorted((early, late))  # the transition lies between
    before = low.astimezone(z).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle <= low:
            middle = low + timedelta(seconds=1)
        if middle.astimezone(z).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def day_begins(day: date, zone: str) -> datetime:
    return instant(datetime.combine(day, time()), zone)


def seconds(a: datetime, b: datetime) -> Fraction:
    return Fraction((b - a) // timedelta(microseconds=1), 1_000_000)


class Clock:
    """One channel's hours in a zone; ``hours`` None is around the clock, of which no notice is asked."""

    def __init__(self, zone: str, hours: Hours | None) -> None:
        self.zone, self.hours = zone, hours
        self._spans: dict[date, list[tuple[datetime, datetime]] | None] = {}

    def at(self, day: date, wall_s: int) -> datetime:
        return instant(datetime.combine(day, time()) + timedelta(seconds=wall_s), self.zone)

    def version(self, day: date) -> Version | None:
        """Of the versions that bind by then the one that binds from the latest day, then the latest decided."""
        assert self.hours is not None
        best = None
        for one in self.hours.versions:
            binds = one.since
            if one.decided.date() > one.since and not one.is_retroactive:
                binds = one.decided.date() + DAY
            if binds <= day and (best is None or (binds, one.decided) >= best[0]):
                best = ((binds, one.decided), one)
        return best[1] if best else None

    def kind(self, day: date) -> str | None:
        """Return workday, weekend, holiday or make-up; None where no notice tells."""
        version = self.version(day)
        if version is None:
            return None
        if version.region == "none":
            return "workday" if day.weekday() < 5 else "weekend"
        if day.year != 2026:
            return None
        if day in OFF_2026:
            return "holiday"
        if day in WORKED_2026:
            return "make-up"
        return "workday" if day.weekday() < 5 else "weekend"

    def is_working(self, day: date) -> bool | None:
        kind = self.kind(day)
        return None if kind is None else kind in ("workday", "make-up")

    def ordinary(self, day: date) -> Windows | None:
        """Return the day's windows without promotions and closures; None where they are unknown."""
        version = self.version(day)
        if version is None:
            return None
        usual = version.weekly[day.weekday()]
        of_kind = {
            "workday": usual,
            "weekend": usual,
            "holiday": usual if version.on_holidays is None else version.on_holidays,
            "make-up": version.weekly[0] if version.make_up is None else version.make_up,
        }
        kind = self.kind(day)
        if kind is None:  # no notice, but perhaps no difference either
            may_be = {usual, of_kind["holiday"], of_kind["make-up"]}
            return usual if len(may_be) == 1 else None
        return of_kind[kind]

    def spans(self, day: date) -> list[tuple[datetime, datetime]] | None:
        """Return the open spans of the windows that open on ``day``; None where unknown."""
        if day not in self._spans:
            self._spans[day] = self._open_on(day)
        return self._spans[day]

    def _open_on(self, day: date) -> list[tuple[datetime, datetime]] | None:
        assert self.hours is not None
        windows = self.ordinary(day)
        if windows is None:
            return None
        for closure in self.hours.closures:
            if not isinstance(closure.since, datetime) and closure.since <= day < closure.until:
                return []
        found = [(self.at(day, a), self.at(day, b)) for a, b in windows]
        for promotion in self.hours.promotions:
            if promotion.since <= day < promotion.until:
                noticed = instant(promotion.notified, self.zone)
                found += [(max(noticed, self.at(day, a)), self.at(day, b)) for a, b in promotion.windows]
        for closure in self.hours.closures:
            if isinstance(closure.since, datetime) and isinstance(closure.until, datetime):
                shut, opened = instant(closure.since, self.zone), instant(closure.until, self.zone)
                found = [p for a, b in found for p in ((a, min(b, shut)), (max(a, opened), b))]
        return [(a, b) for a, b in found if a < b]

    def is_open(self, at: datetime) -> bool | None:
        """Say whether the instant lies in a window; None where a day's hours are unknown and could decide it."""
        if self.hours is None:
            return True
        day = local_day(at, self.zone)
        unknown = False
        for d in (day - 2 * DAY, day - DAY, day):
            spans = self.spans(d)
            if spans is None:
                unknown = unknown or d == day
            elif any(a <= at < b for a, b in spans):
                return True
        return None if unknown else False

    def open_spans(self, a: datetime, b: datetime, unknown: str = "") -> list[Span] | None:
        """Return the open spans of [a, b) without overlap; None where the hours of a day it touches are unknown.

        ``unknown``: take such a day for ``shut`` or for ``open``.
        """
        if self.hours is None:
            return [(a, b)] if a < b else []
        pieces: list[Span] = []
        day, last = local_day(a, self.zone) - 2 * DAY, local_day(b, self.zone)
        while day <= last:
            spans = self.spans(day)
            if spans is None:
                if day >= local_day(a, self.zone) and not unknown:
                    return None
                # one that is open may stay open into the next
                spans = (
                    [(day_begins(day, self.zone), day_begins(day + 2 * DAY, self.zone))] if unknown == "open" else []
                )
            pieces += spans
            day += DAY
        found, reached = [], a
        for opens, shuts in sorted(pieces):  # windows may overlap where a promotion adds to the day's
            begin, end = max(opens, reached), min(shuts, b)
            if begin < end:
                found.append((begin, end))
                reached = end
        return found

    def running(
        self, a: datetime, b: datetime, *, is_working: bool, pauses: Pauses = (), unknown: str = ""
    ) -> list[Span] | None:
        """Return the parts of [a, b) that a clock counts: of the wall or of the open hours, less its pauses."""
        spans = self.open_spans(a, b, unknown) if is_working else [(a, b)] if a < b else []
        if spans is None:
            return None
        for begin, end in pauses:
            spans = [p for x, y in spans for p in ((x, min(y, begin)), (max(x, end or LATER), y)) if p[0] < p[1]]
        return spans

    def counted_s(
        self, a: datetime, b: datetime, *, is_working: bool, pauses: Pauses = (), unknown: str = ""
    ) -> Fraction | None:
        """Return how many seconds of [a, b) a clock counts."""
        spans = self.running(a, b, is_working=is_working, pauses=pauses, unknown=unknown)
        return None if spans is None else sum((seconds(x, y) for x, y in spans), Fraction(0))

    def service_seconds(self, a: datetime, b: datetime) -> Fraction | None:
        """Return the open seconds of [a, b); None where the hours of a day it touches are unknown."""
        return self.counted_s(a, b, is_working=True)

    def is_surely_late(self, a: datetime, b: datetime, limit_s: Fraction, pauses: Pauses = ()) -> bool | None:
        """Say whether [a, b) has more open seconds than a limit, whatever the unknown days are; None where open."""
        least, most = (
            self.counted_s(a, b, is_working=True, pauses=pauses, unknown=word) or Fraction(0)
            for word in ("shut", "open")
        )
        return True if least > limit_s else False if most <= limit_s else None

    def reached_at(
        self, start: datetime, limit_s: Fraction, known_until: datetime, *, is_working: bool, pauses: Pauses = ()
    ) -> datetime | None:
        """Return when the clock shows ``limit_s``; LATER where after ``known_until``, None where nobody can tell."""
        if limit_s == 0:
            return start
        day = local_day(start, self.zone)
        while True:
            day += DAY
            end = day_begins(day, self.zone)
            spans = self.running(start, end, is_working=is_working, pauses=pauses)
            if spans is None:
                return None
            total = Fraction(0)
            for x, y in spans:
                if total + seconds(x, y) >= limit_s:
                    return x + timedelta(microseconds=int((limit_s - total) * 1_000_000))
                total += seconds(x, y)
            if end > known_until:
                return LATER

    # --- limits in days ----------------------------------------------------------------------------------------------

    def counts(self, day: date, day_kind: str) -> bool | None:
        if day_kind == "working":
            return self.is_working(day)
        windows = self.ordinary(day)
        return None if windows is None else bool(windows)

    def close_of_business(self, day: date) -> datetime | None:
        windows = self.ordinary(day)
        if windows is None:
            return None
        return max((self.at(day, shut) for _, shut in windows), default=day_begins(day + DAY, self.zone))

    def within_days(
        self, asked: datetime, answered: datetime | None, cut_off: datetime, n: int, day_kind: str, after_close: str,
        pauses: Pauses = (),
    ) -> str:  # fmt: skip
        """Return the state of a limit of ``n`` days: asking only for the days that the state needs."""
        if answered is not None and local_day(answered, self.zone) == local_day(asked, self.zone):
            return "met"
        end = min(answered or cut_off, cut_off)
        so_far, late = ("pending", "missed: not yet done") if answered is None else ("met", "missed")
        due = self.due_of_days(asked, n, day_kind, after_close, end, pauses)
        state = "unmeasurable: no holiday notice" if due is None else so_far if end <= due else late
        if self.is_before_hours(asked):
            state += (
                " | unmeasurable: no holiday notice"  # no hours are agreed yet; whether they are needed is not said
            )
        return state

    def is_before_hours(self, asked: datetime) -> bool:
        """Say whether no hours are agreed yet at a time."""
        return self.hours is not None and self.version(local_day(asked, self.zone)) is None

    def due_of_days(
        self, asked: datetime, n: int, day_kind: str, after_close: str, known_until: datetime, pauses: Pauses = (),
        *, is_asked: bool = False,
    ) -> datetime | None:  # fmt: skip
        """Return when ``n`` days are over; LATER where after ``known_until``, None where a day in question is unknown.

        A day in whose close the clock is paused is not counted. ``is_asked``: the due itself is asked, so that it is
        unknown even where it is certain to lie after ``known_until``, or where no hours are agreed on the event's day.
        """
        if is_asked and self.is_before_hours(asked):
            return None
        day = local_day(asked, self.zone)
        if day_kind == "natural":
            return self._due_of_natural_days(day, n, known_until, pauses, is_asked=is_asked)
        left, is_unsure = n, False  # where a day is unknown: what is left if every unknown day counts
        if after_close == "next_opening":
            counts, close = self.counts(day, day_kind), self.close_of_business(day)
            while counts is False or (close is not None and asked >= close):
                day += DAY
                if known_until <= day_begins(day, self.zone):
                    return LATER
                counts, close = self.counts(day, day_kind), None
            is_unsure = counts is None  # it may count, and then the event belongs to it
        while True:
            day += DAY
            if known_until <= day_begins(day, self.zone):
                return None if is_asked and is_unsure else LATER
            counts = self.counts(day, day_kind)
            close = self.close_of_business(day)
            if counts is not False and close is not None and is_paused_at(close, pauses):
                counts = False
            is_unsure = is_unsure or counts is None
            left -= counts is not False
            if not left:
                return None if is_unsure else close

    def _due_of_natural_days(
        self, day: date, n: int, known_until: datetime, pauses: Pauses, *, is_asked: bool
    ) -> datetime | None:
        """Every day counts but the event's; the last moves to the next working day if it is none."""
        left = n
        while True:
            day += DAY
            ends = day_begins(day + DAY, self.zone)
            if is_paused_at(ends, pauses):
                if ends > known_until:
                    return LATER
                continue
            left -= 1
            if left > 0:
                continue
            working = self.is_working(day)
            if known_until <= ends:
                return None if is_asked and working is None else LATER
            if working is None:
                return None
            if working:
                return ends


def is_paused_at(close: datetime, pauses: Pauses) -> bool:
    """Say whether the clock is paused in the close; a pause that begins or ends exactly then leaves the day."""
    return any(begin < close < (end or LATER) for begin, end in pauses)


def days_of(first: date, until: date) -> Iterator[date]:
    while first < until:
        yield first
        first += DAY
