"""A statement: its lines, what they add up to, and everything it rests on."""

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components import links
from app.components.lines_table import lines_table
from app.components.panel import answer, freshness, pairs, panel, trail
from app.components.verdict import slug
from app.components.waterfall import charted_waterfall, waterfall_of_lines
from app.components.words import Child, figure, listed, sentence, word_of
from app.i18n import at_text, count_text, has, money_text, month_text, of, t
from app.views import StatementView

DOCUMENTS = ("pdf", "xlsx", "json", "voucher")


def layout(statement_id: str = "", **_: str) -> Component:
    """Draw a statement, as the reader may see it."""
    view = queries.statement(statement_id, reader=current_reader())
    head = view.head
    return html.Div(
        [
            trail(
                (t("page.scorecard"), links.scorecard(head.contract, head.month)),
                (month_text(head.month), links.scorecard(head.contract, head.month)),
                (t("page.statement"), None),
            ),
            answer(
                answer_line(view), over=f"{of(head.title)} · {head.contract} · {of(head.operator)} → {of(head.vendor)}"
            ),
            freshness(head),
            html.P(t("statement.draft"), className="draft") if head.status == "DRAFT" else None,
            panel(
                t("statement.waterfall"),
                charted_waterfall(
                    waterfall_of_lines(view.steps, view.lines, head.currency, head.statement_id),
                    head,
                    view.steps,
                    view.lines,
                ),
            ),
            panel(
                t("statement.lines"),
                html.Div(
                    lines_table(head.statement_id, view.lines, view.steps, head.currency), className="table-frame"
                ),
                hint=t("statement.lines_hint"),
                aside=_documents(head.statement_id),
            ),
            html.Div(
                [panel(t("statement.rests_on"), _rests_on(view)), panel(t("statement.versions"), _versions(view))],
                className="columns is-wide-left",
            ),
        ],
        className="page",
    )


def _documents(statement_id: str) -> list[Component]:
    """Return the links to the documents, for whom they are."""
    if not current_reader().may("export").yes:
        return []
    return [
        html.A(t(f"document.{form}"), href=links.export(statement_id, form), className="chip", download="")
        for form in DOCUMENTS
    ]


def answer_line(view: StatementView) -> list[Child]:
    """Say what is payable, and how it came about."""
    head, amounts = view.head, {step.name: step.amount for step in view.steps}

    def money(step: str, tone: str = "") -> Component:
        return figure(
            money_text(amounts[step], head.currency),
            f"{links.statement(head.statement_id)}#{step}",
            tone=tone if amounts[step] < 0 else "",
        )

    tally = [
        sentence(
            f"answer.{slug(verdict)}",
            n=figure(count_text(n), links.scorecard(head.contract, head.month, verdict=slug(verdict))),
        )
        for verdict, n in view.tally
    ]
    return [
        html.Strong(month_text(head.month)),
        *sentence(
            "answer.statement",
            payable=money("payable"),
            fees=money("fees"),
            deductions=money("deductions", "bad"),
            capped=money("capped"),
            tax=money("tax"),
            n=figure(count_text(view.indicators)),
            verdicts=listed(tally),
        ),
    ]


def _digest(text: str) -> Component:
    return html.Code(text, className="digest")


def _rests_on(view: StatementView) -> Component:
    contract: list[Child] = [_digest(view.contract_sha256)]
    return html.Div(
        [
            pairs(
                [
                    (t("rests.statement"), _digest(view.head.sha256)),
                    (t("rests.contract"), contract),
                    (t("rests.calendars"), _digest(view.calendars_sha256)),
                ]
            ),
            *_records("amendments", view.amendments),
            *_records("definitions", [{"metric": name, "sha256": sha} for name, sha in view.definitions]),
            *_records("loads", view.loads),
            *_records("overrides", view.overrides),
            *_records(
                "evidence",
                [
                    {"population": name, **{k: v for k, v in part.items() if k != "columns"}}
                    for name, part in view.evidence
                ],
            ),
        ]
    )


def _records(name: str, records: Sequence[Mapping[str, str]]) -> list[Component]:
    """Return a foldable table of what a statement names by digest."""
    if not records:
        return []
    columns = list(dict.fromkeys(column for record in records for column in record))
    heads = [
        html.Th(word_of("column", column) if has(f"column.{column}") else column, scope="col") for column in columns
    ]
    rows = [html.Tr([html.Td(_cell(column, record.get(column, ""))) for column in columns]) for record in records]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table is-dense")
    return [
        html.Details(
            [
                html.Summary([t(f"rests.{name}"), html.Span(f" {count_text(len(records))}", className="count")]),
                html.Div(table, className="scroll-x", tabIndex="0"),
            ]
        )
    ]


def _cell(column: str, text: str) -> Component | str:
    return html.Code(text[:16], title=text) if "sha256" in column else text


def _versions(view: StatementView) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(
                    dcc.Link(
                        t("fresh.version", n=one.version), href=links.statement(one.statement_id), className="row-link"
                    )
                ),
                html.Td(at_text(one.closed_at, view.head.zone)),
                html.Td(t(f"status.{one.status}") if has(f"status.{one.status}") else one.status),
            ],
            className="is-now" if one.statement_id == view.head.statement_id else "",
        )
        for one in view.versions
    ]
    return html.Table(html.Tbody(rows), className="table is-dense")
