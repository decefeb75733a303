"""What the pages are given: frozen, typed, exact. No words of a language but the contract's own (``Words``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Words: TypeAlias = Mapping[str, str]  # {"zh": …, "en": …}
Reasons: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ProblemView:
    """A message to a person: where, what, how to mend, its code."""

    where: str
    what: str
    mend: str
    code: str


class Trouble(Exception):
    """What was asked cannot be shown, for these reasons. The page says so and stays alive."""

    def __init__(self, *problems: ProblemView) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.what for problem in problems))


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
    statement_id: str | None
    value: Fraction | None
    target: Fraction | None
    verdict: str
    n: int


@dataclass(frozen=True)
class Head:
    """Which statement a page speaks of, and how fresh it is."""

    statement_id: str
    contract: str
    title: Words
    vendor: Words
    operator: Words
    month: str
    version: int
    status: str
    is_latest: bool
    closed_at: datetime
    cut_off_at: datetime
    zone: str
    currency: str
    sha256: str


@dataclass(frozen=True)
class IndicatorRow:
    """One promise of the contract in one month: what it came to and what follows from it.

    ``earned`` and ``weight`` are points; ``money`` is the sum of its lines, signed towards the payable sum, and None
    where it has none.
    """

    id: str
    clause: str
    name: Words
    text: Words
    metric: str
    unit: str
    better: str
    class_: str
    measure: Measure
    target: Fraction | None
    verdict: str
    reason: str
    weight: Fraction | None
    earned: Fraction | None
    money: Decimal | None
    history: tuple[MonthPoint, ...]

    @property
    def gap(self) -> Fraction | None:
        """How far the value lies on the good side of the target (negative: on the losing side), in the metric's unit."""
        if self.measure.value is None or self.target is None:
            return None
        return (self.measure.value - self.target) * (1 if self.better == "higher" else -1)

    @property
    def change(self) -> Fraction | None:
        """The value less that of the month before, in the metric's unit."""
        before = self.history[-2].value if len(self.history) > 1 else None
        return None if before is None or self.measure.value is None else self.measure.value - before


@dataclass(frozen=True)
class Step:
    """A step of the settlement's order with what it adds to the payable sum."""

    name: str
    amount: Decimal


@dataclass(frozen=True)
class Choice:
    """Something else that the reader may look at: a contract, a month, a version."""

    statement_id: str
    contract: str
    title: Words
    vendor: Words
    month: str
    version: int
    closed_at: datetime
    is_latest: bool
    status: str


@dataclass(frozen=True)
class Score:
    """The score over 100, or the reason why there is none."""

    value: Fraction | None
    points: Fraction
    weight_present: Fraction
    weight_in_force: Fraction
    reason: str


@dataclass(frozen=True)
class ScorecardView:
    """A month of a contract."""

    head: Head
    contracts: tuple[Choice, ...]
    months: tuple[Choice, ...]
    rows: tuple[IndicatorRow, ...]
    tally: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]
    score: Score
    months_shown: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """What was agreed for these days, and by which words."""

    name: str
    value: str
    since: date
    until: date
    by: str


@dataclass(frozen=True)
class Part:
    """A part of the month that was judged on its own items."""

    since: date
    until: date
    days: int
    measure: Measure
    target: Fraction | None
    target_by: str | None
    verdict: str
    reason: str


@dataclass(frozen=True)
class LineView:
    """A line of the statement; ``amount`` is signed towards the payable sum."""

    id: str
    kind: str
    clause: str
    name: Words | None
    amount: Decimal
    formula: str
    indicator: str | None
    since: date | None
    until: date | None
    by: str | None
    group: str | None
    tax: Decimal | None
    because: str | None


@dataclass(frozen=True)
class IndicatorView:
    """An indicator's page: its row, its definition and what it rests on."""

    head: Head
    row: IndicatorRow
    terms: tuple[Term, ...]
    parts: tuple[Part, ...]
    options: tuple[tuple[str, str], ...]
    scope: tuple[tuple[str, tuple[str, ...]], ...]
    definition_sha256: str
    candidates: int
    lines: tuple[LineView, ...]
    overrides: tuple[Mapping[str, str], ...]
    population: str


@dataclass(frozen=True)
class DayPoint:
    """An indicator on one day, with the target that held on it."""

    day: date
    value: Fraction | None
    target: Fraction | None
    target_by: str | None
    n: int
    missed: int
    numerator: Fraction
    denominator: Fraction


@dataclass(frozen=True)
class GroupPoint:
    """A group's share of an indicator; ``gap`` is what it adds to the gap, in the metric's unit: they add up to it."""

    name: str
    value: Fraction | None
    n: int
    missed: int
    numerator: Fraction
    denominator: Fraction
    gap: Fraction | None


@dataclass(frozen=True)
class Bucket:
    """How many items have an amount in [since_s, until_s) seconds."""

    since_s: Decimal
    until_s: Decimal
    n: int


@dataclass(frozen=True)
class ItemRow:
    """An item in a list."""

    population: str
    source: str
    item_id: str
    arrival_at: datetime
    state: str
    amount: str | None
    queue: str | None
    team: str | None
    agent_id: str | None


@dataclass(frozen=True)
class ItemsFilter:
    """Which items of an indicator: a state (class, or class and reason), a day, a group."""

    state: str | None = None
    day: date | None = None
    group: tuple[str, str] | None = None


@dataclass(frozen=True)
class ItemsView:
    """The items page before its rows: the indicator, what is asked for, and how many there are."""

    head: Head
    row: IndicatorRow
    asked: ItemsFilter
    total: int


@dataclass(frozen=True)
class ItemState:
    """What one indicator makes of an item, and the terms that this rests on (term, value, words)."""

    indicator_id: str
    clause: str
    name: Words
    state: str
    amount: str | None
    rests_on: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class EventView:
    """Something that happened to an item."""

    at: datetime
    kind: str
    author: str
    text: str


@dataclass(frozen=True)
class IntervalView:
    """A stretch of an item's clock."""

    since_at: datetime
    until_at: datetime
    kind: str
    reason: str


@dataclass(frozen=True)
class RawView:
    """A raw record as it stands in the archived file, personal values masked."""

    file_name: str
    sha256: str
    line_no: int
    last_line_no: int
    text: str
    fields: tuple[tuple[str, str], ...]
    personal: frozenset[str]
    load_id: int
    loaded_at: datetime


@dataclass(frozen=True)
class ItemView:
    """One item with everything known of it."""

    head: Head
    source: str
    item_id: str
    population: str
    channel: str
    arrival_at: datetime
    facts: tuple[tuple[str, str], ...]
    states: tuple[ItemState, ...]
    events: tuple[EventView, ...]
    clock: tuple[IntervalView, ...]
    target_at: datetime | None
    raw: tuple[RawView, ...]


@dataclass(frozen=True)
class StatementView:
    """A statement: its lines, the totals they add up to, and what all of it rests on."""

    head: Head
    lines: tuple[LineView, ...]
    steps: tuple[Step, ...]
    withheld: Decimal
    carried_out: Decimal
    versions: tuple[Choice, ...]
    tally: tuple[tuple[str, int], ...]
    indicators: int
    contract_sha256: str
    calendars_sha256: str
    amendments: tuple[Mapping[str, str], ...]
    definitions: tuple[tuple[str, str], ...]
    loads: tuple[Mapping[str, str], ...]
    overrides: tuple[Mapping[str, str], ...]
    evidence: tuple[tuple[str, Mapping[str, str]], ...]
