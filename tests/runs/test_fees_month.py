"""A month whose fees come from the logs: quantities counted, lines that lead to their items."""

from pathlib import Path

import pytest

from tests.ingest.items.small_logs import Office

CONTRACT = """
contract: F
operator: {id: o, zh: 甲方}
vendor: {id: north, zh: 乙方}
term: {from: 2026-01-01, until: 2027-01-01}
zone: Asia/Shanghai
scope: {vendor: [north], channel: [phone, chat]}
calendars:
  phone: {region: none, weekly: {mon-sun: ["09:00-18:00"]}, on_holidays: as_usual}
  chat: {region: none, weekly: {mon-sun: ["09:00-18:00"]}, on_holidays: as_usual}
fees:
  - id: chats
    clause: "3.1"
    form: per_contact
    quantity: {metric: contact.handled@1, scope: {channel: [chat]}}
    tiers: [{from: 1, price: "1.20"}, {from: 2, price: "1.00"}]
  - {id: desk, clause: "3.2", form: seats, price: "5500.00", seats: "2", quantity: {metric: agent.attendance@1}}
  - id: line
    clause: "3.3"
    form: per_minute
    quantity: {metric: phone.minutes@1, terms: {round_each: 60s}}
    price: "0.35"
  - {id: least, clause: "3.4", form: minimum, amount: "9000.00"}
indicators:
  - id: logs
    clause: "5.1"
    text: {zh: 日志完整, en: Complete logs}
    metric: log.completeness@1
    scope: {channel: [phone]}
    class: report_only
  - id: outages
    clause: "5.2"
    text: {zh: 中断, en: Outages}
    metric: phone.outage@1
    class: report_only
"""


@pytest.fixture
def closed(office: Office) -> tuple[Office, dict]:
    office.load(
        "roster",
        """member_kind, member_id, since_at, team, vendor
        queue, q, 2026-01-01 00:00:00, day, north
        queue, r, 2026-01-01 00:00:00, day, south
        agent, ann, 2026-01-01 00:00:00, day, north
        agent, bob, 2026-01-01 00:00:00, day, south""",
    )
    office.load(
        "call",
        """call_id, queue, arrived_at, answered_at, ended_at, outcome, talk_s, hold_s
        a, q, 01 09:00:00, 01 09:00:05, 01 09:01:06, answered, 61, 0
        b, q, 31 17:00:00,, 31 17:01:00, abandoned,,
        c, r, 01 09:00:00, 01 09:00:05, 01 09:01:05, answered, 60, 0""",
    )
    lines = ["session_id, event_id, at, kind, author, queue"]
    for session, queue in (("s", "q"), ("t", "q"), ("u", "q"), ("v", "r")):
        lines += [f"{session}, 1, 02 09:00:00, request, customer, {queue}"]
        lines += [f"{session}, 2, 02 09:00:01, line, customer, {queue}"]
        lines += [f"{session}, 3, 02 09:00:09, line, agent, {queue}"]
    office.load("chat", "\n".join(lines))
    office.load(
        "attendance",
        """agent_id, shift_id, scheduled_from_at, scheduled_until_at, scheduled_s, attended_s
        ann, 1, 01 09:00:00, 01 17:00:00, 28800, 28800
        ann, 2, 02 09:00:00, 02 17:00:00, 28800, 14400
        bob, 1, 01 09:00:00, 01 17:00:00, 28800, 0""",
    )
    return office, dict(office.close(office.contract(CONTRACT)).body)


def test_quantities_come_from_the_logs(closed: tuple[Office, dict]) -> None:
    _, body = closed
    lines = {line["id"]: (line["amount"], line["formula"]) for line in body["lines"] if line["step"] == "fees"}
    assert lines == {
        "chats@1": ("1.20", "1 × 1.20 (tier from 1)"),
        "chats@2": ("2.00", "2 × 1.00 (tier from 2)"),
        "desk": ("8250.00", "5500.00 × 2 seats × 43200/57600 s attended"),  # 11,000 × 3/4; bob is of another vendor
        "line": ("0.70", "2 × 0.35"),  # 61 s are two minutes
        "least": ("746.10", "max(0, 9000.00 − 8253.90)"),
    }
    assert body["totals"]["fees"] == "9000.00"


def test_what_a_contracts_scope_cannot_say_of_shifts_and_logs_is_no_condition(closed: tuple[Office, dict]) -> None:
    _, body = closed
    logs = next(one for one in body["indicators"] if one["id"] == "logs")
    # three rows; 2 to 29 October 29 × a mean day that is 2 / 1 rounded up: the log gave nothing, and then was forgotten
    assert logs["numerator"] == "3"
    outages = next(one for one in body["indicators"] if one["id"] == "outages")
    assert (outages["value"], outages["states"]["missed"]) == ("1", 1)  # b, from 17:00 to the close


def test_a_fee_line_leads_to_its_items(closed: tuple[Office, dict]) -> None:
    office, body = closed
    statement = body["month"]
    found = {name: part for name, part in body["evidence"].items() if "fee__chats" in part["indicators"]}
    assert list(found) == ["counted_contact"]
    assert "fee__desk_whole" in body["evidence"]["shift"]["columns"]
    assert statement == "2026-10"


def test_the_same_month_twice_is_the_same_statement(closed: tuple[Office, dict]) -> None:
    office, body = closed
    again = office.close(Path(office.folder / "contract.yaml"))
    assert not again.is_new
    assert dict(again.body) == body
