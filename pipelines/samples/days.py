"""The days of the sample world: how much comes when, when somebody is there, which days are worked.

Instants are whole seconds of local time since 1970-01-01 00:00 (Shanghai keeps one offset), days are whole numbers
since 1970-01-01.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import pairwise

import numpy as np

from pipelines.core.period import Month
from pipelines.samples.bank import HOUR_SHARE, WEEKDAY_CALLS
from pipelines.samples.chance import Dice, Flags, Ints
from pipelines.worktime.notice import shipped_notices

DAY_S = 86_400
EPOCH = date(1970, 1, 1).toordinal()
REGION = "cn"  # whose notices of holidays and make-up workdays hold

PROMOTIONS = (date(2026, 9, 8), date(2026, 9, 9), date(2026, 9, 10), date(2026, 10, 14), date(2026, 10, 15))
NATIONAL_DAY = tuple(date(2026, 10, day) for day in range(1, 8))  # nobody at the phone on the first three
BAD_WEEK = tuple(date(2026, 10, day) for day in range(12, 19))
WORST_DAY = date(2026, 10, 15)
OUTAGE = (20 * 3600 + 300, 20 * 3600 + 45 * 60)  # on the worst day nobody of the second vendor answers, 20:05 to 20:45

# service hours in whole hours [open, close): ordinary, on promotion days, on the closed and limited days of October
CHAT_HOURS = {"ordinary": (8, 23), "promotion": (8, 24), "closed": (10, 18), "limited": (10, 18)}
FIRST_RESPONSE_HOURS = CHAT_HOURS | {"ordinary": (9, 23), "promotion": (9, 23)}  # of contract A's row 1
PHONE_HOURS = {"ordinary": (9, 21), "promotion": (8, 23), "closed": (0, 0), "limited": (10, 18)}
OFFICE_HOURS = (9, 18)  # email and cases, on working days


def number_of(day: date) -> int:
    """Return a day's number."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """Return the day of a number."""
    return date.fromordinal(number + EPOCH)


def kind_of(day: date) -> str:
    """Say which service hours a day has."""
    if day in NATIONAL_DAY:
        return "closed" if day.day <= 3 else "limited"
    return "promotion" if day in PROMOTIONS else "ordinary"


@cache
def _days_off() -> frozenset[date]:
    return frozenset(day for notice in shipped_notices() if notice.region == REGION for day in notice.off)


@cache
def _made_up() -> frozenset[date]:
    return frozenset(day for notice in shipped_notices() if notice.region == REGION for day in notice.worked)


def volume_weight(day: date) -> int:
    """Return how much comes on a day, beside other days.

    Monday to Friday as the bank's first to fifth working day; a mall also sells on weekends, which a bank's line does
    not tell: 85 % of an ordinary day, a make-up workday all of it. Promotions 170 %, National Day 60 %.
    """
    weight = WEEKDAY_CALLS[day.weekday()] if day.weekday() < 5 else 1493 if day in _made_up() else 1270
    return weight * {"ordinary": 100, "promotion": 170, "closed": 60, "limited": 60}[kind_of(day)]


@dataclass(frozen=True)
class Horizon:
    """The days that matter: from a while before the first month to a while after the last."""

    since: int
    until: int

    @cached_property
    def days(self) -> list[date]:
        """Every day of it."""
        return [day_of(number) for number in range(self.since, self.until)]

    @cached_property
    def _worked(self) -> Ints:
        """The numbers of the working days."""
        made_up, off = _made_up(), _days_off()
        kept = [day for day in self.days if day not in off and (day.weekday() < 5 or day in made_up)]
        return np.array([number_of(day) for day in kept], dtype=np.int64)

    def is_worked(self, days: Ints) -> Flags:
        """Say which of ``days`` are working days."""
        return np.isin(days, self._worked)

    def working_day_after(self, days: Ints, count: int | Ints) -> Ints:
        """Return the ``count``-th working day after each day, which itself is not counted."""
        return self._worked[np.searchsorted(self._worked, days, side="right") - 1 + np.asarray(count)]

    def working_days_between(self, first: Ints, last: Ints) -> Ints:
        """Count the working days after ``first`` up to and with ``last``."""
        after = np.searchsorted(self._worked, last, side="right") - np.searchsorted(self._worked, first, side="right")
        return after.astype(np.int64)

    def service(self, hours: dict[str, tuple[int, int]]) -> "Service":
        """Return a channel's service on these days."""
        spans = np.array([hours[kind_of(day)] for day in self.days], dtype=np.int64) * 3600
        return Service(self.since, spans[:, 0], spans[:, 1])


@dataclass(frozen=True)
class Service:
    """A channel's open hours: on each day from ``since`` on one span of seconds of the day."""

    since: int
    opens: Ints
    closes: Ints

    @cached_property
    def _before(self) -> Ints:
        spans = self.closes - self.opens
        return np.cumsum(spans) - spans

    def is_open(self, at: Ints) -> Flags:
        """Say at which instants the channel is open."""
        day, second = at // DAY_S - self.since, at % DAY_S
        return (self.opens[day] <= second) & (second < self.closes[day])

    def open_seconds(self, begun: Ints, ended: Ints) -> Ints:
        """Return the open seconds of [begun, ended)."""
        return self._until(ended) - self._until(begun)

    def _until(self, at: Ints) -> Ints:
        day, second = at // DAY_S - self.since, at % DAY_S
        return self._before[day] + np.clip(second - self.opens[day], 0, self.closes[day] - self.opens[day])

    def next_opening(self, at: Ints) -> Ints:
        """Return the first instant at or after ``at`` at which the channel is open."""
        day, second = at // DAY_S - self.since, at % DAY_S
        has_passed = (second >= self.closes[day]) | (self.opens[day] == self.closes[day])
        opens_on = np.array([self._next_day(int(number)) for number in np.unique(day)], dtype=np.int64)
        later = opens_on[np.searchsorted(np.unique(day), day)]
        waits = np.where(
            has_passed, (self.since + later) * DAY_S + self.opens[later], at // DAY_S * DAY_S + self.opens[day]
        )
        return np.where(self.is_open(at), at, waits)

    def _next_day(self, day: int) -> int:
        return next(later for later in range(day + 1, len(self.opens)) if self.closes[later] > self.opens[later])


def months_until(until: date, count: int) -> list[Month]:
    """Return the ``count`` whole months that end at ``until``, earliest first."""
    last = Month(until.year, until.month)
    return [last.after(-back) for back in range(count, 0, -1)]


def share_out(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` by weights into whole parts that sum to it."""
    steps = np.cumsum([0, *weights], dtype=object) * total // sum(weights)
    return [int(later - earlier) for earlier, later in pairwise(steps)]


def arrivals(dice: Dice, day: int, count: int, *, evening: int = 1) -> Ints:
    """Draw ``count`` instants of a day by the bank's hours, in order; from 19 to 23 h ``evening`` times as many."""
    shares = [share * (evening if 19 <= hour < 23 else 1) for hour, share in enumerate(HOUR_SHARE)]
    hour = dice.pick(shares, count)
    return np.sort(day * DAY_S + hour * 3600 + dice.below(3600, count))
