"""What the service costs before any deduction, by prices, days and measured quantities (settlement.md, section 6).

Pure: a fee's quantity is a metric that the month's run has measured, tallied by day. Multiplied first, divided once,
rounded once. One line a tranche and price version.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from pipelines.contract.fee import Fee, Tier
from pipelines.contract.model import Contract, Value, clause_numbers
from pipelines.contract.resolve import dated, term_days
from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.metrics.declare import Metric, metric_named
from pipelines.scoring.counts import Counts, measured
from pipelines.scoring.judge import DayCounts
from pipelines.settlement.lines import Line, money_text

T = TypeVar("T")


@dataclass(frozen=True)
class Quantity:
    """What a fee's metric came to, day by day: units; of seats the time attended, beside the time ``scheduled``.

    A day without items has no entry, or 0.
    """

    counted: Mapping[date, Fraction] = field(default_factory=dict)
    scheduled: Mapping[date, Fraction] = field(default_factory=dict)


def fee_quantities(contract: Contract, counts: DayCounts) -> dict[str, Quantity]:
    """Return the quantity of each fee that names one, from the counts of its question (contract/resolve.py)."""
    asked = {fee.id: fee.quantity for fee in contract.fees if fee.quantity is not None}
    return {name: quantity_of(metric_named(one.metric), counts.get(f"fee__{name}", {})) for name, one in asked.items()}


def quantity_of(metric: Metric, by_day: Mapping[date, Counts]) -> Quantity:
    """Return a fee's quantity from the counts of its metric by day: a count, a sum, or a ratio's two sums."""
    found = {day: measured(metric, counts) for day, counts in sorted(by_day.items())}
    if metric.aggregate == "ratio":
        return Quantity(
            {day: one.numerator for day, one in found.items()},
            {day: Fraction(one.denominator) for day, one in found.items()},
        )
    return Quantity({day: one.value or Fraction(0) for day, one in found.items()})


def fee_lines(
    contract: Contract,
    month: Days,
    quantities: Mapping[str, Quantity],
    relief_days: Collection[date] = (),
) -> list[Line]:
    """Return the fee lines of a month, by clause; minimum commitments look at the lines of the other fees.

    ``quantities`` has those of every fee that names one, by its id. ``relief_days`` shorten minimum commitments.
    """
    ordered = sorted(contract.fees, key=lambda fee: (clause_numbers(fee.clause), fee.id))
    asked = _Asked(contract, month, term_days(contract).overlap(month))
    if not len(asked.in_force):
        return []
    found = {fee.id: list(_lines(asked, fee, quantities)) for fee in ordered if fee.form != "minimum"}
    paid = [line for lines in found.values() for line in lines]
    found |= {fee.id: list(_top_up(asked, fee, paid, relief_days)) for fee in ordered if fee.form == "minimum"}
    return [line for fee in ordered for line in found[fee.id]]


def cost_centre_sums(amount: Decimal, shares: Mapping[str, Decimal], currency: str = "CNY") -> dict[str, Decimal]:
    """Return what each cost centre bears of a line, by name: each rounded, the residue to the largest share.

    Of equal shares the first by name is the largest. 100.01 over 0.3333, 0.3333 and 0.3334 is 33.33, 33.33 and 33.35.
    """
    names = sorted(shares)
    found = {name: to_fen(Fraction(amount) * Fraction(shares[name]), currency) for name in names}
    if names:
        largest = max(names, key=lambda name: (shares[name], -names.index(name)))
        found[largest] += amount - total(found.values(), currency)
    return found


@dataclass(frozen=True)
class _Asked:
    """The month that is asked for, and its days in force."""

    contract: Contract
    month: Days
    in_force: Days

    def pieces(self, fee: Fee, key: str, values: Sequence[Value[T]] | None) -> list[Piece[T]]:
        """Return an agreed figure over the days in force: a fee begins with its first figure."""
        name = f"{fee.clause} {fee.id} {key}"
        return dated(name, values or [], begins=self.contract.term.from_, by=fee.clause).pieces(self.in_force)

    def line(self, fee: Fee, name: str, amount: Fraction, formula: str, days: Days, by: str) -> Line:
        """Return a line, rounded here and nowhere else."""
        rounded = to_fen(amount, self.contract.currency)
        borne_by = cost_centre_sums(rounded, fee.cost_centres, self.contract.currency)
        centres = tuple(borne_by.items())
        return Line(name, "fee", "fees", fee.clause, rounded, formula, days=days, by=by, cost_centres=centres)

    def money(self, amount: Decimal) -> str:
        return money_text(amount, self.contract.currency)

    def days_text(self, count: int) -> str:
        """Return how a part of the month weighs, in words; nothing where it is whole."""
        return "" if count == len(self.month) else f" × {count}/{len(self.month)}"


def _lines(asked: _Asked, fee: Fee, quantities: Mapping[str, Quantity]) -> Iterator[Line]:
    if fee.form == "fixed":
        return _fixed(asked, fee)
    if fee.form == "seats":
        return _seats(asked, fee, quantities[fee.id] if fee.quantity else None)
    return _by_unit(asked, fee, quantities[fee.id])


def _fixed(asked: _Asked, fee: Fee) -> Iterator[Line]:
    """A sum a month; each price version, and a partial month, by calendar days."""
    prices = asked.pieces(fee, "amount", fee.amount)
    for price in prices:
        name = fee.id if len(prices) == 1 else f"{fee.id}@{price.days.since}"
        amount = Fraction(price.value) * len(price.days) / len(asked.month)
        formula = asked.money(price.value) + asked.days_text(len(price.days))
        yield asked.line(fee, name, amount, formula, price.days, price.by)


def _seats(asked: _Asked, fee: Fee, attendance: Quantity | None) -> Iterator[Line]:
    """Price × seats × attended / scheduled of the part's own shifts, by calendar days; no attendance agreed: whole."""
    parts = _together(asked.pieces(fee, "price", fee.price), asked.pieces(fee, "seats", fee.seats))
    for price, seats in parts:
        name = fee.id if len(parts) == 1 else f"{fee.id}@{price.days.since}"
        amount = Fraction(price.value) * Fraction(seats.value) * len(price.days) / len(asked.month)
        formula = f"{asked.money(price.value)} × {decimal_text(seats.value)} seats"
        because = None
        if attendance is not None:
            attended = _within(attendance.counted, price.days)
            scheduled = _within(attendance.scheduled, price.days)
            text = f"{_exact(attended)}/{_exact(scheduled)} s attended"
            if not scheduled:
                because = "no shift was measured, and so no attendance"
            elif attended > scheduled and fee.overtime == "unpaid":
                text, attended = f"min(1, {text})", scheduled
            amount = amount * attended / scheduled if scheduled else Fraction(0)
            formula += f" × {text}"
        formula += asked.days_text(len(price.days))
        by = "; ".join(dict.fromkeys((price.by, seats.by)))
        yield replace(asked.line(fee, name, amount, formula, price.days, by), because=because)


def _together(
    prices: Sequence[Piece[Decimal]], seats: Sequence[Piece[Decimal]]
) -> list[tuple[Piece[Decimal], Piece[Decimal]]]:
    """Cut two histories where either changes."""
    parts = [(p, s, p.days.overlap(s.days)) for p in prices for s in seats]
    return [(Piece(days, p.value, p.by), Piece(days, s.value, s.by)) for p, s, days in parts if len(days)]


# --- by the unit: contacts, minutes, cases ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Slice:
    """Units of one day that cost the same: at ``tier`` by the month's count, and ``surge`` where above the forecast."""

    units: Fraction
    version: Piece[list[Tier]]
    tier: Tier
    surge: Piece[Decimal] | None


def _by_unit(asked: _Asked, fee: Fee, quantity: Quantity) -> Iterator[Line]:
    """A price a unit: the month's count, in order of arrival, sets the tier, each unit has its day's price."""
    if fee.tiers:
        versions = asked.pieces(fee, "tiers", fee.tiers)
    else:
        flat = asked.pieces(fee, "price", fee.price)
        versions = [Piece(one.days, [Tier(from_=1, price=one.value)], one.by) for one in flat]
    if versions:
        slices = list(_slices(asked, fee, versions, quantity))
        yield from _tier_lines(asked, fee, versions, slices)
        yield from _surge_lines(asked, fee, slices)


def _slices(asked: _Asked, fee: Fee, versions: Sequence[Piece[list[Tier]]], quantity: Quantity) -> Iterator[_Slice]:
    """Lay the month's units on a line, day after day, and cut it at tiers and at the forecast's limit."""
    in_force = Days(versions[0].days.since, asked.in_force.until)
    whole = _within(quantity.counted, in_force)
    limit = _limit(asked, fee, whole)
    surges = asked.pieces(fee, "surge price", fee.surge.price) if fee.surge else []
    of_tiers = limit if fee.surge is not None and fee.surge.mode == "replace" else whole
    begun = Fraction(0)
    for day in sorted(quantity.counted):
        if day not in in_force:
            continue
        version = next(one for one in versions if day in one.days)
        surge = next((one for one in surges if day in one.days), Piece(in_force, Decimal(0), fee.clause))
        ended = begun + quantity.counted[day]
        starts = [Fraction(tier.from_ - 1) for tier in version.value] if fee.mode == "graduated" else []
        cuts = sorted({begun, ended, *(at for at in (*starts, limit) if begun < at < ended)})
        for since, until in pairwise(cuts):
            is_above = since >= limit
            count = since if fee.mode == "graduated" else whole if is_above else of_tiers
            tier = _tier(version.value, count, is_passed=fee.mode == "graduated")
            yield _Slice(until - since, version, tier, surge if is_above else None)
        begun = ended


def _limit(asked: _Asked, fee: Fee, whole: Fraction) -> Fraction:
    """Return how many units are within the forecast × (1 + tolerance); of contacts and cases whole ones."""
    month = f"{asked.month.since:%Y-%m}"
    if fee.surge is None or month not in fee.surge.forecast:
        return whole
    exact = Fraction(fee.surge.forecast[month]) * (1 + Fraction(fee.surge.tolerance))
    return min(whole, exact if fee.form == "per_minute" else Fraction(exact.numerator // exact.denominator))


def _tier(tiers: Sequence[Tier], count: Fraction, *, is_passed: bool) -> Tier:
    """Return the tier of the unit that follows ``count`` others (``is_passed``), or of a month of that count.

    Units before the first tier cost nothing.
    """
    reached = [tier for tier in tiers if tier.from_ - 1 < count or (is_passed and tier.from_ - 1 == count)]
    first = min(tiers, key=lambda tier: tier.from_)
    if not reached:
        return first if first.from_ == 1 else Tier(from_=1, price=Decimal(0))
    return max(reached, key=lambda tier: tier.from_)


def _tier_lines(
    asked: _Asked, fee: Fee, versions: Sequence[Piece[list[Tier]]], slices: Sequence[_Slice]
) -> Iterator[Line]:
    """One line a price version and tranche; a month without units has one line of nought."""
    in_tiers = [one for one in slices if one.surge is None or (fee.surge is not None and fee.surge.mode == "add")]
    units: dict[tuple[date, int], Fraction] = {}
    for one in in_tiers:
        key = (one.version.days.since, one.tier.from_)
        units[key] = units.get(key, Fraction(0)) + one.units
    tiers = {(one.version.days.since, one.tier.from_): one for one in in_tiers}
    for (since, from_), count in sorted(units.items()):
        version, tier = tiers[since, from_].version, tiers[since, from_].tier
        name = fee.id if len(versions) == 1 else f"{fee.id}@{since}"
        name += ("@" if len(versions) == 1 else ".") + str(from_) if fee.tiers and fee.mode == "graduated" else ""
        formula = f"{_exact(count)} × {asked.money(tier.price)}" + (f" (tier from {from_})" if fee.tiers else "")
        line = asked.line(fee, name, count * Fraction(tier.price), formula, version.days, version.by)
        yield replace(line, because=None if tier.price else "costs nothing here")
    if not slices:
        price = asked.money(versions[-1].value[0].price)
        nought = asked.line(fee, fee.id, Fraction(0), f"0 × {price}", asked.in_force, versions[-1].by)
        yield replace(nought, because="nothing was counted")


def _surge_lines(asked: _Asked, fee: Fee, slices: Sequence[_Slice]) -> Iterator[Line]:
    """What the units above the forecast cost: on top of their tiers (``add``), or instead of them (``replace``).

    ``higher_of``: at the higher of their two prices, so that on top comes only what the surge's price has more. One
    line a price, and a version of the surge's.
    """
    units: dict[tuple[Days, Decimal], Fraction] = {}
    bys: dict[tuple[Days, Decimal], str] = {}
    for one in slices:
        if one.surge is None or fee.surge is None:
            continue
        price = max(one.surge.value, one.tier.price) if fee.surge.higher_of else one.surge.value
        if fee.surge.higher_of and fee.surge.mode == "add":
            price -= one.tier.price
        key = (one.surge.days, price)
        units[key], bys[key] = units.get(key, Fraction(0)) + one.units, one.surge.by
    for number, ((days, price), count) in enumerate(sorted(units.items()), start=1):
        name = f"{fee.id}@surge" + (f".{number}" if len(units) > 1 else "")
        formula = f"{_exact(count)} × {asked.money(price)} (above the forecast)"
        line = asked.line(fee, name, count * Fraction(price), formula, days, bys[days, price])
        yield replace(line, because=None if price else "costs nothing here")


# --- minimum commitments ---------------------------------------------------------------------------------------------


def _top_up(asked: _Asked, fee: Fee, paid: Sequence[Line], relief_days: Collection[date]) -> Iterator[Line]:
    """What the other fees lack to a sum, by the calendar days of the month that are in force and without relief."""
    named = set(fee.minimum_of)
    looked_at = [line for line in paid if not named or line.id.partition("@")[0] in named]
    reached = total((line.amount for line in looked_at), asked.contract.currency)
    exact, words, bys = Fraction(0), [], []
    pieces = list(_committed(asked, fee))
    for days, amount, text, by in pieces:
        count = sum(day not in relief_days for day in days)
        exact += amount * count / len(asked.month)
        words.append(text + asked.days_text(count))
        bys.append(by)
    lacking = max(Fraction(0), exact - Fraction(reached))
    formula = f"max(0, {' + '.join(words)} − {reached})"
    if pieces:
        line = asked.line(fee, fee.id, lacking, formula, asked.in_force, "; ".join(dict.fromkeys(bys)))
        because = None if line.amount else "the fees reach the minimum"
        yield replace(line, because=because, rests_on=tuple(one.id for one in looked_at))


def _committed(asked: _Asked, fee: Fee) -> Iterator[tuple[Days, Fraction, str, str]]:
    """Yield what is committed a month, piece by piece: a sum, or a number of units at the fee's own price."""
    if fee.units is None:
        for one in asked.pieces(fee, "amount", fee.amount):
            yield one.days, Fraction(one.value), asked.money(one.value), one.by
        return
    for price, units in _together(asked.pieces(fee, "price", fee.price), asked.pieces(fee, "units", fee.units)):
        amount = Fraction(price.value) * Fraction(units.value)
        by = "; ".join(dict.fromkeys((units.by, price.by)))
        yield price.days, amount, f"{decimal_text(units.value)} × {asked.money(price.value)}", by


# --- in words --------------------------------------------------------------------------------------------------------


def _within(by_day: Mapping[date, Fraction], days: Days) -> Fraction:
    return sum((value for day, value in by_day.items() if day in days), Fraction(0))


def _exact(value: Fraction) -> str:
    """Return a quantity in digits, as a fraction where its digits do not end."""
    text = decimal_text(value)
    return text if Fraction(text) == value else f"{value.numerator}/{value.denominator}"
