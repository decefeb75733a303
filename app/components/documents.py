"""A statement's documents: each form a link that downloads it, in the language of the page."""

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.i18n import language, t

FORMS = ("pdf", "xlsx", "json", "csv", "voucher")


def documents_list(statement_id: str) -> Component:
    """Return the forms, each with what it is good for."""
    rows = [
        html.Li(
            [
                html.A(
                    [html.Span("↓", className="shape"), t(f"document.{form}")],
                    href=links.download(statement_id, form, language()),
                    download="",
                    className="chip",
                ),
                html.Span(t(f"document_hint.{form}"), className="quiet"),
            ]
        )
        for form in FORMS
    ]
    return html.Ul(rows, className="documents")
