"""The store: made, found again, brought up to date, refused."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pipelines.core.problem import Refused
from pipelines.workflow import Entry, Role, open_workflow
from pipelines.workflow.store import FILE, HEAD
from pipelines.workflow.tables import metadata
from tests.conftest import ROOT
from tests.workflow.conftest import NOW, Database


def test_what_was_written_is_there_when_it_is_opened_again(database: Database) -> None:
    first = database.open()
    first.add_account("ann", name="安 Ann", role=Role.LEAD, vendor="云桥", teams=["二", "一"], by="t", now=NOW)
    again = database.open()
    assert again.accounts() == first.accounts()
    (account,) = again.accounts()
    assert (account.name, account.teams) == ("安 Ann", {"一", "二"})
    assert (account.created_at, account.created_at.tzinfo) == (NOW, NOW.tzinfo)


def test_the_migrations_make_the_tables_that_the_program_reads(database: Database) -> None:
    with database.open()._store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_step_is_the_one_the_store_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "pipelines.workflow:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_open_that_changes_nothing_does_without_alembic(database: Database) -> None:
    database.open()
    code = (
        "import sys; from pathlib import Path; from pipelines.workflow import open_workflow; "
        f"open_workflow(Path({str(database.home)!r}), {database.url!r}).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_new_database_may_be_opened_by_many_at_once(database: Database) -> None:
    start = Barrier(8)

    def open_it() -> list[Entry]:
        start.wait()
        return database.open().trail()

    with ThreadPoolExecutor(8) as pool:
        assert [one.result() for one in [pool.submit(open_it) for _ in range(8)]] == [[]] * 8


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    database.open().record("t", "export", now=NOW)
    database.execute("UPDATE alembic_version SET version_num = '2077'")
    with pytest.raises(Refused) as refused:
        open_workflow(database.home, database.url)
    (problem,) = refused.value.problems
    assert problem.code == "workflow.newer_database"
    assert "2077" in problem.what
    database.opened[0].record("t", "export", now=NOW)  # those that have it open go on


def test_a_migration_that_fails_leaves_nothing_behind(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("alembic.op.create_index", fail)  # two tables are there by then
    with pytest.raises(ZeroDivisionError):
        open_workflow(database.home, database.url)
    monkeypatch.undo()
    assert database.open().accounts() == []  # made whole, from nothing


def test_the_sqlite_file_is_its_owner_s_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    home = tmp_path / "a" / "new home"
    workflow = open_workflow(home)
    if os.name == "posix":
        for file in home.glob(f"{FILE}*"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with workflow._store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    workflow.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:secret@h/d", "sqlite:///x.db", "postgresql+asyncpg://u:secret@h/d"]
)
def test_what_is_no_postgresql_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused) as refused:
        open_workflow(tmp_path, url)
    assert [problem.code for problem in refused.value.problems] == ["workflow.database_url"]
    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_postgresql_that_is_not_there_is_told_in_words_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        open_workflow(tmp_path, f"postgresql://ann:secret@/books?host={tmp_path}")
    (problem,) = refused.value.problems
    assert problem.code == "workflow.unreachable"
    assert "secret" not in str(problem)


def test_a_file_that_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("a letter, and no database at all, of more than a hundred signs\n" * 20)
    with pytest.raises(Refused) as refused:
        open_workflow(tmp_path)
    (problem,) = refused.value.problems
    assert problem.code == "workflow.unreachable"
    assert FILE in problem.where


def test_the_driver_of_postgresql_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Refused) as refused:
        open_workflow(tmp_path, "postgresql://u@h/d")
    assert [problem.code for problem in refused.value.problems] == ["workflow.no_driver"]
