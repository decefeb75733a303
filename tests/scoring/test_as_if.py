"""A stated value becomes counts that measure to exactly that value, of at least as many items."""

from dataclasses import replace
from fractions import Fraction

import pytest

from pipelines.metrics.declare import installed_metrics, metric_named
from pipelines.scoring.as_if import as_if
from pipelines.scoring.counts import measured

VALUES = {
    "phone.connect_rate@1": ["0", "1", "0.9", "0.902912621359", "372/412"],
    "phone.abandonment@1": ["0.03", "1/3"],  # its numerator is what was missed
    "phone.average_wait@1": ["0", "23.5", "8805/372"],
    "phone.wait_percentile@1": ["18", "0.25"],
    "phone.occupancy@1": ["0.75", "2/3"],
    "contact.complaint_rate@1": ["0", "3.5", "10/3"],  # of ten thousand
    "contact.resolution_gap@1": ["0", "0.1", "-0.25", "1", "-1"],
    "quality.violations@1": ["0", "3"],
    "contact.handled@1": ["0", "1029"],
    "agent.attendance@1": ["0.97", "2/3"],
    "phone.minutes@1": ["1.5", "1/3"],  # a third of a minute is 20 s
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in VALUES.items() for text in texts])
@pytest.mark.parametrize("n", [0, 1, 7, 1000])
def test_the_counts_measure_to_the_value(key: str, text: str, n: int) -> None:
    metric, value = metric_named(key), Fraction(text)
    counts = as_if(metric, value, n)
    assert counts is not None
    found = measured(metric, counts)
    assert found.value == value
    assert found.n >= n or metric.aggregate == "count"  # incidents are counted, however many items there are


def test_a_share_of_25_items_takes_the_30_that_give_it_exactly() -> None:
    counts = as_if(metric_named("phone.connect_rate@1"), Fraction(9, 10), 25)
    assert counts is not None
    assert (counts.of("met"), counts.of("missed")) == (27, 3)


@pytest.mark.parametrize(
    ("key", "text", "items"),
    [("phone.connect_rate@1", "2/3", 3), ("phone.average_wait@1", "4.5", 2), ("phone.minutes@1", "90", 1),
     ("phone.wait_percentile@1", "18", 1)],
)  # fmt: skip
def test_of_no_stated_number_it_takes_the_fewest_items_that_give_the_value(key: str, text: str, items: int) -> None:
    counts = as_if(metric_named(key), Fraction(text), 0)
    assert counts is not None
    assert counts.population == items


def test_a_sum_and_a_count_of_items_are_amounts_of_their_own() -> None:
    minutes = metric_named("phone.minutes@1")
    counts = as_if(minutes, Fraction(90), 3)
    assert counts is not None
    assert (counts.amount, counts.of("counted")) == (5400, 3)  # seconds
    incidents = replace(metric_named("quality.violations@1"), amount=None)
    counts = as_if(incidents, Fraction(3), 0)
    assert counts is not None
    assert measured(incidents, counts).value == 3
    assert as_if(incidents, Fraction(1, 2), 0) is None


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("phone.connect_rate@1", "1.01"),
        ("phone.abandonment@1", "-0.01"),
        ("contact.complaint_rate@1", "10001"),
        ("contact.resolution_gap@1", "1.5"),
        ("phone.wait_percentile@1", "1/3"),
        ("quality.violations@1", "1/3"),
    ],
)
def test_what_no_items_could_give_is_none(key: str, text: str) -> None:
    assert as_if(metric_named(key), Fraction(text), 10) is None


def test_every_aggregate_is_known() -> None:
    tried = {metric_named(key).aggregate for key in VALUES}
    assert {metric.aggregate for metric in installed_metrics().values()} == tried
