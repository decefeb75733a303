"""One item whole: its facts, its state under every indicator with the terms it rests on, its clock, its raw lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import Metric, metric_named, quoted
from pipelines.runs.items import own_sources
from pipelines.runs.questions import question_in
from pipelines.runs.raw import MASK, RawLine, event_id, raw_lines
from pipelines.runs.readers import query
from pipelines.runs.sight import AGENT, NUMBERED, PEOPLE, WHOLE, Own, Sight
from pipelines.runs.statements import evidence_folder, find_statement, kept_body
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.clock import Interval, counted_intervals, due_running
from pipelines.worktime.due import AfterClose, DayKind, due_working_days
from pipelines.worktime.rows import COLUMNS
from pipelines.worktime.timetable import CalendarDay, Timetable

# Where an item's facts are: channel, item table, the column that names it, and those from which to which it lasted.
KINDS = (
    ("phone", "item_call", "call_id", ("arrived_at", "ended_at")),
    ("chat", "item_session", "session_id", ("first_at", "last_at")),
    ("email", "item_thread", "thread_id", ("first_at", "last_at")),
    ("case", "item_case", "case_id", None),
    ("phone", "item_agent_state", "agent_id || '#' || epoch_us(since_at)", None),
    ("agent", "item_shift", "agent_id || '#' || shift_id", None),
)
CHANNELS_OF = {
    "offered_call": ("phone",),
    "call_leg": ("phone",),
    "agent_state": ("phone",),
    "handled_call": ("phone",),
    "silence": ("phone",),
    "shift": ("agent",),
    "resolved_case": ("case",),
    "chat_session": ("chat",),
    "chat_round": ("chat",),
    "email_thread": ("email",),
    "email_question": ("email",),
    "case_cycle": ("case",),
    "flagged_case": ("case",),
}
QUIET = (
    "load_id",
    "leg_id",
    "legs",
    "wait_from_log",
    "request",
    "handoff",
    "opening",
    "reply",
    "replied_ats",
    "begins_at",
    "events",
    "firsts",
    "flags",
    "pauses",
    "contradicting",
    "left_seq",
)
OF_CLOCK = ("request", "reply")  # what the clock is drawn from
SECONDS = re.compile(r"_s\b")  # how a column of seconds is named


@dataclass(frozen=True)
class ItemEvent:
    """Something that happened to an item."""

    at: datetime
    kind: str
    author: str
    text: str


@dataclass(frozen=True)
class ItemState:
    """An item's state under one indicator, and the terms it rests on (name, value, by whom).

    ``unit`` is the amount's: that of a share's items is in seconds, or a number without any (a rating, lines).
    """

    indicator_id: str
    clause: str
    name: Mapping[str, str]
    state: str
    base_state: str | None
    amount: str | None
    unit: str
    rests_on: Sequence[tuple[str, str, str]]
    metric: str = ""


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
    sight: Sight = WHOLE,
    archive_key: bytes | None = None,
) -> ItemView:
    """Return one item of a statement's evidence; refuse one that the evidence, as ``sight`` sees it, does not have.

    A narrow sight sees of its events and records those of the queues that its own rows have: a call that was passed on
    to another vendor ends, for the first one, where it was passed on.
    """
    ref = find_statement(home, statement_id)
    body = kept_body(home, ref.id)
    population = NUMBERED.sub("", population)
    names = [name for name in body["evidence"] if name == population or name.startswith(f"{population}_")]
    states: list[ItemState] = []
    questions: list[Mapping[str, Any]] = []
    seen: Mapping[str, Any] | None = None
    folder = evidence_folder(home, ref.id)
    sources = own_sources(folder, body, sight)
    queues: set[str] = set()
    agents: set[str] = set()
    for name in names:
        columns = [*body["evidence"][name]["columns"], "true_id"]
        visible = sight.rows(folder / f"{name}.parquet", name, sources)
        rows = query(
            f"SELECT {', '.join(columns)} FROM {visible}"
            f" WHERE item_source = {quoted(source)} AND item_id = {quoted(item_id)}",
            folder,
        )
        if rows and sight.is_narrow:
            own_rows = _own(folder, replace(sight, masks=frozenset()).rows(folder / f"{name}.parquet", name, sources))
            queues.update(own_rows.queues)
            agents.update(own_rows.agents)
        for row in rows:
            seen = dict(zip(columns, row, strict=True))
            asked = (question_in(body, column) for column in body["evidence"][name]["indicators"])
            questions += [one for one in asked if one is not None]
            states += [_state(body, one, seen) for one in questions[len(states) :]]
    if seen is None:
        raise Refused(
            Problem(
                where=f"statement {ref.id}",
                what=f"Its evidence has no item {source} {item_id} among {population}.",
                mend="Check the id; items of other months stand in other statements.",
                code="statement.no_item",
            )
        )
    true_id, own = seen["true_id"], Own(frozenset(queues), frozenset(agents)) if sight.is_narrow else None
    with Warehouse(home, read_only=True, locked=True) as warehouse:
        channel, facts = _facts(warehouse, population, source, true_id, seen["arrival_at"])
        events, is_shared = _events(warehouse, channel, population, source, true_id, sight, own)
        raw: Mapping[tuple[str, str], Sequence[RawLine]] = {}
        if sight.raw:
            raw = raw_lines(
                warehouse, population, [(source, true_id)], mask=mask, sight=sight, own=own, archive_key=archive_key
            )
    if is_shared:  # the facts are of the whole item; of another's part of it nothing is said
        facts = {name: seen[name] for name in facts if name in seen}
    cut_off_at = datetime.fromisoformat(body["cut_off_at"])
    # hours are the question's own, or its channel's; a call waits by the wall, other clocks stand still outside hours
    metric = states[0].metric
    channel_hours = metric_named(metric).channel
    hours = questions[0].get("calendar") or channel_hours
    timetable = None if channel_hours == "phone" else timetable_of(home, ref.id, hours, body["contract"]["zone"])
    clock, target_at = _clock(facts, states, cut_off_at, timetable)
    return ItemView(
        source=source,
        item_id=item_id,
        population=population,
        channel=channel,
        arrival_at=seen["arrival_at"],
        service_on=seen["service_on"],
        facts=[
            (name, _fact(name, _text(value), sight, mask=mask))
            for name, value in facts.items()
            if name not in QUIET and value is not None
        ],
        states=states,
        events=events,
        clock=clock,
        target_at=target_at,
        raw=raw.get((source, true_id), ()),
    )


@lru_cache(maxsize=256)
def _own(folder: Path, rows: str) -> Own:
    """Return the queues and agents of these rows of a folder of evidence, which never changes."""
    found = query(f"SELECT DISTINCT queue, agent_id FROM {rows}", folder)
    return Own(frozenset(queue for queue, _ in found if queue), frozenset(agent for _, agent in found if agent))


def _fact(name: str, text: str, sight: Sight, *, mask: bool) -> str:
    """Return a fact as it is shown: who somebody is under the name that the sight gives them."""
    shown = sight.name(text, PEOPLE[name]) if name in PEOPLE else text
    return MASK if mask and name == "customer_id" and shown == text else shown


def _state(body: Mapping[str, Any], one: Mapping[str, Any], row: Mapping[str, Any]) -> ItemState:
    day, column, metric = str(row["service_on"]), one["column"], metric_named(one["metric"])
    state = f"outside: {row['outside']}" if row["outside"] else row[f"{column}_state"] or "outside: out of scope"
    amount = row.get(f"{column}_amount")
    holder = next((own for own in body["indicators"] if own["id"] == one["of"]), None)
    is_whole = holder is not None and one["as"] == "value"
    return ItemState(
        indicator_id=one["of"] if is_whole else column,
        clause=holder["clause"] if holder is not None else "",
        name=holder["name"] if holder is not None and is_whole else dict(metric.name),
        state=state,
        base_state=row.get(f"{column}_base"),
        amount=None if amount is None else decimal_text(amount),
        unit=_amount_unit(metric),
        metric=metric.key,
        rests_on=[(t["name"], t["value"], t["by"]) for t in one["terms"] if t["from"] <= day < t["until"]],
    )


def _amount_unit(metric: Metric) -> str:
    """Return the unit of an item's amount: of a mean, sum or percentile the metric's own."""
    if metric.unit != "share":
        return metric.unit
    return "s" if SECONDS.search(metric.amount or "") else ""


def _owner_id(population: str, item_id: str) -> str:
    """Return the id under which the item's facts are: a leg's are those of its call."""
    return item_id.rpartition("#")[0] if population == "call_leg" else event_id(population, item_id)


def _facts(
    warehouse: Warehouse, population: str, source: str, item_id: str, arrival_at: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the channel of an item and its assembled facts; a contact may be of any channel.

    It is looked for among the items of its instant first: the store's other months are then passed over unread.
    """
    named = quoted(_owner_id(population, item_id))
    at = f"TIMESTAMPTZ {quoted(arrival_at.isoformat(sep=' '))}"
    unread = ", ".join(quoted(name) for name in QUIET if name not in OF_CLOCK)
    kinds = [kind for kind in KINDS if kind[0] in CHANNELS_OF.get(population, (kind[0],))]
    narrow = [(*kind[:3], f" AND {at} BETWEEN {kind[3][0]} AND {kind[3][1]}") for kind in kinds if kind[3] is not None]
    for channel, table, key, then in [*narrow, *((*kind[:3], "") for kind in kinds)]:
        cursor = warehouse.con.execute(
            f"SELECT COLUMNS(own -> own NOT IN ({unread})) FROM {table}"
            f" WHERE source = {quoted(source)} AND {key} = {named}{then} LIMIT 1"
        )
        names = [column[0] for column in cursor.description or []]
        for row in cursor.fetchall():
            return channel, dict(zip(names, row, strict=True))
    return "", {}


def _events(
    warehouse: Warehouse, channel: str, population: str, source: str, item_id: str, sight: Sight, own: Own | None
) -> tuple[list[ItemEvent], bool]:
    """Return what happened, in order, and whether some of it is another's and left out.

    A call's events are its instants, a chat's its lines, a thread's its mails.
    """
    con, where = warehouse.con, f"source = {quoted(source)}"
    name = quoted(_owner_id(population, item_id))
    if channel == "phone":
        sql = " UNION ALL ".join(
            f"SELECT {column} AS happened_at, '{kind}' AS kind, '{author}' AS author, queue, agent_id, NULL AS more"
            f" FROM event_call WHERE {where} AND call_id = {name} AND {column} IS NOT NULL"
            for column, kind, author in (
                ("arrived_at", "arrived", "customer"),
                ("queued_at", "queued", "system"),
                ("answered_at", "answered", "agent"),
                ("ended_at", "ended", "system"),
            )
        )
    elif channel == "chat":
        sql = (
            'SELECT "at" AS happened_at,'
            " CASE WHEN coalesce(automatic, false) THEN 'automatic ' || kind ELSE kind END AS kind,"
            " coalesce(author, 'system') AS author, queue, agent_id, NULL AS more"
            f" FROM event_chat WHERE {where} AND session_id = {name}"
        )
    elif channel == "email":
        sql = (
            'SELECT e."at" AS happened_at,'
            " CASE WHEN coalesce(e.automatic, false) THEN 'automatic ' ELSE '' END || 'mail ' || e.direction AS kind,"
            " CASE e.direction WHEN 'in' THEN 'customer' ELSE 'agent' END AS author, e.queue, e.agent_id, NULL AS more"
            f" FROM event_mail e JOIN item_mail_link l ON l.source = e.source AND l.message_id = e.message_id"
            f" WHERE e.{where} AND l.thread_id = {name}"
        )
    elif channel == "case":
        sql = (
            'SELECT "at" AS happened_at,'
            " CASE WHEN coalesce(automatic, false) THEN 'automatic ' || kind ELSE kind END AS kind,"
            " CASE WHEN agent_id IS NULL THEN 'system' ELSE 'agent' END AS author,"
            " queue, agent_id, concat_ws(' ', pause_reason, into_case_id) AS more"
            f" FROM event_case WHERE {where} AND case_id = {name}"
        )
    else:
        return [], False
    is_own = own.condition(("queue", "agent_id")) if own is not None else "true"
    rows = con.execute(
        f"SELECT DISTINCT happened_at, kind, author, queue, agent_id, more, {is_own} FROM ({sql})"
        " ORDER BY happened_at, kind, author, queue, agent_id, more"
    ).fetchall()
    found = []
    for at, kind, author, queue, agent, more, is_ours in rows:
        if is_ours:
            said = (queue, sight.name(agent or "", AGENT), more)
            found.append(ItemEvent(at, kind, author, " ".join(text for text in said if text)))
    return found, len(found) < len(rows)


def _clock(
    facts: Mapping[str, Any], states: Sequence[ItemState], cut_off_at: datetime, timetable: Timetable | None
) -> tuple[list[Interval], datetime | None]:
    """Return the intervals from the question to the answer (or to what is known), and the moment of the promise."""
    asked = facts.get("request") or {}
    replied = facts.get("reply") or {}
    begins = asked.get("asked_at") or facts.get("queued_at") or facts.get("asked_at")
    if begins is None:
        return [], None
    answered = (asked.get("answer") or {}).get("typed_at") or replied.get("replied_at") or facts.get("answered_at")
    ends = answered or facts.get("left_at") or facts.get("closed_at") or facts.get("ended_at") or cut_off_at
    intervals = counted_intervals(begins, ends, timetable=timetable) if ends > begins else []
    return intervals or [], _promised_at(begins, states, timetable)


def _promised_at(begins: datetime, states: Sequence[ItemState], timetable: Timetable | None) -> datetime | None:
    """Return when the first promise that the item has a limit for was over."""
    for state in states:
        terms = {name: value for name, value, _ in state.rests_on}
        if "within_days" in terms and timetable is not None:
            return due_working_days(
                begins,
                int(terms["within_days"]),
                timetable,
                after_close=cast("AfterClose", terms["after_close"]),
                day_kind=cast("DayKind", terms["day_kind"]),
            )
        limit = terms.get("within_s") or terms.get("answer_within_s")
        if limit is not None:
            return due_running(begins, Decimal(limit), timetable=timetable)
    return None


def timetable_of(home: Path, statement_id: str, channel: str, zone: str) -> Timetable | None:
    """Return the service days that the statement was made with, as its evidence keeps them; None: around the clock."""
    path = evidence_folder(home, statement_id) / "calendar_day.parquet"
    return _timetable(path, channel, zone) if path.exists() else None


@lru_cache(maxsize=128)
def _timetable(path: Path, channel: str, zone: str) -> Timetable | None:
    laid_out = f"read_parquet({quoted(str(path))})"
    rows = query(
        f"SELECT {', '.join(COLUMNS)} FROM {laid_out} WHERE calendar ="
        f" (SELECT calendar FROM {laid_out} WHERE calendar IN ({quoted(channel)}, 'default')"
        "   ORDER BY calendar = 'default' LIMIT 1) ORDER BY day",
        path.parent,
    )
    days = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for day in days:
        day["spans"] = None if day["spans"] is None else tuple((s["open_at"], s["shut_at"]) for s in day["spans"])
    return Timetable(channel, zone, tuple(CalendarDay(**day) for day in days)) if days else None


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return str(value)
