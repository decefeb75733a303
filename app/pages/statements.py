"""Every statement: a row a version of a month, the newest first."""

from dash import dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.panel import empty, panel
from app.i18n import at_text, has, month_text, of, t
from app.pages.scorecard import FILL
from app.views import Choice

HEADS = ("month", "contract", "vendor", "version", "status", "closed")


def layout(**_: str) -> Component:
    """Draw the list."""
    found = queries.statements(reader=current_reader())
    if not found:
        return empty(t("empty.no_statement"), t("empty.no_statement_text"), FILL)
    names = [html.Th(t(f"column.{name}"), className=f"c-{name}", scope="col") for name in HEADS]
    table = html.Table(
        [html.Thead(html.Tr(names)), html.Tbody([_row(one) for one in found])], className="table stacks statements"
    )
    return html.Div(
        [
            html.H1(t("page.statements"), className="answer"),
            panel(t("statements.all"), html.Div(table, className="table-frame")),
        ],
        className="page",
    )


def _row(one: Choice) -> Component:
    cells = (
        dcc.Link(month_text(one.month), href=links.statement(one.statement_id), className="row-link"),
        f"{of(one.title)} · {one.contract}",
        of(one.vendor),
        t("fresh.version", n=one.version),
        t(f"status.{one.status}") if has(f"status.{one.status}") else one.status,
        at_text(one.closed_at, "UTC") + " UTC",
    )
    return html.Tr([html.Td(cell) for cell in cells], className="" if one.is_latest else "is-superseded")
