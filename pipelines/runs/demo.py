"""The demonstration: sample logs ingested as they come in, three months closed, late files and a second closing."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.ingest.report import LoadReport
from pipelines.runs.close_month import ClosedMonth, close_month
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.serving import make_missing
from pipelines.samples.generate import generate

ROWS, SEED, LAST = 210_000, 7, Month(2026, 10)


def run_demo(
    home: Path,
    logs: Path,
    *,
    contract: str,
    mappings: Path,
    now: datetime,
    months: int = 3,
    rows: int = ROWS,
    say: Callable[[str], None],
) -> list[ClosedMonth]:
    """Generate the sample logs (once), load them, close the months, load what came late, and close them again.

    Everything is reused where it is there already: the same logs are the same loads, and the same months the same
    statements. Returns the months as they stand at the end.
    """
    marker = logs / f".generated-{rows}-{SEED}-{months}"
    if not marker.exists():
        say(f"generating {rows:,} interactions")
        generate(logs, months=months, rows=rows, seed=SEED)
        marker.write_text("complete\n", encoding="utf-8")
    spans = [LAST.after(-back) for back in reversed(range(months))]
    for report in _ingest(home, logs, mappings, now, say):
        say(f"  {report.sentence()}")
    closed = [_close(home, contract, month, now, say) for month in spans]
    if (logs / "late").is_dir():
        say("late files arrive, and the months they touch are closed again")
        for report in _ingest(home, logs / "late", mappings, now, say):
            say(f"  {report.sentence()}")
        closed = [_close(home, contract, month, now, say) for month in spans]
    make_missing(home, say)
    return closed


def _ingest(home: Path, logs: Path, mappings: Path, now: datetime, say: Callable[[str], None]) -> Iterator[LoadReport]:
    """Load each folder of logs by the mapping of its name, the roster first."""
    folders = sorted(
        (entry for entry in logs.iterdir() if entry.is_dir() and (mappings / f"{entry.name}.yaml").exists()),
        key=lambda entry: (entry.name != "sample_roster", entry.name),
    )
    if not folders:
        raise Refused(
            Problem(
                where=str(logs),
                what=f"No folder here has a mapping of its name under {mappings}.",
                mend="Run the demo from the project's folder, or remove the folder of logs and run it again.",
                code="demo.no_logs",
            )
        )
    for folder in folders:
        say(f"loading {folder.name}")
        yield from ingest_files(home, [mappings / f"{folder.name}.yaml"], [folder], now=now)


def _close(home: Path, contract: str, month: Month, now: datetime, say: Callable[[str], None]) -> ClosedMonth:
    closed = close_month(home, contract, month, now=now)
    payable = f"{closed.body['currency']} {closed.body['totals']['payable']}"
    say(
        f"{month}: statement {closed.ref.id}, version {closed.ref.version}, payable {payable}"
        + ("" if closed.is_new else " (nothing changed)")
    )
    return closed
