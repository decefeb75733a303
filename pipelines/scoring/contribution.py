"""Who makes the gap between a value and its target: parts of it, by group, that add up to it; and money shared by them.

A group adds (its numerator − target × its denominator) / N to the gap, N being the denominator of the whole: what it
missed beyond the target, over all items. Numerators and denominators add up, so these do too, exactly. Where the target
changed within the month, each part of the month is held against its own. A value that is a number of incidents has no
denominator; there the allowance is shared by the items looked at. A percentile is no sum: it has no such parts.

Money is not linear in the gap (bands, steps, caps), so a group's yuan are an allocation, and called one: what a line
takes is shared among the groups on the losing side, in proportion to their parts of the gap, to the fen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipelines.core.money import minor_digits
from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts, Measured, measured, total

ONE_SUM = ("sum", "count")  # values without a denominator
NO_SUM = ("percentile",)


@dataclass(frozen=True)
class PartCells:
    """A part of the month: the target that held, its items by group, and what the indicator's lines took for it."""

    target: Fraction | None
    cells: Mapping[str, Counts]
    amounts: Sequence[Decimal] = ()


@dataclass(frozen=True)
class Contribution:
    """A group's own value, its part of the gap, and the money allocated to it (signed towards the payable sum).

    ``gap`` is in the metric's unit, value less target; ``excess`` the same in items (or whole units of the numerator),
    positive where they fall short of the target. Both are None where there is no target.
    """

    name: str
    counts: Counts
    measured: Measured
    gap: Fraction | None
    excess: Fraction | None
    allocated: Decimal


@dataclass(frozen=True)
class Contributions:
    """The groups, what their parts add up to, and the money that no group can be said to have made."""

    groups: Sequence[Contribution]
    gap: Fraction | None
    unallocated: Decimal


def contributions(
    metric: Metric,
    parts: Sequence[PartCells],
    *,
    amounts: Sequence[Decimal] = (),
    unmeasurable: str | None = None,
    percentile: Decimal | None = None,
    currency: str = "CNY",
) -> Contributions:
    """Return what each group adds to the gap. ``amounts`` are of lines that speak of the whole month.

    Of 100 calls 90 should be met. Day 55 of 60, night 25 of 40: the value is 80 %, the gap −10 points. Day adds
    (55 − 54) / 100 = +1 point, night (25 − 36) / 100 = −11; night bears all of the money.
    """
    names = sorted({name for part in parts for name in part.cells})
    own = {name: total(part.cells[name] for part in parts if name in part.cells) for name in names}

    def value(counts: Counts) -> Measured:
        return measured(metric, counts, unmeasurable, percentile)

    by_part = [_gaps(metric, part, {name: value(counts) for name, counts in part.cells.items()}) for part in parts]
    whole = value(total(own.values()))
    base = Fraction(whole.denominator) if metric.aggregate not in ONE_SUM else Fraction(1)
    has_gap = bool(base) and all(gaps is not None for gaps in by_part) and bool(by_part)
    worse = -1 if metric.better == "higher" else 1
    excess: dict[str, Fraction] = defaultdict(Fraction)
    for gaps in by_part if has_gap else ():
        for name, short in (gaps or {}).items():
            excess[name] += short * worse
    allocated: dict[str, Decimal] = defaultdict(Decimal)
    unallocated = Decimal(0)
    for taken, gaps in [*((part.amounts, gaps) for part, gaps in zip(parts, by_part, strict=True)), (amounts, None)]:
        weights = excess if gaps is None else {name: short * worse for name, short in gaps.items()}
        for amount in taken:
            shares = allocate(amount, _bearers(weights if has_gap else {}, amount), minor_digits(currency))
            for name, share in shares.items():
                allocated[name] += share
            unallocated += amount if not shares else 0
    nought = Decimal(0).scaleb(-minor_digits(currency))
    groups = [
        Contribution(
            name=name,
            counts=own[name],
            measured=value(own[name]),
            gap=excess[name] * worse / base if has_gap else None,
            excess=excess[name] if has_gap else None,
            allocated=allocated.get(name, nought),
        )
        for name in names
    ]
    gap = sum(excess.values(), Fraction(0)) * worse / base if has_gap else None
    return Contributions(groups, gap, unallocated)


def _gaps(metric: Metric, part: PartCells, cells: Mapping[str, Measured]) -> dict[str, Fraction] | None:
    """Return each group's numerator less what the target allows it; None where nothing can be held against a target."""
    if part.target is None or metric.aggregate in NO_SUM:
        return None
    if metric.aggregate not in ONE_SUM:
        return {name: one.numerator - part.target * one.denominator for name, one in cells.items()}
    looked_at = sum(one.n for one in cells.values())
    if not looked_at:
        return None
    return {
        name: one.numerator / one.denominator - part.target * Fraction(one.n, looked_at) for name, one in cells.items()
    }


def _bearers(excess: Mapping[str, Fraction], amount: Decimal) -> dict[str, Fraction]:
    """Return who bears a deduction, those that fall short, or who earns a bonus, the others; each by how much."""
    sign = 1 if amount < 0 else -1
    return {name: sign * short for name, short in excess.items() if sign * short > 0}


def allocate(amount: Decimal, weights: Mapping[str, Fraction], digits: int = 2) -> dict[str, Decimal]:
    """Share money by weights, in whole minor units that add up to it: what rounding leaves goes to the largest rests.

    −100.00 by 1, 1, 1: −33.34, −33.33, −33.33. Nothing to share by: nobody.
    """
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return {}
    units = int(abs(amount).scaleb(digits))
    exact = {name: units * weight / whole for name, weight in weights.items()}
    shares = {name: one.numerator // one.denominator for name, one in exact.items()}
    in_order = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in in_order[: units - sum(shares.values())]:
        shares[name] += 1
    sign = -1 if amount < 0 else 1
    return {name: Decimal(sign * share).scaleb(-digits) for name, share in shares.items()}
