"""Edges of days, hours and months, seen in the figures: metrics.md, section 10, end to end. Times are Beijing's.

tests/worktime/test_named_cases.py has the same edges in the clocks alone; here a log is loaded and a metric asked.
"""

from datetime import date

import pytest

from pipelines.core.yaml_text import TextTree, read_yaml
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.measure import Measurement, measure
from tests.ingest.items.small_logs import NOW, Office, at

OFFICE_HOURS = '{mon-fri: ["09:00-18:00"]}'


def hours(weekly: str = OFFICE_HOURS, *, holidays: str = "cn", more: str = "", later: str = "") -> TextTree:
    """Return a calendar of every channel; ``later`` is a further version of its hours."""
    version = f"""
    - since: 2026-01-01
      decided: 2025-12-01
      by: "1.3"
      weekly: {weekly}
      holidays: {holidays}
      on_holidays: closed
"""
    return read_yaml(f"calendars:\n  default:{version}{more}{later}", "hours.yaml")


def by_queue(office: Office, metric: str, calendars: TextTree, **terms: str) -> dict[str, Measurement]:
    """Measure the year 2026 as it was known in February 2027; each case below has a queue of its own."""
    found = office.measure(
        metric, since=date(2026, 1, 1), until=date(2027, 1, 1), by=["queue"], terms=terms, calendars=calendars,
        cut_off_at=at("2027-02-01 00:00:00"),
    )  # fmt: skip
    return {one.group["queue"]: one for one in found}


# --- limits in working days ------------------------------------------------------------------------------------------

# asked, answered in time at the close of the next working day, and a second late
MAILS = {
    # Friday 19 June is Dragon Boat Festival: Thursday's mail is due on Monday
    "a holiday inside a week": ("2026-06-18 12:00:00", "2026-06-22 18:00:00", "2026-06-22 18:00:01"),
    # 1 to 7 October are off
    "a holiday across a week": ("2026-09-30 12:00:00", "2026-10-08 18:00:00", "2026-10-08 18:00:01"),
    # Saturday 10 October is worked
    "make-up Saturday": ("2026-10-09 12:00:00", "2026-10-10 18:00:00", "2026-10-10 18:00:01"),
    # written on the make-up Saturday after its close: that day is not counted
    "make-up Saturday's evening": ("2026-10-10 20:00:00", "2026-10-12 18:00:00", "2026-10-12 18:00:01"),
    "a Sunday": ("2026-03-08 12:00:00", "2026-03-09 18:00:00", "2026-03-09 18:00:01"),
}


@pytest.mark.parametrize("case", MAILS)
def test_a_reply_within_one_working_day(office: Office, case: str) -> None:
    asked, in_time, late = MAILS[case]
    office.load(
        "mail",
        f"""message_id, at, direction, in_reply_to, queue
        a, {asked}, in,, in time
        b, {in_time}, out, a, in time
        c, {asked}, in,, late
        d, {late}, out, c, late""",
    )
    found = by_queue(office, "email.reply_within_days", hours())
    assert {queue: (one.numerator, one.denominator) for queue, one in found.items()} == {
        "in time": ("1", "1"),
        "late": ("0", "1"),
    }


def test_a_year_without_a_notice_is_unmeasurable_where_it_is_needed(office: Office) -> None:
    """Nobody has announced the holidays of 2027: a limit that reaches into it is unknown, one the same day is not."""
    office.load(
        "mail",
        """message_id, at, direction, in_reply_to, queue
        a, 2026-12-31 12:00:00, in,, next year
        b, 2027-01-04 09:00:00, out, a, next year
        c, 2026-12-31 12:00:00, in,, same day
        d, 2026-12-31 17:00:00, out, c, same day""",
    )
    found = by_queue(office, "email.reply_within_days", hours())
    assert found["next year"].value is None
    assert sum(found["next year"].states["unmeasurable"].values()) == 1
    assert found["same day"].states["met"] == 1


# --- clocks of service seconds ---------------------------------------------------------------------------------------

PROMOTION = """
      promotions:
        - {from: 2026-03-02, until: 2026-03-03, windows: ["20:00-22:00"], notified: 2026-03-02 21:00, by: notice}
"""
SHORTER = """
    - since: 2026-03-04
      decided: 2026-02-01
      by: "1.4"
      weekly: {mon-fri: ["10:00-16:00"]}
      holidays: cn
      on_holidays: closed
"""
CHATS = {
    # 11:59:50-12:00:00 and 13:00:00-13:00:10
    "lunch gap": ("2026-03-02 11:59:50", "2026-03-02 13:00:10", 20, hours('{mon-fri: ["09:00-12:00", "13:00-18:00"]}')),
    # a window of Wednesday 30 September shuts at 02:00 of the holiday, and the holidays open none: 10 s + 2 h
    "over midnight into a holiday": (
        "2026-09-30 23:59:50", "2026-10-02 12:00:00", 7210, hours('{mon-sun: ["22:00-02:00"]}'),
    ),
    "around the clock": ("2026-03-01 23:59:59", "2026-03-02 00:00:01", 2, hours('{mon-sun: ["00:00-24:00"]}')),
    # Tuesday 17:00-18:00, then Wednesday 10:00-10:30 by the new hours
    "calendar changed while the clock runs": ("2026-03-03 17:00:00", "2026-03-04 10:30:00", 5400, hours(later=SHORTER)),
    # open 20:00-22:00 by a notice of 21:00: asked at 20:30, answered at 21:30
    "promotion announced late": ("2026-03-02 20:30:00", "2026-03-02 21:30:00", 1800, hours(more=PROMOTION)),
    "created and answered outside hours": ("2026-03-02 20:00:00", "2026-03-02 21:00:00", 0, hours()),
    "answered before opening": ("2026-03-02 20:00:00", "2026-03-03 08:59:59", 0, hours()),
    "holiday inside the clock": ("2026-06-18 17:59:00", "2026-06-22 09:01:00", 120, hours()),
}  # fmt: skip


@pytest.mark.parametrize("case", CHATS)
def test_a_first_response_in_service_seconds(office: Office, case: str) -> None:
    asked, answered, seconds, calendars = CHATS[case]
    office.load(
        "chat",
        f"""session_id, event_id, seq, at, kind, author, agent_id, queue
        s, 1, 1, {asked}, line, customer,, q
        s, 2, 2, {answered}, line, agent, ann, q""",
    )
    found = by_queue(office, "chat.first_response_mean", calendars)["q"]
    assert (found.numerator, found.denominator) == (str(seconds), "1")


# --- a month's end ---------------------------------------------------------------------------------------------------

BY_MILLISECOND = """
source: call
channel: phone
keeper: operator
zone: Asia/Shanghai
resolution_s: "0.001"
file: {format: csv}
tables:
  call:
    key: {call_id: call_id}
    columns:
      queue: {constant: q}
      arrived_at: {from: arrived, format: "%Y-%m-%d %H:%M:%S.%g"}
      outcome: {constant: answered}
      wait_s: {constant: "1"}
"""


def test_the_last_millisecond_of_a_month_is_the_months_and_the_local_day_decides(office: Office) -> None:
    """October of Beijing runs from 30 September 16:00 UTC to 31 October 16:00 UTC."""
    log = office.inbox / "calls.csv"
    instants = (
        "2026-09-30 23:59:59.999",
        "2026-10-01 00:00:00.000",
        "2026-10-31 23:59:59.999",
        "2026-11-01 00:00:00.000",
    )
    log.write_text(
        "call_id,arrived\n" + "".join(f"{no},{text}\n" for no, text in enumerate(instants)), encoding="utf-8"
    )
    ingest_files(office.home, [BY_MILLISECOND], [log], now=NOW)
    since, until, metric = date(2026, 9, 1), date(2026, 12, 1), "phone.connect_rate"
    found = measure(office.home, [metric], since=since, until=until, by=["month", "day"], zone="Asia/Shanghai")
    assert [tuple(one.group.values()) for one in found] == [
        ("2026-09", "2026-09-30"), ("2026-10", "2026-10-01"), ("2026-10", "2026-10-31"), ("2026-11", "2026-11-01"),
    ]  # fmt: skip
    (october,) = office.measure(metric)
    assert october.population == 2
    in_utc = measure(office.home, [metric], since=since, until=until, by=["month"], zone="UTC")
    assert [(one.group["month"], one.population) for one in in_utc] == [("2026-09", 2), ("2026-10", 2)]


def test_a_ring_that_nobody_answers_again_and_again_is_one_call(office: Office) -> None:
    """It rang out at three agents in turn, and the caller gave up: one call, missed once, given to nobody."""
    office.load(
        "call",
        """call_id, leg_id, queue, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome
        c, 1, q, ann, 09:00:00, 09:00:00,, 09:00:20, lost
        c, 2, q, bob, 09:00:20, 09:00:20,, 09:00:40, lost
        c, 3, q, ann, 09:00:40, 09:00:40,, 09:01:00, lost""",
    )
    assert office.states("phone.connect_rate") == {"missed": 1}
    found = {one.group["agent"]: one for one in office.measure("phone.connect_rate", by=["agent"])}
    assert {agent: (one.population, one.handled, one.touched) for agent, one in found.items()} == {
        "(no agent)": (1, None, None),
        "ann": (0, 0, 1),  # two legs, one call
        "bob": (0, 0, 1),
    }
