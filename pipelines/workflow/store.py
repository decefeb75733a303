"""The store: one database, SQLite in the home or PostgreSQL by its URL; opened, brought up to date, lent."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError

from pipelines.core.problem import Problem, Refused

FILE = "workflow.sqlite"
WAIT_S = 30  # for another process that writes
HEAD = "1"  # the newest step in migrations/versions
LOCK = 0x636C_6175_7365_6D74  # the name of PostgreSQL's lock that writers take in turn: "clausemt"


class Store:
    """A database's engine; `reading` and `writing` lend connections, each one transaction."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self._where = where
        self._writer = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection that sees one state of the store."""
        with _told(self._where), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection whose changes are kept together or not at all; writers of all processes take turns."""
        with _told(self._where), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_store(home: Path, url: str | None) -> Store:
    """Open the store of a home, or the PostgreSQL that ``url`` names, and make it the newest schema."""
    address = _sqlite(home) if url is None else _postgres(url)
    where = address.render_as_string(hide_password=True)
    try:
        store = Store(_engine(address), where)
    except ModuleNotFoundError as error:
        raise Refused(
            Problem(
                where=where,
                what=f"PostgreSQL is spoken to by the package psycopg, which is not installed ({error.name}).",
                mend="Install it: pip install 'clausemeter[postgres]'.",
                code="workflow.no_driver",
            )
        ) from None
    try:
        _upgrade(store, where)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Tell in words that the database is not there, locked, full or no database; anything else is a bug."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        if isinstance(error, IntegrityError | ProgrammingError | DataError):
            raise
        raise Refused(
            Problem(
                where=where,
                what=f"The accounts cannot be read or written: {str(cause).strip().partition(chr(10))[0]}.",
                mend="Check that the database runs and has room, and CLAUSEMETER_DATABASE_URL, user and password.",
                code="workflow.unreachable",
            )
        ) from error


def _sqlite(home: Path) -> URL:
    home.mkdir(parents=True, exist_ok=True)
    file = home / FILE
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))  # what it holds is nobody else's on this machine
    return URL.create("sqlite", database=str(file))


def _postgres(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError:
        found = None
    if found is None or found.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise Refused(
            Problem(
                where="CLAUSEMETER_DATABASE_URL",
                what="This is no address of a PostgreSQL database.",
                mend="Write postgresql://user:password@host:5432/database, or unset it: SQLite in the home needs none.",
                code="workflow.database_url",
            )
        )
    return found.set(drivername="postgresql+psycopg")


def _engine(address: URL) -> Engine:
    if address.drivername != "sqlite":
        engine = sa.create_engine(address, pool_pre_ping=True)
        event.listen(engine, "begin", _take_turns)
        return engine
    engine = sa.create_engine(address, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _take_turns(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says so
    _turn_to_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")  # a trail's entry outlives a power cut
    connection.execute("PRAGMA foreign_keys = ON")


def _turn_to_wal(connection: sqlite3.Connection) -> None:
    """A new file is turned once, and keeps it. SQLite does not wait where another process does so at the same time."""
    for rest in reversed(range(WAIT_S * 20)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not rest:
                raise
            sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(store: Store, where: str) -> None:
    with store.reading() as connection:
        if _version(connection) == HEAD:
            return
    from alembic import command  # noqa: PLC0415 - slow to import, and needed once a release
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "pipelines.workflow:migrations")
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    with store.writing() as connection:  # another process may have been quicker: it is looked at again
        version = _version(connection)
        if version is not None and version not in known:
            raise Refused(
                Problem(
                    where=where,
                    what=f"The accounts were written by a newer clausemeter (schema {version}; this one knows {HEAD}).",
                    mend="Install that version, or a later one; nothing was changed.",
                    code="workflow.newer_database",
                )
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found
