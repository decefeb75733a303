"""What a contract holds (settlement.md, section 2). Every figure is dated and cites the clause it stands in."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipelines.contract.consequence import (
    CeilingIf,
    Consequence,
    Escalation,
    Kind,
    PartOf,
    Repeats,
    Scoring,
    UseIf,
)
from pipelines.contract.fee import Fee
from pipelines.contract.parts import (
    Band,
    Closed,
    DatedNumber,
    DatedText,
    Day,
    Name,
    Number,
    Part,
    Value,
    Words,
    as_dated,
    clause_numbers,
)


class Party(Words):
    """One side of the contract; ``id`` is its name in rosters and accounts."""

    id: str


class Term(Part):
    """The days for which the contract holds, half-open."""

    from_: Day = Field(alias="from")
    until: Day


class Tax(Part):
    """How the fees are taxed (settlement.md, sections 2 and 7)."""

    rate: DatedNumber = [Value[Number](value=Decimal(0))]
    prices_include_tax: bool = False
    deductions_as: Literal["price_reduction", "separate"] = "price_reduction"


class Indicator(Part):
    """A promise: a metric with its terms, its target, and what follows from it.

    ``for_each`` makes an indicator for each value listed (``{team: [A, B]}``): the weight is divided equally, sums
    apply to each. ``worst_of`` has no metric of its own: its value is the worst of its parts that have enough data.
    """

    id: Name
    clause: str
    text: Words = Words()
    name: Words | None = None
    metric: str = ""
    scope: dict[str, list[str]] = {}
    terms: dict[str, DatedText] = {}
    calendar: str | None = None
    for_each: dict[str, list[str]] = {}
    worst_of: list[PartOf] = []
    use_if: UseIf | None = None
    ceiling_if: CeilingIf | None = None
    period: Literal["month", "day"] = "month"
    target: DatedNumber | None = None
    class_: Literal["critical", "key", "report_only"] = Field(default="key", alias="class")
    weight: DatedNumber | None = None
    minimum_sample: DatedNumber = [Value[Number](value=Decimal(1))]
    scoring: Annotated[list[Value[Scoring]], BeforeValidator(as_dated)] | None = None
    consequences: Annotated[list[Value[list[Consequence]]], BeforeValidator(as_dated)] = []
    one_of: Literal["all", "highest"] = "all"
    escalates: bool | None = None
    cap: Number | None = None
    cap_rate: Number | None = None
    on_change: Literal["split", "weighted_target", "period_end"] = "split"
    unmeasurable: Literal["exclude", "count_as_missed"] | None = None
    too_few: Literal["skip", "count_as_met", "carry"] = "skip"
    if_no_data: Literal["skip", "zero"] = "skip"
    compare_at: Number | None = None
    compare_rounding: Literal["half_up", "down"] = "half_up"
    since: Day | None = None
    until: Day | None = None

    @property
    def place(self) -> tuple[list[int], str]:
        """Its place among the others: by the numbers of its clause (4.2 before 4.10), then by its id."""
        return clause_numbers(self.clause), self.id


class Cap(Part):
    """The most that deductions of these kinds may take of the fee base, or as a sum; in the order written."""

    id: Name
    clause: str
    kinds: Annotated[list[Kind], Field(min_length=1)]
    rate: DatedNumber | None = None
    amount: DatedNumber | None = None


class Pool(Part):
    """Money at risk, a share of the base, that consequences of the form pool draw on by their allocations.

    ``total`` is what all allocations together may be: above 100 % where the contract lets them.
    """

    id: Name
    clause: str
    at_risk: DatedNumber
    total: Number = Decimal(1)
    base: Annotated[list[str], Field(min_length=1)] | None = None


class PointsTable(Part):
    """Service points of a month become a share or a sum: of this month's fee, or of the next one's."""

    id: Name
    clause: str
    bands: list[Band]
    of: Literal["this", "next"] = "this"
    kind: Kind = "kpi"
    base: Annotated[list[str], Field(min_length=1)] | None = None


class Grade(Part):
    """From this score on: a factor on the base, and whether the month has failed. ``needs`` is a condition on it."""

    from_: Number = Field(alias="from")
    factor: Number
    needs: Literal["all_critical_met"] | None = None
    month_fail: bool = False


class Coefficient(Part):
    """Score → factor. As a deduction it is a line within the caps; as a factor a line outside them.

    A grade whose condition is not fulfilled leaves the score to the grade below it. A factor above 1 is a bonus.
    """

    clause: str
    grades: Annotated[list[Value[list[Grade]]], BeforeValidator(as_dated), Field(min_length=1)]
    as_: Literal["deduction", "factor"] = Field(default="deduction", alias="as")
    kind: Kind = "kpi"
    score_at: Number | None = None
    base: Annotated[list[str], Field(min_length=1)] | None = None
    repeats: Repeats | None = None  # of months that failed


class Critical(Part):
    """So many errors of an indicator (its value, a count), or so many items with any, make the month fail."""

    indicator: Name
    at_least: Number
    count: Literal["errors", "items"] = "errors"


class Notice(Escalation):
    """What a party may do when months fail: a plan, a notice, the end of the contract. It moves no money."""

    clause: str
    action: Literal["plan", "notice", "terminate"]
    within_days: int | None = None  # working days
    multiply: None = None
    add: None = None


class MonthFail(Part):
    """When a month has failed: by its score, by critical errors (or by a grade of the coefficient)."""

    clause: str
    score_below: Number | None = None
    critical: list[Critical] = []
    notices: list[Notice] = []
    gap: Literal["ends", "passes"] = "ends"
    reset: Literal["never", "calendar_year"] = "never"


class SourceOf(Part):
    """A log that one side owes the other, and how complete a month of it has to be."""

    source: str
    channel: str
    complete: Number | None = None


class Data(Part):
    """Which logs are required, and which one speaks for a metric where both parties keep one."""

    sources: list[SourceOf] = []
    of_record: dict[str, Literal["operator", "vendor"]] = {}


class Relief(Part):
    """Days for whose items the vendor does not answer: granted, with its ground and the words it rests on."""

    id: Name
    ground: Literal["outage", "force_majeure", "volume", "late_promotion", "test_traffic", "agreed"]
    from_: Day = Field(alias="from")
    until: Day
    scope: dict[str, list[str]] = {}
    logged: Day | None = None
    by: str


class Procedure(Part):
    """Days for each step of a month, in working days after its end, and who signs."""

    provisional: int = 3
    objections: int = 8
    decisions: int = 13
    signed: int = 15
    disputed_paid_days: int = 30
    relief_logged: int = 2


class OneEvent(Part):
    """A recorded decision: in this month these lines (indicator.consequence) speak of one event."""

    month: str
    event: Name
    lines: Annotated[list[str], Field(min_length=2)]
    by: str


class Contract(Part):
    """A contract between an operator (甲方) and a vendor (乙方)."""

    contract: str
    title: Words = Words()
    operator: Party
    vendor: Party
    term: Term
    zone: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    tax: Tax = Tax()
    scope: dict[str, list[str]] = {}
    calendars: dict[str, Any] = {}
    data: Data = Data()
    relief: list[Relief] = []
    procedure: Procedure = Procedure()
    pending_at_seal: Literal["adjust", "wait", "by_due"] = "adjust"
    wait_until: int | None = None  # the working day by which the month is sealed all the same
    indicators: list[Indicator] = []
    fees: list[Fee] = []
    pools: list[Pool] = []
    points_tables: list[PointsTable] = []
    coefficient: Coefficient | None = None
    month_fail: MonthFail | None = None
    one_event: list[OneEvent] = []
    caps: list[Cap] = []
    floor: Literal["zero", "none"] = "zero"


__all__ = [
    "Band",
    "Cap",
    "CeilingIf",
    "Closed",
    "Coefficient",
    "Consequence",
    "Contract",
    "Critical",
    "Data",
    "DatedText",
    "Escalation",
    "Fee",
    "Grade",
    "Indicator",
    "Kind",
    "MonthFail",
    "Notice",
    "OneEvent",
    "PartOf",
    "Party",
    "PointsTable",
    "Pool",
    "Procedure",
    "Relief",
    "Repeats",
    "Scoring",
    "SourceOf",
    "Tax",
    "Term",
    "UseIf",
    "Value",
    "Words",
    "clause_numbers",
]
