"""Counts of states, and the one value they make: a ratio of sums, made once, at the end (metrics.md, section 1)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pipelines.metrics.declare import Metric


@dataclass
class Counts:
    """How many items are in each state, and the sum of the amounts of those that count (in the metric's unit).

    ``states`` has texts as the metric's expression gives them: ``met``, ``missed: not yet done``,
    ``excluded: short abandon``. ``outside`` tallies the candidates that are not of the population, by reason.
    """

    states: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    amount: Decimal = Decimal(0)
    kept_by_vendor: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.states + other.states,
            self.outside + other.outside,
            self.amount + other.amount,
            self.kept_by_vendor + other.kept_by_vendor,
        )

    def of(self, kind: str) -> int:
        """Return how many items are in a state of this class: ``met``, ``missed``, ``excluded``."""
        return sum(n for state, n in self.states.items() if state.partition(":")[0] == kind)

    def reasons(self, kind: str) -> dict[str, int]:
        """Return the items of a class by reason, in order of the words."""
        found = {s.partition(": ")[2] or "no reason": n for s, n in self.states.items() if s.partition(":")[0] == kind}
        return dict(sorted(found.items()))

    @property
    def population(self) -> int:
        """The sum of all states."""
        return sum(self.states.values())

    @property
    def unmeasurable_of_vendor(self) -> int:
        """Unmeasurable items whose log the vendor keeps."""
        return sum(n for state, n in self.kept_by_vendor.items() if state.startswith("unmeasurable"))


def total(parts: Iterable[Counts]) -> Counts:
    """Return the sum of counts; counts add up over any split of the items."""
    return sum(parts, Counts())


@dataclass(frozen=True)
class Measured:
    """A value with what it is made of: ``value`` is None where nothing was counted; ``n`` is the sample's size."""

    numerator: Fraction
    denominator: int
    n: int
    value: Fraction | None
    counts: Counts


def blamed(counts: Counts, unmeasurable: str | None) -> int:
    """Return how many unmeasurable items are held against the vendor.

    ``exclude``: none; ``count_as_missed``: all; None: those of logs that the vendor keeps (settlement.md, section 3).
    """
    if unmeasurable == "exclude":
        return 0
    return counts.of("unmeasurable") if unmeasurable == "count_as_missed" else counts.unmeasurable_of_vendor


def measured(metric: Metric, counts: Counts, unmeasurable: str | None = None) -> Measured:
    """Return the metric's value from counts.

    ``unmeasurable`` is the contract's option, as ``blamed`` reads it. In a mean such items stay excluded.
    """
    n = counts.of("counted")
    amount = Fraction(counts.amount)
    if metric.aggregate == "mean":
        return Measured(amount, n, n, amount / n if n else None, counts)
    if metric.aggregate == "sum":
        return Measured(amount, 1, n, amount if n else None, counts)
    if metric.aggregate == "count":
        # no incidents is 0, not absent; an item may bear several, and then its amount says how many
        found = Fraction(counts.of(metric.numerator)) if metric.amount is None else amount
        return Measured(found, 1, counts.of("met") + counts.of("missed"), found, counts)
    assert metric.aggregate == "share"  # noqa: S101 - a percentile is no sum of counts
    met, missed = counts.of("met"), counts.of("missed") + blamed(counts, unmeasurable)
    numerator = missed if metric.numerator == "missed" else met
    n = met + missed
    return Measured(Fraction(numerator), n, n, Fraction(numerator, n) if n else None, counts)


def no_data_reason(counts: Counts) -> str:
    """Say why nothing could be measured: no items, or all of them in one kind of state."""
    if not counts.population:
        return "no items"
    for kind in ("pending", "excluded", "unmeasurable"):
        if counts.of(kind) == counts.population:
            return f"all {kind}"
    return "nothing counted"
