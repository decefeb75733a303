"""One figure of a vendor's report: what it states, what it is compared with, and what explains the difference."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.resolve import IndicatorTerms
from pipelines.core.exact import WRITTEN_PLACES
from pipelines.core.money import round_half_away
from pipelines.scoring.difference import Explanation, Figure, Found, Meter, Part, Reading, Stated, split
from pipelines.sources.vendor_report import StatedFigure


@dataclass
class Row:
    """One figure of the report, what it is compared with, and what explains it."""

    code: str
    how: StatedFigure
    terms: IndicatorTerms
    is_promised: bool
    meter: Meter
    stated: Stated
    ours: Reading
    found: Found = field(default_factory=Found)

    @property
    def figure(self) -> Figure:
        """Our figure."""
        return self.meter.figure(self.ours.counts)

    @property
    def agrees(self) -> bool:
        """Whether nothing but rounding lies between both."""
        return self.stated.reproduced_by(self.figure) is not None

    @property
    def chosen(self) -> Explanation | None:
        """The explanation by which the difference is split: the simplest."""
        return None if self.found.is_chance or not self.found.explanations else self.found.explanations[0]

    @property
    def is_ambiguous(self) -> bool:
        """Whether others fit as well that say something else than another value of the same term."""
        return not self.found.is_chance and len({one.kind for one in self.found.explanations}) > 1

    def parts(self) -> list[Part]:
        """Return the way from their value to ours."""
        ours = self.figure.value
        return [] if ours is None else split(self.stated, ours, self.chosen)

    @property
    def moves(self) -> bool:
        """Whether it is the value of an indicator that the contract settles."""
        return self.is_promised and self.meter.count is None

    @property
    def claimed(self) -> Fraction:
        """Their value as exactly as they state it: their own two parts where they round to it."""
        if self.stated.numerator is not None and self.stated.denominator:
            exact = self.stated.numerator / self.stated.denominator
            if self.stated.holds(exact):
                return exact
        return self.stated.value

    @property
    def items_stated(self) -> int:
        """How many items they say are behind it; 0 where they do not say."""
        return int(self.stated.denominator or 0) if self.stated.has_parts and self.meter.has_denominator else 0

    @property
    def name(self) -> Mapping[str, str]:
        """What it is called: as the contract calls its indicator, else as the metric is."""
        own = self.terms.indicator.name
        return {"zh": own.zh, "en": own.en} if own else dict(self.terms.metric.name)

    @property
    def verdict(self) -> str:
        """How it stands: same, rounded, explained, partly (by their list alone), unexplained, no data."""
        if self.figure.value is None:
            return "no data"
        if self.agrees:
            return "same" if written(self.stated.value) == written(self.figure.value) else "rounded"
        causes = {part.cause for part in self.parts()}
        if "unexplained" not in causes:
            return "explained"
        return "partly" if causes - {"unexplained", "rounding"} else "unexplained"


def written(value: Fraction) -> Decimal:
    """Return a value at the places to which any ratio is written here."""
    return round_half_away(value, WRITTEN_PLACES)


def exactly(stated: StatedFigure) -> Stated:
    """Return what is stated; a value that agrees with its own two parts at every place we write is their ratio."""
    value = stated.value
    if stated.numerator is not None and stated.denominator:
        exact = stated.numerator / stated.denominator
        value = exact if written(value) == written(exact) else value
    return Stated(value, stated.low, stated.high, stated.numerator, stated.denominator)
