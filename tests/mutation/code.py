"""The mutants of scoring and worktime, as mutmut made and judged them: its verdicts, read from the folder it leaves."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import ROOT

MADE = ROOT / "mutants"
# how mutmut ends a mutant's process
VERDICTS = {
    0: "survived",
    1: "killed",
    3: "killed",
    33: "no test",
    5: "no test",
    24: "timeout",
    -24: "timeout",
    36: "timeout",
}
# too slow for every mutant; they are asked about what the others let pass
SLOW = ("tests/worktime/test_brute_force.py", "tests/worktime/test_sql_twins.py")


@dataclass(frozen=True)
class CodeMutant:
    """A mutant by mutmut: its own name, the file that it changes, and what became of it."""

    name: str
    file: str
    verdict: str

    @property
    def function(self) -> str:
        """The function or method that was changed."""
        found = re.search(r"\.x(?:_|ǁ(?P<of>\w+)ǁ)(?P<name>\w+)__mutmut_\d+$", self.name)
        assert found is not None, self.name
        return f"{found['of']}.{found['name']}" if found["of"] else found["name"]


def run_mutmut() -> None:
    """Let mutmut make the mutants and try them, one process after another."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)


def code_mutants() -> Iterator[CodeMutant]:
    """Read what mutmut found."""
    for file in sorted((MADE / "pipelines").rglob("*.meta")):
        source = str(file.relative_to(MADE)).removesuffix(".meta")
        for name, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield CodeMutant(name, source, VERDICTS.get(code, f"ended with {code}"))


def change_of(mutant: CodeMutant) -> str:
    """Say what was changed, in the lines themselves."""
    command = [sys.executable, "-m", "mutmut", "show", mutant.name]
    shown = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
    was = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    now = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return f"{was} becomes {now}"


def is_killed_by_slow(mutant: CodeMutant) -> bool:
    """Ask the slow tests: the properties that set worktime beside a count of minutes, and beside its SQL."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *SLOW]
    told = {**os.environ, "MUTANT_UNDER_TEST": mutant.name}
    return subprocess.run(command, cwd=MADE, env=told, capture_output=True, check=False).returncode == 1
