"""Calls assembled from legs: one offered call, from the first entry into our queue to the first human answer."""

from typing import Any

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


def test_two_legs_at_one_instant_stand_in_the_order_of_their_numbers(office: Office) -> None:
    """Whichever is loaded first: the call came in by north and was handed to south in the same second."""
    for number, leg in enumerate(("2, south, bob", "1, north, ann")):
        office.load(
            "call", f"{HEAD}\n c, {leg}, 09:00:00, 09:00:10, 09:00:30, 09:02:00, answered", name=f"{number}.csv"
        )
    found = office.measure("phone.connect_rate", by=["queue", "agent"])
    assert [(dict(one.group), one.population, one.touched) for one in found] == [
        ({"queue": "north", "agent": "ann"}, 1, 0),
        ({"queue": "north", "agent": "bob"}, 0, 1),  # a part in a call of north's
    ]


def test_a_menu_of_another_contract_gives_a_nameless_entry_no_queue(office: Office) -> None:
    office.load(
        "call",
        f"""{HEAD}
        c, 0, menu,    , 09:00:00,         ,         , 09:00:20, ivr_only
        c, 1,     , ann, 09:00:20, 09:00:20, 09:00:30, 09:02:00, answered""",
    )
    (found,) = office.measure("phone.connect_rate", by=["queue"])
    assert found.group == {"queue": "(no queue)"}


def test_the_logs_own_wait_holds_behind_a_menu_too(office: Office) -> None:
    """The log says 5 s; from queue to end it were 6 s."""
    office.load(
        "call",
        f"""{HEAD}, wait_s
        c, 0,      ,, 08:59:30,         ,, 09:00:00, ivr_only,
        c, 1, sales,, 08:59:30, 09:00:00,, 09:00:06, abandoned, 5""",
    )
    assert office.states("phone.connect_rate") == {"excluded: short abandon": 1}


BACK = f"{HEAD}, callback_promised_at, callback_reached_at"


def test_a_call_back_is_offered_whatever_the_log_calls_its_end(office: Office) -> None:
    office.load(
        "call",
        f"""{BACK}
        a, 1, sales,, 09:00:00, 09:00:00,, 09:00:03, callback,  10:00:00, 09:30:00
        b, 1, sales,, 09:00:00, 09:00:00,, 09:00:03, abandoned, 10:00:00, 10:00:01
        c, 1, sales,, 09:00:00, 09:00:00,, 09:00:03, voicemail, 10:00:00,
        d, 1,      ,, 09:00:00,         ,, 09:00:03, ivr_only,  10:00:00, 10:00:00
        e, 1, sales,, 09:00:00, 09:00:00,, 09:00:03, voicemail,         ,
        f, 1, sales, ann, 09:00:00, 09:00:00, 09:00:03, 09:02:00, answered, 10:00:00, 11:00:00
        g, 1, sales,, 09:00:00, 09:00:00,, 09:00:03, callback,          ,""",
    )
    assert office.item_states("phone.connect_rate") == {
        "a": ("met", None),
        "b": ("missed", None),
        "c": ("missed: not yet done", None),
        "d": ("met", None),
        "e": ("outside: voicemail", None),
        "f": ("met", None),  # answered in the queue: whatever was promised besides is no call-back
        "g": ("pending", None),
    }
    assert office.states("phone.average_wait") == {"counted": 1, "excluded: call-back": 5, "outside: voicemail": 1}
    assert office.states("phone.abandonment") == {
        "met": 4, "excluded: call-back": 1, "pending": 1, "outside: voicemail": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cut_off", "state"),
    [("09:59:59", "pending"), ("10:00:00", "pending"), ("10:00:01", "missed: not yet done"), ("10:30:00", "missed")],
)
def test_what_is_known_of_a_call_back_at_the_cut_off(office: Office, cut_off: str, state: str) -> None:
    """Promised for 10:00:00, reached at 10:30:00; exactly at the promise it may still be kept."""
    office.load("call", f"{BACK}\n c, 1, sales,, 09:00:00, 09:00:00,, 09:00:30, callback, 10:00:00, 10:30:00")
    assert office.item_states("phone.connect_rate", cut_off_at=at(cut_off)) == {"c": (state, None)}


@pytest.mark.parametrize("outcome", ["callback", "abandoned"])
@pytest.mark.parametrize(
    ("cut_off", "wait", "level"),
    [("09:00:29", "pending", "missed: not yet done"), ("09:00:30", "excluded: call-back", "excluded: call-back")],
)
def test_a_caller_still_in_the_queue_at_the_cut_off_has_been_promised_nothing(
    office: Office, cut_off: str, wait: str, level: str, outcome: str
) -> None:
    """He left at 09:00:30 with a call-back promised: before that he may yet be answered (section 1, rule 4)."""
    office.load("call", f"{BACK}\n c, 1, sales,, 09:00:00, 09:00:00,, 09:00:30, {outcome}, 10:00:00,")
    for metric, state in (("phone.average_wait", wait), ("phone.service_level", level)):
        assert office.item_states(metric, cut_off_at=at(cut_off))["c"][0] == state


def test_a_call_back_promised_on_a_later_leg_is_not_known_before_that_leg_ends(office: Office) -> None:
    office.load(
        "call",
        f"""{BACK}
        c, 1, sales,, 09:00:00, 09:00:00,, 09:00:30, lost,,
        c, 2, after,, 09:00:30, 09:00:30,, 09:01:00, abandoned, 10:00:00,""",
    )
    assert office.states("phone.average_wait", cut_off_at=at("09:00:59")) == {"pending": 1}
    assert office.states("phone.average_wait", cut_off_at=at("09:01:00")) == {"excluded: call-back": 1}


def test_the_line_on_which_the_customer_was_called_back_answers_no_queue(office: Office) -> None:
    """Called back at 10:05 on a leg of the same call, promised for 10:00: missed, and no wait of an hour."""
    office.load(
        "call",
        f"""{BACK}, direction
        c, 1, sales,    , 09:00:00, 09:00:00,         , 09:00:30, callback, 10:00:00, 10:05:00, inbound
        c, 2, sales, ann, 10:05:00, 10:05:00, 10:05:00, 10:07:00, answered,         ,         , outbound""",
    )
    assert office.states("phone.connect_rate") == {"missed": 1}
    assert office.states("phone.average_wait") == {"excluded: call-back": 1}


def test_a_call_back_belongs_to_the_contract_that_promised_it(office: Office) -> None:
    office.load(
        "call",
        f"""{BACK}
        c, 1, ours,      , 09:00:00, 09:00:00,         , 09:01:00, lost,,
        c, 2, theirs,    , 09:00:00, 09:01:00,         , 09:02:00, abandoned, 10:00:00, 09:30:00""",
    )
    assert office.states("phone.connect_rate", scope={"queue": ["ours"]}) == {"missed": 1}
    assert office.states("phone.connect_rate", scope={"queue": ["theirs"]}) == {"met": 1}


CALLER = "call_id, customer_id, queue, arrived_at, queued_at, answered_at, ended_at, outcome"
WITHIN_3_MIN: Any = {"terms": {"retries_merge_min": "3"}}


def connected(office: Office, **more: object) -> tuple[str, str]:
    """Return met / judged of the connect rate with retries merged within three minutes."""
    (found,) = office.measure("phone.connect_rate", **{**WITHIN_3_MIN, **more})
    return found.numerator, found.denominator


def test_retries_of_one_caller_are_one_attempt_with_its_best_state(office: Office) -> None:
    """a is rung out, b is short, c is answered: one, met. Chained from the end of the one before, 3 min inclusive."""
    office.load(
        "call",
        f"""{CALLER}
        a, wang, sales, 09:00:00, 09:00:00,         , 09:01:00, lost
        b, wang, sales, 09:04:00, 09:04:00,         , 09:04:05, abandoned
        c, wang, sales, 09:07:05, 09:07:05, 09:07:15, 09:09:00, answered
        d, li,   sales, 09:00:00, 09:00:00,         , 09:01:00, abandoned
        e, li,   sales, 09:04:00.5, 09:04:00.5,     , 09:05:00, abandoned""".replace(".5", ""),
    )
    assert connected(office) == ("1", "2")  # wang's three met; li's two missed
    assert office.states("phone.connect_rate") == {"met": 1, "missed": 3, "excluded: short abandon": 1}  # unmerged


def test_a_second_beyond_the_minutes_is_another_attempt(office: Office) -> None:
    office.load(
        "call",
        f"""{CALLER}
        a, wang, sales, 09:00:00, 09:00:00,         , 09:01:00, abandoned
        b, wang, sales, 09:04:01, 09:04:01, 09:04:10, 09:05:00, answered""",
    )
    assert connected(office) == ("1", "2")


def test_after_an_answer_a_caller_begins_anew(office: Office) -> None:
    office.load(
        "call",
        f"""{CALLER}
        a, wang, sales, 09:00:00, 09:00:00, 09:00:10, 09:01:00, answered
        b, wang, sales, 09:01:30, 09:01:30,         , 09:02:30, abandoned""",
    )
    assert connected(office) == ("1", "2")


def test_short_only_if_every_attempt_is(office: Office) -> None:
    """wang hung up at once twice: short. li hung up at once, then waited a minute in vain: missed."""
    office.load(
        "call",
        f"""{CALLER}
        a, wang, sales, 09:00:00, 09:00:00,, 09:00:02, abandoned
        b, wang, sales, 09:01:00, 09:01:00,, 09:01:03, abandoned
        c, li,   sales, 09:00:00, 09:00:00,, 09:00:02, abandoned
        d, li,   sales, 09:01:00, 09:01:00,, 09:02:00, abandoned""",
    )
    assert office.states("phone.connect_rate", **WITHIN_3_MIN) == {"excluded: short abandon": 1, "missed": 1}


def test_nameless_callers_are_nobodys_retries(office: Office) -> None:
    office.load(
        "call",
        f"""{CALLER}
        a, , sales, 09:00:00, 09:00:00,         , 09:01:00, abandoned
        b, , sales, 09:02:00, 09:02:00, 09:02:10, 09:03:00, answered""",
    )
    assert connected(office) == ("1", "2")


def test_a_chain_over_the_months_edges_belongs_to_its_first_attempt(office: Office) -> None:
    """wang began in September, li in October and goes on in November; a third attempt there would go on too."""
    office.load(
        "call",
        f"""{CALLER}
        a, wang, sales, 2026-09-30 23:58:00, 2026-09-30 23:58:00,, 2026-09-30 23:59:00, abandoned
        b, wang, sales, 01 00:01:00, 01 00:01:00,, 01 00:02:00, abandoned
        c, wang, sales, 01 00:04:00, 01 00:04:00, 01 00:04:10, 01 00:05:00, answered
        d, li,   sales, 31 23:57:00, 31 23:57:00,, 31 23:58:00, abandoned
        e, li,   sales, 2026-11-01 00:00:30, 2026-11-01 00:00:30,, 2026-11-01 00:02:00, abandoned
        f, li,   sales, 2026-11-01 00:04:00, 2026-11-01 00:04:00, 2026-11-01 00:04:10, 2026-11-01 00:05:00, answered
        g, zhao, sales, 2026-11-01 00:01:00, 2026-11-01 00:01:00,, 2026-11-01 00:03:00, abandoned""",
    )
    known = at("2026-11-02 00:00:00")
    assert connected(office, cut_off_at=known) == ("1", "1")  # li's three
    days = office.measure("phone.connect_rate", by=["day"], cut_off_at=known, **WITHIN_3_MIN)
    assert [one.group["day"] for one in days] == ["2026-10-31"]
    assert connected(office, cut_off_at=at("2026-11-01 00:01:00")) == ("0", "0")  # e may still be answered
    assert set(office.item_states("phone.connect_rate", cut_off_at=known, **WITHIN_3_MIN)) == {"d", "e", "f"}
    assert set(office.item_states("phone.connect_rate", cut_off_at=known)) == {"b", "c", "d"}


def test_only_calls_offered_to_the_contract_are_attempts(office: Office) -> None:
    """The retry by the menu alone, and the one at another contract's queue, are none."""
    office.load(
        "call",
        f"""{CALLER}
        a, wang, ours,   09:00:00, 09:00:00,         , 09:01:00, abandoned
        b, wang, theirs, 09:02:00, 09:02:00, 09:02:10, 09:03:00, answered
        c, wang, ,       09:02:30,         ,         , 09:02:40, ivr_only
        d, wang, ours,   09:03:50, 09:03:50, 09:04:00, 09:05:00, answered""",
    )
    ours = {"scope": {"queue": ["ours"]}}
    assert connected(office, **ours) == ("1", "1")
    assert office.states("phone.connect_rate", **WITHIN_3_MIN, **ours) == {
        "met": 1, "outside: another contract's queue": 2,
    }  # fmt: skip


def test_a_retry_after_an_attempt_whose_end_nobody_knows(office: Office) -> None:
    """Its end is not before its arrival: a retry within the minutes of that is one for certain."""
    office.load(
        "call",
        f"""{CALLER}
        a, wang, sales, 09:00:00, 09:00:00,         ,         , lost
        b, wang, sales, 09:03:00, 09:03:00, 09:03:10, 09:04:00, answered
        c, li,   sales, 09:00:00, 09:00:00,         ,         , lost
        d, li,   sales, 09:03:01, 09:03:01, 09:03:10, 09:04:00, answered""",
    )
    assert connected(office) == ("2", "3")


PERIODS = f"""{HEAD}
    a, 1, sales, ann, 2026-09-30 23:59:50, 2026-09-30 23:59:50, 01 00:00:05, 01 00:02:00, answered
    b, 1, sales,    , 2026-09-30 23:59:30, 2026-09-30 23:59:30,            , 01 00:00:10, abandoned
    c, 1, sales, ann, 31 23:59:30, 31 23:59:30, 31 23:59:45, 2026-11-01 00:02:00, answered
    d, 1, sales, ann, 31 23:59:45, 31 23:59:45, 31 23:59:50, 2026-11-01 00:02:00, answered
    e, 1, sales,    , 31 23:59:40, 31 23:59:40,            ,                    , open
    f, 1, sales, ann, 2026-09-30 23:59:50,                 , 01 00:00:05, 01 00:02:00, answered
    g, 1, sales,    , 31 23:59:30,                         ,            ,                    , open
    h, 1, sales,    , 12 09:00:00,                         ,            ,                    , lost"""


@pytest.mark.parametrize(
    ("period_by", "items"),
    [
        ("arrival", {"c", "d", "e", "g", "h"}),
        ("due", {"a", "c", "g", "h"}),  # due at 00:00:10 and 23:59:50, d and e in November; unknown: by arrival
        ("end", {"a", "b", "c", "d", "f", "h"}),  # answered or ended; e was due in November, g nobody knows when
    ],
)
def test_which_instant_decides_the_period_of_a_service_level(office: Office, period_by: str, items: set[str]) -> None:
    office.load("call", PERIODS)
    found = office.item_states(
        "phone.service_level", terms={"period_by": period_by}, cut_off_at=at("2026-11-02 00:00:00")
    )
    assert set(found) == items


def test_by_end_what_is_past_its_limit_is_of_the_period_in_which_that_passed(office: Office) -> None:
    """Queued at 23:59:30 on the 31st and still there: by midnight 20 s have passed, at 23:59:50."""
    office.load(
        "call",
        f"{HEAD}\n a, 1, sales,, 31 23:59:30, 31 23:59:30,,, open\n b, 1, sales,, 31 23:59:45, 31 23:59:45,,, open",
    )
    by_end: Any = {"terms": {"period_by": "end"}}
    assert office.item_states("phone.service_level", **by_end) == {"a": ("missed: not yet done", None)}
    assert (
        office.item_states("phone.service_level", cut_off_at=at("31 23:59:50"), **by_end) == {}
    )  # exactly at it: pending


def test_by_due_the_limit_decides_the_period(office: Office) -> None:
    office.load("call", f"{HEAD}\n a, 1, sales,, 31 23:59:30, 31 23:59:30,,, open")
    (found,) = office.measure("phone.service_level", terms={"period_by": "due", "answer_within_s": "30"})
    assert found.population == 0  # due at midnight, which is November's
    (found,) = office.measure("phone.service_level", terms={"period_by": "due", "answer_within_s": "29.5"})
    assert found.population == 1


def test_the_percentile_of_waits(office: Office) -> None:
    """Waits 1 s, 2 s, 9 s and one left after 21 s: the 75th is the third, 9 s; the 76th lies beyond."""
    office.load(
        "call",
        """call_id, queue, arrived_at, outcome, wait_s
        a, sales, 09:00:00, answered, 1
        b, sales, 09:00:00, answered, 2
        c, sales, 09:00:00, answered, 9
        d, sales, 09:00:00, abandoned, 21
        e, sales, 09:00:00, abandoned, 20""",
    )
    (found,) = office.measure("phone.wait_percentile", terms={"percentile": "75"})
    assert (found.value, found.n) == ("9", 4)
    (found,) = office.measure("phone.wait_percentile", terms={"percentile": "76"})
    assert (found.value, found.n) == ("> 9", 4)


PARTS = f"{HEAD}, talk_s, hold_s, wrap_s"


def test_handle_time_is_of_each_leg_that_a_person_of_the_contract_handled(office: Office) -> None:
    office.load(
        "call",
        f"""{PARTS}
        c, 1, sales, ann, 09:00:00, 09:00:10, 09:00:30, 09:02:00, answered, 60, 10, 20
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:40, 09:05:00, answered, 100, 0, 0
        c, 3, after, cat, 09:00:00, 09:05:00,         , 09:05:10, lost,,,
        d, 1, sales, ann, 09:10:00, 09:10:00, 09:10:05, 09:12:00, answered, 30, , 5
        e, 1, sales,    , 09:10:00, 09:10:00,         , 09:12:00, abandoned,,,
        f, 1, sales, ann, 09:10:00, 09:10:00, 09:10:05, 09:12:00, answered, 30, -1, 5""",
    )
    assert office.item_states("phone.handle_time") == {
        "c#1": ("counted", 90),
        "c#2": ("counted", 100),
        "c#3": ("outside: not handled", None),
        "d#1": ("unmeasurable: missing part", None),
        "e#1": ("outside: not handled", None),
        "f#1": ("unmeasurable: negative part", 34),
    }
    (found,) = office.measure("phone.handle_time", scope={"queue": ["after"]})
    assert (found.value, found.n) == ("100", 1)
    assert {one.group["agent"]: one.value for one in office.measure("phone.handle_time", by=["agent"]) if one.n} == {
        "ann": "90", "bob": "100",
    }  # fmt: skip


def test_a_leg_counts_in_the_period_of_its_call_and_once_it_has_ended(office: Office) -> None:
    """c entered in October and was handed on in November; d came in September's last second."""
    office.load(
        "call",
        f"""{PARTS}
        c, 1, sales, ann, 31 23:58:00, 31 23:58:00, 31 23:58:10, 31 23:59:00, answered, 40, 0, 10
        c, 2, after, bob, 31 23:58:00, 31 23:59:00, 2026-11-01 00:00:10, 2026-11-01 00:01:00, answered, 50, 0, 0
        d, 1, sales, ann, 2026-09-30 23:59:59, 2026-09-30 23:59:59, 01 00:00:10, 01 00:01:00, answered, 50, 0, 0""",
    )
    assert office.item_states("phone.handle_time", cut_off_at=at("2026-11-02 00:00:00")) == {
        "c#1": ("counted", 50), "c#2": ("counted", 50),
    }  # fmt: skip
    assert office.item_states("phone.handle_time")["c#2"] == ("pending", 50)  # at midnight it rings


def test_a_leg_of_contradicting_deliveries_spoils_itself_alone(office: Office) -> None:
    office.load(
        "call",
        f"""{PARTS}
        c, 1, sales, ann, 09:00:00, 09:00:00, 09:00:10, 09:02:00, answered, 1, 1, 1
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:40, 09:05:00, answered, 2, 2, 2
        c, 2, after, bob, 09:00:00, 09:02:00, 09:02:40, 09:05:00, answered, 2, 2, 3""",
    )
    assert office.states("phone.handle_time") == {"counted": 1, "unmeasurable: contradicting deliveries": 1}


def test_a_call_that_an_agent_made_is_not_of_handle_time(office: Office) -> None:
    """By the call's period: one that never entered a queue has none."""
    office.load(
        "call", f"{PARTS}, direction\n c, 1, sales, ann, 09:00:00,, 09:00:05, 09:01:00, answered, 5, 0, 0, outbound"
    )
    assert office.states("phone.handle_time") == {"outside: outbound call": 1}
