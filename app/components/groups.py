"""Groups of an indicator's items: who makes the gap, in parts that add up to it."""

from collections.abc import Sequence
from fractions import Fraction

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.marks import bullet, percent
from app.components.words import person
from app.i18n import count_text, signed_text, t, value_text
from app.views import GroupPoint, IndicatorRow

NONE = "(none)"
MOST = 40


def group_table(statement_id: str, row: IndicatorRow, group: str, points: Sequence[GroupPoint]) -> Component:
    """Return the groups, those that make the gap first, with the sum of their parts."""
    worse = 1 if row.better == "higher" else -1
    in_order = sorted(points, key=lambda p: p.name if group == "hour" else ((p.gap or Fraction(0)) * worse, p.name))
    widest = max((abs(p.gap) for p in points if p.gap), default=Fraction(0))
    heads = ("group", "bar", "value", "n", "missed", "gap")
    names = [
        html.Th(t(f"column.{name}"), className=f"c-{name}", title=t(f"column_hint.{name}"), scope="col")
        for name in heads
    ]
    body = [_row(statement_id, row, group, point, widest) for point in in_order[:MOST]]
    foot = []
    if any(p.gap is not None for p in points):
        whole = sum((p.gap for p in points if p.gap is not None), Fraction(0))
        more = t("group.more", n=count_text(len(in_order) - MOST)) if len(in_order) > MOST else ""
        cells = [html.Td([t("group.sum"), " ", html.Span(more, className="quiet")]), *(html.Td("") for _ in range(4))]
        foot = [html.Tfoot(html.Tr([*cells, html.Td(signed_text(whole, row.unit), className="c-gap")]))]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(body), *foot], className="table groups")


def _row(statement_id: str, row: IndicatorRow, group: str, point: GroupPoint, widest: Fraction) -> Component:
    verdict = "reported"
    if row.target is not None and point.value is not None:
        good = point.value >= row.target if row.better == "higher" else point.value <= row.target
        verdict = "met" if good else "missed"
    name = (
        t("group.none")
        if point.name == NONE
        else t("group.at_hour", hour=point.name)
        if group == "hour"
        else person(group, point.name)
    )
    shown: Component | str = name
    if group != "hour":
        shown = dcc.Link(name, href=links.items(statement_id, row.id, group=(group, point.name)), className="row-link")
    gap: Component | str = "—"
    if point.gap is not None:
        bar = html.Span(
            className="gap-bar is-loss" if (point.gap < 0) == (row.better == "higher") else "gap-bar",
            style={
                "width": percent(float(abs(point.gap) / widest) / 2 if widest else 0),
                ("left" if point.gap > 0 else "right"): "50%",
            },
        )
        gap = html.Div(
            [html.Span(bar, className="gap-track"), html.Span(signed_text(point.gap, row.unit))], className="gap"
        )
    return html.Tr(
        [
            html.Td(shown, className="c-group"),
            html.Td(bullet(point.value, row.target, row.unit, row.better, verdict), className="c-bar"),
            html.Td(value_text(point.value, row.unit), className="c-value"),
            html.Td(count_text(point.n), className="c-n"),
            html.Td(count_text(point.missed), className="c-missed"),
            html.Td(gap, className="c-gap"),
        ]
    )
