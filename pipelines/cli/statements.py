"""``clausemeter statements``: every version of every month."""

from dataclasses import asdict

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, print_json, table
from pipelines.runs.statements import list_statements


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("statements")(run)


def run(*, as_json: AsJson = False, home: Home = DEFAULT_HOME) -> None:
    """List the statements, latest first."""
    found = list_statements(home)
    if as_json:
        print_json([asdict(one) for one in found])
    elif found:
        table(
            ["statement", "contract", "month", "version", "status", "closed at"],
            [[one.id, one.contract, one.month, str(one.version), one.status, one.closed_at] for one in found],
        )
    else:
        print("No month is closed yet: `clausemeter close CONTRACT --month YYYY-MM`.")
