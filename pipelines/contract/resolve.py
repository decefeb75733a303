"""Which terms hold on which days of a month, and why: the contract as of its days, never its latest values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from pipelines.contract.model import Consequence, Contract, Indicator, Scoring, Value
from pipelines.core.dated import Dated, Piece, Since, in_order
from pipelines.core.period import Days
from pipelines.metrics.declare import Metric, metric_named

T = TypeVar("T")


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


def term_days(contract: Contract) -> Days:
    """Return the days for which the contract holds."""
    return Days(contract.term.from_, contract.term.until)


def dated(name: str, values: Sequence[Value[T]], *, begins: date, by: str) -> Dated[T]:
    """Return a field's values in order of day; one without a day begins with its contract, one without words rests on ``by``."""
    return in_order(name, (Since(value.since or begins, value.value, value.by or by) for value in values))


def indicator_terms(contract: Contract, indicator: Indicator, month: Days) -> IndicatorTerms | None:
    """Return the indicator's terms over ``month``, or None where it is not in force on any day of it."""
    begins = indicator.since or contract.term.from_
    in_force = Days(begins, indicator.until or contract.term.until).overlap(term_days(contract)).overlap(month)
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
        name: pieces(name, indicator.terms[name]) if name in indicator.terms else [Piece(in_force, term.default, "default")]
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
    """Cut the days in force wherever any term of a period changes (``split``); otherwise one part by its last day's terms."""
    cuts = sorted({piece.days.since for found in fields.values() for piece in found} | {in_force.since})
    if on_change != "split":
        cuts = [in_force.since]
    parts = []
    for since, until in zip(cuts, [*cuts[1:], in_force.until], strict=True):
        days = Days(since, until)
        judged_on = days.since if on_change == "split" else list(in_force)[-1]
        at = {name: next((p for p in found if judged_on in p.days), None) for name, found in fields.items()}
        minimum = at["minimum_sample"]
        assert minimum is not None  # noqa: S101 - it has a default that begins with the contract
        parts.append(
            PartTerms(
                days=days,
                share=Fraction(len(days), len(in_force)),
                target=at["target"],
                weight=at["weight"],
                minimum_sample=minimum,
                scoring=at["scoring"],
                consequences=at["consequences"],
            )
        )
    return parts
