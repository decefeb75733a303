"""Finding people and items in a statement's evidence, by how their names begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.metrics.declare import quoted
from pipelines.runs.items import own_sources
from pipelines.runs.narrow import statement_as_seen
from pipelines.runs.questions import questions_in
from pipelines.runs.readers import query
from pipelines.runs.sight import NUMBERED, PSEUDONYM, WHOLE, Sight
from pipelines.runs.statements import evidence_folder, find_statement


@dataclass(frozen=True)
class Found:
    """An agent (``item_id`` empty) or an item, with an indicator that counts it."""

    agent_id: str
    population: str
    source: str
    item_id: str
    indicator: str


def find(home: Path, statement_id: str, text: str, *, limit: int = 6, sight: Sight = WHOLE) -> list[Found]:
    """Return agents and items whose names begin with a text, whatever its case, of those that ``sight`` sees.

    By the names that it sees, too: who is given pseudonyms finds by them.
    """
    ref = find_statement(home, statement_id)
    body = statement_as_seen(home, ref.id, sight)
    folder = evidence_folder(home, ref.id)
    sources = own_sources(folder, body, sight)
    shown = {one["id"] for one in body["indicators"]}
    of_column = {one["column"]: one["of"] for one in questions_in(body)}
    begins, mark = quoted(text.lower().removeprefix(PSEUDONYM)), quoted(PSEUDONYM)
    selects = []
    for name, part in body["evidence"].items():
        path = folder / f"{name}.parquet"
        named = next((of_column[one] for one in part["indicators"] if of_column.get(one) in shown), None)
        if "outside" not in part["columns"] or named is None or not path.exists():
            continue
        place = f"{quoted(NUMBERED.sub('', name))} AS population, {quoted(named)} AS indicator"
        rows = sight.rows(path, name, sources)
        selects += [
            (
                f"(SELECT DISTINCT agent_id, {place}, '' AS source, '' AS item_id FROM {rows}"
                f" WHERE starts_with(ltrim(lower(agent_id), {mark}), {begins}) ORDER BY agent_id LIMIT {limit:d})"
            ),
            (
                f"(SELECT '' AS agent_id, {place}, item_source AS source, item_id FROM {rows}"
                f" WHERE starts_with(ltrim(lower(item_id), {mark}), {begins}) ORDER BY item_id LIMIT {limit:d})"
            ),
        ]
    if not selects:
        return []
    found = query(" UNION ALL ".join(selects), folder)
    agents = sorted({(agent, *rest) for agent, *rest in found if agent})
    items = sorted({tuple(row) for row in found if not row[0]}, key=lambda row: (row[4], row[3], row[1]))
    return [*_first(agents, limit, by=0), *_first(items, limit, by=4)]


def _first(rows: Sequence[tuple[str, ...]], limit: int, *, by: int) -> list[Found]:
    """Return the first of each name: one item may be of several populations."""
    by_name: dict[str, Found] = {}
    for agent, population, indicator, source, item_id in rows:
        name = (agent, population, indicator, source, item_id)[by]
        by_name.setdefault(name, Found(agent, population, source, item_id, indicator))
    return list(by_name.values())[:limit]
