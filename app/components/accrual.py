"""A month that is not over: what is due as it stands, and what it comes to if all that is pending is met, or missed."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.verdict import badge
from app.components.words import Child
from app.i18n import count_text, money_text, of, t, value_text
from app.views import AccrualView, Head, RangeRow, Step

STEPS = ("fees", "deductions", "capped", "payable")


def accrual_box(head: Head, steps: Sequence[Step], found: AccrualView) -> list[Component]:
    """Return the three readings of the month side by side, and the promises that may still go either way."""
    as_it_stands = {step.name: step.amount for step in steps}
    columns = (("missed", found.missed), ("now", as_it_stands), ("met", found.met))
    names = [html.Th("", scope="col")]
    names += [html.Th(t(f"accrual.{name}"), className="c-amount", scope="col") for name, _ in columns]
    rows = [
        html.Tr(
            [
                html.Th(t(f"step.{step}"), scope="row"),
                *(
                    html.Td(
                        money_text(sums[step]),
                        className="c-amount bad" if step == "deductions" and sums[step] < 0 else "c-amount",
                    )
                    for _, sums in columns
                ),
            ],
            className="is-sum" if step == "payable" else "",
        )
        for step in STEPS
    ]
    table = html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table is-dense accrual")
    listed = [_row(head, row) for row in found.rows]
    return [
        html.P(t("accrual.how"), className="note"),
        html.Div(table, className="scroll-x", tabIndex="0"),
        html.Div(_open(listed), className="scroll-x"),
    ]


def _open(rows: Sequence[Component]) -> list[Component]:
    if not rows:
        return [html.P(t("accrual.nothing"), className="quiet")]
    heads = ("indicator", "pending", "if_missed", "if_met")
    styles = ("c-indicator", "c-n", "c-value", "c-value")
    names = [
        html.Th(t(f"column.{name}"), className=style, scope="col") for name, style in zip(heads, styles, strict=True)
    ]
    return [html.Table([html.Thead(html.Tr(names)), html.Tbody(list(rows))], className="table is-dense")]


def _row(head: Head, row: RangeRow) -> Component:
    name = dcc.Link(of(row.name), href=links.items(head.statement_id, row.id, state="pending"), className="row-link")
    ends: list[Child]
    if row.stays:
        ends = [html.Td(t("accrual.stays"), colSpan=2, className="quiet c-value")]
    else:
        ends = [
            html.Td(
                [html.Span(value_text(value, row.unit), className="whole"), " ", badge(verdict)], className="c-value"
            )
            for value, verdict in ((row.missed, row.verdict_missed), (row.met, row.verdict_met))
        ]
    return html.Tr([html.Td(name), html.Td(count_text(row.pending), className="c-n"), *ends])
