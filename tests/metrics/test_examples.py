"""Every worked example goes through the metric's own SQL and through `measured`: an example cannot lie."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text
from pipelines.core.yaml_text import read_yaml
from pipelines.ingest.items import assemble
from pipelines.metrics.compose import Ask, ask_columns, expression_sql, names_in, population_options, population_select
from pipelines.metrics.declare import Metric, installed_metrics, quoted
from pipelines.metrics.example import Example, ExampleItem, Fact, installed_examples, parse_example
from pipelines.metrics.frame import Frame
from pipelines.metrics.item import item_select
from pipelines.runs.calendars import lay_out_calendars
from pipelines.runs.definitions import EXAMPLE_MONTH, EXAMPLE_ZONE
from pipelines.runs.measure import ALWAYS_OPEN
from pipelines.runs.states import count_rows, make_split_tables, prepare
from pipelines.scoring.counts import measured
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.parse import parse_calendars

METRICS = installed_metrics()
EXAMPLES = installed_examples()


@contextmanager
def empty_store(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a store without a single event: its items have their columns, and no rows."""
    with Warehouse(home) as warehouse:
        assemble(warehouse.con, [])
        prepare(warehouse.con)
        calendars, _ = parse_calendars(read_yaml(ALWAYS_OPEN.replace("HOLIDAYS", "cn"), "always open"))
        lay_out_calendars(warehouse.con, calendars, EXAMPLE_ZONE, EXAMPLE_MONTH.days)
        yield warehouse.con


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_store(tmp_path_factory.mktemp("empty")) as opened:
        yield opened


def ask_of(metric: Metric, example: Example) -> Ask:
    values = {name: example.terms.get(name, term.default) for name, term in metric.terms.items()}
    assert set(example.terms) <= set(metric.terms)
    wrong = {name: wrong for name, term in metric.terms.items() if (wrong := term.problem_with(values[name]))}
    assert wrong == {}
    return Ask("x", metric, {name: [Piece(EXAMPLE_MONTH.days, value, "")] for name, value in values.items()})


def columns_of(con: duckdb.DuckDBPyConnection, ask: Ask) -> dict[str, str]:
    """Return the columns of an item of the metric's population, joined ones too, with their types."""
    cut_off_at = datetime(2026, 11, 1, tzinfo=UTC)
    options = population_options(ask.metric, ask.terms)
    frame = Frame(EXAMPLE_MONTH.days, EXAMPLE_ZONE, cut_off_at, "true", "default", options)
    make_split_tables(con, frame)
    spoken = names_in([expression_sql(ask), ask.metric.amount or ""])
    rows = con.execute(
        f"DESCRIBE WITH population AS ({population_select(ask.population, frame)})"
        f" SELECT * FROM ({item_select(ask.population, frame, spoken)})"
    ).fetchall()
    return {name: kind for name, kind, *_ in rows}


def literal(fact: Fact, kind: str) -> str:
    if isinstance(fact, tuple):
        return f"CAST([{', '.join(map(quoted, fact))}] AS {kind})"
    return f"CAST({quoted(fact)} AS {kind})"


def lay_items(con: duckdb.DuckDBPyConnection, example: Example, columns: dict[str, str]) -> None:
    """Make the example's items a table: what it does not say of an item is NULL."""
    named = {*example.columns, *example.every}
    assert named <= set(columns), f"items of this population have no {named - set(columns)}"

    def row(item: ExampleItem) -> str:
        has = {"item_source": "made up", "item_id": item.item, "arrival_at": "2026-10-12 10:00:00+08"}
        facts: dict[str, Fact] = {**has, **example.every, **item.has}
        cells = [
            f"{literal(facts[name], kind) if name in facts else f'CAST(NULL AS {kind})'} AS {quoted(name)[1:-1]}"
            for name, kind in columns.items()
        ]
        return f"SELECT {', '.join(cells)}"

    con.execute(f"CREATE OR REPLACE TEMP TABLE made_up AS {' UNION ALL '.join(map(row, example.items))}")


def rows_of(ask: Ask) -> str:
    columns = ["false AS is_kept", "outside", "item_source", "item_id", "arrival_at"]
    return f"SELECT {', '.join([*columns, *ask_columns(ask.population, [ask])])} FROM made_up"


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_an_example_is_what_the_metrics_own_sql_says(con: duckdb.DuckDBPyConnection, key: str) -> None:
    metric, example = METRICS[key], EXAMPLES[key]
    ask = ask_of(metric, example)
    lay_items(con, example, columns_of(con, ask))
    amount = "x_amount" if metric.amount else "NULL"
    found = {
        item: (metric.states[code - 1], None if amount is None else decimal_text(amount))
        for item, code, amount in con.execute(f"SELECT item_id, x_state, {amount} FROM ({rows_of(ask)})").fetchall()
    }
    assert found == {item.item: (item.state, item.amount) for item in example.items}
    (tally,) = count_rows(con, lambda _: rows_of(ask), [ask], {"x": metric.states}, [])
    value = measured(metric, tally.counts, percentile=ask.percentile)
    numbers = (decimal_text(value.numerator), decimal_text(value.denominator), value.text)
    assert numbers == (example.numerator, example.denominator, example.value)


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_an_example_is_a_handful_and_shows_more_than_one_state(key: str) -> None:
    example = EXAMPLES[key]
    assert 2 <= len(example.items) <= 10
    assert len({item.item for item in example.items}) == len(example.items)
    assert len({item.state for item in example.items}) > 1
    assert example.about["zh"]
    assert example.about["en"]


def test_an_example_that_lies_is_found(con: duckdb.DuckDBPyConnection) -> None:
    """The walk itself: a call answered within its limit is not missed."""
    text = """
metric: phone.service_level@1
about: {zh: 甲, en: a}
all: {in_service_hours: "true"}
items: [{item: c1, has: {outcome: answered, wait_s: "8"}, state: missed, amount: "8"}]
then: {numerator: "0", denominator: "1", value: "0"}
"""
    example = parse_example(text, "a lie")
    ask = ask_of(METRICS[example.metric], example)
    lay_items(con, example, columns_of(con, ask))
    (code,) = con.execute(f"SELECT x_state FROM ({rows_of(ask)})").fetchall()[0]
    assert METRICS[example.metric].states[code - 1] == "met" != example.items[0].state
