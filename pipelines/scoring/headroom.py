"""How far a share may still slip, and how much would bring it back: whole items, by the contract's own comparison."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.scoring.points import compared, is_met

# So many more items than there are bring a share as near to 0 or 1 as any contract compares it.
MANY = 10**18


@dataclass(frozen=True)
class Rule:
    """What a share is held against. ``better`` is higher (the share of good items) or lower (of bad ones)."""

    target: Fraction
    better: str
    step: Decimal | None = None
    rounding: str = "half_up"

    def holds(self, good: int, bad: int) -> bool:
        """Say whether so many good and bad items are on target; of none at all, nothing can be said."""
        if not good + bad:
            return False
        value = Fraction(good if self.better == "higher" else bad, good + bad)
        return is_met(compared(value, self.step, self.rounding), self.target, self.better)


@dataclass(frozen=True)
class Headroom:
    """Where a share stands.

    ``allowed``: how many of these n items might be bad. ``left``: how many of the next items may all be bad with the
    share still on target; 0 where it is not, None where any number may. ``needed``: how many of the next items have to
    be all good to bring it there; 0 where it is, None where no number does.
    """

    good: int
    bad: int
    is_met: bool
    allowed: int
    left: int | None
    needed: int | None

    @property
    def n(self) -> int:
        """All items that count."""
        return self.good + self.bad


@dataclass(frozen=True)
class PathDay:
    """A day of the month so far: what has come by its end, and how many of it might be bad."""

    day: date
    n: int
    bad: int
    allowed: int


def headroom(good: int, bad: int, rule: Rule) -> Headroom:
    """Return how many misses are left, and how many good items are needed.

    280 good of 300 at 90 %: of these 300 may 30 be bad. 11 more in a row may be, 280 of 311 being 90.03 %; with the
    12th it is 89.74 %. At 95 % 100 more have to be good: 380 of 400.
    """
    is_there = rule.holds(good, bad)
    return Headroom(
        good,
        bad,
        is_there,
        allowed(good + bad, rule),
        _last(lambda more: rule.holds(good, bad + more)) if is_there else 0,
        0 if is_there else _first(lambda more: rule.holds(good + more, bad)),
    )


def allowed(n: int, rule: Rule) -> int:
    """Return how many of n items might be bad: 30 of 300 at 90 %, none where not even none of them would do."""
    if not rule.holds(n, 0):
        return 0
    if rule.step is None:  # a share that is compared exactly
        return (1 - rule.target if rule.better == "higher" else rule.target) * n // 1
    most = _last(lambda bad: bad <= n and rule.holds(n - bad, bad))
    assert most is not None  # noqa: S101 - it ends at n
    return most


def path(days: Iterable[tuple[date, int, int]], rule: Rule) -> list[PathDay]:
    """Return the month so far, day by day, from (day, good, bad) in order; sums begin with the first day."""
    found: list[PathDay] = []
    n = bad = 0
    for day, good_of_day, bad_of_day in days:
        n, bad = n + good_of_day + bad_of_day, bad + bad_of_day
        found.append(PathDay(day, n, bad, allowed(n, rule)))
    return found


def _first(holds: Callable[[int], bool]) -> int | None:
    """Return the least number from 1 on of which it holds, and goes on holding; None where there is none."""
    return None if not holds(MANY) else _edge(holds)


def _last(holds: Callable[[int], bool]) -> int | None:
    """Return the greatest number from 0 on of which it holds, as it does of 0; None where there is none."""
    return None if holds(MANY) else _edge(lambda more: not holds(more)) - 1


def _edge(holds: Callable[[int], bool]) -> int:
    """Return the least number from 1 on of which it holds: doubled until it does, then halved."""
    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
