"""``clausemeter contract``: whether one is sound."""

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, answer_no, print_json
from pipelines.core.problem import Refused
from pipelines.runs.contracts import read_contract

NAME = "contract"
verbs = typer.Typer(help="Check a contract.", no_args_is_help=True)


@verbs.callback()
def group() -> None:
    """Check a contract."""


@verbs.command("check")
def check(
    contract: Annotated[str, typer.Argument(help="A contract's file, its folder, or its number under data/contracts.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Name every problem of a contract at once, each with file, line and a mend; status 1 where it has errors."""
    try:
        problems = read_contract(contract)[2]
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
