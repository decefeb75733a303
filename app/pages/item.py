"""One item: what happened, how its clocks ran, what each clause makes of it, and the raw line it comes from."""

from datetime import datetime
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.panel import answer, freshness, pairs, panel, trail
from app.components.raw import raw_records
from app.components.timeline import event_table, timeline
from app.components.verdict import state_badge
from app.components.words import Child, figure, item_name, person, sentence, state_text, term_name, term_value, word_of
from app.i18n import at_text, count_text, month_text, of, t, value_text
from app.views import ItemState, ItemView


def layout(statement_id: str = "", population: str = "", source: str = "", item_id: str = "", **_: str) -> Component:
    """Draw one item."""
    view = queries.item(statement_id, population, source, item_id, reader=current_reader())
    head = view.head
    first = next(
        (one for one in view.states if one.state.startswith("missed")), view.states[0] if view.states else None
    )
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                *([(of(first.name), links.indicator(statement_id, first.indicator_id))] if first else []),
                (item_name(view.item_id), None),
            ),
            answer(answer_line(view), over=f"{view.source} · {item_name(view.item_id)}"),
            freshness(head),
            panel(
                t("item.timeline"),
                html.Div(timeline(view), className="scroll-x", tabIndex="0"),
                _events(view) if view.events else "",
            ),
            html.Div(
                [
                    panel(t("item.states"), html.Div(_states(view), className="scroll-x"), hint=t("item.states_hint")),
                    panel(t("item.facts"), _facts(view)),
                ],
                className="columns is-wide-left",
            ),
            *_raw(view),
        ],
        className="page",
    )


def _events(view: ItemView) -> Component:
    """Return every event in words; where there are many, for who opens them."""
    rows = html.Div(event_table(view), className="scroll-x")
    return html.Details(
        [html.Summary(t("item.events", n=count_text(len(view.events)))), rows], open=len(view.events) <= 12
    )


def _facts(view: ItemView) -> Component:
    """Return what the log says of the item; a day of a log, which is counted by its lines, has nothing more to it."""
    if not view.facts:
        return html.P(t("item.no_facts"), className="quiet")
    return pairs([(word_of("fact", name), _fact(name, text, view.head.zone)) for name, text in view.facts])


def _raw(view: ItemView) -> list[Component]:
    """Return the raw records, for whom they are."""
    if not current_reader().may("read_raw").yes:
        return []
    if not view.raw:
        return [panel(t("item.raw"), html.P(t("item.no_raw"), className="quiet"))]
    masked = html.Span(t("item.masked"), className="quiet")
    return [panel(t("item.raw"), *raw_records(view.raw, view.head.zone), hint=t("item.raw_hint"), aside=masked)]


def answer_line(view: ItemView) -> list[Child]:
    """Say what this is, when it came, and how many clauses it fails."""
    missed = [one for one in view.states if one.state.startswith("missed")]
    inside = [one for one in view.states if not one.state.startswith("outside")]
    channel = html.Strong(word_of("channel", view.channel or view.population))
    at = figure(at_text(view.arrival_at, view.head.zone, seconds=True), title=view.head.zone)
    if not inside:
        return sentence("answer.item_outside", channel=channel, at=at)
    line = sentence("answer.item", channel=channel, at=at, n=figure(count_text(len(inside))))
    if not missed:
        return [*line, *sentence("answer.item_fine")]
    names = [dcc.Link(of(one.name), href=links.indicator(view.head.statement_id, one.indicator_id)) for one in missed]
    joined = [part for name in names for part in (name, t("sentence.and"))][:-1]
    return [*line, *sentence("answer.item_missed", n=figure(count_text(len(missed)), tone="bad"), names=joined)]


def _fact(name: str, text: str, zone: str) -> str:
    """Return a fact as a person reads it: instants in the contract's zone, seconds without trailing zeros."""
    if not text:
        return "—"
    if name.endswith("_at"):
        return at_text(datetime.fromisoformat(text), zone, seconds=True)
    if name.endswith("_s"):
        return f"{Decimal(text).normalize():f}"
    return word_of("flag", text) if text in ("True", "False") else person(name, word_of("value", text))


def _states(view: ItemView) -> Component:
    heads = ("clause", "indicator", "state", "amount", "rests_on")
    names = [html.Th(t(f"column.{name}", unit=""), className=f"c-{name}", scope="col") for name in heads]
    return html.Table(
        [html.Thead(html.Tr(names)), html.Tbody([_state(view.head.statement_id, one) for one in view.states])],
        className="table stacks item-states",
    )


def _before(one: ItemState) -> Component | str:
    """Say what the item was before a decision changed its state."""
    if one.base_state is None or one.base_state == one.state:
        return ""
    return html.Div(t("item.before", state=state_text(one.base_state)), className="quiet")


def _amount(one: ItemState) -> str:
    if one.amount is None:
        return "—"
    return value_text(Decimal(one.amount), one.unit) if one.unit else one.amount


def _state(statement_id: str, one: ItemState) -> Component:
    terms = [
        html.Div([term_name(name), " = ", term_value(value), html.Span(f" {by}", className="quiet")])
        for name, value, by in one.rests_on
    ]
    return html.Tr(
        [
            html.Td(html.Span(one.clause, className="clause")),
            html.Td(dcc.Link(of(one.name), href=links.indicator(statement_id, one.indicator_id), className="row-link")),
            html.Td([state_badge(one.state), _before(one)]),
            html.Td(_amount(one), className="c-amount"),
            html.Td(terms or "—", className="c-rests_on"),
        ]
    )
