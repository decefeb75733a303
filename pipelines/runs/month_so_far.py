"""How far a month has come under each promise in items: what may still be missed, what is needed, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.core.zone import instant_to_local
from pipelines.metrics.declare import metric_named
from pipelines.runs.items import GroupRow, daily_of, evidence_of, served_for
from pipelines.runs.questions import question_of
from pipelines.runs.sight import WHOLE, Sight
from pipelines.runs.statements import find_statement, kept_body
from pipelines.scoring.headroom import Headroom, PathDay, Rule, headroom, path


@dataclass(frozen=True)
class SoFar:
    """A share under its target, in the part of the month that its latest target holds for (a target may change).

    ``minimum``: the sample below which no verdict is given.
    """

    indicator: str
    since: date
    target: str
    target_by: str | None
    minimum: str
    room: Headroom
    days: Sequence[PathDay]


def month_so_far(home: Path, statement_id: str, *, sight: Sight = WHOLE) -> list[SoFar]:
    """Return each share that has a target, of the rows that are seen; of a part of them it is a hint, no verdict."""
    ref = find_statement(home, statement_id)
    body = kept_body(home, ref.id)
    asked = [one for one in body["indicators"] if _is_promise(body, one)]
    evidence = [evidence_of(home, ref.id, one["id"], sight) for one in asked]
    served = served_for(evidence, "day")
    return [
        _so_far(body, one, daily_of(found, served.get(found.column)))
        for one, found in zip(asked, evidence, strict=True)
    ]


def _is_promise(body: Mapping[str, Any], indicator: Mapping[str, Any]) -> bool:
    """Say whether an indicator is a share that has a target."""
    question = question_of(body, indicator["id"])
    has_target = _part(body, indicator)["target"] is not None
    return has_target and question is not None and metric_named(question["metric"]).aggregate == "share"


def _part(body: Mapping[str, Any], indicator: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of the month that the latest target known holds for."""
    known_on = instant_to_local(datetime.fromisoformat(body["cut_off_at"]), body["contract"]["zone"]).date()
    parts: Sequence[Mapping[str, Any]] = indicator["parts"]
    return next((one for one in reversed(parts) if one["from"] <= str(known_on)), parts[0])


def _so_far(body: Mapping[str, Any], indicator: Mapping[str, Any], rows: Sequence[GroupRow]) -> SoFar:
    part = _part(body, indicator)
    options = indicator["options"]
    step = options["compare_at"]
    rule = Rule(
        Fraction(part["target"]),
        indicator["better"],
        None if step is None else Decimal(step),
        options["compare_rounding"],
    )
    is_whole = len(indicator["parts"]) == 1  # then every row is of it, whatever decides the period
    rows = [row for row in rows if is_whole or part["from"] <= row.name < part["until"]]
    days = [(date.fromisoformat(row.name), *_good_and_bad(row, indicator["better"])) for row in rows]
    good, bad = sum(one for _, one, _ in days), sum(one for *_, one in days)
    return SoFar(
        indicator["id"],
        date.fromisoformat(part["from"]),
        part["target"],
        part["target_by"],
        part["minimum_sample"],
        headroom(good, bad, rule),
        path(days, rule),
    )


def _good_and_bad(row: GroupRow, better: str) -> tuple[int, int]:
    """Return a day's good and bad items; a share that is to be low counts the bad ones."""
    top, whole = int(Fraction(row.numerator)), int(Fraction(row.denominator))
    return (top, whole - top) if better == "higher" else (whole - top, top)
