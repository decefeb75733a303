"""The plan of the house: what lies where, and what no tracked file may say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOP = {
    ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "DECISIONS.md", "Makefile", "README.md", "app", "data",
    "notebooks", "pipelines", "pyproject.toml", "requirements.lock", "tests",
}  # fmt: skip
PIPELINES = {
    "appeals", "cli", "contract", "core", "exports", "ingest", "metrics", "runs", "samples", "scoring", "settlement",
    "sources", "warehouse", "workflow", "worktime",
}  # fmt: skip
APP = {
    "__main__", "actions", "assets", "auth", "components", "figures", "i18n", "main", "pages", "queries", "routes",
    "settings", "shell", "views",
}  # fmt: skip
TESTS = {
    "browser",
    "bench",
    "cases",
    "conftest",
    "golden",
    "house",
    "mutation",
    "notebooks",
    "properties",
    "reference",
    "reference_settlement",
    "snapshots",
}


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that git tracks, and still is there."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no git checkout: what is tracked cannot be told from what was made")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def names(paths: list[Path], folder: str) -> set[str]:
    """Name the direct children of a folder of the repository, without `.py`."""
    inside = (path.relative_to(ROOT).parts for path in paths)
    return {parts[1].removesuffix(".py") for parts in inside if parts[0] == folder and len(parts) > 1}


def test_every_top_level_entry_is_known(tracked: list[Path]) -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked} <= TOP


@pytest.mark.parametrize(
    ("folder", "known"), [("pipelines", PIPELINES), ("app", APP), ("tests", TESTS | PIPELINES | {"app"})]
)
def test_folders_are_those_of_the_plan(tracked: list[Path], folder: str, known: set[str]) -> None:
    assert names(tracked, folder) - {"__init__", "docs.md"} <= known


def test_every_package_has_half_a_page_of_docs(tracked: list[Path]) -> None:
    packages = {
        path.parent for path in tracked if path.name == "__init__.py" and len(path.relative_to(ROOT).parts) == 3
    }
    assert sorted(p.relative_to(ROOT).as_posix() for p in packages if not (p / "docs.md").is_file()) == []


def test_every_folder_with_python_is_a_package(tracked: list[Path]) -> None:
    folders = {p.parent for p in tracked if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in {"app", "pipelines"}}
    assert sorted(f.relative_to(ROOT).as_posix() for f in folders if not (f / "__init__.py").is_file()) == []


def test_files_are_found_by_what_they_hold(tracked: list[Path]) -> None:
    vague = re.compile(r"(^|/)(utils?|helpers?|common|misc)(\.py$|/)")
    assert [p for p in (t.relative_to(ROOT).as_posix() for t in tracked) if vague.search(p)] == []


def test_notebooks_are_imported_by_nothing(tracked: list[Path]) -> None:
    imports = re.compile(r"^\s*(import|from) notebooks\b", re.MULTILINE)
    assert [t for t in tracked if t.suffix == ".py" and imports.search(t.read_text(encoding="utf-8"))] == []


# Whole words and path heads only, so that a web address or a word in a sentence does not match. Written in pieces, so
# that this file does not match itself.
PLACES = {
    "the home of a machine's user": r"(?<![\w.~/-])/" + r"(root|home/\w+|Users/\w+)/",
    "the workshop's folders": r"(?<![\w.~/-])/" + r"(work|tmp/w)/",
    "a package index": r"https?://\S+/" + r"simple\b",
    "a package index's host": r"\b(pypi\.org|files\.python" + r"hosted\.org|registry\.npmjs\.org)\b",
    "the address of an index": r"(?<!no-emit-)\b(extra-)?index" + r"-url\b",
}


@pytest.mark.parametrize("place", PLACES)
def test_no_tracked_file_names_a_place_on_one_machine(tracked: list[Path], place: str) -> None:
    pattern = re.compile(PLACES[place].encode())
    hits = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked
        if b"\0" not in (content := path.read_bytes())
        for number, line in enumerate(content.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert hits == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("the home of a machine's user", "cd /ro" + "ot/x"),
        ("the home of a machine's user", 'open("/ho' + 'me/ann/log.csv")'),
        ("the workshop's folders", "see /wo" + "rk/x"),
        ("a package index", "https://mirror.example/sim" + "ple"),
        ("a package index's host", "https://py" + "pi.org/project/x"),
        ("the address of an index", "--extra-in" + "dex-url x"),
    ],
)
def test_the_patterns_find_what_they_look_for(place: str, line: str) -> None:
    assert re.search(PLACES[place], line)


@pytest.mark.parametrize(
    "line", ["https://example.com/home/ann/", "clock/work/time", "--no-emit-index" + "-url", "data/home/a/"]
)
def test_the_patterns_let_words_and_addresses_pass(line: str) -> None:
    assert not any(re.search(pattern, line) for pattern in PLACES.values())
