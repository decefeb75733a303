"""Laws of settlement over random contracts and months; and the product says what the reference says.

CLAUSEMETER_CONTRACTS sets how many contracts each law draws (by default few enough for `make test`).
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from pipelines.contract.model import Contract
from tests.properties.random_contracts import SORTS, World, worlds
from tests.reference_settlement.facts import STEPS, Counts, Facts, Line, Past, Result
from tests.reference_settlement.numbers import average_over
from tests.reference_settlement.product import settle_with_product
from tests.reference_settlement.settle import settle, settle_months
from tests.reference_settlement.verdicts import term_days

CONTRACTS = int(os.environ.get("CLAUSEMETER_CONTRACTS", "25"))
DRAWN = settings(
    max_examples=CONTRACTS,
    deadline=None,
    database=None,
    derandomize=CONTRACTS <= 100,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
Side = Callable[[Contract, str, Facts, Past | None], Result]
SIDES = pytest.mark.parametrize("side", [settle, settle_with_product], ids=["reference", "product"])


def said(result: Result) -> dict[str, Any]:
    """Return all that both sides must say alike: texts of amounts, exact points; lines of 0 are left out.

    An indicator's cap may name the one consequence that it cuts; a child that is not in force may go unnamed.
    """
    lines = Counter(
        (line.step, line.indicator, "" if is_cut(line) else line.consequence, str(line.amount))
        for line in result.lines
        if line.amount
    )
    return {
        "verdicts": {name: verdict for name, verdict in result.verdicts.items() if verdict != "not in force"},
        "points": result.points,
        "score": result.score,
        "failed": result.failed,
        "lines": lines,
        "totals": {name: str(amount) for name, amount in result.totals.items()},
    }


def is_cut(line: Line) -> bool:
    return line.step == "repeats" and line.amount > 0


def in_words(world: World) -> str:
    return f"{world.tree}\n" + "\n".join(f"{month}: {facts}" for month, facts in world.months.items())


@DRAWN
@given(worlds())
def test_the_product_says_what_the_reference_says(world: World) -> None:
    note(in_words(world))
    contract = world.contract
    ours, theirs = settle_months(contract, world.months), settle_months(contract, world.months, settle_with_product)
    for month in world.months:
        assert said(theirs[month]) == said(ours[month]), month


@SIDES
@DRAWN
@given(worlds())
def test_totals_add_up_at_every_step_and_all_money_is_in_fen(side: Side, world: World) -> None:
    note(in_words(world))
    digits = {"CNY": -2, "JPY": 0}[world.tree["currency"]]
    for result in settle_months(world.contract, world.months, side).values():
        for step in STEPS:
            assert result.totals[step] == sum(line.amount for line in result.lines if line.step == step), step
        assert result.totals["payable"] == sum(result.totals[step] for step in STEPS)
        for amount in [*result.totals.values(), *(line.amount for line in result.lines)]:
            assert isinstance(amount, Decimal)
            assert amount.as_tuple().exponent == digits
            assert amount or not amount.is_signed(), "nothing is written -0.00"


@SIDES
@DRAWN
@given(worlds(), st.integers(0, 10**6))
def test_no_order_in_the_file_changes_a_byte(side: Side, world: World, seed: int) -> None:
    note(in_words(world))
    shuffled = rearranged(world.tree, Random(seed))
    before = settle_months(world.contract, world.months, side)
    after = settle_months(Contract.model_validate(shuffled), world.months, side)
    for month in world.months:
        assert said(after[month]) == said(before[month]), month


def rearranged(tree: Any, chance: Random) -> Any:
    """Return the contract with its lists in another order; caps stand as written, corners of a line too."""
    if isinstance(tree, dict):
        return {
            key: one if key in ("caps", "at", "kinds", "base") else rearranged(one, chance) for key, one in tree.items()
        }
    if isinstance(tree, list):
        return chance.sample([rearranged(one, chance) for one in tree], len(tree))
    return tree


@SIDES
@DRAWN
@given(worlds())
def test_caps_hold(side: Side, world: World) -> None:
    note(in_words(world))
    contract = world.contract
    for month, result in settle_months(contract, world.months, side).items():
        taken = -(result.totals["deductions"] + result.totals["repeats"] + result.totals["capped"])
        assert taken >= 0
        for cap in contract.caps:
            if set(cap.kinds) == {"kpi", "event"}:
                assert taken <= cap_of(cap, contract, month, result.totals["fees"]) + Decimal("0.5")


def cap_of(cap: Any, contract: Contract, month: str, fees: Decimal) -> Decimal:
    days = term_days(contract, month)
    exact = average_over(cap.rate, days) * Fraction(fees) if cap.rate else average_over(cap.amount, days)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


@SIDES
@DRAWN
@given(worlds(tame=True), st.data())
def test_a_better_value_never_costs_more(side: Side, world: World, data: Any) -> None:
    contract = world.contract
    months = sorted(world.months)
    month = data.draw(st.sampled_from(months))
    name = data.draw(st.sampled_from([one for one in sorted(world.months[month].counts) if not one.endswith("_if")]))
    metric = metric_asked(contract, name)
    facts = world.months[month]
    better = {day: improved(counts, metric) for day, counts in facts.counts[name].items()}
    improved_months = world.months | {month: replace(facts, counts=facts.counts | {name: better})}
    note(f"{in_words(world)}\n{month} {name}: {better}")
    before = settle_months(contract, world.months, side)
    after = settle_months(contract, improved_months, side)
    paid = [sum(one[month].totals["payable"] for month in months) for one in (before, after)]
    assert paid[1] >= paid[0]


def metric_asked(contract: Contract, name: str) -> str:
    head, _, tail = name.partition(".")
    indicator = next(one for one in contract.indicators if one.id == head.split("[")[0])
    return indicator.metric or next(part.metric for part in indicator.worst_of if part.id == tail)


def improved(counts: Counts, metric: str) -> Counts:
    """Turn one miss into a hit, or shorten what is measured; as many items as before."""
    if metric == SORTS["mean"].metric:
        return replace(counts, amount=counts.amount * Fraction(3, 4))
    if metric == SORTS["percentile"].metric:
        shorter: dict[Fraction, int] = {}
        for amount, times in counts.histogram:
            shorter[amount * Fraction(3, 4)] = shorter.get(amount * Fraction(3, 4), 0) + times
        return replace(counts, histogram=tuple(sorted(shorter.items())))
    better = min(1, counts.missed)
    if metric == SORTS["low share"].metric:
        return replace(counts, missed=counts.missed - better, met=counts.met + better)
    less = counts.amount / counts.missed if better else Fraction(0)
    return replace(counts, missed=counts.missed - better, met=counts.met + better, amount=counts.amount - less)
