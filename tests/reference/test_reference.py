"""Every metric, read a second time: the product's states and values are the reference's, on random worlds and terms.

CLAUSEMETER_WORLDS sets how many worlds a channel draws (by default few enough for `make test`).
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.metrics.declare import installed_metrics
from tests.reference import reference
from tests.reference.product import Product, product
from tests.reference.question import TERMS, described, differences, questions
from tests.reference.reference import METRICS
from tests.reference.worlds import case_worlds, chat_worlds, contact_worlds, email_worlds, phone_worlds, shift_worlds

WORLDS = int(os.environ.get("CLAUSEMETER_WORLDS", "15"))
# Not of the specification, so that nobody can read them a second time from there: what a log itself says of its cases,
# and how complete logs are (tests/ingest/items/test_completeness.py).
OWN_WORD = ("case.flagged_in_time", "log.completeness")
INSTALLED = {
    name: metric for key, metric in installed_metrics().items() if (name := key.partition("@")[0]) not in OWN_WORD
}
CHANNELS = {
    "phone": phone_worlds(),
    "chat": chat_worlds(),
    "email": email_worlds(),
    "contact": contact_worlds(),
    "case": case_worlds(),
    "quality": contact_worlds(),
    "agent": shift_worlds(),
}
DRAWN = settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    derandomize=WORLDS <= 100,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
CLASSES = {"met", "missed", "counted", "excluded", "unmeasurable", "pending", "outside", "not there"}


@pytest.fixture(scope="module")
def store() -> Iterator[Product]:
    with product() as opened:
        yield opened


@pytest.mark.parametrize("channel", CHANNELS)
@DRAWN
@given(data=st.data())
def test_states_and_values_are_those_of_the_reference(store: Product, channel: str, data: st.DataObject) -> None:
    metrics = [name for name in TERMS if name.startswith(f"{channel}.") and name in INSTALLED]
    world = data.draw(CHANNELS[channel])
    store.load(world)
    for metric in metrics:
        question = data.draw(questions(metric, world.since, world.until, INSTALLED[metric].terms))
        found = differences(store, world, question)
        assert not found, "\n" + described(world, question, found)


@pytest.mark.parametrize("channel", CHANNELS)
@DRAWN
@given(data=st.data())
def test_the_reference_answers_every_question(channel: str, data: st.DataObject) -> None:
    world = data.draw(CHANNELS[channel])
    for metric in (name for name in TERMS if name.startswith(f"{channel}.")):
        question = data.draw(questions(metric, world.since, world.until))
        agreed = [(day, dict(values)) for day, values in question.pieces]
        found = reference.states(world, metric, agreed)
        for state, amount in found.values():
            words = {word.partition(":")[0] for word in state.split(" | ")}
            assert words <= CLASSES, state
            kind = METRICS[metric].kind
            assert state != "counted" or kind in ("difference", "number") or amount is not None, state
        certain = {item: result for item, result in found.items() if " | " not in result[0]}
        made = reference.value(world, metric, agreed, certain)
        assert made is None or made == reference.LONGEST or not isinstance(made, str)


def test_every_term_is_drawn() -> None:
    for name, metric in INSTALLED.items():
        drawn = TERMS[name]
        assert set(metric.terms) <= set(drawn), name
        for key, term in metric.terms.items():
            assert set(term.choices) <= set(drawn[key]), f"{name} {key}"


def test_every_metric_is_read_a_second_time() -> None:
    assert set(INSTALLED) == set(METRICS) == set(TERMS)
    for name, metric in INSTALLED.items():
        assert set(metric.terms) == set(TERMS[name]), name
        assert {key: term.default for key, term in metric.terms.items()} == {
            key: choices[0] for key, choices in TERMS[name].items()
        }, name
