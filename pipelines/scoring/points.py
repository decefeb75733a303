"""A value becomes points: percent of the indicator's weight (settlement.md, section 4). Points follow the form alone."""

from decimal import Decimal
from fractions import Fraction

from pipelines.contract.bands import closed_for, tier_of, tiers, top_of
from pipelines.contract.model import Scoring
from pipelines.core.money import round_half_away
from pipelines.metrics.declare import Metric

FULL = Fraction(100)


def compared(value: Fraction, step: Decimal | None, rounding: str) -> Fraction:
    """Return the value as the contract compares it: exactly, or moved to a whole number of ``step``."""
    if step is None:
        return value
    steps = value / Fraction(step)
    whole = Fraction(round_half_away(steps, 0)) if rounding == "half_up" else Fraction(steps.numerator // steps.denominator)
    return whole * Fraction(step)


def is_met(value: Fraction, target: Decimal, better: str) -> bool:
    """On target is met."""
    return value >= target if better == "higher" else value <= target


def steps_beyond(value: Fraction, target: Decimal, better: str, *, step: Decimal, relative: bool, mode: str) -> int:
    """Return how many steps ``value`` lies on the losing side of ``target``: started ones (rounded up) or full ones."""
    short = Fraction(target) - value if better == "higher" else value - Fraction(target)
    if short <= 0:
        return 0
    width = Fraction(step) * (Fraction(target) if relative else 1)
    count = short / width
    return -(-count.numerator // count.denominator) if mode == "started" else count.numerator // count.denominator


def points(value: Fraction, target: Decimal | None, scoring: Scoring, metric: Metric, weight: Decimal) -> Fraction:
    """Return the share of the weight that ``value`` earns, in percent, by the scoring's form."""
    if scoring.form == "pass_fail":
        return FULL if target is not None and is_met(value, target, metric.better) else Fraction(0)
    if scoring.form == "bands":
        found = tiers(scoring.bands, top_of(metric.aggregate))
        return Fraction(tier_of(value, found, closed_for(metric.better, scoring.closed)).band.points or 0)
    if scoring.form == "linear":
        assert scoring.zero_at is not None and scoring.full_at is not None  # noqa: S101 - the linter asks for both
        return _along([(Fraction(scoring.zero_at), Fraction(0)), (Fraction(scoring.full_at), FULL)], value)
    if scoring.form == "piecewise":
        return _along([(Fraction(point.at), Fraction(point.points)) for point in scoring.at], value)
    assert target is not None and scoring.step is not None and scoring.lose is not None  # noqa: S101
    count = steps_beyond(
        value, target, metric.better, step=scoring.step, relative=scoring.relative, mode=scoring.steps
    )
    a_step = Fraction(scoring.lose)
    if scoring.lose_unit == "weight":  # points of the weight itself: 1 of a weight of 12 is 8.33 percent of it
        a_step = a_step * 100 / Fraction(weight)
    return max(Fraction(scoring.floor), FULL - count * a_step)


def _along(corners: list[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    """Return the height of a line through ``corners`` at ``value``; flat outside them."""
    ordered = sorted(corners)
    if value <= ordered[0][0]:
        return ordered[0][1]
    for (left, low), (right, high) in zip(ordered, ordered[1:], strict=False):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return ordered[-1][1]
