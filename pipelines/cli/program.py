"""The program and its verbs."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import (
    adjust,
    approve,
    bridge,
    close,
    contract,
    cubes,
    demo,
    diff,
    explain,
    export,
    ingest,
    keys,
    loads,
    measure,
    metrics,
    months,
    override,
    sample,
    seal,
    serve,
    statements,
    trail,
    user,
    why,
)

program = typer.Typer(
    name="clausemeter",
    help="Measures what a customer-service contract promises, from the raw logs, and settles the month. "
    "从原始日志核算客服合同。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@program.callback()
def home_of_all(
    home: Annotated[
        Path | None, typer.Option("--home", help="Where the warehouse is (also CLAUSEMETER_HOME).", show_default=False)
    ] = None,
) -> None:
    """Take --home before the verb as well as behind it."""
    if home is not None:
        os.environ["CLAUSEMETER_HOME"] = str(home)


VERBS = (
    ingest, loads, measure, metrics, close, statements, explain, bridge, diff, export, months, approve, seal, adjust,
    why, trail, sample, demo, serve,
)  # fmt: skip
for verb in VERBS:
    verb.register(program)
for group in (contract, override, cubes, keys, user):
    program.add_typer(group.verbs, name=group.NAME)
