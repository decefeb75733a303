"""The score of a month, its grade, and whether the month has failed (settlement.md, sections 4 and 5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Contract, Grade
from pipelines.core.exact import decimal_text
from pipelines.scoring.judge import MET, Judged
from pipelines.scoring.points import compared

LEAST_PRESENT = Fraction(60, 100)  # of the weight in force, or there is no score


@dataclass(frozen=True)
class Score:
    """Σ points / Σ weights × 100 over what is met or missed; ``value`` is None where ``reason`` says why."""

    value: Fraction | None
    points: Fraction
    weight_present: Fraction
    weight_in_force: Fraction
    reason: str


def weighted_points(one: Judged) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Yield each part's weight by its days, and its points in percent of it; None where the part leaves the score."""
    for part in one.parts:
        if part.terms.weight is not None and one.terms.indicator.class_ != "report_only":
            yield Fraction(part.terms.weight.value) * one.terms.weight_share * part.terms.share, part.points


def indicator_points(one: Judged) -> Fraction | None:
    """Return an indicator's points in percent of its weight, parts by weight and days; None where none earned any."""
    scored = [(weight, points) for weight, points in weighted_points(one) if points is not None]
    if not scored:
        return None
    present = sum((weight for weight, _ in scored), Fraction(0))
    return sum((weight * points for weight, points in scored), Fraction(0)) / present


def score(judged: Sequence[Judged], score_at: Decimal | None = None) -> Score:
    """Return the month's score, exact unless ``score_at`` names a step.

    A part that counts as met for want of items earns the points of its target, and one that ``zero`` keeps has none;
    both are present.
    """
    found = [pair for one in judged for pair in weighted_points(one)]
    in_force = sum((weight for weight, _ in found), Fraction(0))
    present = sum((weight for weight, points in found if points is not None), Fraction(0))
    earned = sum((weight * points / 100 for weight, points in found if points is not None), Fraction(0))
    reason = ""
    if not in_force:
        reason = "no weights are agreed"
    elif present < in_force * LEAST_PRESENT:
        reason = "less than 60 % of the weight is present"
    value = None if reason else compared(earned / present * 100, score_at, "half_up")
    return Score(value, earned, present, in_force, reason)


def all_critical_met(judged: Sequence[Judged]) -> bool:
    """Say whether every critical indicator in force is met."""
    return all(one.verdict == MET for one in judged if one.terms.indicator.class_ == "critical")


def grade_of(value: Fraction, grades: Sequence[Grade], judged: Sequence[Judged]) -> Grade | None:
    """Return the highest grade that the score reaches and whose condition is fulfilled."""
    for grade in sorted(grades, key=lambda one: one.from_, reverse=True):
        if value >= grade.from_ and (grade.needs is None or all_critical_met(judged)):
            return grade
    return None


def is_undecided(contract: Contract, found: Score) -> bool:
    """Say whether a score was to decide if the month has failed, and there is none."""
    versions = contract.coefficient.grades if contract.coefficient else []
    by_grade = any(grade.month_fail for version in versions for grade in version.value)
    by_score = contract.month_fail is not None and contract.month_fail.score_below is not None
    return found.value is None and (by_grade or by_score)


def failures(contract: Contract, found: Score, judged: Sequence[Judged], grades: Sequence[Grade]) -> list[str]:
    """Return every reason for which the month has failed; none where it has not."""
    reasons = [
        f"score {decimal_text(found.value)} is in the grade from {decimal_text(grade.from_)}"
        for grade in grades
        if grade.month_fail and found.value is not None
    ]
    rule = contract.month_fail
    if rule is None:
        return list(dict.fromkeys(reasons))
    if rule.score_below is not None and found.value is not None and found.value < rule.score_below:
        reasons.append(f"score {decimal_text(found.value)} is below {decimal_text(rule.score_below)}")
    for critical in rule.critical:
        # an error is of the month in which it was made: what was carried in has counted there
        found_in = [one.own for one in judged if one.terms.indicator.id == critical.indicator]
        by_item = critical.count == "items"
        each = (Fraction(one.counts.of("missed")) if by_item else one.value or Fraction(0) for one in found_in)
        errors = sum(each, Fraction(0))
        if errors >= critical.at_least:
            reasons.append(f"{critical.indicator}: {decimal_text(errors)}, at least {decimal_text(critical.at_least)}")
    return list(dict.fromkeys(reasons))
