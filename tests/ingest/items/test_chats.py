"""Chat sessions and rounds: where the clock starts, what stops it, and who never was of the population.

The sessions below are loaded once. The office is open from 09:00 to 18:00, the target is 30 s, and whoever leaves
within 5 s was too quick for anybody.
"""

from pathlib import Path

import pytest

from tests.ingest.items.small_logs import Office, at

HOURS = """
calendars:
  chat:
    - since: 2026-01-01
      decided: 2025-12-01
      by: "1.3"
      weekly: {mon-sun: ["09:00-18:00"]}
      holidays: none
      on_holidays: as_usual
"""
HEAD = "session_id, event_id, seq, at, kind, author, automatic, private, agent_id, queue"

SESSIONS = {
    # opened and asked at once; the greeting is no answer; 30 s is within 30 s
    "plain": """
        plain, 1,, 09:00:00, opened, customer,,,, q
        plain, 2,, 09:00:00, line, customer,,,,
        plain, 3,, 09:00:01, line, agent, 1,, ann,
        plain, 4,, 09:00:30, line, agent, 0,, ann,""",
    # an automatic reply, a note to a colleague and a line of the system are none either: 31 s
    "noisy": """
        noisy, 1,, 09:00:00, opened, customer,,,, q
        noisy, 2,, 09:00:00, line, customer,,,,
        noisy, 3,, 09:00:04, line, agent, 1, 0, ann,
        noisy, 4,, 09:00:05, line, agent, 0, 1, ann,
        noisy, 5,, 09:00:06, line, system,,,,
        noisy, 6,, 09:00:31, line, agent, 0, 0, ann,""",
    # asked for a person at 09:01:00, handed over at 09:01:05, then waited silently
    "bot": """
        bot, 1,, 09:00:00, opened, customer,,,, q
        bot, 2,, 09:00:05, line, customer,,,,
        bot, 3,, 09:00:06, line, bot,,,,
        bot, 4,, 09:01:00, request, customer,,,,
        bot, 5,, 09:01:05, handoff, system,,,, q
        bot, 6,, 09:01:20, line, agent,,, ann,""",
    # the agent's hello came before the question: the answer is that of 09:00:50, 40 s after it
    "hello": """
        hello, 1,, 09:00:00, opened, customer,,,, q
        hello, 2,, 09:00:02, line, agent,,, ann,
        hello, 3,, 09:00:10, line, customer,,,,
        hello, 4,, 09:00:50, line, agent,,, ann,""",
    # one instant, no numbers: the customer wrote first, and was answered in 0 s
    "instant": """
        instant, 1,, 09:00:00, opened, customer,,,, q
        instant, 2,, 09:00:10, line, agent,,, ann,
        instant, 3,, 09:00:10, line, customer,,,,""",
    # one instant, and the numbers say that the agent wrote first: answered by the line numbered 4, 35 s later
    "numbered": """
        numbered, 1, 1, 09:00:00, opened, customer,,,, q
        numbered, 2, 2, 09:00:10, line, agent,,, ann,
        numbered, 3, 3, 09:00:10, line, customer,,,,
        numbered, 4, 4, 09:00:45, line, agent,,, ann,""",
    # by its number the answer follows the question, by its time it precedes it
    "negative": """
        negative, 1, 1, 09:00:00, opened, customer,,,, q
        negative, 2, 2, 09:00:10, line, customer,,,,
        negative, 3, 3, 09:00:08, line, agent,,, ann,
        negative, 4, 4, 09:00:20, line, agent,,, ann,""",
    "silent": """
        silent, 1,, 09:00:00, opened, customer,,,, q
        silent, 2,, 09:00:02, line, agent,,, ann,""",
    "bot_only": """
        bot_only, 1,, 09:00:00, opened, customer,,,, q
        bot_only, 2,, 09:00:02, line, customer,,,,
        bot_only, 3,, 09:00:03, line, bot,,,,""",
    "ours": """
        ours, 1,, 09:00:00, opened, agent,,, ann, q
        ours, 2,, 09:00:02, line, agent,,, ann,
        ours, 3,, 09:00:20, line, customer,,,,
        ours, 4,, 09:05:00, line, agent,,, ann,""",
    # a bot, later a person, and no word of when the customer was handed over
    "unasked": """
        unasked, 1,, 09:00:00, opened, customer,,,, q
        unasked, 2,, 09:00:02, line, customer,,,,
        unasked, 3,, 09:00:03, line, bot,,,,
        unasked, 4,, 09:00:20, line, agent,,, ann,""",
    "left_5": """
        left_5, 1,, 09:00:00, opened, customer,,,, q
        left_5, 2,, 09:00:00, line, customer,,,,
        left_5, 3,, 09:00:05, left, customer,,,,""",
    "left_30": """
        left_30, 1,, 09:00:00, opened, customer,,,, q
        left_30, 2,, 09:00:00, line, customer,,,,
        left_30, 3,, 09:00:30, left, customer,,,,""",
    # the line after the departure answers nothing
    "left_31": """
        left_31, 1,, 09:00:00, opened, customer,,,, q
        left_31, 2,, 09:00:00, line, customer,,,,
        left_31, 3,, 09:00:31, left, customer,,,,
        left_31, 4,, 09:00:32, line, agent,,, ann,""",
    # came back: whoever writes again has not left; answered 25 s after the first line
    "back": """
        back, 1,, 09:00:00, opened, customer,,,, q
        back, 2,, 09:00:00, line, customer,,,,
        back, 3,, 09:00:10, left, customer,,,,
        back, 4,, 09:00:20, line, customer,,,,
        back, 5,, 09:00:25, line, agent,,, ann,""",
    "left_at_night": """
        left_at_night, 1,, 20:00:00, opened, customer,,,, q
        left_at_night, 2,, 20:00:00, line, customer,,,,
        left_at_night, 3,, 20:10:00, left, customer,,,,""",
    "closed": """
        closed, 1,, 09:00:00, opened, customer,,,, q
        closed, 2,, 09:00:00, line, customer,,,,
        closed, 3,, 09:00:20, closed, system,,,,""",
    # written and answered at night: not one second of service went by
    "night": """
        night, 1,, 20:00:00, opened, customer,,,, q
        night, 2,, 20:00:00, line, customer,,,,
        night, 3,, 21:00:00, line, agent,,, ann,""",
    # 10 s before opening do not count: 30 s
    "early": """
        early, 1,, 08:59:50, opened, customer,,,, q
        early, 2,, 08:59:50, line, customer,,,,
        early, 3,, 09:00:30, line, agent,,, ann,""",
    # handed from queue to queue before anybody wrote: one session, 28 s
    "moved": """
        moved, 1,, 09:00:00, opened, customer,,,, q
        moved, 2,, 09:00:00, line, customer,,,,
        moved, 3,, 09:00:20, transfer, system,,,, r
        moved, 4,, 09:00:28, line, agent,,, bob, r""",
    # silent for three hours, then on again: one session, judged once, by its first answer
    "resumed": """
        resumed, 1,, 09:00:00, opened, customer,,,, q
        resumed, 2,, 09:00:00, line, customer,,,,
        resumed, 3,, 09:00:12, line, agent,,, ann,
        resumed, 4,, 12:00:00, line, customer,,,,
        resumed, 5,, 12:09:00, line, agent,,, bob,""",
    # unanswered at the cut-off: 20 s and 31 s of service before the close of 31 October
    "waits": """
        waits, 1,, 31 17:59:40, opened, customer,,,, q
        waits, 2,, 31 17:59:40, line, customer,,,,""",
    "overdue": """
        overdue, 1,, 31 17:59:29, opened, customer,,,, q
        overdue, 2,, 31 17:59:29, line, customer,,,,""",
}

EXPECTED = {
    "plain": ("met", 30),
    "noisy": ("missed", 31),
    "bot": ("met", 20),
    "hello": ("missed", 40),
    "instant": ("met", 0),
    "numbered": ("missed", 35),
    "negative": ("unmeasurable: negative interval", None),
    "silent": ("outside: silent", None),
    "bot_only": ("outside: bot only", None),
    "ours": ("outside: agent-opened", None),
    "unasked": ("unmeasurable: no request time", None),
    "left_5": ("excluded: short abandon", None),
    "left_30": ("excluded: left within target", None),
    "left_31": ("missed", None),
    "back": ("met", 25),
    "left_at_night": ("excluded: left outside hours", None),
    "closed": ("missed", None),
    "night": ("met", 0),
    "early": ("met", 30),
    "moved": ("met", 28),
    "resumed": ("met", 12),
    "waits": ("pending", None),
    "overdue": ("missed: not yet done", None),
}


@pytest.fixture(scope="module")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("chats")) / "office")
    office.load("chat", HEAD + "".join(SESSIONS.values()))
    return office


@pytest.fixture(scope="module")
def first_response(chats: Office) -> dict[str, tuple[str, object]]:
    return dict(chats.item_states("chat.first_response", calendars=HOURS))


@pytest.mark.parametrize("session", SESSIONS)
def test_first_response(first_response: dict[str, tuple[str, object]], session: str) -> None:
    state, seconds = first_response[session]
    expected_state, expected_s = EXPECTED[session]
    assert state == expected_state
    if state.startswith(("met", "missed")):
        assert seconds == expected_s


@pytest.mark.parametrize(("start", "seconds"), [("request", 20), ("handoff", 15), ("opening", 75)])
def test_the_clock_starts_where_the_contract_says(chats: Office, start: str, seconds: int) -> None:
    """Asked at 09:01:00, handed over at 09:01:05, first line at 09:00:05; answered at 09:01:20."""
    assert chats.item_states("chat.first_response", terms={"start": start})["bot"][1] == seconds


def test_sessions_out_of_hours_can_be_left_out(chats: Office) -> None:
    states = chats.item_states("chat.first_response", terms={"outside_hours": "out_of_population"}, calendars=HOURS)
    assert {name for name, (state, _) in states.items() if state == "outside: outside service hours"} == {
        "night", "left_at_night", "early"  # its clock begins at 08:59:50, outside hours
    }  # fmt: skip


def test_a_reply_counts_once_a_session(chats: Office) -> None:
    states = {name: state for name, (state, _) in chats.item_states("chat.reply_rate", calendars=HOURS).items()}
    assert states["plain"] == states["noisy"] == states["resumed"] == states["unasked"] == "met"
    assert states["left_5"] == "excluded: short abandon"
    assert states["left_at_night"] == "excluded: left outside hours"
    assert states["left_30"] == states["left_31"] == states["closed"] == "missed"
    assert states["waits"] == states["overdue"] == "pending"  # either may still be answered


ROUNDS = """
    two, 1,, 09:00:00, opened, customer,,,, q
    two, 2,, 09:00:00, line, customer,,,,
    two, 3,, 09:00:10, line, customer,,,,
    two, 31,, 09:00:11, request, customer,,,,
    two, 4,, 09:00:12, line, bot,,,,
    two, 5,, 09:00:30, line, agent,,, ann,
    two, 6,, 09:00:40, line, agent,,, ann,
    two, 7,, 09:05:00, line, customer,,,,
    two, 8,, 09:06:00, transfer, system,,,, r
    two, 9,, 09:07:00, line, customer,,,,
    two, 91,, 09:08:01, line, agent,,, bob,
    two, 92,, 09:10:00, line, customer,,,,
    two, 93,, 09:13:00, closed, system,,,,
    long, 1,, 09:00:00, opened, customer,,,, q
    long, 2,, 09:00:00, line, customer,,,,
    long, 3,, 09:03:01, closed, system,,,,
    asked, 1,, 09:00:00, opened, customer,,,, q
    asked, 2,, 09:00:00, line, customer,,,,
    asked, 3,, 09:00:01, line, bot,,,,
    asked, 4,, 09:02:00, line, customer,,,,
    asked, 5,, 09:10:00, request, customer,,,,
    asked, 6,, 09:10:45, line, agent,,, ann,
    gone, 1,, 09:00:00, opened, customer,,,, q
    gone, 2,, 09:00:00, line, customer,,,,
    gone, 3,, 09:05:00, left, customer,,,,
    gone, 4,, 09:05:10, line, agent,,, ann,
    again, 1,, 09:00:00, opened, customer,,,, q
    again, 2,, 09:00:00, line, customer,,,,
    again, 3,, 09:00:20, line, agent,,, ann,
    again, 4,, 09:01:00, closed, system,,,,
    again, 5,, 09:02:00, line, customer,,,,
    twice, 1,, 09:00:00, opened, customer,,,, q
    twice, 2,, 09:00:00, line, customer,,,,
    twice, 3,, 09:03:00, closed, system,,,,
    twice, 4,, 09:30:00, closed, system,,,,"""


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("rounds")) / "office")
    office.load("chat", HEAD + ROUNDS)
    return office


def test_rounds(rounds: Office) -> None:
    """The target is 180 s. Bot lines and transfers do not split a round; the first line of a person ends it."""
    found = rounds.item_states("chat.round_within")
    assert found["two#1"] == ("met", 19)  # from the request at 09:00:11 to 09:00:30
    assert found["two#2"] == ("missed", 181)  # 09:05:00 to 09:08:01
    assert found["two#3"] == ("excluded: closed within target", None)  # 09:10:00 to 09:13:00 is 180 s
    assert found["long#1"] == ("missed", None)  # closed after 181 s
    assert found["asked#1"] == ("met", 45)  # from the request at 09:10:00
    assert found["gone#1"] == ("missed", None)  # left after 300 s; a line after it answers nothing
    assert found["again#2"] == ("missed: not yet done", None)  # the closing of 09:01:00 did not end what was asked then
    assert found["twice#1"] == ("excluded: closed within target", None)  # by the first of its closings
    assert len(found) == 9


def test_a_round_is_credited_to_whoever_typed_the_answer(rounds: Office) -> None:
    found = {one.group["agent"]: one.numerator for one in rounds.measure("chat.response_mean", by=["agent"])}
    assert found == {"ann": "84", "bob": "181", "(no agent)": "0"}  # 19 + 45 + 20; 181; long had nobody


def test_a_round_open_at_the_cut_off_is_pending_or_overdue(rounds: Office) -> None:
    """Cut off at 09:08:00 the second round has waited 180 s, a second later 181 s."""
    assert rounds.item_states("chat.round_within", cut_off_at=at("09:08:00"))["two#2"][0] == "pending"
    rows = rounds.item_states("chat.round_within", terms={"within_s": "179"}, cut_off_at=at("09:08:00"))
    assert rows["two#2"][0] == "missed: not yet done"


def test_contradicting_lines_spoil_their_session(office: Office) -> None:
    office.load("chat", f"{HEAD} {SESSIONS['plain']} {SESSIONS['back']}")
    office.load("chat", f"{HEAD}\n plain, 4,, 09:00:29, line, agent, 0,, ann,", name="b.csv")
    found = office.item_states("chat.first_response")
    assert found["plain"][0] == "unmeasurable: contradicting deliveries"
    assert found["back"][0] == "met"
