"""The evidence at full size: a file a population, streamed; no row and no state is left out or put in other words."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from shutil import copyfile
from typing import Any

import duckdb

from pipelines.core.problem import Problem, refuse_if_any
from pipelines.exports.figures import reasons, state_text
from pipelines.exports.safe_text import FORMULA_SIGNS, safe_text
from pipelines.exports.words import Words, catalogue
from pipelines.metrics.declare import quoted

BOM = "\ufeff"  # without it a spreadsheet in mainland China reads UTF-8 as GBK
CALENDAR = "calendar_day"


def write_evidence(
    body: Mapping[str, Any],
    folder: Path,
    target: Path,
    form: str,
    words: Words,
    settings: Mapping[str, str | int | None],
) -> list[Path]:
    """Write a statement's evidence to a folder as ``csv`` or ``parquet``, with a legend of its columns and states.

    ``settings`` bound the engine: ``memory_limit`` and ``threads``. Parquet is copied byte for byte. In CSV a text that
    a spreadsheet would run as a formula has a ``'`` before it.
    """
    target.mkdir(parents=True, exist_ok=True)
    written = []
    with duckdb.connect(config={name: value for name, value in settings.items() if value is not None}) as con:
        con.execute("SET TimeZone = 'UTC'")
        sources = _checked(con, body, folder)
        for name, source in sources.items():
            path = target / f"{name}.{form}"
            part = path.with_suffix(f".{form}.part")
            if form == "parquet":
                copyfile(source, part)
            else:
                con.execute(f"COPY ({_readable(con, source)}) TO {quoted(str(part))} (FORMAT csv, HEADER)")
            written.append(part.replace(path))
    legend = target / "legend.csv"
    legend.write_bytes(csv_bytes(_legend(body, words)))
    return [*written, legend]


def _checked(con: duckdb.DuckDBPyConnection, body: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    """Return the file of each population and the calendar's; each must be there with the rows that the record names."""
    problems = []
    for name, part in body["evidence"].items():
        path = folder / f"{name}.parquet"
        try:
            found = con.execute(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchall()[0][0]
        except duckdb.Error:
            found = None
        if found != part["rows"]:
            has = "cannot be read" if found is None else f"has {found} rows"
            problems.append(
                Problem(
                    where=str(path),
                    what=f"The statement rests on {part['rows']} rows here, and the file {has}.",
                    mend="Restore it from a copy, or close the month again from the same logs.",
                    code="export.evidence",
                )
            )
    refuse_if_any(problems)
    calendar = folder / f"{CALENDAR}.parquet"
    return {name: folder / f"{name}.parquet" for name in body["evidence"]} | (
        {CALENDAR: calendar} if calendar.exists() else {}
    )


def _readable(con: duckdb.DuckDBPyConnection, source: Path) -> str:
    """Return the SELECT of a file's rows for a CSV; the first heading carries the mark of UTF-8."""
    table = f"read_parquet({quoted(str(source))})"
    columns = con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    signs = ", ".join(f"chr({ord(sign)})" for sign in (*FORMULA_SIGNS, "'"))
    shown = []
    for number, (name, kind, *_) in enumerate(columns):
        column = '"' + name.replace('"', '""') + '"'
        heading = f'"{BOM if number == 0 else ""}{column[1:]}'
        guarded = f"CASE WHEN left({column}, 1) IN ({signs}) THEN '''' || {column} ELSE {column} END"
        shown.append(f"{guarded if kind == 'VARCHAR' else column} AS {heading}")
    return f"SELECT {', '.join(shown)} FROM {table}"


def _legend(body: Mapping[str, Any], words: Words) -> Iterator[Sequence[str]]:
    """Yield what each column means, and what each state is called."""
    names = {one["id"]: words.pick(one["name"]) or one["id"] for one in body["indicators"]}
    yield [words(f"column.{name}") for name in ("population", "name", "meaning")]
    for population, part in body["evidence"].items():
        for column in part["columns"]:
            indicator, _, suffix = column.rpartition("_")
            meaning = words.of("evidence_column", column if column in catalogue()["evidence_column"] else suffix)
            yield population, column, f"{names[indicator]} {meaning}" if indicator in names else meaning
        kept = [one for one in body["indicators"] if one["id"] in part.get("indicators", ())]
        states = {
            f"{state}: {reason}" if reason else state: (state, reason)
            for one in kept
            for state, reason, _ in reasons(one["states"])
        }
        for written, (state, reason) in sorted(states.items()):
            yield population, written, state_text(state, reason, words)


def csv_bytes(rows: Iterable[Sequence[str | Decimal | None]]) -> bytes:
    """Return rows as CSV for people and accounting systems: UTF-8 with its mark, CRLF, no text that runs."""
    found = StringIO()
    csv.writer(found, lineterminator="\r\n").writerows([_csv_cell(cell) for cell in row] for row in rows)
    return (BOM + found.getvalue()).encode()


def _csv_cell(cell: str | Decimal | None) -> str:
    return f"{cell:f}" if isinstance(cell, Decimal) else safe_text(cell or "")
