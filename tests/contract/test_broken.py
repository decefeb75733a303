"""One bad file for each problem code: its name is the code, its first lines say where it stands and what is said.

What follows a line of three dashes is an amendment: amendment1.yaml, with lines of its own.
"""

import re
from pathlib import Path

import pytest

from pipelines.contract.amendment import File
from pipelines.contract.check import check
from pipelines.contract.parse import parse_contract
from pipelines.core.problem import Problem, Refused
from tests.conftest import ROOT

BROKEN = sorted((ROOT / "tests/contract/broken").glob("*.yaml"))
ALWAYS_SAID = "contract.left_to_default"  # these short contracts leave much to its default; one file is about that


def problems_of(path: Path) -> list[Problem]:
    """Return every problem of a contract, of its form or of its sense."""
    try:
        text, *amendments = path.read_text(encoding="utf-8").split("---\n")
        files = [File(f"amendment{number}.yaml", one) for number, one in enumerate(amendments, 1)]
        return check(parse_contract(text, "contract.yaml", files))
    except Refused as refused:
        return list(refused.problems)


def header(path: Path, name: str) -> str:
    """Return what the file's first lines say of ``name``."""
    found = re.search(rf"^# {name}: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{path.name} does not say its {name}"
    return found[1]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_contract_has_its_one_problem_in_its_place(path):
    found = [problem for problem in problems_of(path) if problem.code != ALWAYS_SAID or path.stem == ALWAYS_SAID]
    assert [problem.code for problem in found] == [path.stem]
    line = header(path, "line")  # a number, none, or the line of an amendment: amendment1.yaml:5
    assert found[0].where == (line if ":" in line else f"contract.yaml:{line}".removesuffix(":none"))
    assert header(path, "says") in f"{found[0].what} {found[0].mend}"


def test_every_code_of_the_linter_has_a_broken_contract():
    codes = {
        code
        for path in (ROOT / "pipelines/contract").rglob("*.py")
        for code in re.findall(r'"(contract\.\w+)"', path.read_text(encoding="utf-8"))
    }
    assert codes <= {path.stem for path in BROKEN}
