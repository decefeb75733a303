"""A month closed on merged retries, a period by the end, handle time and occupancy: figures, days and evidence."""

from typing import Any

from pipelines.runs.items import daily, items
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract

INDICATORS = """
  - id: connect
    clause: "4.1"
    metric: phone.connect_rate@1
    terms: {retries_merge_min: 3}
    target: 90%
    weight: 25
    scoring: {form: pass_fail}
  - id: level
    clause: "4.2"
    metric: phone.service_level@1
    terms: {period_by: end}
    target: 80%
    weight: 25
    scoring: {form: pass_fail}
  - id: handled
    clause: "4.3"
    metric: phone.handle_time@1
    target: 120
    weight: 25
    scoring: {form: pass_fail}
  - id: busy
    clause: "4.4"
    metric: phone.occupancy@1
    target: 70%
    weight: 25
    scoring: {form: pass_fail}
"""


def test_attempts_of_two_months_are_one_of_the_first(office: Office) -> None:
    """wang: missed on 31 October, answered on 1 November: one attempt of October, met. li: missed. 1 of 2."""
    office.load(
        "call",
        """call_id, customer_id, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome, talk_s, hold_s, wrap_s
        a, wang,    , 31 23:58:00, 31 23:58:00,, 31 23:59:00, abandoned,,,
        b, wang, ann, 2026-11-01 00:01:00,, 2026-11-01 00:01:10, 2026-11-01 00:02:00, answered,1,1,1
        c, li,      , 09:00:00, 09:00:00,, 09:00:40, abandoned,,,
        d, zhao, ann, 2026-09-30 23:59:50, 2026-09-30 23:59:50, 01 00:00:05, 01 00:01:00, answered,40,10,5""",
    )
    office.load(
        "agent_state", "agent_id, since_at, until_at, state\n ann, 09:00:00, 09:30:00, talking\n ann, 09:30:00,, idle"
    )
    closed = office.close(office.contract(contract(INDICATORS)))
    found = {one["id"]: one for one in closed.body["indicators"]}

    def value(name: str) -> tuple[Any, ...]:
        part = found[name]["parts"][0]
        return part["numerator"], part["denominator"]

    assert value("connect") == ("1", "2")
    assert value("level") == ("1", "3")  # d in time, ended in October; a and c not; b is November's
    assert value("handled") == ("0", "0")  # d's call came in September, b's in November
    rows = daily(office.home, closed.ref.id, "connect")
    assert {row.name: (row.met, row.missed) for row in rows}["2026-10-31"] == (1, 0)
    page = items(office.home, closed.ref.id, "connect")
    assert [row.item_id for row in page.rows] == ["c", "a", "b"]  # every attempt is an item that an appeal may name
    assert value("busy")[0] == "1800"  # half an hour of talking; idle from then on to the cut-off
