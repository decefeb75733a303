"""What can be measured: every metric, and one metric whole."""

from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.example import example_box, metrics_table, states_list, terms_table
from app.components.panel import answer, pairs, panel, trail
from app.components.words import Child, Children
from app.i18n import count_text, of, t
from app.views import DefinitionView


def layout(**_: str) -> Component:
    """Draw the list, a table a channel."""
    found = queries.definitions(reader=current_reader())
    tables = []
    for channel, views in groupby(found, key=lambda view: view.channel):
        rows = [(view, dcc.Link(view.key, href=links.definition(view.key), className="row-link")) for view in views]
        title = t(f"definitions.{channel}")
        tables.append(panel(title, html.Div(metrics_table(rows), className="table-frame")))
    over = t("definitions.over")
    return html.Div([answer([t("definitions.answer", n=count_text(len(found)))], over=over), *tables], className="page")


def one(metric: str = "", **_: str) -> Component:
    """Draw one metric: its words, what a contract may set, its states, an example, its SQL."""
    view = queries.definition(metric, reader=current_reader())
    example = [] if view.example is None else [panel(t("definition.example"), example_box(view, view.example))]
    return html.Div(
        [
            trail((t("page.definitions"), links.definitions()), (of(view.name), None)),
            answer([html.Strong(of(view.name))], over=view.key),
            html.P(of(view.text), className="meaning"),
            *example,
            html.Div(
                [
                    panel(t("definition.facts"), pairs(_facts(view))),
                    panel(t("definition.states"), states_list(view.states), hint=t("definition.states_hint")),
                ],
                className="columns",
            ),
            *([panel(t("definition.may_set"), terms_table(view.terms))] if view.terms else []),
            panel(
                t("definition.sql"), html.Pre(view.sql, className="sql", tabIndex="0"), hint=t("definition.sql_hint")
            ),
        ],
        className="page",
    )


def _facts(view: DefinitionView) -> list[tuple[Child, Child | Children]]:
    rows: list[tuple[Child, Child | Children]] = [
        (t("definition.metric"), html.Code(view.key)),
        (t("definition.population"), html.Code(view.population)),
        (t("definition.aggregate"), t(f"aggregate.{view.aggregate}")),
        (t("definition.better"), t(f"better.{view.better}")),
        ("SHA-256", html.Code(view.sha256[:12], title=view.sha256)),
    ]
    if view.interval:
        rows.append((t("definition.interval"), t(f"interval.{view.interval}")))
    if view.rule:
        rows.append((t("definition.rule"), html.Code(view.rule)))
    return rows
