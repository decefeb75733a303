"""What finance and a team lead look at beside a statement: its month, its accrual, its changes, its promises so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from app.views.statement import Choice, Head, IndicatorRow, LineView, Step, Words


@dataclass(frozen=True)
class RangeRow:
    """An indicator with pending items: its value if all of them are met, or missed; ``stays`` where nobody can say."""

    id: str
    name: Words
    unit: str
    pending: int
    stays: bool
    met: Fraction | None
    missed: Fraction | None
    verdict_met: str
    verdict_missed: str


@dataclass(frozen=True)
class AccrualView:
    """What the month comes to as it stands, and if all that is pending is met, or missed."""

    low: Decimal
    high: Decimal
    met: Mapping[str, Decimal]
    missed: Mapping[str, Decimal]
    rows: tuple[RangeRow, ...]


@dataclass(frozen=True)
class MonthColumn:
    """A month beside others: its totals, and its indicators' values with their verdicts."""

    month: str
    statement_id: str
    status: str
    steps: Mapping[str, Decimal]
    values: Mapping[str, tuple[Fraction | None, str]]


@dataclass(frozen=True)
class FinanceView:
    """A month as finance sees it. ``is_running``: closed before it was over, so that its sums are an accrual."""

    head: Head
    contracts: tuple[Choice, ...]
    months: tuple[Choice, ...]
    lines: tuple[LineView, ...]
    steps: tuple[Step, ...]
    columns: tuple[MonthColumn, ...]
    rows: tuple[IndicatorRow, ...]
    is_running: bool
    accrual: AccrualView | None
    before: Choice | None
    has_export: bool


@dataclass(frozen=True)
class Word:
    """What a party said on a statement."""

    party: str
    kind: str
    at: datetime | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class StandingView:
    """How far a month has come between the parties, and the last day of each step."""

    head: Head
    state: str
    since: datetime | None
    steps: tuple[tuple[str, datetime], ...]
    words: tuple[Word, ...]
    deadlines: tuple[tuple[str, date | None], ...]

    def deadline(self, name: str) -> date | None:
        """Return the last day of a step; None where nobody knows it yet."""
        return dict(self.deadlines).get(name)


@dataclass(frozen=True)
class IndicatorChange:
    """An indicator that differs: its values before and after, and how many items differ by which cause."""

    id: str
    name: Words | None
    unit: str
    before: Fraction | None
    after: Fraction | None
    items: int
    causes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ChangesView:
    """What a version says otherwise than the one before it, and what it rests on that is other."""

    head: Head
    before: Choice
    causes: tuple[tuple[str, int], ...]
    indicators: tuple[IndicatorChange, ...]
    lines: tuple[tuple[str, LineView | None, Decimal | None, Decimal | None], ...]
    totals: tuple[tuple[str, Decimal, Decimal], ...]
    context: tuple[str, ...]


@dataclass(frozen=True)
class EvidenceView:
    """The evidence of a statement as somebody sees it: its name when handed out, the statement's hash, its files."""

    name: str
    sha256: str
    files: tuple[Path, ...]
