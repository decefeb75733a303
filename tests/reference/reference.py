"""The reference: every metric by plain loops over events, from the specification alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Literal

from tests.reference import agent, cases, chat, contact, email, phone, quality
from tests.reference.log import Found, Item, World

TermsOn = Callable[[datetime | None], Mapping[str, str]]
Kind = Literal[
    "share", "missed share", "mean", "percentile", "count", "per 10000", "difference", "time share",
    "number", "missed number", "minutes", "ratio",
]  # fmt: skip
LONGEST = "> longest"


@dataclass(frozen=True)
class Metric:
    """How an item's state and amount are found, and what they make together."""

    kind: Kind
    states: Callable[[World, TermsOn], Found]


def of_calls(rule: Any) -> Callable[[World, TermsOn], Found]:
    return partial(phone.measured, rule)


def of_sessions(rule: Any) -> Callable[[World, TermsOn], Found]:
    return partial(chat.measured_sessions, rule)


def of_rounds(rule: Any) -> Callable[[World, TermsOn], Found]:
    return partial(chat.measured_rounds, rule)


def elapsed_mean(world: World, terms_on: TermsOn) -> Found:
    return cases.measured(lambda cycle, world, terms: cases.elapsed(cycle, world, terms, None), world, terms_on)


def elapsed_percentile(world: World, terms_on: TermsOn) -> Found:
    def rule(cycle: cases.Cycle, world: World, terms: Mapping[str, str]) -> cases.Result:
        return cases.elapsed(cycle, world, terms, terms["target_h"])

    return cases.measured(rule, world, terms_on)


METRICS: dict[str, Metric] = {
    "phone.connect_rate": Metric("share", of_calls(phone.connect_rate)),
    "phone.service_level": Metric("share", of_calls(phone.service_level)),
    "phone.average_wait": Metric("mean", of_calls(phone.average_wait)),
    "phone.abandonment": Metric("missed share", of_calls(phone.abandonment)),
    "phone.wait_percentile": Metric("percentile", of_calls(phone.wait_percentile)),
    "phone.handle_time": Metric("mean", phone.handle_time),
    "phone.occupancy": Metric("time share", agent.occupancy),
    "phone.minutes": Metric("minutes", phone.minutes),
    "phone.outage": Metric("missed number", phone.outage),
    "agent.attendance": Metric("ratio", agent.attendance),
    "chat.first_response": Metric("share", of_sessions(chat.first_response)),
    "chat.first_response_mean": Metric("mean", of_sessions(chat.first_response_mean)),
    "chat.first_response_percentile": Metric("percentile", of_sessions(chat.first_response_percentile)),
    "chat.reply_rate": Metric("share", of_sessions(chat.reply_rate)),
    "chat.response_mean": Metric("mean", of_rounds(chat.response_mean)),
    "chat.round_within": Metric("share", of_rounds(chat.round_within)),
    "chat.response_percentile": Metric("percentile", of_rounds(chat.response_percentile)),
    "chat.round_reply_rate": Metric("share", of_rounds(chat.round_reply_rate)),
    "email.reply_within_days": Metric("share", partial(email.measured, email.within_days, email.due_in_days)),
    "email.reply_within_hours": Metric("share", partial(email.measured, email.within_hours, email.due_in_hours)),
    "email.reply_mean": Metric("mean", partial(email.measured, email.reply_mean, None)),
    "email.reply_percentile": Metric("percentile", partial(email.measured, email.reply_percentile, None)),
    "contact.on_the_spot": Metric("share", contact.on_the_spot),
    "contact.repeat_rate": Metric("missed share", contact.repeat_rate),
    "contact.resolution_gap": Metric("difference", contact.resolution_gap),
    "contact.follow_up": Metric("share", contact.follow_up),
    "contact.handled": Metric("number", contact.counted),
    "contact.complaint_rate": Metric("per 10000", contact.complaint_rate),
    "case.within": Metric("share", partial(cases.measured, cases.within)),
    "case.resolved": Metric("number", cases.resolved),
    "case.elapsed_mean": Metric("mean", elapsed_mean),
    "case.elapsed_percentile": Metric("percentile", elapsed_percentile),
    "quality.csat": Metric("mean", partial(quality.surveyed, quality.csat)),
    "quality.satisfied": Metric("share", partial(quality.surveyed, quality.satisfied)),
    "quality.top_box": Metric("share", partial(quality.surveyed, quality.top_box)),
    "quality.participation": Metric("share", partial(quality.surveyed, None)),
    "quality.accuracy": Metric("mean", partial(quality.inspected, score="accuracy")),
    "quality.attitude": Metric("mean", partial(quality.inspected, score="attitude")),
    "quality.total": Metric("mean", partial(quality.inspected, score="total")),
    "quality.violations": Metric("count", partial(quality.inspected, score=None)),
    "quality.sampling_rate": Metric("share", quality.sampling_rate),
}
Agreed = Sequence[tuple[date, Mapping[str, str]]]  # terms in pieces that begin on their days


def terms_of(world: World, agreed: Agreed) -> TermsOn:
    def terms_on(arrival: datetime | None) -> Mapping[str, str]:
        """Return the terms of an item's service day; without an item the period's choices, which do not change."""
        if arrival is None:
            return agreed[-1][1]
        day = world.service_day(arrival)
        return [values for since, values in agreed if since <= day or since == agreed[0][0]][-1]

    return terms_on


def states(world: World, metric: str, agreed: Agreed) -> Found:
    """Return each candidate's state and amount; the first terms begin on the first day."""
    return METRICS[metric].states(world, terms_of(world, agreed))


# --- many items, one count -------------------------------------------------------------------------------------------


def groups(world: World, metric: str, agreed: Agreed) -> dict[Item, Any]:
    """Return the group of each item that does not count alone; the group's items in order of arrival."""
    terms_on = terms_of(world, agreed)
    choices = terms_on(None)
    if metric == "phone.connect_rate" and Fraction(Decimal(choices["retries_merge_min"])):
        return {item: first.item for item, first in phone.first_attempts(world, terms_on).items()}
    if metric == "chat.first_response" and choices["grain"] == "customer_day":
        sessions = sorted(chat.parts_of(world, choices), key=lambda one: (one.start.at, one.item))
        days = chat.customer_days(world, terms_on)
        return {session.item: days[session.item] for session in sessions}
    return {}


# Merged attempts have the best state, a customer's day the worst.
BEST_FIRST = ("met", "pending", "missed", "unmeasurable", "excluded")
WORST_FIRST = ("missed", "pending", "unmeasurable", "met", "excluded")


def counted_once(world: World, metric: str, agreed: Agreed, found: Found) -> list[str]:
    """Return the states that count: one a group."""
    order = BEST_FIRST if metric == "phone.connect_rate" else WORST_FIRST
    is_first_alone = agreed[-1][1].get("customer_day") == "first"
    together: dict[Any, list[str]] = {}
    in_groups = groups(world, metric, agreed)
    for item in [*in_groups, *(item for item in found if item not in in_groups)]:
        if item in found and not found[item][0].startswith("outside"):
            together.setdefault((item in in_groups, in_groups.get(item, item)), []).append(found[item][0])
    counted = []
    for members in together.values():
        ranked = sorted(members, key=lambda state: order.index(state.partition(":")[0]) if len(members) > 1 else 0)
        counted.append(members[0] if is_first_alone else ranked[0])
    return counted


# --- values ----------------------------------------------------------------------------------------------------------


def value(world: World, metric: str, agreed: Agreed, found: Found) -> Fraction | str | None:
    """Return the metric's value: a ratio of sums, None where nothing was counted."""
    kind = METRICS[metric].kind
    counted = counted_once(world, metric, agreed, found)
    met = counted.count("met")
    missed = sum(state.startswith("missed") for state in counted)
    amounts = sorted(amount for state, amount in found.values() if state == "counted" and amount is not None)
    if kind in ("share", "missed share"):
        return ratio(missed if kind == "missed share" else met, met + missed)
    if kind == "mean":
        return ratio(sum(amounts), len(amounts))
    if kind == "minutes":
        return sum(amounts) / Fraction(60) if amounts else None
    if kind in ("number", "missed number"):
        return Fraction(missed if kind == "missed number" else counted.count("counted"))
    if kind == "ratio":
        scheduled = agent.scheduled_s(world)
        return ratio(sum(amounts), sum(scheduled[item] or 0 for item, (s, _) in found.items() if s == "counted"))
    if kind == "percentile":
        longer = counted.count("counted: longer than any")
        return nearest_rank(amounts, longer, Fraction(Decimal(agreed[-1][1]["percentile"])))
    if kind == "per 10000":
        return ratio(missed * 10_000, sum(state.startswith("counted") for state in counted))
    if kind == "difference":
        only = counted.count("counted: declared only") - counted.count("counted: inferred only")
        return ratio(only, sum(state.startswith("counted") for state in counted))
    if kind == "time share":
        times = {word: sum((a or Fraction(0) for s, a in found.values() if s == word)) for word in ("met", "missed")}
        return ratio(times["met"], times["met"] + times["missed"])
    # each kind of violation once a contact
    return sum((amount for state, amount in found.values() if state == "missed" and amount), Fraction(0))


def ratio(part: Fraction | int, whole: Fraction | int) -> Fraction | None:
    return Fraction(part) / whole if whole else None


def nearest_rank(amounts: Sequence[Fraction], longer: int, percent: Fraction) -> Fraction | str | None:
    """Return the amount of rank max(1, ceil(p n / 100)); what was never answered is longer than any."""
    n = len(amounts) + longer
    if not n:
        return None
    rank = max(1, -((-percent * n) // 100))
    return amounts[int(rank) - 1] if rank <= len(amounts) else LONGEST
