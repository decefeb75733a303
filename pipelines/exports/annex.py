"""The annex of a statement: the vendor's own report beside the logs, as tables of a page and rows of a sheet."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.core.canonical import digest
from pipelines.exports.bridge_words import (
    AGREEING,
    cause_texts,
    effect_text,
    figure_name,
    moved_text,
    paragraph,
    stated_text,
)
from pipelines.exports.tables import Cell, columns_of, hashes_of, lines_of
from pipelines.exports.words import Words

Annex = Mapping[str, Any] | None  # what `clausemeter bridge` laid beside the statement


def annex_sections(annex: Annex, words: Words) -> Iterator[dict[str, Any]]:
    """Yield the annex's tables: figure beside figure, what their differences come from, what was compared."""
    if annex is None:
        return
    yield {
        "title": words("document.annex"),
        "note": words("document.annex_note", currency=annex["currency"]),
        "columns": columns_of(
            words,
            *("clause 1.1cm", "indicator 1fr", "theirs auto right", "ours auto right", "difference auto right"),
            *("causes 3.2cm", "moved auto right", "effect auto right"),
        ),
        "rows": [*(_row(row, words) for row in annex["rows"]), *_together(annex, words)],
        "size": 7.5,
        "is_annex": True,
    }
    yield {
        "title": words("document.compared"),
        "columns": columns_of(words, "indicator 3.6cm", "note 1fr"),
        "rows": [{"style": "notes", "cells": cells} for cells in _notes(annex, words)],
        "size": 7.5,
    }
    yield hashes_of(words("document.compared_files"), "name 1fr", compared_files(annex, words), words)


def compared_files(annex: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return what was compared, by name and hash: the report, how it was read, the vendor's list, the annex itself."""
    report = annex["report"]
    found = [
        (f"{words('document.report')} {report['file']}", report["sha256"]),
        (f"{words('document.mapping')} {report['mapping']}", report["mapping_sha256"]),
        (words("document.items"), report["items_sha256"]),
        (words("document.annex"), digest(dict(annex))),
    ]
    return [(name, sha256) for name, sha256 in found if sha256]


def told_besides(annex: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return what no figure's row says: what the vendor did not report, and what could not be compared."""
    found = [(words("document.not_reported"), words("document.comma").join(annex["not_reported"]))]
    found += [(words("document.not_compared"), f"{one['where']}: {one['what']}") for one in annex["problems"]]
    return [(name, text) for name, text in found if text]


def _row(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    unit = row["unit"]
    cells: list[Cell] = [
        row["clause"] or "",
        lines_of(figure_name(row, words), row["code"]),
        *(_side(row[side], unit) for side in ("theirs", "ours")),
        stated_text(row["difference"], unit, signed=True),
        cause_texts(row, words),
        moved_text(row["points"]),
        effect_text(row["yuan"]),
    ]
    return {"style": "quiet" if row["verdict"] in AGREEING else "row", "cells": cells}


def _side(side: Mapping[str, Any], unit: str) -> Cell:
    parts = "" if side["denominator"] in (None, "1") else f"{side['numerator']} / {side['denominator']}"
    return lines_of(stated_text(side["value"], unit), parts)


def _together(annex: Mapping[str, Any], words: Words) -> Iterator[dict[str, Any]]:
    effect = annex["together"]
    if effect["yuan"] is not None:
        shown = [moved_text(effect["points"]), effect_text(effect["yuan"])]
        yield {"style": "total", "cells": ["", words("document.together"), "", "", "", "", *shown]}


def _notes(annex: Mapping[str, Any], words: Words) -> Iterator[list[Cell]]:
    for row in annex["rows"]:
        if row["verdict"] not in AGREEING:
            yield [lines_of(figure_name(row, words), row["code"]), list(paragraph(row, annex["currency"], words))]
    for name, text in told_besides(annex, words):
        yield [name, text]
