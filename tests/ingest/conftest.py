"""A small home, a small mapping, and a way to load bytes into the one with the other."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.report import LoadReport
from pipelines.runs.ingest_files import ingest_files
from pipelines.warehouse.store import Warehouse

NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)

MAPPING = """\
source: shop
channel: phone
keeper: vendor
zone: Europe/Berlin
file:
  format: [csv, xlsx]
  encoding: utf-8
tables:
  call:
    key: {call_id: id}
    columns:
      customer_id: {from: customer, personal: true}
      arrived_at: {from: at, format: "%Y-%m-%d %H:%M:%S"}
      outcome: {from: end, values: {A: answered, H: abandoned}}
      wait_s: {from: wait, unit: s}
"""
HEAD = "id,customer,at,end,wait\n"


class Bench:
    """A home in a folder of its own; each load happens at the instant that is asked for."""

    def __init__(self, folder: Path) -> None:
        self.home, self.inbox = folder / "home", folder / "inbox"
        self.inbox.mkdir()

    def write(self, content: bytes | str, name: str = "calls.csv") -> Path:
        path = self.inbox / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, content: bytes | str, mapping: str = MAPPING, name: str = "calls.csv", **more: Any) -> LoadReport:
        path = self.write(content, name)
        report = ingest_files(self.home, [mapping], [path], **{"now": NOW, **more})[0]
        assert report.adds_up
        return report

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with Warehouse(self.home, read_only=True) as warehouse:
            return warehouse.con.execute(sql).fetchall()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def make_bench(tmp_path: Path) -> Callable[[str], Bench]:
    def make(name: str) -> Bench:
        (tmp_path / name).mkdir()
        return Bench(tmp_path / name)

    return make
