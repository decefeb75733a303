"""lines = accepted + quarantined + duplicates + blank + skipped, in physical lines, whatever the file looks like."""

import random

import pytest

from tests.ingest.conftest import HEAD, MAPPING, Bench

GOOD = "{n},c{n},2026-05-04 09:00:00,A,{n}\n"


def lines(*numbers: int) -> str:
    return "".join(GOOD.format(n=n) for n in numbers)


# content after the header → (lines, accepted, quarantined, duplicates, blank)
CASES = {
    "header alone": ("", (0, 0, 0, 0, 0)),
    "plain": (lines(1, 2, 3), (3, 3, 0, 0, 0)),
    "no end of the last line": (lines(1, 2).rstrip("\n"), (2, 2, 0, 0, 0)),
    "the same row twice": (lines(1, 2, 1), (3, 2, 0, 1, 0)),
    "the same key, other content": (lines(1) + "1,c1,2026-05-04 09:00:00,A,7\n", (2, 2, 0, 0, 0)),
    "blank lines": ("\n" + lines(1) + "   \n,,,,\n\n", (5, 1, 0, 0, 4)),
    "only delimiters, in a file that is otherwise plain": (lines(1) + ",,,,\n", (2, 1, 0, 0, 1)),
    "too few fields": (lines(1) + "2,c2\n", (2, 1, 1, 0, 0)),
    "too many fields": (lines(1) + "2,c2,2026-05-04 09:00:00,A,5,6,7\n", (2, 1, 1, 0, 0)),
    "unclosed quote": ('0,"c0,2026-05-04 09:00:00,A,1\n' + lines(1, 2, 3), (4, 3, 1, 0, 0)),
    "unclosed quote at the end": (lines(1, 2, 3) + '4,"c4,2026-05-04 09:00:00,A,1', (4, 3, 1, 0, 0)),
    "quoted line end": ('1,"c\n\n1",2026-05-04 09:00:00,A,1\n' + lines(2), (4, 4, 0, 0, 0)),
    "quoted line end, twice": ('1,"c\n1",2026-05-04 09:00:00,A,1\n' * 2, (4, 2, 0, 2, 0)),
    "quoted line end, refused": ('1,"c\n1",never,A,1\n' + lines(2), (3, 1, 2, 0, 0)),
    "nul": (lines(1) + "2,c\x002,2026-05-04 09:00:00,A,2\n", (2, 1, 1, 0, 0)),
    "bad number": (lines(1) + "2,c2,2026-05-04 09:00:00,A,1_0\n", (2, 1, 1, 0, 0)),
    "bad number in words": (lines(1) + "2,c2,2026-05-04 09:00:00,A,soon\n", (2, 1, 1, 0, 0)),
    "bad time": (lines(1) + "2,c2,2026-02-30 09:00:00,A,1\n", (2, 1, 1, 0, 0)),
    "unknown value": (lines(1) + "2,c2,2026-05-04 09:00:00,X,1\n", (2, 1, 1, 0, 0)),
    "no key": (lines(1) + ",c2,2026-05-04 09:00:00,A,1\n", (2, 1, 1, 0, 0)),
    "no arrival": (lines(1) + "2,c2,,A,1\n", (2, 1, 1, 0, 0)),
    "no wait": ("2,c2,2026-05-04 09:00:00,A,\n", (1, 1, 0, 0, 0)),
    "an hour that never was": (lines(1) + "2,c2,2026-03-29 02:30:00,A,1\n", (2, 1, 1, 0, 0)),
    "all of it": (
        lines(1, 2, 2) + "\n" + '3,"c3,2026\n' + "4\n" + '5,"c\n5",2026-05-04 09:00:00,A,1\n' + "6,c,x,A,1\n",
        (9, 4, 3, 1, 1),
    ),
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "bom"])
@pytest.mark.parametrize("case", CASES)
def test_each_line_has_one_fate(bench: Bench, case: str, ending: str, mark: str) -> None:
    body, expected = CASES[case]
    report = bench.load((mark + HEAD + body).replace("\n", ending))
    assert (report.lines, report.accepted, report.quarantined, report.duplicates, report.blank) == expected


def test_lines_that_are_not_utf8_are_kept_apart(bench: Bench) -> None:
    report = bench.load((HEAD + lines(1)).encode() + b"2,\xff,2026-05-04 09:00:00,A,1\n")
    assert (report.accepted, report.quarantined) == (1, 1)
    assert bench.rows("SELECT line_no, code, raw_text FROM quarantine") == [
        (3, "row.encoding", "2,\\xff,2026-05-04 09:00:00,A,1")
    ]


def test_a_broken_sign_in_a_chinese_file_costs_its_line(bench: Bench) -> None:
    content = (
        (HEAD + lines(1)).encode("gb18030")
        + b"2,\xff,2026-05-04 09:00:00,A,1\n"
        + "3,王,2026-05-04 09:00:00,A,1\n".encode("gb18030")
    )
    report = bench.load(content, MAPPING.replace("utf-8", "gb18030"))
    assert (report.accepted, report.quarantined) == (2, 1)
    assert bench.rows("SELECT customer_id FROM event_call ORDER BY call_id") == [("c1",), ("王",)]


def test_what_was_refused_says_column_text_and_reason(bench: Bench) -> None:
    bench.load(HEAD + lines(1) + "2,c2,2026-05-04 09:00:00,A,soon\n3,c3,2026-03-29 02:30:00,A,1\n")
    assert bench.rows("SELECT load_id, line_no, code, column_name, raw_text FROM quarantine ORDER BY line_no") == [
        (1, 3, "row.bad_number", "wait", "2,c2,2026-05-04 09:00:00,A,soon"),
        (1, 4, "row.skipped_time", "at", "3,c3,2026-03-29 02:30:00,A,1"),
    ]
    assert bench.rows("SELECT message FROM quarantine ORDER BY line_no") == [
        ("wait is not a number of the kind that the mapping names (wait_s).",),
        ("at: the clocks of Europe/Berlin skipped this hour, so the time never was (arrived_at).",),
    ]


def test_both_readers_agree(bench: Bench, make_bench) -> None:
    """A file that the engine reads and the same file with one blank line, which is read line by line."""
    body = "".join(f'{n},"c ""{n}""",2026-05-04 09:00:{n:02},{"AH"[n % 2]},{n}.5\n' for n in range(60))
    other = make_bench("other")
    assert bench.load(HEAD + body).reading == "engine"
    assert other.load(HEAD + body + "\n").reading == "line by line"
    sql = "SELECT * EXCLUDE (arrived_at), epoch_us(arrived_at) FROM event_call ORDER BY call_id"
    assert bench.rows(sql) == other.rows(sql)


@pytest.mark.parametrize("seed", range(12))
def test_a_heap_of_dirt(bench: Bench, seed: int) -> None:
    """The totals add up (the load itself refuses otherwise), and every good line that stands alone is there."""
    chance = random.Random(seed)
    dirt = [
        '"',
        "\n",
        ",,,,\n",
        "x\n",
        '9,"c\n',
        "\x00\n",
        '"a"b,c\n',
        "1,2,3,4,5,6\n",
        "\r\n",
        '7,"\n",2026-05-04 09:00:00,A,1\n',
    ]
    body = "".join(chance.choice([GOOD.format(n=n), GOOD.format(n=n), chance.choice(dirt)]) for n in range(200))
    report = bench.load(HEAD + body)
    assert report.lines == body.count("\n") + (not body.endswith("\n"))


def test_rows_that_are_no_events_are_skipped_and_counted(bench: Bench) -> None:
    mapping = MAPPING + "skip: {column: end, in: [TEST], because: probes of the operator}\n"
    report = bench.load(HEAD + lines(1) + "2,c,,TEST,\n", mapping)
    assert (report.lines, report.accepted, report.skipped, report.quarantined) == (2, 1, 1, 0)


def test_a_row_that_no_table_takes_is_kept_apart(bench: Bench) -> None:
    mapping = MAPPING.replace("    key:", "    when: {column: end, in: [A]}\n    key:")
    report = bench.load(HEAD + lines(1) + "2,c,2026-05-04 09:00:00,H,1\n", mapping)
    assert (report.accepted, report.quarantined, report.reasons) == (1, 1, (("row.no_table", None, 1),))
