"""Rows as CSV or XLSX, written as they come: of any number, in the memory of one batch.

Both yield pieces of the file, each with how many rows it ends at, so that whoever passes them on can say how far it is.
A sheet holds 1,048,576 rows; what is more goes on in the next one, under the same head.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from xml.sax.saxutils import escape, quoteattr

from pipelines.exports.safe_text import safe_text

BATCH = 2000
SHEET_ROWS = 1_048_576
BOM = "\ufeff"  # by which spreadsheets know UTF-8
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same rows are the same bytes

Cell = str | int | Decimal | None
Rows = Iterable[Sequence[Cell]]
Piece = tuple[int, bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OF_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def csv_pieces(heads: Sequence[str], rows: Rows) -> Iterator[Piece]:
    """Yield a CSV file in UTF-8; a text that a spreadsheet would run gets a ``'`` before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write(BOM)
    writer.writerow([safe_text(head) for head in heads])
    done = 0
    for batch in _batches(rows):
        writer.writerows([[_plain(cell) for cell in row] for row in batch])
        done += len(batch)
        yield done, out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield done, out.getvalue().encode()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:f}" if isinstance(cell, Decimal) else safe_text(cell) if isinstance(cell, str) else str(cell)


class _Sink:
    """What a ZIP is written to: it cannot go back, and gives away what it holds."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, content: bytes) -> int:
        """Hold it."""
        self.held += content
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """Give away what is held."""
        found, self.held = bytes(self.held), bytearray()
        return found


def xlsx_pieces(
    heads: Sequence[str], rows: Rows, title: str, widths: Sequence[int], *, sheet_rows: int = SHEET_ROWS
) -> Iterator[Piece]:
    """Yield a workbook; texts are texts, whatever they begin with, and numbers are numbers."""
    sink, done, sheets = _Sink(), 0, 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:  # type: ignore[call-overload] # it only writes
        in_order: Iterator[Sequence[Cell]] = iter(rows)
        more = True
        while more:
            sheets += 1
            with book.open(_member(f"xl/worksheets/sheet{sheets}.xml"), "w") as sheet:
                sheet.write(_sheet_head(widths).encode())
                sheet.write(_row(1, heads, style=1).encode())
                number, more = 1, False
                for batch in _batches(islice(in_order, sheet_rows - 1)):
                    sheet.write("".join(_row(number + n, row) for n, row in enumerate(batch, 1)).encode())
                    number, done = number + len(batch), done + len(batch)
                    yield done, sink.taken()
                waiting = next(in_order, None) if number == sheet_rows else None
                more = waiting is not None
                in_order = chain([waiting], in_order) if waiting is not None else in_order
                sheet.write(b"</sheetData></worksheet>")
        for name, text in _parts(title, sheets).items():
            book.writestr(_member(name), DECLARED + text)
    yield done, sink.taken()


def _batches(rows: Rows) -> Iterator[Sequence[Sequence[Cell]]]:
    in_order = iter(rows)
    while batch := list(islice(in_order, BATCH)):
        yield batch


def _member(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, EPOCH)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _sheet_head(widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
    )
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView>'
        f"</sheetViews><cols>{columns}</cols><sheetData>"
    )


def _row(number: int, cells: Sequence[Cell], style: int = 0) -> str:
    of_style = f' s="{style}"' if style else ""
    return f'<row r="{number}">{"".join(_cell(cell, of_style) for cell in cells)}</row>'


def _cell(cell: Cell, style: str) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, str):
        text = escape(NOT_IN_XML.sub("\ufffd", cell))
        return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'
    return f"<c{style}><v>{cell:f}</v></c>" if isinstance(cell, Decimal) else f"<c{style}><v>{cell}</v></c>"


def _parts(title: str, sheets: int) -> Mapping[str, str]:
    """Return the parts around the sheets."""
    numbers = range(1, sheets + 1)
    names = [title[:25], *(f"{title[:25]} {n}" for n in numbers[1:])]
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    to_sheets = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    to_styles = f'<Relationship Id="rId{sheets + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{OF_SHEETS}.worksheet+xml"/>' for n in numbers
    )
    font = '<font><sz val="11"/><name val="Calibri"/></font>'
    bold = '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    no_fill, no_border = '<fill><patternFill patternType="none"/></fill>', "<border/>"
    plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    formats = (
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    )
    return {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><fonts count="2">{font}{bold}</fonts><fills count="1">{no_fill}</fills>'
            f'<borders count="1">{no_border}</borders><cellStyleXfs count="1">{plain}</cellStyleXfs>'
            f'<cellXfs count="2">{formats}</cellXfs></styleSheet>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{to_sheets}{to_styles}</Relationships>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>'
        ),
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{OF_SHEETS}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{OF_SHEETS}.styles+xml"/>{kinds}</Types>'
        ),
    }
