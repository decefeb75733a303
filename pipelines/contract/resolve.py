"""Which terms hold on which days of a month, and why: the contract as of its days, never its latest values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from pipelines.contract.dates import days_in_force, term_days
from pipelines.contract.model import Consequence, Contract, Indicator, Scoring, Value
from pipelines.core.dated import Dated, Piece, Since, in_order
from pipelines.core.period import Days
from pipelines.metrics.declare import Metric, metric_named

T = TypeVar("T")

__all__ = ["IndicatorTerms", "PartTerms", "dated", "indicator_terms", "term_days"]


@dataclass(frozen=True)
class PartTerms:
    """The terms of a period that hold over ``days``; ``share`` is their part of the days in force."""

    days: Days
    share: Fraction
    target: Piece[Decimal] | None
    weight: Piece[Decimal] | None
    minimum_sample: Piece[Decimal]
    scoring: Piece[Scoring] | None
    consequences: Piece[list[Consequence]] | None


@dataclass(frozen=True)
class IndicatorTerms:
    """An indicator as it stands in a month: its metric, the pieces of its items' terms, its parts."""

    indicator: Indicator
    metric: Metric
    in_force: Days
    terms: Mapping[str, Sequence[Piece[str]]]
    parts: Sequence[PartTerms]

    @property
    def percentile(self) -> Decimal | None:
        """Which percentile the metric asks for, by the last day's terms."""
        pieces = self.terms.get("percentile")
        return Decimal(pieces[-1].value) if pieces else None


def dated(name: str, values: Sequence[Value[T]], *, begins: date, by: str) -> Dated[T]:
    """Return a field's values in order of day.

    One without a day begins on ``begins``, with its contract; one without words of its own rests on ``by``.
    """
    return in_order(name, (Since(value.since or begins, value.value, value.by or by) for value in values))


def indicator_terms(contract: Contract, indicator: Indicator, month: Days) -> IndicatorTerms | None:
    """Return the indicator's terms over ``month``, or None where it is not in force on any day of it."""
    in_force = days_in_force(contract, indicator).overlap(month)
    if not len(in_force):
        return None
    metric = metric_named(indicator.metric)

    def pieces(name: str, values: Sequence[Value[T]] | None) -> list[Piece[T]]:
        if not values:
            return []
        history = dated(f"{indicator.clause} {name}", values, begins=contract.term.from_, by=indicator.clause)
        history.on(in_force.since)  # refuses days for which nothing is agreed
        return history.pieces(in_force)

    terms = {
        name: pieces(name, indicator.terms.get(name)) or [Piece(in_force, term.default, "default")]
        for name, term in metric.terms.items()
    }
    fields: dict[str, list[Piece[Any]]] = {
        "target": list(pieces("target", indicator.target)),
        "weight": list(pieces("weight", indicator.weight)),
        "minimum_sample": list(pieces("minimum_sample", indicator.minimum_sample)),
        "scoring": list(pieces("scoring", indicator.scoring)),
        "consequences": list(pieces("consequences", indicator.consequences)),
    }
    return IndicatorTerms(indicator, metric, in_force, terms, _parts(in_force, fields, indicator.on_change))


def _parts(in_force: Days, fields: Mapping[str, list[Piece[Any]]], on_change: str) -> list[PartTerms]:
    """Cut the days in force wherever a term of a period changes.

    ``split`` cuts at every change. ``period_end`` cuts nowhere: the last day's terms hold. ``weighted_target`` cuts
    where the target changes, all else being the last day's: its parts are judged as one (scoring/judge.py).
    """
    cutting = {"split": set(fields), "weighted_target": {"target"}, "period_end": set[str]()}[on_change]
    cuts = sorted({piece.days.since for name in cutting for piece in fields[name]} | {in_force.since})
    last_day = in_force.until - timedelta(days=1)
    parts = []
    for since, until in zip(cuts, [*cuts[1:], in_force.until], strict=True):

        def holding(name: str, on: date = since) -> Any:
            judged_on = on if name in cutting else last_day
            return next((piece for piece in fields[name] if judged_on in piece.days), None)

        parts.append(
            PartTerms(
                days=Days(since, until),
                share=Fraction((until - since).days, len(in_force)),
                target=holding("target"),
                weight=holding("weight"),
                minimum_sample=holding("minimum_sample"),
                scoring=holding("scoring"),
                consequences=holding("consequences"),
            )
        )
    return parts
