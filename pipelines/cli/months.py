"""``clausemeter months``, ``review`` and ``paid``: how far each month is, and two of its steps."""

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, now, print_json, table

Statement = Annotated[str, typer.Argument(help="CONTRACT:MONTH.")]
By = Annotated[str, typer.Option(help="Who says so.")]
Note = Annotated[str, typer.Option(help="A word to go with it.")]


def register(program: typer.Typer) -> None:
    """Add the verbs."""
    program.command("months")(months)
    program.command("review")(review)
    program.command("paid")(paid)


def months(
    contract: Annotated[str, typer.Argument(help="A contract's file, its folder, or its number under data/contracts.")],
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """List a contract's months: open, provisional, under review, sealed, settled; and the days of the procedure."""
    from pipelines.runs.contracts import usable_contract
    from pipelines.runs.months import months_of

    found = months_of(home, usable_contract(contract), now())
    if as_json:
        print_json([{**asdict(m), "deadlines": {k: v and str(v) for k, v in m.deadlines.items()}} for m in found])
        return
    days = list(found[0].deadlines) if found else []
    table(
        ["month", "state", "since", "by", "statement", "said", *days],
        [
            [
                one.month,
                one.state,
                (one.since or "–")[:10],
                one.by,
                one.statement or "–",
                ", ".join(f"{word['party']}: {word['kind']}" for word in one.words),
                *(str(one.deadlines[name] or "unknown") for name in days),
            ]
            for one in found
        ],
    )


def review(statement: Statement, by: By, note: Note = "", home: Home = DEFAULT_HOME) -> None:
    """Hand a provisional month over for review."""
    from pipelines.runs.months import UNDER_REVIEW

    _pass(statement, UNDER_REVIEW, by, note, home)


def paid(statement: Statement, by: By, note: Note = "", home: Home = DEFAULT_HOME) -> None:
    """Say that a sealed month was paid: it is settled."""
    from pipelines.runs.months import SETTLED

    _pass(statement, SETTLED, by, note, home)


def _pass(statement: str, state: str, by: str, note: str, home: Home) -> None:
    from pipelines.runs.months import pass_to
    from pipelines.runs.statements import find_statement

    row = pass_to(home, find_statement(home, statement), state, by=by, now=now(), note=note)
    print(f"{row['contract']}:{row['month']} is {row['state']} since {row['at']} ({row['by']})")
