"""Groups of an indicator's items: who makes the gap, in parts that add up to it."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.marks import bullet, percent
from app.components.words import person
from app.i18n import count_text, money_text, signed_text, t, value_text
from app.views import ContributionView, GroupPoint, IndicatorRow

NONE = "(none)"
BY_CLOCK = ("hour", "weekday")
MOST = 40
HEADS = ("group", "value", "n", "missed", "excess", "gap", "allocated")


def in_order(row: IndicatorRow, group: str, points: Sequence[GroupPoint]) -> list[GroupPoint]:
    """Return the groups, those that make the gap first; hours and weekdays by the clock."""
    if group in BY_CLOCK:
        return sorted(points, key=lambda p: p.name)
    worse = 1 if row.better == "higher" else -1
    return sorted(points, key=lambda p: ((p.gap or Fraction(0)) * worse, p.name))


def group_table(
    statement_id: str, row: IndicatorRow, group: str, view: ContributionView, currency: str = ""
) -> Component:
    """Return the groups with their parts of the gap and of the money, and what these add up to.

    ``currency`` is empty where the reader sees no money.
    """
    points = in_order(row, group, view.points)
    widest = max((abs(p.gap) for p in points if p.gap), default=Fraction(0))
    has_money = bool(currency) and view.money != 0
    heads = ["group", "bar", "value", "n", "missed", "gap", *(["allocated"] if has_money else [])]
    names = [
        html.Th(
            t(f"column.{name}", currency=currency),
            className=f"c-{name}",
            title=t(f"column_hint.{name}"),
            scope="col",
        )
        for name in heads
    ]
    body = [_row(statement_id, row, group, point, widest, has_money=has_money) for point in points[:MOST]]
    more = points[MOST:]
    if more:
        body.append(_rest(row, more, has_money=has_money))
    if has_money and view.unallocated:
        body.append(_unallocated(view))
    foot = [] if view.gap is None else [html.Tfoot(_sum(row, view, has_money=has_money))]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(body), *foot], className="table groups")


def _gap_sum(points: Sequence[GroupPoint]) -> Fraction:
    return sum((p.gap for p in points if p.gap is not None), Fraction(0))


def _blank(*columns: str) -> list[Component]:
    """Return empty cells of these columns, which on a phone may be hidden."""
    return [html.Td("", className=f"c-{name}") for name in columns]


def _rest(row: IndicatorRow, points: Sequence[GroupPoint], *, has_money: bool) -> Component:
    """Return what the groups that are not listed come to, so that the column adds up."""
    money = sum((p.allocated for p in points), Decimal(0))
    cells = [
        html.Td(t("group.more", n=count_text(len(points))), className="quiet"),
        *_blank("bar", "value", "n", "missed"),
        html.Td(signed_text(_gap_sum(points), row.unit), className="c-gap"),
    ]
    return html.Tr([*cells, html.Td(money_text(money), className="c-allocated")] if has_money else cells)


def _unallocated(view: ContributionView) -> Component:
    cells = [html.Td(t("group.unallocated"), className="quiet"), *_blank("bar", "value", "n", "missed", "gap")]
    return html.Tr([*cells, html.Td(money_text(view.unallocated), className="c-allocated")])


def _sum(row: IndicatorRow, view: ContributionView, *, has_money: bool) -> Component:
    cells = [
        html.Td(t("group.sum")),
        *_blank("bar", "value", "n", "missed"),
        html.Td(signed_text(view.gap, row.unit), className="c-gap"),
    ]
    return html.Tr([*cells, html.Td(money_text(view.money), className="c-allocated")] if has_money else cells)


def group_name(group: str, name: str) -> str:
    """Return what a group is called."""
    if name == NONE:
        return t("group.none")
    if group == "hour":
        return t("group.at_hour", hour=name)
    if group == "amount":
        since, _, until = name.partition("-")
        return t("group.amount_span", since=since, until=until) if until else t("group.amount_from", since=since)
    return t(f"weekday.d{name}") if group == "weekday" else person(group, name)


def _row(
    statement_id: str, row: IndicatorRow, group: str, point: GroupPoint, widest: Fraction, *, has_money: bool
) -> Component:
    verdict = "reported"
    if row.target is not None and point.value is not None:
        good = point.value >= row.target if row.better == "higher" else point.value <= row.target
        verdict = "met" if good else "missed"
    href = links.items(statement_id, row.id, groups=((group, point.name),))
    missed = links.items(statement_id, row.id, state="missed", groups=((group, point.name),))
    gap: Component | str = "—"
    if point.gap is not None:
        bar = html.Span(
            className="gap-bar is-loss" if (point.gap < 0) == (row.better == "higher") else "gap-bar",
            style={
                "width": percent(float(abs(point.gap) / widest) / 2 if widest else 0),
                ("left" if point.gap > 0 else "right"): "50%",
            },
        )
        gap = html.Div(
            [html.Span(bar, className="gap-track"), html.Span(signed_text(point.gap, row.unit))],
            className="gap",
            title="" if point.excess is None else t("group.excess", n=signed_text(point.excess, "count")),
        )
    cells = [
        html.Td(dcc.Link(group_name(group, point.name), href=href, className="row-link"), className="c-group"),
        html.Td(bullet(point.value, row.target, row.unit, row.better, verdict), className="c-bar"),
        html.Td(value_text(point.value, row.unit), className="c-value"),
        html.Td(count_text(point.n), className="c-n"),
        html.Td(dcc.Link(count_text(point.missed), href=missed, className="above"), className="c-missed"),
        html.Td(gap, className="c-gap"),
    ]
    if has_money:
        cells.append(html.Td(money_text(point.allocated) if point.allocated else "—", className="c-allocated"))
    return html.Tr(cells)
