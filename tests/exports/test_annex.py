"""The vendor's report beside the logs, as a statement's annex: on the page, in the workbook, inside the PDF."""

from typing import Any

import pytest

from pipelines.core.canonical import canonical_json, digest
from pipelines.exports.document import document
from pipelines.exports.pdf import render_pdf
from pipelines.exports.words import Words
from pipelines.exports.workbook import ANNEX_COLUMNS, render_workbook
from tests.exports.printed_months import annex, month
from tests.exports.test_document import streams
from tests.exports.workbook_cells import letters, read_book

BODY = month()
ANNEX = annex(BODY)


def sections(language: str) -> list[dict[str, Any]]:
    return list(document(BODY, Words(language), None, ANNEX)["sections"])[-3:]


def test_each_figure_stands_beside_ours_with_its_causes_and_what_it_is_worth():
    figures = sections("en")[0]
    assert (figures["title"], figures["is_annex"]) == ("Annex: the vendor's report beside the logs", True)
    assert [row["cells"] for row in figures["rows"]] == [
        ["4.2", ["Connect rate", "same"], ["91.00%"], ["91.00%"], "0.00 pp", ["same"], "0.00", "0.00"],
        ["4.2", ["Connect rate", "less"], ["94.00%"], ["91.00%"], "+3.00 pp",
         ["missing items +2.00 pp", "unexplained +1.00 pp"], "+40.00", "+2,580.65"],
        ["4.2", ["Connect rate, items met", "lost"], ["7"], ["5"], "+2", ["unexplained +2"], "–", "–"],
        ["", "Together, with all their figures", "", "", "", "", "+40.00", "+2,580.65"],
    ]  # fmt: skip
    assert [row["style"] for row in figures["rows"]] == ["quiet", "row", "row", "total"]


def test_what_a_difference_comes_from_is_told_in_chinese():
    notes = [row["cells"] for row in sections("zh")[1]["rows"]]
    assert notes == [
        [["接通率", "less"], [
            "接通率（less）：对方 94.00%，日志 91.00%，相差 +3.00 pp。",
            "漏计：未计入队列 r 的全部。",
            "以对方所列清单为准；其余未能解释。",
            "涉及：3 剔除：短时放弃 → 漏掉。",
            "查看：clausemeter measure x",
            "影响：得分 +40.00，税前 CNY +2,580.65。",
        ]],
        [["接通率之达标数", "lost"], [
            "接通率之达标数（lost）：对方 7，日志 5，相差 +2。",
            "未能解释：没有任何复算得出对方的数。",
        ]],
        ["乙方未报", "wait"],
        ["无法对照", "m: other is no indicator."],
    ]  # fmt: skip


def test_what_was_compared_is_named_by_its_hash_and_a_list_that_there_is_not_is_not():
    assert [row["cells"] for row in sections("en")[2]["rows"]] == [
        ["The vendor's report r.csv", "4e" * 32],
        ["How it is read m", "3a" * 32],
        ["Annex: the vendor's report beside the logs", digest(ANNEX)],
    ]


def test_a_statement_without_a_report_has_no_annex():
    whole, alone = (document(BODY, Words("en"), None, found)["sections"] for found in (ANNEX, None))
    assert alone == whole[:-3]
    assert len(read_book(render_workbook(BODY, "en"))) == 6


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_carries_the_annex_beside_the_record(language):
    inside = [part.decode(errors="replace") for part in streams(render_pdf(BODY, language, None, ANNEX))]
    assert {canonical_json(BODY).decode(), canonical_json(ANNEX).decode()} <= set(inside)


@pytest.mark.parametrize(("language", "name"), [("zh", "附件"), ("en", "Annex")])
def test_the_sheet_has_numbers_as_numbers_and_a_cause_a_column(language, name):
    sheet = read_book(render_workbook(BODY, language, None, ANNEX))[name]
    column = {key: letters(number) for number, key in enumerate(ANNEX_COLUMNS, start=1)}

    def row(number: int, *names: str) -> list[Any]:
        return [sheet[f"{column[key]}{number}"].value for key in names]

    assert row(3, "theirs", "ours", "difference", "missing", "unexplained") == [0.94, 0.91, 0.03, 0.02, 0.01]
    assert row(3, "definition", "moved", "effect") == [None, 40.0, 2580.65]
    assert row(5, "moved", "effect") == [40.0, 2580.65]
    assert {digest(ANNEX), "4e" * 32} <= {cell.value for cell in sheet.values()}
