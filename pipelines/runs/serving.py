"""What pages ask of a closed month again and again, counted once; and its items in the order in which they are listed.

It stands beside the evidence, in ``serving/``, is made from its very rows (overrides and cut-off are in them), and is
no part of the statement: without it the same figures are counted from the evidence itself, slowly. Evidence never
changes, so neither does this. Whatever a reader may not see is left out when it is read (`served.py`).
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.period import Days
from pipelines.core.problem import Refused
from pipelines.metrics.declare import quoted
from pipelines.runs.items import IN_ORDER, Evidence, evidence_of, group_sql, is_kept_sql, part_sql
from pipelines.runs.questions import question_in
from pipelines.runs.served import AMOUNTS, COUNTS, READY, listed_file, serving_folder
from pipelines.runs.statements import evidence_folder, find_statement, kept_body, list_statements
from pipelines.runs.states import FACTS_KEPT, TOPIC
from pipelines.runs.steps import step_sql
from pipelines.warehouse.home import Home
from pipelines.warehouse.store import CONFIG

WORTH = 20_000  # rows of evidence from which on this is worth its while; fewer are counted as quickly as they are read
KEYS = ("day", "clock", "queue", "agent", "topic")
EXACT = "DECIMAL(19, 6)"
ROW_GROUP = 8192  # rows of a Parquet file that are skipped together: those of another rollup or indicator
COLUMNS = (
    "rollup VARCHAR, indicator VARCHAR, part TINYINT, team VARCHAR, item_source VARCHAR, key VARCHAR, is_kept BOOLEAN,"
    " outside VARCHAR, state VARCHAR, n BIGINT, amounts BIGINT, amount DECIMAL(38, 6), squares DECIMAL(38, 12),"
    " whole DECIMAL(38, 6)"
)
AMOUNT_COLUMNS = (
    "indicator VARCHAR, part TINYINT, team VARCHAR, item_source VARCHAR, outside VARCHAR,"
    f" {', '.join(f'{key}_key VARCHAR' for key in KEYS)}, step SMALLINT, amount DECIMAL(38, 6)"
)


def make_serving(home: Path, name: str) -> Path:
    """Make what is served of a statement, whole or not at all; where it is there already, nothing is left to do."""
    ref = find_statement(home, name)
    evidence = evidence_folder(home, ref.id)
    folder = serving_folder(evidence)
    if (folder / READY).exists():
        return folder
    scratch = folder.with_name(f".part-{ref.id}-{os.getpid()}")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    body, said = kept_body(home, ref.id), Home(home).settings()
    try:
        with closing(duckdb.connect(config={**CONFIG, "memory_limit": said.memory_limit})) as con:
            con.execute("SET TimeZone = 'UTC'")
            if said.threads is not None:
                con.execute(f"SET threads = {said.threads:d}")
            con.execute(f"CREATE TEMP TABLE counts ({COLUMNS})")
            con.execute(f"CREATE TEMP TABLE amounts ({AMOUNT_COLUMNS})")
            for file in body["evidence"]:
                _count(con, home, ref.id, body, file)
                _list(con, evidence / f"{file}.parquet", body["evidence"][file], listed_file(scratch, file))
            _write(con, "SELECT * FROM counts ORDER BY rollup, indicator, team, key, state", scratch / COUNTS)
            _write(con, "SELECT * FROM amounts ORDER BY indicator, step, amount", scratch / AMOUNTS)
        (scratch / READY).touch()
        if not folder.exists():  # another process may have been quicker: it wrote the same
            scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def is_worth_serving(body: Mapping[str, Any]) -> bool:
    """Say whether a month has so many rows that its pages should not count them."""
    return sum(int(part["rows"]) for part in body["evidence"].values()) >= WORTH


def make_missing(home: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Make what is served of each month's latest statement, where an earlier release closed it without."""
    for ref in list_statements(home):
        evidence = evidence_folder(home, ref.id)
        if not ref.is_latest or not evidence.exists() or (serving_folder(evidence) / READY).exists():
            continue
        if is_worth_serving(kept_body(home, ref.id)):
            say(f"{ref.contract} {ref.month}: counting what its pages ask")
            make_serving(home, ref.id)


def _write(con: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    con.execute(
        f"COPY ({select}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )


def _list(con: duckdb.DuckDBPyConnection, path: Path, part: Mapping[str, Any], into: Path) -> None:
    """Write a file's items in order of arrival, with what a list shows and is filtered by."""
    if "outside" not in part["columns"]:
        return
    shown = {f"{column}_{kind}" for column in part["indicators"] for kind in ("state", "base", "amount")}
    shown |= {*FACTS_KEPT, TOPIC}
    columns = ", ".join(column for column in part["columns"] if column in shown)
    _write(con, f"SELECT {columns} FROM read_parquet({quoted(str(path))}) ORDER BY {', '.join(IN_ORDER)}", into)


def _count(con: duckdb.DuckDBPyConnection, home: Path, statement_id: str, body: Mapping[str, Any], file: str) -> None:
    """Count one file of evidence: its rows are read once, with the groups worked out."""
    part = body["evidence"][file]
    asked = [column for column in part["indicators"] if question_in(body, column) is not None]
    named = [evidence_of(home, statement_id, column) for column in asked] if "outside" in part["columns"] else []
    # a name may mean the question that stood in for its own, perhaps of another file
    found = list({one.column: one for one in named if one.name == file and one.ask.group is None}.values())
    if not found:
        return
    keys = _keys(found[0])
    columns = [f"{sql} AS {key}_key" for key, sql in keys.items()]
    columns += [f"{is_kept_sql(found[0])} AS is_kept", "team", "item_source", "outside", "period_on"]
    columns += [f"{one.column}_state" for one in found]
    columns += [f"CAST({one.amount} AS {EXACT}) AS {one.column}_amount" for one in found if one.metric.amount]
    columns += [f"{one.column}_whole" for one in found if f"{one.column}_whole" in one.columns]
    con.execute(f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {', '.join(columns)} FROM {found[0].rows}")
    for one in found:
        part_of = part_sql(_spans(body, one))
        for key in keys:
            con.execute(f"INSERT INTO counts BY NAME {_counts_sql(one, key, part_of)}")
        if one.metric.has_histogram:
            con.execute(f"INSERT INTO amounts BY NAME {_amounts_sql(one, keys, part_of)}")


def _keys(found: Evidence) -> dict[str, str]:
    """Return the SQL of each group that the evidence was kept with."""
    keys = {}
    for key in KEYS:
        try:
            keys[key] = group_sql(found, key)
        except Refused:  # by topic nothing can be shown: who asks is told so
            continue
    return keys


def _spans(body: Mapping[str, Any], found: Evidence) -> Sequence[Days]:
    """Return the parts of the month that an indicator is judged in."""
    parts = next((one["parts"] for one in body["indicators"] if one["id"] == found.question["of"]), ())
    return [Days(date.fromisoformat(one["from"]), date.fromisoformat(one["until"])) for one in parts]


def _counts_sql(one: Evidence, key: str, part: str) -> str:
    amount, whole = f"{one.column}_amount", f"{one.column}_whole"
    sums = ["count(*) AS n"]
    if one.metric.amount:
        sums += [f"count({amount}) AS amounts", f"sum({amount}) AS amount"]
        sums += [f"sum({amount} * {amount}) AS squares"] if one.metric.aggregate == "mean" else []
    sums += [f"sum({whole}) AS whole"] if whole in one.columns else []
    return (
        f"SELECT {quoted(key)} AS rollup, {quoted(one.column)} AS indicator, {part} AS part, team, item_source,"
        f" {key}_key AS key, is_kept, outside, {one.column}_state AS state, {', '.join(sums)} FROM seen GROUP BY ALL"
    )


def _amounts_sql(one: Evidence, keys: Mapping[str, str], part: str) -> str:
    amount = f"{one.column}_amount"
    step = step_sql(amount) if one.metric.aggregate == "percentile" else "0"
    return (
        f"SELECT {quoted(one.column)} AS indicator, {part} AS part, team, item_source, outside,"
        f" {', '.join(f'{key}_key' for key in keys)}, {step} AS step, {amount} AS amount FROM seen"
        f" WHERE outside IS NULL AND {one.column}_state = 'counted' AND {amount} IS NOT NULL"
    )
