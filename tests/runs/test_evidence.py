"""What the evidence of a month holds, and what it leaves out."""

import re

import pytest

from pipelines.metrics.declare import installed_metrics
from pipelines.runs.evidence import KNOWN, PERSONAL
from pipelines.runs.readers import query
from pipelines.runs.seal import seal
from pipelines.runs.statements import evidence_folder
from pipelines.runs.verify import verify
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import ALWAYS_OPEN, contract

ASKED = re.compile(rf"\b({'|'.join(PERSONAL)})\b(?!\s+IS\s+(?:NOT\s+)?NULL)")


@pytest.mark.parametrize("metric", installed_metrics())
def test_an_expression_asks_of_a_person_only_whether_they_are_known(metric: str) -> None:
    """So the evidence, which the vendor is handed, may keep who they are to itself."""
    found = installed_metrics()[metric]
    assert ASKED.findall(re.sub(r"--.*", "", f"{found.sql} {found.amount or ''}")) == []


def test_the_pattern_finds_what_it_looks_for() -> None:
    assert ASKED.findall("customer_id = '7' AND order_id IS NULL AND customer_id IS NOT NULL") == ["customer_id"]


def test_no_customer_stands_in_the_evidence(office: Office) -> None:
    """Three chats of one customer on one day are one, by their group; it is named by the first of them."""
    office.load(
        "chat",
        "session_id, event_id, seq, at, kind, author, customer_id"
        + "".join(
            f"\n {name}, {name}1, 1, 09:{minute}:00, opened, customer, 13800000001"
            f"\n {name}, {name}2, 2, 09:{minute}:05, request, customer, 13800000001"
            f"\n {name}, {name}3, 3, 09:{minute}:15, line, agent, 13800000001"
            for name, minute in (("b", 30), ("a", 20), ("c", 40))
        ),
    )
    office.load(
        "call",
        "call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s\n"
        "x, 13800000001, q, ann, 10:00:00, answered, 5",
    )
    text = """
  - id: first
    clause: "1"
    metric: chat.first_response@1
    terms: {grain: customer_day}
    target: 90%
  - {id: again, clause: "2", metric: contact.repeat_rate@1, target: 10%}
"""
    closed = office.close(office.contract(contract(text, more=ALWAYS_OPEN)))
    folder = evidence_folder(office.home, closed.ref.id)
    rows = query(f"SELECT item_id, first_group FROM '{folder / 'chat_session.parquet'}' ORDER BY item_id", folder)
    assert rows == [("a", "chat/a"), ("b", "chat/a"), ("c", "chat/a")]
    assert query(f"SELECT DISTINCT customer_id FROM '{folder / 'next_contact.parquet'}'", folder) == [(KNOWN,)]
    assert not [path for path in folder.rglob("*") if path.is_file() and b"13800000001" in path.read_bytes()]
    assert verify(seal(office.home, closed.ref.id, now=NOW).path).problems == []
