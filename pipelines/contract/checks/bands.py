"""Tiers: gaps, overlaps, tiers that nothing reaches, figures that go the wrong way, and the target's place."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from pipelines.contract.bands import Tier, gaps_and_overlaps, span_text, tier_of, tiers
from pipelines.contract.checks.place import Place
from pipelines.contract.parts import Band, Closed
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem


def tier_problems(
    place: Place, bands: Sequence[Band], top: Decimal | None, closed: Closed, *, field: str, of: str
) -> Iterator[Problem]:
    """Find where tiers leave a gap, overlap, hold no value, or lie beyond what ``of`` can be."""
    if not bands:
        yield place.problem("bands without a single band.", "List them under `bands:`.", "contract.no_bands")
        return
    for kind, low, high in gaps_and_overlaps(tiers(bands, top), top, closed):
        span = span_text(low, high)
        what, mend, code = {
            "gap": (
                f"no tier covers {span}. A month there would have neither {field} nor a reason for none.",
                f"Start a tier at {decimal_text(low)}, or add one for {span}.",
                "contract.tier_gap",
            ),
            "overlap": (
                f"two tiers cover {span}; a month there would have two answers.",
                "End one where the other begins.",
                "contract.tier_overlap",
            ),
            "empty": (
                f"the tier {span} is empty; no value can fall in it.",
                "`until` lies above `from`.",
                "contract.tier_unreachable",
            ),
            "outside": (
                f"the tier {span} reaches beyond what {of} can be ({span_text(Decimal(0), top)}).",
                "Write a share as 0.90 or 90%, and leave out the `until:` of the last tier.",
                "contract.tier_outside",
            ),
        }[kind]
        yield place.problem(what, mend, code)


Figure = Callable[[Band], Decimal | None]


def falls(found: Sequence[Tier], figure: Figure, *, rises: bool) -> list[tuple[Tier, Tier]]:
    """Return neighbours of which the higher has less where figures rise, or more where they fall."""
    pairs = []
    for lower, higher in pairwise(found):
        one, other = figure(lower.band), figure(higher.band)
        if one is not None and other is not None and (other < one if rises else other > one):
            pairs.append((lower, higher))
    return pairs


def money_against(place: Place, found: Sequence[Tier], *, rises: bool, takes: bool, better: str) -> Iterator[Problem]:
    """Find tiers by which a worse month costs less, or earns more, than a better one."""
    figures: tuple[Figure, ...] = (lambda band: band.rate, lambda band: band.amount)
    for figure in figures:
        for pair in falls(found, figure, rises=rises):
            worse, good = pair if better == "higher" else pair[::-1]
            verb = "costs" if takes else "earns"
            sums = [decimal_text(figure(tier.band) or Decimal(0)) for tier in (worse, good)]
            yield place.warning(
                f"a month in {worse} {verb} {sums[0]}, and a better one in {good} {verb} {sums[1]}; money"
                f" {'falls' if takes else 'grows'} as performance falls.",
                "Exchange the figures, unless that was agreed.",
                "contract.money_against_direction",
            )


def missing(found: Sequence[Tier], target: Decimal, closed: Closed, better: str) -> list[Tier]:
    """Return the tiers in which a month may miss the target."""
    home = tier_of(Fraction(target), found, closed)
    number = found.index(home)
    on_edge = target == (home.from_ if better == "higher" else home.until)
    if better == "higher":
        return list(found[: number + (not on_edge)])
    return list(found[number + on_edge :])


def beyond_target(
    place: Place, found: Sequence[Tier], target: Decimal, closed: Closed, better: str
) -> Iterator[Problem]:
    """A deduction needs a missed target: a tier that takes money on or beyond it never takes any."""
    higher = better == "higher"
    home = tier_of(Fraction(target), found, closed)
    number = found.index(home)
    for tier in found[number:] if higher else found[: number + 1]:
        if tier.band.rate or tier.band.amount:
            yield place.warning(
                f"the tier {tier} takes money, and a month on the target {decimal_text(target)} or beyond"
                " it takes none.",
                "Let the tiers that take money end at the target.",
                "contract.paying_band_beyond_target",
            )
    if target != (home.from_ if higher else home.until) and not (home.band.rate or home.band.amount):
        yield place.warning(
            f"the target {decimal_text(target)} is no edge of a tier; between {home} some months miss it and"
            " cost nothing.",
            "Let a tier begin at the target.",
            "contract.target_no_edge",
        )


def target_inside(
    place: Place, bands: Sequence[Band], target: Decimal, top: Decimal | None, closed: Closed, better: str
) -> Iterator[Problem]:
    """Points that do not change at the target: who misses it narrowly has those of who meets it."""
    home = tier_of(Fraction(target), tiers(bands, top), closed)
    if target != (home.from_ if better == "higher" else home.until):
        yield place.warning(
            f"the target {decimal_text(target)} is no edge of a tier of points; in {home} a month has the same points"
            " whether it meets the target or misses it.",
            "Let a tier begin at the target, unless that was agreed.",
            "contract.target_no_edge",
        )
