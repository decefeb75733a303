"""One file into the store, in one transaction: every line accepted, refused, known already or blank, and counted.

The same file is loaded once. The same record is stored once, whatever file brings it; a record that says something else
under the same key is another version, and is kept beside the first.
"""

import tempfile
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.core.problem import Problem, Refused
from pipelines.ingest.archive import Archive, Received
from pipelines.ingest.report import ALREADY_LOADED, LOADED, LoadReport, Progress
from pipelines.sources.flat_select import NOT_TAKEN, SKIPPED, Fault
from pipelines.sources.mapping import Mapping
from pipelines.sources.parse_mapping import parse_mapping
from pipelines.sources.sql_text import literal, name
from pipelines.sources.staging import BY_ENGINE, Staged, StagedTable, stage
from pipelines.warehouse.store import Warehouse

NO_TABLE = Fault("row.no_table", None, "No table of the mapping takes this row, and no `skip` says why.")


class LinesDoNotAddUp(Exception):
    """A line of the file would have no fate, or two. This is a mistake of the program, and nothing was loaded."""


@dataclass(frozen=True)
class Earlier:
    """A load of the same file for the same source."""

    load_id: int
    fingerprint: str
    loaded_at: datetime


@dataclass(frozen=True)
class Lines:
    """How many physical lines met each fate."""

    accepted: int
    quarantined: int
    duplicates: int
    blank: int
    skipped: int


@dataclass(frozen=True)
class Stamp:
    """What the load puts into `record_at`. ``again`` counts the earlier loads of the file when it is read anew."""

    at: datetime
    again: int = 0

    def is_given_by_load(self, table: StagedTable) -> bool:
        """Say whether a later load corrects an earlier one in this table."""
        return table.is_stamped_by_load or self.again > 0

    def sql(self, table: StagedTable) -> str:
        """Return the SQL of `record_at`.

        A record that is read anew under a changed mapping ranks just after its former reading: a microsecond a time
        where the log stamps its records, at the time of the load where it does not.
        """
        now = f"TIMESTAMPTZ '{self.at.astimezone(UTC).isoformat(sep=' ')}'"
        if self.again:
            return f"coalesce(record_at + to_microseconds({self.again}), {now})"
        return now if table.is_stamped_by_load else "record_at"


def load_file(
    warehouse: Warehouse,
    archive: Archive,
    mapping: Mapping,
    path: Path,
    *,
    now: datetime,
    again: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Load ``path`` with ``mapping``, at the instant ``now``.

    A file that was loaded with the same mapping is not loaded again. One that was loaded with another state of the
    mapping is refused unless ``again``; then rows that come out the same are duplicates, and changed ones are new
    versions. The raw file is in the archive before the load is committed; a crash leaves no part of a load.
    """
    tell = _teller(progress, path.name)
    received = archive.receive(path, lambda done, total: tell("archiving", done, total))
    try:
        earlier = _earlier_loads(warehouse.con, received.sha256, mapping.source)
        for load in earlier:
            if load.fingerprint == mapping.fingerprint:
                return _report(warehouse.con, load.load_id, ALREADY_LOADED)
        if earlier:
            _check_again(warehouse.con, mapping, path.name, earlier[-1], again=again)
        with tempfile.TemporaryDirectory(dir=archive.incoming) as scratch:
            tell("reading", 0, 1)
            staged = stage(warehouse.con, mapping, received.path, shown=path.name, scratch=Path(scratch))
            tell("storing", 0, 1)
            load_id = _store(
                warehouse.con, archive, mapping, staged, received, path.name, Stamp(at=now, again=len(earlier))
            )
            tell("storing", 1, 1)
    finally:
        archive.discard(received)
    return _report(warehouse.con, load_id, LOADED)


def _teller(progress: Progress | None, file_name: str) -> Callable[[str, int, int], None]:
    return lambda step, done, total: progress(file_name, step, done, total) if progress else None


def _earlier_loads(con: duckdb.DuckDBPyConnection, sha256: str, source: str) -> list[Earlier]:
    found = con.execute(
        "SELECT load_id, mapping_sha256, epoch_us(loaded_at) FROM load "
        "WHERE sha256 = ? AND source = ? ORDER BY load_id",
        [sha256, source],
    ).fetchall()
    return [Earlier(load_id, fingerprint, _instant(us)) for load_id, fingerprint, us in found]


def _instant(microseconds: int) -> datetime:
    """Return an instant. The engine's Python client needs another library for zones; whole microseconds need none."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _check_again(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, file_name: str, earlier: Earlier, *, again: bool
) -> None:
    if not again:
        raise Refused(
            Problem(
                where=file_name,
                what=f"This file was loaded as load {earlier.load_id} on {earlier.loaded_at:%Y-%m-%d %H:%M} UTC with "
                f"another state of {mapping.name}; loading it anew would change what its rows say.",
                mend="Load it with --again if that is meant: rows that come out the same stay, changed ones become "
                "later versions. Otherwise take the mapping back.",
                code="ingest.mapping_changed",
            )
        )
    found = con.execute("SELECT name, text FROM mapping WHERE fingerprint = ?", [earlier.fingerprint]).fetchall()
    former = parse_mapping(found[0][1], found[0][0])
    for part_name, part in mapping.parts.items():
        if part_name in former.parts and former.parts[part_name].table.key != part.table.key:
            raise Refused(
                Problem(
                    where=file_name,
                    what=f"The key of {part_name} in {mapping.name} is not the one that this file was loaded with, so "
                    "every record would be stored a second time under another name.",
                    mend="Take the former key back, or give the mapping a new source.",
                    code="ingest.key_changed",
                )
            )


def _store(
    con: duckdb.DuckDBPyConnection,
    archive: Archive,
    mapping: Mapping,
    staged: Staged,
    received: Received,
    file_name: str,
    stamp: Stamp,
) -> int:
    """Write one load, whole or not at all; return its number."""
    con.execute("BEGIN")
    try:
        load_id = con.execute("SELECT coalesce(max(load_id), 0) + 1 FROM load").fetchall()[0][0]
        _judge(con, staged)
        rows = {}
        for part_name, table in staged.tables.items():  # one after the other: what one stored the next repeats
            _find_repeats(con, part_name, table, mapping.source, stamp)
            rows[part_name] = _insert(con, part_name, table, mapping.source, load_id, stamp)
        blank, quarantined = _quarantine(con, staged, load_id)
        accepted, duplicates = _fates(con, staged, sum(rows.values()))
        skipped = _sum_lines(con, staged, "skipped")
        lines = Lines(accepted, quarantined, duplicates, staged.blank + blank, skipped)
        stored = Counter[str]()
        for part_name, count in rows.items():
            stored[staged.tables[part_name].event.table_name] += count
        _book(con, load_id, mapping, staged, received, file_name, stamp.at, lines, stored)
        archive.keep(received)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return int(load_id)


def _judge(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Find the records that are not events: `refused` (nth, part, fault) and `skipped` (nth).

    A record is refused when any table that takes it cannot read it, or when no table takes it.
    """
    found = " UNION ALL ".join(
        f"SELECT nth, {part} AS part, fault FROM {table.relation} WHERE fault <> 0"
        for part, table in enumerate(staged.tables.values())
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE verdict AS {found or 'SELECT 0 AS nth, 0 AS part, 0 AS fault LIMIT 0'}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE refused AS "
        "SELECT nth, part, fault FROM verdict WHERE fault > 0 "
        "QUALIFY row_number() OVER (PARTITION BY nth ORDER BY part, fault) = 1 "
        f"UNION ALL SELECT nth, NULL, {NOT_TAKEN} FROM verdict WHERE fault = {NOT_TAKEN} "
        "GROUP BY nth HAVING count(*) = ?",
        [len(staged.tables)],
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE skipped AS SELECT DISTINCT nth FROM verdict WHERE fault = {SKIPPED}")


def _find_repeats(
    con: duckdb.DuckDBPyConnection, part_name: str, table: StagedTable, source: str, stamp: Stamp
) -> None:
    """Find the rows that say nothing new, into `repeat_<part>` (rid): repeated in the file, or in the store already.

    Distinct hashes of the keys are counted first: where every key is new and stands once, there is nothing to compare.
    """
    event, good = table.event, f"(FROM {table.relation} WHERE fault = 0 AND nth NOT IN (SELECT nth FROM refused))"
    keys = [name(column.name) for column in event.key]
    versioned = stamp.is_given_by_load(table)
    content = [name(c.name) for c in event.columns if not (versioned and c.name == "record_at")]
    con.execute(f"CREATE OR REPLACE TEMP TABLE repeat_{part_name} (rid BIGINT)")
    hashed = f"hash({', '.join(keys)})"
    rows, distinct = con.execute(f"SELECT count(*), count(DISTINCT {hashed}) FROM {good}").fetchall()[0]
    if rows != distinct:
        con.execute(
            f"INSERT INTO repeat_{part_name} SELECT rid FROM {good} "
            f"WHERE {hashed} IN (SELECT {hashed} FROM {good} GROUP BY 1 HAVING count(*) > 1) "
            f"QUALIFY row_number() OVER (PARTITION BY {', '.join(content)} ORDER BY rid) > 1"
        )
    known = f"(SELECT * FROM {event.table_name} e SEMI JOIN {good} g USING ({', '.join(keys)}) WHERE e.source = $source"
    if versioned:  # a later load corrects an earlier one: only what holds now can be repeated
        known += f" QUALIFY record_at IS NOT DISTINCT FROM max(record_at) OVER (PARTITION BY {', '.join(keys)})"
    same = " AND ".join(
        f"g.{column} = k.{column}" if column in keys else f"g.{column} IS NOT DISTINCT FROM k.{column}"
        for column in content
    )
    con.execute(
        f"INSERT INTO repeat_{part_name} SELECT g.rid FROM {good} g SEMI JOIN {known}) k ON {same} "
        f"WHERE g.rid NOT IN (SELECT rid FROM repeat_{part_name})",
        {"source": source},
    )


def _insert(
    con: duckdb.DuckDBPyConnection, part_name: str, table: StagedTable, source: str, load_id: int, stamp: Stamp
) -> int:
    """Store the rows that are new; return how many."""
    event = table.event
    columns = [column.name for column in event.columns]
    values = [stamp.sql(table) if column == "record_at" else name(column) for column in columns]
    done = con.execute(
        f"INSERT INTO {event.table_name} (source, load_id, {', '.join(name(column) for column in columns)}) "
        f"SELECT {literal(source)}, {load_id}, {', '.join(values)} FROM {table.relation} "
        f"WHERE fault = 0 AND nth NOT IN (SELECT nth FROM refused) AND rid NOT IN (SELECT rid FROM repeat_{part_name})"
    ).fetchall()
    return int(done[0][0])


def _quarantine(con: duckdb.DuckDBPyConnection, staged: Staged, load_id: int) -> tuple[int, int]:
    """Keep what was refused, with its text and the reason. Return (blank, quarantined) lines."""
    tables = list(staged.tables.values())
    refused = [(item.line_no, item.last_line_no, item.fault) for item in staged.broken]
    for first, last, part, number in con.execute(
        f"SELECT line_no, last_line_no, part, fault FROM refused JOIN {staged.spans} USING (nth)"
    ).fetchall():
        refused.append((first, last, NO_TABLE if part is None else tables[part].faults[number - 1]))
    texts = staged.texts([(first, last) for first, last, _ in refused]) if refused else {}
    blank, quarantined = 0, 0
    kept = []
    for first, last, fault in sorted(refused, key=lambda item: item[0]):
        text = texts[first][0]
        if text.strip(staged.blank_signs):
            quarantined += last - first + 1
            kept.append((first, last, fault, text))
        else:
            blank += last - first + 1
    if kept:
        con.register("kept", _quarantine_rows(kept, load_id))
        con.execute("INSERT INTO quarantine BY NAME FROM kept")
        con.unregister("kept")
    return blank, quarantined


def _quarantine_rows(kept: list[tuple[int, int, Fault, str]], load_id: int) -> pa.Table:
    return pa.table(
        {
            "load_id": pa.array([load_id] * len(kept), pa.int32()),
            "line_no": pa.array([first for first, _, _, _ in kept], pa.int64()),
            "last_line_no": pa.array([last for _, last, _, _ in kept], pa.int64()),
            "code": pa.array([fault.code for _, _, fault, _ in kept], pa.string()),
            "column_name": pa.array([fault.column for _, _, fault, _ in kept], pa.string()),
            "raw_text": pa.array([text for _, _, _, text in kept], pa.string()),
            "message": pa.array([fault.message for _, _, fault, _ in kept], pa.string()),
        }
    )


def _fates(con: duckdb.DuckDBPyConnection, staged: Staged, stored: int) -> tuple[int, int]:
    """Return (accepted, duplicates) in lines: a record is a duplicate when all its rows are repeats."""
    repeats = " UNION ALL ".join(f"SELECT count(*) FROM repeat_{part_name}" for part_name in staged.tables)
    repeated = sum(count for (count,) in con.execute(repeats).fetchall()) if repeats else 0
    if staged.reading == BY_ENGINE and len(staged.tables) == 1:  # a record is a line and gives one row
        return stored, repeated
    rows = " UNION ALL ".join(
        f"SELECT nth, rid NOT IN (SELECT rid FROM repeat_{part_name}) AS is_new FROM {table.relation} WHERE fault = 0"
        for part_name, table in staged.tables.items()
    )
    if not rows:
        return 0, 0
    found = con.execute(
        f"SELECT is_new, sum(last_line_no - line_no + 1)::BIGINT FROM ("
        f"SELECT nth, bool_or(is_new) AS is_new FROM ({rows}) WHERE nth NOT IN (SELECT nth FROM refused) GROUP BY nth) "
        f"JOIN {staged.spans} USING (nth) GROUP BY is_new"
    ).fetchall()
    counted = dict(found)
    return counted.get(True, 0), counted.get(False, 0)


def _sum_lines(con: duckdb.DuckDBPyConnection, staged: Staged, relation: str) -> int:
    found = con.execute(
        f"SELECT coalesce(sum(last_line_no - line_no + 1), 0)::BIGINT FROM {relation} JOIN {staged.spans} USING (nth)"
    ).fetchall()
    return int(found[0][0])


def _book(
    con: duckdb.DuckDBPyConnection,
    load_id: int,
    mapping: Mapping,
    staged: Staged,
    received: Received,
    file_name: str,
    now: datetime,
    lines: Lines,
    rows: MappingType[str, int],
) -> None:
    """Enter the load in the book, once its lines add up."""
    fates = (lines.accepted, lines.quarantined, lines.duplicates, lines.blank, lines.skipped)
    if staged.lines != sum(fates):
        raise LinesDoNotAddUp(f"{file_name}: {staged.lines} lines, and {' + '.join(map(str, fates))} accounted for")
    mapping_name = Path(mapping.name).stem
    con.execute("DELETE FROM mapping WHERE fingerprint = ?", [mapping.fingerprint])
    con.execute(
        "INSERT INTO mapping VALUES (?, ?, ?, ?, ?, ?)",
        [mapping.fingerprint, mapping_name, mapping.source, mapping.channel, mapping.keeper, mapping.text],
    )
    con.execute(
        "INSERT INTO load VALUES (?, ?, ?, ?, ?, ?, ?, ?::TIMESTAMPTZ, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(load_id, mapping.source, file_name, received.sha256, received.size_bytes),
            *(mapping_name, mapping.fingerprint, now.astimezone(UTC).isoformat()),
            *(staged.lines, *fates, staged.reading),
        ],
    )
    for table_name, count in rows.items():
        con.execute("INSERT INTO load_table VALUES (?, ?, ?)", [load_id, table_name, count])


def _report(con: duckdb.DuckDBPyConnection, load_id: int, status: str) -> LoadReport:
    return next(report for report in load_reports(con, load_id=load_id, status=status))


def load_reports(
    con: duckdb.DuckDBPyConnection, *, load_id: int | None = None, status: str = LOADED
) -> list[LoadReport]:
    """Return what the book says of one load, or of all, by number."""
    result = con.execute(
        "SELECT load_id, source, file_name, sha256, bytes AS size_bytes, mapping_name, mapping_sha256, "
        "epoch_us(loaded_at) AS loaded_us, lines, accepted, quarantined, duplicates, blank, skipped, reading "
        "FROM load WHERE load_id = $id OR $id IS NULL ORDER BY load_id",
        {"id": load_id},
    )
    names = [column[0] for column in result.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    rows = con.execute("SELECT load_id, table_name, rows FROM load_table ORDER BY ALL").fetchall()
    reasons = con.execute(
        "SELECT load_id, code, column_name, count(*) FROM quarantine GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [
        LoadReport(
            **{key: value for key, value in load.items() if key != "loaded_us"},
            status=status,
            loaded_at=_instant(load["loaded_us"]),
            rows=tuple(tuple(rest) for number, *rest in rows if number == load["load_id"]),
            reasons=tuple(tuple(rest) for number, *rest in reasons if number == load["load_id"]),
        )
        for load in found
    ]
