"""An office for each test, and as many as it asks for."""

from pathlib import Path

import pytest

from tests.ingest.items.small_logs import MakeOffice, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def make_office(tmp_path: Path) -> MakeOffice:
    return lambda name: Office(tmp_path / name)
