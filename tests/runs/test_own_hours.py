"""Two indicators of one channel, each by hours of its own."""

from pipelines.core.yaml_text import read_yaml
from pipelines.runs.seal import seal
from pipelines.runs.verify import verify
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import contract

# One asks at 08:30 and is answered at 09:00:10, one at 09:30 and is answered 20 s later.
CHATS = """session_id, event_id, seq, at, kind, author
    early, e1, 1, 08:30:00, opened, customer
    early, e2, 2, 08:30:00, request, customer
    early, e4, 4, 08:30:00, line, customer
    early, e3, 3, 09:00:10, line, agent
    later, l1, 1, 09:30:00, opened, customer
    later, l2, 2, 09:30:00, request, customer
    later, l4, 4, 09:30:00, line, customer
    later, l3, 3, 09:30:20, line, agent"""
OPEN = 'since: 2026-01-01, decided: 2025-12-01, by: "1.3", holidays: none, on_holidays: as_usual'
HOURS = f"""
calendars:
  chat: [{{{OPEN}, weekly: {{mon-sun: ["08:00-23:00"]}}}}]
  day: [{{{OPEN}, weekly: {{mon-sun: ["09:00-23:00"]}}}}]
"""
TWO = """
  - {id: whole, clause: "1", metric: chat.first_response@1, terms: {outside_hours: OUTSIDE}, target: 90%}
  - {id: day, clause: "2", metric: chat.first_response@1, terms: {outside_hours: OUTSIDE}, target: 90%, calendar: day}
"""


def closed(office: Office, outside: str) -> dict[str, tuple[str, str]]:
    office.load("chat", CHATS)
    body = office.close(office.contract(contract(TWO.replace("OUTSIDE", outside), more=HOURS))).body
    assert [(one["column"], one["calendar"]) for one in body["questions"]] == [("whole", None), ("day", "day")]
    return {one["id"]: (one["numerator"], one["denominator"]) for one in body["indicators"]}


def test_an_arrival_is_of_the_population_by_the_hours_that_are_named(office: Office) -> None:
    """From 08:00 on: 1 of 2 in time. From 09:00 on only the later one arrives."""
    assert closed(office, "out_of_population") == {"whole": ("1", "2"), "day": ("1", "1")}


def test_seconds_are_counted_in_the_hours_that_are_named(office: Office) -> None:
    """Half an hour and 10 s from 08:00 on, 10 s from 09:00 on: in time by the latter."""
    assert closed(office, "service_seconds") == {"whole": ("1", "2"), "day": ("2", "2")}


def test_it_can_be_proved_measured_alone_and_looked_at(office: Office) -> None:
    closed(office, "service_seconds")
    assert verify(seal(office.home, "small:2026-10", now=NOW).path).problems == []
    hours = read_yaml(HOURS, "hours")
    found = {
        named: [
            (one.numerator, one.denominator)
            for one in office.measure("chat.first_response", calendars=hours, calendar=named)
        ]
        for named in (None, "day")
    }
    assert found == {None: [("1", "2")], "day": [("2", "2")]}
