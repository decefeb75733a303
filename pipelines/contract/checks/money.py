"""Between a miss and the payable sum: caps, pools, tables of points, the coefficient, months that fail."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pipelines.contract.bands import tiers
from pipelines.contract.checks.bands import money_against, tier_problems
from pipelines.contract.checks.consequences import level_problems, repeats_problems, unknown_fees
from pipelines.contract.checks.defaults import part_defaults
from pipelines.contract.checks.forms import lacking
from pipelines.contract.checks.measures import metric_of
from pipelines.contract.checks.place import Place, held_on
from pipelines.contract.dates import beginning_problems, days_in_force
from pipelines.contract.model import Cap, Coefficient, Grade, PointsTable, Pool
from pipelines.contract.parse import Source
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem


def money_problems(source: Source) -> Iterator[Problem]:
    """Return every problem of what stands between an indicator's miss and the payable sum."""
    contract = source.model
    for number, cap in enumerate(contract.caps):
        place = Place(source, f"The cap {cap.id!r}", ("caps", number))
        yield from _cap(place, cap)
        yield from _cap_order(place, cap, contract.caps[:number])
    places: list[tuple[str, Place]] = []
    for number, pool in enumerate(contract.pools):
        place = Place(source, f"Clause {pool.clause} ({pool.id})", ("pools", number))
        places.append((f"pools.{number}", place))
        yield from _pool(place, pool)
    for number, table in enumerate(contract.points_tables):
        place = Place(source, f"Clause {table.clause} ({table.id})", ("points_tables", number))
        places.append((f"points_tables.{number}", place))
        yield from _table(place, table)
    if contract.coefficient:
        places.append(("coefficient", Place(source, f"Clause {contract.coefficient.clause}", ("coefficient",))))
        yield from _coefficient(places[-1][1])
    if contract.month_fail:
        places.append(("month_fail", Place(source, f"Clause {contract.month_fail.clause}", ("month_fail",))))
        yield from _month_fail(places[-1][1])
    yield from part_defaults(contract, places)


def _cap(place: Place, cap: Cap) -> Iterator[Problem]:
    if (cap.rate is None) == (cap.amount is None):
        yield place.problem(
            "it needs either a rate of the fee base or an amount.",
            "Write one of `rate:` and `amount:`.",
            "contract.form_incomplete",
        )
    for field, values in (("rate", cap.rate), ("amount", cap.amount)):
        yield from _beginning(place, field, values)
        if any(value.value < 0 for value in values or []):
            yield place.problem(
                "it is negative.", "Write the most that may be taken, without a sign.", "contract.negative_cap", field
            )


def _cap_order(place: Place, cap: Cap, before: Sequence[Cap]) -> Iterator[Problem]:
    """A cap on some of what an earlier one covers: the earlier cut is borne by all, and the narrower one cuts again.

    All at most 2,000, then kpi at most 1,500. With kpi 9,000 and event 1,000 they bear 1,800 and 200, and 1,500 + 200
    is taken; with kpi 3,000, which is better, 1,500 + 500.
    """
    wider = next((one for one in before if set(cap.kinds) < set(one.kinds)), None)
    if wider is not None:
        yield place.warning(
            f"it cuts {', '.join(cap.kinds)} alone, after {wider.id!r} has cut them together with others; a better"
            " value may then cost more.",
            f"Write it before {wider.id!r}, unless this order was agreed.",
            "contract.cap_order",
            "kinds",
        )


def _beginning(place: Place, field: str, values: Sequence[Any] | None) -> Iterator[Problem]:
    yield from beginning_problems(
        place.source, (*place.at, field), f"{place.title}: {field}", values or [], place.contract.term.from_
    )


def _pool(place: Place, pool: Pool) -> Iterator[Problem]:
    contract = place.contract
    yield from _beginning(place, "at_risk", pool.at_risk)
    yield from unknown_fees(place, "it", pool.base)
    if any(not 0 <= value.value <= 1 for value in pool.at_risk) or pool.total < 0:
        yield place.problem(
            "what is at risk is a share of the fees, from 0 to 100 %.", "Write it as 12%.", "contract.pool_share"
        )
    drawn = [
        (indicator, value)
        for indicator in contract.indicators
        for value in indicator.consequences
        if any(one.pool == pool.id and one.form == "pool" for one in value.value)
    ]
    if not drawn:
        yield _unused(place, "no consequence draws on it")
    begins = contract.term.from_
    for day in sorted({value.since or days_in_force(contract, indicator).since for indicator, value in drawn}):
        total = Decimal(0)
        for indicator in contract.indicators:
            number = held_on(indicator.consequences, day, begins)
            if number is None or day not in days_in_force(contract, indicator):
                continue
            each = sum(
                (one.allocation or Decimal(0))
                for one in indicator.consequences[number].value
                if one.form == "pool" and one.pool == pool.id
            )
            total += (
                each * sum(len(set(values)) for values in indicator.for_each.values()) if indicator.for_each else each
            )
        if total > pool.total:
            yield place.problem(
                f"the allocations in force on {day} add up to {decimal_text(total * 100)} %, and together they may be"
                f" {decimal_text(pool.total * 100)} %.",
                "Lower them, or state a `total:` above 100 % where that was agreed.",
                "contract.pool_over_allocated",
            )
            return


def _unused(place: Place, why: str) -> Problem:
    return place.warning(
        f"{why}; it has no effect.", "Remove it, or name it where it was meant.", "contract.unused_part"
    )


def _table(place: Place, table: PointsTable) -> Iterator[Problem]:
    yield from unknown_fees(place, "it", table.base)
    if any(lacking(band, "rate|amount") for band in table.bands):
        yield place.problem(
            "it needs either `rate:` or `amount:` in every band.", "Write one of them.", "contract.form_incomplete"
        )
    faults = list(tier_problems(place, table.bands, None, "left", field="a deduction", of="a sum of points"))
    yield from faults
    if not faults:
        yield from money_against(place, tiers(table.bands, None), rises=True, takes=True, better="lower")
    users = [one for i in place.contract.indicators for value in i.consequences for one in value.value]
    if not any(one.form == "points" and one.table == table.id for one in users):
        yield _unused(place, "no consequence gives service points for it")


def _coefficient(place: Place) -> Iterator[Problem]:
    one = place.contract.coefficient
    assert one is not None  # noqa: S101 - asked by the caller
    yield from _beginning(place, "grades", one.grades)
    yield from unknown_fees(place, "it", one.base)
    yield from repeats_problems(place, one.repeats, "the coefficient")
    yield from _repeats_in_vain(place, one)
    if not any(indicator.weight for indicator in place.contract.indicators):
        yield place.problem(
            "it follows the score, and no indicator has a weight; there would never be one.",
            "Give indicators weights and scoring, or remove it.",
            "contract.coefficient_without_score",
        )
    if one.score_at is not None and one.score_at <= 0:
        yield place.problem(
            "a score cannot be rounded to steps of nothing.", "Write 0.1 or 1.", "contract.compare_at", "score_at"
        )
    for number, value in enumerate(one.grades):
        yield from _grades(place.inner(*place.value_path("grades", number)), value.value)


def _repeats_in_vain(place: Place, one: Coefficient) -> Iterator[Problem]:
    """What a failed month doubles is the coefficient's deduction (settlement.md, section 5); a factor is none."""
    rule = place.contract.month_fail
    fails = any(grade.month_fail for value in one.grades for grade in value.value) or (
        rule is not None and (rule.score_below is not None or bool(rule.critical))
    )
    why = "`as: factor` makes no deduction" if one.as_ == "factor" else "nothing makes a month fail"
    if one.repeats and (one.as_ == "factor" or not fails):
        yield place.warning(
            f"repeats multiply the coefficient's deduction in months that failed, and {why}; they have no effect.",
            "Write `as: deduction`."
            if one.as_ == "factor"
            else "Write `month_fail: true` in a grade, or `score_below:` or `critical:` under `month_fail:`.",
            "contract.repeats_in_vain",
            "repeats",
        )


def _grades(place: Place, grades: Sequence[Grade]) -> Iterator[Problem]:
    ordered = sorted(grades, key=lambda grade: grade.from_)
    plain = [grade for grade in ordered if grade.needs is None]
    if not plain or plain[0].from_ > 0:
        lowest = decimal_text(plain[0].from_) if plain else "any score"
        yield place.problem(
            f"a score below {lowest} lies in no grade without a condition; the month would have no factor.",
            "Let the lowest grade begin at 0, without `needs:`.",
            "contract.grade_gap",
        )
    twice = [at for at, times in Counter((grade.from_, grade.needs) for grade in ordered).items() if times > 1]
    if twice:
        yield place.problem(
            f"two grades begin at {decimal_text(twice[0][0])}; a month there would have two factors.",
            "Keep one of them.",
            "contract.grade_twice",
        )
    beyond = [grade for grade in ordered if not 0 <= grade.from_ <= 100]
    if beyond:
        yield place.problem(
            f"no score reaches {decimal_text(beyond[-1].from_)}: scores go from 0 to 100.",
            "Write points of 100.",
            "contract.grade_unreachable",
        )
    if any(grade.factor < 0 for grade in ordered):
        yield place.problem("a factor is negative.", "0.90 takes a tenth.", "contract.negative_deduction")
    for lower, higher in pairwise(ordered):
        if higher.factor < lower.factor:
            yield place.warning(
                f"a score from {decimal_text(higher.from_)} has the factor {decimal_text(higher.factor)}, and a worse"
                f" one from {decimal_text(lower.from_)} has {decimal_text(lower.factor)}; money grows as performance"
                " falls.",
                "Exchange the factors, unless that was agreed.",
                "contract.money_against_direction",
            )


def _month_fail(place: Place) -> Iterator[Problem]:
    contract, one = place.contract, place.contract.month_fail
    assert one is not None  # noqa: S101 - asked by the caller
    grades = contract.coefficient.grades if contract.coefficient else []
    fails_by_grade = any(grade.month_fail for value in grades for grade in value.value)
    if one.score_below is None and not one.critical and not fails_by_grade:
        yield place.warning(
            "nothing makes a month fail; its notices have no effect.",
            "Write `score_below:`, `critical:`, or `month_fail: true` in a grade.",
            "contract.month_never_fails",
        )
    known = {indicator.id: indicator for indicator in contract.indicators}
    for number, critical in enumerate(one.critical):
        indicator = known.get(critical.indicator)
        if indicator is None:
            yield place.problem(
                f"it counts errors of {critical.indicator!r}, which is no indicator.",
                f"The indicators are: {', '.join(known) or 'none'}.",
                "contract.unknown_indicator",
                "critical",
                number,
            )
            continue
        metric = metric_of(indicator.metric)
        if metric and metric.aggregate != "count":
            yield place.problem(
                f"it counts errors of {critical.indicator!r}, whose value is a {metric.aggregate}, no number of them.",
                "Name an indicator that counts incidents.",
                "contract.critical_not_counted",
                "critical",
                number,
            )
    for number, notice in enumerate(one.notices):
        yield from level_problems(place.inner("notices", number), notice, notice.action)
