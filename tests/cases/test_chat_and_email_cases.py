"""Runs chat_states.yaml and email_states.yaml."""

from typing import Any

import duckdb
import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.declare import metric_named
from tests.conftest import ROOT
from tests.metrics.hand_made_items import state

SESSION = ("first_response", "first_response_mean", "first_response_percentile", "reply_rate")
ROUND = ("round_within", "response_mean", "response_percentile", "round_reply_rate")
MAIL = ("reply_within_days", "reply_within_hours", "reply_mean", "reply_percentile")
KINDS = {"session": ("chat", SESSION), "round": ("chat", ROUND), "mail": ("email", MAIL)}


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in ("chat_states.yaml", "email_states.yaml"):
        tree: Any = read_yaml((ROOT / "tests/cases" / name).read_text(encoding="utf-8"), name).value
        found += tree
    return found


def kind_of(case: dict[str, Any]) -> str:
    (kind,) = set(case) & set(KINDS)
    return kind


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{kind_of(case)}: {case['name']}")
def test_state_of_one_item(case, con):
    kind = kind_of(case)
    channel, metrics = KINDS[kind]
    assert set(case["then"]) <= set(metrics)
    found = {name: state(con, f"{channel}.{name}@1", case[kind], case.get("terms") or {}) for name in case["then"]}
    assert found == case["then"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_branch_of_every_metric_has_a_case(kind):
    channel, metrics = KINDS[kind]
    said: dict[str, set[str]] = {name: set() for name in metrics}
    for case in cases():
        if kind_of(case) == kind:
            for name, text in case["then"].items():
                said[name].add(text)
    assert said == {name: set(metric_named(f"{channel}.{name}@1").states) for name in metrics}
