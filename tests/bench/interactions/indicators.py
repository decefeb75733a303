"""The twenty indicators, at their default terms, and the form in which every side answers for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.core.exact import decimal_text

SINCE, UNTIL, ZONE = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC), "Asia/Shanghai"
CALENDARS = """
calendars:
  phone:
    - {since: 2026-01-01, decided: 2025-12-01, by: "1",
       weekly: {mon-sun: ["09:00-21:00"]}, holidays: cn, on_holidays: as_usual}
  chat:
    - {since: 2026-01-01, decided: 2025-12-01, by: "1",
       weekly: {mon-sun: ["08:00-23:00"]}, holidays: cn, on_holidays: as_usual}
  default:
    - {since: 2026-01-01, decided: 2025-12-01, by: "1",
       weekly: {mon-fri: ["09:00-18:00"]}, holidays: cn, on_holidays: closed}
"""
# October 2026 in the holiday notice, for the rivals that know no calendar: days off, and the Saturday worked instead.
DAYS_OFF = tuple(f"2026-10-{day:02d}" for day in range(1, 8))
WORKED = ("2026-10-10",)

METRICS: Mapping[str, str] = {
    "connect_rate": "phone.connect_rate@1",
    "service_level": "phone.service_level@1",
    "average_wait": "phone.average_wait@1",
    "abandonment": "phone.abandonment@1",
    "wait_percentile": "phone.wait_percentile@1",
    "first_response": "chat.first_response@1",
    "first_response_mean": "chat.first_response_mean@1",
    "first_response_percentile": "chat.first_response_percentile@1",
    "reply_rate": "chat.reply_rate@1",
    "response_mean": "chat.response_mean@1",
    "round_within": "chat.round_within@1",
    "reply_within_days": "email.reply_within_days@1",
    "reply_mean": "email.reply_mean@1",
    "on_the_spot": "contact.on_the_spot@1",
    "follow_up": "contact.follow_up@1",
    "repeat_rate": "contact.repeat_rate@1",
    "csat": "quality.csat@1",
    "satisfied": "quality.satisfied@1",
    "accuracy": "quality.accuracy@1",
    "violations": "quality.violations@1",
}
OF_MISSED = ("abandonment", "repeat_rate")  # shares of what was missed
CLASSES = ("met", "missed", "counted", "excluded", "unmeasurable", "pending", "outside")
LONGER = 999_999_999  # seconds: an amount that stands for "longer than any"

Answer = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What a rival found for one indicator: items by class, and the sum, count or percentile in whole millionths."""

    counts: Mapping[str, int]
    amount_us: int | None = None


def answer(indicator: str, found: Found) -> Answer:
    """Return the counts with the value that they make, in digits."""
    counts = {kind: int(found.counts.get(kind, 0)) for kind in CLASSES}
    return {**counts, "value": _value(indicator, counts, found.amount_us)}


def _value(indicator: str, counts: Mapping[str, int], amount_us: int | None) -> str | None:
    if indicator.endswith("percentile"):
        if amount_us is None:
            return None
        return "> longest" if amount_us >= LONGER * 10**6 else decimal_text(Fraction(amount_us, 10**6))
    if indicator == "violations":
        return decimal_text(Fraction(amount_us or 0, 10**6))
    if amount_us is not None:
        return decimal_text(Fraction(amount_us, 10**6) / counts["counted"]) if counts["counted"] else None
    part, whole = counts["missed" if indicator in OF_MISSED else "met"], counts["met"] + counts["missed"]
    return decimal_text(Fraction(part, whole)) if whole else None


def by_indicator(row: Mapping[str, Any]) -> dict[str, Answer]:
    """Return a flat row (``csat__counted``, ``csat__amount``) as an answer an indicator.

    ``amount`` is in the metric's unit, ``amount_us`` in millionths; ``all__outside`` goes for each that has no own.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        indicator, _, kind = name.partition("__")
        found.setdefault(indicator, {})[kind] = value
    shared = found.pop("all", {})
    answers = {}
    for indicator, kinds in found.items():
        counts = {**shared, **{kind: n for kind, n in kinds.items() if kind in CLASSES}}
        amount = kinds.get("amount_us")
        if "amount" in kinds and kinds["amount"] is not None:
            amount = Decimal(kinds["amount"]) * 10**6
        answers[indicator] = answer(indicator, Found(counts, None if amount is None else int(amount)))
    return answers


def disagreements(ours: Mapping[str, Answer], theirs: Mapping[str, Answer], rival: str) -> list[str]:
    """Say of each indicator that both know where the rival found something else."""
    said = []
    for indicator, mine in ours.items():
        other = theirs.get(indicator)
        if other is None:
            said.append(f"{indicator}: {rival} has no answer")
            continue
        differ = {key: (mine[key], other[key]) for key in mine if mine[key] != other[key]}
        if differ:
            listed = ", ".join(f"{key} {here} against {there}" for key, (here, there) in differ.items())
            said.append(f"{indicator}: the product has {listed} of {rival}")
    return said
