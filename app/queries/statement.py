"""A statement with its lines, totals and all that it rests on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.auth import Reader, trail
from app.i18n import language
from app.queries import body as bodies
from app.queries.door import asking, trouble
from app.views import StatementView
from pipelines.runs.export import DOCUMENTS


def statement(statement_id: str, *, reader: Reader) -> StatementView:
    """Return a statement, as the reader may see it."""
    with asking(reader) as door:
        door.need("read_money", statement_id)
        ref, body = door.ref(statement_id), door.body(statement_id)
        same = [r for r in door.statements() if (r.contract, r.month) == (ref.contract, ref.month)]
        totals = body["totals"]
        return StatementView(
            head=bodies.head(ref, body),
            lines=bodies.lines(body),
            steps=bodies.steps(body),
            withheld=Decimal(totals.get("withheld", "0")),
            carried_out=Decimal(totals.get("carried_out", "0")),
            versions=tuple(bodies.choice(r) for r in sorted(same, key=lambda r: -r.version)),
            tally=bodies.tally(body),
            indicators=len(body["indicators"]),
            contract_sha256=body["contract"]["sha256"],
            calendars_sha256=body["calendars_sha256"],
            amendments=tuple(body["contract"]["amendments"]),
            definitions=tuple(body["definitions"].items()),
            loads=tuple(_texts(load) for load in body["loads"]),
            overrides=tuple(body["overrides"]),
            evidence=tuple((name, _texts(part)) for name, part in body["evidence"].items()),
        )


def document(statement_id: str, form: str, *, reader: Reader) -> tuple[str, bytes]:
    """Return a statement as a document: its file's name, and its bytes."""
    with asking(reader) as door:
        if form not in DOCUMENTS:
            raise trouble("web.no_such_statement", where=statement_id)
        found = door.document(statement_id, form, language())
        trail.note("export", statement_id, form=form, language=language())
        return found


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    """Return a record with every value as text, for a small table."""
    return {name: str(value) for name, value in found.items() if value is not None}
