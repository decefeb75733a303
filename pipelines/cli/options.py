"""Options that several verbs share, and how they speak."""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.ingest.archive import read_key

Home = Annotated[
    Path, typer.Option("--home", envvar="CLAUSEMETER_HOME", help="Where the warehouse is.", show_envvar=True)
]
DEFAULT_HOME = Path("data/warehouse")
AsJson = Annotated[bool, typer.Option("--json", help="Report as JSON.")]

ANSWER_IS_NO = 1


def now() -> datetime:
    """Read the clock: here, at the door, and nowhere else."""
    return datetime.now(UTC)


def database_url() -> str | None:
    """Return the address of the PostgreSQL that keeps the accounts; None: SQLite in the home does."""
    return os.environ.get("CLAUSEMETER_DATABASE_URL") or None


def who() -> str:
    """Name who speaks to the command, for the audit trail: the machine's user."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):  # a number without a name, as in some containers
        return "command"


def archive_key() -> bytes | None:
    """Return the archive's key from the file that CLAUSEMETER_ARCHIVE_KEY_FILE names; None: it is not encrypted."""
    name = os.environ.get("CLAUSEMETER_ARCHIVE_KEY_FILE")
    return read_key(Path(name)) if name else None


def say_progress(text: str) -> None:
    """Say on the screen (not in the report) what is being done, where somebody is looking."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print a report as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems, each with its severity."""
    for problem in problems:
        print(f"{problem.severity}: {problem}\n", file=sys.stderr)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows as a table; the columns named in ``right`` are aligned right."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for number, header in enumerate(headers):
        shown.add_column(header, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False, markup=False).print(shown)


def answer_no() -> NoReturn:
    """End with status 1: it ran, and the answer is no."""
    raise typer.Exit(ANSWER_IS_NO)


def _refuse(option: str, text: str, example: str) -> Refused:
    return Refused(Problem(option, f"{text!r} cannot be read.", f"Write it like {example}.", "cli.value"))


def month_of(text: str) -> Month:
    """Read ``2026-10``."""
    try:
        return Month.parse(text)
    except ValueError:
        raise _refuse("--month", text, "2026-10") from None


def day_of(option: str, text: str) -> date:
    """Read ``2026-10-31``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refuse(option, text, "2026-10-31") from None


def instant_of(option: str, text: str | None) -> datetime | None:
    """Read an instant with its offset, such as ``2026-11-03T00:00:00+08:00``."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _refuse(option, text, "2026-11-03T00:00:00+08:00") from None
    if at.tzinfo is None:
        raise _refuse(option, text, "2026-11-03T00:00:00+08:00 (with its offset)")
    return at


def pairs_of(option: str, texts: Sequence[str]) -> dict[str, str]:
    """Read ``name=value`` texts."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise _refuse(option, text, "name=value")
        found[name.strip()] = value.strip()
    return found
