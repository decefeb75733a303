"""Values with what they are made of, over a month, a day, a group."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Reasons: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class States:
    """How many items of a population are in each state; ``outside`` are candidates that are not of it, by reason."""

    met: int
    missed: int
    counted: int
    excluded: Reasons
    unmeasurable: Reasons
    pending: int
    missed_not_yet_done: int = 0
    outside: Reasons = ()

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The classes in the order they are drawn; their numbers add up to the population."""
        return (
            ("met", self.met),
            ("counted", self.counted),
            ("missed", self.missed),
            ("unmeasurable", sum(n for _, n in self.unmeasurable)),
            ("pending", self.pending),
            ("excluded", sum(n for _, n in self.excluded)),
        )

    @property
    def population(self) -> int:
        """The sum of all states."""
        return sum(n for _, n in self.parts)


@dataclass(frozen=True)
class Measure:
    """A value with what it is made of; None where nothing was counted."""

    value: Fraction | None
    numerator: str
    denominator: str
    n: int
    states: States


@dataclass(frozen=True)
class MonthPoint:
    """An indicator in one month of its history."""

    month: str
    statement_id: str
    value: Fraction | None
    target: Fraction | None
    verdict: str
    n: int


@dataclass(frozen=True)
class DayPoint:
    """An indicator on one day, with the target that held on it.

    From ``low`` to ``high`` lies what chance alone would do; None where chance has no law. ``is_signal``: beyond them.
    """

    day: date
    value: Fraction | None
    target: Fraction | None
    target_by: str | None
    n: int
    missed: int
    numerator: Fraction
    denominator: Fraction
    low: Fraction | None
    high: Fraction | None
    is_signal: bool


@dataclass(frozen=True)
class MarkedDay:
    """A day that is not like others: ``promotion``, ``holiday``, ``make_up_workday``."""

    day: date
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class ControlView:
    """The days of a month, and those of them that are marked."""

    points: tuple[DayPoint, ...]
    marked: tuple[MarkedDay, ...]


@dataclass(frozen=True)
class HourPoint:
    """An indicator at an hour (0 to 23) of a weekday (1 is Monday)."""

    weekday: int
    hour: int
    value: Fraction | None
    n: int
    missed: int


@dataclass(frozen=True)
class GroupPoint:
    """A group's share of an indicator; ``gap`` is what it adds to the gap, in the metric's unit: they add up to it.

    ``excess``: how many items it missed beyond the target (negative: it missed fewer); ``allocated``: the money that
    its part of the gap is given.
    """

    name: str
    value: Fraction | None
    n: int
    missed: int
    numerator: Fraction
    denominator: Fraction
    gap: Fraction | None
    excess: Fraction | None
    allocated: Decimal


@dataclass(frozen=True)
class ContributionView:
    """The groups; what their gaps add up to, the money of the indicator's lines, and what of it no group bears."""

    points: tuple[GroupPoint, ...]
    gap: Fraction | None
    money: Decimal
    unallocated: Decimal


@dataclass(frozen=True)
class Bucket:
    """How many items have an amount in [since_s, until_s) seconds."""

    since_s: Decimal
    until_s: Decimal
    n: int
