"""What a reader finds by a few letters: indicators, clauses, agents, items."""

from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import asking
from app.views import Hit

MOST = 8
LEAST = 2  # letters of a person's or an item's name
LONGEST = 80


def search(text: str, statement_id: str, *, reader: Reader) -> tuple[Hit, ...]:
    """Return what fits, in the statement that is looked at, else in the newest."""
    wanted = " ".join(text[:LONGEST].lower().split())
    with asking(reader) as door:
        refs = door.statements()
        ref = next((one for one in refs if one.id == statement_id), refs[0] if refs else None)
        if ref is None or not wanted:
            return ()
        body = door.body(ref.id)
        found = [_hit("indicator", ref, one, one["id"]) for one in body["indicators"] if _fits(one, wanted)]
        if reader.may("read_money").yes:
            clauses = {one["clause"]: one for one in reversed(body["indicators"]) if wanted in one["clause"].lower()}
            found += [_hit("clause", ref, one, one["id"]) for _, one in sorted(clauses.items())]
        rows = door.find(ref.id, wanted) if len(wanted) >= LEAST and reader.may("read_items").yes else []
        return (*found[:MOST], *(_row_hit(ref, row) for row in rows))


def _fits(one: Any, wanted: str) -> bool:
    said = (one["id"], one["clause"], one["metric"], *one["name"].values())
    return all(any(word in text.lower() for text in said) for word in wanted.split())


def _hit(kind: str, ref: Any, one: Any, indicator_id: str) -> Hit:
    return Hit(kind, one["clause"], bodies.name_of(one), ref.id, ref.month, indicator_id)


def _row_hit(ref: Any, row: Any) -> Hit:
    kind = "agent" if row.agent_id else "item"
    return Hit(
        kind,
        row.agent_id or row.item_id,
        {},
        ref.id,
        ref.month,
        row.indicator,
        population=row.population,
        source=row.source,
        item_id=row.item_id,
    )
