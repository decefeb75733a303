"""From the fees to the payable sum: each step begins where the last one ended, and the bars add up."""

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.marks import percent
from app.i18n import money_text, t
from app.views import Step

ALWAYS = ("fees", "bonuses", "deductions", "capped", "adjustments", "tax", "payable")


def waterfall(steps: Sequence[Step], currency: str, statement_id: str, *, small: bool = False) -> Component:
    """Return the totals in the settlement's order; steps of 0 that seldom occur are left out."""
    shown = [step for step in steps if step.amount or step.name in ALWAYS]
    ends: list[tuple[Decimal, Decimal]] = []
    running = Decimal(0)
    for step in shown:
        ends.append((Decimal(0), step.amount) if step.name == "payable" else (running, running + step.amount))
        running += step.amount
    low = min(min(pair) for pair in ends)
    width = max(max(pair) for pair in ends) - min(low, Decimal(0)) or Decimal(1)
    rows = [_row(step, pair, min(low, Decimal(0)), width, statement_id) for step, pair in zip(shown, ends, strict=True)]
    head = html.Div([html.Span(), html.Span(), html.Span(t("waterfall.unit", currency=currency), className="unit")], className="fall")
    return html.Div([head, *rows], className="waterfall is-small" if small else "waterfall")


def _row(step: Step, pair: tuple[Decimal, Decimal], low: Decimal, width: Decimal, statement_id: str) -> Component:
    left, right = float((min(pair) - low) / width), float((max(pair) - low) / width)
    kind = "total" if step.name in ("fees", "payable") else "loss" if step.amount < 0 else "gain" if step.amount else "none"
    sign = "+" if step.amount > 0 and kind == "gain" else ""
    return html.Div(
        [
            html.Span(t(f"step.{step.name}"), className="fall-name", title=t(f"step_hint.{step.name}")),
            html.Span(
                html.Span(className=f"fall-bar is-{kind}", style={"left": percent(left), "width": percent(right - left)}),
                className="fall-track",
            ),
            dcc.Link(f"{sign}{money_text(step.amount)}", href=f"{links.statement(statement_id)}#{step.name}", className=f"fall-amount is-{kind}"),
        ],
        className=f"fall is-{step.name}",
    )  # fmt: skip
