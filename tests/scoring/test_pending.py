"""What pending items would make of a share, of incidents, of a count; and what they leave alone."""

from collections import Counter
from fractions import Fraction

import pytest

from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, measured
from pipelines.scoring.pending import can_end, ended

COUNTS = Counts(Counter({"met": 8, "missed": 1, "pending": 1, "counted": 100, "excluded: withdrawn": 3}))


@pytest.mark.parametrize(
    ("metric", "met", "missed"),
    [
        ("case.within@1", Fraction(9, 10), Fraction(8, 10)),  # 8 or 9 of 10
        ("contact.repeat_rate@1", Fraction(1, 10), Fraction(2, 10)),  # a share of bad ones
        ("contact.complaint_rate@1", Fraction(100), Fraction(200)),  # 1 or 2 complaints of 100 contacts, per 10,000
        ("phone.outage@1", Fraction(1), Fraction(2)),  # 1 or 2 incidents
        ("phone.average_wait@1", Fraction(0), Fraction(0)),  # its amounts are not known
    ],
)
def test_pending_items_end_one_way(metric: str, met: Fraction, missed: Fraction) -> None:
    found = metric_named(metric)
    assert measured(found, ended(found, COUNTS, "met")).value == met
    assert measured(found, ended(found, COUNTS, "missed")).value == missed
    assert can_end(found) == (met != missed)


def test_nothing_else_changes() -> None:
    found = ended(metric_named("case.within@1"), COUNTS, "missed")
    assert found.states == Counter({"met": 8, "missed": 2, "counted": 100, "excluded: withdrawn": 3})
    assert found.population == COUNTS.population


@pytest.mark.parametrize("metric", ["phone.average_wait@1", "quality.violations@1", "contact.resolution_gap@1"])
def test_where_amounts_or_weights_make_the_value_nothing_is_ended(metric: str) -> None:
    found = metric_named(metric)
    assert not can_end(found)
    assert ended(found, COUNTS, "met") is COUNTS


def test_what_is_pending_for_a_reason_ends_as_well() -> None:
    counts = Counts(Counter({"met": 1, "pending": 1, "pending: not yet due": 2}))
    assert ended(metric_named("case.within@1"), counts, "met").states == Counter({"met": 4})
