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


def flat_columns(span_count: int) -> tuple[str, ...]:
    """Return the columns that lay a day's spans out flat, with their types.

    ``open_1_us``, ``shut_1_us``, ``open_2_us`` … are microseconds of instants. A span that a day lacks is empty,
    and counts as nothing.
    """
    return tuple(f"{edge}_{number}_us BIGINT" for number in range(1, span_count + 1) for edge in ("open", "shut"))


def flat_values(span_count: int) -> str:
    """Return what the flat columns hold, as SET clauses over ``spans``."""
    return ", ".join(
        f"{edge}_{number}_us = CASE WHEN spans IS NOT NULL THEN coalesce(epoch_us(spans[{number}].{edge}_at), 0) END"
        for number in range(1, span_count + 1)
        for edge in ("open", "shut")
    )


def sql_text(name: str) -> str:
    """Return the text of one of the package's SQL files, named without ``.sql``: ``macros``, ``due_days`` and so on."""
    return (resources.files("pipelines.worktime") / f"{name}.sql").read_text(encoding="utf-8")
