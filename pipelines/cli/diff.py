"""``clausemeter diff``: what differs between two statements, item by item, each with its cause."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, answer_no, print_json, table


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("diff")(run)


def run(
    before: Annotated[str, typer.Argument(help="A statement's id, or CONTRACT:MONTH for the latest.")],
    after: Annotated[str, typer.Argument(help="The statement to hold against it.")],
    limit: Annotated[int, typer.Option(help="How many items of each indicator to name.")] = 50,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """List the items, lines and totals that differ; status 0: nothing does, 1: something does."""
    from pipelines.runs.diff import diff

    found = diff(home, before, after, limit=limit)
    if as_json:
        print_json(asdict(found))
    elif found.is_empty:
        print("no item, line or total differs")
    else:
        _print(found)
    if not found.is_empty:
        answer_no()


def _print(found: Any) -> None:
    print(f"{found.before.id} ({found.before.month} v{found.before.version})", end=" → ")
    print(f"{found.after.id} ({found.after.month} v{found.after.version})")
    print(f"they rest on other: {', '.join(found.context) or '(nothing else)'}\n")
    table(
        ["indicator", "value", "", "verdict", "", "items", "causes"],
        [
            [
                one.id,
                *((side or {}).get("value") or "–" for side in (one.before, one.after)),
                *((side or {}).get("verdict") or "–" for side in (one.before, one.after)),
                str(one.items),
                ", ".join(f"{count} {cause}" for cause, count in one.causes.items()),
            ]
            for one in found.indicators
        ],
        right=(1, 2, 5),
    )
    print()
    table(
        ["indicator", "source", "item", "before", "after", "cause", ""],
        [[i.indicator, i.source, i.item_id, i.before, i.after, i.cause, i.why] for i in found.items],
    )
    print()
    rows = [[name, before or "–", after or "–"] for name, before, after in [*found.lines, *found.totals]]
    table(["line or total", "before", "after"], rows, right=(1, 2))
