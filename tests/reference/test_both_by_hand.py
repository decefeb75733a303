"""Where random worlds once told the two apart: each world again by hand, with what both have to say of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.reference.hours import Hours
from tests.reference.log import Event, World
from tests.reference.product import Product, product
from tests.reference.question import TERMS, Question, differences
from tests.reference.test_by_hand import OFFICE, at, call, case, chat, world

NO_NOTICE = "unmeasurable: no holiday notice for that year"


@pytest.fixture(scope="module")
def store() -> Iterator[Product]:
    with product() as opened:
        yield opened


def said(store: Product, log: World, metric: str, **terms: str) -> dict[str, str]:
    """Return what the product says of each item, with its amount where it counts one; the reference says the same."""
    values = {name: choices[0] for name, choices in TERMS[metric].items()} | terms
    question = Question(metric, ((log.since, tuple(values.items())),))
    store.load(log)
    assert differences(store, log, question) == []
    found = store.ask(log, metric, question.spans(log.until)).states
    return {
        item: state if amount is None or not state.startswith("counted") else f"{state} {amount}"
        for (_, item), (state, amount) in found.items()
    }


# --- phone -----------------------------------------------------------------------------------------------------------


def test_a_leg_outside_the_contract_takes_its_doubtful_hour_with_it(store: Product) -> None:
    """Rung out at theirs in an hour that came twice; ours waited a minute, by a clock that is in no doubt."""
    legs = [
        call("a", at(), "lost", 10, queue="theirs", ambiguous_time=True),
        call("a", at(s=60), "abandoned", 60, leg_id="2", queue="ours"),
    ]
    both = world(call=legs)
    ours = replace(both, scope={"queue": ("ours",)}, kept={})
    assert said(store, ours, "phone.connect_rate") == {"a": "missed"}
    assert said(store, ours, "phone.average_wait", over="offered") == {"a": "counted 60"}
    assert said(store, both, "phone.connect_rate") == {"a": "unmeasurable: ambiguous time"}


def test_a_leg_outside_the_contract_takes_its_contradictions_with_it(store: Product) -> None:
    """Rung out at ours, by every delivery; of theirs, after it, two deliveries disagree on whether it was answered."""
    legs = [call("a", at(), "lost", 10, queue="ours")]
    legs += [
        call("a", at(s=60), outcome, 10, leg_id="2", queue="theirs", load_id=load)
        for load, outcome in enumerate(("lost", "answered"), start=1)
    ]
    both = world(call=legs)
    ours = replace(both, scope={"queue": ("ours",)}, kept={})
    assert said(store, ours, "phone.connect_rate") == {"a": "missed"}
    assert said(store, both, "phone.connect_rate") == {"a": "unmeasurable: contradicting deliveries"}


def test_a_wait_lasts_to_the_end_of_the_last_leg_or_is_not_known(store: Product) -> None:
    """Passed on after 3 s, abandoned in the second queue after 40 more, or nobody knows when."""
    legs = [call("a", at(), "lost", 3), call("a", at(s=3), "abandoned", 40, leg_id="2")]
    assert said(store, world(call=legs), "phone.average_wait", over="offered") == {"a": "counted 43"}
    legs[1]["ended_at"] = None
    for metric in ("phone.connect_rate", "phone.abandonment", "phone.service_level", "phone.wait_percentile"):
        assert said(store, world(call=legs), metric) == {"a": "unmeasurable: no queue time"}


# --- chat ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "state", "of_round"),
    [
        ((0, 1, 2), "excluded: short abandon", "excluded: closed within target"),  # left, then the agent wrote
        ((0, 2, 1), "met", "met"),  # answered, then left
        ((None, None, None), "excluded: short abandon", "excluded: closed within target"),  # the customer comes first
    ],
)
def test_a_line_at_the_instant_of_the_departure(
    store: Product, numbers: tuple[int | None, ...], state: str, of_round: str
) -> None:
    events = chat((0, "line", "customer"), (0, "left", "customer"), (0, "line", "agent"))
    for event, number in zip(events, numbers, strict=True):
        event["seq"] = number
    assert said(store, world(chat=events), "chat.first_response") == {"h": state}
    assert said(store, world(chat=events), "chat.round_within") == {"h#1": of_round}


def test_who_left_is_gone_from_the_first_departure_on(store: Product) -> None:
    """Left after 10 s; the line of 15 s was read by nobody; that the window was shut at 40 s too changes nothing."""
    events = chat((0, "line", "customer"), (10, "left", "customer"), (15, "line", "agent"), (40, "left", "system"))
    assert said(store, world(chat=events), "chat.first_response") == {"h": "excluded: left within target"}
    assert said(store, world(chat=events), "chat.reply_rate") == {"h": "missed"}
    assert said(store, world(chat=events), "chat.round_within", within_s="10") == {
        "h#1": "excluded: closed within target"
    }


def test_who_shuts_the_window_has_left(store: Product) -> None:
    events = chat((0, "line", "customer"), (31, "closed", "customer"), (40, "closed", "system"))
    assert said(store, world(chat=events), "chat.first_response_mean") == {"h": "excluded: left before an answer"}
    assert said(store, world(chat=events), "chat.first_response") == {"h": "missed"}
    assert said(store, world(chat=events), "chat.first_response", within_s="31") == {
        "h": "excluded: left within target"
    }


def test_the_first_closing_after_the_question_ends_it(store: Product) -> None:
    """Closed at 20 s, 10 s after the question; that the customer left at 30 s, and the system closed again, is late."""
    events = chat(
        (10, "line", "customer"), (20, "closed", "system"), (30, "left", "customer"), (40, "closed", "system")
    )
    assert said(store, world(chat=events), "chat.first_response") == {"h": "missed"}
    assert said(store, world(chat=events), "chat.first_response_mean") == {"h": "excluded: never answered"}
    assert said(store, world(chat=events), "chat.round_within", within_s="9") == {"h#1": "missed"}
    assert said(store, world(chat=events), "chat.round_within", within_s="10") == {
        "h#1": "excluded: closed within target"
    }


def test_a_closing_before_the_question_ends_nothing(store: Product) -> None:
    """Closed at 5 s, asked at 10 s: at 40 s the limit is reached and not passed, at 41 s it is."""
    events = chat((0, "opened", "customer"), (5, "closed", "system"), (10, "line", "customer"))
    assert said(store, world(at(s=40), chat=events), "chat.first_response") == {"h": "pending"}
    assert said(store, world(at(s=41), chat=events), "chat.first_response") == {"h": "missed: not yet done"}
    assert said(store, world(at(s=41), chat=events), "chat.reply_rate") == {"h": "pending"}


def test_a_bot_that_speaks_after_a_person_handed_nothing_over(store: Product) -> None:
    """Hello at 0 s, asked at 10 s, the bot's word at 20 s, answered at 40 s: after 30 s. Had the bot had the session
    first, nobody could say since when a person was asked for."""
    lines = [(0, "line", "agent"), (10, "line", "customer"), (20, "line", "bot"), (40, "line", "agent")]
    assert said(store, world(chat=chat(*lines)), "chat.first_response_mean") == {"h": "counted 30"}
    assert said(store, world(chat=chat(*lines[1:])), "chat.first_response") == {"h": "unmeasurable: no request time"}


def test_a_round_is_of_the_day_of_its_first_line(store: Product) -> None:
    """To the bot on the last day of November, a second before midnight; asked for a person 65 s later."""
    midnight = (29 * 24 - 9) * 3600
    lines = [(-1, "line", "customer"), (0, "line", "bot"), (64, "request", "customer"), (94, "line", "agent")]
    log = world(hours=None, chat=chat(*((midnight + s, kind, author) for s, kind, author in lines)))
    assert said(store, log, "chat.response_mean") == {"h#1": "counted 30"}
    assert said(store, log, "chat.first_response_mean") == {}  # a session is of the day on which its clock starts


def test_at_hours_that_nobody_knows_a_clock_is_asked_for_in_vain(store: Product) -> None:
    """The hours are agreed from Tuesday on; Monday's session was closed by the system after a minute, unanswered."""
    later = Hours((replace(OFFICE.versions[0], since=date(2026, 11, 3)),))
    events = chat((0, "line", "customer"), (60, "closed", "system"))
    for hours, states in ((later, ["unmeasurable: no calendar"] * 2), (OFFICE, ["missed", "excluded: never answered"])):
        log = world(hours=hours, chat=events)
        found = [said(store, log, f"chat.first_response{key}")["h"] for key in ("", "_mean")]
        assert [state.removesuffix(" for that day") for state in found] == states


# --- limits in a year that nobody has announced ----------------------------------------------------------------------


def new_year(cut_off: datetime, opened: datetime) -> World:
    """Monday 4 January 2027 in Shanghai; the week's hours would hold on holidays too, so that they are known."""
    hours = Hours((replace(OFFICE.versions[0], region="cn"),))
    events: list[Event] = [{**one, "at": opened, "load_id": 1, "record_at": None} for one in case("k", (0, "opened"))]
    return World({"case": events}, "Asia/Shanghai", date(2026, 12, 28), date(2027, 1, 10), cut_off, hours)


@pytest.mark.parametrize(
    ("opened_h", "days", "limit", "state"),
    [
        (9, 1, "1", "pending"),  # its own day is not over: no other day is in question
        (9, 3, "3", "pending"),  # the 5th and the 6th, if both count: two days
        (9, 3, "2", NO_NOTICE),  # two days may be over, or none
        (20, 3, "2", "pending"),  # after the close it is the next day's: of the 5th and the 6th one can have passed
        (20, 3, "1", NO_NOTICE),
        (18, 3, "2", "pending"),  # the close itself is after it
        (17.99, 3, "2", NO_NOTICE),
    ],
)
def test_an_event_of_a_year_without_a_notice_by_next_opening(
    store: Product, opened_h: float, days: int, limit: str, state: str
) -> None:
    """``days`` after the 4th began the log ends."""
    fourth = datetime(2027, 1, 3, 16, tzinfo=UTC)
    log = new_year(fourth + timedelta(days=days), fourth + timedelta(hours=opened_h))
    assert said(store, log, "case.within", limit=limit, after_close="next_opening") == {"k#1": state}


# --- contacts --------------------------------------------------------------------------------------------------------


def test_a_plan_given_before_the_contact_answers_nothing_of_it(store: Product) -> None:
    """A case that was planned at 9:00 names the call of 10:00; a plan of 11:00, in another case, is one."""
    name = {"contact_channel": "phone", "contact_id": "a"}
    calls = [call("a", at(1), "answered", 5, resolved=False)]
    early, late = case("k", (-1, "opened", name), (0, "plan_given")), case("l", (1, "opened", name), (2, "plan_given"))
    assert said(store, world(call=calls, case=early), "contact.follow_up") == {"a": "missed: not yet done"}
    assert said(store, world(call=calls, case=early + late), "contact.follow_up") == {"a": "met"}


# --- agents' states --------------------------------------------------------------------------------------------------


def test_a_state_ends_in_doubt_where_the_next_began_in_an_hour_that_came_twice(store: Product) -> None:
    blank = {"source": "s", "agent_id": "x", "queue": "q", "until_at": None, "ambiguous_time": False}
    rows = [
        {**blank, "since_at": at(), "state": "talking"},
        {**blank, "since_at": at(1), "state": "ready", "ambiguous_time": True},
        {**blank, "since_at": at(2), "state": "talking", "until_at": at(3)},
    ]
    found = said(store, world(agent_state=rows), "phone.occupancy")
    assert list(found.values()) == ["unmeasurable: ambiguous time"] * 2 + ["met"]


# --- cases -----------------------------------------------------------------------------------------------------------


def test_a_contact_after_the_cut_off_is_nobodys_yet(store: Product) -> None:
    """The case names a call that comes a day later: until then it is of no queue."""
    name = {"contact_channel": "phone", "contact_id": "a"}
    cases, calls = case("k", (0, "opened", name)), [call("a", at(24), "answered", 5)]
    for hours, state in ((23.9, "outside: another contract's queue"), (24, "pending")):
        log = replace(world(at(hours), case=cases, call=calls), scope={"queue": ("q",)}, kept={})
        assert said(store, log, "case.within", limit="2") == {"k#1": state}


def test_what_a_case_does_not_say_of_itself_its_contact_says(store: Product) -> None:
    """Its topic is a, its queue not said; the call, of no topic, came in q: together they are of both.

    What the case says comes first: b is not the contract's topic, whatever the call was about.
    """
    name = {"contact_channel": "phone", "contact_id": "a"}
    for topic, of_call, state in (("a", None, "pending"), ("b", "a", "outside: another contract's queue")):
        cases = case("k", (0, "opened", {**name, "topic": topic}))
        log = world(at(1), case=cases, call=[call("a", at(), "lost", 5, topic=of_call)])
        log = replace(log, scope={"topic": ("a",), "queue": ("q",)}, kept={})
        assert said(store, log, "contact.complaint_rate")["case:k"] == state
        assert said(store, log, "case.within") == {"k#1": state}


def test_a_chain_of_merges_starts_at_its_first_opening(store: Product) -> None:
    """k went into l after 10 h, l into m after 20: m, done 40 h after k was opened, took 40 h; l had 20, and k 10."""
    log = world(
        case=case("k", (0, "opened"), (10, "merged", {"into_case_id": "l"}))
        + case("l", (5, "opened"), (20, "merged", {"into_case_id": "m"}))
        + case("m", (15, "opened"), (40, "resolved"))
    )
    merged = "outside: merged into another case"
    assert said(store, log, "case.elapsed_mean") == {"k#1": merged, "l#1": merged, "m#1": "counted 144000"}
    for limit, states in (("40", "met"), ("39", "missed")):
        found = said(store, log, "case.within", counted_in="wall_hours", limit=limit)
        assert found == {"k#1": merged, "l#1": merged, "m#1": states}
    # l's clock began with k's opening: 20 h had gone when it was merged
    assert said(store, log, "case.within", counted_in="wall_hours", limit="19")["l#1"] == "missed"


def test_of_a_call_that_began_elsewhere_a_case_knows_the_contract_s_own_leg(store: Product) -> None:
    """Rung out at theirs at 10:00:00, answered at ours a minute later; complained of at 11:00:00, resolved at 12:00:00.

    The case says no queue: it is ours, and its clock starts where ours did, 7,140 s before and not 7,200.
    """
    legs = [call("a", at(), "lost", 10, queue="theirs"), call("a", at(s=60), "answered", 5, leg_id="2", queue="ours")]
    cases = case("k", (1, "opened", {"contact_channel": "phone", "contact_id": "a"}), (2, "resolved"))
    for queue, state in (("ours", "counted 7140"), ("theirs", "counted 7200")):
        log = replace(world(case=cases, call=legs), scope={"queue": (queue,)}, kept={})
        assert said(store, log, "case.elapsed_mean", counted_in="wall_hours") == {"k#1": state}
        assert said(store, log, "contact.complaint_rate")["case:k"] == "pending"
        assert said(store, log, "case.resolved") == {"k#1": "counted"}


def test_what_deliveries_say_of_a_leg_elsewhere_says_nothing_of_a_contact(store: Product) -> None:
    """Of theirs two deliveries disagree on how it ended; ours was answered, and flagged as resolved."""
    legs = [
        call("a", at(), outcome, 10, queue="theirs", load_id=load)
        for load, outcome in enumerate(("lost", "abandoned"), start=1)
    ]
    legs.append(call("a", at(s=60), "answered", 5, leg_id="2", queue="ours", resolved=True, customer_id="c"))
    both = world(call=legs)
    ours = replace(both, scope={"queue": ("ours",)}, kept={})
    for metric in ("contact.on_the_spot", "contact.repeat_rate"):
        assert said(store, ours, metric, evidence="agent_flag", same="any")["a"] == "met"
    assert said(store, both, "contact.on_the_spot", evidence="agent_flag") == {
        "a": "unmeasurable: contradicting deliveries"
    }
