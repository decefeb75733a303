"""Clocks that run: what is to be done by when, the soonest first."""

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.words import Child, item_name, person
from app.i18n import at_text, count_text, of, t
from app.views import ClocksView, ClockView

HEADS = (("left", "c-left"), ("due", "c-due"), ("item", ""), ("promise", ""), ("agent", "c-agent"))
HOUR_S = 3600
URGENT_S = 2 * HOUR_S


def clocks_table(found: ClocksView) -> Component:
    """Return the table; what has less than two hours is amber, and says so."""
    names = [html.Th(t(f"column.{name}"), className=style, scope="col") for name, style in HEADS]
    rows = [_row(found, one) for one in found.clocks]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table is-dense clocks")


def time_left(seconds: int) -> str:
    """Return a time in its two largest units: ``1 h 57 min``."""
    minutes, s = divmod(max(seconds, 0), 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days:
        return t("lasting.d", d=days, h=h)
    if hours:
        return t("lasting.h", h=hours, m=m)
    return t("lasting.min", m=m, s=s)


def _row(found: ClocksView, one: ClockView) -> Component:
    urgent = one.left_s <= URGENT_S
    late: list[Child] = [html.Abbr("≥", title=t("clocks.later")), " "] if one.may_be_later else []
    link = links.item(found.head.statement_id, one.population, one.source, one.item_id)
    return html.Tr(
        [
            html.Td(
                [html.Span("◔" if urgent else "", className="shape"), *late, time_left(one.left_s)], className="c-left"
            ),
            html.Td(at_text(one.due_at, found.head.zone)[5:], className="c-due"),
            html.Td(dcc.Link(item_name(one.item_id), href=link, className="row-link")),
            html.Td([of(one.name), " ", html.Span(one.clause, className="clause")]),
            html.Td(
                t("sentence.comma").join(filter(None, (person("agent", one.agent_id or ""), one.team))),
                className="c-agent",
            ),
        ],
        className="is-urgent" if urgent else "",
        title=t("clocks.of", total=count_text(found.total)),
    )
