"""The reference itself, on cases that are small enough to be added up by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.reference import reference
from tests.reference.hours import LATER, Clock, Hours, Version
from tests.reference.log import Event, World
from tests.reference.question import TERMS
from tests.reference.worlds import CASE_FACTS

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)  # 9:00, when the hours begin
NINE_TO_SIX = ((9 * 3600, 18 * 3600),)
OFFICE = Hours((Version(date(2010, 1, 1), datetime(2009, 12, 1), (NINE_TO_SIX,) * 5 + ((),) * 2),))  # noqa: DTZ001
LATE = datetime(2026, 12, 31, tzinfo=UTC)


def at(hours: float = 0, *, s: float = 0) -> datetime:
    return MONDAY + timedelta(hours=hours, seconds=s)


def world(cut_off: datetime = LATE, hours: Hours | None = OFFICE, **events: list[Event]) -> World:
    logs = {name: [{"load_id": 1, "record_at": None, **row} for row in rows] for name, rows in events.items()}
    return World(logs, "UTC", date(2026, 11, 1), date(2026, 12, 1), cut_off, hours)


def asked(world: World, metric: str, **terms: str) -> tuple[dict[str, str], Any]:
    """Return the state of each item (with its amount where it counts one), and the value."""
    values = {name: choices[0] for name, choices in TERMS[metric].items()}
    assert set(terms) <= set(values)
    agreed = [(world.since, {**values, **terms})]
    found = reference.states(world, metric, agreed)
    said = {item: state if amount is None else f"{state} {amount}" for (_, item), (state, amount) in found.items()}
    return said, reference.value(world, metric, agreed, found)


def call(call_id: str, arrived: datetime, outcome: str, waited_s: float, **more: Any) -> Event:
    end = arrived + timedelta(seconds=waited_s)
    blank = dict.fromkeys(
        ("customer_type", "topic", "order_id", "language", "wait_s", "talk_s", "hold_s", "wrap_s", "resolved",
         "callback_promised_at", "callback_reached_at", "agent_id")
    )  # fmt: skip
    return {
        **blank, "source": "s", "call_id": call_id, "leg_id": "1", "direction": "inbound", "customer_id": "c",
        "queue": "q", "arrived_at": arrived, "queued_at": arrived, "ended_at": end, "outcome": outcome,
        "answered_at": end if outcome == "answered" else None, "ambiguous_time": False, **more,
    }  # fmt: skip


def chat(*lines: tuple[float, str, str], session: str = "h", **more: Any) -> list[Event]:
    """``lines``: seconds after Monday 9:00, kind, author."""
    blank = dict.fromkeys(("customer_type", "topic", "order_id", "resolved", "agent_id", "queue"))
    return [
        {**blank, "source": "s", "session_id": session, "event_id": str(i), "seq": i, "at": at(s=s), "kind": kind,
         "author": author, "automatic": False, "private": False, "ambiguous_time": False, "customer_id": "c", **more}
        for i, (s, kind, author) in enumerate(lines)
    ]  # fmt: skip


def mails(*lines: tuple[float, str]) -> list[Event]:
    """``lines``: hours after Monday 9:00 and direction, each in reply to the first."""
    blank = dict.fromkeys(("refs", "ticket_id", "agent_id", "queue", "topic", "order_id", "resolved"))
    return [
        {**blank, "source": "s", "message_id": f"m{i}", "at": at(h), "direction": direction, "automatic": False,
         "in_reply_to": "m0" if i else None, "customer_id": "c", "ambiguous_time": False}
        for i, (h, direction) in enumerate(lines)
    ]  # fmt: skip


def case(case_id: str, *events: tuple[float, str] | tuple[float, str, Mapping[str, Any]]) -> list[Event]:
    """``events``: hours after Monday 9:00, kind, and what else."""
    blank = dict.fromkeys((*CASE_FACTS, "contact_channel", "contact_source", "contact_id"))
    return [
        {**blank, "source": "s", "case_id": case_id, "event_id": str(i), "seq": i,
         "at": at(event[0]), "kind": event[1], "case_type": "complaint", "automatic": False, "ambiguous_time": False,
         **(event[2] if len(event) == 3 else {})}
        for i, event in enumerate(events)
    ]  # fmt: skip


def survey(contact_id: str, rating: str | None, *, after_h: float, **more: Any) -> Event:
    return {
        "source": "v", "survey_id": f"{contact_id}{after_h}", "contact_channel": "phone", "contact_source": None,
        "contact_id": contact_id, "invited_at": at(), "answered_at": None if rating is None else at(after_h),
        "rating": None if rating is None else Decimal(rating), "scale": None, "resolved": None,
        "ambiguous_time": False, **more,
    }  # fmt: skip


# --- clocks ----------------------------------------------------------------------------------------------------------


def test_a_clock_stands_still_while_paused() -> None:
    clock = Clock("UTC", OFFICE)
    pause = [(at(1), at(2))]
    # Monday 9:00 to Tuesday 9:30: 9 h + 0.5 h of office hours, an hour of them paused
    assert clock.counted_s(at(), at(24.5), is_working=True, pauses=pause) == 8.5 * 3600
    # 9.5 h are reached an hour later than Tuesday 9:30
    assert clock.reached_at(at(), Fraction(34200), LATE, is_working=True, pauses=pause) == at(25.5)
    assert clock.reached_at(at(), Fraction(34200), at(1), is_working=True) == LATER


def test_a_day_in_whose_close_the_clock_is_paused_is_not_counted() -> None:
    clock = Clock("UTC", OFFICE)
    days = (at(), 2, "working", "same_day", LATE)
    assert clock.due_of_days(*days) == at(48 + 9)  # Wednesday 18:00
    assert clock.due_of_days(*days, [(at(25), at(49))]) == at(72 + 9)  # over Tuesday's close: Thursday
    assert clock.due_of_days(*days, [(at(24 + 9), at(49))]) == at(48 + 9)  # begins exactly at the close: that day stays
    assert clock.due_of_days(at(), 5, "natural", "same_day", LATE) == at(7 * 24 + 15)  # Saturday; Monday 24:00


# --- phone -----------------------------------------------------------------------------------------------------------


def test_retries_are_one_attempt_with_the_best_of_their_states() -> None:
    calls = [
        call("a", at(), "abandoned", 60),
        call("b", at(s=360), "abandoned", 3),  # 5 minutes after the first ended; short
        call("c", at(s=363 + 301), "answered", 9),  # 5 min 1 s after the second
        call("d", at(2), "abandoned", 60, customer_id=None),
    ]
    states, value = asked(world(call=calls), "phone.connect_rate", retries_merge_min="5")
    assert states == {"a": "missed", "b": "excluded: short abandon", "c": "met", "d": "missed"}
    assert value == Fraction(1, 3)  # a and b are one, missed: 1 of 3
    assert asked(world(call=calls), "phone.connect_rate", retries_merge_min="6")[1] == Fraction(1, 2)  # a, b, c: met


@pytest.mark.parametrize(
    ("promised", "reached", "rate", "abandonment"),
    [
        (at(2), at(2), "met", "met"),
        (at(2), at(2, s=1), "missed", "met"),
        (at(2), None, "missed: not yet done", "excluded: call-back"),
        (at(4), None, "pending", "pending"),  # promised for the cut-off itself
        (None, None, "pending", "pending"),
        (None, at(3), "met", "met"),
        (at(2), at(4, s=1), "missed: not yet done", "excluded: call-back"),  # reached after the cut-off
    ],
)
def test_call_backs(promised: datetime | None, reached: datetime | None, rate: str, abandonment: str) -> None:
    one = call("a", at(), "callback", 60, callback_promised_at=promised, callback_reached_at=reached)
    log = world(at(4), call=[one])
    assert asked(log, "phone.connect_rate")[0] == {"a": rate}
    assert asked(log, "phone.abandonment")[0] == {"a": abandonment}
    for metric in ("phone.average_wait", "phone.service_level", "phone.wait_percentile"):
        assert asked(log, metric)[0] == {"a": "excluded: call-back"}


def test_an_abandoned_call_without_queue_time_is_unmeasurable_in_every_metric_of_waits() -> None:
    """In the hour that the clock showed twice too: what has no beginning has no wait to be in doubt of."""
    log = world(call=[call("a", at(), "abandoned", 60, queued_at=None, ambiguous_time=True)])
    assert asked(log, "phone.average_wait")[0] == {"a": "unmeasurable: no queue time"}
    for metric in ("phone.connect_rate", "phone.abandonment", "phone.service_level", "phone.wait_percentile"):
        assert asked(log, metric)[0]["a"].startswith("unmeasurable")


def test_a_call_back_is_not_known_while_the_caller_is_in_the_queue() -> None:
    one = call("a", at(), "callback", 60, callback_promised_at=at(2))
    assert asked(world(at(s=59), call=[one]), "phone.average_wait")[0] == {"a": "pending"}
    assert asked(world(at(s=60), call=[one]), "phone.average_wait")[0] == {"a": "excluded: call-back"}


def test_the_percentile_of_waits_is_a_rank() -> None:
    calls = [call(f"{s}", at(s=100 * s), "answered", s) for s in (1, 2, 3)]
    calls += [call("left", at(1), "abandoned", 20), call("late", at(2), "abandoned", 21), call("l", at(3), "lost", 5)]
    states, value = asked(world(call=calls), "phone.wait_percentile", percentile="60")
    assert states["left"] == "excluded: left within target"
    assert states["late"] == states["l"] == "counted: longer than any"
    assert value == 3  # rank 3 of 5
    assert asked(world(call=calls), "phone.wait_percentile", percentile="60.1")[1] == reference.LONGEST  # rank 4
    assert asked(world(call=[]), "phone.wait_percentile")[1] is None


def test_handle_time_is_of_legs() -> None:
    parts = {"talk_s": Decimal(60), "hold_s": Decimal(0), "wrap_s": Decimal("30.5")}
    legs = [
        call("a", at(), "answered", 5, **parts),
        call("a", at(1), "answered", 5, leg_id="2", **{**parts, "wrap_s": None}),
        call("a", at(2), "abandoned", 5, leg_id="3"),
    ]
    states, value = asked(world(call=legs), "phone.handle_time")
    assert states == {"a#1": "counted 181/2", "a#2": "unmeasurable: missing part", "a#3": "outside: not handled"}
    assert value == Fraction(181, 2)


def test_of_overlapping_states_the_latest_start_wins() -> None:
    def state(word: str, since: datetime, until: datetime | None) -> Event:
        return {"source": "s", "agent_id": "x", "since_at": since, "until_at": until, "state": word, "queue": None,
                "ambiguous_time": False}  # fmt: skip

    rows = [state("available", at(), at(2)), state("talking", at(1), at(1.5)), state("break", at(2), None)]
    rows += [state("ready", at(14), at(16)), state("wrap", at(13.9), at(15))]
    found, value = asked(world(at(20), agent_state=rows), "phone.occupancy")
    us = {h: round(at(h).timestamp()) * 10**6 for h in (0, 1, 2, 14)}
    assert found[f"x#{us[0]}#2026-11-02"] == f"missed {90 * 60}"  # 9:00-11:00 less 10:00-10:30
    assert found[f"x#{us[1]}#2026-11-02"] == "met 1800"
    assert found[f"x#{us[2]}#2026-11-02"].startswith("excluded: neither handling nor available")
    assert found[f"x#{us[14]}#2026-11-02"] == found[f"x#{us[14]}#2026-11-03"] == "missed 3600"  # cut at midnight
    assert value == Fraction(1800 + 360, 1800 + 360 + 5400 + 7200)


def test_the_period_of_a_call_may_be_that_of_its_due_or_its_end() -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)
    calls = [call("a", first - timedelta(seconds=20), "answered", 19.5), call("b", first, "answered", 1)]
    log, free = world(call=calls), {"out_of_hours": "count"}
    assert set(asked(log, "phone.service_level", **free)[0]) == {"a"}
    assert set(asked(log, "phone.service_level", period_by="due", **free)[0]) == set()  # due on 1 December 0:00:00
    assert set(asked(log, "phone.service_level", period_by="end", **free)[0]) == {"a"}


# --- chat ------------------------------------------------------------------------------------------------------------


def test_a_session_is_split_by_more_than_n_minutes_of_silence() -> None:
    lines = [(0, "line", "customer"), (10, "line", "agent"), (610, "line", "customer"), (700, "closed", "system")]
    log = world(chat=chat(*lines))
    assert asked(log, "chat.first_response", split_after_min="10")[0] == {"h": "met 10"}  # ten minutes are not more
    states = asked(log, "chat.first_response", split_after_min="9")[0]
    assert states == {"h/1": "met 10", "h/2": "missed"}
    assert asked(log, "chat.round_reply_rate", split_after_min="9") == (
        {"h/1#1": "met", "h/2#1": "missed"},
        Fraction(1, 2),
    )


def test_a_customers_day_is_the_worst_or_the_first() -> None:
    log = world(
        chat=chat((0, "line", "customer"), (10, "line", "agent"))
        + chat((600, "line", "customer"), (700, "line", "agent"), session="i")
        + chat((900, "line", "customer"), (901, "line", "agent"), session="j", customer_id="d")
    )
    assert asked(log, "chat.first_response")[1] == Fraction(2, 3)
    assert asked(log, "chat.first_response", grain="customer_day")[1] == Fraction(1, 2)  # c missed, d met
    assert asked(log, "chat.first_response", grain="customer_day", customer_day="first")[1] == 1


def test_chats_that_were_left_or_closed_in_a_percentile() -> None:
    log = world(
        chat=chat((0, "line", "customer"), (12, "line", "agent"))
        + chat((0, "line", "customer"), (30, "left", "customer"), session="within")
        + chat((0, "line", "customer"), (31, "left", "customer"), session="later")
        + chat((0, "line", "customer"), (9, "closed", "system"), session="closed")
    )
    states, value = asked(log, "chat.first_response_percentile", percentile="33")
    assert states == {
        "h": "counted 12", "within": "excluded: left within target", "later": "counted: longer than any",
        "closed": "counted: longer than any",
    }  # fmt: skip
    assert value == 12  # rank ⌈0.99⌉ = 1 of 3
    rounds = asked(log, "chat.response_percentile", percentile="100")
    assert rounds[0]["closed#1"] == "excluded: closed within target"
    assert rounds[1] == reference.LONGEST


def test_who_writes_again_has_not_left() -> None:
    lines = [(0, "line", "customer"), (20, "left", "customer"), (60, "line", "customer"), (70, "line", "agent")]
    assert asked(world(chat=chat(*lines)), "chat.first_response")[0] == {"h": "missed 70"}


def test_short_departures_are_measured_by_the_wall() -> None:
    shut = 9 * 3600  # 18:00
    lines = [(shut + 1, "line", "customer"), (shut + 6, "left", "customer")]
    assert asked(world(chat=chat(*lines)), "chat.round_reply_rate")[0] == {"h#1": "excluded: short abandon"}
    lines = [(shut + 1, "line", "customer"), (shut + 7, "left", "customer")]
    assert asked(world(chat=chat(*lines)), "chat.round_reply_rate")[0] == {"h#1": "excluded: left outside hours"}


# --- email -----------------------------------------------------------------------------------------------------------


def test_questions_are_rounds_of_inbound_mails() -> None:
    log = world(at(60), mail=mails((0, "in"), (1, "in"), (3, "out"), (4, "out"), (20, "in")))
    states, value = asked(log, "email.reply_within_hours", grain="question")
    assert states == {"m0#1": "met", "m0#2": "missed: not yet done"}  # 40 h after the second question
    assert value == Fraction(1, 2)
    assert asked(log, "email.reply_within_hours")[1] == 1


def test_means_and_percentiles_of_replies_run_in_working_hours() -> None:
    log = world(at(60), mail=mails((8, "in"), (25, "out"), (26, "in")))
    # 17:00 to Tuesday 10:00: one hour before the close, one after the opening
    assert asked(log, "email.reply_mean", grain="question") == ({"m0#1": "counted 7200", "m0#2": "pending"}, 7200)
    assert asked(log, "email.reply_mean", clock="wall")[1] == 17 * 3600
    # the second waits from Tuesday 11:00 to Wednesday 21:00: 7 h + 9 h
    states, value = asked(log, "email.reply_percentile", grain="question", target_h="15.99", percentile="51")
    assert states["m0#2"] == "counted: longer than any"
    assert value == reference.LONGEST
    assert asked(log, "email.reply_percentile", grain="question", target_h="16")[0]["m0#2"] == "pending"


# --- contacts --------------------------------------------------------------------------------------------------------


def test_a_repeat_is_missed_at_once_and_its_absence_when_the_window_is_over() -> None:
    calls = [
        call("a", at(), "answered", 5, topic="x", ended_at=at(1)),
        call("b", at(3), "abandoned", 5, topic="x"),  # 2 h after the end, inclusive
        call("d", at(4), "answered", 5, topic="y", ended_at=at(5)),
        call("e", at(4), "answered", 5, topic="x", customer_id=None),
    ]
    states, value = asked(world(at(7), call=calls), "contact.repeat_rate")
    assert {k: v for k, v in states.items() if k != "b"} == {
        "a": "missed", "d": "pending", "e": "unmeasurable: no customer",  # the window of d ends at the cut-off
    }  # fmt: skip
    assert value == 1
    assert asked(world(at(7, s=1), call=calls), "contact.repeat_rate")[1] == Fraction(1, 2)
    assert asked(world(call=calls), "contact.repeat_rate", same="order")[0]["a"] == "unmeasurable: no order"
    assert asked(world(call=calls), "contact.repeat_rate", window_h="1.99")[0]["a"] == "met"


def test_the_gap_between_what_is_declared_and_what_is_inferred() -> None:
    calls = [
        call("a", at(), "answered", 5, topic="x", ended_at=at(1), resolved=True),
        call("b", at(3), "answered", 5, topic="x", ended_at=at(4), resolved=True),
        call("d", at(300), "answered", 5, topic="x", ended_at=at(301), resolved=False),
    ]
    states, value = asked(world(call=calls), "contact.resolution_gap", window_h="24")
    assert states == {"a": "counted: declared only", "b": "counted: both", "d": "counted: inferred only"}
    assert value == 0  # 1 - 1 of 3
    assert asked(world(call=calls[:2]), "contact.resolution_gap", window_h="24")[1] == Fraction(1, 2)


def test_on_the_spot_by_the_customers_own_word() -> None:
    log = world(
        call=[call(name, at(), "answered", 5, ended_at=at(1)) for name in "abd"],
        survey=[survey("a", "1", after_h=2, resolved=True), survey("b", "5", after_h=1 + 168.1, resolved=True)],
    )
    states = asked(log, "contact.on_the_spot", evidence="survey")[0]
    assert states == {"a": "met", "b": "excluded: no answer", "d": "excluded: no answer"}  # b answered too late


def test_complaints_are_counted_on_contacts() -> None:
    log = world(
        call=[call(str(n), at(n), "answered", 5) for n in range(4)],
        case=case("k", (5, "opened"), (6, "resolved", {"upheld": True}))
        + case("l", (5, "opened"), (6, "resolved", {"upheld": False}))
        + case("m", (5, "opened")),
    )
    states, value = asked(log, "contact.complaint_rate")
    assert [states[f"case:{name}"] for name in "klm"] == ["missed", "met", "pending"]
    assert value == 2500  # 1 of 4 contacts x 10,000
    assert asked(world(call=[]), "contact.complaint_rate")[1] is None


def test_the_follow_up_runs_by_the_clock_of_its_case() -> None:
    name = {"contact_channel": "phone", "contact_id": "a"}
    one = call("a", at(), "answered", 5, resolved=False)
    pause = {"pause_reason": "awaits the customer"}
    paused = case("k", (1, "opened", name), (25, "paused", pause), (49, "resumed"), (50 + 24 * 6, "plan_given"))
    # 3 days from Monday 2nd: Thursday; Tuesday's close is paused: Friday 18:00; the plan comes on Tuesday 10th
    assert asked(world(call=[one], case=paused), "contact.follow_up", within_days="3")[0] == {"a": "missed"}
    assert asked(world(call=[one], case=paused), "contact.follow_up", within_days="5")[0] == {"a": "met"}  # due 10th
    gone = case("k", (1, "opened", name), (30, "withdrawn"))
    assert asked(world(call=[one], case=gone), "contact.follow_up", within_days="3")[0] == {"a": "excluded: withdrawn"}


# --- cases -----------------------------------------------------------------------------------------------------------


def test_from_a_to_b_in_hours_less_pauses() -> None:
    pause = {"pause_reason": "awaits the customer"}
    log = world(
        at(100),
        case=case("k", (0, "opened"), (1, "paused", pause), (3, "resumed"), (5, "resolved"))  # 5 h less 2 h
        + case("l", (0, "opened"), (1, "paused"), (3, "resumed"), (5, "resolved"))  # without a reason: no pause
        + case("m", (0, "opened"), (1, "closed"))
        + case("n", (0, "opened"), (1, "withdrawn"))
        + case("o", (0, "opened"), (1, "resolved", {"automatic": True})),
    )
    states, value = asked(log, "case.elapsed_mean")
    assert states == {
        "k#1": "counted 10800", "l#1": "counted 18000", "m#1": "excluded: never answered",
        "n#1": "excluded: withdrawn", "o#1": "pending",
    }  # fmt: skip
    assert value == 14400
    states = asked(log, "case.within", counted_in="wall_hours", limit="4")[0]
    assert states == {
        "k#1": "met", "l#1": "missed", "m#1": "missed", "n#1": "excluded: withdrawn", "o#1": "missed: not yet done",
    }  # fmt: skip
    percentile = asked(log, "case.elapsed_percentile", percentile="66", target_h="24")
    assert percentile == (
        {**asked(log, "case.elapsed_mean")[0], "m#1": "counted: longer than any"},
        18000,
    )  # rank 2 of 3


def test_an_event_b_during_a_pause_ends_it() -> None:
    log = world(case=case("k", (0, "opened"), (1, "paused", {"pause_reason": "r"}), (5, "resolved"), (7, "resumed")))
    assert asked(log, "case.elapsed_mean")[1] == 3600


def test_reopening_starts_a_new_cycle() -> None:
    log = world(case=case("k", (0, "opened"), (2, "resolved"), (10, "reopened"), (14, "resolved")))
    assert asked(log, "case.elapsed_mean")[0] == {"k#1": "counted 7200", "k#2": "counted 14400"}
    assert asked(log, "case.elapsed_mean", cycles="first")[1] == 7200


def test_the_survivor_of_a_merge_starts_at_the_earliest_opening() -> None:
    log = world(
        case=case("k", (0, "opened"), (30, "merged", {"into_case_id": "l"}))
        + case("l", (20, "opened"), (40, "resolved"))
    )
    assert asked(log, "case.elapsed_mean")[0]["l#1"] == f"counted {40 * 3600}"
    assert asked(log, "case.within", counted_in="wall_hours", limit="24")[0]["k#1"] == "missed"  # before the merge
    assert asked(log, "case.within", counted_in="wall_hours", limit="30")[0]["k#1"].startswith("outside")


def test_the_clock_of_a_case_starts_at_its_contact() -> None:
    name = {"contact_channel": "phone", "contact_id": "a"}
    log = world(call=[call("a", at(), "answered", 5)], case=case("k", (2, "opened", name), (5, "resolved")))
    assert asked(log, "case.elapsed_mean")[1] == 5 * 3600


def test_a_limit_in_days_and_its_due() -> None:
    log = world(case=case("k", (0, "opened"), (24 + 9, "resolved")))  # Tuesday 18:00
    assert asked(log, "case.within", limit="1")[0] == {"k#1": "met"}
    log = world(case=case("k", (0, "opened"), (24 + 9.01, "resolved")))
    assert asked(log, "case.within", limit="1")[0] == {"k#1": "missed"}
    assert asked(log, "case.within", limit="21", period_by="due")[0] == {}  # due on 1 December


# --- quality ---------------------------------------------------------------------------------------------------------


def rated(rating: str, scale: str | None, **more: Any) -> World:
    return world(
        call=[call("a", at(), "answered", 5, ended_at=at(1))],
        survey=[survey("a", rating, after_h=2, scale=scale, **more)],
    )


def test_ratings_on_another_scale() -> None:
    nine = rated("9", "1-10")
    assert asked(nine, "quality.csat")[0] == {"a": "unmeasurable: another scale"}
    assert asked(nine, "quality.csat", convert="linear")[1] == 1 + Fraction(8 * 4, 9)  # 1..10 -> 1..5
    assert asked(nine, "quality.csat", convert="proportion")[1] == Fraction(9, 2)  # 9/10 x 5
    assert asked(nine, "quality.satisfied", satisfied="4, 5, 1-10:9")[0] == {"a": "met"}
    assert asked(nine, "quality.satisfied", convert="linear")[0] == {"a": "unmeasurable: another scale"}
    assert asked(nine, "quality.top_box", convert="linear")[0] == {"a": "missed"}
    assert asked(rated("10", "1-10"), "quality.top_box", convert="linear")[0] == {"a": "met"}
    assert asked(rated("5", "1-5"), "quality.top_box")[0] == {"a": "met"}


def test_participation() -> None:
    assert asked(rated("3", None), "quality.participation")[0] == {"a": "met"}
    assert asked(rated("7", None), "quality.participation")[0] == {"a": "missed"}  # off the scale: not answered
    assert asked(rated("7", "1-10"), "quality.participation")[0] == {"a": "met"}
    log = world(at(169), call=[call("a", at(), "answered", 5, ended_at=at(1))], survey=[survey("a", None, after_h=0)])
    assert asked(log, "quality.participation")[0] == {"a": "pending"}  # the window ends at the cut-off


def test_the_share_of_contacts_that_were_inspected() -> None:
    inspection = {
        "source": "i", "inspection_id": "1", "contact_channel": "phone", "contact_source": "s", "contact_id": "a",
        "inspected_at": at(5),
    }  # fmt: skip
    log = world(call=[call(name, at(), "answered", 5) for name in "abd"], inspection=[inspection])
    assert asked(log, "quality.sampling_rate") == ({"a": "met", "b": "missed", "d": "missed"}, Fraction(1, 3))
