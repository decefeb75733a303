"""Every test that asks for `database` runs twice: on SQLite, and on a PostgreSQL of its own."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from argon2 import PasswordHasher

from pipelines.workflow import Role, Session, Workflow, accounts, open_workflow, store
from tests.workflow.postgres import Unavailable, running

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HERE = "203.0.113.7"
PASSWORD = "three green lanterns"
NUMBERS = count()


class CountingHasher(PasswordHasher):
    """Cheap, and counts its work: enumeration is told from work, not from a clock."""

    def __init__(self, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
        self.verified += 1
        return super().verify(hash, password)


@pytest.fixture(scope="session")
def socket() -> Iterator[str]:
    """The folder with the socket of this run's PostgreSQL."""
    try:
        with running() as folder:
            yield folder
    except Unavailable as why:
        pytest.skip(f"no PostgreSQL: {why}")


@dataclass
class Database:
    """An empty database, and what was opened on it."""

    home: Path
    url: str | None
    hasher: CountingHasher = field(default_factory=CountingHasher)
    opened: list[Workflow] = field(default_factory=list)

    def open(self, hasher: CountingHasher | None = None) -> Workflow:
        """Open it once more, as another process would."""
        self.opened.append(open_workflow(self.home, self.url, hasher=hasher or self.hasher))
        return self.opened[-1]

    def execute(self, *statements: str) -> None:
        """Do by hand what no method offers, as somebody with the database's password would."""
        engine = self.open()._store.engine
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Lend a database; it is closed and dropped at the end."""
    if request.param == "sqlite":
        monkeypatch.setattr(store, "_prepare_sqlite", in_a_hurry(store._prepare_sqlite))
        found = Database(tmp_path, None)
        yield found
        for workflow in found.opened:
            workflow.close()
        assert not (tmp_path / f"{store.FILE}-wal").exists(), "something of the store was left open"
        return
    folder, name = request.getfixturevalue("socket"), f"test_{next(NUMBERS)}"
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE SCHEMA {name}")  # a schema of its own: a database takes twenty times as long
        found = Database(tmp_path, f"postgresql://postgres@/postgres?host={folder}&options=-csearch_path%3D{name}")
        yield found
        for workflow in found.opened:
            workflow.close()
        server.execute("SET lock_timeout = '20s'")  # a transaction that was left open is an error, not a long wait
        server.execute(f"DROP SCHEMA {name} CASCADE")


def in_a_hurry(prepare: Callable[..., None]) -> Callable[..., None]:
    """A test's file need not outlive a power cut."""

    def do(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    return do


@pytest.fixture
def workflow(database: Database) -> Workflow:
    """The store, with an administrator and four people whose password is PASSWORD."""
    found = database.open()
    found.first_administrator(by="test", now=NOW)
    for login, role, vendor, teams in (
        ("ann", Role.AUDITOR, None, ()),
        ("fin", Role.FINANCE, None, ()),
        ("max", Role.MANAGER, "Yunqiao", ()),
        ("lea", Role.LEAD, "Yunqiao", ("A1", "A2")),
    ):
        found.add_account(
            login, name=login.title(), role=role, vendor=vendor, teams=teams,
            email=f"{login}@example.com", by="admin", now=NOW,
        )  # fmt: skip
        kept = found._passwords.keep(PASSWORD)
        with found._store.writing() as connection:
            of = accounts.need(connection, login)
            accounts.change(connection, of.id, password_hash=kept, must_change=False, one_time_until=None)
    return found


LogIn = Callable[..., Session]


@pytest.fixture
def log_in(workflow: Workflow) -> LogIn:
    """Log somebody in who knows the password."""

    def do(login: str = "ann", password: str = PASSWORD, *, now: datetime = NOW, address: str = HERE) -> Session:
        found = workflow.log_in(login, password, now=now, address=address)
        assert isinstance(found, Session), found
        return found

    return do
