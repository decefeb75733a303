"""The population by state and reason; both sums are shown, and every number leads to its items."""

from fractions import Fraction

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.attributes import HIDDEN
from app.components.verdict import SHAPES
from app.components.words import reason_text
from app.i18n import count_text, t, value_text
from app.views import States


def states_table(states: States, candidates: int, statement_id: str, indicator_id: str) -> Component:
    """Return a row a state and reason, the population as their sum, and the candidates that are outside it."""
    population, everything = states.population, links.items(statement_id, indicator_id)
    rows = []
    for kind, n in states.parts:
        reasons = {"excluded": states.excluded, "unmeasurable": states.unmeasurable}.get(kind, ())
        if not n:
            continue
        href = links.items(statement_id, indicator_id, state=kind)
        rows.append(_row(kind, t(f"state.{kind}"), n, population, href, "is-class"))
        rows += [
            _row(
                "",
                reason_text(reason),
                m,
                population,
                links.items(statement_id, indicator_id, state=f"{kind}: {reason}"),
                "is-reason",
            )
            for reason, m in reasons
        ]
        if kind == "missed" and states.missed_not_yet_done:
            reason = "missed: not yet done"
            href = links.items(statement_id, indicator_id, state=reason)
            rows.append(
                _row("", reason_text("not yet done"), states.missed_not_yet_done, population, href, "is-reason")
            )
    rows.append(
        _row("", t("states.population"), population, population, None if states.outside else everything, "is-sum")
    )
    for reason, n in states.outside:
        rows.append(
            _row(
                "",
                reason_text(reason),
                n,
                None,
                links.items(statement_id, indicator_id, state=f"outside: {reason}"),
                "is-reason is-outside",
            )
        )
    if states.outside:
        rows.append(_row("", t("states.candidates"), candidates, None, everything, "is-sum"))
    heads = ("state", "n", "share")
    names = [html.Th(t(f"column.{name}"), className=f"c-{name}", scope="col") for name in heads]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table states")


def _row(kind: str, words: str, n: int, population: int | None, href: str | None, style: str) -> Component:
    key = html.Span(SHAPES[kind], className=f"stack-key is-{kind}", **HIDDEN) if kind else ""
    share = value_text(Fraction(n, population), "share") if population else ""
    return html.Tr(
        [
            html.Td([key, dcc.Link(words, href=href, className="row-link") if href else words], className="c-state"),
            html.Td(count_text(n), className="c-n"),
            html.Td(share, className="c-share"),
        ],
        className=style,
    )
