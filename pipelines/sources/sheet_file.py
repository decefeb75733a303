"""A sheet of a workbook as a flat file: every cell becomes the text that a csv of it would hold."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from pipelines.core.problem import Problem, Refused
from pipelines.sources.raw_file import BLANK, TOO_MANY, RawRecord


def cell_text(value: Any) -> str:
    """Return a cell's text: days and times in ISO order, durations as H:MM:SS, whole numbers without a ".0".

    A workbook holds fifteen digits of a number; the binary dust behind them is not shown.
    """
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.15g}"
        case datetime():
            return value.replace(tzinfo=None).isoformat(sep=" ")
        case date():
            return value.isoformat()
        case time():
            return f"{value.hour}:{value:%M:%S}{_fraction(value.microsecond)}"
        case timedelta():
            minutes, seconds = divmod(value // timedelta(seconds=1), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}{_fraction(value.microseconds)}"
        case _:
            return "" if value is None else str(value)


def _fraction(microseconds: int) -> str:
    return f".{microseconds:06}".rstrip("0") if microseconds else ""


class SheetFile:
    """A sheet whose rows are records: the row number is the line number. A row without any text is blank."""

    def __init__(self, path: Path, *, sheet: str, header_line: int, columns: tuple[str, ...], shown: str) -> None:
        self._rows = _read(path, sheet, shown)
        self.head_lines = 0 if columns else header_line
        self.header = columns or tuple(text.strip() for text in self._row(header_line))

    def _row(self, number: int) -> list[str]:
        return [cell_text(value) for value in self._rows[number - 1]] if number <= len(self._rows) else []

    def records(self) -> Iterator[RawRecord]:
        """Give every row after the head."""
        for number in range(self.head_lines + 1, len(self._rows) + 1):
            fields = self._row(number)
            beyond = fields[len(self.header) :]
            code = BLANK if not any(fields) else TOO_MANY if any(beyond) else None
            fields = [*fields, *[""] * len(self.header)][: len(self.header)]
            yield RawRecord(number, number, None if code else fields, code)

    def texts(self, spans: Iterable[tuple[int, int]]) -> dict[int, tuple[str, list[str]]]:
        """Give the cells of rows, as a text with tabs between them and one by one."""
        return {first: ("\t".join(self._row(first)), self._row(first)) for first, _ in spans}


def _read(path: Path, sheet: str, shown: str) -> list[list[Any]]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise Refused(
            Problem(
                where=shown,
                what=f"This workbook cannot be opened: {error}.",
                mend="Open and save it again in the program that made it, or export it as csv.",
                code="file.workbook",
            )
        ) from error
    names = workbook.sheet_names
    if sheet in names:
        chosen = sheet
    elif sheet.isdecimal() and 1 <= int(sheet) <= len(names):
        chosen = names[int(sheet) - 1]
    else:
        raise Refused(
            Problem(
                where=shown,
                what=f"This workbook has no sheet {sheet!r}; it has {', '.join(names)}.",
                mend="Change `file.sheet` of the mapping to one of these, or to its number.",
                code="file.sheet",
            )
        )
    return workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
