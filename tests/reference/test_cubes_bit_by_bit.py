"""Cubes brought up to date bit by bit are as counted anew, in random worlds that come in random pieces."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from pipelines.ingest.items import assemble
from pipelines.metrics.declare import Metric, installed_metrics
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.cubes import cube_tables, refresh_in
from pipelines.runs.states import prepare
from pipelines.warehouse.canonical import create_all
from tests.reference.log import Event
from tests.reference.product import Product
from tests.reference.worlds import chat_worlds, contact_worlds, email_worlds, phone_worlds

WORLDS = int(os.environ.get("CLAUSEMETER_WORLDS", "3"))
KINDS = {"phone": phone_worlds(), "chat": chat_worlds(), "email": email_worlds(), "contact": contact_worlds()}
CHANNELS = {"contact": ("contact", "case", "quality")}
NOW = datetime(2030, 1, 1, tzinfo=UTC)
HEAD = """
contract: cubes
title: {zh: 立方, en: Cubes}
operator: {id: op, zh: 甲, en: Operator}
vendor: {id: ve, zh: 乙, en: Vendor}
term: {from: 2026-09-01, until: 2027-02-01}
zone: Asia/Shanghai
currency: CNY
tax: {rate: 6%}
calendars:
  default:
    - {since: 2026-01-01, decided: 2025-12-01, by: "1", weekly: {mon-fri: ["09:00-12:00", "13:00-18:00"]}, holidays: cn,
       on_holidays: closed}
fees:
  - {id: monthly, clause: "9", form: fixed, amount: 100000.00}
caps:
  - {id: all, clause: "10", kinds: [kpi], rate: 50%}
indicators:
"""
# Beside each metric's defaults: the readings that look elsewhere than at the item's own day.
READINGS: dict[str, dict[str, str]] = {
    "phone.connect_rate": {"retries_merge_min": "60"},
    "phone.service_level": {"period_by": "end"},
    "chat.first_response": {"grain": "customer_day", "split_after_min": "30"},
    "chat.round_within": {"period_by": "due"},
    "email.reply_within_days": {"period_by": "end"},
    "contact.on_the_spot": {"evidence": "no_repeat"},
    "contact.follow_up": {"period_by": "due"},
    "contact.complaint_rate": {"by": "contact"},
    "case.within": {"period_by": "due"},
}


def indicator(name: str, metric: Metric, terms: dict[str, str]) -> str:
    said = "".join(f", {term}: '{value}'" for term, value in terms.items() if term in metric.terms)
    return (
        f"  - {{id: {name}, clause: '1', text: {{zh: 甲, en: A}}, metric: {metric.key}, class: report_only,"
        f" terms: {{{said.removeprefix(', ')}}}}}\n"
    )


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ReadContract]:
    return {kind: contract_of(kind, tmp_path_factory.mktemp("contract")) for kind in KINDS}


def contract_of(kind: str, folder: Path) -> ReadContract:
    """A contract of the metrics that these worlds are made for."""
    asked = {key: m for key, m in installed_metrics().items() if m.channel in CHANNELS.get(kind, (kind,))}
    text = HEAD
    for number, (key, metric) in enumerate(asked.items()):
        text += indicator(f"m{number}", metric, {})
        if key.partition("@")[0] in READINGS:
            text += indicator(f"m{number}_too", metric, READINGS[key.partition("@")[0]])
    path = folder / "contract.yaml"
    path.write_text(text, encoding="utf-8")
    return usable_contract(str(path))


@pytest.fixture(scope="module")
def stores() -> Iterator[tuple[Product, Product]]:
    made = Product(), Product()
    yield made
    for one in made:
        one.con.close()


def emptied(store: Product) -> duckdb.DuckDBPyConnection:
    for (table,) in store.con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
    ).fetchall():
        store.con.execute(f"DROP TABLE {table}")
    for statement in create_all():
        store.con.execute(statement)
    return store.con


def put(store: Product, table: str, events: list[Event], load_id: int) -> None:
    for event in events:
        columns = [c for c in store.columns[f"event_{table}"] if c in event]
        listed = ", ".join(f'"{column}"' for column in columns)
        store.con.execute(
            f"INSERT INTO event_{table} ({listed}) VALUES ({', '.join('?' * len(columns))})",
            [load_id if column == "load_id" else event[column] for column in columns],
        )


def kept(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    rows = [name for (name,) in con.execute("SELECT DISTINCT rows FROM cube_rows_in ORDER BY rows").fetchall()]
    there = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    tables = [*cube_tables(), "cube_rows_in", *(name for name in rows if name in there)]  # groups of items keep no rows
    return {table: con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables}


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    derandomize=WORLDS <= 100,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_bit_by_bit_they_are_as_counted_anew(
    stores: tuple[Product, Product], contracts: dict[str, ReadContract], kind: str, data: st.DataObject
) -> None:
    world = data.draw(KINDS[kind])
    assume(world.since.year == 2026 and world.since.month >= 9)  # the contract's term
    pieces, dice = 3, Random(data.draw(st.integers(0, 10**6)))
    bit_by_bit, anew = (emptied(store) for store in stores)
    piece_of = {table: [dice.randint(1, pieces) for _ in events] for table, events in world.events.items()}
    for piece in range(1, pieces + 1):
        for table, events in world.events.items():
            mine = [event for event, of in zip(events, piece_of[table], strict=True) if of == piece]
            put(stores[0], table, mine, piece)
        assemble(bit_by_bit, [piece])
        prepare(bit_by_bit)
        refresh_in(bit_by_bit, contracts[kind], now=NOW)
    for table, events in world.events.items():
        for event, piece in zip(events, piece_of[table], strict=True):
            put(stores[1], table, [event], piece)
    assemble(anew, list(range(1, pieces + 1)))
    prepare(anew)
    refresh_in(anew, contracts[kind], now=NOW)
    ours, theirs = kept(bit_by_bit), kept(anew)
    assert ours.keys() == theirs.keys()
    for table in ours:
        gone, extra = set(theirs[table]) - set(ours[table]), set(ours[table]) - set(theirs[table])
        assert not gone, (table, sorted(gone)[:3], sorted(extra)[:3])
        assert ours[table] == theirs[table]
