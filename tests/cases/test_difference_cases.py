"""Runs differences.yaml: what explains a stated figure, and how the difference is split."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, total
from pipelines.scoring.difference import (
    LISTED,
    Change,
    Explanation,
    Found,
    Meter,
    Reading,
    Stated,
    by_their_list,
    search,
    search_by_two,
    split,
)
from tests.conftest import ROOT

CASES: Any = read_yaml((ROOT / "tests/cases/differences.yaml").read_text(encoding="utf-8"), "differences.yaml").value


def counts_of(given: Mapping[str, Any]) -> Counts:
    amounts = Counter({Decimal(amount): int(n) for amount, n in given.get("amounts", {}).items()})
    states = Counter({name: int(n) for name, n in given.items() if name not in ("amount", "amounts")})
    return Counts(states, amount=Decimal(given.get("amount", 0)), histogram=amounts)


def reading_of(given: Mapping[str, Any], cause: str = "", name: str = "") -> Reading:
    cells = {by: {cell: counts_of(n) for cell, n in found.items()} for by, found in given.get("by", {}).items()}
    whole = given.get("counts") or given.get("ours")
    counts = counts_of(whole) if whole else total(next(iter(cells.values())).values())
    term, _, value = name.partition(" = ")
    return Reading(cause, ((term, value),), counts, cells)


def stated_of(theirs: Mapping[str, str]) -> Stated:
    value = Fraction(theirs["value"])
    half = Fraction(1, 2 * 10 ** int(theirs.get("decimals", 0))) if "decimals" in theirs else Fraction(1, 10**9)
    parts = [Fraction(theirs[name]) if name in theirs else None for name in ("numerator", "denominator")]
    return Stated(value, value - half, value + half, *parts)


def found_of(case: Mapping[str, Any], stated: Stated, meter: Meter, ours: Reading) -> Found:
    others = [reading_of(one, one["cause"], one["name"]) for one in case.get("readings", [])]
    if LISTED in ours.cells:
        return by_their_list(stated, meter, ours, others)
    found = search(stated, meter, ours, others)
    return found if found.explanations else search_by_two(stated, meter, ours, others, [])


def named(explanation: Explanation) -> str:
    def step(what: Reading | Change) -> str:
        return (
            " = ".join(filter(None, what.name[0])) if isinstance(what, Reading) else f"{what.by} {' '.join(what.cells)}"
        )

    return " + ".join(f"{one.cause} {step(one.what)}" for one in explanation.steps)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    meter = Meter(metric_named(case.get("metric", "phone.connect_rate@1")), count=case.get("count"))
    stated, ours, then = stated_of(case["theirs"]), reading_of(case), case["then"]
    agrees = stated.reproduced_by(meter.figure(ours.counts)) is not None
    found = Found() if agrees else found_of(case, stated, meter, ours)
    explanations = () if found.is_chance else found.explanations
    assert [named(one) for one in explanations] == then.get("explanations", [])
    assert len(found.explanations) * found.is_chance == int(then.get("by_chance", 0))
    assert len({one.kind for one in explanations}) == int(then.get("kinds", len(explanations)))
    if "how" in then:
        assert explanations[0].how == then["how"]
    our_value = meter.figure(ours.counts).value
    assert our_value is not None
    parts = split(stated, our_value, explanations[0] if explanations else None)
    assert {part.cause: part.difference for part in parts} == {
        cause: Fraction(said) for cause, said in then["parts"].items()
    }
    assert sum((part.difference for part in parts), Fraction(0)) == stated.value - our_value
