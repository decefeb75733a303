"""Other readings are real ones: within each term's bounds, never the one in force, one term at a time."""

from datetime import date

import pytest

from pipelines.core.dated import Piece
from pipelines.core.period import Days
from pipelines.metrics.declare import Metric, installed_metrics, metric_named
from pipelines.metrics.readings import KNOWN_VALUES, other_readings, pairs_of_readings

OCTOBER = Days(date(2026, 10, 1), date(2026, 11, 1))
LATER = Days(date(2026, 10, 15), date(2026, 11, 1))
CONNECT, LEVEL = metric_named("phone.connect_rate@1"), metric_named("phone.service_level@1")


def in_force(metric: Metric, **values: str) -> dict[str, list[Piece[str]]]:
    return {name: [Piece(OCTOBER, values.get(name, term.default), "by")] for name, term in metric.terms.items()}


@pytest.mark.parametrize("key", installed_metrics())
def test_every_reading_is_one_that_the_metric_takes(key: str) -> None:
    metric = metric_named(key)
    for reading in other_readings(metric, in_force(metric)):
        ((name, value),) = reading.items()
        assert metric.terms[name].problem_with(value) is None
        assert metric.terms[name].literal(value) != metric.terms[name].literal(metric.terms[name].default)


def test_short_abandons_are_tried_at_what_is_met_in_practice() -> None:
    found = [one["short_abandon_s"] for one in other_readings(CONNECT, in_force(CONNECT)) if "short_abandon_s" in one]
    assert found == ["0", "2", "3", "8", "10", "15", "20", "30", "60"]  # 5 is in force


def test_a_value_that_is_written_otherwise_is_no_other_reading() -> None:
    found = [one.get("short_abandon_s") for one in other_readings(CONNECT, in_force(CONNECT, short_abandon_s="5.0"))]
    assert "5" not in found


def test_every_formula_is_tried_but_the_one_in_force() -> None:
    found = {one["formula"] for one in other_readings(LEVEL, in_force(LEVEL)) if "formula" in one}
    assert found == set(LEVEL.terms["formula"].choices) - {LEVEL.terms["formula"].default}


def test_what_breaks_the_metrics_own_rule_is_not_tried() -> None:
    """A short abandon may not exceed the seconds of the service level."""
    found = other_readings(LEVEL, in_force(LEVEL, answer_within_s="20", short_abandon_s="5"))
    assert {"short_abandon_s": "20"} in found
    assert {"short_abandon_s": "30"} not in found
    assert {"answer_within_s": "3"} not in found


def test_a_term_that_changes_may_have_been_read_at_either_value_all_month() -> None:
    terms = in_force(CONNECT) | {"short_abandon_s": [Piece(OCTOBER, "5", "old"), Piece(LATER, "7", "new")]}
    found = [one["short_abandon_s"] for one in other_readings(CONNECT, terms) if "short_abandon_s" in one]
    assert found[:2] == ["5", "7"]


def test_pairs_differ_in_two_terms() -> None:
    found = pairs_of_readings(LEVEL, in_force(LEVEL, answer_within_s="20", short_abandon_s="5"))
    assert {len(one) for one in found} == {2}
    assert {"answer_within_s": "30", "short_abandon_s": "30"} not in found  # 30 alone breaks the rule at 20
    assert {"answer_within_s": "30", "short_abandon_s": "20"} in found


def test_every_term_with_known_values_is_one_of_some_metric() -> None:
    assert set(KNOWN_VALUES) <= {name for metric in installed_metrics().values() for name in metric.terms}
