"""A statement's contract, clause by clause, as it stood that month."""

from dash import dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.document import document, headings
from app.components.panel import answer, freshness, trail
from app.components.verdict import SHAPES
from app.components.words import Child, figure, sentence
from app.i18n import count_text, month_text, of, t
from app.views import ContractView


def layout(statement_id: str = "", **_: str) -> Component:
    """Draw the contract beside its table of contents."""
    view = queries.contract(statement_id, reader=current_reader())
    head = view.head
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                (t("page.contract"), None),
            ),
            answer(answer_line(view), over=f"{of(head.operator)} → {of(head.vendor)}"),
            freshness(head),
            html.Div(
                [
                    html.Nav(_contents(view), className="panel contents"),
                    html.Article(document(view.text), className="panel document"),
                ],
                className="columns is-contents",
            ),
        ],
        className="page",
    )


def answer_line(view: ContractView) -> list[Child]:
    """Say which contract this is, and how many promises it makes."""
    return sentence(
        "answer.contract",
        title=html.Strong(of(view.head.title)),
        number=view.head.contract,
        month=month_text(view.head.month),
        n=figure(count_text(len(view.indicators)), links.scorecard(view.head.contract, view.head.month)),
    )


def _contents(view: ContractView) -> list[Component]:
    """Return the headings, each promise with what the month made of it."""
    verdicts = {name.partition("[")[0]: verdict for name, _, _, verdict in view.indicators}
    found: list[Component] = []
    for one in headings(view.text):
        verdict = verdicts.get(one.key, "")
        shape = html.Span(SHAPES.get(verdict, ""), className=f"shape is-{verdict}") if verdict else ""
        href = f"{links.contract(view.head.statement_id)}#{one.id}"
        found.append(dcc.Link([shape, one.text], href=href, className=f"contents-link is-level-{one.level}"))
    return found
