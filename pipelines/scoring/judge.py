"""An indicator's month: the verdict of each part, its points, and what the whole comes to (settlement.md, 3 and 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from pipelines.contract.consequence import Condition
from pipelines.contract.resolve import IndicatorTerms, Member, PartTerms, Question
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days
from pipelines.scoring.counts import Counts, Measured, blamed, measured, no_data_reason, total
from pipelines.scoring.points import compared, is_met, points

MET, MISSED, TOO_FEW, NO_DATA, REPORTED = "met", "missed", "not enough data", "no data", "reported"

# What a percentile beyond every amount is compared as: worse than any target, in the last tier, below every step.
LONGER_THAN_ANY = Fraction(10**12)

# A month with several parts is what the first of these says that any of its parts is.
WORST_FIRST = (MISSED, MET, TOO_FEW, NO_DATA, REPORTED)

MOST_CARRIED = 3  # times that an item joins a later period (settlement.md, section 3)

# Counts of each question, by day.
DayCounts = Mapping[str, Mapping[date, Counts]]


@dataclass(frozen=True)
class JudgedMember:
    """One of the promises of a ``worst_of``, over a part's days."""

    member: Member
    measured: Measured
    value: Fraction | None
    target: Fraction | None
    verdict: str
    reason: str


@dataclass(frozen=True)
class JudgedDay:
    """A day of an indicator that is judged by the day."""

    day: date
    measured: Measured
    value: Fraction | None
    verdict: str


@dataclass(frozen=True)
class JudgedPart:
    """A part of the month whose terms of a period do not change, judged on its own items."""

    terms: PartTerms
    measured: Measured
    value: Fraction | None  # as compared: exact, or moved to the contract's step
    target: Fraction | None
    verdict: str
    reason: str
    points: Fraction | None  # percent of the weight; None where the part leaves the score
    members: Sequence[JudgedMember] = ()
    days: Sequence[JudgedDay] = ()


@dataclass(frozen=True)
class Judged:
    """An indicator's month: all its parts, and the whole.

    ``used`` says that another metric's value stood in its place, and why; ``ceiling`` that its points were held down.
    ``carried_in`` are the items of earlier months that joined it, ``carried_out`` those that join the next, by how
    often they have been carried.
    """

    terms: IndicatorTerms
    parts: Sequence[JudgedPart]
    measured: Measured
    verdict: str
    reason: str
    used: str = ""
    ceiling: str = ""
    carried_in: Sequence[Counts] = ()
    carried_out: Sequence[Counts] = ()


def over(counts: DayCounts, column: str, days: Days) -> Counts:
    """Return a question's counts over a span of days."""
    return total(own for day, own in counts.get(column, {}).items() if day in days)


def judge(
    terms: IndicatorTerms, counts: DayCounts, *, carried: Sequence[Counts] = (), missing: str | None = None
) -> Judged:
    """Judge an indicator's month. It is missed if any part is (settlement.md, section 2).

    ``carried``: items of earlier months that were too few, which join the first part. ``missing``: why a required log
    did not deliver, None where it did. Under ``weighted_target`` the parts are judged as one: the counts together, at
    the targets weighted by the items of their days. 90 % over 1,000 items, then 92 % over 3,000, is one target of
    91.5 % over 4,000.
    """
    used, ceiling = _replacement(terms, counts), _holds(terms, counts, terms.ceiling_if, terms.indicator.ceiling_if)
    question = terms.use if used and terms.use else terms.question
    court = _Court(terms, question, counts, bool(ceiling), missing, total(carried))
    if terms.indicator.on_change == "weighted_target":
        last = replace(terms.parts[-1], days=terms.in_force, share=Fraction(1))
        parts = [court.part(last, court.weighted_target(), is_first=True)]
    else:
        parts = [court.part(one, _target(one), is_first=one is terms.parts[0]) for one in terms.parts]
    worst = min(parts, key=lambda part: WORST_FIRST.index(part.verdict))
    whole = parts[0].measured if len(parts) == 1 else court.measured(question, terms.in_force, total(carried))
    if terms.members and len(parts) > 1:
        whole = worst.measured
    leaves = _carried_out(terms, court, question, parts, carried)
    return Judged(terms, parts, whole, worst.verdict, worst.reason, used, ceiling, tuple(carried), leaves)


def _target(part: PartTerms) -> Fraction | None:
    return None if part.target is None else Fraction(part.target.value)


def _holds(terms: IndicatorTerms, counts: DayCounts, asked: Question | None, condition: Condition | None) -> str:
    """Say how a condition is fulfilled over the month; nothing where it is not, or where it has no value."""
    if asked is None or condition is None:
        return ""
    found = measured(
        asked.metric,
        over(counts, asked.column, terms.in_force),
        terms.indicator.unmeasurable,
        asked.percentile,
    ).value
    above, below = condition.above, condition.below
    if found is None:
        return ""
    words = f"{asked.metric.key} {decimal_text(found)}"
    if above is not None and found > Fraction(above):
        return f"{words} > {decimal_text(above)}"
    if below is not None and found < Fraction(below):
        return f"{words} < {decimal_text(below)}"
    return ""


def _replacement(terms: IndicatorTerms, counts: DayCounts) -> str:
    """Say why another metric's value stands in this one's place; nothing where it does not."""
    holds = _holds(terms, counts, terms.use_if, terms.indicator.use_if)
    return f"{terms.use.metric.key} is used: {holds}" if holds and terms.use else ""


def _carried_out(
    terms: IndicatorTerms, court: "_Court", question: Question, parts: Sequence[JudgedPart], carried: Sequence[Counts]
) -> tuple[Counts, ...]:
    """Return what joins the next month: the items of parts that were too few, each at most three times in all."""
    short = [part for part in parts if part.verdict == TOO_FEW]
    if terms.indicator.too_few != "carry" or not short:
        return ()
    own = total(over(court.counts, question.column, part.terms.days) for part in short)
    earlier = tuple(carried) if parts[0] in short else ()
    return (own, *earlier)[:MOST_CARRIED]


@dataclass(frozen=True)
class _Court:
    """What the parts of one indicator are judged by."""

    terms: IndicatorTerms
    question: Question
    counts: DayCounts
    is_capped: bool
    missing: str | None
    carried: Counts

    def measured(self, question: Question, days: Days, more: Counts | None = None) -> Measured:
        """Return a question's value over days, with the items carried into them."""
        found = over(self.counts, question.column, days) + (more or Counts())
        return measured(question.metric, found, self.terms.indicator.unmeasurable, question.percentile)

    def compared(self, found: Measured) -> Fraction | None:
        """Return the value as the contract compares it, or None where nothing was counted."""
        if found.beyond:
            return LONGER_THAN_ANY
        if found.value is None:
            return None
        return compared(found.value, self.terms.indicator.compare_at, self.terms.indicator.compare_rounding)

    def weighted_target(self) -> Fraction | None:
        """Return the targets weighted by the items that count; without any item, the last."""
        parts = self.terms.parts
        sizes = [self.measured(self.question, part.days).n for part in parts]
        targets = [_target(part) for part in parts]
        if not sum(sizes):
            return targets[-1]
        found = [target * n for target, n in zip(targets, sizes, strict=True) if target is not None]
        return sum(found, Fraction(0)) / sum(sizes) if found else None

    def verdict(
        self, question: Question, found: Measured, target: Fraction | None, minimum: Fraction
    ) -> tuple[Fraction | None, str, str]:
        """Return a value as compared, its verdict and the reason for one that is neither met nor missed."""
        value, counts = self.compared(found), found.counts
        if self.missing is not None:
            return value, NO_DATA, self.missing
        if value is None:
            return value, NO_DATA, no_data_reason(counts)
        of_vendor = blamed(counts, self.terms.indicator.unmeasurable)
        if question.metric.aggregate == "mean" and of_vendor * 100 > counts.population:
            return value, NO_DATA, "more than 1 % of the population is unmeasurable"
        if target is None:
            return value, REPORTED, "no target is agreed"
        if found.n < minimum and question.metric.aggregate != "count":
            reason = f"{found.n} items, at least {decimal_text(minimum)} are needed"
            counts_as_met = self.terms.indicator.too_few == "count_as_met"
            return value, TOO_FEW, f"{reason}; counts as met" if counts_as_met else reason
        return value, MET if is_met(value, target, question.metric.better) else MISSED, ""

    def part(self, part: PartTerms, target: Fraction | None, *, is_first: bool) -> JudgedPart:
        """Judge a part of the month on its own items."""
        minimum = Fraction(part.minimum_sample.value) * part.share
        more = self.carried if is_first else Counts()
        if self.terms.members and self.question is self.terms.question:
            return self._worst_part(part, target, minimum)
        found = self.measured(self.question, part.days, more)
        value, verdict, reason = self.verdict(self.question, found, target, minimum)
        days = self._days(part, target) if self.terms.indicator.period == "day" else ()
        if days and verdict in (MET, MISSED, TOO_FEW):
            verdict = min((one.verdict for one in days), key=WORST_FIRST.index)
            reason = "" if verdict in (MET, MISSED) else reason or "no day has enough data"
        return self._with_points(JudgedPart(part, found, value, target, verdict, reason, None, (), days))

    def _days(self, part: PartTerms, target: Fraction | None) -> tuple[JudgedDay, ...]:
        """Judge each day by itself; the minimum sample is a day's."""
        judged = []
        for day in part.days:
            found = self.measured(self.question, Days(day, date.fromordinal(day.toordinal() + 1)))
            value, verdict, _ = self.verdict(self.question, found, target, Fraction(part.minimum_sample.value))
            judged.append(JudgedDay(day, found, value, verdict))
        return tuple(judged)

    def _worst_part(self, part: PartTerms, target: Fraction | None, minimum: Fraction) -> JudgedPart:
        """Take the worst of the members that have enough data; missed if any member is."""
        members = []
        for member in self.terms.members:
            own = target if member.target is None else Fraction(member.target)
            found = self.measured(member.question, part.days)
            value, verdict, reason = self.verdict(member.question, found, own, minimum)
            members.append(JudgedMember(member, found, value, own, verdict, reason))
        enough = [one for one in members if one.verdict in (MET, MISSED)] or members

        def badness(one: JudgedMember) -> tuple[bool, Fraction]:
            value = one.value or Fraction(0)
            return one.value is not None, -value if self.terms.metric.better == "higher" else value

        worst = max(enough, key=badness)
        verdict = min((one.verdict for one in enough), key=WORST_FIRST.index)
        reason = "" if verdict in (MET, MISSED) else f"{worst.member.id}: {worst.reason}"
        judged = JudgedPart(part, worst.measured, worst.value, target, verdict, reason, None, tuple(members))
        return self._with_points(judged)

    def _with_points(self, judged: JudgedPart) -> JudgedPart:
        """Give a part its points: by the form alone, capped under a stated condition."""
        indicator, part = self.terms.indicator, judged.terms
        if part.scoring is None or part.weight is None:
            return judged
        if judged.verdict == NO_DATA:
            return replace(judged, points=Fraction(0)) if indicator.if_no_data == "zero" else judged
        value, target = judged.value, judged.target
        if judged.verdict == REPORTED or value is None or target is None:
            return judged
        if judged.verdict == TOO_FEW:
            if indicator.too_few != "count_as_met":
                return judged
            value = target
        earned = points(value, target, part.scoring.value, self.terms.metric, part.weight.value)
        if self.is_capped and indicator.ceiling_if is not None:
            earned = min(earned, Fraction(indicator.ceiling_if.points))
        return replace(judged, points=earned)
