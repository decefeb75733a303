"""A value with its history: what was it worth on a day, and by which clause. The latest value is never assumed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from pipelines.core.period import Days
from pipelines.core.problem import Problem, Refused

T = TypeVar("T")


@dataclass(frozen=True)
class Since(Generic[T]):
    """``value`` holds from the day ``since`` on, by the words of ``by`` (a clause, or a clause of an amendment)."""

    since: date
    value: T
    by: str


@dataclass(frozen=True)
class Piece(Generic[T]):
    """A value over a span of days in which it does not change."""

    days: Days
    value: T
    by: str


@dataclass(frozen=True)
class Dated(Generic[T]):
    """Values in order of the day they begin on; each holds until the next begins."""

    name: str
    values: tuple[Since[T], ...]

    def on(self, day: date) -> Since[T]:
        """Return what holds on ``day``; before the first value nothing is agreed, and that is refused, not zero."""
        found = [value for value in self.values if value.since <= day]
        if found:
            return found[-1]
        begins = f"{self.name} begins on {self.values[0].since}" if self.values else f"{self.name} has no value"
        raise Refused(
            Problem(
                where=self.name,
                what=f"{begins}; nothing is agreed for {day}.",
                mend="Give it a value that begins earlier, or close a later month.",
                code="contract.nothing_agreed",
            )
        )

    def pieces(self, days: Days) -> list[Piece[T]]:
        """Cut ``days`` where the value changes; neighbours of equal value are one piece.

        Days before the first value are left out: ask ``on`` for the first day where that would be a mistake.
        """
        cuts = [value.since for value in self.values]
        found: list[Piece[T]] = []
        for value, until in zip(self.values, [*cuts[1:], days.until], strict=False):
            part = Days(value.since, max(value.since, until)).overlap(days)
            if not len(part):
                continue
            if found and found[-1].value == value.value:
                found[-1] = Piece(Days(found[-1].days.since, part.until), value.value, found[-1].by)
            else:
                found.append(Piece(part, value.value, value.by))
        return found


def in_order(name: str, values: Iterable[Since[T]]) -> Dated[T]:
    """Return ``values`` sorted by day; of two that begin on one day the later written (an amendment) holds."""
    latest: dict[date, Since[T]] = {}
    for value in values:
        latest[value.since] = value
    return Dated(name, tuple(latest[day] for day in sorted(latest)))
