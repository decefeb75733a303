"""Columns to the lines of a flat file. A column is an Arrow array of texts; what is missing is an empty text."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.samples.chance import Flags, Ints

Texts: TypeAlias = Any  # pa.StringArray; Arrow ships no types
SLICE = 200_000  # lines that are made at a time, whatever the day's size


def words(vocabulary: Sequence[str], index: Ints | Flags) -> Texts:
    """Return a word for each index; below 0 there is none."""
    place = np.asarray(index, dtype=np.int64)
    return pa.array(["", *vocabulary]).take(pa.array(np.maximum(place, -1) + 1))


def whole(numbers: Ints, known: Flags | None = None, *, prefix: str = "") -> Texts:
    """Return whole numbers as texts behind a prefix, where they are known."""
    texts = pc.cast(pa.array(numbers), pa.string())
    if prefix:
        texts = pc.binary_join_element_wise(pa.scalar(prefix), texts, "")
    return where(known, texts)


def local_time(at: Ints, known: Flags | None = None) -> Texts:
    """Return instants as 2026-09-01 10:00:00."""
    return where(known, pc.cast(pc.cast(pa.array(at), pa.timestamp("s")), pa.string()))


def slashed_day(at: Ints) -> Texts:
    """Return the days of instants as 2026/09/01."""
    return pc.replace_substring(pc.utf8_slice_codeunits(local_time(at), 0, 10), "-", "/")


def time_of_day(at: Ints, known: Flags | None = None) -> Texts:
    """Return the times of day of instants as 10:00:00."""
    return where(known, pc.utf8_slice_codeunits(local_time(at), 11, 19))


def iso_time(at: Ints) -> Texts:
    """Return instants as 2026-09-01T10:00:00+08:00."""
    return join([pc.replace_substring(local_time(at), " ", "T"), pa.scalar("+08:00")], "")


def constant(text: str, count: int) -> Texts:
    """Return the same text ``count`` times."""
    return pa.repeat(pa.scalar(text), count)


def quoted(texts: Sequence[str]) -> list[str]:
    """Return texts as a CSV with commas writes them."""
    return ['"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"') else text for text in texts]


def join(columns: Iterable[Any], delimiter: str) -> Texts:
    """Join columns line by line; a text alone stands in every line."""
    return pc.binary_join_element_wise(*columns, delimiter, null_handling="replace", null_replacement="")


def where(known: Flags | None, texts: Texts) -> Texts:
    """Return the texts where they are known, and elsewhere an empty one."""
    return texts if known is None else pc.if_else(pa.array(known), texts, "")


def either(chosen: Flags, texts: Texts, others: Texts) -> Texts:
    """Return each text where it is chosen, the other one elsewhere."""
    return pc.if_else(pa.array(chosen), texts, others)
