"""Section 5 up to the cap per indicator: what a month of an indicator costs or earns, line by line.

Amounts of ``left`` are what a deduction costs, so they are positive; ``amount`` is signed as the statement prints it.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract, clause_numbers
from pipelines.metrics.declare import metric_named
from tests.reference_settlement.escalation import extra
from tests.reference_settlement.facts import Facts, Line
from tests.reference_settlement.numbers import (
    average_over,
    band_of,
    closed_end,
    days_of,
    is_reached,
    rounded,
    steps_beyond,
    worth_on,
)
from tests.reference_settlement.verdicts import Judged, Month, better_of, questions, term_days, value_of_day

BY_DAY = ("per_incident", "event")


@dataclass(frozen=True)
class Bases:
    """The month's rounded fee lines, of which percentages are taken, before everything else."""

    contract: Contract
    month: str
    fees: list[Line]

    @property
    def tax_rate(self) -> Fraction:
        """The rate of the month's first day in force."""
        return Fraction(worth_on(self.contract.tax.rate, term_days(self.contract, self.month)[0]) or 0)

    def of(self, names: list[str] | None) -> Fraction:
        wanted = [name for name in names or [] if name != "net_of_tax"]
        lines = [line for line in self.fees if not wanted or line.consequence in wanted]
        sum_ = Fraction(sum((line.amount for line in lines), Decimal(0)))
        if "net_of_tax" in (names or []) and self.contract.tax.prices_include_tax:
            return sum_ / (1 + self.tax_rate)
        return sum_

    def fen(self, amount: Fraction) -> Decimal:
        return rounded(amount, self.contract.currency)


@dataclass
class Owed:
    """A consequence's month: its lines, what its own cap cuts, its repeat. ``terms`` are its last version's."""

    month: Month
    terms: Any
    lines: list[Line] = field(default_factory=list)
    repeat: Line | None = None

    @property
    def left(self) -> Fraction:
        return sum((line.left for line in self.lines), Fraction(0))

    @property
    def all_lines(self) -> list[Line]:
        return [*self.lines, self.repeat] if self.repeat else self.lines

    @property
    def whole(self) -> Fraction:
        return sum((line.left for line in self.all_lines), Fraction(0))

    def absorb(self, lines: list[Line], name: str) -> None:
        """Show lines at 0; they take their share of the own cap's cut and of the repeat with them."""
        before = self.left
        for line in lines:
            line.amount, line.left, line.absorbed_by = line.amount - line.amount, Fraction(0), name
        if self.repeat is not None and before:
            self.repeat.left = self.repeat.left * self.left / before


def bear(lines: list[Line], cut: Fraction | Decimal) -> None:
    """Let lines bear a cut in proportion to what is left of them."""
    whole = sum((line.left for line in lines), Fraction(0))
    for line in lines:
        line.left -= Fraction(cut) * line.left / whole


# --- the amount of one period ---


def money(part: Any, base: Fraction) -> Fraction:
    """Return a stated share of the base, or a stated sum."""
    if part.rate is not None:
        return Fraction(part.rate) * base
    return Fraction(part.amount or 0)


def steps_of(terms: Any, period: Judged, start: Fraction, better: str) -> int:
    """Count the steps from ``start``: worse than it for losses, better for gains."""
    if period.value is None:  # longer than any: at least one step, and those of the longest
        return max(1, steps_past(terms, period.longest, start, better)) if not terms.bonus else 0
    return steps_past(terms, period.value, start, better)


def steps_past(terms: Any, value: Fraction, start: Fraction, better: str) -> int:
    distance = value - start if (better == "higher") == terms.bonus else start - value
    step = Fraction(terms.step) * (start if terms.relative else 1)
    return steps_beyond(distance, step, terms.steps_mode)


def period_amount(terms: Any, period: Judged, month: Month, bases: Bases) -> Fraction:
    """Return what a missed (or, of a bonus, met) period comes to, by its share of the days."""
    better = better_of(month.child.indicator)
    base = bases.of(terms.base)
    if terms.form == "fixed":
        whole = money(terms, base)
    elif terms.form == "bands":
        band = band_of(period.value, terms.bands, closed_end(better, terms.closed), better)
        whole = money(band, base)
    elif terms.form == "per_step":
        start = Fraction(terms.from_) if terms.from_ is not None else period.target or Fraction(0)
        whole = money(terms, base) * steps_of(terms, period, start, better)
    else:
        pool = pool_named(bases.contract, terms.pool)
        at_risk = average_over(pool.at_risk, period.days) * bases.of(pool.base)
        whole = at_risk * Fraction(terms.category) * Fraction(terms.allocation) * Fraction(terms.severity)
    return whole * period.share


def pool_named(contract: Contract, name: str | None) -> Any:
    return next(pool for pool in contract.pools if pool.id == name)


def is_earned(terms: Any, period: Judged, better: str) -> bool:
    """A bonus needs a verdict met, or ``from:`` reached."""
    if terms.from_ is None:
        return period.verdict == "met"
    return period.has_value and is_reached(period.value, Fraction(terms.from_), better)


# --- lines of a month ---


def line_of(month: Month, terms: Any, amount: Decimal, day: date, item: str = "") -> Line:
    indicator = month.child.indicator
    return Line(
        "bonuses" if terms.bonus else "deductions",
        amount if terms.bonus else -amount,
        clause=terms.clause or indicator.clause,
        kind="" if terms.bonus else terms.group,
        indicator=month.child.id,
        consequence=terms.id,
        day=day,
        item=item,
        left=Fraction(amount),
    )


def version_on(month: Month, name: str, day: date) -> Any:
    """Return the consequence as it stands on a day: by the period's terms, or by the day itself for incidents."""
    for terms in worth_on(month.child.indicator.consequences, day) or []:
        if terms.id == name and terms.form in BY_DAY:
            return terms
    for period in month.periods:
        if day in period.days:
            for terms in period.terms["consequences"] or []:
                if terms.id == name and terms.form not in BY_DAY:
                    return terms
    return None


def consequence_names(month: Month) -> list[str]:
    names = {terms.id for period in month.periods for terms in period.terms["consequences"] or []}
    for day in month.days:
        names |= {terms.id for terms in worth_on(month.child.indicator.consequences, day) or []}
    return sorted(names)


def owed_by(month: Month, facts: Facts, bases: Bases, *, bonuses: bool, critical_missed: bool = False) -> list[Owed]:
    """Return the consequences of a month that cost (or earn) money, each with its lines, after its own cap."""
    if month.child.indicator.class_ == "report_only":
        return []
    found = []
    for name in consequence_names(month):
        known = [terms for terms in (version_on(month, name, day) for day in month.days) if terms is not None]
        if not known or known[-1].form == "points" or known[-1].bonus != bonuses:
            continue
        if bonuses and known[-1].no_bonus_if == "critical_missed" and critical_missed:
            continue
        owed = Owed(month, known[-1], lines_of(month, name, known[-1], facts, bases))
        cut_at_own_cap(owed, name, bases)
        found.append(owed)
    if month.child.indicator.one_of == "highest" and found:
        highest = max(found, key=lambda owed: owed.left)
        for owed in found:
            if owed is not highest:
                owed.absorb(owed.lines, f"one_of: {highest.terms.id}")
    return found


def lines_of(month: Month, name: str, last: Any, facts: Facts, bases: Bases) -> list[Line]:
    if last.form == "per_incident":
        return incident_lines(month, name, facts, bases)
    if last.form == "event":
        return event_lines(month, name, facts, bases)
    lines = []
    better = better_of(month.child.indicator)
    for period in month.periods:
        terms = version_on(month, name, period.days[0])
        if terms is None:
            continue
        if is_earned(terms, period, better) if terms.bonus else period.verdict == "missed":
            lines.append(line_of(month, terms, bases.fen(period_amount(terms, period, month, bases)), period.days[0]))
    if last.once_a_month and month.child.indicator.period == "day" and lines:
        highest = max(lines, key=lambda line: line.left)
        lines = [highest]
    return lines


def incident_lines(month: Month, name: str, facts: Facts, bases: Bases) -> list[Line]:
    """A sum for each item, by the terms of its service day."""
    lines = []
    for incident in sorted(facts.incidents.get(month.child.id, []), key=lambda one: (one.day, one.source, one.item)):
        terms = version_on(month, name, incident.day) if incident.day in month.days else None
        if terms is not None:
            amount = bases.fen(money(terms, bases.of(terms.base)))
            lines.append(line_of(month, terms, amount, incident.day, f"{incident.source}:{incident.item}"))
    return lines


def event_lines(month: Month, name: str, facts: Facts, bases: Bases) -> list[Line]:
    """A sum, or so many daily fees, for each day whose value is worse than stated."""
    lines = []
    child = month.child
    asked = questions(child, facts, month.days)
    for day in month.days:
        terms = version_on(month, name, day)
        if terms is None or (terms.on_days != "all" and terms.on_days not in facts.kinds.get(day, set())):
            continue
        value = value_of_day(child, asked, facts, day)
        if not value.is_there or is_reached(value.value, Fraction(terms.worse_than), better_of(child.indicator)):
            continue
        base = bases.of(terms.base)
        if terms.daily_fees is not None:
            amount = Fraction(terms.daily_fees) * base / len(days_of(bases.month))
        else:
            amount = money(terms, base)
        lines.append(line_of(month, terms, bases.fen(amount), day))
    return lines


def stated_caps(part: Any, base: Fraction) -> list[Fraction]:
    caps = [] if part.cap is None else [Fraction(part.cap)]
    return caps if part.cap_rate is None else [*caps, Fraction(part.cap_rate) * base]


def cut_at_own_cap(owed: Owed, name: str, bases: Bases) -> None:
    """Cut the lines of the days that have an own cap to its mean over these days."""
    caps = {}
    for day in owed.month.days:
        terms = version_on(owed.month, name, day)
        stated = stated_caps(terms, bases.of(terms.base)) if terms is not None else []
        if stated:
            caps[day] = min(stated)
    if not caps:
        return
    cap = bases.fen(sum(caps.values(), Fraction(0)) / len(caps))
    covered = [line for line in owed.lines if line.day in caps]
    over = sum((line.left for line in covered), Fraction(0)) - Fraction(cap)
    if over > 0:
        bear(covered, over)


# --- repeats, one event, the indicator's cap ---


def escalates(month: Month, form: str) -> bool:
    """Say whether misses of earlier months count: true for ratios, false for incidents, unless stated."""
    indicator = month.child.indicator
    if indicator.escalates is not None:
        return indicator.escalates
    metric = metric_named(indicator.metric or indicator.worst_of[0].metric)
    return form not in BY_DAY and metric.aggregate != "count"


def add_repeat(owed: Owed, verdicts: dict[str, str], bases: Bases) -> None:
    """Add the repeat of what is left of a consequence after its own cap: one line a month."""
    if not escalates(owed.month, owed.terms.form):
        return
    amount = bases.fen(extra(owed.terms.repeats, verdicts, bases.month, owed.left))
    if amount:
        line = line_of(owed.month, owed.terms, amount, owed.month.days[0])
        line.step = "repeats"
        owed.repeat = line


def one_event(contract: Contract, owed: list[Owed], month: str) -> None:
    """Of the lines that name one event the highest stays, after repeats; the others are shown at 0 with its name."""
    absorbed: dict[int, tuple[Owed, list[Line]]] = {}
    for group in same_event(owed):
        _, highest = max(group, key=lambda pair: after_repeat(*pair))
        for one, line in group:
            if line is not highest:
                absorbed.setdefault(id(one), (one, []))[1].append(line)
    for one, lines in absorbed.values():
        one.absorb(lines, one.terms.event or "")
    for decision in sorted(contract.one_event, key=lambda one: (one.event, one.lines)):
        if decision.month == month:
            decided(decision, owed)


def same_event(owed: list[Owed]) -> list[list[tuple[Owed, Line]]]:
    """Group lines that name one happening: one item, or one day where the happening is a day's."""
    named = [
        (one, line)
        for one in owed
        for line in one.lines
        if one.terms.event is not None and one.terms.form in BY_DAY and line.amount
    ]
    days = {(one.terms.event, line.day) for one, line in named if one.terms.form == "event"}
    groups: dict[Any, list[tuple[Owed, Line]]] = {}
    for one, line in named:
        of_day = (one.terms.event, line.day)
        groups.setdefault(of_day if of_day in days else (one.terms.event, line.item), []).append((one, line))
    return list(groups.values())


def decided(decision: Any, owed: list[Owed]) -> None:
    """Take these consequences' month as one event, by a recorded decision."""
    spoken_of = [one for one in owed if f"{one.month.child.id}.{one.terms.id}" in decision.lines and one.whole]
    highest = max(spoken_of, key=lambda one: one.whole, default=None)
    for one in spoken_of:
        if one is not highest:
            one.absorb(one.lines, decision.event)


def after_repeat(one: Owed, line: Line) -> Fraction:
    """Return what a line costs with its share of the own cap's cut and of the repeat."""
    repeat = one.repeat.left if one.repeat is not None else Fraction(0)
    return line.left + (repeat * line.left / one.left if one.left else Fraction(0))


def own_cut_line(owed: Owed, bases: Bases) -> list[Line]:
    """Return the line of the own cap's cut: what the lines that stay bear of it, rounded once."""
    stay = [line for line in owed.lines if line.amount]
    borne = {id(line): Fraction(abs(line.amount)) - line.left for line in stay}
    exact = sum(borne.values(), Fraction(0))
    if not exact:
        return []
    cut = bases.fen(exact)
    for line in stay:
        line.left = Fraction(abs(line.amount)) - Fraction(cut) * borne[id(line)] / exact
    line = line_of(owed.month, owed.terms, -cut, owed.month.days[0])
    line.left = Fraction(0)
    return [line]


def settle_repeat(owed: Owed, bases: Bases) -> None:
    """Round what absorbed lines have left of a repeat."""
    if owed.repeat is not None:
        amount = bases.fen(owed.repeat.left)
        owed.repeat.amount, owed.repeat.left = -amount, Fraction(amount)


def cut_at_indicator_cap(owed: list[Owed], month: Month, bases: Bases) -> list[Line]:
    """Cut all deductions and repeats of an indicator together to its cap."""
    indicator = month.child.indicator
    caps = stated_caps(indicator, bases.of(None))
    lines = [line for one in owed for line in one.all_lines]
    whole = sum((line.left for line in lines), Fraction(0))
    if not caps or whole <= Fraction(bases.fen(min(caps))):
        return []
    cut = bases.fen(whole) - bases.fen(min(caps))
    bear(lines, cut)
    return [Line("repeats", cut, clause=indicator.clause, indicator=month.child.id)]


# --- service points ---


def service_points(month: Month, verdicts: dict[str, str], at: str) -> dict[str, Fraction]:
    """Return the service points of a missed month by table: by the days of its parts, multiplied by repeats."""
    found: dict[str, Fraction] = {}
    if month.child.indicator.class_ == "report_only":
        return found
    better = better_of(month.child.indicator)
    for name in consequence_names(month):
        points, last = Fraction(0), None
        for period in month.periods:
            terms = version_on(month, name, period.days[0])
            if terms is None or terms.form != "points":
                continue
            last = terms
            if period.verdict == "missed":
                band = band_of(period.value, terms.bands, closed_end(better, terms.closed), better)
                points += Fraction(band.points) * period.share
        if last is not None:
            if escalates(month, "points"):
                points += extra(last.repeats, verdicts, at, points)
            found[last.table] = found.get(last.table, Fraction(0)) + points
    return found


def table_amount(table: Any, points: Fraction, bases: Bases) -> Decimal:
    """Return what a table makes of the month's service points: a share of the base, or a sum."""
    return bases.fen(money(band_of(points, table.bands, "left", "higher"), bases.of(table.base)))


def tables(contract: Contract) -> list[Any]:
    return sorted(contract.points_tables, key=lambda table: (clause_numbers(table.clause), table.id))
