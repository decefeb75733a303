"""Sections 2 and 3: the parts of a month, their values and verdicts, and what is carried to the next period."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from pipelines.contract.model import Contract, Indicator
from pipelines.metrics.declare import metric_named
from tests.reference_settlement.facts import Counts, Facts
from tests.reference_settlement.numbers import (
    days_of,
    first_of,
    is_reached,
    month_after,
    runs_of,
    to_grid,
    worth_on,
)

TERMS = ("target", "weight", "minimum_sample", "scoring", "consequences")
CARRIED_AT_MOST = 3
Carried = list[tuple[int, Counts]]


@dataclass(frozen=True)
class Child:
    """An indicator as it is judged: itself, or one of ``for_each``, with its part of the weight."""

    id: str
    indicator: Indicator
    of: int = 1


@dataclass
class Judged:
    """A part (or a day) with its verdict. ``value`` None with ``is_beyond`` is a percentile longer than any."""

    days: list[date]
    share: Fraction
    terms: dict[str, Any]
    verdict: str = "no data"
    reason: str = ""
    value: Fraction | None = None
    is_beyond: bool = False
    longest: Fraction = Fraction(0)
    target: Fraction | None = None
    is_as_met: bool = False
    late: dict[str, Carried] = field(default_factory=dict)

    @property
    def has_value(self) -> bool:
        return self.verdict in ("met", "missed")


@dataclass
class Month:
    """A child's month: ``periods`` are what money follows (parts, or days), ``parts`` what points follow."""

    child: Child
    days: list[date]
    periods: list[Judged]
    parts: list[Judged]
    whole: Fraction | None
    carried_on: dict[str, Carried]

    @property
    def verdict(self) -> str:
        found = [period.verdict for period in self.periods]
        for verdict in ("missed", "met", "reported", "not enough data", "no data"):
            if verdict in found:
                return verdict
        return "not in force"

    @property
    def past_verdict(self) -> str:
        is_as_met = self.verdict == "not enough data" and self.child.indicator.too_few == "count_as_met"
        return "as met" if is_as_met else self.verdict


def children(contract: Contract) -> Iterator[Child]:
    """Return every indicator, in the order of clause numbers and ids, with those of ``for_each`` apart."""
    for indicator in sorted(contract.indicators, key=lambda one: one.place):
        values = [value for listed in indicator.for_each.values() for value in listed]
        for value in sorted(values):
            yield Child(f"{indicator.id}[{value}]", indicator, len(values))
        if not values:
            yield Child(indicator.id, indicator)


def term_days(contract: Contract, month: str) -> list[date]:
    return [day for day in days_of(month) if contract.term.from_ <= day < contract.term.until]


def is_last_month(contract: Contract, month: str) -> bool:
    return contract.term.until <= first_of(month_after(month))


def in_force(contract: Contract, indicator: Indicator, month: str) -> list[date]:
    return [
        day
        for day in term_days(contract, month)
        if (indicator.since is None or indicator.since <= day) and (indicator.until is None or day < indicator.until)
    ]


def better_of(indicator: Indicator) -> str:
    return metric_named(indicator.metric or indicator.worst_of[0].metric).better


def parts_of(indicator: Indicator, days: list[date]) -> list[Judged]:
    """Cut the days in force where a term of a period changes, unless the last day's terms hold for all."""

    def terms_on(day: date) -> dict[str, Any]:
        return {name: worth_on(getattr(indicator, name), day) for name in TERMS}

    if indicator.on_change != "split":
        return [Judged(days, Fraction(1), terms_on(days[-1]))]
    return [Judged(run, Fraction(len(run), len(days)), terms_on(run[0])) for run in runs_of(days, terms_on)]


def days_judged(indicator: Indicator, days: list[date]) -> list[Judged]:
    """Return a period a day, each whole; what ``on_change`` does not split is the last day's."""
    found = []
    of_the_day = {"split": TERMS, "weighted_target": ("target",), "period_end": ()}[indicator.on_change]
    for day in days:
        terms = {name: worth_on(getattr(indicator, name), day if name in of_the_day else days[-1]) for name in TERMS}
        found.append(Judged([day], Fraction(1), terms))
    return found


# --- the value of a question ---


@dataclass(frozen=True)
class Question:
    """What is counted: its name in the facts, its metric, its target where it has one of its own."""

    name: str
    metric: str
    percentile: Fraction
    target: Decimal | None = None


@dataclass(frozen=True)
class Measured:
    n: int = 0
    value: Fraction | None = None
    is_beyond: bool = False
    longest: Fraction = Fraction(0)
    reason: str = ""

    @property
    def is_there(self) -> bool:
        return self.value is not None or self.is_beyond


def question(name: str, measure: Any, days: list[date], target: Decimal | None = None) -> Question:
    metric = metric_named(measure.metric)
    default = metric.terms["percentile"].default if "percentile" in metric.terms else "0"
    percentile = worth_on(measure.terms.get("percentile"), days[-1]) or default
    return Question(name, measure.metric, Fraction(percentile), target)


def as_missed(counts: Counts, unmeasurable: str | None) -> int:
    """Return how many unmeasurable items are held against the vendor."""
    if unmeasurable == "exclude":
        return 0
    if unmeasurable == "count_as_missed":
        return counts.of_operator + counts.of_vendor
    return counts.of_vendor


def measured(counts: Counts, asked: Question, unmeasurable: str | None) -> Measured:
    """Return the exact value of counts, or why there is none."""
    metric = metric_named(asked.metric)
    against = as_missed(counts, unmeasurable)
    c = counts
    if metric.aggregate == "share":
        n = c.met + c.missed + against
        good = c.met if metric.numerator == "met" else c.missed + against
        return Measured(n, Fraction(good, n)) if n else Measured(reason=why_none(c))
    if metric.aggregate == "per":
        value = Fraction(metric.per * (c.missed + against), c.counted) if c.counted else None
        return Measured(c.counted, value, reason="" if c.counted else why_none(c))
    if metric.aggregate == "percentile":
        return nearest_rank(c, asked, against)
    population = c.met + c.missed + c.counted + c.excluded + c.of_operator + c.of_vendor + c.pending
    if against * 100 > population:
        return Measured(reason="more than 1 % of the population is unmeasurable")
    if metric.aggregate == "count":
        return Measured(c.met + c.missed, c.amount)
    below = c.of if metric.aggregate == "time_share" else 1 if metric.aggregate == "sum" else c.counted
    n = c.met + c.missed if metric.aggregate == "time_share" else c.counted
    return Measured(n, c.amount / below) if below and n else Measured(reason=why_none(c))


def nearest_rank(counts: Counts, asked: Question, against: int) -> Measured:
    """Return the ⌈p·n/100⌉-th of the amounts; what is longer than any stands behind them all."""
    n = sum(times for _, times in counts.histogram) + counts.beyond + against
    if n == 0:
        return Measured(reason=why_none(counts))
    rank = max(1, ceil(asked.percentile * n / 100))
    passed = 0
    for amount, times in sorted(counts.histogram):
        passed += times
        if passed >= rank:
            return Measured(n, amount)
    return Measured(
        n, None, is_beyond=True, longest=max((amount for amount, _ in counts.histogram), default=Fraction(0))
    )


def why_none(counts: Counts) -> str:
    kinds = {
        "all pending": counts.pending,
        "all excluded": counts.excluded,
        "all unmeasurable": counts.of_operator + counts.of_vendor,
    }
    there = [name for name, n in kinds.items() if n]
    if not there:
        return "no items"
    return there[0] if len(there) == 1 else "nothing counted"


def counts_over(facts: Facts, name: str, days: list[date]) -> Counts:
    total = Counts()
    for day, counts in facts.counts.get(name, {}).items():
        if days[0] <= day <= days[-1]:
            total = total.plus(counts)
    return total


def holds(condition: Any, name: str, child: Child, facts: Facts, days: list[date]) -> bool:
    """Say whether a stated condition on another metric holds over the whole month; not measured, it does not."""
    found = measured(counts_over(facts, name, days), question(name, condition, days), child.indicator.unmeasurable)
    if not found.is_there:
        return False
    if found.is_beyond:
        return condition.below is None
    assert found.value is not None
    is_above = condition.above is None or found.value > Fraction(condition.above)
    return is_above and (condition.below is None or found.value < Fraction(condition.below))


def questions(child: Child, facts: Facts, days: list[date]) -> list[Question]:
    """Return what is asked for the child's value: itself, its members, or what replaces it this month."""
    indicator = child.indicator
    if indicator.worst_of:
        return [question(f"{child.id}.{part.id}", part, days, part.target) for part in indicator.worst_of]
    if indicator.use_if and holds(indicator.use_if, f"{child.id}.use_if", child, facts, days):
        return [question(f"{child.id}.use", indicator.use_if.use, days)]
    return [question(child.id, indicator, days)]


# --- verdicts ---


def missing_log(child: Child, facts: Facts) -> str | None:
    return facts.missing_log.get(child.id, facts.missing_log.get(child.indicator.id))


def target_of(child: Child, asked: Question, part: Judged, facts: Facts, carried: Carried) -> Fraction | None:
    """Return the question's target in a part; under ``weighted_target`` the targets' mean over the items that count."""
    if asked.target is not None:
        return Fraction(asked.target)
    indicator = child.indicator
    if part.terms["target"] is None:
        return None
    if indicator.on_change != "weighted_target" or len(part.days) == 1:
        return Fraction(part.terms["target"])
    weighed, items = Fraction(0), 0
    for number, day in enumerate(part.days):
        counts = counts_over(facts, asked.name, [day])
        for _, late in carried if number == 0 else []:
            counts = counts.plus(late)
        n = counted_items(counts, asked, indicator.unmeasurable)
        weighed += Fraction(worth_on(indicator.target, day)) * n
        items += n
    return weighed / items if items else Fraction(part.terms["target"])


def counted_items(counts: Counts, asked: Question, unmeasurable: str | None) -> int:
    """Return how many items count towards a value, whatever the value is."""
    aggregate = metric_named(asked.metric).aggregate
    against = as_missed(counts, unmeasurable)
    if aggregate == "share":
        return counts.met + counts.missed + against
    if aggregate == "percentile":
        return sum(times for _, times in counts.histogram) + counts.beyond + against
    return counts.met + counts.missed if aggregate in ("count", "time_share") else counts.counted


def judge(child: Child, part: Judged, asked: list[Question], facts: Facts, carried: dict[str, Carried]) -> None:
    """Give a part its value and verdict, and say which items it leaves to the next period."""
    indicator = child.indicator
    better = better_of(indicator)
    minimum = Fraction(part.terms["minimum_sample"] or 0)
    if indicator.period == "month":
        minimum *= part.share
    best: list[tuple[Measured, Fraction | None]] = []
    targets, few, reasons, is_any_missed = [], False, [], False
    for one in asked:
        brought = carried.get(one.name, [])
        own = counts_over(facts, one.name, part.days)
        total = own
        for _, late in brought:
            total = total.plus(late)
        found = measured(total, one, indicator.unmeasurable)
        target = target_of(child, one, part, facts, brought)
        targets.append(target)
        if not found.is_there:
            reasons.append(found.reason)
        elif 1 <= found.n < minimum:
            few = True
            if indicator.too_few == "carry":
                again = [(times + 1, late) for times, late in brought if times < CARRIED_AT_MOST]
                fresh = [(1, own.without_pending())] if own.without_pending() != Counts() else []
                part.late[one.name] = [*again, *fresh]
        else:
            at = None if found.value is None else to_grid(found.value, indicator.compare_at, indicator.compare_rounding)
            best.append((Measured(found.n, at, found.is_beyond, found.longest), target))
            is_any_missed = is_any_missed or (target is not None and not is_reached(at, target, better))
    _conclude(part, best, targets, better, is_any_missed=is_any_missed)
    if not best:
        part.verdict = "not enough data" if few else "no data"
        part.reason = "too few" if few else reasons[0]
        part.is_as_met = few and indicator.too_few == "count_as_met"
    if missing_log(child, facts) is not None:
        part.verdict, part.reason, part.is_as_met = "no data", missing_log(child, facts) or "", False
        part.value, part.is_beyond, part.late = None, False, {}


def _conclude(
    part: Judged,
    best: list[tuple[Measured, Fraction | None]],
    targets: list[Fraction | None],
    better: str,
    *,
    is_any_missed: bool,
) -> None:
    """Take the worst of the values that there are; without any, the target is what a value on target would be."""

    def badness(one: tuple[Measured, Fraction | None]) -> tuple[bool, Fraction]:
        value = one[0].value
        return (value is None, Fraction(0) if value is None else (-value if better == "higher" else value))

    if best:
        worst, part.target = max(best, key=badness)
        part.value, part.is_beyond, part.longest = worst.value, worst.is_beyond, worst.longest
        part.verdict = "missed" if is_any_missed else "met"
        if all(target is None for _, target in best):
            part.verdict = "reported"
        return
    known = [target for target in targets if target is not None]
    if known:
        part.target = min(known) if better == "higher" else max(known)


def judge_month(
    contract: Contract, child: Child, month: str, facts: Facts, carried: dict[str, Carried]
) -> Month | None:
    """Judge a child's month; None where it is in force on no day of it."""
    indicator = child.indicator
    days = in_force(contract, indicator, month)
    if not days:
        return None
    asked = questions(child, facts, days)
    names = [one.name for one in asked]
    brought = {name: items for name, items in carried.items() if name in names}
    periods = days_judged(indicator, days) if indicator.period == "day" else parts_of(indicator, days)
    carried_on: dict[str, Carried] = {}
    for period in periods:
        judge(child, period, asked, facts, brought)
        if indicator.period == "day":  # the next period is the next day
            brought = carried_on = period.late
            continue
        brought = {}
        for name, items in period.late.items():
            carried_on[name] = [*carried_on.get(name, []), *items]
    parts = periods
    if indicator.period == "day":
        parts = parts_of(indicator, days)
        for part in parts:
            judge(child, part, asked, facts, {})
    if is_last_month(contract, month):
        carried_on = {}
    return Month(child, days, periods, parts, whole_value(child, asked, facts, days), carried_on)


def whole_value(child: Child, asked: list[Question], facts: Facts, days: list[date]) -> Fraction | None:
    """Return the value over all days in force, as the month's value is shown and errors are counted."""
    better = better_of(child.indicator)
    found = [measured(counts_over(facts, one.name, days), one, child.indicator.unmeasurable).value for one in asked]
    there = [value for value in found if value is not None]
    if not there:
        return None
    return min(there) if better == "higher" else max(there)


def value_of_day(child: Child, asked: list[Question], facts: Facts, day: date) -> Measured:
    """Return a day's value, for events: the worst of its questions that have any."""
    better = better_of(child.indicator)
    worst = Measured()
    for one in asked:
        found = measured(counts_over(facts, one.name, [day]), one, child.indicator.unmeasurable)
        if found.is_beyond:
            return found
        if found.value is None:
            continue
        at = to_grid(found.value, child.indicator.compare_at, child.indicator.compare_rounding)
        if worst.value is None or (at < worst.value if better == "higher" else at > worst.value):
            worst = Measured(found.n, at)
    return worst
