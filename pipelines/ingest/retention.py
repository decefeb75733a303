"""How long raw files are kept: past the home's `retention_days`, and under no sealed statement, they may go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.ingest.archive import Archive
from pipelines.warehouse.store import Warehouse


@dataclass(frozen=True)
class Expired:
    """An archived file whose time is up."""

    sha256: str
    file_name: str
    size_bytes: int
    load_ids: tuple[int, ...]


def expired_files(warehouse: Warehouse, *, now: datetime, sealed_load_ids: Collection[int]) -> list[Expired]:
    """List the archived files past ``retention_days``, all of whose loads are under no sealed statement."""
    days = warehouse.home.settings().retention_days
    if days is None:
        return []
    limit = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    found = warehouse.con.execute(
        "SELECT sha256, min(file_name), min(bytes), list(load_id ORDER BY load_id) FROM load "
        "WHERE sha256 NOT IN (SELECT sha256 FROM archive_drop) "
        "GROUP BY sha256 HAVING max(loaded_at) < ?::TIMESTAMPTZ AND NOT list_has_any(list(load_id), ?::INTEGER[]) "
        "ORDER BY min(load_id)",
        [limit, list(sealed_load_ids)],
    ).fetchall()
    return [Expired(sha256, file_name, size, tuple(loads)) for sha256, file_name, size, loads in found]


def drop_files(warehouse: Warehouse, expired: Collection[Expired], *, now: datetime) -> None:
    """Drop files, and the raw texts of their quarantined lines; events, counts and reasons stay."""
    archive = Archive(warehouse.home.archive)
    for file in expired:
        warehouse.con.execute("BEGIN")
        warehouse.con.execute(
            "INSERT INTO archive_drop VALUES (?, ?::TIMESTAMPTZ)", [file.sha256, now.astimezone(UTC).isoformat()]
        )
        warehouse.con.execute(
            "UPDATE quarantine SET raw_text = NULL WHERE list_contains(?::INTEGER[], load_id)", [list(file.load_ids)]
        )
        warehouse.con.execute("COMMIT")
        archive.drop(file.sha256)
