"""The scorecard's table: a promise a row, from its clause to its money."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.attributes import data
from app.components.marks import row_bullet, spark, stack
from app.components.verdict import badge, slug
from app.components.words import Child, Children
from app.i18n import count_text, exact_text, money_text, of, signed_text, t, value_text
from app.views import Head, IndicatorRow

COLUMNS = ("clause", "indicator", "bar", "value", "target", "history", "verdict", "score", "money", "states")
SYMBOL = {"higher": "≥", "lower": "≤"}


OF_MONEY = ("score", "money")


def scorecard_table(head: Head, rows: Sequence[IndicatorRow], *, has_money: bool = True) -> Component:
    """Return the table. A row leads to its indicator, its money to the line, its parts to their items."""
    columns = [name for name in COLUMNS if has_money or name not in OF_MONEY]
    heads = [
        html.Th(
            t(f"column.{name}", currency=head.currency),
            className=f"c-{name}",
            title=t(f"column_hint.{name}"),
            scope="col",
        )
        for name in columns
    ]
    above = [None, *(row.clause for row in rows)]
    body = [_row(head, row, columns, is_same=row.clause == before) for row, before in zip(rows, above, strict=False)]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="table scorecard")


def _row(head: Head, row: IndicatorRow, columns: Sequence[str], *, is_same: bool) -> Component:
    cells: dict[str, Child | Children] = {
        "clause": _clause(head, row, is_same=is_same, has_contract="money" in columns),
        "indicator": _name(head, row),
        "bar": row_bullet(row),
        "value": _value(row),
        "target": target_text(row),
        "history": spark(row.history, row.unit),
        "verdict": badge(row.verdict, row.reason),
        "score": _score(row),
        "money": _money(head, row),
        "states": [stack(row.measure.states, head.statement_id, row.id), _n(head, row)],
    }
    return html.Tr(
        [
            html.Td(cells[name], className=f"c-{name}", **data(label=t(f"column.{name}", currency="")))
            for name in columns
        ],
        className=f"is-{slug(row.verdict)}",
    )


def _clause(head: Head, row: IndicatorRow, *, is_same: bool, has_contract: bool) -> Component:
    """Return the clause; a link to its words, for those who may read the contract."""
    style = "clause is-same" if is_same else "clause"
    if not has_contract:
        return html.Span(row.clause, className=style)
    href = links.contract(head.statement_id, row.id)
    return dcc.Link(row.clause, href=href, className=f"{style} above", title=t("scorecard.open_clause"))


def _name(head: Head, row: IndicatorRow) -> list[Component]:
    found: list[Component] = [
        dcc.Link(
            of(row.name), href=links.indicator(head.statement_id, row.id), className="row-link", title=of(row.text)
        )
    ]
    if row.class_ != "key":
        found.append(
            html.Span(t(f"class.{row.class_}"), className=f"tag is-{row.class_}", title=t(f"class_hint.{row.class_}"))
        )
    return found


def _value(row: IndicatorRow) -> Component:
    exact = f"{row.measure.numerator} / {row.measure.denominator} = {exact_text(row.measure.value) or '—'}"
    gap = (
        t("scorecard.gap", gap=signed_text(row.measure.value - row.target, row.unit))
        if row.measure.value is not None and row.target is not None
        else ""
    )
    return html.Span(value_text(row.measure.value, row.unit), className="value", title=f"{exact}\n{gap}".strip())


def target_text(row: IndicatorRow) -> str:
    """Return the target with its direction: ``≥ 92.00 %``."""
    return "—" if row.target is None else f"{SYMBOL[row.better]} {value_text(row.target, row.unit)}"


def _score(row: IndicatorRow) -> Component:
    if row.weight is None:
        return html.Span("—", className="quiet")
    earned = value_text(row.earned, "points", bare=True)
    weight = count_text(int(row.weight)) if row.weight.denominator == 1 else value_text(row.weight, "points", bare=True)
    return html.Span([earned, html.Span(f" / {weight}", className="quiet")])


def _money(head: Head, row: IndicatorRow) -> Component:
    if row.money is None:
        return html.Span("")
    tone = "bad" if row.money < 0 else ""
    return dcc.Link(
        money_text(row.money),
        href=links.statement(head.statement_id, f"{row.id}"),
        className=f"figure above {tone}".strip(),
    )


def _n(head: Head, row: IndicatorRow) -> Component:
    return dcc.Link(
        f"n = {count_text(row.measure.n)}",
        href=links.items(head.statement_id, row.id),
        className="n above",
        title=t("scorecard.n_hint", population=count_text(row.measure.states.population)),
    )
