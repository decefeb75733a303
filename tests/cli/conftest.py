"""A command line to speak to, without a process for each word."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract

CALLS = """call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s
    a, 1, q, ann, 05 09:00:00, answered, 10
    b, 2, q, ann, 05 09:10:00, abandoned, 60
    c, 3, q, bob, 05 09:20:00, answered, 40"""


@dataclass(frozen=True)
class Answer:
    """What the command said, and how it ended."""

    status: int
    out: str
    err: str


Say = Callable[..., Answer]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run the command in this process; ``status`` is what the shell would see."""
    monkeypatch.setenv("CLAUSEMETER_HOME", "")
    monkeypatch.delenv("CLAUSEMETER_HOME")

    def run(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["clausemeter", *map(str, words)])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        finally:
            os.environ.pop("CLAUSEMETER_HOME", None)  # --home before the verb sets it
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return run


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A home with three calls and a closed month, for reading only."""
    office = Office(Path(tmp_path_factory.mktemp("desk")) / "office")
    office.load("call", CALLS)
    office.close(office.contract(contract()))
    return office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "office")
