"""Measuring without a contract: any metric over any days, by month, day, team, vendor, queue, agent and more."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.yaml_text import TextTree, read_yaml
from pipelines.core.zone import day_begins_at, zone_named
from pipelines.metrics.compose import Ask, population_options, scans_for
from pipelines.metrics.declare import Metric, metric_named, population_needs
from pipelines.metrics.frame import Frame
from pipelines.metrics.scope import scope_problems, scope_sql
from pipelines.runs.attribution import handled_sql, touched_counts
from pipelines.runs.calendars import calendar_for, lay_out_calendars
from pipelines.runs.groups import BY_AGENT, GROUPS, NO_AGENT, WEEKDAYS, group_sql, weekdays_sql
from pipelines.runs.kinds import Kinds, kinds_of
from pipelines.runs.states import direct_tallies, postings, prepare, vendor_kept_sources
from pipelines.scoring.counts import Counts, measured
from pipelines.scoring.interval import interval_of
from pipelines.settlement.statement import states_body
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.model import Calendar
from pipelines.worktime.parse import parse_calendars

HANDLED_PART = "handled by a person"  # a group beside those asked for, added up again


@dataclass(frozen=True)
class Measurement:
    """One value: of which metric, over which group, with all that makes it.

    ``low`` and ``high`` are its 95 % interval, None where the metric has none or the sample is too small for one.
    ``kinds`` says how many items bear each kind of incident, where the metric lists them.

    ``rate_of``: what an agent's value is a rate of, by its name; None where no agent is asked for. Beside it
    ``handled``, how many of these items a person dealt with, and ``touched``, how many others the agent had a part in
    that are given to somebody else (None where an item has one agent alone, and in groups that are no agent's).
    """

    metric: str
    unit: str
    group: Mapping[str, str]
    value: str | None
    low: str | None
    high: str | None
    numerator: str
    denominator: str
    n: int
    population: int
    states: Mapping[str, Any]
    kinds: Mapping[str, int]
    terms: Mapping[str, str]
    rate_of: str | None = None
    handled: int | None = None
    touched: int | None = None


def measure(
    home: Path,
    metrics: Sequence[str],
    *,
    since: date,
    until: date,
    by: Sequence[str] = (),
    terms: Mapping[str, str] | None = None,
    scope: Mapping[str, Sequence[str]] | None = None,
    zone: str | None = None,
    cut_off_at: datetime | None = None,
    calendars: TextTree | None = None,
    calendar: str | None = None,
) -> list[Measurement]:
    """Return the metrics' values over [since, until), one a group; each group's parts add up to the whole.

    ``calendars`` has the service hours under ``calendars:``, a channel each or ``default``; without it every hour is a
    service hour, and working days are those of mainland China's notices in its zones, Monday to Friday elsewhere.
    ``calendar``: the one of them that all go by, instead of their channels'.
    ``terms`` apply to every metric that has them, defaults elsewhere. ``zone`` decides days; by default the zone of the
    logs. Refuses unknown metrics, groups, terms and scopes, all of them at once.
    """
    terms, scope = dict(terms or {}), dict(scope or {})
    weekdays = scope.pop("weekday", ())
    found = [metric_named(key) for key in dict.fromkeys(metrics)]
    refuse_if_any(
        [*_problems(found, by, terms, since, until), *_weekday_problems(weekdays), *scope_problems(scope, "--where")]
    )
    with Warehouse(home, read_only=True) as warehouse:
        con = warehouse.con
        scans = scans_of(
            con,
            found,
            since,
            until,
            terms=terms,
            scope=scope,
            weekdays=weekdays,
            zone=zone,
            cut_off_at=cut_off_at,
            calendars=calendars,
            calendar=calendar,
        )
        kept = vendor_kept_sources(con)
        measurements: list[Measurement] = []
        for (population, frame), asks in scans.items():
            groups = {name: group_sql(name, frame.zone, frame.days) for name in by}
            kinds = {ask.column: kinds_of(con, population, frame, ask, groups) for ask in asks}
            if any(name in BY_AGENT for name in groups):
                measurements += _by_agent(con, population, frame, asks, groups, kept, kinds)
                continue
            for tally in direct_tallies(con, population, frame, asks, by=groups, vendor_kept=kept):
                ask = next(ask for ask in asks if ask.column == tally.column)
                measurements.append(_measurement(ask.metric, tally.group, tally.counts, ask, kinds[ask.column]))
            if not groups and not any(m.metric == asks[0].metric.key for m in measurements):
                measurements += [_measurement(ask.metric, {}, Counts(), ask, {}) for ask in asks]
    order = {metric.key: place for place, metric in enumerate(found)}
    return sorted(measurements, key=lambda m: (order[m.metric], tuple(m.group.values())))


def scans_of(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    since: date,
    until: date,
    *,
    terms: Mapping[str, str],
    scope: Mapping[str, Sequence[str]],
    weekdays: Sequence[str] = (),
    zone: str | None,
    cut_off_at: datetime | None,
    calendars: TextTree | None,
    calendar: str | None = None,
) -> dict[tuple[str, Frame], list[Ask]]:
    """Prepare the session and return the scans that answer the metrics: each population once, with all its asks."""
    prepare(con)
    zone = zone or _zone_of_logs(con)
    zone_named(zone, "--zone")
    days = Days(since, until)
    cut_off_at = cut_off_at or day_begins_at(until, zone)
    roster = postings(con)
    hours = calendars_of(calendars, zone)
    if calendar is not None and calendar not in hours:
        raise Refused(
            Problem(
                "--calendar",
                f"There are no hours {calendar!r}.",
                f"Name one of: {', '.join(hours)}.",
                "measure.calendar",
            )
        )
    laid = lay_out_calendars(con, hours, zone, days)
    questions = []
    for metric in metrics:
        ask = _ask(metric, terms, days, weekdays_sql(tuple(weekdays)))
        frame = Frame(
            days,
            zone,
            cut_off_at,
            scope_sql(scope, roster, by_agent=population_needs(metric.population).by_agent) or "true",
            _hours_of(metric, hours, calendars, calendar),
            population_options(metric, ask.terms),
            laid,
        )
        questions.append((ask, frame))
    return scans_for(questions)


def _problems(
    metrics: Sequence[Metric], by: Sequence[str], terms: Mapping[str, str], since: date, until: date
) -> list[Problem]:
    problems = [
        Problem("--by", f"There is no group {name!r}.", f"Use any of: {', '.join(GROUPS)}.", "measure.group")
        for name in by
        if name not in GROUPS
    ]
    if until <= since:
        problems.append(
            Problem(
                "--until", f"{until} does not lie after {since}.", "It is the first day after the last.", "measure.days"
            )
        )
    for name, value in terms.items():
        holders = [metric for metric in metrics if name in metric.terms]
        if not holders:
            known = sorted({term for metric in metrics for term in metric.terms})
            problems.append(
                Problem(
                    "--term",
                    f"No metric asked for has a term {name!r}.",
                    f"They have: {', '.join(known)}.",
                    "measure.term",
                )
            )
        for metric in holders:
            wrong = metric.terms[name].problem_with(value)
            if wrong:
                problems.append(
                    Problem(
                        "--term", f"{name}={value} {wrong}.", f"See `clausemeter metrics {metric.key}`.", "measure.term"
                    )
                )
    return problems or [problem for metric in metrics for problem in _broken_rule(metric, terms)]


def _broken_rule(metric: Metric, terms: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem where the terms, each sound by itself, break the metric's own rule together."""
    values = {name: terms.get(name, term.default) for name, term in metric.terms.items()}
    if metric.is_broken_by(values):
        said = ", ".join(f"{name} = {values[name]}" for name in metric.checked_terms)
        what = f"{metric.key} needs {metric.check}, and here {said}."
        yield Problem("--term", what, f"See `clausemeter metrics {metric.key}`.", "measure.term")


def _by_agent(
    con: duckdb.DuckDBPyConnection,
    population: str,
    frame: Frame,
    asks: Sequence[Ask],
    groups: Mapping[str, str],
    kept: Sequence[str],
    kinds: Mapping[str, Mapping[tuple[str, ...], Kinds]],
) -> Iterator[Measurement]:
    """Yield values of groups that hang on the agent, with how many items were handled, and touched."""
    found: dict[tuple[str, tuple[str, ...]], Counts] = {}
    handled: Counter[tuple[str, tuple[str, ...]]] = Counter()
    parts = {**groups, HANDLED_PART: handled_sql(population)}
    for tally in direct_tallies(con, population, frame, asks, by=parts, vendor_kept=kept):
        *named, is_handled = tally.group.values()
        key = (tally.column, tuple(named))
        found[key] = found.get(key, Counts()) + tally.counts
        handled[key] += tally.counts.population if is_handled else 0
    touched = touched_counts(con, population, frame, asks, groups) if "agent" in groups else None
    for key in {**found, **(touched or {})}:
        column, names = key
        ask = next(ask for ask in asks if ask.column == column)
        group = dict(zip(groups, names, strict=True))
        counts = found.get(key, Counts())
        one = _measurement(ask.metric, group, counts, ask, kinds[column])
        if any(group.get(name) == NO_AGENT for name in BY_AGENT):
            yield one
            continue
        yield replace(
            one,
            rate_of="handled items" if handled[key] == counts.population else "items that the log gives to the agent",
            handled=handled[key],
            touched=None if touched is None or ask.group else touched.get(key, 0),
        )


def _weekday_problems(weekdays: Sequence[str]) -> list[Problem]:
    return [
        Problem("--where", f"There is no weekday {day!r}.", f"Use any of: {', '.join(WEEKDAYS)}.", "measure.weekday")
        for day in weekdays
        if day not in WEEKDAYS
    ]


def _ask(metric: Metric, terms: Mapping[str, str], days: Days, scope: str | None) -> Ask:
    pieces = {name: [Piece(days, terms.get(name, term.default), "asked")] for name, term in metric.terms.items()}
    return Ask("m_" + "".join(c if c.isalnum() else "_" for c in metric.key), metric, pieces, scope)


ALWAYS_OPEN = """
calendars:
  default:
    - since: 1970-01-01
      decided: 1970-01-01
      by: no contract
      weekly: {mon-sun: ["00:00-24:00"]}
      holidays: HOLIDAYS
      on_holidays: as_usual
"""
ZONES_OF_MAINLAND_CHINA = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "PRC")


def calendars_of(tree: TextTree | None, zone: str) -> dict[str, Calendar]:
    """Return the calendars given; without any, one that is always open, with mainland China's notices in its zones."""
    if tree is None:
        holidays = "cn" if zone in ZONES_OF_MAINLAND_CHINA else "none"
        tree = read_yaml(ALWAYS_OPEN.replace("HOLIDAYS", holidays), "always open")
    found, problems = parse_calendars(tree)
    refuse_if_any(problems)
    return found


def _hours_of(metric: Metric, hours: Mapping[str, Calendar], given: TextTree | None, named: str | None) -> str | None:
    """Return the calendar of a metric; where none was given, days are joined only for what counts days."""
    needs_days = given is not None or any(population_needs(one).due for one in metric.populations)
    return calendar_for(metric, hours, named) if needs_days else None


def _zone_of_logs(con: Any) -> str:
    """Return the one zone that the loaded logs are written in; where there are several, somebody must say."""
    rows = con.execute("SELECT DISTINCT text FROM mapping").fetchall()
    zones = set()
    for (text,) in rows:
        tree = read_yaml(text, "mapping").value
        if isinstance(tree, dict) and isinstance(tree.get("zone"), str):
            zones.add(str(tree["zone"]))
    if len(zones) == 1:
        return zones.pop()
    raise Refused(
        Problem(
            where="--zone",
            what=f"The loaded logs are written in {len(zones)} zones ({', '.join(sorted(zones))}); days differ by zone."
            if zones
            else "No log is loaded yet.",
            mend="Say --zone Asia/Shanghai, or whichever the days are meant in."
            if zones
            else "Load one: `clausemeter ingest MAPPING FILES`.",
            code="measure.zone",
        )
    )


def _measurement(
    metric: Metric, group: Mapping[str, str], counts: Counts, ask: Ask, kinds: Mapping[tuple[str, ...], Kinds]
) -> Measurement:
    found = measured(metric, counts, percentile=ask.percentile)
    interval = interval_of(metric, counts)
    return Measurement(
        metric=metric.key,
        unit=metric.unit,
        group=group,
        value=found.text,
        low=None if interval is None else decimal_text(interval.low),
        high=None if interval is None else decimal_text(interval.high),
        numerator=decimal_text(found.numerator),
        denominator=decimal_text(found.denominator),
        n=found.n,
        population=counts.population,
        states=states_body(counts),
        kinds=kinds.get(tuple(group.values()), {}),
        terms={name: pieces[0].value for name, pieces in ask.terms.items()},
    )
