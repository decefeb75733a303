"""Where a check reads: a part of the contract, its title in messages, its place in the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from pipelines.contract.dates import days_in_force
from pipelines.contract.model import Contract, Indicator, Value
from pipelines.contract.parse import Source
from pipelines.core.period import Days
from pipelines.core.problem import Problem
from pipelines.core.yaml_text import Path
from pipelines.metrics.declare import Metric

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """A part of a contract: every message of it begins with its title."""

    source: Source
    title: str
    at: Path

    @property
    def contract(self) -> Contract:
        """The whole contract."""
        return self.source.model

    def problem(self, what: str, mend: str, code: str, *path: str | int, severity: str = "error") -> Problem:
        """Return a problem of the part, at ``path`` within it."""
        return Problem(self.source.where(*self.at, *path), f"{self.title}: {what}", mend, code, severity)

    def warning(self, what: str, mend: str, code: str, *path: str | int) -> Problem:
        """Return what is said without refusing."""
        return self.problem(what, mend, code, *path, severity="warning")

    def inner(self, *path: str | int, called: str = "") -> "Place":
        """Return a part of this part."""
        return replace(self, at=(*self.at, *path), title=f"{self.title}: {called}" if called else self.title)

    def has(self, *path: str | int) -> bool:
        """Say whether the file has a line of its own for ``path``."""
        return (*self.at, *path) in self.source.tree.lines

    def value_path(self, field: str, number: int) -> Path:
        """Return where the n-th value of a dated field stands: in a list, or in the field itself."""
        in_full = (field, number, "value")
        return in_full if self.has(*in_full) else (field,)


@dataclass(frozen=True)
class Reading(Place):
    """An indicator that is read; ``metric`` gives its unit and direction (of ``worst_of``: its first part's)."""

    indicator: Indicator
    metric: Metric

    @property
    def in_force(self) -> Days:
        """The days on which it is in force."""
        return days_in_force(self.contract, self.indicator)

    def together(self, *fields: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, int]]]:
        """Yield what holds together of dated fields, by name, on each day on which one changes; and its place."""
        listed: dict[str, Sequence[Value[Any]]] = {name: getattr(self.indicator, name) or [] for name in fields}
        begins = self.contract.term.from_
        days = {max(value.since or begins, self.in_force.since) for values in listed.values() for value in values}
        for day in sorted(one for one in days if one in self.in_force):
            numbers = {name: held_on(values, day, begins) for name, values in listed.items()}
            held = {name: number for name, number in numbers.items() if number is not None}
            yield {name: listed[name][number].value for name, number in held.items()}, held


def held_on(values: Sequence[Value[Any]], day: date, begins: date) -> int | None:
    """Return the number of the value that holds on a day; of two that begin together the last written."""
    begun = [number for number, value in enumerate(values) if (value.since or begins) <= day]
    return max(begun, key=lambda number: (values[number].since or begins, number)) if begun else None
