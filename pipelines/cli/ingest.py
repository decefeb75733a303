"""``clausemeter ingest``: log files into the archive and the warehouse."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, archive_key, now, print_json, say_progress
from pipelines.runs.ingest_files import ingest_files


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("ingest")(run)


def run(
    mapping: Annotated[
        str, typer.Argument(help="The mapping file (several with commas: each file takes the one that fits).")
    ],
    files: Annotated[list[str], typer.Argument(help="Log files, folders, or patterns such as 'logs/*.csv'.")],
    *,
    again: Annotated[bool, typer.Option("--again", help="Load a file again after its mapping was changed.")] = False,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Load log files; every line is accepted, quarantined, a duplicate or blank, and the totals add up."""
    mappings: list[Path | str] = [Path(name.strip()) for name in mapping.split(",") if name.strip()]
    reports = ingest_files(
        home,
        mappings,
        files,
        now=now(),
        again=again,
        archive_key=archive_key(),
        progress=lambda name, step, done, total: say_progress(f"{step} {name} {done}/{total}"),
    )
    if as_json:
        print_json([{**asdict(one), "loaded_at": one.loaded_at.isoformat(), "adds_up": one.adds_up} for one in reports])
        return
    for one in reports:
        print(one.sentence())
        for code, column, count in one.reasons:
            print(f"  {count:,} × {code}{f' ({column})' if column else ''} – see `clausemeter loads {one.load_id}`")
