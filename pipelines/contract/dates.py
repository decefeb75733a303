"""When a value begins: by the day that is written, else with its contract; and which days an indicator is in force."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from pipelines.contract.model import Contract, Indicator, Value
from pipelines.contract.parse import Source
from pipelines.core.period import Days
from pipelines.core.problem import Problem


def term_days(contract: Contract) -> Days:
    """Return the days for which the contract holds."""
    return Days(contract.term.from_, contract.term.until)


def days_in_force(contract: Contract, indicator: Indicator) -> Days:
    """Return the days of the contract on which the indicator is in force; it may be none."""
    own = Days(indicator.since or contract.term.from_, indicator.until or contract.term.until)
    return own.overlap(term_days(contract))


def beginning_problems(
    source: Source,
    at: tuple[str | int, ...],
    title: str,
    values: Sequence[Value[Any]],
    needed_on: date,
    needed_until: date | None = None,
) -> Iterator[Problem]:
    """Find values that begin after they are needed, or when nothing needs them any more; and days on which two begin.

    What an amendment says that takes effect outside the term is told of the amendment.
    """
    begins = [value.since or source.model.term.from_ for value in values]
    if begins and min(begins) > needed_on:
        yield Problem(
            source.where(*at),
            f"{title} begins on {min(begins)}; nothing is agreed for {needed_on} up to then.",
            "Give it a value that begins earlier.",
            "contract.begins_too_late",
        )
    term, ended = term_days(source.model), needed_until or source.model.term.until
    told = {one.effective for one in source.amendments if one.effective not in term}
    for number, value in enumerate(values):
        if value.since and value.since not in told and value.since >= ended > needed_on:
            yield Problem(
                source.where(*at, number),
                f"{title} has a value from {value.since} on, and it is needed up to {ended - timedelta(days=1)}.",
                "Correct the day, or remove the value: it never holds.",
                "contract.value_never_holds",
                "warning",
            )
    for day, times in sorted(Counter(begins).items()):
        if times > 1:
            yield Problem(
                source.where(*at),
                f"{title} has {times} values that begin on {day}; the last one written holds.",
                "Remove the others.",
                "contract.same_day_twice",
                "warning",
            )
