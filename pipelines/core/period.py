"""Months and spans of days; every span is half-open: ``since`` is in, ``until`` is out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, order=True)
class Days:
    """The days from ``since`` (in) to ``until`` (out)."""

    since: date
    until: date

    def __len__(self) -> int:
        return max(0, (self.until - self.since).days)

    def __iter__(self) -> Iterator[date]:
        return (self.since + timedelta(days=n) for n in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and not isinstance(day, datetime) and self.since <= day < self.until

    def overlap(self, other: "Days") -> "Days":
        """Return the days in both; empty when they do not meet."""
        since = max(self.since, other.since)
        return Days(since, max(since, min(self.until, other.until)))

    def __str__(self) -> str:
        return f"{self.since} up to {self.until - timedelta(days=1)}" if len(self) else f"no day at {self.since}"


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2026-10``. Anything else is a ``ValueError``."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
        if not match or not 1 <= int(match[2]) <= 12 or match[1] == "0000":
            raise ValueError(f"{text!r} is not a month; write it like 2026-10")
        return cls(int(match[1]), int(match[2]))

    @property
    def days(self) -> Days:
        """Its days, half-open."""
        following = self.after(1)
        return Days(date(self.year, self.month, 1), date(following.year, following.month, 1))

    def after(self, months: int) -> "Month":
        """Return the month that lies ``months`` later (earlier when negative)."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
