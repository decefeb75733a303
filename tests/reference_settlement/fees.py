"""Section 6: what the month's service is paid, a line per tranche and price version; each rounded once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from pipelines.contract.model import Contract, Fee, clause_numbers
from tests.reference_settlement.facts import Attendance, Facts, Line
from tests.reference_settlement.numbers import days_of, rounded, runs_of, worth_on
from tests.reference_settlement.verdicts import term_days

COUNTED = ("per_contact", "per_minute", "per_case")


@dataclass(frozen=True)
class Units:
    """Units of a day, from just after the ``after``-th of the month to the ``upto``-th, in order of arrival."""

    day: date
    after: Fraction
    upto: Fraction

    @property
    def number(self) -> Fraction:
        return self.upto - self.after


def fee_lines(contract: Contract, month: str, facts: Facts) -> list[Line]:
    """Return the rounded fee lines; minimum commitments last, since they look at the others."""
    ordered = sorted(contract.fees, key=lambda fee: (clause_numbers(fee.clause), fee.id))
    lines: list[Line] = []
    for fee in ordered:
        if fee.form != "minimum":
            lines += split_over_centres(fee, plain_lines(contract, fee, month, facts), contract.currency)
    for fee in ordered:
        if fee.form == "minimum":
            lines += split_over_centres(fee, top_up(contract, fee, ordered, lines, month), contract.currency)
    return lines


def plain_lines(contract: Contract, fee: Fee, month: str, facts: Facts) -> list[Line]:
    if fee.form == "fixed":
        return fixed(contract, fee, month)
    if fee.form == "seats":
        return seats(contract, fee, month, facts)
    return counted(contract, fee, month, facts)


def line_of(fee: Fee, amount: Fraction, currency: str, since: date) -> Line:
    return Line("fees", rounded(amount, currency), clause=fee.clause, consequence=fee.id, day=since)


def fixed(contract: Contract, fee: Fee, month: str) -> list[Line]:
    """An amount a month; by calendar days where the month is partial or the amount changes."""
    lines = []
    for run in runs_of(term_days(contract, month), lambda day: worth_on(fee.amount, day)):
        amount = worth_on(fee.amount, run[0])
        if amount is not None:
            sum_ = Fraction(amount) * Fraction(len(run), len(days_of(month)))
            lines.append(line_of(fee, sum_, contract.currency, run[0]))
    return lines


def seats(contract: Contract, fee: Fee, month: str, facts: Facts) -> list[Line]:
    """Price × seats × attended / scheduled (at most 1, unless overtime is paid) × days / days of the month."""
    lines = []
    attendance = facts.attendance.get(fee.id, {})
    for run in runs_of(term_days(contract, month), lambda day: (worth_on(fee.price, day), worth_on(fee.seats, day))):
        price, number = worth_on(fee.price, run[0]), worth_on(fee.seats, run[0])
        if price is None or number is None:
            continue
        attended = sum(attendance.get(day, Attendance(0, 0)).attended for day in run)
        scheduled = sum(attendance.get(day, Attendance(0, 0)).scheduled for day in run)
        share = Fraction(attended, scheduled) if scheduled else Fraction(0)
        if fee.overtime == "unpaid":
            share = min(share, Fraction(1))
        sum_ = Fraction(price) * Fraction(number) * share * Fraction(len(run), len(days_of(month)))
        lines.append(line_of(fee, sum_, contract.currency, run[0]))
    return lines


# --- what is counted ---


def units_of(contract: Contract, fee: Fee, month: str, facts: Facts) -> list[Units]:
    """Return the month's units by day, on the days for which a price is agreed."""
    by_day = facts.quantities.get(fee.id, {})
    found, passed = [], Fraction(0)
    for day in term_days(contract, month):
        number = Fraction(by_day.get(day, 0))
        if number and tiers_on(fee, day) is not None:
            found.append(Units(day, passed, passed + number))
            passed += number
    return found


def tiers_on(fee: Fee, day: date) -> list[tuple[Fraction, Fraction]] | None:
    """Return (units before the tier, its price) in order: the tier from the 5,001st begins after 5,000."""
    tiers = worth_on(fee.tiers, day)
    if tiers is not None:
        return sorted((Fraction(tier.from_) - 1, Fraction(tier.price)) for tier in tiers)
    price = worth_on(fee.price, day)
    return None if price is None else [(Fraction(0), Fraction(price))]


def volume_price(tiers: list[tuple[Fraction, Fraction]], number: Fraction) -> tuple[Fraction, Fraction]:
    """Return the tier that the whole month's count lies in."""
    reached = [tier for tier in tiers if tier[0] < number]
    return reached[-1] if reached else tiers[0]


def cut_by_tiers(fee: Fee, units: Units, whole: Fraction) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Return (tier, price, number) of a day's units."""
    tiers = tiers_on(fee, units.day)
    assert tiers is not None
    if fee.mode == "volume":
        tier, price = volume_price(tiers, whole)
        return [(tier, price, units.number)]
    pieces = []
    for number, (begins, price) in enumerate(tiers):
        ends = tiers[number + 1][0] if number + 1 < len(tiers) else units.upto
        inside = min(units.upto, max(ends, begins)) - max(units.after, begins)
        if inside > 0:
            pieces.append((begins, price, inside))
    return pieces


def counted(contract: Contract, fee: Fee, month: str, facts: Facts) -> list[Line]:
    days = term_days(contract, month)
    of_price = versions(days, lambda day: tiers_on(fee, day))
    of_surge = versions(days, lambda day: worth_on(fee.surge and fee.surge.price, day))
    units = units_of(contract, fee, month, facts)
    whole = units[-1].upto if units else Fraction(0)
    ordinary, surging = part_at_surge(fee, units, whole, month)
    leave = fee.surge is not None and fee.surge.mode == "replace"
    paid = ordinary if leave else units
    paid_whole = paid[-1].upto if paid else Fraction(0)
    sums: dict[Any, tuple[date, Fraction]] = {}

    def add(key: Any, day: date, amount: Fraction) -> None:
        since, before = sums.get(key, (day, Fraction(0)))
        sums[key] = (since, before + amount)

    for one in paid:
        for tier, price, number in cut_by_tiers(fee, one, paid_whole):
            add((of_price[one.day], tier), one.day, price * number)
    for one in surging:
        assert fee.surge is not None
        surge_price = Fraction(worth_on(fee.surge.price, one.day) or 0)
        for _, price, number in cut_by_tiers(fee, one, whole):
            dearer = max(surge_price, price) if fee.surge.higher_of else surge_price
            if fee.surge.higher_of and not leave:  # its tier's price is paid already
                dearer -= price
            add((of_surge[one.day], "surge", dearer), one.day, dearer * number)
    return [line_of(fee, amount, contract.currency, since) for since, amount in sums.values()]


def versions(days: list[date], worth: Any) -> dict[date, date]:
    """Return for each day the first day of its price version."""
    return {day: run[0] for run in runs_of(days, worth) for day in run}


def part_at_surge(fee: Fee, units: list[Units], whole: Fraction, month: str) -> tuple[list[Units], list[Units]]:
    """Part the units at forecast × (1 + tolerance): contacts and cases are whole, the first beyond it surges."""
    if fee.surge is None or month not in fee.surge.forecast:
        return units, []
    limit = Fraction(fee.surge.forecast[month]) * (1 + Fraction(fee.surge.tolerance))
    if fee.form != "per_minute":
        limit = Fraction(floor(limit))
    below, above = [], []
    for one in units:
        if one.after < limit:
            below.append(Units(one.day, one.after, min(one.upto, limit)))
        if one.upto > limit:
            above.append(Units(one.day, max(one.after, limit), one.upto))
    return below, above


# --- minimum commitment and cost centres ---


def top_up(contract: Contract, fee: Fee, fees: list[Fee], lines: list[Line], month: str) -> list[Line]:
    """Return what lacks to the minimum, which goes by calendar days of a partial month and of relief."""
    names = fee.minimum_of or [other.id for other in fees if other.form != "minimum"]
    have = sum((line.amount for line in lines if line.consequence in names), Decimal(0))
    wanted = Fraction(0)
    for day in term_days(contract, month):
        if any(relief.from_ <= day < relief.until and not relief.scope for relief in contract.relief):
            continue
        if fee.units is not None:
            of_day = Fraction(worth_on(fee.units, day) or 0) * Fraction(worth_on(fee.price, day) or 0)
        else:
            of_day = Fraction(worth_on(fee.amount, day) or 0)
        wanted += of_day / len(days_of(month))
    lacking = rounded(wanted, contract.currency) - have
    if lacking <= 0:
        return []
    return [line_of(fee, Fraction(lacking), contract.currency, days_of(month)[0])]


def split_over_centres(fee: Fee, lines: list[Line], currency: str) -> list[Line]:
    """Split each line over its cost centres: each share rounded, the residue to the largest."""
    for line in lines:
        if not fee.cost_centres:
            continue
        for centre, share in sorted(fee.cost_centres.items()):
            line.centres[centre] = rounded(Fraction(line.amount) * Fraction(share), currency)
        largest = max(sorted(fee.cost_centres), key=lambda centre: fee.cost_centres[centre])
        line.centres[largest] += line.amount - sum(line.centres.values(), Decimal(0))
    return lines
