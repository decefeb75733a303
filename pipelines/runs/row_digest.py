"""The digest of a Parquet file's rows: the same rows give it, whatever their order, the engine, threads or machine.

The rows are put in order and cut into chunks, and a column's values in one chunk are a cell; each cell is hashed by
itself. A changed value is so named by its chunk and its column. `docs.md` says to the byte what is hashed.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.canonical import Json, canonical_json, sha256_hex

SCHEMA = "clausemeter.rows/1"
KEYS = ("arrival_at", "item_source", "item_id")  # what rows are put in order by, as far as they have it
CHUNKS = 4096  # at most about so many: a cell costs a microsecond whatever it holds
ABSENT_TEXT = 2**32 - 1  # a length that no text has
DIGEST_BYTES = 32
DELTA = {"DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"}  # encodings that cannot be read as a dictionary

Key: TypeAlias = tuple[int, str, str]
Ends: TypeAlias = "int | npt.NDArray[np.int64]"  # bytes a row, or where each row's begin


class NoCanonicalForm(ValueError):
    """A column holds what has no canonical form: a float, or a value that stands for none."""


@dataclass(frozen=True)
class Part:
    """Some of a column's bytes: each row's, of one length or ending where ``ends`` says."""

    content: npt.NDArray[np.uint8]
    ends: Ends

    def bounds(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return where the bytes of these rows begin."""
        return rows * self.ends if isinstance(self.ends, int) else self.ends[rows]


def chunk_rows(rows: int) -> int:
    """Return how many rows a chunk has: of a small file one, of a large one a 4,096th of all."""
    return max(1, min(16, rows // 256), -(-rows // CHUNKS))


def row_index(path: Path, columns: Sequence[str], *, threads: int = 1) -> dict[str, Json]:
    """Return the digests of a file's rows by chunk and by column."""
    rows = _Rows(path, columns)
    begins = rows.begins()
    by_column, by_chunk = rows.grid(begins, threads)
    lengths = np.diff(np.append(begins, rows.count)).tolist()
    return {
        "schema": SCHEMA,
        "rows": rows.count,
        "columns": [
            {"name": name, "kind": rows.kinds[name], "sha256": digest}
            for name, digest in zip(columns, by_column, strict=True)
        ],
        "chunks": [
            {"from": [str(arrival), source, item], "rows": length, "sha256": digest}
            for (arrival, source, item), length, digest in zip(rows.keys(begins), lengths, by_chunk, strict=True)
        ],
    }


def index_digest(index: Mapping[str, Any]) -> str:
    """Return the digest by which a statement names its rows."""
    return sha256_hex(canonical_json(dict(index)))


@dataclass(frozen=True)
class Difference:
    """Where a file's rows are not what an index tells: in which columns, and in which chunks.

    A chunk is named by its items: the first and the last that are there, and how many there are and should be.
    """

    columns: Sequence[str]
    chunks: Sequence[tuple[str, str, int, int]]


def difference(path: Path, columns: Sequence[str], told: Mapping[str, Any]) -> Difference:
    """Hold the rows of a file against an index, chunk by chunk, even where rows were added or left out."""
    rows = _Rows(path, columns)
    keys = [(int(arrival), source, item) for arrival, source, item in (chunk["from"] for chunk in told["chunks"])]
    begins = rows.cut_at(keys)
    by_column, by_chunk = rows.grid(begins, threads=1)
    ends = np.append(begins[1:], rows.count)
    chunks = []
    for since, until, chunk, digest in zip(begins.tolist(), ends.tolist(), told["chunks"], by_chunk, strict=True):
        if digest != chunk["sha256"]:
            there = rows.keys(np.array([since, until - 1])) if until > since else [("", *chunk["from"][1:])] * 2
            first, last = ("/".join(key[1:]) for key in there)
            chunks.append((first, last, until - since, chunk["rows"]))
    others = zip(columns, by_column, told["columns"], strict=True)
    return Difference([name for name, digest, one in others if digest != one["sha256"]], chunks)


# --- the rows in order -----------------------------------------------------------------------------------------------


class _Rows:
    """The rows of a file in canonical order, read column by column: a month's do not lie in memory together."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        file = pq.ParquetFile(path, memory_map=True)
        self._path, self._metadata, self._columns = path, file.metadata, columns
        self._kept = file.schema_arrow
        self.count = int(file.metadata.num_rows)
        self.kinds = {name: kind_of(file.schema_arrow.field(name).type) for name in columns}
        self._own_keys = [name for name in KEYS if name in columns]
        self._at_hand: list[str] = []
        self._keys = [self._key_column(name) for name in self._own_keys]
        self._order = self._ordered()

    def column(self, name: str, places: pa.Array | None = None) -> pa.Array:
        """Return a column's values at these places of the file; by default as they lie there."""
        few = [name] if self._is_dictionary(name) else []
        file = pq.ParquetFile(self._path, metadata=self._metadata, memory_map=True, read_dictionary=few)
        found = file.read([name], use_threads=False)[name]
        # texts that lie there as a dictionary are put in order by their numbers, and become texts then
        column = found.unify_dictionaries().combine_chunks() if few else in_form(found).combine_chunks()
        return in_form(column if places is None else column.take(places))

    def _is_dictionary(self, name: str) -> bool:
        """Say whether a column is a text that lies in the file as a dictionary throughout."""
        if not _is_text(self._kept.field(name).type):
            return False
        place = next(n for n in range(self._metadata.num_columns) if self._metadata.schema.column(n).path == name)
        groups = [self._metadata.row_group(n).column(place) for n in range(self._metadata.num_row_groups)]
        return all(
            {"PLAIN_DICTIONARY", "RLE_DICTIONARY"} & {*one.encodings} and not DELTA & {*one.encodings} for one in groups
        )

    def _key_column(self, name: str) -> pa.Array:
        column = self.column(name)
        if name == KEYS[0]:
            return column.cast(pa.int64()).fill_null(_lowest(8))
        self._at_hand += [name] if not column.null_count else []  # in order already when its cells are hashed
        return column.fill_null("")

    def _ordered(self) -> pa.Array:
        """Return the rows' order; rows of one key go by their own bytes."""
        order = self._by_keys() if self._keys else np.arange(self.count)
        self._keys = [key.take(pa.array(order)) for key in self._keys]
        tied = np.ones(max(self.count - 1, 0), dtype=bool)
        for key in self._keys:
            tied &= pc.equal(key[1:], key[:-1]).to_numpy(zero_copy_only=False)
        self._is_tied = np.concatenate([[False], tied]) if self.count else tied
        return pa.array(self._untied(order) if tied.any() else order)

    def _by_keys(self) -> npt.NDArray[np.int64]:
        """Return the order by the keys.

        Where rows have an instant it alone decides of most, and numbers are quickly sorted: the texts of the others
        are looked at.
        """
        first = self._keys[0].to_numpy() if self._own_keys[0] == KEYS[0] else np.zeros(self.count, np.int64)
        order = np.argsort(first, kind="stable")
        same = np.diff(first[order]) == 0
        places = np.flatnonzero(np.append(same, False) | np.append(False, same))
        if len(places):
            few = pa.table([key.take(pa.array(order[places])) for key in self._keys], names=self._own_keys)
            ranked = pc.sort_indices(few, [(name, "ascending") for name in self._own_keys])
            order[places] = order[places][ranked.to_numpy()]
        return order

    def _untied(self, order: npt.NDArray[Any]) -> npt.NDArray[Any]:
        places = np.flatnonzero(self._is_tied | np.append(self._is_tied[1:], False))
        own = pa.array(order[places])
        rows = [b"" for _ in places]
        at = np.arange(len(places) + 1)
        for name in self._columns:
            for part in parts_of(self.column(name, own)):
                content, bounds = part.content.data, part.bounds(at).tolist()
                rows = [row + content[bounds[n] : bounds[n + 1]] for n, row in enumerate(rows)]
        runs = np.cumsum(~self._is_tied)[places].tolist()
        ranked = sorted(range(len(places)), key=lambda n: (runs[n], rows[n]))
        order[places] = order[places][ranked]
        return order

    def begins(self) -> npt.NDArray[np.int64]:
        """Return where the chunks begin: equally long, but that rows of one key stay together."""
        wanted = np.arange(0, self.count, chunk_rows(self.count))
        firsts = np.flatnonzero(~self._is_tied)
        places = np.searchsorted(firsts, wanted)
        return np.unique(firsts[places[places < len(firsts)]])

    def keys(self, places: npt.NDArray[np.int64]) -> list[Key]:
        """Return the keys of the rows at these places in order; of one that they do not have, the lowest."""
        had = iter([key.take(pa.array(places)).to_pylist() for key in self._keys])
        lowest = (_lowest(8), "", "")
        named = [
            next(had) if name in self._columns else [low] * len(places) for name, low in zip(KEYS, lowest, strict=True)
        ]
        return list(zip(*named, strict=True))

    def cut_at(self, cuts: Sequence[Key]) -> npt.NDArray[np.int64]:
        """Return where chunks begin that begin at these keys; the first has all that stands before the second."""
        places = [bisect_left(range(self.count), cut, key=lambda n: self.keys(np.array([n]))[0]) for cut in cuts]
        return np.array([0, *places[1:]] if places else [], dtype=np.int64)

    def grid(self, begins: npt.NDArray[np.int64], threads: int) -> tuple[list[str], list[str]]:
        """Return the digests of the columns, and of the chunks: each of its cells' digests, in order."""
        with ThreadPoolExecutor(max(1, threads)) as pool:
            cells = list(pool.map(lambda name: self.cells(name, begins), self._columns))
        side_by_side = np.stack([np.frombuffer(one, np.uint8).reshape(-1, DIGEST_BYTES) for one in cells], axis=1)
        return [sha256_hex(one) for one in cells], [sha256_hex(chunk.tobytes()) for chunk in side_by_side]

    def cells(self, name: str, begins: npt.NDArray[np.int64]) -> bytes:
        """Return the digests of a column's cells, one after the other."""
        is_at_hand = name in self._at_hand
        parts = parts_of(self._keys[self._own_keys.index(name)] if is_at_hand else self.column(name, self._order))
        bounds = np.append(begins, self.count)
        slices = [(part.content.data, part.bounds(bounds).tolist()) for part in parts]
        digests = bytearray()
        for number in range(len(begins)):
            cell = hashlib.sha256()
            for content, ends in slices:
                cell.update(content[ends[number] : ends[number + 1]])
            digests += cell.digest()
        return bytes(digests)


# --- a column's bytes ------------------------------------------------------------------------------------------------


def in_form(column: pa.Array | pa.ChunkedArray) -> Any:
    """Return a column in the form that it is hashed in."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if _is_text(kind):
        kind = pa.large_string()  # beyond 2 GB of text, too
    elif _is_list(kind):
        kind = pa.large_list(pa.large_string() if _is_text(kind.value_type) else kind.value_type)
    elif pa.types.is_timestamp(kind):
        kind = pa.timestamp("us", kind.tz)
    elif pa.types.is_date(kind):
        kind = pa.date32()
    return column.cast(kind)


def kind_of(kind: pa.DataType) -> str:
    """Return the kind of a column, which decides its bytes."""
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if _is_text(kind):
        return "text"
    if _is_list(kind):
        return f"list of {kind_of(kind.value_type)}"
    if pa.types.is_boolean(kind):
        return "truth"
    if pa.types.is_integer(kind):
        return "whole"
    if pa.types.is_decimal(kind):
        return f"decimal {kind.scale}"
    if pa.types.is_date(kind):
        return "day"
    if pa.types.is_timestamp(kind):
        return "instant"
    raise NoCanonicalForm(f"a column of {kind} has no canonical form")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def parts_of(column: pa.Array) -> list[Part]:
    """Return the bytes of a column that is in one piece and in its form (``in_form``)."""
    kind = column.type
    if pa.types.is_large_string(kind):
        lengths, ends = _lengths(column)
        return [lengths, Part(_bytes_of(column, 2), ends)]
    if _is_list(kind):
        lengths, ends = _lengths(column)
        return [lengths, *(Part(one.content, one.bounds(ends)) for one in parts_of(column.values))]
    if pa.types.is_boolean(kind):
        return [Part(column.cast(pa.uint8()).fill_null(2).to_numpy(), 1)]
    if pa.types.is_date(kind):
        return [_fixed(column.cast(pa.int32()), np.dtype("<i4"))]
    if pa.types.is_timestamp(kind):
        return [_fixed(column.cast(pa.int64()), np.dtype("<i8"))]
    return [_number(column)]


def _lengths(column: pa.Array) -> tuple[Part, npt.NDArray[np.int64]]:
    """Return the lengths of texts or lists, and where each begins; what is absent has the length of nothing."""
    ends = np.frombuffer(column.buffers()[1], np.int64, len(column) + 1, column.offset * 8) if len(column) else None
    ends = np.zeros(1, np.int64) if ends is None else ends
    lengths = np.diff(ends).astype("<u4")
    if column.null_count:
        known = column.is_valid().to_numpy(zero_copy_only=False)
        if lengths[~known].any():
            raise NoCanonicalForm("a value that is absent has a length")
        lengths[~known] = ABSENT_TEXT
    return Part(lengths.view(np.uint8), 4), ends


def _fixed(column: pa.Array, width: "np.dtype[Any]") -> Part:
    """Return values of one width; the lowest value stands for what is absent, and for nothing else."""
    lowest = _lowest(width.itemsize)
    values = column.fill_null(lowest).to_numpy().astype(width, copy=False)
    if np.count_nonzero(values == lowest) != column.null_count:
        raise NoCanonicalForm(f"a column holds {lowest}, which stands for none")
    return Part(np.ascontiguousarray(values).view(np.uint8), width.itemsize)


def _number(column: pa.Array) -> Part:
    """Return whole and decimal numbers as 16 bytes, lowest byte first: their digits at the column's scale."""
    known = column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None
    if pa.types.is_decimal(column.type):
        halves = np.frombuffer(_bytes_of(column.cast(pa.decimal128(38, column.type.scale)), 1), "<i8").reshape(-1, 2)
    else:
        values = column.cast(pa.int64()).fill_null(0).to_numpy()
        halves = np.stack([values, values >> 63], axis=1)
    if known is not None:
        halves = halves.copy()
        halves[~known] = (0, _lowest(8))
    return Part(np.ascontiguousarray(halves, "<i8").reshape(-1).view(np.uint8), 16)


def _bytes_of(column: pa.Array, buffer: int) -> npt.NDArray[np.uint8]:
    found = column.buffers()[buffer]
    content = np.frombuffer(found, np.uint8) if found is not None and found.size else np.zeros(0, np.uint8)
    return content[: len(column) * 16] if buffer == 1 else content


def _lowest(width: int) -> int:
    """Return the lowest number of so many bytes."""
    return -(1 << (8 * width - 1))
