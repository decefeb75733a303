"""The rows that judge a metric, gathered once: what its expressions read of every item, and the state agreed for it.

Judges: ``cases`` (tests/cases, its YAML), ``example`` (the metric's worked example) and ``reference`` (the worlds
that tests/reference draws; with more of them by CLAUSEMETER_WORLDS). A term stands beside the item as a column of its
own, so that one table holds the rows of all terms and an expression is evaluated as it is written.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.ingest.items import make_macros
from pipelines.metrics.compose import Ask, dated_literal, scan_select
from pipelines.metrics.declare import Metric, Term, installed_metrics, metric_named
from pipelines.metrics.example import installed_examples
from pipelines.metrics.frame import Frame
from pipelines.runs.states import make_split_tables
from tests.cases import small_worlds
from tests.cases import test_chat_and_email_cases as chat_and_email
from tests.cases import test_item_cases as item_cases
from tests.cases import test_phone_cases as phone
from tests.ingest.items.small_logs import Office, at
from tests.metrics import hand_made_calls, hand_made_items, test_examples
from tests.mutation.expressions import columns_of
from tests.reference import reference, test_reference
from tests.reference.log import World
from tests.reference.product import Product, product
from tests.reference.question import Question

Con = duckdb.DuckDBPyConnection
# What a judge says of an item: its name in the relation, the state, and whether its amount is judged too.
Said = Mapping[Any, tuple[str, bool]]


def names_read(metric: Metric) -> tuple[str, ...]:
    """Return what the metric's expressions read: its state's, and its amount's."""
    return tuple(sorted({*columns_of(metric.sql), *columns_of(metric.amount or "1")}))


def term_column(term: Term, ask: Ask) -> str:
    """Return a term's value as a typed column."""
    kind = "VARCHAR" if term.choices else "VARCHAR[]" if term.unit == "list" else "DECIMAL(18, 6)"
    return f"CAST({dated_literal(term, ask.terms[term.name])} AS {kind}) AS {term.name}"


def read_columns(ask: Ask, known: Sequence[str] | None = None) -> list[str]:
    """Return the columns that the expressions read; a name that the relation does not know is NULL."""
    return [
        term_column(ask.metric.terms[name], ask)
        if name in ask.metric.terms
        else name
        if known is None or name in known
        else f"NULL AS {name}"
        for name in names_read(ask.metric)
    ]


class Universe:
    """A table a metric: its rows, by whom they are judged, and the state that is expected."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("SET threads = 1")
        make_macros(self.con)
        self.made: set[str] = set()

    @staticmethod
    def table(metric: Metric) -> str:
        """Return the name of the metric's table."""
        return "rows_" + metric.key.partition("@")[0].replace(".", "_")

    def add(self, con: Con, select: str, ask: Ask, judge: str, said: Said, bound: Sequence[Any] = ()) -> None:
        """Keep the rows of a SELECT that the judge says something of; ``item_name`` names each."""
        rows = con.execute(select, list(bound)).fetch_arrow_table()
        names = [tuple(name.values()) if isinstance(name, dict) else name for name in rows["item_name"].to_pylist()]
        expected = [said.get(name, (None, False)) for name in names]
        kept = rows.select(names_read(ask.metric))
        kept = kept.append_column("expected", pa.array([state for state, _ in expected], pa.string()))
        kept = kept.append_column("is_amount_judged", pa.array([amount for _, amount in expected], pa.bool_()))
        table = self.table(ask.metric)
        chosen = f"SELECT '{judge}' AS judge, * FROM kept WHERE expected IS NOT NULL"
        if table in self.made:
            self.con.execute(f"INSERT INTO {table} BY NAME {chosen}")
        else:  # the first rows are the example's: their columns have the population's types
            self.con.execute(f"CREATE TABLE {table} AS {chosen}")
            self.made.add(table)


def gather() -> Universe:
    """Return the rows of every judge."""
    universe = Universe()
    add_examples(universe)
    add_calls(universe)
    add_chats_and_mails(universe)
    add_small_worlds(universe)
    add_reference(universe)
    for metric in installed_metrics().values():
        table = universe.table(metric)
        universe.con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT DISTINCT * FROM {table}")
    return universe


def add_examples(universe: Universe) -> None:
    """Add the items of the worked examples, and those of item_states.yaml."""
    with tempfile.TemporaryDirectory() as folder, test_examples.empty_store(Path(folder)) as con:
        for key, example in installed_examples().items():
            ask = test_examples.ask_of(metric_named(key), example)
            test_examples.lay_items(con, example, test_examples.columns_of(con, ask))
            said: Said = {item.item: (item.state, True) for item in example.items}
            select = f"SELECT {', '.join([*read_columns(ask), 'item_id AS item_name'])} FROM made_up"
            universe.add(con, select, ask, "example", said)
        for case in item_cases.item_cases():  # their columns have the population's types too
            ask = item_cases.laid(con, case)
            select = f"SELECT {', '.join([*read_columns(ask), 'item_id AS item_name'])} FROM made_up"
            universe.add(con, select, ask, "cases", {"one": (case.state, case.amount is not None)})


def add_calls(universe: Universe) -> None:
    """Add the calls of phone_states.yaml."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for case in phone.cases("phone_states.yaml"):
            then = phone.said_of(case)
            level = then.pop("service_level")
            then |= level if isinstance(level, dict) else dict.fromkeys(phone.FORMULAS, level)
            for name, state in then.items():
                key, terms = phone.ASKED[name]
                metric = metric_named(key)
                known = {term: text for term, text in case.get("terms", {}).items() if term in metric.terms}
                hand_made_calls.states(con, key, [phone.call_of(case["call"])], {**terms, **known})
                ask = Ask("x", metric, hand_made_calls.pieces_of(key, {**terms, **known}))
                select = (
                    f"SELECT {', '.join(read_columns(ask, tuple(hand_made_calls.COLUMNS)))}, 0 AS item_name FROM call"
                )
                universe.add(con, select, ask, "cases", {0: (state, False)})


def add_chats_and_mails(universe: Universe) -> None:
    """Add the sessions, rounds and threads of chat_states.yaml and email_states.yaml."""
    with duckdb.connect() as con:
        make_macros(con)
        con.execute("SET TimeZone = 'UTC'")
        for case in chat_and_email.cases():
            kind = chat_and_email.kind_of(case)
            for name, state in case["then"].items():
                ask = hand_made_items.asked(f"{chat_and_email.KINDS[kind][0]}.{name}@1", case.get("terms") or {})
                population = ask.metric.population
                columns = read_columns(ask, tuple(hand_made_items.COLUMNS[population]))
                select = f"SELECT {', '.join(columns)}, 0 AS item_name FROM ({hand_made_items.item_sql(population)})"
                bound = [case[kind].get(given) for given in hand_made_items.GIVEN[population]]
                universe.add(con, select, ask, "cases", {0: (state, False)}, bound)


def scan(frame: Frame, ask: Ask, name: str) -> str:
    """Return a SELECT of what the expressions read, of the items that are in the population."""
    columns = [*read_columns(ask), "outside", f"{name} AS item_name"]
    return f"SELECT * FROM ({scan_select(ask.population, frame, [ask], columns)}) WHERE outside IS NULL"


def add_small_worlds(universe: Universe) -> None:
    """Add the items of the small worlds of contact_states.yaml and case_states.yaml."""
    worlds = [
        *small_worlds.worlds_of("contact_states.yaml"),
        *small_worlds.worlds_of("case_states.yaml"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "office")
        small_worlds.load_worlds(office, worlds)
        for number, world in enumerate(worlds):
            said: dict[str, tuple[str, bool]] = {}
            for name, state in world["then"].items():
                kind, _, amount = state.rpartition(" ")
                is_case, _, own = name.rpartition(":") if name.startswith("case:") else ("", "", name)
                full = f"{is_case and 'case:'}{number}.{own}"
                said[full] = (kind, True) if amount.isdigit() else (state, False)
            cut_off_at = at(small_worlds.moment(world["cut_off"])) if "cut_off" in world else None
            with office.asked(
                world["metric"],
                terms=world.get("terms", {}),
                calendars=world.get("hours", small_worlds.HOURS),
                cut_off_at=cut_off_at,
                scope=small_worlds.scope_of(world),
            ) as (con, frame, ask):
                universe.add(con, scan(frame, ask, "item_id"), ask, "cases", said)


def add_reference(universe: Universe) -> None:
    """Add the items of the worlds that tests/reference draws: the same test is run, its comparison put off."""

    def keep(store: Product, world: World, question: Question) -> list[str]:
        agreed = [(day, dict(values)) for day, values in question.pieces]
        mine = reference.states(world, question.metric, agreed)
        frame, ask = store.asked(world, question.metric, question.spans(world.until))
        make_split_tables(store.con, frame)
        has_amounts = reference.METRICS[question.metric].kind in (
            "mean",
            "percentile",
            "time share",
            "count",
            "minutes",
            "ratio",
        )
        said: Said = {item: (state, has_amounts) for item, (state, _) in mine.items()}
        name = "{'source': item_source, 'id': item_id}"
        universe.add(store.con, scan(frame, ask, name), ask, "reference", said)
        return []

    with pytest.MonkeyPatch.context() as patch, product() as store:
        patch.setattr(test_reference, "differences", keep)
        for channel in test_reference.CHANNELS:
            test_reference.test_states_and_values_are_those_of_the_reference(store=store, channel=channel)
