"""A file is loaded once, a record is stored once, and a load is whole or not at all."""

from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.core.problem import Refused
from pipelines.ingest import load as load_module
from pipelines.runs.ingest_files import ingest_files
from tests.ingest.conftest import HEAD, MAPPING, NOW, Bench

ONE = "1,c1,2026-05-04 09:00:00,A,5\n"
TWO = "2,c2,2026-05-04 10:00:00,H,6\n"


def test_the_same_file_is_one_load(bench: Bench) -> None:
    first = bench.load(HEAD + ONE)
    second = bench.load(HEAD + ONE, name="renamed.csv", now=NOW + timedelta(days=1))
    assert (first.status, second.status, second.load_id) == ("loaded", "already_loaded", 1)
    assert second.sentence() == "calls.csv is already loaded as load 1 on 2026-11-01 08:00 UTC; nothing changed."
    assert bench.rows("SELECT count(*) FROM load") == [(1,)]


def test_a_row_that_comes_in_two_files_is_stored_once(bench: Bench) -> None:
    bench.load(HEAD + ONE)
    report = bench.load(HEAD + ONE + TWO, name="more.csv")
    assert (report.accepted, report.duplicates, report.rows) == (1, 1, (("event_call", 1),))
    assert bench.rows("SELECT call_id, load_id FROM event_call ORDER BY 1") == [("1", 1), ("2", 2)]


def test_other_content_under_the_same_key_is_another_version(bench: Bench) -> None:
    bench.load(HEAD + ONE)
    bench.load(HEAD + ONE.replace(",5", ",50"), name="other.csv")
    assert bench.rows("SELECT wait_s::INTEGER, load_id FROM event_call ORDER BY 2") == [(5, 1), (50, 2)]


def test_an_empty_value_repeats_an_empty_value(bench: Bench) -> None:
    bench.load(HEAD + "1,,2026-05-04 09:00:00,A,\n")
    assert bench.load(HEAD + "1,,2026-05-04 09:00:00,A,\n" + TWO, name="b.csv").duplicates == 1


LOAD_STAMPED = MAPPING.replace("      wait_s", "      record_at: {load: true}\n      wait_s")


def test_a_later_delivery_corrects_an_earlier_one(bench: Bench) -> None:
    bench.load(HEAD + ONE, LOAD_STAMPED)
    again = bench.load(HEAD + ONE + TWO, LOAD_STAMPED, "b.csv", now=NOW + timedelta(days=1))
    assert again.duplicates == 1  # the stamp of the load is not what a record says
    bench.load(HEAD + ONE.replace(",5", ",50"), LOAD_STAMPED, "c.csv", now=NOW + timedelta(days=2))
    back = bench.load(HEAD + ONE + "\n", LOAD_STAMPED, "d.csv", now=NOW + timedelta(days=3))
    assert back.accepted == 1  # it says again what it said first: that is news
    assert bench.rows("SELECT wait_s::INTEGER FROM event_call WHERE call_id = '1' ORDER BY record_at") == [
        (5,),
        (50,),
        (5,),
    ]


def test_a_changed_mapping_is_refused_for_a_file_that_is_loaded(bench: Bench) -> None:
    bench.load(HEAD + ONE)
    with pytest.raises(Refused, match=r"load 1 on 2026-11-01 .*--again.*\[ingest.mapping_changed\]"):
        bench.load(HEAD + ONE, MAPPING.replace("unit: s", "unit: ms"))


def test_again_adds_versions_for_what_changed_and_nothing_for_the_rest(bench: Bench) -> None:
    bench.load(HEAD + ONE + TWO)
    changed = MAPPING.replace("H: abandoned", "H: lost")
    report = bench.load(HEAD + ONE + TWO, changed, again=True, now=NOW + timedelta(days=1))
    assert (report.load_id, report.accepted, report.duplicates) == (2, 1, 1)
    assert bench.rows("SELECT outcome, record_at IS NULL FROM event_call WHERE call_id = '2' ORDER BY load_id") == [
        ("abandoned", True),
        ("lost", False),  # stamped by the load, so that it is the later one
    ]
    back = bench.load(HEAD + ONE + TWO, MAPPING, again=True, now=NOW + timedelta(days=2))
    assert back.status == "already_loaded"


def test_again_cannot_change_a_key(bench: Bench) -> None:
    bench.load(HEAD + ONE)
    with pytest.raises(Refused, match=r"\[ingest.key_changed\]"):
        bench.load(HEAD + ONE, MAPPING.replace("call_id: id", "call_id: [id, at]"), again=True)


@pytest.mark.parametrize("step", ["_insert", "_quarantine", "_book"])
def test_a_crash_leaves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    bench.load(HEAD + ONE)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(load_module, step, crash)
        with pytest.raises(KeyboardInterrupt):
            bench.load(HEAD + TWO + "x\n", name="b.csv")
    for table in ("load", "event_call", "mapping", "load_table"):
        assert bench.rows(f"SELECT count(*) FROM {table}") == [(1,)]
    assert bench.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert len([path for path in (bench.home / "archive").rglob("*") if path.is_file()]) == 1
    assert bench.load(HEAD + TWO + "x\n", name="b.csv").load_id == 2


def test_lines_without_a_fate_stop_the_load(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "_fates", lambda *_: (0, 0))
    with pytest.raises(load_module.LinesDoNotAddUp, match=r"calls.csv: 1 lines, and 0 \+ 0 \+ 0 \+ 0 \+ 0"):
        bench.load(HEAD + ONE)
    assert bench.rows("SELECT count(*) FROM event_call") == [(0,)]


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_files_does_not_matter(bench: Bench, order: int) -> None:
    files = [bench.write(HEAD + ONE, "a.csv"), bench.write(HEAD + TWO, "b.csv")][::order]
    reports = ingest_files(bench.home, [MAPPING], files, now=NOW)
    assert [report.file_name for report in reports] == ["a.csv", "b.csv"]


def test_folders_and_patterns(bench: Bench) -> None:
    bench.write(HEAD + ONE, "a.csv")
    bench.write(HEAD + TWO, "b.csv")
    bench.write("notes", "README.md")
    assert len(ingest_files(bench.home, [MAPPING], [bench.inbox], now=NOW)) == 2
    assert len(ingest_files(bench.home, [MAPPING], [str(bench.inbox / "[ab].csv")], now=NOW)) == 2
    with pytest.raises(Refused, match=r"\[ingest.no_file\]"):
        ingest_files(bench.home, [MAPPING], [bench.inbox / "c*.csv"], now=NOW)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("", "file.empty", "not even a header"),
        ("number,customer,at,end,wait\n", "file.missing_column", "It has: 'number'"),
        ("id,customer,at,end,Wait\n", "file.missing_column", "The nearest is 'Wait'"),
        ("id,customer,at,end,wait,wait\n", "file.repeated_column", "stands 2 times"),
        ("PK\x03\x04", "file.workbook", "cannot be opened"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(bench: Bench, content: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        bench.load(content)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert words in str(refused.value)
    assert not bench.home.exists()


def test_a_wrong_file_keeps_the_right_ones_waiting(bench: Bench) -> None:
    files = [bench.write(HEAD + ONE, "a.csv"), bench.write("x\n", "b.csv"), bench.write("y\n", "c.csv")]
    with pytest.raises(Refused) as refused:
        ingest_files(bench.home, [MAPPING], files, now=NOW)
    assert {problem.where.split("/")[-1] for problem in refused.value.problems} == {"b.csv:1", "c.csv:1"}
    assert not bench.home.exists()


def test_columns_may_stand_in_any_order_beside_others(bench: Bench) -> None:
    bench.load("x,wait,end,WAIT,at,x,customer,id\n,5,A,9,2026-05-04 09:00:00,,c1,1\n")
    assert bench.rows("SELECT call_id, customer_id, wait_s::INTEGER FROM event_call") == [("1", "c1", 5)]


def test_each_file_finds_its_mapping(bench: Bench) -> None:
    other = MAPPING.replace("source: shop", "source: mall").replace("from: wait", "from: waited")
    files = [bench.write(HEAD + ONE, "a.csv"), bench.write(HEAD.replace("wait", "waited") + ONE, "b.csv")]
    reports = ingest_files(bench.home, [MAPPING, other], files, now=NOW)
    assert [report.source for report in reports] == ["shop", "mall"]
    with pytest.raises(Refused, match=r"Several mappings fit .*\[ingest.which_mapping\]"):
        ingest_files(bench.home, [MAPPING, MAPPING.replace("shop", "twin")], [files[0]], now=NOW)


def test_a_workbook_gives_what_its_csv_gives(bench: Bench) -> None:
    bench.load(HEAD + ONE + TWO)
    path = bench.inbox / "calls.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD + ONE + TWO).splitlines()):
            sheet.write_row(number, 0, [int(cell) if cell.isdecimal() else cell for cell in line.split(",")])
    report = ingest_files(bench.home, [MAPPING], [path], now=NOW)[0]
    assert (report.lines, report.duplicates) == (2, 2)


def test_local_times_become_instants(bench: Bench) -> None:
    """Berlin, 25 October 2026: 02:30 comes twice; the first is in summer time, UTC+2."""
    bench.load(HEAD + "1,c,2026-10-25 02:30:00,A,1\n2,c,2026-10-25 03:30:00,A,1\n3,c,2026-07-01 12:00:00,A,1\n")
    assert bench.rows("SELECT arrived_at::VARCHAR, ambiguous_time FROM event_call ORDER BY call_id") == [
        ("2026-10-25 00:30:00+00", True),
        ("2026-10-25 02:30:00+00", False),
        ("2026-07-01 10:00:00+00", False),
    ]


def test_progress_is_told(bench: Bench) -> None:
    told: list[tuple[str, str, int, int]] = []
    bench.load(HEAD + ONE, progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(step for _, step, _, _ in told)) == ["archiving", "reading", "storing", "assembling"]


def test_mappings_may_be_files_and_all_their_problems_are_said(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    assert bench.load(HEAD + ONE, str(path)).mapping_name == "shop"
    with pytest.raises(Refused) as refused:
        ingest_files(bench.home, [tmp_path / "none.yaml", "source: x\n", MAPPING], [bench.inbox], now=NOW)
    assert {"mapping.unreadable", "mapping.missing_word"} == {problem.code for problem in refused.value.problems}
