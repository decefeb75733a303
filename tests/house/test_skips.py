"""In CI a test that skips without being on the list fails; elsewhere it says skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import conftest

TESTS = """
import pytest

def test_runs(): pass
def test_listed(): pytest.skip("real log x is not at hand")
def test_unlisted(): pytest.skip("not today")
@pytest.mark.skip(reason="not today")
def test_marked(): pass
@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


def run(folder: Path, ci: str, *arguments: str) -> str:
    """Run pytest over that folder with the skip rule of tests/conftest.py, and return its last line."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "xdist", f"--rootdir={folder}"]
    environment = os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, *arguments, folder], cwd=conftest.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip().splitlines()[-1].partition(" in ")[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "tests/test_some.py").write_text(TESTS)
    return tmp_path


def test_outside_ci_a_skip_is_a_skip(folder: Path) -> None:
    assert run(folder, "") == "1 passed, 3 skipped, 1 xfailed"


def test_in_ci_only_the_listed_may_skip(folder: Path) -> None:
    # a skip by mark fails in the setup, which pytest counts as an error
    assert run(folder, "true") == "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error"


def test_in_ci_on_two_workers_too(folder: Path) -> None:
    assert run(folder, "true", "-n2") == "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error"


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_in_ci_a_file_that_skips_itself_fails(folder: Path, workers: str) -> None:
    (folder / "tests/test_some.py").write_text('import pytest\npytest.skip("not today", allow_module_level=True)\n')
    assert "1 error" in run(folder, "true", workers)


def test_the_list_gives_reasons() -> None:
    assert conftest.may_skip()
    assert all(ids and reasons not in {"", "*"} for ids, reasons in conftest.may_skip())
