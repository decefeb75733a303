"""The items behind a number, and one item with everything known of it."""

from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import asking
from app.queries.indicator import population_of
from app.queries.scorecard import ref_of
from app.views import (
    EventView,
    IntervalView,
    ItemRow,
    ItemsFilter,
    ItemState,
    ItemsView,
    ItemView,
    RawView,
)

PAGE = 100


def items(statement_id: str, indicator_id: str, asked: ItemsFilter, *, reader: Reader) -> ItemsView:
    """Return the items page before its rows."""
    with asking() as door:
        ref = ref_of(door, statement_id, reader)
        body = door.read_statement(statement_id)
        found = bodies.indicator_of(body, indicator_id)
        page = door.items(
            statement_id, indicator_id, state=asked.state, day=asked.day, group=asked.group, after=None, limit=1
        )
        return ItemsView(bodies.head(ref, body), bodies.row(found, bodies.lines(body), ()), asked, page.total)


def item_rows(
    statement_id: str, indicator_id: str, asked: ItemsFilter, after: Any, *, reader: Reader
) -> tuple[tuple[ItemRow, ...], Any]:
    """Return the next rows after a key (None: the first), and the key to go on from (None: that was all)."""
    with asking() as door:
        ref_of(door, statement_id, reader)
        population = population_of(door.read_statement(statement_id), indicator_id)
        page = door.items(
            statement_id,
            indicator_id,
            state=asked.state,
            day=asked.day,
            group=asked.group,
            after=None if after is None else tuple(after),
            limit=PAGE,
        )
        rows = tuple(
            ItemRow(
                population=population,
                source=row.source,
                item_id=row.item_id,
                arrival_at=row.arrival_at,
                state=row.state,
                amount=row.amount,
                queue=row.queue,
                team=row.team,
                agent_id=row.agent_id,
            )
            for row in page.rows
        )
        return rows, page.next


def item(statement_id: str, population: str, source: str, item_id: str, *, reader: Reader) -> ItemView:
    """Return one item: what happened, what each indicator makes of it, and the raw records it comes from."""
    with asking() as door:
        ref = ref_of(door, statement_id, reader)
        body = door.read_statement(statement_id)
        found = door.item(statement_id, source, item_id, population)
        return ItemView(
            head=bodies.head(ref, body),
            source=found.source,
            item_id=found.item_id,
            population=population,
            channel=found.channel,
            arrival_at=found.arrival_at,
            facts=tuple((name, text) for name, text in found.facts),
            states=tuple(
                ItemState(
                    indicator_id, clause, name, state, amount, tuple((str(a), str(b), str(c)) for a, b, c in rests_on)
                )
                for indicator_id, clause, name, state, amount, rests_on in found.states
            ),
            events=tuple(EventView(at, kind, author, text) for at, kind, author, text in found.events),
            clock=tuple(IntervalView(step.from_at, step.until_at, step.kind, step.reason) for step in found.clock),
            target_at=found.target_at,
            raw=tuple(_raw(record) for record in found.raw),
        )


def _raw(record: Any) -> RawView:
    return RawView(
        file_name=record.file_name,
        sha256=record.sha256,
        line_no=record.line_no,
        last_line_no=record.last_line_no,
        text=record.text,
        fields=tuple(record.fields.items()),
        personal=frozenset(record.personal),
        load_id=record.load_id,
        loaded_at=record.loaded_at,
    )
