"""The SQL and the plain reading of the same definition agree on any calls; states add up; any split counts the same."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.core.dated import Piece
from pipelines.core.period import Days
from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, measured, total
from tests.metrics.hand_made_calls import states
from tests.properties.plain_reading_of_calls import READINGS, state_of

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# around the limits of 0, 5 and 20 s, so that edges are met often
WAITS = st.none() | st.sampled_from(
    [Decimal(text) for text in ("-1", "0", "4.999999", "5", "5.000001", "20", "20.000001", "900")]
)
TIMES = st.none() | st.sampled_from([datetime(2026, 10, 1, 2, 0, second, tzinfo=UTC) for second in range(3)])
CALLS = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["answered", "abandoned", "lost", "open"]),
        "wait_s": WAITS,
        "waited_s": WAITS,
        "contradicting": st.sampled_from([False] * 9 + [True]),
        "ambiguous_wait": st.sampled_from([False] * 9 + [True]),
        "ambiguous_time": st.booleans(),
        "is_callback": st.booleans(),
        "promised_at": TIMES,
        "reached_at": TIMES,
        "promise_passed": st.booleans(),
        "in_service_hours": st.sampled_from([True] * 8 + [False, None]),
        "service_on": st.dates(date(2026, 10, 1), date(2026, 10, 31)),
    }
).map(lambda call: {**call, "promise_passed": call["promise_passed"] and call["promised_at"] is not None})


@st.composite
def terms(draw, metric):
    """Choose each of the metric's terms: a choice, or a limit at one of the edges."""
    return {
        name: draw(st.sampled_from(term.choices) if term.choices else st.sampled_from(["0", "5", "20"]))
        for name, term in metric_named(metric).terms.items()
    }


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("metric", READINGS)
@FEW
@given(data=st.data())
def test_the_expression_says_what_the_plain_reading_says(metric, data, con):
    calls = data.draw(st.lists(CALLS, min_size=1, max_size=40))
    chosen = data.draw(terms(metric))
    assert states(con, metric, calls, chosen) == [state_of(metric, call, chosen) for call in calls]


@pytest.mark.parametrize("metric", READINGS)
@FEW
@given(data=st.data())
def test_a_term_that_changes_is_followed_call_by_call(metric, data, con):
    calls = data.draw(st.lists(CALLS, min_size=1, max_size=40))
    before, after = data.draw(terms(metric)), data.draw(terms(metric))
    changed_on = data.draw(st.dates(date(2026, 10, 2), date(2026, 10, 31)))
    first, second = Days(date(2026, 10, 1), changed_on), Days(changed_on, date(2026, 11, 1))
    pieces = {name: [Piece(first, before[name], "a"), Piece(second, after[name], "b")] for name in before}
    said = [state_of(metric, call, before if call["service_on"] < changed_on else after) for call in calls]
    assert states(con, metric, calls, pieces) == said


@pytest.mark.parametrize("metric", READINGS)
@FEW
@given(data=st.data())
def test_the_states_of_any_calls_add_up_and_no_split_changes_a_value(metric, data, con):
    calls = data.draw(st.lists(CALLS, min_size=1, max_size=40))
    found = states(con, metric, calls, data.draw(terms(metric)))
    known = metric_named(metric)
    assert set(found) <= set(known.states)  # every call has exactly one of the states that the metric declares

    def counts(some: list[int]) -> Counts:
        counted = Counts(Counter(found[n] for n in some), Counter())
        counted.amount = sum((calls[n]["wait_s"] for n in some if found[n] == "counted"), Decimal(0))
        return counted

    everything = list(range(len(calls)))
    cut = data.draw(st.integers(0, len(calls)))
    shuffled = data.draw(st.permutations(everything))
    whole, split = counts(everything), total([counts(shuffled[:cut]), counts(shuffled[cut:])])
    assert measured(known, whole) == measured(known, split)
    kinds = ("met", "missed", "counted", "excluded", "unmeasurable", "pending")
    assert sum(whole.of(kind) for kind in kinds) == whole.population == len(calls)
