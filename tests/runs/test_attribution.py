"""Whose items they are: by the roster at the item's arrival, by agent, and by who had a part in them (rule 1.11)."""

import pytest

from pipelines.core.problem import Refused
from pipelines.runs.measure import Measurement
from tests.ingest.items.small_logs import NOW, Office, at
from tests.runs.contracts import contract

HEAD = "member_kind, member_id, since_at, until_at, team, vendor, site\n"
ROSTER = (
    HEAD
    + """agent, ann, 2026-01-01 00:00:00, 2026-10-15 00:00:00, red, v, east
    agent, ann, 2026-10-15 00:00:00,, blue, v, east
    agent, bob, 2026-01-01 00:00:00, 2026-10-09 00:00:00, red, v, east
    queue, q, 2026-01-01 00:00:00,, red, v, east
    queue, r, 2026-01-01 00:00:00,, , w, west"""
)
CALLS = """call_id, queue, agent_id, arrived_at, outcome, wait_s
    a, q, ann, 14 23:59:59, answered, 10
    b, q, ann, 15 00:00:00, answered, 20
    c, q, bob, 08 09:00:00, answered, 30
    d, q, bob, 12 09:00:00, answered, 40
    e, r, eve, 12 09:00:00, answered, 50
    f, r,, 12 09:00:00, abandoned, 60
    g, x,, 12 09:00:00, lost, 70
    h,, ann, 16 09:00:00, answered, 5"""


def load(office: Office, calls: str = CALLS, roster: str = ROSTER) -> Office:
    office.load("roster", roster)
    office.load("call", calls)
    return office


def by(
    office: Office, *groups: str, metric: str = "phone.connect_rate", **more: object
) -> dict[tuple[str, ...], Measurement]:
    return {tuple(one.group.values()): one for one in office.measure(metric, by=groups, **more)}


def shares(found: dict[tuple[str, ...], Measurement]) -> dict[str, str]:
    return {" ".join(names): f"{one.numerator}/{one.denominator}" for names, one in found.items()}


# --- by the roster ---------------------------------------------------------------------------------------------------


def test_an_agent_who_moved_team_in_mid_month_is_of_the_team_of_the_items_arrival(office: Office) -> None:
    """ann is red up to 15 October 00:00 and blue from then on; bob left on the 9th, eve was never on the roster."""
    assert shares(by(load(office), "agent_team")) == {
        "red": "2/2",  # a at 23:59:59 and c
        "blue": "2/2",  # b at 00:00:00 exactly, and h
        "(not on the roster)": "2/2",  # d, taken by bob after he left; e
        "(no agent)": "0/2",
    }


def test_an_agent_since_deleted_keeps_what_was_theirs_and_stays_in_every_total(office: Office) -> None:
    found = by(load(office), "agent")
    assert shares(found) == {"ann": "3/3", "bob": "2/2", "eve": "1/1", "(no agent)": "0/2"}
    (whole,) = office.measure("phone.connect_rate")
    for group in ("agent", "agent_team", "team", "vendor", "site", "queue"):
        parts = by(office, group)
        assert sum(one.population for one in parts.values()) == whole.population == 8
        assert sum(int(one.numerator) for one in parts.values()) == int(whole.numerator) == 6


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        # f and g have no agent, and are the misses of their queues all the same
        ("team", {"red": "4/4", "(no team)": "1/2", "(not on the roster)": "0/1", "(no queue)": "1/1"}),
        ("vendor", {"v": "4/4", "w": "1/2", "(not on the roster)": "0/1", "(no queue)": "1/1"}),
        ("site", {"east": "4/4", "west": "1/2", "(not on the roster)": "0/1", "(no queue)": "1/1"}),
    ],
)
def test_rates_of_teams_vendors_and_sites_go_by_the_queue(office: Office, group: str, expected: dict[str, str]) -> None:
    assert shares(by(load(office), group)) == expected


def test_without_a_roster_everybody_is_in_the_total_as_not_on_it(office: Office) -> None:
    office.load("call", CALLS)
    assert shares(by(office, "team")) == {"(not on the roster)": "5/7", "(no queue)": "1/1"}


# --- overlapping rows ------------------------------------------------------------------------------------------------


def refused(office: Office) -> list[str]:
    with pytest.raises(Refused) as found:
        office.measure("phone.connect_rate")
    assert {one.code for one in found.value.problems} == {"roster.overlap"}
    return [str(one) for one in found.value.problems]


def test_rows_that_overlap_are_refused_with_both_rows_and_their_files(office: Office) -> None:
    office.load("call", CALLS)
    office.load("roster", HEAD + "agent, ann, 2026-01-01 00:00:00, 2026-10-16 00:00:00, red, v, east", name="old.csv")
    office.load("roster", HEAD + "agent, ann, 2026-10-15 00:00:00,, blue, v,", name="new.csv")
    (said,) = refused(office)
    assert said == (
        "old.csv (load 2), new.csv (load 3)\n"
        "The roster has the agent ann twice at one instant:"
        " from 2025-12-31 16:00:00 UTC until 2026-10-15 16:00:00 UTC (team red, vendor v, site east; old.csv, load 2),"
        " and from 2026-10-14 16:00:00 UTC without an end (team blue, vendor v; new.csv, load 3)."
        " Figures by team would hang on which of them is read first."
        " End the earlier row where the later one begins, and deliver the roster again.  [roster.overlap]"
    )


def test_no_month_is_closed_on_a_roster_that_overlaps_and_the_corrected_one_will_do(office: Office) -> None:
    """A row ends before it begins to overlap, once its correction is delivered."""
    two = "queue, q, 2026-01-01 00:00:00, {until}, red, v, \n queue, q, 2026-10-15 00:00:00,, blue, v, "
    office.load("call", CALLS)
    office.load("roster", HEAD + two.format(until=""), load_stamps=True)
    path = office.contract(contract())
    with pytest.raises(Refused, match=r"roster\.overlap"):
        office.close(path)
    until = two.format(until="2026-10-15 00:00:00")
    office.load("roster", HEAD + until, name="corrected.csv", load_stamps=True, now=NOW.replace(hour=9))
    assert office.close(path, now=NOW.replace(hour=10)).is_new


def test_a_row_without_an_end_overlaps_whatever_follows_it(office: Office) -> None:
    load(office, roster=HEAD + "queue, q, 2026-01-01 00:00:00,, red, v, \n queue, q, 2026-10-15 00:00:00,, blue, v, ")
    assert len(refused(office)) == 1


def test_rows_that_touch_do_not_overlap_nor_does_an_agent_with_a_queue_of_that_name(office: Office) -> None:
    rows = "agent, q, 2026-01-01 00:00:00,, blue, v, east\n"
    load(office, roster=ROSTER + "\n" + rows)
    assert by(office, "team")[("red",)].population == 4


def test_two_logs_may_say_the_same_and_not_two_things(office: Office) -> None:
    row = HEAD + "queue, q, 2026-01-01 00:00:00,, red, v, east"
    office.load("call", CALLS)
    office.load("roster", row, source="hr")
    office.load("roster", row, source="vendor")
    assert by(office, "team")[("red",)].population == 4
    office.load("roster", row.replace("red", "blue"), source="third")
    assert len(refused(office)) == 1


def test_a_later_delivery_of_a_row_corrects_it(office: Office) -> None:
    office.load("call", CALLS)
    office.load("roster", HEAD + "queue, q, 2026-01-01 00:00:00,, red, v, east", load_stamps=True)
    later = (
        HEAD
        + "queue, q, 2026-01-01 00:00:00, 2026-10-15 00:00:00, red, v, east\n queue, q, 2026-10-15 00:00:00,, blue, v, "
    )
    office.load("roster", later, name="november.csv", load_stamps=True, now=NOW.replace(day=6))
    assert shares(by(office, "team")) == {
        "red": "3/3",
        "blue": "1/1",
        "(not on the roster)": "1/3",
        "(no queue)": "1/1",
    }


# --- handled and touched ---------------------------------------------------------------------------------------------

LEGS = """call_id, leg_id, queue, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome
    t, 1, q, ann, 09:00:00, 09:00:00, 09:00:10, 09:05:00, answered
    t, 2, r, bob, 09:05:00, 09:05:00, 09:05:20, 09:09:00, answered
    u, 1, q, cid, 10:00:00, 10:00:00,, 10:00:20, lost
    u, 2, q, ann, 10:00:20, 10:00:20, 10:00:30, 10:04:00, answered
    v, 1, q, dan, 11:00:00, 11:00:00,, 11:01:00, abandoned
    w, 1, q, ann, 12:00:00, 12:00:00, 12:00:05, 12:04:00, answered
    w, 2, q, ann, 12:04:00, 12:04:00, 12:04:01, 12:05:00, answered"""


def parts(found: dict[tuple[str, ...], Measurement]) -> dict[str, tuple[int, int | None, int | None, str | None]]:
    return {" ".join(names): (one.population, one.handled, one.touched, one.rate_of) for names, one in found.items()}


def test_a_transfer_is_one_item_of_who_answered_first_and_touched_by_the_other(office: Office) -> None:
    """t: ann answered, bob took over. u: it rang at cid, ann answered. v: the log gives dan a call that nobody took."""
    office.load("call", LEGS)
    assert parts(by(office, "agent")) == {
        "ann": (3, 3, 0, "handled items"),  # her second leg of w is hers all the same
        "bob": (0, 0, 1, "handled items"),
        "cid": (0, 0, 1, "handled items"),
        "dan": (1, 0, 0, "items that the log gives to the agent"),
    }
    assert by(office, "agent")[("bob",)].value is None  # no item is his: no data, not 0 %


def test_a_leg_of_another_contract_or_after_the_cut_off_touches_nothing(office: Office) -> None:
    office.load("call", LEGS)
    assert ("bob",) not in by(office, "agent", scope={"queue": ["q"]})
    found = by(office, "agent", cut_off_at=at("09:05:19"))
    assert parts(found) == {"ann": (1, 1, 0, "handled items")}


def test_touched_stands_in_the_group_of_the_item(office: Office) -> None:
    office.load("call", LEGS)
    found = by(office, "day", "agent")
    assert parts(found)["2026-10-12 bob"] == (0, 0, 1, "handled items")
    assert found[("2026-10-12", "ann")].touched == 0
    teams = by(office, "agent_team")
    assert {one.touched for one in teams.values()} == {None}  # a team is not told apart by who else was there


CHAT = """session_id, event_id, seq, at, kind, author, agent_id, queue
    s, 1, 1, 09:00:00, line, customer,, q
    s, 2, 2, 09:00:10, line, agent, ann, q
    s, 3, 3, 09:00:20, transfer, system,, q
    s, 4, 4, 09:00:30, line, customer,, q
    s, 5, 5, 09:00:40, line, agent, bob, q
    s, 6, 6, 09:00:50, closed, agent, cid, q"""


def test_a_chat_that_was_passed_on_is_touched_by_who_wrote_in_it(office: Office) -> None:
    office.load("chat", CHAT)
    found = by(office, "agent", metric="chat.first_response")
    assert parts(found) == {"ann": (1, 1, 0, "handled items"), "bob": (0, 0, 1, "handled items")}
    rounds = by(office, "agent", metric="chat.round_within")
    assert {names: one.touched for names, one in rounds.items()} == {
        ("ann",): None,
        ("bob",): None,
    }  # one person a round


def test_a_thread_is_touched_by_who_replied_to_it_later(office: Office) -> None:
    office.load(
        "mail",
        """message_id, at, direction, in_reply_to, ticket_id, agent_id, queue
        a, 09:00:00, in,, 1,, q
        b, 09:10:00, out, a, 1, ann, q
        c, 09:20:00, in, b, 1,, q
        d, 09:30:00, out, c, 1, bob, q""",
    )
    found = by(office, "agent", metric="email.reply_within_days")
    assert parts(found) == {"ann": (1, 1, 0, "handled items"), "bob": (0, 0, 1, "handled items")}
    contacts = by(office, "agent", metric="contact.on_the_spot")
    assert parts(contacts) == {"bob": (1, 1, 0, "handled items"), "ann": (0, 0, 1, "handled items")}


# --- weekdays --------------------------------------------------------------------------------------------------------


def test_weekdays_are_a_group_and_a_scope(office: Office) -> None:
    """1 October 2026 is a Thursday: the 8th is one, the 12th a Monday, the 14th to the 16th Wednesday to Friday."""
    load(office)
    assert shares(by(office, "weekday")) == {"mon": "2/4", "wed": "1/1", "thu": "2/2", "fri": "1/1"}
    (found,) = office.measure("phone.connect_rate", scope={"weekday": ["thu", "fri"], "queue": ["q"]})
    assert (found.numerator, found.denominator, found.population) == ("2", "2", 2)
    assert found.states["outside"] == {"another contract's queue": 4, "out of scope": 2}


def test_a_weekday_that_is_none_is_refused(office: Office) -> None:
    load(office)
    with pytest.raises(Refused, match=r"measure\.weekday"):
        office.measure("phone.connect_rate", scope={"weekday": ["thursday"]})
