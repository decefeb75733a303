"""Every page: its path, its name, what one must be able to do to open it; and the one callback that draws an address.

Which roles these are is written in auth/policy.yaml.
"""

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote

import flask
from dash import Dash, Input, Output, ctx, html
from dash.development.base_component import Component
from werkzeug.wrappers import Response

from app import queries, shell
from app.auth import current_reader, gate, trail
from app.components.attributes import data
from app.components.hits import hit_row
from app.components.panel import empty
from app.components.still import settled
from app.i18n import choose, language, speaking, t
from app.pages import (
    bridge,
    contract,
    definitions,
    deliveries,
    finance,
    indicator,
    item,
    items,
    lazy,
    scorecard,
    statement,
    statements,
    team,
)
from app.pages.drawn import drawn
from app.settings import Settings
from app.views import Tampered, Trouble

YEAR_S = 365 * 24 * 3600
LONGEST = 4096  # of an address


@dataclass(frozen=True)
class Route:
    """A page. Parts of ``path`` in braces are its arguments; ``action`` is what policy.yaml says of it."""

    path: str
    name: str
    layout: Callable[..., Component]
    action: str
    is_noted: bool = False  # that somebody saw it stands in the audit trail
    lasts: bool = False  # it shows statements and their evidence, and so is kept while nothing is published

    def arguments(self, pathname: str) -> Mapping[str, str] | None:
        """Return the arguments of a path that is this page's, or None."""
        asked = [unquote(part) for part in pathname.strip("/").split("/")]
        own = self.path.strip("/").split("/")
        if len(own) != len(asked) or any(not p.startswith("{") and p != a for p, a in zip(own, asked, strict=True)):
            return None
        return {p[1:-1]: a for p, a in zip(own, asked, strict=True) if p.startswith("{")}


ROUTES = (
    Route("/", "scorecard", scorecard.layout, "read_figures", lasts=True),
    Route("/indicator/{statement_id}/{indicator_id}", "indicator", indicator.layout, "read_figures", lasts=True),
    Route("/items/{statement_id}/{indicator_id}", "items", items.layout, "read_items", is_noted=True),
    Route("/item/{statement_id}/{population}/{source}/{item_id}", "item", item.layout, "read_items", is_noted=True),
    Route("/finance", "finance", finance.layout, "read_money", is_noted=True, lasts=True),
    Route("/team", "team", team.layout, "read_figures", lasts=True),
    Route("/statement/{statement_id}", "statement", statement.layout, "read_money", is_noted=True, lasts=True),
    Route("/data/{statement_id}", "deliveries", deliveries.layout, "read_raw", is_noted=True),
    Route("/bridge/{statement_id}", "bridge", bridge.layout, "read_money", is_noted=True),
    Route("/contract/{statement_id}", "contract", contract.layout, "read_money"),
    Route("/statements", "statements", statements.layout, "read_money"),
    Route("/definitions", "definitions", definitions.layout, "read_definitions"),
    Route("/definition/{metric}", "definition", definitions.one, "read_definitions"),
)
CONNECTED = (finance, indicator, items, scorecard, team)


def find(pathname: str) -> tuple[Route, Mapping[str, str]] | None:
    """Return the page of a path with its arguments, or None."""
    for route in ROUTES:
        arguments = route.arguments(pathname)
        if arguments is not None:
            return route, arguments
    return None


def draw(pathname: str, query: Mapping[str, str], *, keeps: bool = False) -> Component:
    """Draw the page of an address; what is not there, or not for this reader, says so.

    ``keeps``: a page that lasts may be the one that was drawn before, as the browser is sent it.
    """
    found = find(pathname)
    page: Component | str
    if found is None:
        page, name = empty(t("empty.no_page"), t("empty.no_page_text")), "missing"
    else:
        route, arguments = found
        name = route.name
        answer = current_reader().may(route.action)
        if route.is_noted or not answer.yes:
            outcome = "done" if answer.yes else "refused"
            trail.note(f"see.{name}", pathname, outcome=outcome, **({} if answer.yes else {"code": answer.reason}))
        if answer.yes:
            layout = partial(drawn, route.layout) if keeps and route.lasts else route.layout
            page = lazy.guarded(layout, **{**query, **arguments})
        else:
            page = empty(t("empty.not_for_you"), t("empty.not_for_you_text"))
    title = t("shell.title", page=t(f"page.{name}"))
    stamp = queries.stamp(reader=current_reader())
    return html.Div([shell.news(), page], id="drawn", **data(title=title, lang=language(), page=name, stamp=stamp))


def framed(done: int, piece: bytes) -> bytes:
    """Return a piece of a file behind how many rows it ends at and how long it is, for a page that shows progress."""
    return done.to_bytes(4, "big") + len(piece).to_bytes(4, "big") + piece


def connect(app: Dash, settings: Settings) -> None:
    """Draw header and page whenever the address changes, and what the pages have that moves."""

    @app.callback(
        Output("header", "children"), Output("page", "children"), Input("url", "pathname"), Input("url", "search")
    )
    def show(pathname: str | None, search: str | None) -> tuple[Any, Any]:
        for text in (pathname or "/", search or ""):
            if not isinstance(text, str) or len(text) > LONGEST:
                raise Tampered("address")
        query = dict(parse_qsl((search or "").removeprefix("?")))
        asked = query.pop("lang", None)
        browser = flask.request.headers.get("Accept-Language", "")
        spoken = choose(asked, flask.request.cookies.get("lang"), browser, settings.language)
        if asked == spoken:
            ctx.response.set_cookie("lang", spoken, max_age=YEAR_S, samesite="Lax", secure=gate.is_secure())
        with speaking(spoken):
            found = find(pathname or "/")
            header = shell.header(pathname or "/", query, found[0].name if found else "")
            return settled(header), settled(draw(pathname or "/", query, keeps=True))

    for page in CONNECTED:
        page.connect(app)
    connect_files(app)


def connect_files(app: Dash) -> None:
    """Answer what is saved as a file: a statement as a document, a list of items whole."""

    @app.server.get("/_search")
    def search() -> Response:
        asked = flask.request.args
        try:
            hits = queries.search(asked.get("q", ""), asked.get("at", ""), reader=current_reader())
        except Trouble:  # the evidence is gone, say: there is nothing to find
            hits = ()
        return flask.jsonify([hit_row(hit) for hit in hits])

    @app.server.get("/export/items/<statement_id>/<indicator_id>/<form>")
    def export_items(statement_id: str, indicator_id: str, form: str) -> Response:
        thing = f"{statement_id} {indicator_id}"
        try:
            name, pieces = items.file_of(statement_id, indicator_id, form, flask.request.args)
        except Trouble:
            trail.note("export.items", thing, outcome="refused", form=form)
            return gate.said(404, "web.no_such_statement")
        trail.note("export.items", thing, form=form)
        body = (framed(done, piece) if "frames" in flask.request.args else piece for done, piece in pieces)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = flask.Response(flask.stream_with_context(body), mimetype=kind)
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    @app.server.get("/export/<statement_id>/<form>")
    def export(statement_id: str, form: str) -> Response:
        try:
            name, content = queries.document(statement_id, form, reader=current_reader())
        except Trouble:
            trail.note("export", statement_id, outcome="refused", form=form)
            return gate.said(404, "web.no_such_statement")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return flask.send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
