"""One item whole: its facts, its state under every indicator with the terms it rests on, its clock, its raw lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import metric_named, quoted
from pipelines.runs.items import query
from pipelines.runs.raw import EVENTS_OF, RawLine, event_id, raw_lines
from pipelines.runs.statements import evidence_folder, find_statement, read_statement
from pipelines.warehouse.store import Warehouse

# Where an item's facts are, and the columns that name it there.
FACTS_OF = {
    "offered_call": ("item_call", "call_id"),
    "chat_session": ("item_session", "session_id"),
    "chat_round": ("item_session", "session_id"),
    "email_thread": ("item_thread", "thread_id"),
    "handled_contact": (None, None),
}
QUIET = ("load_id", "legs", "wait_from_log", "request", "handoff", "opening", "reply", "begins_at", "contradicting")


@dataclass(frozen=True)
class Interval:
    """A stretch of an item's clock. ``kind`` is running, paused, outside hours or waiting."""

    from_at: datetime
    until_at: datetime
    kind: str
    reason: str


@dataclass(frozen=True)
class ItemEvent:
    """Something that happened to an item."""

    at: datetime
    kind: str
    author: str
    text: str


@dataclass(frozen=True)
class ItemState:
    """An item's state under one indicator, and the terms it rests on (name, value, by whom)."""

    indicator_id: str
    clause: str
    name: Mapping[str, str]
    state: str
    base_state: str | None
    amount: str | None
    unit: str
    rests_on: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class ItemView:
    """All that is known of one item."""

    source: str
    item_id: str
    population: str
    channel: str
    arrival_at: datetime
    service_on: date
    facts: Sequence[tuple[str, str]]
    states: Sequence[ItemState]
    events: Sequence[ItemEvent]
    clock: Sequence[Interval]
    target_at: datetime | None
    raw: Sequence[RawLine]


def item(
    home: Path,
    statement_id: str,
    source: str,
    item_id: str,
    population: str,
    *,
    mask: bool = True,
    archive_key: bytes | None = None,
) -> ItemView:
    """Return one item of a statement's evidence; refuse one that the evidence does not have."""
    ref = find_statement(home, statement_id)
    body = read_statement(home, ref.id)
    names = [name for name in body["evidence"] if name == population or name.startswith(f"{population}_")]
    states: list[ItemState] = []
    seen: Mapping[str, Any] | None = None
    for name in names:
        columns = body["evidence"][name]["columns"]
        path = evidence_folder(home, ref.id) / f"{name}.parquet"
        rows = query(
            f"SELECT {', '.join(columns)} FROM read_parquet({quoted(str(path))})"
            f" WHERE item_source = {quoted(source)} AND item_id = {quoted(item_id)}"
        )
        for row in rows:
            seen = dict(zip(columns, row, strict=True))
            ids = body["evidence"][name]["indicators"]
            states += [_state(one, seen) for one in body["indicators"] if one["id"] in ids]
    if seen is None:
        raise Refused(
            Problem(
                where=f"statement {ref.id}",
                what=f"Its evidence has no item {source} {item_id} among {population}.",
                mend="Check the id; items of other months stand in other statements.",
                code="statement.no_item",
            )
        )
    with Warehouse(home, read_only=True) as warehouse:
        facts = _facts(warehouse, population, source, item_id)
        events = _events(warehouse, population, source, item_id)
        raw = raw_lines(warehouse, population, [(source, item_id)], mask=mask, archive_key=archive_key)
    clock, target_at = _clock(facts, states, body)
    return ItemView(
        source=source,
        item_id=item_id,
        population=population,
        channel={"offered_call": "phone", "email_thread": "email"}.get(population, population.partition("_")[0]),
        arrival_at=seen["arrival_at"],
        service_on=seen["service_on"],
        facts=[(name, _text(value)) for name, value in facts.items() if name not in QUIET and value is not None],
        states=states,
        events=events,
        clock=clock,
        target_at=target_at,
        raw=raw[source, item_id],
    )


def _state(one: Mapping[str, Any], row: Mapping[str, Any]) -> ItemState:
    day = str(row["service_on"])
    state = f"outside: {row['outside']}" if row["outside"] else row[f"{one['id']}_state"] or "outside: out of scope"
    amount = row.get(f"{one['id']}_amount")
    return ItemState(
        indicator_id=one["id"],
        clause=one["clause"],
        name=one["name"],
        state=state,
        base_state=row.get(f"{one['id']}_base"),
        amount=None if amount is None else decimal_text(amount),
        unit=metric_named(one["metric"]).unit if one["unit"] == "share" else one["unit"],
        rests_on=[(t["name"], t["value"], t["by"]) for t in one["terms"] if t["from"] <= day < t["until"]],
    )


def _facts(warehouse: Warehouse, population: str, source: str, item_id: str) -> dict[str, Any]:
    table, key = FACTS_OF.get(population, (None, None))
    if table is None:
        return {}
    cursor = warehouse.con.execute(
        f"SELECT * FROM {table} WHERE source = {quoted(source)} AND {key} = {quoted(event_id(population, item_id))}"
    )
    names = [column[0] for column in cursor.description or []]
    rows = cursor.fetchall()
    return dict(zip(names, rows[0], strict=True)) if rows else {}


def _events(warehouse: Warehouse, population: str, source: str, item_id: str) -> list[ItemEvent]:
    """Return what happened, in order; a call's events are its instants, a chat's its lines, a thread's its mails."""
    con, where = warehouse.con, f"source = {quoted(source)}"
    name = quoted(event_id(population, item_id))
    table = next((one.table for one in EVENTS_OF[population] if not one.names_contact), "")
    if table == "call":
        sql = " UNION ALL ".join(
            f"SELECT {column} AS happened_at, '{kind}' AS kind, '{author}' AS author,"
            " concat_ws(' ', queue, agent_id) AS what"
            f" FROM event_call WHERE {where} AND call_id = {name} AND {column} IS NOT NULL"
            for column, kind, author in (
                ("arrived_at", "arrived", "customer"),
                ("queued_at", "queued", "system"),
                ("answered_at", "answered", "agent"),
                ("ended_at", "ended", "system"),
            )
        )
    elif table == "chat":
        sql = (
            'SELECT "at" AS happened_at,'
            " CASE WHEN coalesce(automatic, false) THEN 'automatic ' || kind ELSE kind END AS kind,"
            " coalesce(author, 'system') AS author, concat_ws(' ', queue, agent_id) AS what"
            f" FROM event_chat WHERE {where} AND session_id = {name}"
        )
    elif table == "mail":
        sql = (
            'SELECT e."at" AS happened_at,'
            " CASE WHEN coalesce(e.automatic, false) THEN 'automatic ' ELSE '' END || 'mail ' || e.direction AS kind,"
            " CASE e.direction WHEN 'in' THEN 'customer' ELSE 'agent' END AS author,"
            " concat_ws(' ', e.queue, e.agent_id) AS what"
            f" FROM event_mail e JOIN item_mail_link l ON l.source = e.source AND l.message_id = e.message_id"
            f" WHERE e.{where} AND l.thread_id = {name}"
        )
    else:
        return []
    rows = con.execute(
        f"SELECT DISTINCT happened_at, kind, author, what FROM ({sql}) ORDER BY happened_at, kind"
    ).fetchall()
    return [ItemEvent(at, kind, author, text or "") for at, kind, author, text in rows]


def _clock(
    facts: Mapping[str, Any], states: Sequence[ItemState], body: Mapping[str, Any]
) -> tuple[list[Interval], datetime | None]:
    """Return the wall-clock stretch from question to answer, and when the promised seconds were over."""
    request = facts.get("request") or {}
    reply = facts.get("reply") or {}
    answer = request.get("answer") or {} if isinstance(request, Mapping) else {}
    begins = request.get("asked_at") if request else facts.get("queued_at") or facts.get("asked_at")
    ends = (
        answer.get("typed_at")
        or (reply.get("replied_at") if reply else None)
        or facts.get("answered_at")
        or facts.get("ended_at")
    )
    if begins is None:
        return [], None
    ends = ends or datetime.fromisoformat(body["cut_off_at"]).astimezone(UTC)
    limit = next(
        (value for state in states for name, value, _ in state.rests_on if name in ("within_s", "answer_within_s")),
        None,
    )
    target_at = begins + timedelta(seconds=float(limit)) if limit else None
    return ([Interval(begins, ends, "running", "")] if ends > begins else []), target_at


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return str(value)
