"""``clausemeter why``: one item under a metric: its state, what else would hold, its clocks piece by piece."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, day_of, instant_of, pairs_of, print_json, table
from pipelines.runs.contracts import read_tree
from pipelines.runs.why import Timeline, why


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("why")(run)


def run(
    metric: Annotated[str, typer.Argument(help="A metric, such as chat.first_response.")],
    source: Annotated[str, typer.Argument(help="The log that the item stands in.")],
    item: Annotated[str, typer.Argument(help="The item's id, as `measure` and the pages show it.")],
    since: Annotated[str, typer.Option("--from", help="The first day, such as 2026-10-01.")],
    until: Annotated[str, typer.Option("--until", help="The first day after the last, such as 2026-11-01.")],
    term: Annotated[list[str] | None, typer.Option(help="A term, such as within_s=20; may be repeated.")] = None,
    zone: Annotated[str | None, typer.Option(help="The zone of the days; by default that of the logs.")] = None,
    cut_off: Annotated[
        str | None, typer.Option(help="An instant after which nothing is known; by default the end.")
    ] = None,
    calendars: Annotated[
        Path | None, typer.Option(help="A file with `calendars:` (a contract will do); else every hour is served.")
    ] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Say why an item has its state: the first condition that holds decides, the others are listed with it."""
    found = why(
        home,
        metric,
        source,
        item,
        since=day_of("--from", since),
        until=day_of("--until", until),
        terms=pairs_of("--term", term or []),
        zone=zone,
        cut_off_at=instant_of("--cut-off", cut_off),
        calendars=None if calendars is None else read_tree(calendars),
    )
    if as_json:
        print_json(asdict(found))
        return
    print(f"{found.source} {found.item_id} · {found.metric} · {found.service_on}")
    print(f"state: {found.state}" + (f", amount {found.amount}" if found.amount else ""))
    if found.also:
        print(f"would otherwise be: {'; '.join(found.also)}")
    print("terms: " + ", ".join(f"{name} = {value}" for name, value in found.terms.items()))
    table(["rests on", "is"], [[name, value] for name, value in found.rests_on.items()])
    for line in found.timelines:
        print(f"\n{line.clock}: {line.from_at.isoformat()} to {line.until_at.isoformat()}")
        print("hours not known" if line.intervals is None else "", end="")
        table(["from", "until", "clock", "reason", "seconds"], pieces(line), right=[4])


def pieces(line: Timeline) -> list[list[str]]:
    """Return a timeline's pieces, a row each."""
    return [
        [
            piece.from_at.isoformat(),
            piece.until_at.isoformat(),
            piece.kind,
            piece.reason,
            f"{(piece.until_at - piece.from_at).total_seconds():g}",
        ]
        for piece in line.intervals or []
    ]
