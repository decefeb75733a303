"""What the logs behind a statement delivered: how complete each was, file by file, and what was refused."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from dash import html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.chart import charted
from app.components.delivery import FATES, day_map, file_table, reason_list, source_table
from app.components.panel import answer, empty, freshness, panel, trail
from app.components.words import Child, figure, listed, sentence
from app.i18n import count_text, month_text, t, value_text
from app.views import DeliveredDay, DeliveryView

DAY_HEADS = ("source", "day", "accepted", "refused", "missing")


def layout(statement_id: str = "", **_: str) -> Component:
    """Draw it."""
    view = queries.deliveries(statement_id, reader=current_reader())
    head = view.head
    rows = [(d.source, str(d.day), d.accepted, d.refused, d.missing) for d in view.days]
    days: Child = empty(t("empty.no_days"), t("empty.no_days_text"))
    if view.days:
        days = charted(f"data {head.month} days", day_map(by_source(view.days)), DAY_HEADS, rows)
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                (t("page.deliveries"), None),
            ),
            answer(answer_line(view), over=t("deliveries.over")),
            freshness(head),
            panel(
                t("deliveries.sources"),
                html.Div(source_table(view.sources), className="table-frame", tabIndex="0"),
                hint=t("deliveries.sources_hint"),
            ),
            panel(t("deliveries.days"), days, hint=t("deliveries.days_hint")),
            html.Div(
                panel(
                    t("deliveries.refused"),
                    reason_list(view.reasons) if view.reasons else html.P(t("deliveries.nothing_refused")),
                    hint=t("deliveries.refused_hint"),
                    aside=html.Span(t("deliveries.covered"), className="quiet"),
                ),
                id="refused",
            ),
            panel(
                t("deliveries.files"),
                html.Div(file_table(view.files, head.zone), className="table-frame", tabIndex="0"),
                aside=html.Span(t("deliveries.files_note"), className="quiet"),
            ),
        ],
        className="page",
    )


def by_source(days: Sequence[DeliveredDay]) -> dict[str, dict[date, DeliveredDay]]:
    """Return each source's days."""
    found: dict[str, dict[date, DeliveredDay]] = defaultdict(dict)
    for one in days:
        found[one.source][one.day] = one
    return found


def answer_line(view: DeliveryView) -> list[Child]:
    """Say how much was delivered, whether it is enough, and what was refused."""
    lines = sum(one.lines for one in view.sources)
    fates = {fate: sum(one.fates[fate] for one in view.sources) for fate in FATES}
    found = sentence(
        "answer.deliveries",
        month=html.Strong(month_text(view.head.month)),
        files=figure(count_text(len(view.files))),
        lines=figure(count_text(lines)),
        accepted=figure(count_text(fates["accepted"])),
        refused=figure(count_text(fates["quarantined"]), "#refused", tone="bad" if fates["quarantined"] else ""),
        duplicates=figure(count_text(fates["duplicates"])),
    )
    required = [one for one in view.sources if one.required is not None]
    short = [one for one in required if one.verdict != "met"]
    if not required:
        return [*found, *sentence("answer.complete_unasked")]
    if not short:
        return [*found, *sentence("answer.complete", n=figure(count_text(len(required))))]
    names = listed([[html.Strong(one.source), " ", figure(_share(one.complete), tone="bad")] for one in short])
    return [*found, *sentence("answer.incomplete", names=names)]


def _share(value: Fraction | None) -> str:
    return value_text(value, "share")
