"""A store that cannot be opened says why; its tables are those of the canonical list."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb
import pytest

from pipelines.core.event import EVENT_TABLES
from pipelines.core.problem import Refused
from pipelines.warehouse.canonical import MIGRATIONS, SCHEMA_VERSION
from pipelines.warehouse.home import Home, HomeSettings
from pipelines.warehouse.store import Warehouse


def test_the_event_tables_are_those_of_the_list(tmp_path: Path) -> None:
    with Warehouse(tmp_path) as warehouse:
        for table in EVENT_TABLES.values():
            found = warehouse.con.execute(f"DESCRIBE {table.table_name}").fetchall()
            keys = [column.name for column in table.key]
            expected = ["source", *keys, "load_id", "record_at", *(column.name for column in table.facts)]
            assert [row[0] for row in found] == expected
            assert {row[0] for row in found if row[2] == "NO"} >= {"source", *keys, "load_id"}


def test_what_was_written_is_read_by_another(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "home") as warehouse:
        warehouse.con.execute("INSERT INTO load_table VALUES (1, 'event_call', 2)")
    with Warehouse(tmp_path / "home", read_only=True) as warehouse:
        assert warehouse.con.execute("SELECT rows FROM load_table").fetchall() == [(2,)]
        assert warehouse.con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_reading_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"\[warehouse.absent\]"):
        Warehouse(tmp_path / "home", read_only=True)
    assert not (tmp_path / "home").exists()


@contextmanager
def held_by_another(home: Path, *, read_only: bool, goes_after_s: float = 0) -> Iterator[IO[str]]:
    """Have another process hold the store; a line that is written to it lets it go, after so many seconds."""
    code = (
        "import time\nfrom pipelines.warehouse.store import Warehouse\n"
        f"held = Warehouse({str(home)!r}, read_only={read_only})\nprint('open', flush=True)\n"
        f"input()\ntime.sleep({goes_after_s})"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        yield other.stdin


def test_a_store_that_another_process_writes(tmp_path: Path) -> None:
    with held_by_another(tmp_path, read_only=False) as say:
        for read_only in (False, True):
            with pytest.raises(Refused, match=r"Another process .*\[warehouse.locked\]"):
                Warehouse(tmp_path, read_only=read_only)
        say.write("\n")
        say.flush()
    with Warehouse(tmp_path):
        pass


def test_who_writes_waits_for_a_page_that_reads(tmp_path: Path) -> None:
    """The reader lets go of the store half a second after the writer has come to it."""
    with Warehouse(tmp_path):
        pass
    with held_by_another(tmp_path, read_only=True, goes_after_s=0.5) as say:
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(tmp_path / "clausemeter.duckdb"))
        say.write("\n")
        say.flush()
        with Warehouse(tmp_path) as warehouse:
            assert not warehouse.read_only


def test_a_store_that_this_process_has_open(tmp_path: Path) -> None:
    with Warehouse(tmp_path), pytest.raises(Refused, match=r"\[warehouse.locked\]"):
        Warehouse(tmp_path, read_only=True)


def test_a_store_of_a_later_program(tmp_path: Path) -> None:
    with Warehouse(tmp_path) as warehouse:
        warehouse.con.execute("INSERT INTO schema_version VALUES (?)", [SCHEMA_VERSION + 1])
    with pytest.raises(Refused, match=r"\[warehouse.newer_schema\]"):
        Warehouse(tmp_path)
    duckdb.connect(str(tmp_path / "clausemeter.duckdb")).close()  # it was let go of


def test_a_store_of_an_earlier_program_gains_what_it_lacks_when_it_is_written_to(tmp_path: Path) -> None:
    with Warehouse(tmp_path) as warehouse:
        warehouse.con.execute("DROP TABLE event_agent_state; UPDATE schema_version SET version = 1")
        warehouse.con.execute("INSERT INTO load_table VALUES (1, 'event_call', 2)")
    with pytest.raises(Refused, match=r"clausemeter ingest.*\[warehouse.older_schema\]"):
        Warehouse(tmp_path, read_only=True)
    with Warehouse(tmp_path) as warehouse:
        names = [row[0] for row in warehouse.con.execute("DESCRIBE event_agent_state").fetchall()]
        assert names[:3] == ["source", "agent_id", "since_at"]
        assert warehouse.con.execute("SELECT version FROM schema_version").fetchall() == [(SCHEMA_VERSION,)]
    with Warehouse(tmp_path, read_only=True) as warehouse:
        assert warehouse.con.execute("SELECT rows FROM load_table").fetchall() == [(2,)]


def test_every_schema_since_the_first_has_its_way_up() -> None:
    assert list(MIGRATIONS) == list(range(2, SCHEMA_VERSION + 1))


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "clausemeter.duckdb").write_bytes(b"no store at all" * 1000)
    with pytest.raises(Refused, match=r"\[warehouse.not_a_store\]"):
        Warehouse(tmp_path)


def test_settings(tmp_path: Path) -> None:
    assert Home(tmp_path).settings() == HomeSettings()
    (tmp_path / "settings.yaml").write_text("memory_limit: 512MB\nthreads: 1\nretention_days: 400\n", encoding="utf-8")
    assert Home(tmp_path).settings() == HomeSettings(memory_limit="512MB", threads=1, retention_days=400)
    with Warehouse(tmp_path) as warehouse:
        assert warehouse.con.execute("SELECT current_setting('threads')").fetchall() == [(1,)]


def test_settings_that_are_wrong_are_said_together(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("retention: 9\nthreads: many\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        Home(tmp_path).settings()
    assert [(problem.code, problem.where[-2:]) for problem in refused.value.problems] == [
        ("home.unknown_setting", ":1"),
        ("home.setting_value", ":2"),
    ]


def test_two_readers_from_outside_open_one_store_together(tmp_path: Path) -> None:
    with Warehouse(tmp_path) as warehouse:
        warehouse.con.execute("INSERT INTO load_table VALUES (1, 'event_call', 2)")
    with Warehouse(tmp_path, read_only=True, locked=True), Warehouse(tmp_path, read_only=True, locked=True) as second:
        assert second.con.execute("SELECT rows FROM load_table").fetchall() == [(2,)]
        assert second.con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        with pytest.raises(duckdb.Error):
            second.con.execute("SET enable_external_access = true")
    with Warehouse(tmp_path) as warehouse:  # once both are closed, it is written to as before
        warehouse.con.execute("SET memory_limit = '1GB'")
