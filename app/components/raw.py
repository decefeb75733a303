"""A raw record as the archived file has it: where it stands, its fields, its text."""

from dash import html
from dash.development.base_component import Component

from app.components.panel import pairs
from app.i18n import at_text, count_text, t
from app.views import RawView


def raw_record(record: RawView, zone: str) -> Component:
    """Return the record; personal values come masked and are marked as such."""
    if record.missing:
        return html.Article(html.P(t("raw.missing", why=record.missing)), className="raw")
    lines = str(record.line_no) if record.line_no == record.last_line_no else f"{record.line_no}–{record.last_line_no}"
    where = html.Div(
        [
            html.Strong(record.file_name),
            html.Span(t("raw.line", n=lines), className="raw-line"),
            html.Span(t("raw.load", n=count_text(record.load_id), at=at_text(record.loaded_at, zone))),
            html.Code(f"sha256 {record.sha256}", className="quiet"),
        ],
        className="raw-where",
    )
    fields = pairs([(html.Code(name), _value(name, text, record)) for name, text in record.fields])
    text = html.Pre([html.Span(f"{record.line_no}", className="gutter"), record.text], className="raw-text")
    return html.Article([where, text, fields], className="raw")


def _value(name: str, text: str, record: RawView) -> Component:
    if name in record.personal:
        return html.Span(text, className="masked", title=t("raw.masked"))
    return html.Span(text or "—", className="" if text else "quiet")
