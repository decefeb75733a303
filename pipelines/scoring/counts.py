"""Counts of states, and the one value they make: a ratio of sums, made once, at the end (metrics.md, section 1)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pipelines.core.exact import decimal_text
from pipelines.metrics.declare import Metric


@dataclass
class Counts:
    """How many items are in each state, and the sum of the amounts of those that count (in the metric's unit).

    ``states`` has texts as the metric's expression gives them: ``met``, ``missed: not yet done``,
    ``excluded: short abandon``. ``outside`` tallies the candidates that are not of the population, by reason.
    ``base`` is the sum of amounts below the line of a time share or a ratio; ``histogram`` says how often each amount
    that counts occurs, for metrics whose value or interval needs it.
    """

    states: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    amount: Decimal = Decimal(0)
    kept_by_vendor: Counter[str] = field(default_factory=Counter)
    base: Decimal = Decimal(0)
    histogram: Counter[Decimal] = field(default_factory=Counter)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.states + other.states,
            self.outside + other.outside,
            self.amount + other.amount,
            self.kept_by_vendor + other.kept_by_vendor,
            self.base + other.base,
            self.histogram + other.histogram,
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
    """Return the counts of all parts together."""
    found = Counts()
    for part in parts:  # in place: a sum of sums would copy what it has with every part
        found.states.update(part.states)
        found.outside.update(part.outside)
        found.kept_by_vendor.update(part.kept_by_vendor)
        found.histogram.update(part.histogram)
        found.amount += part.amount
        found.base += part.base
    return found


@dataclass(frozen=True)
class Measured:
    """A value with what it is made of: ``value`` is None where nothing was counted; ``n`` is the sample's size.

    A percentile whose rank falls on an item that was never answered has no value either: it lies beyond ``longest``,
    the greatest amount that was counted (``beyond`` is then true).
    """

    numerator: Fraction
    denominator: Fraction | int
    n: int
    value: Fraction | None
    counts: Counts
    beyond: bool = False
    longest: Fraction | None = None

    @property
    def text(self) -> str | None:
        """The value in digits; ``> 312`` where it lies beyond the longest that was counted; None without a value."""
        if self.beyond:
            return "never answered" if self.longest is None else f"> {decimal_text(self.longest)}"
        return None if self.value is None else decimal_text(self.value)


def blamed(counts: Counts, unmeasurable: str | None) -> int:
    """Return how many unmeasurable items are held against the vendor.

    ``exclude``: none; ``count_as_missed``: all; None: those of logs that the vendor keeps (settlement.md, section 3).
    """
    if unmeasurable == "exclude":
        return 0
    return counts.of("unmeasurable") if unmeasurable == "count_as_missed" else counts.unmeasurable_of_vendor


def measured(
    metric: Metric, counts: Counts, unmeasurable: str | None = None, percentile: Decimal | None = None
) -> Measured:
    """Return the metric's value from counts.

    ``unmeasurable`` is the contract's option, as ``blamed`` reads it. In a mean such items stay excluded, in a
    percentile they are longer than any other. ``percentile``: which one, above 0 up to 100 (else the metric's default).
    """
    n = counts.of("counted")
    amount = Fraction(counts.amount)
    if metric.aggregate == "mean":
        return Measured(amount, n, n, amount / n if n else None, counts)
    if metric.aggregate == "sum":
        return Measured(amount, metric.per, n, amount / metric.per if n else None, counts)
    if metric.aggregate == "percentile":
        asked = Decimal(metric.terms["percentile"].default) if percentile is None else percentile
        return _percentile(counts, n + blamed(counts, unmeasurable), Fraction(asked))
    if metric.aggregate == "difference":
        found = sum((weight * counts.states[state] for state, weight in metric.weights.items()), Fraction(0))
        return Measured(found, n, n, found / n if n else None, counts)
    if metric.aggregate == "per":
        found = Fraction(counts.of("missed") * metric.per)
        return Measured(found, n, n, found / n if n else None, counts)
    if metric.aggregate == "count":
        # no incidents is 0, not absent; an item may bear several, and then its amount says how many
        found = Fraction(counts.of(metric.numerator)) if metric.amount is None else amount
        return Measured(found, 1, n + counts.of("met") + counts.of("missed"), found, counts)
    if metric.aggregate == "ratio":
        base = Fraction(counts.base)
        return Measured(amount, base, n, amount / base if base else None, counts)
    if metric.aggregate == "time_share":
        base = Fraction(counts.base)
        return Measured(amount, base, counts.of("met") + counts.of("missed"), amount / base if base else None, counts)
    assert metric.aggregate == "share"  # noqa: S101 - there is no other
    met, missed = counts.of("met"), counts.of("missed") + blamed(counts, unmeasurable)
    numerator = missed if metric.numerator == "missed" else met
    n = met + missed
    return Measured(Fraction(numerator), n, n, Fraction(numerator, n) if n else None, counts)


def nearest_rank(percentile: Fraction, n: int) -> int:
    """Return the place of a percentile among n amounts, from 1: ⌈p·n/100⌉. The 75th of 4 is the third."""
    return max(1, -(-(percentile * n).numerator // ((percentile * n).denominator * 100)))


def _percentile(counts: Counts, n: int, percentile: Fraction) -> Measured:
    """Return the nearest-rank percentile of n items: the amount at rank max(1, ⌈p·n/100⌉), those beyond any last.

    Amounts 3, 5, 9 and one never answered: the 75th is the third, 9; the 76th is the fourth, beyond 9.
    """
    rank = nearest_rank(percentile, n)
    if not n:
        return Measured(Fraction(0), 0, 0, None, counts)
    passed = 0
    for amount, count in sorted(counts.histogram.items()):
        passed += count
        if passed >= rank:
            return Measured(Fraction(rank), n, n, Fraction(amount), counts)
    longest = Fraction(max(counts.histogram)) if counts.histogram else None
    return Measured(Fraction(rank), n, n, None, counts, beyond=True, longest=longest)


def no_data_reason(counts: Counts) -> str:
    """Say why nothing could be measured: no items, or all of them in one kind of state."""
    if not counts.population:
        return "no items"
    for kind in ("pending", "excluded", "unmeasurable"):
        if counts.of(kind) == counts.population:
            return f"all {kind}"
    return "nothing counted"
