"""The sample contracts as they are written: sound, whole, and A2 is A but for its money at risk."""

from typing import Any

import pytest

from pipelines.contract.check import check
from pipelines.contract.model import Contract
from pipelines.contract.parse import Source, parse_contract
from tests.conftest import ROOT

FOLDER = ROOT / "data/contracts"
NUMBERS = sorted(path.parent.name for path in FOLDER.glob("*/contract.yaml"))
CRITICAL = {"chat_first_response": "0.6", "connect_rate": "0.6", "service_level": "0.5", "csat": "0.6"}


def source(number: str) -> Source:
    path = FOLDER / number / "contract.yaml"
    return parse_contract(path.read_text(encoding="utf-8"), str(path))


def contract(number: str) -> Contract:
    return source(number).model


@pytest.mark.parametrize("number", NUMBERS)
def test_the_linter_finds_nothing(number: str) -> None:
    assert [str(problem) for problem in check(source(number))] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_every_clause_stands_beside_its_figures_in_both_languages(number: str) -> None:
    found = contract(number)
    assert found.contract == number
    for one in found.indicators:
        assert one.text.zh, one.id
        assert one.text.en, one.id
        assert one.name is not None, one.id
    assert all(fee.name.zh and fee.name.en and fee.cost_centres for fee in found.fees)


def test_the_weights_of_the_appendix_add_up_to_100() -> None:
    assert sum(one.weight[0].value for one in contract("A").indicators if one.weight) == 100


def test_a2_is_a_but_for_its_money_at_risk() -> None:
    a, a2 = (contract(number).model_dump() for number in ("A", "A2"))
    pool = a2.pop("pools")
    assert [(one["id"], str(one["at_risk"][0]["value"]), str(one["total"])) for one in pool] == [
        ("at_risk", "0.12", "2.5")
    ]
    assert a.pop("pools") == []
    assert a.pop("coefficient")
    assert a2.pop("coefficient") is None
    assert str(a2["month_fail"].pop("score_below")) == "70"
    assert a["month_fail"].pop("score_below") is None
    allocations = {}
    for one in a2["indicators"]:
        if one["id"] in CRITICAL:
            ((credit,),) = (value["value"] for value in one["consequences"])
            allocations[one["id"]] = str(credit["allocation"])
            assert one["escalates"] is True
            one["consequences"], one["escalates"] = [], None
    assert allocations == CRITICAL  # 60 + 60 + 50 + 60 = 230 % of a pool of 250 %
    different: set[Any] = {key for key in a if a[key] != a2[key]}
    assert different == {"contract", "title"}
