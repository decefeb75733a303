"""The timetable as rows of the table ``calendar_day``, and the package's SQL, read as text."""

from collections.abc import Iterator
from dataclasses import fields
from importlib import resources
from typing import Any

from pipelines.worktime.timetable import CalendarDay, Timetable

COLUMNS = tuple(column.name for column in fields(CalendarDay))


def calendar_day_rows(timetable: Timetable) -> Iterator[dict[str, Any]]:
    """Yield a dict a day, in the columns of ``calendar_day.sql``; spans as ``{open_at, shut_at}``, None: unknown."""
    for day in timetable:
        row = {column: getattr(day, column) for column in COLUMNS}
        row["spans"] = (
            None if day.spans is None else [{"open_at": open_at, "shut_at": shut_at} for open_at, shut_at in day.spans]
        )
        yield row


def sql_text(name: str) -> str:
    """Return the text of one of the package's SQL files, named without ``.sql``: ``macros``, ``due_days`` and so on."""
    return (resources.files("pipelines.worktime") / f"{name}.sql").read_text(encoding="utf-8")
