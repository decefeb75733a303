"""Runs settlement.yaml and scoring.yaml: each looks only at what its case names."""

from collections.abc import Mapping
from typing import Any

import pytest

from pipelines.contract.check import check
from pipelines.contract.parse import parse_contract
from pipelines.core.yaml_text import read_yaml
from tests.conftest import ROOT
from tests.settlement.settled_months import HEAD, MONTHLY, MonthSettled, settled_source


def cases(name: str) -> Any:
    return read_yaml((ROOT / "tests/cases" / name).read_text(encoding="utf-8"), name).value


def named(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {key: found.get(key) for key in wanted}


def outcome(done: MonthSettled) -> dict[str, dict[str, Any]]:
    """Return all that a case may name, as the statement's body says it."""
    body = done.body()
    indicators = {one["id"]: one for one in body["indicators"]}

    def each(key: str) -> dict[str, Any]:
        return {name: one[key] for name, one in indicators.items()}

    return {
        "verdicts": each("verdict"),
        "reasons": each("reason"),
        "values": each("value"),
        "targets": each("target"),
        "points": each("points"),
        "compared": {name: one["parts"][-1]["compared"] for name, one in indicators.items()},
        "score": body["score"],
        "totals": body["totals"],
        "lines": {line["id"]: line["amount"] for line in body["lines"]},
        "formulas": {line["id"]: line["formula"] for line in body["lines"]},
        "taxes": {line["id"]: line["tax"] for line in body["lines"]},
    }


@pytest.mark.parametrize("case", [*cases("settlement.yaml"), *cases("scoring.yaml")], ids=lambda case: case["name"])
def test_case(case):
    term = "term: {from: 2026-01-01, until: 2027-01-01}"
    head = HEAD
    if "head" in case:
        head = HEAD.replace(term, f"term: {{from: {case['head']['from']}, until: {case['head']['until']}}}")
    source = parse_contract(head + case.get("fees", MONTHLY) + case["contract"], "contract.yaml")
    errors = [str(problem) for problem in check(source) if problem.severity == "error"]
    assert [text for text in errors if "report_only" not in text and "weight_and_scoring" not in text] == []
    found = outcome(settled_source(source, case["given"], case.get("month", "2026-10")))
    assert {what: named(found[what], wanted) for what, wanted in case["then"].items()} == case["then"]
