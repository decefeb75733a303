"""Finance's desk: what is due and for what, how it compares, what it rests on, and the documents of it."""

from dash import Dash, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.accrual import accrual_box
from app.components.changes import changes_box
from app.components.chart import charted
from app.components.documents import documents_list
from app.components.lines_table import lines_table
from app.components.panel import answer, chip, empty, freshness, pairs, panel
from app.components.pickers import pickers
from app.components.side_by_side import HEADS as MONTH_HEADS
from app.components.side_by_side import month_rows, side_by_side
from app.components.standing import days_of, standing_track, words_said
from app.components.waterfall import charted_waterfall, waterfall_of_clauses
from app.components.words import Child, figure, sentence
from app.i18n import at_text, month_text, of, t
from app.i18n import money_text as money
from app.pages import lazy
from app.pages.scorecard import FILL
from app.views import FinanceView


def layout(contract: str = "", month: str = "", **_: str) -> Component:
    """Draw a month of a contract; the newest where none is named."""
    view = queries.finance(contract or None, month or None, reader=current_reader())
    if view is None:
        return empty(t("empty.no_statement"), t("empty.no_statement_text"), FILL)
    head = view.head
    return html.Div(
        [
            answer(
                answer_line(view),
                over=f"{of(head.title)} · {of(head.operator)} → {of(head.vendor)}",
                tools=pickers(head, view.contracts, view.months, links.finance),
            ),
            freshness(head),
            lazy.place("standing", 168, statement_id=head.statement_id),
            html.Div([_waterfall(view), *_beside(view)], className="columns is-wide-left"),
            panel(
                t("statement.lines"),
                html.Div(
                    lines_table(head.statement_id, view.lines, view.steps, head.currency), className="table-frame"
                ),
                hint=t("statement.lines_hint"),
                aside=chip(t("scorecard.open_statement"), links.statement(head.statement_id)),
            ),
            html.Div([_months(view), _changes(view)], className="columns is-even"),
        ],
        className="page",
    )


def answer_line(view: FinanceView) -> list[Child]:
    """Say what is due, or, of a month that is not over, what it comes to so far and between what it lies."""
    head, amounts = view.head, {step.name: step.amount for step in view.steps}

    def amount(step: str, tone: str = "") -> Component:
        return figure(
            money(amounts[step], head.currency),
            f"{links.statement(head.statement_id)}#{step}",
            tone=tone if amounts[step] < 0 else "",
        )

    parts = {
        "payable": amount("payable"),
        "fees": amount("fees"),
        "deductions": amount("deductions", "bad"),
        "capped": amount("capped"),
        "tax": amount("tax"),
    }
    if not view.is_running:
        return [html.Strong(month_text(head.month)), *sentence("answer.finance", **parts)]
    at = at_text(head.cut_off_at, head.zone)
    found = [html.Strong(month_text(head.month)), *sentence("answer.accrual", at=at, **parts)]
    if view.accrual is None or view.accrual.low == view.accrual.high:
        return [*found, t("sentence.stop")]
    low, high = (figure(money(one, head.currency), "#accrual") for one in (view.accrual.low, view.accrual.high))
    return [*found, *sentence("answer.range", low=low, high=high)]


def _waterfall(view: FinanceView) -> Component:
    head = view.head
    drawn = waterfall_of_clauses(view.steps, view.lines, head.currency, head.statement_id)
    return panel(
        t("statement.waterfall"),
        charted_waterfall(drawn, head, view.steps, view.lines),
        hint=t("finance.waterfall_hint"),
    )


def _beside(view: FinanceView) -> list[Component]:
    """Return what stands beside the waterfall: the range of what is open, and the documents."""
    found: list[Component] = []
    if view.accrual is not None and (view.is_running or view.accrual.rows):
        title = t("accrual.title") if view.is_running else t("accrual.open")
        found.append(html.Div(panel(title, *accrual_box(view.head, view.steps, view.accrual)), id="accrual"))
    elif view.is_running:
        found.append(panel(t("accrual.title"), html.P(t("accrual.missing"), className="quiet")))
    if view.has_export:
        found.append(panel(t("finance.documents"), documents_list(view.head.statement_id)))
    return [html.Div(found, className="column")]


def _months(view: FinanceView) -> Component:
    head = view.head
    table = html.Div(side_by_side(view.columns, view.rows, head.currency, head.month), className="scroll-x")
    saved = charted(f"{head.contract} {head.month} months", table, MONTH_HEADS, month_rows(view.columns))
    return panel(t("finance.months"), saved, hint=t("finance.months_hint"))


def _changes(view: FinanceView) -> Component:
    if view.before is None:
        return panel(t("changes.title"), html.P(t("changes.first"), className="quiet"))
    part = lazy.place("changes", 240, before_id=view.before.statement_id, statement_id=view.head.statement_id)
    return panel(t("changes.title"), part, hint=t("changes.hint"))


def draw_standing(statement_id: str) -> Component:
    """Draw how far the month has come between the parties."""
    found = queries.standing(statement_id, reader=current_reader())
    return panel(
        t("finance.standing"),
        standing_track(found),
        html.Div([pairs(list(days_of(found))), words_said(found)], className="standing-more"),
        hint=t("finance.standing_hint"),
    )


def draw_changes(before_id: str, statement_id: str) -> Component:
    """Draw what changed since the version before."""
    return html.Div(changes_box(queries.changes(before_id, statement_id, reader=current_reader())))


def connect(app: Dash) -> None:
    """Connect the parts that come after the page."""
    lazy.fill(app, "standing", draw_standing)
    lazy.fill(app, "changes", draw_changes)
