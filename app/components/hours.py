"""Hours against weekdays: when it goes wrong."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.heat import depth
from app.components.verdict import SHAPES
from app.i18n import count_text, t, value_text
from app.views import HourPoint, IndicatorRow

HEADS = ("weekday", "hour", "value", "n", "missed")


def hour_table(statement_id: str, row: IndicatorRow, points: Sequence[HourPoint]) -> Component:
    """Return a cell a weekday and hour: missed ones inked by how far they lie from the target, few items pale."""
    by_place = {(p.weekday, p.hour): p for p in points}
    counted = [p.hour for p in points if p.value is not None]
    hours = range(min(counted, default=0), max(counted, default=-1) + 1)
    head = html.Tr([html.Td(""), *(html.Th(f"{hour:02d}", scope="col") for hour in hours)])
    body = [
        html.Tr(
            [
                html.Th(t(f"weekday.d{weekday}"), scope="row"),
                *(html.Td(_cell(statement_id, row, by_place.get((weekday, hour)))) for hour in hours),
            ]
        )
        for weekday in range(1, 8)
    ]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="heat hours")
    return html.Div(table, className="scroll-x")


def _cell(statement_id: str, row: IndicatorRow, point: HourPoint | None) -> Component:
    if point is None or point.value is None:
        return html.Span("", className="heat-cell is-no-data")
    is_missed = row.target is not None and (
        point.value < row.target if row.better == "higher" else point.value > row.target
    )
    verdict = "missed" if is_missed else "reported" if row.target is None else "met"
    words = t(
        "hours.cell",
        weekday=t(f"weekday.d{point.weekday}"),
        hour=f"{point.hour:02d}",
        value=value_text(point.value, row.unit),
        n=count_text(point.n),
        missed=count_text(point.missed),
    )
    return dcc.Link(
        [html.Span(SHAPES["missed"], className="shape") if is_missed else "", _short(point, row.unit)],
        href=links.items(statement_id, row.id, groups=(("weekday", str(point.weekday)), ("hour", f"{point.hour:02d}"))),
        className=f"heat-cell is-{verdict} deep-{depth(row, point.value, row.target)}"
        + (" is-few" if point.n < FEW else ""),
        title=words,
    )


FEW = 30


def _short(point: HourPoint, unit: str) -> str:
    """Return the value in as few digits as tell cells apart: whole percent, whole seconds."""
    text = value_text(point.value, unit, bare=True)
    return text.partition(".")[0] if unit in ("share", "s") else text
