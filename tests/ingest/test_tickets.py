"""A line that is several events, a time that is another plus a duration, rows left out by a number."""

from pipelines.ingest.trace import find_raw
from pipelines.warehouse.store import Warehouse
from tests.ingest.conftest import Bench

TICKETS = """\
source: desk
channel: case
keeper: operator
zone: Europe/Berlin
missing: ["", "?"]
file: {format: csv}
tables:
  case:
    key: {case_id: no}
    columns: {topic: {from: topic}}
    rows:
      opened:
        key: {event_id: {constant: opened}}
        columns:
          kind: {constant: opened}
          at: {from: created, format: "%-d/%-m/%Y %H:%M"}
      first_reply:
        when: {column: hours, is: present}
        key: {event_id: {constant: first_reply}}
        columns:
          kind: {constant: first_reply}
          at: {from: created, format: "%-d/%-m/%Y %H:%M", plus: {from: hours, unit: h}}
"""
HEAD = "no,created,topic,hours\n"
EVENTS = 'SELECT case_id, kind, CAST("at" AS VARCHAR), topic FROM event_case ORDER BY case_id, "at"'


def test_a_line_gives_an_event_a_row(bench: Bench) -> None:
    """1.11 h are 3,996 s; a ticket that nobody answered is opened, no more."""
    report = bench.load(HEAD + "1,4/5/2026 09:00,high,1.11\n2,14/5/2026 23:30,low,?\n", TICKETS)
    assert (report.lines, report.accepted, report.quarantined, report.rows) == (2, 2, 0, (("event_case", 3),))
    assert bench.rows(EVENTS) == [
        ("1", "opened", "2026-05-04 07:00:00+00", "high"),
        ("1", "first_reply", "2026-05-04 08:06:36+00", "high"),
        ("2", "opened", "2026-05-14 21:30:00+00", "low"),
    ]


def test_what_is_added_is_added_to_the_instant_whatever_the_clock_does(bench: Bench) -> None:
    # 2026-03-29, 02:00 CET becomes 03:00 CEST: two hours after 01:30 (00:30 UTC) it is 04:30 there (02:30 UTC)
    bench.load(HEAD + "1,29/3/2026 01:30,high,2\n", TICKETS)
    assert [row[2] for row in bench.rows(EVENTS)] == ["2026-03-29 00:30:00+00", "2026-03-29 02:30:00+00"]


def test_a_whole_instant_may_be_added_to_as_well(bench: Bench) -> None:
    mapping = TICKETS.replace('"%-d/%-m/%Y %H:%M"', "iso").replace("unit: h", "unit: ms")
    bench.load(HEAD + "1,2026-05-04T09:00:00.5+02:00,high,1500\n", mapping)
    assert [row[2] for row in bench.rows(EVENTS)] == ["2026-05-04 07:00:00.5+00", "2026-05-04 07:00:02+00"]


def test_a_duration_that_cannot_be_read_costs_the_whole_line(bench: Bench) -> None:
    report = bench.load(HEAD + "1,4/5/2026 09:00,high,soon\n", TICKETS)
    assert (report.accepted, report.quarantined) == (0, 1)
    assert report.reasons == (("row.bad_number", "hours", 1),)
    assert bench.rows(EVENTS) == []


def test_a_required_time_needs_what_is_added_to_it(bench: Bench) -> None:
    report = bench.load(
        HEAD + "1,4/5/2026 09:00,high,?\n", TICKETS.replace("        when: {column: hours, is: present}\n", "")
    )
    assert report.reasons == (("row.missing_value", "hours", 1),)


def test_an_event_that_several_lines_repeat_is_one(bench: Bench) -> None:
    """A log with a line a change: the opening stands in each of them, and is one event."""
    report = bench.load(HEAD + "1,4/5/2026 09:00,high,?\n1,4/5/2026 09:00,high,3\n1,4/5/2026 09:00,high,3\n", TICKETS)
    assert (report.lines, report.accepted, report.duplicates) == (3, 2, 1)
    assert [row[1] for row in bench.rows(EVENTS)] == ["opened", "first_reply"]


def test_the_same_tickets_in_another_file_are_known(bench: Bench) -> None:
    bench.load(HEAD + "1,4/5/2026 09:00,high,3\n", TICKETS)
    report = bench.load(HEAD + "1,4/5/2026 09:00,high,3\n2,4/5/2026 09:00,low,3\n", TICKETS, "more.csv")
    assert (report.accepted, report.duplicates, report.rows) == (1, 1, (("event_case", 2),))


def test_each_event_is_traced_to_its_line(bench: Bench) -> None:
    bench.load(HEAD + "1,4/5/2026 09:00,high,3\n2,4/5/2026 10:00,low,3\n", TICKETS)
    with Warehouse(bench.home, read_only=True) as warehouse:
        for event in ("opened", "first_reply"):
            assert find_raw(warehouse, 1, "case", ("2", event)).line_no == 3


def test_rows_are_left_out_by_a_number_and_counted(bench: Bench) -> None:
    skip = (
        "skip:\n"
        '  - {column: hours, above: "72", because: forgotten tickets}\n'
        '  - {column: hours, at_most: "0", because: tickets that a machine closed}\n'
    )
    rows = "".join(
        f"{no},4/5/2026 09:00,high,{hours}\n" for no, hours in enumerate(["72", "72.01", "0", "0.01", "?"], 1)
    )
    report = bench.load(HEAD + rows, TICKETS + skip)
    assert (report.accepted, report.skipped, report.quarantined) == (3, 2, 0)
    assert [row[0] for row in bench.rows("SELECT DISTINCT case_id FROM event_case ORDER BY 1")] == ["1", "4", "5"]


def test_a_table_takes_rows_by_a_number(bench: Bench) -> None:
    mapping = TICKETS.replace(
        "{column: hours, is: present}", '[{column: hours, at_least: "1"}, {column: hours, below: "3"}]'
    )
    bench.load(HEAD + "".join(f"{h},4/5/2026 09:00,x,{h}\n" for h in ("0.99", "1", "2.99", "3", "1_0")), mapping)
    assert bench.rows("SELECT case_id FROM event_case WHERE kind = 'first_reply' ORDER BY 1") == [("1",), ("2.99",)]
