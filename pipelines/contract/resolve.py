"""Which terms hold on which days of a month, and why: the contract as of its days, never its latest values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from pipelines.contract.consequence import Consequence, Measure, Scoring
from pipelines.contract.dates import days_in_force, term_days
from pipelines.contract.model import Contract, Indicator, SourceOf
from pipelines.contract.parts import Value
from pipelines.core.dated import Dated, Piece, Since, in_order
from pipelines.core.period import Days
from pipelines.metrics.declare import Metric, metric_named

T = TypeVar("T")
OF_A_PERIOD = ("target", "weight", "minimum_sample", "scoring", "consequences")  # the dated fields of PartTerms

__all__ = [
    "IndicatorTerms",
    "Member",
    "PartTerms",
    "Question",
    "data_questions",
    "dated",
    "fee_question",
    "indicator_terms",
    "month_questions",
    "month_terms",
    "term_days",
]

Pieces = Mapping[str, Sequence[Piece[str]]]


@dataclass(frozen=True)
class Question:
    """What is asked of the logs: a metric over a scope, by the terms of each day. ``column`` is its name in evidence.

    ``scopes`` are conditions that hold together: an indicator's own, and that of the value of ``for_each``.
    """

    column: str
    metric: Metric
    terms: Pieces
    scopes: tuple[Mapping[str, Sequence[str]], ...]
    in_force: Days
    of: str  # the indicator or fee that it is asked for
    part: str = "value"  # which part of it: value, member, use, use_if, ceiling_if, fee, data
    calendar: str | None = None  # None: its channel's

    @property
    def name(self) -> str:
        """What it answers, over months: the indicator's id, with the member's or ``use`` behind a point."""
        return self.of if self.part in ("value", "fee", "data") else f"{self.of}.{self.column.rpartition('__')[2]}"

    @property
    def percentile(self) -> Decimal | None:
        """Which percentile the metric asks for, by the last day's terms."""
        pieces = self.terms.get("percentile")
        return Decimal(pieces[-1].value) if pieces else None


@dataclass(frozen=True)
class Member:
    """One of the promises of which an indicator takes the worst; ``target`` None is the indicator's."""

    id: str
    question: Question
    target: Decimal | None


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
    """An indicator as it stands in a month: what it asks, and its parts.

    ``id`` is the indicator's, or ``id[value]`` for a value of ``for_each``, which then has ``weight_share`` of the
    weight. ``members`` are those of ``worst_of``; ``question`` is then the first of them. ``use``, ``use_if`` and
    ``ceiling_if`` are the questions of its conditions.
    """

    id: str
    indicator: Indicator
    question: Question
    in_force: Days
    parts: Sequence[PartTerms]
    consequences: Sequence[Piece[list[Consequence]]] = ()  # day by day, for what follows the day of an item
    weight_share: Fraction = Fraction(1)
    members: Sequence[Member] = ()
    use: Question | None = None
    use_if: Question | None = None
    ceiling_if: Question | None = None

    @property
    def metric(self) -> Metric:
        """Return the metric that its unit and direction come from."""
        return self.question.metric

    @property
    def terms(self) -> Pieces:
        """Return the pieces of its items' terms."""
        return self.question.terms

    @property
    def percentile(self) -> Decimal | None:
        """Which percentile the metric asks for, by the last day's terms."""
        return self.question.percentile

    @property
    def escalates(self) -> bool:
        """Whether its misses count as repeats: true for ratios, false for incidents, unless stated."""
        stated = self.indicator.escalates
        return self.metric.aggregate != "count" if stated is None else stated

    def consequences_on(self, day: date) -> Sequence[Consequence]:
        """Return what is agreed for a day."""
        return next((piece.value for piece in self.consequences if day in piece.days), ())

    def questions(self) -> Iterator[Question]:
        """Yield all that is asked for it, each under its own column."""
        yield from (member.question for member in self.members) if self.members else (self.question,)
        yield from (one for one in (self.use, self.use_if, self.ceiling_if) if one is not None)


def dated(name: str, values: Sequence[Value[T]], *, begins: date, by: str) -> Dated[T]:
    """Return a field's values in order of day.

    One without a day begins on ``begins``, with its contract; one without words of its own rests on ``by``.
    """
    return in_order(name, (Since(value.since or begins, value.value, value.by or by) for value in values))


def month_terms(contract: Contract, month: Days) -> list[IndicatorTerms]:
    """Return every indicator of the month, one for each value of a ``for_each``, in order of their place."""
    found = []
    for indicator in sorted(contract.indicators, key=lambda one: one.place):
        terms = indicator_terms(contract, indicator, month)
        if terms is not None:
            found += _each(terms)
    return found


def _each(terms: IndicatorTerms) -> list[IndicatorTerms]:
    """Make an indicator for each value of ``for_each``: narrower in scope, of equal parts of the weight."""
    values = [(column, value) for column, listed in terms.indicator.for_each.items() for value in sorted(set(listed))]

    def narrowed(question: Question, number: int, scope: Mapping[str, Sequence[str]]) -> Question:
        own, _, sub = question.column.partition("__")
        column = f"{own}__{number}{f'__{sub}' if sub else ''}"
        of = f"{question.of}[{next(iter(scope.values()))[0]}]"
        return replace(question, column=column, scopes=(*question.scopes, scope), of=of)

    def child(number: int, column: str, value: str) -> IndicatorTerms:
        scope = {column: [value]}

        def of(question: Question | None) -> Question | None:
            return None if question is None else narrowed(question, number, scope)

        return replace(
            terms,
            id=f"{terms.id}[{value}]",
            question=narrowed(terms.question, number, scope),
            weight_share=Fraction(1, len(values)),
            members=[replace(one, question=narrowed(one.question, number, scope)) for one in terms.members],
            use=of(terms.use),
            use_if=of(terms.use_if),
            ceiling_if=of(terms.ceiling_if),
        )

    return [child(number, *one) for number, one in enumerate(values, 1)] if values else [terms]


def indicator_terms(contract: Contract, indicator: Indicator, month: Days) -> IndicatorTerms | None:
    """Return the indicator's terms over ``month``, or None where it is not in force on any day of it."""
    in_force = days_in_force(contract, indicator).overlap(month)
    if not len(in_force):
        return None

    def question(measure: Measure | Indicator, suffix: str = "", part: str = "value") -> Question:
        """The scope of a part or a condition narrows the indicator's."""
        scopes = tuple(scope for scope in ({} if suffix == "" else indicator.scope, measure.scope) if scope)
        column = f"{indicator.id}__{suffix}" if suffix else indicator.id
        metric, terms = metric_named(measure.metric), _terms(contract, indicator.clause, measure, in_force)
        if contract.pending_at_seal == "by_due" and "period_by" in metric.terms and "period_by" not in measure.terms:
            terms["period_by"] = [Piece(in_force, "due", "pending_at_seal")]
        return Question(column, metric, terms, scopes, in_force, indicator.id, part, indicator.calendar)

    fields: dict[str, list[Piece[Any]]] = {
        name: _pieces(contract, indicator.clause, name, getattr(indicator, name), in_force) for name in OF_A_PERIOD
    }
    members = [Member(part.id, question(part, part.id, "member"), part.target) for part in indicator.worst_of]
    condition, ceiling = indicator.use_if, indicator.ceiling_if
    return IndicatorTerms(
        id=indicator.id,
        indicator=indicator,
        question=members[0].question if members else question(indicator),
        in_force=in_force,
        parts=_parts(in_force, fields, indicator.on_change),
        consequences=fields["consequences"],
        members=members,
        use=None if condition is None else question(condition.use, "use", "use"),
        use_if=None if condition is None else question(condition, "use_if", "use_if"),
        ceiling_if=None if ceiling is None else question(ceiling, "ceiling_if", "ceiling_if"),
    )


def month_questions(contract: Contract, month: Days) -> list[Question]:
    """Return all that a month asks of the logs: its indicators with their conditions, and its fees."""
    asked = [question for terms in month_terms(contract, month) for question in terms.questions()]
    if not len(term_days(contract).overlap(month)):
        return asked
    asked += [one for one, _ in data_questions(contract, month)]
    fees = sorted(contract.fees, key=lambda fee: fee.id)
    return asked + [fee_question(contract, fee.id, fee.clause, fee.quantity, month) for fee in fees if fee.quantity]


def data_questions(contract: Contract, month: Days) -> list[tuple[Question, SourceOf]]:
    """Return what is asked of the logs that have to be complete: how complete they are."""
    metric, in_force = metric_named("log.completeness@1"), term_days(contract).overlap(month)
    required = sorted(
        (one for one in contract.data.sources if one.complete is not None), key=lambda one: (one.channel, one.source)
    )
    return [
        (
            Question(
                f"data__{number}", metric, {}, ({"source": [one.source]},), in_force, f"data.{one.source}", "data"
            ),
            one,
        )
        for number, one in enumerate(required, 1)
    ]


def fee_question(contract: Contract, fee_id: str, clause: str, measure: Measure, month: Days) -> Question:
    """Return what a fee's quantity asks, over the days of the contract in the month."""
    in_force = term_days(contract).overlap(month)
    terms = _terms(contract, clause, measure, in_force)
    scopes = (measure.scope,) if measure.scope else ()
    return Question(f"fee__{fee_id}", metric_named(measure.metric), terms, scopes, in_force, fee_id, "fee")


def _terms(
    contract: Contract, clause: str, measure: Measure | Indicator, in_force: Days
) -> dict[str, Sequence[Piece[str]]]:
    """Return the pieces of every term of a metric; what is not written is its default."""
    return {
        name: _pieces(contract, clause, name, measure.terms.get(name), in_force)
        or [Piece(in_force, term.default, "default")]
        for name, term in metric_named(measure.metric).terms.items()
    }


def _pieces(
    contract: Contract, clause: str, name: str, values: Sequence[Value[T]] | None, in_force: Days
) -> list[Piece[T]]:
    """Cut a dated field to the days in force; nothing where it is not written."""
    if not values:
        return []
    history = dated(f"{clause} {name}", values, begins=contract.term.from_, by=clause)
    history.on(in_force.since)  # refuses days for which nothing is agreed
    return list(history.pieces(in_force))


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
                **{name: holding(name) for name in OF_A_PERIOD},
            )
        )
    return parts
