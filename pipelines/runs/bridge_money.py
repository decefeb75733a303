"""What a stated value is worth: the month judged and settled again with it in the place of ours.

The only place that knows how judging and settling are called (``Money.settled``); the rest asks for values' effects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from pipelines.contract.model import Contract
from pipelines.contract.resolve import IndicatorTerms
from pipelines.core.period import Days, Month
from pipelines.runs.close_month import carried_into
from pipelines.scoring.as_if import as_if
from pipelines.scoring.counts import Counts, total
from pipelines.scoring.difference import Reading
from pipelines.scoring.judge import Judged, judge
from pipelines.settlement.statement import score_body
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
    """The month as it is settled, ready to be settled again with other values.

    ``ours`` are the readings of all indicators, by id, with their items by day.
    """

    def __init__(
        self,
        home: Path,
        contract: Contract,
        month: Month,
        promised: Sequence[IndicatorTerms],
        ours: Mapping[str, Reading],
        now: datetime,
    ) -> None:
        self.contract, self.month, self.promised = contract, month, promised
        self.carried = carried_into(home, contract, month, now)
        self.counts = {one.indicator.id: _by_part(one, ours[one.indicator.id]) for one in promised}
        self.judged = [judge(one, self.counts[one.indicator.id]) for one in promised]
        self.as_it_is = self._outcome(self.judged)

    def _outcome(self, judged: Sequence[Judged]) -> Outcome:
        settled = settle(self.contract, self.month.days, judged, self.carried)
        score = score_body(judged)["value"]
        return Outcome(None if score is None else Fraction(score), net_of(settled.totals))

    def outcome(self, values: Mapping[str, Fraction], n: int = 0) -> Outcome | None:
        """Return the month's outcome with these values in the place of ours; None where nothing could give one.

        One figure is stated for the month, so it stands in each of its parts. ``n`` items are behind it, else ours.
        """
        judged = list(self.judged)
        for place, terms in enumerate(self.promised):
            value = values.get(terms.indicator.id)
            if value is None or value == judged[place].measured.value:
                continue
            size = n or judged[place].measured.n
            least = max(Fraction(part.minimum_sample.value) * part.share for part in terms.parts)
            # too few items are too few whatever the value; to give it exactly might take more than there are
            stated = as_if(terms.metric, Fraction(value * size // 1, size) if 0 < size < least else value, size)
            if stated is None:
                return None
            judged[place] = judge(terms, [stated] * len(terms.parts))
        return self._outcome(judged)

    def effect(self, values: Mapping[str, Fraction], n: int = 0) -> Effect | None:
        """Return what these values would move: theirs less ours."""
        return _between(self.outcome(values, n), self.as_it_is)

    def along(self, indicator: str, values: Sequence[Fraction], n: int) -> list[Effect | None]:
        """Return what each step of the way from the first value to the last one moves; the steps add up."""
        outcomes = [self.outcome({indicator: value}, n) for value in values]
        return [_between(one, other) for one, other in pairwise(outcomes)]


def net_of(totals: Mapping[str, Decimal]) -> Decimal:
    """Return a statement's sum before tax."""
    return totals["payable"] - sum((totals[step] for step in AFTER_TAX), Decimal(0))


def _between(theirs: Outcome | None, ours: Outcome | None) -> Effect | None:
    if theirs is None or ours is None:
        return None
    points = None if theirs.score is None or ours.score is None else theirs.score - ours.score
    return Effect(points, theirs.net - ours.net)


def _by_part(terms: IndicatorTerms, reading: Reading) -> list[Counts]:
    return [_within(reading, part.days) for part in terms.parts]


def _within(reading: Reading, days: Days) -> Counts:
    return total(counts for day, counts in reading.cells["day"].items() if date.fromisoformat(day) in days)
