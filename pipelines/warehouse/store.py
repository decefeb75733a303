"""Opening the store: one process writes, the others read; a store that cannot be opened says why."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from time import sleep
from types import TracebackType
from typing import Self

import duckdb

from pipelines.core.problem import Problem, Refused
from pipelines.warehouse.canonical import SCHEMA_VERSION, create_all, migrate_from
from pipelines.warehouse.home import Home, HomeSettings

# Nothing is fetched from the network, and a file stays readable by the oldest engine that the project supports.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "storage_compatibility_version": "v1.5.0",
}


OPENING = Lock()
WRITERS_TRIES, WRITERS_PAUSE_S = 30, 0.1


class Warehouse:
    """An open store. ``con`` is its DuckDB connection; its session speaks UTC.

    Use it as a context manager. Opening for writing makes the home and its tables when they are not there; opening
    ``read_only`` refuses a home without a store. One that is ``locked`` serves readers from outside: see ``lock_down``.
    """

    def __init__(self, home: Path | str, *, read_only: bool = False, locked: bool = False) -> None:
        self.home = Home(Path(home))
        self.read_only = read_only
        settings = self.home.settings()
        if not read_only:
            self.home.path.mkdir(parents=True, exist_ok=True)
        elif not self.home.store.exists():
            raise Refused(
                Problem(
                    where=str(self.home.path),
                    what="There is no store here, so there is nothing to read.",
                    mend="Check the folder, or load a first file into it.",
                    code="warehouse.absent",
                )
            )
        with OPENING:  # two that open one store share its engine: whoever comes second finds it set, and maybe locked
            self.con = _connect(self.home.store, read_only=read_only)
            try:
                if not _is_locked_down(self.con):
                    self._set(settings)
                    self._prepare()
                    if locked:
                        lock_down(self.con)
            except BaseException:
                self.con.close()
                raise

    def __enter__(self) -> Self:
        """Give the open store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connection; the file is then free for others."""
        self.con.close()

    def _set(self, settings: HomeSettings) -> None:
        self.con.execute("SET GLOBAL TimeZone = 'UTC'")
        # written out, not bound: bound parameters make the engine import pandas, a second of every command
        self.con.execute("SET memory_limit = '" + settings.memory_limit.replace("'", "''") + "'")
        if settings.threads is not None:
            self.con.execute(f"SET threads = {settings.threads:d}")

    def _prepare(self) -> None:
        try:
            version = self.con.execute("SELECT max(version) FROM schema_version").fetchall()[0][0]
        except duckdb.CatalogException:  # a new store
            if not self.read_only:
                self._execute_all(create_all())
            return
        if version > SCHEMA_VERSION:
            raise Refused(
                Problem(
                    where=str(self.home.store),
                    what=f"This store has schema {version}; this program knows schemas up to {SCHEMA_VERSION} and "
                    "would misread it.",
                    mend="Use the version of clausemeter that wrote it, or a later one.",
                    code="warehouse.newer_schema",
                )
            )
        if version < SCHEMA_VERSION and self.read_only:
            raise Refused(
                Problem(
                    where=str(self.home.store),
                    what=f"This store has schema {version}, of an earlier clausemeter; this one reads schema "
                    f"{SCHEMA_VERSION}, and a reader changes nothing.",
                    mend="Run `clausemeter ingest` once, with any file (a loaded one will do): the store is brought up "
                    "to date, and nothing in it is lost.",
                    code="warehouse.older_schema",
                )
            )
        self._execute_all(migrate_from(version))

    def _execute_all(self, statements: Sequence[str]) -> None:
        """Execute statements together, or none of them."""
        if not statements:
            return
        self.con.execute("BEGIN")
        for statement in statements:
            self.con.execute(statement)
        self.con.execute("COMMIT")


def _is_locked_down(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0])


def lock_down(con: duckdb.DuckDBPyConnection, folders: Iterable[Path] = ()) -> None:
    """Let a connection that serves readers reach nothing but its own store and these folders, for good.

    Whatever SQL it is made to run: no other file, no extension, no attached database, no changed setting.
    """
    listed = ", ".join("'" + str(folder.absolute()).replace("'", "''") + "/'" for folder in folders)
    con.execute(f"SET allowed_directories = [{listed}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _connect(store: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open the file; who is to write waits a little for readers, whose pages have it open for a tenth of a second."""
    for tries_left in reversed(range(1 if read_only else WRITERS_TRIES)):
        try:
            return duckdb.connect(str(store), read_only=read_only, config=CONFIG)
        except duckdb.ConnectionException as error:  # this very process has it open in the other way
            raise Refused(_locked(store, "This program has the store open already, in another way.")) from error
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise Refused(_not_a_store(store, error)) from error
            if not tries_left:
                what = "Another process has this store open" + (" for writing." if read_only else ".")
                raise Refused(_locked(store, what)) from error
            sleep(WRITERS_PAUSE_S)
    raise AssertionError("the last try returns or raises")


def _not_a_store(store: Path, error: Exception) -> Problem:
    return Problem(
        where=str(store),
        what=f"This file is not a store that this version of the engine can open: {str(error).splitlines()[0]}",
        mend="Restore it from a copy, or open it with the version that wrote it.",
        code="warehouse.not_a_store",
    )


def _locked(store: Path, what: str) -> Problem:
    return Problem(
        where=str(store),
        what=what,
        mend="Wait until it has finished, or end it, then try again.",
        code="warehouse.locked",
    )
