"""Events become items, again only where new events touch them.

An item (a call, a chat session, an email thread, a case cycle …) carries every instant and duration that a clock needs.
Each assembly is one SELECT over its events; what is kept in the warehouse and what a past instant knew differ only in
the events it is given.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from string import Template

import duckdb

from pipelines.core.canonical import sha256_hex
from pipelines.core.event import EVENT_TABLES
from pipelines.ingest.items.changes import begin_changes, note_changes, note_roster
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
    Assembly("item_question", "event_mail", ("source", "thread_id"), "question.sql", ("source", "message_id")),
    Assembly("item_case", "event_case", ("source", "case_id"), "case.sql", ("source", "case_id", "event_id")),
    Assembly("item_survey", "event_survey", ("source", "survey_id"), "survey.sql", ("source", "survey_id")),
    Assembly(
        "item_inspection",
        "event_inspection",
        ("source", "inspection_id"),
        "inspection.sql",
        ("source", "inspection_id"),
    ),
    Assembly(
        "item_agent_state",
        "event_agent_state",
        ("source", "agent_id", "since_at"),
        "agent_state.sql",
        ("source", "agent_id", "since_at"),
    ),
    Assembly(
        "item_shift",
        "event_attendance",
        ("source", "agent_id", "shift_id"),
        "shift.sql",
        ("source", "agent_id", "shift_id"),
    ),
)

# What the SQL of items and metrics speaks beside DuckDB's own functions.
MACROS = (
    "seconds_of_us(us) AS CAST(CAST(us AS DECIMAL(18, 0)) * 0.000001 AS DECIMAL(18, 6))",
    "seconds_between(a, b) AS seconds_of_us(epoch_us(b) - epoch_us(a))",
    "rounded_up(amount, step) AS (amount + step - 1) // step * step",
    # what is typed once the customer has left answers nothing; of one instant the number tells, else he went first
    """is_before_leaving(typed_at, seq, left_at, left_seq) AS
         coalesce(typed_at < left_at OR (typed_at = left_at AND coalesce(seq < left_seq, false)), true)""",
    # the first line of a person after the question; at one instant the sequence number decides, else it is an answer
    """first_answer(lines, asked, departure) AS list_filter(lines, lambda line:
         (line.typed_at > asked.asked_at OR (line.typed_at = asked.asked_at AND coalesce(line.seq > asked.seq, true)))
         AND is_before_leaving(line.typed_at, line.seq, departure.left_at, departure.seq))[1]""",
    # a closing before the question did not end what was asked after it
    "first_closing(closed_ats, asked_at) AS list_filter(closed_ats, lambda closed_at: closed_at >= asked_at)[1]",
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
    return _made_of(assembly, latest_versions(assembly, events))


def _made_of(assembly: Assembly, latest: str) -> str:
    """Return the SELECT of items made of events that are each the latest version already."""
    text = resources.files("pipelines.ingest.items").joinpath(assembly.file).read_text(encoding="utf-8")
    return Template(text).substitute(latest=latest)


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
    change_no = begin_changes(con)
    note_roster(con, change_no, listed)
    for assembly in ASSEMBLIES:
        key = ", ".join(assembly.key)
        if assembly.events == "event_mail":
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
        note_changes(con, change_no, assembly.table, touched, same)
        con.execute(f"DELETE FROM {assembly.table} USING {touched} AS touched WHERE {same}")
        con.execute(f"INSERT INTO {assembly.table} BY NAME {select}")
        note_changes(con, change_no, assembly.table, touched, same)
    con.execute(f"DELETE FROM assembled_load WHERE load_id IN ({listed})")
    con.execute(f"INSERT INTO assembled_load SELECT unnest([{listed}]), '{assembly_digest()}'" if ids else "SELECT 1")


def assembled_as_of(con: duckdb.DuckDBPyConnection, as_of: datetime) -> Iterator[str]:
    """Shadow loads, events and items by what was loaded at ``as_of``, for this session; yield the items' tables.

    Whatever is asked of the store in this session, by the plain names of its tables, is then answered as of that
    instant: items, the roster, the last instant that a log speaks of, the list of loads.
    """
    at = f"TIMESTAMPTZ '{as_of.isoformat(sep=' ')}'"
    yield from _shadowed(con, lambda event: f"{event} SEMI JOIN load USING (load_id)", f"WHERE loaded_at <= {at}")


def assembled_of_first_versions(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Shadow events and items by what each record said when it first came, before any correction; as above."""

    def first(event: str) -> str:
        table = EVENT_TABLES[event.rpartition("event_")[2]]
        key = ", ".join(f'"{column.name}"' for column in table.key)
        return f"{event} QUALIFY row_number() OVER (PARTITION BY source, {key} ORDER BY record_at, load_id) = 1"

    yield from _shadowed(con, first, "")


def _shadowed(con: duckdb.DuckDBPyConnection, known: Callable[[str], str], loads: str) -> Iterator[str]:
    """Shadow loads, events (``known`` narrows a table's rows) and the items made of them; yield the items' tables."""
    make_macros(con)
    store = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(f'CREATE OR REPLACE TEMP VIEW load AS SELECT * FROM "{store}".main.load {loads}')
    for event in EVENT_TABLES.values():
        rows = f'"{store}".main.{event.table_name}'
        con.execute(f"CREATE OR REPLACE TEMP VIEW {event.table_name} AS SELECT * FROM {known(rows)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {LINKS}")
    link_mails(con, "event_mail", None)
    for assembly in ASSEMBLIES:
        select = _select(assembly, f"SELECT * FROM {assembly.events}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE {assembly.table} AS {select}")
        yield assembly.table


# What a part of a session lacks it has from the whole; what ends a session resumes none.
CARRIED = ("customer_id", "customer_type", "queue", "topic", "order_id")
ENDS = "('left', 'closed', 'resolved')"


def split_sessions(con: duckdb.DuckDBPyConnection, after_min: Decimal) -> tuple[str, str]:
    """Return the tables of sessions and of rounds where more than ``after_min`` minutes of silence split a session.

    A session that resumes after such a silence is several: ``id/1``, ``id/2`` and so on, in order of time, each made
    of its own events; what resumes nothing (a departure, a closing, a mark that it is resolved) stays with the part
    before it. A part ends where the next begins, unless somebody ended it before; dimensions that its events lack are
    those of the whole. Sessions without such a silence stay as they are. 0 splits nothing. The tables are temporary,
    made anew at each call, over the events and items that the session sees; ``make_macros`` comes first.
    """
    if after_min <= 0:
        return "item_session", "item_round"
    named = f"split_{after_min.normalize():f}".replace(".", "_")
    sessions, rounds, parts = f"item_session_{named}", f"item_round_{named}", f"chat_part_{named}"
    by_table = {assembly.table: assembly for assembly in ASSEMBLIES}
    con.execute(f"CREATE OR REPLACE TEMP TABLE {parts} AS {_parts_of_sessions(by_table['item_session'], after_min)}")
    whole = f"SELECT DISTINCT source, whole_id AS session_id FROM {parts}"
    events = f"SELECT * EXCLUDE (whole_id, next_at) FROM {parts}"
    carried = ", ".join(
        [f"coalesce(part.{name}, whole.{name}) AS {name}" for name in CARRIED]
        + [f"{_ending(f'part.{name}')} AS {name}" for name in ("request", "handoff", "opening")]
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {sessions} AS
        SELECT * FROM item_session ANTI JOIN ({whole}) USING (source, session_id)
        UNION ALL BY NAME
        SELECT part.* REPLACE ({carried})
        FROM ({_made_of(by_table["item_session"], events)}) part
        JOIN (SELECT DISTINCT source, session_id, whole_id, next_at FROM {parts}) follows USING (source, session_id)
        JOIN item_session whole ON whole.source = part.source AND whole.session_id = follows.whole_id"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {rounds} AS
        SELECT * FROM item_round ANTI JOIN ({whole}) USING (source, session_id)
        UNION ALL BY NAME
        SELECT part.* REPLACE (coalesce(part.closed_at, follows.next_at) AS closed_at)
        FROM ({_made_of(by_table["item_round"], events)}) part
        JOIN (SELECT DISTINCT source, session_id, next_at FROM {parts}) follows USING (source, session_id)"""
    )
    con.execute(f"DROP TABLE {parts}")
    return sessions, rounds


def _ending(clock: str) -> str:
    """Return a clock of a session's part that somebody closed, or that ended where the next part began."""
    kept = ", ".join(f"{name}: {clock}.{name}" for name in ("asked_at", "answer", "is_negative"))
    return f"{{{kept}, closed_at: coalesce({clock}.closed_at, follows.next_at)}}"


def _parts_of_sessions(assembly: Assembly, after_min: Decimal) -> str:
    """Return the SELECT of the events of sessions that are split, each with its part as its session."""
    silence_us = int(after_min * 60_000_000)
    # only a session that lasted longer than the silence can hold one
    long = f"SELECT source, session_id FROM item_session WHERE epoch_us(last_at) - epoch_us(first_at) > {silence_us}"
    events = f"SELECT * FROM {assembly.events} SEMI JOIN ({long}) USING (source, session_id)"
    in_order = """(PARTITION BY source, session_id ORDER BY "at", seq NULLS FIRST, author = 'agent', event_id)"""
    return f"""
    WITH timed AS (
        SELECT *, kind NOT IN {ENDS} AND epoch_us("at") - epoch_us(lag("at") OVER {in_order}) > {silence_us} AS resumes
        FROM ({latest_versions(assembly, events)})
    ), numbered AS (
        SELECT * EXCLUDE (resumes), 1 + count(*) FILTER (resumes) OVER {in_order} AS part_no FROM timed
    ), part AS (
        SELECT source, session_id, part_no,
               lead(min("at")) OVER (PARTITION BY source, session_id ORDER BY part_no) AS next_at
        FROM numbered GROUP BY source, session_id, part_no
    ), several AS (
        SELECT source, session_id FROM numbered GROUP BY source, session_id HAVING max(part_no) > 1
    )
    SELECT numbered.* EXCLUDE (part_no) REPLACE (session_id || '/' || part_no AS session_id),
           session_id AS whole_id, part.next_at
    FROM numbered SEMI JOIN several USING (source, session_id) JOIN part USING (source, session_id, part_no)"""
