"""Open a flat file as its mapping says, and refuse one that the mapping does not fit."""

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.sources.mapping import FileForm, Mapping
from pipelines.sources.raw_file import WIDE, DelimitedFile, RawFile, decode_to_utf8
from pipelines.sources.sheet_file import SheetFile

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx; the older xls
UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii")


def open_file(path: Path, mapping: Mapping, *, shown: str, scratch: Path, head_only: bool = False) -> RawFile:
    """Open ``path`` (called ``shown`` in messages) with ``mapping``; ``scratch`` is a folder for a decoded copy."""
    form = mapping.file
    if form is None:
        raise ValueError(f"{mapping.source} is read by the adapter {mapping.adapter}, not as a flat file")
    return open_form(path, form, mapping.raw_columns, mapping.name, shown=shown, scratch=scratch, head_only=head_only)


def open_form(
    path: Path,
    form: FileForm,
    wanted: Sequence[str],
    mapping_name: str,
    *,
    shown: str,
    scratch: Path,
    head_only: bool = False,
) -> RawFile:
    """Open a flat file of this form, of which the columns ``wanted`` are read, as ``mapping_name`` says.

    Refused: an empty file, a format the mapping does not read, a header that lacks columns of the mapping or has one of
    them twice, and a wide encoding that does not decode.
    """
    with path.open("rb") as file:
        beginning = file.read(4)
    is_workbook = any(beginning.startswith(sign) for sign in WORKBOOKS)
    kind = "xlsx" if is_workbook else "csv"
    if not beginning:
        raise Refused(
            Problem(
                where=shown,
                what="This file is empty: it has not even a header, so it may have been cut off on its way.",
                mend="Ask for it again. A month without any contact is a file with its header alone.",
                code="file.empty",
            )
        )
    if kind not in form.format:
        raise Refused(
            Problem(
                where=shown,
                what=f"By its first bytes this is {'a workbook' if is_workbook else 'no workbook'}, and "
                f"{mapping_name} reads {' or '.join(form.format)}.",
                mend="Use the mapping for this format, or add the format to `file.format`.",
                code="file.format",
            )
        )
    opened: RawFile
    if is_workbook:
        header_line = form.header_line
        opened = SheetFile(path, sheet=form.sheet, header_line=header_line, columns=form.columns, shown=shown)
    else:
        opened = _delimited(path, form, shown=shown, scratch=scratch, head_only=head_only)
    refuse_if_any(_check_header(opened.header, wanted, shown, form.header_line))
    return opened


def _delimited(path: Path, form: FileForm, *, shown: str, scratch: Path, head_only: bool) -> DelimitedFile:
    encoding = form.encoding.lower().replace("_", "-")
    if encoding in UTF8:
        encoding = "utf-8"
    elif head_only and not encoding.startswith(WIDE):
        pass  # a head can be read as it is
    elif decode_to_utf8(path, encoding, scratch / "decoded.csv"):
        path, encoding = scratch / "decoded.csv", "utf-8"
    elif encoding.startswith(WIDE):
        raise Refused(
            Problem(
                where=shown,
                what=f"This file is not {form.encoding}: some of its bytes have no meaning there.",
                mend="Check `file.encoding` of the mapping, or ask for the file again.",
                code="file.encoding",
            )
        )
    return DelimitedFile(
        path,
        delimiter=form.delimiter,
        quote=form.quote,
        encoding=encoding,
        header_line=form.header_line,
        columns=form.columns,
    )


def _check_header(header: tuple[str, ...], columns: Sequence[str], shown: str, header_line: int) -> Iterator[Problem]:
    where = f"{shown}:{header_line}"
    for wanted in columns:
        found = header.count(wanted)
        if found == 1:
            continue
        if found > 1:
            yield Problem(
                where=where,
                what=f"The column {wanted!r} stands {found} times in the header; which one is meant cannot be known.",
                mend="Ask for a file in which its name stands once.",
                code="file.repeated_column",
            )
        else:
            yield _missing_column(wanted, header, where)


def _missing_column(wanted: str, header: tuple[str, ...], where: str) -> Problem:
    folded = {column.casefold(): column for column in reversed(header) if column}
    near = difflib.get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.5)
    if near:
        mend = (
            f"The nearest is {folded[near[0]]!r}: name that one in the mapping, or ask for the file as it used to be."
        )
    elif not any(header):
        mend = (
            "Its first line cannot be read in the mapping's encoding and with its delimiter: check both, and the file."
        )
    else:
        mend = f"It has: {', '.join(repr(column) for column in header[:30])}. Check that this is the right file."
    return Problem(
        where=where,
        what=f"The mapping reads the column {wanted!r}, and the header does not have it.",
        mend=mend,
        code="file.missing_column",
    )


def engine_names(header: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name for each column of a file, each once even for an engine that does not tell upper from lower case.

    The ``wanted`` columns keep theirs; others step aside.
    """
    taken = {column.casefold() for column in wanted}
    names = []
    for position, column in enumerate(header, start=1):
        if column in wanted:
            names.append(column)
            continue
        free = column if column and column.casefold() not in taken else f"{column} (column {position})".strip()
        taken.add(free.casefold())
        names.append(free)
    return tuple(names)


def check_fit(path: Path, mapping: Mapping) -> None:
    """Refuse a file that the mapping does not fit, by its head."""
    with tempfile.TemporaryDirectory() as scratch:
        open_file(path, mapping, shown=str(path), scratch=Path(scratch), head_only=True)
