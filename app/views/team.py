"""What a team lead looks at: promises so far, clocks that run, agents beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from app.views.statement import Choice, Head, IndicatorRow, Words


@dataclass(frozen=True)
class PathPoint:
    """The end of a day: what has come so far, how many of it were missed, and how many might be."""

    day: date
    n: int
    missed: int
    allowed: int


@dataclass(frozen=True)
class PromiseSoFar:
    """A promise in items.

    ``left``: misses in a row that it still bears (None: any number); ``needed``: good items that bring it back (None:
    no number can).
    """

    row: IndicatorRow
    value: Fraction | None
    target: Fraction
    target_by: str | None
    since: date
    minimum: Fraction
    n: int
    missed: int
    allowed: int
    left: int | None
    needed: int | None
    is_met: bool
    days: tuple[PathPoint, ...]


@dataclass(frozen=True)
class ClockView:
    """An item that is to be done by ``due_at``; later, perhaps, where it was paused."""

    indicator: str
    column: str
    name: Words
    clause: str
    population: str
    source: str
    item_id: str
    team: str | None
    agent_id: str | None
    due_at: datetime
    left_s: int
    may_be_later: bool


@dataclass(frozen=True)
class ClocksView:
    """The clocks that run at the cut-off, the soonest first; ``waiting`` are pending for want of time alone."""

    head: Head
    clocks: tuple[ClockView, ...]
    total: int
    waiting: int
    within: Mapping[int, int]


@dataclass(frozen=True)
class AgentPoint:
    """An agent: its value with the interval that chance leaves, and whether it lies beyond the target by more."""

    name: str
    value: Fraction | None
    n: int
    missed: int
    low: Fraction | None
    high: Fraction | None
    stands: str


@dataclass(frozen=True)
class AgentsView:
    """Agents on one scale."""

    head: Head
    row: IndicatorRow
    agents: tuple[AgentPoint, ...]


@dataclass(frozen=True)
class MissView:
    """An item that was missed."""

    population: str
    source: str
    item_id: str
    arrival_at: datetime
    state: str
    agent_id: str | None


@dataclass(frozen=True)
class MissesView:
    """The last misses of a promise."""

    head: Head
    rows: tuple[MissView, ...]


@dataclass(frozen=True)
class TeamView:
    """The desk of a team lead. ``team`` None: all that the reader sees."""

    head: Head
    contracts: tuple[Choice, ...]
    months: tuple[Choice, ...]
    teams: tuple[str, ...]
    team: str | None
    promises: tuple[PromiseSoFar, ...]
    chosen: PromiseSoFar | None
    others: tuple[IndicatorRow, ...]
    is_running: bool
