"""What a stated value is worth: the month judged and settled again with it in the place of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from pipelines.contract.resolve import IndicatorTerms
from pipelines.core.period import Month
from pipelines.runs.contracts import ReadContract
from pipelines.runs.settle_month import Again, Body, MeasuredMonth, at_hand, judged_of
from pipelines.scoring.as_if import as_if
from pipelines.scoring.judge import Judged
from pipelines.settlement.totals import settle

AFTER_TAX = ("tax", "rounding")


@dataclass(frozen=True)
class Effect:
    """By how much a value that is not ours moves the score (None: there is none) and the sum before tax."""

    points: Fraction | None
    money: Decimal


@dataclass(frozen=True)
class Outcome:
    """A month's score, exact, and its sum before tax."""

    score: Fraction | None
    net: Decimal


class Money:
    """The month as it is settled, ready to be settled again with other values."""

    def __init__(
        self,
        found: ReadContract,
        month: Month,
        measured: MeasuredMonth,
        past: Sequence[Body],
        adjusted: Sequence[Again],
    ) -> None:
        self.contract, self.month = found.source.model, month
        self.facts, self.left = at_hand(self.contract, measured, past, adjusted)
        self.judged = {one.id: judged_of(one, self.facts, self.left) for one in measured.terms}
        self.as_it_is = self._outcome(list(self.judged.values()))

    def _outcome(self, judged: Sequence[Judged]) -> Outcome:
        # what happened day by day and item by item stays as the logs have it; only the stated values are other
        settled = settle(self.contract, self.month.days, judged, self.facts, self.left)
        return Outcome(settled.score.value, net_of(settled.totals))

    def outcome(self, values: Mapping[str, Fraction], n: int = 0) -> Outcome | None:
        """Return the month's outcome with these values in the place of ours; None where nothing could give one.

        One figure is stated for the month, so it stands in each of its parts. ``n`` items are behind it, else ours.
        """
        judged = []
        for name, ours in self.judged.items():
            other = ours
            if name in values and values[name] != ours.measured.value:
                found = self._with_value(ours, values[name], n or ours.measured.n)
                if found is None:
                    return None
                other = found
            judged.append(other)
        return self._outcome(judged)

    def _with_value(self, ours: Judged, value: Fraction, n: int) -> Judged | None:
        """Return an indicator judged on a value of its own; None where one value for the month does not say it all."""
        terms = ours.terms
        if ours.used:  # another metric's value is judged, whatever is stated of this one
            return ours
        if terms.members or terms.indicator.period == "day" or len(ours.asked) != 1:
            return None
        (question,) = ours.asked
        # too few items are too few whatever the value; to give it exactly might take more than there are
        is_few = 0 < n < _least(terms)
        stated = as_if(question.metric, Fraction(value * n // 1, n) if is_few else value, n)
        if stated is None:
            return None
        counts = {**self.facts.counts, question.column: {part.days.since: stated for part in terms.parts}}
        return judged_of(terms, replace(self.facts, counts=counts), replace(self.left, carried_items={}))

    def effect(self, values: Mapping[str, Fraction], n: int = 0) -> Effect | None:
        """Return what these values would move: theirs less ours."""
        return _between(self.outcome(values, n), self.as_it_is)

    def along(self, indicator: str, values: Sequence[Fraction], n: int) -> list[Effect | None]:
        """Return what each step of the way from the first value to the last one moves; the steps add up."""
        outcomes = [self.outcome({indicator: value}, n) for value in values]
        return [_between(one, other) for one, other in pairwise(outcomes)]


def _least(terms: IndicatorTerms) -> Fraction:
    return max(Fraction(part.minimum_sample.value) * part.share for part in terms.parts)


def net_of(totals: Mapping[str, Decimal]) -> Decimal:
    """Return a statement's sum before tax."""
    return totals["payable"] - sum((totals[step] for step in AFTER_TAX), Decimal(0))


def _between(theirs: Outcome | None, ours: Outcome | None) -> Effect | None:
    if theirs is None or ours is None:
        return None
    points = None if theirs.score is None or ours.score is None else theirs.score - ours.score
    return Effect(points, theirs.net - ours.net)
