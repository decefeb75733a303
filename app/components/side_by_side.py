"""The months of a contract side by side: what each came to by step, and each promise's value."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.chart import Cell
from app.components.verdict import SHAPES, slug
from app.i18n import money_text, month_text, of, short_month, t, value_text
from app.i18n.numbers import unit_of
from app.views import IndicatorRow, MonthColumn

STEPS = ("fees", "bonuses", "deductions", "repeats", "capped", "adjustments", "earn_back", "carried_in", "floor", "tax")
ALWAYS = ("fees", "bonuses", "deductions", "capped", "adjustments", "tax")
HEADS = ("month", "what", "name", "figure")
MOST = 6  # months beside each other; more are a heat map, which the scorecard has


def side_by_side(
    columns: Sequence[MonthColumn], rows: Sequence[IndicatorRow], currency: str, current: str
) -> Component:
    """Return the table: steps above, the payable sum under them, promises below; the month looked at stands out."""
    shown = columns[-MOST:]
    names = [
        html.Th(
            dcc.Link(short_month(one.month), href=links.statement(one.statement_id), title=month_text(one.month)),
            className="c-amount is-now" if one.month == current else "c-amount",
            scope="col",
        )
        for one in shown
    ]
    head = html.Tr([html.Th(t("column.money", currency=currency), scope="col"), *names])
    steps = [step for step in STEPS if step in ALWAYS or any(one.steps.get(step) for one in shown)]
    money = [_money(step, shown, current) for step in (*steps, "payable")]
    values = [_values(row, shown, current) for row in rows]
    over = html.Tr(html.Th(t("finance.values"), colSpan=len(shown) + 1, scope="colgroup"), className="is-over")
    return html.Table([html.Thead(head), html.Tbody([*money, over, *values])], className="table is-dense side-by-side")


def month_rows(columns: Sequence[MonthColumn]) -> list[tuple[Cell, ...]]:
    """Return the table's exact figures, of every month: its sums, then its values."""
    return [
        row
        for one in columns
        for row in (
            *((one.month, "sum", step, amount) for step, amount in one.steps.items()),
            *((one.month, "value", name, value) for name, (value, _) in one.values.items()),
        )
    ]


def _cell(children: Component | str, style: str, *, on: bool) -> Component:
    return html.Td(children, className=f"c-amount {style}{' is-now' if on else ''}".strip())


def _money(step: str, columns: Sequence[MonthColumn], current: str) -> Component:
    cells = [
        _cell(
            dcc.Link(money_text(one.steps[step]), href=f"{links.statement(one.statement_id)}#{step}"),
            "bad" if step == "deductions" and one.steps[step] < 0 else "",
            on=one.month == current,
        )
        for one in columns
    ]
    name = html.Th(t(f"step.{step}"), scope="row", title=t(f"step_hint.{step}"))
    return html.Tr([name, *cells], className="is-sum" if step == "payable" else "")


def _values(row: IndicatorRow, columns: Sequence[MonthColumn], current: str) -> Component:
    cells = []
    for one in columns:
        value, verdict = one.values.get(row.id, (None, "not in force"))
        text = value_text(value, row.unit, bare=True) if value is not None else SHAPES[verdict]
        shape = html.Span(SHAPES["missed"] if verdict == "missed" else "", className="shape")
        link = dcc.Link(
            [shape, text], href=links.indicator(one.statement_id, row.id), title=t(f"verdict.{slug(verdict)}")
        )
        cells.append(_cell(link, f"is-{slug(verdict)}", on=one.month == current))
    unit = t(unit_of(row.unit)[2])
    name = html.Th(
        [html.Span(row.clause, className="clause"), " ", of(row.name), " ", html.Span(unit, className="quiet")]
    )
    return html.Tr([name, *cells])
