"""Months against indicators: where it went wrong, and since when."""

from collections.abc import Sequence
from fractions import Fraction

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.verdict import SHAPES, slug
from app.components.words import Child
from app.i18n import month_text, of, short_month, t, value_text
from app.views import IndicatorRow, MonthPoint


def heat_map(rows: Sequence[IndicatorRow], months: Sequence[str], current: str) -> Component:
    """Return a cell a month and indicator, inked by its verdict and by how far it lies from the target."""
    head = html.Tr(
        [
            html.Th(t("column.indicator"), scope="col"),
            *(
                html.Th(
                    short_month(month),
                    scope="col",
                    title=month_text(month),
                    className="is-now" if month == current else "",
                )
                for month in months
            ),
        ]
    )
    body = [
        html.Tr(
            [
                html.Th([html.Span(row.clause, className="clause"), " ", name], scope="row", title=name),
                *(
                    html.Td(_cell(row, point), className="is-now" if point.month == current else "")
                    for point in row.history
                ),
            ]
        )
        for row, name in ((row, of(row.name)) for row in rows)
    ]
    return html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="heat"), className="scroll-x")


def _cell(row: IndicatorRow, point: MonthPoint) -> Component:
    style = f"heat-cell is-{slug(point.verdict)} deep-{depth(row, point.value, point.target)}"
    words = t(
        "heat.cell",
        month=month_text(point.month),
        name=of(row.name),
        value=value_text(point.value, row.unit),
        target=value_text(point.target, row.unit),
        verdict=t(f"verdict.{slug(point.verdict)}"),
    )
    text: list[Child] = [
        value_text(point.value, row.unit, bare=True) if point.value is not None else SHAPES.get(point.verdict, "·")
    ]
    if point.verdict == "missed":
        text.insert(0, html.Span(SHAPES["missed"], className="shape"))
    return dcc.Link(text, href=links.indicator(point.statement_id, row.id), className=style, title=words)


def depth(row: IndicatorRow, value: Fraction | None, target: Fraction | None) -> int:
    """Return 1 to 3: how far a missed value lies from its target, as a share of what it may lie."""
    if value is None or not target:
        return 1
    room = 1 - target if row.unit == "share" and target > 0.5 else target
    far = abs(value - target) / room if room else 1
    return 1 if far < 0.25 else 2 if far < 0.75 else 3
