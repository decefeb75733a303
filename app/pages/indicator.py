"""An indicator: what it came to, when, by whom, under which words, and what was left out."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, html
from dash.development.base_component import Component

from app import figures, queries
from app.auth import current_reader
from app.components import links
from app.components.chart import Cell, charted, graph
from app.components.definition import definition
from app.components.groups import HEADS as GROUP_HEADS
from app.components.groups import group_name, group_table, in_order
from app.components.hours import HEADS as HOUR_HEADS
from app.components.hours import hour_table
from app.components.lines_table import line_link
from app.components.marks import row_bullet, stack
from app.components.panel import answer, freshness, panel, trail
from app.components.scorecard_table import SYMBOL
from app.components.states_table import states_table
from app.components.verdict import badge
from app.components.words import Child, figure, reason_text, sentence
from app.figures.style import CONFIG
from app.i18n import count_text, month_text, of, signed_text, t, value_text
from app.pages import lazy
from app.views import IndicatorView, Tampered

GROUPS = ("team", "agent", "queue", "topic", "hour")
# The terms that set a limit to an item's own amount, in seconds.
LIMITS = ("answer_within_s", "reply_within_s", "within_s")


def layout(statement_id: str = "", indicator_id: str = "", **_: str) -> Component:
    """Draw an indicator's month; what takes a scan of the items comes after the page."""
    view = queries.indicator(statement_id, indicator_id, reader=current_reader())
    head, row = view.head, view.row
    asked = {"statement_id": statement_id, "indicator_id": indicator_id}
    groups = dmc.Tabs(
        [
            dmc.TabsList([dmc.TabsTab(t(f"group.{name}"), value=name) for name in GROUPS]),
            *(dmc.TabsPanel(lazy.place("by-group", 160, **asked, group=name), value=name) for name in GROUPS),
        ],
        value="team",
        keepMounted=False,  # what nobody opens is not asked for
        className="tabs",
    )
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                (of(row.name), None),
            ),
            answer(
                answer_line(view),
                over=t("indicator.over", clause=row.clause, text=of(row.text)),
                tools=[badge(row.verdict, row.reason)],
            ),
            freshness(head),
            html.Div(
                [row_bullet(row), stack(row.measure.states, head.statement_id, row.id, legend=True)],
                className="panel summary",
            ),
            html.Div(
                [
                    panel(
                        t("indicator.by_day"),
                        lazy.place("by-day", 312, **asked),
                        hint=t("indicator.by_day_hint"),
                        aside=html.Span(t("indicator.band"), className="quiet"),
                    ),
                    panel(t("indicator.by_month"), _by_month(view)),
                ],
                className="columns is-wide-left",
            ),
            panel(
                t("indicator.groups"),
                groups,
                hint=t("indicator.groups_hint"),
                aside=html.Span(t("indicator.gap_note"), className="quiet"),
            ),
            panel(
                t("indicator.hours"),
                lazy.place("by-hour", 252, **asked),
                hint=t("indicator.hours_hint"),
                aside=html.Span(t("indicator.hours_note"), className="quiet"),
            ),
            html.Div(
                [
                    html.Div(
                        [
                            panel(
                                t("indicator.states"),
                                states_table(row.measure.states, view.candidates, head.statement_id, row.id),
                            ),
                            lazy.place("distribution", 0, **asked),
                        ],
                        className="column",
                    ),
                    panel(t("indicator.definition"), definition(view)),
                ],
                className="columns",
            ),
        ],
        className="page",
    )


def answer_line(view: IndicatorView) -> list[Child]:
    """Say what the indicator came to, how far that is from the target, how many items it takes and what it costs."""
    head, row = view.head, view.row
    value = figure(
        value_text(row.measure.value, row.unit),
        links.items(head.statement_id, row.id),
        title=f"{row.measure.numerator} / {row.measure.denominator}",
    )
    name = html.Strong(of(row.name))
    if row.measure.value is None:
        return sentence("answer.nothing", name=name, month=month_text(head.month), reason=reason_text(row.reason))
    n = figure(f"n = {count_text(row.measure.n)}", links.items(head.statement_id, row.id))
    found = sentence("answer.value", name=name, month=month_text(head.month), value=value, n=n)
    if row.target is not None:
        gap = figure(
            signed_text(row.measure.value - row.target, row.unit), tone="bad" if row.verdict == "missed" else ""
        )
        found += sentence(
            "answer.against", target=figure(f"{SYMBOL[row.better]} {value_text(row.target, row.unit)}"), gap=gap
        )
    spare = _spare(view)
    if spare is not None:
        missed = figure(count_text(row.measure.states.missed), links.items(head.statement_id, row.id, state="missed"))
        key = "answer.spare" if spare >= 0 else "answer.short"
        found += sentence(key, missed=missed, spare=figure(count_text(abs(spare)), tone="" if spare >= 0 else "bad"))
    if row.earned is not None and row.weight is not None:
        found += sentence(
            "answer.points",
            earned=value_text(row.earned, "points", bare=True),
            weight=value_text(row.weight, "points", bare=True),
        )
    if view.lines:
        found += sentence(
            "answer.money",
            lines=[part for line in view.lines for part in (line_link(head.statement_id, line), " ")][:-1],
        )
    return [*found, t("sentence.stop")]


def _spare(view: IndicatorView) -> int | None:
    """Return how many more items might have been missed (negative: too many were); None where that says nothing."""
    row = view.row
    if row.unit != "share" or row.target is None or not row.measure.n or len(view.parts) != 1:
        return None
    allowed = (1 - row.target if row.better == "higher" else row.target) * row.measure.n
    return allowed.numerator // allowed.denominator - row.measure.states.missed


def _by_month(view: IndicatorView) -> Component:
    def link(statement_id: str) -> str:
        return links.indicator(statement_id, view.row.id)

    rows = [(p.month, p.value, p.target, p.n, p.verdict) for p in view.row.history]
    data = figures.trend_by_month(view.row.history, view.row.unit, link)
    return _charted("by-month", data, view, ("month", "value", "target", "n", "verdict"), rows)


def _charted(
    kind: str, data: dict[str, Any], view: IndicatorView, heads: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Component:
    name = f"{kind} {view.head.statement_id} {view.row.id}"
    return charted(_file(kind, view), graph(data, name, CONFIG), heads, rows)


def _file(kind: str, view: IndicatorView) -> str:
    return f"{view.row.id} {view.head.month} {kind}"


def _limit(view: IndicatorView) -> str:
    return next((term.value for name in LIMITS for term in view.terms if term.name == name), "")


def draw_by_day(statement_id: str, indicator_id: str) -> Component:
    """Draw the days of the month: a control chart."""
    view = queries.indicator(statement_id, indicator_id, reader=current_reader())
    found = queries.by_day(statement_id, indicator_id, reader=current_reader())
    data = figures.trend_by_day(
        found, view.row.unit, view.row.better, lambda day: links.items(statement_id, indicator_id, day=day)
    )
    kinds = {one.day: " ".join(one.kinds) for one in found.marked}
    rows = [
        (str(p.day), p.value, p.target, p.target_by, p.n, p.missed, p.low, p.high, kinds.get(p.day, ""))
        for p in found.points
    ]
    heads = ("day", "value", "target", "target_by", "n", "missed", "noise_from", "noise_to", "day_kind")
    return _charted("by-day", data, view, heads, rows)


def draw_by_hour(statement_id: str, indicator_id: str) -> Component:
    """Draw the hours of the weekdays."""
    view = queries.indicator(statement_id, indicator_id, reader=current_reader())
    points = queries.by_hour(statement_id, indicator_id, reader=current_reader())
    rows = [(p.weekday, p.hour, p.value, p.n, p.missed) for p in points]
    return charted(_file("by-hour", view), hour_table(statement_id, view.row, points), HOUR_HEADS, rows)


def draw_by_group(statement_id: str, indicator_id: str, group: str) -> Component:
    """Draw what the groups of one kind add to the gap."""
    if group not in GROUPS:
        raise Tampered("group")
    view = queries.indicator(statement_id, indicator_id, reader=current_reader())
    found = queries.by_group(statement_id, indicator_id, group, reader=current_reader())
    currency = view.head.currency if current_reader().may("read_money").yes else ""
    table = html.Div(group_table(statement_id, view.row, group, found, currency), className="table-frame")
    rows = [
        (group_name(group, p.name), p.value, p.n, p.missed, p.excess, p.gap, *([p.allocated] if currency else []))
        for p in in_order(view.row, group, found.points)
    ]
    heads = GROUP_HEADS if currency else GROUP_HEADS[:-1]
    return charted(_file(f"by-{group}", view), table, heads, rows)


def draw_distribution(statement_id: str, indicator_id: str) -> Component:
    """Draw how the amounts are spread; nothing for a metric without amounts."""
    buckets = queries.histogram(statement_id, indicator_id, reader=current_reader())
    if not buckets:
        return html.Div()
    view = queries.indicator(statement_id, indicator_id, reader=current_reader())
    limit = _limit(view)
    limit_s, target_s = Decimal(limit) if limit else None, _seconds(view.row.target) if view.row.unit == "s" else None
    data = figures.distribution(
        buckets, limit_s, target_s, lambda span: links.items(statement_id, indicator_id, groups=(("amount", span),))
    )
    rows = [(b.since_s, b.until_s, b.n) for b in buckets]
    return panel(t("indicator.distribution"), _charted("distribution", data, view, ("from_s", "until_s", "n"), rows))


def _seconds(target: Fraction | None) -> Decimal | None:
    return None if target is None else Decimal(target.numerator) / Decimal(target.denominator)


def connect(app: Dash) -> None:
    """Connect the parts that come after the page."""
    lazy.fill(app, "by-day", draw_by_day)
    lazy.fill(app, "by-hour", draw_by_hour)
    lazy.fill(app, "by-group", draw_by_group)
    lazy.fill(app, "distribution", draw_distribution)
