"""Promises in items: where each stands, and how many misses it still bears or how many good items bring it back."""

from collections.abc import Callable, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.attributes import labelled
from app.components.marks import percent
from app.components.verdict import badge
from app.components.words import Child
from app.i18n import count_text, of, t, value_text
from app.views import Head, PromiseSoFar

SYMBOL = {"higher": "≥", "lower": "≤"}
HEADS = (
    ("promise", ""), ("room", "c-room"), ("value", "c-value"), ("target", "c-target"), ("n", "c-n"),
    ("missed", "c-missed"), ("outlook", "c-outlook"),
)  # fmt: skip


def promises_table(head: Head, promises: Sequence[PromiseSoFar], chosen: str, link: Callable[[str], str]) -> Component:
    """Return the promises, the most pressing first; a row is looked at closely below."""
    names = [
        html.Th(t(f"column.{name}"), className=style, title=t(f"column_hint.{name}"), scope="col")
        for name, style in HEADS
    ]
    rows = [_row(head, one, link, on=one.row.id == chosen) for one in promises]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table promises")


def outlook(one: PromiseSoFar) -> str:
    """Say how many misses are left, or how many good items are needed."""
    if one.is_met:
        return t("room.endless") if one.left is None else t("room.left", n=count_text(one.left))
    return t("room.lost") if one.needed is None else t("room.needed", n=count_text(one.needed))


def _row(head: Head, one: PromiseSoFar, link: Callable[[str], str], *, on: bool) -> Component:
    row = one.row
    few: list[Child] = (
        [html.Span(t("room.few", n=count_text(int(one.minimum))), className="n")] if one.n < one.minimum else []
    )
    missed = dcc.Link(
        count_text(one.missed), href=links.items(head.statement_id, row.id, state="missed"), className="above figure"
    )
    return html.Tr(
        [
            html.Td(
                [
                    dcc.Link(of(row.name), href=link(row.id), className="row-link"),
                    html.Span(row.clause, className="n"),
                ],
                className="c-promise",
            ),
            html.Td(room_bar(one), className="c-room"),
            html.Td([html.Span(value_text(one.value, row.unit), className="value")], className="c-value"),
            html.Td(f"{SYMBOL[row.better]} {value_text(one.target, row.unit)}", className="c-target"),
            html.Td([count_text(one.n), *few], className="c-n"),
            html.Td(missed, className="c-missed"),
            html.Td([badge("met" if one.is_met else "missed"), html.Span(outlook(one))], className="c-outlook"),
        ],
        className="is-now" if on else "",
    )


def room_bar(one: PromiseSoFar) -> Component:
    """Return what was missed as a bar against what might be: the tick is the last miss that is allowed."""
    top = max(one.missed, one.allowed, 1) * 1.15
    words = t("room.bar", missed=count_text(one.missed), allowed=count_text(one.allowed), n=count_text(one.n))
    parts = [
        html.Span(className="bullet-good", style={"left": "0", "width": percent(one.allowed / top)}),
        html.Span(className="bullet-bar", style={"width": percent(one.missed / top)}),
        html.Span(className="bullet-target", style={"left": percent(one.allowed / top)}),
    ]
    kind = "met" if one.missed <= one.allowed else "missed"
    return html.Div(parts, className=f"bullet is-{kind}", title=words, role="img", **labelled(words))
