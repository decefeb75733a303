"""Runs fees.yaml: each case names all lines of its month."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import yaml

from pipelines.contract.parse import parse_contract
from pipelines.core.period import Month
from pipelines.core.yaml_text import read_yaml
from pipelines.settlement.fees import Quantity, cost_centre_sums, fee_lines
from pipelines.settlement.lines import Line
from tests.conftest import ROOT

HOUR = 3600
OCTOBER = Month(2026, 10).days


def cases() -> Any:
    return read_yaml((ROOT / "tests/cases/fees.yaml").read_text(encoding="utf-8"), "fees.yaml").value


def by_day(written: Mapping[str, str], unit: int = 1) -> dict[date, Fraction]:
    return {date(2026, 10, int(day)): Fraction(number) * unit for day, number in written.items()}


def quantity(written: Mapping[str, Any]) -> Quantity:
    if "scheduled" in written:
        return Quantity(by_day(written["attended"], HOUR), by_day(written["scheduled"], HOUR))
    return Quantity(by_day(written))


def lines_of(case: Mapping[str, Any]) -> list[Line]:
    text = {
        "contract": "T",
        "operator": {"id": "o", "zh": "甲方"},
        "vendor": {"id": "v", "zh": "乙方"},
        "term": case.get("term", {"from": "2026-01-01", "until": "2027-01-01"}),
        "zone": "Asia/Shanghai",
        "currency": case.get("currency", "CNY"),
        "fees": case["fees"],
    }
    contract = parse_contract(yaml.safe_dump(text, allow_unicode=True), "contract.yaml").model
    given = {fee: quantity(written) for fee, written in case.get("given", {}).items()}
    return fee_lines(contract, OCTOBER, given, [date.fromisoformat(day) for day in case.get("relief", [])])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_case(case: Mapping[str, Any]) -> None:
    lines = lines_of(case)
    assert {line.id: f"{line.amount:f}" for line in lines} == case["lines"]
    assert len(lines) == len(case["lines"])
    for key, of in (("formulas", "formula"), ("by", "by"), ("because", "because")):
        wanted = case.get(key, {})
        assert {line.id: getattr(line, of) for line in lines if line.id in wanted} == wanted


def test_what_cost_centres_bear_adds_up() -> None:
    # 100.01 in thirds: 33.3333…, 33.3333…, 33.3433… round to 33.33, 33.33, 33.34: a fen is left, for the largest
    thirds = {"b": "0.3333", "a": "0.3333", "c": "0.3334"}
    assert sums("100.01", thirds) == {"a": "33.33", "b": "33.33", "c": "33.35"}
    # a tie: the first by name bears the residue
    assert sums("0.01", {"b": "0.5", "a": "0.5"}) == {"a": "0.00", "b": "0.01"}
    assert sums("-100.00", {"b": "0.125", "a": "0.875"}) == {"a": "-87.50", "b": "-12.50"}
    assert sums("5.00", {}) == {}


def sums(amount: str, shares: Mapping[str, str]) -> dict[str, str]:
    found = cost_centre_sums(Decimal(amount), {name: Decimal(share) for name, share in shares.items()})
    return {name: f"{borne:f}" for name, borne in found.items()}
