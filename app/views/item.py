"""Items, and one item with everything known of it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.views.statement import Head, IndicatorRow, Words


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
    """Which items of an indicator: a state (class, or class and reason), a day, groups that all hold."""

    state: str | None = None
    day: date | None = None
    groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ItemsView:
    """The items page before its rows: the indicator, what is asked for, and how many there are."""

    head: Head
    row: IndicatorRow
    asked: ItemsFilter
    total: int
    has_amounts: bool


@dataclass(frozen=True)
class ItemState:
    """What one indicator makes of an item, and the terms that this rests on (term, value, words).

    ``base_state`` is what the item was before a decision changed it; None where none did.
    """

    indicator_id: str
    clause: str
    name: Words
    state: str
    base_state: str | None
    amount: str | None
    unit: str
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
    """A raw record as the archived file has it, personal values masked; ``missing`` says why it is not at hand."""

    file_name: str
    sha256: str
    line_no: int
    last_line_no: int
    text: str
    fields: tuple[tuple[str, str], ...]
    personal: frozenset[str]
    load_id: int
    loaded_at: datetime
    missing: str = ""


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
