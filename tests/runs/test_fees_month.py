"""A month whose fees come from the logs: quantities counted, lines that lead to their items."""

from typing import Any

from pipelines.runs.items import items
from pipelines.runs.raw import raw_lines
from tests.ingest.items.small_logs import Office

CONTRACT = """
contract: F
operator: {id: o, zh: 甲方}
vendor: {id: north, zh: 乙方}
term: {from: 2026-01-01, until: 2027-01-01}
zone: Asia/Shanghai
scope: {vendor: [north], channel: [phone, chat]}
calendars:
  phone:
    - since: 2026-01-01
      decided: 2025-12-01
      by: §2
      weekly: {mon-sun: ["09:00-18:00"]}
      holidays: none
      on_holidays: as_usual
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


def office_with_logs(office: Office) -> Office:
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
        a, q, 30 09:00:00, 30 09:00:05, 30 09:01:06, answered, 61, 0
        b, q, 31 17:00:00,, 31 17:01:00, abandoned,,
        c, r, 31 17:10:00, 31 17:10:05, 31 17:11:05, answered, 60, 0""",
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
    return office


def test_a_months_fees_come_from_its_logs_and_lead_to_them(office: Office) -> None:
    contract = office_with_logs(office).contract(CONTRACT)
    closed = office.close(contract)
    body: Any = closed.body
    lines = {line["id"]: (line["amount"], line["formula"]) for line in body["lines"] if line["step"] == "fees"}
    assert lines == {
        "chats@1": ("1.20", "1 × 1.20 (tier from 1)"),  # v is in another vendor's queue
        "chats@2": ("2.00", "2 × 1.00 (tier from 2)"),
        "desk": ("8250.00", "5500.00 × 2 seats × 43200/57600 s attended"),  # 11,000 × 3/4; bob is another vendor's
        "line": ("0.70", "2 × 0.35"),  # 61 s are two minutes
        "least": ("746.10", "max(0, 9000.00 − 8253.90)"),
    }
    assert body["totals"]["fees"] == "9000.00"
    found = {one["id"]: one for one in body["indicators"]}
    # a scope by vendor and channel says nothing of a shift's channel, nor of a log's vendor: all rows are there
    assert (found["logs"]["numerator"], found["logs"]["denominator"]) == ("3", "3")
    # b, from 17:00 to the close; c is answered, but not by this vendor
    assert (found["outages"]["value"], found["outages"]["states"]["missed"]) == ("1", 1)

    evidence = {name: part["indicators"] for name, part in body["evidence"].items() if part.get("indicators")}
    assert evidence["counted_contact"] == ["fee__chats"]
    assert "fee__desk_whole" in body["evidence"]["shift"]["columns"]
    page = items(office.home, closed.ref.id, "fee__chats", state="counted")
    assert [row.item_id for row in page.rows] == ["s", "t", "u"]
    with office.open() as warehouse:
        raw = raw_lines(warehouse, "counted_contact", [(row.source, row.item_id) for row in page.rows])
        assert {len(found) for found in raw.values()} == {3}  # a request and two lines each
        (shift,) = raw_lines(warehouse, "shift", [("attendance", "ann#2")]).values()
    assert [line.place() for line in shift] == ["attendance.csv:3"]

    again = office.close(contract)
    assert not again.is_new
    assert again.body == body
