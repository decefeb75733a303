"""The engine that reads statements for pages: evidence and what is served beside it, and nothing else."""

from collections.abc import Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.problem import Problem, Refused
from pipelines.warehouse.home import Home, HomeSettings
from pipelines.warehouse.store import CONFIG, lock_down

SERVED = "serving"  # of a home: the folder of what is counted once and served again and again


def reader(*folders: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection for folders of evidence of one home; its session speaks UTC, and it reads nothing else.

    One engine a process serves a home: it has the memory and the threads that the home allows, and remembers the heads
    of files. Of several connections, each has its own temporary tables.
    """
    said = _settings(Home(folders[0].parent.parent)) if folders else HomeSettings()
    evidence = sorted({folder.parent for folder in folders})
    return _engine((*evidence, *(folder.parent / SERVED for folder in evidence)), said).cursor()


def _settings(home: Home) -> HomeSettings:
    """Return what a home allows; read again when its file was written to."""
    try:
        seen = home.settings_file.stat()
    except FileNotFoundError:
        return HomeSettings()
    return _read_settings(home, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=8)
def _read_settings(home: Home, _mtime_ns: int, _size: int) -> HomeSettings:
    return home.settings()


@lru_cache(maxsize=8)
def _engine(folders: Sequence[Path], said: HomeSettings) -> duckdb.DuckDBPyConnection:
    bounds: dict[str, Any] = {"memory_limit": said.reader_memory_limit}
    bounds |= {"threads": said.reader_threads} if said.reader_threads else {}
    con = duckdb.connect(config={**CONFIG, **bounds})
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    con.execute("SET GLOBAL parquet_metadata_cache = true")
    lock_down(con, folders)
    return con


def query(sql: str, *folders: Path) -> list[tuple[Any, ...]]:
    """Run a query over folders of evidence in a connection of its own; a file that cannot be read is refused."""
    with closing(reader(*folders)) as con:
        return ask_file(con, sql)


def ask_file(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query over evidence files; a file that cannot be read is refused."""
    try:
        return con.execute(sql).fetchall()
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise Refused(
            Problem(
                where="evidence of a statement",
                what=f"It cannot be read: {str(error).splitlines()[0]}",
                mend="Restore the file from a copy, or close the month again from the same logs.",
                code="statement.no_evidence",
            )
        ) from error
