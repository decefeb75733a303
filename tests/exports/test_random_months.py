"""Laws of what is printed, over random contracts and months: nothing is left out, all adds up, Chinese is Chinese."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from pipelines.exports.accounts import default_accounts
from pipelines.exports.document import document
from pipelines.exports.voucher import entries
from pipelines.exports.words import LANGUAGES, Words
from pipelines.exports.workbook import render_workbook
from tests.exports.random_months import statements_of
from tests.exports.workbook_cells import read_book, worked_out
from tests.properties.random_contracts import World, worlds
from tests.properties.test_settlement_reference import CONTRACTS, DRAWN

TOLD_BY_THE_WORLDS = {"phone log", "settled again"}  # reasons that no release gives
SAME_IN_BOTH = {"max", "min"}


@settings(DRAWN, max_examples=max(1, CONTRACTS // 3))
@given(worlds())
def test_what_is_printed(world: World) -> None:
    for body in statements_of(world):
        booked = entries(body, default_accounts(), Words("zh"))
        assert sum(one.amount for one in booked) == 0
        assert {one.line for one in booked} >= {one["id"] for one in body["lines"] if Decimal(one["amount"])}
        for language in LANGUAGES:
            rows = document(body, Words(language))["sections"][0]["rows"] if body["lines"] else []
            assert sum(row["style"] == "row" for row in rows) == len(body["lines"])
        book = read_book(render_workbook(body, "zh"))
        formulas = [(sheet, at, one.value) for sheet, cells in book.items() for at, one in cells.items() if one.formula]
        assert [one for one in formulas if worked_out(book, *one[:2]) != Decimal(repr(one[2]))] == []
        assert [text for text in told_in_chinese(body) if {*re.findall("[A-Za-z]{2,}", text)} - SAME_IN_BOTH] == []


def told_in_chinese(body: Any) -> Iterator[str]:
    """Tell each formula and reason of a statement in Chinese, without the names of lines, indicators and metrics."""
    names = {one["id"] for one in body["lines"]} | {one["id"] for one in body["indicators"]} | TOLD_BY_THE_WORLDS
    texts = [line[key] for line in body["lines"] for key in ("formula", "because")]
    texts += [one[key] for one in body["indicators"] for key in ("reason", "used", "ceiling")]
    texts += [*body["month_fail"]["reasons"], *(one["because"] for one in body["notices"]), body["score"]["reason"]]
    for text in filter(None, texts):
        told = re.sub(r"\b\w+\.\w+@\d", "", Words("zh").phrase(text))
        for name in sorted(names, key=len, reverse=True):
            told = told.replace(name, "")
        yield told
