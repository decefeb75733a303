"""What counts come to under each aggregate, every part of it; and that counts add up part by part."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, Measured, measured, total

OCCUPANCY, GAP = metric_named("phone.occupancy@1"), metric_named("contact.resolution_gap@1")
COMPLAINTS, VIOLATIONS = metric_named("contact.complaint_rate@1"), metric_named("quality.violations@1")
PERCENTILE, WAIT = metric_named("phone.wait_percentile@1"), metric_named("phone.average_wait@1")


def test_every_part_adds_up():
    one = Counts(Counter(met=1), Counter(silent=2), Decimal(3), Counter(missed=4), Decimal(5), Counter({Decimal(7): 6}))
    two = Counts(Counter(met=2), Counter(silent=1), Decimal(8), Counter(missed=1), Decimal(9), Counter({Decimal(7): 1}))
    assert one + two == Counts(
        Counter(met=3), Counter(silent=3), Decimal(11), Counter(missed=5), Decimal(14), Counter({Decimal(7): 7})
    )
    assert total([one, two]) == one + two
    assert total([]) == Counts()


def of_time(met: int, missed: int, amount: str, base: str) -> Counts:
    return Counts(Counter(met=met, missed=missed), amount=Decimal(amount), base=Decimal(base))


def test_a_time_share_divides_seconds_by_seconds():
    counts = of_time(3, 2, "90", "120")  # 90 s of handling in 120 s of handling or waiting, 5 intervals
    assert measured(OCCUPANCY, counts) == Measured(Fraction(90), Fraction(120), 5, Fraction(3, 4), counts)


def test_a_time_share_of_no_time_has_no_value():
    counts = of_time(0, 0, "0", "0")
    assert measured(OCCUPANCY, counts) == Measured(Fraction(0), Fraction(0), 0, None, counts)


def test_a_difference_weighs_its_states():
    # (5 declared only - 2 inferred only) / 20 that both decide
    states = {"declared only": 5, "inferred only": 2, "both": 10, "neither": 3}
    counts = Counts(Counter({f"counted: {state}": n for state, n in states.items()}))
    assert measured(GAP, counts) == Measured(Fraction(3), 20, 20, Fraction(3, 20), counts)
    assert measured(GAP, Counts()) == Measured(Fraction(0), 0, 0, None, Counts())


def test_a_rate_per_ten_thousand():
    counts = Counts(Counter({"missed": 3, "met": 1, "counted: handled contact": 4000}))
    assert measured(COMPLAINTS, counts) == Measured(Fraction(30_000), 4000, 4000, Fraction(30, 4), counts)
    none = Counts(Counter(missed=3))  # complaints, and no contact that they could be a rate of
    assert measured(COMPLAINTS, none) == Measured(Fraction(30_000), 0, 0, None, none)


def test_a_count_is_of_incidents_and_its_sample_of_items():
    counts = Counts(Counter(missed=2, met=8), amount=Decimal(5))
    assert measured(VIOLATIONS, counts) == Measured(Fraction(5), 1, 10, Fraction(5), counts)
    by_item = replace(VIOLATIONS, amount=None)
    assert measured(by_item, counts) == Measured(Fraction(2), 1, 10, Fraction(2), counts)
    assert measured(VIOLATIONS, Counts()) == Measured(Fraction(0), 1, 0, Fraction(0), Counts())


def test_a_sum_is_of_what_counts():
    total = replace(WAIT, aggregate="sum")
    counts = Counts(Counter(counted=3), amount=Decimal(42))
    assert measured(total, counts) == Measured(Fraction(42), 1, 3, Fraction(42), counts)
    assert measured(total, Counts()) == Measured(Fraction(0), 1, 0, None, Counts())


# --- percentiles: amounts 3, 5, 9 and one that was never answered ---

FOUR = Counts(
    Counter({"counted": 3, "counted: longer than any": 1}),
    histogram=Counter({Decimal(9): 1, Decimal(3): 1, Decimal(5): 1}),
)


@pytest.mark.parametrize(
    ("percentile", "rank", "value"),
    [("0.000001", 1, 3), ("25", 1, 3), ("25.000001", 2, 5), ("50", 2, 5), ("50.000001", 3, 9), ("75", 3, 9)],
)
def test_the_nearest_rank(percentile, rank, value):
    found = measured(PERCENTILE, FOUR, percentile=Decimal(percentile))
    assert found == Measured(Fraction(rank), 4, 4, Fraction(value), FOUR)
    assert found.text == str(value)


@pytest.mark.parametrize("percentile", ["75.000001", "100", None])  # by default the 90th
def test_a_rank_on_what_was_never_answered_lies_beyond_the_longest(percentile):
    found = measured(PERCENTILE, FOUR, percentile=None if percentile is None else Decimal(percentile))
    assert found == Measured(Fraction(4), 4, 4, None, FOUR, beyond=True, longest=Fraction(9))
    assert found.text == "> 9"


def test_a_percentile_of_nothing_but_the_unanswered():
    counts = Counts(Counter({"counted: longer than any": 2}))
    found = measured(PERCENTILE, counts, percentile=Decimal(50))
    assert found == Measured(Fraction(1), 2, 2, None, counts, beyond=True, longest=None)
    assert found.text == "never answered"


def test_a_percentile_of_nothing():
    assert measured(PERCENTILE, Counts()) == Measured(Fraction(0), 0, 0, None, Counts())


def test_amounts_that_occur_often_take_as_many_ranks():
    counts = Counts(Counter(counted=10), histogram=Counter({Decimal(2): 8, Decimal(7): 2}))
    assert measured(PERCENTILE, counts, percentile=Decimal(80)).value == 2
    assert measured(PERCENTILE, counts, percentile=Decimal("80.000001")).value == 7


def test_what_is_blamed_on_the_vendor_ranks_last():
    counts = Counts(Counter({"counted": 3, "unmeasurable: no queue time": 1}), histogram=FOUR.histogram)
    blamed = measured(PERCENTILE, counts, "count_as_missed", Decimal(75))
    assert (blamed.n, blamed.value) == (4, 9)
    assert measured(PERCENTILE, counts, "count_as_missed", Decimal(76)).beyond
    assert measured(PERCENTILE, counts, "exclude", Decimal(76)).value == 9
    kept = replace(counts, kept_by_vendor=Counter({"unmeasurable: no queue time": 1}))
    assert measured(PERCENTILE, kept, None, Decimal(76)).beyond


def test_a_quantity_counts_what_is_counted():
    counts = Counts(Counter({"counted": 7, "unmeasurable: contradicting deliveries": 2, "pending": 1}))
    assert measured(metric_named("contact.handled@1"), counts) == Measured(Fraction(7), 1, 7, Fraction(7), counts)
    assert measured(metric_named("contact.handled@1"), Counts()).value == 0


def test_minutes_are_a_sum_of_seconds_divided_once():
    counts = Counts(Counter(counted=3), amount=Decimal("61.5"))
    assert measured(metric_named("phone.minutes@1"), counts) == Measured(
        Fraction(123, 2), 60, 3, Fraction(123, 120), counts
    )
    assert measured(metric_named("phone.minutes@1"), Counts()).value is None


def test_a_ratio_divides_one_sum_by_another():
    counts = Counts(Counter(counted=2, pending=1), amount=Decimal(90), base=Decimal(80))
    assert measured(metric_named("agent.attendance@1"), counts) == Measured(
        Fraction(90), Fraction(80), 2, Fraction(9, 8), counts
    )
    assert measured(metric_named("agent.attendance@1"), Counts(Counter(counted=1))).value is None


def test_which_states_stand_above_and_below_the_line_of_a_ratio():
    logs = metric_named("log.completeness@1")
    for state, is_of_it in (("counted", True), ("counted: nothing delivered", True), ("pending", False)):
        assert (logs.sums(state), logs.bears(state)) == (is_of_it, is_of_it)
    assert logs.is_quantity
    assert not VIOLATIONS.is_quantity
