"""Structured logs: every element has one fate; the first adapter reads contact records of Amazon Connect."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.problem import Refused
from pipelines.ingest.trace import find_raw
from pipelines.runs.ingest_files import ingest_files
from pipelines.sources.amazon_connect_ctr import Unreadable, leg
from pipelines.warehouse.store import Warehouse
from tests.ingest.conftest import NOW, Bench

MAPPING = """\
source: connect
channel: phone
keeper: vendor
zone: UTC
adapter: amazon_connect_ctr
"""


def record(**changes: Any) -> dict[str, Any]:
    """A call that waited 60 s and was talked to for 90 s, 10 s on hold, 5 s after."""
    return {
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "ContactId": "c-1",
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": "2026-05-04T09:00:00Z",
        "LastUpdateTimestamp": "2026-05-04T09:10:00Z",
        "DisconnectTimestamp": "2026-05-04T09:09:00Z",
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": {"Address": "+8613800000000"},
        "Queue": {
            "Name": "sales",
            "EnqueueTimestamp": "2026-05-04T09:00:30Z",
            "DequeueTimestamp": "2026-05-04T09:01:30Z",
            "Duration": 60,
        },
        "Agent": {
            "Username": "ann",
            "ConnectedToAgentTimestamp": "2026-05-04T09:01:30Z",
            "AgentInteractionDuration": 90,
            "CustomerHoldDuration": 10,
        },
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "outcome", "ended"),
    [
        ({}, "answered", "09:03:10"),  # 09:01:30 + 90 + 10
        ({"TransferCompletedTimestamp": "2026-05-04T09:02:00Z"}, "answered", "09:02:00"),
        ({"Agent": None}, "abandoned", "09:01:30"),
        ({"Agent": None, "DisconnectReason": "TELECOM_PROBLEM"}, "lost", "09:01:30"),
        ({"Agent": None, "Queue": None}, "ivr_only", "09:09:00"),
        ({"Agent": None, "Queue": None, "DisconnectTimestamp": None}, "open", "None"),
    ],
)
def test_how_a_leg_ended(changes: dict[str, Any], outcome: str, ended: str) -> None:
    found = leg(record(**changes))
    assert (found["outcome"], str(found["ended_at"])[-14:-6] or "None") == (
        outcome,
        ended if ended != "None" else "None",
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Channel": "CHAT"}, "row.unknown_value"),
        ({"InitiationMethod": "TELEPATHY"}, "row.unknown_value"),
        ({"ContactId": None}, "row.missing_value"),
        ({"InitiationTimestamp": "2026-05-04T09:00:00"}, "row.bad_time"),  # no offset
        ({"InitiationTimestamp": 7}, "row.bad_time"),
        ({"Queue": {"Duration": "60"}}, "row.bad_number"),
    ],
)
def test_what_is_no_leg(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        leg(record(**changes))
    assert refused.value.fault.code == code


WAYS: dict[str, Callable[[list[Any]], str]] = {
    "array": lambda records: json.dumps(records, indent=2),
    "lines": lambda records: "\n".join(json.dumps(each) for each in records) + "\n",
    "one after another": lambda records: "".join(json.dumps(each) for each in records),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_element_has_one_fate(bench: Bench, way: str) -> None:
    records = [record(), record(), record(Channel="TASK"), record(InitiationTimestamp=None, ContactId="c-2")]
    report = bench.load(WAYS[way](records), MAPPING, "ctr.json")
    assert (report.lines, report.accepted, report.duplicates, report.quarantined) == (4, 1, 1, 2)
    assert report.reasons == (("row.missing_value", "arrived_at", 1), ("row.unknown_value", "Channel", 1))
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 1, "call", ("c-1", "c-1"))
    assert (raw.line_no, raw.fields["Queue.Name"], "Agent.Username" in raw.personal) == (1, "sales", True)


def test_a_line_that_is_no_json_costs_itself(bench: Bench) -> None:
    report = bench.load(
        json.dumps(record()) + '\n{"Contact": \n' + json.dumps(record(ContactId="c-2")), MAPPING, "c.json"
    )
    assert (report.accepted, report.quarantined) == (2, 1)


def test_a_broken_array_is_refused(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"\[file.json\]"):
        bench.load(json.dumps([record()])[:-1], MAPPING, "c.json")


def test_a_file_of_another_kind_and_an_adapter_that_is_none(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"\[ingest.foreign_file\]"):
        bench.load("[1, 2]", MAPPING, "c.json")
    with pytest.raises(Refused, match=r"\[mapping.unknown_adapter\]"):
        bench.load("[1, 2]", MAPPING.replace("amazon_connect_ctr", "telex"), "c.json")


def test_one_contact_in_three_versions_delivered_twice_each(bench: Bench, real_log: Callable[[str], Path]) -> None:
    folder = real_log("amazon_connect_ctr")
    report = ingest_files(bench.home, [MAPPING], [folder / "duplicated_samples.json"], now=NOW)[0]
    assert (report.lines, report.accepted, report.duplicates) == (6, 3, 3)
    assert bench.rows(
        "SELECT arrived_at::VARCHAR, queued_at::VARCHAR, answered_at::VARCHAR, ended_at::VARCHAR, outcome, "
        "[wait_s, talk_s, hold_s, wrap_s]::INTEGER[] FROM event_call ORDER BY record_at DESC LIMIT 1"
    ) == [
        (
            *("2022-01-05 17:12:59+00", "2022-01-05 17:14:46+00", "2022-01-05 17:20:32+00", "2022-01-05 17:28:17+00"),
            *("answered", [346, 239, 221, 5]),  # 17:20:32 + 239 + 221 + 5 s = 17:28:17
        )
    ]
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 1, "call", ["6fe40d2a-1a89-4d73-bfcf-5d9c33894f47"] * 2)
    assert raw.fields["LastUpdateTimestamp"] == "2022-01-11T04:09:47Z"  # the latest version
