"""What a contract may choose for chats: sessions split by silence, customer-days, percentiles, the period."""

from pathlib import Path

import pytest

from pipelines.core.yaml_text import read_yaml
from tests.ingest.items.small_logs import Office, at
from tests.ingest.items.test_chats import HOURS

HEAD = "session_id, event_id, seq, at, kind, author, agent_id, queue, customer_id"
OPEN = read_yaml(HOURS, "hours")

# The customer resumes after 45 minutes and is answered after 40 s; the second session is never answered, and its
# customer leaves after three hours of silence.
SILENCES = """
    again, 1,, 09:00:00, opened, customer,, q,
    again, 2,, 09:00:00, line, customer,,,
    again, 3,, 09:00:12, line, agent, ann,,
    again, 4,, 09:45:12, line, customer,,,
    again, 5,, 09:45:52, line, agent, bob,,
    gone, 1,, 09:00:00, line, customer,, q,
    gone, 2,, 12:00:00, left, customer,,,
    late, 1,, 09:00:00, line, customer,, q,
    late, 2,, 10:00:00, line, agent, ann,,"""


@pytest.fixture(scope="module")
def silences(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("silences")) / "office")
    office.load("chat", HEAD + SILENCES)
    return office


def test_a_silence_makes_sessions_of_one(silences: Office) -> None:
    split = {"split_after_min": "30"}
    assert silences.item_states("chat.first_response") == {
        "again": ("met", 12), "gone": ("missed", None), "late": ("missed", 3600)
    }  # fmt: skip
    assert silences.item_states("chat.first_response", terms=split) == {
        "again/1": ("met", 12),
        "again/2": ("missed", 40),
        "gone": ("missed", None),
        "late/1": ("missed", None),  # nobody can answer it any more: the next began
        "late/2": ("outside: silent", 0),  # a person's line, and no word of the customer in this part
    }
    rounds = silences.item_states("chat.round_within", terms=split)
    assert rounds == {
        "again/1#1": ("met", 12),
        "again/2#1": ("met", 40),
        "gone#1": ("missed", None),
        "late/1#1": ("missed", None),
    }


def test_every_metric_of_chats_counts_the_parts(silences: Office) -> None:
    split = {"split_after_min": "30"}
    mean = silences.item_states("chat.first_response_mean", terms=split)
    assert {name for name, (state, _) in mean.items() if state == "counted"} == {"again/1", "again/2"}
    assert silences.states("chat.reply_rate", terms=split) == {"met": 2, "missed": 2, "outside: silent": 1}
    assert silences.states("chat.round_reply_rate", terms=split) == {"met": 2, "missed": 2}
    (found,) = silences.measure("chat.response_mean", terms=split)
    assert (found.value, found.n) == ("26", 2)  # (12 + 40) / 2
    (found,) = silences.measure("chat.first_response_percentile", terms={**split, "percentile": "50"})
    assert (found.value, found.n) == ("40", 4)  # 12, 40, and two never answered: the second of four
    (found,) = silences.measure("chat.response_percentile", terms={**split, "percentile": "75"})
    assert found.value == "> 40"  # the third of four was never answered


# --- customer-days

DAYS = """
    a1, 1,, 09:00:00, line, customer,, q, carla
    a1, 2,, 09:00:10, line, agent, ann,,
    a2, 1,, 11:00:00, line, customer,, q, carla
    a2, 2,, 11:01:00, line, agent, ann,,
    a3, 1,, 13 09:00:00, line, customer,, q, carla
    a3, 2,, 13 09:00:10, line, agent, ann,,
    b1, 1,, 09:00:00, line, customer,, q, ben
    b1, 2,, 09:00:03, left, customer,,,
    b2, 1,, 10:00:00, line, customer,, q, ben
    b2, 2,, 10:00:03, line, agent, ann,,
    d1, 1,, 31 17:59:50, line, customer,, q, dora
    d2, 1,, 31 09:00:00, line, customer,, q, dora
    d2, 2,, 31 09:00:05, line, agent, ann,,
    n1, 1,, 09:00:00, line, customer,, q,
    n1, 2,, 09:00:10, line, agent, ann,,
    n2, 1,, 09:00:00, line, customer,, q,
    n2, 2,, 09:01:00, line, agent, ann,,
    s1, 1,, 09:00:00, opened, customer,, q, carla"""


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("days")) / "office")
    office.load("chat", HEAD + DAYS)
    return office


def test_a_customers_day_is_as_good_as_its_worst_session(days: Office) -> None:
    """The 12th: carla missed, ben met (excluded is best), n1 met, n2 missed; carla's 13th met; dora's 31st pending."""
    given = {"calendars": OPEN, "terms": {"grain": "customer_day"}}
    assert days.states("chat.first_response", **given) == {"met": 3, "missed": 2, "pending": 1, "outside: silent": 1}
    assert days.states("chat.first_response", calendars=OPEN) == {
        "met": 5, "missed": 2, "pending": 1, "excluded: short abandon": 1, "outside: silent": 1
    }  # fmt: skip


def test_or_as_its_first_session(days: Office) -> None:
    """carla's first was met in 10 s, ben's was a short abandon, dora's first session of the day was answered."""
    given = {"calendars": OPEN, "terms": {"grain": "customer_day", "customer_day": "first"}}
    assert days.states("chat.first_response", **given) == {
        "met": 4, "missed": 1, "excluded: short abandon": 1, "outside: silent": 1
    }  # fmt: skip


# --- percentiles


def test_who_was_never_answered_ranks_last(office: Office) -> None:
    """1, 2, 3 s and one closed without an answer; one left within the target does not count."""
    office.load(
        "chat",
        f"""{HEAD}
        a, 1,, 09:00:00, line, customer,, q,
        a, 2,, 09:00:01, line, agent, ann,,
        b, 1,, 09:00:00, line, customer,, q,
        b, 2,, 09:00:02, line, agent, ann,,
        c, 1,, 09:00:00, line, customer,, q,
        c, 2,, 09:00:03, line, agent, ann,,
        d, 1,, 09:00:00, line, customer,, q,
        d, 2,, 09:00:01, closed, system,,,
        e, 1,, 09:00:00, line, customer,, q,
        e, 2,, 09:00:20, left, customer,,,""",
    )
    for percentile, value in (("25", "1"), ("25.000001", "2"), ("75", "3"), ("90", "> 3")):
        (found,) = office.measure("chat.first_response_percentile", terms={"percentile": percentile})
        assert (found.value, found.n) == (value, 4)


# --- what decides the period

EDGES = """
    a, 1,, 31 17:59:50, line, customer,, q,
    a, 2,, 2026-11-01 09:00:05, line, agent, ann,,
    b, 1,, 31 17:59:20, line, customer,, q,
    b, 2,, 2026-11-01 09:00:05, line, agent, ann,,
    c, 1,, 31 17:59:30, line, customer,, q,
    d, 1,, 31 17:59:29, line, customer,, q,
    e, 1,, 2026-09-30 17:59:45, line, customer,, q,
    e, 2,, 01 09:00:05, line, agent, ann,,
    f, 1,, 31 17:59:50, line, customer,, q,"""


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("edges")) / "office")
    office.load("chat", HEAD + EDGES)
    return office


def states_by(edges: Office, period_by: str, known_until: str) -> dict[str, str]:
    found = edges.item_states(
        "chat.first_response",
        terms={"period_by": period_by},
        calendars=HOURS,
        cut_off_at=at(f"2026-11-01 {known_until}"),
    )
    return {name: state for name, (state, _) in found.items()}


def test_by_arrival_all_that_came_in_the_month(edges: Office) -> None:
    """The office shuts at 18:00 and opens at 09:00: a waited 15 s, b 45 s, c 35 s by then, d 36 s, f 15 s."""
    missed = "missed: not yet done"
    assert states_by(edges, "arrival", "09:00:05") == {
        "a": "met",
        "b": "missed",
        "c": missed,
        "d": missed,
        "f": "pending",
    }


def test_by_the_due_instant(edges: Office) -> None:
    """30 s after 17:59:50 are over at 09:00:20 on 1 November, those of c with the close of the 31st; e came earlier."""
    missed = "missed: not yet done"
    assert states_by(edges, "due", "09:00:05") == {"b": "missed", "c": missed, "d": missed, "e": "met"}


def test_by_the_end(edges: Office) -> None:
    """a and b were answered in November; c and d have no end, their limit passed in October; f is of no month yet."""
    missed = "missed: not yet done"
    assert states_by(edges, "end", "09:00:05") == {"c": missed, "d": missed, "e": "met"}


def test_at_the_limit_nothing_has_passed_yet(edges: Office) -> None:
    """At 08:00 c has waited its 30 s and not a moment more: pending, and so of no month yet; b waited 40 s."""
    missed = "missed: not yet done"
    assert states_by(edges, "arrival", "08:00:00")["c"] == "pending"
    assert states_by(edges, "end", "08:00:00") == {"b": missed, "d": missed, "e": "met"}
