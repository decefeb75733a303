"""A file's bytes to records: each physical line belongs to one record, and a quote that never closes costs one line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.raw_file import (
    BLANK,
    BROKEN_QUOTE,
    ENCODING,
    NUL,
    OPEN_QUOTE,
    TOO_FEW,
    TOO_MANY,
    DelimitedFile,
    Run,
    decode_to_utf8,
    sift,
    split_fields,
    survey,
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a,b,c", ["a", "b", "c"]),
        ("", [""]),
        (",,", ["", "", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"a""b",c', ['a"b', "c"]),
        ('a"b,c', ['a"b', "c"]),  # a quote inside an unquoted field is a sign like any other
        (' "a" ,b', ["a", "b"]),
        ('"",b', ["", "b"]),
        ('"a\nb",c', ["a\nb", "c"]),
    ],
)
def test_fields(text: str, fields: list[str]) -> None:
    assert split_fields(text, ",", '"') == (fields, None)


@pytest.mark.parametrize(("text", "code"), [('a,"b', OPEN_QUOTE), ('"a"b,c', BROKEN_QUOTE), ('"', OPEN_QUOTE)])
def test_quotes_that_do_not_fit(text: str, code: str) -> None:
    assert split_fields(text, ",", '"') == ([], code)


def test_without_a_quote_sign_quotes_are_text() -> None:
    assert split_fields('"a",b', ",", "") == (['"a"', "b"], None)


def records(folder: Path, content: bytes, encoding: str = "utf-8") -> list[tuple[int, int, str | list[str]]]:
    path = folder / "f.csv"
    path.write_bytes(content)
    file = DelimitedFile(path, delimiter=",", quote='"', encoding=encoding)
    return [(r.line_no, r.last_line_no, r.fields or str(r.code)) for r in file.records()]


HEAD = b"a,b\n"
CASES = {
    "plain": (b"1,2\n3,4\n", [(2, 2, ["1", "2"]), (3, 3, ["3", "4"])]),
    "no end of line": (b"1,2", [(2, 2, ["1", "2"])]),
    "crlf": (b"1,2\r\n3,4\r\n", [(2, 2, ["1", "2"]), (3, 3, ["3", "4"])]),
    "too few, too many": (b"1\n1,2,3\n", [(2, 2, TOO_FEW), (3, 3, TOO_MANY)]),
    "a delimiter ends the line": (b"1,2,\n", [(2, 2, ["1", "2"])]),
    "blank lines": (b"\n  \n,\n1,2\n", [(2, 2, BLANK), (3, 3, BLANK), (4, 4, BLANK), (5, 5, ["1", "2"])]),
    "a quoted line end": (b'"x\ny",2\n3,4\n', [(2, 3, ["x\ny", "2"]), (4, 4, ["3", "4"])]),
    "an open quote costs one line": (b'1,"x\n3,4\n5,6\n', [(2, 2, OPEN_QUOTE), (3, 3, ["3", "4"]), (4, 4, ["5", "6"])]),
    "an open quote before a quoted line": (b'1,"x\n"3",4\n', [(2, 2, OPEN_QUOTE), (3, 3, ["3", "4"])]),
    "a broken quote": (b'"1"x,2\n3,4\n', [(2, 2, BROKEN_QUOTE), (3, 3, ["3", "4"])]),
    "nul": (b"1,\x002\n3,4\n", [(2, 2, NUL), (3, 3, ["3", "4"])]),
    "not utf-8": (b"1,\xff\n3,4\n", [(2, 2, ENCODING), (3, 3, ["3", "4"])]),
    "a lone carriage return is text": (b"1,x\ry\n", [(2, 2, ["1", "x\ry"])]),
    "header alone": (b"", []),
}


@pytest.mark.parametrize("case", CASES)
def test_records(tmp_path: Path, case: str) -> None:
    body, expected = CASES[case]
    assert records(tmp_path, HEAD + body) == expected


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    assert DelimitedFile(path, delimiter=",", quote='"').header == ("a", "b")


def test_lines_above_the_header_and_a_header_over_two_lines(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'Report of May\n"a\nx",b\n1,2\n')
    file = DelimitedFile(path, delimiter=",", quote='"', header_line=2)
    assert (file.header, file.head_lines) == (("a\nx", "b"), 3)
    assert [r.line_no for r in file.records()] == [4]


def test_the_text_of_a_line_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'a,b\r\n1,2\r\n"x\r\ny",4\r\n5,6')
    file = DelimitedFile(path, delimiter=",", quote='"')
    assert file.texts([(5, 5), (3, 4)]) == {3: ('"x\r\ny",4', ["x\r\ny", "4"]), 5: ("5,6", ["5", "6"])}


@given(
    st.lists(st.sampled_from([b"1,2", b'"x', b'y",', b"", b",", b'""', b"\x00", b"\xff", b"\r", b"a,b,c", b'"q",2']))
)
def test_every_line_has_one_record_whatever_the_dirt(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    found = records(tmp_path_factory.mktemp("f"), HEAD + b"".join(line + b"\n" for line in lines))
    covered = [line for first, last, _ in found for line in range(first, last + 1)]
    assert covered == list(range(2, len(lines) + 2))


@pytest.mark.parametrize(
    ("content", "lines", "is_plain"),
    [
        (b"", 0, True),
        (b"a", 1, True),
        (b"a\nb\n", 2, True),
        (b"a\r\nb\r\n", 2, True),
        (b"a\nb\r\n", 2, False),  # two kinds of line end
        (b"a\rb\n", 1, False),
        (b"a\n\nb\n", 3, False),
        (b"a\r\n\r\nb\r\n", 3, False),
        (b"\na\n", 2, False),
        (b"a\x00\n", 1, False),
    ],
)
def test_survey(tmp_path: Path, content: bytes, lines: int, is_plain: bool) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    found = survey(path)
    assert (found.lines, found.is_plain) == (lines, is_plain)


def test_survey_sees_a_pair_that_two_chunks_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.sources.raw_file.CHUNK_BYTES", 1)
    path = tmp_path / "f"
    path.write_bytes(b"a\r\nb\r\n")
    assert (survey(path).pairs, survey(path).is_plain) == (2, True)
    path.write_bytes(b"a\r\n\r\nb")
    assert survey(path).has_blank_line


def test_a_chinese_encoding_is_decoded_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.sources.raw_file.CHUNK_BYTES", 3)  # cuts signs in two
    path, target = tmp_path / "f", tmp_path / "t"
    path.write_bytes("编号,客服\n1,王小明\n".encode("gb18030"))
    assert decode_to_utf8(path, "gb18030", target)
    assert target.read_text(encoding="utf-8") == "编号,客服\n1,王小明\n"
    path.write_bytes("编号".encode("gb18030") + b"\xff\n")
    assert not decode_to_utf8(path, "gb18030", target)


def test_a_file_is_sifted_and_each_record_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'a,b\n1,2\n3,4\nx\n"5\n6",7\n8,9\n\n"1\n1",2\n')
    sifted = sift(DelimitedFile(path, delimiter=",", quote='"'), tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_bytes() == b'1,2\n3,4\n"5\n6",7\n8,9\n"1\n1",2\n'
    assert sifted.runs == [Run(0, 2, 2, 2), Run(2, 5, 6, 1), Run(3, 7, 7, 1), Run(4, 9, 10, 1)]
    assert (sifted.lines, sifted.blank, sifted.records) == (9, 1, 5)
    assert [(record.line_no, record.code) for record in sifted.broken] == [(4, TOO_FEW)]
