"""A month from its facts to its statement, by settlement.md alone; and months settled again, for their adjustments."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Contract
from tests.reference_settlement.consequences import (
    Bases,
    Owed,
    add_repeat,
    cut_at_indicator_cap,
    one_event,
    owed_by,
    own_cut_line,
    service_points,
    settle_repeat,
    table_amount,
    tables,
)
from tests.reference_settlement.escalation import notices
from tests.reference_settlement.facts import STEPS, Adjustment, Counts, Credit, Facts, Line, Past, Result
from tests.reference_settlement.fees import fee_lines
from tests.reference_settlement.numbers import worth_on
from tests.reference_settlement.points import month_points, score
from tests.reference_settlement.totals import (
    Graded,
    all_critical,
    cap_cuts,
    coefficient_lines,
    coefficient_repeat,
    finish,
    month_failed,
    pool_cuts,
    returned,
    totals_of,
)
from tests.reference_settlement.verdicts import Month, children, is_last_month, judge_month, term_days


def settle(contract: Contract, month: str, facts: Facts, past: Past | None = None) -> Result:
    """Settle a month (``2026-10``) from what the logs say of it and what earlier months said."""
    past = past or Past()
    months = []
    verdicts = {name: dict(one) for name, one in past.verdicts.items()}
    for child in children(contract):
        judged = judge_month(contract, child, month, facts, past.carried_items)
        verdicts.setdefault(child.id, {})[month] = judged.past_verdict if judged else "not in force"
        if judged:
            months.append(judged)
    found, _ = score(contract, months, facts)
    bases = Bases(contract, month, fee_lines(contract, month, facts))
    graded = coefficient_lines(contract, found, months, bases)
    failed = month_failed(contract, found, months, by_grade=graded.is_failed)
    failures = {**past.failed, month: failed}
    points = points_by_table(months, verdicts, month)
    lines, owed = priced(contract, months, facts, past, bases, graded, verdicts, failures, points)
    back, still_open = returned(past, {one.child.id: one for one in months})
    lines += outside_caps(contract, facts, past, bases, points, back)
    lines, carried = finish(contract, lines, past, facts, bases)
    return Result(
        lines=sorted(lines, key=lambda line: STEPS.index(line.step)),
        totals=totals_of(lines, carried, facts, bases),
        score=found,
        verdicts={
            name: one[month].replace("as met", "not enough data") for name, one in verdicts.items() if month in one
        },
        points={one.child.id: month_points(one, facts) for one in months},
        values={one.child.id: one.whole for one in months},
        failed=failed,
        notices=notices(contract.month_fail, failures, month),
        past=Past(
            verdicts=verdicts,
            failed=failures,
            credits=[*still_open, *opened(owed, month, bases)],
            next_points={table.id: points[table.id] for table in tables(contract) if table.of == "next"},
            carried_items=carried_items(months),
            carried_out=[(pot.amount, decimal_rate(pot.rate)) for pot in carried],
        ),
    )


def points_by_table(months: list[Month], verdicts: dict[str, dict[str, str]], month: str) -> dict[str, Fraction]:
    """Add up the month's service points by table; a table that nothing draws on has none."""
    found: dict[str, Fraction] = {}
    for one in months:
        for name, points in service_points(one, verdicts[one.child.id], month).items():
            found[name] = found.get(name, Fraction(0)) + points
    return _Sums(found)


class _Sums(dict[str, Fraction]):
    def __missing__(self, key: str) -> Fraction:
        return Fraction(0)


def priced(
    contract: Contract,
    months: list[Month],
    facts: Facts,
    past: Past,
    bases: Bases,
    graded: Graded,
    verdicts: dict[str, dict[str, str]],
    failures: dict[str, bool | None],
    points: dict[str, Fraction],
) -> tuple[list[Line], list[Owed]]:
    """Return the lines of steps 1 to 5, and the deductions with what each finally bears."""
    critical_missed = any(all_critical(months, "missed"))
    lines = list(bases.fees)
    for month in months:
        for bonus in owed_by(month, facts, bases, bonuses=True, critical_missed=critical_missed):
            lines += [*bonus.lines, *own_cut_line(bonus, bases)]
    owed = [one for month in months for one in owed_by(month, facts, bases, bonuses=False)]
    for one in owed:
        add_repeat(one, verdicts[one.month.child.id], bases)
    one_event(contract, owed, bases.month)
    repeats: list[Line] = []
    for one in owed:
        lines += [*one.lines, *own_cut_line(one, bases)]
        settle_repeat(one, bases)
        repeats += [one.repeat] if one.repeat else []
    lines += graded.lines
    lines += table_lines(contract, past, bases, points)
    repeats += coefficient_repeat(contract, graded.lines, failures, bases)
    for month in months:
        repeats += cut_at_indicator_cap([one for one in owed if one.month is month], month, bases)
    lines += repeats
    costing = [line for line in lines if line.kind and line.left and line.step in ("deductions", "repeats")]
    pool_of = {(one.month.child.id, one.terms.id): one.terms.pool or "" for one in owed if one.terms.form == "pool"}
    lines += pool_cuts(contract, costing, pool_of, bases)
    lines += cap_cuts(contract, costing, bases)
    return lines, owed


def table_lines(contract: Contract, past: Past, bases: Bases, points: dict[str, Fraction]) -> list[Line]:
    """Return the lines of the points tables: of this month's points, or of the last month's at this month's base."""
    lines = []
    for table in tables(contract):
        if table.of == "next" and table.id not in past.next_points:
            continue
        amount = table_amount(table, past.next_points[table.id] if table.of == "next" else points[table.id], bases)
        if amount:
            lines.append(
                Line(
                    "deductions",
                    -amount,
                    clause=table.clause,
                    kind=table.kind,
                    consequence=table.id,
                    left=Fraction(amount),
                )
            )
    return lines


def outside_caps(
    contract: Contract, facts: Facts, past: Past, bases: Bases, points: dict[str, Fraction], back: list[Line]
) -> list[Line]:
    """Return adjustments, the last month's own points, earn-backs and what earlier months carried out."""
    lines = [
        Line("adjustments", bases.fen(Fraction(one.amount)), consequence=one.month, item=str(number))
        for number, one in enumerate(facts.adjustments)
    ]
    if is_last_month(contract, bases.month):
        for table in tables(contract):
            amount = table_amount(table, points[table.id], bases) if table.of == "next" else Decimal(0)
            if amount:
                lines.append(Line("adjustments", -amount, clause=table.clause, consequence=table.id))
    lines += back
    for number, (amount, _) in enumerate(past.carried_out):
        lines.append(Line("carried_in", amount, item=str(number)))
    return lines


def opened(owed: list[Owed], month: str, bases: Bases) -> list[Credit]:
    """Return what may come back: the stated share of what each consequence was made to bear in the end."""
    found = []
    for one in owed:
        terms = one.terms.earn_back
        amount = bases.fen(Fraction(terms.share) * one.whole) if terms else Decimal(0)
        if terms and amount:
            found.append(Credit(one.month.child.id, one.terms.id, month, amount, terms.at, terms.periods))
    return found


def carried_items(months: list[Month]) -> dict[str, list[tuple[int, Counts]]]:
    return {name: items for month in months for name, items in month.carried_on.items() if items}


def decimal_rate(rate: Fraction) -> Decimal:
    return Decimal(rate.numerator) / Decimal(rate.denominator)


Side = Callable[[Contract, str, Facts, Past | None], Result]


def settle_months(contract: Contract, months: dict[str, Facts], side: Side = settle) -> dict[str, Result]:
    """Settle months in order, each from the past that the one before it left."""
    found = {}
    past = None
    for month in sorted(months):
        found[month] = side(contract, month, months[month], past)
        past = found[month].past
    return found


def adjustments(
    contract: Contract, sealed: dict[str, Facts], known_now: dict[str, Facts], side: Side = settle
) -> list[Adjustment]:
    """Settle sealed months again in order: the net of each whole month now, less the net last stated for it."""
    before = settle_months(contract, sealed, side)
    after = settle_months(contract, {**sealed, **known_now}, side)
    found = []
    for month in sorted(sealed):
        amount = after[month].net - before[month].net
        rate = worth_on(contract.tax.rate, term_days(contract, month)[0]) or Decimal(0)
        if amount:
            found.append(Adjustment(month, amount, rate))
    return found
