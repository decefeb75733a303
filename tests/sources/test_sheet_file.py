"""Cells of a workbook as the texts that a csv of it would hold."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.core.problem import Refused
from pipelines.sources.sheet_file import SheetFile, cell_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ann", "Ann"),
        (109.0, "109"),
        (0.1 + 0.2, "0.3"),
        (13800000000.0, "13800000000"),
        (True, "TRUE"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),  # noqa: DTZ001 - a cell knows no zone
        (time(9, 12, 58), "9:12:58"),
        (time(0, 2, 3, 500000), "0:02:03.5"),
        (timedelta(hours=26, minutes=3), "26:03:00"),
        ("", ""),
        (None, ""),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path) as book:
        first, second = book.add_worksheet("Calls"), book.add_worksheet("Notes")
        first.write_row(0, 0, ["Report of May"])
        first.write_row(1, 0, [" Id ", "Wait"])
        first.write_row(2, 0, ["1", 20])
        first.write_row(4, 0, ["2", 0.5])
        second.write_row(0, 0, ["x"])
    return path


def test_rows_keep_their_number_and_empty_ones_are_blank(workbook: Path) -> None:
    file = SheetFile(workbook, sheet="Calls", header_line=2, columns=(), shown="w.xlsx")
    assert file.header == ("Id", "Wait")
    assert [(r.line_no, r.fields or r.code) for r in file.records()] == [
        (3, ["1", "20"]),
        (4, "blank"),
        (5, ["2", "0.5"]),
    ]
    assert file.texts([(5, 5)]) == {5: ("2\t0.5", ["2", "0.5"])}


def test_a_sheet_by_number_and_one_that_is_not_there(workbook: Path) -> None:
    assert SheetFile(workbook, sheet="2", header_line=1, columns=(), shown="w").header == ("x",)
    with pytest.raises(Refused, match=r"no sheet '3'; it has Calls, Notes.*\[file.sheet\]"):
        SheetFile(workbook, sheet="3", header_line=1, columns=(), shown="w")


def test_a_broken_workbook(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(Refused, match=r"\[file.workbook\]"):
        SheetFile(path, sheet="1", header_line=1, columns=(), shown="w")
