"""What a repeated miss costs: runs of periods, and the level that applies (settlement.md, section 5)."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from pipelines.contract.consequence import Escalation
from pipelines.core.period import Month

FROM_THE_SECOND = 2


def run_length(missed: Mapping[Month, bool | None], month: Month, *, gap: str, reset: str) -> int:
    """Return how many periods in a row up to ``month`` were missed, itself included.

    ``missed``: True, False, or None for a period without a verdict, which ends the run unless ``gap: passes``; so does
    a month that is not there. ``reset: calendar_year``: no run crosses New Year.
    """
    if not missed.get(month):
        return 0
    first = min(missed)
    length, current = 1, month.after(-1)
    while current >= first and (reset == "never" or current.year == month.year):
        found = missed.get(current)
        if found is None and gap == "passes":
            current = current.after(-1)
            continue
        if not found:
            break
        length, current = length + 1, current.after(-1)
    return length


def applying(
    levels: Sequence[Escalation], missed: Mapping[Month, bool | None], month: Month, *, gap: str, reset: str
) -> Iterator[tuple[Escalation, str]]:
    """Yield the levels that apply in a missed month, each with the reason in words."""
    if not missed.get(month):
        return
    run = run_length(missed, month, gap=gap, reset=reset)
    for level in levels:
        if level.misses is not None:
            months = [month.after(-back) for back in range(level.within or level.misses)]
            counted = sum(bool(missed.get(one)) for one in months if reset == "never" or one.year == month.year)
            if counted >= level.misses:
                yield level, f"{counted} misses within {len(months)} periods"
        elif run >= (level.consecutive or FROM_THE_SECOND):
            yield level, f"{run} misses in a row"


def more_for(left: Fraction, found: Sequence[tuple[Escalation, str]]) -> tuple[Fraction, str]:
    """Return what repeats add to a sum, and why: the largest of the levels, which do not compound."""
    more, words = Fraction(0), ""
    for level, why in found:
        adds = left * (Fraction(level.multiply) - 1) if level.multiply is not None else Fraction(level.add or 0)
        if adds > more:
            factor = f"× ({level.multiply:f} − 1)" if level.multiply is not None else f"+ {level.add:f}"
            more, words = adds, f"{factor}: {why}"
    return more, words
