"""A statement and its indicators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from app.views.measure import Measure, MonthPoint

Words: TypeAlias = Mapping[str, str]  # {"zh": …, "en": …}


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
    used: str
    weight: Fraction | None
    earned: Fraction | None
    money: Decimal | None
    history: tuple[MonthPoint, ...]

    @property
    def gap(self) -> Fraction | None:
        """How far the value lies on the good side of the target (negative: beyond it), in the metric's unit."""
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
    """A month of a contract. ``has_money``: the reader may see it; else it is what their own teams' rows come to."""

    head: Head
    contracts: tuple[Choice, ...]
    months: tuple[Choice, ...]
    rows: tuple[IndicatorRow, ...]
    tally: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]
    score: Score
    months_shown: tuple[str, ...]
    has_money: bool = True


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
    step: str
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
class Hit:
    """Something found: an indicator, a clause, an agent, an item; where it is."""

    kind: str
    text: str
    name: Words
    statement_id: str
    month: str
    indicator_id: str
    population: str = ""
    source: str = ""
    item_id: str = ""


@dataclass(frozen=True)
class ContractView:
    """A statement's contract in words (Markdown); ``indicators`` are (id, clause, name, verdict) of the month."""

    head: Head
    text: str
    indicators: tuple[tuple[str, str, Words, str], ...]


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
