"""Events become items, again only where new events touch them.

An item (a call, a chat session, an email thread, a case cycle …) carries every instant and duration that a clock needs.
Each assembly is one SELECT over its events; what is kept in the warehouse and what a past instant knew differ only in
the events it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from string import Template

import duckdb

from pipelines.worktime.rows import sql_text


@dataclass(frozen=True)
class Assembly:
    """One kind of item: its table, the event table it is made of, and the columns that name an item."""

    table: str
    events: str
    key: tuple[str, ...]
    file: str


ASSEMBLIES = (Assembly("item_call", "event_call", ("source", "call_id"), "call.sql"),)


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define, for this session, the few functions that the SQL of items and metrics speaks."""
    con.execute(
        "CREATE OR REPLACE TEMP MACRO seconds_between(a, b) AS "
        "CAST(CAST(epoch_us(b) - epoch_us(a) AS DECIMAL(18, 0)) * 0.000001 AS DECIMAL(18, 6))"
    )
    con.execute(sql_text("macros").replace("CREATE OR REPLACE MACRO", "CREATE OR REPLACE TEMP MACRO"))


def _select(assembly: Assembly, events: str, touched: str) -> str:
    text = resources.files("pipelines.ingest.items").joinpath(assembly.file).read_text(encoding="utf-8")
    return Template(text).substitute(events=events, touched=touched)


def assemble(con: duckdb.DuckDBPyConnection, load_ids: Sequence[int]) -> None:
    """Make again the items that the events of these loads touch, and no others."""
    make_macros(con)
    ids = ", ".join(str(int(load_id)) for load_id in load_ids) or "NULL"
    for assembly in ASSEMBLIES:
        key = ", ".join(assembly.key)
        touched = f"(SELECT DISTINCT {key} FROM {assembly.events} WHERE load_id IN ({ids}))"
        select = _select(assembly, assembly.events, touched)
        con.execute(f"CREATE TABLE IF NOT EXISTS {assembly.table} AS {select} LIMIT 0")
        same = " AND ".join(f"{assembly.table}.{column} = touched.{column}" for column in assembly.key)
        con.execute(f"DELETE FROM {assembly.table} USING {touched} AS touched WHERE {same}")
        con.execute(f"INSERT INTO {assembly.table} BY NAME {select}")


def assembled_as_of(con: duckdb.DuckDBPyConnection, as_of: datetime) -> Iterator[str]:
    """Shadow each item table by what was loaded at ``as_of``, for this session; yield the tables' names."""
    make_macros(con)
    for assembly in ASSEMBLIES:
        key = ", ".join(assembly.key)
        known = f"(SELECT e.* FROM {assembly.events} e SEMI JOIN (SELECT load_id FROM load WHERE loaded_at <= $as_of) USING (load_id))"
        select = _select(assembly, known, f"(SELECT DISTINCT {key} FROM {assembly.events})")
        con.execute(f"CREATE OR REPLACE TEMP TABLE {assembly.table} AS {select}", {"as_of": as_of})
        yield assembly.table
