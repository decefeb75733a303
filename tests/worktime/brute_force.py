"""The calendar read again, minute by minute and with nothing but loops: the arithmetic is not checked by its own kind.

Wall clocks are read from the zone itself for every minute of UTC; a local time begins at the first minute whose wall
clock shows it or more (so a skipped time begins at the transition, a repeated one at its first occurrence).
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from pipelines.core.zone import zone_named
from pipelines.worktime.model import Calendar, Version, Windows

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@lru_cache(maxsize=8)
def wall_clock(zone: str, first: date, last: date) -> tuple[datetime, tuple[datetime, ...]]:
    """Read the wall clock at every minute of UTC from three days before ``first`` to three days after ``last``."""
    begin = datetime.combine(first - 3 * DAY, time(), tzinfo=UTC)
    minutes = int((last - first).days + 7) * 1440
    tz = zone_named(zone)
    return begin, tuple((begin + n * MINUTE).astimezone(tz).replace(tzinfo=None) for n in range(minutes))


class BruteForce:
    """One calendar over some days; ``kinds`` says of each day whether it is a holiday, a make-up day or neither."""

    def __init__(self, calendar: Calendar, zone: str, first: date, last: date, kinds: dict[date, str]) -> None:
        self.calendar, self.kinds, self.first, self.last = calendar, kinds, first, last
        self.begin, self.walls = wall_clock(zone, first, last)
        self.open = [False] * len(self.walls)
        for n in range(-2, (last - first).days + 3):
            self._mark(first + n * DAY)
        for closure in calendar.closures:
            if isinstance(closure.since, datetime) and isinstance(closure.until, datetime):
                for minute in range(self.minute_of(closure.since), self.minute_of(closure.until)):
                    self.open[minute] = False

    def minute_of(self, local: datetime) -> int:
        """Count the minutes from the beginning to the first one whose wall clock shows ``local`` or later."""
        for minute, wall in enumerate(self.walls):
            if wall >= local:
                return minute
        return len(self.walls)

    def instant_of(self, local: datetime) -> datetime:
        return self.begin + self.minute_of(local) * MINUTE

    def version_on(self, day: date) -> Version | None:
        best = None
        for version in self.calendar.versions:
            binds = version.since
            if version.decided_local.date() > version.since and not version.is_retroactive:
                binds = version.decided_local.date() + DAY
            if binds <= day:
                rank = (binds, version.decided_local, version.since)
                if best is None or rank > best[0]:
                    best = (rank, version)
        return best[1] if best else None

    def ordinary_windows(self, day: date) -> Windows:
        version = self.version_on(day)
        if version is None:
            return ()
        kind = self.kinds.get(day, "")
        windows = version.weekly[day.weekday()]
        if kind == "off" and version.on_holidays is not None:
            windows = version.on_holidays
        if kind == "worked":
            windows = version.make_up if version.make_up is not None else version.weekly[0]
        return windows

    def is_working(self, day: date) -> bool:
        kind = self.kinds.get(day, "")
        return kind != "off" and (day.weekday() < 5 or kind == "worked")

    def _mark(self, day: date) -> None:
        if self.version_on(day) is None:
            return
        for closure in self.calendar.closures:
            if not isinstance(closure.since, datetime) and closure.since <= day < closure.until:
                return
        midnight = datetime.combine(day, time())
        for window in self.ordinary_windows(day):
            opens = self.minute_of(midnight + timedelta(seconds=window.opens_s))
            for minute in range(opens, self.minute_of(midnight + timedelta(seconds=window.shuts_s))):
                self.open[minute] = True
        for promotion in self.calendar.promotions:
            if not promotion.since <= day < promotion.until:
                continue
            noticed = self.minute_of(promotion.notified_local)
            for window in promotion.windows:
                opens = max(noticed, self.minute_of(midnight + timedelta(seconds=window.opens_s)))
                for minute in range(opens, self.minute_of(midnight + timedelta(seconds=window.shuts_s))):
                    self.open[minute] = True

    def minutes_open(self, start: datetime, end: datetime) -> int:
        return sum(self.open[(start - self.begin) // MINUTE : (end - self.begin) // MINUTE])

    def is_open(self, at: datetime) -> bool:
        return self.open[(at - self.begin) // MINUTE]

    def local_day(self, at: datetime) -> date:
        return self.walls[(at - self.begin) // MINUTE].date()

    def close_of(self, day: date, day_kind: str) -> datetime:
        midnight = datetime.combine(day, time())
        windows = self.ordinary_windows(day)
        if day_kind == "natural" or not windows:
            return self.instant_of(midnight + DAY)
        return max(self.instant_of(midnight + timedelta(seconds=window.shuts_s)) for window in windows)

    def counts(self, day: date, day_kind: str) -> bool:
        if day_kind == "natural":
            return True
        return self.is_working(day) if day_kind == "working" else bool(self.ordinary_windows(day))

    def due(
        self,
        event_at: datetime,
        n: int,
        *,
        after_close: str = "same_day",
        day_kind: str = "working",
        pauses: list[tuple[datetime, datetime]] | None = None,
    ) -> datetime | None:
        day = self.local_day(event_at)
        if after_close == "next_opening":
            is_late = event_at >= self.close_of(day, day_kind)
            if not self.counts(day, day_kind) or is_late:
                day += DAY
                while not self.counts(day, day_kind):
                    day += DAY
                    if day > self.last:
                        return None
        left = n
        while left:
            day += DAY
            if day > self.last:
                return None
            close = self.close_of(day, day_kind)
            if self.counts(day, day_kind) and not any(begin < close < end for begin, end in pauses or []):
                left -= 1
        while day_kind == "natural" and (
            not self.is_working(day) or any(begin < self.close_of(day, day_kind) < end for begin, end in pauses or [])
        ):
            day += DAY
            if day > self.last:
                return None
        return self.close_of(day, day_kind)
