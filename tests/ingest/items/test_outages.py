"""Outages of service: where a stretch without an answer begins and ends, and what makes it an outage."""

from tests.ingest.items.small_logs import Office, at

HEAD = "call_id, direction, queue, arrived_at, answered_at, ended_at, outcome"
HOURS = """
calendars:
  phone:
    - since: 2020-01-01
      decided: 2020-01-01
      by: §1
      weekly: {mon-sun: ["09:00-12:00", "13:00-18:00"]}
      holidays: none
      on_holidays: as_usual
"""


def outages(office: Office, hours: str = HOURS, **terms: str) -> dict[str, str]:
    found = office.item_states("phone.outage", calendars=hours, terms=terms)
    return {item: state for item, (state, _) in found.items()}


def test_from_the_first_call_after_an_answer_to_the_next_answer(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        a, inbound, q, 09:00:00, 09:00:10, 09:05:00, answered
        b, inbound, q, 09:20:00,, 09:21:00, abandoned
        c, inbound, q, 09:40:00, 09:50:00, 09:55:00, answered
        d, inbound, q, 10:00:00, 10:29:59, 10:31:00, answered
        e, inbound, q, 10:30:00,, 10:31:00, lost""",
    )
    # nobody called from 9:00:10 to 9:20, which is quiet; b waits from 9:20, and 9:50 is the next answer: 30 minutes
    # d waits a second less, e from 10:30 to the lunch break: 90 minutes
    assert outages(office) == {"b": "missed", "e": "missed"}
    assert outages(office, at_least_calls="2") == {"b": "missed", "e": "met"}
    assert outages(office, at_least_min="31") == {"e": "missed"}
    assert outages(office, at_least_min="91") == {"e": "met"}  # the longest of its window is shown all the same
    (found,) = office.measure("phone.outage")
    assert (found.value, found.denominator) == ("2", "1")


def test_a_stretch_ends_with_the_close_and_what_comes_outside_hours_begins_none(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        a, inbound, q, 08:00:00,, 08:01:00, abandoned
        b, inbound, q, 09:10:00, 09:10:05, 09:15:00, answered
        c, inbound, q, 11:40:00,, 11:41:00, abandoned
        d, inbound, q, 13:10:00, 13:10:05, 13:15:00, answered
        e, inbound, q, 17:31:00,, 17:32:00, abandoned
        f, inbound, q, 19:00:00,, 19:01:00, abandoned""",
    )
    # c: 20 minutes to the lunch break; e: 29 minutes to the close; neither goes on after it
    assert outages(office) == {"c": "met", "e": "met"}


def test_without_a_calendar_a_day_ends_at_midnight(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        a, inbound, q, 23:20:00,, 23:21:00, abandoned
        b, inbound, q, 13 00:10:00, 13 00:45:00, 13 00:46:00, answered
        c, inbound, q, 13 12:00:00, 13 12:40:00, 13 12:46:00, answered""",
    )
    assert outages(office, "") == {"a": "missed", "b": "missed", "c": "missed"}  # 40, 35 and 40 minutes


def test_what_is_no_offered_call_counts_for_nothing(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        a, outbound, q, 09:00:00, 09:00:10, 09:05:00, answered
        b, inbound, q, 09:20:00,, 09:21:00, ivr_only
        c, inbound, q, 09:30:00,, 09:31:00, abandoned
        d, outbound, q, 09:40:00, 09:40:05, 09:55:00, answered
        e, inbound, r, 09:41:00, 09:41:05, 09:42:00, answered""",
    )
    found = office.measure("phone.outage", scope={"queue": ["q"]})  # neither is an answer of another contract's queue
    assert found[0].value == "1"
    assert office.measure("phone.outage")[0].value == "0"


def test_an_answer_at_the_instant_of_a_call_answers_it(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        a, inbound, q, 09:00:00, 09:00:00, 09:05:00, answered
        b, inbound, q, 11:00:00, 11:00:00, 11:05:00, answered""",
    )
    assert outages(office) == {"a": "met"}


def test_a_transferred_call_is_offered_once_and_answered_by_whoever_takes_it(office: Office) -> None:
    office.load(
        "call",
        """call_id, leg_id, queue, arrived_at, answered_at, ended_at, outcome
        a, 1, q, 09:00:00, 09:00:30, 09:10:00, answered
        a, 2, r, 09:10:00, 09:39:00, 09:45:00, answered
        b, 1, q, 09:10:00,, 09:20:00, abandoned""",
    )
    assert outages(office) == {"b": "met"}  # b from 9:10 to the answer in r at 9:39
    assert office.measure("phone.outage", scope={"queue": ["q"]})[0].value == "1"  # where nobody answers any more


def test_the_cut_off_ends_what_is_known(office: Office) -> None:
    office.load("call", f"{HEAD}\n a, inbound, q, 09:00:00, 09:50:00, 09:55:00, answered")
    for minute, state in (("29", "met"), ("30", "missed")):
        found = office.item_states("phone.outage", calendars=HOURS, cut_off_at=at(f"09:{minute}:00"))
        assert found == {"a": (state, None)}


def test_hours_that_nobody_knows(office: Office) -> None:
    office.load(
        "call", f"{HEAD}\n a, inbound, q, 09:00:00,, 09:01:00, abandoned\n b, inbound, q, 10:00:00,, 10:01:00, lost"
    )
    unknown = HOURS.replace("since: 2020-01-01", "since: 2026-10-20")
    assert outages(office, unknown) == {"a": "unmeasurable: no calendar for that day"}
