"""A statement as a document, or its evidence as the reader sees it."""

from pathlib import Path

from app.auth import Reader
from app.queries.door import asking
from app.views import DocumentView

ENDINGS = {"voucher": "voucher.csv", "csv": "evidence.zip"}


def document(statement_id: str, form: str, folder: Path, language: str, *, reader: Reader) -> DocumentView:
    """Write a statement in a form to a folder; say which files it is, and how it is called."""
    with asking(reader) as door:
        ref = door.ref(statement_id)
        target = folder if form == "csv" else folder / "statement"
        found = door.export(ref.id, form, language=language, out=target)
        ending = ENDINGS.get(form, form)
        separator = "-" if form in ENDINGS else "."
        return DocumentView(f"{ref.contract}-{ref.month}-{ref.id}{separator}{ending}", ref.sha256, tuple(found.files))


def stamp(*, reader: Reader) -> str:
    """Return a text that is another whenever something was published."""
    with asking(reader) as door:
        return str(door.door.stamp())
