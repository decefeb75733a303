"""A figure that somebody else states, and why it is not ours: readings that reproduce it, and the difference by cause.

An explanation is found only where a reading of the same items gives the stated numerator and denominator (or, where
none are stated, a value that rounds to the stated one). What nothing reproduces stays unexplained.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts, measured, total

# From the stated value to ours the causes are undone in this order, so that their parts add up (DECISIONS.md).
CAUSES = ("rounding", "definition", "missing", "duplicates", "corrections", "calendar", "unexplained")

# Cells whose items may all be missing, or may all be counted twice; each is a split of the same items.
MISSING_BY = ("day", "session", "queue", "team", "agent")  # session: the day on which a round's session began
TWICE_BY = ("hour", "day", "queue")
DELIVERED, AGAIN = "delivered", "again"  # items that a file holds more than once
AMOUNT = "amount"
LISTED = "listed"  # how often the vendor's own list of items names each

# The splits by how many cells are tried, fewest first; a whole other reading comes before all of them.
TRIED = ("", LISTED, DELIVERED, "team", "queue", "day", "session", AMOUNT, "agent", "hour")

# Where so much is tried that something fits sooner or later, more explanations than these prove nothing.
MOST_BY_CHANCE = 3

EXACTLY, BY_ROUNDING, BY_LIST = "numerator and denominator", "value, rounded", "their list of items"


@dataclass(frozen=True)
class Stated:
    """What is stated: ``value``, which lay from ``low`` (in) to ``high`` (out) before it was rounded, and its parts."""

    value: Fraction
    low: Fraction
    high: Fraction
    numerator: Fraction | None = None
    denominator: Fraction | None = None

    @property
    def has_parts(self) -> bool:
        """Whether numerator and denominator are stated, so that more than a rounded value can be compared."""
        return self.numerator is not None and bool(self.denominator)

    def holds(self, value: Fraction) -> bool:
        """Say whether ``value`` rounds to what is stated."""
        return self.low <= value < self.high

    def reproduced_by(self, figure: "Figure") -> str | None:
        """Say how far a figure is what is stated, or None where it is not."""
        if figure.value is None:
            return None
        if self.has_parts:
            return EXACTLY if (figure.numerator, figure.denominator) == (self.numerator, self.denominator) else None
        return BY_ROUNDING if self.holds(figure.value) else None


@dataclass(frozen=True)
class Figure:
    """A numerator, a denominator, and their value (None where nothing counts)."""

    numerator: Fraction
    denominator: Fraction
    value: Fraction | None


def _in_state(counts: Counts, state: str) -> int:
    """Return how many items are in a state (``excluded: short abandon``) or a class of states (``excluded``)."""
    return counts.states[state] if ":" in state else counts.of(state)


@dataclass(frozen=True)
class Meter:
    """What makes counts a figure: the metric's value, or (``count``) how many items are in a state."""

    metric: Metric
    unmeasurable: str | None = None
    percentile: Decimal | None = None
    count: str | None = None

    def figure(self, counts: Counts) -> Figure:
        """Return the figure of counts."""
        if self.count is not None:
            n = Fraction(counts.population if self.count == "population" else _in_state(counts, self.count))
            return Figure(n, Fraction(1), n)
        one = measured(self.metric, counts, self.unmeasurable, self.percentile)
        return Figure(one.numerator, Fraction(one.denominator), one.value)

    @property
    def adds_up(self) -> bool:
        """Whether figures of parts add up to that of the whole: a percentile's do not."""
        return self.count is not None or self.metric.aggregate != "percentile"

    @property
    def has_denominator(self) -> bool:
        """Whether the denominator counts items; that of a sum or a count is 1."""
        return self.count is None and self.metric.aggregate not in ("sum", "count")


Cells = Mapping[str, Counts]


@dataclass(frozen=True)
class Reading:
    """The month's items under one reading: ours, or with another definition, calendar or knowledge of the logs.

    ``cells`` are the items by day, queue, team …: each a split of ``counts``. ``name`` says what is other than ours,
    ``size`` how many things are.
    """

    cause: str
    name: tuple[tuple[str, str], ...]
    counts: Counts
    cells: Mapping[str, Cells]
    size: int = 1


@dataclass(frozen=True)
class Change:
    """Items that are left out (``missing``) or counted twice (``duplicates``): those of these cells of a split."""

    cause: str
    by: str
    cells: tuple[str, ...]
    size: int = 1


def made(reading: Reading, changes: Sequence[Change]) -> Counts:
    """Return a reading's counts after changes, all of them of one split; a cell named twice is added twice."""
    if not changes:
        return reading.counts
    cells = reading.cells.get(changes[0].by, {})
    left_out = {name for change in changes if change.cause == "missing" for name in change.cells}
    again = [name for change in changes if change.cause == "duplicates" for name in change.cells]
    kept = [counts for name, counts in cells.items() if name not in left_out]
    return total([*kept, *(cells[name] for name in again if name in cells)])


@dataclass(frozen=True)
class Step:
    """A cause undone: from ``before`` to ``after``; ``what`` is the reading or the change that it was."""

    cause: str
    before: Figure
    after: Figure
    what: Reading | Change


@dataclass(frozen=True)
class Explanation:
    """Changes that make ours what is stated; ``steps`` undo them in order, the last one ends at ours."""

    steps: tuple[Step, ...]
    how: str

    @property
    def size(self) -> int:
        """How many things are other than ours."""
        return sum(step.what.size for step in self.steps)

    @property
    def kind(self) -> tuple[object, ...]:
        """What it says, but for a term's value: 15 s or 20 s instead of 5 s are one thing said where both fit."""
        return tuple(
            (step.cause, step.before, step.after, step.what.cells)
            if isinstance(step.what, Change)
            else (step.cause, step.before, step.after, tuple(name for name, _ in step.what.name))
            for step in self.steps
        )


@dataclass(frozen=True)
class Found:
    """What explains a stated figure, the simplest first. ``is_chance``: so many fit that they prove nothing."""

    explanations: tuple[Explanation, ...] = ()
    is_chance: bool = False


def search(stated: Stated, meter: Meter, ours: Reading, others: Sequence[Reading]) -> Found:
    """Return the explanations of what is stated by one change: another reading, or items left out or counted twice."""
    return _kept(stated, list(_by_one(stated, meter, ours, others)))


def search_by_two(
    stated: Stated, meter: Meter, ours: Reading, others: Sequence[Reading], pairs: Sequence[Reading]
) -> Found:
    """Return the explanations by two changes; asked for only where one explains nothing.

    ``others`` are readings with their splits, ``pairs`` those that differ in two things already.
    """
    found = [*_other_readings(stated, meter, ours, pairs), *_by_two(stated, meter, ours, others)]
    return _kept(stated, found)


def _kept(stated: Stated, found: list[Explanation]) -> Found:
    """Rank what fits; where much was tried and much fits, it is chance.

    One change that reproduces both stated parts is believed, however many do; unless it is one of the many hours or
    agents, or stands beside another change, or only a rounded value is reproduced.
    """
    ranked = sorted(found, key=_rank)
    is_believed = stated.has_parts and bool(ranked) and _rank(ranked[0]) < (1, TRIED.index("agent"))
    return Found(tuple(ranked), not is_believed and len({one.kind for one in found}) > MOST_BY_CHANCE)


def _rank(explanation: Explanation) -> tuple[int, int]:
    """Return how simple an explanation is, then how many of its kind were tried: the fewer, the less it is chance."""
    tried = [TRIED.index(step.what.by) if isinstance(step.what, Change) else 0 for step in explanation.steps]
    return explanation.size, max(tried)


def _other_readings(stated: Stated, meter: Meter, ours: Reading, others: Sequence[Reading]) -> Iterator[Explanation]:
    for other in others:
        how = stated.reproduced_by(meter.figure(other.counts))
        if how is not None:
            yield _explained(meter, ours, other, None, how)


def _by_one(stated: Stated, meter: Meter, ours: Reading, others: Sequence[Reading]) -> Iterator[Explanation]:
    yield from _other_readings(stated, meter, ours, others)
    for change, how in _changes(stated, meter, ours):
        yield _explained(meter, ours, None, change, how)


def _by_two(stated: Stated, meter: Meter, ours: Reading, others: Sequence[Reading]) -> Iterator[Explanation]:
    base = meter.figure(ours.counts)
    for other in others:
        if meter.figure(other.counts) == base:
            continue
        for change, how in _changes(stated, meter, other):
            if all(name in ours.cells.get(change.by, {}) for name in change.cells):
                yield _explained(meter, ours, other, change, how)
    for days in _several_days(ours.cells.get("day", {}), meter):
        reproduced = stated.reproduced_by(_without(meter, ours, days))
        if reproduced is not None:
            yield _explained(meter, ours, None, days, reproduced)


def _changes(stated: Stated, meter: Meter, reading: Reading) -> Iterator[tuple[Change, str]]:
    """Yield the single changes of a reading's items that reproduce what is stated."""
    base = meter.figure(reading.counts)
    for change in _single_changes(reading):
        figure = _without(meter, reading, change) if change.cause == "missing" else _with(meter, reading, change)
        how = None if figure == base else stated.reproduced_by(figure)
        if how is not None:
            yield change, how
    for change, figure in _cuts(meter, reading):
        how = None if figure == base else stated.reproduced_by(figure)
        if how is not None:
            yield change, how


def _single_changes(reading: Reading) -> Iterator[Change]:
    for by in MISSING_BY:
        cells = reading.cells.get(by, {})
        if len(cells) > 1:  # without the only queue nothing would be left
            yield from (Change("missing", by, (name,)) for name in cells)
    for by in TWICE_BY:
        yield from (Change("duplicates", by, (name,)) for name in reading.cells.get(by, {}))
    if AGAIN in reading.cells.get(DELIVERED, {}):
        yield Change("duplicates", DELIVERED, (AGAIN,))


def _several_days(days: Cells, meter: Meter) -> Iterator[Change]:
    """Yield two days, and every run of three days and more (but not the whole month)."""
    if not meter.adds_up:
        return
    names = sorted(days)
    yield from (Change("missing", "day", pair, size=2) for pair in combinations(names, 2))
    for first, last in combinations(range(len(names)), 2):
        if 2 < last - first + 1 < len(names):
            yield Change("missing", "day", tuple(names[first : last + 1]), size=2)


def _parts(meter: Meter, counts: Counts) -> tuple[Fraction, Fraction]:
    """Return what items add to the numerator and to the denominator."""
    figure = meter.figure(counts)
    return figure.numerator, figure.denominator if meter.has_denominator else Fraction(0)


def _figure(meter: Meter, numerator: Fraction, denominator: Fraction) -> Figure:
    if not meter.has_denominator:
        denominator = Fraction(1 if meter.count is not None else meter.metric.per)
    return Figure(numerator, denominator, numerator / denominator if denominator else None)


def _shifted(meter: Meter, reading: Reading, change: Change, sign: int) -> Figure:
    if not meter.adds_up:
        return meter.figure(made(reading, [change]))
    numerator, denominator = _parts(meter, reading.counts)
    for name in change.cells:
        more, below = _parts(meter, reading.cells[change.by][name])
        numerator, denominator = numerator + sign * more, denominator + sign * below
    return _figure(meter, numerator, denominator)


def _without(meter: Meter, reading: Reading, change: Change) -> Figure:
    return _shifted(meter, reading, change, -1)


def _with(meter: Meter, reading: Reading, change: Change) -> Figure:
    return _shifted(meter, reading, change, 1)


def _cuts(meter: Meter, reading: Reading) -> Iterator[tuple[Change, Figure]]:
    """Yield what is left when items of the smallest amounts are left out, or of the greatest, up to each amount."""
    if not meter.adds_up:
        return
    cells = reading.cells.get(AMOUNT, {})
    rising = sorted((name for name in cells if name), key=Decimal)
    for names in (rising, rising[::-1]):
        numerator, denominator = _parts(meter, reading.counts)
        for place, name in enumerate(names[:-1], start=1):
            more, below = _parts(meter, cells[name])
            numerator, denominator = numerator - more, denominator - below
            if more or below:
                yield Change("missing", AMOUNT, tuple(names[:place])), _figure(meter, numerator, denominator)


def _explained(meter: Meter, ours: Reading, other: Reading | None, change: Change | None, how: str) -> Explanation:
    return Explanation(steps_of(meter, ours, [one for one in (other, change) if one is not None]), how)


def steps_of(meter: Meter, ours: Reading, changes: Sequence[Reading | Change]) -> tuple[Step, ...]:
    """Return the steps from all of these changes to none: each undoes one cause, in the order of CAUSES."""
    left = sorted(changes, key=lambda one: CAUSES.index(one.cause))
    steps = []
    while left:
        before = _as_read(meter, ours, left)
        undone, *left = left
        steps.append(Step(undone.cause, before, _as_read(meter, ours, left), undone))
    return tuple(steps)


def _as_read(meter: Meter, ours: Reading, changes: Sequence[Reading | Change]) -> Figure:
    reading = next((one for one in changes if isinstance(one, Reading)), ours)
    return meter.figure(made(reading, [one for one in changes if isinstance(one, Change)]))


def by_their_list(stated: Stated, meter: Meter, ours: Reading, others: Sequence[Reading]) -> Found:
    """Explain by the vendor's own list of items: what it leaves out is missing, what it names twice is counted twice.

    With another reading where one then reproduces what is stated; else the list alone stands, and the rest is
    unexplained.
    """
    changes = _listed(ours.cells[LISTED])
    found = []
    for other in (None, *others):
        steps = steps_of(meter, ours, [*changes, *([] if other is None else [other])])
        how = stated.reproduced_by(steps[0].before) if steps else None
        if how is not None:
            found.append(Explanation(steps, how))
            if other is None:
                break
    alone = steps_of(meter, ours, changes)
    if not found and alone and alone[0].before.value is not None:
        found.append(Explanation(alone, BY_LIST))
    return Found(tuple(sorted(found, key=lambda one: one.size)))


def _listed(cells: Cells) -> list[Change]:
    """Return the changes that a split by how often each item is listed says: never, or several times."""
    found = []
    if cells.get("0", Counts()).population:
        found.append(Change("missing", LISTED, ("0",)))
    again = tuple(name for name in sorted(cells) for _ in range(int(name) - 1))
    if again:
        found.append(Change("duplicates", LISTED, again))
    return found


# --- the difference by cause ---


@dataclass(frozen=True)
class Part:
    """What a cause does to the value: from ``before`` to ``after``, one step on the way from theirs to ours."""

    cause: str
    before: Fraction
    after: Fraction

    @property
    def difference(self) -> Fraction:
        """How much of theirs − ours is of this cause."""
        return self.before - self.after


def split(stated: Stated, ours: Fraction, explanation: Explanation | None) -> list[Part]:
    """Return the way from the stated value to ours, a part a cause, in the order of CAUSES; parts add up exactly.

    Stated 0.93 for 28 / 30, ours 28 / 31, one item missing: rounding 0.93 − 28/30, missing 28/30 − 28/31.
    """
    parts: list[Part] = []
    at = stated.value

    def go(cause: str, to: Fraction | None) -> None:
        nonlocal at
        if to is not None and to != at:
            parts.append(Part(cause, at, to))
            at = to

    exact = stated.numerator / stated.denominator if stated.numerator is not None and stated.denominator else None
    if explanation is not None:
        before = explanation.steps[0].before.value
        # a value that is not its own two parts was not made by rounding them
        go("rounding" if before is not None and stated.holds(before) else "unexplained", before)
        for step in explanation.steps:
            go(step.cause, step.after.value)
    elif stated.holds(ours) and exact in (None, ours):
        go("rounding", ours)
    elif exact is not None and stated.holds(exact):
        go("rounding", exact)
    go("unexplained", ours)
    return parts
