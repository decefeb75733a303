"""Items back to raw lines: which records an item is made of, and where each stands in its archived file."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.event import EVENT_TABLES
from pipelines.core.problem import Refused
from pipelines.ingest.trace import RawRecord, find_raw_many
from pipelines.metrics.declare import quoted
from pipelines.runs.sight import WHOLE, Own, Sight
from pipelines.warehouse.store import Warehouse

MASK = "***"


@dataclass(frozen=True)
class Events:
    """Events that an item rests on: their table, the column that bears the item's id, and whether it is named there.

    Where no column bears it, ``link`` is what the id is made of.

    ``names_contact``: the event is of another log (a case, a survey, an inspection) and names the contact it is about.
    """

    table: str
    link: str
    names_contact: bool = False


OF_CONTACT = (Events("call", "call_id"), Events("chat", "session_id"), Events("mail", "thread_id"))
CASE_OF_CONTACT = Events("case", "contact_id", names_contact=True)
SURVEY_OF_CONTACT = Events("survey", "contact_id", names_contact=True)
EVENTS_OF: dict[str, tuple[Events, ...]] = {
    "offered_call": OF_CONTACT[:1],
    "call_leg": (Events("call", "call_id || '#' || e.leg_id"),),
    "handled_call": OF_CONTACT[:1],
    "silence": OF_CONTACT[:1],
    "delivered_log": (),  # thousands of lines, and those that never came
    "shift": (Events("attendance", "agent_id || '#' || e.shift_id"),),
    "agent_state": (Events("agent_state", "agent_id || '#' || epoch_us(e.since_at)"),),
    "chat_session": OF_CONTACT[1:2],
    "chat_round": OF_CONTACT[1:2],
    "email_thread": OF_CONTACT[2:],
    "email_question": OF_CONTACT[2:],
    "flagged_case": (Events("case", "case_id"),),
    "handled_contact": (*OF_CONTACT, CASE_OF_CONTACT),
    "counted_contact": OF_CONTACT,
    "asked_contact": (*OF_CONTACT, CASE_OF_CONTACT, SURVEY_OF_CONTACT),
    "next_contact": OF_CONTACT,
    "repeated_contact": (*OF_CONTACT, CASE_OF_CONTACT, SURVEY_OF_CONTACT),
    "case_cycle": (Events("case", "case_id"),),
    "resolved_case": (Events("case", "case_id"),),
    "complaint_and_contact": (*OF_CONTACT, Events("case", "case_id")),
    "surveyed_contact": (SURVEY_OF_CONTACT, *OF_CONTACT),
    "inspected_contact": (Events("inspection", "contact_id", names_contact=True), *OF_CONTACT),
    "sampled_contact": (*OF_CONTACT, Events("inspection", "contact_id", names_contact=True)),
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


def masked(record: RawRecord, personal: frozenset[str] | None = None) -> tuple[str, dict[str, str]]:
    """Return a record's text and fields with what is personal replaced by stars.

    Fields stand in the text in their order; where one is not found there as it was read (quotes doubled, JSON), the
    text is written anew from the masked fields, so that nothing personal slips through.
    """
    hidden = record.personal if personal is None else personal
    fields = {name: MASK if name in hidden and value else value for name, value in record.fields.items()}
    shown, rest = "", record.text
    for name, value in record.fields.items():
        if not value:
            continue
        before, found, after = rest.partition(value)
        if not found:
            return " · ".join(f"{name}={text}" for name, text in fields.items()), fields
        shown, rest = shown + before + fields[name], after
    return shown + rest, fields


def raw_lines(
    warehouse: Warehouse,
    population: str,
    items: Sequence[tuple[str, str]],
    *,
    mask: bool = True,
    sight: Sight = WHOLE,
    own: Own | None = None,
    archive_key: bytes | None = None,
) -> dict[tuple[str, str], list[RawLine]]:
    """Return the raw records of items (source, id), every version delivered, in order of load and line.

    Whom the sight masks is masked beside what is personal; ``own``: of other queues and agents nothing.

    One pass over each archived file. A file that is not there any more is said in the record's place, not raised: the
    figure stands, its proof is missing.
    """
    found: dict[tuple[str, str], list[RawLine]] = {item: [] for item in items}
    wanted: dict[tuple[int, str], dict[tuple[str, ...], set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    loaded: dict[int, str] = {}
    for table, item, load_id, loaded_at, key in events_of(warehouse, population, items, own):
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
                personal = record.personal | sight.masked_columns(record.people)
                text, fields = masked(record, personal) if mask else (record.text, record.fields)
                line = RawLine(
                    table, load_id, record.file_name, record.sha256, record.line_no, record.last_line_no,
                    text, fields, tuple(sorted(personal)), loaded[load_id],
                )  # fmt: skip
                for item in keys[key]:
                    found[item].append(line)
    return {item: sorted(set_of(lines), key=lambda r: (r.load_id, r.line_no)) for item, lines in found.items()}


def set_of(lines: Sequence[RawLine]) -> list[RawLine]:
    """Return each line once."""
    return list({(line.load_id, line.table, line.line_no, line.missing): line for line in lines}.values())


def events_of(
    warehouse: Warehouse, population: str, items: Sequence[tuple[str, str]], own: Own | None = None
) -> list[tuple[str, tuple[str, str], int, str, tuple[str, ...]]]:
    """Return (table, item, load, when loaded, key) of every event of the items."""
    if not items:
        return []
    rows: list[tuple[str, tuple[str, str], int, str, tuple[str, ...]]] = []
    by_id: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for source, item_id in items:
        by_id[source, event_id(population, item_id)].append((source, item_id))
    values = ", ".join(f"({quoted(source)}, {quoted(item_id)})" for source, item_id in by_id)
    for events in EVENTS_OF[population]:
        event = EVENT_TABLES[events.table]
        keys = ", ".join(f'CAST(e."{column.name}" AS VARCHAR)' for column in event.key)
        link, join, at = f"e.{events.link}", "", "e.source"
        if events.names_contact:
            at = "coalesce(e.contact_source, wanted.source)"
        elif events.table == "mail":
            join, link = "JOIN item_mail_link l ON l.source = e.source AND l.message_id = e.message_id", "l.thread_id"
        found: list[Any] = warehouse.con.execute(
            f"SELECT wanted.source, {link}, e.load_id, CAST(load.loaded_at AS VARCHAR), {keys}"
            f" FROM {event.table_name} e {join}"
            f" JOIN (VALUES {values}) AS wanted(source, id) ON wanted.id = {link} AND wanted.source = {at}"
            " JOIN load ON load.load_id = e.load_id"
            + (f" WHERE {own.condition([column.name for column in event.columns], 'e.')}" if own is not None else "")
        ).fetchall()
        rows += [
            (events.table, item, load, loaded_at, tuple(key))
            for source, named, load, loaded_at, *key in found
            for item in by_id[source, named]
        ]
    return rows


def event_id(population: str, item_id: str) -> str:
    """Return the id that an item's events bear: a round's are those of its session, a question's of its thread.

    A state's is the same on all its days, a case's in all its cycles.
    """
    if population == "complaint_and_contact":
        return item_id.removeprefix("case:")
    is_part = population in ("chat_round", "email_question", "agent_state", "case_cycle", "resolved_case")
    return item_id.rpartition("#")[0] if is_part else item_id
