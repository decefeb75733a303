"""What follows from an indicator's month: points (settlement.md, section 4) and money (section 5)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pipelines.contract.parts import Band, Closed, DatedText, Name, Number, Part, Words

Kind = Literal["kpi", "event"]


class Point(Part):
    """A corner of a piecewise line: at this value, that percentage of the weight. Two at one value are a jump."""

    at: Number
    points: Number


class Scoring(Part):
    """How a value becomes points (settlement.md, section 4); points are percent of the weight."""

    form: Literal["pass_fail", "bands", "linear", "piecewise", "per_step"]
    bands: list[Band] = []
    closed: Closed | None = None
    zero_at: Number | None = None
    full_at: Number | None = None
    at: list[Point] = []
    step: Number | None = None
    relative: bool = False
    lose: Number | None = None
    lose_unit: Literal["percent", "weight"] = "percent"
    floor: Number = Decimal(0)
    steps: Literal["started", "full"] = "started"


class Measure(Part):
    """A metric with its terms over a scope: what an indicator, a condition or a fee counts."""

    metric: str
    terms: dict[str, DatedText] = {}
    scope: dict[str, list[str]] = {}


class PartOf(Measure):
    """One of the promises of which ``worst_of`` takes the worst; without a target of its own it has the indicator's."""

    id: Name
    name: Words | None = None
    target: Number | None = None


class Condition(Measure):
    """A stated condition on a metric's value: above or below a figure, both without the figure itself."""

    above: Number | None = None
    below: Number | None = None


class UseIf(Condition):
    """Another metric's value replaces the indicator's everywhere while the condition holds."""

    use: Measure


class CeilingIf(Condition):
    """Points are at most this percentage of the weight while the condition holds."""

    points: Number


class Escalation(Part):
    """From when on a repeated miss costs more: ``multiply`` what is left of a line, or ``add`` a sum to it.

    ``consecutive``: from that many misses in a row on, this one included; or ``misses`` within the last ``within``
    periods, this one included. Of several that apply the largest does.
    """

    consecutive: Annotated[int, Field(ge=1)] | None = None
    misses: Annotated[int, Field(ge=1)] | None = None
    within: Annotated[int, Field(ge=1)] | None = None
    multiply: Number | None = None
    add: Number | None = None


class Repeats(Part):
    """How misses of earlier periods are counted.

    A period without a miss ends a run; ``gap: passes`` skips those without a verdict. ``reset: calendar_year`` lets no
    run cross New Year. Counting follows the indicator's id.
    """

    levels: Annotated[list[Escalation], Field(min_length=1)]
    gap: Literal["ends", "passes"] = "ends"
    reset: Literal["never", "calendar_year"] = "never"


class EarnBack(Part):
    """The share of what was borne that comes back when each of the next ``periods`` reaches ``at`` (its target)."""

    share: Number
    periods: Annotated[int, Field(ge=1)]
    at: Number | None = None


class Consequence(Part):
    """What a month of an indicator costs, or earns (``bonus: true``).

    ``kind`` is kpi, and event for the forms per_incident and event, unless stated. ``event`` names what happened, for
    lines of several clauses that speak of one and the same happening.
    """

    id: Name
    form: Literal["bands", "per_step", "fixed", "per_incident", "pool", "points", "event"]
    clause: str | None = None
    kind: Kind | None = None
    rate: Number | None = None
    amount: Number | None = None
    step: Number | None = None
    relative: bool = False
    steps: Literal["started", "full"] | None = None
    bands: list[Band] = []
    closed: Closed | None = None
    base: Annotated[list[str], Field(min_length=1)] | None = None
    cap: Number | None = None
    cap_rate: Number | None = None
    # a bonus
    bonus: bool = False
    from_: Number | None = Field(default=None, alias="from")
    no_bonus_if: Literal["critical_missed"] | None = None
    # a pool
    pool: Name | None = None
    allocation: Number | None = None
    category: Number = Decimal(1)
    severity: Number = Decimal(1)
    # service points
    table: Name | None = None
    # an event
    worse_than: Number | None = None
    daily_fees: Number | None = None
    on_days: Literal["all", "promotion", "holiday", "working"] = "all"
    event: Name | None = None
    # a period of days
    once_a_month: bool = False
    # what earlier and later months do to it
    repeats: Repeats | None = None
    earn_back: EarnBack | None = None

    @property
    def group(self) -> Kind:
        """The kind that caps speak of."""
        return self.kind or ("event" if self.form in ("per_incident", "event") else "kpi")

    @property
    def steps_mode(self) -> Literal["started", "full"]:
        """Steps count started for losses, full for gains, unless stated."""
        return self.steps or ("full" if self.bonus else "started")
