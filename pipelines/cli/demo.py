"""``clausemeter demo``: from nothing to a dashboard over three settled months."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, Home, database_url, now, who
from pipelines.cli.sample import DEFAULT_FOLDER
from pipelines.cli.serve import serve_forever
from pipelines.runs.demo import ROWS, run_demo


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("demo")(run)


def run(
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the dashboard at the end.")] = True,
    port: Annotated[int, typer.Option(help="Its port.", min=1, max=65535)] = 8050,
    rows: Annotated[int, typer.Option(help="How many interactions to make up.", min=1)] = ROWS,
    logs: Annotated[Path, typer.Option(help="Where the sample logs are, or will be.")] = DEFAULT_FOLDER,
    home: Home = DEFAULT_HOME,
) -> None:
    """Make up three months of logs, load them, close the months under sample contract A, and serve the dashboard."""
    run_demo(
        home,
        logs,
        contract="A",
        mappings=Path("data/mappings"),
        now=now(),
        rows=rows,
        say=lambda text: print(text, flush=True),
    )
    _say_accounts(home)
    if serve:
        serve_forever(home, "127.0.0.1", port)
    else:
        print(f"The months are closed. Serve the dashboard: clausemeter serve --home {home} --port {port}")


def _say_accounts(home: Path) -> None:
    from pipelines.runs.demo_accounts import make_demo_accounts

    made = make_demo_accounts(home, database_url(), by=who(), now=now())
    if not made:
        print("The accounts are there already; `clausemeter user reset LOGIN` prints a new password.")
        return
    print("One account per role; the passwords were made up just now, and are shown this once:")
    for one in made:  # no table: in a narrow window it would break the passwords in two
        print(f"  {one.login:<16}  {one.password}  {' · '.join(filter(None, [one.role, one.vendor, *one.teams]))}")
