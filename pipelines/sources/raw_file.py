"""A flat file as it lies there: what its bytes look like, its header, its records, each with its physical lines.

Two readers stand behind this. The engine's own is fast, but it is only asked when each physical line is one whole
record; every other file is read here, line by line, so that no line is lost and none is counted twice.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

CHUNK_BYTES = 1 << 20
# A quoted text may run over lines. One that has not ended after so many is taken for a quote that was never closed.
LONGEST_SPAN = 200
# In these encodings a byte 0A may be half of a sign, so a file cannot be cut into lines before it is decoded.
WIDE = ("utf-16", "utf-32", "utf-7")
BOM = codecs.BOM_UTF8

OPEN_QUOTE = "row.open_quote"
BROKEN_QUOTE = "row.broken_quote"
TOO_FEW = "row.too_few_fields"
TOO_MANY = "row.too_many_fields"
NUL = "row.nul"
ENCODING = "row.encoding"
BLANK = "blank"

WHY = {
    OPEN_QUOTE: "A quote is opened in this line and never closed.",
    BROKEN_QUOTE: "Text follows a closing quote before the next delimiter.",
    TOO_FEW: "This line has fewer fields than the header.",
    TOO_MANY: "This line has more fields than the header.",
    NUL: "This line holds a NUL byte, so a part of it may have been lost.",
    ENCODING: "This line cannot be decoded in the encoding that the mapping names.",
}


class RawRecord(NamedTuple):
    """One record of a file: its physical lines (from 1, both ends in), its text, its fields or what is wrong."""

    line_no: int
    last_line_no: int
    fields: list[str] | None
    code: str | None
    text: str = ""


class RawFile(Protocol):
    """An open flat file, whatever its format."""

    header: tuple[str, ...]
    head_lines: int

    def records(self) -> Iterator[RawRecord]:
        """Give every record after the head, in order; together they cover every physical line once."""

    def texts(self, spans: Iterable[tuple[int, int]]) -> dict[int, tuple[str, list[str]]]:
        """Give the text and fields at these spans of lines, by first line. A text without fields gives none."""


@dataclass(frozen=True)
class Survey:
    """What a UTF-8 file's bytes look like, counted in one pass."""

    line_feeds: int
    returns: int
    pairs: int
    nuls: int
    has_blank_line: bool
    ends_open: bool

    @property
    def lines(self) -> int:
        """Count physical lines; the last one may lack its end."""
        return self.line_feeds + self.ends_open

    @property
    def is_plain(self) -> bool:
        """Say whether every line end is of one kind, and no line is empty or holds a NUL byte."""
        one_kind = self.returns == self.pairs and self.pairs in (0, self.line_feeds)
        return one_kind and not self.nuls and not self.has_blank_line


def survey(path: Path) -> Survey:
    """Count what decides how a file can be read."""
    line_feeds = returns = pairs = nuls = 0
    has_blank_line = False
    tail = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            window = tail + chunk
            line_feeds += chunk.count(b"\n")
            nuls += chunk.count(b"\0")
            has_blank_line = has_blank_line or b"\n\n" in window
            if b"\r" in window:
                returns += chunk.count(b"\r")
                pairs += window.count(b"\r\n") - tail.count(b"\r\n")
                has_blank_line = has_blank_line or b"\n\r\n" in window
            tail = window[-2:]
    return Survey(line_feeds, returns, pairs, nuls, has_blank_line, not tail.endswith(b"\n"))


def decode_to_utf8(path: Path, encoding: str, target: Path) -> bool:
    """Write ``path`` as UTF-8 to ``target``, decoding strictly; say whether every byte could be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file, target.open("wb") as out:
        try:
            while chunk := file.read(CHUNK_BYTES):
                out.write(decoder.decode(chunk).encode())
            out.write(decoder.decode(b"", final=True).encode())
        except UnicodeDecodeError:
            return False
    return True


class DelimitedFile:
    """A file of delimited lines, read exactly.

    A line ends at a line feed; one carriage return before it belongs to the end. A record is one line, or as many as
    its quoted texts run over. Where a quote is never closed the damage is one line: reading goes on at the next.
    """

    def __init__(
        self,
        path: Path,
        *,
        delimiter: str,
        quote: str | None,
        encoding: str = "utf-8",
        header_line: int = 1,
        columns: tuple[str, ...] = (),
    ) -> None:
        self.path, self.delimiter, self.quote, self.encoding = path, delimiter, quote or "", encoding
        self.head_lines, self.header = 0, columns
        if not columns:
            lines = _Lines(path, encoding)
            for _ in islice(lines, header_line - 1):
                pass
            head = next(self._records(lines, width=None), None)
            self.head_lines = head.last_line_no if head else header_line
            self.header = tuple(field.strip() for field in (head.fields or ()) if head) if head else ()

    def records(self) -> Iterator[RawRecord]:
        """Give every record after the head, blank lines among them."""
        lines = _Lines(self.path, self.encoding)
        for _ in islice(lines, self.head_lines):
            pass
        return self._records(lines, width=len(self.header))

    def texts(self, spans: Iterable[tuple[int, int]]) -> dict[int, tuple[str, list[str]]]:
        """Give text and fields at spans of physical lines, in one pass over the file."""
        wanted = sorted(spans)
        found: dict[int, tuple[str, list[str]]] = {}
        lines = iter(_Lines(self.path, self.encoding, errors="backslashreplace"))
        at = 0
        for first, last in wanted:
            for _ in islice(lines, first - at - 1):
                pass
            taken = list(islice(lines, last - first + 1))
            at = last
            text = _join(taken)
            found[first] = (text, split_fields(text, self.delimiter, self.quote)[0])
        return found

    def _records(self, lines: "_Lines", *, width: int | None) -> Iterator[RawRecord]:
        for line in lines:
            if line.text is None or "\0" in line.text:
                yield RawRecord(line.number, line.number, None, ENCODING if line.text is None else NUL)
            elif not line.text.strip(" \t\r" + self.delimiter):
                yield RawRecord(line.number, line.number, None, BLANK)
            else:
                yield self._record(line, lines, width)

    def _record(self, line: "_Line", lines: "_Lines", width: int | None) -> RawRecord:
        text = line.text or ""
        fields, code = split_fields(text, self.delimiter, self.quote)
        last = line.number
        if code == OPEN_QUOTE:
            taken = self._continued(line, lines, width)
            text, last = _join(taken), taken[-1].number
            fields, code = split_fields(text, self.delimiter, self.quote)
        if code is None and width is not None:
            if len(fields) == width + 1 and not fields[-1]:  # a delimiter may end the line
                fields.pop()
            code = TOO_FEW if len(fields) < width else TOO_MANY if len(fields) > width else None
        return RawRecord(line.number, last, None if code else fields, code, text)

    def _continued(self, first: "_Line", lines: "_Lines", width: int | None) -> "list[_Line]":
        """Read on while a quoted text is open; when that leads nowhere, give all lines back but the first."""
        taken = [first]
        for line in islice(lines, LONGEST_SPAN):
            taken.append(line)
            if line.text is None or "\0" in line.text:
                break
            if self.quote in line.text:
                fields, code = split_fields(_join(taken), self.delimiter, self.quote)
                if code is None and width in (None, len(fields)):
                    return taken
                if code != OPEN_QUOTE:
                    break
        lines.give_back(taken[1:])
        return [first]


class Run(NamedTuple):
    """Records one after another: ``records`` of them from record ``nth`` on, whose lines follow on each other."""

    nth: int
    line_no: int
    last_line_no: int
    records: int


@dataclass(frozen=True)
class Sifted:
    """A file without what is no record: ``runs`` say which lines its records come from, ``broken`` what was left."""

    file: DelimitedFile
    runs: list[Run]
    broken: list[RawRecord]
    lines: int
    blank: int

    @property
    def records(self) -> int:
        """Count the records that are left."""
        return sum(run.records for run in self.runs)


def sift(file: DelimitedFile, target: Path) -> Sifted:
    """Write the sound records of ``file`` to ``target``, as they stand but in UTF-8 and without a head."""
    runs: list[Run] = []
    broken: list[RawRecord] = []
    lines = blank = nth = first = count = 0  # the run that is growing: `count` single lines from `first` on

    with target.open("w", encoding="utf-8", newline="") as out:
        for record in file.records():
            lines += record.last_line_no - record.line_no + 1
            if record.fields is None:
                if record.code == BLANK:
                    blank += 1
                else:
                    broken.append(record)
                continue
            out.write(record.text + "\n")
            if record.line_no == record.last_line_no == first + count:
                count += 1
                continue
            runs.append(Run(nth, first, first, count))
            nth, first, count = nth + count, record.line_no, 1
            if record.last_line_no > record.line_no:
                runs.append(Run(nth, record.line_no, record.last_line_no, 1))
                nth, first, count = nth + 1, record.last_line_no + 1, 0
    runs.append(Run(nth, first, first, count))
    left = DelimitedFile(target, delimiter=file.delimiter, quote=file.quote, columns=file.header)
    return Sifted(left, [run for run in runs if run.records], broken, lines, blank)


class _Line(NamedTuple):
    number: int
    text: str | None
    ending: str


class _Lines:
    """The physical lines of a file, which can be given back. A line that cannot be decoded has no text."""

    def __init__(self, path: Path, encoding: str, *, errors: str = "strict") -> None:
        self._source = self._read(path, encoding, errors)
        self._returned: list[_Line] = []

    def __iter__(self) -> Iterator[_Line]:
        while True:
            if self._returned:
                yield self._returned.pop()
                continue
            line = next(self._source, None)
            if line is None:
                return
            yield line

    def give_back(self, lines: list[_Line]) -> None:
        """Let ``lines`` come again, in their order, before the rest of the file."""
        self._returned.extend(reversed(lines))

    @staticmethod
    def _read(path: Path, encoding: str, errors: str) -> Iterator[_Line]:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                content = raw.removeprefix(BOM) if number == 1 else raw
                ending = b"\r\n" if content.endswith(b"\r\n") else b"\n" if content.endswith(b"\n") else b""
                content = content[: len(content) - len(ending)]
                try:
                    yield _Line(number, content.decode(encoding, errors), ending.decode())
                except UnicodeDecodeError:
                    yield _Line(number, None, ending.decode())


def _join(lines: list[_Line]) -> str:
    texts = [(line.text or "") + line.ending for line in lines]
    return "".join(texts)[: -len(lines[-1].ending) or None] if lines else ""


def split_fields(text: str, delimiter: str, quote: str) -> tuple[list[str], str | None]:
    """Return the fields of one record, or none and the code of what is wrong with its quotes.

    A field is quoted when its first sign, spaces apart, is the quote; within it a doubled quote is one quote. A quote
    further on in an unquoted field is a sign like any other.
    """
    if not quote or quote not in text:
        return text.split(delimiter), None
    opening = re.compile(
        rf" *{re.escape(quote)}([^{re.escape(quote)}]*(?:{re.escape(quote * 2)}[^{re.escape(quote)}]*)*)"
    )
    fields: list[str] = []
    at = 0
    while True:
        quoted = opening.match(text, at)
        if quoted is None:
            end = text.find(delimiter, at)
            fields.append(text[at:] if end < 0 else text[at:end])
        else:
            if quoted.end() == len(text):
                return [], OPEN_QUOTE
            end = quoted.end() + 1
            while text[end : end + 1] == " ":
                end += 1
            if end < len(text) and text[end] != delimiter:
                return [], BROKEN_QUOTE
            fields.append(quoted[1].replace(quote * 2, quote))
            end = -1 if end == len(text) else end
        if end < 0:
            return fields, None
        at = end + 1
