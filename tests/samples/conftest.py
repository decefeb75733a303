"""One small world for all tests of the samples: three months, generated once and loaded once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.report import LoadReport
from pipelines.runs.ingest_files import ingest_files
from pipelines.samples import SampleReport, generate
from pipelines.warehouse.store import Warehouse
from tests.conftest import ROOT

ROWS, MONTHS, SEED = 12_000, 3, 7
LOADED_AT = datetime(2026, 11, 20, tzinfo=UTC)
MAPPINGS = sorted((ROOT / "data/mappings").glob("sample_*.yaml"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    return generate(tmp_path_factory.mktemp("world"), months=MONTHS, rows=ROWS, seed=SEED)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def loads(world: SampleReport, home: Path) -> dict[str, LoadReport]:
    """Each file's load, by the file's path: loads come in the order of the files' names."""
    found: dict[str, LoadReport] = {}
    for mapping in MAPPINGS:
        files = sorted(world.of(mapping.stem), key=lambda file: Path(file.path).name)
        reports = ingest_files(home, [mapping], [world.out / file.path for file in files], now=LOADED_AT)
        found.update(zip((file.path for file in files), reports, strict=True))
    return found


@pytest.fixture(scope="session")
def warehouse(loads: dict[str, LoadReport], home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    assert loads
    with Warehouse(home, read_only=True) as opened:
        yield opened.con
