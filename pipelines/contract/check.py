"""The linter: every problem of a contract at once, each with its place, why it matters, and a mend."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.contract.check_indicator import check_indicator
from pipelines.contract.dates import beginning_problems, days_in_force
from pipelines.contract.model import Cap, Contract, Indicator
from pipelines.contract.parse import Source
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused, by_place
from pipelines.core.zone import zone_named
from pipelines.metrics.scope import scope_problems

# Lines of a statement that are no part of the contract, and yet have a name.
RESERVED_LINES = ("floor", "tax", "rounding")


def check(source: Source) -> list[Problem]:
    """Return every problem of a parsed contract, errors and warnings, in order of place."""
    found = [*_whole(source), *_names(source), *_weights(source), *_tax(source), *_caps(source), *_fees(source)]
    for number, indicator in enumerate(source.model.indicators):
        found += _scope(source, indicator.scope, "indicators", number, "scope")
        found += check_indicator(source, number, indicator)
    return by_place(found)


def _whole(source: Source) -> Iterator[Problem]:
    contract = source.model
    try:
        zone_named(contract.zone, source.where("zone"))
    except Refused as refused:
        yield from refused.problems
    if contract.term.until <= contract.term.from_:
        yield Problem(
            source.where("term"),
            f"The contract ends ({contract.term.until}) before it begins ({contract.term.from_}); no month lies in it.",
            "`until` is the first day after the last one.",
            "contract.term",
        )
    yield from _scope(source, contract.scope, "scope")
    left: dict[str, str] = {"floor": contract.floor}
    if any(value.value for indicator in contract.indicators for value in indicator.consequences):
        left["tax.deductions_as"] = contract.tax.deductions_as
    left |= {"tax.rate": "0", "tax.prices_include_tax": "false"}
    given = contract.model_fields_set | {f"tax.{name}" for name in contract.tax.model_fields_set}
    listed = ", ".join(f"{name} {value}" for name, value in left.items() if name not in given)
    if contract.fees and listed:
        yield Problem(
            source.where(),
            f"The payable sum depends on what the contract leaves to its default: {listed}.",
            "Write what was agreed, so that no reader has to know the defaults.",
            "contract.left_to_default",
            "warning",
        )


def _scope(source: Source, scope: Mapping[str, Sequence[str]], *at: str | int) -> Iterator[Problem]:
    yield from scope_problems(scope, source.where(*at))
    for column, values in scope.items():
        if not values:
            yield Problem(
                source.where(*at, column),
                f"The scope names no {column} at all; nothing would belong to it.",
                "List the values that belong, or remove the line.",
                "contract.scope_empty",
            )


def _names(source: Source) -> Iterator[Problem]:
    """Names that differ in capitals alone are one name to the store; each line of a statement has its own."""
    contract = source.model
    lines = [("fees", fee.id) for fee in contract.fees] + [("caps", cap.id) for cap in contract.caps]
    named = Counter(name.casefold() for _, name in lines) + Counter(RESERVED_LINES)
    repeated = {(part, name.casefold()) for part, name in lines if named[name.casefold()] > 1}
    indicators = Counter(indicator.id.casefold() for indicator in contract.indicators)
    repeated |= {("indicators", name) for name, times in indicators.items() if times > 1}
    for part, name in sorted(repeated):
        yield Problem(
            source.where(part),
            f"More than one line or indicator is called {name!r}; one could not be told from another.",
            f"Give each its own id, in capitals or not; {', '.join(RESERVED_LINES)} are the statement's own.",
            "contract.repeated_id",
        )


def _weights(source: Source) -> Iterator[Problem]:
    contract = source.model
    weighted = [i for i in contract.indicators if i.weight and i.class_ != "report_only"]
    days = {contract.term.from_}
    for indicator in weighted:
        days |= {value.since for value in indicator.weight or [] if value.since}
        days |= {day for day in (indicator.since, indicator.until) if day}
    for day in sorted(day for day in days if contract.term.from_ <= day < contract.term.until):
        weights = [_weight_on(contract, indicator, day) for indicator in weighted]
        if sum(weights) not in (0, 100):
            yield Problem(
                source.where("indicators"),
                f"The weights in force on {day} add up to {decimal_text(sum(weights, Decimal(0)))}, not 100.",
                "Scores are exact all the same (points / weights); mend it if 100 was meant.",
                "contract.weights",
                "warning",
            )
            return


def _weight_on(contract: Contract, indicator: Indicator, day: date) -> Decimal:
    begun = [v for v in indicator.weight or [] if (v.since or contract.term.from_) <= day]
    if day not in days_in_force(contract, indicator) or not begun:
        return Decimal(0)
    return max(begun, key=lambda value: value.since or contract.term.from_).value


def _tax(source: Source) -> Iterator[Problem]:
    contract = source.model
    yield from beginning_problems(source, ("tax", "rate"), "The tax rate", contract.tax.rate, contract.term.from_)
    for value in contract.tax.rate:
        if not 0 <= value.value < 1:
            yield Problem(
                source.where("tax", "rate"),
                f"A tax rate of {decimal_text(value.value)} is {decimal_text(value.value * 100)} %.",
                "Write it as 0.06 or 6%.",
                "contract.tax_rate",
            )
        if value.since and value.since.day != 1:
            yield Problem(
                source.where("tax", "rate"),
                f"The tax rate changes on {value.since}; a month has one rate, that of its first day.",
                "Let it begin on the first of a month.",
                "contract.changes_in_month",
                "warning",
            )


def _caps(source: Source) -> Iterator[Problem]:
    for number, cap in enumerate(source.model.caps):
        if (cap.rate is None) == (cap.amount is None):
            yield Problem(
                source.where("caps", number),
                f"The cap {cap.id!r} needs either a rate of the fee base or an amount.",
                "Write one of `rate:` and `amount:`.",
                "contract.form_incomplete",
            )
        for field, values in _figures(cap):
            at = ("caps", number, field)
            yield from beginning_problems(source, at, f"The cap {cap.id!r}", values, source.model.term.from_)
            if any(value.value < 0 for value in values):
                yield Problem(
                    source.where(*at),
                    f"The cap {cap.id!r} is negative.",
                    "Write the most that may be taken, without a sign.",
                    "contract.negative_cap",
                )


def _figures(cap: Cap) -> Iterator[tuple[str, Sequence[Any]]]:
    yield from ((name, values) for name, values in (("rate", cap.rate), ("amount", cap.amount)) if values)


def _fees(source: Source) -> Iterator[Problem]:
    for number, fee in enumerate(source.model.fees):
        if any(value.value < 0 for value in fee.amount or []):
            yield Problem(
                source.where("fees", number),
                f"The fee {fee.id!r} is negative.",
                "Write what is paid.",
                "contract.negative_fee",
            )
