"""Runs contact_states.yaml and case_states.yaml: small worlds, and the state of each of their items."""

from collections.abc import Mapping
from typing import Any

import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.declare import installed_metrics
from tests.cases.small_worlds import load_worlds, states_of, worlds_of
from tests.conftest import ROOT
from tests.ingest.items.small_logs import Office

ITEMS: Any = read_yaml((ROOT / "tests/cases/item_states.yaml").read_text(encoding="utf-8"), "item_states.yaml").value
WORLDS = [*worlds_of("contact_states.yaml"), *worlds_of("case_states.yaml")]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = Office(tmp_path_factory.mktemp("worlds") / "office")
    load_worlds(made, WORLDS)
    return made


@pytest.mark.parametrize(
    ("number", "world"), list(enumerate(WORLDS)), ids=[f"{world['metric']}: {world['name']}" for world in WORLDS]
)
def test_states_of_a_small_world(number: int, world: Mapping[str, Any], office: Office) -> None:
    found = states_of(office, number, world)
    assert {name: found.get(name, "of no month") for name in world["then"]} == world["then"]


def test_every_branch_of_every_contact_and_case_metric_has_a_case() -> None:
    said: dict[str, set[str]] = {}
    for world in WORLDS:
        for state in world["then"].values():
            kind, _, amount = state.rpartition(" ")
            said.setdefault(world["metric"], set()).add(kind if amount.isdigit() else state)
    for case in ITEMS:  # quantities of fees are asked an item at a time
        for names, state in case["then"].items():
            for name in names.split(","):
                said.setdefault(name.strip(), set()).add(state)
    metrics = {key.partition("@")[0]: metric for key, metric in installed_metrics().items()}
    missing = {
        name: sorted(set(metric.states) - said.get(name, set()))
        for name, metric in metrics.items()
        if metric.channel in ("contact", "case")
        and metric.population != "flagged_case"
        and set(metric.states) - said.get(name, set())
    }
    assert missing == {}
