"""Rows as files, as they come: read back by another reader, they are what went in."""

import csv
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal

from python_calamine import CalamineWorkbook

from pipelines.exports.row_stream import BATCH, Cell, csv_pieces, xlsx_pieces

HEADS = ["编号", "state", "amount"]
ROWS: list[list[Cell]] = [
    ["a-1", "met", Decimal("12.50")],
    ["=HYPERLINK(1)", 'said "no", twice\nand left', None],
    ["<&>\x00\x0b", " kept ", 7],
]


def test_a_csv_reads_back_and_runs_nothing() -> None:
    pieces = list(csv_pieces(HEADS, ROWS))
    text = b"".join(piece for _, piece in pieces).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert found[0] == HEADS
    assert found[1] == ["a-1", "met", "12.50"]
    assert found[2] == ["'=HYPERLINK(1)", 'said "no", twice\nand left', ""]
    assert pieces[-1][0] == len(ROWS)


def book(pieces: Iterator[tuple[int, bytes]]) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(b"".join(piece for _, piece in pieces)))


def test_a_workbook_reads_back_texts_as_texts_and_numbers_as_numbers() -> None:
    found = book(xlsx_pieces(HEADS, ROWS, "明细", [12, 20, 8])).get_sheet_by_name("明细").to_python()
    assert found[0] == HEADS
    assert found[1] == ["a-1", "met", 12.5]
    assert found[2] == ["=HYPERLINK(1)", 'said "no", twice\nand left', ""]
    assert found[3] == ["<&>\ufffd\ufffd", " kept ", 7]


def test_what_a_sheet_cannot_hold_goes_on_in_the_next_one() -> None:
    """Four rows a sheet with the head: 3 + 3 + 1, and 3 + 3 without an empty sheet."""
    rows: list[list[Cell]] = [[n] for n in range(7)]
    found = book(xlsx_pieces(["n"], rows, "n", [8], sheet_rows=4))
    assert found.sheet_names == ["n", "n 2", "n 3"]
    assert [found.get_sheet_by_index(n).to_python() for n in range(3)] == [
        [["n"], [0], [1], [2]], [["n"], [3], [4], [5]], [["n"], [6]],
    ]  # fmt: skip
    assert book(xlsx_pieces(["n"], rows[:6], "n", [8], sheet_rows=4)).sheet_names == ["n", "n 2"]


def test_nothing_is_a_file_with_its_head() -> None:
    assert book(xlsx_pieces(HEADS, [], "x", [8, 8, 8])).get_sheet_by_index(0).to_python() == [HEADS]
    assert list(csv_pieces(["a"], [])) == [(0, "\ufeffa\r\n".encode())]


def test_rows_are_passed_on_as_they_are_read_and_counted() -> None:
    read = 0

    def rows() -> Iterator[list[Cell]]:
        nonlocal read
        for n in range(3 * BATCH):
            read += 1
            yield [n]

    for pieces in (csv_pieces(["n"], rows()), xlsx_pieces(["n"], rows(), "n", [8])):
        read = 0
        assert next(pieces)[0] == BATCH
        assert read <= BATCH + 1
        assert [done for done, _ in pieces][-1] == 3 * BATCH


def test_the_same_rows_are_the_same_bytes() -> None:
    one, two = (b"".join(piece for _, piece in xlsx_pieces(HEADS, ROWS, "x", [8, 8, 8])) for _ in range(2))
    assert one == two
    assert zipfile.ZipFile(io.BytesIO(one)).testzip() is None
