"""The product's engine, driven with the reference's facts and told in its record."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.consequence import Measure
from pipelines.contract.model import Contract
from pipelines.contract.resolve import fee_question, month_terms, term_days
from pipelines.core.dated import Piece
from pipelines.core.period import Days, Month
from pipelines.metrics.declare import BEYOND, Metric, metric_named
from pipelines.scoring import counts as product_counts
from pipelines.scoring.judge import DayCounts, judge
from pipelines.settlement import facts as product_facts
from pipelines.settlement.lines import Line as ProductLine
from pipelines.settlement.score import indicator_points
from pipelines.settlement.totals import Settled, settle
from tests.reference_settlement.facts import Counts, Facts, Line, Past, Result

REASON = "unmeasurable: no queue time"


@dataclass(frozen=True)
class ProductPast(Past):
    """What the product says a month leaves; the reference's own record of it stays empty."""

    own: product_facts.Past = field(default_factory=product_facts.Past)


def exactly(value: Fraction) -> Decimal:
    """Return a decimal fraction as a Decimal; one that does not end could not be an amount in the store."""
    found = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(found) == value, f"{value} does not end"
    return found


def counts_of(one: Counts, metric: Metric) -> product_counts.Counts:
    if metric.aggregate == "difference":
        return gap_of(one, metric)
    states = Counter(
        {
            "met": one.met,
            "missed": one.missed,
            "counted": one.counted,
            "excluded: short abandon": one.excluded,
            REASON: one.of_operator + one.of_vendor,
            "pending": one.pending,
            BEYOND: one.beyond,
        }
    )
    in_histogram = sum(n for _, n in one.histogram)
    if in_histogram and not one.counted:  # a percentile's amounts are those of its counted items
        states["counted"] = in_histogram
    return product_counts.Counts(
        +states,
        Counter(),
        exactly(one.amount),
        +Counter({REASON: one.of_vendor}),
        exactly(one.of),
        Counter({exactly(amount): n for amount, n in one.histogram}),
    )


def gap_of(one: Counts, metric: Metric) -> product_counts.Counts:
    """Return counts whose weighted states come to the amount: 101 of 1,000 that speak for it, 899 for neither."""
    sign = 1 if one.amount >= 0 else -1
    speaks = next(state for state, weight in metric.weights.items() if weight == sign)
    neither = next(state for state in metric.states if state.startswith("counted") and state not in metric.weights)
    amount = abs(int(one.amount))
    return product_counts.Counts(+Counter({speaks: amount, neither: one.counted - amount}))


def columns_of(contract: Contract, month: Days) -> dict[str, tuple[str, Metric]]:
    """Return the product's column and metric of each question, by the name that the facts have for it."""
    found = {}
    for terms in month_terms(contract, month):
        for question in terms.questions():
            name = question.name if question.part != "value" else terms.id
            found[name] = question.column, question.metric
    return found


# What a case's fee counts where it does not say it.
QUANTITIES = {
    "per_contact": "contact.handled@1",
    "per_minute": "phone.minutes@1",
    "per_case": "case.resolved@1",
    "seats": "agent.attendance@1",
}


def with_quantities(contract: Contract) -> Contract:
    """Let every fee name what it counts, as the linter asks."""
    fees = [
        fee.model_copy(update={"quantity": Measure(metric=QUANTITIES[fee.form])})
        if fee.quantity is None and fee.form in QUANTITIES
        else fee
        for fee in contract.fees
    ]
    return contract.model_copy(update={"fees": fees})


def quantity(metric: Metric, number: Fraction) -> product_counts.Counts:
    """Return counts that make a fee's quantity; a number that is not whole is that of a sum."""
    if metric.aggregate == "count" and metric.amount is None:
        assert number.denominator == 1, "contacts are whole"
        return product_counts.Counts(Counter({metric.numerator: int(number)}))
    return product_counts.Counts(Counter({"counted": 1}), amount=exactly(number * metric.per))


def fee_counts(contract: Contract, facts: Facts, month: Days) -> DayCounts:
    found: dict[str, dict[date, product_counts.Counts]] = {}
    for fee in contract.fees:
        if fee.quantity is None:
            continue
        asked = fee_question(contract, fee.id, fee.clause, fee.quantity, month)
        own = found.setdefault(asked.column, {})
        for day, number in facts.quantities.get(fee.id, {}).items():
            own[day] = quantity(metric_named(fee.quantity.metric), number)
        for day, time in facts.attendance.get(fee.id, {}).items():
            own[day] = product_counts.Counts(
                Counter({"counted": 1}), amount=Decimal(time.attended), base=Decimal(time.scheduled)
            )
    return found


def facts_of(contract: Contract, month: Days, facts: Facts) -> product_facts.Facts:
    columns = columns_of(contract, month)
    counts = {
        columns[name][0]: {day: counts_of(one, columns[name][1]) for day, one in by_day.items()}
        for name, by_day in facts.counts.items()
        if name in columns
    }
    kinds = {
        kind: frozenset(day for day, own in facts.kinds.items() if kind in own)
        for kind in ("promotion", "holiday", "working")
    }
    missing = {
        terms.id: facts.missing_log[name]
        for terms in month_terms(contract, month)
        for name in (terms.indicator.id, terms.id)
        if name in facts.missing_log
    }
    is_separate = contract.tax.deductions_as == "separate"
    return product_facts.Facts(
        counts={**counts, **fee_counts(contract, facts, month)},
        incidents={
            columns[name][0]: [product_facts.Incident(one.day, one.source, one.item) for one in found]
            for name, found in facts.incidents.items()
            if name in columns
        },
        day_kinds={"default": kinds},
        missing=missing,
        relief_days=frozenset(
            day
            for relief in contract.relief
            for day in Days(relief.from_, relief.until).overlap(month)
            if not relief.scope
        ),
        adjustments=[
            product_facts.Adjustment(
                Month.parse(one.month),
                one.amount,
                one.taxed if is_separate else one.amount,
                Piece(Month.parse(one.month).days, one.rate, "tax"),
                "settled again",
            )
            for one in facts.adjustments
        ],
        withheld=facts.withheld,
    )


def line_of(line: ProductLine) -> Line:
    name = line.consequence or line.id.partition("@")[0]
    if line.indicator is not None and line.consequence is None:
        name = ""  # the cap of an indicator
    if line.step == "adjustments" and line.kind == "adjustment":
        name = line.id.partition("@")[2]
    if line.step in ("carried_in", "floor", "tax", "rounding"):
        name = ""
    if line.id == "coefficient.repeat":
        name = "coefficient"
    return Line(
        line.step,
        line.amount,
        clause=line.clause,
        kind=line.group or "",
        indicator=line.indicator or "",
        consequence=name,
        day=line.days.since if line.days else None,
        item=":".join(line.item) if line.item else "",
        centres=dict(line.cost_centres),
    )


def result_of(contract: Contract, found: Settled, judged: list, month: Month) -> Result:
    verdicts = {one.terms.id: one.verdict for one in judged}
    for indicator in contract.indicators:
        values = [value for listed in indicator.for_each.values() for value in listed]
        for name in [f"{indicator.id}[{value}]" for value in values] or [indicator.id]:
            verdicts.setdefault(name, "not in force")
    return Result(
        lines=[line_of(line) for line in found.lines],
        totals=found.totals,
        score=found.score.value,
        verdicts=verdicts,
        points={one.terms.id: indicator_points(one) for one in judged},
        values={one.terms.id: one.measured.value for one in judged},
        failed=found.outlook.failed[month],
        notices=[f"{notice.clause}: {notice.action}" for notice in found.notices],
        past=ProductPast(own=found.outlook),
    )


def settle_with_product(contract: Contract, month: str, facts: Facts, past: Past | None) -> Result:
    """Settle ``month`` (``2026-10``) with the product from the same facts, and return what it says in the same words.

    ``past`` is what this function itself returned for the month before (``Result.past``), or None. Of a ``Line`` only
    step, indicator, consequence, day, item and amount are compared, of the lines that are not 0; ``indicator`` and
    ``consequence`` are the ids, a fee's, cap's and table's id stands in ``consequence`` (``coefficient`` and, of an
    adjustment, its month too), a for_each's child is ``id[value]``. ``points`` are percent of the weight.
    """
    contract, days = with_quantities(contract), Month.parse(month).days
    own = past.own if isinstance(past, ProductPast) else product_facts.Past()
    known = facts_of(contract, days, facts)
    judged = [
        judge(terms, known.counts, carried=own.carried_items, missing=known.missing.get(terms.id))
        for terms in month_terms(contract, days)
    ]
    assert len(term_days(contract).overlap(days)), "a month outside the term is not settled"
    return result_of(contract, settle(contract, days, judged, known, own), judged, Month.parse(month))
