"""One indicator: its clause, its dates, its metric or parts, its target and weight."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from pipelines.contract.bands import span_text, top_of
from pipelines.contract.checks.consequences import consequence_problems
from pipelines.contract.checks.defaults import indicator_defaults
from pipelines.contract.checks.measures import condition_problems, measure_problems, metric_of, scoped
from pipelines.contract.checks.percent import indicator_percent_problems
from pipelines.contract.checks.place import Place, Reading
from pipelines.contract.checks.scoring import scoring_problems
from pipelines.contract.dates import beginning_problems, days_in_force
from pipelines.contract.model import Indicator, Value
from pipelines.contract.parse import Source
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem
from pipelines.metrics.declare import Metric

TARGET_TERM = "target_s"  # a percentile's: who left within it is excluded


def check_indicator(source: Source, number: int, indicator: Indicator) -> Iterator[Problem]:
    """Return every problem of one indicator."""
    at = ("indicators", number)
    place = Place(source, f"Clause {indicator.clause} ({indicator.id})", at)
    yield from _measured(place, indicator)
    yield from _calendar(place, source, indicator)
    metric = _leading_metric(indicator)
    if metric is None:
        return
    reading = Reading(source, place.title, at, indicator, metric)
    yield from _identity(reading)
    yield from _carried_by_day(reading)
    yield from _beginnings(reading)
    yield from _conditions(reading)
    yield from _target(reading)
    yield from _target_term(reading)
    yield from _weight(reading)
    yield from scoring_problems(reading)
    yield from consequence_problems(reading)
    yield from indicator_percent_problems(reading)
    yield from indicator_defaults(reading)


def _carried_by_day(reading: Reading) -> Iterator[Problem]:
    """Items join the next month, and a day has none of its own."""
    if reading.indicator.period == "day" and reading.indicator.too_few == "carry":
        yield reading.problem(
            "it is judged by the day, and `too_few: carry` would let a day's items join the next month's; none would.",
            "Write `too_few: skip` or `count_as_met`, or judge it by the month.",
            "contract.carry_by_day",
            "too_few",
        )


def _leading_metric(indicator: Indicator) -> Metric | None:
    """Return the metric of the indicator, or of the first of its parts."""
    if indicator.worst_of:
        return metric_of(indicator.worst_of[0].metric)
    return metric_of(indicator.metric) if indicator.metric else None


def _measured(place: Place, indicator: Indicator) -> Iterator[Problem]:
    """A metric of its own, or parts of which the worst counts."""
    if not indicator.worst_of:
        if indicator.metric:
            yield from measure_problems(place, indicator, indicator.clause)
        else:
            yield place.problem(
                "it names no metric; nothing would be measured.",
                "Write `metric:`, or the parts under `worst_of:`.",
                "contract.missing",
            )
        yield from _for_each(place, indicator)
        return
    if indicator.metric or indicator.terms:
        yield place.problem(
            "it takes the worst of its parts, and has a metric or terms of its own, which nobody would read.",
            "Move them to a part, or remove `worst_of:`.",
            "contract.worst_of_with_metric",
            "metric" if indicator.metric else "terms",
        )
    yield from scoped(place, indicator.scope, "scope")
    yield from _for_each(place, indicator)
    for number, part in enumerate(indicator.worst_of):
        yield from measure_problems(place.inner("worst_of", number, called=part.id), part, indicator.clause)
    metrics = [metric for part in indicator.worst_of if (metric := metric_of(part.metric))]
    if len({(metric.unit, metric.better) for metric in metrics}) > 1:
        shown = ", ".join(f"{metric.key} ({metric.unit}, {metric.better})" for metric in metrics)
        yield place.problem(
            f"its parts differ in unit or direction, so that none is the worst: {shown}.",
            "Make an indicator of each kind.",
            "contract.worst_of_mixed",
            "worst_of",
        )


def _calendar(place: Place, source: Source, indicator: Indicator) -> Iterator[Problem]:
    """The hours that an indicator names are there."""
    known = source.model.calendars
    if indicator.calendar is not None and indicator.calendar not in known:
        near = get_close_matches(indicator.calendar, known, n=1, cutoff=0.4)
        yield place.problem(
            f"there are no hours {indicator.calendar!r} under `calendars:`; nobody could say when it is served.",
            f"Did you mean {near[0]!r}?" if near else f"Write them, or name one of: {', '.join(known) or 'none yet'}.",
            "contract.unknown_calendar",
            "calendar",
        )


def _for_each(place: Place, indicator: Indicator) -> Iterator[Problem]:
    yield from scoped(place, indicator.for_each, "for_each")
    for column, values in indicator.for_each.items():
        own = indicator.scope.get(column)
        beyond = [value for value in values if own and value not in own]
        if beyond:
            yield place.warning(
                f"{column} {', '.join(beyond)} lies outside its own scope ({', '.join(own or [])}); nothing would"
                " belong to it.",
                "Name it in the scope too, or remove it here.",
                "contract.scope_outside",
                "for_each",
                column,
            )


def _conditions(reading: Reading) -> Iterator[Problem]:
    indicator = reading.indicator
    if indicator.use_if:
        place = reading.inner("use_if")
        yield from condition_problems(place, indicator.use_if, indicator.clause)
        yield from measure_problems(place.inner("use"), indicator.use_if.use, indicator.clause)
        other = metric_of(indicator.use_if.use.metric)
        if other and (other.unit, other.better) != (reading.metric.unit, reading.metric.better):
            yield place.problem(
                f"{other.key} ({other.unit}, {other.better} is better) would replace {reading.metric.key}"
                f" ({reading.metric.unit}, {reading.metric.better} is better); the target would mean something else.",
                "Use a metric of the same unit and direction.",
                "contract.worst_of_mixed",
                "use",
            )
    if indicator.ceiling_if:
        yield from condition_problems(reading.inner("ceiling_if"), indicator.ceiling_if, indicator.clause)


def _identity(reading: Reading) -> Iterator[Problem]:
    indicator = reading.indicator
    if not (indicator.text.zh or indicator.text.en):
        yield reading.warning(
            "it has no text; a reader could not compare the figures with the clause.",
            "Quote the clause under `text: {zh: …, en: …}`.",
            "contract.clause_without_text",
        )
    since, until = indicator.since or reading.contract.term.from_, indicator.until or reading.contract.term.until
    if not len(days_in_force(reading.contract, indicator)):
        yield reading.problem(
            f"it is in force on no day of the contract (from {since}, until {until}).",
            "`until` is the first day after the last one.",
            "contract.never_in_force",
        )
    if indicator.compare_at is not None and indicator.compare_at <= 0:
        yield reading.problem(
            "values cannot be compared at steps of nothing.",
            "Write the step, such as 0.0001 for hundredths of a percent.",
            "contract.compare_at",
            "compare_at",
        )
    if any(value.value < 0 for value in indicator.minimum_sample):
        yield reading.problem(
            "a sample cannot be smaller than nothing.", "Write 0 or more.", "contract.minimum_sample", "minimum_sample"
        )
    if indicator.cap is not None and indicator.cap_rate is not None:
        yield reading.problem("it has two caps.", "Write one of them.", "contract.form_incomplete", "cap")


def _beginnings(reading: Reading) -> Iterator[Problem]:
    """Each dated field is agreed from the indicator's first day on."""
    indicator = reading.indicator
    fields: list[tuple[tuple[str | int, ...], Sequence[Value[Any]] | None]] = [
        (("target",), indicator.target),
        (("weight",), indicator.weight),
        (("minimum_sample",), indicator.minimum_sample),
        (("scoring",), indicator.scoring),
        (("consequences",), indicator.consequences),
    ]
    fields += [(("terms", name), values) for name, values in indicator.terms.items()]
    for number, part in enumerate(indicator.worst_of):
        fields += [(("worst_of", number, "terms", name), values) for name, values in part.terms.items()]
    days = days_in_force(reading.contract, indicator)
    for path, values in fields:
        title = f"{reading.title}: {'.'.join(map(str, path))}"
        yield from beginning_problems(reading.source, (*reading.at, *path), title, values or [], days.since, days.until)


def _target(reading: Reading) -> Iterator[Problem]:
    indicator, metric = reading.indicator, reading.metric
    top = top_of(metric.aggregate)
    parts = [part.target for part in indicator.worst_of if part.target is not None]
    for number, target in enumerate([value.value for value in indicator.target or []] + parts):
        if target < 0 or (top is not None and target > top):
            is_own = number < len(indicator.target or [])
            yield reading.problem(
                f"a target of {decimal_text(target)} lies outside what {metric.key} can be"
                f" ({span_text(Decimal(0), top)}); it would always or never be met.",
                "Write a share as 0.90 or 90%.",
                "contract.target_out_of_range",
                *(reading.value_path("target", number) if is_own else ("worst_of",)),
            )
    has_target = indicator.target is not None or (indicator.worst_of and len(parts) == len(indicator.worst_of))
    needs_one = indicator.scoring or any(
        one.form not in ("per_incident", "event") for value in indicator.consequences for one in value.value
    )
    if not has_target and indicator.class_ != "report_only" and needs_one:
        yield reading.problem(
            "it has consequences or points but no target; nothing could be missed.",
            "Write `target:`, or make it `class: report_only`.",
            "contract.no_target",
        )


def _target_term(reading: Reading) -> Iterator[Problem]:
    """A percentile's target stands twice: what is held against it, and from when on who left counts as never answered.

    Target 30 and ``target_s`` 20: who gave up after 25 s would count as longer than any, within the target.
    """
    indicator, term = reading.indicator, reading.metric.terms.get(TARGET_TERM)
    if term is None or not indicator.metric:
        return
    agreed = {value.value for value in indicator.target or []}
    told = [value.value for value in indicator.terms.get(TARGET_TERM, [])] or [term.default]
    other = [text for text in told if term.problem_with(text) is None and Decimal(text) not in agreed]
    if agreed and other:
        yield reading.warning(
            f"its target is {', '.join(decimal_text(one) for one in sorted(agreed))}, and {TARGET_TERM} {other[0]}: who"
            " left in between counts as one that was never answered, or is left out.",
            f"Let {TARGET_TERM} be the target.",
            "contract.target_term",
            "target",
        )


def _weight(reading: Reading) -> Iterator[Problem]:
    indicator = reading.indicator
    if indicator.class_ == "report_only":
        if indicator.weight or any(value.value for value in indicator.consequences):
            yield reading.problem(
                "it is report_only, and yet has a weight or consequences; they would have no effect.",
                "Remove them, or make it `key`.",
                "contract.report_only_with_money",
                "class",
            )
        return
    if any(value.value <= 0 for value in indicator.weight or []):
        yield reading.problem(
            "a weight is more than nothing.", "Leave `weight:` out where it has none.", "contract.weight", "weight"
        )
    if bool(indicator.weight) != bool(indicator.scoring):
        has, lacks = ("weight", "scoring") if indicator.weight else ("scoring", "weight")
        effect = (
            "it would count as absent from every score" if indicator.weight else "its points would count for nothing"
        )
        yield reading.problem(
            f"it has a {has} but no {lacks}; {effect}.",
            f"Write `{lacks}:`, or remove `{has}:`.",
            "contract.weight_and_scoring",
            has,
        )
