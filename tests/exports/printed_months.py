"""Statements to print: a settled month, and one with what later records may hold."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from pipelines.runs.statements import published
from tests.settlement.settled_months import MONTHLY, settled_month

TEXT = (
    MONTHLY
    + """tax: {rate: 6%}
caps: [{id: kpi_cap, clause: "9.9", kinds: [kpi], rate: 2%}]
indicators:
  - id: connect
    clause: "4.2"
    name: {zh: 接通率, en: Connect rate}
    text: {zh: 不低于 92%, en: at least 92 %}
    metric: phone.connect_rate@1
    terms: {short_abandon_s: [{value: 5}, {value: 3, since: 2026-10-15, by: 补充协议一}]}
    target: [{value: 90%}, {value: 92%, since: 2026-10-16, by: 补充协议二}]
    weight: 40
    scoring: {form: pass_fail}
    consequences: [{id: d, form: fixed, rate: 5%}]
  - {id: wait, clause: "4.3", metric: phone.average_wait@1, target: 30}
"""
)
GIVEN = {
    "connect": [
        {"met": "910", "missed": "90", "excluded: short abandon": "7"},
        {"met": "2730", "missed": "270", "outside: IVR only": "4"},
    ],
    "wait": {"counted": "6754", "amount": "153831", "excluded: never answered": "314", "pending": "2"},
}


def month(text: str = TEXT, given: Mapping[str, Any] = GIVEN) -> dict[str, Any]:
    """Return a published statement: fees 100,000.00, a deduction of half the month, a cap, and tax."""
    return published(settled_month(text, given).body())


def line(body: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a further line like the body's first, with other entries."""
    return {**body["lines"][0], "because": None, "indicator": None, "days": None, **changes}


SEAL = {
    "schema": "clausemeter.seal/1",
    "number": 3,
    "approvals": [
        {"party": party, "signed_at": "2026-11-20T02:00:00Z", "key": f"{party}-key-of-64-digits", "signature": "5"}
        for party in ("operator", "vendor")
    ],
    "sealed_at": "2026-11-20T03:00:00Z",
    "previous": None,
}


def later_month() -> dict[str, Any]:
    """Return a statement as a later version may write it: kinds, steps and entries that this one does not know."""
    body = deepcopy(month())
    body["lines"] += [
        line(
            body,
            id="bonus_1",
            kind="bonus",
            step="bonuses",
            amount="600.00",
            cost_centres={"华东": "400.00", "华北": "200.00"},
        ),
        line(body, id="wonder", kind="wonder", step="wonders", amount="-1.00", tax=None),
        line(
            body, id="none", kind="points", step="deductions", amount="0.00", tax=None, because="for a reason unknown"
        ),
    ]
    body["totals"] |= {"bonuses": "600.00", "wonders": "-1.00"}
    body["totals"]["payable"] = f"{sum(Decimal(one['amount']) for one in body['lines']):.2f}"
    body["month_fail"] = {"failed": True, "reasons": ["score 48.39 is below 60"]}
    body["notices"] = [{"clause": "8.1", "action": "plan", "within_days": 10, "because": "2 misses in a row"}]
    return body


def _figure(code: str, theirs: str, ours: str, difference: str, **more: Any) -> dict[str, Any]:
    sides = {side: {"value": value, "numerator": None, "denominator": None} for side, value in
             (("theirs", theirs), ("ours", ours))}  # fmt: skip
    return {
        "code": code, "clause": "4.2", "metric": "phone.connect_rate@1", "count": None, "unit": "share",
        "name": {"zh": "接通率", "en": "Connect rate"}, **sides, "difference": difference, "verdict": "same",
        "parts": [], "points": "0", "yuan": "0.00", "how": None, "by_chance": 0, "explanations": [], "strangers": [],
        **more,
    }  # fmt: skip


def annex(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report laid beside a statement: a figure that agrees, one of two causes, one that nothing explains."""
    step = {
        "cause": "missing", "by": "queue", "cells": ["r"], "command": "clausemeter measure x", "theirs": {}, "ours": {},
        "items": [{"ours": "excluded: short abandon", "theirs": "left out", "n": 3, "some": []}],
    }  # fmt: skip
    two = [{"cause": "missing", "difference": "0.02", "points": "0", "yuan": "1290.32"},
           {"cause": "unexplained", "difference": "0.01", "points": "0", "yuan": "1290.33"}]  # fmt: skip
    return {
        "schema": "clausemeter.bridge/1",
        "statement": statement["id"],
        "statement_sha256": statement["sha256"],
        "currency": "CNY",
        "report": {"file": "r.csv", "sha256": "4e" * 32, "mapping": "m", "mapping_sha256": "3a" * 32,
                   "items_sha256": None},
        "rows": [
            _figure("same", "0.91", "0.91", "0"),
            _figure("less", "0.94", "0.91", "0.03", verdict="partly", parts=two, points="40", yuan="2580.65",
                    how="their list of items", explanations=[[step]]),
            _figure("lost", "7", "5", "2", count="met", unit="count", verdict="unexplained", points=None, yuan=None,
                    parts=[{"cause": "unexplained", "difference": "2", "points": None, "yuan": None}]),
        ],
        "together": {"points": "40", "yuan": "2580.65"},
        "not_reported": ["wait"],
        "problems": [{"where": "m", "what": "other is no indicator.", "code": "bridge.no_indicator"}],
    }  # fmt: skip
