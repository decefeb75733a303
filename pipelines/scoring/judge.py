"""An indicator's month: the verdict of each part, its points, and what the whole comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pipelines.contract.resolve import IndicatorTerms, PartTerms
from pipelines.core.exact import decimal_text
from pipelines.scoring.counts import Counts, Measured, blamed, measured, no_data_reason, total
from pipelines.scoring.points import compared, is_met, points

MET, MISSED, TOO_FEW, NO_DATA, REPORTED = "met", "missed", "not enough data", "no data", "reported"

# What a percentile beyond every amount is compared as: worse than any target, in the last tier, below every step.
LONGER_THAN_ANY = Fraction(10**12)

# A month with several parts is what the first of these says that any of its parts is.
WORST_FIRST = (MISSED, MET, TOO_FEW, NO_DATA, REPORTED)


@dataclass(frozen=True)
class JudgedPart:
    """A part of the month whose terms of a period do not change, judged on its own items."""

    terms: PartTerms
    measured: Measured
    value: Fraction | None  # as compared: exact, or moved to the contract's step
    target: Fraction | None
    verdict: str
    reason: str
    points: Fraction | None  # percent of the weight; None where the part leaves the score


@dataclass(frozen=True)
class Judged:
    """An indicator's month: all its parts, and the whole."""

    terms: IndicatorTerms
    parts: Sequence[JudgedPart]
    measured: Measured
    verdict: str
    reason: str


def judge(terms: IndicatorTerms, counts: Sequence[Counts]) -> Judged:
    """Judge each part of ``terms`` on its own counts. The month is missed if any part is (settlement.md, section 2).

    Under ``weighted_target`` the parts are judged as one: the counts together, at the targets weighted by the items of
    their days. 90 % over 1,000 items, then 92 % over 3,000, is one target of 91.5 % over 4,000.
    """

    def found(counts: Counts) -> Measured:
        return measured(terms.metric, counts, terms.indicator.unmeasurable, terms.percentile)

    whole = found(total(counts))
    if terms.indicator.on_change == "weighted_target":
        last = replace(terms.parts[-1], days=terms.in_force, share=Fraction(1))
        parts = [_judge_part(terms, last, _weighted_target(terms, counts), whole)]
    else:
        parts = [
            _judge_part(terms, part, _target(part), found(own)) for part, own in zip(terms.parts, counts, strict=True)
        ]
    worst = min(parts, key=lambda part: WORST_FIRST.index(part.verdict))
    return Judged(terms, parts, whole, worst.verdict, worst.reason)


def _target(part: PartTerms) -> Fraction | None:
    return None if part.target is None else Fraction(part.target.value)


def _weighted_target(terms: IndicatorTerms, counts: Sequence[Counts]) -> Fraction | None:
    """Return the targets weighted by the items that count; without any item, the last."""
    sizes = [measured(terms.metric, own, terms.indicator.unmeasurable).n for own in counts]
    targets = [_target(part) for part in terms.parts]
    if not sum(sizes):
        return targets[-1]
    found = [target * n for target, n in zip(targets, sizes, strict=True) if target is not None]
    return sum(found, Fraction(0)) / sum(sizes) if found else None


def _compared_value(terms: IndicatorTerms, found: Measured) -> Fraction | None:
    """Return the value as the contract compares it, or None where nothing was counted."""
    if found.beyond:
        return LONGER_THAN_ANY
    if found.value is None:
        return None
    return compared(found.value, terms.indicator.compare_at, terms.indicator.compare_rounding)


def _judge_part(terms: IndicatorTerms, part: PartTerms, target: Fraction | None, found: Measured) -> JudgedPart:
    indicator, metric, counts = terms.indicator, terms.metric, found.counts
    value = _compared_value(terms, found)

    def judged(verdict: str, reason: str, earned: Fraction | None = None) -> JudgedPart:
        return JudgedPart(part, found, value, target, verdict, reason, earned)

    def earned(of: Fraction, against: Fraction) -> Fraction | None:
        if part.scoring is None or part.weight is None:
            return None
        return points(of, against, part.scoring.value, metric, part.weight.value)

    if value is None:
        return judged(NO_DATA, no_data_reason(counts))
    if metric.aggregate == "mean" and blamed(counts, indicator.unmeasurable) * 100 > counts.population:
        return judged(NO_DATA, "more than 1 % of the population is unmeasurable")
    if target is None:
        return judged(REPORTED, "no target is agreed")
    minimum = Fraction(part.minimum_sample.value) * part.share
    if found.n < minimum and metric.aggregate != "count":
        reason = f"{found.n} items, at least {decimal_text(minimum)} are needed"
        if indicator.too_few == "count_as_met":
            return judged(TOO_FEW, f"{reason}; counts as met", earned(target, target))
        return judged(TOO_FEW, reason)
    return judged(MET if is_met(value, target, metric.better) else MISSED, "", earned(value, target))
