"""What a month that is not over comes to if all that is pending is met, or missed: beside its statement, no part of it.

Kept as ``accruals/<statement>.json`` when the month is closed, since then its counts are at hand.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.core.canonical import canonical_json
from pipelines.core.exact import decimal_text
from pipelines.runs.contracts import ReadContract
from pipelines.runs.settle_month import Again, Body, MeasuredMonth, at_hand, judged_of
from pipelines.runs.statements import find_statement
from pipelines.scoring.judge import DayCounts, Judged
from pipelines.scoring.pending import ENDS, End, can_end, ended
from pipelines.settlement.facts import Facts, Incident
from pipelines.settlement.totals import settle


@dataclass(frozen=True)
class IndicatorRange:
    """An indicator if its pending items end one way or the other; those of an amount stay out (``stays``)."""

    id: str
    pending: int
    stays: bool
    met: str | None
    missed: str | None
    verdict_met: str
    verdict_missed: str


@dataclass(frozen=True)
class Accrual:
    """A month's totals by step if all that is pending is met, or missed; and each indicator that has some."""

    met: Mapping[str, Decimal]
    missed: Mapping[str, Decimal]
    indicators: Sequence[IndicatorRange]

    @property
    def low(self) -> Decimal:
        """The lower of the two payable sums; more missed is not always less money."""
        return min(self.met["payable"], self.missed["payable"])

    @property
    def high(self) -> Decimal:
        """The higher of the two."""
        return max(self.met["payable"], self.missed["payable"])


def accrual_of(
    found: ReadContract, measured: MeasuredMonth, past: Sequence[Body], adjusted: Sequence[Again]
) -> dict[str, Any]:
    """Judge and settle a month twice more, with its pending items met and missed; fees stay what they are."""
    contract = found.source.model
    facts, left = at_hand(contract, measured, past, adjusted)

    def judged(facts: Facts) -> list[Judged]:
        return [judged_of(one, facts, left) for one in measured.terms]

    asked = {question.column: question.metric for one in judged(facts) for question in one.asked}
    ends: dict[End, Facts] = {}
    for end in ENDS:
        counts: DayCounts = {
            column: {day: ended(asked[column], own, end) for day, own in by_day.items()} if column in asked else by_day
            for column, by_day in facts.counts.items()
        }
        more = _incidents(facts) if end == "missed" else facts.incidents
        ends[end] = replace(facts, counts=counts, incidents=more)
    outcomes = {end: judged(one) for end, one in ends.items()}
    totals = {end: settle(contract, measured.month.days, outcomes[end], ends[end], left).totals for end in ENDS}
    return {
        **{end: {step: f"{amount:f}" for step, amount in totals[end].items()} for end in ENDS},
        "indicators": [
            _range(one, *pair)
            for one, *pair in zip(judged(facts), outcomes["met"], outcomes["missed"], strict=True)
            if one.measured.counts.of("pending")
        ],
    }


def _range(own: Judged, met: Judged, missed: Judged) -> dict[str, Any]:
    return {
        "id": own.terms.id,
        "pending": own.measured.counts.of("pending"),
        "stays": not any(can_end(question.metric) for question in own.asked),
        "met": _text(met.measured.value),
        "missed": _text(missed.measured.value),
        "verdict_met": met.verdict,
        "verdict_missed": missed.verdict,
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def _incidents(facts: Facts) -> dict[str, list[Incident]]:
    """Return the incidents with one more for each pending item of what is charged by the item, by its day."""
    return {
        column: [
            *own,
            *(
                Incident(day, "pending", f"{column} {number}")
                for day, counts in facts.counts.get(column, {}).items()
                for number in range(counts.of("pending"))
            ),
        ]
        for column, own in facts.incidents.items()
    }


def keep_accrual(home: Path, statement_id: str, found: Mapping[str, Any]) -> None:
    """Keep it beside the statement of this id, whose counts it was worked out from."""
    path = _file(home, statement_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(canonical_json(dict(found)))
    part.replace(path)


def read_accrual(home: Path, name: str) -> Accrual | None:
    """Return a statement's accrual; None of one that was closed before they were kept."""
    path = _file(home, find_statement(home, name).id)
    if not path.exists():
        return None
    found = json.loads(path.read_bytes())
    sums = {end: {step: Decimal(amount) for step, amount in found[end].items()} for end in ENDS}
    return Accrual(sums["met"], sums["missed"], [IndicatorRange(**one) for one in found["indicators"]])


def _file(home: Path, statement_id: str) -> Path:
    return home / "accruals" / f"{statement_id}.json"
