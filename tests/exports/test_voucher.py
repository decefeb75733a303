"""The voucher: debits are credits, to the fen, in either party's books."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.problem import Refused
from pipelines.exports.accounts import default_accounts, parse_accounts
from pipelines.exports.voucher import COLUMNS, entries, render_voucher
from pipelines.exports.words import Words
from tests.exports.printed_months import SEAL, later_month, line, month

CHART = """books: {books}
payable: {{account: "1", name: owed}}
other: {{account: "2", name: cost}}
kinds: {{tax: {{account: "3", name: {{zh: 税, en: tax}}}}}}
lines: {{monthly: {{account: "4"}}}}
"""
OPERATOR, VENDOR = (parse_accounts(CHART.format(books=books), "chart") for books in ("operator", "vendor"))


def rows(body, accounts=OPERATOR, language="en"):
    text = render_voucher(body, accounts, language).decode("utf-8-sig")
    return [dict(zip(COLUMNS, row, strict=True)) for row in list(csv.reader(StringIO(text)))[1:]]


def sums(found):
    return tuple(sum((Decimal(row[side] or 0) for row in found), Decimal(0)) for side in ("debit", "credit"))


def test_a_month_is_booked_line_by_line():
    # fee 100,000; the second half of October missed: 5 % × 16/31 = 2,580.65, capped at 2 %; 6 % of 98,000
    found = [(r["account"], r["debit"], r["credit"], r["tax"], r["line_id"]) for r in rows(month())]
    assert found == [
        ("4", "100000.00", "", "6000.00", "monthly"),
        ("2", "", "2580.65", "-154.84", "connect.d@2026-10-16"),
        ("2", "580.65", "", "34.84", "kpi_cap"),
        ("3", "5880.00", "", "", "tax"),
        ("1", "", "103880.00", "", "payable"),
    ]
    first = rows(month())[0]
    assert (first["date"], first["clause"]) == ("2026-10-31", "3.1")
    assert first["summary"] == "[DRAFT] Statement of settlement T 2026-10 Monthly fee"
    assert entries(month(), OPERATOR, Words("zh"), SEAL)[0].summary == "结算单 T 2026年10月 月度服务费"


@pytest.mark.parametrize("accounts", [OPERATOR, VENDOR, default_accounts()], ids=["operator", "vendor", "default"])
@pytest.mark.parametrize("body", [month(), later_month()], ids=["a month", "a later version's"])
def test_debits_are_credits(body, accounts):
    debit, credit = sums(rows(body, accounts))
    assert debit == credit > 0


def test_the_vendor_books_the_other_side():
    swapped = [(r["debit"], r["credit"]) for r in rows(month(), VENDOR)]
    assert swapped == [(r["credit"], r["debit"]) for r in rows(month())]


MONTH = month()
amounts = st.integers(min_value=-(10**12), max_value=10**12)


@given(
    st.lists(st.tuples(amounts, st.sampled_from(["fee", "tax", "wonder"]), st.lists(amounts, max_size=3)), max_size=8)
)
@settings(deadline=None)
def test_debits_are_credits_whatever_the_lines(drawn):
    body = {**MONTH, "lines": [], "totals": dict(MONTH["totals"])}
    for number, (fen, kind, cuts) in enumerate(drawn):
        parts = {str(n): cut for n, cut in enumerate(cuts)} | ({"rest": fen - sum(cuts)} if cuts else {})
        centres = {name: f"{Decimal(part) / 100:.2f}" for name, part in parts.items()}
        body["lines"].append(
            line(MONTH, id=f"l{number}", kind=kind, amount=f"{Decimal(fen) / 100:.2f}", cost_centres=centres)
        )
    body["totals"]["payable"] = f"{sum(Decimal(one['amount']) for one in body['lines']):.2f}"
    found = rows(body)
    debit, credit = sums(found)
    assert debit == credit
    assert not [row for row in found if bool(row["debit"]) == bool(row["credit"])]  # one side each, never both
    for one in body["lines"]:
        mine = [row for row in found if row["line_id"] == one["id"]]
        assert sum(Decimal(r["debit"] or 0) - Decimal(r["credit"] or 0) for r in mine) == Decimal(one["amount"])


def test_a_line_is_split_over_its_cost_centres():
    found = [(r["cost_centre"], r["debit"], r["tax"]) for r in rows(later_month()) if r["line_id"] == "bonus_1"]
    assert found == [("华东", "400.00", "6000.00"), ("华北", "200.00", "")]  # the line's tax is shown once


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"cost_centres": {"a": "1.00"}}, "Its cost centres do not add up to its 100000.00."),
        ({"amount": "100000.01"}, "The lines do not add up to the payable 103880.00."),
    ],
)
def test_what_does_not_add_up_is_refused(change, what):
    body = month()
    body["lines"][0] |= change
    with pytest.raises(Refused) as refused:
        entries(body, OPERATOR, Words("en"))
    (problem,) = refused.value.problems
    assert (problem.what, problem.code) == (what, "export.unbalanced")


def test_a_text_that_a_spreadsheet_would_run_is_marked():
    body = month()
    body["lines"][0] |= {"id": "=1+1", "clause": "@x"}
    row = rows(body)[0]
    assert (row["line_id"], row["clause"]) == ("'=1+1", "'@x")


def test_the_default_chart_names_every_account_in_both_languages():
    chart = default_accounts()
    named = [chart.payable, chart.other, *chart.kinds.values(), *chart.lines.values()]
    assert [one for one in named if set(one.name) != {"zh", "en"} or not one.code] == []


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (CHART.format(books="ours"), "chart:1", "`books` is 'ours'"),
        (CHART.format(books="vendor") + "chats: 5\n", "chart:6", "There is no 'chats' in a chart of accounts"),
        (
            CHART.format(books="vendor").replace('{account: "4"}', "{name: x}"),
            "chart:5",
            "`lines.monthly` names no account",
        ),
        (
            CHART.format(books="vendor").replace("name: owed", "title: x"),
            "chart:2",
            "`payable` has more than an account",
        ),
        (
            CHART.format(books="vendor").replace('payable: {account: "1", name: owed}\n', ""),
            "chart:1",
            "`payable` names no",
        ),
        (
            CHART.format(books="vendor").replace('{monthly: {account: "4"}}', "[a]"),
            "chart:5",
            "`lines` is not a list of",
        ),
    ],
)
def test_a_chart_that_cannot_be_booked_by_is_refused(text, where, what):
    with pytest.raises(Refused) as refused:
        parse_accounts(text, "chart")
    (problem,) = refused.value.problems
    assert (problem.where, problem.code) == (where, "export.accounts")
    assert problem.what.startswith(what)
