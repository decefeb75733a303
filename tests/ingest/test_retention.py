"""Raw files go when their time is up, and not before, nor from under a sealed statement."""

from datetime import timedelta

from pipelines.ingest.retention import drop_files, expired_files
from pipelines.warehouse.store import Warehouse
from tests.ingest.conftest import HEAD, NOW, Bench

BAD = HEAD + "1,c1,2026-05-04 09:00:00,A,soon\n"


def test_files_are_kept_for_good_by_default(bench: Bench) -> None:
    bench.load(BAD)
    with Warehouse(bench.home) as warehouse:
        assert expired_files(warehouse, now=NOW + timedelta(days=9999), sealed_load_ids=()) == []


def test_what_is_past_its_time_is_listed_and_dropped(bench: Bench) -> None:
    bench.load(BAD)
    (bench.home / "settings.yaml").write_text("retention_days: 30\n", encoding="utf-8")
    with Warehouse(bench.home) as warehouse:
        on_the_day = NOW + timedelta(days=30)
        later = on_the_day + timedelta(seconds=1)
        assert expired_files(warehouse, now=on_the_day, sealed_load_ids=()) == []
        assert expired_files(warehouse, now=later, sealed_load_ids=[1]) == []
        expired = expired_files(warehouse, now=later, sealed_load_ids=[2])
        assert [(file.file_name, file.load_ids) for file in expired] == [("calls.csv", (1,))]
        drop_files(warehouse, expired, now=later)
        assert expired_files(warehouse, now=later, sealed_load_ids=()) == []
        assert warehouse.con.execute("SELECT raw_text, code FROM quarantine").fetchall() == [(None, "row.bad_number")]
    assert [path for path in (bench.home / "archive").rglob("*") if path.is_file()] == []
