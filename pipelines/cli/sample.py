"""``clausemeter sample``: made-up logs of a whole contact centre, the same for the same seed."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, print_json, say_progress, table
from pipelines.samples.generate import generate

DEFAULT_FOLDER = Path("data/samples")


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("sample")(run)


def run(
    months: Annotated[int, typer.Option(help="How many months, up to October 2026.", min=1)] = 3,
    rows: Annotated[int, typer.Option(help="How many interactions in all.", min=1)] = 210_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = DEFAULT_FOLDER,
    *,
    as_json: AsJson = False,
) -> None:
    """Write sample logs: phone, chat, email, cases, surveys, inspections, attendance, roster, vendors' own reports."""
    report = generate(
        out, months=months, rows=rows, seed=seed, progress=lambda *said: say_progress(" ".join(map(str, said)))
    )
    if as_json:
        print_json(json.loads(json.dumps(asdict(report), default=str)))
        return
    table(
        ["file", "lines", "to quarantine", "duplicates", "late"],
        [
            [f.path, f"{f.lines:,}", str(f.quarantined), str(f.duplicates), "late" if f.is_late else ""]
            for f in report.files
        ],
        right=(1, 2, 3),
    )
