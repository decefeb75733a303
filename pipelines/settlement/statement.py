"""A statement's body: canonical, every figure as text, hashed. Its shape is documented in docs.md and stable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract, Words
from pipelines.core.canonical import digest, sha256_hex
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days, Month
from pipelines.metrics.declare import population_sql
from pipelines.scoring.counts import Counts, Measured
from pipelines.scoring.judge import Judged, JudgedPart
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
    past: Sequence[Mapping[str, str]] = ()  # the statements of earlier months that this one rests on: month, sha256


def instant_text(at: datetime) -> str:
    """Return an instant as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def body(
    contract: Contract, month: Month, judged: Sequence[Judged], settled: Settled, inputs: Inputs
) -> dict[str, Any]:
    """Return the statement's body, ready for canonical JSON: no float, no Decimal, every order fixed."""
    in_order = sorted(judged, key=lambda one: one.terms.indicator.place)
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
        "score": score_body(judged),
        "lines": [line_body(line) for line in settled.lines],
        "totals": {step: f"{amount:f}" for step, amount in settled.totals.items()},
        "definitions": definitions_body(judged),
        "calendars_sha256": inputs.calendars_digest,
        "loads": list(inputs.loads),
        "overrides": list(inputs.overrides),
        "stale_overrides": list(inputs.stale_overrides),
        "evidence": {name: dict(part) for name, part in sorted(inputs.evidence.items())},
        "past": [dict(one) for one in inputs.past],
    }


def statement_hash(found: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the body's canonical JSON: the statement's name."""
    return digest(dict(found))


def definitions_body(judged: Sequence[Judged]) -> dict[str, str]:
    """Return the SHA-256 of every definition that decides a state: the metrics and the populations they stand on."""
    metrics = [one.terms.metric for one in judged]
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
        "id": indicator.id,
        "clause": indicator.clause,
        "name": words(indicator.name) if indicator.name else dict(metric.name),
        "text": words(indicator.text),
        "metric": metric.key,
        "unit": metric.unit,
        "better": metric.better,
        "class": indicator.class_,
        **ratio_body(one.measured),
        "target": _text(last.target),
        "weight": None if last.terms.weight is None else decimal_text(last.terms.weight.value),
        "points": _text(indicator_points(one)),
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
    return {
        **days_body(part.terms.days),
        "share": decimal_text(part.terms.share),
        "days": len(part.terms.days),
        **ratio_body(part.measured),
        "compared": _text(part.value),
        "target": _text(part.target),
        "target_by": None if part.terms.target is None else part.terms.target.by,
        "weight": None if part.terms.weight is None else decimal_text(part.terms.weight.value),
        "minimum_sample": decimal_text(part.terms.minimum_sample.value),
        "verdict": part.verdict,
        "reason": part.reason,
        "points": _text(part.points),
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def weighted_points(one: Judged) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Yield each part's weight by its days, and its points in percent of it; None where the part leaves the score."""
    for part in one.parts:
        if part.terms.weight is not None and one.terms.indicator.class_ != "report_only":
            yield Fraction(part.terms.weight.value) * part.terms.share, part.points


def indicator_points(one: Judged) -> Fraction | None:
    """Return an indicator's points in percent of its weight, parts by weight and days; None where none earned any."""
    scored = [(weight, points) for weight, points in weighted_points(one) if points is not None]
    if not scored:
        return None
    present = sum((weight for weight, _ in scored), Fraction(0))
    return sum((weight * points for weight, points in scored), Fraction(0)) / present


def score_body(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the score S = Σ points / Σ weights × 100 over what is met or missed (settlement.md, section 4).

    A part that counts as met for want of items earns the points of its target, and is present with them.
    """
    found = [pair for one in judged for pair in weighted_points(one)]
    in_force = sum((weight for weight, _ in found), Fraction(0))
    present = sum((weight for weight, points in found if points is not None), Fraction(0))
    earned = sum((weight * points / 100 for weight, points in found if points is not None), Fraction(0))
    reason = ""
    if not in_force:
        reason = "no weights are agreed"
    elif present * 100 < in_force * 60:
        reason = "less than 60 % of the weight is present"
    return {
        "value": None if reason else decimal_text(earned / present * 100),
        "points": decimal_text(earned),
        "weight_present": decimal_text(present),
        "weight_in_force": decimal_text(in_force),
        "reason": reason,
    }


def line_body(line: Line) -> dict[str, Any]:
    """Return a line."""
    return {
        "id": line.id,
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
        "rests_on": list(line.rests_on),
    }
