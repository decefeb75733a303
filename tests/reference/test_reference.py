"""Every metric, read a second time: the product's states and values are the reference's, on random worlds and terms.

CLAUSEMETER_WORLDS sets how many worlds a channel draws (by default few enough for `make test`).
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.metrics.declare import installed_metrics
from tests.reference.product import Product, product
from tests.reference.question import TERMS, described, differences, questions
from tests.reference.reference import METRICS
from tests.reference.worlds import chat_worlds, contact_worlds, email_worlds, phone_worlds

WORLDS = int(os.environ.get("CLAUSEMETER_WORLDS", "15"))
CHANNELS = {
    "phone": phone_worlds(),
    "chat": chat_worlds(),
    "email": email_worlds(),
    "contact": contact_worlds(),
    "quality": contact_worlds(),
}


@pytest.fixture(scope="module")
def store() -> Iterator[Product]:
    with product() as opened:
        yield opened


@pytest.mark.parametrize("channel", CHANNELS)
@settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    derandomize=WORLDS <= 100,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_states_and_values_are_those_of_the_reference(store: Product, channel: str, data: st.DataObject) -> None:
    world = data.draw(CHANNELS[channel])
    store.load(world)
    for metric in (name for name in TERMS if name.startswith(f"{channel}.")):
        question = data.draw(questions(metric, world.since, world.until))
        found = differences(store, world, question)
        assert not found, "\n" + described(world, question, found)


def test_every_metric_is_read_a_second_time() -> None:
    installed = {key.partition("@")[0] for key in installed_metrics()}
    assert installed == set(METRICS) == set(TERMS)


def test_every_term_is_drawn() -> None:
    for key, metric in installed_metrics().items():
        drawn = TERMS[key.partition("@")[0]]
        assert set(metric.terms) == set(drawn), key
        for name, term in metric.terms.items():
            assert set(term.choices) <= set(drawn[name]), f"{key} {name}"
