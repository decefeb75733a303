"""Surveys and inspections (metrics.md, section 8): which rating counts, on which scale, what is no contact of ours."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.ingest.items.small_logs import Office, at

# Four contacts: two calls of the same day, one of September, one that nobody answered; and a case.
CALLS = """
call_id, queue, agent_id, arrived_at,          queued_at,           answered_at,         ended_at,            outcome
a,       north, ann,      10:00:00,            10:00:00,            10:00:05,            10:06:00,            answered
b,       north, bob,      11:00:00,            11:00:00,            11:00:05,            11:06:00,            answered
old,     north, ann,      2026-09-30 11:00:00, 2026-09-30 11:00:00, 2026-09-30 11:00:05, 2026-09-30 11:06:00, answered
lost,    north, ,         12:00:00,            12:00:00,            ,                    12:01:00,            abandoned
"""
HEAD = "survey_id, contact_channel, contact_source, contact_id, invited_at, answered_at, rating, scale\n"
FOUND = (
    "inspection_id, contact_channel, contact_source, contact_id, inspected_at,"
    " accuracy, attitude, total, fatal, violations\n"
)
RATED = ("quality.csat", "quality.satisfied", "quality.top_box", "quality.participation")


@pytest.fixture
def desk(office: Office) -> Office:
    office.load("call", CALLS)
    return office


def surveys(office: Office, *rows: str) -> None:
    office.load("survey", HEAD + "\n".join(rows))


def of_a(office: Office, terms: dict[str, str] | None = None, **more: Any) -> list[str]:
    """Return the state of call a under csat, satisfied, top box and participation."""
    return [office.item_states(metric, terms=terms, **more)["a"][0] for metric in RATED]


def rating_of_a(office: Office, **terms: str) -> Decimal | None:
    return office.item_states("quality.csat", terms=terms)["a"][1]


# --- which rating counts ---


def test_the_last_valid_rating_of_a_contact_counts(desk: Office) -> None:
    """5, then 2, then 9 of a scale of 1-5: the 9 is none, the 2 is the last that is."""
    surveys(
        desk,
        "s1, phone, call, a, 10:06:00, 10:10:00, 5,",
        "s2, phone, call, a, 10:06:00, 10:20:00, 2,",
        "s3, phone, call, a, 10:06:00, 10:30:00, 9,",
    )
    assert of_a(desk) == ["counted", "missed", "missed", "met"]
    assert rating_of_a(desk) == 2


def test_two_ratings_of_one_instant_the_greater_id_is_the_later(desk: Office) -> None:
    surveys(desk, "s2, phone, call, a, , 10:10:00, 3,", "s1, phone, call, a, , 10:10:00, 5,")
    assert rating_of_a(desk) == 3


def rated_calls(office: Office, ratings: list[tuple[str, str, str]]) -> None:
    """Load a call of 10:00:00 to 10:06:00 for each rating (when, what, on which scale), named by its number."""
    head = "call_id, queue, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome\n"
    call = "{}, north, ann, 10:00:00, 10:00:00, 10:00:05, 10:06:00, answered"
    office.load("call", head + "\n".join(call.format(number) for number in range(len(ratings))))
    rows = [f"s{n}, phone, call, {n}, 10:00:00, {when}, {what}, {on}" for n, (when, what, on) in enumerate(ratings)]
    office.load("survey", HEAD + "\n".join(rows))


def test_a_rating_counts_from_the_arrival_to_the_end_plus_the_window(office: Office) -> None:
    cases = [
        ("09:59:59", "168", "excluded: no answer"),  # before the contact arrived
        ("10:00:00", "168", "counted"),
        ("10:01:00", "168", "counted"),  # during the contact
        ("19 10:06:00", "168", "counted"),  # at the window's very end
        ("19 10:06:01", "168", "excluded: no answer"),
        ("10:36:00", "0.5", "counted"),  # half an hour after the end
        ("10:36:01", "0.5", "excluded: no answer"),
    ]
    rated_calls(office, [(when, "5", "") for when, _, _ in cases])
    found = {w: office.item_states("quality.csat", terms={"window_h": w}) for w in ("168", "0.5")}
    assert [found[window][str(n)][0] for n, (_, window, _) in enumerate(cases)] == [state for _, _, state in cases]


def test_a_rating_without_a_time_counts_and_gives_way_to_one_that_has_one(desk: Office) -> None:
    surveys(desk, "s9, phone, call, a, , , 1,", "s1, phone, call, a, , 10:07:00, 5,", "s2, phone, call, b, , , 4,")
    found = desk.item_states("quality.csat")
    assert {item: amount for item, (_, amount) in found.items()} == {"a": 5, "b": 4}


@pytest.mark.parametrize(
    ("cut_off", "states"),
    [
        ("19 10:05:59", ["pending"] * 4),
        ("19 10:06:00", ["pending"] * 4),  # exactly at the end of the window
        ("19 10:06:01", ["excluded: no answer"] * 3 + ["missed"]),
    ],
)
def test_who_may_still_answer_is_pending(desk: Office, cut_off: str, states: list[str]) -> None:
    surveys(desk, "s1, phone, call, a, 10:06:00, , ,", "s2, phone, call, a, 10:06:00, 20 10:00:00, 5,")
    assert of_a(desk, cut_off_at=at(cut_off)) == states


def test_an_off_scale_rating_alone_is_unmeasurable_and_no_answer(desk: Office) -> None:
    surveys(desk, "s1, phone, call, a, 10:06:00, 10:10:00, 6,")
    assert of_a(desk) == ["unmeasurable: off-scale rating"] * 3 + ["missed"]
    assert of_a(desk, cut_off_at=at("15 00:00:00"))[3] == "pending"  # a valid one may still come


def test_an_invitation_after_the_cut_off_is_not_known(desk: Office) -> None:
    surveys(desk, "s1, phone, call, a, 10:30:00, , ,", "s2, phone, call, b, 11:06:00, , ,")
    assert set(desk.item_states("quality.participation", cut_off_at=at("11:10:00"))) == {"a", "b"}
    assert set(desk.item_states("quality.participation", cut_off_at=at("10:29:59"))) == set()


def test_contradicting_ratings_are_unmeasurable(desk: Office) -> None:
    surveys(desk, "s1, phone, call, a, 10:06:00, 10:10:00, 5,")
    desk.load("survey", HEAD + "s1, phone, call, a, 10:06:00, 10:10:00, 1,", name="again.csv")
    assert of_a(desk) == ["unmeasurable: contradicting deliveries"] * 4


# --- scales ---


def test_a_rating_on_another_scale_is_converted_as_the_contract_chose(office: Office) -> None:
    cases = [
        ("10", "linear", "1-10", "5"),  # both ends meet
        ("1", "linear", "1-10", "1"),
        ("4", "linear", "1-10", "2.333333"),  # 1 + 3 x 4/9 = 2.3333333…
        ("9", "linear", "1-10", "4.555556"),  # 1 + 8 x 4/9 = 4.5555555…, rounded half up once
        ("0", "linear", "0-10", "1"),
        ("3.5", "linear", "1-6", "3"),  # 1 + 2.5 x 4/5
        ("10", "proportion", "1-10", "5"),
        ("1", "proportion", "1-10", "0.5"),  # its share of the highest, below the contract's lowest
        ("5", "proportion", "1-7", "3.571429"),  # 5/7 x 5 = 3.5714285…
        ("4", "linear", "1-5", "4"),  # the contract's own
        ("4", "refuse", "1-5", "4"),
        ("4", "refuse", "1.0 - 5.00", "4"),
        ("4", "proportion", "", "4"),
    ]
    rated_calls(office, [("10:10:00", rating, scale) for rating, _, scale, _ in cases])
    found = {c: office.item_states("quality.csat", terms={"convert": c}) for c in ("refuse", "linear", "proportion")}
    assert [found[convert][str(n)][1] for n, (_, convert, _, _) in enumerate(cases)] == [Decimal(c[3]) for c in cases]


def test_a_conversion_may_lead_to_a_wide_scale(desk: Office) -> None:
    """1 + 8 x 99/9 = 89 of 1-100; on 0-100 by proportion 9/10 x 100 = 90."""
    surveys(desk, "s1, phone, call, a, 10:06:00, 10:10:00, 9, 1-10")
    assert rating_of_a(desk, convert="linear", scale_high="100") == 89
    assert rating_of_a(desk, convert="proportion", scale_low="0", scale_high="100") == 90


def test_validity_is_judged_on_the_ratings_own_scale(desk: Office) -> None:
    """An 8 of 1-10 is valid, though off the contract's 1-5; an 11 is not, and the 8 before it is the last that is."""
    surveys(desk, "s1, phone, call, a, , 10:10:00, 8, 1-10", "s2, phone, call, a, , 10:20:00, 11, 1-10")
    assert of_a(desk, {"convert": "proportion"})[0] == "counted"
    assert rating_of_a(desk, convert="proportion") == 4
    surveys(desk, "s3, phone, call, b, , 11:10:00, 6, 1-5")
    assert desk.item_states("quality.csat")["b"][0] == "unmeasurable: off-scale rating"


@pytest.mark.parametrize(
    ("convert", "states"),
    [
        (
            "refuse",
            ["unmeasurable: another scale", "unmeasurable: another scale", "unmeasurable: another scale", "met"],
        ),
        ("linear", ["counted", "unmeasurable: another scale", "met", "met"]),
        ("proportion", ["counted", "unmeasurable: another scale", "met", "met"]),
    ],
)
def test_what_a_rating_on_another_scale_is(desk: Office, convert: str, states: list[str]) -> None:
    """The customer answered; of 1-10 the contract lists no satisfied answer; 10 is the highest of its own scale."""
    surveys(desk, "s1, phone, call, a, 10:06:00, 10:10:00, 10, 1-10")
    assert of_a(desk, {"convert": convert}) == states


def test_a_scale_that_cannot_be_read_is_another_scale(office: Office) -> None:
    rated_calls(office, [("10:10:00", "5", scale) for scale in ("stars", "1-2-3", "10", "5-1", "5-5")])
    for metric in RATED:
        assert office.states(metric, terms={"convert": "linear"}) == {"unmeasurable: another scale": 5}


def test_the_satisfied_answers_of_each_scale_are_those_listed(office: Office) -> None:
    cases = [
        ("4", "", "4, 5", "met"),
        ("3", "", "4, 5", "missed"),
        ("4", "", "4.0", "met"),  # as numbers
        ("4.5", "", "4, 4.5, 5", "met"),
        ("4", "1-5", "1-5:4", "met"),  # the contract's scale, named
        ("9", "1-10", "4, 5, 1-10:9, 1-10:10", "met"),
        ("8", "1-10", "4, 5, 1-10:9, 1-10:10", "missed"),
        ("5", "1-10", "4, 5, 1-10:9", "missed"),  # 5 speaks of the contract's scale alone
        ("5", "", "1-10:5, 4", "missed"),  # and 1-10:5 of the other
        ("9", "1.0-10.0", "1-10:9", "met"),
        ("9", "1-100", "1-10:9", "unmeasurable: another scale"),
        ("9", "1-10", "4, 5", "unmeasurable: another scale"),
        ("4", "", "good, 4", "met"),  # an entry that is no number is none
        ("4", "", "", "missed"),
    ]
    rated_calls(office, [("10:10:00", rating, scale) for rating, scale, _, _ in cases])
    found = {lst: office.item_states("quality.satisfied", terms={"satisfied": lst}) for _, _, lst, _ in cases}
    assert [found[lst][str(n)][0] for n, (_, _, lst, _) in enumerate(cases)] == [state for _, _, _, state in cases]


def test_values_over_contacts(desk: Office) -> None:
    """Ratings 5 and 2: mean 7/2, satisfied 1/2, top box 1/2, participation 2/2."""
    surveys(desk, "s1, phone, call, a, , 10:10:00, 5,", "s2, phone, call, b, , 11:10:00, 2,")
    found = {m.metric.partition("@")[0]: (m.numerator, m.denominator, m.value) for m in desk.measure(*RATED)}
    (mean,) = desk.measure("quality.csat")
    assert (mean.low, mean.high) == ("-15.559307", "22.559307")  # 3.5 -+ 12.706205 x 1.5
    assert found == {
        "quality.csat": ("7", "2", "3.5"),
        "quality.satisfied": ("1", "2", "0.5"),
        "quality.top_box": ("1", "2", "0.5"),
        "quality.participation": ("2", "2", "1"),
    }


# --- what names no contact of ours ---


def test_a_survey_that_names_a_contact_in_no_log_is_a_candidate_outside(desk: Office) -> None:
    surveys(
        desk,
        "s1, phone, call, a, 10:06:00, 10:10:00, 5,",
        "s2, phone, call, ghost, 10:06:00, 10:10:00, 5,",
        "s3, phone, call, ghost, 10:07:00, , ,",  # the same contact once more
        "s4, chat, , a, 10:06:00, , ,",  # a call of that name, no chat
        "s5, phone, other, a, 10:06:00, , ,",  # in another log
    )
    for metric in RATED:
        assert desk.states(metric)["outside: contact not in the logs"] == 3
    (found,) = desk.measure("quality.participation")
    assert (found.low, found.high) == ("0.206549", "1")
    assert (found.population, found.numerator, found.denominator) == (1, "1", "1")


def test_a_survey_of_another_months_contact_is_of_that_month(desk: Office) -> None:
    """Invited on 1 October for a call of 30 September: no candidate of October's, and no stranger."""
    surveys(desk, "s1, phone, call, old, 1 09:00:00, 1 10:00:00, 5,", "s2, phone, , old, 1 09:00:00, , ,")
    assert desk.states("quality.csat") == {}
    september = {"since": date(2026, 9, 1), "until": date(2026, 10, 1), "cut_off_at": at("2026-11-01 00:00:00")}
    assert desk.states("quality.csat", **september) == {"counted": 1}


def test_a_stranger_belongs_to_the_month_of_its_invitation_and_is_not_known_before(desk: Office) -> None:
    surveys(desk, "s1, phone, call, ghost, 2026-10-31 23:59:59, 2026-11-01 08:00:00, 5,")
    assert desk.states("quality.csat") == {"outside: contact not in the logs": 1}
    assert desk.states("quality.csat", cut_off_at=at("2026-10-31 23:59:58")) == {}
    assert desk.states("quality.csat", since=date(2026, 11, 1), until=date(2026, 12, 1)) == {}


def test_contacts_that_nobody_handled_or_of_another_contract_stay_outside(desk: Office) -> None:
    surveys(desk, "s1, phone, call, lost, 12:02:00, 12:05:00, 5,", "s2, phone, call, a, 10:06:00, 10:10:00, 5,")
    assert desk.states("quality.csat") == {"counted": 1, "outside: nobody handled it": 1}
    assert desk.states("quality.csat", scope={"queue": ["south"]}) == {"outside: another contract's queue": 2}


# --- inspections ---


def test_the_last_inspection_counts_and_a_fatal_error_zeroes_its_scores(desk: Office) -> None:
    desk.load(
        "inspection",
        FOUND
        + """i1, phone, call, a, 13 09:00:00, 100, 90, 95, 1, rude
             i2, phone, call, a, 14 09:00:00, 80,  ,   70, 0,
             i3, phone, call, b, 13 09:00:00, 100, ,   95, 1, late late rude""",
    )
    accuracy, attitude = desk.item_states("quality.accuracy"), desk.item_states("quality.attitude")
    assert accuracy == {"a": ("counted", 80), "b": ("counted", 0)}
    assert attitude == {"a": ("unmeasurable: no score", None), "b": ("counted", 0)}
    assert desk.item_states("quality.total") == {"a": ("counted", 70), "b": ("counted", 0)}
    assert desk.item_states("quality.violations") == {"a": ("met", 0), "b": ("missed", 2)}
    assert desk.item_states("quality.violations", terms={"kinds": "late"})["b"] == ("missed", 1)
    assert desk.item_states("quality.violations", terms={"kinds": "other"})["b"] == ("met", 0)
    (found,) = desk.measure("quality.violations")
    assert (found.value, dict(found.kinds)) == ("2", {"late": 1, "rude": 1})  # each kind once a contact; they add up
    (rude,) = desk.measure("quality.violations", terms={"kinds": "rude"})
    assert (rude.value, dict(rude.kinds)) == ("1", {"rude": 1})
    by_agent = desk.measure("quality.violations", by=["agent"])
    assert [(one.group["agent"], dict(one.kinds)) for one in by_agent] == [("ann", {}), ("bob", {"late": 1, "rude": 1})]
    earlier = desk.item_states("quality.total", cut_off_at=at("13 12:00:00"))
    assert earlier == {"a": ("counted", 0), "b": ("counted", 0)}  # the second inspection is not known yet


def test_a_fatal_error_without_a_kind_counts_once(desk: Office) -> None:
    desk.load("inspection", FOUND + "i1, phone, call, a, 13 09:00:00, 100, 90, 95, 1,")
    assert desk.item_states("quality.violations") == {"a": ("missed", 1)}
    assert [dict(one.kinds) for one in desk.measure("quality.violations")] == [{"fatal error": 1}]
    assert desk.item_states("quality.violations", terms={"kinds": "rude"}) == {"a": ("met", 0)}


def test_contradicting_inspections_are_unmeasurable(desk: Office) -> None:
    desk.load("inspection", FOUND + "i1, phone, call, a, 13 09:00:00, 100, 90, 95, 0,")
    desk.load("inspection", FOUND + "i1, phone, call, a, 13 09:00:00, 50, 90, 95, 0,", name="again.csv")
    for metric in ("accuracy", "attitude", "total", "violations"):
        assert desk.item_states(f"quality.{metric}")["a"][0] == "unmeasurable: contradicting deliveries"


def test_an_inspection_that_names_a_contact_in_no_log_is_a_candidate_outside(desk: Office) -> None:
    desk.load(
        "inspection",
        FOUND
        + """i1, phone, call, a, 13 09:00:00, 100, 90, 95, 0,
             i2, phone, call, ghost, 13 09:00:00, 100, 90, 95, 0,
             i3, phone, call, old, 13 09:00:00, 100, 90, 95, 0,""",
    )
    for metric in ("accuracy", "attitude", "total"):
        assert desk.states(f"quality.{metric}") == {"counted": 1, "outside: contact not in the logs": 1}


def test_the_sampling_rate_is_the_share_of_handled_contacts_that_were_inspected(desk: Office) -> None:
    """Calls a and b were handled, a is inspected (twice); the lost one is none of them."""
    desk.load(
        "inspection",
        FOUND
        + """i1, phone, call, a, 13 09:00:00, 100, 90, 95, 0,
             i2, phone, , a, 14 09:00:00, 100, 90, 95, 0,
             i3, phone, , lost, 14 09:00:00, 100, 90, 95, 0,
             i4, phone, other, b, 14 09:00:00, 100, 90, 95, 0,""",
    )
    assert {item: state for item, (state, _) in desk.item_states("quality.sampling_rate").items()} == {
        "a": "met",
        "b": "missed",
    }
    assert desk.states("quality.sampling_rate", cut_off_at=at("13 08:59:59")) == {"missed": 2}
