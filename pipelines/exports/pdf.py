"""The printed statement, laid out by typst: the same record, the same bytes."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Literal

import typst

from pipelines.core.canonical import canonical_json
from pipelines.exports.annex import Annex
from pipelines.exports.document import Seal, document
from pipelines.exports.words import Words

FONTS = "pylopdf_fonts_zh_cn"  # Noto Sans SC and Noto Serif SC, under the SIL Open Font License
TAGGED_LINES = 1000  # beyond, the tags of 3,000 incidents would be six sevenths of the file, and a fifth of its time


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts of the page, read once a process; none of the machine's."""
    with as_file(files(FONTS)) as folder:
        return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


def render_pdf(body: Mapping[str, Any], language: str, seal: Seal = None, annex: Annex = None) -> bytes:
    """Return a published statement as PDF; ``seal`` is its entry in the ledger, ``annex`` what was laid beside it.

    No system font, no clock and no network takes part. It carries the record itself and the annex, as canonical JSON.
    The date inside is the statement's cut-off: what lies after it was unknown. It is a PDF/A-3, but where the fonts
    lack a sign (an emoji in a name): that is a box, and no PDF/A. Tagged, for readers aloud, up to ``TAGGED_LINES``.
    """
    is_tagged = len(body["lines"]) <= TAGGED_LINES
    inputs = {
        "data": json.dumps(document(body, Words(language), seal, annex), ensure_ascii=False),
        "record": canonical_json(dict(body)).decode(),
        "annex": canonical_json(dict(annex)).decode() if annex else "",
    }
    made_at = datetime.fromisoformat(body["cut_off_at"])
    try:
        return _compiled(inputs, made_at, "a-3b", is_tagged=is_tagged)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compiled(inputs, made_at, "1.7", is_tagged=is_tagged)


def _compiled(inputs: dict[str, str], made_at: datetime, standard: Literal["a-3b", "1.7"], *, is_tagged: bool) -> bytes:
    found = typst.compile(
        files("pipelines.exports").joinpath("statement.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        timestamp=made_at,
        pdf_standards=standard,
        pdf_tags=is_tagged,
    )
    assert isinstance(found, bytes)  # noqa: S101 - one PDF, not a page each
    return found
