"""Sections 5 and 7: the coefficient, caps, earn-back, floor and tax: the statement's lines in order, and its totals."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract, clause_numbers
from tests.reference_settlement.consequences import Bases, bear
from tests.reference_settlement.escalation import extra, failed_verdicts
from tests.reference_settlement.facts import STEPS, Credit, Facts, Line, Past
from tests.reference_settlement.numbers import average_over, is_reached, runs_of, worth_on
from tests.reference_settlement.verdicts import Month, better_of, is_last_month, term_days

# --- the coefficient ---


def all_critical(months: list[Month], verdict: str) -> list[bool]:
    return [month.verdict == verdict for month in months if month.child.indicator.class_ == "critical"]


def grade_of(score: Fraction, grades: Any, *, critical_met: bool) -> Any:
    """Return the highest grade that the score reaches and whose condition is fulfilled."""
    for grade in sorted(grades, key=lambda one: one.from_, reverse=True):
        if score >= Fraction(grade.from_) and (grade.needs is None or critical_met):
            return grade
    return None


@dataclass(frozen=True)
class Graded:
    lines: list[Line]
    is_failed: bool


def coefficient_lines(contract: Contract, score: Fraction | None, months: list[Month], bases: Bases) -> Graded:
    """Return a line for each version of the grades: (factor − 1) × base, by its days."""
    coefficient = contract.coefficient
    if coefficient is None or score is None:
        return Graded([], is_failed=False)
    lines, is_failed = [], False
    critical_met = all(all_critical(months, "met"))
    days = term_days(contract, bases.month)
    for run in runs_of(days, lambda day: worth_on(coefficient.grades, day)):
        grade = grade_of(score, worth_on(coefficient.grades, run[0]) or [], critical_met=critical_met)
        if grade is None:
            continue
        is_failed = is_failed or grade.month_fail
        exact = (Fraction(grade.factor) - 1) * bases.of(coefficient.base) * Fraction(len(run), len(days))
        amount = bases.fen(exact)
        if amount:
            line = Line("coefficient", amount, clause=coefficient.clause, consequence="coefficient", day=run[0])
            if coefficient.as_ == "deduction":
                line.step = "bonuses" if amount > 0 else "deductions"
            if line.step == "deductions":
                line.kind, line.left = coefficient.kind, Fraction(-amount)
            lines.append(line)
    return Graded(lines, is_failed)


def month_failed(contract: Contract, score: Fraction | None, months: list[Month], *, by_grade: bool) -> bool | None:
    """Say whether the month failed; None where a score was to decide and there is none."""
    rule = contract.month_fail
    found = by_grade
    by_score = contract.coefficient is not None and any(
        grade.month_fail for version in contract.coefficient.grades for grade in version.value
    )
    if rule is not None:
        by_score = by_score or rule.score_below is not None
        found = found or (rule.score_below is not None and score is not None and score < Fraction(rule.score_below))
        for critical in rule.critical:
            # of an indicator for each team: all teams' errors are the month's
            named = [m for m in months if critical.indicator in (m.child.id, m.child.indicator.id)]
            found = found or sum(m.whole or 0 for m in named) >= Fraction(critical.at_least)
    if not found and score is None and by_score:
        return None
    return found


def coefficient_repeat(
    contract: Contract, lines: list[Line], failed: dict[str, bool | None], bases: Bases
) -> list[Line]:
    """Return the repeat of the coefficient's deduction in a month that failed."""
    deductions = [line for line in lines if line.step == "deductions"]
    if contract.coefficient is None or not deductions:
        return []
    left = sum((line.left for line in deductions), Fraction(0))
    amount = bases.fen(extra(contract.coefficient.repeats, failed_verdicts(failed), bases.month, left))
    if not amount:
        return []
    return [replace(deductions[0], step="repeats", amount=-amount, left=Fraction(amount))]


# --- caps ---


def pool_cuts(contract: Contract, lines: list[Line], pool_of: dict[tuple[str, str], str], bases: Bases) -> list[Line]:
    """Cut the lines of each pool, repeats included, to the amount at risk."""
    cuts = []
    for pool in sorted(contract.pools, key=lambda one: (clause_numbers(one.clause), one.id)):
        drawn = [line for line in lines if pool_of.get((line.indicator, line.consequence)) == pool.id]
        at_risk = average_over(pool.at_risk, term_days(contract, bases.month)) * bases.of(pool.base)
        cuts += cut_to(bases.fen(at_risk), drawn, pool.id, pool.clause, bases)
    return cuts


def cut_to(cap: Decimal, lines: list[Line], name: str, clause: str, bases: Bases) -> list[Line]:
    whole = sum((line.left for line in lines), Fraction(0))
    cut = bases.fen(whole - Fraction(cap))
    if cut <= 0:
        return []
    bear(lines, cut)
    return [Line("capped", cut, clause=clause, consequence=name)]


def cap_cuts(contract: Contract, lines: list[Line], bases: Bases) -> list[Line]:
    """Cut deductions by kind, in the order written; what a cap cuts is borne in proportion before the next looks."""
    cuts = []
    days = term_days(contract, bases.month)
    for cap in contract.caps:
        stated = []
        if cap.rate is not None:
            stated.append(average_over(cap.rate, days) * bases.of(None))
        if cap.amount is not None:
            stated.append(average_over(cap.amount, days))
        of_kinds = [line for line in lines if line.kind in cap.kinds]
        cuts += cut_to(bases.fen(min(stated)), of_kinds, cap.id, cap.clause, bases)
    return cuts


# --- earn-back ---


def is_credit_reached(credit: Credit, month: Month | None) -> bool:
    """Say whether the indicator reached what the credit asks for in this period; without a verdict it did not."""
    if month is None or month.verdict not in ("met", "missed"):
        return False
    if credit.at is None:
        return month.verdict == "met"
    better = better_of(month.child.indicator)
    judged = [period for period in month.periods if period.has_value]
    return all(is_reached(period.value, Fraction(credit.at), better) for period in judged)


def returned(past: Past, months: dict[str, Month]) -> tuple[list[Line], list[Credit]]:
    """Return the credits that come back this month, and those that stay open."""
    lines, open_ = [], []
    for credit in past.credits:
        month = months.get(credit.indicator)
        if not is_credit_reached(credit, month):
            continue
        reached = credit.reached + 1
        if reached < credit.periods:
            open_.append(replace(credit, reached=reached))
            continue
        lines.append(Line("earn_back", credit.amount, indicator=credit.indicator, consequence=credit.consequence))
    return lines, open_


# --- floor, tax, totals ---


@dataclass(frozen=True)
class Pot:
    """A sum before tax, at one rate."""

    amount: Decimal
    rate: Fraction


def taxed_part(line: Line, contract: Contract, facts: Facts) -> Decimal:
    """Return the part of a line that is taxed: all of it, or under ``separate`` fees, bonuses and factor only."""
    if contract.tax.prices_include_tax:
        return line.amount - line.amount
    if contract.tax.deductions_as == "price_reduction":
        return line.amount
    if line.step == "adjustments" and line.item:
        return facts.adjustments[int(line.item)].taxed
    return line.amount if line.step in ("fees", "bonuses", "coefficient") else line.amount - line.amount


def rate_of(line: Line, past: Past, facts: Facts, bases: Bases) -> Fraction:
    """Return the rate of the service month that a line belongs to."""
    if line.step == "adjustments" and line.item:
        return Fraction(facts.adjustments[int(line.item)].rate)
    if line.step == "carried_in":
        return Fraction(past.carried_out[int(line.item)][1])
    return bases.tax_rate


def tax_lines(contract: Contract, lines: list[Line], past: Past, facts: Facts, bases: Bases) -> list[Line]:
    """Return for each rate the sum of the figures beside its lines, and what brings it to the tax on their whole."""
    by_rate: dict[Fraction, list[tuple[Line, Decimal]]] = {}
    for line in lines:
        by_rate.setdefault(rate_of(line, past, facts, bases), []).append((line, taxed_part(line, contract, facts)))
    taxes = []
    for rate, taxed in by_rate.items():
        for line, part in taxed:
            line.tax = bases.fen(Fraction(part) * rate)
        shown = sum((line.tax for line, _ in taxed if line.tax is not None), Decimal(0))
        due = bases.fen(sum((Fraction(part) for _, part in taxed), Fraction(0)) * rate)
        taxes += [Line("tax", bases.fen(Fraction(shown))), Line("rounding", bases.fen(Fraction(due - shown)))]
    return taxes


def left_over(pots: list[Pot]) -> list[Pot]:
    """Let what is positive pay off what is negative, the oldest first; return what is left of it by its rate."""
    have = sum((pot.amount for pot in pots if pot.amount > 0), Decimal(0))
    rest = []
    for pot in pots:
        if pot.amount >= 0:
            continue
        paid = min(have, -pot.amount)
        have -= paid
        if pot.amount + paid:
            rest.append(Pot(pot.amount + paid, pot.rate))
    return rest


def finish(
    contract: Contract, lines: list[Line], past: Past, facts: Facts, bases: Bases
) -> tuple[list[Line], list[Pot]]:
    """Add floor, tax and rounding; return all lines and what is carried out."""
    net = sum((line.amount for line in lines), Decimal(0))
    has_floor = contract.floor == "zero" and not is_last_month(contract, bases.month)
    if contract.tax.deductions_as == "separate":
        taxes = tax_lines(contract, lines, past, facts, bases)
        payable = net + sum((line.amount for line in taxes), Decimal(0))
        if has_floor and payable < 0:
            return [*lines, Line("floor", -payable), *taxes], [Pot(payable, Fraction(0))]
        return [*lines, *taxes], []
    if has_floor and net < 0:
        oldest = [pot_of(line, past, facts, bases) for line in lines if line.step == "carried_in"]
        sealed = [pot_of(line, past, facts, bases) for line in lines if line.step == "adjustments"]
        own = [line.amount for line in lines if line.step not in ("carried_in", "adjustments")]
        pots = [*oldest, *sealed, Pot(sum(own, Decimal(0)), bases.tax_rate)]
        for line in lines:
            line.tax = bases.fen(Fraction(0))
        return [*lines, Line("floor", -net)], merged(left_over(pots))
    return [*lines, *tax_lines(contract, lines, past, facts, bases)], []


def pot_of(line: Line, past: Past, facts: Facts, bases: Bases) -> Pot:
    return Pot(line.amount, rate_of(line, past, facts, bases))


def merged(pots: list[Pot]) -> list[Pot]:
    """Write what is carried at one rate as one sum."""
    rates = list(dict.fromkeys(pot.rate for pot in pots))
    return [Pot(sum((pot.amount for pot in pots if pot.rate == rate), Decimal(0)), rate) for rate in rates]


def totals_of(lines: list[Line], carried: list[Pot], facts: Facts, bases: Bases) -> dict[str, Decimal]:
    """Add up each step, what is payable, and what is carried out."""
    nothing = bases.fen(Fraction(0))
    totals = {step: sum((line.amount for line in lines if line.step == step), nothing) for step in STEPS}
    totals["payable"] = sum((totals[step] for step in STEPS), nothing)
    totals["withheld"] = nothing + facts.withheld
    totals["carried_out"] = sum((pot.amount for pot in carried), nothing)
    return totals
