"""A value becomes points: percent of the indicator's weight (settlement.md, section 4), by the form alone."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

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
    whole = Fraction(round_half_away(steps, 0)) if rounding == "half_up" else steps.numerator // steps.denominator
    return whole * Fraction(step)


def is_met(value: Fraction, target: Fraction, better: str) -> bool:
    """On target is met."""
    return value >= target if better == "higher" else value <= target


def steps_beyond(value: Fraction, target: Fraction, better: str, *, step: Decimal, relative: bool, mode: str) -> int:
    """Return how many steps ``value`` lies on the losing side of ``target``: started ones (rounded up) or full ones.

    ``step`` is in the metric's unit, or a part of the target when ``relative``. An exact multiple is exactly that many.
    """
    short = target - value if better == "higher" else value - target
    if short <= 0:
        return 0
    count = short / (Fraction(step) * (target if relative else 1))
    return -(-count.numerator // count.denominator) if mode == "started" else count.numerator // count.denominator


def points(value: Fraction, target: Fraction, scoring: Scoring, metric: Metric, weight: Decimal | Fraction) -> Fraction:
    """Return the share of the weight that ``value`` earns, in percent, by the scoring's form."""
    if scoring.form == "pass_fail":
        return FULL if is_met(value, target, metric.better) else Fraction(0)
    if scoring.form == "bands":
        found = tiers(scoring.bands, top_of(metric.aggregate))
        return Fraction(tier_of(value, found, closed_for(metric.better, scoring.closed)).band.points or 0)
    if scoring.form == "linear":
        assert scoring.zero_at is not None  # noqa: S101 - the linter asks for both
        assert scoring.full_at is not None  # noqa: S101
        return _along(
            [(Fraction(scoring.zero_at), Fraction(0)), (Fraction(scoring.full_at), FULL)], value, metric.better
        )
    if scoring.form == "piecewise":
        return _along([(Fraction(point.at), Fraction(point.points)) for point in scoring.at], value, metric.better)
    assert scoring.step is not None  # noqa: S101 - the linter asks for both
    assert scoring.lose is not None  # noqa: S101
    count = steps_beyond(value, target, metric.better, step=scoring.step, relative=scoring.relative, mode=scoring.steps)
    a_step = Fraction(scoring.lose)
    if scoring.lose_unit == "weight":  # points of the weight itself: 1 of a weight of 12 is 8.33 percent of it
        a_step = a_step * 100 / Fraction(weight)
    return max(Fraction(scoring.floor), FULL - count * a_step)


def _along(corners: list[tuple[Fraction, Fraction]], value: Fraction, better: str) -> Fraction:
    """Return the height of a line through ``corners`` at ``value``; flat outside them.

    Corners are in order of their value, either way. Two at one value are a jump; the value itself belongs to the better
    side, as a value on its target lies in the target's tier.
    """
    rising = corners if corners[0][0] <= corners[-1][0] else corners[::-1]
    at_corner = [height for place, height in rising if place == value]
    if at_corner:
        return at_corner[-1] if better == "higher" else at_corner[0]
    if value < rising[0][0]:
        return rising[0][1]
    for (left, low), (right, high) in pairwise(rising):
        if left < value < right:
            return low + (high - low) * (value - left) / (right - left)
    return rising[-1][1]
