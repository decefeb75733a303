"""What a version says otherwise than the one before it, and why: items by cause, lines and totals with their change."""

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.words import Child, figure, line_name, listed, sentence, word_of
from app.i18n import count_text, money_text, of, t, value_text
from app.views import ChangesView, IndicatorChange

# The settlement's order (settlement.md, section 7).
ORDER = (
    "fees", "bonuses", "deductions", "repeats", "capped", "coefficient", "adjustments", "earn_back", "carried_in",
    "floor", "tax", "rounding", "payable",
)  # fmt: skip
FEW = 6


def changes_box(found: ChangesView) -> list[Component]:
    """Return the sentence, the totals, the lines and the promises that differ; or that nothing does."""
    if not (found.totals or found.lines or found.indicators):
        return [html.P(t("changes.nothing", n=found.before.version), className="quiet")]
    parts: list[Component] = [html.P(_sentence(found), className="note")]
    if found.totals:
        in_order = sorted(found.totals, key=lambda one: ORDER.index(one[0]) if one[0] in ORDER else len(ORDER))
        rows: list[tuple[Child, Decimal, Decimal]] = [(t(f"step.{step}"), was, now) for step, was, now in in_order]
        parts += [html.H3(t("changes.totals")), _money_table(rows)]
    lines = [
        (_line_name(name, found), was or Decimal(0), now or Decimal(0))
        for name, _, was, now in found.lines
        if was != now
    ]
    if lines:
        parts += [html.H3(t("changes.lines", n=count_text(len(lines)))), _money_table(lines)]
    named = [one for one in found.indicators if one.before is not None or one.after is not None]
    if named:
        moved = [one for one in named if one.before != one.after]
        title = t("changes.indicators", n=count_text(len(moved)))
        parts.append(html.Details([html.Summary(title), _indicators(found, moved)], open=len(moved) <= FEW))
    return parts


def _sentence(found: ChangesView) -> list[Child]:
    payable = next(((was, now) for step, was, now in found.totals if step == "payable"), None)
    moved = (
        t("changes.payable_same")
        if payable is None
        else sentence("changes.payable", by=figure(signed_money(payable[1] - payable[0], found.head.currency)))
    )
    causes = [
        sentence("changes.cause", cause=t(f"cause.{cause}"), n=figure(count_text(n))) for cause, n in found.causes
    ]
    why = listed(causes) if causes else [t("changes.no_items")]
    rests = [word_of("context", name) for name in found.context]
    also = [t("changes.context", what=t("sentence.comma").join(rests))] if rests else []
    before = dcc.Link(
        t("fresh.version", n=found.before.version), href=links.statement(found.before.statement_id), className="figure"
    )
    return [*sentence("changes.since", before=before, moved=moved, causes=why), *also]


def signed_money(amount: Decimal, currency: str = "") -> str:
    """Return a difference of money with its sign."""
    return f"+{money_text(amount, currency)}" if amount > 0 else money_text(amount, currency)


def _line_name(name: str, found: ChangesView) -> Child:
    line = next(line for key, line, *_ in found.lines if key == name)
    if line is None:
        return name
    text = f"{line.clause} {line_name(line)}"
    return dcc.Link(
        text, href=links.statement(found.head.statement_id, line.indicator or line.id), className="row-link"
    )


def _money_table(rows: Sequence[tuple[Child, Decimal, Decimal]]) -> Component:
    heads = (("what", "c-line"), ("before", "c-amount"), ("after", "c-amount"), ("difference", "c-amount"))
    names = [html.Th(t(f"column.{name}"), className=style, scope="col") for name, style in heads]
    body = [
        html.Tr(
            [
                html.Td(name),
                html.Td(money_text(was), className="c-amount"),
                html.Td(money_text(now), className="c-amount"),
                html.Td(signed_money(now - was), className="c-amount bad" if now < was else "c-amount"),
            ]
        )
        for name, was, now in rows
    ]
    table = html.Table([html.Thead(html.Tr(names)), html.Tbody(body)], className="table is-dense")
    return html.Div(table, className="scroll-x")


def _indicators(found: ChangesView, changed: Sequence[IndicatorChange]) -> Component:
    heads = (("indicator", ""), ("before", "c-value"), ("after", "c-value"), ("items", "c-n"), ("cause", ""))
    names = [html.Th(t(f"column.{name}"), className=style, scope="col") for name, style in heads]
    body = [_indicator(found, one) for one in changed]
    return html.Div(
        html.Table([html.Thead(html.Tr(names)), html.Tbody(body)], className="table is-dense"), className="scroll-x"
    )


def _indicator(found: ChangesView, one: IndicatorChange) -> Component:
    name: Child = of(one.name) or one.id
    if one.name is not None and one.after is not None:
        name = dcc.Link(name, href=links.indicator(found.head.statement_id, one.id), className="row-link")
    causes = t("sentence.comma").join(f"{t(f'cause.{cause}')} {count_text(n)}" for cause, n in one.causes)
    return html.Tr(
        [
            html.Td(name),
            html.Td(value_text(one.before, one.unit), className="c-value"),
            html.Td(value_text(one.after, one.unit), className="c-value"),
            html.Td(count_text(one.items), className="c-n"),
            html.Td(causes),
        ]
    )
