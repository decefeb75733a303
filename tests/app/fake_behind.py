"""What stands behind a made-up month: its loads, and a vendor's report beside it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from pipelines.core.exact import decimal_text

FATES = ("accepted", "duplicates", "quarantined", "blank", "skipped")
LOADS = {"hotline": (4200, 12, 9, 0, 1), "im": (8800, 40, 0, 2, 0), "mailbox": (760, 0, 31, 0, 0)}
REQUIRED = {"hotline": Fraction(98, 100), "im": Fraction(98, 100), "mailbox": Fraction(99, 100)}
LOADED_AT = datetime(2026, 11, 2, 1, 20, tzinfo=UTC)


def deliveries_of(body: dict[str, Any]) -> SimpleNamespace:
    """Return the deliveries of a month: the mailbox is not complete."""
    first = date.fromisoformat(f"{body['month']}-01")
    days = [
        SimpleNamespace(
            source=source,
            day=first + timedelta(days=n),
            accepted=fates[0] // 28,
            refused=1 if n < fates[2] else 0,
            missing=fates[0] // 28 if (source, n) == ("mailbox", 8) else 0,
        )
        for source, fates in LOADS.items()
        for n in range(28)
        if (source, n) != ("im", 20)
    ]
    files = [
        SimpleNamespace(
            load_id=n,
            source=source,
            file_name=f"{source}-{body['month']}.csv",
            sha256=f"{n:064x}",
            loaded_at=LOADED_AT,
            lines=sum(fates),
            fates=dict(zip(FATES, fates, strict=True)),
        )
        for n, (source, fates) in enumerate(LOADS.items(), 1)
    ]
    sources = []
    for source, fates in LOADS.items():
        mine = [one for one in days if one.source == source]
        due = sum(one.accepted + one.refused + one.missing for one in mine)
        complete = Fraction(sum(one.accepted for one in mine), due)
        sources.append(
            SimpleNamespace(
                source=source,
                keeper="vendor" if source == "hotline" else "operator",
                files=1,
                lines=sum(fates),
                fates=dict(zip(FATES, fates, strict=True)),
                channel="phone",
                required=REQUIRED[source],
                complete=complete,
                verdict="met" if complete >= REQUIRED[source] else "missed",
            )
        )
    reasons = [
        SimpleNamespace(
            source=source,
            code=code,
            column=column,
            message=f"{column} is not as the mapping has it.",
            n=n,
            examples=[
                SimpleNamespace(file_name=f"{source}.csv", load_id=1, line_no=17, text="***,2026-02-30 09:15:00,***")
            ],
        )
        for source, code, column, n in (
            ("mailbox", "row.bad_time", "date", 31),
            ("hotline", "row.unknown_value", "Disposition", 9),
        )
    ]
    return SimpleNamespace(sources=sources, days=days, files=files, reasons=reasons)


def bridge_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return a vendor's report beside a month: one figure as ours, one explained by an item left out, one not."""
    indicators = {one["id"]: one for one in body["indicators"]}
    one, two, three = (indicators[name] for name in ("service_level", "connect_rate", "average_wait"))
    return {
        "schema": "clausemeter.bridge/1",
        "statement": "",
        "currency": "CNY",
        "report": {"file": "hengxin_2026-10.xlsx"},
        "rows": [
            _row(one, "SL20", Fraction(one["value"]), [], "same"),
            _row(two, "CR", Fraction(two["value"]) + Fraction("0.02"), [("missing", "0.015"), ("rounding", "0.005")],
                 "explained"),
            _row(three, "AWT", Fraction(three["value"]) - 2, [("unexplained", "-2")], "unexplained"),
        ],
        "together": {"points": "4.5", "yuan": "12000.00"},
        "not_reported": ["csat"],
        "ignored": {},
        "problems": [],
    }  # fmt: skip


def _row(
    found: dict[str, Any], code: str, theirs: Fraction, parts: list[tuple[str, str]], verdict: str
) -> dict[str, Any]:
    return {
        "code": code,
        "indicator": found["id"],
        "clause": found["clause"],
        "metric": found["metric"],
        "count": None,
        "name": found["name"],
        "unit": found["unit"],
        "line": 4,
        "theirs": {
            "text": decimal_text(theirs),
            "value": decimal_text(theirs),
            "numerator": None,
            "denominator": None,
        },
        "ours": {"value": found["value"], "numerator": found["numerator"], "denominator": found["denominator"]},
        "difference": decimal_text(theirs - Fraction(found["value"])),
        "verdict": verdict,
        "parts": [
            {"cause": cause, "difference": difference, "points": "1.5", "yuan": "4000.00"}
            for cause, difference in parts
        ],
        "points": "4.5" if parts else "0",
        "yuan": "12000.00" if parts else "0.00",
        "how": None,
        "ambiguous": False,
        "by_chance": 0,
        "explanations": [],
        "strangers": [],
    }
