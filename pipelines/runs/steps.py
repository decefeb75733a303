"""Amounts in steps, so that a percentile need not read them all: exact where it may lie, counted elsewhere."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.scoring.counts import Counts, nearest_rank

UNITS, STEPS_EACH, DOUBLINGS = 8, 32, 28  # eighths of a second, 32 steps to each doubling
MOST = STEPS_EACH * 2 ** (DOUBLINGS - 1) // UNITS  # seconds, 17 years: what lies beyond is one step


def step_sql(amount: str) -> str:
    """Return the step of an amount, greater ones in higher steps: whole eighths below 4, then 32 a doubling.

    0.9 is in step 7; 4 to 4 1/8 in 32; 8 to 8 1/4 in 64, 8 1/4 to 8 1/2 in 65; 16 to 16 1/2 in 96.
    """
    whole = f"CAST(floor(least({amount}, {MOST}) * {UNITS}) AS BIGINT)"
    whens = [f"WHEN {whole} < {STEPS_EACH} THEN {whole}"]
    for place in range(1, DOUBLINGS):
        first, width = STEPS_EACH * 2 ** (place - 1), 2 ** (place - 1)
        whens.append(f"WHEN {whole} < {2 * first} THEN {STEPS_EACH * place} + ({whole} - {first}) // {width}")
    return f"CAST(CASE {' '.join(whens)} ELSE {STEPS_EACH * DOUBLINGS} END AS SMALLINT)"


def near_percentile(
    found: Mapping[Any, Counts], steps: Iterable[tuple[Any, ...]], percentile: Decimal
) -> dict[tuple[Any, ...], set[int]]:
    """Return each group's steps in which its percentile may lie, and at which of a step's amounts, from the least.

    The other steps are put into the group's histogram as they are, each at its greatest amount. Where it lies depends
    on how many of the unmeasurable are held against the vendor, which the contract says: none, those of the vendor's
    logs, or all.
    """
    ranks: dict[tuple[str, ...], set[int]] = {}
    passed: Counter[tuple[str, ...]] = Counter()
    near = {}
    for *named, step, n, most in steps:
        group = tuple(named)
        counts = found[group]
        if group not in ranks:
            against = (0, counts.unmeasurable_of_vendor, counts.of("unmeasurable"))
            ranks[group] = {nearest_rank(Fraction(percentile), counts.of("counted") + more) for more in against}
        here = {rank - passed[group] for rank in ranks[group] if passed[group] < rank <= passed[group] + n}
        if here:
            near[*group, step] = here
        else:
            counts.histogram[most] = n
        passed[group] += n
    return near
