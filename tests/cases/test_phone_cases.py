"""Runs phone_states.yaml and phone_values.yaml."""

from collections import Counter
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.core.exact import percent_text
from pipelines.core.money import round_half_away
from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, measured, no_data_reason
from tests.conftest import ROOT
from tests.metrics.hand_made_calls import COLUMNS, states

FORMULAS = dict(zip("abcdef", metric_named("phone.service_level@1").terms["formula"].choices, strict=True))
ASKED = {
    "connect_rate": ("phone.connect_rate@1", {}),
    "abandonment": ("phone.abandonment@1", {}),
    "wait": ("phone.average_wait@1", {"over": "answered"}),
    "wait_offered": ("phone.average_wait@1", {"over": "offered"}),
    "percentile": ("phone.wait_percentile@1", {}),
    **{letter: ("phone.service_level@1", {"formula": formula}) for letter, formula in FORMULAS.items()},
}
FLAGS = {"true": True, "false": False, None: None}


def cases(name: str) -> Any:
    return read_yaml((ROOT / "tests/cases" / name).read_text(encoding="utf-8"), name).value


def call_of(written: dict[str, str]) -> dict[str, object]:
    flags = {name for name, (kind, _) in COLUMNS.items() if kind == "BOOLEAN"}
    return {key: FLAGS[text] if key in flags else text for key, text in written.items()}


def said_of(case: dict[str, Any]) -> dict[str, Any]:
    """What a case says, with ``waits`` spelled out."""
    then = dict(case["then"])
    if "waits" in then:
        then |= dict.fromkeys(("wait", "wait_offered", "percentile", "service_level"), then.pop("waits"))
    return then


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("case", cases("phone_states.yaml"), ids=lambda case: case["name"])
def test_state_of_one_call(case, con):
    then = said_of(case)
    level = then.pop("service_level")
    then |= level if isinstance(level, dict) else dict.fromkeys(FORMULAS, level)
    assert set(then) == set(ASKED), "a case says what every metric makes of the call"
    found = {}
    for name in then:
        metric, terms = ASKED[name]
        known = {key: text for key, text in case.get("terms", {}).items() if key in metric_named(metric).terms}
        found[name] = states(con, metric, [call_of(case["call"])], {**terms, **known})[0]
    assert found == then


def test_every_branch_of_every_phone_metric_has_a_case():
    said: dict[str, set[str]] = {}
    for case in cases("phone_states.yaml"):
        then = said_of(case)
        level = then["service_level"]
        for name, (metric, _) in ASKED.items():
            state = then.get(name) or (level[name] if isinstance(level, dict) else level)
            said.setdefault(metric, set()).add(state)
    assert said == {metric: set(metric_named(metric).states) for metric in said}


@pytest.mark.parametrize("case", cases("phone_values.yaml")["cases"], ids=lambda case: f"{case['of']}: {case['name']}")
def test_value_of_many_calls(case, con):
    groups = cases("phone_values.yaml")["groups"][case["of"]]
    metric = metric_named(case["metric"])
    counts = Counts(Counter(), Counter())
    for group, state in zip(groups, states(con, case["metric"], groups, case.get("terms", {})), strict=True):
        counts.states[state] += int(group["calls"])
        counts.amount += int(group["calls"]) * Decimal(group.get("wait_s", "0")) if state == "counted" else 0
    value = measured(metric, counts)
    then = case["then"]
    assert (value.n, counts.population) == (int(then["n"]), sum(int(group["calls"]) for group in groups))
    if "because" in then:
        assert (value.value, no_data_reason(counts)) == (then["value"], then["because"])
    elif "amount" in then:
        assert value.value is not None
        assert str(round_half_away(value.value, 2)) == then["amount"]
    else:
        assert value.value is not None
        assert percent_text(value.value) == then["value"]
