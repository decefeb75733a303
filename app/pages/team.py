"""A team lead's desk: what may still be missed, what runs out next, who needs help, and what can be contested."""

from datetime import timedelta

import flask
from dash import Dash, dcc, html
from dash.development.base_component import Component

from app import figures, queries
from app.auth import current_reader
from app.components import links
from app.components.agents import HEADS, agents_grid
from app.components.chart import charted, graph
from app.components.clocks import clocks_table
from app.components.panel import answer, chip, empty, freshness, panel
from app.components.pickers import menu, pickers
from app.components.promises import outlook, promises_table, standing
from app.components.words import Child, Children, figure, item_name, listed, person, reason_text, sentence
from app.figures.style import CONFIG
from app.i18n import at_text, count_text, month_text, of, t, value_text
from app.pages import lazy
from app.pages.scorecard import FILL
from app.views import PromiseSoFar, TeamView

STANDS = {"met": "on_target", "missed": "below_target", "not enough data": "too_few"}


def layout(contract: str = "", month: str = "", team: str = "", indicator: str = "", **_: str) -> Component:
    """Draw the desk of a month; the newest where none is named."""
    view = queries.team(contract or None, month or None, team or None, indicator or None, reader=current_reader())
    if view is None:
        return empty(t("empty.no_statement"), t("empty.no_statement_text"), FILL)
    head = view.head
    asked = {"statement_id": head.statement_id, "team": team}
    return html.Div(
        [
            answer(answer_line(view), over=f"{of(head.title)} · {of(head.vendor)}", tools=_tools(view)),
            freshness(head),
            lazy.place("contest", 0, statement_id=head.statement_id),
            panel(
                t("team.clocks"),
                lazy.place("clocks", 200 if view.is_running else 40, **asked),
                hint=t("team.clocks_hint"),
            ),
            panel(t("team.promises"), _promises(view), hint=t("team.promises_hint"), aside=_hint()),
            *(_closely(view, view.chosen, asked) if view.chosen else []),
        ],
        className="page",
    )


def _hint() -> Component:
    return html.Span(t("team.no_verdict"), className="quiet")


def _tools(view: TeamView) -> list[Component]:
    head = view.head

    def month_link(contract: str | None, month: str | None) -> str:
        return links.team(contract, month, view.team)

    teams = [(t("team.all"), links.team(head.contract, head.month), view.team is None)]
    teams += [(name, links.team(head.contract, head.month, name), name == view.team) for name in view.teams]
    choice = [menu(t("team.team"), view.team or t("team.all"), teams)] if len(view.teams) > 1 else []
    return [*choice, *pickers(head, view.contracts, view.months, month_link)]


def whose(view: TeamView) -> str:
    """Say whose desk this is: one team by its name, else all that are seen."""
    if view.team:
        return view.team
    return view.teams[0] if len(view.teams) == 1 else t("team.all_teams", n=count_text(len(view.teams)))


def answer_line(view: TeamView) -> list[Child]:
    """Say how many promises hold, and of the tightest one how many misses are left."""
    head = view.head
    start: list[Child] = [html.Strong(month_text(head.month)), t("sentence.gap"), html.Strong(whose(view))]
    if view.chosen is None:
        return [*start, t("answer.no_promises")]
    stands = [standing(one) for one in view.promises]
    counted: list[Children] = [
        sentence(
            f"answer.{key}", n=figure(count_text(stands.count(verdict)), tone="bad" if verdict == "missed" else "")
        )
        for verdict, key in STANDS.items()
        if verdict in stands
    ]
    found = [*start, *sentence("answer.team", n=figure(count_text(len(view.promises))), counted=listed(counted))]
    return [*found, *_tightest(view, view.promises[0])]


def _tightest(view: TeamView, one: PromiseSoFar) -> list[Child]:
    name = html.Strong(of(one.row.name))
    missed = figure(count_text(one.missed), links.items(view.head.statement_id, one.row.id, state="missed"), tone="")
    if one.is_met and one.left is not None:
        return sentence("answer.misses_left", name=name, missed=missed, left=figure(count_text(one.left)))
    if not one.is_met and one.needed is not None:
        return sentence("answer.needed", name=name, missed=missed, needed=figure(count_text(one.needed), tone="bad"))
    return [t("sentence.stop")]


def _link(view: TeamView, indicator_id: str) -> str:
    return f"{links.team(view.head.contract, view.head.month, view.team, indicator_id)}"


def _promises(view: TeamView) -> Component:
    if view.chosen is None:
        return html.P(t("team.no_promises"), className="quiet")
    table = promises_table(view.head, view.promises, view.chosen.row.id, lambda name: _link(view, name))
    return html.Div(table, className="table-frame")


def _closely(view: TeamView, one: PromiseSoFar, asked: dict[str, str]) -> list[Component]:
    """Return the promise that is looked at closely: its path, its agents, its misses."""
    head, name = view.head, one.row.id
    data = figures.path(one, lambda day: links.items(head.statement_id, name, day=day))
    days = [(str(day.day), day.missed, day.allowed, day.n) for day in one.days]
    drawn = graph(data, f"path {head.statement_id} {name}", CONFIG)
    chart = charted(f"{name} {head.month} path", drawn, ("day", "missed", "allowed", "n"), days)
    target = t("team.target", target=value_text(one.target, one.row.unit), by=one.target_by or one.row.clause)
    whole = chip(t("team.open_indicator"), links.indicator(head.statement_id, name))
    return [
        html.H2([of(one.row.name), html.Span(outlook(one), className="quiet")], className="section", id="closely"),
        html.Div(
            [
                panel(t("team.path"), chart, hint=t("team.path_hint"), aside=html.Span(target, className="quiet")),
                panel(
                    t("team.misses"),
                    lazy.place("misses", 240, **asked, indicator_id=name),
                    hint=t("team.misses_hint"),
                    aside=whole,
                ),
            ],
            className="columns is-wide-left",
        ),
        panel(
            t("team.agents"),
            lazy.place("agents", 240, **asked, indicator_id=name),
            hint=t("team.agents_hint"),
            aside=html.Span(t("team.agents_note"), className="quiet"),
        ),
    ]


def draw_clocks(statement_id: str, team: str) -> Component:
    """Draw the clocks that run."""
    found = queries.clocks(statement_id, team or None, reader=current_reader())
    said = sentence(
        "clocks.answer",
        soon=figure(count_text(found.within[2]), tone="bad" if found.within[2] else ""),
        day=figure(count_text(found.within[24])),
        total=figure(count_text(found.total)),
        at=at_text(found.head.cut_off_at, found.head.zone),
    )
    waiting = [t("clocks.waiting", n=count_text(found.waiting))] if found.waiting else []
    listed_clocks = [html.Div(clocks_table(found), className="scroll-x is-tall")] if found.clocks else []
    return html.Div([html.P([*said, *waiting], className="note"), *listed_clocks])


def draw_agents(statement_id: str, indicator_id: str, team: str) -> Component:
    """Draw the agents beside each other."""
    found = queries.agents(statement_id, indicator_id, team or None, reader=current_reader())
    if not found.agents:
        return html.P(t("agents.none"), className="quiet")
    rows = [(person("agent", a.name), a.value, a.low, a.high, a.n, a.stands) for a in found.agents]
    return charted(f"{indicator_id} {found.head.month} agents", agents_grid(found), HEADS, rows)


def draw_misses(statement_id: str, indicator_id: str, team: str) -> Component:
    """Draw the last misses, to learn from."""
    found = queries.misses(statement_id, indicator_id, team or None, reader=current_reader())
    if not found.rows:
        return html.P(t("team.no_misses"), className="quiet")
    rows = [
        html.Tr(
            [
                html.Td(
                    dcc.Link(
                        item_name(one.item_id),
                        href=links.item(statement_id, one.population, one.source, one.item_id),
                        className="row-link",
                    )
                ),
                html.Td(at_text(one.arrival_at, found.head.zone)[5:], className="c-at"),
                html.Td(reason_text(one.state.partition(": ")[2]) if ": " in one.state else ""),
                html.Td(person("agent", one.agent_id or "")),
            ]
        )
        for one in found.rows
    ]
    groups = [("team", team)] if team else []
    every = chip(t("team.all_misses"), links.items(statement_id, indicator_id, state="missed", groups=groups))
    names = [html.Th(t(f"column.{name}"), scope="col") for name in ("item", "arrival", "ground", "agent")]
    table = html.Div(
        html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table is-dense"), className="scroll-x"
    )
    return html.Div([table, html.Div(every, className="more")])


def draw_contest(statement_id: str) -> Component:
    """Draw what can be contested and until when."""
    found = queries.deadlines(statement_id, reader=current_reader())
    last, today = found.deadline("objections"), flask.g.now.astimezone().date()
    if found.state in ("sealed", "settled"):
        words: list[Child] = [t(f"contest.{found.state}")]
    elif last is None:
        words = [t("contest.unknown")]
    elif today > last:
        words = sentence("contest.over", day=figure(str(last)))
    else:
        left = (last - today) // timedelta(days=1)
        words = sentence("contest.until", day=figure(str(last)), left=figure(count_text(left)))
    return html.Div(words, className="contest")


def connect(app: Dash) -> None:
    """Connect the parts that come after the page."""
    lazy.fill(app, "clocks", draw_clocks)
    lazy.fill(app, "agents", draw_agents)
    lazy.fill(app, "misses", draw_misses)
    lazy.fill(app, "contest", draw_contest, lasts=False)  # it looks at the day
