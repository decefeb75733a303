"""The linter: every problem of a contract at once, each with its place, why it matters, and a mend."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipelines.contract.checks.data import data_problems
from pipelines.contract.checks.defaults import contract_defaults
from pipelines.contract.checks.events import event_problems
from pipelines.contract.checks.fees import fee_problems
from pipelines.contract.checks.indicators import check_indicator
from pipelines.contract.checks.measures import scoped
from pipelines.contract.checks.money import money_problems
from pipelines.contract.checks.percent import percent_problems
from pipelines.contract.checks.place import Place
from pipelines.contract.dates import beginning_problems, days_in_force, term_days
from pipelines.contract.model import Contract, Indicator
from pipelines.contract.parse import Source
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused, by_place
from pipelines.core.zone import zone_named

# Lines of a statement that are no part of the contract, and yet have a name.
RESERVED_LINES = ("floor", "tax", "rounding")


def check(source: Source) -> list[Problem]:
    """Return every problem of a parsed contract, errors and warnings, in order of place."""
    found = [*_whole(source), *_names(source), *_weights(source), *_tax(source)]
    found += [*_amendments(source), *_amended(source)]
    found += [*fee_problems(source), *money_problems(source), *event_problems(source), *data_problems(source)]
    found += percent_problems(source)
    for number, indicator in enumerate(source.model.indicators):
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
    place = Place(source, "The contract", ())
    yield from scoped(place, contract.scope, "scope")
    yield from contract_defaults(place)


def _amendments(source: Source) -> Iterator[Problem]:
    """Amendments that never hold, and those that were signed after the day on which they take effect."""
    for one in source.amendments:
        if one.effective not in term_days(source.model):
            yield Problem(
                one.where,
                f"{one.number} takes effect on {one.effective}, outside the term ({term_days(source.model)}).",
                "Correct the day, or amend the term.",
                "contract.amendment_outside_term",
                "warning",
            )
        if one.signed > one.effective and not one.is_retroactive:
            yield Problem(
                one.where,
                f"{one.number} was signed on {one.signed}, after it takes effect on {one.effective}; a month that is"
                " sealed by then stays as it was.",
                "Write `retroactive: true` where sealed months are to be adjusted.",
                "contract.amendment_signed_late",
                "warning",
            )


def _amended(source: Source) -> Iterator[Problem]:
    """Amendments that change nothing, and two that change one thing on one day: the one that holds is not the other."""
    held: dict[tuple[tuple[str, ...], str], tuple[str, object]] = {}
    for one in source.amendments:
        if not one.changes:
            yield Problem(
                one.where,
                f"{one.number} changes nothing.",
                "Write what it changes, or take the file away.",
                "contract.amendment_without_change",
                "warning",
            )
        for change in one.changes:
            key = (change.path, change.since)
            if key in held and held[key][1] != change.after:
                yield Problem(
                    one.where,
                    f"{held[key][0]} and {one.number} both change {'.'.join(change.path)} on {change.since}; the latter"
                    " holds.",
                    "Let one of them say it, or give the later one its own day.",
                    "contract.amendment_overridden",
                    "warning",
                )
            held[key] = (one.number, change.after)


def _names(source: Source) -> Iterator[Problem]:
    """Names that differ in capitals alone are one name to the store; each line of a statement has its own."""
    contract = source.model
    lines = [(part, one.id) for part in ("fees", "points_tables", "caps") for one in getattr(contract, part)]
    named = Counter(name.casefold() for _, name in lines) + Counter(RESERVED_LINES)
    repeated = {(part, name.casefold()) for part, name in lines if named[name.casefold()] > 1}
    for part in ("indicators", "pools", "relief"):
        times = Counter(one.id.casefold() for one in getattr(contract, part))
        repeated |= {(part, name) for name, count in times.items() if count > 1}
    for part, name in sorted(repeated):
        yield Problem(
            source.where(part),
            f"More than one line or indicator is called {name!r}; one could not be told from another.",
            f"Give each its own id, in capitals or not; {', '.join(RESERVED_LINES)} are the statement's own.",
            "contract.repeated_id",
        )
    for number, indicator in enumerate(contract.indicators):
        parts = Counter(part.id.casefold() for part in indicator.worst_of)
        if max(parts.values(), default=0) > 1:
            yield Place(source, f"Clause {indicator.clause} ({indicator.id})", ("indicators", number)).problem(
                "two of its parts have one id.", "Give each its own.", "contract.repeated_id", "worst_of"
            )
    ids = [("indicators", number, one.id) for number, one in enumerate(contract.indicators)]
    ids += [("fees", number, one.id) for number, one in enumerate(contract.fees)]
    for part, number, name in [
        *ids,
        *(("indicators", n, p.id) for n, i in enumerate(contract.indicators) for p in i.worst_of),
    ]:
        if "__" in name:
            yield Problem(
                source.where(part, number),
                f"The id {name!r} has two underscores in a row; evidence names parts of an indicator that way.",
                "Use one.",
                "contract.reserved_id",
            )


def _weights(source: Source) -> Iterator[Problem]:
    contract = source.model
    weighted = [i for i in contract.indicators if i.weight and i.class_ != "report_only"]
    days = {contract.term.from_}
    for indicator in weighted:
        days |= {value.since for value in indicator.weight or [] if value.since}
        days |= {day for day in (indicator.since, indicator.until) if day}
    for day in sorted(day for day in days if contract.term.from_ <= day < contract.term.until):
        whole = sum((_weight_on(contract, indicator, day) for indicator in weighted), Decimal(0))
        if whole != 100 and (whole or (weighted and contract.coefficient)):
            yield Problem(
                source.where("indicators"),
                f"The weights in force on {day} add up to {decimal_text(whole)}, not 100.",
                "Scores are exact all the same (points / weights; of none there is none); mend it if 100 was meant.",
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
