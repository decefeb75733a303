"""Counts add up over any split; what a month with several parts comes to; what no case of scoring.yaml shows."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.contract.resolve import IndicatorTerms, indicator_terms
from pipelines.core.period import Month
from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, measured, no_data_reason, total
from pipelines.scoring.judge import Judged, judge
from tests.contract.small_contract import one_indicator

RATE = metric_named("phone.connect_rate@1")


def counts(amount: str = "0", **states: int) -> Counts:
    return Counts(Counter(states), Counter(), Decimal(amount))


def terms(more: str = "", *, instead_of: str = "") -> IndicatorTerms:
    contract = one_indicator(more, instead_of=instead_of).model
    found = indicator_terms(contract, contract.indicators[0], Month(2026, 10).days)
    assert found
    return found


def judged(more: str, instead_of: str, *given: Counts) -> Judged:
    asked = terms(more, instead_of=instead_of)
    days = {part.days.since: own for part, own in zip(asked.parts, given, strict=True)}
    return judge(asked, {asked.question.column: days})


TWO_TARGETS = "target: [{value: 90%}, {value: 92%, since: 2026-10-16}]\n"


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"met": 1}, {"missed": 1}, "missed"),  # missed in any part
        ({"met": 1}, {"met": 1}, "met"),
        ({"met": 1}, {}, "met"),
        ({"pending": 1}, {"excluded": 1}, "no data"),
    ],
)
def test_the_month_is_the_worst_of_its_parts(first, second, verdict):
    found = judged(TWO_TARGETS, "target", counts(**first), counts(**second))
    assert found.verdict == verdict
    assert found.measured.counts.population == sum(first.values()) + sum(second.values())


def test_the_reason_is_that_of_the_part_that_decides():
    found = judged(TWO_TARGETS, "target", counts(pending=1), counts())
    assert (found.verdict, found.reason) == ("no data", "all pending")


def test_a_weighted_target_without_items_is_no_data_and_keeps_the_last():
    found = judged(TWO_TARGETS + "on_change: weighted_target\n", "target on_change", counts(), counts(pending=2))
    assert (found.verdict, found.parts[0].target, found.reason) == ("no data", Fraction(92, 100), "all pending")


def test_weighted_target_without_a_target_is_reported():
    found = judged("on_change: weighted_target\n", "target on_change", counts(met=1))
    assert (found.verdict, found.parts[0].target, len(found.parts)) == ("reported", None, 1)


def test_weighted_target_weighs_by_the_items_that_count():
    # 1,000 that count and 9,000 that do not, then 3,000: still 91.5 %
    more = TWO_TARGETS + "on_change: weighted_target\n"
    found = judged(more, "target on_change", counts(met=1000, excluded=9000), counts(met=3000))
    assert found.parts[0].target == Fraction(915, 1000)
    assert (found.parts[0].terms.share, len(found.parts[0].terms.days)) == (1, 31)


def test_points_need_both_a_weight_and_a_form():
    assert judged("weight: 10\n", "", counts(met=1)).parts[0].points is None
    assert judged("scoring: {form: pass_fail}\n", "", counts(met=1)).parts[0].points is None
    assert judged("weight: 10\nscoring: {form: pass_fail}\n", "", counts(met=1)).parts[0].points == 100


def test_no_incident_is_nought_and_a_minimum_sample_does_not_ask_for_incidents():
    found = judged(
        "metric: quality.violations@1\ntarget: 0\nminimum_sample: 30\n", "metric terms target minimum_sample", counts()
    )
    assert (found.verdict, found.measured.value) == ("met", 0)


def test_a_part_with_exactly_its_sample_is_enough():
    assert judged("minimum_sample: 30\n", "minimum_sample", counts(met=30)).verdict == "met"
    assert judged("minimum_sample: 30\n", "minimum_sample", counts(met=29)).verdict == "not enough data"


# --- counts ---


def test_counts_add_up_over_any_split():
    one = Counts(Counter({"met": 2, "excluded: short abandon": 1}), Counter({"IVR only": 1}), Decimal("1.5"), Counter())
    other = Counts(Counter({"met": 1, "pending": 4}), Counter({"IVR only": 2}), Decimal("0.5"), Counter({"pending": 4}))
    both = total([one, other])
    assert both == total([other, one])
    assert (both.population, both.of("met"), both.outside["IVR only"], both.amount) == (8, 3, 3, 2)
    assert both.reasons("excluded") == {"short abandon": 1}
    assert both.reasons("pending") == {"no reason": 4}
    assert total([]) == Counts()


def test_a_late_item_is_a_miss_with_a_reason():
    found = Counts(Counter({"missed": 2, "missed: not yet done": 3, "met": 5}))
    assert (found.of("missed"), measured(RATE, found).value) == (5, Fraction(1, 2))


@pytest.mark.parametrize(
    ("aggregate", "states", "value", "n"),
    [
        ("sum", {"counted": 3}, Fraction(12), 3),
        ("sum", {"pending": 3}, None, 0),
        ("mean", {"counted": 3, "excluded": 9}, Fraction(4), 3),
        ("mean", {}, None, 0),
        ("count", {"met": 4, "missed": 2}, Fraction(4), 6),
        ("count", {}, Fraction(0), 0),
    ],
)
def test_a_value_is_made_once_from_sums(aggregate, states, value, n):
    found = measured(replace(RATE, aggregate=aggregate), counts("12", **states))
    assert (found.value, found.n) == (value, n)


def test_an_item_of_a_count_may_bear_several():
    two_each = replace(RATE, aggregate="count", amount="kinds", numerator="missed")
    assert measured(two_each, counts("12", met=4, missed=6)).value == 12


def test_a_share_may_be_of_what_is_missed():
    found = measured(metric_named("phone.abandonment@1"), counts(met=97, missed=3))
    assert (found.value, found.numerator, found.denominator) == (Fraction(3, 100), 3, 100)


def test_no_data_says_why():
    assert no_data_reason(counts()) == "no items"
    assert no_data_reason(counts(unmeasurable=1)) == "all unmeasurable"
    assert no_data_reason(counts(unmeasurable=1, pending=1)) == "nothing counted"


# --- what the mutants of judge.py got past ---


def test_a_percentile_is_that_of_the_terms():
    # by the 50th percentile in force 3 s, by the metric's default, the 90th, it would be 9 s
    own = "metric: phone.wait_percentile@1\nterms: {percentile: 50, target_s: 20, out_of_hours: exclude}\ntarget: 5\n"
    amounts = Counter({Decimal(3): 5, Decimal(9): 5})
    found = judged(own, "metric terms target", Counts(Counter(counted=10), histogram=amounts))
    assert (found.measured.value, found.verdict, found.reason) == (3, "met", "")


def test_each_part_has_its_own_counts():
    with pytest.raises(ValueError, match="zip"):
        judged(TWO_TARGETS, "target", counts(met=1))


THREE_TARGETS = "target: [{value: 90%}, {value: 92%, since: 2026-10-11}, {value: 94%, since: 2026-10-21}]\n"


def test_a_weighted_target_has_as_many_counts_as_targets():
    with pytest.raises(ValueError, match="zip"):
        judged(TWO_TARGETS + "on_change: weighted_target\n", "target on_change", counts(met=1))


def test_a_weighted_target_without_items_is_the_last_of_three():
    found = judged(THREE_TARGETS + "on_change: weighted_target\n", "target on_change", counts(), counts(), counts())
    assert found.parts[0].target == Fraction(94, 100)


def test_a_weighted_target_weighs_what_is_held_against_the_vendor():
    lost = Counts(Counter({"met": 1, "unmeasurable: no queue time": 2}))
    more = TWO_TARGETS + "on_change: weighted_target\nunmeasurable: count_as_missed\n"
    found = judged(more, "target on_change unmeasurable", lost, counts(met=1))
    assert found.parts[0].target == (Fraction(90, 100) * 3 + Fraction(92, 100)) / 4  # 3 items at 90 %, 1 at 92 %


def test_too_few_that_count_as_met_say_so():
    found = judged("minimum_sample: 3\ntoo_few: count_as_met\n", "minimum_sample too_few", counts(met=1))
    assert (found.verdict, found.reason) == ("not enough data", "1 items, at least 3 are needed; counts as met")


def test_too_few_that_count_as_met_earn_what_the_target_earns():
    more = "minimum_sample: 3\ntoo_few: count_as_met\nweight: 10\nscoring: {form: per_step, step: 1%, lose: 10}\n"
    assert judged(more, "minimum_sample too_few", counts(missed=1)).parts[0].points == 100
