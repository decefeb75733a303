"""Sessions split by silence: what a silence is, what the parts are called, what they carry, and where each ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.ingest.items import make_macros, split_sessions
from tests.ingest.items.small_logs import Office

HEAD = "session_id, event_id, seq, at, kind, author, agent_id, queue, customer_id, topic"
SESSIONS = """
    again, 1,, 09:00:00, opened, customer,, q, carla,
    again, 2,, 09:00:00, line, customer,,,,
    again, 3,, 09:00:12, line, agent, ann,,,
    again, 4,, 09:30:13, line, customer,,,,
    again, 5,, 09:31:00, line, agent, bob,,, delivery
    exactly, 1,, 09:00:00, line, customer,, q,,
    exactly, 2,, 09:30:00, line, agent, ann,,,
    late, 1,, 09:00:00, line, customer,, q,,
    late, 2,, 09:30:01, line, agent, ann,,,
    idle, 1,, 09:00:00, line, customer,, q,,
    idle, 2,, 10:00:00, left, customer,,,,
    idle, 3,, 11:00:00, closed, system,,,,
    bot, 1,, 09:00:00, line, customer,, q,,
    bot, 2,, 09:00:01, line, bot,,,,
    bot, 3,, 09:01:00, request, customer,,,,
    bot, 4,, 09:01:20, line, agent, ann,,,
    bot, 5,, 10:00:00, line, customer,,,,
    bot, 6,, 10:00:05, line, agent, ann,,,
    bot, 7,, 11:00:00, line, customer,,,,
    bot, 8,, 11:00:01, line, bot,,,,
    bot, 9,, 11:00:30, line, agent, ann,,,"""


@pytest.fixture(scope="module")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("split")) / "office")
    office.load("chat", HEAD + SESSIONS)
    return office


@contextmanager
def split(office: Office, minutes: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str, str]]:
    with office.open() as warehouse:
        make_macros(warehouse.con)
        yield warehouse.con, *split_sessions(warehouse.con, Decimal(minutes))


def rows(
    office: Office, minutes: str, columns: str, *, of: str = "sessions", where: str = "true"
) -> list[tuple[Any, ...]]:
    with split(office, minutes) as (con, sessions, rounds):
        table = sessions if of == "sessions" else rounds
        return con.execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY ALL").fetchall()


def ids(office: Office, minutes: str) -> list[str]:
    return [row[0] for row in rows(office, minutes, "session_id")]


def test_more_than_the_silence_splits_and_the_silence_itself_does_not(chats: Office) -> None:
    assert ids(chats, "30") == [
        "again/1", "again/2", "bot/1", "bot/2", "bot/3", "exactly", "idle", "late/1", "late/2"
    ]  # fmt: skip
    assert ids(chats, "29.99") == [
        "again/1", "again/2", "bot/1", "bot/2", "bot/3", "exactly/1", "exactly/2", "idle", "late/1", "late/2"
    ]  # fmt: skip
    assert ids(chats, "60") == ["again", "bot", "exactly", "idle", "late"]


def test_nought_splits_nothing(chats: Office) -> None:
    with split(chats, "0") as (_, sessions, rounds):
        assert (sessions, rounds) == ("item_session", "item_round")


def test_what_is_not_split_stays_as_it_is(chats: Office) -> None:
    with split(chats, "30") as (con, sessions, rounds):
        for table, split_table in (("item_session", sessions), ("item_round", rounds)):
            for one in ("exactly", "idle"):
                plain, after = (
                    con.execute(f"SELECT * FROM {name} WHERE session_id = '{one}'").fetchall()
                    for name in (table, split_table)
                )
                assert plain == after


def test_a_part_has_its_own_clock_and_what_it_lacks_from_the_whole(chats: Office) -> None:
    found = rows(
        chats,
        "30",
        "session_id, queue, topic, last_agent_id, customer_id IS NOT NULL,"
        " CAST(seconds_between(request.asked_at, request.answer.typed_at) AS INTEGER)",
        where="session_id LIKE 'again/%'",
    )
    assert found == [("again/1", "q", "delivery", "ann", True, 12), ("again/2", "q", "delivery", "bob", True, 47)]


def test_rounds_are_numbered_within_their_part(chats: Office) -> None:
    assert rows(chats, "30", "session_id, round_no, agent_id", of="rounds", where="session_id LIKE 'again%'") == [
        ("again/1", 1, "ann"),
        ("again/2", 1, "bob"),
    ]


def test_a_part_ends_where_the_next_begins(chats: Office) -> None:
    """The late answer is of another session: nobody can answer the first part any more."""
    found = rows(
        chats,
        "30",
        "session_id, request.answer.typed_at IS NULL, CAST(request.closed_at AS VARCHAR)",
        where="session_id LIKE 'late/%'",
    )
    assert found == [("late/1", True, "2026-10-12 01:30:01+00"), ("late/2", False, None)]


def test_a_round_that_was_asked_after_a_closing_ends_where_the_next_part_begins(office: Office) -> None:
    """Closed at 09:00:40, asked again at 09:01:00, answered at 10:00:00 in the next part."""
    head = "session_id, event_id, seq, at, kind, author, agent_id, queue"
    office.load(
        "chat",
        f"""{head}
        a, 1,, 09:00:00, line, customer,, q
        a, 2,, 09:00:30, line, agent, ann,
        a, 3,, 09:00:40, closed, system,,
        a, 4,, 09:01:00, line, customer,,
        a, 5,, 10:00:00, line, agent, ann,""",
    )
    states = office.item_states("chat.round_within", terms={"split_after_min": "30"})
    assert {name: state for name, (state, _) in states.items()} == {"a/1#1": "met", "a/1#2": "missed"}


def test_a_departure_or_closing_after_a_silence_resumes_nothing(chats: Office) -> None:
    columns = "CAST(left_at AS VARCHAR), CAST(request.closed_at AS VARCHAR)"
    assert rows(chats, "30", columns, where="session_id = 'idle'") == [
        ("2026-10-12 02:00:00+00", "2026-10-12 03:00:00+00")
    ]


def test_a_later_part_was_opened_there_unless_a_bot_spoke_in_it(chats: Office) -> None:
    found = rows(chats, "30", "session_id, CAST(request_at AS VARCHAR)", where="session_id LIKE 'bot/%'")
    assert found == [("bot/1", "2026-10-12 01:01:00+00"), ("bot/2", "2026-10-12 02:00:00+00"), ("bot/3", None)]


def test_the_latest_version_of_an_event_says_how_long_the_silence_was(office: Office) -> None:
    """The line of 09:40 is corrected to 09:20: no silence of 30 minutes is left."""
    head = "session_id, event_id, seq, record_at, at, kind, author, agent_id, queue"
    office.load(
        "chat", f"{head}\n s, 1,, 09:50:00, 09:00:00, line, customer,, q\n s, 2,, 09:50:00, 09:40:00, line, agent, ann,"
    )
    assert ids(office, "30") == ["s/1", "s/2"]
    office.load("chat", f"{head}\n s, 2,, 09:55:00, 09:20:00, line, agent, ann,", name="corrected.csv")
    assert ids(office, "30") == ["s"]


def test_each_silence_has_tables_of_its_own(chats: Office) -> None:
    with split(chats, "30.0") as (_, thirty, _rounds), split(chats, "0.5") as (_con, half, rounds):
        assert (thirty, half, rounds) == ("item_session_split_30", "item_session_split_0_5", "item_round_split_0_5")
