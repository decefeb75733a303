"""From a stored row back to the line it came from, in the archived file, as it was read then."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.core.event import EVENT_TABLES, EventTable
from pipelines.core.problem import Problem, Refused
from pipelines.ingest.archive import Archive
from pipelines.sources.adapter import adapter_named
from pipelines.sources.mapping import Mapping as LogMapping
from pipelines.sources.parse_mapping import parse_mapping
from pipelines.sources.sql_text import name
from pipelines.sources.staging import Staged, stage
from pipelines.warehouse.store import Warehouse, lock_down

PEOPLE = ("agent_id", "member_id", "customer_id", "order_id")  # facts that say who somebody is


@dataclass(frozen=True)
class RawRecord:
    """A record of an archived file. ``line_no`` counts lines of a csv, rows of a sheet or elements of a JSON from 1.

    ``fields`` are the raw texts by their header's name; ``personal`` names those to mask for most readers, ``people``
    those that say who somebody is, by the fact that they give. ``text`` is the record as it stands there, all of it.
    """

    load_id: int
    file_name: str
    sha256: str
    line_no: int
    last_line_no: int
    text: str
    fields: dict[str, str]
    personal: frozenset[str]
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)


def find_raw(
    warehouse: Warehouse, load_id: int, table: str, key: str | Sequence[str], *, archive_key: bytes | None = None
) -> RawRecord:
    """Return the record that a load's row rests on; of several versions in one file the latest.

    ``table`` is an event table (``call`` or ``event_call``), ``key`` its natural key in the order of the table, or the
    first column's text alone when the others have their default.
    """
    wanted = _whole_key(_event(table), key)
    found = find_raw_many(warehouse, load_id, table, [wanted], archive_key=archive_key)[wanted]
    if not found:
        raise Refused(
            Problem(
                where=f"load {load_id}, {_event(table).table_name}",
                what=f"No record of this load has the key {' · '.join(wanted)}.",
                mend="Check the key, and which load its row names.",
                code="trace.no_record",
            )
        )
    return found[0]


def find_raw_many(
    warehouse: Warehouse,
    load_id: int,
    table: str,
    keys: Iterable[str | Sequence[str]],
    *,
    archive_key: bytes | None = None,
) -> dict[tuple[str, ...], list[RawRecord]]:
    """Return the records of many keys of one load, in one pass over its file; of a key the latest version first."""
    event = _event(table)
    wanted = [_whole_key(event, key) for key in keys]
    file_name, sha256, mapping = _load(warehouse, load_id)
    archive = Archive(warehouse.home.archive, archive_key)
    found: dict[tuple[str, ...], list[RawRecord]] = {key: [] for key in wanted}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:") as con:
        con.execute("SET TimeZone = 'UTC'")
        scratch = Path(folder)
        path = archive.plain(sha256, scratch, shown=file_name)
        lock_down(con, [path.parent, scratch])
        asked = dict(zip(_note_wanted(con, event, wanted), wanted, strict=True))
        staged = stage(con, mapping, path, shown=file_name, scratch=scratch, keys={event.name: "wanted"})
        spans = _spans(con, event, staged)
        texts = staged.texts({(first, last) for _, first, last in spans}) if spans else {}
    personal = mapping.personal_columns
    if mapping.adapter is not None:
        personal |= adapter_named(mapping.adapter, mapping.name).PERSONAL
    people = {fact: mapping.columns_behind(fact) for fact in PEOPLE}
    for key, first, last in spans:
        text, fields = texts[first]
        found[asked[key]].append(RawRecord(load_id, file_name, sha256, first, last, text, fields, personal, people))
    return found


# What an event's key names as an item, beside the event's own source: surveys and inspections speak of a contact.
ITEMS_OF = {
    "call": "SELECT source, call_id AS item FROM again",
    "chat": "SELECT source, session_id AS item FROM again",
    "mail": "SELECT source, thread_id AS item FROM again JOIN item_mail_link USING (source, message_id)",
    "case": "SELECT source, case_id AS item FROM again",
    "survey": "SELECT contact_source, contact_id FROM again JOIN event_survey USING (source, survey_id)",
    "inspection": "SELECT contact_source, contact_id FROM again JOIN event_inspection USING (source, inspection_id)",
}


def lay_delivered_again(warehouse: Warehouse, *, archive_key: bytes | None = None) -> int:
    """Lay out the items that some file delivers again word for word, in ``delivered_again``; return their number.

    What is delivered again is not stored, only counted: the archived files are read once more to tell which it was.
    """
    con = warehouse.con
    con.execute("CREATE OR REPLACE TEMP TABLE delivered_again (source VARCHAR, item VARCHAR)")
    loads = con.execute("SELECT load_id, source FROM load WHERE duplicates > 0 ORDER BY load_id").fetchall()
    archive = Archive(warehouse.home.archive, archive_key)
    for load_id, source in loads:
        file_name, sha256, mapping = _load(warehouse, load_id)
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            path = archive.plain(sha256, scratch, shown=file_name)
            staged = stage(con, mapping, path, shown=file_name, scratch=scratch)
            for table in staged.tables.values():
                if table.event.name in ITEMS_OF:
                    _note_again(con, table.event, table.relation, load_id, source)
    return int(con.execute("SELECT count(DISTINCT (source, item)) FROM delivered_again").fetchall()[0][0])


def _note_again(con: duckdb.DuckDBPyConnection, event: EventTable, relation: str, load_id: int, source: str) -> None:
    """Note the items of keys that stand more often in a file than its load stored."""
    keys = ", ".join(name(column.name) for column in event.key)
    con.execute(
        f"INSERT INTO delivered_again WITH delivered AS ("
        f" SELECT {keys}, count(*) AS n FROM {relation} WHERE fault = 0 GROUP BY ALL),"
        f" stored AS (SELECT {keys}, count(*) AS n FROM {event.table_name}"
        f" WHERE load_id = $load AND source = $source GROUP BY ALL),"
        f" again AS (SELECT $source AS source, delivered.* EXCLUDE (n) FROM delivered LEFT JOIN stored USING ({keys})"
        f" WHERE delivered.n > coalesce(stored.n, 0)) SELECT DISTINCT * FROM ({ITEMS_OF[event.name]})",
        {"load": load_id, "source": source},
    )


def _event(table: str) -> EventTable:
    return EVENT_TABLES[table.removeprefix("event_")]


def _whole_key(event: EventTable, key: str | Sequence[str]) -> tuple[str, ...]:
    given = (key,) if isinstance(key, str) else tuple(key)
    defaults = tuple(column.default or "" for column in event.key[len(given) :])
    return given + defaults


def _load(warehouse: Warehouse, load_id: int) -> tuple[str, str, LogMapping]:
    found = warehouse.con.execute(
        "SELECT file_name, sha256, m.name, m.text "
        "FROM load l JOIN mapping m ON m.fingerprint = l.mapping_sha256 WHERE load_id = ?",
        [load_id],
    ).fetchall()
    if not found:
        raise Refused(
            Problem(
                where=f"load {load_id}",
                what="There is no load of this number.",
                mend="`clausemeter loads` lists them.",
                code="trace.no_load",
            )
        )
    file_name, sha256, mapping_name, text = found[0]
    return file_name, sha256, parse_mapping(text, mapping_name)


def _note_wanted(
    con: duckdb.DuckDBPyConnection, event: EventTable, keys: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Make the relation `wanted` of keys; return them as the store would write them."""
    columns = ", ".join(f"{name(column.name)} {column.sql_type}" for column in event.key)
    con.execute(f"CREATE TEMP TABLE wanted ({columns})")
    con.executemany(f"INSERT INTO wanted VALUES ({', '.join('?' for _ in event.key)})", [list(key) for key in keys])
    return con.execute(f"SELECT {_key_texts(event)} FROM wanted ORDER BY rowid").fetchall()


def _key_texts(event: EventTable) -> str:
    return ", ".join(f"{name(column.name)}::VARCHAR" for column in event.key)


def _spans(con: duckdb.DuckDBPyConnection, event: EventTable, staged: Staged) -> list[tuple[tuple[str, ...], int, int]]:
    """Return (key, first line, last line) of what was found, of a key the latest version first."""
    tables = [table for table in staged.tables.values() if table.event == event]
    if not tables:
        return []
    keys = ", ".join(name(column.name) for column in event.key)
    columns = f"nth, rid, fault, record_at, {keys}"
    found = " UNION ALL ".join(f"SELECT {columns} FROM {table.relation}" for table in tables)
    rows = con.execute(
        f"SELECT line_no, last_line_no, {_key_texts(event)} "
        f"FROM ({found}) JOIN {staged.spans} USING (nth) "
        f"WHERE fault = 0 AND ({keys}) IN (SELECT ({keys}) FROM wanted) ORDER BY record_at DESC NULLS LAST, rid"
    ).fetchall()
    return [(tuple(key), first, last) for first, last, *key in rows]
