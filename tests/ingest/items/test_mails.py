"""Email threads: which mails belong together, from which mail the clock runs, and which mail stops it."""

from pathlib import Path

import pytest

from tests.ingest.items.small_logs import Office

HEAD = "message_id, at, direction, automatic, in_reply_to, refs, ticket_id, agent_id"

# One working day; Monday 12 October 2026 is an ordinary working day, and every hour is served: due by Tuesday 24:00.
THREADS = """
    a1, 12 09:00:00, in, 0,,,,
    a2, 12 09:00:01, out, 1, a1,,,
    a3, 13 23:59:59, out, 0, a1,,, ann

    b1, 12 09:00:00, in, 0,,,,
    b2, 12 10:00:00, in, 0, b1,,,
    b3, 14 00:00:01, out, 0,, b1 b2,, ann

    c1, 12 09:00:00, in, 0,,, T7,
    c2, 12 09:30:00, out, 0,,, T7, ann

    d1, 12 09:00:00, in, 0,,, T8,
    d2, 12 08:00:00, out, 0, d1,, T8, ann

    e1, 12 08:00:00, out, 0,,,, ann
    e2, 12 09:00:00, in, 0, e1,,,

    f1, 12 09:00:00, in, 1,,,,
    g1, 12 09:00:00, in, 1,,, T9,
    g2, 12 11:00:00, in, 0,,, T9,
    g3, 12 12:00:00, out, 0, g2,,, ann

    h1, 12 09:00:00, in, 0, lost,,,
    h2, 12 10:00:00, out, 0, lost,,, ann

    i1, 12 09:00:00, in, 0,,,,"""


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("mails")) / "office")
    office.load("mail", HEAD + THREADS.replace("\n\n", "\n"))
    return office


STATES = {
    "a1": "met",  # the acknowledgement of 09:00:01 is none; the reply comes within the next working day
    "b1": "missed",  # from the first mail, not the reminder: a second late
    "c1": "met",  # joined by their ticket alone
    "d2": "unmeasurable: negative interval",  # names its question and precedes it; named after its earliest mail
    "e1": "outside: agent-opened",
    "f1": "outside: automatic",
    "g1": "met",  # the clock of the thread runs from 11:00:00, its first mail by a person
    "h1": "met",  # both name a mail that was never delivered: one thread
    "i1": "missed: not yet done",  # unanswered when the month ended
}
HOURS = """
calendars:
  default:
    - since: 2026-01-01
      decided: 2025-12-01
      by: x
      weekly: {mon-sun: ["00:00-24:00"]}
      holidays: cn
      on_holidays: as_usual
"""


def test_threads(mails: Office) -> None:
    found = mails.rows("SELECT thread_id, count(*) FROM item_mail_link GROUP BY ALL ORDER BY ALL")
    assert found == [("a1", 3), ("b1", 3), ("c1", 2), ("d2", 2), ("e1", 2), ("f1", 1), ("g1", 3), ("h1", 2), ("i1", 1)]
    states = mails.item_states("email.reply_within_days", calendars=HOURS)
    assert {thread: state for thread, (state, _) in states.items()} == STATES


def test_a_reply_within_the_minute_of_the_limit_is_in_time(mails: Office) -> None:
    """Mail of Monday, one working day: due at Tuesday's close of business, 24:00; 23:59:59 is before it."""
    assert mails.rows(
        "SELECT CAST(asked_at AS VARCHAR), CAST(reply.replied_at AS VARCHAR) FROM item_thread WHERE thread_id = 'a1'"
    ) == [("2026-10-12 01:00:00+00", "2026-10-13 15:59:59+00")]


def test_a_late_mail_joins_two_threads(office: Office) -> None:
    """q and r are two questions until a mail refers to both; then they are one, named after the earlier."""
    office.load(
        "mail", f"{HEAD}\n q1, 12 09:00:00, in, 0,,,,\n r1, 12 08:00:00, in, 0,,,,\n r2, 12 10:00:00, out, 0, r1,,, ann"
    )
    assert office.rows("SELECT thread_id, reply_count FROM item_thread ORDER BY ALL") == [("q1", 0), ("r1", 1)]
    office.load("mail", f"{HEAD}\n s1, 12 11:00:00, in, 0,, q1 r1,,", name="late.csv")
    assert office.rows("SELECT thread_id, reply_count FROM item_thread ORDER BY ALL") == [("r1", 1)]
    assert office.rows("SELECT DISTINCT thread_id FROM item_mail_link") == [("r1",)]


def test_an_earlier_mail_that_comes_late_renames_its_thread(office: Office) -> None:
    office.load("mail", f"{HEAD}\n b, 12 09:00:00, out, 0, a,,, ann")
    office.load("mail", f"{HEAD}\n a, 12 08:00:00, in, 0,,,,", name="late.csv")
    assert office.rows("SELECT thread_id, asked_id, reply_count FROM item_thread") == [("a", "a", 1)]


def test_mails_of_two_boxes_with_one_id_are_two_mails(office: Office) -> None:
    office.load("mail", f"{HEAD}\n a, 12 09:00:00, in, 0,,,,", source="left")
    office.load("mail", f"{HEAD}\n a, 12 09:00:00, in, 0,,,,", source="right")
    assert office.rows("SELECT source, thread_id FROM item_thread ORDER BY ALL") == [("left", "a"), ("right", "a")]
