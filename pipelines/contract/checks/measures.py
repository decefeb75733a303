"""A metric with its terms and scope: what an indicator, a part, a condition or a fee counts."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from pipelines.contract.checks.place import Place
from pipelines.contract.consequence import Condition, Measure
from pipelines.contract.model import Indicator
from pipelines.contract.resolve import dated
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import Metric, Term, installed_metrics, metric_named, unknown_metric
from pipelines.metrics.scope import scope_problems


def metric_of(key: str) -> Metric | None:
    """Return the metric, or None where nobody defined it."""
    try:
        return metric_named(key)
    except Refused:
        return None


def measure_problems(place: Place, measure: Measure | Indicator, clause: str) -> Iterator[Problem]:
    """Find what is wrong with a metric's name, its terms and its scope."""
    yield from scoped(place, measure.scope, "scope")
    metric = metric_of(measure.metric)
    if metric is None:
        yield unknown_metric(measure.metric, place.source.where(*place.at, "metric"))
        return
    if measure.metric not in installed_metrics():
        yield place.warning(
            f"{measure.metric!r} names no version; a later definition would change past months.",
            f"Write {metric.key!r}.",
            "contract.metric_without_version",
            "metric",
        )
    found = list(_terms(place, measure, metric))
    yield from found
    if not any(problem.code == "contract.option_out_of_bounds" for problem in found):
        yield from _terms_against_each_other(place, measure, metric, clause)


def condition_problems(place: Place, condition: Condition, clause: str) -> Iterator[Problem]:
    """Find what is wrong with a condition on a metric's value."""
    yield from measure_problems(place, condition, clause)
    if (condition.above is None) == (condition.below is None):
        yield place.problem(
            "the condition needs either `above:` or `below:`.", "Write one of them.", "contract.form_incomplete"
        )


def scoped(place: Place, scope: Mapping[str, Sequence[str]], *path: str) -> Iterator[Problem]:
    """Find columns that no scope can name, columns without a value, and values beyond the contract's own scope."""
    where = place.source.where(*place.at, *path)
    yield from scope_problems(scope, where)
    for column, values in scope.items():
        if not values:
            yield place.problem(
                f"The scope names no {column} at all; nothing would belong to it.",
                "List the values that belong, or remove the line.",
                "contract.scope_empty",
                *path,
                column,
            )
        whole = place.contract.scope.get(column)
        beyond = [value for value in values if whole and value not in whole]
        if beyond:
            yield place.warning(
                f"{column} {', '.join(beyond)} lies outside the contract's own scope ({', '.join(whole or [])});"
                " nothing would belong to it.",
                "Name it in the contract's scope too, or remove it here.",
                "contract.scope_outside",
                *path,
                column,
            )


def _terms(place: Place, measure: Measure | Indicator, metric: Metric) -> Iterator[Problem]:
    for name, values in measure.terms.items():
        if name not in metric.terms:
            near = get_close_matches(name, metric.terms, n=1, cutoff=0.4)
            mend = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(metric.terms) or 'none'}."
            what = f"{metric.key} has no term {name!r}."
            yield place.problem(what, mend, "contract.unknown_term", "terms", name)
            continue
        term = metric.terms[name]
        for value in values:
            wrong = term.problem_with(value.value)
            if wrong:
                what = f"{name} {value.value!r} {wrong}."
                yield place.problem(what, _bounds(term), "contract.option_out_of_bounds", "terms", name)
            if term.of_population and term.unit not in ("days", "days or h") and value.since and value.since.day != 1:
                yield place.problem(
                    f"{name} changes on {value.since}; it decides what a whole month counts.",
                    "Let it begin on the first of a month.",
                    "contract.changes_in_month",
                    "terms",
                    name,
                )


def _bounds(term: Term) -> str:
    if term.choices:
        return f"Choose one of them, such as {term.default!r}."
    lowest = "" if term.at_least is None else f" from {term.at_least}"
    highest = "" if term.at_most is None else f" up to {term.at_most}"
    return f"Give it in {term.unit}{lowest}{highest}."


def _terms_against_each_other(
    place: Place, measure: Measure | Indicator, metric: Metric, clause: str
) -> Iterator[Problem]:
    """Ask the metric's own rule on each day on which a term changes."""
    begins = place.contract.term.from_
    given = {
        name: dated(name, values, begins=begins, by=clause)
        for name, values in measure.terms.items()
        if name in metric.terms
    }
    for day in sorted({value.since for history in given.values() for value in history.values} | {begins}):
        held = {name: term.default for name, term in metric.terms.items()}
        held |= {name: history.on(day).value for name, history in given.items() if history.values[0].since <= day}
        if metric.is_broken_by(held):
            shown = ", ".join(f"{name} {held[name]}" for name in metric.checked_terms)
            yield place.problem(
                f"{metric.key} asks that {metric.check}, and from {day} on it has {shown}.",
                "Change one of them; 0 switches a short abandon off.",
                "contract.terms_contradict",
                "terms",
            )
            return
