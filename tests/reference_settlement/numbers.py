"""Section 1: rounding, values with a date, tiers, steps. Everything exact is a Fraction; money leaves as Decimal."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

FINE = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3}  # a currency that is not named has two digits


def rounded(amount: Fraction, currency: str = "CNY") -> Decimal:
    """Round the magnitude half up, then sign it."""
    digits = FINE.get(currency, 2)
    units = floor(abs(Fraction(amount)) * 10**digits + Fraction(1, 2))
    if amount < 0:
        units = -units
    return Decimal(units).scaleb(-digits)


def first_of(month: str) -> date:
    year, number = month.split("-")
    return date(int(year), int(number), 1)


def month_after(month: str, n: int = 1) -> str:
    year, number = (int(part) for part in month.split("-"))
    months = year * 12 + number - 1 + n
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def days_between(since: date, until: date) -> list[date]:
    return [since + timedelta(days=n) for n in range(max(0, (until - since).days))]


def days_of(month: str) -> list[date]:
    return days_between(first_of(month), first_of(month_after(month)))


def worth_on(values: Any, day: date) -> Any:
    """Return what a dated value is worth on a day: the last that has begun. Nothing agreed is None."""
    best = None
    for number, value in enumerate(values or []):
        since = value.since or date.min
        if since <= day and (best is None or (since, number) >= best[:2]):
            best = (since, number, value.value)
    return None if best is None else best[2]


def average_over(values: Any, days: list[date]) -> Fraction:
    """Return a dated number weighted by days."""
    return sum((Fraction(worth_on(values, day) or 0) for day in days), Fraction(0)) / len(days)


def runs_of(days: list[date], key: Any) -> list[list[date]]:
    """Cut days in order wherever what ``key`` says of them changes."""
    found: list[list[date]] = []
    for day in days:
        if found and key(found[-1][-1]) == key(day):
            found[-1].append(day)
        else:
            found.append([day])
    return found


def is_reached(value: Fraction | None, at: Fraction, better: str) -> bool:
    """Say whether a value is on or beyond ``at``; None is a percentile longer than any, which reaches nothing."""
    if value is None:
        return False
    return value >= at if better == "higher" else value <= at


def to_grid(value: Fraction, step: Decimal | None, how: str = "half_up") -> Fraction:
    """Return the value at the steps at which it is compared."""
    if step is None:
        return value
    half = Fraction(1, 2) if how == "half_up" else Fraction(0)
    return floor(value / Fraction(step) + half) * Fraction(step)


def steps_beyond(distance: Fraction, step: Fraction, how: str) -> int:
    """Count steps of a distance: started or full ones; an exact multiple is exactly that many."""
    if distance <= 0:
        return 0
    return ceil(distance / step) if how == "started" else floor(distance / step)


def ends_of(bands: Any) -> list[tuple[Fraction, Fraction | None, Any]]:
    """Return the tiers in order with both their ends; a list of thresholds means "from"."""
    known = []
    for band in bands:
        if band.from_ is not None:
            low = Fraction(band.from_)
        else:
            lower = [Fraction(b.until) for b in bands if b.until is not None and b is not band]
            mine = None if band.until is None else Fraction(band.until)
            low = max((end for end in lower if mine is None or end < mine), default=Fraction(0))
        known.append((low, None if band.until is None else Fraction(band.until), band))
    known.sort(key=lambda tier: (tier[0], tier[1] is None, tier[1] or 0))
    full = []
    for number, (low, high, band) in enumerate(known):
        following = known[number + 1][0] if number + 1 < len(known) else None
        full.append((low, following if high is None else high, band))
    return full


def band_of(value: Fraction | None, bands: Any, closed: str, better: str) -> Any:
    """Return the tier of a value: ``[a, b)`` closed left, ``(a, b]`` closed right; the outer ones have the ends."""
    tiers = ends_of(bands)
    if value is None:  # longer than any: the worst tier
        return tiers[-1][2] if better == "lower" else tiers[0][2]
    for low, high, band in tiers:
        if low == high == value:
            return band
        if closed == "left" and low <= value and (high is None or value < high):
            return band
        if closed == "right" and low < value and (high is None or value <= high):
            return band
    return tiers[0][2] if value <= tiers[0][0] else tiers[-1][2]


def closed_end(better: str, stated: str | None) -> str:
    return stated or ("left" if better == "higher" else "right")
