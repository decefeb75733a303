"""The items behind a number: every call, session, thread that it counts, in order of arrival."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from dash import MATCH, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.attributes import data
from app.components.grid import item_grid
from app.components.groups import group_name
from app.components.panel import answer, chip, freshness, panel, trail
from app.components.words import Child, figure, item_name, person, sentence, state_text
from app.i18n import LANGUAGES, at_text, count_text, day_text, language, month_text, of, speaking, t
from app.queries.door import day_of, trouble
from app.views import ItemRow, ItemsFilter, ItemsView, Tampered, Trouble

GROUPS = ("team", "queue", "agent", "topic", "weekday", "hour", "amount")


def asked(state: str = "", day: str = "", **groups: str) -> ItemsFilter:
    """Read the filter that a URL asks for."""
    found = tuple((name, groups[name]) for name in GROUPS if groups.get(name))
    return ItemsFilter(state=state or None, day=day_of(day) if day else None, groups=found)


MOST = 10_000  # rows that one scrolls through; the whole list is a file
FILTERS = ("state", "day", *GROUPS)


def layout(statement_id: str = "", indicator_id: str = "", **query: str) -> Component:
    """Draw the list; its rows come as one scrolls."""
    view = queries.items(statement_id, indicator_id, asked(**query), reader=current_reader())
    head, row = view.head, view.row
    what = links.items(statement_id, indicator_id, state=view.asked.state, day=view.asked.day, groups=view.asked.groups)
    grid_id = {"type": "items", "of": what, "lang": language()}
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                (of(row.name), links.indicator(statement_id, indicator_id)),
                (t("page.items"), None),
            ),
            answer(answer_line(view), over=t("indicator.over", clause=row.clause, text=of(row.text))),
            freshness(head),
            panel(
                t("items.list"),
                html.P(t("items.capped", most=count_text(MOST)) if view.total > MOST else "", className="quiet capped"),
                html.Div(item_grid(grid_id, _unit(view)), className="grid-frame"),
                dcc.Store(id={"type": "cursors", "of": what, "lang": language()}, data={}),
                dcc.Store(
                    id={"type": "asked", "of": what, "lang": language()},
                    data={
                        "statement_id": statement_id,
                        "indicator_id": indicator_id,
                        "query": {name: text for name, text in query.items() if name in FILTERS},
                    },
                ),
                aside=[*_chips(view), *_files(view)],
            ),
        ],
        className="page",
    )


def _unit(view: ItemsView) -> str | None:
    if not view.has_amounts:
        return None
    return t("unit.s") if view.row.unit == "share" else t(f"unit.{view.row.unit}")


def answer_line(view: ItemsView) -> list[Child]:
    """Say how many items of what these are."""
    total = figure(count_text(view.total))
    name = html.Strong(of(view.row.name))
    state = state_text(view.asked.state) if view.asked.state else t("items.any_state")
    return sentence("answer.items", name=name, month=month_text(view.head.month), n=total, state=state)


def _files(view: ItemsView) -> list[Component]:
    """Return the ways to the whole list as a file, for those who may."""
    if not current_reader().may("export_items").yes or not view.total:
        return []
    chosen = {"state": view.asked.state, "day": view.asked.day, "groups": view.asked.groups}
    return [
        html.A(
            t("items.save", form=form.upper(), n=count_text(view.total)),
            href=links.item_file(view.head.statement_id, view.row.id, form, **chosen),
            className="chip",
            **data(  # the page's own script fills in how far it is
                rows=str(view.total),
                saving=t("items.saving", n="{n}", m="{m}"),
                saved=t("items.saved", n="{n}"),
            ),
        )
        for form in FORMS
    ]


def _chips(view: ItemsView) -> list[Component]:
    """Return the filters: the classes with their numbers, then the day and the group that are asked for."""
    chosen = {"state": view.asked.state, "day": view.asked.day, "groups": view.asked.groups}

    def to(**changed: Any) -> str:
        return links.items(view.head.statement_id, view.row.id, **{**chosen, **changed})

    found = [chip(t("items.all"), to(state=None), on=view.asked.state is None)]
    kind = (view.asked.state or "").partition(":")[0]
    found += [
        chip([t(f"state.{name}"), " ", html.Span(count_text(n), className="count")], to(state=name), on=name == kind)
        for name, n in view.row.measure.states.parts
        if n
    ]
    if view.asked.state and ":" in view.asked.state:
        found.append(chip([state_text(view.asked.state), " ✕"], to(state=kind), on=True))
    if view.asked.day:
        found.append(chip([day_text(view.asked.day), " ✕"], to(day=None), on=True))
    for name, value in view.asked.groups:
        others = tuple(one for one in view.asked.groups if one[0] != name)
        found.append(chip([f"{t(f'group.{name}')}: {group_name(name, value)} ✕"], to(groups=others), on=True))
    return found


FORMS = ("csv", "xlsx")
FILE_COLUMNS = {
    "state": 28,
    "arrival": 24,
    "amount": 12,
    "queue": 16,
    "team": 16,
    "agent": 16,
    "item": 24,
    "source": 18,
}


def file_rows(rows: Iterable[ItemRow], zone: str, lang: str) -> Iterator[list[str | Decimal | None]]:
    """Yield the rows of a list's file: the words of the grid, numbers as numbers."""
    said: dict[str, str] = {}
    for row in rows:
        if row.state not in said:
            with speaking(lang):
                said[row.state] = state_text(row.state)
        with speaking(lang):
            agent, item = person("agent", row.agent_id or ""), item_name(row.item_id)
        yield [
            said[row.state],
            at_text(row.arrival_at, zone, seconds=True),
            None if row.amount is None else Decimal(row.amount),
            *(row.queue, row.team, agent, item, row.source),
        ]


def file_of(statement_id: str, indicator_id: str, form: str, query: Mapping[str, str]) -> tuple[str, Any]:
    """Return the whole of a list as a file: its name, and its pieces as they come."""
    if form not in FORMS:
        raise trouble("web.no_such_statement", where=statement_id)
    wanted = asked(**{name: text for name, text in query.items() if name in FILTERS})
    view = queries.items(statement_id, indicator_id, wanted, reader=current_reader())
    rows = queries.every_item(statement_id, indicator_id, wanted, reader=current_reader())
    zone = view.head.zone
    heads = [
        t(f"column.{name}", unit=_unit(view) or "") + (f" ({zone})" if name == "arrival" else "")
        for name in FILE_COLUMNS
    ]
    name = f"{view.head.contract}-{view.head.month}-{indicator_id}.{form}"
    pieces = queries.as_file(
        form,
        [head.strip() for head in heads],
        file_rows(rows, zone, language()),
        t("page.items"),
        [*FILE_COLUMNS.values()],
    )
    return name, pieces


def row_data(statement_id: str, row: ItemRow, zone: str) -> dict[str, str]:
    """Return an item as the grid shows it."""
    return {
        "href": links.item(statement_id, row.population, row.source, row.item_id),
        "kind": row.state.partition(":")[0],
        "state": state_text(row.state),
        "arrival": at_text(row.arrival_at, zone, seconds=True),
        "amount": row.amount or "",
        "queue": row.queue or "",
        "team": row.team or "",
        "agent": person("agent", row.agent_id or ""),
        "item": item_name(row.item_id),
        "source": row.source,
    }


def more_rows(
    request: Mapping[str, Any], cursors: Mapping[str, Any], what: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows that the grid asks for, and the cursors with that of the rows after them.

    The grid asks for blocks in order, since it learns the end only when it comes; a block it asks for again is begun
    from the cursor that it had.
    """
    start = int(request["startRow"])
    if start >= MOST:
        return {"rowData": [], "rowCount": MOST}, dict(cursors)
    zone, rows, after = queries.item_rows(
        what["statement_id"],
        what["indicator_id"],
        asked(**what["query"]),
        cursors.get(str(start)),
        reader=current_reader(),
    )
    end = start + len(rows)
    response = {"rowData": [row_data(what["statement_id"], row, zone) for row in rows]}
    if after is None or end >= MOST:
        return {**response, "rowCount": end}, dict(cursors)
    return response, {**cursors, str(end): list(after)}


def check_wish(request: Any, cursors: Any, what: Any, grid: Mapping[str, str]) -> None:
    """Refuse what our grid never asks: another order or filter, another list than its own, a cursor of no item."""
    if not isinstance(request, dict) or type(request.get("startRow")) is not int or request["startRow"] < 0:
        raise Tampered("rows")
    if request.get("sortModel") or request.get("filterModel"):
        raise Tampered("sort or filter")
    if not isinstance(what, dict) or set(what) != {"statement_id", "indicator_id", "query"}:
        raise Tampered("list")
    query = what["query"]
    texts = [what["statement_id"], what["indicator_id"], *query, *query.values()] if isinstance(query, dict) else [None]
    if not all(isinstance(text, str) for text in texts) or not set(query) <= set(FILTERS):
        raise Tampered("list")
    if _address(what) != grid["of"]:
        raise Tampered("list")
    if not isinstance(cursors, dict) or not all(_is_cursor(key) for key in cursors.values()):
        raise Tampered("cursor")


def _address(what: Mapping[str, Any]) -> str:
    """Return the address of a list: what its grid is named by."""
    try:
        wanted = asked(**what["query"])
    except (Trouble, TypeError):
        return ""
    return links.items(
        what["statement_id"], what["indicator_id"], state=wanted.state, day=wanted.day, groups=wanted.groups
    )


def _is_cursor(key: Any) -> bool:
    if not isinstance(key, list) or len(key) != 3 or not all(isinstance(part, str) for part in key):
        return False
    try:
        return datetime.fromisoformat(key[0]).tzinfo is not None
    except ValueError:
        return False


def connect(app: Dash) -> None:
    """Connect the grid with its rows."""

    def of_grid(kind: str) -> dict[str, Any]:
        return {"type": kind, "of": MATCH, "lang": MATCH}

    @app.callback(
        Output(of_grid("items"), "getRowsResponse"),
        Output(of_grid("cursors"), "data"),
        Input(of_grid("items"), "getRowsRequest"),
        State(of_grid("cursors"), "data"),
        State(of_grid("asked"), "data"),
        State(of_grid("items"), "id"),
        prevent_initial_call=True,
    )
    def show_more(
        request: dict[str, Any] | None, cursors: dict[str, Any], what: dict[str, Any], grid: dict[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        request = request or {"startRow": 0}
        check_wish(request, cursors, what, grid)
        with speaking(grid["lang"] if grid["lang"] in LANGUAGES else LANGUAGES[0]):
            try:
                return more_rows(request, cursors, what)
            except Trouble:  # the page above the grid has said why
                return {"rowData": [], "rowCount": 0}, cursors
