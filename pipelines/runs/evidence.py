"""The evidence of a month: a folder that holds all its statement can be worked out from again, without the warehouse.

A Parquet file a population has one wide row an item: the columns that the metrics' expressions read, and each
indicator's state and amount. Beside them lie the roster that scopes are read by, the days of the calendars, the
contract's text, the definitions (to be read, never run), and the names of the loads. What is hashed are rows
(`row_digest.py`), not files, whose bytes differ between engine versions.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract.model import Relief
from pipelines.contract.resolve import Question, month_questions
from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.core.period import Days, Month
from pipelines.metrics.compose import Ask, ask_columns, population_options, scans_for, wide_select
from pipelines.metrics.declare import population_needs, population_sql, quoted
from pipelines.metrics.frame import Frame
from pipelines.metrics.scope import Posting, contract_scope_sql, scope_sql
from pipelines.runs.calendars import calendar_for
from pipelines.runs.contracts import ReadContract
from pipelines.runs.row_digest import index_digest, row_index
from pipelines.runs.sight import OWN_ROWS
from pipelines.runs.states import (
    FACTS_KEPT,
    Override,
    inputs_known,
    lay_overrides,
    make_split_tables,
    make_wide,
    speaks_of,
)

PERSONAL, KNOWN = ("customer_id", "order_id"), "(known)"
ROSTER, CALENDAR = "roster", "calendar_day"


@dataclass(frozen=True)
class Scan:
    """One scan of a month: the name of its evidence, the population, what its questions share, and the questions."""

    name: str
    population: str
    frame: Frame
    asks: Sequence[Ask]


def asked_of(
    one: Question, found: ReadContract, shared: Frame, roster: Sequence[Posting], vendor_kept: Sequence[str]
) -> tuple[Ask, Frame]:
    """Return a question as it is asked of its population; ``shared`` and ``vendor_kept`` as in ``month_scans``."""
    by_agent = population_needs(one.metric.population).by_agent
    conditions = [scope_sql(named, roster, by_agent=by_agent) for named in one.scopes]
    conditions.append(_of_record(one, found, vendor_kept))
    scope = " AND ".join(f"({condition})" for condition in conditions if condition) or None
    frame = replace(
        shared,
        in_scope=contract_scope_sql(found.source.model.scope, roster, one.metric.population) or "true",
        calendar=calendar_for(one.metric, found.calendars, one.calendar),
        options=population_options(one.metric, one.terms),
    )
    reliefs = found.source.model.relief if one.part not in ("fee", "data") else ()
    relief = tuple(_relief(granted, roster, by_agent=by_agent) for granted in reliefs if _meets(granted, one.in_force))
    return Ask(one.column, one.metric, one.terms, scope, relief), frame


def _of_record(one: Question, found: ReadContract, vendor_kept: Sequence[str]) -> str | None:
    """Return the condition of the log that speaks for a metric where both parties keep one; None where neither does."""
    named = found.source.model.data.of_record
    keeper = named.get(one.metric.key) or named.get(one.metric.key.partition("@")[0])
    if keeper is None or one.part in ("fee", "data"):
        return None
    listed = ", ".join(quoted(source) for source in vendor_kept)
    of_vendor = f"coalesce(source IN ({listed}), false)" if listed else "false"
    return of_vendor if keeper == "vendor" else f"NOT {of_vendor}"


def _meets(granted: Relief, days: Days) -> bool:
    return len(Days(granted.from_, granted.until).overlap(days)) > 0


def _relief(granted: Relief, roster: Sequence[Posting], *, by_agent: bool) -> tuple[str, str]:
    """Return which items a relief is for, and the state that they have."""
    scope = scope_sql(granted.scope, roster, by_agent=by_agent) if granted.scope else None
    days = f"service_on >= DATE '{granted.from_}' AND service_on < DATE '{granted.until}'"
    return days if scope is None else f"{days} AND ({scope})", f"excluded: relief ({granted.ground})"


def month_scans(
    found: ReadContract, month: Month, shared: Frame, roster: Sequence[Posting], vendor_kept: Sequence[str]
) -> list[Scan]:
    """Return the scans that answer a month's questions; the same contract and roster give the same ones.

    ``shared`` has what all of them share: days, zone, cut-off, and how the calendars are laid out. ``vendor_kept``: the
    sources whose logs the vendor keeps.
    """
    asked = month_questions(found.source.model, month.days)
    questions = [asked_of(one, found, shared, roster, vendor_kept) for one in asked]
    scans: dict[str, Scan] = {}
    for number, ((population, of), asks) in enumerate(scans_for(questions).items()):
        name = population if population not in scans else f"{population}_{number}"
        scans[name] = Scan(name, population, of, asks)
    return list(scans.values())


# --- writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """A population's rows as they were written: in which table they can be counted, and their states by code.

    ``told`` has their digest, once it is worked out.
    """

    table: str
    states: Mapping[str, Sequence[str]]
    applied: Sequence[Override]
    told: Future[dict[str, Any]]


def write_items(
    con: duckdb.DuckDBPyConnection, scan: Scan, overrides: Sequence[Override], folder: Path, beside: Executor
) -> Written:
    """Scan a population once, and write its rows, states in words, to where they are counted from.

    Candidates that turn out to be another contract's are none of this record's: the pack goes to the vendor.
    Where no override speaks of the scan's metrics no row is kept but in the file. The rows' digest is worked out
    ``beside``, while the next population is scanned.
    """
    inputs = inputs_known(con, scan.population, scan.frame, scan.asks)
    if any(speaks_of(one, ask) for one in overrides for ask in scan.asks):
        states = make_wide(con, "wide", scan.population, scan.frame, scan.asks, list(inputs))
        applied = lay_overrides(con, "wide", scan.asks, states, overrides)[0]
        is_delivered = _has_rows(con, "wide")
        con.execute(f"DELETE FROM wide WHERE NOT ({OWN_ROWS})")
        has = columns_in(con, "wide")
        select = f"SELECT {_in_words(scan, states, inputs, has)} FROM wide"
        _write(con, select, folder, scan.name)
        return Written("wide", states, applied, _told(con, folder, scan, beside, is_delivered=is_delivered))
    make_split_tables(con, scan.frame)
    states = {ask.column: list(ask.states) for ask in scan.asks}
    rows = wide_select(scan.population, scan.frame, scan.asks, list(inputs))
    has = [f"{ask.column}_{kind}" for ask in scan.asks for kind in ask.kinds]
    select = f"SELECT {_in_words(scan, states, inputs, has)} FROM (\n{rows}\n) WHERE {OWN_ROWS}"
    is_delivered = _write(con, select, folder, scan.name) > 0 or _has_rows(con, f"(\n{rows}\n)")
    told = _told(con, folder, scan, beside, is_delivered=is_delivered)
    codes = [
        f"CAST(list_position({listed(known)}, {name}_state) AS UTINYINT) AS {name}_state"
        for name, known in states.items()
    ]
    log = "" if _has_own_log(scan.population) else ", item_source AS log_source"
    file = quoted(str(folder / f"{scan.name}.parquet"))
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW written AS SELECT * REPLACE ({', '.join(codes)}){log} FROM read_parquet({file})"
    )
    return Written("written", states, (), told)


def _told(
    con: duckdb.DuckDBPyConnection, folder: Path, scan: Scan, beside: Executor, *, is_delivered: bool
) -> Future[dict[str, Any]]:
    """Work out beside what the statement says of a file, and whether any candidate was there, also another contract's.

    Where there was none nobody delivered a log, or nobody looked: incidents that nobody told of are not 0.
    """
    columns, threads = _hashed(con, folder, scan.name), threads_of(con)
    return beside.submit(lambda: {**_tell(folder, scan.name, columns, scan.asks, threads), "delivered": is_delivered})


def _has_rows(con: duckdb.DuckDBPyConnection, relation: str) -> bool:
    return bool(con.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchall())


def _in_words(scan: Scan, states: Mapping[str, Sequence[str]], inputs: Mapping[str, str], has: Sequence[str]) -> str:
    """Return the columns of a file of evidence, from those that a wide row has."""
    facts = [name for name in FACTS_KEPT if name != "log_source" or _has_own_log(scan.population)]
    columns = [*facts, *(_kept(name, kind) for name, kind in inputs.items())]
    for ask in scan.asks:
        columns += [f"{ask.column}_{kind}" for kind in ("amount", "whole") if f"{ask.column}_{kind}" in has]
        columns += [_named_by_its_first(f"{ask.column}_group")] if f"{ask.column}_group" in has else []
        columns += [
            f"list_extract({_enumerated(states[ask.column])}, {name}) AS {name}"
            for name in (f"{ask.column}_state", f"{ask.column}_base")
            if name in has
        ]
    return ", ".join([*columns, "load_id"])


def listed(states: Sequence[str]) -> str:
    """Return states as a list in SQL, in order of their codes."""
    return f"[{', '.join(quoted(state) for state in states)}]"


def _enumerated(states: Sequence[str]) -> str:
    """Return states as a list of an ENUM: written as the texts that they are, which the engine need not look up."""
    return f"CAST({listed(states)} AS ENUM({listed(states)[1:-1]})[])"


def _has_own_log(population: str) -> bool:
    """Say whether the log that speaks of an item may be another than the one that it stands in (a survey's)."""
    return population_needs(population).log != "item_source"


def _kept(name: str, kind: str) -> str:
    """Return an input as it is kept: of who somebody is, only whether it is known.

    A test sees to it that no expression asks for more.
    """
    if name in PERSONAL:
        return f"CASE WHEN {name} IS NOT NULL THEN '{KNOWN}' END AS {name}"
    return f"CAST({name} AS BIGINT) AS {name}" if kind == "HUGEINT" else name  # wider than Parquet's integers


def _named_by_its_first(name: str) -> str:
    """Return a group under the name of its first item: its key may say who the customer is."""
    in_order = f"(PARTITION BY {name} ORDER BY arrival_at, item_source, item_id)"
    first = f"first_value(item_source || '/' || item_id) OVER {in_order}"
    return f"CASE WHEN {name} IS NOT NULL THEN {first} END AS {name}"


def write_roster(con: duckdb.DuckDBPyConnection, folder: Path, files: Iterable[str]) -> dict[str, Any]:
    """Write of the session's roster whoever stands in these files of evidence; return what the statement says of it.

    Nobody else decides a scope, and the pack is handed to one vendor of perhaps several.
    """
    paths = ", ".join(quoted(str(folder / f"{name}.parquet")) for name in files)
    members = f"SELECT DISTINCT unnest([queue, agent_id]) FROM read_parquet([{paths}], union_by_name := true)"
    stands = f"member_id IN ({members})" if paths else "false"
    select = f"SELECT * FROM roster WHERE {stands} ORDER BY ALL"
    _write(con, select, folder, ROSTER)
    return _tell(folder, ROSTER, _hashed(con, folder, ROSTER), (), 1)


def write_calendar(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the days of the calendars as they were laid out."""
    path = quoted(str(folder / f"{CALENDAR}.parquet"))
    con.execute(f"COPY (SELECT * FROM calendar_day ORDER BY calendar, day) TO {path} (FORMAT parquet)")


def _write(con: duckdb.DuckDBPyConnection, select: str, folder: Path, name: str) -> int:
    """Write rows; return how many."""
    path = quoted(str(folder / f"{name}.parquet"))
    copied = con.execute(f"COPY ({select}) TO {path} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)").fetchall()
    return int(copied[0][0])


def _hashed(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> list[str]:
    """Return the columns that are hashed: ``load_id`` is a home's own number, and is not."""
    return [column for column in columns_of(con, folder / f"{name}.parquet") if column != "load_id"]


def _tell(folder: Path, name: str, columns: Sequence[str], asks: Sequence[Ask], threads: int) -> dict[str, Any]:
    """Write beside the rows what finds a changed one; return what the statement says of them."""
    index = row_index(folder / f"{name}.parquet", columns, threads=threads)
    (folder / f"{name}.rows.json").write_bytes(canonical_json(index))
    return {
        "rows": index["rows"],
        "indicators": [ask.column for ask in asks],
        "columns": columns,
        "sha256": index_digest(index),
    }


def threads_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many threads the engine may use."""
    return int(con.execute("SELECT current_setting('threads')").fetchall()[0][0])


def write_texts(found: ReadContract, month: Month, folder: Path) -> None:
    """Freeze the words that the month is settled by: contract, definitions, holiday notices."""
    texts = {f"contract/{name}": text for name, text in found.texts.items()}
    for one in month_questions(found.source.model, month.days):
        texts[f"definitions/{one.metric.key}.sql"] = one.metric.source
        texts |= {f"definitions/population {name}.sql": population_sql(name) for name in one.metric.populations}
    years = {str(month.after(months).year) for months in (-12, 0, 12)}
    for file in resources.files("pipelines.worktime.notices").iterdir():
        if file.name.endswith(".yaml") and file.name.removesuffix(".yaml").rpartition("-")[2] in years:
            texts[f"notices/{file.name}"] = file.read_text(encoding="utf-8")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def write_adjusted(adjusted: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], folder: Path) -> None:
    """Write what was last stated for each sealed month that was settled again, and what it comes to now."""
    for stated, again in adjusted:
        path = folder / "adjusted" / f"{stated['month']}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(canonical_json({"stated": dict(stated), "again": dict(again)}))


def write_loads(con: duckdb.DuckDBPyConnection, loads: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write the home's own account of the loads behind a month, and the mappings that they were read by."""
    wanted = {(one["source"], one["sha256"], one["mapping_sha256"]) for one in loads}
    rows = con.execute(
        "SELECT load_id, source, sha256, mapping_sha256, file_name, bytes, strftime(loaded_at, '%Y-%m-%dT%H:%M:%S.%fZ')"
        " FROM load ORDER BY load_id"
    ).fetchall()
    names = ("load_id", "source", "sha256", "mapping_sha256", "file_name", "bytes", "loaded_at")
    found: list[Any] = [dict(zip(names, row, strict=True)) for row in rows if row[1:4] in wanted]
    (folder / "loads.json").write_bytes(canonical_json(found))
    used = {one["mapping_sha256"] for one in loads}
    (folder / "mappings").mkdir(exist_ok=True)
    for fingerprint, text in con.execute("SELECT DISTINCT fingerprint, text FROM mapping ORDER BY ALL").fetchall():
        if fingerprint in used:
            (folder / "mappings" / f"{fingerprint}.yaml").write_bytes(text.encode())


# --- reading ---------------------------------------------------------------------------------------------------------


def columns_of(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Return the columns of a Parquet file."""
    return columns_in(con, f"read_parquet({quoted(str(path))})")


def columns_in(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns of a table."""
    return [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]


def read_roster(con: duckdb.DuckDBPyConnection, folder: Path) -> list[Posting]:
    """Return the roster that lies in the evidence."""
    rows = con.execute(
        "SELECT member_id, since_at, nullif(until_at, TIMESTAMPTZ 'infinity'), team, vendor, member_kind"
        f" FROM read_parquet({quoted(str(folder / f'{ROSTER}.parquet'))}) ORDER BY ALL"
    ).fetchall()
    return [Posting(*row) for row in rows]


# What an item's row says of an indicator, by the name that it has beside what comes out again.
SAID = (
    ("state", "said"), ("base", "said_base"), ("amount", "said_amount"), ("whole", "said_whole"), ("group", "group"),
)  # fmt: skip


def read_items(con: duckdb.DuckDBPyConnection, scan: Scan, folder: Path) -> dict[str, list[str]]:
    """Make ``wide`` from a population's file: states and amounts worked out again from each row, by what is installed.

    What the file says of them stands beside, as ``<indicator>_said``, ``_said_base``, ``_said_amount`` and so on.
    """
    path = folder / f"{scan.name}.parquet"
    has = set(columns_of(con, path))
    said = [
        f"item.{ask.column}_{kind} AS {ask.column}_{name}"
        for ask in scan.asks
        for kind, name in SAID
        if f"{ask.column}_{kind}" in has
    ]
    again = ask_columns(scan.population, scan.asks, groups=False)
    log = "" if _has_own_log(scan.population) else ", item_source AS log_source"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE wide AS WITH item AS (SELECT *, item_source AS source{log}"
        f" FROM read_parquet({quoted(str(path))}))\n"
        f"SELECT {', '.join([*FACTS_KEPT, *said, *again])} FROM item"
    )
    return {ask.column: list(ask.states) for ask in scan.asks}


def calendar_digest(con: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """Return the digest of the days that lie in the evidence, as ``calendars_digest`` makes it."""
    path = quoted(str(folder / f"{CALENDAR}.parquet"))
    rows = con.execute(
        f"SELECT CAST(calendar_day AS VARCHAR) FROM read_parquet({path}) AS calendar_day ORDER BY calendar, day"
    ).fetchall()
    return sha256_hex("\n".join(row[0] for row in rows).encode())
