"""A contract is read with the amendments that stand beside it, as it stands for a month and as it was known."""

from datetime import datetime
from pathlib import Path

import pytest

from pipelines.core.period import Month
from pipelines.core.problem import Refused
from pipelines.runs.contracts import read_contract, usable_contract
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import CONNECT, contract

AMENDMENT = """amendment: 补充协议二
effective: 2026-10-16
signed: 2026-10-08
indicators: {connect: {target: 90%}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "amendments").mkdir()
    (tmp_path / "contract.yaml").write_text(contract(), encoding="utf-8")
    (tmp_path / "amendments/0.yaml").write_text(AMENDMENT, encoding="utf-8")
    return tmp_path


def in_force(folder: Path, *args, **kwargs) -> list[str]:
    return [one.number for one in read_contract(str(folder), *args, **kwargs)[0].amendments]


def test_a_month_is_read_with_its_amendments(folder: Path):
    assert in_force(folder, Month(2026, 9)) == []
    assert in_force(folder, Month(2026, 10)) == in_force(folder) == ["补充协议二"]
    assert [Path(f.name).name for f in usable_contract(str(folder), Month(2026, 10)).source.files] == [
        "contract.yaml",
        "0.yaml",
    ]


def test_what_was_signed_later_is_unknown_by_the_contracts_own_clock(folder: Path):
    """8 October begins in Shanghai at 16:00 UTC of the 7th."""
    october = Month(2026, 10)
    assert in_force(folder, october, known_at=datetime.fromisoformat("2026-10-07T15:59:59+00:00")) == []
    assert in_force(folder, october, known_at=datetime.fromisoformat("2026-10-07T16:00:00+00:00")) == ["补充协议二"]


def test_a_contract_is_checked_before_its_amendments_and_after_each(folder: Path):
    broken = (folder / "contract.yaml").read_text(encoding="utf-8").replace("floor: zero", "floor: zero\nprocedure: {}")
    (folder / "contract.yaml").write_text(broken, encoding="utf-8")
    target = "amendment: 补充协议三\neffective: 2026-12-01\nsigned: 2026-11-01\nindicators: {connect: {target: 95}}\n"
    (folder / "amendments/1.yaml").write_text(target, encoding="utf-8")
    codes = {problem.code for problem in read_contract(str(folder))[2]}
    assert "contract.target_out_of_range" in codes
    assert "contract.target_out_of_range" not in {p.code for p in read_contract(str(folder), Month(2026, 10))[2]}


CALLS = """call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s
    a, 1, q, ann, 05 09:00:00, answered, 10
    b, 2, q, ann, 06 09:10:00, abandoned, 60
    c, 3, q, bob, 20 09:20:00, answered, 40
    d, 4, q, bob, 21 09:20:00, abandoned, 40"""


def test_a_month_amended_on_the_16th_settles_by_days(tmp_path: Path):
    """Half of the calls of each part were answered, 50 %.

    To the 15th: 40 steps below 90 %; from the 16th: 30 steps below 80 %. A step costs 0.5 % of 100,000 = 500.00.
    40 × 500 × 15/31 = 9,677.42 and 30 × 500 × 16/31 = 7,741.94; the cap of 50 % becomes 10 %: by days
    (50 % × 15/31 + 10 % × 16/31) × 100,000 = 29,354.84.
    """
    office = Office(tmp_path / "office")
    office.load("call", CALLS)
    folder = office.folder / "K"
    (folder / "amendments").mkdir(parents=True)
    (folder / "contract.yaml").write_text(contract(CONNECT.replace("TARGET", "90%")), encoding="utf-8")
    amendment = AMENDMENT.replace("target: 90%", "target: 80%") + "caps: {all: {rate: 10%}}\n"
    (folder / "amendments/2.yaml").write_text(amendment, encoding="utf-8")
    body = office.close(folder).body
    (connect,) = body["indicators"]
    assert [(part["from"], part["target"], part["target_by"]) for part in connect["parts"]] == [
        ("2026-10-01", "0.9", "4.1"),
        ("2026-10-16", "0.8", "补充协议二"),
    ]
    lines = {line["id"]: line["amount"] for line in body["lines"] if line["kind"] == "deduction"}
    assert lines == {"connect.deduct@2026-10-01": "-9677.42", "connect.deduct@2026-10-16": "-7741.94"}
    assert [one["number"] for one in body["contract"]["amendments"]] == ["补充协议二"]
    assert office.close(folder, month="2026-09").body["contract"]["amendments"] == []


@pytest.mark.parametrize("name", ["2.yml", "2.YAML", "2.Yml", "2.yaml.txt", "2.yml.txt"])
def test_an_amendment_that_would_not_be_read_is_refused(folder: Path, name: str):
    """A document that lies there and counts for nothing: its target would be lost without a word."""
    (folder / "amendments" / name).write_text(AMENDMENT.replace("二", "三"), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_contract(str(folder), Month(2026, 10))
    [problem] = refused.value.problems
    assert (problem.code, Path(problem.where).name) == ("contract.amendment_name", name)
    assert problem.mend == "Call it 2.yaml, or take it away."


@pytest.mark.parametrize("name", ["amendment", "Amendments"])
def test_nor_is_a_folder_of_another_name_passed_over(folder: Path, name: str):
    (folder / "amendments").rename(folder / name)
    with pytest.raises(Refused) as refused:
        read_contract(str(folder))
    assert [problem.mend for problem in refused.value.problems] == ["Call it amendments, or take it away."]


def test_what_was_never_meant_to_be_read_may_lie_beside_amendments(folder: Path):
    for name in ("0.pdf", "0.yaml~", "0.yaml.bak", ".0.yaml.swp", "notes.txt"):
        (folder / "amendments" / name).write_text("x", encoding="utf-8")
    assert in_force(folder) == ["补充协议二"]
