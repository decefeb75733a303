"""``clausemeter cubes``: bring a contract's cubes up to date, or ask them."""

from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, day_of, now, pairs_of, print_json, table
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days
from pipelines.runs.cube_views import view
from pipelines.runs.cubes import refresh_cubes
from pipelines.scoring.counts import measured

NAME = "cubes"
verbs = typer.Typer(
    help="Counts kept by day, hour, team, queue and agent: a view need not read the items.", no_args_is_help=True
)


@verbs.command("refresh")
def refresh(
    contract: Annotated[str, typer.Argument(help="A contract, such as A.")],
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Count again the days that changes touch, and say how many and why."""
    found = refresh_cubes(home, contract, now=now())
    if as_json:
        print_json([{"indicator": one.indicator, "days": one.days, "why": one.why} for one in found])
    else:
        table(["indicator", "days counted again", "why"], [[one.indicator, str(one.days), one.why] for one in found])


@verbs.command("view")
def show(
    contract: Annotated[str, typer.Argument(help="A contract, such as A.")],
    indicator: Annotated[str, typer.Argument(help="One of its indicators.")],
    since: Annotated[str, typer.Option("--from", help="The first day.")],
    until: Annotated[str, typer.Option("--until", help="The first day after the last.")],
    by: Annotated[str, typer.Option(help="Groups, with commas: day, hour, team, queue, agent …")] = "",
    where: Annotated[list[str] | None, typer.Option(help="Only these, such as team=a,b; may be repeated.")] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Show an indicator by groups: from a cube where one has them, else from the items."""
    chosen = {name: value.split(",") for name, value in pairs_of("--where", where or []).items()}
    groups = [part.strip() for part in by.split(",") if part.strip()]
    days = Days(day_of("--from", since), day_of("--until", until))
    found = view(home, contract, indicator, days, now=now(), by=groups, where=chosen)
    rows = []
    for group, counts in sorted(found.counts.items()):
        value = measured(found.metric, counts, percentile=found.percentile)
        rows.append([*group, value.text or "no data", decimal_text(value.numerator), decimal_text(value.denominator)])
    if as_json:
        names = [*groups, "value", "numerator", "denominator"]
        print_json({"answered_by": found.answered_by, "rows": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    table([*groups, "value", "numerator", "denominator"], rows)
    print(f"answered by {found.answered_by}")
