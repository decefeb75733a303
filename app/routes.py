"""Every page: its path, its name, the roles that may open it; and the one callback that draws an address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

import flask
from dash import Dash, Input, Output, ctx, html
from dash.development.base_component import Component

from app import shell
from app.auth import current_reader
from app.components.attributes import data
from app.components.panel import empty
from app.i18n import choose, language, speaking, t
from app.pages import definitions, indicator, item, items, lazy, scorecard, statement, statements
from app.settings import Settings

EVERYBODY = ("auditor", "finance", "team_lead", "vendor")
YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True)
class Route:
    """A page. Parts of ``path`` in braces are its arguments."""

    path: str
    name: str
    layout: Callable[..., Component]
    roles: tuple[str, ...] = EVERYBODY

    def arguments(self, pathname: str) -> Mapping[str, str] | None:
        """Return the arguments of a path that is this page's, or None."""
        asked = [unquote(part) for part in pathname.strip("/").split("/")]
        own = self.path.strip("/").split("/")
        if len(own) != len(asked) or any(not p.startswith("{") and p != a for p, a in zip(own, asked, strict=True)):
            return None
        return {p[1:-1]: a for p, a in zip(own, asked, strict=True) if p.startswith("{")}


ROUTES = (
    Route("/", "scorecard", scorecard.layout),
    Route("/indicator/{statement_id}/{indicator_id}", "indicator", indicator.layout),
    Route("/items/{statement_id}/{indicator_id}", "items", items.layout),
    Route("/item/{statement_id}/{population}/{source}/{item_id}", "item", item.layout),
    Route("/statement/{statement_id}", "statement", statement.layout),
    Route("/statements", "statements", statements.layout),
    Route("/definitions", "definitions", definitions.layout),
    Route("/definition/{metric}", "definition", definitions.one),
)
CONNECTED = (indicator, items)


def find(pathname: str) -> tuple[Route, Mapping[str, str]] | None:
    """Return the page of a path with its arguments, or None."""
    for route in ROUTES:
        arguments = route.arguments(pathname)
        if arguments is not None:
            return route, arguments
    return None


def draw(pathname: str, query: Mapping[str, str]) -> Component:
    """Draw the page of an address; what is not there, or not for this reader, says so."""
    found = find(pathname)
    if found is None:
        page, name = empty(t("empty.no_page"), t("empty.no_page_text")), "missing"
    else:
        route, arguments = found
        name = route.name
        if current_reader().role in route.roles:
            page = lazy.guarded(route.layout, **{**query, **arguments})
        else:
            page = empty(t("empty.not_for_you"), t("empty.not_for_you_text"))
    title = t("shell.title", page=t(f"page.{name}"))
    return html.Div(page, id="drawn", **data(title=title, lang=language(), page=name))


def connect(app: Dash, settings: Settings) -> None:
    """Draw header and page whenever the address changes, and what the pages have that moves."""

    @app.callback(
        Output("header", "children"), Output("page", "children"), Input("url", "pathname"), Input("url", "search")
    )
    def show(pathname: str | None, search: str | None) -> tuple[Component, Component]:
        query = dict(parse_qsl((search or "").removeprefix("?")))
        asked = query.pop("lang", None)
        browser = flask.request.headers.get("Accept-Language", "")
        spoken = choose(asked, flask.request.cookies.get("lang"), browser, settings.language)
        if asked == spoken:
            ctx.response.set_cookie("lang", spoken, max_age=YEAR_S, samesite="Lax")
        with speaking(spoken):
            found = find(pathname or "/")
            return shell.header(pathname or "/", query, found[0].name if found else ""), draw(pathname or "/", query)

    for page in CONNECTED:
        page.connect(app)
