"""Each case that somebody's product got wrong has its tests here, by name; `pytest -v` on this file lists them all."""

import subprocess
import sys
from typing import Any

import pytest

from pipelines.core.yaml_text import read_yaml
from tests.conftest import ROOT

TABLE: Any = read_yaml((ROOT / "tests/house/named_cases.yaml").read_text(encoding="utf-8"), "named_cases.yaml").value
SHOWN = {case: told for case, told in TABLE.items() if isinstance(told, list)}
WAITING = {case: told["waits_for"] for case, told in TABLE.items() if not isinstance(told, list)}


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Every test of the files that the table names, as pytest finds them."""
    files = sorted({test.partition("::")[0] for tests in SHOWN.values() for test in tests})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider", *files]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
    return {line for line in found.stdout.splitlines() if "::" in line}


def is_collected(test: str, collected: set[str]) -> bool:
    """Say whether there is such a test: itself, or with parameters where the table names none."""
    return test in collected or any(one.startswith(f"{test}[") for one in collected)


@pytest.mark.parametrize("case", SHOWN)
def test_a_named_case_has_its_tests(case: str, collected: set[str]) -> None:
    assert SHOWN[case], "a case without a test shows nothing"
    assert [test for test in SHOWN[case] if not is_collected(test, collected)] == []


def test_what_is_not_there_is_not_found(collected: set[str]) -> None:
    there = "tests/worktime/test_named_cases.py::test_lunch_gap"
    assert is_collected(there, collected)
    assert not is_collected(there + "s", collected)
    assert not is_collected("tests/worktime/test_named_cases.py::test_lunch", collected)
    assert not is_collected("tests/ingest/items/test_chats.py::test_first_response[nobody]", collected)


def test_nothing_waits_any_longer() -> None:
    assert WAITING == {}
