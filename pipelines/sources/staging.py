"""A file's records as rows of the canonical tables, in temporary tables of an open DuckDB connection.

Whatever the format, this is where all sources meet: ``Staged`` is what the load takes up. Nothing is stored yet.
"""

import glob
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa

from pipelines.core.event import EVENT_TABLES, EventTable
from pipelines.sources.adapter import Rejected, adapter_named, schema_of
from pipelines.sources.flat_select import Fault, TableSelect, table_select
from pipelines.sources.local_time import offset_sql, pieces_between, repeated_sql, skips
from pipelines.sources.mapping import Mapping
from pipelines.sources.open_file import engine_names, open_file
from pipelines.sources.raw_file import BLANK, WHY, DelimitedFile, RawFile, RawRecord, Run, sift, survey
from pipelines.sources.sql_text import literal, name

BATCH_RECORDS = 20_000
NTH, FIRST, LAST = "§nth", "§first", "§last"  # beside the raw columns, none of which is called so
BY_ENGINE = "engine"  # each physical line is one record, read by the engine
BY_LINE = "line by line"
BY_ELEMENT = "element by element"

Keys: TypeAlias = dict[str, str] | None
FindTexts: TypeAlias = Callable[[Iterable[tuple[int, int]]], dict[int, tuple[str, dict[str, str]]]]


@dataclass(frozen=True)
class Broken:
    """A record that never became a row: its lines, and why."""

    line_no: int
    last_line_no: int
    fault: Fault


@dataclass(frozen=True)
class StagedTable:
    """The rows for one event table: a relation with rid, nth, the canonical columns and `fault` (0: none).

    ``rid`` numbers the rows in the order of the file, ``nth`` the record that a row came from. ``is_stamped_by_load``:
    `record_at` is still to be filled with the instant of the load.
    """

    event: EventTable
    relation: str
    faults: tuple[Fault, ...]
    is_stamped_by_load: bool = False


@dataclass(frozen=True)
class Staged:
    """All that a file gave: ``tables`` by part of the mapping. ``spans`` is a relation (nth, line_no, last_line_no).

    ``texts`` finds the raw text and the fields of spans of lines again, by first line.

    ``lines`` counts the physical lines (rows, elements) of the file without its head, ``blank`` the empty ones.
    """

    tables: dict[str, StagedTable]
    lines: int
    blank: int
    broken: tuple[Broken, ...]
    spans: str
    reading: str
    texts: FindTexts
    blank_signs: str = " \t\r"


def stage(
    con: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    path: Path,
    *,
    shown: str,
    scratch: Path,
    keys: Keys = None,
) -> Staged:
    """Read ``path`` into temporary tables; ``shown`` is its name in messages, ``scratch`` a folder for a decoded copy.

    ``keys`` (table name → relation of keys) limits the rows to some keys of some tables.
    """
    if mapping.adapter is not None:
        return _stage_elements(con, mapping, path, keys)
    file = open_file(path, mapping, shown=shown, scratch=scratch)
    if isinstance(file, DelimitedFile):
        found = survey(file.path)
        with suppress(duckdb.Error, NotPlain):  # then nothing was kept: the file is read again, more carefully
            if file.encoding == "utf-8" and found.is_plain:
                return _stage_plain(con, mapping, file, found.lines - file.head_lines, keys)
        with suppress(duckdb.Error, NotPlain):
            return _stage_sifted(con, mapping, file, scratch, keys)
    return _stage_by_line(con, mapping, file, keys)


class NotPlain(Exception):
    """The engine does not see one record in each physical line."""


def _stage_plain(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, file: DelimitedFile, lines: int, keys: Keys
) -> Staged:
    """Let the engine read the file as it is: it has to see as many records as there are lines."""
    tables = _tables_by_engine(con, mapping, file, lines, keys)
    first = file.head_lines + 1
    spans = f"(SELECT range AS nth, range + {first} AS line_no, range + {first} AS last_line_no FROM range({lines}))"
    return Staged(tables, lines, 0, (), spans, BY_ENGINE, _named_fields(file), " \t\r" + file.delimiter)


def _stage_sifted(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, file: DelimitedFile, scratch: Path, keys: Keys
) -> Staged:
    """Take out what is no record, and let the engine read the rest: it has to see as many records as are left."""
    sifted = sift(file, scratch / "sifted.csv")
    tables = _tables_by_engine(con, mapping, sifted.file, sifted.records, keys)
    columns = list(zip(*sifted.runs, strict=True)) or [(), (), (), ()]
    runs = {name_: pa.array(column, pa.int64()) for name_, column in zip(Run._fields, columns, strict=True)}
    con.register("incoming", pa.table(runs))
    con.execute("CREATE OR REPLACE TEMP TABLE run AS FROM incoming")
    con.unregister("incoming")
    spans = (
        "(SELECT nth + i AS nth, line_no + i AS line_no, last_line_no + i AS last_line_no "
        "FROM (SELECT *, unnest(range(records)) AS i FROM run))"
    )
    broken = tuple(_broken(record) for record in sifted.broken)
    return Staged(tables, sifted.lines, sifted.blank, broken, spans, BY_LINE, _named_fields(file))


def _wanted_parts(mapping: Mapping, keys: Keys) -> dict[str, str]:
    """Return the parts of a mapping to read, each with the relation of its wanted keys; none: every key."""
    if keys is None:
        return dict.fromkeys(mapping.parts, "")
    return {part_name: keys[part.event] for part_name, part in mapping.parts.items() if part.event in keys}


def _broken(record: RawRecord) -> Broken:
    code = str(record.code)
    return Broken(record.line_no, record.last_line_no, Fault(code, None, WHY[code]))


def _tables_by_engine(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, file: DelimitedFile, records: int, keys: Keys
) -> dict[str, StagedTable]:
    quote = literal(file.quote)
    columns = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in engine_names(file.header, mapping.raw_columns))
    relation = (
        f"read_csv({literal(glob.escape(str(file.path)))}, auto_detect=false, header=false, skip={file.head_lines}, "
        f"delim={literal(file.delimiter)}, quote={quote}, escape={quote}, columns={{{columns}}}, compression='none')"
    )
    tables = {}
    for part_name, wanted in _wanted_parts(mapping, keys).items():
        if not wanted:
            select = table_select(mapping, part_name, relation=relation)
            tables[part_name] = _stage(con, mapping, part_name, select, nth="rowid")
            counted = f"staged_{part_name}"
        else:
            number = "row_number() OVER () - 1"
            select = table_select(mapping, part_name, relation=relation, nth=number, keys=wanted)
            tables[part_name] = _stage(con, mapping, part_name, select, nth="nth")
            counted = relation
        if con.execute(f"SELECT count(*) FROM {counted}").fetchall()[0][0] != records:
            raise NotPlain
    return tables


def _stage_by_line(con: duckdb.DuckDBPyConnection, mapping: Mapping, file: RawFile, keys: Keys) -> Staged:
    """Read the file record by record; what is no record is kept apart with its lines."""
    broken: list[Broken] = []
    tally = {"lines": 0, "blank": 0}
    names = engine_names(file.header, mapping.raw_columns)
    fields = [*((column, pa.string()) for column in names), *((column, pa.int64()) for column in (NTH, FIRST, LAST))]
    schema = pa.schema(fields)
    reader = pa.RecordBatchReader.from_batches(schema, _batches(file, schema, broken, tally))
    con.register("incoming", reader)
    con.execute("CREATE OR REPLACE TEMP TABLE raw_record AS FROM incoming")
    con.unregister("incoming")
    tables = {}
    for part_name, wanted in _wanted_parts(mapping, keys).items():
        select = table_select(mapping, part_name, relation="raw_record", nth=name(NTH), keys=wanted)
        tables[part_name] = _stage(con, mapping, part_name, select, nth="nth")
    spans = f"(SELECT {name(NTH)} AS nth, {name(FIRST)} AS line_no, {name(LAST)} AS last_line_no FROM raw_record)"
    return Staged(tables, tally["lines"], tally["blank"], tuple(broken), spans, BY_LINE, _named_fields(file))


def _named_fields(file: RawFile) -> FindTexts:
    """Return a finder of lines that gives each field its header's name; a record of another width has no fields."""

    def find(spans: Iterable[tuple[int, int]]) -> dict[int, tuple[str, dict[str, str]]]:
        found = file.texts(spans)
        return {
            line: (text, dict(zip(file.header, fields, strict=True)) if len(fields) == len(file.header) else {})
            for line, (text, fields) in found.items()
        }

    return find


def _stage_elements(con: duckdb.DuckDBPyConnection, mapping: Mapping, path: Path, keys: Keys) -> Staged:
    """Take what an adapter yields; every element gives a row or is broken."""
    adapter = adapter_named(mapping.adapter or "", mapping.name)
    broken: dict[int, Broken] = {}
    names: list[str] = []
    for given in adapter.read(path, mapping):
        if isinstance(given, Rejected):
            broken[given.position] = Broken(given.position, given.position, given.fault)
            continue
        table_name, batch = given
        con.register("incoming", pa.Table.from_batches([batch]))
        if table_name not in names:
            names.append(table_name)
            con.register("nothing", schema_of(EVENT_TABLES[table_name]).empty_table())
            con.execute(f"CREATE OR REPLACE TEMP TABLE staged_{table_name} AS FROM nothing")
            con.unregister("nothing")
        con.execute(f"INSERT INTO staged_{table_name} BY NAME FROM incoming")
        con.unregister("incoming")
    for table_name in names:  # of an element that is broken no row is taken
        con.execute(f"DELETE FROM staged_{table_name} WHERE nth IN (SELECT unnest(?::BIGINT[]))", [list(broken)])
    positions = (
        " UNION ".join(f"SELECT nth FROM staged_{table_name}" for table_name in names) or "SELECT 0 AS nth LIMIT 0"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE element AS FROM ({positions})")
    lines = con.execute("SELECT count(*) FROM element").fetchall()[0][0] + len(broken)
    tables = {name_: _checked_elements(con, EVENT_TABLES[name_], (keys or {}).get(name_)) for name_ in names}

    def find(spans: Iterable[tuple[int, int]]) -> dict[int, tuple[str, dict[str, str]]]:
        return adapter.texts(path, [first for first, _ in spans])

    spans = "(SELECT nth, nth AS line_no, nth AS last_line_no FROM element)"
    return Staged(tables, lines, 0, tuple(broken.values()), spans, BY_ELEMENT, find)


def _checked_elements(con: duckdb.DuckDBPyConnection, event: EventTable, keys: str | None) -> StagedTable:
    """Lay over an adapter's rows the check that a mapping's rows get: what is required is there."""
    required = [column.name for column in event.columns if column.required]
    faults = tuple(
        Fault("row.missing_value", column, f"{column} is required, and there is no value.") for column in required
    )
    cases = " ".join(f"WHEN {name(column)} IS NULL THEN {n}" for n, column in enumerate(required, start=1))
    wanted = f" WHERE ({', '.join(name(column.name) for column in event.key)}) IN (FROM {keys})" if keys else ""
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW ready_{event.name} AS SELECT rowid AS rid, s.*, CASE {cases} ELSE 0 END AS fault "
        f"FROM staged_{event.name} s{wanted}"
    )
    return StagedTable(event, f"ready_{event.name}", faults)


def _batches(file: RawFile, schema: pa.Schema, broken: list[Broken], tally: dict[str, int]) -> Iterator[pa.RecordBatch]:
    rows: list[list[str]] = []
    spans: list[tuple[int, int, int]] = []
    nth = 0
    for record in file.records():
        tally["lines"] += record.last_line_no - record.line_no + 1
        if record.fields is not None:
            rows.append(record.fields)
            spans.append((nth, record.line_no, record.last_line_no))
            nth += 1
        elif record.code == BLANK:
            tally["blank"] += 1
        else:
            broken.append(_broken(record))
        if len(rows) == BATCH_RECORDS:
            yield _batch(rows, spans, schema)
            rows, spans = [], []
    if rows:
        yield _batch(rows, spans, schema)


def _batch(rows: list[list[str]], spans: list[tuple[int, int, int]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [*zip(*rows, strict=True), *zip(*spans, strict=True)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _stage(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, part_name: str, select: TableSelect, *, nth: str
) -> StagedTable:
    """Run the SELECT, and lay over it a view in which local times are instants, and what is to be added is added."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged_{part_name} AS\n{select.sql}")
    bounds = _local_bounds(con, part_name, select.local_columns)
    values = {column.name: name(column.name) for column in select.event.columns}
    faults, cases, ambiguous = list(select.faults), [], []
    for column in select.local_columns if bounds else ():
        local = f"s.{name(column)}"
        pieces = pieces_between(mapping.zone, *bounds) if bounds else ()
        offset_us = offset_sql(local, pieces)
        values[column] = f"make_timestamptz(epoch_us({local}) - ({offset_us}))"
        if skips(pieces):
            raw = " + ".join(_raw_columns(mapping, part_name, column))
            why = f"{raw}: the clocks of {mapping.zone} skipped this hour, so the time never was ({column})."
            faults.append(Fault("row.skipped_time", raw, why))
            cases.append(f"WHEN {local} IS NOT NULL AND ({offset_us}) IS NULL THEN {len(faults)}")
        if (repeated := repeated_sql(local, pieces)) != "FALSE":
            ambiguous.append(repeated)
    for column in () if bounds else select.local_columns:
        values[column] = "NULL::TIMESTAMPTZ"
    for column in select.plus_columns:  # to the instant, whatever clocks did meanwhile
        values[column] = f"make_timestamptz(epoch_us({values[column]}) + ({name(f'plus_{column}')} * 1000000)::BIGINT)"
    values["ambiguous_time"] = " OR ".join(ambiguous) or "FALSE"
    columns = ",\n  ".join(f"{sql} AS {name(column)}" for column, sql in values.items())
    fault = f"CASE WHEN fault <> 0 THEN fault {' '.join(cases)} ELSE 0 END" if cases else "fault"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW ready_{part_name} AS\n"
        f"SELECT rowid AS rid, {nth} AS nth,\n  {columns},\n  {fault} AS fault\nFROM staged_{part_name} s"
    )
    stamp = mapping.parts[part_name].table.columns.get("record_at")
    return StagedTable(select.event, f"ready_{part_name}", tuple(faults), bool(stamp and stamp.load))


def _raw_columns(mapping: Mapping, part_name: str, column: str) -> tuple[str, ...]:
    table = mapping.parts[part_name].table
    return (table.key.get(column) or table.columns[column]).raw


def _local_bounds(
    con: duckdb.DuckDBPyConnection, part_name: str, columns: tuple[str, ...]
) -> tuple[datetime, datetime] | None:
    """Return the first and last local time of a part, or None when it has none; they say which offsets can matter."""
    if not columns:
        return None
    both = ", ".join(f"min({name(column)}), max({name(column)})" for column in columns)
    found = [t for t in con.execute(f"SELECT {both} FROM staged_{part_name}").fetchall()[0] if t is not None]
    return (min(found), max(found)) if found else None
