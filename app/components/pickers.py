"""The choice of contract and month (or anything else) at the head of a page; it lives in the URL."""

from collections.abc import Callable, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components.attributes import HIDDEN
from app.i18n import month_text, of, t
from app.views import Choice, Head

Link = Callable[[str | None, str | None], str]


def pickers(head: Head, contracts: Sequence[Choice], months: Sequence[Choice], link: Link) -> list[Component]:
    """Return the menus of contract and month; ``link`` makes the address of both."""
    by_contract = [
        (f"{one.contract} · {of(one.vendor)}", link(one.contract, None), one.contract == head.contract)
        for one in contracts
    ]
    by_month = [(month_text(one.month), link(one.contract, one.month), one.month == head.month) for one in months]
    return [
        menu(t("scorecard.contract"), head.contract, by_contract),
        menu(t("scorecard.month"), head.month, by_month),
    ]


def menu(label: str, value: str, options: Sequence[tuple[str, str, bool]]) -> Component:
    """Return a menu of (text, address, whether it is chosen); it opens by itself, and the page's script closes it."""
    button = html.Summary(
        [html.Span(label, className="quiet"), value, html.Span("▾", className="caret", **HIDDEN)], className="picker"
    )
    items = [dcc.Link(text, href=href, className=f"menu-one{' is-on' if on else ''}") for text, href, on in options]
    return html.Details([button, html.Div(items, className="menu-list")], className="menu")
