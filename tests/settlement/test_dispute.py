"""Runs disputes.yaml: what is objected to, what the month comes to without it, and what is withheld."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import yaml

from pipelines.core.yaml_text import read_yaml
from pipelines.settlement.dispute import Objection, claim_body, objections_in
from tests.conftest import ROOT
from tests.settlement.settled_months import MONTHLY, MonthSettled, settled_month

CASES: Any = read_yaml((ROOT / "tests/cases/disputes.yaml").read_text(encoding="utf-8"), "disputes.yaml").value
FIXED = """
  - {{id: {name}, clause: "1", metric: phone.connect_rate@1, target: 90%,
     consequences: [{{id: d, form: fixed, amount: {amount}}}]}}"""
TWO = f"indicators:{FIXED.format(name='a', amount=3000)}{FIXED.format(name='b', amount=1000)}\n"


def settled(case: Mapping[str, Any]) -> MonthSettled:
    text = TWO if "contract" not in case else yaml.safe_dump(case["contract"], allow_unicode=True)
    text += yaml.safe_dump(case.get("more") or {}, allow_unicode=True).replace("{}\n", "")
    text = text if "fees:" in text else MONTHLY + text
    return settled_month(text, {"a": {"missed": "1"}, "b": {"missed": "1"}})


def objections(said: Mapping[str, Any]) -> list[Objection]:
    return [Objection(party, "2026-11-05T02:00:00Z", one) for party, remarks in said.items() for one in remarks]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_withheld(case: Mapping[str, Any]) -> None:
    month = settled(case)
    claims = month.claims(objections(case["said"]))
    assert f"{month.settled.totals['payable']:f}" == case["payable"]
    assert {one.party: [one.lines, f"{one.payable:f}", f"{one.withheld:f}"] for one in claims} == case["then"]


def test_a_line_is_named_by_its_id_its_indicator_or_its_item_and_by_no_part_of_them() -> None:
    (line,) = [one for one in settled(CASES[0]).settled.lines if one.id == "a.d"]
    named = {
        remark: Objection("vendor", "", remark).speaks_of(line)
        for remark in ("a.d", "a.d: why", "a: why", "a", "a.d.e: why", "a.: why", "b: why", "")
    }
    assert [remark for remark, speaks in named.items() if speaks] == ["a.d", "a.d: why", "a: why", "a"]


def test_a_statement_names_the_objections_that_it_was_made_with() -> None:
    said = objections({"vendor": ["a.d: why", "b: why"], "operator": ["monthly"]})
    claims = settled(CASES[0]).claims(said)
    assert sorted(objections_in({"disputed": [claim_body(one) for one in claims]})) == sorted(said)
    assert objections_in({}) == []
    assert Decimal(claim_body(claims[0])["withheld"]) == claims[0].withheld
