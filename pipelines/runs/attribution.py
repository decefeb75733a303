"""Who handled an item, and who touched it.

Rates by vendor and team go by the queue (groups.py): an item that nobody answered has no agent, so that rates of a
team by its agents would leave out exactly the misses. A rate by agent is one of the items that the log gives to that
agent.
"""

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any

import duckdb

from pipelines.core.zone import day_begins_at
from pipelines.ingest.items import ASSEMBLIES, latest_versions
from pipelines.metrics.compose import Ask, population_select, scan_select, scoped, split_minutes
from pipelines.metrics.frame import Frame, instant
from pipelines.runs.states import count_rows

# Whether a person dealt with an item, over the columns of its population; elsewhere an item with an agent is handled.
HANDLED = {
    "offered_call": "outcome = 'answered'",
    "chat_session": "human_line_count > 0",
    "chat_round": "answered_at IS NOT NULL",
    "email_thread": "answered_at IS NOT NULL",
    "email_question": "answered_at IS NOT NULL",
}

# Who had a part in an item, by (source, item_id, agent_id): a leg that reached or rang at them, a line, a reply.
CALLS = """
SELECT source, call_id AS item_id, agent_id FROM (
    SELECT source, call_id, customer_type, topic, unnest(legs, recursive := true) FROM item_call
    WHERE leg_count > 1 AND arrived_at < $until_at AND coalesce(ended_at, arrived_at) >= $since_at)
WHERE coalesce(answered_at, place) <= $cut_off_at AND coalesce($in_scope_of_leg, false)
"""
CHATS = """
SELECT source, session_id AS item_id, agent_id FROM ($lines)
WHERE kind = 'line' AND author = 'agent' AND NOT coalesce(automatic, false) AND NOT coalesce(private, false)
"""
MAILS = """
SELECT source, thread_id AS item_id, agent_id FROM ($mails) JOIN item_mail_link USING (source, message_id)
WHERE direction = 'out' AND NOT coalesce(automatic, false)
"""
PARTS = {
    "offered_call": (CALLS,),
    "chat_session": (CHATS,),
    "email_thread": (MAILS,),
    "handled_contact": (CALLS, CHATS, MAILS),
    "counted_contact": (CALLS, CHATS, MAILS),
    "handled_call": (CALLS,),
}


def handled_sql(population: str) -> str:
    """Return the SQL that says whether a person dealt with an item of the population."""
    return f"coalesce({HANDLED.get(population, 'agent_id IS NOT NULL')}, false)"


def touched_counts(
    con: duckdb.DuckDBPyConnection, population: str, frame: Frame, asks: Sequence[Ask], by: Mapping[str, str]
) -> dict[tuple[str, tuple[Any, ...]], int] | None:
    """Count the items that agents touched without being the one they are given to, by ask and group (``by``).

    None where an item can have one agent alone (a leg, a round), or its lines are not told apart (split sessions).
    """
    if population not in PARTS or split_minutes(frame):
        return None
    alone = [ask for ask in asks if ask.group is None]
    rows = (
        "SELECT item.* REPLACE (touch.agent_id AS agent_id) FROM (\n"
        f"{population_select(population, frame)}\n) item JOIN (\n{_touches(population, frame)}\n) touch"
        " ON touch.source = item.item_source AND touch.item_id = item.item_id"
        " AND touch.agent_id IS DISTINCT FROM item.agent_id"
    )
    columns = [*(f"{sql} AS g{number}" for number, sql in enumerate(by.values())), "false AS is_kept", "outside"]
    states = {ask.column: ask.states for ask in alone}
    scan = scan_select(population, frame, alone, columns, rows)
    tallies = count_rows(con, lambda _: scan, alone, states, list(by)) if alone else ()
    return {(one.column, tuple(one.group.values())): one.counts.population for one in tallies}


def _touches(population: str, frame: Frame) -> str:
    """Return the SELECT of (source, item_id, agent_id), each once, of what had happened by the cut-off."""
    events = {one.events: one for one in ASSEMBLIES}
    known = f'"at" <= {instant(frame.cut_off_at)}'
    parts = [
        Template(part).substitute(
            since_at=instant(day_begins_at(frame.days.since, frame.zone)),
            until_at=instant(day_begins_at(frame.days.until, frame.zone)),
            cut_off_at=instant(frame.cut_off_at),
            in_scope_of_leg=scoped(frame.in_scope, "offered_call", place="place", channel="'phone'"),
            lines=f"SELECT * FROM ({latest_versions(events['event_chat'], 'SELECT * FROM event_chat')}) WHERE {known}",
            mails=f"SELECT * FROM ({latest_versions(events['event_mail'], 'SELECT * FROM event_mail')}) WHERE {known}",
        )
        for part in PARTS[population]
    ]
    return "SELECT DISTINCT * FROM (" + "UNION ALL".join(parts) + ") WHERE agent_id IS NOT NULL"
