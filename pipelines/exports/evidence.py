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
from pipelines.exports.figures import state_text
from pipelines.exports.safe_text import FORMULA_SIGNS, safe_text
from pipelines.exports.words import Words, catalogue
from pipelines.metrics.declare import quoted

BOM = "\ufeff"  # without it a spreadsheet in mainland China reads UTF-8 as GBK
CALENDAR = "calendar_day"
QUESTION_COLUMNS = ("state", "base", "amount", "group")  # what a question's name in the evidence ends in


def write_evidence(
    body: Mapping[str, Any],
    folder: Path,
    target: Path,
    form: str,
    words: Words,
    settings: Mapping[str, str | int | None],
    seen: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write a statement's evidence to a folder as ``csv`` or ``parquet``, with a legend of its columns and states.

    ``settings`` bound the engine: ``memory_limit`` and ``threads``. Parquet is copied byte for byte. In CSV a text that
    a spreadsheet would run as a formula has a ``'`` before it. ``seen``: of each file that a reader may have, as CSV,
    the relation of the rows that it sees; None for all of them.
    """
    assert seen is None or form == "csv"  # noqa: S101 - a copy would hold what is not seen
    target.mkdir(parents=True, exist_ok=True)
    written = []
    with duckdb.connect(config={name: value for name, value in settings.items() if value is not None}) as con:
        con.execute("SET TimeZone = 'UTC'")
        sources = _checked(con, body, folder)
        tables = {name: f"read_parquet({quoted(str(source))})" for name, source in sources.items()}
        if seen is not None:
            tables = {name: seen[name] for name in tables if name in seen}
            body = {**body, "evidence": {name: body["evidence"][name] for name in tables}}
        for name, table in tables.items():
            path = target / f"{name}.{form}"
            part = path.with_suffix(f".{form}.part")
            if form == "parquet":
                copyfile(sources[name], part)
            else:
                con.execute(f"COPY ({_readable(con, table)}) TO {quoted(str(part))} (FORMAT csv, HEADER)")
            written.append(part.replace(path))
        legend = target / "legend.csv"
        legend.write_bytes(csv_bytes(_legend(con, body, tables, words)))
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


def _readable(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the SELECT of a file's rows for a CSV; the first heading carries the mark of UTF-8."""
    columns = con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    signs = ", ".join(str(ord(sign)) for sign in (*FORMULA_SIGNS, "'"))
    shown = []
    for number, (name, kind, *_) in enumerate(columns):
        column = '"' + name.replace('"', '""') + '"'
        heading = f'"{BOM if number == 0 else ""}{column[1:]}'
        value = column
        if kind == "VARCHAR":
            value = f"CASE WHEN unicode({column}) IN ({signs}) THEN '''' || {column} ELSE {column} END"
        elif kind == "TIMESTAMP WITH TIME ZONE":  # the same text, without asking four times as long what UTC is
            plain = f"CAST(make_timestamp(epoch_us({column})) AS VARCHAR) || '+00'"
            value = f"CASE WHEN isfinite({column}) THEN {plain} ELSE CAST({column} AS VARCHAR) END"
        shown.append(f"{value} AS {heading}")
    return f"SELECT {', '.join(shown)} FROM {table}"


def _legend(
    con: duckdb.DuckDBPyConnection, body: Mapping[str, Any], tables: Mapping[str, str], words: Words
) -> Iterator[Sequence[str]]:
    """Yield what each column means, and what each state that is there is called."""
    known = catalogue()["evidence_column"]
    names = {one.get("of", one["id"]): words.pick(one["name"]) for one in body["indicators"]}
    asked = {
        one["column"]: f"{names.get(one['of']) or one['of']} ({one['metric']})" for one in body.get("questions", ())
    }
    yield [words(f"column.{name}") for name in ("population", "name", "meaning")]
    for population, part in body["evidence"].items():
        for column in part["columns"]:
            question, _, kind = column.rpartition("_")
            if question in asked and kind in QUESTION_COLUMNS:
                yield population, column, f"{asked[question]} {words(f'evidence_column.{kind}')}"
            else:
                yield population, column, words.of("evidence_column", column) if column in known else ""
        states = [one for one in part["columns"] if one.rpartition("_")[::2] in {(q, "state") for q in asked}]
        for state in _states_in(con, tables[population], states):
            yield population, state, state_text(*state.partition(": ")[::2], words)


def _states_in(con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[str]:
    each = [f'SELECT DISTINCT "{column}" AS state FROM {table}' for column in columns]
    if not each:
        return []
    found = con.execute(
        f"SELECT DISTINCT state FROM ({' UNION ALL '.join(each)}) WHERE state IS NOT NULL ORDER BY state"
    )
    return [row[0] for row in found.fetchall()]


def csv_bytes(rows: Iterable[Sequence[str | Decimal | None]]) -> bytes:
    """Return rows as CSV for people and accounting systems: UTF-8 with its mark, CRLF, no text that runs."""
    found = StringIO()
    csv.writer(found, lineterminator="\r\n").writerows([_csv_cell(cell) for cell in row] for row in rows)
    return (BOM + found.getvalue()).encode()


def _csv_cell(cell: str | Decimal | None) -> str:
    return f"{cell:f}" if isinstance(cell, Decimal) else safe_text(cell or "")
