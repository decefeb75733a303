"""The real logs load whole: every line of them is an event, and the headline figures come out of the store."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest.trace import find_raw
from pipelines.runs.ingest_files import ingest_files
from pipelines.warehouse.store import Warehouse
from tests.conftest import ROOT
from tests.ingest.conftest import NOW, Bench

MAPPINGS = ROOT / "data/mappings"


def test_the_bank(bench: Bench, real_log: Callable[[str], Path]) -> None:
    folder = real_log("anonymous_bank")
    reports = ingest_files(bench.home, [MAPPINGS / "anonymous_bank.yaml"], [folder], now=NOW)
    assert [report.lines for report in reports] == [31599, 33344, 38801, 32036, 39553, 37935, 39022]
    assert [report.accepted for report in reports] == [report.lines for report in reports]
    assert sum(report.accepted for report in reports) == 252_290
    assert bench.rows(
        "SELECT count(*) FILTER (outcome = 'answered'), count(*) FILTER (outcome = 'abandoned'), "
        "count(*) FILTER (outcome = 'phantom'), "
        "round(sum(wait_s) FILTER (outcome = 'answered') / count(*) FILTER (outcome = 'answered'), 3)::VARCHAR "
        "FROM event_call WHERE load_id = 1"
    ) == [(27060, 31359 - 27060, 240, "35.028")]
    # 3,198 answered calls without an agent; 48.38 % of the callers gave no number
    assert bench.rows("SELECT count(*) FROM event_call WHERE outcome = 'answered' AND agent_id IS NULL") == [(3198,)]
    assert bench.rows("SELECT round(100 * avg((customer_id IS NULL)::INTEGER), 2) FROM event_call") == [(48.38,)]
    # the clocks went forward on 2 April 1999 at 02:00; nobody called in the hour that was skipped
    assert bench.rows("SELECT count(*) FROM event_call WHERE ambiguous_time") == [(0,)]
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 7, "call", "AA0216|7897|990731|22:50:59")
    assert (raw.line_no, raw.fields["q_time"]) == (39_023, "188")


@pytest.mark.parametrize("first", ["csv", "xlsx"])
def test_phonenow_is_the_same_as_csv_and_as_workbook(bench: Bench, real_log: Callable[[str], Path], first: str) -> None:
    folder = real_log("phonenow")
    files = {"csv": folder / "Call-Center-Dataset.csv", "xlsx": folder / "01 Call-Center-Dataset.xlsx"}
    mapping = MAPPINGS / "phonenow.yaml"
    report = ingest_files(bench.home, [mapping], [files.pop(first)], now=NOW)[0]
    assert (report.lines, report.accepted) == (5000, 5000)
    assert report.rows == (("event_call", 5000), ("event_survey", 4054))
    again = ingest_files(bench.home, [mapping], list(files.values()), now=NOW)[0]
    assert (again.lines, again.duplicates) == (5000, 5000)
    assert bench.rows(
        "SELECT count(*) FILTER (outcome = 'answered'), count(*) FILTER (outcome = 'lost'), "
        "count(*) FILTER (resolved), count(*) FILTER (outcome = 'answered' AND wait_s <= 20), "
        "count(*) FILTER (outcome = 'answered' AND wait_s <= 60) FROM event_call"
    ) == [(4054, 946, 3646, 374, 1796)]
    # 13,798 points from 4,054 customers: 3.4036
    assert bench.rows("SELECT count(rating), round(sum(rating) / count(rating), 4)::VARCHAR FROM event_survey") == [
        (4054, "3.4036")
    ]
