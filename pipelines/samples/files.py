"""Writing exports month by month: lines go to the file of their month, what belongs to a later month waits for it.

Broken and repeated lines are put in here, since only a file knows its lines.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.period import Month
from pipelines.samples.chance import Ints
from pipelines.samples.days import DAY_S, day_of, number_of
from pipelines.samples.lines import Texts
from pipelines.samples.logs import Log
from pipelines.samples.report import Planted, SampleFile


@dataclass
class Export:
    """One file being written."""

    out: Path
    path: str
    log: Log
    month: str
    is_late: bool = False
    lines: int = 0
    quarantined: int = 0
    duplicates: int = 0
    corrections: int = 0
    planted: list[Planted] = field(default_factory=list)
    _file: BinaryIO | None = None
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _bytes: int = 0

    def write(self, texts: Texts) -> None:
        """Append lines; the header first of all."""
        if self._file is None:
            (self.out / self.path).parent.mkdir(parents=True, exist_ok=True)
            self._file = (self.out / self.path).open("wb")
            self._put((self.log.delimiter.join(self.log.header) + "\n").encode(self.log.encoding))
        self.lines += len(texts)
        if len(texts):
            self._put(text_of(texts).encode(self.log.encoding) if self.log.encoding != "utf-8" else bytes_of(texts))

    def plant(self, kind: str, count: int, what: str) -> None:
        """Note something done on purpose."""
        if count:
            self.planted.append(Planted(kind, self.path, count, what))

    def close(self) -> SampleFile:
        """Finish the file."""
        if self._file is None:
            self.write(pa.array([], pa.string()))
        assert self._file is not None  # noqa: S101 - write opened it
        self._file.close()
        return SampleFile(
            self.path, self.log.mapping, self.month, self.lines, self.quarantined, self.duplicates, self.corrections,
            self._bytes, self._digest.hexdigest(), self.is_late,
        )  # fmt: skip

    def _put(self, data: bytes | memoryview) -> None:
        assert self._file is not None  # noqa: S101 - only write calls this
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)


def bytes_of(texts: Texts) -> memoryview:
    """Return lines as the bytes of a file: in Arrow's memory the texts already stand one behind the other."""
    ended = pc.binary_join_element_wise(texts, pa.scalar("\n"), "")
    whole = ended.combine_chunks() if isinstance(ended, pa.ChunkedArray) else ended
    first, last = np.frombuffer(whole.buffers()[1], dtype=np.int32)[[whole.offset, whole.offset + len(whole)]]
    return memoryview(whole.buffers()[2])[first:last]


def text_of(texts: Texts) -> str:
    """Return lines as one text."""
    return bytes(bytes_of(texts)).decode("utf-8")


@dataclass
class Shelf:
    """The files of one log: one a month, and what waits for a later month.

    ``horizon`` is the day on which the logs were exported: what happened since is in a late delivery.
    """

    out: Path
    log: Log
    horizon: date
    closed: list[SampleFile] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    _export: Export | None = None
    _month: Month | None = None
    _waiting: dict[Month, list[tuple[Texts, Ints]]] = field(default_factory=dict)

    def open(self, month: Month) -> Export:
        """Begin a month's file, with the lines that waited for it."""
        self.close()
        self._month = month
        self._export = Export(
            self.out, f"{self.log.mapping}/{self.log.stem}_{stamp(month)}.csv", self.log, str_of(month)
        )
        for texts, _ in self._waiting.pop(month, []):
            self._export.write(texts)
        return self._export

    @property
    def export(self) -> Export:
        """The month's file that is open."""
        if self._export is None:
            raise LookupError(f"no month of {self.log.mapping} is open")
        return self._export

    def put(self, texts: Texts, at: Ints) -> Texts:
        """Write the lines that happened in the open month, keep the others for theirs; return what was written."""
        if self._month is None:
            raise LookupError(f"no month of {self.log.mapping} is open")
        begins, ends = (number_of(day) * DAY_S for day in (self._month.days.since, self._month.days.until))
        if len(at) and int(at.min()) < begins:
            raise ValueError(f"{self.log.mapping}: a line of {self._month} happened before it")
        now = texts.filter(pa.array(at < ends))
        self.export.write(now)
        month = self._month.after(1)
        while len(at) and int(at.max()) >= ends:
            ends = number_of(month.days.until) * DAY_S
            chosen = (at >= number_of(month.days.since) * DAY_S) & (at < ends)
            if chosen.any():
                self._waiting.setdefault(month, []).append((texts.filter(pa.array(chosen)), at[chosen]))
            month = month.after(1)
        return now

    def close(self) -> None:
        """Finish the open file."""
        if self._export is not None:
            self.closed.append(self._export.close())
            self.planted.extend(self._export.planted)
            self._export = None

    def close_last(self, until: date) -> None:
        """Finish the last month: what happened between it and the horizon is a short file, what came later is late."""
        self.close()
        month = Month(until.year, until.month)
        rest = [part for _, parts in sorted(self._waiting.items()) for part in parts]
        if not rest:
            return
        texts, at = pa.concat_arrays([_whole(text) for text, _ in rest]), np.concatenate([at for _, at in rest])
        order = np.argsort(at, kind="stable")
        texts, at = texts.take(pa.array(order)), at[order]
        cut = int(np.searchsorted(at, number_of(self.horizon) * DAY_S))
        end = int(np.searchsorted(at, number_of(self.horizon) * DAY_S + 10 * DAY_S))
        name = f"{self.log.mapping}/{self.log.stem}_{stamp(month)}"
        day_before = day_of(number_of(self.horizon) - 1).day
        for path, part, is_late in (
            (f"{name}01_{day_before:02d}.csv", texts[:cut], False),
            (f"late/{name}{self.horizon.day:02d}_{self.horizon.day + 9:02d}.csv", texts[cut:end], True),
        ):
            if not len(part):
                continue
            export = Export(self.out, path, self.log, str_of(month), is_late)
            export.write(part)
            if is_late:
                export.plant("late_file", len(part), "what happened after the first close")
            self.closed.append(export.close())
            self.planted.extend(export.planted)


def _whole(texts: Texts) -> Texts:
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def stamp(month: Month) -> str:
    """Return a month as file names have it."""
    return f"{month.year}{month.month:02d}"


def str_of(month: Month) -> str:
    """Return a month as 2026-10."""
    return f"{month.year}-{month.month:02d}"


# --- what is done to files on purpose --------------------------------------------------------------------------------


def break_lines(export: Export, texts: Texts) -> None:
    """Append broken copies of some lines: no event is lost by them, and each must end in quarantine.

    Copied from the middle of ``texts``: three with a date nobody can read, two with an unknown word, two without their
    id, one that was cut in the middle.
    """
    log = export.log
    wanted = [
        *[("unreadable_date", log.time_column, text) for text in ("2026-02-30 09:15:00", "31/13/26 08:00", "昨天下午")],
        *[("unknown_word", log.word_column, log.broken_word)] * 2,
        *[("missing_id", log.id_column, "")] * 2,
        ("cut_row", "", ""),
    ]
    if len(texts) < len(wanted):
        return
    first = (len(texts) - len(wanted)) // 2
    broken = []
    for place, (kind, column, text) in enumerate(wanted):
        fields = next(csv.reader([texts[first + place].as_py()], delimiter=log.delimiter))
        if kind == "cut_row":
            broken.append(log.delimiter.join(fields[: len(fields) // 2])[:-1])
        else:
            if kind != "missing_id":
                fields[log.place(log.id_column)] = f"X{place}-{fields[log.place(log.id_column)]}"
            fields[log.place(column)] = text
            broken.append(one_line(fields, log.delimiter))
        export.plant(kind, 1, f"{column or 'half of the fields'}: {text!r}")
    export.write(pa.array(broken))
    export.quarantined += len(broken)


def repeat_lines(export: Export, texts: Texts, count: int) -> None:
    """Append lines a second time, as an export does that was interrupted and resumed."""
    again = texts[:count]
    export.write(again)
    export.duplicates += len(again)
    export.plant("duplicate_row", len(again), "the same line twice in one file")


def leave_quote_open(export: Export, texts: Texts) -> None:
    """End the file with a line whose quote is never closed: it can swallow no line but itself."""
    if len(texts) == 0:
        return
    log = export.log
    fields = next(csv.reader([texts[0].as_py()], delimiter=log.delimiter))
    fields[log.place(log.id_column)] = f"X9-{fields[log.place(log.id_column)]}"
    export.write(pa.array([log.delimiter.join([*fields[:-1], '"' + fields[-1]])]))
    export.quarantined += 1
    export.plant("unclosed_quote", 1, "the last line of the file")


def one_line(fields: Sequence[str], delimiter: str) -> str:
    """Return fields as a line of CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(fields)
    return out.getvalue()
