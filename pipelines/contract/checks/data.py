"""What the contract rests on besides its clauses: logs, holiday notices, relief that was granted in time."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from pipelines.contract.checks.measures import metric_of, scoped
from pipelines.contract.checks.place import Place
from pipelines.contract.dates import term_days
from pipelines.contract.model import Contract, Indicator
from pipelines.contract.parse import Source
from pipelines.core.period import Days
from pipelines.core.problem import Problem
from pipelines.metrics.declare import Metric
from pipelines.worktime.notice import DayKinds, day_kinds, shipped_notices

NO_HOLIDAYS = "none"
SHOWN = 4  # years of a list
ACROSS = ("contact", "log")  # channels of metrics that are measured from the logs of all others


def data_problems(source: Source) -> Iterator[Problem]:
    """Return metrics without a log, years without a notice, and relief that came too late."""
    yield from _without_data(source)
    yield from _holidays(source)
    yield from _relief(source)
    yield from _procedure(source)
    contract = source.model
    if contract.wait_until is not None and contract.pending_at_seal != "wait":
        yield Place(source, "wait_until", ()).warning(
            f"it is read by `pending_at_seal: wait` alone, and that is {contract.pending_at_seal}; it has no effect.",
            "Remove it, or write `pending_at_seal: wait`.",
            "contract.form_unused",
            "wait_until",
        )


def _procedure(source: Source) -> Iterator[Problem]:
    """The steps of a month follow one another."""
    steps = ("provisional", "objections", "decisions", "signed")
    for earlier, later in pairwise(steps):
        first, second = (getattr(source.model.procedure, step) for step in (earlier, later))
        if second < first:
            yield Place(source, "The procedure", ("procedure",)).warning(
                f"{later} ends on working day {second}, before {earlier} on working day {first}.",
                "Give the steps their days in order.",
                "contract.procedure_order",
                later,
            )


def metrics_asked(contract: Contract) -> Iterator[tuple[tuple[str | int, ...], str, Metric]]:
    """Yield every metric that a contract asks for: where, for whom, and which."""
    for number, indicator in enumerate(contract.indicators):
        for path, key in _keys(indicator):
            metric = metric_of(key) if key else None
            if metric:
                yield ("indicators", number, *path), f"Clause {indicator.clause} ({indicator.id})", metric
    for number, fee in enumerate(contract.fees):
        metric = metric_of(fee.quantity.metric) if fee.quantity else None
        if metric:
            yield ("fees", number, "quantity"), f"Clause {fee.clause} ({fee.id})", metric


def _keys(indicator: Indicator) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("metric",), indicator.metric
    yield from ((("worst_of", number), part.metric) for number, part in enumerate(indicator.worst_of))
    if indicator.use_if:
        yield ("use_if",), indicator.use_if.metric
        yield ("use_if", "use"), indicator.use_if.use.metric
    if indicator.ceiling_if:
        yield ("ceiling_if",), indicator.ceiling_if.metric


def _without_data(source: Source) -> Iterator[Problem]:
    """Where a contract lists its logs, one that measures a metric's channel is among them."""
    listed = sorted({one.channel for one in source.model.data.sources})
    if not listed:
        return
    for path, title, metric in metrics_asked(source.model):
        if metric.channel not in (*listed, *ACROSS):
            yield Place(source, title, path).warning(
                f"{metric.key} is measured from logs of {metric.channel!r}, and `data.sources` has none; nobody owes"
                " them.",
                f"Add a source of that channel; there are: {', '.join(listed)}.",
                "contract.metric_without_data",
            )


def _versions(contract: Contract) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    for channel, versions in contract.calendars.items():
        listed = versions if isinstance(versions, list) else []
        yield from ((channel, number, one) for number, one in enumerate(listed) if isinstance(one, dict))


def _holidays(source: Source) -> Iterator[Problem]:
    """A year of the term that no notice tells of: working days cannot be counted in it."""
    contract, seen = source.model, set[str]()
    days = term_days(contract)
    if not len(days):
        return
    years = range(days.since.year, (days.until - timedelta(days=1)).year + 1)
    for channel, number, version in _versions(contract):
        region = str(version.get("holidays") or NO_HOLIDAYS)
        if region in seen or region == NO_HOLIDAYS:
            continue
        seen.add(region)
        unknown = [year for year in years if year not in _kinds(region, years).years]
        if unknown:
            at = ("calendars", channel, number, "holidays")
            shown = ", ".join(map(str, unknown[:SHOWN])) + (" …" if len(unknown) > SHOWN else "")
            yield Place(source, f"Holidays of {region!r}", at).warning(
                f"no notice is known for {shown}; items that touch such a year are unmeasurable, and the verdict is no"
                " data.",
                f"Add data/calendars/{region}-{unknown[0]}.yaml when the notice is published.",
                "contract.no_holiday_notice",
            )


def _kinds(region: str, years: range) -> DayKinds:
    return day_kinds(region, years, shipped_notices(), None)


def _relief(source: Source) -> Iterator[Problem]:
    contract = source.model
    region = next((str(version.get("holidays")) for _, _, version in _versions(contract)), NO_HOLIDAYS)
    for number, one in enumerate(contract.relief):
        place = Place(source, f"Relief {one.id}", ("relief", number))
        yield from scoped(place, one.scope, "scope")
        if one.until <= one.from_:
            yield place.problem(
                f"it runs from {one.from_} until {one.until}, which is no day at all.",
                "`until` is the first day after the last one.",
                "contract.relief_days",
            )
            continue
        if not len(Days(one.from_, one.until).overlap(term_days(contract))):
            yield place.warning(
                f"it runs from {one.from_} until {one.until}, outside the term ({term_days(contract)}).",
                "Correct the days; as written it has no effect.",
                "contract.relief_days",
            )
        latest = _working_day_after(one.until - timedelta(days=1), contract.procedure.relief_logged, region)
        if one.logged is not None and one.logged > latest:
            yield place.warning(
                f"it was logged on {one.logged}, and by clause within {contract.procedure.relief_logged} working days:"
                f" by {latest}.",
                "Settle whether it is granted all the same, and cite that under `by:`.",
                "contract.relief_logged_late",
                "logged",
            )


def _working_day_after(day: date, working_days: int, region: str) -> date:
    """Return the n-th working day after ``day``; where no notice tells, Monday to Friday are worked."""
    kinds = _kinds(region, range(day.year, day.year + 2))
    while working_days > 0:
        day += timedelta(days=1)
        kind = kinds.on(day) or ("workday" if day.weekday() < 5 else "weekend")
        working_days -= kind in ("workday", "make_up_workday")
    return day
