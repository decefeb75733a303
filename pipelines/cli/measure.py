"""``clausemeter measure``: any metric over any days, without a contract."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, day_of, instant_of, pairs_of, print_json, table
from pipelines.runs.contracts import read_tree
from pipelines.runs.measure import GROUPS, Measurement, measure


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("measure")(run)


def run(
    metrics: Annotated[
        list[str], typer.Argument(help="Metrics, such as phone.connect_rate (see `clausemeter metrics`).")
    ],
    since: Annotated[str, typer.Option("--from", help="The first day, such as 2026-10-01.")],
    until: Annotated[str, typer.Option("--until", help="The first day after the last, such as 2026-11-01.")],
    by: Annotated[str, typer.Option(help=f"Groups, with commas: {', '.join(GROUPS)}.")] = "",
    term: Annotated[list[str] | None, typer.Option(help="A term, such as short_abandon_s=0; may be repeated.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Only these, such as queue=a,b or source=bank or weekday=mon,tue; may be repeated."),
    ] = None,
    zone: Annotated[str | None, typer.Option(help="The zone of the days; by default that of the logs.")] = None,
    cut_off: Annotated[
        str | None, typer.Option(help="An instant after which nothing is known; by default the end.")
    ] = None,
    calendars: Annotated[
        Path | None,
        typer.Option(help="A file with `calendars:` (a contract will do); by default every hour is served."),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(help="Hours by this name among them, instead of those of the metric's channel.")
    ] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Measure without a contract; every value stands beside what it is made of."""
    scope = {
        name: [part.strip() for part in value.split(",")] for name, value in pairs_of("--where", where or []).items()
    }
    found = measure(
        home,
        metrics,
        since=day_of("--from", since),
        until=day_of("--until", until),
        by=[part.strip() for part in by.split(",") if part.strip()],
        terms=pairs_of("--term", term or []),
        scope=scope,
        zone=zone,
        cut_off_at=instant_of("--cut-off", cut_off),
        calendars=None if calendars is None else read_tree(calendars),
        calendar=calendar,
    )
    if as_json:
        print_json([asdict(one) for one in found])
        return
    groups = list(found[0].group) if found else []
    has_intervals = any(one.low is not None for one in found)
    by_agent = any(one.rate_of is not None for one in found)
    has_kinds = any(one.kinds for one in found)
    numbers = ["value", *(["95 % interval"] if has_intervals else []), "numerator", "denominator", "n", "population"]
    numbers += ["handled", "touched"] if by_agent else []
    table(
        ["metric", *groups, *numbers, "states", *(["kinds"] if has_kinds else [])],
        [
            [
                one.metric,
                *one.group.values(),
                "no data" if one.value is None else one.value,
                *([interval_text(one)] if has_intervals else []),
                one.numerator,
                one.denominator,
                str(one.n),
                str(one.population),
                *(["" if n is None else str(n) for n in (one.handled, one.touched)] if by_agent else []),
                states_text(one.states),
                *([", ".join(f"{kind} {n}" for kind, n in one.kinds.items())] if has_kinds else []),
            ]
            for one in found
        ],
        right=[number + len(groups) for number in range(1, len(numbers) + 1)],
    )
    for named in dict.fromkeys(one.rate_of for one in found if one.rate_of is not None):
        print(f"An agent's value is a rate of {named}; touched: those that are given to another agent.")


def interval_text(one: Measurement) -> str:
    """Return a value's 95 % interval, or nothing where it has none."""
    return "" if one.low is None else f"{one.low} to {one.high}"


def states_text(states: Mapping[str, Any]) -> str:
    """Return counts per state in a line, classes and reasons without items left out."""
    parts = []
    for kind, count in states.items():
        if isinstance(count, dict):
            parts += [f"{kind} ({reason}) {n}" for reason, n in count.items()]
        elif count and kind != "missed_not_yet_done":
            parts.append(f"{kind} {count}")
    return ", ".join(parts)
