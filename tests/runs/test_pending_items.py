"""Items that a crash or another release left are never counted from: they are made anew, or the question is refused."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.core.problem import Refused
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.measure import measure
from pipelines.warehouse.store import Warehouse

MAPPING = """
source: s
channel: phone
keeper: operator
zone: UTC
resolution_s: "1"
file: {format: csv}
tables:
  call:
    key: {call_id: id}
    columns:
      arrived_at: {from: at, format: "%Y-%m-%d %H:%M:%S"}
      outcome: {from: end, values: {A: answered, L: lost}}
"""


@pytest.mark.parametrize(
    "left",
    [
        "DELETE FROM assembled_load; DELETE FROM item_call",  # killed after the load was committed
        "UPDATE assembled_load SET digest = 'of another release'; ALTER TABLE item_call DROP COLUMN wait_from_log",
    ],
)
def test_they_are_made_anew(tmp_path: Path, left: str) -> None:
    log = tmp_path / "calls.csv"
    log.write_text("id,at,end\n1,2026-10-01 10:00:00,A\n2,2026-10-01 11:00:00,L\n")
    home, now = tmp_path / "home", datetime(2026, 11, 1, tzinfo=UTC)

    def load() -> str:
        return ingest_files(home, [MAPPING], [log], now=now)[0].status

    def connect_rate() -> tuple[str, str]:
        found = measure(home, ["phone.connect_rate"], since=date(2026, 10, 1), until=date(2026, 11, 1))[0]
        return found.numerator, found.denominator

    assert load() == "loaded"
    assert connect_rate() == ("1", "2")
    with Warehouse(home) as warehouse:
        warehouse.con.execute(left)
    with pytest.raises(Refused, match=r"items\.pending"):
        connect_rate()
    assert load() == "already_loaded"
    assert connect_rate() == ("1", "2")
