"""An indicator's month: the verdict of each part, its points, and what the whole comes to (settlement.md, 3 and 4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from pipelines.contract.consequence import Condition
from pipelines.contract.resolve import IndicatorTerms, Member, PartTerms, Question
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days
from pipelines.scoring.counts import Counts, Measured, blamed, measured, no_data_reason, total
from pipelines.scoring.points import FULL, compared, is_met, points

MET, MISSED, TOO_FEW, NO_DATA, REPORTED = "met", "missed", "not enough data", "no data", "reported"

# What a percentile beyond every amount is compared as: worse than any target, in the last tier, below every step.
LONGER_THAN_ANY = Fraction(10**12)

# A month with several parts is what the first of these says that any of its parts is.
WORST_FIRST = (MISSED, MET, REPORTED, TOO_FEW, NO_DATA)

# Where an unmeasurable item can be held against the vendor one by one; elsewhere a value with many of them is none.
CHARGED_AS_MISSED = ("share", "per", "percentile")

MOST_CARRIED = 3  # times that an item joins a later period (settlement.md, section 3)

# Counts of each question, by day.
DayCounts = Mapping[str, Mapping[date, Counts]]


@dataclass(frozen=True)
class JudgedMember:
    """What is asked, over a part's days: one of the promises of a ``worst_of``, or (None) the indicator's own."""

    member: Member | None
    measured: Measured
    target: Fraction | None
    value: Fraction | None
    verdict: str
    reason: str


@dataclass(frozen=True)
class JudgedDay:
    """A day of an indicator that is judged by the day."""

    day: date
    measured: Measured
    value: Fraction | None
    target: Fraction | None
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

    ``used`` says that another metric's value stood in its place, and why; ``ceiling`` that its points were held down;
    ``asked`` are the questions that its value came from. ``carried_in`` are the items of earlier months that joined it
    (``own`` leaves them out), ``carried_out`` those that join the next, by what they answer and how often they have
    been carried.
    """

    terms: IndicatorTerms
    parts: Sequence[JudgedPart]
    measured: Measured
    own: Measured
    verdict: str
    reason: str
    used: str = ""
    ceiling: str = ""
    asked: Sequence[Question] = ()
    carried_in: Sequence[Counts] = ()
    carried_out: Mapping[str, Sequence[Counts]] = field(default_factory=dict)


def over(counts: DayCounts, column: str, days: Days) -> Counts:
    """Return a question's counts over a span of days."""
    return total(own for day, own in counts.get(column, {}).items() if day in days)


def judge(
    terms: IndicatorTerms,
    counts: DayCounts,
    *,
    carried: Mapping[str, Sequence[Counts]] | None = None,
    missing: str | None = None,
) -> Judged:
    """Judge an indicator's month. It is missed if any part is (settlement.md, section 2).

    ``carried``: items of earlier months that were too few, by the name of what they answer (``Question.name``); they
    join the first part. ``missing``: why a required log did not deliver, None where it did. Under ``weighted_target``
    the parts are judged as one: the counts together, at the targets weighted by the items of their days. 90 % over
    1,000 items, then 92 % over 3,000, is one target of 91.5 % over 4,000.
    """
    used = _replacement(terms, counts)
    ceiling = _holds(terms, counts, terms.ceiling_if, terms.indicator.ceiling_if)
    asked: list[tuple[Question, Member | None]] = [(member.question, member) for member in terms.members]
    court = _Court(
        terms,
        asked or [(terms.use if used and terms.use else terms.question, None)],
        counts,
        missing,
        Fraction(terms.indicator.ceiling_if.points) if ceiling and terms.indicator.ceiling_if else FULL,
        carried or {},
    )
    if terms.indicator.on_change == "weighted_target":
        parts = [court.part(replace(terms.parts[-1], days=terms.in_force, share=Fraction(1)), is_first=True)]
    else:
        parts = [court.part(one, is_first=one is terms.parts[0]) for one in terms.parts]
    worst = min(parts, key=lambda part: WORST_FIRST.index(part.verdict))
    return Judged(
        terms,
        parts,
        parts[0].measured if len(parts) == 1 else court.whole(with_carried=True),
        court.whole(with_carried=False),
        worst.verdict,
        worst.reason,
        used,
        ceiling,
        [question for question, _ in court.asked],
        [one for question, _ in court.asked for one in court.carried.get(question.name, ())],
        _carried_out(court, parts),
    )


def day_value(judged: Judged, counts: DayCounts, day: date) -> Fraction | None:
    """Return an indicator's value of one day, as compared; of a ``worst_of`` the worst there is."""
    court = _Court(judged.terms, [(question, None) for question in judged.asked], counts, None, FULL, {})
    found = [court.measured(question, _only(day)) for question in judged.asked]
    values = [
        court.compared(one) for one, question in zip(found, judged.asked, strict=True) if not court.hides(question, one)
    ]
    return max((one for one in values if one is not None), key=lambda one: _badness(one, judged.terms), default=None)


def _only(day: date) -> Days:
    return Days(day, day + timedelta(days=1))


def _badness(value: Fraction, terms: IndicatorTerms) -> Fraction:
    return -value if terms.metric.better == "higher" else value


def _holds(terms: IndicatorTerms, counts: DayCounts, asked: Question | None, condition: Condition | None) -> str:
    """Say how a condition is fulfilled over the month; nothing where it is not, or where it has no value."""
    if asked is None or condition is None:
        return ""
    own = over(counts, asked.column, terms.in_force)
    found = measured(asked.metric, own, terms.indicator.unmeasurable, asked.percentile)
    value = LONGER_THAN_ANY if found.beyond else found.value
    above, below = condition.above, condition.below
    if value is None or (above is not None and value <= above) or (below is not None and value >= below):
        return ""
    bounds = [("above", above), ("below", below)]
    said = " and ".join(f"{word} {decimal_text(bound)}" for word, bound in bounds if bound is not None)
    return f"{asked.metric.key} {found.text} is {said}"


def _replacement(terms: IndicatorTerms, counts: DayCounts) -> str:
    """Say why another metric's value stands in this one's place; nothing where it does not."""
    holds = _holds(terms, counts, terms.use_if, terms.indicator.use_if)
    return f"{terms.use.metric.key} is used: {holds}" if holds and terms.use else ""


def _carried_out(court: "_Court", parts: Sequence[JudgedPart]) -> dict[str, tuple[Counts, ...]]:
    """Return what joins the next month: the items of what was too few, each at most three times in all.

    Pending items stay behind: they come as an adjustment when they end.
    """
    found: dict[str, tuple[Counts, ...]] = {}
    if court.terms.indicator.too_few != "carry" or court.terms.indicator.period == "day":
        return found
    for question, member in court.asked:
        short = [part for part in parts if _verdict_of(part, member) == TOO_FEW]
        own = total(over(court.counts, question.column, part.terms.days) for part in short)
        ended = replace(own, states=Counter({s: n for s, n in own.states.items() if not s.startswith("pending")}))
        earlier = tuple(court.carried.get(question.name, ())) if parts[0] in short else ()
        if ended.population or earlier:
            found[question.name] = (ended, *earlier)[:MOST_CARRIED]
    return found


def _verdict_of(part: JudgedPart, member: Member | None) -> str:
    return part.verdict if member is None else next(one.verdict for one in part.members if one.member is member)


@dataclass(frozen=True)
class _Court:
    """What the parts of one indicator are judged by: what is asked for its value, and the counts."""

    terms: IndicatorTerms
    asked: Sequence[tuple[Question, Member | None]]
    counts: DayCounts
    missing: str | None
    most_points: Fraction
    carried: Mapping[str, Sequence[Counts]]

    def measured(self, question: Question, days: Days, *, with_carried: bool = False) -> Measured:
        """Return a question's value over days, with the items carried into them."""
        found = over(self.counts, question.column, days)
        if with_carried:
            found = found + total(self.carried.get(question.name, ()))
        return measured(question.metric, found, self.terms.indicator.unmeasurable, question.percentile)

    def whole(self, *, with_carried: bool) -> Measured:
        """Return the value over all days in force: of a ``worst_of``, the worst there is."""
        found = [self.measured(question, self.terms.in_force, with_carried=with_carried) for question, _ in self.asked]
        return max(found, key=lambda one: self._rank(self.compared(one)))

    def _rank(self, value: Fraction | None) -> tuple[bool, Fraction]:
        return value is not None, _badness(value or Fraction(0), self.terms)

    def compared(self, found: Measured) -> Fraction | None:
        """Return the value as the contract compares it, or None where nothing was counted."""
        if found.beyond:
            return LONGER_THAN_ANY
        if found.value is None:
            return None
        return compared(found.value, self.terms.indicator.compare_at, self.terms.indicator.compare_rounding)

    def hides(self, question: Question, found: Measured) -> bool:
        """Say whether more is held against the vendor as unmeasurable than a value may leave out (1 %)."""
        of_vendor = blamed(found.counts, self.terms.indicator.unmeasurable)
        return question.metric.aggregate not in CHARGED_AS_MISSED and of_vendor * 100 > found.counts.population

    def target(self, part: PartTerms, question: Question, member: Member | None) -> Fraction | None:
        """Return what a value is held against; under ``weighted_target`` the targets weighted by their items."""
        if member is not None and member.target is not None:
            return Fraction(member.target)
        if self.terms.indicator.on_change != "weighted_target":
            return None if part.target is None else Fraction(part.target.value)
        parts = self.terms.parts
        sizes = [self.measured(question, one.days, with_carried=one is parts[0]).n for one in parts]
        targets = [None if one.target is None else Fraction(one.target.value) for one in parts]
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
        if self.hides(question, found):
            return value, NO_DATA, "more than 1 % of the population is unmeasurable"
        if target is None:
            return value, REPORTED, "no target is agreed"
        if 1 <= found.n < minimum:
            reason = f"{found.n} items, at least {decimal_text(minimum)} are needed"
            counts_as_met = self.terms.indicator.too_few == "count_as_met"
            return value, TOO_FEW, f"{reason}; counts as met" if counts_as_met else reason
        return value, MET if is_met(value, target, question.metric.better) else MISSED, ""

    def part(self, part: PartTerms, *, is_first: bool) -> JudgedPart:
        """Judge a part of the month on its own items; by the day where the contract says so, but for its points."""
        is_daily = self.terms.indicator.period == "day"
        minimum = Fraction(part.minimum_sample.value) * (1 if is_daily else part.share)
        judged = self._with_points(self._judged(part, part.days, minimum, with_carried=is_first))
        if not is_daily:
            return judged
        days = tuple(
            JudgedDay(day, one.measured, one.value, one.target, one.verdict)
            for day in part.days
            for one in [self._judged(part, _only(day), minimum, with_carried=False)]
        )
        verdict = min((one.verdict for one in days), key=WORST_FIRST.index)
        reason = "" if verdict in (MET, MISSED) else judged.reason or "no day has enough data"
        return replace(judged, days=days, verdict=verdict, reason=reason)

    def _judged(self, part: PartTerms, days: Days, minimum: Fraction, *, with_carried: bool) -> JudgedPart:
        """Judge all that is asked over some days; of several the worst that has enough data decides."""
        members = []
        for question, member in self.asked:
            found = self.measured(question, days, with_carried=with_carried)
            target = self.target(part, question, member)
            members.append(JudgedMember(member, found, target, *self.verdict(question, found, target, minimum)))
        enough = [one for one in members if one.verdict in (MET, MISSED, REPORTED)] or members
        worst = max(enough, key=lambda one: self._rank(one.value))
        said = min(enough, key=lambda one: WORST_FIRST.index(one.verdict))
        target = worst.target
        if said.verdict == TOO_FEW:  # what counts as met is on the least of its targets
            target = max((one.target for one in members if one.target is not None), key=self._rank, default=None)
        name = f"{said.member.id}: " if said.member is not None and said.reason else ""
        return JudgedPart(
            terms=part,
            measured=worst.measured,
            value=worst.value,
            target=target,
            verdict=said.verdict,
            reason=f"{name}{said.reason}",
            points=None,
            members=[one for one in members if one.member is not None],
        )

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
        weight = Fraction(part.weight.value) * self.terms.weight_share
        earned = points(value, target, part.scoring.value, self.terms.metric, weight)
        if part.scoring.value.form == "pass_fail" and judged.verdict in (MET, MISSED):
            earned = FULL if judged.verdict == MET else Fraction(0)  # of a worst_of: by each member's own target
        return replace(judged, points=min(earned, self.most_points))
