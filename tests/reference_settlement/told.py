"""Reads the YAML of tests/cases/settlement: a contract's part under a plain head, and the facts of its months.

Counts are written as an auditor would: ``{met: 910, missed: 90}`` is the month's, a list of them one for each part in
order, a mapping of days one for each day. A month's or part's counts stand on the part's first day.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contract.model import Contract, Indicator
from tests.reference_settlement.facts import Adjustment, Attendance, Counts, Facts, Incident
from tests.reference_settlement.numbers import days_of, runs_of, worth_on
from tests.reference_settlement.verdicts import TERMS, in_force, term_days

HEAD = {
    "contract": "T",
    "operator": {"id": "op", "en": "Operator"},
    "vendor": {"id": "ve", "en": "Vendor"},
    "term": {"from": "2026-01-01", "until": "2028-01-01"},
    "zone": "Asia/Shanghai",
}
MONTHLY = [{"id": "monthly", "clause": "3.1", "form": "fixed", "amount": "100000.00"}]


def contract_of(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the whole contract of a case: the fee is 100,000.00 a month unless it says otherwise."""
    return {**HEAD, "fees": MONTHLY, **tree}


def day_of(text: Any) -> date:
    return text if isinstance(text, date) else date.fromisoformat(str(text))


def counts_told(tree: dict[str, Any]) -> Counts:
    numbers = {key: int(tree.get(key, 0)) for key in ("met", "missed", "counted", "excluded", "pending", "beyond")}
    histogram = {Fraction(str(amount)): int(n) for amount, n in (tree.get("histogram") or {}).items()}
    return Counts(
        **numbers,
        of_operator=int(tree.get("of_operator", 0)),
        of_vendor=int(tree.get("of_vendor", 0)),
        amount=Fraction(str(tree.get("amount", 0))),
        of=Fraction(str(tree.get("of", 0))),
        histogram=tuple(sorted(histogram.items())),
    )


def indicator_named(contract: Contract, question: str) -> Indicator | None:
    name = question.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    return next((one for one in contract.indicators if one.id == name), None)


def spread(contract: Contract, question: str, told: Any, month: str) -> dict[date, Counts]:
    """Place a question's counts on days."""
    if isinstance(told, dict) and all(str(key)[:1].isdigit() for key in told) and told:
        return {day_of(day): counts_told(counts) for day, counts in told.items()}
    indicator = indicator_named(contract, question)
    days = in_force(contract, indicator, month) if indicator else term_days(contract, month)
    if not days:
        return {}
    if isinstance(told, dict):
        return {days[0]: counts_told(told)}
    assert indicator is not None
    parts = runs_of(days, lambda day: [worth_on(getattr(indicator, name), day) for name in TERMS])
    assert len(parts) == len(told), f"{question} has {len(parts)} parts"
    return {part[0]: counts_told(counts) for part, counts in zip(parts, told, strict=True)}


def quantity_told(told: Any, month: str, contract: Contract) -> dict[date, Fraction]:
    if isinstance(told, dict):
        return {day_of(day): Fraction(str(number)) for day, number in told.items()}
    return {term_days(contract, month)[0]: Fraction(str(told))}


def facts_told(contract: Contract, month: str, tree: dict[str, Any]) -> Facts:
    """Return a month's facts as a case tells them."""
    attendance = {
        fee: {
            day_of(day): Attendance(int(one["attended"]), int(one["scheduled"]))
            for day, one in (told.items() if "attended" not in told else [(term_days(contract, month)[0], told)])
        }
        for fee, told in (tree.get("attendance") or {}).items()
    }
    return Facts(
        counts={name: spread(contract, name, told, month) for name, told in (tree.get("counts") or {}).items()},
        incidents={
            name: [Incident(str(one["source"]), str(one["item"]), day_of(one["day"])) for one in told]
            for name, told in (tree.get("incidents") or {}).items()
        },
        quantities={fee: quantity_told(told, month, contract) for fee, told in (tree.get("quantities") or {}).items()},
        attendance=attendance,
        kinds=kinds_told(tree.get("kinds") or {}, month),
        missing_log={name: str(reason) for name, reason in (tree.get("missing_log") or {}).items()},
        adjustments=[
            Adjustment(
                str(one["month"]),
                Decimal(str(one["amount"])),
                Decimal(str(one["rate"])),
                Decimal(str(one.get("taxed", 0))),
            )
            for one in tree.get("adjustments") or []
        ],
        withheld=Decimal(str(tree.get("withheld", 0))),
    )


def kinds_told(tree: dict[str, Any], month: str) -> dict[date, set[str]]:
    """Read ``{promotion: [2026-10-14]}``."""
    found: dict[date, set[str]] = {day: set() for day in days_of(month)}
    for kind, days in tree.items():
        for day in days:
            found[day_of(day)].add(kind)
    return found
