"""The rules that tools keep: each is shown a line that breaks it, so that a rule that was switched off is noticed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BIN = Path(sys.executable).parent


def ruff(code: str, path: str) -> set[str]:
    """Return the codes that ruff finds in a text that stands at that path."""
    done = subprocess.run(
        [BIN / "ruff", "check", "--no-cache", "--output-format=json", "--stdin-filename", path, "-"],
        cwd=ROOT, input=code, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return {problem["code"] for problem in json.loads(done.stdout)}


CLOCK_READS = {
    "now": "import datetime as d\nx = d.datetime.now(d.UTC)\n",
    "naive now": "from datetime import datetime\nx = datetime.now()\n",
    "utcnow": "from datetime import datetime\nx = datetime.utcnow()\n",
    "today": "from datetime import date\nx = date.today()\n",
    "time": "import time\nx = time.time()\n",
}


@pytest.mark.parametrize("read", CLOCK_READS)
@pytest.mark.parametrize(
    "path", ["pipelines/core/x.py", "pipelines/runs/x.py", "app/pages/x.py", "tests/runs/test_x.py"]
)
def test_nobody_reads_the_clock_inside(read: str, path: str) -> None:
    assert "TID251" in ruff(CLOCK_READS[read], path)


@pytest.mark.parametrize("path", ["pipelines/cli/x.py", "app/main.py"])
def test_the_doors_read_the_clock_with_its_zone(path: str) -> None:
    assert "TID251" not in ruff(CLOCK_READS["now"], path)
    assert "DTZ005" in ruff(CLOCK_READS["naive now"], path)


def test_public_things_have_docstrings() -> None:
    assert {"D100", "D101", "D103"} <= ruff("class A:\n    x = 1\n\n\ndef f(): ...\n", "pipelines/core/x.py")


def test_each_rule_that_is_off_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    off = text.partition("ignore = [\n")[2].partition("\n]")[0].splitlines()
    assert off
    assert [line for line in off if "# " not in line] == []


def test_chinese_is_no_mistake() -> None:
    assert not {
        c
        for c in ruff('"""条款（约定值），封顶。"""\n\nNAME = "剔除，申诉"  # 扣款：见 §4.2\n', "app/i18n/x.py")
        if c.startswith("RUF")
    }


# --- import-linter: on a copy of the packages, with one import too many ---

BROKEN = {
    "a floor that imports the one above": ("pipelines/core/zone.py", "import pipelines.contract"),
    "two packages on one floor": ("pipelines/worktime/__init__.py", "import pipelines.metrics"),
    "a pure floor with a database": ("pipelines/settlement/__init__.py", "import duckdb"),
    "a pure floor with files": ("pipelines/contract/__init__.py", "import pathlib"),
    "pipelines that know of the web": ("pipelines/cli/__init__.py", "import app.views"),
    "a page with a store": ("app/pages/__init__.py", "import duckdb"),
    "a page that asks pipelines itself": ("app/pages/__init__.py", "import pipelines.core.money"),
    "app by another door": ("app/queries/__init__.py", "import pipelines.contract"),
    "an action that writes by itself": ("app/actions/__init__.py", "import pipelines.warehouse"),
    "a package on no floor": ("pipelines/attic/__init__.py", "import pipelines.core"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and pyproject.toml in a folder of their own."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("app", "pipelines"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages in that folder."""
    return subprocess.run([BIN / "lint-imports", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_floors_stand(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("case", BROKEN)
def test_one_import_too_many_is_found(copy: Path, case: str) -> None:
    name, line = BROKEN[case]
    path = copy / name
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        done = lint_imports(copy)
        assert done.returncode == 1
        assert "BROKEN" in done.stdout
    finally:
        if before is None:
            shutil.rmtree(path.parent)
        else:
            path.write_text(before, encoding="utf-8")
