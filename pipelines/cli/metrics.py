"""``clausemeter metrics``: what can be measured, and exactly how."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, print_json, table
from pipelines.core.dated import Piece
from pipelines.core.period import Month
from pipelines.metrics.compose import Ask, population_options, readable_select
from pipelines.metrics.declare import Metric, installed_metrics, metric_named, population_needs
from pipelines.metrics.frame import Frame


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("metrics")(run)


def run(
    key: Annotated[str | None, typer.Argument(help="One metric, for its definition, terms and SQL.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the metrics, or print one: its definition, its terms with bounds, and its SQL as one readable SELECT."""
    if key is None:
        found = installed_metrics().values()
        if as_json:
            print_json([_facts(metric) for metric in found])
        else:
            table(
                ["metric", "中文", "English", "better", "population"],
                [[m.key, m.name["zh"], m.name["en"], m.better, m.population] for m in found],
            )
        return
    metric = metric_named(key)
    if as_json:
        print_json({**_facts(metric), "sql": example_select(metric)})
        return
    print(f"{metric.key} · {metric.name['zh']} · {metric.name['en']}")
    print(f"{metric.aggregate}, {metric.better} is better, population {metric.population}\n")
    print(f"{metric.text['zh']}\n{metric.text['en']}\n")
    table(
        ["term", "default", "allowed", "约定", "meaning"],
        [[t.name, t.default, _allowed(t), t.title["zh"], t.title["en"]] for t in metric.terms.values()],
    )
    print(f"\nStates: {', '.join(metric.states)}\n\n{example_select(metric)}")


def _allowed(term: object) -> str:
    choices = getattr(term, "choices", ())
    if choices:
        return " | ".join(choices)
    least, most = getattr(term, "at_least", None) or 0, getattr(term, "at_most", None) or "any"
    return f"{least} to {most} {getattr(term, 'unit', '')}"


def _facts(metric: Metric) -> dict[str, object]:
    facts = asdict(metric)
    facts["terms"] = {
        name: {"unit": t.unit, "default": t.default, "choices": list(t.choices), "title": dict(t.title)}
        for name, t in metric.terms.items()
    }
    return {key: value for key, value in facts.items() if key != "sql"}


def example_select(metric: Metric) -> str:
    """Return the metric as a SELECT of its own, over a month with every term at its default."""
    days = Month(2026, 10).days
    terms = {name: [Piece(days, term.default, "default")] for name, term in metric.terms.items()}
    ask = Ask("value", metric, terms)
    calendar = "default" if population_needs(metric.population).due else None
    cut_off_at = datetime(2026, 11, 1, tzinfo=UTC)
    frame = Frame(days, "Asia/Shanghai", cut_off_at, "true", calendar, population_options(metric, terms))
    return readable_select(frame, ask)
