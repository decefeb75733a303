"""Small worlds written in YAML: a few calls, chats, mails, cases and surveys each, all loaded into one home at once.

Names and customers of a world are its own (its number stands before them), so that no world sees another. A time is
written as in tests/ingest/items/small_logs.py; without seconds it is a full minute.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.core.event import EVENT_TABLES
from pipelines.core.yaml_text import read_yaml
from pipelines.warehouse.store import Warehouse
from tests.conftest import ROOT
from tests.ingest.items.small_logs import Office, at, csv_text, in_full

HOURS = """
calendars:
  default:
    - since: 2026-01-01
      decided: 2025-12-01
      by: "§1.3"
      weekly: {mon-fri: ["09:00-18:00"]}
      holidays: cn
      on_holidays: closed
"""
World = Mapping[str, Any]
Row = dict[str, str]


def worlds_of(name: str) -> list[World]:
    """Read tests/cases/<name>: what each world holds, what is asked of it and what its items' states are."""
    found: Any = read_yaml((ROOT / "tests/cases" / name).read_text(encoding="utf-8"), name).value
    return found


def moment(text: str) -> str:
    """Write a time in full: `12 09:00`, `9 09:00` and `09:00` too."""
    day, _, clock = text.rpartition(" ")
    clock = clock if not clock or clock.count(":") == 2 else clock + ":00"
    return in_full(f"{day:0>2} {clock}" if day else clock)


def _calls(world: World) -> Iterable[tuple[str, Row]]:
    for call in world.get("calls", []):
        began, ended = moment(call["at"]), moment(call.get("ends", call["at"]))
        outcome = call.get("outcome", "answered")
        yield (
            "call",
            {
                "call_id": call["id"],
                "direction": call.get("direction", "inbound"),
                "queue": call.get("queue", "q"),
                "agent_id": call.get("agent", "anna") if outcome == "answered" else "",
                "arrived_at": began,
                "queued_at": began,
                "answered_at": began if outcome == "answered" else "",
                "ended_at": ended if "ends" in call or outcome != "answered" else "",
                "outcome": outcome,
                "leg_id": call.get("leg", "1"),
                **_of_customer(call),
            },
        )


def _of_customer(contact: Mapping[str, str]) -> Row:
    named = {"customer_id": "customer", "topic": "topic", "order_id": "order", "resolved": "resolved"}
    usual = {"customer": "cui", "topic": "refund"}
    return {column: contact.get(name, usual.get(name, "")) for column, name in named.items()}


def _chats(world: World) -> Iterable[tuple[str, Row]]:
    """A chat: the customer's line at its beginning, a person's at its end; of `bot`, `agent` or `nobody` otherwise."""
    for chat in world.get("chats", []):
        of = {"session_id": chat["id"], "queue": chat.get("queue", "q"), **_of_customer(chat)}
        kind = chat.get("with", "person")
        events = [("opened", "agent" if kind == "agent" else "customer", chat["at"])]
        events += [("line", "customer", chat["at"])] if kind != "silent" else []
        events += [("line", "agent", chat["ends"])] if kind in ("person", "agent", "silent") else []
        events += [("line", "bot", chat["at"])] if kind == "bot" else []
        for number, (what, author, when) in enumerate(events):
            agent = "ben" if author == "agent" else ""
            yield (
                "chat",
                {**of, "event_id": str(number), "at": moment(when), "kind": what, "author": author, "agent_id": agent},
            )


def _mails(world: World) -> Iterable[tuple[str, Row]]:
    for mail in world.get("mails", []):
        of = {"queue": mail.get("queue", "q"), "refs": "", **_of_customer(mail)}
        way = mail.get("direction", "in")
        yield "mail", {**of, "message_id": mail["id"], "at": moment(mail["at"]), "direction": way, "in_reply_to": ""}
        for number, reply in enumerate(mail.get("replies", [])):
            when, _, queue = reply.partition(" in ")
            yield (
                "mail",
                {
                    **of,
                    "message_id": f"{mail['id']}/{number}",
                    "at": moment(when),
                    "direction": "out",
                    "in_reply_to": mail["id"],
                    "agent_id": "mia",
                    "queue": queue or of["queue"],
                },
            )


# 12 09:00 opened · 12 09:05 accepted automatically · 13 10:00 paused: no proof · 14 09:00 merged into b
# 15 09:00 decided upheld · 15 09:00 refunded no 3 (its number among the case's events) · 16 09:00 changed, says late
_HAPPENED = re.compile(
    r"(?P<at>(?:\d[\d-]* )?[\d:]+) (?P<kind>\w+)(?P<automatic> automatically)?(?:: (?P<reason>.+))?"
    r"(?: into (?P<into>\S+))?(?: (?P<ruling>upheld|dismissed))?(?: no (?P<seq>\d+))?(?:, says (?P<says>in time|late))?"
)


def _cases(world: World) -> Iterable[tuple[str, Row]]:
    for case in world.get("cases", []):
        channel, _, contact = case.get("of", "").partition(" ")
        contact, _, log = contact.partition(" in ")
        lines = [*enumerate(case["events"]), *((0, line) for line in case.get("again", []))]
        for number, line in lines:
            happened = _HAPPENED.fullmatch(line)
            assert happened, f"{line!r} is no event of a case"
            yield (
                "case",
                {
                    "case_id": case["id"],
                    "event_id": str(number),
                    "seq": happened["seq"] or "",
                    "at": moment(happened["at"]),
                    "kind": happened["kind"],
                    "case_type": case.get("type", "complaint"),
                    "queue": case.get("queue", "q"),
                    "contact_channel": channel,
                    "contact_source": log,
                    "contact_id": contact,
                    "automatic": "1" if happened["automatic"] else "",
                    "pause_reason": happened["reason"] or "",
                    "into_case_id": happened["into"] or "",
                    "in_time": {"in time": "1", "late": "0"}.get(happened["says"], ""),
                    "upheld": {"upheld": "1", "dismissed": "0"}.get(happened["ruling"], ""),
                },
            )


def _surveys(world: World) -> Iterable[tuple[str, Row]]:
    for number, survey in enumerate(world.get("surveys", [])):
        channel, _, contact = survey["of"].partition(" ")
        contact, _, log = contact.partition(" in ")
        yield (
            "survey",
            {
                "survey_id": f"{contact}-{survey.get('number', number)}",
                "contact_channel": channel,
                "contact_source": log,
                "contact_id": contact,
                "invited_at": moment(survey.get("invited", "")),
                "answered_at": moment(survey.get("answered", "")),
                "resolved": survey.get("resolved", ""),
            },
        )


NAMES = ("call_id", "session_id", "message_id", "in_reply_to", "case_id", "into_case_id", "contact_id", "customer_id")


def _own(number: int, row: Row) -> Row:
    """Put the world's number before its names."""
    names = {*NAMES, "survey_id"}
    return {column: f"{number}.{text}" if column in names and text else text for column, text in row.items()}


def load_worlds(office: Office, worlds: Sequence[World]) -> None:
    """Load every world's events, a log a table."""
    rows: dict[str, list[Row]] = {}
    for number, world in enumerate(worlds):
        for part in (_calls, _chats, _mails, _cases, _surveys):
            for table, row in part(world):
                rows.setdefault(table, []).append(_own(number, row))
    for table, found in rows.items():
        known = [column.name for column in EVENT_TABLES[table].columns]
        used = [name for name in known if any(row.get(name) for row in found)]
        office.load(table, csv_text([{name: row.get(name, "") for name in used} for row in found]))
    # Shanghai's clocks show no hour twice in these years; what a loader finds elsewhere is put in by hand
    ambiguous = [
        f"'{n}.{case['id']}'" for n, w in enumerate(worlds) for case in w.get("cases", []) if "ambiguous" in case
    ]
    with Warehouse(office.home) as warehouse:
        warehouse.con.execute(f"UPDATE item_case SET ambiguous_time = true WHERE case_id IN ({', '.join(ambiguous)})")


def scope_of(world: World) -> Mapping[str, Sequence[str]]:
    """Return what belongs to the contract: all, or the queues that the world names."""
    return {"queue": world["queues"]} if "queues" in world else {}


def states_of(office: Office, number: int, world: World) -> dict[str, Any]:
    """Return the states (and amounts, where the metric has one) of a world's own items under what it asks."""
    cut_off_at = at(moment(world["cut_off"])) if "cut_off" in world else None
    found = office.item_states(
        world["metric"],
        terms=world.get("terms", {}),
        calendars=world.get("hours", HOURS),
        cut_off_at=cut_off_at,
        scope=scope_of(world),
    )
    mine: dict[str, Any] = {}
    for name, (state, amount) in found.items():
        owner, _, own = name.removeprefix("case:").partition(".")
        if owner == str(number):
            counts = state == "counted" and amount is not None
            mine[f"case:{own}" if name.startswith("case:") else own] = f"{state} {amount:.0f}" if counts else state
    return mine
