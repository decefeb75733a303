"""One item: what happened, how its clocks ran, what each clause makes of it, and the raw line it comes from."""

from dash import dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.panel import answer, freshness, pairs, panel, trail
from app.components.raw import raw_record
from app.components.timeline import event_table, timeline
from app.components.verdict import state_badge
from app.components.words import Child, figure, sentence, term_name, word_of
from app.i18n import at_text, count_text, month_text, of, t
from app.views import ItemState, ItemView


def layout(statement_id: str = "", population: str = "", source: str = "", item_id: str = "", **_: str) -> Component:
    """Draw one item."""
    view = queries.item(statement_id, population, source, item_id, reader=current_reader())
    head = view.head
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                *([(of(view.states[0].name), links.indicator(statement_id, view.states[0].indicator_id))] if view.states else []),
                (view.item_id, None),
            ),
            answer(answer_line(view), over=f"{view.source} · {view.item_id}"),
            freshness(head),
            panel(t("item.timeline"), html.Div(timeline(view), className="scroll-x"), html.Details([html.Summary(t("item.events", n=count_text(len(view.events)))), event_table(view)], open=len(view.events) <= 12)),
            html.Div(
                [
                    panel(t("item.states"), html.Div(_states(view), className="scroll-x"), hint=t("item.states_hint")),
                    panel(t("item.facts"), pairs([(word_of("fact", name), text or "—") for name, text in view.facts])),
                ],
                className="columns is-wide-left",
            ),
            panel(t("item.raw"), *[raw_record(record, head.zone) for record in view.raw], hint=t("item.raw_hint"),
                  aside=html.Span(t("item.masked"), className="quiet")),
        ],
        className="page",
    )  # fmt: skip


def answer_line(view: ItemView) -> list[Child]:
    """Say what this is, when it came, and how many clauses it fails."""
    missed = [one for one in view.states if one.state.partition(":")[0] == "missed"]
    line = sentence(
        "answer.item",
        channel=html.Strong(word_of("channel", view.channel)),
        at=figure(at_text(view.arrival_at, view.head.zone, seconds=True), title=view.head.zone),
        n=figure(count_text(len(view.states))),
    )
    if not missed:
        return [*line, *sentence("answer.item_fine")]
    names = [dcc.Link(of(one.name), href=links.indicator(view.head.statement_id, one.indicator_id)) for one in missed]
    joined = [part for name in names for part in (name, t("sentence.and"))][:-1]
    return [*line, *sentence("answer.item_missed", n=figure(count_text(len(missed)), tone="bad"), names=joined)]


def _states(view: ItemView) -> Component:
    heads = ("clause", "indicator", "state", "amount", "rests_on")
    names = [html.Th(t(f"column.{name}", unit=""), className=f"c-{name}", scope="col") for name in heads]
    return html.Table(
        [html.Thead(html.Tr(names)), html.Tbody([_state(view.head.statement_id, one) for one in view.states])], className="table item-states"
    )


def _state(statement_id: str, one: ItemState) -> Component:
    terms = [
        html.Div([term_name(name), " = ", html.Code(value), html.Span(f" {by}", className="quiet")]) for name, value, by in one.rests_on
    ]
    return html.Tr(
        [
            html.Td(html.Span(one.clause, className="clause")),
            html.Td(dcc.Link(of(one.name), href=links.indicator(statement_id, one.indicator_id), className="row-link")),
            html.Td(state_badge(one.state)),
            html.Td(one.amount or "—", className="c-amount"),
            html.Td(terms or "—", className="c-rests_on"),
        ]
    )
