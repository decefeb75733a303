"""What stands around every page: the header with navigation, language and theme."""

from collections.abc import Mapping
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, dcc, html
from dash.dependencies import ALL
from dash.development.base_component import Component

from app.auth import current_reader
from app.components.attributes import HIDDEN, data, labelled
from app.components.panel import skeleton
from app.i18n import LANGUAGES, language, speaking, t

# The theme script comes before anything is drawn, so that a dark page never flashes white.
INDEX = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
<script src="/assets/scheme.js"></script>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""
NAVIGATION = (
    ("/", "scorecard", ("scorecard", "indicator", "items", "item", "deliveries", "bridge", "contract"), "read_figures"),
    ("/team", "team", ("team",), "read_items"),
    ("/finance", "finance", ("finance",), "read_money"),
    ("/statements", "statements", ("statement", "statements"), "read_money"),
    ("/definitions", "definitions", ("definition", "definitions"), "read_definitions"),
)


def frame() -> Component:
    """Return the empty page that the browser gets first."""
    bones = html.Div([skeleton(24, lines=2), skeleton(420), skeleton(200)], className="page")
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            _lost(),
            html.Div(id="header"),
            html.Main(bones, id="page"),
        ],
        defaultColorScheme="auto",
        theme={"primaryColor": "dark", "fontFamily": "inherit", "cursorType": "pointer"},
    )


def _lost() -> Component:
    """Return what is said when the server does not answer, hidden until then; in every language, as none was asked."""
    said = [html.Span(speaking_of(code, "lost"), lang=code) for code in LANGUAGES]
    again = html.Button(" · ".join(speaking_of(code, "again") for code in LANGUAGES), className="chip", id="again")
    return html.Div([*said, again], id="lost", className="lost", role="alert", hidden=True)


def speaking_of(code: str, name: str) -> str:
    """Return a word of the shell in a language that nobody speaks yet."""
    with speaking(code):
        return t(f"shell.{name}")


def header(pathname: str, query: Mapping[str, str], page: str) -> Component:
    """Return the header of a page."""
    links = [
        dcc.Link(t(f"page.{name}"), href=href, className="nav-link is-on" if page in pages else "nav-link")
        for href, name, pages, action in NAVIGATION
        if current_reader().may(action).yes
    ]
    return html.Header(
        [
            dcc.Link(
                [
                    html.Span(className="mark", **HIDDEN),
                    html.Span("clausemeter", className="brand-name"),
                    html.Span(t("shell.brand"), className="brand-zh"),
                ],
                href="/",
                className="brand",
                title=t("shell.home"),
            ),
            html.Nav(links, className="nav", **labelled(t("shell.pages"))),
            html.Div([_search(), _who(), _languages(pathname, query), _theme()], className="header-tools"),
        ],
        className="header",
    )


def news() -> Component:
    """Return what an open page says by itself, hidden until then (assets/behaviour.js).

    Something newer was published; or what took long on a page that its reader has left is there.
    """
    redraw = html.Button(t("news.redraw"), className="chip", type="button", id="redraw")
    published = [html.Span(t("news.published")), redraw]
    ready = [html.Span(t("news.ready", page="{page}")), html.A(t("news.open"), href="/", className="chip")]
    return html.Div(
        [
            html.Div(published, id="news", className="news", role="status", hidden=True),
            html.Div(ready, id="ready", className="export-bar", role="status", hidden=True),
        ]
    )


def _search() -> Component | None:
    """Return the way to the search, with the words that its script needs; nothing where there is nothing to find."""
    if not current_reader().may("read_figures").yes:
        return None
    words = {name: t(f"search.{name}") for name in ("placeholder", "hint", "none")}
    said = [html.Span("⌕", className="search-icon", **HIDDEN), html.Span(t("search.open")), html.Kbd("/")]
    return html.Button(said, className="search-button", title=words["placeholder"], **data(**words))


def _who() -> Component:
    """Return who is signed in; a link to the account, where one signs out."""
    actor = current_reader().actor
    name = actor.name or actor.login
    said = [
        html.Span(name[0], className="who-sign", **HIDDEN),
        html.Span(name, className="who-name"),
        html.Span(t(f"role.{actor.role}"), className="quiet"),
    ]
    return html.A(said, href="/account", className="who", title=t("entry.account"))


def _languages(pathname: str, query: Mapping[str, str]) -> Component:
    choices = [
        dcc.Link(
            t(f"shell.{code}"),
            href=f"{pathname}?{urlencode({**query, 'lang': code})}",
            className="language is-on" if code == language() else "language",
        )
        for code in LANGUAGES
    ]
    return html.Div(choices, className="languages")


def _theme() -> Component:
    return dmc.ColorSchemeToggle(
        lightIcon=html.Span("☀", className="scheme-icon"),
        darkIcon=html.Span("☾", className="scheme-icon"),
        variant="subtle",
        color="gray",
        size="md",
        **labelled(t("shell.theme")),
    )


def connect(app: Dash) -> None:
    """Let every mark of a figure open what is behind it."""
    app.clientside_callback(
        ClientsideFunction("clausemeter", "openMark"),
        Input({"type": "graph", "of": ALL}, "clickData"),
        prevent_initial_call=True,
    )
