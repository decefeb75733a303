"""Occupancy from the states of agents: cut at midnights and at the cut-off, the later beginning has the time."""

from decimal import Decimal
from typing import Any

import pytest

from pipelines.runs.ingest_files import ingest_files
from tests.ingest.items.small_logs import NOW, Office, at

HEAD = "agent_id, since_at, until_at, state"


def micros(time: str) -> int:
    return int(at(time).timestamp()) * 1_000_000


def seconds_of(office: Office, **more: Any) -> dict[str, tuple[str, Decimal | None]]:
    """Return state and seconds of each item."""
    return office.item_states("phone.occupancy", **more)


def item(agent: str, since: str, day: str = "12") -> str:
    return f"{agent}#{micros(since)}#2026-10-{day}"


def test_handling_over_handling_and_available(office: Office) -> None:
    """30 + 10 min handling, 20 min available, a break that counts nowhere: 40 / 60."""
    office.load(
        "agent_state",
        f"""{HEAD}
        ann, 09:00:00, 09:30:00, talking
        ann, 09:30:00, 09:40:00, wrap
        ann, 09:40:00, 10:00:00, ready
        ann, 10:00:00, 10:15:00, break""",
    )
    (found,) = office.measure("phone.occupancy")
    assert (found.numerator, found.denominator, found.n) == ("2400", "3600", 3)
    assert office.states("phone.occupancy") == {
        "met": 2, "missed": 1, "excluded: neither handling nor available": 1,
    }  # fmt: skip
    (found,) = office.measure("phone.occupancy", terms={"handling": "talking", "available": "ready, break"})
    assert (found.numerator, found.denominator) == ("1800", "3900")


def test_a_state_without_an_end_lasts_to_the_next_and_the_last_one_to_the_cut_off(office: Office) -> None:
    office.load(
        "agent_state",
        f"""{HEAD}
        ann, 09:00:00,, talking
        bob, 09:10:00,, idle
        ann, 09:30:00,, idle""",
    )
    assert seconds_of(office, cut_off_at=at("09:45:00")) == {
        item("ann", "09:00:00"): ("met", Decimal(1800)),
        item("ann", "09:30:00"): ("missed", Decimal(900)),
        item("bob", "09:10:00"): ("missed", Decimal(2100)),
    }
    assert seconds_of(office, cut_off_at=at("09:20:00")) == {
        item("ann", "09:00:00"): ("met", Decimal(1200)),
        item("bob", "09:10:00"): ("missed", Decimal(600)),
    }


def test_states_are_cut_at_local_midnights_and_at_the_months_ends(office: Office) -> None:
    """From 30 September 23:00 to 2 October 01:00: an hour of September's is not of October, nor shown."""
    office.load(
        "agent_state",
        f"""{HEAD}
        ann, 2026-09-30 23:00:00, 02 01:00:00, idle
        bob, 31 23:30:00, 2026-11-01 02:00:00, talking
        cat, 2026-09-29 08:00:00,, talking
        dan, 2026-09-29 08:00:00,, talking
        dan, 2026-09-30 12:00:00, 2026-09-30 13:00:00, idle
        cat, 01 00:10:00, 01 00:20:00, idle""",
    )
    began = "2026-09-30 23:00:00"
    known = {"cut_off_at": at("2026-11-02 00:00:00")}
    assert seconds_of(office, **known) == {
        item("ann", began, "01"): ("missed", Decimal(86400)),
        item("ann", began, "02"): ("missed", Decimal(3600)),
        item("bob", "31 23:30:00", "31"): ("met", Decimal(1800)),
        item("cat", "2026-09-29 08:00:00", "01"): ("met", Decimal(600)),
        item("cat", "01 00:10:00", "01"): ("missed", Decimal(600)),
    }
    days = {one.group["day"]: one.denominator for one in office.measure("phone.occupancy", by=["day"], **known)}
    assert days == {"2026-10-01": "87600", "2026-10-02": "3600", "2026-10-31": "1800"}


def test_where_states_overlap_the_one_that_began_later_has_the_time(office: Office) -> None:
    """Available 9 to 17; talking 10 to 11, in it a hold 10:30 to 10:40 and a wrap 10:50 to 11:30: 8 h − 1 h 30 min."""
    office.load(
        "agent_state",
        f"""{HEAD}
        ann, 09:00:00, 17:00:00, available
        ann, 10:00:00, 11:00:00, talking
        ann, 10:30:00, 10:40:00, hold
        ann, 10:50:00, 11:30:00, wrap
        bob, 10:00:00, 11:00:00, talking""",
    )
    assert seconds_of(office) == {
        item("ann", "09:00:00"): ("missed", Decimal(28800 - 5400)),
        item("ann", "10:00:00"): ("met", Decimal(3600 - 600 - 600)),
        item("ann", "10:30:00"): ("met", Decimal(600)),
        item("ann", "10:50:00"): ("met", Decimal(2400)),
        item("bob", "10:00:00"): ("met", Decimal(3600)),
    }
    (found,) = office.measure("phone.occupancy")
    assert found.denominator == str(28800 + 3600)  # each instant once


def test_a_state_that_later_ones_cover_is_said_to_be_overlapped(office: Office) -> None:
    office.load(
        "agent_state",
        f"""{HEAD}
        ann, 09:00:00, 09:30:00, talking
        ann, 09:00:00, 10:00:00, idle
        ann, 23:50:00, 13 00:10:00, idle
        ann, 23:55:00, 13 00:20:00, talking""",
        source="one",
    )
    office.load("agent_state", f"{HEAD}\n ann, 09:00:00, 10:00:00, wrap", source="two")
    found = seconds_of(office)
    assert found[item("ann", "23:50:00")] == ("missed", Decimal(300))
    assert found[item("ann", "23:50:00", "13")] == ("excluded: overlapped", Decimal(0))
    assert found[item("ann", "23:55:00", "13")] == ("met", Decimal(1200))


def test_of_two_at_one_start_the_later_record_has_the_time(office: Office) -> None:
    """Two logs speak of ann at 9: the wrap was recorded later; after it has ended the other goes on."""
    for number, (state, until, recorded) in enumerate(
        [("wrap", "09:30:00", "12:00:00"), ("idle", "10:00:00", "11:00:00")]
    ):
        office.load(
            "agent_state", f"{HEAD}, record_at\n ann, 09:00:00, {until}, {state}, {recorded}", source=f"log{number}"
        )
    assert office.states("phone.occupancy") == {"met": 1, "missed": 1}
    (found,) = office.measure("phone.occupancy")
    assert (found.numerator, found.denominator) == ("1800", "3600")


def test_deliveries_of_one_state_that_contradict_each_other(office: Office) -> None:
    office.load("agent_state", f"{HEAD}\n ann, 09:00:00, 09:30:00, talking\n ann, 09:00:00, 09:40:00, talking")
    assert office.states("phone.occupancy") == {"unmeasurable: contradicting deliveries": 1}
    office.load("agent_state", f"{HEAD}, record_at\n ann, 09:00:00, 09:20:00, idle, 10:00:00", name="b.csv")
    assert office.states("phone.occupancy") == {"missed": 1}


def test_an_end_before_the_beginning_is_no_interval(office: Office) -> None:
    office.load("agent_state", f"{HEAD}\n ann, 09:00:00, 08:30:00, talking\n ann, 09:10:00, 09:20:00, idle")
    assert office.states("phone.occupancy") == {"unmeasurable: negative interval": 1, "missed": 1}


def test_a_state_without_a_queue_is_of_its_agents_team(office: Office) -> None:
    """ann moved from east to west at noon; bob's states name a queue, and that decides."""
    office.load(
        "roster",
        """member_kind, member_id, since_at, until_at, team, vendor
        agent, ann, 01 00:00:00, 12 12:00:00, east, one
        agent, ann, 12 12:00:00,            , west, two
        agent, bob, 01 00:00:00,            , west, two
        queue, q,   01 00:00:00,            , east, one""",
    )
    office.load(
        "agent_state",
        f"""{HEAD}, queue
        ann, 09:00:00, 10:00:00, talking,
        ann, 13:00:00, 13:30:00, talking,
        bob, 09:00:00, 09:10:00, idle, q
        cat, 09:00:00, 09:01:00, idle,""",
    )
    teams = {
        one.group["team"]: (one.numerator, one.denominator) for one in office.measure("phone.occupancy", by=["team"])
    }
    assert teams == {"east": ("3600", "4200"), "west": ("1800", "1800"), "(not on the roster)": ("0", "60")}
    (found,) = office.measure("phone.occupancy", scope={"vendor": ["one"]})
    assert (found.numerator, found.denominator) == ("3600", "4200")
    assert office.states("phone.occupancy", scope={"vendor": ["one"]})["outside: another contract's queue"] == 2


@pytest.mark.parametrize(("until", "unmeasurable"), [("", 2), ("2026-10-25 01:59:00", 1)])
def test_a_time_in_an_hour_that_came_twice(office: Office, until: str, unmeasurable: int) -> None:
    """In Berlin 02:30 came twice on 25 October: when that state began is unknown, and when the one before ended."""
    mapping, log = office.write("agent_state", f"{HEAD}\n ann, 09:00:00,, idle")
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("Asia/Shanghai", "Europe/Berlin"), encoding="utf-8")
    log.write_text(
        f"agent_id,since_at,until_at,state\nann,2026-10-25 01:00:00,{until},idle\n"
        "ann,2026-10-25 02:30:00,2026-10-25 04:00:00,talking\n",
        encoding="utf-8",
    )
    ingest_files(office.home, [mapping], [log], now=NOW)
    assert office.states("phone.occupancy")["unmeasurable: ambiguous time"] == unmeasurable
