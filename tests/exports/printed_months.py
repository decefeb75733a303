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
