"""What every test may ask for: the real logs, snapshots; and what none may do: skip in CI without being on the list."""

import os
from collections.abc import Callable, Generator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_SKIP = ROOT / "tests/house/may_skip.txt"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make snapshots` passes."""
    parser.addoption("--rewrite-snapshots", action="store_true", help="write tests/snapshots instead of comparing")


# --- real logs -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_log() -> Callable[[str], Path]:
    """Find the folder of a real log by its source's name; skip the test where it is not at hand.

    Real logs are other people's and stay outside the repository: in CLAUSEMETER_REAL_LOGS, or in `shared/data`
    beside the checkout. They are read, never written.
    """
    logs = Path(os.environ.get("CLAUSEMETER_REAL_LOGS") or ROOT.parent / "shared" / "data")

    def find(source: str) -> Path:
        folder = logs / source
        if not folder.is_dir():
            pytest.skip(f"real log {source} is not at hand; set CLAUSEMETER_REAL_LOGS to the folder that holds it")
        return folder

    return find


# --- snapshots -------------------------------------------------------------------------------------------------------


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with tests/snapshots/<name>; `make snapshots` rewrites the file instead."""

    def compare(name: str, text: str) -> None:
        path = ROOT / "tests/snapshots" / name
        if request.config.getoption("--rewrite-snapshots"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists():
            pytest.fail(f"tests/snapshots/{name} is missing: run `make snapshots`, and read what it wrote")
        else:
            assert text == path.read_text(encoding="utf-8"), "run `make snapshots` if the change is meant"

    return compare


# --- no skip in CI without being on the list -------------------------------------------------------------------------


def may_skip() -> list[tuple[str, str]]:
    """Read the list: on each line a pattern of test ids and one of reasons, with a bar between."""
    lines = (line.partition("#")[0].strip() for line in MAY_SKIP.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition(" | ") for line in lines if line)
    return [(ids.strip(), reasons.strip()) for ids, _, reasons in pairs]


def is_listed(test_id: str, reason: str) -> bool:
    """Say whether the list lets this test skip for this reason."""
    return any(fnmatch(test_id, ids) and fnmatch(reason, reasons) for ids, reasons in may_skip())


def refuse_unlisted_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI, make a failure of a skip that is not on the list: what was not run has not passed."""
    if not (os.environ.get("CI") and report.skipped) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not is_listed(report.nodeid, reason):
        report.outcome = "failed"
        report.longrepr = f"skipped, and not in {MAY_SKIP.relative_to(ROOT)}: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at each test's report."""
    report = yield
    refuse_unlisted_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at each file's report: a whole file may skip itself."""
    report = yield
    refuse_unlisted_skip(report)
    return report
