"""Deliveries: the fates of lines by source and file, days that came whole or not, and lines that were refused."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from app.components.attributes import labelled
from app.components.verdict import badge
from app.i18n import at_text, count_text, day_text, has, t, value_text
from app.views import DeliveredDay, FileView, RefusedLine, RefusedView, SourceView

FATES = ("accepted", "duplicates", "quarantined", "blank", "skipped")
DAY = timedelta(days=1)


def fate_bar(lines: int, fates: Mapping[str, int]) -> Component:
    """Return the fates of lines as a stacked bar."""
    if not lines:
        return html.Div(t("mark.no_items"), className="stack-empty")
    parts = [
        html.Span(
            title=f"{t(f'fate.{fate}')} {count_text(fates[fate])}",
            className=f"stack-part is-{fate}",
            style={"flexGrow": str(fates[fate])},
        )
        for fate in FATES
        if fates[fate]
    ]
    words = "; ".join(f"{t(f'fate.{fate}')} {count_text(fates[fate])}" for fate in FATES)
    return html.Div(parts, className="stack", role="img", **labelled(words))


def _heads(names: Sequence[str]) -> Component:
    cells = [html.Th(t(f"column.{name}"), className=f"c-{name}", scope="col") for name in names]
    return html.Thead(html.Tr(cells))


def source_table(sources: Sequence[SourceView]) -> Component:
    """Return a row a source: how complete it was, and the fates of its lines."""
    names = ("source", "keeper", "complete", "required", "verdict", "files", "lines", *FATES[:3], "fates")
    rows = [
        html.Tr(
            [
                html.Td(one.source, className="c-source"),
                html.Td(t(f"keeper.{one.keeper}") if one.keeper else "—"),
                html.Td(
                    value_text(one.complete, "share"),
                    className="c-n",
                    title="" if one.complete is None else t("deliveries.complete_hint"),
                ),
                html.Td("—" if one.required is None else f"≥ {value_text(one.required, 'share')}", className="c-n"),
                html.Td(badge(one.verdict, "") if one.required is not None else "—"),
                html.Td(count_text(one.files), className="c-n"),
                html.Td(count_text(one.lines), className="c-n"),
                *(html.Td(_count(fate, one.fates[fate]), className="c-n") for fate in FATES[:3]),
                html.Td(fate_bar(one.lines, one.fates), className="c-bar"),
            ]
        )
        for one in sources
    ]
    return html.Table([_heads(names), html.Tbody(rows)], className="table")


def _count(fate: str, n: int) -> Component:
    return html.Span(count_text(n), className="bad" if fate == "quarantined" and n else "")


def day_map(by_source: Mapping[str, Mapping[date, DeliveredDay]]) -> Component:
    """Return a cell a source and day: whole, with refused rows, or missing."""
    known = [day for days in by_source.values() for day in days]
    first, last = min(known), max(known)
    span = [first + DAY * n for n in range((last - first).days + 1)]
    head = html.Tr(
        [
            html.Th(t("column.source"), scope="col"),
            *(html.Th(str(day.day), scope="col", title=day_text(day)) for day in span),
        ]
    )
    body = [
        html.Tr([html.Th(source, scope="row"), *(html.Td(_day_cell(days.get(day), day)) for day in span)])
        for source, days in sorted(by_source.items())
    ]
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body)], className="heat days"), className="scroll-x", tabIndex="0"
    )


def _day_cell(one: DeliveredDay | None, day: date) -> Component:
    if one is None:
        words = t("deliveries.no_day", day=day_text(day))
        return html.Span("·", className="heat-cell is-no-data", title=words)
    kind, shape = ("missing", "✕") if one.missing else ("refused", "▲") if one.refused else ("whole", "")
    words = t(
        "deliveries.day_cell",
        day=day_text(day),
        accepted=count_text(one.accepted),
        refused=count_text(one.refused),
        missing=count_text(one.missing),
    )
    return html.Span(
        [html.Span(shape, className="shape") if shape else "", _short(one.accepted)],
        className=f"heat-cell is-{kind}",
        title=words,
    )


def _short(n: int) -> str:
    """Return a number of rows in at most four characters; the exact one is in the tooltip."""
    return count_text(n) if n < 1000 else f"{n // 1000}k"


def _why(one: RefusedView) -> str:
    """Return why in the reader's words; as the load said it where nobody translated that."""
    key = f"refused.{one.code.partition('.')[2]}"
    return t(key) if has(key) else one.message


def reason_list(reasons: Sequence[RefusedView]) -> Component:
    """Return the reasons of refused lines, each with a few of them."""
    return html.Div([_reason(one) for one in reasons])


def _reason(one: RefusedView) -> Component:
    summary = [
        html.Span(count_text(one.n), className="refused-n"),
        html.Span(_why(one), className="refused-why"),
        html.Code(one.column) if one.column else "",
        html.Span(one.source, className="quiet"),
    ]
    said = html.P(one.message, className="quiet")
    return html.Details([html.Summary(summary), said, *map(_line, one.examples)], className="refused")


def _line(line: RefusedLine) -> Component:
    where = [
        html.Strong(line.file_name),
        html.Span(t("raw.line", n=count_text(line.line_no))),
        html.Code(f"clausemeter loads {line.load_id}"),
    ]
    return html.Div(
        [html.Div(where, className="raw-where"), html.Pre(line.text, className="refused-line", tabIndex="0")]
    )


def file_table(files: Sequence[FileView], zone: str) -> Component:
    """Return a row a file."""
    names = ("load", "source", "file_name", "loaded_at", "lines", *FATES, "sha256")
    rows = [
        html.Tr(
            [
                html.Td(count_text(one.load_id), className="c-n"),
                html.Td(one.source),
                html.Td(one.file_name),
                html.Td(at_text(one.loaded_at, zone), className="c-at"),
                html.Td(count_text(one.lines), className="c-n"),
                *(html.Td(_count(fate, one.fates[fate]), className="c-n") for fate in FATES),
                html.Td(html.Code(one.sha256[:12], title=one.sha256)),
            ]
        )
        for one in files
    ]
    return html.Table([_heads(names), html.Tbody(rows)], className="table is-dense")
