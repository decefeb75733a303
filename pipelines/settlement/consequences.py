"""What follows from an indicator's month: deductions by every form, own caps, bonuses, service points (section 5)."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.bands import closed_for, tier_of, tiers, top_of
from pipelines.contract.consequence import Consequence
from pipelines.contract.resolve import dated, term_days
from pipelines.core.exact import decimal_text, rate_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.scoring.judge import MET, MISSED, Judged, JudgedDay, JudgedPart, day_value
from pipelines.scoring.points import is_met, steps_beyond
from pipelines.settlement.facts import Facts
from pipelines.settlement.lines import Base, Line, at_nothing, money_text

# What these forms take follows the day of each item or happening, and looks at no verdict.
BY_DAY = ("per_incident", "event")


@dataclass
class Taking:
    """A deduction on its way through the caps. ``left`` is what of it is still borne."""

    line: Line
    left: Fraction
    indicator: str = ""
    consequence: Consequence | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Return the indicator and the consequence that it belongs to."""
        return self.indicator, self.consequence.id if self.consequence else self.line.id


def bear(takings: Sequence[Taking], cut: Fraction | Decimal) -> None:
    """Let the takings bear a cut in proportion to what is left of each."""
    whole = sum((one.left for one in takings), Fraction(0))
    for one in takings:
        one.left -= one.left * Fraction(cut) / whole if whole else Fraction(0)


# ----------------------------------------------------------------------------------------------- what is agreed, when


def version_on(judged: Judged, name: str, day: date) -> Consequence | None:
    """Return a consequence as it stands on a day: by the day itself, or by the terms of the part that it lies in."""
    for one in judged.terms.consequences_on(day):
        if one.id == name and one.form in BY_DAY:
            return one
    part = next((part.terms for part in judged.parts if day in part.terms.days), None)
    agreed = part.consequences.value if part is not None and part.consequences else ()
    return next((one for one in agreed if one.id == name and one.form not in BY_DAY), None)


def versions(judged: Judged) -> dict[str, dict[date, Consequence]]:
    """Return every consequence of an indicator's month, by name and day."""
    agreed = [piece.value for piece in judged.terms.consequences]
    agreed += [part.terms.consequences.value for part in judged.parts if part.terms.consequences]
    found: dict[str, dict[date, Consequence]] = {}
    for name in sorted({one.id for listed in agreed for one in listed}):
        for day in judged.terms.in_force:
            one = version_on(judged, name, day)
            if one is not None:
                found.setdefault(name, {})[day] = one
    return found


def last_versions(judged: Judged) -> dict[str, Consequence]:
    """Return each consequence as it stood last in the month."""
    return {name: by_day[max(by_day)] for name, by_day in versions(judged).items()}


@dataclass(frozen=True)
class Period:
    """What money follows: a part by its share of the days in force, or a whole day."""

    days: Days
    share: Fraction
    value: Fraction
    longest: Fraction | None  # where the value is longer than any: what was counted at most
    target: Fraction
    verdict: str
    suffix: str


def periods(judged: Judged) -> Iterator[Period]:
    """Yield the periods of a month that are met or missed."""
    is_daily = judged.terms.indicator.period == "day"
    for part in judged.parts:
        each: list[tuple[Days, Fraction, JudgedDay | JudgedPart]] = [(part.terms.days, part.terms.share, part)]
        if is_daily:
            each = [(_only(one.day), Fraction(1), one) for one in part.days]
        for days, share, one in each:
            if one.value is None or one.target is None or one.verdict not in (MET, MISSED):
                continue
            longest = (one.measured.longest or Fraction(0)) if one.measured.beyond else None
            suffix = f"@{days.since}" if len(judged.parts) > 1 or is_daily else ""
            yield Period(days, share, one.value, longest, one.target, one.verdict, suffix)


def _only(day: date) -> Days:
    return Days(day, day + timedelta(days=1))


# ---------------------------------------------------------------------------------------------------------- deductions


def takings_of(judged: Judged, base: Base, facts: Facts) -> list[Taking]:
    """Return what an indicator's month takes, before any cap: a line a part, day or item of each consequence."""
    if judged.terms.indicator.class_ == "report_only":
        return []
    found: list[Taking] = []
    for name, last in last_versions(judged).items():
        if last.bonus or last.form == "points":
            continue
        if last.form == "per_incident":
            own = list(_incidents(judged, name, base, facts))
        elif last.form == "event":
            own = list(_happenings(judged, name, base, facts))
        else:
            own = list(_missed(judged, name, base))
        if last.once_a_month and judged.terms.indicator.period == "day" and own:
            own = [max(own, key=lambda one: one.left)]
        found += own
    return found


def _taking(
    judged: Judged,
    consequence: Consequence,
    exact: Fraction,
    base: Base,
    *,
    suffix: str,
    formula: str,
    days: Days,
    item: tuple[str, str] | None = None,
) -> Taking:
    amount = to_fen(exact, base.contract.currency)
    line = Line(
        id=f"{judged.terms.id}.{consequence.id}{suffix}",
        kind="deduction",
        step="deductions",
        clause=consequence.clause or judged.terms.indicator.clause,
        amount=-amount,
        formula=formula,
        indicator=judged.terms.id,
        consequence=consequence.id,
        days=days,
        by=_words(judged, days.since),
        group=consequence.group,
        because=None if exact else "missed, and costs nothing here",
        item=item,
    )
    return Taking(line, Fraction(amount), judged.terms.id, consequence)


def _words(judged: Judged, day: date) -> str | None:
    """Return the words that the consequences of a day rest on."""
    return next((piece.by for piece in judged.terms.consequences if day in piece.days), None)


def _missed(judged: Judged, name: str, base: Base) -> Iterator[Taking]:
    """A missed part costs its share of the days in force; a missed day the whole."""
    for period in periods(judged):
        consequence = version_on(judged, name, period.days.since)
        if consequence is not None and period.verdict == MISSED:
            exact, formula = _price(judged, consequence, base, period, period.target)
            yield _taking(judged, consequence, exact, base, suffix=period.suffix, formula=formula, days=period.days)


def _price(
    judged: Judged, consequence: Consequence, base: Base, period: Period, begins: Fraction
) -> tuple[Fraction, str]:
    """Return what a period's value costs or earns from ``begins`` on, by its share of the days, and that in words."""
    if consequence.form == "pool":
        exact, formula = _pool_price(consequence, base, period.days)
    else:
        rate, amount, times, words = _agreed(judged, consequence, period, begins)
        unit, priced = _money(rate, amount, consequence, base)
        exact, formula = unit * times, priced + words
    if period.share != 1:
        formula += f" × {len(period.days)}/{len(judged.terms.in_force)} days"
    return exact * period.share, formula


def _money(rate: Decimal | None, amount: Decimal | None, consequence: Consequence, base: Base) -> tuple[Fraction, str]:
    """Return a share of the base, or a sum."""
    if rate is not None:
        whole, words = base.of(consequence.base)
        return Fraction(rate) * whole, f"{rate_text(rate)} × {words}"
    return Fraction(amount or 0), money_text(amount or Decimal(0), base.contract.currency)


def _agreed(
    judged: Judged, consequence: Consequence, period: Period, begins: Fraction
) -> tuple[Decimal | None, Decimal | None, int, str]:
    """Return the rate or sum that a value comes to, how many times, and the words for it.

    Steps of a percentile that is longer than any are those of the longest that was counted, and at least one.
    """
    metric, value = judged.terms.metric, period.value
    if consequence.form == "bands":
        found = tiers(consequence.bands, top_of(metric.aggregate))
        tier = tier_of(value, found, closed_for(metric.better, consequence.closed))
        return tier.band.rate, tier.band.amount, 1, f" (tier {tier})"
    if consequence.form == "fixed":
        return consequence.rate, consequence.amount, 1, ""
    assert consequence.step is not None  # noqa: S101 - the linter asks for it
    losing = metric.better if not consequence.bonus else {"higher": "lower", "lower": "higher"}[metric.better]
    times = steps_beyond(
        value if period.longest is None else period.longest,
        begins,
        losing,
        step=consequence.step,
        relative=consequence.relative,
        mode=consequence.steps_mode,
    )
    times = max(times, 0 if period.longest is None else 1)
    of_target = f" of the target {decimal_text(begins)}" if consequence.relative else ""
    counted = f"{times} {consequence.steps_mode} step{'' if times == 1 else 's'}"
    words = f" × {counted} of {decimal_text(consequence.step)}{of_target}"
    return consequence.rate, consequence.amount, times, words


def at_risk(base: Base, pool_id: str, days: Days) -> tuple[Fraction, str]:
    """Return the money of a pool, exact, and the sum in words; weighted by ``days`` where its share changes in them."""
    contract = base.contract
    pool = next(one for one in contract.pools if one.id == pool_id)
    in_force = term_days(contract).overlap(days)
    pieces = dated(pool.id, pool.at_risk, begins=contract.term.from_, by=pool.clause).pieces(in_force)
    share = sum((Fraction(piece.value) * len(piece.days) / len(in_force) for piece in pieces), Fraction(0))
    whole, of_what = base.of(pool.base)
    each = [rate_text(piece.value) for piece in pieces]
    if len(pieces) > 1:
        each = [f"{rate} × {len(piece.days)}/{len(in_force)}" for rate, piece in zip(each, pieces, strict=True)]
    words = each[0] if len(each) == 1 else f"({' + '.join(each)})"
    return share * whole, f"{words} × {of_what}"


def _pool_price(consequence: Consequence, base: Base, days: Days) -> tuple[Fraction, str]:
    """At-risk × category × allocation × severity."""
    assert consequence.pool is not None  # noqa: S101 - the linter asks for both
    assert consequence.allocation is not None  # noqa: S101
    money, words = at_risk(base, consequence.pool, days)
    factors = [consequence.category, consequence.allocation, consequence.severity]
    for factor in factors:
        money *= Fraction(factor)
    shown = [rate_text(factor) for factor in factors if factor != 1 or factor is consequence.allocation]
    return money, " × ".join([words, *shown])


def _sum_or_rate(consequence: Consequence, base: Base) -> tuple[Fraction, str]:
    if consequence.daily_fees is not None:
        (whole, words), days = base.of(consequence.base), len(base.month)
        exact = whole * Fraction(consequence.daily_fees) / days
        return exact, f"{decimal_text(consequence.daily_fees)} × {words} / {days} days"
    return _money(consequence.rate, consequence.amount, consequence, base)


def _incidents(judged: Judged, name: str, base: Base, facts: Facts) -> Iterator[Taking]:
    """A sum for each offending item, by the terms of its service day."""
    for one in sorted(facts.incidents.get(judged.terms.question.column, ())):
        consequence = version_on(judged, name, one.day) if one.day in judged.terms.in_force else None
        if consequence is not None:
            exact, formula = _sum_or_rate(consequence, base)
            suffix, item, days = f"#{one.source}/{one.item}", (one.source, one.item), _only(one.day)
            yield _taking(judged, consequence, exact, base, suffix=suffix, formula=formula, days=days, item=item)


def _happenings(judged: Judged, name: str, base: Base, facts: Facts) -> Iterator[Taking]:
    """A sum for each day on which the stated thing happened: its value is worse than said (a count: than none)."""
    metric = judged.terms.metric
    for day in judged.terms.in_force:
        consequence = version_on(judged, name, day)
        if consequence is None or not facts.is_of_kind(consequence.on_days, day, metric.channel):
            continue
        value, edge = day_value(judged, facts.counts, day), Fraction(consequence.worse_than or 0)
        if value is None or is_met(value, edge, metric.better):
            continue
        exact, formula = _sum_or_rate(consequence, base)
        formula += f" ({day}: {decimal_text(value)}, worse than {decimal_text(edge)})"
        yield _taking(judged, consequence, exact, base, suffix=f"@{day}", formula=formula, days=_only(day))


# ---------------------------------------------------------------------------------------------------------------- caps


def own_cap(judged: Judged, name: str, base: Base) -> tuple[Decimal, str, set[date]] | None:
    """Return a consequence's own cap of the month in money, its words, and the days that have it; None without one.

    The cap is the month's, not a part's. Where it changes within the month it is weighted by the days that have it,
    missed or not, and covers their lines.
    """
    priced = {
        day: _limit(one.cap, one.cap_rate, one.base, base)
        for day, one in versions(judged).get(name, {}).items()
        if one.cap is not None or one.cap_rate is not None
    }
    if not priced:
        return None
    exact = sum((limit for limit, _ in priced.values()), Fraction(0)) / len(priced)
    spoken = Counter(words for _, words in priced.values())
    each = [words if len(spoken) == 1 else f"{words} × {n}/{len(priced)}" for words, n in spoken.items()]
    words = each[0] if len(each) == 1 else f"({' + '.join(each)})"
    return to_fen(exact, base.contract.currency), words, set(priced)


def _limit(
    cap: Decimal | None, cap_rate: Decimal | None, names: Sequence[str] | None, base: Base
) -> tuple[Fraction, str]:
    """Return a cap in money: a share of the base or a sum, the lower where both are stated."""
    stated = [] if cap is None else [(Fraction(cap), money_text(cap, base.contract.currency))]
    if cap_rate is not None:
        whole, words = base.of(names)
        stated.append((Fraction(cap_rate) * whole, f"{rate_text(cap_rate)} × {words}"))
    return min(stated)


def indicator_cap(judged: Judged, base: Base) -> tuple[Decimal, str] | None:
    """Return the most that all deductions of an indicator may come to; None where nothing is agreed."""
    indicator = judged.terms.indicator
    if indicator.cap is None and indicator.cap_rate is None:
        return None
    exact, words = _limit(indicator.cap, indicator.cap_rate, None, base)
    return to_fen(exact, base.contract.currency), words


# ------------------------------------------------------------------------------------------------------------- bonuses


def bonus_lines(judged: Judged, base: Base, *, critical_missed: bool, left_out: Collection[str] = ()) -> list[Line]:
    """Return what an indicator's month earns beyond its fee: a line a period, and one for what an own cap cuts.

    ``one_of: highest`` keeps one of several bonuses, as it does of deductions. ``left_out``: ids of lines to see the
    month without.
    """
    if judged.terms.indicator.class_ == "report_only":
        return []
    earned: dict[str, list[Line]] = {}
    for name, last in last_versions(judged).items():
        if last.bonus:
            own = list(_bonus(judged, name, base, critical_missed=critical_missed))
            own += _bonus_cap(judged, name, own, base)
            earned[name] = [line for line in own if line.id not in left_out]
    if judged.terms.indicator.one_of == "highest" and earned:
        highest = max(sorted(earned), key=lambda name: sum(line.amount for line in earned[name]))
        because = f"one of: {judged.terms.id}.{highest} is the highest"
        for name in earned.keys() - {highest}:
            earned[name] = [at_nothing(line, because) for line in earned[name]]
    return [line for lines in earned.values() for line in lines]


def _bonus(judged: Judged, name: str, base: Base, *, critical_missed: bool) -> Iterator[Line]:
    """A bonus needs a verdict met, or its own ``from:`` reached."""
    for period in periods(judged):
        consequence = version_on(judged, name, period.days.since)
        if consequence is None:
            continue
        begins = period.target if consequence.from_ is None else Fraction(consequence.from_)
        is_reached = period.longest is None and is_met(period.value, begins, judged.terms.metric.better)
        if not (period.verdict == MET if consequence.from_ is None else is_reached):
            continue
        exact, formula = _price(judged, consequence, base, period, begins)
        because = None if exact else "reached, and earns nothing here"
        if critical_missed and consequence.no_bonus_if == "critical_missed":
            exact, because = Fraction(0), "a critical indicator is missed"
        yield Line(
            id=f"{judged.terms.id}.{consequence.id}{period.suffix}",
            kind="bonus",
            step="bonuses",
            clause=consequence.clause or judged.terms.indicator.clause,
            amount=to_fen(exact, base.contract.currency),
            formula=formula,
            indicator=judged.terms.id,
            consequence=consequence.id,
            days=period.days,
            by=_words(judged, period.days.since),
            because=because,
        )


def _bonus_cap(judged: Judged, name: str, lines: Sequence[Line], base: Base) -> Iterator[Line]:
    found = own_cap(judged, name, base)
    if found is None:
        return
    cap, words, days = found
    covered = [line for line in lines if line.days is not None and line.days.since in days]
    earned = total((line.amount for line in covered), base.contract.currency)
    if earned > cap:
        yield Line(
            id=f"{judged.terms.id}.{name}.cap",
            kind="cap",
            step="bonuses",
            clause=covered[0].clause,
            amount=cap - earned,
            formula=f"{words} − {earned}",
            indicator=judged.terms.id,
            consequence=name,
            rests_on=tuple(line.id for line in covered),
        )


# ------------------------------------------------------------------------------------------------------ service points


def service_points(judged: Judged, table: str) -> Iterator[tuple[Consequence, Fraction]]:
    """Yield each consequence's service points for a table: of what is missed, by the share of the days."""
    if judged.terms.indicator.class_ == "report_only":
        return
    better, top = judged.terms.metric.better, top_of(judged.terms.metric.aggregate)
    for name, last in last_versions(judged).items():
        if last.form != "points" or last.table != table:
            continue
        points = Fraction(0)
        for period in periods(judged):
            one = version_on(judged, name, period.days.since)
            if one is not None and period.verdict == MISSED:
                tier = tier_of(period.value, tiers(one.bands, top), closed_for(better, one.closed))
                points += Fraction(tier.band.points or 0) * period.share
        yield last, points
