"""The order of settlement.md, section 7, and the totals a statement prints. They add up, and a test adds them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contract.bands import tier_of, tiers
from pipelines.contract.consequence import Consequence, Escalation
from pipelines.contract.model import Contract, Grade, PointsTable
from pipelines.contract.resolve import dated, term_days
from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text, rate_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days, Month
from pipelines.scoring.judge import MET, MISSED, NO_DATA, REPORTED, TOO_FEW, Judged
from pipelines.scoring.points import is_met
from pipelines.settlement.caps import cap_lines, pool_cap_lines
from pipelines.settlement.consequences import (
    BY_DAY,
    Taking,
    bear,
    bonus_lines,
    indicator_cap,
    last_versions,
    own_cap,
    periods,
    service_points,
    takings_of,
)
from pipelines.settlement.escalation import applying, more_for
from pipelines.settlement.facts import Credit, Facts, Past
from pipelines.settlement.fees import fee_lines, fee_quantities
from pipelines.settlement.lines import Base, Line, at_nothing
from pipelines.settlement.score import Score, failures, grade_of, is_undecided, score
from pipelines.settlement.tax import floored_and_taxed

# Every step, in order; together they are the payable sum.
STEPS = (
    "fees",
    "bonuses",
    "deductions",
    "repeats",
    "capped",
    "coefficient",
    "adjustments",
    "earn_back",
    "carried_in",
    "floor",
    "tax",
    "rounding",
)
AS_MET = "counts as met"  # too few, and so agreed: it ends a run

Name = tuple[str, str]  # of an indicator, and of one of its consequences
Levels = list[tuple[Escalation, str]]

NET_STEPS = ("fees", "bonuses", "deductions", "repeats", "capped", "coefficient", "earn_back")


@dataclass(frozen=True)
class Notice:
    """What a failed month lets a party do; it moves no money."""

    clause: str
    action: str
    within_days: int | None
    because: str


@dataclass(frozen=True)
class Settled:
    """The lines of a month and its totals, all in the contract's currency.

    ``totals`` has every step, each the sum of its lines, and ``payable``, the sum of the steps; ``withheld`` and
    ``carried_out`` change no total. ``failed`` says why the month has failed; ``outlook`` is what it leaves behind.
    """

    lines: Sequence[Line]
    totals: dict[str, Decimal]
    score: Score
    failed: Sequence[str]
    notices: Sequence[Notice]
    outlook: Past


def settle(
    contract: Contract, month: Days, judged: Sequence[Judged], facts: Facts | None = None, past: Past | None = None
) -> Settled:
    """Settle a month, step by step.

    Amounts are signed towards the payable sum. Neither the order of the indicators nor that of the fees changes a byte.
    """
    in_order = sorted(judged, key=lambda one: (one.terms.indicator.place, one.terms.id))
    return _Month(contract, month, in_order, facts or Facts(), past or Past()).settled()


@dataclass(frozen=True)
class _Month:
    """A month that is being settled."""

    contract: Contract
    days: Days
    judged: Sequence[Judged]
    facts: Facts
    past: Past

    @property
    def month(self) -> Month:
        """Return the calendar month."""
        return Month(self.days.since.year, self.days.since.month)

    @property
    def is_last(self) -> bool:
        """Whether the contract ends in it."""
        return self.contract.term.until <= self.days.until

    def settled(self) -> Settled:
        """Walk through the steps in their order."""
        contract, currency = self.contract, self.contract.currency
        quantities = fee_quantities(contract, self.facts.counts)
        fees = self._kept(fee_lines(contract, self.days, quantities, self.facts.relief_days))
        base = Base(contract, self.days, fees)
        found = score(self.judged, contract.coefficient.score_at if contract.coefficient else None)
        grades = list(self._grades(found))
        failed = failures(contract, found, self.judged, [grade for _, grade in grades])
        has_failed = True if failed else None if is_undecided(contract, found) else False
        is_missed = any(one.verdict == MISSED and one.terms.indicator.class_ == "critical" for one in self.judged)

        bonuses = [
            line
            for one in self.judged
            for line in bonus_lines(one, base, critical_missed=is_missed, left_out=self.facts.left_out)
        ]
        takings, own_cuts = self._deductions(base)
        coefficient = self._kept(self._coefficient(base, grades))
        bonuses += [line for line in coefficient if line.step == "bonuses"]
        takings += [_free(line) for line in coefficient if line.step == "deductions"]
        points = self._kept(self._points_lines(base))
        takings += [_free(line) for line in points if line.step == "deductions"]

        self._one_event(takings)
        cuts = [line for cut in own_cuts for line in cut.lines(currency)]
        takings += self._repeats(takings, failed=bool(failed))
        cuts += self._indicator_caps(takings, base)
        cuts += pool_cap_lines(base, takings)
        cuts += cap_lines(base, takings)

        lines = [*fees, *bonuses, *(_borne(one, currency) for one in takings), *cuts]
        lines += [line for line in coefficient if line.step == "coefficient"]
        lines += [line for line in points if line.step == "adjustments"]
        lines += self._kept(self._adjustments())
        returned, credits_left = self._earn_back(takings, currency)
        lines += self._kept([*returned, *self._carried_in()])
        lines.sort(key=lambda line: STEPS.index(line.step))  # stable: within a step as they came about
        lines, carried = floored_and_taxed(contract, self.days, lines)
        return Settled(
            lines,
            _totals(lines, currency, self.facts.withheld),
            found,
            failed,
            list(self._notices(failed=bool(failed))),
            replace(self._outlook(credits_left, has_failed=has_failed), carried=carried),
        )

    def _kept(self, lines: Iterable[Line]) -> list[Line]:
        return [line for line in lines if line.id not in self.facts.left_out]

    # ------------------------------------------------------------------------------------------ 2. deductions

    def _deductions(self, base: Base) -> tuple[list[Taking], list["_OwnCut"]]:
        """Return every indicator's deductions, and what their own caps cut; ``one_of: highest`` keeps one of them."""
        takings: list[Taking] = []
        cuts: list[_OwnCut] = []
        for one in self.judged:
            own = [one for one in takings_of(one, base, self.facts) if one.line.id not in self.facts.left_out]
            names = dict.fromkeys(taking.name for taking in own)
            cuts += [cut for name in names for cut in _own_cut(one, name[1], own, base)]
            if one.terms.indicator.one_of == "highest" and len(names) > 1:
                sums = {name: sum(t.left for t in own if t.name == name) for name in names}
                highest = max(sorted(names), key=lambda name: sums[name])
                _absorb([t for t in own if t.name != highest], f"one of: {'.'.join(highest)} is the highest")
            takings += own
        return takings, cuts

    # ------------------------------------------------------------------------- 2. the coefficient and points tables

    def _grades(self, found: Score) -> Iterator[tuple[Piece[list[Grade]], Grade]]:
        """Yield the score's grade by every version of the table that holds in the month."""
        coefficient = self.contract.coefficient
        if coefficient is None or found.value is None:
            return
        history = dated(
            "coefficient", coefficient.grades, begins=self.contract.term.from_, by=coefficient.clause
        ).pieces(term_days(self.contract).overlap(self.days))
        for piece in history:
            grade = grade_of(found.value, piece.value, self.judged)
            if grade is not None:
                yield piece, grade

    def _coefficient(self, base: Base, grades: Sequence[tuple[Piece[list[Grade]], Grade]]) -> Iterator[Line]:
        """Yield (coefficient − 1) × base: a deduction within the caps, a bonus, or a factor outside them."""
        rule = self.contract.coefficient
        if rule is None:
            return
        in_force = term_days(self.contract).overlap(self.days)
        for piece, grade in grades:
            whole, words = base.of(rule.base)
            exact = (Fraction(grade.factor) - 1) * whole * len(piece.days) / len(in_force)
            formula = f"({decimal_text(grade.factor)} − 1) × {words}"
            if len(piece.days) != len(in_force):
                formula += f" × {len(piece.days)}/{len(in_force)} days"
            amount = to_fen(exact, self.contract.currency)
            is_deduction = rule.as_ == "deduction"
            step = ("bonuses" if amount > 0 else "deductions") if is_deduction else "coefficient"
            yield Line(
                id="coefficient" if len(grades) == 1 else f"coefficient@{piece.days.since}",
                kind="coefficient",
                step=step,
                clause=rule.clause,
                amount=amount,
                formula=formula,
                days=piece.days,
                by=piece.by,
                group=rule.kind if step == "deductions" else None,
                because=None if amount else f"the grade from {decimal_text(grade.from_)} changes nothing",
            )

    def _points_lines(self, base: Base) -> Iterator[Line]:
        """Yield what service points cost: this month's, or those that the month before left for this one's fee."""
        for table in sorted(self.contract.points_tables, key=lambda one: one.id):
            own = self.service_points(table)
            if table.of == "this":
                yield from self._points_line(table, own, base, step="deductions", suffix="")
                continue
            before = self.past.service_points.get(table.id, Fraction(0))
            yield from self._points_line(table, before, base, step="deductions", suffix=f"@{self.month.after(-1)}")
            if self.is_last:
                yield from self._points_line(table, own, base, step="adjustments", suffix="")

    def _points_line(
        self, table: PointsTable, points: Fraction, base: Base, *, step: str, suffix: str
    ) -> Iterator[Line]:
        tier = tier_of(points, tiers(table.bands, None), "left")
        if not points and not (tier.band.rate or tier.band.amount):
            return
        whole, words = base.of(table.base)
        exact = Fraction(tier.band.rate or 0) * whole if tier.band.amount is None else tier.band.amount
        priced = f"{rate_text(tier.band.rate or Decimal(0))} × {words}" if tier.band.amount is None else str(exact)
        yield Line(
            id=f"{table.id}{suffix}",
            kind="points",
            step=step,
            clause=table.clause,
            amount=-to_fen(exact, self.contract.currency),
            formula=f"{decimal_text(points)} points (tier {tier}): {priced}",
            group=table.kind if step == "deductions" else None,
            taxed=None if step == "deductions" or self.contract.tax.deductions_as == "price_reduction" else Decimal(0),
            because=None if exact else f"{decimal_text(points)} points cost nothing",
        )

    def service_points(self, table: PointsTable) -> Fraction:
        """Return the month's service points for a table; a repeat multiplies an indicator's."""
        points = Fraction(0)
        for one in self.judged:
            for consequence, earned in service_points(one, table.id):
                points += earned + more_for(earned, self._levels(one, consequence))[0]
        return points

    # ------------------------------------------------------------------------------------- 3. repeats and one event

    def _levels(self, judged: Judged, consequence: Consequence) -> Levels:
        """Return the levels that apply to an indicator's miss; incidents escalate where that is stated."""
        repeats, is_stated = consequence.repeats, judged.terms.indicator.escalates is not None
        if repeats is None or not judged.terms.escalates or (consequence.form in BY_DAY and not is_stated):
            return []
        verdicts = {**self.past.verdicts.get(judged.terms.id, {}), self.month: judged.verdict}
        missed = {month: _is_missed(verdict) for month, verdict in verdicts.items()}
        return list(applying(repeats.levels, missed, self.month, gap=repeats.gap, reset=repeats.reset))

    def _levels_by_name(self) -> dict[Name, Levels]:
        """Return the levels that apply to each indicator's consequences; the last agreed of the month decide."""
        return {
            (one.terms.id, name): self._levels(one, consequence)
            for one in self.judged
            for name, consequence in last_versions(one).items()
            if not consequence.bonus
        }

    def _one_event(self, takings: Sequence[Taking]) -> None:
        """Let the highest of the deductions that speak of one event stay; the others are shown at 0 with its name.

        What is compared is what is left of each after its own cap, with its share of a repeat. One that is absorbed
        takes its share of its own cap's cut with it: of 10 × 500 under a cap of 3,000 one is absorbed, and 4,500 −
        1,800 = 2,700 stays. First what the contract's clauses name alike, then what was decided for the month.
        """
        levels = self._levels_by_name()

        def costs(group: Sequence[Taking]) -> Fraction:
            own = [one for one in takings if one.name == group[0].name]
            whole, left = (sum((one.left for one in some), Fraction(0)) for some in (own, group))
            return left + (more_for(whole, levels.get(group[0].name, []))[0] * left / whole if whole else 0)

        for named in same_event(takings):
            highest = max(named, key=lambda one: costs([one]))
            rest = [one for one in named if one is not highest]
            _absorb(rest, f"one event with {highest.line.id}, which costs as much or more")
        for decision in sorted(self.contract.one_event, key=lambda one: (one.event, one.lines)):
            if decision.month == str(self.month):
                sides = [[t for t in takings if ".".join(t.name) == name and t.left] for name in decision.lines]
                sides = [side for side in sides if side]
                best = max(sides, key=costs, default=[])
                for side in sides:
                    if side is not best:
                        _absorb(side, f"one event with {'.'.join(best[0].name)}, decided by {decision.by}")

    def _repeats(self, takings: Sequence[Taking], *, failed: bool) -> list[Taking]:
        """Return what repeated misses add: a line a consequence, of what its own cap left; the coefficient's too."""
        found = [
            one
            for name, levels in self._levels_by_name().items()
            for one in self._repeat([t for t in takings if t.name == name], f"{'.'.join(name)}.repeat", levels)
        ]
        rule = self.contract.coefficient
        if failed and rule is not None and rule.repeats is not None:
            covered = [t for t in takings if t.line.kind == "coefficient"]
            months: dict[Month, bool | None] = {**self.past.failed, self.month: True}
            levels = list(
                applying(rule.repeats.levels, months, self.month, gap=rule.repeats.gap, reset=rule.repeats.reset)
            )
            found += self._repeat(covered, "coefficient.repeat", levels)
        return found

    def _repeat(
        self, covered: Sequence[Taking], name: str, levels: Sequence[tuple[Escalation, str]]
    ) -> Iterator[Taking]:
        left = sum((one.left for one in covered), Fraction(0))
        more, words = more_for(left, levels)
        if not left or not more or name in self.facts.left_out:
            return
        amount = to_fen(more, self.contract.currency)
        first = covered[0]
        line = Line(
            id=name,
            kind="repeat",
            step="repeats",
            clause=first.line.clause,
            amount=-amount,
            formula=f"{to_fen(left, self.contract.currency)} {words}",
            indicator=first.line.indicator,
            consequence=first.line.consequence,
            by=first.line.by,
            group=first.line.group,
            rests_on=tuple(one.line.id for one in covered if one.left),
        )
        yield Taking(line, Fraction(amount), first.indicator, first.consequence)

    # ------------------------------------------------------------------------------------------------------ 3. caps

    def _indicator_caps(self, takings: Sequence[Taking], base: Base) -> list[Line]:
        found = []
        for one in self.judged:
            limit = indicator_cap(one, base)
            covered = [taking for taking in takings if taking.indicator == one.terms.id and taking.left]
            taken = to_fen(sum((taking.left for taking in covered), Fraction(0)), self.contract.currency)
            if limit is not None and taken > limit[0]:
                bear(covered, taken - limit[0])
                cut = _cut(covered, taken - limit[0], f"{one.terms.id}.cap", f"{taken} − {limit[1]}", "repeats")
                found.append(replace(cut, consequence=None))
        return found

    # --------------------------------------------------------------------------------------- 6. what months leave

    def _adjustments(self) -> list[Line]:
        return [
            Line(
                id=f"adjustment@{one.month}",
                kind="adjustment",
                step="adjustments",
                clause=one.rate.by,
                amount=to_fen(one.amount, self.contract.currency),
                formula=one.reason,
                rate=one.rate,
                taxed=one.taxed,
                because=None if one.amount else "settled again, and the same",
            )
            for one in sorted(self.facts.adjustments, key=lambda one: one.month)
        ]

    def _earn_back(self, takings: Sequence[Taking], currency: str) -> tuple[list[Line], list[Credit]]:
        """Return what comes back of earlier deductions, and the credits that stay open, this month's among them."""
        by_id = {one.terms.id: one for one in self.judged}
        lines, still_open = [], []
        for credit in self.past.credits:
            judged = by_id.get(credit.indicator)
            if judged is None or not _reaches(judged, credit.at):
                continue  # one period that does not reach it ends the hope
            if credit.left > 1:
                still_open.append(replace(credit, left=credit.left - 1))
                continue
            lines.append(
                Line(
                    id=f"{credit.indicator}.{credit.consequence}.earn_back@{credit.month}",
                    kind="earn_back",
                    step="earn_back",
                    clause=credit.clause,
                    amount=credit.amount,
                    formula=f"{rate_text(credit.share)} × {credit.borne}, borne in {credit.month}",
                    indicator=credit.indicator,
                    consequence=credit.consequence,
                )
            )
        return lines, [*still_open, *self._new_credits(takings, currency)]

    def _new_credits(self, takings: Sequence[Taking], currency: str) -> Iterator[Credit]:
        """Yield what may come back of this month: the stated share of what each consequence bears in the end."""
        for one in self.judged:
            for name, consequence in last_versions(one).items():
                own = [taking for taking in takings if taking.name == (one.terms.id, name)]
                borne, rule = sum((taking.left for taking in own), Fraction(0)), consequence.earn_back
                if rule is not None and borne:
                    amount = to_fen(Fraction(rule.share) * borne, currency)
                    clause, shown = own[0].line.clause, to_fen(borne, currency)
                    yield Credit(
                        one.terms.id, name, clause, self.month, shown, rule.share, amount, rule.at, rule.periods
                    )

    def _carried_in(self) -> list[Line]:
        """Return what earlier months could not take, a line a tax rate."""
        found = []
        for one in self.past.carried:
            suffix = "" if len(self.past.carried) == 1 or one.rate is None else f"@{rate_text(one.rate.value)}"
            words = f"carried out of {one.out_of}"
            taxed = None if one.rate is not None else one.amount * 0
            found.append(
                Line(
                    f"carried_in{suffix}", "carried_in", "carried_in", "floor", one.amount, words,
                    rate=one.rate, taxed=taxed,
                )
            )  # fmt: skip
        return found

    def _notices(self, *, failed: bool) -> Iterator[Notice]:
        rule = self.contract.month_fail
        if rule is None or not failed:
            return
        months: dict[Month, bool | None] = {**self.past.failed, self.month: True}
        for notice in rule.notices:
            for _, why in applying([notice], months, self.month, gap=rule.gap, reset=rule.reset):
                yield Notice(notice.clause, notice.action, notice.within_days, why)

    def _outlook(self, open_credits: Sequence[Credit], *, has_failed: bool | None) -> Past:
        verdicts = {name: dict(found) for name, found in self.past.verdicts.items()}
        for one in self.judged:
            is_as_met = one.verdict == TOO_FEW and one.terms.indicator.too_few == "count_as_met"
            verdicts.setdefault(one.terms.id, {})[self.month] = AS_MET if is_as_met else one.verdict
        return Past(
            verdicts=verdicts,
            failed={**self.past.failed, self.month: has_failed},
            credits=() if self.is_last else open_credits,
            service_points={
                table.id: self.service_points(table) for table in self.contract.points_tables if table.of == "next"
            },
            carried_items={}
            if self.is_last
            else {name: found for one in self.judged for name, found in one.carried_out.items()},
        )


@dataclass(frozen=True)
class _OwnCut:
    """What a consequence's own cap cuts off the takings that it covers; each bears its part."""

    covered: Sequence[Taking]
    name: str
    formula: str

    def lines(self, currency: str) -> Iterator[Line]:
        """Yield the line of what is given back: the parts of those that have not been absorbed since."""
        staying = [one for one in self.covered if one.line.amount]
        borne = [-Fraction(one.line.amount) - one.left for one in staying]
        exact = sum(borne, Fraction(0))
        cut = to_fen(exact, currency)
        for one, its in zip(staying, borne, strict=True):  # what is left adds up to the lines as they are printed
            one.left = -Fraction(one.line.amount) - (Fraction(cut) * its / exact if exact else 0)
        if cut:
            yield _cut(staying, cut, self.name, self.formula, "deductions")


def _own_cut(judged: Judged, name: str, own: Sequence[Taking], base: Base) -> Iterator[_OwnCut]:
    found = own_cap(judged, name, base)
    if found is None:
        return
    cap, words, days = found
    covered = [one for one in own if one.name[1] == name and one.line.days and one.line.days.since in days]
    taken = to_fen(sum((one.left for one in covered), Fraction(0)), base.contract.currency)
    if taken > cap:
        bear(covered, taken - cap)
        yield _OwnCut(covered, f"{judged.terms.id}.{name}.cap", f"{taken} − {words}")


def same_event(takings: Sequence[Taking]) -> list[list[Taking]]:
    """Group the lines that name one happening: one item, or one day where what is named happens to a day.

    A line that has come to nothing before names none.
    """
    named = [
        (one, one.consequence.event, one.line.days.since)
        for one in takings
        if one.left and one.line.days
        if one.consequence is not None and one.consequence.event and one.consequence.form in BY_DAY
    ]
    of_days = {(event, day) for one, event, day in named if one.consequence and one.consequence.form == "event"}
    groups: dict[tuple[object, ...], list[Taking]] = {}
    for one, event, day in named:
        groups.setdefault((event, day) if (event, day) in of_days else (event, one.line.item), []).append(one)
    return [group for group in groups.values() if len(group) > 1]


def _is_missed(verdict: str) -> bool | None:
    """True or False, and None without a verdict."""
    return None if verdict in (TOO_FEW, NO_DATA, REPORTED) else verdict == MISSED


def _reaches(judged: Judged, at: Decimal | None) -> bool:
    """Say whether a period reaches ``at`` (None: its target); one without a verdict does not."""
    if at is None or judged.verdict not in (MET, MISSED):
        return judged.verdict == MET
    return all(is_met(one.value, Fraction(at), judged.terms.metric.better) for one in periods(judged))


def _free(line: Line) -> Taking:
    """A deduction of no indicator."""
    return Taking(line, -Fraction(line.amount))


def _absorb(takings: Sequence[Taking], because: str) -> None:
    for one in takings:
        one.left = Fraction(0)
        one.line = at_nothing(one.line, because)


def _cut(covered: Sequence[Taking], amount: Decimal, name: str, formula: str, step: str) -> Line:
    first = covered[0].line
    groups = {one.line.group for one in covered}
    return Line(
        id=name,
        kind="cap",
        step=step,
        clause=first.clause,
        amount=amount,
        formula=formula,
        indicator=first.indicator,
        consequence=first.consequence if len({one.name for one in covered}) == 1 else None,
        group=first.group if len(groups) == 1 else None,
        rests_on=tuple(one.line.id for one in covered),
    )


def _borne(taking: Taking, currency: str) -> Line:
    return replace(taking.line, borne=to_fen(taking.left, currency))


def _totals(lines: Sequence[Line], currency: str, withheld: Decimal) -> dict[str, Decimal]:
    totals = {step: total((line.amount for line in lines if line.step == step), currency) for step in STEPS}
    totals["payable"] = total(totals.values(), currency)
    totals["withheld"] = to_fen(withheld, currency)
    totals["carried_out"] = -totals["floor"]
    return totals


def net_of(totals: Mapping[str, Any], currency: str) -> Decimal:
    """Return the net of a month that an adjustment compares: steps 1 to 5 and earn-back (settlement.md, section 7)."""
    return total((Decimal(totals[step]) for step in NET_STEPS), currency)


__all__ = ["NET_STEPS", "STEPS", "Notice", "Settled", "net_of", "settle"]
