"""Calls assembled from legs: one offered call, from the first entry into our queue to the first human answer."""

import pytest

from tests.ingest.items.small_logs import Office, at

HEAD = "call_id, leg_id, queue, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome"


def wait_of(office: Office, **more: object) -> tuple[dict[str, int], str]:
    """Return the counts of average wait, and the seconds waited by answered calls."""
    (found,) = office.measure("phone.average_wait", **more)
    return office.states("phone.average_wait", **more), found.numerator


def test_a_transfer_between_queues_is_one_call_with_the_wait_of_its_first_entry(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales, ann, 09:00:00, 09:00:10, 09:00:30, 09:02:00, answered
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:40, 09:05:00, answered""",
    )
    assert wait_of(office) == ({"counted": 1}, "20")  # 09:00:10 to 09:00:30


def test_legs_of_a_foreign_contract_are_dropped_first(office: Office) -> None:
    """Each contract sees one offered call, with its own wait."""
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales, ann, 09:00:00, 09:00:10, 09:00:30, 09:02:00, answered
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:40, 09:05:00, answered""",
    )
    assert wait_of(office, scope={"queue": ["sales"]}) == ({"counted": 1}, "20")
    assert wait_of(office, scope={"queue": ["after"]}) == ({"counted": 1}, "40")  # 09:02:00 to 09:02:40
    assert office.states("phone.connect_rate", scope={"queue": ["other"]}) == {"outside: another contract's queue": 1}


def test_an_agent_who_does_not_pick_up_does_not_end_the_wait(office: Office) -> None:
    """Rung out at two agents, answered by the third: one call, 55 s from the first entry."""
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales, ann, 09:00:00, 09:00:00,         , 09:00:20, lost
        c, 2, sales, bob, 09:00:00, 09:00:20,         , 09:00:40, lost
        c, 3, sales, cat, 09:00:00, 09:00:40, 09:00:55, 09:03:00, answered""",
    )
    assert wait_of(office) == ({"counted": 1}, "55")
    assert office.states("phone.connect_rate") == {"met": 1}
    found = office.measure("phone.connect_rate", by=["agent"])
    assert {one.group["agent"]: (one.population, one.touched) for one in found} == {
        "ann": (0, 1), "bob": (0, 1), "cat": (1, 0),  # cat answered; it rang at the others
    }  # fmt: skip


OVERFLOW = f"""{HEAD}
    c, 1, ours,   , 09:00:00, 09:00:00,         , 09:01:00, lost
    c, 2, theirs, bob, 09:00:00, 09:01:00, 09:01:10, 09:03:00, answered"""


def test_an_overflow_answered_elsewhere_is_missed_by_whom_it_left(office: Office) -> None:
    office.load("call", OVERFLOW)
    assert office.states("phone.connect_rate", scope={"queue": ["ours"]}) == {"missed": 1}
    assert wait_of(office, scope={"queue": ["theirs"]}) == ({"counted": 1}, "10")
    assert wait_of(office) == ({"counted": 1}, "70")  # seen whole: 09:00:00 to 09:01:10


def test_an_overflow_that_was_answered_is_a_handled_contact(office: Office) -> None:
    """The first leg rang out, a person answered the second: somebody handled it."""
    office.load("call", OVERFLOW)
    assert office.rows("SELECT outcome, agent_id FROM item_call") == [("answered", "bob")]
    assert office.states("contact.on_the_spot") == {"unmeasurable: no flag": 1}


def test_the_menu_before_the_queue_is_a_leg_of_the_same_call(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        c, 0,      ,    , 08:59:30,         ,         , 09:00:00, ivr_only
        c, 1, sales, ann, 08:59:30, 09:00:00, 09:00:07, 09:02:00, answered
        d, 0,      ,    , 09:10:00,         ,         , 09:10:20, ivr_only""",
    )
    assert wait_of(office) == ({"counted": 1, "outside: IVR only": 1}, "7")


def test_abandoned_after_a_transfer_waits_to_the_end_of_the_last_leg(office: Office) -> None:
    """Rung out in the first queue, hung up in the second 4 s after entering it: 64 s of waiting, no short abandon."""
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales,, 09:00:00, 09:00:00,, 09:01:00, lost
        c, 2, after,, 09:00:00, 09:01:00,, 09:01:04, abandoned""",
    )
    assert office.states("phone.connect_rate") == {"missed": 1}
    assert office.states("phone.connect_rate", scope={"queue": ["after"]}) == {
        "excluded: short abandon": 1
    }  # 4 s <= 5 s


@pytest.mark.parametrize(("ended", "state"), [("09:00:05", "excluded: short abandon"), ("09:00:06", "missed")])
def test_exactly_five_seconds_are_short(office: Office, ended: str, state: str) -> None:
    office.load("call", f"{HEAD}\n c, 1, sales,, 09:00:00, 09:00:00,, {ended}, abandoned")
    assert office.states("phone.connect_rate") == {state: 1}


def test_a_call_belongs_to_the_month_of_its_queue_entry(office: Office) -> None:
    """In by the menu on 30 September, in the queue on 1 October; queued on 31 October, answered on 1 November."""
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales, ann, 2026-09-30 23:59:50, 01 00:00:05, 01 00:00:06, 01 00:03:00, answered
        d, 1, sales, ann, 31 23:59:50, 31 23:59:58, 2026-11-01 00:00:10, 2026-11-01 00:02:00, answered
        e, 1, sales, ann, 31 23:59:50, 2026-11-01 00:00:00, 2026-11-01 00:00:10, 2026-11-01 00:02:00, answered""",
    )
    known = at("2026-11-02 00:00:00")
    assert wait_of(office, cut_off_at=known) == ({"counted": 2}, "13")  # 1 s and 12 s; e is November's
    days = office.measure("phone.average_wait", by=["day"], cut_off_at=known)
    assert [(one.group["day"], one.numerator) for one in days] == [("2026-10-01", "1"), ("2026-10-31", "12")]


def test_what_happened_after_the_cut_off_is_unknown(office: Office) -> None:
    """At midnight d had waited 2 s: it may still end either way."""
    office.load(
        "call",
        f"{HEAD}\n d, 1, sales, ann, 31 23:59:50, 31 23:59:58, 2026-11-01 00:00:10, 2026-11-01 00:02:00, answered",
    )
    assert office.states("phone.connect_rate") == {"pending": 1}
    assert office.states("phone.service_level", terms={"answer_within_s": "1", "short_abandon_s": "0"}) == {
        "missed": 1,
        "missed_not_yet_done": 1,
    }


SHORT = "call_id, queue, arrived_at, outcome, wait_s"


def test_the_same_record_twice_is_one_call(office: Office) -> None:
    office.load("call", f"{SHORT}\n c, sales, 09:00:00, answered, 7\n c, sales, 09:00:00, answered, 7")
    again = office.load(
        "call", f"{SHORT}\n c, sales, 09:00:00, answered, 7\n d, sales, 09:01:00, answered, 8", name="b.csv"
    )
    assert (again.accepted, again.duplicates) == (1, 1)
    assert wait_of(office) == ({"counted": 2}, "15")


def test_contradicting_deliveries_without_a_stamp_are_unmeasurable(office: Office) -> None:
    office.load("call", f"{SHORT}\n c, sales, 09:00:00, answered, 7")
    office.load("call", f"{SHORT}\n c, sales, 09:00:00, answered, 8", name="b.csv")
    assert office.states("phone.connect_rate") == {"unmeasurable: contradicting deliveries": 1}


STAMPED = "call_id, queue, arrived_at, outcome, wait_s, record_at"
EARLIER, LATER = "c, sales, 09:00:00, abandoned, 30, 10:00:00", "c, sales, 09:00:00, answered, 12, 11:00:00"


@pytest.mark.parametrize("deliveries", [(EARLIER, LATER), (LATER, EARLIER)])
def test_the_later_stamp_is_the_call_whatever_comes_first(office: Office, deliveries: tuple[str, str]) -> None:
    for number, row in enumerate(deliveries):
        office.load("call", f"{STAMPED}\n {row}", name=f"{number}.csv")
    assert wait_of(office) == ({"counted": 1}, "12")


def test_one_stamp_with_two_contents_decides_nothing(office: Office) -> None:
    office.load("call", f"{STAMPED}\n {EARLIER}\n c, sales, 09:00:00, answered, 12, 10:00:00")
    assert office.states("phone.connect_rate") == {"unmeasurable: contradicting deliveries": 1}


def test_a_later_stamp_settles_an_earlier_contradiction(office: Office) -> None:
    office.load("call", f"{STAMPED}\n {EARLIER}\n c, sales, 09:00:00, answered, 12, 10:00:00\n {LATER}")
    assert wait_of(office) == ({"counted": 1}, "12")


@pytest.mark.parametrize("order", [("31 23:59:59", "2026-11-01 00:00:01"), ("2026-11-01 00:00:01", "31 23:59:59")])
def test_a_contradiction_about_the_month_stands_in_the_same_month_whatever_comes_first(
    office: Office, order: tuple[str, str]
) -> None:
    for number, arrived in enumerate(order):
        office.load("call", f"{SHORT}\n c, sales, {arrived}, answered, 7", name=f"{number}.csv")
    assert office.states("phone.connect_rate") == {"unmeasurable: contradicting deliveries": 1}


def test_a_leg_that_contradicts_itself_spoils_its_call_alone(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales, ann, 09:00:00, 09:00:00, 09:00:10, 09:02:00, answered
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:40, 09:05:00, answered
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:41, 09:05:00, answered
        d, 1, sales, ann, 09:00:00, 09:00:00, 09:00:10, 09:02:00, answered""",
    )
    assert office.states("phone.connect_rate") == {"met": 1, "unmeasurable: contradicting deliveries": 1}


def test_a_call_without_a_queue_time_has_its_menu_entry_for_the_day(office: Office) -> None:
    """Abandoned: unmeasurable in every metric. Answered: met in connect rate, unmeasurable in waits."""
    office.load(
        "call",
        f"""{HEAD}
        c, 1, sales,    , 09:00:00,,         , 09:01:00, abandoned
        d, 1, sales, ann, 09:00:00,, 09:00:20, 09:01:00, answered""",
    )
    assert office.states("phone.connect_rate") == {"met": 1, "unmeasurable: no queue time": 1}
    assert office.states("phone.abandonment") == {"met": 1, "unmeasurable: no queue time": 1}
    assert office.states("phone.average_wait") == {"unmeasurable: no queue time": 2}
