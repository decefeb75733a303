"""What the logs behind a statement delivered: by source and day, file by file, what was refused and why.

How complete a source was is the statement's own (its evidence has a row a source, channel and day); what became of each
file's lines is the store's account of its loads. A refused line could not be read, so nobody knows which of its fields
are personal: of an example only dates, times and marks are shown, wherever it stands.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.contract.model import SourceOf
from pipelines.core.period import Month
from pipelines.metrics.declare import quoted
from pipelines.runs.contracts import read_source
from pipelines.runs.items import own_sources
from pipelines.runs.narrow import statement_as_seen
from pipelines.runs.readers import query
from pipelines.runs.sight import WHOLE, Sight
from pipelines.runs.statements import evidence_folder, find_statement
from pipelines.warehouse.store import Warehouse

LOG = "delivered_log"
EXAMPLES = 3
FATES = ("accepted", "duplicates", "quarantined", "blank", "skipped")
MASKED = "***"
SHOWN = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?|[^\w]+|_+")


@dataclass(frozen=True)
class SourceRow:
    """A source: its files and the fates of their lines, which add up to ``lines``; how complete it had to be, and was.

    ``complete`` is what was accepted of all that should be there in the month; None where the statement did not ask.
    """

    source: str
    keeper: str
    files: int
    lines: int
    fates: Mapping[str, int]
    channel: str
    required: Fraction | None
    complete: Fraction | None
    verdict: str


@dataclass(frozen=True)
class DeliveredDay:
    """A source's day: rows accepted, rows refused (spread over the days of their file), rows that never came."""

    source: str
    day: date
    accepted: int
    refused: int
    missing: int


@dataclass(frozen=True)
class FileRow:
    """A load: one file, and the fates of its lines."""

    load_id: int
    source: str
    file_name: str
    sha256: str
    loaded_at: datetime
    lines: int
    fates: Mapping[str, int]


@dataclass(frozen=True)
class Example:
    """A refused line: where it stands, and what of it may be shown."""

    file_name: str
    load_id: int
    line_no: int
    text: str


@dataclass(frozen=True)
class ReasonRow:
    """Why lines of a source were refused, how many, and a few of them."""

    source: str
    code: str
    column: str
    message: str
    n: int
    examples: Sequence[Example]


@dataclass(frozen=True)
class Deliveries:
    """All of it."""

    sources: Sequence[SourceRow]
    days: Sequence[DeliveredDay]
    files: Sequence[FileRow]
    reasons: Sequence[ReasonRow]


def deliveries(home: Path, statement_id: str, *, sight: Sight = WHOLE) -> Deliveries:
    """Return what the logs behind a statement delivered, of those that ``sight`` sees."""
    ref = find_statement(home, statement_id)
    body = statement_as_seen(home, ref.id, sight)
    folder = evidence_folder(home, ref.id)
    days = _days(folder, body, sight)
    with Warehouse(home, read_only=True, locked=True) as warehouse:
        files = _files(warehouse, body["loads"])
        reasons = _reasons(warehouse, files)
    return Deliveries(_sources(folder, body, files, days), days, files, reasons)


def _days(folder: Path, body: Mapping[str, Any], sight: Sight) -> list[DeliveredDay]:
    """Return the days of every source that the statement's completeness was measured on; else none."""
    path = folder / f"{LOG}.parquet"
    if LOG not in body["evidence"] or not path.exists():
        return []
    rows = query(
        "SELECT item_source, service_on, sum(row_count), sum(refused_count), sum(expected_count)"
        f" FROM {sight.rows(path, LOG, own_sources(folder, body, sight))}"
        " WHERE outside IS NULL GROUP BY ALL ORDER BY ALL",
        folder,
    )
    return [
        DeliveredDay(source, day, int(accepted), int(refused), int(missing))
        for source, day, accepted, refused, missing in rows
    ]


def _files(warehouse: Warehouse, behind: Sequence[Mapping[str, Any]]) -> list[FileRow]:
    """Return the loads of the files that a statement names, the newest first."""
    if not behind:
        return []
    listed = ", ".join(f"({quoted(one['source'])}, {quoted(one['sha256'])})" for one in behind)
    rows = warehouse.con.execute(
        f"SELECT load_id, source, file_name, sha256, loaded_at, lines, {', '.join(FATES)} FROM load"
        f" WHERE (source, sha256) IN (VALUES {listed}) ORDER BY source, file_name, load_id"
    ).fetchall()
    return [
        FileRow(load_id, source, name, sha256, loaded_at, lines, dict(zip(FATES, fates, strict=True)))
        for load_id, source, name, sha256, loaded_at, lines, *fates in rows
    ]


def _reasons(warehouse: Warehouse, files: Sequence[FileRow]) -> list[ReasonRow]:
    """Return the reasons of refused lines, the most frequent first."""
    names = {one.load_id: one for one in files}
    if not names:
        return []
    rows = warehouse.con.execute(
        "SELECT source, code, coalesce(column_name, ''), min(message), count(*) AS n,"
        f" list({{load_id: load_id, line_no: line_no, raw: raw_text}} ORDER BY load_id, line_no)[:{EXAMPLES}]"
        f" FROM quarantine JOIN load USING (load_id) WHERE load_id IN ({', '.join(map(str, sorted(names)))})"
        " GROUP BY source, code, column_name ORDER BY n DESC, source, code"
    ).fetchall()
    return [
        ReasonRow(source, code, column, message, n, [_example(names, one) for one in some])
        for source, code, column, message, n, some in rows
    ]


def _example(files: Mapping[int, FileRow], found: Mapping[str, Any]) -> Example:
    own = files[found["load_id"]]
    return Example(own.file_name, own.load_id, found["line_no"], shown_of(found["raw"] or ""))


def shown_of(text: str) -> str:
    """Return a line that nobody could read, with everything covered but dates, times and the marks between fields.

    ``X0-S189,2026-02-30 09:15:00,林,SIDEWAYS`` → ``***-***,2026-02-30 09:15:00,***,***``.
    """
    found, at = [], 0
    for match in SHOWN.finditer(text):
        found += [MASKED] if match.start() > at else []
        found.append(match[0])
        at = match.end()
    return "".join([*found, MASKED if at < len(text) else ""])


def _sources(
    folder: Path, body: Mapping[str, Any], files: Sequence[FileRow], days: Sequence[DeliveredDay]
) -> list[SourceRow]:
    keepers = {one["source"]: one["keeper"] for one in body["loads"]}
    required = _required(folder, Month.parse(body["month"]))
    rows = []
    for source in sorted({*keepers, *required}):
        own = [one for one in files if one.source == source]
        mine = [one for one in days if one.source == source]
        accepted = sum(one.accepted for one in mine)
        due = accepted + sum(one.refused + one.missing for one in mine)
        complete = Fraction(accepted, due) if due else None
        asked = required.get(source)
        needed = None if asked is None or asked.complete is None else Fraction(asked.complete)
        rows.append(
            SourceRow(
                source=source,
                keeper=keepers.get(source, ""),
                files=len(own),
                lines=sum(one.lines for one in own),
                fates={fate: sum(one.fates[fate] for one in own) for fate in FATES},
                channel="" if asked is None else asked.channel,
                required=needed,
                complete=complete,
                verdict=_verdict(needed, complete),
            )
        )
    return rows


def _verdict(needed: Fraction | None, complete: Fraction | None) -> str:
    """Say what the contract's ``data:`` makes of a source, as the settlement does."""
    if needed is None:
        return "reported"
    if complete is None:
        return "no data"
    return "met" if complete >= needed else "missed"


def _required(folder: Path, month: Month) -> dict[str, SourceOf]:
    """Return the logs that the contract, as it was settled by, names."""
    path = folder / "contract"
    if not path.exists():
        return {}
    return {one.source: one for one in read_source(str(path), month).model.data.sources}
