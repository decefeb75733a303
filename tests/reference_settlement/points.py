"""Section 4: a value's points in percent of the weight, a child's points over its parts, the score of a month."""

from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract
from tests.reference_settlement.facts import Facts
from tests.reference_settlement.numbers import band_of, closed_end, is_reached, steps_beyond, to_grid
from tests.reference_settlement.verdicts import Judged, Month, better_of, holds

Weighed = tuple[Fraction, Fraction]  # weight, points in percent of it


def points_of(value: Fraction | None, target: Fraction | None, scoring: Any, weight: Fraction, better: str) -> Fraction:
    """Return the points of a value (None: longer than any), by the form alone."""
    if scoring.form == "bands":
        band = band_of(value, scoring.bands, closed_end(better, scoring.closed), better)
        return Fraction(band.points)
    if scoring.form == "pass_fail":
        return Fraction(100 if target is not None and is_reached(value, target, better) else 0)
    if scoring.form == "linear":
        return linear(value, Fraction(scoring.zero_at), Fraction(scoring.full_at))
    if scoring.form == "piecewise":
        return piecewise(value, [(Fraction(point.at), Fraction(point.points)) for point in scoring.at], better)
    return lost_by_steps(value, target, scoring, weight, better)


def linear(value: Fraction | None, zero_at: Fraction, full_at: Fraction) -> Fraction:
    if value is None:
        return Fraction(0)
    along = (value - zero_at) / (full_at - zero_at) * 100
    return min(Fraction(100), max(Fraction(0), along))


def piecewise(value: Fraction | None, corners: list[tuple[Fraction, Fraction]], better: str) -> Fraction:
    """Return points on a line, flat outside; at a jump the value itself has the points of the better side."""
    if corners[0][0] > corners[-1][0]:
        corners = [*reversed(corners)]
    if value is None:
        return corners[-1][1]
    here = [points for at, points in corners if at == value]
    if here:
        return here[-1] if better == "higher" else here[0]
    below = [corner for corner in corners if corner[0] < value]
    above = [corner for corner in corners if corner[0] > value]
    if not below:
        return above[0][1]
    if not above:
        return below[-1][1]
    (low, p), (high, q) = below[-1], above[0]
    return p + (q - p) * (value - low) / (high - low)


def lost_by_steps(
    value: Fraction | None, target: Fraction | None, scoring: Any, weight: Fraction, better: str
) -> Fraction:
    lowest = Fraction(scoring.floor)
    if value is None or target is None:
        return lowest
    step = Fraction(scoring.step) * (target if scoring.relative else 1)
    distance = target - value if better == "higher" else value - target
    lose = Fraction(scoring.lose)
    if scoring.lose_unit == "weight":
        lose = lose / weight * 100
    return max(lowest, 100 - lose * steps_beyond(distance, step, scoring.steps))


def is_scored(month: Month) -> bool:
    return month.child.indicator.class_ != "report_only" and month.child.indicator.weight is not None


def weight_of(month: Month, part: Judged) -> Fraction:
    return Fraction(part.terms["weight"] or 0) / month.child.of


def part_points(month: Month, part: Judged, ceiling: Fraction | None) -> Fraction | None:
    """Return the part's points, or None where it is absent from the score."""
    indicator, scoring = month.child.indicator, part.terms["scoring"]
    if scoring is None or part.terms["weight"] is None:
        return None
    if part.verdict == "no data" and indicator.if_no_data == "zero":
        return Fraction(0)
    better = better_of(indicator)
    if part.has_value:
        found = points_of(part.value, part.target, scoring, weight_of(month, part), better)
        if scoring.form == "pass_fail":
            found = Fraction(100 if part.verdict == "met" else 0)
    elif part.is_as_met and part.target is not None:
        found = points_of(part.target, part.target, scoring, weight_of(month, part), better)
    else:
        return None
    return found if ceiling is None else min(found, ceiling)


def weighed_parts(month: Month, facts: Facts) -> list[tuple[Fraction, Fraction | None]]:
    """Return (weight by days, points or None) of each part of a scored child."""
    condition = month.child.indicator.ceiling_if
    ceiling = None
    if condition and holds(condition, f"{month.child.id}.ceiling_if", month.child, facts, month.days):
        ceiling = Fraction(condition.points)
    return [(weight_of(month, part) * part.share, part_points(month, part, ceiling)) for part in month.parts]


def month_points(month: Month, facts: Facts) -> Fraction | None:
    """Return the child's points over its parts, by weight and days."""
    if not is_scored(month):
        return None
    present = [(weight, points) for weight, points in weighed_parts(month, facts) if points is not None]
    weight = sum((one for one, _ in present), Fraction(0))
    return sum((one * points for one, points in present), Fraction(0)) / weight if weight else None


def score(contract: Contract, months: list[Month], facts: Facts) -> tuple[Fraction | None, str]:
    """Return the score, or why there is none."""
    whole, present, earned = Fraction(0), Fraction(0), Fraction(0)
    for month in months:
        if not is_scored(month):
            continue
        for weight, points in weighed_parts(month, facts):
            whole += weight
            if points is not None:
                present += weight
                earned += weight * points
    if whole == 0:
        return None, "no weights are agreed"
    if present * 100 < whole * 60:
        return None, "less than 60 % of the weight is present"
    step = contract.coefficient.score_at if contract.coefficient else None
    return to_grid(earned / present, step), ""
