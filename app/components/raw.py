"""Raw records as the archived files have them: where they stand, their text, their fields."""

from collections.abc import Sequence
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from app.components.panel import pairs
from app.i18n import at_text, count_text, t
from app.views import RawView


def raw_records(records: Sequence[RawView], zone: str) -> list[Component]:
    """Return the records under their files; a lone record shows its fields, several show them when opened."""
    missing = [html.P(t("raw.missing", why=record.missing), className="quiet") for record in records if record.missing]
    at_hand = [record for record in records if not record.missing]
    files = groupby(at_hand, key=lambda record: (record.file_name, record.sha256, record.load_id, record.loaded_at))
    is_open = len(at_hand) == 1
    return [*missing, *(_file([*own], zone, is_open=is_open) for _, own in files)]


def _file(records: Sequence[RawView], zone: str, *, is_open: bool) -> Component:
    first = records[0]
    where = html.Div(
        [
            html.Strong(first.file_name),
            html.Span(t("raw.line", n=", ".join(_lines(record) for record in records)), className="raw-line"),
            html.Span(t("raw.load", n=count_text(first.load_id), at=at_text(first.loaded_at, zone))),
            html.Code(f"sha256 {first.sha256}", className="quiet"),
        ],
        className="raw-where",
    )
    return html.Article([where, *(_record(record, is_open=is_open) for record in records)], className="raw")


def _lines(record: RawView) -> str:
    return str(record.line_no) if record.line_no == record.last_line_no else f"{record.line_no}–{record.last_line_no}"


def _record(record: RawView, *, is_open: bool) -> Component:
    text = html.Summary(html.Pre([html.Span(_lines(record), className="gutter"), record.text]), title=t("raw.fields"))
    fields = pairs([(html.Code(name), _value(name, value, record)) for name, value in record.fields])
    return html.Details([text, fields], open=is_open, className="raw-record")


def _value(name: str, text: str, record: RawView) -> Component:
    if name in record.personal:
        return html.Span(text, className="masked", title=t("raw.masked"))
    return html.Span(text or "—", className="" if text else "quiet")
