"""What follows from an indicator's month: deductions by every form, own caps, bonuses, service points (section 5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.bands import closed_for, tier_of, tiers, top_of
from pipelines.contract.consequence import Consequence
from pipelines.contract.resolve import PartTerms, dated, term_days
from pipelines.core.exact import decimal_text, rate_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.scoring.counts import measured
from pipelines.scoring.judge import MET, MISSED, Judged, JudgedDay, JudgedPart
from pipelines.scoring.points import is_met, steps_beyond
from pipelines.settlement.facts import Facts, Incident
from pipelines.settlement.lines import Base, Line, money_text

Event = tuple[str, ...]


@dataclass
class Taking:
    """A deduction on its way through the caps. ``left`` is what of it is still borne; ``event`` what it speaks of."""

    line: Line
    left: Fraction
    indicator: str = ""
    consequence: Consequence | None = None
    event: Event | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Return the indicator and the consequence that it belongs to."""
        return self.indicator, self.consequence.id if self.consequence else self.line.id


def bear(takings: Sequence[Taking], cut: Fraction | Decimal) -> None:
    """Let the takings bear a cut in proportion to what is left of each."""
    whole = sum((one.left for one in takings), Fraction(0))
    for one in takings:
        one.left -= one.left * Fraction(cut) / whole if whole else Fraction(0)


def consequences_of(terms: PartTerms) -> Sequence[Consequence]:
    """Return what is agreed to follow over a part's days."""
    return terms.consequences.value if terms.consequences else ()


def takings_of(judged: Judged, base: Base, facts: Facts) -> list[Taking]:
    """Return what an indicator's month takes, before any cap: a line a part, day or item of each consequence."""
    if judged.terms.indicator.class_ == "report_only":
        return []
    found: list[Taking] = []
    for part in judged.parts:
        for consequence in consequences_of(part.terms):
            if not consequence.bonus and consequence.form != "points":
                found += _takings(judged, part, consequence, base, facts)
    return _once_a_month(found)


def _takings(judged: Judged, part: JudgedPart, consequence: Consequence, base: Base, facts: Facts) -> Iterator[Taking]:
    if consequence.form == "per_incident":
        incidents = sorted(facts.incidents.get(judged.terms.question.column, ()))
        yield from (_incident(judged, part, consequence, base, one) for one in incidents if one.day in part.terms.days)
    elif consequence.form == "event":
        for day in part.terms.days:
            yield from _happening(judged, part, consequence, base, facts, day)
    elif part.days:
        for one in part.days:
            if one.verdict == MISSED:
                yield _missed(judged, part, consequence, base, one)
    elif part.verdict == MISSED:
        yield _missed(judged, part, consequence, base, None)


def _once_a_month(found: list[Taking]) -> list[Taking]:
    """Keep of a daily consequence that is due once a month the highest day, the first of equal ones."""
    once = {one.name for one in found if one.consequence is not None and one.consequence.once_a_month}
    best = {name: max((one for one in found if one.name == name), key=lambda one: one.left) for name in once}
    return [one for one in found if one.name not in once or one is best[one.name]]


def _taking(
    judged: Judged,
    part: JudgedPart,
    consequence: Consequence,
    exact: Fraction,
    base: Base,
    *,
    suffix: str,
    formula: str,
    days: Days,
    event: Event | None = None,
    item: tuple[str, str] | None = None,
) -> Taking:
    indicator = judged.terms.indicator
    amount = to_fen(exact, base.contract.currency)
    line = Line(
        id=f"{judged.terms.id}.{consequence.id}{suffix}",
        kind="deduction",
        step="deductions",
        clause=consequence.clause or indicator.clause,
        amount=-amount,
        formula=formula,
        indicator=judged.terms.id,
        consequence=consequence.id,
        days=days,
        by=part.terms.consequences.by if part.terms.consequences else None,
        group=consequence.group,
        because=None if exact else "missed, and costs nothing here",
        item=item,
    )
    return Taking(line, Fraction(amount), judged.terms.id, consequence, event)


def _missed(judged: Judged, part: JudgedPart, consequence: Consequence, base: Base, day: JudgedDay | None) -> Taking:
    """A missed part costs its share of the days in force; a missed day the whole."""
    value = part.value if day is None else day.value
    assert value is not None  # noqa: S101 - what is missed has both
    assert part.target is not None  # noqa: S101
    exact, formula = _price(judged, consequence, base, value, part.target)
    if day is None and part.terms.share != 1:
        exact *= part.terms.share
        formula += f" × {len(part.terms.days)}/{len(judged.terms.in_force)} days"
    days = part.terms.days if day is None else Days(day.day, day.day + timedelta(days=1))
    suffix = f"@{days.since}" if day is not None or len(judged.parts) > 1 else ""
    return _taking(judged, part, consequence, exact, base, suffix=suffix, formula=formula, days=days)


def _price(
    judged: Judged, consequence: Consequence, base: Base, value: Fraction, target: Fraction
) -> tuple[Fraction, str]:
    """Return what a value costs or earns over a whole period, and the sum in words."""
    if consequence.form == "pool":
        return _pool_price(consequence, base)
    rate, amount, times, words = _agreed(judged, consequence, value, target)
    if rate is not None:
        whole = base.of(consequence.base)
        return Fraction(rate) * Fraction(whole) * times, f"{rate_text(rate)} × {whole}{words}"
    return Fraction(amount or 0) * times, f"{money_text(amount or Decimal(0), base.contract.currency)}{words}"


def _agreed(
    judged: Judged, consequence: Consequence, value: Fraction, target: Fraction
) -> tuple[Decimal | None, Decimal | None, int, str]:
    """Return the rate or sum that a value comes to, how many times, and the words for it."""
    metric = judged.terms.metric
    if consequence.form == "bands":
        found = tiers(consequence.bands, top_of(metric.aggregate))
        tier = tier_of(value, found, closed_for(metric.better, consequence.closed))
        return tier.band.rate, tier.band.amount, 1, f" (tier {tier})"
    if consequence.form == "fixed":
        return consequence.rate, consequence.amount, 1, ""
    assert consequence.step is not None  # noqa: S101 - the linter asks for it
    losing = metric.better if not consequence.bonus else {"higher": "lower", "lower": "higher"}[metric.better]
    times = steps_beyond(
        value, target, losing, step=consequence.step, relative=consequence.relative, mode=consequence.steps_mode
    )
    of_target = f" of the target {decimal_text(target)}" if consequence.relative else ""
    plural = "" if times == 1 else "s"
    counted = f"{times} {consequence.steps_mode} step{plural}"
    words = f" × {counted} of {decimal_text(consequence.step)}{of_target}"
    return consequence.rate, consequence.amount, times, words


def at_risk(base: Base, pool_id: str) -> tuple[Fraction, str]:
    """Return the money of a pool, exact, and the sum in words; weighted by days where its share changes."""
    contract = base.contract
    pool = next(one for one in contract.pools if one.id == pool_id)
    in_force = term_days(contract).overlap(base.month)
    pieces = dated(pool.id, pool.at_risk, begins=contract.term.from_, by=pool.clause).pieces(in_force)
    share = sum((Fraction(piece.value) * len(piece.days) / len(in_force) for piece in pieces), Fraction(0))
    whole = base.of(pool.base)
    words = " + ".join(
        rate_text(piece.value) + ("" if len(pieces) == 1 else f" × {len(piece.days)}/{len(in_force)}")
        for piece in pieces
    )
    return share * Fraction(whole), f"{words if len(pieces) == 1 else f'({words})'} × {whole}"


def _pool_price(consequence: Consequence, base: Base) -> tuple[Fraction, str]:
    assert consequence.pool is not None  # noqa: S101 - the linter asks for both
    assert consequence.allocation is not None  # noqa: S101
    money, words = at_risk(base, consequence.pool)
    exact = money * Fraction(consequence.category) * Fraction(consequence.allocation) * Fraction(consequence.severity)
    factors = [rate_text(consequence.allocation)]
    if consequence.category != 1:
        factors.insert(0, rate_text(consequence.category))
    if consequence.severity != 1:
        factors.append(decimal_text(consequence.severity))
    return exact, " × ".join([words, *factors])


def _incident(judged: Judged, part: JudgedPart, consequence: Consequence, base: Base, one: Incident) -> Taking:
    exact, formula = _sum_or_rate(consequence, base)
    return _taking(
        judged,
        part,
        consequence,
        exact,
        base,
        suffix=f"#{one.source}/{one.item}",
        formula=formula,
        days=Days(one.day, one.day + timedelta(days=1)),
        event=("item", one.source, one.item),
        item=(one.source, one.item),
    )


def _sum_or_rate(consequence: Consequence, base: Base) -> tuple[Fraction, str]:
    if consequence.daily_fees is not None:
        whole, days = base.of(consequence.base), len(base.month)
        exact = Fraction(whole) * Fraction(consequence.daily_fees) / days
        return exact, f"{decimal_text(consequence.daily_fees)} × {whole} / {days} days"
    if consequence.rate is not None:
        whole = base.of(consequence.base)
        return Fraction(consequence.rate) * Fraction(whole), f"{rate_text(consequence.rate)} × {whole}"
    return Fraction(consequence.amount or 0), money_text(consequence.amount or Decimal(0), base.contract.currency)


def _happening(
    judged: Judged, part: JudgedPart, consequence: Consequence, base: Base, facts: Facts, day: date
) -> Iterator[Taking]:
    """A day on which the stated thing happened: its value is worse than said (a count: than none)."""
    question = judged.terms.question
    if not facts.is_of_kind(consequence.on_days, day, question.metric.channel):
        return
    counts = facts.counts.get(question.column, {}).get(day)
    if counts is None:
        return
    value = measured(question.metric, counts, judged.terms.indicator.unmeasurable, question.percentile).value
    edge = Fraction(consequence.worse_than or 0)
    if value is None or is_met(value, edge, question.metric.better):
        return
    exact, formula = _sum_or_rate(consequence, base)
    yield _taking(
        judged,
        part,
        consequence,
        exact,
        base,
        suffix=f"@{day}",
        formula=f"{formula} ({day}: {decimal_text(value)}, worse than {decimal_text(edge)})",
        days=Days(day, day + timedelta(days=1)),
        event=("day", consequence.event or f"{judged.terms.id}.{consequence.id}", str(day)),
    )


# ------------------------------------------------------------------------------------------------------------ own caps


def own_cap(judged: Judged, name: str, base: Base) -> tuple[Decimal, str, list[Days]] | None:
    """Return a consequence's own cap of the month in money, its words, and the spans that have it; None without one.

    The cap is the month's, not a part's. Where it changes within the month it is weighted by the days of the parts
    that have it, missed or not, and covers their lines.
    """
    currency = base.contract.currency
    capped = [
        (part.terms.days, consequence)
        for part in judged.parts
        for consequence in consequences_of(part.terms)
        if consequence.id == name and (consequence.cap is not None or consequence.cap_rate is not None)
    ]
    if not capped:
        return None
    days = sum(len(span) for span, _ in capped)
    priced = [(span, *_limit(one.cap, one.cap_rate, one.base, base)) for span, one in capped]
    exact = sum((limit * len(span) / days for span, limit, _ in priced), Fraction(0))
    is_one = len({words for _, _, words in priced}) == 1
    formula = priced[0][2] if is_one else f"({' + '.join(f'{w} × {len(s)}/{days}' for s, _, w in priced)})"
    return to_fen(exact, currency), formula, [span for span, _ in capped]


def _limit(
    cap: Decimal | None, cap_rate: Decimal | None, names: Sequence[str] | None, base: Base
) -> tuple[Fraction, str]:
    if cap_rate is not None:
        whole = base.of(names)
        return Fraction(cap_rate) * Fraction(whole), f"{rate_text(cap_rate)} × {whole}"
    return Fraction(cap or 0), money_text(cap or Decimal(0), base.contract.currency)


def indicator_cap(judged: Judged, base: Base) -> tuple[Decimal, str] | None:
    """Return the most that all deductions of an indicator may come to; None where nothing is agreed."""
    indicator = judged.terms.indicator
    if indicator.cap is None and indicator.cap_rate is None:
        return None
    exact, words = _limit(indicator.cap, indicator.cap_rate, None, base)
    return to_fen(exact, base.contract.currency), words


# ------------------------------------------------------------------------------------------------------------- bonuses


def bonus_lines(judged: Judged, base: Base, *, critical_missed: bool) -> list[Line]:
    """Return what an indicator's month earns beyond its fee: a line a part, and one for what an own cap cuts."""
    lines: list[Line] = []
    for part in judged.parts:
        for one in consequences_of(part.terms):
            if one.bonus and judged.terms.indicator.class_ != "report_only":
                lines += _bonus(judged, part, one, base, critical_missed=critical_missed)
    names = dict.fromkeys(line.consequence for line in lines if line.consequence)
    return [*lines, *(cut for name in names for cut in _bonus_cap(judged, name, lines, base))]


def _bonus(
    judged: Judged, part: JudgedPart, consequence: Consequence, base: Base, *, critical_missed: bool
) -> Iterable[Line]:
    metric, indicator = judged.terms.metric, judged.terms.indicator
    if part.verdict not in (MET, MISSED) or part.value is None or part.target is None:
        return
    begins = part.target if consequence.from_ is None else Fraction(consequence.from_)
    if not is_met(part.value, begins, metric.better) or (consequence.from_ is None and part.verdict != MET):
        return
    exact, formula = _price(judged, consequence, base, part.value, begins)
    if part.terms.share != 1:
        exact *= part.terms.share
        formula += f" × {len(part.terms.days)}/{len(judged.terms.in_force)} days"
    because = None if exact else "reached, and earns nothing here"
    if critical_missed and consequence.no_bonus_if == "critical_missed":
        exact, because = Fraction(0), "a critical indicator is missed"
    suffix = f"@{part.terms.days.since}" if len(judged.parts) > 1 else ""
    yield Line(
        id=f"{judged.terms.id}.{consequence.id}{suffix}",
        kind="bonus",
        step="bonuses",
        clause=consequence.clause or indicator.clause,
        amount=to_fen(exact, base.contract.currency),
        formula=formula,
        indicator=judged.terms.id,
        consequence=consequence.id,
        days=part.terms.days,
        by=part.terms.consequences.by if part.terms.consequences else None,
        because=because,
    )


def _bonus_cap(judged: Judged, name: str, lines: Sequence[Line], base: Base) -> Iterator[Line]:
    found = own_cap(judged, name, base)
    if found is None:
        return
    cap, words, spans = found
    covered = [line for line in lines if line.consequence == name and line.days in spans]
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
    """Yield the service points of an indicator's missed parts for a table, by their days."""
    if judged.terms.indicator.class_ == "report_only":
        return
    metric = judged.terms.metric
    for part in judged.parts:
        for one in consequences_of(part.terms):
            if one.form != "points" or one.table != table or part.verdict != MISSED or part.value is None:
                continue
            found = tiers(one.bands, top_of(metric.aggregate))
            tier = tier_of(part.value, found, closed_for(metric.better, one.closed))
            yield one, Fraction(tier.band.points or 0) * part.terms.share
