"""Adapters: how a structured log (JSON, mail) that no mapping of columns can describe becomes canonical events.

An adapter is a module with the three functions below. A mapping file chooses it by ``adapter: <name>``, and gives the
source, the zone and the keeper as for a flat file. What an adapter yields is checked and loaded by the same code.
"""

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import pyarrow as pa

from pipelines.core.event import EventTable
from pipelines.core.problem import Problem, Refused
from pipelines.sources.flat_select import Fault
from pipelines.sources.mapping import Mapping

ADAPTERS = ("amazon_connect_ctr",)

POSITION = "nth"
ARROW_TYPE: dict[str, pa.DataType] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "instant": pa.timestamp("us", tz="UTC"),
    "amount": pa.decimal128(18, 6),
    "count": pa.int64(),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Rejected:
    """An element that is no event, and why: it goes to quarantine."""

    position: int
    fault: Fault


class Adapter(Protocol):
    """What the module of an adapter offers. Positions count the elements of a file from 1."""

    PERSONAL: frozenset[str]

    def read(self, path: Path, mapping: Mapping) -> Iterator[tuple[str, pa.RecordBatch] | Rejected]:
        """Give (event table, batch): canonical columns, and `nth`, the position of the element of each row.

        Columns that the log does not have may be absent. Every element gives a row or is rejected.
        """

    def texts(self, path: Path, positions: Iterable[int]) -> dict[int, tuple[str, dict[str, str]]]:
        """Give the raw text of elements, and their fields by path."""

    def recognises(self, path: Path) -> bool:
        """Say, from the first bytes, whether this may be a file of the format."""


def adapter_named(name: str, where: str) -> Adapter:
    """Return the adapter of that name, or refuse."""
    if name not in ADAPTERS:
        raise Refused(
            Problem(
                where=where,
                what=f"There is no adapter {name!r}.",
                mend=f"Use one of: {', '.join(ADAPTERS)}; or describe a flat file with `file:` and `tables:`.",
                code="mapping.unknown_adapter",
            )
        )
    return cast("Adapter", importlib.import_module(f"pipelines.sources.{name}"))


def schema_of(event: EventTable) -> pa.Schema:
    """Return the Arrow schema of an event table's rows, with the position of their element."""
    return pa.schema([(POSITION, pa.int64()), *((column.name, ARROW_TYPE[column.kind]) for column in event.columns)])


def batch_of(event: EventTable, rows: list[dict[str, object]]) -> pa.RecordBatch:
    """Return rows (canonical column → value; absent ones are NULL) as a batch."""
    return pa.RecordBatch.from_pylist(rows, schema=schema_of(event))
