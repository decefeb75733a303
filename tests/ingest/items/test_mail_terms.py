"""What a contract may choose for mails: questions, hours, means, what decides the period; a year unannounced."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.core.yaml_text import read_yaml
from tests.ingest.items.small_logs import Office, at

HEAD = "message_id, at, direction, automatic, in_reply_to, refs, agent_id, queue"
HOURS = """
calendars:
  email:
    - since: 2026-01-01
      decided: 2025-12-01
      by: x
      weekly: {mon-fri: ["09:00-18:00"]}
      holidays: cn
      on_holidays: closed
      make_up_days: as_monday
"""

# Monday 12 October 2026 and the days after it are ordinary.
THREADS = """
    a1, 12 09:00:00, in, 0,,,, q
    a2, 12 10:00:00, in, 0, a1,,, q
    a3, 12 10:00:01, out, 1, a1,,, q
    a4, 13 11:00:00, out, 0, a1,, ann, q
    a5, 14 09:00:00, in, 0, a4,,, q
    a6, 14 09:00:00, out, 0, a5,, bob, q
    a7, 14 12:00:00, in, 1, a6,,, q
    a8, 15 09:00:00, in, 0, a6,,, q
    b1, 12 08:00:00, out, 0,,, ann, q
    b2, 12 09:00:00, in, 0, b1,,, q
    b3, 12 09:30:00, out, 0, b2,, ann, q
    c1, 12 09:00:00, in, 0,,,, q
    c2, 12 12:00:00, out, 0, c1,, ann, q
    c3, 12 11:00:00, out, 0, c4,, ann, second
    c4, 13 09:00:00, in, 0, c2,,, q
    c5, 13 10:00:00, out, 0, c4,, ann, second
    d1, 12 09:00:00, in, 1,,,, q"""


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("mails")) / "office")
    office.load("mail", HEAD + THREADS)
    return office


def test_questions_are_rounds_of_consecutive_mails(mails: Office) -> None:
    """The acknowledgement of 10:00:01 and the automatic mail of the 14th neither end nor begin a question."""
    found = mails.rows(
        "SELECT thread_id, question_no, CAST(asked_at AS VARCHAR), CAST(replied_at AS VARCHAR), agent_id, is_negative"
        " FROM item_question ORDER BY ALL"
    )
    assert found == [
        ("a1", 1, "2026-10-12 01:00:00+00", "2026-10-13 03:00:00+00", "ann", False),
        ("a1", 2, "2026-10-14 01:00:00+00", "2026-10-14 01:00:00+00", "bob", False),
        ("a1", 3, "2026-10-15 01:00:00+00", None, None, False),
        ("b1", 1, "2026-10-12 01:00:00+00", "2026-10-12 01:30:00+00", "ann", False),
        ("c1", 1, "2026-10-12 01:00:00+00", "2026-10-12 03:00:00+00", "ann", False),
        ("c1", 2, "2026-10-13 01:00:00+00", "2026-10-13 02:00:00+00", "ann", True),  # c3 names c4, and precedes it
    ]


def states(mails: Office, metric: str, **terms: str) -> dict[str, str]:
    found = mails.item_states(f"email.{metric}", terms=terms, calendars=HOURS)
    return {name: state for name, (state, _) in found.items()}


def test_each_question_has_a_limit_of_its_own(mails: Office) -> None:
    assert states(mails, "reply_within_days") == {
        "a1": "met", "b1": "outside: agent-opened", "c1": "met", "d1": "outside: automatic"
    }  # fmt: skip
    assert states(mails, "reply_within_days", grain="question") == {
        "a1#1": "met",
        "a1#2": "met",
        "a1#3": "missed: not yet done",
        "b1#1": "outside: agent-opened",
        "c1#1": "met",
        "c1#2": "unmeasurable: negative interval",
    }


def test_hours_run_by_the_wall_or_in_service(mails: Office) -> None:
    """a1 was answered after 26 hours, 11 of them of service: 9 on Monday, 2 on Tuesday."""
    assert states(mails, "reply_within_hours", within_h="26")["a1"] == "met"
    assert states(mails, "reply_within_hours", within_h="25.999")["a1"] == "missed"
    assert states(mails, "reply_within_hours", within_h="11", clock="working")["a1"] == "met"
    assert states(mails, "reply_within_hours", within_h="10.999", clock="working")["a1"] == "missed"
    assert states(mails, "reply_within_hours", grain="question")["a1#3"] == "missed: not yet done"


def test_means_and_percentiles(mails: Office) -> None:
    """Threads: 11 and 2 hours of service (a1, c1), 26 and 2 by the wall. Questions: 11, 0, 2 hours, one open."""

    calendars = read_yaml(HOURS, "hours")

    def value(metric: str, **terms: str) -> tuple[str | None, int]:
        (found,) = mails.measure(f"email.{metric}", terms=terms, calendars=calendars)
        return found.value, found.n

    assert value("reply_mean") == ("23400", 2)  # 6.5 h
    assert value("reply_mean", clock="wall") == ("50400", 2)  # 14 h
    assert value("reply_mean", grain="question") == ("15600", 3)  # 13 h / 3
    assert value("reply_percentile", percentile="50") == ("7200", 2)
    assert value("reply_percentile", percentile="50", grain="question") == ("7200", 4)
    assert value("reply_percentile", percentile="75.01", grain="question") == ("> 39600", 4)
    assert value("reply_percentile", percentile="50", clock="wall") == ("7200", 2)


def test_a_mail_of_another_queue_moves_its_thread(mails: Office) -> None:
    assert mails.rows("SELECT thread_id, later_queues FROM item_thread ORDER BY ALL") == [
        ("a1", None), ("b1", None), ("c1", ["q", "second"]), ("d1", None)
    ]  # fmt: skip


# --- what decides the period: Friday 30 October 2026, due on Monday 2 November, 18:00, or after 24 hours on Saturday

EDGES = """
    a, 30 10:00:00, in, 0,,,, q
    a2, 2026-11-02 09:00:00, out, 0, a,, ann, q
    b, 30 10:00:00, in, 0,,,, q
    c, 2026-09-30 10:00:00, in, 0,,,, q
    c2, 09 10:00:00, out, 0, c,, ann, q
    d, 29 10:00:00, in, 0,,,, q
    e, 31 10:00:00, in, 0,,,, q"""


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("edges")) / "office")
    office.load("mail", HEAD + EDGES)
    return office


@pytest.mark.parametrize(
    ("metric", "terms", "expected"),
    [
        # d was due on Friday; c, of 30 September, on 8 October, the first working day after the holiday
        ("reply_within_days", {"period_by": "arrival"}, {"a", "b", "d", "e"}),
        ("reply_within_days", {"period_by": "due"}, {"c", "d"}),
        ("reply_within_days", {"period_by": "end"}, {"c", "d"}),
        # 24 hours by the wall: e's are over on 1 November; c's on 1 October
        ("reply_within_hours", {"period_by": "due"}, {"a", "b", "c", "d"}),
        ("reply_within_hours", {"period_by": "end"}, {"b", "c", "d"}),  # a ended with its answer of 2 November
        # 9 hours of service: those of d on Friday at 10:00, of a and b on Monday; c's on 8 October
        ("reply_within_hours", {"period_by": "due", "clock": "working", "within_h": "9"}, {"c", "d"}),
        ("reply_within_hours", {"period_by": "end", "clock": "working", "within_h": "9"}, {"c", "d"}),
        # 8 hours of a and b end with Friday's: c's with 30 September's
        ("reply_within_hours", {"period_by": "due", "clock": "working", "within_h": "8"}, {"a", "b", "d"}),
        # at 09:00 on Monday b has waited 8 hours and no moment more
        ("reply_within_hours", {"period_by": "end", "clock": "working", "within_h": "8"}, {"c", "d"}),
    ],
)
def test_what_decides_the_period(edges: Office, metric: str, terms: dict[str, str], expected: set[str]) -> None:
    for grain, suffix in (("thread", ""), ("question", "#1")):
        found = edges.item_states(
            f"email.{metric}", terms={**terms, "grain": grain}, calendars=HOURS, cut_off_at=at("2026-11-02 09:00:00")
        )
        assert set(found) == {name + suffix for name in expected}


# --- nobody has announced 2027: Friday 25 December 2026, and four working days up to the year's end

NOT_KNOWN = "unmeasurable: no holiday notice for that year"


@pytest.mark.parametrize(
    ("asked", "answered", "terms", "known_until", "state"),
    [
        # four days have passed, whatever 1 January will be
        ("12-25 10:00:00", "", "within_days=5", "01-01 00:00:00", "pending"),
        # the fifth may have been 1 January
        ("12-25 10:00:00", "", "within_days=5", "01-02 00:00:00", NOT_KNOWN),
        # the sixth has not come
        ("12-25 10:00:00", "", "within_days=6", "01-02 00:00:00", "pending"),
        # the fourth was in the year that is known
        ("12-25 10:00:00", "", "within_days=4", "01-02 00:00:00", "missed_not_yet_done"),
        # answered on the second day at the most
        ("12-30 10:00:00", "01-01 10:00:00", "within_days=3", "01-09 00:00:00", "met"),
        ("12-30 10:00:00", "01-01 10:00:00", "within_days=2", "01-09 00:00:00", NOT_KNOWN),
        # two natural days end on 1 January, or later if that is none to work on
        ("12-30 10:00:00", "01-01 10:00:00", "within_days=2 day_kind=natural", "01-09 00:00:00", "met"),
        ("12-31 10:00:00", "", "within_days=1 day_kind=natural", "01-02 00:00:00", "pending"),
        ("12-31 10:00:00", "", "within_days=1 day_kind=natural", "01-02 00:00:01", NOT_KNOWN),
        # after the close, and dealt with from the next opening: of 1 and 2 January, one day at the most has passed
        ("12-31 20:00:00", "", "within_days=2 after_close=next_opening", "01-03 00:00:00", "pending"),
        ("12-31 20:00:00", "", "within_days=1 after_close=next_opening", "01-03 00:00:00", NOT_KNOWN),
        # service days: the week's hours hold on any day of work, and nobody knows which those are
        ("12-25 10:00:00", "", "within_days=5 day_kind=service", "01-01 00:00:00", "pending"),
        ("12-25 10:00:00", "", "within_days=5 day_kind=service", "01-02 00:00:00", NOT_KNOWN),
    ],
)
def test_a_mail_needs_a_years_notice_only_if_its_state_does(
    office: Office, asked: str, answered: str, terms: str, known_until: str, state: str
) -> None:
    rows = [f"a, 2026-{asked}, in, 0,,,, q", *([f"b, 2027-{answered}, out, 0, a,, ann, q"] if answered else [])]
    office.load("mail", "\n".join([HEAD, *rows]))
    december = {"since": date(2026, 12, 1), "until": date(2027, 1, 1), "cut_off_at": at(f"2027-{known_until}")}
    for grain in ("thread", "question"):
        chosen = {**dict(term.split("=") for term in terms.split()), "grain": grain}
        given = {"terms": chosen, "calendars": read_yaml(HOURS, "hours"), **december}
        assert office.states("email.reply_within_days", **given)[state] == 1
