"""Figures whose percent sign was forgotten, or that a value never comes to: 40 for 40 %, 15 for a cap of 15 %."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipelines.contract.bands import span_text, top_of
from pipelines.contract.checks.measures import metric_of
from pipelines.contract.checks.place import Place, Reading
from pipelines.contract.consequence import Condition, Consequence, Scoring
from pipelines.contract.model import Contract
from pipelines.contract.parse import Source
from pipelines.contract.parts import Band
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem
from pipelines.metrics.declare import Metric

WHOLE = Decimal(1)
LARGEST_FACTOR = Decimal(2)  # of a grade: what goes beyond pays the fees more than twice


def percent_problems(source: Source) -> Iterator[Problem]:
    """Return what the whole contract says without its percent sign; an indicator's own figures are asked for there."""
    contract = source.model
    for number, cap in enumerate(contract.caps):
        place = Place(source, f"The cap {cap.id!r}", ("caps", number))
        yield from above_whole(place, "it", [value.value for value in cap.rate or []], "rate")
    for number, table in enumerate(contract.points_tables):
        place = Place(source, f"Clause {table.clause} ({table.id})", ("points_tables", number))
        yield from above_whole(place, "it", _rates(table.bands), "bands")
    for number, fee in enumerate(contract.fees):
        if fee.surge:
            place = Place(source, f"Clause {fee.clause} ({fee.id})", ("fees", number, "surge"))
            yield from above_whole(place, "its tolerance", [fee.surge.tolerance], "tolerance", of="the forecast")
    for number, log in enumerate(contract.data.sources):
        if log.complete is not None and not 0 <= log.complete <= 1:
            yield Place(source, f"The log {log.source!r}", ("data", "sources", number)).problem(
                f"no month is ever {decimal_text(log.complete * 100)} % complete; there would be no data for good.",
                "Write 0.98 or 98%.",
                "contract.threshold_out_of_range",
                "complete",
            )
    yield from _scores(source, contract)


def _scores(source: Source, contract: Contract) -> Iterator[Problem]:
    if contract.coefficient:
        place = Place(source, f"Clause {contract.coefficient.clause}", ("coefficient",))
        for number, value in enumerate(contract.coefficient.grades):
            at = place.value_path("grades", number)
            yield from out_of_hundred(place, "a score", [grade.from_ for grade in value.value], *at)
            beyond = [grade.factor for grade in value.value if grade.factor > LARGEST_FACTOR]
            yield from above_whole(place, "a factor", beyond, *at)
    rule = contract.month_fail
    if rule and rule.score_below is not None:
        place = Place(source, f"Clause {rule.clause}", ("month_fail",))
        yield from out_of_hundred(place, "a score", [rule.score_below], "score_below")


def indicator_percent_problems(reading: Reading) -> Iterator[Problem]:
    """Return an indicator's shares above the whole, and values at which something is to happen that none can have."""
    indicator, metric = reading.indicator, reading.metric
    for name in ("use_if", "ceiling_if"):
        condition: Condition | None = getattr(indicator, name)
        asked = metric_of(condition.metric) if condition else None
        if condition and asked:
            for key in ("above", "below"):
                yield from threshold(reading, f"{name} {key}", getattr(condition, key), asked, name, key)
    if indicator.ceiling_if:
        yield from out_of_hundred(reading, "points", [indicator.ceiling_if.points], "ceiling_if", "points")
    if indicator.cap_rate is not None:
        yield from above_whole(reading, "its cap", [indicator.cap_rate], "cap_rate")
    if indicator.compare_at is not None:
        yield from _step(reading, "compare_at", indicator.compare_at, "compare_at")
    for number, value in enumerate(indicator.scoring or []):
        at = reading.value_path("scoring", number)
        yield from _scoring(reading, value.value, *at)
    for number, listed in enumerate(indicator.consequences):
        for inner, one in enumerate(listed.value):
            at = (*reading.value_path("consequences", number), inner)
            yield from _consequence(reading, one, metric, *at)


def _scoring(reading: Reading, one: Scoring, *at: str | int) -> Iterator[Problem]:
    points = [band.points for band in one.bands] + [point.points for point in one.at]
    yield from out_of_hundred(reading, "points", [figure for figure in points if figure is not None], *at)
    for figure in (one.zero_at, one.full_at, *(point.at for point in one.at)):
        for problem in threshold(reading, f"scoring {one.form}", figure, reading.metric, *at):
            yield replace(problem, severity="warning")  # a line may be drawn through a point beyond the range
    if one.step is not None and not one.relative:
        yield from _step(reading, f"scoring {one.form}", one.step, *at)


def _consequence(reading: Reading, one: Consequence, metric: Metric, *at: str | int) -> Iterator[Problem]:
    what = f"{one.id} ({one.form})"
    rates = [*_rates(one.bands), *(figure for figure in (one.rate, one.cap_rate) if figure is not None)]
    yield from above_whole(reading, what, [*rates, one.category], *at)
    yield from threshold(reading, f"{what} worse_than", one.worse_than, metric, *at)
    yield from threshold(reading, f"{what} from", one.from_, metric, *at)
    if one.form == "per_step" and one.step is not None and not one.relative:
        yield from _step(reading, what, one.step, *at)
    back = one.earn_back
    if back is None:
        return
    yield from threshold(reading, f"{what} earn_back at", back.at, metric, *at)
    if not 0 < back.share <= 1:
        yield reading.problem(
            f"{what}: {decimal_text(back.share * 100)} % of what was borne would come back.",
            "A share is above 0 and at most 100 %: write 0.50 or 50%.",
            "contract.threshold_out_of_range",
            *at,
        )


def _rates(bands: Sequence[Band]) -> list[Decimal]:
    return [band.rate for band in bands if band.rate is not None]


def above_whole(
    place: Place, what: str, figures: Sequence[Decimal], *path: str | int, of: str = "its base"
) -> Iterator[Problem]:
    """A share of more than the whole: lawful, and nearly always a percent sign that was forgotten."""
    largest = max(figures, default=WHOLE)
    if largest > WHOLE:
        yield place.warning(
            f"{what} says {decimal_text(largest)}, which is {decimal_text(largest * 100)} % of {of}.",
            f"Write {decimal_text(largest)}% if that was meant.",
            "contract.percent_sign",
            *path,
        )


def _step(reading: Reading, what: str, step: Decimal, *path: str | int) -> Iterator[Problem]:
    """A step as wide as all that a share can be."""
    if top_of(reading.metric.aggregate) is not None and step >= WHOLE:
        yield reading.warning(
            f"{what}: a step of {decimal_text(step)} is {decimal_text(step * 100)} percentage points; no value lies"
            " two of them apart.",
            f"Write {decimal_text(step)}% if that was meant.",
            "contract.percent_sign",
            *path,
        )


def threshold(place: Place, what: str, figure: Decimal | None, metric: Metric, *path: str | int) -> Iterator[Problem]:
    """A value that the metric never has: what is to happen beyond it always happens, or never."""
    top = WHOLE if metric.aggregate == "difference" else top_of(metric.aggregate)
    low = -WHOLE if metric.aggregate == "difference" else Decimal(0)
    if figure is not None and not (low <= figure and (top is None or figure <= top)):
        yield place.problem(
            f"{what}: {decimal_text(figure)} lies outside what {metric.key} can be ({span_text(low, top)}); it would"
            " always or never hold.",
            "Write a share as 0.90 or 90%.",
            "contract.threshold_out_of_range",
            *path,
        )


def out_of_hundred(place: Place, what: str, figures: Sequence[Decimal], *path: str | int) -> Iterator[Problem]:
    """Scores and points go up to 100, and none of these goes beyond 1: 0.9 or 90% was written for 90."""
    largest = max(figures, default=Decimal(0))
    if 0 < largest <= WHOLE:
        yield place.warning(
            f"{what} of {decimal_text(largest)} is {decimal_text(largest)} of 100: scores are points of 100, and points"
            " percent of the weight.",
            f"Write {decimal_text(largest * 100)} if that was meant.",
            "contract.out_of_hundred",
            *path,
        )
