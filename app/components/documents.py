"""A statement's documents: each form a link that downloads it, in the reader's language."""

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.i18n import t

FORMS = ("pdf", "xlsx", "json", "csv", "voucher")


def documents_list(statement_id: str) -> Component:
    """Return the forms, each with what it is good for."""
    rows = [
        html.Li(
            [
                html.A(
                    [html.Span("↓", className="shape"), t(f"document.{form}")],
                    href=links.evidence(statement_id) if form == "csv" else links.export(statement_id, form),
                    download="",
                    className="chip",
                ),
                html.Span(t(f"document_hint.{form}"), className="quiet"),
            ]
        )
        for form in FORMS
    ]
    return html.Ul(rows, className="documents")
