"""The mutants of scoring and worktime, as mutmut made and judged them: its verdicts, read from the folder it leaves."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.canonical import sha256_hex
from tests.conftest import ROOT
from tests.mutation.results import argued

PACKAGES = ("pipelines/scoring", "pipelines/worktime")
MADE = ROOT / "mutants"
# how mutmut ends a mutant's process
VERDICTS = {
    None: "not tried",
    0: "survived",
    1: "killed",
    3: "killed",
    33: "no test",
    5: "no test",
    24: "timeout",
    -24: "timeout",
    36: "timeout",
}
KILLED = {"killed": "tests", "timeout": "timeout", "slow tests": "slow tests"}  # and by what
# too slow for every mutant; they are asked about what the others let pass
SLOW = {
    "pipelines/scoring": ["tests/cases/test_settlement_worked.py"],
    "pipelines/worktime": ["tests/worktime/test_brute_force.py", "tests/worktime/test_sql_twins.py"],
}


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


def files() -> list[str]:
    """Return the files that are mutated, as they are named in the results."""
    found = (path for package in PACKAGES for path in (ROOT / package).glob("*.py") if path.name != "__init__.py")
    return sorted(str(path.relative_to(ROOT)) for path in found)


def digest_of(file: str) -> str:
    """Return the digest of a file's text: what is said of its mutants holds while it is the same."""
    return sha256_hex((ROOT / file).read_bytes())


def changed(kept: dict[str, Any]) -> list[str]:
    """Return the files that were never judged, or have changed since."""
    judged = {file: part["sha256"] for file, part in kept.get("code", {}).get("parts", {}).items()}
    return [file for file in files() if judged.get(file) != digest_of(file)]


def run_mutmut(wanted: Sequence[str]) -> None:
    """Let mutmut make the mutants of some files and try them, one process after another."""
    (MADE / "mutmut-stats.json").unlink(missing_ok=True)  # which test comes by which line: found anew, all of it
    names = [f"{file.removesuffix('.py').replace('/', '.')}.*" for file in wanted]
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)


def found_in(file: str) -> dict[str, Any]:
    """Return what became of a file's mutants; what the quick tests let pass, unargued, is put to the slow ones."""
    killed: Counter[str] = Counter()
    lived = []
    mutants = list(code_mutants(file))
    for mutant in mutants:
        verdict = mutant.verdict
        if verdict in ("survived", "no test"):
            where, change = f"{file.removeprefix('pipelines/')} {mutant.function}", change_of(mutant)
            if (where, change) in argued() or not is_killed_by_slow(mutant):
                lived.append({"where": where, "mutant": change})
                continue
            verdict = "slow tests"
        if verdict not in KILLED:
            sys.exit(f"{mutant.name} was not judged: {verdict}. Look into mutants/, and try again.")
        killed[KILLED[verdict]] += 1
    return {"mutants": len(mutants), "killed": dict(killed), "survivors": lived, "sha256": digest_of(file)}


def code_mutants(file: str) -> Iterator[CodeMutant]:
    """Read what mutmut found in a file."""
    verdicts = json.loads((MADE / f"{file}.meta").read_text(encoding="utf-8"))["exit_code_by_key"]
    for name, code in verdicts.items():
        yield CodeMutant(name, file, VERDICTS.get(code, f"ended with {code}"))


def change_of(mutant: CodeMutant) -> str:
    """Say what was changed, in the lines themselves."""
    command = [sys.executable, "-m", "mutmut", "show", mutant.name]
    shown = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
    was = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    now = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return f"{was} becomes {now}"


def is_killed_by_slow(mutant: CodeMutant) -> bool:
    """Ask the slow tests: whole settlements; worktime beside a count of minutes, and beside its SQL."""
    slow = next(tests for package, tests in SLOW.items() if mutant.file.startswith(package))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *slow]
    told = {**os.environ, "MUTANT_UNDER_TEST": mutant.name}
    return subprocess.run(command, cwd=MADE, env=told, capture_output=True, check=False).returncode == 1
