"""The chores: what `make help` says, and how `.ci/environment.sh` chooses a Python."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOLS = ("cat", "cksum", "dirname", "env", "grep", "rm", "sed", "sh")


def make(*arguments: str) -> str:
    """Run make in the checkout, with no environment but PATH."""
    done = subprocess.run(
        ["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": os.defpath}
    )  # fmt: skip
    return done.stdout


def test_help_lists_every_chore() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert {line.split()[1] for line in make("help").splitlines()} == set(phony[1].split())


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        ([], ".venv/bin/clausemeter demo --port 8050"),
        (["SERVE=0"], ".venv/bin/clausemeter demo --port 8050 --no-serve"),
        (["SERVE=1", "PORT=9000"], ".venv/bin/clausemeter demo --port 9000"),
    ],
)
def test_demo_is_one_command(settings: list[str], command: str) -> None:
    assert make("--dry-run", "demo", *settings).splitlines()[-1].strip() == command


def test_the_lock_names_every_dependency_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.split(r"[<>=!~\[; ]", line)[0] for line in project["dependencies"] + project["optional-dependencies"]["dev"]
    }
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    locked = {entry.partition("==")[0] for entry in entries if "--hash=sha256:" in entry}
    assert len(locked) == len(entries)
    assert wanted | {"setuptools"} <= locked  # setuptools builds the editable install


# --- the choice of a Python, in a checkout that holds nothing but the script and empty inputs ---


class Bare:
    """A machine with a few tools and the Pythons that a test puts on it."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.path = [folder / "shims", folder / "bin"]
        for each in (self.checkout / ".ci", *self.path):
            each.mkdir(parents=True)
        shutil.copy(ROOT / ".ci/environment.sh", self.checkout / ".ci")
        for name in TOOLS:
            (self.path[1] / name).symlink_to(str(shutil.which(name)))

    def put(self, folder: int, name: str, body: str) -> None:
        """Put a script on PATH, in its first or second folder."""
        script = self.path[folder] / name
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)

    def run(self, **environment: str) -> str:
        """Run the script until the first Python that it believes in; return what it said."""
        done = subprocess.run(
            ["sh", ".ci/environment.sh"], cwd=self.checkout, capture_output=True, text=True, check=False,
            env={"PATH": ":".join(map(str, self.path))} | environment,
        )  # fmt: skip
        assert done.returncode != 0
        return done.stderr


# Answers the question whether it is fit as the real one would, and makes no environment.
FIT = f'case "$1" in -c) exec "{sys.executable}" "$@" ;; -V) echo Python that is fit ;; *) exit 1 ;; esac'
OLD = 'case "$1" in -c) exit 1 ;; *) echo Python 3.9 ;; esac'
SHIM = 'echo "pyenv: $0: command not found" >&2; exit 127'


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return Bare(tmp_path)


def test_an_old_python3_is_passed_over_for_a_fit_one(bare: Bare) -> None:
    bare.put(1, "python3", OLD)
    bare.put(1, "python3.12", FIT)
    assert bare.run().splitlines()[0].endswith("/bin/python3.12")


def test_a_shim_that_fails_is_passed_over_for_what_stands_behind_it(bare: Bare) -> None:
    bare.put(0, "python3", SHIM)
    bare.put(1, "python3", FIT)
    assert bare.run().splitlines()[0].endswith("/bin/python3")


def test_python_alone_will_do(bare: Bare) -> None:
    bare.put(1, "python", FIT)
    assert bare.run().splitlines()[0].endswith("/bin/python")


def test_without_a_fit_python_it_says_what_to_install(bare: Bare) -> None:
    bare.put(1, "python3", OLD)
    assert bare.run() == (
        "environment: found no Python from 3.11 to 3.14 on PATH. "
        "Install one, or name it: make env PYTHON=/path/to/python3.12\n"
    )


def test_a_python_that_is_named_is_not_replaced_by_another(bare: Bare) -> None:
    bare.put(1, "python3", FIT)
    assert "by the name of /no/python on PATH" in bare.run(PYTHON="/no/python")
