"""An indicator that asks more than one thing: the worst of promises, conditions, carried items, single days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.contract.resolve import IndicatorTerms, indicator_terms
from pipelines.core.period import Month
from pipelines.scoring.counts import Counts
from pipelines.scoring.judge import LONGER_THAN_ANY, Judged, day_value, judge
from tests.contract.small_contract import PARTIES, one_indicator

FIRST, SECOND, THIRD = date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 31)
RATE = "metric: phone.connect_rate@1\ntarget: 90%\n"
WORST_OF = """worst_of:
  - {id: fast, metric: case.within@1, target: 99%}
  - {id: done, metric: case.within@1}
target: 90%
minimum_sample: 10
"""
POINTS = "weight: 10\nscoring: {form: linear, zero_at: 80%, full_at: 90%}\n"


def of(met: int = 0, missed: int = 0, **others: int) -> Counts:
    return Counts(Counter({"met": met, "missed": missed} | others) + Counter())


def terms(own: str) -> IndicatorTerms:
    """Return October's terms of the indicator ``sl`` that says nothing but ``own``."""
    contract = one_indicator(
        own, instead_of="metric terms target minimum_sample too_few on_change unmeasurable", parties=PARTIES
    ).model
    found = indicator_terms(contract, contract.indicators[0], Month(2026, 10).days)
    assert found is not None
    return found


def judged(
    own: str,
    counts: Mapping[str, Counts | Mapping[date, Counts]],
    *,
    carried: Mapping[str, Sequence[Counts]] | None = None,
    missing: str | None = None,
) -> Judged:
    """Judge October; counts without a day are of its first."""
    days = {column: {FIRST: one} if isinstance(one, Counts) else one for column, one in counts.items()}
    return judge(terms(own), days, carried=carried, missing=missing)


# --- the worst of several promises ---


def test_the_value_is_that_of_the_worst_and_its_own_target_with_it() -> None:
    found = judged(WORST_OF, {"sl__fast": of(98, 2), "sl__done": of(89, 11)})
    (part,) = found.parts
    assert (part.value, part.target, part.verdict) == (Fraction(89, 100), Fraction(9, 10), "missed")
    assert part.measured.counts == found.measured.counts == of(89, 11)
    assert [(one.member and one.member.id, one.value, one.target, one.verdict) for one in part.members] == [
        ("fast", Fraction(98, 100), Fraction(99, 100), "missed"),
        ("done", Fraction(89, 100), Fraction(9, 10), "missed"),
    ]
    assert [question.name for question in found.asked] == ["sl.fast", "sl.done"]


def test_a_value_of_nought_is_the_worst_there_is() -> None:
    (part,) = judged(WORST_OF, {"sl__fast": of(5, 5), "sl__done": of(0, 10)}).parts
    assert (part.value, part.target) == (0, Fraction(9, 10))


def test_it_is_missed_if_one_is_though_the_worst_value_is_met() -> None:
    (part,) = judged(WORST_OF + POINTS, {"sl__fast": of(98, 2), "sl__done": of(95, 5)}).parts
    assert (part.value, part.target, part.verdict, part.reason) == (Fraction(95, 100), Fraction(9, 10), "missed", "")
    (part,) = judged(
        WORST_OF + "weight: 10\nscoring: {form: pass_fail}\n", {"sl__fast": of(98, 2), "sl__done": of(95, 5)}
    ).parts
    assert part.points == 0  # 95 % is above the 90 % that it is held against, and the month is missed all the same
    (part,) = judged(
        WORST_OF + "weight: 10\nscoring: {form: pass_fail}\n", {"sl__fast": of(99, 1), "sl__done": of(9, 1)}
    ).parts
    assert part.points == 100


def test_what_has_too_few_items_does_not_decide() -> None:
    found = judged(WORST_OF, {"sl__fast": of(100), "sl__done": of(0, 9)})
    (part,) = found.parts
    assert (part.value, part.verdict, part.reason, found.measured.value) == (1, "met", "", 1)
    assert [one.verdict for one in part.members] == ["met", "not enough data"]


def test_the_reason_says_which_promise_it_is_of() -> None:
    (part,) = judged(WORST_OF, {"sl__fast": of(0, 9), "sl__done": of()}).parts
    assert (part.verdict, part.reason) == ("not enough data", "fast: 9 items, at least 10 are needed")
    # on the least of its targets, as far as any is agreed
    assert part.target == Fraction(9, 10)
    (part,) = judged(WORST_OF, {"sl__fast": of(), "sl__done": of(pending=3)}).parts
    assert (part.verdict, part.reason, part.value) == ("no data", "fast: no items", None)


def test_too_few_of_each_that_count_as_met_earn_what_the_least_target_earns() -> None:
    own = WORST_OF.replace("99%", "82%") + POINTS + "too_few: count_as_met\n"
    (part,) = judged(own, {"sl__fast": of(0, 9), "sl__done": of(0, 8)}).parts
    assert (part.target, part.points) == (Fraction(82, 100), 20)  # (82 − 80) / 10


def test_the_least_target_is_of_those_that_are_agreed() -> None:
    own = "worst_of:\n  - {id: fast, metric: case.within@1, target: 99%}\n  - {id: done, metric: case.within@1}\n"
    (part,) = judged(own + "minimum_sample: 10\n", {"sl__fast": of(0, 9), "sl__done": of()}).parts
    assert (part.verdict, part.target) == ("not enough data", Fraction(99, 100))


def test_a_worst_value_without_a_target_earns_nothing_and_loses_nothing() -> None:
    own = "worst_of:\n  - {id: fast, metric: case.within@1, target: 99%}\n  - {id: done, metric: case.within@1}\n"
    (part,) = judged(own + POINTS, {"sl__fast": of(100), "sl__done": of(50, 50)}).parts
    assert (part.verdict, part.value, part.target, part.points) == ("met", Fraction(1, 2), None, None)


def test_the_month_of_two_parts_shows_the_worst_value_of_all_its_days() -> None:
    own = WORST_OF.replace("target: 90%\n", "target: [{value: 90%}, {value: 80%, since: 2026-10-16}]\n")
    days = {"sl__fast": {FIRST: of(100), THIRD: of(98, 2)}, "sl__done": {FIRST: of(95, 5), THIRD: of(100)}}
    found = judged(own, days)
    assert len(found.parts) == 2
    assert found.measured.value == Fraction(195, 200)  # done; fast is 198 of 200
    # where lower is better the worst is the highest; what has no value ranks before all
    lower = (
        "worst_of:\n  - {id: a, metric: phone.average_wait@1}\n  - {id: b, metric: phone.average_wait@1}\n"
        "  - {id: c, metric: phone.average_wait@1}\ntarget: [{value: 30}, {value: 20, since: 2026-10-16}]\n"
    )
    waits = {
        name: Counts(Counter(counted=2), amount=Decimal(amount)) for name, amount in (("sl__a", 20), ("sl__b", 50))
    }
    assert judged(lower, waits).measured.value == 25


# --- conditions ---

USE_IF = RATE + "use_if: {metric: phone.abandonment@1, above: 10%, use: {metric: phone.service_level@1}}\n"


@pytest.mark.parametrize(("abandoned", "used"), [(11, "phone.abandonment@1 0.11 is above 0.1"), (10, ""), (0, "")])
def test_another_metric_stands_in_while_the_condition_holds(abandoned: int, used: str) -> None:
    counts = {"sl": of(95, 5), "sl__use_if": of(100 - abandoned, abandoned), "sl__use": of(80, 20)}
    found = judged(USE_IF, counts)
    assert (found.used, found.ceiling) == (f"phone.service_level@1 is used: {used}" if used else "", "")
    assert found.measured.value == (Fraction(80, 100) if used else Fraction(95, 100))
    assert [question.name for question in found.asked] == ["sl.use" if used else "sl"]
    assert found.verdict == ("missed" if used else "met")


def test_a_condition_without_a_value_or_without_items_of_the_month_does_not_hold() -> None:
    assert judged(USE_IF, {"sl": of(95, 5), "sl__use": of(80, 20)}).used == ""
    before: dict[str, Counts | Mapping[date, Counts]] = {
        "sl": of(1),
        "sl__use_if": {date(2026, 9, 30): of(0, 9), date(2026, 11, 1): of(0, 9), FIRST: of(9, 0)},
    }
    assert judged(USE_IF, before).used == ""


@pytest.mark.parametrize(
    ("bounds", "missed", "said"),
    [
        ("below: 10%", 9, "0.09 is below 0.1"),
        ("below: 10%", 10, ""),
        ("above: 10%, below: 20%", 15, "0.15 is above 0.1 and below 0.2"),
        ("above: 10%, below: 20%", 10, ""),
        ("above: 10%, below: 20%", 20, ""),
    ],
)
def test_a_ceiling_holds_the_points_down(bounds: str, missed: int, said: str) -> None:
    own = RATE + POINTS + f"ceiling_if: {{metric: phone.abandonment@1, {bounds}, points: 60}}\n"
    found = judged(own, {"sl": of(99, 1), "sl__ceiling_if": of(100 - missed, missed)})
    assert found.ceiling == (f"phone.abandonment@1 {said}" if said else "")
    assert found.parts[0].points == (60 if said else 100)
    assert found.used == ""


def test_a_ceiling_does_not_lift_what_is_lower() -> None:
    own = RATE + POINTS + "ceiling_if: {metric: phone.abandonment@1, above: 10%, points: 60}\n"
    assert judged(own, {"sl": of(85, 15), "sl__ceiling_if": of(0, 1)}).parts[0].points == 50


def test_a_condition_counts_what_is_unmeasurable_as_the_contract_says() -> None:
    lost = Counts(Counter({"met": 9, "unmeasurable: no queue time": 1}))
    counts = {"sl": of(95, 5), "sl__use_if": lost, "sl__use": of(80, 20)}
    assert judged(USE_IF.replace("10%", "5%") + "unmeasurable: count_as_missed\n", counts).used != ""  # 1 of 10
    assert judged(USE_IF.replace("10%", "5%") + "unmeasurable: exclude\n", counts).used == ""


def test_a_percentile_beyond_every_amount_is_above_any_bound() -> None:
    waits = "{metric: phone.wait_percentile@1, terms: {percentile: 50}, above: 20, points: 60}"
    own = RATE + POINTS + f"ceiling_if: {waits}\n"
    for lost, ceiling in ((3, "phone.wait_percentile@1 > 3 is above 20"), (1, "")):
        counts = Counts(Counter({"counted": 2, "counted: longer than any": lost}), histogram=Counter({Decimal(3): 2}))
        assert judged(own, {"sl": of(99, 1), "sl__ceiling_if": counts}).ceiling == ceiling


# --- a log that did not deliver ---


def test_what_a_missing_log_leaves_is_no_data_and_the_value_is_shown() -> None:
    found = judged(RATE + POINTS, {"sl": of(95, 5)}, missing="calls delivered nothing")
    (part,) = found.parts
    assert (found.verdict, found.reason, part.value) == ("no data", "calls delivered nothing", Fraction(95, 100))
    assert part.points is None
    zero = judged(RATE + POINTS + "if_no_data: zero\n", {"sl": of(95, 5)}, missing="calls delivered nothing")
    assert zero.parts[0].points == 0


# --- items that are carried ---

CARRY = RATE + "minimum_sample: 10\ntoo_few: carry\n"


def test_items_that_are_too_few_join_the_next_month_but_for_the_pending() -> None:
    found = judged(CARRY, {"sl": of(2, 1, **{"pending": 4, "pending: not due": 1, "excluded": 2})})
    assert found.verdict == "not enough data"
    assert found.carried_out == {"sl": (of(2, 1, excluded=2),)}
    assert (found.carried_in, found.measured.n) == ([], 3)


def test_carried_items_are_judged_with_the_first_part_and_carried_three_times_at_most() -> None:
    earlier = [of(1), of(2), of(3)]  # of last month, the one before, and that before
    found = judged(CARRY, {"sl": of(0, 1)}, carried={"sl": earlier, "other": [of(9)]})
    assert (found.measured.n, found.carried_in) == (7, earlier)
    assert found.carried_out == {"sl": (of(0, 1), of(1), of(2))}
    enough = judged(CARRY, {"sl": of(0, 4)}, carried={"sl": earlier})
    assert (enough.measured.value, enough.verdict, enough.carried_out) == (Fraction(6, 10), "missed", {})


def test_only_the_parts_that_are_too_few_are_carried() -> None:
    own = CARRY.replace("target: 90%", "target: [{value: 90%}, {value: 92%, since: 2026-10-16}]")
    # 4 of 10 × 15/31 = 4.8 in the first part, with what was carried 5; 3 of 5.2 in the second
    found = judged(own, {"sl": {FIRST: of(4), THIRD: of(3)}}, carried={"sl": [of(1)]})
    assert [part.verdict for part in found.parts] == ["met", "not enough data"]
    assert found.carried_out == {"sl": (of(3),)}
    assert found.measured.n == 8  # all that was judged
    found = judged(own, {"sl": {FIRST: of(1), THIRD: of(6)}}, carried={"sl": [of(2)]})
    assert [part.verdict for part in found.parts] == ["not enough data", "met"]
    assert found.carried_out == {"sl": (of(1), of(2))}


def test_nothing_of_this_month_still_carries_what_came() -> None:
    found = judged(CARRY, {"sl": of(pending=2)}, carried={"sl": [of(1)]})
    assert found.carried_out == {"sl": (of(), of(1))}


def test_what_is_skipped_or_judged_by_the_day_is_not_carried() -> None:
    assert judged(CARRY.replace("carry", "skip"), {"sl": of(1)}).carried_out == {}
    assert judged(CARRY + "period: day\n", {"sl": of(1)}).carried_out == {}
    assert judged(CARRY, {"sl": of(pending=2)}).carried_out == {}


def test_of_several_promises_each_carries_its_own() -> None:
    own = WORST_OF + "too_few: carry\n"
    found = judged(own, {"sl__fast": of(1, 1), "sl__done": of(9, 1)}, carried={"sl.fast": [of(4)]})
    assert [(one.verdict, one.measured.n) for one in found.parts[0].members] == [("not enough data", 6), ("met", 10)]
    assert found.carried_out == {"sl.fast": (of(1, 1), of(4))}
    assert found.carried_in == [of(4)]


def test_a_weighted_target_weighs_carried_items_by_the_first_target() -> None:
    own = RATE.replace("target: 90%", "target: [{value: 90%}, {value: 92%, since: 2026-10-16}]")
    found = judged(own + "on_change: weighted_target\n", {"sl": {FIRST: of(1), THIRD: of(1)}}, carried={"sl": [of(2)]})
    assert (found.parts[0].target, found.measured.n) == (Fraction(905, 1000), 4)  # 3 at 90 %, 1 at 92 %


# --- by the day ---


def test_an_indicator_by_the_day_is_missed_if_a_day_is_and_each_needs_the_whole_sample() -> None:
    own = RATE + "period: day\nminimum_sample: 2\n"
    found = judged(own, {"sl": {FIRST: of(2), SECOND: of(1, 1), THIRD: of(0, 1)}})
    (part,) = found.parts
    assert len(part.days) == 31
    assert [(one.day, one.value, one.verdict) for one in part.days if one.measured.n] == [
        (FIRST, 1, "met"), (SECOND, Fraction(1, 2), "missed"), (THIRD, 0, "not enough data"),
    ]  # fmt: skip
    assert {one.target for one in part.days} == {Fraction(9, 10)}
    assert (found.verdict, found.reason, part.value) == ("missed", "", Fraction(3, 5))


def test_a_month_of_days_with_too_few_says_so() -> None:
    own = RATE + "period: day\nminimum_sample: 2\n"
    found = judged(own, {"sl": {FIRST: of(1), SECOND: of(1)}})  # 2 in the month would be enough
    assert (found.verdict, found.reason) == ("not enough data", "no day has enough data")
    assert judged(own, {"sl": of(1)}).reason == "1 items, at least 2 are needed"


def test_by_the_day_the_sample_is_no_share_of_the_part() -> None:
    own = RATE.replace("target: 90%", "target: [{value: 90%}, {value: 92%, since: 2026-10-16}]")
    found = judged(own + "period: day\nminimum_sample: 2\n", {"sl": {FIRST: of(1), THIRD: of(2)}})
    assert [part.verdict for part in found.parts] == ["not enough data", "met"]


def test_a_day_is_judged_on_its_own_items_alone() -> None:
    found = judged(RATE + "period: day\nminimum_sample: 2\n", {"sl": {FIRST: of(1)}}, carried={"sl": [of(9)]})
    assert {(one.measured.n, one.verdict) for one in found.parts[0].days} == {(1, "not enough data"), (0, "no data")}


# --- one day's value ---


def value_of(own: str, days: Mapping[str, Mapping[date, Counts]], day: date) -> Fraction | None:
    return day_value(judge(terms(own), days), days, day)


def test_the_value_of_a_day_is_of_its_own_items() -> None:
    days = {"sl": {FIRST: of(1, 1), SECOND: of(3, 1), THIRD: of()}}
    assert [value_of(RATE, days, day) for day in (FIRST, SECOND, THIRD)] == [Fraction(1, 2), Fraction(3, 4), None]


def test_the_value_of_a_day_is_compared_as_the_contract_says() -> None:
    assert value_of(RATE + "compare_at: 10%\n", {"sl": {FIRST: of(3, 1)}}, FIRST) == Fraction(8, 10)


def test_of_several_promises_the_worst_value_of_the_day_counts() -> None:
    days = {"sl__fast": {FIRST: of(1, 3), SECOND: of(1)}, "sl__done": {FIRST: of(1, 1), SECOND: of(1, 1)}}
    assert [value_of(WORST_OF, days, day) for day in (FIRST, SECOND)] == [Fraction(1, 4), Fraction(1, 2)]
    waits = "worst_of:\n  - {id: a, metric: phone.average_wait@1}\n  - {id: b, metric: phone.average_wait@1}\n"
    of_waits = {
        f"sl__{name}": {FIRST: Counts(Counter(counted=1), amount=Decimal(s))} for name, s in (("a", 9), ("b", 5))
    }
    assert value_of(waits, of_waits, FIRST) == 9


def test_a_day_with_too_much_that_is_unmeasurable_has_no_value() -> None:
    own = "metric: phone.average_wait@1\ntarget: 30\nunmeasurable: count_as_missed\n"
    lost = Counts(Counter({"counted": 98, "unmeasurable: no queue time": 2}), amount=Decimal(980))
    assert value_of(own, {"sl": {FIRST: lost}}, FIRST) is None
    assert value_of(own.replace("count_as_missed", "exclude"), {"sl": {FIRST: lost}}, FIRST) == 10


def test_a_percentile_that_nobody_reached_is_worse_than_any() -> None:
    own = "metric: phone.wait_percentile@1\nterms: {percentile: 50}\ntarget: 30\n"
    lost = Counts(Counter({"counted: longer than any": 1}))
    assert value_of(own, {"sl": {FIRST: lost}}, FIRST) == LONGER_THAN_ANY


# --- the weight that a value of for_each has ---


def test_points_of_the_weight_are_of_the_share_that_a_team_has() -> None:
    # 12 over three teams is 4 each: a step that loses 1 point loses 25 percent of it
    own = RATE + "weight: 12\nscoring: {form: per_step, step: 1%, lose: 1, lose_unit: weight}\n"
    third = replace(terms(own), weight_share=Fraction(1, 3))
    (part,) = judge(third, {"sl": {FIRST: of(88, 12)}}).parts
    assert part.points == 50
