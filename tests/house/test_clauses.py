"""data/contracts/CLAUSES.md: every row names parts that its contract has, every indicator stands in a row."""

import re
from typing import Any

import pytest

from pipelines.contract.model import Contract
from pipelines.contract.parse import parse_contract
from tests.conftest import ROOT

FOLDER = ROOT / "data/contracts"
NUMBERS = sorted(path.parent.name for path in FOLDER.glob("*/contract.yaml"))
TEXT = (FOLDER / "CLAUSES.md").read_text(encoding="utf-8")


def contract(number: str) -> Contract:
    path = FOLDER / number / "contract.yaml"
    return parse_contract(path.read_text(encoding="utf-8"), str(path)).model


def rows(number: str) -> list[tuple[str, list[str], str]]:
    """Return the rows of a contract's tables: clause, the parts that are named, the metric."""
    (section,) = re.findall(rf"^## {number}:.*?(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines if set(line[0]) - set("- ")]
    return [(c[0], re.findall("`([^`]+)`", c[2]), c[3]) for c in cells if c[2] != "where"]


def metrics(found: Contract) -> dict[str, str]:
    """Return the metric of each indicator, and of each part of a worst_of, by its name in the table."""
    known = {one.id: one.metric or one.worst_of[0].metric for one in found.indicators}
    return known | {f"{one.id}.{part.id}": part.metric for one in found.indicators for part in one.worst_of}


def has_part(found: Contract, path: str) -> bool:
    """Say whether a contract has a part: ``fees.chat`` by id, ``calendars.phone`` by key, ``month_fail`` as such."""
    name, _, key = path.partition(".")
    part: Any = getattr(found, name, None)
    if not key:
        return bool(part)
    if isinstance(part, dict):
        return key in part
    if isinstance(part, list):
        return any(one.id == key for one in part)
    return bool(getattr(part, key, None))


def test_every_contract_has_its_section() -> None:
    assert sorted(re.findall("^## (\\w+):", TEXT, re.MULTILINE)) == NUMBERS
    assert NUMBERS == ["A", "A2", "B", "C", "D", "E"]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_row_names_what_is_there(number: str) -> None:
    found = contract(number)
    known = metrics(found)
    assert rows(number)
    for clause, names, metric in rows(number):
        assert names, clause
        for name in names:
            assert name in known or has_part(found, name), (clause, name)
        assert ({known[name] for name in names if name in known} or {""}) == {metric}, clause


@pytest.mark.parametrize("number", sorted(set(NUMBERS) - {"A2"}))  # A2 lists what differs from A
def test_every_indicator_stands_in_a_row_of_its_clause(number: str) -> None:
    for one in contract(number).indicators:
        stated = " ".join(clause for clause, names, _ in rows(number) if one.id in names)
        clauses = re.findall(r"[0-9][0-9.]*(?:\([0-9]\))*[a-d]?", stated)
        assert any(re.match(rf"{re.escape(clause)}(?![0-9])", one.clause) for clause in clauses), (one.clause, stated)


def test_the_appendix_has_twenty_rows() -> None:
    numbered = [clause for clause, _, _ in rows("A") if re.fullmatch("[0-9]+", clause)]
    assert numbered == [str(number) for number in range(1, 21)]
