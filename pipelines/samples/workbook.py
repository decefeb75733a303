"""A workbook whose bytes depend on its cells alone: no clock inside, and stored, since packing differs by machine."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import xlsxwriter

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def workbook(sheet: str, rows: Iterable[Sequence[str]]) -> bytes:
    """Return an xlsx with one sheet, every cell a text."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": MADE_AT.replace(tzinfo=None)})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            page.write_string(number, place, text)
    book.close()
    stored = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            target.writestr(entry, source.read(name))
    return stored.getvalue()
