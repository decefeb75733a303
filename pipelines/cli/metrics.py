"""``clausemeter metrics``: what can be measured, and exactly how."""

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, print_json, table
from pipelines.metrics.example import Example, ExampleItem, Fact
from pipelines.runs.definitions import DefinedTerm, Definition, definition, definitions


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("metrics")(run)


def run(
    key: Annotated[str | None, typer.Argument(help="One metric, for its definition, terms, SQL and example.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the metrics, or print one: definition, terms with bounds, states, a worked example, and its SQL."""
    if key is not None:
        found = definition(key)
        print_json(asdict(found)) if as_json else _print(found)
        return
    every = definitions()
    if as_json:
        print_json([{name: value for name, value in asdict(one).items() if name != "sql"} for one in every])
        return
    table(
        ["metric", "中文", "English", "better", "population"],
        [[one.key, one.name["zh"], one.name["en"], one.better, one.population] for one in every],
    )


def _print(found: Definition) -> None:
    """Print a definition: words first, then what a contract may set, then an example, the SQL last."""
    interval = {"wilson": ", 95 % interval by Wilson", "t": ", 95 % interval by Student's t"}.get(found.interval, "")
    print(f"{found.key} · {found.name['zh']} · {found.name['en']}")
    unit = "" if found.unit == found.aggregate else f" in {found.unit}"
    print(f"{found.aggregate}{unit}, {found.better} is better, population {found.population}{interval}\n")
    print(f"{found.text['zh']}\n{found.text['en']}\n")
    if found.terms:
        table(
            ["term", "default", "allowed", "约定", "meaning"],
            [[one.name, one.default, allowed(one), one.title["zh"], one.title["en"]] for one in found.terms],
        )
        print(f"Rule: {found.rule}\n" if found.rule else "")
    print(f"States: {', '.join(found.states)}\n")
    if found.example is not None:
        _print_example(found.example)
        print(f"{sum_text(found, found.example)}\n")
    print(f"SQL (October 2026, every term at its default; definition sha256 {found.sha256[:12]}):\n\n{found.sql}")


def allowed(term: DefinedTerm) -> str:
    """Say what a term may be: its choices, or from where to where in which unit."""
    if term.choices:
        return " | ".join(term.choices)
    if term.unit == "list":
        return "any, with commas between"
    return f"{term.at_least or 'any'} to {term.at_most or 'any'} {term.unit}"


def _print_example(example: Example) -> None:
    print(f"A worked example, made up:\n{example.about['zh']}\n{example.about['en']}")
    if example.terms:
        print(f"Terms: {', '.join(f'{name} = {value}' for name, value in example.terms.items())}")
    if example.every:
        print(f"Of every item: {', '.join(f'{name} = {fact_text(fact)}' for name, fact in example.every.items())}")
    has_amounts = any(item.amount is not None for item in example.items)
    table(
        ["item", *example.columns, *(["amount"] if has_amounts else []), "state"],
        [
            [item.item, *facts_of(item, example), *([item.amount or "-"] if has_amounts else []), item.state]
            for item in example.items
        ],
    )


def sum_text(found: Definition, example: Example) -> str:
    """Return the value as what it is made of; a percentile as its rank among how many."""
    value = example.value or "no data"
    if found.aggregate == "percentile":
        return f"value = rank {example.numerator} of {example.denominator} = {value}"
    if found.aggregate in ("count", "sum") and example.denominator == "1":
        return f"value = {value}"
    return f"value = {example.numerator} / {example.denominator} = {value}"


def facts_of(item: ExampleItem, example: Example) -> list[str]:
    """Return an item's columns as texts, in the order of the example's; what is not known of it is a dash."""
    return [fact_text(item.has[name]) if name in item.has else "-" for name in example.columns]


def fact_text(fact: Fact) -> str:
    """Return a text, or the parts of a list."""
    return fact if isinstance(fact, str) else ", ".join(fact) or "(none)"
