"""``clausemeter override``: decisions on single items, laid over their states."""

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, now, print_json, table
from pipelines.core.problem import Problem, Refused
from pipelines.runs.overrides import FIELDS, add_overrides, overrides_as_of

NAME = "override"
verbs = typer.Typer(help="Decisions on single items (exclusions, granted appeals).", no_args_is_help=True)


@verbs.command("add")
def add(
    metric: Annotated[str, typer.Option(help="The metric, such as phone.connect_rate.")],
    item: Annotated[str, typer.Option(help="The item's id in its log.")],
    from_: Annotated[str, typer.Option("--from", help="The state that the decision speaks of, such as missed.")],
    to: Annotated[str, typer.Option(help="The state instead, such as 'excluded: operator outage'.")],
    ground: Annotated[str, typer.Option(help="Why, in words.")],
    source: Annotated[str, typer.Option(help="The item's source, where its id alone is not enough.")] = "",
    decided_at: Annotated[str, typer.Option(help="When; by default now.")] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Record one decision; the base state stays, and the next close lays the decision over it."""
    row = {
        "metric": metric,
        "item": item,
        "from": from_,
        "to": to,
        "ground": ground,
        "source": source,
        "decided_at": decided_at,
    }
    _say(add_overrides(home, [row], where="override", now=now()))


@verbs.command("load")
def load(
    file: Annotated[Path, typer.Argument(help=f"A CSV with the columns {', '.join(FIELDS)} (and source).")],
    home: Home = DEFAULT_HOME,
) -> None:
    """Record the decisions of a CSV file; any problem in it refuses them all."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = [{str(k): v or "" for k, v in row.items() if k is not None} for row in csv.DictReader(stream)]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            Problem(
                str(file), f"This file cannot be read ({error}).", "Name a CSV file in UTF-8.", "override.unreadable"
            )
        ) from error
    _say(add_overrides(home, rows, where=str(file), now=now(), first_line=2))


def _say(counts: tuple[int, int]) -> None:
    print(f"{counts[0]} recorded" + (f", {counts[1]} already there: nothing changed" if counts[1] else ""))


@verbs.command("list")
def listing(*, as_json: AsJson = False, home: Home = DEFAULT_HOME) -> None:
    """List the decisions, in order."""
    found = overrides_as_of(home)
    if as_json:
        print_json([{key.rstrip("_"): value for key, value in asdict(one).items()} for one in found])
    else:
        table(
            ["decided at", "metric", "item", "from", "to", "ground"],
            [[one.decided_at, one.metric, one.item, one.from_, one.to, one.ground] for one in found],
        )
