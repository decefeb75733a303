"""``clausemeter contract``: whether one is sound, and what it says."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, answer_no, day_of, print_json
from pipelines.contract.schema import amendment_schema, contract_schema
from pipelines.core.problem import Refused
from pipelines.runs.contracts import contract_document, read_contract, without_logs

NAME = "contract"
verbs = typer.Typer(help="Check a contract, or read it.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A contract's file, its folder, or its number under data/contracts.")]


class Language(StrEnum):
    """The languages in which a contract can be read."""

    ZH = "zh"
    EN = "en"


@verbs.callback()
def group() -> None:
    """Check a contract, or read it."""


@verbs.command("check")
def check(
    contract: Name,
    home: Annotated[
        Path | None,
        typer.Option(envvar="CLAUSEMETER_HOME", help="Say too for which metrics no log is loaded there."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Name every problem of a contract at once, each with file, line and a mend; status 1 where it has errors."""
    try:
        source, _, problems = read_contract(contract)
        problems += [] if home is None else without_logs(source, home)
    except Refused as refused:
        if all(problem.code in ("contract.absent", "contract.unreadable") for problem in refused.problems):
            raise
        problems = list(refused.problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    if as_json:
        print_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            print(f"{problem.severity}: {problem}\n")
        print(
            f"{len(errors)} errors, {len(problems) - len(errors)} warnings" if problems else "sound: no problem found"
        )
    if errors:
        answer_no()


@verbs.command("show")
def show(
    contract: Name,
    lang: Annotated[Language, typer.Option(help="Chinese or English.")] = Language.ZH,
    on: Annotated[str | None, typer.Option(help="Only what holds on that day, such as 2026-10-16.")] = None,
) -> None:
    """Print a contract as a person reads it, clause by clause, with every option in force; Markdown."""
    print(contract_document(contract, lang.value, None if on is None else day_of("--on", on)), end="")


@verbs.command("schema")
def schema(
    *, amendment: Annotated[bool, typer.Option("--amendment", help="That of an amendment's file.")] = False
) -> None:
    """Print the language as JSON Schema, for editors; data/contracts keeps both."""
    print_json(amendment_schema() if amendment else contract_schema())
