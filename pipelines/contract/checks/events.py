"""One event, one deduction: clauses that punish the same thing, and recorded decisions about it."""

from collections.abc import Iterator
from itertools import combinations

from pipelines.contract.checks.measures import metric_of
from pipelines.contract.checks.place import Place
from pipelines.contract.consequence import Consequence
from pipelines.contract.dates import days_in_force, term_days
from pipelines.contract.model import Indicator
from pipelines.contract.parse import Source
from pipelines.core.period import Month
from pipelines.core.problem import Problem


def event_problems(source: Source) -> Iterator[Problem]:
    """Return clauses that punish one event, and decisions that name nothing."""
    yield from _punished_twice(source)
    yield from _decisions(source)


def _punished_twice(source: Source) -> Iterator[Problem]:
    """The same metric over items of both, by readings that do not exclude each other."""
    punishing = [(n, one) for n, one in enumerate(source.model.indicators) if _deductions(one)]
    for (_, one), (number, other) in combinations(punishing, 2):
        if not _is_same_promise(source, one, other) or _is_absorbed(one, other):
            continue
        place = Place(
            source, f"Clauses {one.clause} ({one.id}) and {other.clause} ({other.id})", ("indicators", number)
        )
        yield place.warning(
            f"both take money for {other.metric} over the same items, so that one event may cost twice.",
            "Where it is to cost once: give lines of per_incident and event one name (`event:`), decide a month's case"
            " under `one_event:`, or narrow a scope.",
            "contract.one_event_twice",
        )


def _deductions(indicator: Indicator) -> list[Consequence]:
    if indicator.class_ == "report_only":
        return []
    return [one for value in indicator.consequences for one in value.value if not one.bonus]


def _is_same_promise(source: Source, one: Indicator, other: Indicator) -> bool:
    """Say whether two indicators measure the same thing of items that both may have, on some day."""
    if not one.metric or one.metric.partition("@")[0] != other.metric.partition("@")[0]:
        return False
    if not len(days_in_force(source.model, one).overlap(days_in_force(source.model, other))):
        return False
    scopes = ({**one.scope, **one.for_each}, {**other.scope, **other.for_each})
    if any(not set(scopes[0][column]) & set(scopes[1][column]) for column in scopes[0].keys() & scopes[1].keys()):
        return False
    return _terms_meet(one, other)


def _terms_meet(one: Indicator, other: Indicator) -> bool:
    """Say whether terms let one item be of both: lists that meet, choices that are the same; no limit parts them."""
    metric = metric_of(one.metric)
    for name, term in metric.terms.items() if metric else ():
        values = [
            {value.value for value in indicator.terms[name]} if name in indicator.terms else {term.default}
            for indicator in (one, other)
        ]
        if term.unit == "list":
            listed = [
                {part.strip() for value in found for part in value.split(",") if part.strip()} for found in values
            ]
            if listed[0] and listed[1] and not listed[0] & listed[1]:
                return False
        elif term.choices and not values[0] & values[1]:
            return False
    return True


def _is_absorbed(one: Indicator, other: Indicator) -> bool:
    """Say whether every pair of lines of the two bears one name of an event."""
    by_day = ("per_incident", "event")
    named = [{line.event if line.form in by_day else None for line in _deductions(each)} for each in (one, other)]
    return named[0] == named[1] and len(named[0]) == 1 and None not in named[0]


def _decisions(source: Source) -> Iterator[Problem]:
    contract = source.model
    lines = {f"{one.id}.{line.id}" for one in contract.indicators for v in one.consequences for line in v.value}
    names = {one.id: [*one.for_each.values()] for one in contract.indicators}
    for number, decision in enumerate(contract.one_event):
        place = Place(source, f"The decision on {decision.event!r}", ("one_event", number))
        for line in decision.lines:
            indicator, _, consequence = line.rpartition(".")
            bare = f"{indicator.partition('[')[0]}.{consequence}"
            if bare not in lines or (
                indicator != indicator.partition("[")[0] and not names[indicator.partition("[")[0]]
            ):
                yield place.problem(
                    f"it names the line {line!r}, which no indicator has.",
                    f"Write indicator.consequence; there are: {', '.join(sorted(lines)[:6]) or 'none'}.",
                    "contract.unknown_line",
                    "lines",
                )
        try:
            days = Month.parse(decision.month).days
        except ValueError:
            days = None
        if days is None or not len(days.overlap(term_days(contract))):
            yield place.problem(
                f"{decision.month!r} is no month of the term.",
                "Write it like 2026-10.",
                "contract.decision_month",
                "month",
            )
