"""The reference: every metric by plain loops over events, from the specification alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from tests.reference import chat, contact, email, phone
from tests.reference.log import World

Result = tuple[str, Fraction | None]
TermsOn = Callable[[datetime | None], Mapping[str, str]]
METRICS: dict[str, Callable[[World, TermsOn], dict[tuple[str, str], Result]]] = {
    "phone.connect_rate": lambda world, terms: phone.measured(phone.connect_rate, world, terms),
    "phone.service_level": lambda world, terms: phone.measured(phone.service_level, world, terms),
    "phone.average_wait": lambda world, terms: phone.measured(phone.average_wait, world, terms),
    "phone.abandonment": lambda world, terms: phone.measured(phone.abandonment, world, terms),
    "chat.first_response": lambda world, terms: chat.measured_sessions(chat.first_response, world, terms),
    "chat.first_response_mean": lambda world, terms: chat.measured_sessions(chat.first_response_mean, world, terms),
    "chat.reply_rate": lambda world, terms: chat.measured_sessions(chat.reply_rate, world, terms),
    "chat.response_mean": lambda world, terms: chat.measured_rounds(world, terms, is_mean=True),
    "chat.round_within": lambda world, terms: chat.measured_rounds(world, terms, is_mean=False),
    "email.reply_within_days": email.reply_within_days,
    "contact.on_the_spot": contact.on_the_spot,
    "contact.follow_up": contact.follow_up,
    "quality.csat": lambda world, terms: contact.surveyed(world, terms, is_mean=True),
    "quality.satisfied": lambda world, terms: contact.surveyed(world, terms, is_mean=False),
    "quality.accuracy": lambda world, terms: contact.inspected(world, terms, score="accuracy"),
    "quality.attitude": lambda world, terms: contact.inspected(world, terms, score="attitude"),
    "quality.total": lambda world, terms: contact.inspected(world, terms, score="total"),
    "quality.violations": lambda world, terms: contact.inspected(world, terms, score=None),
}


def states(world: World, metric: str, terms: Sequence[tuple[date, Mapping[str, str]]]) -> dict[tuple[str, str], Result]:
    """Return each candidate's state and amount; ``terms`` begin on their days, the first of them on the first day."""

    def terms_on(arrival: datetime | None) -> Mapping[str, str]:
        """Return the terms of an item's service day; without an item the period's choices, which do not change."""
        day = terms[-1][0] if arrival is None else world.service_day(arrival)
        return [values for since, values in terms if since <= day][-1]

    return METRICS[metric](world, terms_on)


def value(metric: str, found: Mapping[tuple[str, str], Result]) -> Fraction | None:
    """Return the metric's value: a ratio of sums, None where nothing was counted."""
    amounts = [amount for state, amount in found.values() if state == "counted"]
    met = sum(state == "met" for state, _ in found.values())
    missed = sum(state.startswith("missed") for state, _ in found.values())
    if metric == "quality.violations":  # each kind once a contact
        return sum((amount for state, amount in found.values() if state == "missed" and amount), Fraction(0))
    if amounts:
        return sum((amount for amount in amounts if amount is not None), Fraction(0)) / len(amounts)
    if not met + missed:
        return None
    return Fraction(missed if metric == "phone.abandonment" else met, met + missed)
