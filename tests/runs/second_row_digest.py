"""The digest of a file's rows, written a second time from `pipelines/runs/docs.md` alone: row by row, plain Python."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def cell(values: Sequence[Any], kind: str) -> bytes:
    """Return the bytes of a column's values in one chunk."""
    if kind == "truth":
        return bytes(2 if value is None else int(value) for value in values)
    if kind == "day":
        return b"".join(fixed(None if v is None else (v - date(1970, 1, 1)).days, 4) for v in values)
    if kind == "instant":
        return b"".join(fixed(microseconds(value), 8) for value in values)
    if kind == "whole":
        return b"".join(fixed(value, 16) for value in values)
    if kind.startswith("decimal "):
        scale = int(kind.removeprefix("decimal "))
        return b"".join(fixed(None if v is None else int(v.scaleb(scale)), 16) for v in values)
    many = [value.encode() if isinstance(value, str) else value for value in values]
    lengths = b"".join((2**32 - 1 if v is None else len(v)).to_bytes(4, "little") for v in many)
    if kind == "text":
        return lengths + b"".join(value or b"" for value in many)
    return lengths + cell([one for value in many for one in value or ()], kind.removeprefix("list of "))


def fixed(value: int | None, width: int) -> bytes:
    lowest = -(2 ** (8 * width - 1))
    return (lowest if value is None else value).to_bytes(width, "little", signed=True)


def microseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - EPOCH) // MICROSECOND


def key(row: Mapping[str, Any]) -> tuple[int, str, str]:
    arrival = microseconds(row.get("arrival_at"))
    return (-(2**63) if arrival is None else arrival, row.get("item_source") or "", row.get("item_id") or "")


def second_digest(path: Path, kinds: Mapping[str, str]) -> str:
    """Return the SHA-256 by which a statement names the rows of a file, whose columns are of these kinds."""
    rows = pq.read_table(path).to_pylist()
    rows.sort(key=lambda row: (key(row), b"".join(cell([row[name]], kind) for name, kind in kinds.items())))
    length = max(1, min(16, len(rows) // 256), -(-len(rows) // 4096))
    firsts = [n for n, row in enumerate(rows) if n == 0 or key(row) != key(rows[n - 1])]
    begins = sorted({next((first for first in firsts if first >= n), len(rows)) for n in range(0, len(rows), length)})
    bounds = [n for n in begins if n < len(rows)] + [len(rows)]
    chunks = [rows[since:until] for since, until in pairwise(bounds)]
    grid = [
        [hashlib.sha256(cell([row[name] for row in chunk], kind)).digest() for name, kind in kinds.items()]
        for chunk in chunks
    ]
    index = {
        "chunks": [
            {"from": [str(key(chunk[0])[0]), *key(chunk[0])[1:]], "rows": len(chunk), "sha256": sha256(cells)}
            for chunk, cells in zip(chunks, grid, strict=True)
        ],
        "columns": [
            {"kind": kind, "name": name, "sha256": sha256([cells[number] for cells in grid])}
            for number, (name, kind) in enumerate(kinds.items())
        ],
        "rows": len(rows),
        "schema": "clausemeter.rows/1",
    }
    return sha256([json.dumps(index, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()])


def sha256(parts: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()
