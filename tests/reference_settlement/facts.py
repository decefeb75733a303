"""What both sides are told of a month, what they say of it, and what a later month needs to know of it."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

STEPS = (
    "fees", "bonuses", "deductions", "repeats", "capped", "coefficient", "adjustments", "earn_back", "carried_in",
    "floor", "tax", "rounding",
)  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """Items of a question on some days. ``amount`` is what is summed; ``of`` the whole of a share of time.

    ``of_operator`` and ``of_vendor`` are unmeasurable items by who keeps their log; ``beyond`` those that are longer
    than any; ``histogram`` says how many items have an amount (for percentiles).
    """

    met: int = 0
    missed: int = 0
    counted: int = 0
    amount: Fraction = Fraction(0)
    of: Fraction = Fraction(0)
    excluded: int = 0
    of_operator: int = 0
    of_vendor: int = 0
    pending: int = 0
    beyond: int = 0
    histogram: tuple[tuple[Fraction, int], ...] = ()

    def plus(self, other: "Counts") -> "Counts":
        numbers = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__dataclass_fields__
            if name != "histogram"
        }
        both = dict(self.histogram)
        for amount, times in other.histogram:
            both[amount] = both.get(amount, 0) + times
        return Counts(**numbers, histogram=tuple(sorted(both.items())))

    def without_pending(self) -> "Counts":
        return replace(self, pending=0)


class Incident(NamedTuple):
    source: str
    item: str
    day: date


class Adjustment(NamedTuple):
    """A sealed month's difference, its rate of tax, and (under ``separate``) the part of it that is taxed."""

    month: str
    amount: Decimal
    rate: Decimal
    taxed: Decimal = Decimal(0)


class Attendance(NamedTuple):
    attended: int
    scheduled: int


@dataclass(frozen=True)
class Facts:
    """The facts of a month.

    Questions are ``id`` or ``id[value]``, and these with ``.member``, ``.use``, ``.use_if`` and ``.ceiling_if``.
    """

    counts: dict[str, dict[date, Counts]] = field(default_factory=dict)
    incidents: dict[str, list[Incident]] = field(default_factory=dict)
    quantities: dict[str, dict[date, Fraction]] = field(default_factory=dict)
    attendance: dict[str, dict[date, Attendance]] = field(default_factory=dict)
    kinds: dict[date, set[str]] = field(default_factory=dict)
    missing_log: dict[str, str] = field(default_factory=dict)
    adjustments: list[Adjustment] = field(default_factory=list)
    withheld: Decimal = Decimal(0)


@dataclass(frozen=True)
class Credit:
    """What comes back when the indicator reaches ``at`` (None: its target) in each of the next ``periods``."""

    indicator: str
    consequence: str
    month: str
    amount: Decimal
    at: Decimal | None
    periods: int
    reached: int = 0


@dataclass(frozen=True)
class Past:
    """What earlier months said. ``verdicts`` by id and month; a verdict here may be ``as met`` (count_as_met)."""

    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)
    failed: dict[str, bool | None] = field(default_factory=dict)
    credits: list[Credit] = field(default_factory=list)
    next_points: dict[str, Fraction] = field(default_factory=dict)
    carried_items: dict[str, list[tuple[int, Counts]]] = field(default_factory=dict)
    carried_out: list[tuple[Decimal, Decimal]] = field(default_factory=list)


@dataclass
class Line:
    """A line of the statement, signed: what the vendor is paid is positive.

    ``consequence`` names the consequence, fee, table or cap. ``left`` is what a deduction (or its repeat) still costs
    after the cuts that it bears; ``kind`` what caps look at. ``item`` is an incident's, or a number in the facts.
    """

    step: str
    amount: Decimal
    clause: str = ""
    kind: str = ""
    indicator: str = ""
    consequence: str = ""
    day: date | None = None
    item: str = ""
    absorbed_by: str = ""
    left: Fraction = Fraction(0)
    tax: Decimal | None = None
    centres: dict[str, Decimal] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What a case calls it, within its step."""
        return ".".join(part for part in (self.indicator, self.consequence) if part) or self.step


@dataclass(frozen=True)
class Result:
    lines: list[Line]
    totals: dict[str, Decimal]
    score: Fraction | None
    verdicts: dict[str, str]
    points: dict[str, Fraction | None]
    values: dict[str, Fraction | None]
    failed: bool | None
    notices: list[str]
    past: Past

    @property
    def net(self) -> Decimal:
        """What an adjustment compares: steps 1 to 5 and earn-back."""
        steps = ("fees", "bonuses", "deductions", "repeats", "capped", "coefficient", "earn_back")
        return sum((self.totals[step] for step in steps), Decimal(0))
