"""Items back to raw lines: which records an item is made of, and where each stands in its archived file."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.event import EVENT_TABLES
from pipelines.core.problem import Refused
from pipelines.ingest.trace import RawRecord, find_raw_many
from pipelines.metrics.declare import quoted
from pipelines.warehouse.store import Warehouse

MASK = "***"

# The events that items of a population are made of: table, and the SQL of the item's id in it.
EVENTS_OF: dict[str, tuple[tuple[str, str], ...]] = {
    "offered_call": (("call", "call_id"),),
    "chat_session": (("chat", "session_id"),),
    "chat_round": (("chat", "session_id"),),
    "email_thread": (("mail", "thread_id"),),
}


@dataclass(frozen=True)
class RawLine:
    """One record behind an item: the file, its lines, and the text, personal fields masked."""

    table: str
    load_id: int
    file_name: str
    sha256: str
    line_no: int
    last_line_no: int
    text: str
    fields: dict[str, str]
    personal: tuple[str, ...]
    loaded_at: str
    missing: str = ""

    def place(self) -> str:
        """Return file and line."""
        return f"{self.file_name}:{self.line_no}" if not self.missing else self.missing


def masked(record: RawRecord) -> tuple[str, dict[str, str]]:
    """Return a record's text and fields with what is personal replaced by stars.

    Fields stand in the text in their order; where one is not found there as it was read (quotes doubled, JSON), the
    text is written anew from the masked fields, so that nothing personal slips through.
    """
    fields = {name: MASK if name in record.personal and value else value for name, value in record.fields.items()}
    shown, rest = "", record.text
    for name, value in record.fields.items():
        before, found, rest_after = rest.partition(value)
        if value and not found:
            return " · ".join(f"{name}={text}" for name, text in fields.items()), fields
        if value:
            shown, rest = shown + before + fields[name], rest_after
    return shown + rest, fields


def raw_lines(
    warehouse: Warehouse, population: str, items: Sequence[tuple[str, str]], *, mask: bool = True, archive_key: bytes | None = None
) -> dict[tuple[str, str], list[RawLine]]:
    """Return the raw records of items (source, id), every version delivered, in order of load and line.

    One pass over each archived file. A file that is not there any more is said in the record's place, not raised: the
    figure stands, its proof is missing.
    """
    found: dict[tuple[str, str], list[RawLine]] = {item: [] for item in items}
    wanted: dict[tuple[int, str], dict[tuple[str, ...], set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    loaded: dict[int, str] = {}
    for table, item, load_id, loaded_at, key in _events(warehouse, population, items):
        wanted[load_id, table][key].add(item)
        loaded[load_id] = loaded_at
    for (load_id, table), keys in sorted(wanted.items()):
        try:
            records = find_raw_many(warehouse, load_id, table, list(keys), archive_key=archive_key)
        except Refused as refused:
            said = refused.problems[0]
            nothing = RawLine(table, load_id, "", "", 0, 0, "", {}, (), loaded[load_id], f"{said.where}: {said.what}")
            for key in keys:
                for item in keys[key]:
                    found[item].append(nothing)
            continue
        for key, versions in records.items():
            for record in versions:
                text, fields = masked(record) if mask else (record.text, record.fields)
                line = RawLine(
                    table, load_id, record.file_name, record.sha256, record.line_no, record.last_line_no,
                    text, fields, tuple(sorted(record.personal)), loaded[load_id],
                )  # fmt: skip
                for item in keys[key]:
                    found[item].append(line)
    return {item: sorted(set_of(lines), key=lambda r: (r.load_id, r.line_no)) for item, lines in found.items()}


def set_of(lines: Sequence[RawLine]) -> list[RawLine]:
    """Return each line once."""
    return list({(line.load_id, line.table, line.line_no, line.missing): line for line in lines}.values())


def _events(
    warehouse: Warehouse, population: str, items: Sequence[tuple[str, str]]
) -> list[tuple[str, tuple[str, str], int, str, tuple[str, ...]]]:
    """Return (table, item, load, when loaded, key) of every event of the items."""
    if not items:
        return []
    rows: list[tuple[str, tuple[str, str], int, str, tuple[str, ...]]] = []
    by_id = {(source, event_id(population, item_id)): (source, item_id) for source, item_id in items}
    values = ", ".join(f"({quoted(source)}, {quoted(item_id)})" for source, item_id in by_id)
    for table, id_sql in EVENTS_OF[population]:
        event = EVENT_TABLES[table]
        keys = ", ".join(f'CAST(e."{column.name}" AS VARCHAR)' for column in event.key)
        link = f"e.{id_sql}"
        join = ""
        if table == "mail":
            join = "JOIN item_mail_link l ON l.source = e.source AND l.message_id = e.message_id"
            link = "l.thread_id"
        result: list[Any] = warehouse.con.execute(
            f"SELECT e.source, {link}, e.load_id, CAST(load.loaded_at AS VARCHAR), {keys} FROM {event.table_name} e {join}"
            f" JOIN (VALUES {values}) AS wanted(source, id) ON wanted.source = e.source AND wanted.id = {link}"
            " JOIN load ON load.load_id = e.load_id"
        ).fetchall()
        rows += [(table, by_id[source, item], load, at, tuple(key)) for source, item, load, at, *key in result]
    return rows


def event_id(population: str, item_id: str) -> str:
    """Return the id that an item's events bear: a round's are those of its session."""
    return item_id.rpartition("#")[0] if population == "chat_round" else item_id


