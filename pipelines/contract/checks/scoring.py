"""How a value becomes points."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from pipelines.contract.bands import closed_for, tiers, top_of
from pipelines.contract.checks.bands import falls, target_inside, tier_problems
from pipelines.contract.checks.forms import SCORING, form_problems
from pipelines.contract.checks.place import Place, Reading
from pipelines.contract.consequence import Scoring
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem


def scoring_problems(reading: Reading) -> Iterator[Problem]:
    """Return what is wrong with an indicator's points, on each day on which they change."""
    for number, value in enumerate(reading.indicator.scoring or []):
        place = reading.inner(*reading.value_path("scoring", number))
        yield from _scoring(reading, place, value.value)
    for held, numbers in reading.together("scoring", "target"):
        if {"scoring", "target"} <= held.keys() and held["scoring"].form == "bands" and held["scoring"].bands:
            scoring, metric = held["scoring"], reading.metric
            place = reading.inner(*reading.value_path("scoring", numbers["scoring"]))
            top, closed = top_of(metric.aggregate), closed_for(metric.better, scoring.closed)
            if not list(tier_problems(place, scoring.bands, top, closed, field="points", of=metric.key)):
                yield from target_inside(place, scoring.bands, held["target"], top, closed, metric.better)


def _scoring(reading: Reading, place: Place, scoring: Scoring) -> Iterator[Problem]:
    what, metric = f"scoring {scoring.form}", reading.metric
    yield from form_problems(place, what, scoring, SCORING[scoring.form], ("form",))
    yield from step_of_nothing(reading, place, what, relative=scoring.form == "per_step" and scoring.relative)
    if scoring.form == "bands":
        top, closed = top_of(metric.aggregate), closed_for(metric.better, scoring.closed)
        yield from tier_problems(place, scoring.bands, top, closed, field="points", of=metric.key)
        wrong = falls(tiers(scoring.bands, top), lambda band: band.points, rises=metric.better == "higher")
        if wrong:
            yield _against(reading, place)
    if scoring.form == "linear" and scoring.zero_at is not None and scoring.full_at is not None:
        if scoring.zero_at == scoring.full_at:
            yield place.problem("zero_at equals full_at.", "Give a slope.", "contract.linear_without_slope")
        elif (scoring.zero_at > scoring.full_at) == (metric.better == "higher"):
            yield _against(reading, place)
    if scoring.form == "piecewise":
        yield from _piecewise(reading, place, scoring)
    points = [band.points for band in scoring.bands] + [point.points for point in scoring.at] + [scoring.floor]
    beyond = [one for one in points if one is not None and not 0 <= one <= 100]
    if beyond:
        yield place.warning(
            f"{decimal_text(beyond[0])} points are percent of the weight, and lie outside 0 to 100.",
            "Write them as percent of the weight; a bonus is a consequence.",
            "contract.points_out_of_range",
        )


def _piecewise(reading: Reading, place: Place, scoring: Scoring) -> Iterator[Problem]:
    ats = [point.at for point in scoring.at]
    if len(ats) == 1:
        yield place.problem(
            "scoring piecewise needs two points under `at:`.", "Write another point.", "contract.form_incomplete"
        )
    if ats not in (sorted(ats), sorted(ats, reverse=True)) or max(Counter(ats).values(), default=0) > 2:
        yield place.problem(
            "the points of a line are in no order, or more than two stand at one value; a jump could go either way.",
            "List them from the lowest value to the highest; two at one value are a jump.",
            "contract.piecewise_order",
        )
        return
    upwards = [point.points for point in (scoring.at if ats == sorted(ats) else scoring.at[::-1])]
    if upwards != sorted(upwards, reverse=reading.metric.better == "lower"):
        yield _against(reading, place)


def _against(reading: Reading, place: Place) -> Problem:
    metric = reading.metric
    return place.warning(
        f"{metric.key} is better when {metric.better}, and these points rise the other way.",
        "Exchange the points, unless that was agreed.",
        "contract.points_against_direction",
    )


def step_of_nothing(reading: Reading, place: Place, what: str, *, relative: bool) -> Iterator[Problem]:
    """A step that is a part of the target, where the target is nothing."""
    if relative and any(value.value == Decimal(0) for value in reading.indicator.target or []):
        yield place.problem(
            f"{what}: a step is a part of the target, and the target is 0.",
            "Write the step in the metric's own unit, without `relative:`.",
            "contract.relative_to_nothing",
        )
