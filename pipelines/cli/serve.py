"""``clausemeter serve``: the dashboard."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, Home
from pipelines.cli.user import say_first_administrator
from pipelines.runs.serving import make_missing


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("serve")(run)


def run(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.", min=1, max=65535)] = 8050,
    home: Home = DEFAULT_HOME,
) -> None:
    """Serve the dashboard until interrupted; where there is no account yet, an administrator is made and printed.

    Of large months that an earlier release closed, what pages ask is counted first.
    """
    say_first_administrator(home)
    make_missing(home, lambda text: print(text, flush=True))
    serve_forever(home, host, port)


def serve_forever(home: Path, host: str, port: int) -> None:
    """Hand this process over to the web app: the pipelines know nothing of it but its name."""
    print(f"clausemeter: http://{host}:{port}  (Ctrl-C ends it)", flush=True)
    argv = [sys.executable, "-m", "app", "--home", str(home), "--host", host, "--port", str(port)]
    os.execv(sys.executable, argv)  # noqa: S606 - no shell is wanted
