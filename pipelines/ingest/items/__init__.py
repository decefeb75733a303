"""Events become items, again only where new events touch them.

An item (a call, a chat session, an email thread, a case cycle …) carries every instant and duration that a clock needs.
Each assembly is one SELECT over its events; what is kept in the warehouse and what a past instant knew differ only in
the events it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from string import Template

import duckdb

from pipelines.core.canonical import sha256_hex
from pipelines.core.event import EVENT_TABLES
from pipelines.ingest.items.threads import LINKS, link_mails
from pipelines.worktime.rows import sql_text


@dataclass(frozen=True)
class Assembly:
    """One kind of item: its table, the event table it is made of, the columns that name an item, and its SQL."""

    table: str
    events: str
    key: tuple[str, ...]
    file: str
    event_key: tuple[str, ...]


ASSEMBLIES = (
    Assembly("item_call", "event_call", ("source", "call_id"), "call.sql", ("source", "call_id", "leg_id")),
    Assembly(
        "item_session", "event_chat", ("source", "session_id"), "session.sql", ("source", "session_id", "event_id")
    ),
    Assembly("item_round", "event_chat", ("source", "session_id"), "round.sql", ("source", "session_id", "event_id")),
    Assembly("item_thread", "event_mail", ("source", "thread_id"), "thread.sql", ("source", "message_id")),
    Assembly("item_case", "event_case", ("source", "case_id"), "case.sql", ("source", "case_id", "event_id")),
    Assembly("item_survey", "event_survey", ("source", "survey_id"), "survey.sql", ("source", "survey_id")),
    Assembly(
        "item_inspection",
        "event_inspection",
        ("source", "inspection_id"),
        "inspection.sql",
        ("source", "inspection_id"),
    ),
)

# What the SQL of items and metrics speaks beside DuckDB's own functions.
MACROS = (
    "seconds_of_us(us) AS CAST(CAST(us AS DECIMAL(18, 0)) * 0.000001 AS DECIMAL(18, 6))",
    "seconds_between(a, b) AS seconds_of_us(epoch_us(b) - epoch_us(a))",
    # the first line of a person after the question; at one instant the sequence number decides, else it is an answer
    """first_answer(lines, asked, left_at) AS list_filter(lines, lambda line:
         (line.typed_at > asked.asked_at OR (line.typed_at = asked.asked_at AND coalesce(line.seq > asked.seq, true)))
         AND coalesce(line.typed_at <= left_at, true))[1]""",
    # the line that follows the question by its number bears an earlier time
    """is_answered_before(lines, asked) AS coalesce(list_aggregate(list_transform(
         list_filter(lines, lambda line: line.seq > asked.seq),
         lambda line: {'seq': line.seq, 'typed_at': line.typed_at}), 'min').typed_at < asked.asked_at, false)""",
)


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define, for this session, the few functions that the SQL of items and metrics speaks."""
    for macro in MACROS:
        con.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    con.execute(sql_text("macros").replace("CREATE OR REPLACE MACRO", "CREATE OR REPLACE TEMP MACRO"))


def latest_versions(assembly: Assembly, events: str) -> str:
    """Return the SELECT of each event's latest version, with ``contradicting``.

    Of contradicting deliveries the later record stamp counts; the same stamp twice (or none) is no decision, and the
    one that stands for them is chosen by content, so that no order of loading shows. Nearly every event comes once:
    those pass straight through, only the others are sorted out.
    """
    key = ", ".join(assembly.event_key)
    content = ", ".join(f'"{column.name}"' for column in EVENT_TABLES[assembly.events.removeprefix("event_")].facts)
    return (
        f"WITH event AS ({events}), several AS (SELECT {key} FROM event GROUP BY {key} HAVING count(*) > 1)\n"
        f"SELECT *, false AS contradicting FROM event ANTI JOIN several USING ({key})\n"
        "UNION ALL BY NAME\n"
        f"SELECT *, count(*) OVER (PARTITION BY {key}, record_at) > 1 AS contradicting\n"
        f"FROM event SEMI JOIN several USING ({key})\n"
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY record_at DESC NULLS LAST, {content}, load_id) = 1"
    )


def _select(assembly: Assembly, events: str) -> str:
    text = resources.files("pipelines.ingest.items").joinpath(assembly.file).read_text(encoding="utf-8")
    return Template(text).substitute(latest=latest_versions(assembly, events))


@lru_cache(maxsize=1)
def assembly_digest() -> str:
    """Return the digest of everything that says how items are made."""
    folder = resources.files("pipelines.ingest.items")
    texts = [folder.joinpath(assembly.file).read_text(encoding="utf-8") for assembly in ASSEMBLIES]
    return sha256_hex("\n".join([*texts, *MACROS]).encode())


def pending_loads(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the loads whose events are not in the items yet, or only as an earlier release made them."""
    known = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'assembled_load'").fetchall()[0][0]
    done = f"ANTI JOIN (SELECT load_id FROM assembled_load WHERE digest = '{assembly_digest()}') USING (load_id)"
    rows = con.execute(f"SELECT load_id FROM load {done if known else ''} ORDER BY load_id").fetchall()
    return [row[0] for row in rows]


def assemble(con: duckdb.DuckDBPyConnection, load_ids: Sequence[int]) -> None:
    """Make again the items that the events of these loads touch, and no others; whole, or not at all.

    Items that an earlier release made are made anew, all of them.
    """
    con.execute("BEGIN")
    try:
        _assemble(con, _from_scratch(con, load_ids))
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise


def _from_scratch(con: duckdb.DuckDBPyConnection, load_ids: Sequence[int]) -> list[int]:
    """Drop the items of an earlier release, if there are any; return the loads to assemble."""
    con.execute("CREATE TABLE IF NOT EXISTS assembled_load (load_id INTEGER NOT NULL, digest VARCHAR NOT NULL)")
    others = f"SELECT count(*) FROM assembled_load WHERE digest <> '{assembly_digest()}'"
    ids = [int(load_id) for load_id in load_ids]
    if con.execute(others).fetchall()[0][0]:
        for table in ("item_mail_link", *(assembly.table for assembly in ASSEMBLIES)):
            con.execute(f"DROP TABLE IF EXISTS {table}")
        con.execute("DELETE FROM assembled_load")
        ids = sorted({*ids, *(row[0] for row in con.execute("SELECT load_id FROM load").fetchall())})
    return ids


def _assemble(con: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> None:
    make_macros(con)
    listed = ", ".join(map(str, ids)) or "NULL"
    con.execute(f"CREATE TABLE IF NOT EXISTS {LINKS}")
    new_mails = con.execute(f"SELECT count(*) FROM event_mail WHERE load_id IN ({listed})").fetchall()[0][0]
    before = link_mails(con, "event_mail", ids) if new_mails else link_mails(con, "event_mail", [])
    for assembly in ASSEMBLIES:
        key = ", ".join(assembly.key)
        if assembly.table == "item_thread":
            # threads of the new mails, by their old names and by their new ones
            touched = f"(SELECT source, thread_id FROM {before})"
            mails = f"SELECT source, message_id FROM item_mail_link SEMI JOIN {before} USING (source, thread_id)"
            events = f"SELECT * FROM event_mail SEMI JOIN ({mails}) USING (source, message_id)"
        else:
            touched = f"(SELECT DISTINCT {key} FROM {assembly.events} WHERE load_id IN ({listed}))"
            events = f"SELECT * FROM {assembly.events} SEMI JOIN {touched} USING ({key})"
        select = _select(assembly, events)
        con.execute(f"CREATE TABLE IF NOT EXISTS {assembly.table} AS {select} LIMIT 0")
        same = " AND ".join(f"{assembly.table}.{column} = touched.{column}" for column in assembly.key)
        con.execute(f"DELETE FROM {assembly.table} USING {touched} AS touched WHERE {same}")
        con.execute(f"INSERT INTO {assembly.table} BY NAME {select}")
    con.execute(f"DELETE FROM assembled_load WHERE load_id IN ({listed})")
    con.execute(f"INSERT INTO assembled_load SELECT unnest([{listed}]), '{assembly_digest()}'" if ids else "SELECT 1")


def assembled_as_of(con: duckdb.DuckDBPyConnection, as_of: datetime) -> Iterator[str]:
    """Shadow loads, events and items by what was loaded at ``as_of``, for this session; yield the items' tables.

    Whatever is asked of the store in this session, by the plain names of its tables, is then answered as of that
    instant: items, the roster, the last instant that a log speaks of, the list of loads.
    """
    make_macros(con)
    store = con.execute("SELECT current_database()").fetchall()[0][0]
    at = f"TIMESTAMPTZ '{as_of.isoformat(sep=' ')}'"
    con.execute(f'CREATE OR REPLACE TEMP VIEW load AS SELECT * FROM "{store}".main.load WHERE loaded_at <= {at}')
    for event in EVENT_TABLES.values():
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {event.table_name} AS"
            f' SELECT * FROM "{store}".main.{event.table_name} SEMI JOIN load USING (load_id)'
        )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {LINKS}")
    link_mails(con, "event_mail", None)
    for assembly in ASSEMBLIES:
        select = _select(assembly, f"SELECT * FROM {assembly.events}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE {assembly.table} AS {select}")
        yield assembly.table


def split_sessions(con: duckdb.DuckDBPyConnection, after_min: Decimal) -> None:
    """Make the chat items of sessions split by so many minutes of silence."""
    raise NotImplementedError(after_min)
