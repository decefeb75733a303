"""A statement's body: canonical, every figure as text, hashed. Its shape is documented in docs.md and stable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract, Words
from pipelines.core.canonical import digest
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days, Month
from pipelines.scoring.counts import Counts, Measured
from pipelines.scoring.judge import MET, MISSED, Judged, JudgedPart
from pipelines.settlement.lines import Line
from pipelines.settlement.totals import Settled

SCHEMA = "clausemeter.statement/1"


@dataclass(frozen=True)
class Inputs:
    """What the month rests on besides the contract's words: all of it named by digest."""

    contract_digest: str
    amendments: Sequence[Mapping[str, str]]
    calendars_digest: str
    loads: Sequence[Mapping[str, Any]]
    overrides: Sequence[Mapping[str, str]]
    stale_overrides: Sequence[Mapping[str, str]]
    evidence: Mapping[str, Mapping[str, Any]]
    cut_off_at: datetime


def instant_text(at: datetime) -> str:
    """Return an instant as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def body(contract: Contract, month: Month, judged: Sequence[Judged], settled: Settled, inputs: Inputs) -> dict[str, Any]:
    """Return the statement's body, ready for canonical JSON: no float, no Decimal, every order fixed."""
    ordered = sorted(judged, key=lambda one: one.terms.indicator.id)
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
        "indicators": [indicator_body(one) for one in judged],
        "score": score_body(judged, contract),
        "lines": [line_body(line) for line in settled.lines],
        "totals": {step: f"{amount:f}" for step, amount in settled.totals.items()},
        "definitions": {one.terms.metric.key: one.terms.metric.digest for one in ordered},
        "calendars_sha256": inputs.calendars_digest,
        "loads": list(inputs.loads),
        "overrides": list(inputs.overrides),
        "stale_overrides": list(inputs.stale_overrides),
        "evidence": {name: dict(part) for name, part in sorted(inputs.evidence.items())},
    }


def statement_hash(found: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the body's canonical JSON: the statement's name."""
    return digest(dict(found))


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
    last = one.parts[-1].terms
    return {
        "id": indicator.id,
        "clause": indicator.clause,
        "name": words(indicator.name) if indicator.name else dict(metric.name),
        "text": words(indicator.text),
        "metric": metric.key,
        "unit": metric.unit,
        "better": metric.better,
        "class": indicator.class_,
        **ratio_body(one.measured),
        "target": None if last.target is None else decimal_text(last.target.value),
        "weight": None if last.weight is None else decimal_text(last.weight.value),
        "points": _text(part_points(one)),
        "verdict": one.verdict,
        "reason": one.reason,
        "scope": {column: sorted(values) for column, values in sorted(indicator.scope.items())},
        "options": {
            "on_change": indicator.on_change,
            "too_few": indicator.too_few,
            "unmeasurable": indicator.unmeasurable or "by keeper of the log",
            "compare_at": None if indicator.compare_at is None else decimal_text(indicator.compare_at),
            "compare_rounding": indicator.compare_rounding,
        },
        "terms": [
            {"name": name, "value": piece.value, **days_body(piece.days), "by": piece.by}
            for name, pieces in sorted(one.terms.terms.items())
            for piece in pieces
        ],
        "parts": [part_body(part) for part in one.parts],
    }


def days_body(days: Days) -> dict[str, str]:
    """Return a half-open span of days."""
    return {"from": str(days.since), "until": str(days.until)}


def part_body(part: JudgedPart) -> dict[str, Any]:
    """Return a part of the month that was judged on its own items."""
    target = part.terms.target
    return {
        **days_body(part.terms.days),
        "share": decimal_text(part.terms.share),
        "days": len(part.terms.days),
        **ratio_body(part.measured),
        "compared": _text(part.value),
        "target": None if target is None else decimal_text(target.value),
        "target_by": None if target is None else target.by,
        "verdict": part.verdict,
        "reason": part.reason,
        "points": _text(part.points),
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def part_points(one: Judged) -> Fraction | None:
    """Return an indicator's points in percent of its weight, parts by their days; None where no part earned any."""
    scored = [(p.terms.share, p.points) for p in one.parts if p.points is not None and p.verdict in (MET, MISSED)]
    if not scored:
        return None
    return sum((share * earned for share, earned in scored), Fraction(0)) / sum((share for share, _ in scored), Fraction(0))


def score_body(judged: Sequence[Judged], contract: Contract) -> dict[str, Any]:
    """Return the score S = Σ points / Σ weights × 100 over what is met or missed (settlement.md, section 4)."""
    earned, present, in_force = Fraction(0), Fraction(0), Fraction(0)
    for one in judged:
        for part in one.parts:
            if part.terms.weight is None or one.terms.indicator.class_ == "report_only":
                continue
            weight = Fraction(part.terms.weight.value) * part.terms.share
            in_force += weight
            if part.points is not None and part.verdict in (MET, MISSED):
                present += weight
                earned += weight * part.points / 100
    enough = present > 0 and present * 100 >= in_force * 60
    return {
        "value": decimal_text(earned / present * 100) if enough else None,
        "points": decimal_text(earned),
        "weight_present": decimal_text(present),
        "weight_in_force": decimal_text(in_force),
        "reason": "" if enough else ("no weights are agreed" if not in_force else "less than 60 % of the weight is present"),
    }


def line_body(line: Line) -> dict[str, Any]:
    """Return a line."""
    return {
        "id": line.id,
        "kind": line.kind,
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
    }


