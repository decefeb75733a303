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
