"""Every metric, read a second time: the product's states and values are the reference's, on random worlds and terms.

CLAUSEMETER_WORLDS sets how many worlds a channel draws (by default few enough for `make test`).
"""

import os
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.core.event import EVENT_TABLES
from pipelines.core.period import Days
from pipelines.metrics.declare import installed_metrics
from tests.reference.hours import Hours, Version
from tests.reference.log import Event, World
from tests.reference.product import Product, product
from tests.reference.question import TERMS, Question, described, differences, questions
from tests.reference.reference import METRICS
from tests.reference.worlds import H, chat_worlds, contact_worlds, email_worlds, phone_worlds

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


# --- rules that a random world once showed to be read differently, each pinned ---------------------------------------

OFFICE = Version(date(2010, 1, 1), datetime(2009, 12, 1), (((9 * H, 18 * H),),) * 5 + ((),) * 2, "cn")  # noqa: DTZ001


def at(text: str) -> datetime:
    """Return an instant in UTC; without a day it is on Monday 12 October 2026."""
    return datetime.fromisoformat(f"{text if ' ' in text else f'2026-10-12 {text}'}+00:00")


def row(table: str, **given: Any) -> Event:
    """Return an event of source s1, load 1, whose other columns are missing."""
    columns = dict.fromkeys(column.name for column in EVENT_TABLES[table].columns)
    flags = {"ambiguous_time": False, "automatic": False, "private": False}
    return {**columns, **{k: v for k, v in flags.items() if k in columns}, "source": "s1", "load_id": 1, **given}


def chat(*lines: tuple[str, str, str], session: str = "h1") -> list[Event]:
    """Return a chat's events: what, by whom, when; numbered as they are written."""
    return [
        row("chat", session_id=session, event_id=str(n), seq=n, at=at(when), kind=kind, author=author)
        for n, (kind, author, when) in enumerate(lines, start=1)
    ]


def october(cut_off: str = "2026-12-01 00:00:00", **events: list[Event]) -> World:
    return World(events, "UTC", date(2026, 10, 1), date(2026, 11, 1), at(cut_off))


def agree(store: Product, world: World, metric: str, state: str, **terms: str) -> None:
    """Check the one item's state in both readings."""
    values = {name: default for name, (default, *_) in TERMS[metric].items()} | terms
    question = Question(metric, ((world.since, tuple(values.items())),))
    store.load(world)
    found = differences(store, world, question)
    assert not found, "\n" + described(world, question, found)
    ((theirs, _),) = store.ask(world, metric, question.spans(world.until)).states.values()
    assert theirs == state


def test_what_happens_at_the_cut_off_is_known(store: Product) -> None:
    now = at("09:00:00")
    call = row(
        "call", call_id="c1", leg_id="1", direction="inbound", queue="q1", outcome="answered", arrived_at=now,
        queued_at=now, answered_at=now, ended_at=now,
    )  # fmt: skip
    agree(store, october("2026-10-12 09:00:00", call=[call]), "phone.connect_rate", "met")


def test_a_call_that_left_the_queue_for_the_ivr_was_offered(store: Product) -> None:
    legs = [
        row(
            "call", call_id="c1", leg_id="1", queue="q1", outcome="abandoned", arrived_at=at("09:00:00"),
            queued_at=at("09:00:00"), ended_at=at("09:00:30"),
        ),
        row("call", call_id="c1", leg_id="2", outcome="ivr_only", arrived_at=at("09:00:30"), ended_at=at("09:01:00")),
    ]  # fmt: skip
    agree(store, october(call=legs), "phone.connect_rate", "missed")  # 30 s > 5 s


def test_a_call_in_the_ivr_at_the_cut_off_has_not_been_offered(store: Product) -> None:
    leg = row("call", call_id="c1", leg_id="1", outcome="ivr_only", arrived_at=at("09:00:00"), ended_at=at("09:05:00"))
    agree(store, october("2026-10-12 09:01:00", call=[leg]), "phone.connect_rate", "outside: IVR only")


def test_the_wait_runs_from_the_first_entry_known_or_not(store: Product) -> None:
    legs = [
        row(
            "call", call_id="c1", leg_id="1", queue="q1", outcome="lost", arrived_at=at("09:00:00"),
            ended_at=at("09:01:00"),
        ),
        row(
            "call", call_id="c1", leg_id="2", queue="q2", outcome="answered", arrived_at=at("09:01:00"),
            queued_at=at("09:01:00"), answered_at=at("09:01:10"), ended_at=at("09:02:00"),
        ),
    ]  # fmt: skip
    agree(store, october(call=legs), "phone.average_wait", "unmeasurable: no queue time")


def test_the_first_answer_without_a_time_is_not_measured_to_the_second(store: Product) -> None:
    legs = [
        row(
            "call", call_id="c1", leg_id="1", queue="q1", outcome="answered", arrived_at=at("09:00:00"),
            queued_at=at("09:00:00"), ended_at=at("09:01:00"),
        ),
        row(
            "call", call_id="c1", leg_id="2", queue="q2", outcome="answered", arrived_at=at("09:01:00"),
            queued_at=at("09:01:00"), answered_at=at("09:01:10"), ended_at=at("09:02:00"),
        ),
    ]  # fmt: skip
    agree(store, october(call=legs), "phone.average_wait", "unmeasurable: no queue time")


def test_a_bot_line_numbered_after_the_persons_makes_no_bot_session(store: Product) -> None:
    lines = chat(("line", "customer", "09:00:00"), ("line", "agent", "09:00:20"), ("line", "bot", "09:00:20"))
    agree(store, october(chat=lines), "chat.first_response", "met")


def test_who_came_back_to_ask_had_not_left_the_question(store: Product) -> None:
    lines = chat(("left", "customer", "08:59:00"), ("line", "customer", "09:00:00"))
    agree(store, october("2026-10-12 09:00:10", chat=lines), "chat.first_response", "pending")


def test_nobody_handled_a_silent_session(store: Product) -> None:
    world = october(chat=chat(("line", "agent", "09:00:00")))
    store.load(world)
    states = store.ask(world, "contact.on_the_spot", [(Days(world.since, world.until), {})]).states.values()
    assert all(state.startswith("outside") for state, _ in states)


def test_contradicting_inspections_are_not_counted(store: Product) -> None:
    told = [
        row(
            "inspection", inspection_id="n1", contact_channel="chat", contact_id="h1", inspected_at=at("10:00:00"),
            total=Decimal(total), load_id=load,
        )
        for load, total in ((1, 100), (2, 80))
    ]  # fmt: skip
    world = october(chat=chat(("line", "customer", "09:00:00"), ("line", "agent", "09:00:10")), inspection=told)
    agree(store, world, "quality.total", "unmeasurable: contradicting deliveries")


def test_an_open_item_needs_no_notice_of_a_year_that_has_not_begun(store: Product) -> None:
    mail = row("mail", message_id="m1", at=at("2026-12-30 10:00:00"), direction="in")
    world = World(
        {"mail": [mail]}, "UTC", date(2026, 12, 1), date(2027, 1, 1), at("2026-12-31 12:00:00"), Hours((OFFICE,))
    )
    agree(store, world, "email.reply_within_days", "pending", within_days="3")
