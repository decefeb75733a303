"""The scorecard of a month: is money due, for what, and where it went wrong."""

from dash import Dash, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.attributes import labelled
from app.components.chart import charted
from app.components.heat import heat_map
from app.components.panel import answer, chip, empty, freshness, panel
from app.components.pickers import pickers
from app.components.scorecard_table import scorecard_table
from app.components.verdict import slug
from app.components.waterfall import waterfall
from app.components.words import Child, Children, figure, listed, reason_text, sentence
from app.i18n import count_text, money_text, month_text, of, t, value_text
from app.pages import lazy
from app.views import ScorecardView

SORTS = ("clause", "money", "gap", "change")
FILL = (
    "clausemeter demo",
    "clausemeter ingest data/mappings/….yaml logs/*.csv",
    "clausemeter close CONTRACT --month 2026-10",
)


def layout(contract: str = "", month: str = "", sort: str = "clause", verdict: str = "", **_: str) -> Component:
    """Draw a month of a contract; the newest where none is named."""
    view = queries.scorecard(contract or None, month or None, sort, reader=current_reader())
    if view is None:
        return empty(t("empty.no_statement"), t("empty.no_statement_text"), FILL)
    rows = [row for row in view.rows if not verdict or slug(row.verdict) == verdict]
    return html.Div(
        [
            answer(
                answer_line(view),
                over=of(view.head.title),
                tools=pickers(view.head, view.contracts, view.months, links.scorecard),
            ),
            html.Div(
                [
                    freshness(view.head),
                    html.Nav(_behind(view.head.statement_id), className="behind", **labelled(t("scorecard.behind"))),
                ]
            ),
            panel(
                t("scorecard.indicators"),
                html.Div(scorecard_table(view.head, rows, has_money=view.has_money), className="table-frame"),
                aside=_choices(view, sort, verdict),
            ),
            lazy.place("months", 28 * len(view.rows) + 160, statement_id=view.head.statement_id, sort=sort),
        ],
        className="page",
    )


BEHIND = (
    ("statement", links.statement, "read_money"),
    ("contract", links.contract, "read_money"),
    ("bridge", links.bridge, "read_money"),
    ("deliveries", links.deliveries, "read_raw"),
)


def _behind(statement_id: str) -> list[Component]:
    """Return the ways to what stands behind the month, of those that this reader may go."""
    return [
        chip(t(f"page.{name}"), link(statement_id)) for name, link, action in BEHIND if current_reader().may(action).yes
    ]


def draw_months(statement_id: str, sort: str) -> Component:
    """Draw what comes below the table: where the money went, and months against indicators."""
    view = queries.statement_month(statement_id, sort, reader=current_reader())
    heat = panel(
        t("scorecard.heat"),
        charted(
            f"scorecard {view.head.month} months",
            heat_map(view.rows, view.months_shown, view.head.month),
            ("clause", "indicator", "month", "value", "target", "n", "verdict"),
            [(r.clause, r.id, p.month, p.value, p.target, p.n, p.verdict) for r in view.rows for p in r.history],
        ),
        hint=t("scorecard.heat_hint"),
    )
    if not view.has_money:
        return heat
    settled = panel(
        t("scorecard.settlement"),
        charted(
            f"scorecard {view.head.month} settlement",
            waterfall(view.steps, view.head.currency, view.head.statement_id),
            ("step", f"amount_{view.head.currency}"),
            [(step.name, step.amount) for step in view.steps],
        ),
        aside=chip(t("scorecard.open_statement"), links.statement(view.head.statement_id)),
    )
    return html.Div([settled, heat], className="columns is-heat")


def answer_line(view: ScorecardView) -> list[Child]:
    """Say how many promises were kept and what that costs; every number is a link."""
    head, tally = view.head, dict(view.tally)
    here = {"contract": head.contract, "month": head.month}

    def counted(verdict: str) -> Children:
        tone = "bad" if verdict == "missed" else ""
        number = figure(count_text(tally[verdict]), links.scorecard(**here, verdict=slug(verdict)), tone=tone)
        return sentence(f"answer.{slug(verdict)}", n=number)

    def money(step: str, tone: str = "") -> Component:
        amount = next(s.amount for s in view.steps if s.name == step)
        return figure(
            money_text(amount, head.currency),
            f"{links.statement(head.statement_id)}#{step}",
            tone=tone if amount < 0 else "",
        )

    n, verdicts = figure(count_text(sum(tally.values())), links.scorecard(**here)), [counted(v) for v in tally]
    if not view.has_money:
        own = sentence("answer.own_teams", n=n, verdicts=listed(verdicts))
        return [html.Strong(month_text(head.month)), *own]
    score = []
    if view.score.value is not None:
        score = sentence(
            "answer.score",
            score=figure(
                value_text(view.score.value, "points", bare=True), links.scorecard(**here), title=t("answer.score_hint")
            ),
        )
    elif view.score.weight_in_force:
        score = sentence("answer.no_score", reason=reason_text(view.score.reason))
    return [
        html.Strong(month_text(head.month)),
        *sentence(
            "answer.scorecard",
            vendor=of(head.vendor),
            n=n,
            verdicts=listed(verdicts),
            score=score,
            deductions=money("deductions", "bad"),
            capped=money("capped"),
            payable=money("payable"),
        ),
    ]


def _choices(view: ScorecardView, sort: str, verdict: str) -> list[Child]:
    """Return the order and the filter of the rows, as links."""
    here = {"contract": view.head.contract, "month": view.head.month}
    found: list[Child] = [html.Span(t("scorecard.sort"), className="quiet")]
    found += [
        chip(
            t(f"sort.{name}"),
            links.scorecard(**here, sort=name, verdict=verdict),
            on=name == sort,
            title=t(f"sort_hint.{name}"),
        )
        for name in SORTS
        if view.has_money or name != "money"
    ]
    if verdict:
        found.append(
            chip([t(f"verdict.{verdict}"), " ✕"], links.scorecard(**here, sort=sort), on=True, title=t("scorecard.all"))
        )
    return found


def connect(app: Dash) -> None:
    """Connect the part that comes after the page."""
    lazy.fill(app, "months", draw_months)
