"""Runs item_states.yaml: one item, by the columns of its population, and its state under each metric named."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.compose import Ask, expression_sql
from pipelines.metrics.declare import Metric, metric_named
from pipelines.metrics.example import Example, ExampleItem
from tests.conftest import ROOT
from tests.metrics.test_examples import ask_of, columns_of, empty_store, lay_items

SAYS = ROOT / "tests/cases/item_states.yaml"


@dataclass(frozen=True)
class ItemCase:
    """An item as one metric sees it: what it does not ask for is left out."""

    name: str
    metric: Metric
    terms: dict[str, str]
    has: dict[str, Any]
    state: str


def item_cases() -> list[ItemCase]:
    tree: Any = read_yaml(SAYS.read_text(encoding="utf-8"), SAYS.name).value
    found = []
    for case in tree:
        for names, state in case["then"].items():
            for name in names.split(", "):
                metric = metric_named(name)
                terms = {term: text for term, text in (case.get("terms") or {}).items() if term in metric.terms}
                found.append(ItemCase(case["name"], metric, terms, case["has"] or {}, state))
    return found


def laid(con: duckdb.DuckDBPyConnection, case: ItemCase) -> Ask:
    """Make the case's item the table ``made_up``; return the question. Columns of other metrics are left out."""
    item = ExampleItem("one", {}, case.state, None)
    example = Example(case.metric.key, {}, case.terms, {}, (item,), "", "", None)
    ask = ask_of(case.metric, example)
    columns = columns_of(con, ask)
    facts = {
        name: tuple(value) if isinstance(value, list) else value for name, value in case.has.items() if name in columns
    }
    lay_items(con, Example(case.metric.key, {}, case.terms, facts, (item,), "", "", None), columns)
    return ask


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home: Path = tmp_path_factory.mktemp("empty")
    with empty_store(home) as opened:
        yield opened


@pytest.mark.parametrize("case", item_cases(), ids=lambda case: f"{case.metric.key}: {case.name}")
def test_state_of_one_item(con: duckdb.DuckDBPyConnection, case: ItemCase) -> None:
    ask = laid(con, case)
    ((state,),) = con.execute(f"SELECT {expression_sql(ask)} FROM made_up").fetchall()
    assert state == case.state


def test_a_case_names_columns_that_one_of_its_metrics_has(con: duckdb.DuckDBPyConnection) -> None:
    named: dict[str, set[str]] = {}
    for case in item_cases():
        known = columns_of(con, ask_of(case.metric, Example(case.metric.key, {}, case.terms, {}, (), "", "", None)))
        named.setdefault(case.name, set(case.has)).difference_update(known)
    assert {name: unknown for name, unknown in named.items() if unknown} == {}
