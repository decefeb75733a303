"""``clausemeter adjust``: sealed months settled again, with what has become known since."""

from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, month_of, now, print_json, say_progress, table


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("adjust")(run)


def run(
    contract: Annotated[
        str, typer.Argument(help="A contract's number; or its file or folder, for its new amendments.")
    ],
    month: Annotated[str | None, typer.Option(help="The first to settle again; by default the first sealed.")] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Settle sealed months again by their own frozen terms; what differs goes into the next open month, a line each."""
    from pipelines.runs.adjust import adjust, amendments_of

    number, amendments = amendments_of(contract)
    since = None if month is None else month_of(month)
    found = adjust(home, number, now=now(), since=since, amendments=amendments, progress=say_progress)
    if as_json:
        print_json(
            [
                {
                    "month": one.month,
                    "stated": one.stated,
                    "again": one.again,
                    "amount": f"{one.difference.amount:f}",
                    "taxed": f"{one.difference.taxed:f}",
                    "differs": one.is_other,
                    "reason": one.difference.reason,
                }
                for one in found
            ]
        )
        return
    rows = [[one.month, f"{one.difference.amount:f}", one.stated[:12], one.again[:12]] for one in found]
    table(["month", "difference", "stated", "settled again"], rows, right=(1,))
    for one in found:
        if one.is_other:
            print(f"\nclausemeter diff {one.stated[:12]} {one.again[:12]}  # which items, and why")
