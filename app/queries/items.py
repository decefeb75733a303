"""The items behind a number, and one item with everything known of it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import asking
from app.queries.indicator import population_of
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
from pipelines.exports.row_stream import csv_pieces, xlsx_pieces

PAGE = 100


def items(statement_id: str, indicator_id: str, asked: ItemsFilter, *, reader: Reader) -> ItemsView:
    """Return the items page before its rows."""
    with asking(reader) as door:
        ref, body = door.ref(statement_id), door.body(statement_id)
        found = bodies.indicator_of(body, indicator_id)
        page = door.items(
            statement_id,
            indicator_id,
            state=asked.state,
            day=asked.day,
            groups=asked.groups,
            after=None,
            limit=1,
        )
        columns = body["evidence"][population_of(body, indicator_id)]["columns"]
        return ItemsView(
            head=bodies.head(ref, body),
            row=bodies.row(found, bodies.lines(body), ()),
            asked=asked,
            total=page.total,
            has_amounts=f"{indicator_id}_amount" in columns,
        )


def item_rows(
    statement_id: str, indicator_id: str, asked: ItemsFilter, after: Any, *, reader: Reader
) -> tuple[str, tuple[ItemRow, ...], Any]:
    """Return the zone, the next rows after a key (None: the first), and the key to go on from (None: that was all)."""
    with asking(reader) as door:
        body = door.body(statement_id)
        population = population_of(body, indicator_id)
        page = door.items(
            statement_id,
            indicator_id,
            state=asked.state,
            day=asked.day,
            groups=asked.groups,
            after=None if after is None else tuple(after),
            limit=PAGE,
        )
        rows = tuple(_item_row(row, population) for row in page.rows)
        return body["contract"]["zone"], rows, page.next


def _item_row(row: Any, population: str) -> ItemRow:
    return ItemRow(
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


def every_item(statement_id: str, indicator_id: str, asked: ItemsFilter, *, reader: Reader) -> Iterator[ItemRow]:
    """Yield every item of a list, in its order, as they are read; what is not this reader's is trouble at once."""
    with asking(reader) as door:
        population = population_of(door.body(statement_id), indicator_id)
        rows = door.all_items(statement_id, indicator_id, state=asked.state, day=asked.day, groups=asked.groups)
    return (_item_row(row, population) for row in rows)


def as_file(
    form: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str, widths: Sequence[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield a file of rows, piece by piece, each with how many rows it ends at."""
    return xlsx_pieces(heads, rows, title, widths) if form == "xlsx" else csv_pieces(heads, rows)


def item(statement_id: str, population: str, source: str, item_id: str, *, reader: Reader) -> ItemView:
    """Return one item: what happened, what each indicator makes of it, and the raw records it comes from."""
    with asking(reader) as door:
        ref, body = door.ref(statement_id), door.body(statement_id)
        found = door.item(statement_id, source, item_id, population)
        return ItemView(
            head=bodies.head(ref, body),
            source=found.source,
            item_id=found.item_id,
            population=population,
            channel=found.channel,
            arrival_at=found.arrival_at,
            facts=tuple(found.facts),
            states=tuple(_state(one) for one in found.states),
            events=tuple(EventView(event.at, event.kind, event.author, event.text) for event in found.events),
            clock=tuple(IntervalView(step.from_at, step.until_at, step.kind, step.reason) for step in found.clock),
            target_at=found.target_at,
            raw=tuple(_raw(record) for record in found.raw),
        )


def _state(found: Any) -> ItemState:
    return ItemState(
        indicator_id=found.indicator_id,
        clause=found.clause,
        name=found.name,
        state=found.state,
        base_state=found.base_state,
        amount=found.amount,
        unit=found.unit,
        rests_on=tuple(found.rests_on),
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
        loaded_at=bodies.instant(record.loaded_at),
        missing=record.missing,
    )
