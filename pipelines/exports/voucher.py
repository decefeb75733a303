"""A statement as voucher lines for an accounting system: debits are credits, to the fen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.exports.accounts import Account, Accounts
from pipelines.exports.document import DRAFT, Seal, status_of
from pipelines.exports.evidence import csv_bytes
from pipelines.exports.figures import line_name, month_text
from pipelines.exports.words import Words

COLUMNS = ("date", "account", "account_name", "cost_centre", "debit", "credit", "tax", "summary", "clause", "line_id")


@dataclass(frozen=True)
class Entry:
    """A voucher line. ``amount`` is towards debit: a credit is negative, and never both."""

    on: date
    account: Account
    cost_centre: str
    amount: Decimal
    tax: Decimal | None
    summary: str
    clause: str
    line: str


def render_voucher(body: Mapping[str, Any], accounts: Accounts, language: str, seal: Seal = None) -> bytes:
    """Return a published statement's voucher as CSV."""
    words = Words(language)
    return csv_bytes(_rows(entries(body, accounts, words, seal), words))


def _rows(found: Sequence[Entry], words: Words) -> Iterator[Sequence[str | Decimal | None]]:
    yield [words(f"column.{name}") for name in COLUMNS]
    for one in found:
        debit, credit = (one.amount, None) if one.amount > 0 else (None, -one.amount)
        account = (one.account.code, words.pick(one.account.name))
        yield str(one.on), *account, one.cost_centre, debit, credit, one.tax, one.summary, one.clause, one.line


def entries(body: Mapping[str, Any], accounts: Accounts, words: Words, seal: Seal = None) -> list[Entry]:
    """Return an entry a line and cost centre, and one for what is owed, on the last day of the month.

    A line at 0 moves no money and has no entry. What the lines do not add up to is refused, not booked.
    """
    on = max(Month.parse(body["month"]).days)
    towards_debit = 1 if accounts.books == "operator" else -1
    title = f"{words('document.title')} {body['contract']['number']} {month_text(body['month'], words)}"
    draft = f"[{words.of('status', DRAFT)}] " if status_of(body, seal) == DRAFT else ""
    found = []
    for line in body["lines"]:
        summary = f"{draft}{title} {line_name(line, body, words)}"
        for number, (centre, amount) in enumerate(_by_centre(line)):
            if amount:
                tax = Decimal(line["tax"]) if number == 0 and line["tax"] is not None else None
                entry = Entry(
                    on, accounts.of(line), centre, towards_debit * amount, tax, summary, line["clause"], line["id"]
                )
                found.append(entry)
    payable = Decimal(body["totals"]["payable"])
    if payable:
        summary = f"{draft}{title} {words.of('step', 'payable')}"
        found.append(Entry(on, accounts.payable, "", -towards_debit * payable, None, summary, "", "payable"))
    if sum(one.amount for one in found):
        raise Refused(_not_booked("payable", f"The lines do not add up to the payable {payable}."))
    return found


def _by_centre(line: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    amount = Decimal(line["amount"])
    parts = [(name, Decimal(part)) for name, part in (line.get("cost_centres") or {}).items()] or [("", amount)]
    if sum(part for _, part in parts) != amount:
        raise Refused(_not_booked(line["id"], f"Its cost centres do not add up to its {amount}."))
    return parts


def _not_booked(line: str, what: str) -> Problem:
    mend = "Nothing was written. Close the month again; if it stays so, report it."
    return Problem(where=line, what=what, mend=mend, code="export.unbalanced")
