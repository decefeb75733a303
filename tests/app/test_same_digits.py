"""A figure is one string of digits wherever it is said: on every page, at the command line, in every document.

A month of the sample is closed for real, with a vendor's report beside it. Each figure has two forms: its exact
digits, which the record (JSON), the command line, the workbook, the charts' data and the pages' tips have; and its
printed ones, rounded once, which the pages, the PDF and the command line have. Both are worked out here, from the
record alone.
"""

import csv
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import flask
import pytest
from dash import Dash
from dash.development.base_component import Component
from pypdf import PdfReader

from app import routes
from app.auth import Reader
from app.auth.reader import bind
from app.i18n import speaking
from app.main import create_app
from app.pages.scorecard import draw_months
from app.settings import Settings
from pipelines.cli import main
from pipelines.runs.demo import run_demo
from pipelines.runs.export import statement_document
from pipelines.runs.statements import find_statement, read_statement
from pipelines.workflow import Actor, Role
from tests.app.reading import elements, of_class, text
from tests.app.signing_in import NOW, People
from tests.exports.workbook_cells import Book, read_book

ROOT = Path(__file__).parents[2]
AUDITOR = Actor(account_id=1, login="auditor", name="auditor", role=Role.AUDITOR)
# unit: what is printed of 1, and how many places; as the house says, and as nobody else here is asked
PRINTED = {"share": (100, 2), "s": (1, 1), "count": (1, 0), "violations": (1, 0), "cases": (1, 0), "outages": (1, 0)}
NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Month:
    """A closed month: where it is kept, its record, and the app over it."""

    home: Path
    id: str
    body: dict[str, Any]
    app: Dash

    def page(self, address: str, language: str = "zh") -> Component:
        """Draw a page of it."""
        path, _, query = address.partition("?")
        return self.drawn(partial(routes.draw, path, dict(one.split("=") for one in query.split("&") if one)), language)

    def drawn(self, draw: Callable[[], Component], language: str = "zh") -> Component:
        """Draw something for the auditor."""
        with self.app.server.test_request_context(), speaking(language):
            flask.g.now = NOW
            bind(Reader(AUDITOR))
            return draw()

    def document(self, form: str, language: str = "zh") -> bytes:
        """Return a document of it."""
        return statement_document(self.home, self.id, form, language)[1]

    @property
    def indicators(self) -> list[dict[str, Any]]:
        return list(self.body["indicators"])


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """October of the sample, small, closed twice; Yuanfan's report beside it."""
    home, logs = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("logs")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    contract, mappings = str(ROOT / "data/contracts/A"), ROOT / "data/mappings"
    run_demo(home, logs, contract=contract, mappings=mappings, now=now, months=1, rows=3000, say=lambda _: None)
    report = logs / "vendor_reports/yuanfan_202610.xlsx"
    said(["bridge", contract, "--month", "2026-10", "--report", str(report), "--home", str(home)])
    found = find_statement(home, "A:2026-10")
    people = People(tmp_path_factory.mktemp("people"), {})
    return Month(home, found.id, read_statement(home, found.id), create_app(Settings(home=home), None, people.workflow))


def said(words: list[str]) -> str:
    """Return what the command says."""
    kept, sys.argv, sys.stdout = (sys.argv, sys.stdout), ["clausemeter", *words], StringIO()
    try:
        main()
    except SystemExit as ended:
        if ended.code == 2:
            pytest.fail(f"clausemeter {words} cannot run")
    finally:
        found = sys.stdout.getvalue()
        sys.argv, sys.stdout = kept
    return found


def digits(value: str, factor: int, places: int) -> str:
    """Return a record's figure as it is printed: rounded half up, grouped, without its sign."""
    rounded = (Decimal(value) * factor).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{abs(rounded):,f}"


def printed(one: dict[str, Any]) -> str:
    """Return an indicator's value in printed digits; of a ratio by its two whole parts."""
    factor, places = PRINTED.get(one["unit"], (1, 2))
    value = Decimal(one["numerator"]) / Decimal(one["denominator"])
    assert abs(value - Decimal(one["value"])) < Decimal("1e-11"), one["id"]
    return digits(str(value), factor, places)


def money(amount: str) -> str:
    return f"{abs(Decimal(amount)):,.2f}"


def numbers(said_text: str) -> set[str]:
    """Return every number of a text, without signs."""
    return {found.lstrip("-−") for found in NUMBER.findall(said_text)}


def ungrouped(said_text: str) -> set[str]:
    return {found.replace(",", "") for found in numbers(said_text)}


def is_at(one: Component, place: str) -> bool:
    """Say whether this is the element that a link leads to."""
    return getattr(one, "id", None) == place


def row_of(page: Any, link: str) -> Component:
    """Return the table's row that links to an address."""
    return next(
        row
        for row in elements(page)
        if type(row).__name__ == "Tr" and any(getattr(one, "href", None) == link for one in elements(row))
    )


def column_of(book: Book, sheet: str, name: str) -> dict[str, Any]:
    """Return a column's cells of a sheet by the row's id: what stands under ``name`` beside ``id``."""
    cells = book[sheet]
    at = {str(cell.value): place.rstrip("0123456789") for place, cell in cells.items() if isinstance(cell.value, str)}
    ids, column = at["明细编号"], at[name]
    return {
        str(cell.value): cells[f"{column}{place.removeprefix(ids)}"].value
        for place, cell in cells.items()
        if re.fullmatch(rf"{ids}\d+", place) and f"{column}{place.removeprefix(ids)}" in cells
    }


def test_every_value_is_the_same_digits_on_every_page(month: Month) -> None:
    scorecard, finance = month.page("/"), month.page("/finance")
    months = month.drawn(partial(draw_months, month.id, "clause"))
    heat = json.loads(getattr(of_class(months, "charted")[-1], "data-table"))
    drawn = {row[1]: row[3] for row in heat[1:] if row[2] == month.body["month"]}
    for one in month.indicators:
        link, shown = f"/indicator/{month.id}/{quote(one['id'], safe='')}", printed(one)
        row = row_of(of_class(scorecard, "scorecard"), link)
        assert text(of_class(row, "value")).split()[0] == shown, one["id"]
        assert f"{one['numerator']} / {one['denominator']} = {one['value']}" in of_class(row, "value")[0].title
        assert drawn[one["id"]] == one["value"]
        page = month.page(link)
        assert shown in {text(found).split()[0] for found in of_class(of_class(page, "answer"), "figure")}, one["id"]
        assert text(of_class(page, "definition")).count(shown) >= 1
        assert shown in numbers(text(row_of(of_class(finance, "side-by-side"), link))), one["id"]


def test_every_value_is_the_same_digits_at_the_command_line(month: Month) -> None:
    told = said(["close", str(ROOT / "data/contracts/A"), "--month", "2026-10", "--home", str(month.home)])
    for one in month.indicators:
        (line,) = [line for line in told.splitlines() if line.startswith(f"{one['id']} ")]
        assert {printed(one), one["value"], one["numerator"], one["denominator"]} <= numbers(line), line
    explained = [one for one in month.indicators if one["unit"] in ("share", "s", "points")]
    for one in explained[::4]:
        told = said(["explain", month.id, one["id"], "--items", "0", "--home", str(month.home)])
        assert f"= {one['numerator']} / {one['denominator']} = {one['value']}, printed {printed(one)}" in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_value_is_the_same_digits_on_paper(month: Month, language: str) -> None:
    paper = numbers(pdf_text(month.document("pdf", language)))
    assert [one["id"] for one in month.indicators if printed(one) not in paper] == []


def test_every_value_is_the_same_digits_in_the_workbook_and_the_record(month: Month) -> None:
    record = json.loads(month.document("json"))
    book = read_book(month.document("xlsx"))
    columns = {name: column_of(book, "指标", title) for name, title in WORKBOOK.items()}
    for one, kept in zip(month.indicators, record["indicators"], strict=True):
        for name, column in columns.items():
            assert kept[name] == one[name]
            assert same(column[one["id"]], one[name]), (one["id"], name)


WORKBOOK = {"value": "实际", "numerator": "分子", "denominator": "分母"}


def same(cell: Any, figure: str) -> bool:
    """Say whether a number of a workbook, which keeps 15 digits, is this figure."""
    return Decimal(repr(cell)) == Decimal(figure)


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_every_amount_is_the_same_digits_everywhere(month: Month) -> None:
    home = ["--home", str(month.home)]
    told = said(["close", str(ROOT / "data/contracts/A"), "--month", "2026-10", *home]).splitlines()
    paper = numbers(pdf_text(month.document("pdf")))
    book = column_of(read_book(month.document("xlsx")), "明细", "金额")
    booked = list(csv.reader(StringIO(month.document("voucher").decode("utf-8-sig"))))[1:]
    pages = [of_class(month.page(one), "lines") for one in (f"/statement/{month.id}", "/finance")]
    record = {line["id"]: line["amount"] for line in json.loads(month.document("json"))["lines"]}
    for line in month.body["lines"]:
        amount, name = line["amount"], line["id"]
        rows = [row for row in told if row.startswith(f"{name} ") and line["clause"] in row]
        assert [row for row in rows if amount in row.split()] != [], name
        assert record[name] == amount
        assert money(amount) in paper, name
        assert same(book[name], amount), name
        for page in pages:
            place = f"line-{line['indicator'] or name}"
            shown = [text(of_class(one, "c-amount")).lstrip("−") for one in elements(page) if is_at(one, place)]
            assert money(amount) in shown, name
        entries = [Decimal(one[4] or 0) - Decimal(one[5] or 0) for one in booked if one[9] == name]
        assert f"{sum(entries, Decimal('0.00')):.2f}" == amount, name


def test_every_total_and_the_score_are_the_same_digits_everywhere(month: Month) -> None:
    totals, score = month.body["totals"], month.body["score"]["value"]
    told = said(["close", str(ROOT / "data/contracts/A"), "--month", "2026-10", "--home", str(month.home)])
    paper = numbers(pdf_text(month.document("pdf")))
    statement, finance, scorecard = (month.page(one) for one in (f"/statement/{month.id}", "/finance", "/"))
    months = month.drawn(partial(draw_months, month.id, "clause"))
    assert json.loads(month.document("json"))["totals"] == totals
    for step, amount in totals.items():
        assert re.search(rf"^{step} +{re.escape(amount)}$", told, re.MULTILINE), step
        assert money(amount) in paper, step
    for step in ("fees", "deductions", "capped", "tax", "payable"):
        shown = money(totals[step])
        for page in (statement, finance):
            assert shown in numbers(text(of_class(page, "answer"))), step
        (row,) = [one for one in elements(of_class(statement, "lines")) if is_at(one, step)]
        assert text(of_class(row, "c-amount")).lstrip("−") == shown
        assert shown in numbers(text(of_class(months, "waterfall"))), step
    for page in (statement, finance):
        assert money(totals["payable"]) in numbers(text(of_class(of_class(page, "waterfall"), "is-payable")))
    shown = digits(score, 1, 2)
    assert f"score {shown} = {score} " in told
    assert shown in numbers(text(of_class(scorecard, "answer")))
    assert shown in paper
    payable = next(
        row for row in csv.reader(StringIO(month.document("voucher").decode("utf-8-sig"))) if "payable" in row
    )
    assert totals["payable"] in payable


def test_the_report_is_laid_beside_the_same_digits(month: Month) -> None:
    rows = of_class(month.page(f"/bridge/{month.id}"), "bridge")
    compared = 0
    for one in month.indicators:
        found = [row for row in elements(rows) if type(row).__name__ == "Tr" and f"/{one['id']}'" in repr(row)]
        if found:
            compared += 1
            assert printed(one) in numbers(text(found)), one["id"]
    assert compared > 8
