"""From a row back to its line, in every format."""

from pathlib import Path

import pytest
import xlsxwriter

from pipelines.core.problem import Refused
from pipelines.ingest.trace import find_raw, find_raw_many
from pipelines.runs.ingest_files import ingest_files
from pipelines.warehouse.store import Warehouse
from tests.ingest.conftest import HEAD, MAPPING, NOW, Bench

ONE = "1,c1,2026-05-04 09:00:00,A,5\n"
TWO = "2,c2,2026-05-04 10:00:00,H,6\n"


@pytest.mark.parametrize("dirt", ["", "\n", "x\n"], ids=["plain", "blank line", "broken line"])
def test_a_line_of_a_csv(bench: Bench, dirt: str) -> None:
    bench.load("\ufeff" + HEAD + ONE + dirt + TWO)
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 1, "call", "2")
    line = 4 if dirt else 3
    assert (raw.line_no, raw.last_line_no, raw.text) == (line, line, TWO.rstrip("\n"))
    assert raw.fields == {"id": "2", "customer": "c2", "at": "2026-05-04 10:00:00", "end": "H", "wait": "6"}
    assert (raw.file_name, raw.personal) == ("calls.csv", {"customer"})


def test_a_record_over_several_lines(bench: Bench) -> None:
    bench.load(HEAD + ONE + '2,"c\n2",2026-05-04 10:00:00,H,6\n')
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 1, "event_call", ("2", "1"))
    assert (raw.line_no, raw.last_line_no, raw.fields["customer"]) == (3, 4, "c\n2")


def test_many_keys_in_one_pass(bench: Bench) -> None:
    bench.load(HEAD + ONE + TWO + ONE.replace(",5", ",6"))
    with Warehouse(bench.home, read_only=True) as warehouse:
        found = find_raw_many(warehouse, 1, "call", ["1", "2", "3"])
    lines = {key: [raw.line_no for raw in records] for key, records in found.items()}
    assert lines == {("1", "1"): [2, 4], ("2", "1"): [3], ("3", "1"): []}


def test_a_key_of_parts_that_hold_the_joining_sign(bench: Bench) -> None:
    """a|b + c and a + b|c are two records, and each is found."""
    mapping = MAPPING.replace("call_id: id", "call_id: [id, customer]")
    body = "a|b,c,2026-05-04 09:00:00,A,1\na,b|c,2026-05-04 09:00:00,A,1\n"
    assert bench.load(HEAD + body, mapping).accepted == 2
    keys = [key for (key,) in bench.rows("SELECT call_id FROM event_call ORDER BY call_id")]
    assert keys == [r"a\|b|c", r"a|b\|c"]
    with Warehouse(bench.home, read_only=True) as warehouse:
        assert [find_raw(warehouse, 1, "call", key).line_no for key in keys] == [2, 3]


def test_a_chinese_file_and_an_encrypted_archive(bench: Bench) -> None:
    key = bytes(32)
    content = (HEAD + ONE + TWO.replace("c2", "王小明")).encode("gb18030")
    bench.load(content, MAPPING.replace("utf-8", "gb18030"), archive_key=key)
    with Warehouse(bench.home, read_only=True) as warehouse:
        assert find_raw(warehouse, 1, "call", "2", archive_key=key).fields["customer"] == "王小明"
        with pytest.raises(Refused, match=r"\[archive.key_missing\]"):
            find_raw(warehouse, 1, "call", "2")


def test_a_row_of_a_workbook(bench: Bench) -> None:
    path = bench.inbox / "calls.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD + ONE + "\n" + TWO).splitlines()):
            sheet.write_row(number, 0, line.split(","))
    ingest_files(bench.home, [MAPPING], [path], now=NOW)
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 1, "call", "2")
    assert (raw.line_no, raw.text, raw.fields["wait"]) == (4, "2\tc2\t2026-05-04 10:00:00\tH\t6", "6")


def test_a_roster_row_is_found_by_its_instant(bench: Bench) -> None:
    mapping = """\
source: roster
channel: phone
keeper: operator
zone: Asia/Shanghai
file: {format: csv}
tables:
  roster:
    key:
      member_kind: {constant: agent}
      member_id: agent
      since_at: {from: since, format: "%Y-%m-%d"}
    columns:
      team: {from: team}
"""
    bench.load("agent,since,team\nann,2026-05-01,A\nann,2026-06-01,B\n", mapping)
    with Warehouse(bench.home, read_only=True) as warehouse:
        raw = find_raw(warehouse, 1, "roster", ("agent", "ann", "2026-05-31T16:00:00Z"))
    assert raw.fields["team"] == "B"


def test_what_cannot_be_found_says_so(bench: Bench) -> None:
    bench.load(HEAD + ONE)
    with Warehouse(bench.home, read_only=True) as warehouse:
        with pytest.raises(Refused, match=r"no load of this number.*\[trace.no_load\]"):
            find_raw(warehouse, 7, "call", "1")
        with pytest.raises(Refused, match=r"has the key 9 · 1.*\[trace.no_record\]"):
            find_raw(warehouse, 1, "call", "9")
        archived = next(path for path in (bench.home / "archive").rglob("*") if path.is_file())
        archived.unlink()
        with pytest.raises(Refused, match=r"\[archive.absent\]"):
            find_raw(warehouse, 1, "call", "1")
        archived.write_text(HEAD + ONE.replace("A", "H"))
        with pytest.raises(Refused, match=r"\[archive.changed\]"):
            find_raw(warehouse, 1, "call", "1")


def test_the_line_is_read_as_it_was_then(bench: Bench, tmp_path: Path) -> None:
    """The mapping's text of that day stands in the store: a file that changed since does not matter."""
    path = tmp_path / "shop.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    bench.load(HEAD + ONE, str(path))
    path.write_text("source: other\n", encoding="utf-8")
    with Warehouse(bench.home, read_only=True) as warehouse:
        assert find_raw(warehouse, 1, "call", "1").line_no == 2
