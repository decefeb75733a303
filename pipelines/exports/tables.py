"""The few shapes that a printed page is made of; statement.typ lays them out."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.exports.words import Words

Cell = str | list[str]  # a list: the first line, and smaller ones under it


def columns_of(words: Words, *written: str) -> list[dict[str, Any]]:
    """Return columns: ``amount 2.4cm right`` has the heading ``column.amount``, its width, and is set to the right."""
    found = []
    for name, width, *right in (one.split() for one in written):
        found.append({"title": "" if name == "-" else words(f"column.{name}"), "width": width, "right": bool(right)})
    return found


def lines_of(first: str, *others: str) -> list[str]:
    """Return a cell of a line and smaller ones under it; those that say nothing are left out."""
    return [first, *filter(None, others)]


def hashes_of(title: str, columns: str, rows: Iterable[Sequence[str]], words: Words) -> dict[str, Any]:
    """Return a table whose last column is a SHA-256."""
    return {
        "title": title,
        "columns": columns_of(words, *columns.split(", "), "sha256 9.4cm"),
        "rows": [{"style": "hash", "cells": list(row)} for row in rows],
        "size": 7,
    }
