"""Local times to instants by SQL, against the zone itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.sources.local_time import offset_sql, pieces_between, repeated_sql


@pytest.mark.parametrize(
    ("zone", "year"),
    [
        ("Asia/Shanghai", 2026),
        ("Asia/Shanghai", 1990),  # it had summer time until 1991
        ("Asia/Jerusalem", 1999),
        ("America/New_York", 2026),
        ("Asia/Kolkata", 2026),  # half an hour
        ("Australia/Lord_Howe", 2026),  # summer time of half an hour
        ("Europe/Dublin", 2026),
    ],
)
def test_each_half_hour_of_a_year(zone: str, year: int) -> None:
    first = datetime(year, 1, 1)  # noqa: DTZ001 - local times without a zone are the subject
    times = [first + timedelta(minutes=30 * n) for n in range(2 * 24 * 365)]
    pieces = pieces_between(zone, times[0], times[-1])
    found = duckdb.sql(
        f"SELECT t, ({offset_sql('t', pieces)})::BIGINT, {repeated_sql('t', pieces)} FROM "
        f"(SELECT TIMESTAMP '{first}' + INTERVAL 30 MINUTE * range AS t FROM range({len(times)})) ORDER BY t"
    ).fetchall()
    for local, offset_us, is_repeated in found:
        aware = local.replace(tzinfo=ZoneInfo(zone))
        was_skipped = aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local
        assert (offset_us is None) == was_skipped, local
        if offset_us is not None:
            assert timedelta(microseconds=offset_us) == aware.utcoffset(), local  # fold 0: the first occurrence
            assert is_repeated == (aware.utcoffset() != aware.replace(fold=1).utcoffset()), local


def test_only_the_pieces_that_can_matter_are_asked() -> None:
    day = datetime(2026, 5, 1)  # noqa: DTZ001
    assert offset_sql("t", pieces_between("Asia/Shanghai", day, day)) == "28800_000_000"


@pytest.mark.parametrize("year", [1, 9999])
def test_a_slip_of_the_pen_has_an_offset_too(year: int) -> None:
    day = datetime(year, 5, 1)  # noqa: DTZ001
    assert offset_sql("t", pieces_between("Asia/Tokyo", day, day)) in {"32400_000_000", "33539_000_000"}
