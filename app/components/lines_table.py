"""The lines of a statement in the order of the settlement, with subtotals that add up before the reader's eyes."""

import re
from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.words import Child, formula_text, line_name, reason_text
from app.i18n import money_text, t
from app.views import LineView, Step

HEADS = ("clause", "line", "formula", "base", "by", "money")
# What a share, a rate or a coefficient is taken of, as a formula has it: "… × 218386.89"; of a fee it is a price.
BASE = re.compile(r"× (\d+\.\d{2})(?![\d%]| ?%)")


def lines_table(statement_id: str, lines: Sequence[LineView], steps: Sequence[Step], currency: str) -> Component:
    """Return the lines under their steps; the running sum stands beside each subtotal, the payable sum at the end."""
    rows: list[Component] = []
    running = Decimal(0)
    for step in steps:
        own = [line for line in lines if line.step == step.name]
        if step.name == "payable":
            rows.append(_sum("payable", step.amount, None, "is-payable"))
        elif own or step.amount:
            rows += [_line(statement_id, line) for line in own]
            running += step.amount
            rows.append(_sum(step.name, step.amount, running, "is-sum"))
    names = [html.Th(t(f"column.{name}", currency=currency), className=f"c-{name}", scope="col") for name in HEADS]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table lines")


def _line(statement_id: str, line: LineView) -> Component:
    label = line_name(line)
    name: Child = label
    if line.indicator:
        name = dcc.Link(label, href=links.indicator(statement_id, line.indicator), className="row-link")
    kind = html.Span(t(f"kind.{line.kind}"), className="tag") if line.id != line.kind else ""
    formula: list[Child] = [html.Code(formula_text(line.formula))]
    if line.because:
        formula.append(html.Span(reason_text(line.because), className="quiet"))
    span = "" if line.since is None or line.until is None else t("line.days", since=line.since, until=line.until)
    return html.Tr(
        [
            html.Td(html.Span(line.clause, className="clause"), className="c-clause"),
            html.Td([name, kind], className="c-line"),
            html.Td(formula, className="c-formula", title=span),
            html.Td(base_text(line), className="c-base"),
            html.Td(line.by or "", className="c-by"),
            html.Td(
                money_text(line.amount),
                className="c-amount bad" if line.kind == "deduction" and line.amount < 0 else "c-amount",
            ),
        ],
        id=f"line-{line.indicator or line.id}",
    )


def base_text(line: LineView) -> str:
    """Return the sum that a line's formula takes its part of; empty where it takes none of any."""
    found = None if line.kind == "fee" else BASE.search(line.formula)
    return money_text(Decimal(found[1])) if found else ""


def _sum(step: str, amount: Decimal, running: Decimal | None, style: str) -> Component:
    so_far = "" if running is None else t("line.so_far", sum=money_text(running))
    return html.Tr(
        [
            html.Td(t(f"step.{step}"), colSpan=2, className="c-line", title=t(f"step_hint.{step}")),
            html.Td(so_far, colSpan=3, className="c-formula quiet"),
            html.Td(money_text(amount), className="c-amount"),
        ],
        className=style,
        id=step,
    )


def line_link(statement_id: str, line: LineView) -> Component:
    """Return a line's amount as a link to it."""
    tone = "figure bad" if line.amount < 0 else "figure"
    return dcc.Link(
        money_text(line.amount), href=links.statement(statement_id, line.indicator or line.id), className=tone
    )
