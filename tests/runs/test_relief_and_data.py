"""Relief that was granted, and logs that are not complete: what they do to a month, and that a pack says the same."""

from pathlib import Path

import pytest

from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.seal import seal
from pipelines.runs.verify import verify
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import CONNECT, WAIT, contract

CALLS = """call_id, queue, agent_id, arrived_at, outcome, wait_s
    a, q, ann, 05 09:00:00, answered, 10
    b, q, ann, 05 09:10:00, abandoned, 60
    c, q, bob, 14 09:20:00, abandoned, 70
    d, vip, bob, 14 09:20:00, abandoned, 80
    e, q, bob, 15 09:20:00, abandoned, 90"""
RELIEF = """
relief:
  - {id: power, ground: outage, from: 2026-10-14, until: 2026-10-15, scope: {queue: [q]}, logged: 2026-10-15, by: "7.1, notice 1"}
"""  # noqa: E501 - as a contract writes it


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "office")
    office.load("call", CALLS, now=NOW)
    return office


def test_items_of_relieved_days_are_excluded_with_their_ground_and_a_pack_says_the_same(office: Office) -> None:
    """Of a to e, c alone is of queue q on the 14th: 1 of 4, not 1 of 5."""
    closed = office.close(office.contract(contract(CONNECT.replace("TARGET", "90%"), more=RELIEF)))
    (connect,) = closed.body["indicators"]
    assert (connect["numerator"], connect["denominator"]) == ("1", "4")
    assert connect["states"]["excluded"] == {"relief (outage)": 1}
    draft = seal(office.home, "small:2026-10", now=NOW)
    assert verify(draft.path).problems == []


def test_relief_of_all_the_contract_takes_whole_days(office: Office) -> None:
    """Without a scope c and d go: 1 of 3."""
    whole = RELIEF.replace("scope: {queue: [q]}, ", "")
    closed = office.close(office.contract(contract(CONNECT.replace("TARGET", "90%"), more=whole)))
    assert (closed.body["indicators"][0]["numerator"], closed.body["indicators"][0]["denominator"]) == ("1", "3")


DAILY = "call_id, queue, agent_id, arrived_at, outcome, wait_s\n" + "\n".join(
    f"    d{day}, q, ann, {day:02} 12:00:00, abandoned, 60" for day in range(1, 32)
)
REQUIRED = "data: {sources: [{source: call, channel: phone, complete: 98%}]}\n"


def test_a_log_below_its_completeness_leaves_no_data_and_keeps_the_weight_where_that_is_agreed(tmp_path: Path) -> None:
    """31 rows of calls, one a day, stand beside two that cannot be read: 31 of 33 = 93.94 %, and 98 % are required.

    Both indicators need only the log of calls; one keeps its weight at 0 points, the other leaves the score.
    """
    office = Office(tmp_path / "office")
    mapping, log = office.write(
        "call", f"{DAILY}\n    x, q, ann, no time, answered, 10\n    y, q, ann, none, answered, 10"
    )
    ingest_files(office.home, [mapping], [log], now=NOW)
    promises = CONNECT.replace("TARGET", "90%") + "    if_no_data: zero\n" + WAIT
    closed = office.close(office.contract(contract(promises, more=REQUIRED)))
    connect, wait = closed.body["indicators"]
    for one in (connect, wait):
        assert (one["verdict"], one["reason"]) == ("no data", "call is 93.94 % complete, 98.00 % are required")
    assert (connect["points"], wait["points"]) == ("0", None)
    assert [line["id"] for line in closed.body["lines"]] == ["monthly", "tax"]
    assert verify(seal(office.home, "small:2026-10", now=NOW).path).problems == []


def test_a_complete_log_changes_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path / "office")
    office.load("call", DAILY, now=NOW)
    closed = office.close(office.contract(contract(CONNECT.replace("TARGET", "90%"), more=REQUIRED)))
    assert closed.body["indicators"][0]["verdict"] == "missed"
    assert [one["as"] for one in closed.body["questions"]] == ["value", "data"]


@pytest.mark.parametrize(("keeper", "counted"), [("operator", ("1", "2")), ("vendor", ("0", "1"))])
def test_the_log_of_record_speaks_where_both_parties_keep_one(
    tmp_path: Path, keeper: str, counted: tuple[str, str]
) -> None:
    """The operator's log has two calls, one of them answered, the vendor's one that is lost."""
    office = Office(tmp_path / "office")
    head = "call_id, queue, agent_id, arrived_at, outcome, wait_s\n"
    office.load("call", head + "a, q, ann, 05 09:00:00, answered, 9\n b, q, ann, 05 10:00:00, abandoned, 60", now=NOW)
    theirs = head + "a, q, ann, 05 09:00:00, abandoned, 60"
    office.load("call", theirs, source="theirs", keeper="vendor", now=NOW)
    record = f"data: {{of_record: {{phone.connect_rate: {keeper}}}}}\n"
    closed = office.close(office.contract(contract(CONNECT.replace("TARGET", "90%"), more=record)))
    (connect,) = closed.body["indicators"]
    assert (connect["numerator"], connect["denominator"]) == counted
    assert verify(seal(office.home, "small:2026-10", now=NOW).path).problems == []


VIOLATIONS = """
  - id: rude
    clause: "4.3"
    metric: quality.violations@1
    target: 0
    consequences: [{id: each, form: per_incident, amount: 500}]
"""


def test_incidents_of_which_no_log_tells_are_no_data_and_those_that_nobody_committed_are_none(tmp_path: Path) -> None:
    """A count is 0 where its source was delivered: one inspection, of another vendor's call, says that it was."""
    office = Office(tmp_path / "office")
    office.load("call", CALLS, now=NOW)
    path = office.contract(contract(VIOLATIONS, more="scope: {queue: [q]}\n"))
    (rude,) = office.close(path).body["indicators"]
    assert (rude["verdict"], rude["reason"]) == ("no data", "no items")
    office.load(
        "inspection", "inspection_id, contact_channel, contact_id, inspected_at\n i1, phone, d, 16 09:00:00", now=NOW
    )
    (rude,) = office.close(path).body["indicators"]
    assert (rude["verdict"], rude["value"], rude["population"]) == ("met", "0", 0)
