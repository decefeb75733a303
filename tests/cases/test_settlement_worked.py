"""Runs tests/cases/settlement: each case by the reference and by the product, which must say the same."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pipelines.contract.model import Contract
from pipelines.core.yaml_text import read_yaml
from tests.conftest import ROOT
from tests.reference_settlement.facts import STEPS, Facts, Past, Result
from tests.reference_settlement.product import settle_with_product
from tests.reference_settlement.settle import adjustments, settle
from tests.reference_settlement.told import contract_of, facts_told

Side = Callable[[Contract, str, Facts, Past | None], Result]
KNOWN = {"name", "contract", "month", "given", "months", "then", "corrected", "adjustments"}


def cases() -> list[Any]:
    found = []
    for file in sorted((ROOT / "tests/cases/settlement").glob("*.yaml")):
        tree: Any = read_yaml(file.read_text(encoding="utf-8"), file.name).value
        found += tree
    assert all(set(case) <= KNOWN for case in found)
    return found


def exact(text: Any) -> Fraction | None:
    return None if text is None else Fraction(str(text))


def shown_lines(result: Result, step: str) -> dict[str, list[Decimal]]:
    """Return the lines of a step that are not 0, by what they are called; no order among them."""
    found: dict[str, list[Decimal]] = {}
    for line in result.lines:
        if line.step == step and line.amount:
            found.setdefault(line.key, []).append(line.amount)
    return {key: sorted(amounts) for key, amounts in found.items()}


def told_lines(tree: Mapping[str, Any]) -> dict[str, list[Decimal]]:
    return {
        key: sorted(Decimal(str(amount)) for amount in (one if isinstance(one, list) else [one]))
        for key, one in tree.items()
    }


def check(result: Result, then: Mapping[str, Any]) -> None:
    """Compare all that a case names; a step that it names is named whole."""
    for what, wanted in then.items():
        if what == "verdicts":
            assert {name: result.verdicts.get(name) for name in wanted} == wanted
        elif what in ("points", "values"):
            found = getattr(result, what)
            assert {name: found.get(name) for name in wanted} == {name: exact(one) for name, one in wanted.items()}
        elif what == "score":
            assert result.score == exact(wanted)
        elif what == "lines":
            assert set(wanted) <= set(STEPS)
            assert {step: shown_lines(result, step) for step in wanted} == {
                step: told_lines(lines) for step, lines in wanted.items()
            }
        elif what == "totals":
            assert {name: str(result.totals[name]) for name in wanted} == wanted
        elif what == "failed":
            assert {True: "true", False: "false", None: None}[result.failed] == wanted
        elif what == "notices":
            assert result.notices == wanted
        elif what == "centres":
            split = {line.key: line.centres for line in result.lines if line.centres}
            assert {fee: {name: str(one) for name, one in split[fee].items()} for fee in wanted} == wanted
        else:
            pytest.fail(f"a case asks for {what!r}, which nobody looks at")


def check_sums(result: Result) -> None:
    for step in STEPS:
        assert result.totals[step] == sum(line.amount for line in result.lines if line.step == step)
    assert result.totals["payable"] == sum(result.totals[step] for step in STEPS)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
@pytest.mark.parametrize("side", [settle, settle_with_product], ids=["reference", "product"])
def test_case(side: Side, case: Any) -> None:
    contract = Contract.model_validate(contract_of(case["contract"]))
    month = case.get("month", "2026-10")
    told = case["months"] if "months" in case else {month: case["given"]}
    then = case["then"] if "months" in case else {month: case["then"]}
    assert set(then) <= set(told)
    facts = {one: facts_told(contract, one, tree) for one, tree in told.items()}
    past = None
    for one in sorted(facts):
        result = side(contract, one, facts[one], past)
        past = result.past
        check_sums(result)
        check(result, then.get(one, {}))
    if "corrected" in case:
        corrected = {one: facts_told(contract, one, tree) for one, tree in case["corrected"].items()}
        found = adjustments(contract, facts, corrected, side)
        assert {one.month: str(one.amount) for one in found} == case["adjustments"]
