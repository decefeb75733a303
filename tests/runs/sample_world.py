"""A small sample world's October, loaded once: what the sample contracts are closed on."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.core.period import Month
from pipelines.runs.ingest_files import ingest_files
from pipelines.samples import generate
from tests.conftest import ROOT

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OCTOBER = Month(2026, 10)
ROWS, SEED = 12_000, 7


def load_october(folder: Path) -> Path:
    """Generate and load October, what came late included; return the home."""
    logs, home = folder / "logs", folder / "home"
    generate(logs, months=1, rows=ROWS, seed=SEED)
    mappings = sorted((ROOT / "data/mappings").glob("sample_*.yaml"))
    for mapping in mappings:
        for delivered in (logs / mapping.stem, logs / "late" / mapping.stem):
            if delivered.is_dir():
                ingest_files(home, [mapping], [delivered], now=NOW)
    return home
