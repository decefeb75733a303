"""``clausemeter approve`` and ``clausemeter object``: a party's signed word on a statement."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.keys import PasswordFile, password_in
from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, now, print_json

Statement = Annotated[str, typer.Argument(help="A statement: its id, or CONTRACT:MONTH for the latest.")]
Party = Annotated[str, typer.Option(help="Who speaks: operator (甲方) or vendor (乙方).")]
Key = Annotated[Path, typer.Option(help="The party's private key.")]


def register(program: typer.Typer) -> None:
    """Add the verbs."""
    program.command("approve")(approve)
    program.command("object")(object_)


def approve(
    statement: Statement,
    party: Party,
    key: Key,
    reserve: Annotated[list[str] | None, typer.Option(help="A reservation that goes with the approval.")] = None,
    password_file: PasswordFile = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Sign a statement: it is right as it is. Where both parties have, `clausemeter seal` seals the month."""
    _say(home, statement, "approval", party, key, password_file, reserve or [], as_json=as_json)


def object_(
    statement: Statement,
    party: Party,
    key: Key,
    on: Annotated[
        list[str] | None,
        typer.Option(help="`LINE: why`, with a line's id, an indicator or SOURCE/ITEM; may be repeated."),
    ] = None,
    password_file: PasswordFile = None,
    *,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what this party objected to.")] = False,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Sign an objection to a statement; what that party said before it stands no more.

    What the month would come to without the lines named is withheld from the next closing on: no total changes.
    """
    _say(
        home, statement, "withdrawal" if withdraw else "objection", party, key, password_file, on or [], as_json=as_json
    )


def _say(
    home: Path,
    statement: str,
    kind: Literal["approval", "objection", "withdrawal"],
    party: str,
    key: Path,
    password_file: Path | None,
    remarks: list[str],
    *,
    as_json: bool,
) -> None:
    from pipelines.runs.approvals import sign_statement
    from pipelines.runs.keys import party_named, read_private

    found = sign_statement(
        home,
        statement,
        party=party_named(party),
        key=read_private(key, password_in(password_file)),
        now=now(),
        kind=kind,
        remarks=remarks,
    )
    if as_json:
        print_json(found)
    else:
        print(f"{kind} of the {party}: {found['contract']}:{found['month']} · {found['statement']}")
        print(f"signed at {found['signed_at']} with {found['key']}")
