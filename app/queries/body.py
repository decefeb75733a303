"""Reads a statement's body (pipelines.settlement.statement) into the parts of views."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app import views
from app.queries.door import trouble
from app.views import Choice, Head, IndicatorRow, LineView, Measure, MonthPoint, Score, States, Step

Body = Mapping[str, Any]

# The order of settlement.md, section 7.
STEPS = (
    "fees",
    "bonuses",
    "deductions",
    "repeats",
    "capped",
    "coefficient",
    "adjustments",
    "earn_back",
    "carried_in",
    "floor",
    "tax",
    "rounding",
)
PLACES = Fraction(1, 10**11)
VERDICTS = ("met", "missed", "not enough data", "no data", "not in force", "reported")


def fraction(text: str | None) -> Fraction | None:
    """Read a figure of a body."""
    return None if text is None else Fraction(text)


def exact(text: str) -> Fraction:
    """Read a figure that is there."""
    return Fraction(text)


def instant(text: str | datetime) -> datetime:
    """Read an instant of a body."""
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)


def states(found: Mapping[str, Any]) -> States:
    """Read counts by state."""
    return States(
        met=found["met"],
        missed=found["missed"],
        counted=found["counted"],
        excluded=tuple(found["excluded"].items()),
        unmeasurable=tuple(found["unmeasurable"].items()),
        pending=found["pending"],
        missed_not_yet_done=found["missed_not_yet_done"],
        outside=tuple(found["outside"].items()),
    )


def measure(found: Mapping[str, Any]) -> Measure:
    """Read a value, exactly: from its two whole parts where its 12 places are theirs (a percentile is no ratio)."""
    value, bottom = fraction(found["value"]), Fraction(found["denominator"])
    exact = Fraction(found["numerator"]) / bottom if bottom else None
    if value is not None and exact is not None and abs(exact - value) < PLACES:
        value = exact
    return Measure(value, found["numerator"], found["denominator"], found["n"], states(found["states"]))


def choice(ref: Any) -> Choice:
    """Take over what a list of statements says of one."""
    return Choice(
        statement_id=ref.id,
        contract=ref.contract,
        title=ref.title,
        vendor=ref.vendor,
        month=ref.month,
        version=ref.version,
        closed_at=instant(ref.closed_at),
        is_latest=ref.is_latest,
        status=ref.status,
    )


def head(ref: Any, body: Body) -> Head:
    """Say which statement this is."""
    contract = body["contract"]
    return Head(
        statement_id=ref.id,
        contract=contract["number"],
        title=contract["title"],
        vendor=contract["vendor"],
        operator=contract["operator"],
        month=body["month"],
        version=ref.version,
        status=body["status"],
        is_latest=ref.is_latest,
        closed_at=instant(ref.closed_at),
        cut_off_at=instant(body["cut_off_at"]),
        zone=contract["zone"],
        currency=body["currency"],
        sha256=ref.sha256,
    )


def indicator_of(body: Body, indicator_id: str) -> Mapping[str, Any]:
    """Return an indicator of a body; trouble where the statement has none of that name."""
    for found in body["indicators"]:
        if found["id"] == indicator_id:
            return dict(found)
    raise trouble("web.no_such_indicator", where=indicator_id)


def month_point(body: Body, statement_id: str, indicator_id: str) -> MonthPoint:
    """Return an indicator in one month of its history; not in force where that month's statement lacks it."""
    for found in body["indicators"]:
        if found["id"] == indicator_id:
            return MonthPoint(
                month=body["month"],
                statement_id=statement_id,
                value=measure(found).value,
                target=fraction(found["target"]),
                verdict=found["verdict"],
                n=found["n"],
            )
    return MonthPoint(body["month"], statement_id, None, None, "not in force", 0)


def name_of(found: Mapping[str, Any]) -> views.Words:
    """Return an indicator's name, with the value that it is for where there is one for each: 日志完整率 [chat]."""
    value = str(found["id"]).removeprefix(str(found["of"]))
    return {language: f"{name} {value}".rstrip() if name else name for language, name in found["name"].items()}


def row(found: Mapping[str, Any], lines: Sequence[LineView], history: tuple[MonthPoint, ...]) -> IndicatorRow:
    """Return an indicator's row: its month, its points, its money."""
    weight, points = fraction(found["weight"]), fraction(found["points"])
    own = [line.amount for line in lines if line.indicator == found["id"]]
    return IndicatorRow(
        id=found["id"],
        clause=found["clause"],
        name=name_of(found),
        text=found["text"],
        metric=found["metric"],
        unit=found["unit"],
        better=found["better"],
        class_=found["class"],
        measure=measure(found),
        target=fraction(found["target"]),
        verdict=found["verdict"],
        reason=found["reason"],
        used=found["used"],
        weight=weight,
        earned=None if weight is None or points is None else weight * points / 100,
        money=sum(own, Decimal(0)) if own else None,
        history=history,
    )


def line(found: Mapping[str, Any], names: Mapping[str, views.Words]) -> LineView:
    """Return a line; its name is its indicator's."""
    days = found["days"] or {}
    return LineView(
        id=found["id"],
        kind=found["kind"],
        step=found["step"],
        clause=found["clause"],
        name=found.get("name") or names.get(found["indicator"] or ""),
        amount=Decimal(found["amount"]),
        formula=found["formula"],
        indicator=found["indicator"],
        since=date.fromisoformat(days["from"]) if days else None,
        until=date.fromisoformat(days["until"]) if days else None,
        by=found["by"],
        group=found["group"],
        tax=None if found["tax"] is None else Decimal(found["tax"]),
        because=found["because"],
    )


def lines(body: Body) -> tuple[LineView, ...]:
    """Return a body's lines in their order."""
    names = {found["id"]: name_of(found) for found in body["indicators"]}
    return tuple(line(found, names) for found in body["lines"])


def steps(body: Body) -> tuple[Step, ...]:
    """Return the totals in the settlement's order, the payable sum last."""
    return tuple(Step(name, Decimal(body["totals"].get(name, "0"))) for name in (*STEPS, "payable"))


def tally(body: Body) -> tuple[tuple[str, int], ...]:
    """Count the verdicts that occur, in their fixed order."""
    found = [indicator["verdict"] for indicator in body["indicators"]]
    return tuple((verdict, found.count(verdict)) for verdict in VERDICTS if verdict in found)


def score(body: Body) -> Score:
    """Return the score."""
    found = body["score"]
    return Score(
        value=fraction(found["value"]),
        points=Fraction(found["points"]),
        weight_present=Fraction(found["weight_present"]),
        weight_in_force=Fraction(found["weight_in_force"]),
        reason=found["reason"],
    )
