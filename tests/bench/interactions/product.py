"""The product's side: one call of ``measure`` for all indicators."""

from datetime import date
from pathlib import Path

from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.declare import installed_metrics
from pipelines.runs.measure import Measurement, measure
from tests.bench.interactions.indicators import CALENDARS, METRICS, ZONE, Answer


def product(home: Path) -> dict[str, Answer]:
    """Return what the product measures in ``home``, of those of the twenty that it can measure."""
    known = {metric: indicator for indicator, metric in METRICS.items() if metric in installed_metrics()}
    found = measure(
        home,
        list(known),
        since=date(2026, 10, 1),
        until=date(2026, 11, 1),
        zone=ZONE,
        calendars=read_yaml(CALENDARS, "the benchmark's hours"),
    )
    return {known[one.metric]: _answer(one) for one in found}


def _answer(found: Measurement) -> Answer:
    states = found.states
    return {
        "met": states["met"],
        "missed": states["missed"],
        "counted": states["counted"],
        "excluded": sum(states["excluded"].values()),
        "unmeasurable": sum(states["unmeasurable"].values()),
        "pending": states["pending"],
        "outside": sum(states["outside"].values()),
        "value": found.value,
    }
