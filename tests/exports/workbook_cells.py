"""A workbook read back without a library: what each cell holds, and what its formula comes to when it is worked out."""

import re
import zipfile
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELL = re.compile(r"\$?([A-Z]+)\$?(\d+)")


@dataclass(frozen=True)
class Written:
    """A cell: its text or number as kept, and its formula where it has one."""

    value: str | float | None
    formula: str | None


Book = dict[str, dict[str, Written]]


def read_book(content: bytes) -> Book:
    """Return each sheet's cells by their address."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        names = [sheet.get("name") for sheet in root(parts, "xl/workbook.xml").iter(f"{MAIN}sheet")]
        shared = ["".join(t.text or "" for t in one.iter(f"{MAIN}t")) for one in root(parts, "xl/sharedStrings.xml")]
        sheets = [root(parts, f"xl/worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
    return {
        str(name): {str(cell.get("r")): written(cell, shared) for cell in sheet.iter(f"{MAIN}c")}
        for name, sheet in zip(names, sheets, strict=True)
    }


def root(parts: zipfile.ZipFile, name: str) -> Any:
    return ET.fromstring(parts.read(name))


def written(cell: Any, shared: list[str]) -> Written:
    value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
    text = None if value is None else value.text
    if cell.get("t") == "s":
        return Written(shared[int(text or "")], None)
    return Written(None if text is None else float(text), None if formula is None else formula.text)


def worked_out(book: Book, sheet: str, address: str) -> Decimal:
    """Return what a cell's formula comes to, from the cells that it names; a number is itself."""
    cell = book[sheet].get(address)
    if cell is None or cell.value is None or isinstance(cell.value, str):
        return Decimal(0)
    return evaluate(book, sheet, cell.formula) if cell.formula else Decimal(repr(cell.value))


def evaluate(book: Book, sheet: str, formula: str) -> Decimal:
    """Work out the few functions that we write; another one is an error here."""
    if found := re.fullmatch(r"ROUND\((.+),(\d+)\)", formula):
        return evaluate(book, sheet, found[1]).quantize(Decimal(1).scaleb(-int(found[2])), ROUND_HALF_UP)
    if found := re.fullmatch(r'SUMIFS\((.+),(.+),"(.+)"\)', formula):
        amounts, keys = (cells(book, sheet, part) for part in found.group(1, 2))
        pairs = zip(amounts, keys, strict=True)
        return sum((worked_out(book, *amount) for amount, key in pairs if kept(book, key) == found[3]), Decimal(0))
    if found := re.fullmatch(r"COUNTIF\((.+),([A-Z]+\d+)\)", formula):
        wanted = book[sheet][found[2]].value
        return Decimal(sum(kept(book, key) == wanted for key in cells(book, sheet, found[1])))
    if found := re.fullmatch(r"SUM\((.+)\)", formula):
        return sum((worked_out(book, *one) for one in cells(book, sheet, found[1])), Decimal(0))
    if found := re.fullmatch(r"([A-Z]+\d+)([+-])([A-Z]+\d+)", formula):
        left, right = (worked_out(book, sheet, found[part]) for part in (1, 3))
        return left + right if found[2] == "+" else left - right
    raise AssertionError(f"no such formula is known here: {formula}")


def cells(book: Book, sheet: str, area: str) -> list[tuple[str, str]]:
    """Return the cells of an area, row by row, each with its sheet."""
    named, _, span = area.rpartition("!")
    (left, top), (right, bottom) = CELL.findall(span)
    columns = [letters(n) for n in range(number(left), number(right) + 1)]
    return [(named.strip("'") or sheet, f"{c}{row}") for row in range(int(top), int(bottom) + 1) for c in columns]


def kept(book: Book, place: tuple[str, str]) -> str | float | None:
    sheet, address = place
    return book[sheet][address].value if address in book[sheet] else None


def number(column: str) -> int:
    found = 0
    for letter in column:
        found = found * 26 + ord(letter) - 64
    return found


def letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
