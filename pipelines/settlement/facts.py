"""What a month's money rests on besides the contract: counts, incidents, kinds of days, what earlier months left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.core.dated import Piece
from pipelines.core.period import Days, Month
from pipelines.scoring.counts import Counts
from pipelines.scoring.judge import DayCounts


@dataclass(frozen=True, order=True)
class Incident:
    """One offending item, by the service day of its contact."""

    day: date
    source: str
    item: str


@dataclass(frozen=True)
class Adjustment:
    """What a sealed month comes to when it is settled again: the difference of its net, and of what is taxed of it."""

    month: Month
    amount: Decimal
    taxed: Decimal
    rate: Piece[Decimal]
    reason: str


@dataclass(frozen=True)
class Facts:
    """The logs' side of a month.

    ``counts``: each question's counts by day (contract/resolve.py names the columns). ``incidents`` of each indicator
    that is charged by the item, by its column. ``day_kinds``: the days of a kind (promotion, holiday, working) by
    channel. ``missing``: why an indicator's required log did not deliver. ``relief_days``: those for which relief was
    granted. ``withheld`` is the sum in dispute; ``left_out`` names lines that are left out, to see what a month would
    come to without them.
    """

    counts: DayCounts = field(default_factory=dict)
    incidents: Mapping[str, Sequence[Incident]] = field(default_factory=dict)
    day_kinds: Mapping[str, Mapping[str, frozenset[date]]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    relief_days: frozenset[date] = frozenset()
    adjustments: Sequence[Adjustment] = ()
    withheld: Decimal = Decimal(0)
    left_out: frozenset[str] = frozenset()

    def is_of_kind(self, kind: str, day: date, channel: str) -> bool:
        """Say whether a day is of a kind for a channel; every day is one of ``all``."""
        if kind == "all":
            return True
        kinds = self.day_kinds.get(channel) or self.day_kinds.get("default") or {}
        return day in kinds.get(kind, frozenset())


@dataclass(frozen=True)
class Carried:
    """What an earlier month could not take: ``amount`` (negative), the statement that carried it out, its tax rate."""

    amount: Decimal
    out_of: str
    rate: Piece[Decimal] | None = None  # of the month it comes from; None: not taxed


@dataclass(frozen=True)
class Credit:
    """A deduction of which a share comes back if the indicator reaches ``at`` in each of the next ``left`` periods."""

    indicator: str
    consequence: str
    clause: str
    month: Month
    borne: Decimal
    share: Decimal
    amount: Decimal
    at: Decimal | None
    left: int


@dataclass(frozen=True)
class Past:
    """What the months before left behind: all that a further month needs to know of them.

    ``verdicts``: of each indicator by month; ``failed``: whether a month failed (None: no score to
    say it by); ``service_points`` of the month just
    before, by table; ``carried_items``: counts by how often carried, by indicator.
    """

    verdicts: Mapping[str, Mapping[Month, str]] = field(default_factory=dict)
    failed: Mapping[Month, bool | None] = field(default_factory=dict)
    credits: Sequence[Credit] = ()
    service_points: Mapping[str, Fraction] = field(default_factory=dict)
    carried_items: Mapping[str, Sequence[Counts]] = field(default_factory=dict)
    carried: Sequence[Carried] = ()


# ------------------------------------------------------------------------------------------------- to and from a body


def past_body(past: Past) -> dict[str, Any]:
    """Return what a month leaves behind, for its statement's ``outlook``."""
    return {
        "verdicts": {
            name: {str(month): verdict for month, verdict in sorted(found.items())}
            for name, found in sorted(past.verdicts.items())
        },
        "failed": {str(month): failed for month, failed in sorted(past.failed.items())},
        "credits": [
            {
                "indicator": one.indicator,
                "consequence": one.consequence,
                "clause": one.clause,
                "month": str(one.month),
                "borne": f"{one.borne:f}",
                "share": f"{one.share:f}",
                "amount": f"{one.amount:f}",
                "at": None if one.at is None else f"{one.at:f}",
                "left": one.left,
            }
            for one in past.credits
        ],
        "service_points": {name: _ratio(points) for name, points in sorted(past.service_points.items())},
        "carried": [_carried_body(one) for one in past.carried],
        "carried_items": {
            name: [_counts_body(one) for one in found] for name, found in sorted(past.carried_items.items())
        },
    }


def past_of(outlook: Mapping[str, Any]) -> Past:
    """Read what an earlier month left behind."""
    return Past(
        verdicts={
            name: {Month.parse(month): verdict for month, verdict in found.items()}
            for name, found in outlook["verdicts"].items()
        },
        failed={Month.parse(month): failed for month, failed in outlook["failed"].items()},
        credits=[
            Credit(
                one["indicator"],
                one["consequence"],
                one["clause"],
                Month.parse(one["month"]),
                Decimal(one["borne"]),
                Decimal(one["share"]),
                Decimal(one["amount"]),
                None if one["at"] is None else Decimal(one["at"]),
                one["left"],
            )
            for one in outlook["credits"]
        ],
        service_points={name: Fraction(points) for name, points in outlook["service_points"].items()},
        carried_items={name: [_counts_of(one) for one in found] for name, found in outlook["carried_items"].items()},
        carried=[_carried_of(one) for one in outlook["carried"]],
    )


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def _carried_body(one: Carried) -> dict[str, Any]:
    rate = one.rate
    return {
        "amount": f"{one.amount:f}",
        "out_of": one.out_of,
        "rate": None if rate is None else f"{rate.value:f}",
        "by": None if rate is None else rate.by,
        "from": None if rate is None else str(rate.days.since),
        "until": None if rate is None else str(rate.days.until),
    }


def _carried_of(body: Mapping[str, Any]) -> Carried:
    rate = None
    if body["rate"] is not None:
        days = Days(date.fromisoformat(body["from"]), date.fromisoformat(body["until"]))
        rate = Piece(days, Decimal(body["rate"]), body["by"])
    return Carried(Decimal(body["amount"]), body["out_of"], rate)


def _counts_body(counts: Counts) -> dict[str, Any]:
    return {
        "states": dict(sorted(counts.states.items())),
        "outside": dict(sorted(counts.outside.items())),
        "amount": f"{counts.amount:f}",
        "kept_by_vendor": dict(sorted(counts.kept_by_vendor.items())),
        "base": f"{counts.base:f}",
        "histogram": {f"{amount:f}": n for amount, n in sorted(counts.histogram.items())},
    }


def _counts_of(body: Mapping[str, Any]) -> Counts:
    counts = Counts(amount=Decimal(body["amount"]), base=Decimal(body["base"]))
    counts.states.update(body["states"])
    counts.outside.update(body["outside"])
    counts.kept_by_vendor.update(body["kept_by_vendor"])
    counts.histogram.update({Decimal(amount): n for amount, n in body["histogram"].items()})
    return counts
