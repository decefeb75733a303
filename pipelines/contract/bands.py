"""Tiers: ``[a, b)``, and ``(a, b]`` where lower is better, so that a value on its target lies in the target's tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipelines.contract.model import Band
from pipelines.core.exact import decimal_text

Closed = Literal["left", "right"]


@dataclass(frozen=True)
class Tier:
    """One tier with both its ends; ``until`` None means without end."""

    from_: Decimal
    until: Decimal | None
    band: Band

    def __str__(self) -> str:
        return span_text(self.from_, self.until)


def span_text(low: Decimal, high: Decimal | None) -> str:
    """Return a span in words; None is without end."""
    return f"{decimal_text(low)} to {'∞' if high is None else decimal_text(high)}"


def closed_for(better: str, stated: Closed | None) -> Closed:
    """Return which end belongs to a tier: the lower where higher is better, the upper where lower is better."""
    return stated or ("left" if better == "higher" else "right")


def top_of(aggregate: str) -> Decimal | None:
    """Return the upper end of what a metric can be: 1 for shares, none for means, sums and counts."""
    return Decimal(1) if aggregate == "share" else None


def tiers(bands: Sequence[Band], top: Decimal | None) -> list[Tier]:
    """Return the bands in order, with the ends that a list of thresholds leaves out.

    A band without ``until`` reaches to the next one's ``from`` (the last: to the top); one without ``from`` begins at
    the previous one's ``until`` (the first: at 0).
    """

    def lower(band: Band) -> Decimal:
        if band.from_ is not None:
            return band.from_
        below = [b.until for b in bands if b.until is not None and (band.until is None or b.until < band.until)]
        return max(below, default=Decimal(0))

    def place(band: Band) -> tuple[Decimal, bool, Decimal]:
        # of two that begin together, the one that ends first: a tier of one value stands before its neighbour
        return lower(band), band.until is None, band.until or Decimal(0)

    ordered = sorted(bands, key=place)
    found = []
    for band, following in zip(ordered, [*ordered[1:], None], strict=True):
        until = band.until if band.until is not None else (lower(following) if following else top)
        found.append(Tier(lower(band), until, band))
    return found


def is_one_value(tier: Tier, top: Decimal | None, closed: Closed) -> bool:
    """Say whether a tier without width holds a value all the same: the range's best end, such as exactly 100 %."""
    end = top if closed == "left" else Decimal(0)
    return tier.from_ == tier.until == end


def gaps_and_overlaps(
    found: Sequence[Tier], top: Decimal | None, closed: Closed
) -> list[tuple[str, Decimal, Decimal | None]]:
    """Return each ("gap" | "overlap" | "empty" | "outside", from, until) of tiers that should cover 0 to ``top`` once.

    ``outside`` is a tier that no value can reach: below 0, or beyond the top.
    """
    problems: list[tuple[str, Decimal, Decimal | None]] = []
    reached: Decimal | None = Decimal(0)
    for tier in found:
        if tier.from_ < 0 or (top is not None and (tier.from_ > top or (tier.until or top) > top)):
            problems.append(("outside", tier.from_, tier.until))
        elif tier.until is not None and tier.until <= tier.from_ and not is_one_value(tier, top, closed):
            problems.append(("empty", tier.from_, tier.until))
            continue
        elif reached is None or tier.from_ < reached:
            problems.append(("overlap", tier.from_, _least(reached, tier.until)))
        elif tier.from_ > reached:
            problems.append(("gap", reached, tier.from_))
        reached = None if reached is None or tier.until is None else max(reached, tier.until)
    if reached is not None and (top is None or reached < top):
        problems.append(("gap", reached, top))
    return problems


def _least(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Return the lower of two ends, where None is without end."""
    return min((end for end in (one, other) if end is not None), default=None)


def tier_of(value: Fraction, found: Sequence[Tier], closed: Closed) -> Tier:
    """Return the one tier that ``value`` lies in; the range's own ends belong to the outer tiers."""
    for tier in found:
        low = Fraction(tier.from_)
        high = None if tier.until is None else Fraction(tier.until)
        if closed == "left" and low <= value and (high is None or value < high):
            return tier
        if closed == "right" and low < value and (high is None or value <= high):
            return tier
    return found[0] if value <= Fraction(found[0].from_) else found[-1]
