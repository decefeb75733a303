"""What follows from a miss: forms, tiers, caps that are too low, repeats and what comes back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.contract.bands import closed_for, tiers, top_of
from pipelines.contract.checks.bands import beyond_target, falls, missing, money_against, tier_problems
from pipelines.contract.checks.forms import CAPS, CONSEQUENCES, OF_A_BONUS, OF_EVERY_CONSEQUENCE, form_problems
from pipelines.contract.checks.place import Place, Reading
from pipelines.contract.checks.scoring import step_of_nothing
from pipelines.contract.consequence import Consequence, Escalation, Repeats
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem

BONUS_FORMS = ("fixed", "per_step", "bands")


def consequence_problems(reading: Reading) -> Iterator[Problem]:
    """Return what is wrong with an indicator's consequences."""
    for number, value in enumerate(reading.indicator.consequences):
        for inner, consequence in enumerate(value.value):
            yield from _consequence(reading, place_of(reading, number, inner), consequence)
        for name, times in Counter(consequence.id for consequence in value.value).items():
            if times > 1:
                what = f"{times} consequences are called {name!r}; their lines could not be told from one another."
                yield reading.problem(what, "Give each its own id.", "contract.repeated_id", "consequences")
    for held, numbers in reading.together("consequences", "target"):
        if {"consequences", "target"} <= held.keys():
            for inner, consequence in enumerate(held["consequences"]):
                place = place_of(reading, numbers["consequences"], inner)
                yield from _against_target(reading, place, consequence, held["target"])


def place_of(reading: Reading, number: int, inner: int) -> Place:
    """Return where a consequence stands: in a dated list, or in the plain one."""
    return reading.inner(*reading.value_path("consequences", number), inner)


def _consequence(reading: Reading, place: Place, one: Consequence) -> Iterator[Problem]:
    what, metric = f"{one.id} ({one.form})", reading.metric
    also = OF_EVERY_CONSEQUENCE | (CAPS if one.form != "points" else set()) | (OF_A_BONUS if one.bonus else set())
    also -= set() if reading.indicator.period == "day" else {"once_a_month"}
    form = CONSEQUENCES[one.form]
    yield from form_problems(place, what, one, form, also)
    yield from step_of_nothing(reading, place, what, relative=one.form == "per_step" and one.relative)
    if one.cap is not None and one.cap_rate is not None:
        yield place.problem(f"{what} has two caps.", "Write one of `cap:` and `cap_rate:`.", "contract.form_incomplete")
    if any(figure < 0 for figure in _figures(one)):
        yield place.problem(
            f"{what} has a negative figure; a deduction is written as what it takes.",
            "Write it without the sign.",
            "contract.negative_deduction",
        )
    yield from unknown_fees(place, what, one.base)
    yield from _bonus(place, one, what)
    yield from _small_caps(reading, place, one, what)
    yield from _known(place, one, what)
    if one.repeats:
        yield from _repeats(reading, place, one, what)
    if one.form in ("bands", "points"):
        top, closed = top_of(metric.aggregate), closed_for(metric.better, one.closed)
        field = "a deduction" if one.form == "bands" else "service points"
        yield from tier_problems(place, one.bands, top, closed, field=field, of=metric.key)


def _figures(one: Consequence) -> list[Decimal]:
    figures = [one.rate, one.amount, one.cap, one.cap_rate, one.allocation, one.category, one.severity, one.daily_fees]
    figures += [figure for band in one.bands for figure in (band.rate, band.amount, band.points)]
    return [figure for figure in figures if figure is not None]


def unknown_fees(place: Place, what: str, base: Sequence[str] | None) -> Iterator[Problem]:
    """Find what a percentage is taken of that is no fee."""
    fees = sorted(fee.id for fee in place.contract.fees)
    for name in base or []:
        if name not in (*fees, "net_of_tax"):
            yield place.problem(
                f"{what} takes its percentage of {name!r}, which is no fee line.",
                f"The fees are: {', '.join(fees) or 'none'}; or net_of_tax.",
                "contract.unknown_fee",
            )


def _bonus(place: Place, one: Consequence, what: str) -> Iterator[Problem]:
    if not one.bonus:
        return
    if one.form not in BONUS_FORMS:
        yield place.problem(
            f"{what} cannot be a bonus; nothing would be earned.",
            f"A bonus is {', '.join(BONUS_FORMS)}.",
            "contract.bonus_form",
        )
    if one.earn_back or one.repeats:
        yield place.problem(
            f"{what} is a bonus: nothing is borne that could come back, and it is never multiplied.",
            "Remove `earn_back:` and `repeats:`.",
            "contract.bonus_with_repeats",
        )


def _small_caps(reading: Reading, place: Place, one: Consequence, what: str) -> Iterator[Problem]:
    """A cap that a single miss already goes beyond: the figure above it is never paid in full.

    Shares are compared where they are of the same base, sums with sums.
    """
    rates, amounts, base = single_deduction(reading, one)
    limits = [("its own cap", one.cap_rate, one.cap, one.base)]
    if not one.bonus:
        limits.append(("the indicator's cap", reading.indicator.cap_rate, reading.indicator.cap, None))
        for cap in place.contract.caps:
            if one.group in cap.kinds:
                lowest_rate = min((value.value for value in cap.rate or []), default=None)
                lowest = min((value.value for value in cap.amount or []), default=None)
                limits.append((f"the cap {cap.id!r}", lowest_rate, lowest, None))
    for name, rate, amount, of in limits:
        share = max(rates, default=None) if of == base else None
        for figure, limit in ((share, rate), (max(amounts, default=None), amount)):
            if figure is not None and limit is not None and figure > limit >= 0:
                yield place.warning(
                    f"{what} takes {decimal_text(figure)} at once, and {name} is {decimal_text(limit)}; it is never"
                    " paid in full.",
                    "Raise the cap or lower the figure.",
                    "contract.cap_below_deduction",
                )


def single_deduction(reading: Reading, one: Consequence) -> tuple[list[Decimal], list[Decimal], Sequence[str] | None]:
    """Return what a single miss may take: shares, sums, and of what the shares are (None: of all fees)."""
    if one.form == "points":
        return [], [], None
    if one.form == "pool":
        pool = next((each for each in reading.contract.pools if each.id == one.pool), None)
        at_risk = max((value.value for value in pool.at_risk), default=Decimal(0)) if pool else Decimal(0)
        share = at_risk * one.category * (one.allocation or Decimal(0)) * one.severity
        return [share], [], pool.base if pool else None
    parts = one.bands if one.form == "bands" else [one]
    rates, amounts = ([getattr(part, key) for part in parts] for key in ("rate", "amount"))
    return [r for r in rates if r is not None], [a for a in amounts if a is not None], one.base


def _known(place: Place, one: Consequence, what: str) -> Iterator[Problem]:
    """Find pools and tables that the contract does not have."""
    for kind, name, parts, code in (
        ("pool", one.pool, [pool.id for pool in place.contract.pools], "contract.unknown_pool"),
        ("table", one.table, [table.id for table in place.contract.points_tables], "contract.unknown_table"),
    ):
        if name is not None and one.form == {"pool": "pool", "table": "points"}[kind] and name not in parts:
            where = {"pool": "pools", "table": "points_tables"}[kind]
            yield place.problem(
                f"{what} draws on the {kind} {name!r}, which the contract does not have.",
                f"It has: {', '.join(parts) or 'none'}; they stand under `{where}:`.",
                code,
            )


def _repeats(reading: Reading, place: Place, one: Consequence, what: str) -> Iterator[Problem]:
    yield from repeats_problems(place, one.repeats, what)
    escalates = reading.indicator.escalates
    if not (reading.metric.aggregate != "count" if escalates is None else escalates):
        yield place.warning(
            f"{what} has repeats, and misses of {reading.indicator.id} do not escalate; they have no effect.",
            "Write `escalates: true` where that was agreed: the default is true for ratios, false for incidents.",
            "contract.escalation_of_incidents",
        )


def repeats_problems(place: Place, repeats: Repeats | None, what: str) -> Iterator[Problem]:
    """Find levels that say too much or too little, and those that soften a repeat."""
    for level in repeats.levels if repeats else []:
        yield from level_problems(place, level, what)
        if (level.multiply is None) == (level.add is None):
            yield place.problem(
                f"{what}: a level of repeats needs either `multiply:` or `add:`.",
                "Write one of them.",
                "contract.form_incomplete",
            )
        if (level.multiply is not None and level.multiply < 1) or (level.add is not None and level.add < 0):
            yield place.warning(
                f"{what}: a repeat would cost less than a first miss; money falls as performance falls.",
                "A multiplier is 1 or more, an addition 0 or more.",
                "contract.money_against_direction",
            )


def level_problems(place: Place, level: Escalation, what: str) -> Iterator[Problem]:
    """Find a level that is reached in two ways at once, or never."""
    if level.consecutive is not None and (level.misses is not None or level.within is not None):
        yield place.problem(
            f"{what}: a level counts misses in a row or within periods, not both.",
            "Write `consecutive:`, or `misses:` and `within:`.",
            "contract.repeats_level",
        )
    elif (level.misses is None) != (level.within is None):
        lacks = "within" if level.within is None else "misses"
        yield place.problem(f"{what}: a level needs `{lacks}:`.", f"Write `{lacks}:`.", "contract.form_incomplete")
    elif level.misses is not None and level.within is not None and level.misses > level.within:
        yield place.problem(
            f"{what}: {level.misses} misses cannot happen within {level.within} periods; the level is never reached.",
            "Let `within:` be as many as `misses:`, or more.",
            "contract.repeats_level",
        )


def _against_target(reading: Reading, place: Place, one: Consequence, target: Decimal) -> Iterator[Problem]:
    """Hold tiers against the target and the metric's direction: the worse a month, the more it costs."""
    metric = reading.metric
    top, closed = top_of(metric.aggregate), closed_for(metric.better, one.closed)
    begins = target if one.from_ is None else one.from_
    if one.bonus and ((begins < target) if metric.better == "higher" else (begins > target)):
        yield place.warning(
            f"{one.id} earns from {decimal_text(begins)} on, which misses the target {decimal_text(target)}.",
            "Let a bonus begin at the target or beyond.",
            "contract.bonus_below_target",
        )
    if one.form not in ("bands", "points") or list(tier_problems(place, one.bands, top, closed, field="", of="")):
        return
    found = tiers(one.bands, top)
    if not one.bonus:
        if one.form == "bands":
            yield from beyond_target(place, found, target, closed, metric.better)
        found = missing(found, target, closed, metric.better)
    rises = (metric.better == "lower") != one.bonus  # whether figures rise with the value
    if one.form == "bands":
        yield from money_against(place, found, rises=rises, takes=not one.bonus, better=metric.better)
    elif falls(found, lambda band: band.points, rises=rises):
        yield place.warning(
            f"{one.id} (points): a worse month has fewer service points than a better one.",
            "Exchange the points, unless that was agreed.",
            "contract.money_against_direction",
        )
