"""The workbook: numbers that are numbers, sums that a spreadsheet can check, texts that never run."""

import re
import zipfile
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.problem import Refused
from pipelines.exports.workbook import INDICATOR_COLUMNS, LINE_COLUMNS, as_double, render_workbook
from tests.exports.printed_months import later_month, month
from tests.exports.workbook_cells import letters, read_book, worked_out

BODIES = {"a month": month, "a later version's": later_month}


def column(columns, name: str) -> str:
    return letters(list(columns).index(name) + 1)


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_formula_comes_to_the_value_kept_beside_it(name, language):
    book = read_book(render_workbook(BODIES[name](), language))
    formulas = [(sheet, at, one) for sheet, found in book.items() for at, one in found.items() if one.formula]
    assert len(formulas) > 30
    for sheet, at, one in formulas:
        assert worked_out(book, sheet, at) == Decimal(repr(one.value)), (sheet, at, one)


@pytest.mark.parametrize("name", BODIES)
def test_the_totals_are_the_records_and_their_difference_is_nothing(name):
    body = BODIES[name]()
    book = read_book(render_workbook(body, "en"))["Summary"]
    rows = {book[f"B{row}"].value: row for row in range(14, 40) if f"B{row}" in book}
    for step, word in {
        "fees": "Fees",
        "deductions": "Deductions",
        "capped": "Given back by caps",
        "payable": "Payable",
    }.items():
        row = rows[word]
        assert Decimal(repr(book[f"C{row}"].value)) == Decimal(body["totals"][step])
        assert book[f"C{row}"].formula
        assert book[f"E{row}"].value == 0
    assert rows["Withheld in dispute (changes no total)"] > rows["Payable"]


def test_a_line_of_an_unknown_kind_and_step_is_there_and_summed():
    book = read_book(render_workbook(later_month(), "zh"))
    ids = [book["明细"][f"A{row}"].value for row in range(2, len(later_month()["lines"]) + 2)]
    assert ids == [one["id"] for one in later_month()["lines"]]
    (row,) = [at[1:] for at, cell in book["汇总"].items() if cell.value == "wonders"]
    assert (book["汇总"][f"C{row}"].value, worked_out(book, "汇总", f"C{row}")) == (-1.0, Decimal("-1.0"))


def test_parts_promises_and_days_are_told_with_what_they_were_judged_by():
    body = month()
    part = body["indicators"][0]["parts"][1]
    part["worst_of"] = [{**part, "id": "chat", "metric": "chat.reply_rate@1"}]
    part["by_day"] = [{"day": "2026-10-31", "value": None, "n": 0, "verdict": "no data"}]
    book = read_book(render_workbook(body, "en"))["Parts"]
    found = [[book[f"{letter}{row}"].value for letter in "CDEFGHIJL"] for row in range(2, 7)]
    second = ["2026-10-16", "2026-11-01", 0.91, 0.92, "补充协议二", "missed", 3000.0]
    assert found == [
        ["connect", "Part", "2026-10-01", "2026-10-16", 0.91, 0.9, "4.2", "met", 1000.0],
        ["connect", "Part", *second],
        ["connect", "Promise chat", *second],
        ["connect", "Day", "2026-10-31", "2026-11-01", None, None, None, "no data", 0.0],
        ["wait", "Part", "2026-10-01", "2026-11-01", 22.776280722535, 30.0, "4.3", "met", 6754.0],
    ]


def test_money_and_counts_are_numbers():
    body = month()
    book = read_book(render_workbook(body, "zh"))
    amount = column(LINE_COLUMNS, "amount")
    found = [Decimal(repr(book["明细"][f"{amount}{row}"].value)) for row in range(2, len(body["lines"]) + 2)]
    assert found == [Decimal(one["amount"]) for one in body["lines"]]
    for name, value in {"met": 3640.0, "missed": 360.0, "excluded": 7.0, "population": 4007.0, "outside": 4.0}.items():
        assert book["指标"][f"{column(INDICATOR_COLUMNS, name)}2"].value == value


def test_the_index_names_every_hash():
    body = month()
    body["past"] = [{"month": "2026-09", "sha256": "9a57" * 16}]
    body["adjusted"] = [{"month": "2026-08", "stated": "57a7" * 16, "again": "a6a1" * 16}]
    body["loads"] = [{"source": "log", "sha256": "10ad" * 16, "mapping_sha256": "3a" * 32, "keeper": "vendor"}]
    body["evidence"] = {"offered_call": {"rows": 4011, "columns": ["item_id"], "sha256": "e51d" * 16}}
    texts = {cell.value for cell in read_book(render_workbook(body, "zh"))["证据索引"].values()}
    hashes = {one * 16 for one in ("9a57", "57a7", "a6a1", "10ad", "e51d")} | set(body["definitions"].values())
    assert hashes | {body["contract"]["sha256"], body["calendars_sha256"]} <= texts


def test_a_text_is_never_a_formula():
    body = month()
    evil = '=HYPERLINK("http://x.example","click")'
    body["indicators"][0] |= {"name": {"zh": evil, "en": evil}, "id": evil}
    body["lines"][0] |= {"id": evil, "formula": "+1+1", "by": "@SUM(A1)", "clause": "-1"}
    body["contract"]["vendor"]["zh"] = "{=1+1}"
    content = render_workbook(body, "zh")
    book = read_book(content)
    texts = {cell.value for sheet in book.values() for cell in sheet.values()}
    assert {evil, "+1+1", "@SUM(A1)", "-1", "{=1+1}"} <= texts
    formulas = {cell.formula for sheet in book.values() for cell in sheet.values() if cell.formula}
    assert {
        formula for formula in formulas if not re.match(r"(ROUND\((SUMIFS|SUM)|SUM|COUNTIF)\(|[A-Z]+\d+[+-]", formula)
    } == set()
    assert b"hyperlink" not in b"".join(
        zipfile.ZipFile(BytesIO(content)).read(n)
        for n in zipfile.ZipFile(BytesIO(content)).namelist()
        if "worksheets" in n
    )


def test_the_head_of_every_sheet_stays_in_sight():
    parts = zipfile.ZipFile(BytesIO(render_workbook(month(), "zh")))
    sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 6
    assert [sheet for sheet in sheets if 'state="frozen"' not in sheet or "<cols>" not in sheet] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_statement_gives_the_same_bytes(language):
    assert render_workbook(month(), language) == render_workbook(month(), language)


@given(st.integers(min_value=-(10**14), max_value=10**14))
@settings(max_examples=300, deadline=None)
def test_every_amount_below_a_trillion_comes_back_as_it_was(fen):
    amount = Decimal(fen) / 100
    assert Decimal(repr(as_double(amount))) == amount


def test_an_amount_that_a_double_cannot_hold_is_refused():
    with pytest.raises(Refused) as refused:
        as_double(Decimal("99999999999999999.99"))
    (problem,) = refused.value.problems
    assert (problem.code, "99999999999999999.99" in problem.what) == ("export.beyond_double", True)
