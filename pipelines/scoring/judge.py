"""An indicator's month: the verdict of each part, its points, and what the whole comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipelines.contract.resolve import IndicatorTerms, PartTerms
from pipelines.scoring.counts import Counts, Measured, measured, no_data_reason, total
from pipelines.scoring.points import compared, is_met, points

MET, MISSED, TOO_FEW, NO_DATA, NOT_IN_FORCE, REPORTED = (
    "met",
    "missed",
    "not enough data",
    "no data",
    "not in force",
    "reported",
)


@dataclass(frozen=True)
class JudgedPart:
    """A part of the month whose terms of a period do not change, judged on its own items."""

    terms: PartTerms
    measured: Measured
    value: Fraction | None  # as compared: exact, or moved to the contract's step
    target: Fraction | None
    verdict: str
    reason: str
    points: Fraction | None  # percent of the weight


@dataclass(frozen=True)
class Judged:
    """An indicator's month: all its parts, and the whole."""

    terms: IndicatorTerms
    parts: Sequence[JudgedPart]
    measured: Measured
    verdict: str
    reason: str


def judge(terms: IndicatorTerms, counts: Sequence[Counts]) -> Judged:
    """Judge each part of ``terms`` on its own counts. The month is missed if any part is (settlement.md, section 2)."""
    parts = [_judge_part(terms, part, own) for part, own in zip(terms.parts, counts, strict=True)]
    whole = measured(terms.metric, total(counts), terms.indicator.unmeasurable)
    verdicts = [part.verdict for part in parts]
    for verdict in (MISSED, MET, TOO_FEW, NO_DATA, REPORTED):
        if verdict in verdicts:
            reason = next(part.reason for part in parts if part.verdict == verdict)
            return Judged(terms, parts, whole, verdict, reason)
    raise AssertionError("an indicator in force has at least one part")


def _judge_part(terms: IndicatorTerms, part: PartTerms, counts: Counts) -> JudgedPart:
    indicator, metric = terms.indicator, terms.metric
    found = measured(metric, counts, indicator.unmeasurable)
    target = None if part.target is None else part.target.value
    value = None
    if found.value is not None:
        value = compared(found.value, indicator.compare_at, indicator.compare_rounding)

    def judged(verdict: str, reason: str, earned: Fraction | None = None) -> JudgedPart:
        exact_target = None if target is None else Fraction(target)
        return JudgedPart(part, found, value, exact_target, verdict, reason, earned)

    def earned(of: Fraction) -> Fraction | None:
        if part.scoring is None or part.weight is None:
            return None
        return points(of, target, part.scoring.value, metric, part.weight.value)

    if value is None:
        return judged(NO_DATA, no_data_reason(counts))
    if metric.aggregate == "mean" and found.counts.of("unmeasurable") * 100 > found.counts.population and (
        indicator.unmeasurable == "count_as_missed" or found.counts.unmeasurable_of_vendor
    ):
        return judged(NO_DATA, "more than 1 % of the population is unmeasurable")
    if target is None:
        return judged(REPORTED, "no target is agreed")
    minimum = Fraction(part.minimum_sample.value) * part.share
    if found.n < minimum and metric.aggregate != "count":
        reason = f"{found.n} items, at least {minimum} are needed"
        if indicator.too_few == "count_as_met":
            return judged(TOO_FEW, f"{reason}; counts as met", earned(Fraction(target)))
        return judged(TOO_FEW, reason)
    return judged(MET if is_met(value, target, metric.better) else MISSED, "", earned(value))
