"""The vendor's own report beside a statement: each figure that differs, by cause, in its unit, points and money."""

from dash import html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.bridge import bridge_table, reasons
from app.components.chart import charted
from app.components.panel import answer, empty, freshness, panel, trail
from app.components.words import Child, figure, sentence
from app.i18n import count_text, money_text, month_text, signed_text, t
from app.views import BridgeView

SAME = ("same", "rounded", "no data")
HEADS = ("code", "indicator", "theirs", "ours", "difference", "verdict", "cause", "part", "points", "money")


def layout(statement_id: str = "", **_: str) -> Component:
    """Draw the bridge, or what would lay it."""
    view = queries.bridge(statement_id, reader=current_reader())
    head = view.head
    where = trail(
        (t("page.scorecard"), links.scorecard(head.contract, head.month)),
        (month_text(head.month), links.scorecard(head.contract, head.month)),
        (t("page.bridge"), None),
    )
    if not view.is_there:
        command = f"clausemeter bridge {head.contract} --month {head.month} --report FILE"
        return html.Div([where, empty(t("empty.no_bridge"), t("empty.no_bridge_text"), [command])], className="page")
    rows = [
        (
            row.code, row.indicator or "", row.theirs, row.ours, row.difference, row.verdict,
            part.cause if part else "", part.difference if part else None,
            part.points if part else None, part.money if part else None,
        )
        for row in view.rows
        for part in (row.parts or (None,))
    ]  # fmt: skip
    table = charted(f"bridge {head.month}", html.Div(bridge_table(view), className="table-frame"), HEADS, rows)
    return html.Div(
        [
            where,
            answer(answer_line(view), over=t("bridge.over", file=view.file_name)),
            freshness(head),
            panel(t("bridge.figures"), table, hint=t("bridge.figures_hint")),
            panel(t("bridge.reasons"), reasons(view)) if any(row.paragraph for row in view.rows) else None,
        ],
        className="page",
    )


def answer_line(view: BridgeView) -> list[Child]:
    """Say how many figures differ, and what all of theirs together would be worth."""
    differing = [row for row in view.rows if row.verdict not in SAME]
    found = sentence(
        "answer.bridge",
        month=html.Strong(month_text(view.head.month)),
        n=figure(count_text(len(view.rows))),
        differing=figure(count_text(len(differing)), tone="bad" if differing else ""),
    )
    unexplained = sum(row.verdict == "unexplained" for row in differing)
    if unexplained:
        found += sentence("answer.bridge_unexplained", n=figure(count_text(unexplained), tone="bad"))
    if view.money is not None:
        found += sentence(
            "answer.bridge_worth",
            points=figure(signed_text(view.points, "points")),
            money=figure(f"{'+' if view.money > 0 else ''}{money_text(view.money, view.head.currency)}"),
        )
    return [*found, t("sentence.stop")]
