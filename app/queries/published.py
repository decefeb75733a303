"""Beside a statement's document: its evidence as the reader sees it, and whether anything newer was published."""

from pathlib import Path

from app.auth import Reader
from app.i18n import language
from app.queries.door import asking
from app.views import EvidenceView


def evidence(statement_id: str, folder: Path, *, reader: Reader) -> EvidenceView:
    """Write a statement's evidence to a folder; say which files it is, and how it is called."""
    with asking(reader) as door:
        ref = door.ref(statement_id)
        found = door.evidence(ref.id, language(), folder)
        return EvidenceView(f"{ref.contract}-{ref.month}-{ref.id}-evidence.zip", ref.sha256, tuple(found.files))


def stamp(*, reader: Reader) -> str:
    """Return a text that is another whenever something was published."""
    with asking(reader) as door:
        return str(door.door.stamp())
