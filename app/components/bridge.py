"""A report beside ours: figures that stand side by side, and the difference as bars by cause that add up to it."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.marks import percent
from app.components.words import reason_text
from app.i18n import money_text, of, signed_text, t, value_text
from app.views import BridgePart, BridgeRow, BridgeView

NAMES = ("indicator", "theirs", "ours", "difference", "causes", "points", "worth")


def bridge_table(view: BridgeView) -> Component:
    """Return a row a figure."""
    heads = [
        html.Th(t(f"column.{name}", currency=view.head.currency), className=f"c-{name}", scope="col") for name in NAMES
    ]
    rows = [_row(view, row) for row in view.rows]
    foot = html.Tfoot(
        html.Tr(
            [
                html.Td(t("bridge.together")),
                *(html.Td("") for _ in range(4)),
                html.Td(signed_text(view.points, "points"), className="c-n"),
                html.Td(_money(view.money), className="c-money"),
            ]
        )
    )
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows), foot], className="table bridge")


def _money(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{'+' if amount > 0 else ''}{money_text(amount)}"


def _row(view: BridgeView, row: BridgeRow) -> Component:
    name: Component | str = of(row.name)
    if row.indicator:
        name = dcc.Link(of(row.name), href=links.indicator(view.head.statement_id, row.indicator), className="row-link")
    return html.Tr(
        [
            html.Td([html.Span(row.clause, className="clause"), " ", name, html.Div(row.code, className="n")]),
            html.Td(value_text(row.theirs, row.unit), className="c-n", title=_parts(row.theirs_of)),
            html.Td([value_text(row.ours, row.unit), *_judged(row)], className="c-n", title=_parts(row.ours_of)),
            html.Td(signed_text(row.difference, row.unit), className="c-n"),
            html.Td(_causes(row)),
            html.Td(signed_text(row.points, "points"), className="c-n"),
            html.Td(_money(row.money), className="c-money"),
        ],
        className=f"is-{row.verdict}",
    )


def _judged(row: BridgeRow) -> list[Component]:
    """Say which value the month is judged by, where it is not of the metric that the report states."""
    if row.judged is None:
        return []
    words = t("bridge.judged", value=value_text(row.judged, row.unit))
    return [html.Abbr(words, className="n", title=reason_text(row.used))]


def _parts(two: tuple[str | None, str | None]) -> str:
    return f"{two[0]} / {two[1]}" if two[0] is not None and two[1] is not None else ""


def _causes(row: BridgeRow) -> Component:
    """Return a bar a cause, on one scale a row; each says its part, its points and its money."""
    if not row.parts:
        return html.Span(t(f"bridge_verdict.{row.verdict.replace(' ', '-')}"), className="quiet")
    widest = max((abs(part.difference) for part in row.parts), default=Fraction(0))
    return html.Div([_cause(part, row.unit, widest) for part in row.parts], className="causes")


def _cause(part: BridgePart, unit: str, widest: Fraction) -> Component:
    bar = html.Span(
        className="gap-bar is-loss" if part.cause == "unexplained" else "gap-bar",
        style={
            "width": percent(float(abs(part.difference) / widest) / 2 if widest else 0),
            ("left" if part.difference > 0 else "right"): "50%",
        },
    )
    worth = "" if part.money is None else f"{signed_text(part.points, 'points')} · {_money(part.money)}"
    return html.Div(
        [
            html.Span(t(f"cause.{part.cause}"), className="cause-name"),
            html.Span(bar, className="gap-track"),
            html.Span(signed_text(part.difference, unit), className="cause-part"),
        ],
        className="cause",
        title=worth,
    )


def reasons(view: BridgeView) -> Component:
    """Return what each difference comes from, in words, with the commands that show it."""
    said: list[Component] = [html.P(_lines(row.paragraph), className="reason") for row in view.rows if row.paragraph]
    if view.not_reported:
        said.append(html.P(t("bridge.not_reported", names=", ".join(view.not_reported)), className="quiet"))
    return html.Div([*said, *(html.P(one, className="quiet") for one in view.problems)], className="reasons")


def _lines(paragraph: str) -> Sequence[Component | str]:
    first, *rest = paragraph.split("\n")
    return [html.Strong(first), *(part for line in rest for part in (html.Br(), line))]
