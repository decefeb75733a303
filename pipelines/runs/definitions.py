"""What can be measured, and exactly how: each metric's definition, terms, states, SQL and worked example, to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.core.dated import Piece
from pipelines.core.exact import exact_text
from pipelines.core.period import Month
from pipelines.metrics.compose import Ask, population_options, readable_select
from pipelines.metrics.declare import Metric, Term, installed_metrics, metric_named, population_needs
from pipelines.metrics.example import Example, installed_examples
from pipelines.metrics.frame import Frame

EXAMPLE_MONTH = Month(2026, 10)  # the month that a definition's SELECT asks for
EXAMPLE_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class DefinedTerm:
    """A term: what a contract may set. ``at_least`` and ``at_most`` are empty where nothing bounds it."""

    name: str
    unit: str
    default: str
    choices: Sequence[str]
    at_least: str
    at_most: str
    title: Mapping[str, str]
    holds_for_months: bool  # it chooses among readings, and so holds for whole periods, by their last day


@dataclass(frozen=True)
class Definition:
    """A metric as its readers are shown it.

    ``population`` names the others that a term may choose, too; ``sql`` is one SELECT, with every term at its default.
    """

    key: str
    name: Mapping[str, str]
    text: Mapping[str, str]
    population: str
    aggregate: str
    unit: str
    better: str
    interval: str
    rule: str
    terms: Sequence[DefinedTerm]
    states: Sequence[str]
    sha256: str
    sql: str
    example: Example | None


def definitions() -> list[Definition]:
    """Return every metric, in order of its key."""
    return [_definition(metric) for metric in installed_metrics().values()]


def definition(key: str) -> Definition:
    """Return the metric ``phone.connect_rate@1``; without a version, its newest. An unknown one is refused."""
    return _definition(metric_named(key))


def _definition(metric: Metric) -> Definition:
    return Definition(
        key=metric.key,
        name=metric.name,
        text=metric.text,
        population=" or ".join(metric.populations),
        aggregate=metric.aggregate,
        unit=metric.unit,
        better=metric.better,
        interval=metric.interval or "",
        rule=metric.check or "",
        terms=[_term(term) for term in metric.terms.values()],
        states=metric.states,
        sha256=metric.digest,
        sql=select_of(metric),
        example=installed_examples().get(metric.key),
    )


def _term(term: Term) -> DefinedTerm:
    return DefinedTerm(
        name=term.name,
        unit=term.unit,
        default=term.default,
        choices=term.choices,
        at_least="" if term.at_least is None else exact_text(term.at_least, 0),
        at_most="" if term.at_most is None else exact_text(term.at_most, 0),
        title=term.title,
        holds_for_months=term.of_population,
    )


def select_of(metric: Metric) -> str:
    """Return the metric as a SELECT of its own, over a month with every term at its default."""
    days = EXAMPLE_MONTH.days
    ask = Ask("value", metric, {name: [Piece(days, term.default, "default")] for name, term in metric.terms.items()})
    calendar = "default" if population_needs(ask.population).due else None
    cut_off_at = datetime(2026, 11, 1, tzinfo=UTC)
    options = population_options(metric, ask.terms)
    return readable_select(Frame(days, EXAMPLE_ZONE, cut_off_at, "true", calendar, options), ask)
