"""A statement's body: canonical, every figure as text, hashed. Its shape is documented in docs.md and stable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract, Words
from pipelines.contract.resolve import Question, month_questions
from pipelines.core.canonical import digest, sha256_hex
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days, Month
from pipelines.metrics.declare import population_sql
from pipelines.scoring.counts import Counts, Measured
from pipelines.scoring.judge import Judged, JudgedDay, JudgedMember, JudgedPart
from pipelines.settlement.dispute import Claim, claim_body
from pipelines.settlement.facts import past_body
from pipelines.settlement.lines import Line
from pipelines.settlement.score import Score, indicator_points
from pipelines.settlement.totals import Notice, Settled

SCHEMA = "clausemeter.statement/1"


@dataclass(frozen=True)
class Inputs:
    """What the month rests on besides the contract's words: all of it named by digest."""

    contract_digest: str
    amendments: Sequence[Mapping[str, Any]]
    calendars_digest: str
    loads: Sequence[Mapping[str, Any]]
    overrides: Sequence[Mapping[str, str]]
    stale_overrides: Sequence[Mapping[str, str]]
    evidence: Mapping[str, Mapping[str, Any]]
    cut_off_at: datetime
    past: Sequence[Mapping[str, str]] = ()  # the statements of earlier months that this one rests on: month, sha256
    adjusted: Sequence[Mapping[str, str]] = ()  # sealed months settled again: month, the hash stated and the one now


def instant_text(at: datetime) -> str:
    """Return an instant as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def body(
    contract: Contract,
    month: Month,
    judged: Sequence[Judged],
    settled: Settled,
    inputs: Inputs,
    claims: Sequence[Claim] = (),
) -> dict[str, Any]:
    """Return the statement's body, ready for canonical JSON: no float, no Decimal, every order fixed."""
    asked = month_questions(contract, month.days)
    names = {fee.id: words(fee.name) for fee in contract.fees if str(fee.name)}
    in_order = sorted(judged, key=lambda one: (one.terms.indicator.place, one.terms.id))
    return {
        "schema": SCHEMA,
        "status": "DRAFT",
        "contract": {
            "number": contract.contract,
            "title": words(contract.title),
            "sha256": inputs.contract_digest,
            "amendments": list(inputs.amendments),
            "operator": {"id": contract.operator.id, **words(contract.operator)},
            "vendor": {"id": contract.vendor.id, **words(contract.vendor)},
            "zone": contract.zone,
        },
        "month": str(month),
        "currency": contract.currency,
        "cut_off_at": instant_text(inputs.cut_off_at),
        "indicators": [indicator_body(one) for one in in_order],
        "questions": [question_body(one) for one in asked],
        "score": score_body(settled.score),
        "month_fail": {"failed": bool(settled.failed), "reasons": list(settled.failed)},
        "notices": [notice_body(notice) for notice in settled.notices],
        "lines": [line_body(line, names.get(line.id.partition("@")[0])) for line in settled.lines],
        "totals": {step: f"{amount:f}" for step, amount in settled.totals.items()},
        "disputed": [claim_body(one) for one in claims],
        "outlook": past_body(settled.outlook),
        "definitions": definitions_body(asked),
        "calendars_sha256": inputs.calendars_digest,
        "loads": list(inputs.loads),
        "overrides": list(inputs.overrides),
        "stale_overrides": list(inputs.stale_overrides),
        "evidence": {name: dict(part) for name, part in sorted(inputs.evidence.items())},
        "past": [dict(one) for one in inputs.past],
        "adjusted": [dict(one) for one in inputs.adjusted],
    }


def statement_hash(found: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the body's canonical JSON: the statement's name."""
    return digest(dict(found))


def definitions_body(asked: Sequence[Question]) -> dict[str, str]:
    """Return the SHA-256 of every definition that decides a state: the metrics and the populations they stand on."""
    metrics = [question.metric for question in asked]
    populations = {
        f"population {name}": sha256_hex(population_sql(name).encode()) for m in metrics for name in m.populations
    }
    return dict(sorted({**populations, **{metric.key: metric.digest for metric in metrics}}.items()))


def words(text: Words) -> dict[str, str]:
    """Return a text's languages."""
    return {"zh": text.zh, "en": text.en}


def states_body(counts: Counts) -> dict[str, Any]:
    """Return counts per state; every class is there, also where it is 0."""
    return {
        "met": counts.of("met"),
        "missed": counts.of("missed"),
        "counted": counts.of("counted"),
        "excluded": counts.reasons("excluded"),
        "unmeasurable": counts.reasons("unmeasurable"),
        "pending": counts.of("pending"),
        "missed_not_yet_done": counts.states.get("missed: not yet done", 0),
        "outside": dict(sorted(counts.outside.items())),
    }


def ratio_body(found: Measured) -> dict[str, Any]:
    """Return a value with its numerator and denominator, which are exact."""
    return {
        "value": None if found.value is None else decimal_text(found.value),
        **({"beyond": found.text} if found.beyond else {}),
        "numerator": decimal_text(found.numerator),
        "denominator": decimal_text(found.denominator),
        "n": found.n,
        "states": states_body(found.counts),
        "population": found.counts.population,
        "candidates": found.counts.population + sum(found.counts.outside.values()),
    }


def indicator_body(one: Judged) -> dict[str, Any]:
    """Return an indicator's month."""
    indicator, metric = one.terms.indicator, one.terms.metric
    last = one.parts[-1]
    return {
        "id": one.terms.id,
        "of": indicator.id,
        "clause": indicator.clause,
        "name": words(indicator.name) if indicator.name else dict(metric.name),
        "text": words(indicator.text),
        "metric": metric.key,
        "unit": metric.unit,
        "better": metric.better,
        "class": indicator.class_,
        **ratio_body(one.measured),
        "target": _text(last.target),
        "weight": _weight(one, last),
        "points": _text(indicator_points(one)),
        "verdict": one.verdict,
        "reason": one.reason,
        "used": one.used,
        "ceiling": one.ceiling,
        "carried_in": sum(counts.population for counts in one.carried_in),
        "carried_out": sum(counts.population for found in one.carried_out.values() for counts in found),
        "scope": _scope_body(one.terms.question.scopes),
        "options": {
            "period": indicator.period,
            "one_of": indicator.one_of,
            "escalates": one.terms.escalates,
            "if_no_data": indicator.if_no_data,
            "on_change": indicator.on_change,
            "too_few": indicator.too_few,
            "unmeasurable": indicator.unmeasurable or "by keeper of the log",
            "compare_at": None if indicator.compare_at is None else decimal_text(indicator.compare_at),
            "compare_rounding": indicator.compare_rounding,
        },
        "terms": terms_body(one.terms.question),
        "parts": [part_body(one, part) for part in one.parts],
    }


def terms_body(question: Question) -> list[dict[str, str]]:
    """Return the terms of a question's items, a row a value and span."""
    return [
        {"name": name, "value": piece.value, **days_body(piece.days), "by": piece.by}
        for name, pieces in sorted(question.terms.items())
        for piece in pieces
    ]


def question_body(question: Question) -> dict[str, Any]:
    """Return what was asked of the logs, and under which name the evidence has it."""
    return {
        "column": question.column,
        "of": question.of,
        "as": question.part,
        "metric": question.metric.key,
        "terms": terms_body(question),
        "scope": _scope_body(question.scopes),
        "calendar": question.calendar,
    }


def days_body(days: Days) -> dict[str, str]:
    """Return a half-open span of days."""
    return {"from": str(days.since), "until": str(days.until)}


def _weight(one: Judged, part: JudgedPart) -> str | None:
    weight = part.terms.weight
    return None if weight is None else decimal_text(Fraction(weight.value) * one.terms.weight_share)


def _scope_body(scopes: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Return the scopes that hold together as one: of a column that several name, what all of them name."""
    found: dict[str, list[str]] = {}
    for scope in scopes:
        for column, values in scope.items():
            found[column] = sorted(set(values) & set(found.get(column, values)))
    return dict(sorted(found.items()))


def member_body(one: JudgedMember) -> dict[str, Any]:
    """Return one of the promises of a ``worst_of``, over a part's days."""
    return {
        "id": one.member.id if one.member else "",
        "metric": one.member.question.metric.key if one.member else "",
        **ratio_body(one.measured),
        "target": _text(one.target),
        "verdict": one.verdict,
        "reason": one.reason,
    }


def day_body(one: JudgedDay) -> dict[str, Any]:
    """Return a day of an indicator that is judged by the day."""
    return {"day": str(one.day), "value": _text(one.value), "n": one.measured.n, "verdict": one.verdict}


def part_body(one: Judged, part: JudgedPart) -> dict[str, Any]:
    """Return a part of the month that was judged on its own items."""
    return {
        **days_body(part.terms.days),
        "share": decimal_text(part.terms.share),
        "days": len(part.terms.days),
        **ratio_body(part.measured),
        "compared": _text(part.value),
        "target": _text(part.target),
        "target_by": None if part.terms.target is None else part.terms.target.by,
        "weight": _weight(one, part),
        "minimum_sample": decimal_text(part.terms.minimum_sample.value),
        "verdict": part.verdict,
        "reason": part.reason,
        "points": _text(part.points),
        "worst_of": [member_body(member) for member in part.members],
        "by_day": [day_body(day) for day in part.days],
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def score_body(found: Score) -> dict[str, Any]:
    """Return the score S = Σ points / Σ weights × 100 over what is met or missed (settlement.md, section 4)."""
    return {
        "value": _text(found.value),
        "points": decimal_text(found.points),
        "weight_present": decimal_text(found.weight_present),
        "weight_in_force": decimal_text(found.weight_in_force),
        "reason": found.reason,
    }


def notice_body(notice: Notice) -> dict[str, Any]:
    """Return what a failed month lets a party do."""
    return {
        "clause": notice.clause,
        "action": notice.action,
        "within_days": notice.within_days,
        "because": notice.because,
    }


def line_body(line: Line, name: Mapping[str, str] | None) -> dict[str, Any]:
    """Return a line; ``name`` is that of a fee."""
    return {
        "id": line.id,
        "name": None if name is None else dict(name),
        "kind": line.kind,
        "step": line.step,
        "clause": line.clause,
        "amount": f"{line.amount:f}",
        "formula": line.formula,
        "indicator": line.indicator,
        "consequence": line.consequence,
        "days": None if line.days is None else days_body(line.days),
        "by": line.by,
        "group": line.group,
        "tax": None if line.tax is None else f"{line.tax:f}",
        "because": line.because,
        "item": None if line.item is None else {"source": line.item[0], "id": line.item[1]},
        "cost_centres": {name: f"{amount:f}" for name, amount in line.cost_centres},
        "borne": None if line.borne is None else f"{line.borne:f}",
        "rests_on": list(line.rests_on),
    }
