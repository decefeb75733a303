"""A metric's worked example, what a contract may set in it, and its states."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.components.verdict import SHAPES
from app.components.words import Child, state_text, term_value, word_of
from app.i18n import count_text, of, t, value_text
from app.views import DefinitionView, ExampleRow, ExampleView, TermView


def example_box(view: DefinitionView, example: ExampleView) -> Component:
    """Return the made-up items, the state of each, and the value that they make."""
    has_amounts = any(row.amount is not None for row in example.rows)
    names = [
        html.Th(t("column.item"), scope="col"),
        *(html.Th(fact_name(name), scope="col", title=name) for name in example.columns),
        *([html.Th(t("definition.item_amount"), scope="col")] if has_amounts else []),
        html.Th(t("column.state"), scope="col"),
    ]
    rows = [_row(row, example.columns, has_amounts=has_amounts) for row in example.rows]
    return html.Div(
        [
            html.P(of(example.about)),
            *_known(t("definition.example_terms"), [(html.Code(name), value) for name, value in example.terms.items()]),
            *_known(t("definition.of_every"), [(fact_name(name), fact) for name, fact in example.every.items()]),
            html.Div(
                html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="table is-dense"),
                className="scroll-x",
                tabIndex="0",
            ),
            html.P(html.Code(sum_text(view, example)), className="example-sum"),
        ],
        className="example",
    )


def _known(words: str, facts: Sequence[tuple[Child, str]]) -> list[Component]:
    if not facts:
        return []
    parts: list[Child] = [words]
    for name, fact in facts:
        parts += [" ", name, " = ", html.Code(fact)]
    return [html.P(parts, className="quiet")]


def fact_name(name: str) -> Component | str:
    """Return what a column is called: in words where the catalogue has them, else as the SQL has it."""
    said = word_of("fact", name)
    return html.Code(name) if said == name else said


def _row(row: ExampleRow, columns: Sequence[str], *, has_amounts: bool) -> Component:
    cells: list[Child] = [html.Code(row.item), *(_said(row.has.get(name, "—")) for name in columns)]
    cells += [row.amount or "—"] if has_amounts else []
    kind = row.state.partition(":")[0]
    state = html.Span([f"{SHAPES[kind]} " if kind in SHAPES else "", state_text(row.state)])
    return html.Tr([*map(html.Td, cells), html.Td(state, className="c-state")])


def _said(value: str) -> str:
    return word_of("flag", value.capitalize()) if value in ("true", "false") else value


def sum_text(view: DefinitionView, example: ExampleView) -> str:
    """Return the value as what it is made of: ``3 ÷ 5 = 60.00 %``; a percentile as its rank among how many."""
    value = value_text(example.value, view.unit)
    if view.aggregate == "percentile":
        return t("definition.rank", rank=example.numerator, n=example.denominator, value=value)
    if view.aggregate in ("count", "sum") and example.denominator == "1":
        return f"{example.numerator} = {value}"
    return f"{example.numerator} ÷ {example.denominator} = {value}"


def terms_table(terms: Sequence[TermView]) -> Component:
    """Return a row a term: its name in words and in the contract file, default and bounds."""
    heads = [html.Th(t(f"column.{name}"), scope="col") for name in ("term", "default", "allowed")]
    rows = [
        html.Tr(
            [
                html.Td([of(term.title), " ", html.Code(term.name, className="quiet")]),
                html.Td(term_value(term.default)),
                html.Td(allowed(term)),
            ]
        )
        for term in terms
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table is-dense")
    return html.Div(table, className="scroll-x", tabIndex="0")


def allowed(term: TermView) -> Child:
    """Say what a term may be: its choices, a list, or from where to where."""
    if term.choices:
        parts: list[Child] = []
        for choice in term.choices:
            parts += [" · ", term_value(choice)] if parts else [term_value(choice)]
        return html.Span(parts)
    if term.unit == "list":
        return t("definition.any_list")
    unit = word_of("unit", term.unit) or term.unit
    if not term.at_least and not term.at_most:
        return t("definition.any_number", unit=unit)
    return t("definition.bounds", least=term.at_least or "−∞", most=term.at_most or "∞", unit=unit)


def states_list(states: Sequence[str]) -> Component:
    """Return every state that the expression can give, in its order: the first that applies is the item's."""
    return html.Ol([html.Li(_state(state)) for state in states])


def _state(state: str) -> list[Child]:
    said = state_text(state)
    return [said] if said == state else [said, " ", html.Code(state, className="quiet")]


def metrics_table(found: Sequence[tuple[DefinitionView, Component]]) -> Component:
    """Return a row a metric, with the link to its page."""
    names = ("metric", "name", "text", "example")
    heads = [html.Th(t(f"column.{name}"), scope="col", className=f"c-{name}") for name in names]
    rows = [
        html.Tr(
            [
                html.Td(link),
                html.Td(of(view.name)),
                html.Td(of(view.text)),
                html.Td("" if view.example is None else count_text(len(view.example.rows)), className="c-example"),
            ]
        )
        for view, link in found
    ]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table stacks metrics")
