"""The evidence of a month: a folder that holds all its statement can be worked out from again, without the warehouse.

A Parquet file a population has one wide row an item: the columns that the metrics' expressions read, and each
indicator's state and amount. Beside them lie the roster that scopes are read by, the days of the calendars, the
contract's text, the definitions (to be read, never run), and the names of the loads. What is hashed are canonical rows,
not files, whose bytes differ between engine versions.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from pipelines.contract.model import Relief
from pipelines.contract.resolve import Question, month_questions
from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.core.period import Days, Month
from pipelines.metrics.compose import Ask, ask_columns, population_options, scans_for
from pipelines.metrics.declare import population_needs, population_sql, quoted
from pipelines.metrics.frame import Frame
from pipelines.metrics.scope import Posting, contract_scope_sql, scope_sql
from pipelines.runs.calendars import calendar_for
from pipelines.runs.contracts import ReadContract
from pipelines.runs.states import FACTS_KEPT

PERSONAL, KNOWN = ("customer_id", "order_id"), "(known)"
ROSTER, CALENDAR = "roster", "calendar_day"
BATCH_ROWS = 1 << 19
BUCKET_ROWS = 16  # rows are put into buckets of about so many, by the head of their SHA-256; 65,536 buckets at most


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


def write_items(
    con: duckdb.DuckDBPyConnection,
    scan: Scan,
    states: Mapping[str, Sequence[str]],
    inputs: Sequence[str],
    folder: Path,
) -> dict[str, Any]:
    """Write the rows of the session's ``wide``, states in words; return what the statement says of them."""
    has = {row[0]: row[1] for row in con.execute("DESCRIBE wide").fetchall()}
    columns = [*FACTS_KEPT, *(_kept(name, has[name]) for name in inputs)]
    for ask in scan.asks:
        columns += [f"{ask.column}_{kind}" for kind in ("amount", "whole") if f"{ask.column}_{kind}" in has]
        columns += [_named_by_its_first(f"{ask.column}_group")] if f"{ask.column}_group" in has else []
        listed = ", ".join(quoted(state) for state in states[ask.column])
        columns += [
            f"list_extract([{listed}], {name}) AS {name}"
            for name in (f"{ask.column}_state", f"{ask.column}_base")
            if name in has
        ]
    return _write(con, f"SELECT {', '.join(columns)}, load_id FROM wide", folder, scan.name, scan.asks)


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


def write_roster(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    """Write the session's roster; return what the statement says of it."""
    return _write(con, "SELECT * FROM roster ORDER BY ALL", folder, ROSTER, ())


def write_calendar(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the days of the calendars as they were laid out."""
    path = quoted(str(folder / f"{CALENDAR}.parquet"))
    con.execute(f"COPY (SELECT * FROM calendar_day ORDER BY calendar, day) TO {path} (FORMAT parquet)")


def _write(con: duckdb.DuckDBPyConnection, select: str, folder: Path, name: str, asks: Sequence[Ask]) -> dict[str, Any]:
    """Write rows. ``load_id`` is a home's own number, and so no part of the canonical row."""
    path = folder / f"{name}.parquet"
    con.execute(f"COPY ({select}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")
    columns = [column for column in columns_of(con, path) if column != "load_id"]
    rows = con.execute(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchall()[0][0]
    buckets = row_buckets(con, path, columns, rows)
    (folder / f"{name}.buckets.json").write_bytes(canonical_json(dict(buckets)))
    digest = buckets_digest(buckets)
    return {"rows": rows, "indicators": [ask.column for ask in asks], "columns": columns, "sha256": digest}


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
    return [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))})").fetchall()]


def row_sql(con: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str]) -> str:
    r"""Return the SQL of a canonical row: its columns as text, ``|`` between them.

    In a text ``\`` is written ``\\`` and ``|`` is written ``\p``; what is absent is ``\N``: no two rows read alike. An
    instant is its microseconds since 1970, a day its days.
    """
    described = con.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))})").fetchall()
    kinds = {row[0]: row[1] for row in described}

    def text(name: str) -> str:
        kind, plain = kinds.get(name, ""), f'CAST("{name}" AS VARCHAR)'
        if kind == "TIMESTAMP WITH TIME ZONE":
            plain = f'CAST(epoch_us("{name}") AS VARCHAR)'
        elif kind == "DATE":
            plain = f"CAST(\"{name}\" - DATE '1970-01-01' AS VARCHAR)"
        elif "VARCHAR" in kind:
            plain = rf"replace(replace({plain}, '\', '\\'), '|', '\p')"
        return rf"coalesce({plain}, '\N')"

    return f"concat_ws('|', {', '.join(text(name) for name in columns)})"


def bucket_digits(rows: int) -> int:
    """Return how many digits of its SHA-256 put a row into its bucket, where there are so many rows."""
    return next((digits for digits in (1, 2, 3) if rows <= BUCKET_ROWS * 16**digits), 4)


def row_buckets(con: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str], rows: int) -> list[tuple[str, str]]:
    """Return a digest of each bucket of a file that should have so many rows: their digests, sorted, put together.

    Sorted by the engine, which needs no more memory for it than it may have, and hashed here as they come.
    """
    digits = bucket_digits(rows)
    found: list[tuple[str, Any]] = []
    sorted_rows = con.execute(
        f"SELECT sha256({row_sql(con, path, columns)}) AS h FROM read_parquet({quoted(str(path))}) ORDER BY h"
    ).to_arrow_reader(BATCH_ROWS)
    for batch in sorted_rows:
        digests = np.frombuffer(batch.column(0).buffers()[2], dtype="S64", count=len(batch))
        heads = digests.astype(f"S{digits}")
        cuts = [0, *(np.flatnonzero(heads[1:] != heads[:-1]) + 1), len(batch)]
        for since, until in pairwise(cuts):
            bucket = heads[since].decode()
            if not found or found[-1][0] != bucket:  # a bucket may go on in the next batch
                found.append((bucket, hashlib.sha256()))
            found[-1][1].update(digests[since:until])
    return [(bucket, content.hexdigest()) for bucket, content in found]


def buckets_digest(buckets: Sequence[tuple[str, str]]) -> str:
    """Return the digest of all buckets together, in order."""
    return sha256_hex("".join(f"{bucket}{content}" for bucket, content in sorted(buckets)).encode())


def read_buckets(path: Path) -> dict[str, str]:
    """Read a file of buckets."""
    found: dict[str, str] = json.loads(path.read_bytes())
    return found


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
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE wide AS WITH item AS (SELECT *, item_source AS source"
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
