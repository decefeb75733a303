"""From the fees to the payable sum: each step begins where the last one ended, and the bars add up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.chart import charted
from app.components.marks import percent
from app.components.words import formula_text, line_name
from app.i18n import money_text, t
from app.views import Head, LineView, Step

ALWAYS = ("fees", "bonuses", "deductions", "capped", "adjustments", "tax", "payable")


def waterfall(steps: Sequence[Step], currency: str, statement_id: str) -> Component:
    """Return the totals in the settlement's order; steps of 0 that seldom occur are left out."""
    return _drawn(list(_bars_of_steps(steps, statement_id)), currency, "waterfall is-small")


def waterfall_of_lines(steps: Sequence[Step], lines: Sequence[LineView], currency: str, statement_id: str) -> Component:
    """Return the same with a bar a clause where lines take something, so that what a clause costs is seen."""
    bars: list[Bar] = []
    for bar in _bars_of_steps(steps, statement_id):
        own = [line for line in lines if line.step == bar.step and bar.step in ("deductions", "capped")]
        bars += [_bar_of_line(line, statement_id) for line in own] if len(own) > 1 else [bar]
    return _drawn(bars, currency, "waterfall")


def waterfall_of_clauses(
    steps: Sequence[Step], lines: Sequence[LineView], currency: str, statement_id: str
) -> Component:
    """Return the same with a bar a clause in each step that several clauses share, all their lines together."""
    bars: list[Bar] = []
    for bar in _bars_of_steps(steps, statement_id):
        own = [line for line in lines if line.step == bar.step]
        clauses = dict.fromkeys(line.clause for line in own if line.amount)
        bars += [_bar_of_clause(bar, own, clause, statement_id) for clause in clauses] if len(clauses) > 1 else [bar]
    return _drawn(bars, currency, "waterfall")


def charted_waterfall(drawn: Component, head: Head, steps: Sequence[Step], lines: Sequence[LineView]) -> Component:
    """Return a waterfall that can be saved; its data are the lines that it stands on, and what they come to."""
    rows = [(line.step, line.clause, line.indicator or line.id, line.amount) for line in lines]
    payable = next(step.amount for step in steps if step.name == "payable")
    heads = ("step", "clause", "line", f"amount_{head.currency}")
    return charted(f"{head.contract} {head.month} settlement", drawn, heads, [*rows, ("payable", "", "", payable)])


def _bar_of_clause(bar: "Bar", lines: Sequence[LineView], clause: str, statement_id: str) -> "Bar":
    own = [line for line in lines if line.clause == clause]
    first = next(line for line in own if line.amount)
    names = list(dict.fromkeys(line_name(line) for line in own if line.amount))
    amount = sum((line.amount for line in own), Decimal(0))
    hint = "\n".join(f"{formula_text(line.formula)} = {money_text(line.amount)}" for line in own)
    href = links.statement(statement_id, first.indicator or first.id)
    kind = bar.step if bar.step == "fees" else "line"
    return Bar(kind, f"{clause} {t('sentence.comma').join(names)}", hint, amount, href)


@dataclass(frozen=True)
class Bar:
    """A bar: what it adds, and where its figure leads."""

    step: str
    name: str
    hint: str
    amount: Decimal
    href: str


def _bars_of_steps(steps: Sequence[Step], statement_id: str) -> Iterator[Bar]:
    for step in steps:
        if step.amount or step.name in ALWAYS:
            href = f"{links.statement(statement_id)}#{step.name}"
            yield Bar(step.name, t(f"step.{step.name}"), t(f"step_hint.{step.name}"), step.amount, href)


def _bar_of_line(line: LineView, statement_id: str) -> Bar:
    name = " ".join(filter(None, (line.clause, line_name(line))))
    return Bar(
        "line", name, formula_text(line.formula), line.amount, links.statement(statement_id, line.indicator or line.id)
    )


def _drawn(bars: Sequence[Bar], currency: str, style: str) -> Component:
    ends: list[tuple[Decimal, Decimal]] = []
    running = Decimal(0)
    for bar in bars:
        ends.append((Decimal(0), bar.amount) if bar.step == "payable" else (running, running + bar.amount))
        running += bar.amount
    low = min(Decimal(0), *(end for pair in ends for end in pair))
    width = max(max(pair) for pair in ends) - low or Decimal(1)
    unit = html.Div([html.Span(), html.Span(), html.Span(currency, className="unit")], className="fall")
    return html.Div(
        [unit, *(_row(bar, pair, low, width) for bar, pair in zip(bars, ends, strict=True))], className=style
    )


def _row(bar: Bar, pair: tuple[Decimal, Decimal], low: Decimal, width: Decimal) -> Component:
    left, right = float((min(pair) - low) / width), float((max(pair) - low) / width)
    kind = (
        "total" if bar.step in ("fees", "payable") else "loss" if bar.amount < 0 else "gain" if bar.amount else "none"
    )
    sign = "+" if kind == "gain" else ""
    return html.Div(
        [
            html.Span(bar.name, className="fall-name", title=bar.hint),
            html.Span(
                html.Span(
                    className=f"fall-bar is-{kind}", style={"left": percent(left), "width": percent(right - left)}
                ),
                className="fall-track",
            ),
            dcc.Link(f"{sign}{money_text(bar.amount)}", href=bar.href, className=f"fall-amount is-{kind}"),
        ],
        className=f"fall is-{bar.step}",
    )
