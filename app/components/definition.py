"""The definition box: the contract's words, the terms in force, the formula with this month's numbers."""

from collections.abc import Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.panel import pairs
from app.components.scorecard_table import target_text
from app.components.verdict import badge
from app.components.words import Child, Children, reason_text, sentence, term_name, term_value, word_of
from app.i18n import count_text, of, t, value_text
from app.views import IndicatorView, Part


def definition(view: IndicatorView) -> Component:
    """Return the box."""
    row = view.row
    rows: list[tuple[Child, Child | Children]] = [
        (t("definition.clause"), row.clause),
        (t("definition.text"), html.Blockquote(of(row.text))),
        (
            t("definition.metric"),
            [
                dcc.Link(html.Code(row.metric), href=links.definition(row.metric)),
                " ",
                html.Code(view.definition_sha256[:12], title=f"SHA-256 {view.definition_sha256}", className="quiet"),
            ],
        ),
        (t("definition.formula"), html.Code(formula(view))),
        (t("definition.target"), target_text(row)),
    ]
    if row.used:
        rows.append((t("definition.used"), reason_text(row.used)))
    if view.scope:
        rows.append(
            (
                t("definition.scope"),
                "; ".join(f"{word_of('fact', column)}: {', '.join(values)}" for column, values in view.scope),
            )
        )
    return html.Div(
        [
            pairs(rows),
            *([html.H3(t("definition.terms")), _terms(view)] if view.terms else []),
            *([html.H3(t("definition.parts")), _parts(view)] if len(view.parts) > 1 else []),
            html.Details(
                [
                    html.Summary(t("definition.options")),
                    pairs([(word_of("option", n), html.Code(word_of("flag", v))) for n, v in view.options]),
                ]
            ),
            *([html.H3(t("definition.overrides")), _overrides(view)] if view.overrides else []),
        ],
        className="definition",
    )


def formula(view: IndicatorView) -> str:
    """Return the value as its two whole parts: ``1,568 ÷ 1,674 = 93.67 %``."""
    measure = view.row.measure
    if measure.value is None:
        return t("definition.nothing_counted")
    return f"{_plain(measure.numerator)} ÷ {_plain(measure.denominator)} = {value_text(measure.value, view.row.unit)}"


def _plain(text: str) -> str:
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _days(since: date, until: date) -> list[Child]:
    """Return from when to when; on a phone a line ends between the dates, not within one."""
    first, last = (html.Span(str(day), className="whole") for day in (since, until))
    return sentence("line.days", since=first, until=last)


def _terms(view: IndicatorView) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(term_name(term.name)),
                html.Td(term_value(term.value)),
                html.Td(_days(term.since, term.until)),
                html.Td(
                    t("definition.default") if term.by == "default" else term.by,
                    className="quiet" if term.by == "default" else "",
                ),
            ]
        )
        for term in view.terms
    ]
    return _table(("term", "agreed", "days", "by"), rows)


def _parts(view: IndicatorView) -> Component:
    return _table(("days", "value", "target", "verdict", "by"), [_part(view, part) for part in view.parts])


def _part(view: IndicatorView, part: Part) -> Component:
    return html.Tr(
        [
            html.Td(_days(part.since, part.until)),
            html.Td(value_text(part.measure.value, view.row.unit), title=f"n = {count_text(part.measure.n)}"),
            html.Td(value_text(part.target, view.row.unit)),
            html.Td(badge(part.verdict, part.reason)),
            html.Td(part.target_by or ""),
        ]
    )


def _overrides(view: IndicatorView) -> Component:
    rows = [
        html.Tr([html.Td(one[name]) for name in ("item", "from", "to", "ground", "decided_at")])
        for one in view.overrides
    ]
    return _table(("item", "from", "to", "ground", "decided_at"), rows)


def _table(names: tuple[str, ...], rows: Sequence[Component]) -> Component:
    heads = [html.Th(t(f"column.{name}", unit=""), scope="col") for name in names]
    return html.Div(
        html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table is-dense"),
        className="scroll-x",
        tabIndex="0",
    )
