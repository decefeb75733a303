"""Tiers at every edge, in both directions; thresholds; gaps, overlaps and tiers of one value."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.bands import Tier, closed_for, gaps_and_overlaps, tier_of, tiers, top_of
from pipelines.contract.model import Band

ONE = Decimal(1)


def band(from_: str | None = None, until: str | None = None, points: int = 0) -> Band:
    return Band.model_validate({"from": from_, "until": until, "points": points})


def spans(found: list[Tier]) -> list[str]:
    return [str(tier) for tier in found]


def test_a_list_of_thresholds_means_from():
    thresholds = [band("0.95", points=100), band("0", points=0), band("0.90", points=90)]
    assert spans(tiers(thresholds, ONE)) == ["0 to 0.9", "0.9 to 0.95", "0.95 to 1"]
    assert spans(tiers(thresholds, None)) == ["0 to 0.9", "0.9 to 0.95", "0.95 to ∞"]


def test_a_list_of_ends_means_until():
    assert spans(tiers([band(until="35"), band(until="18"), band(until="25")], None)) == [
        "0 to 18",
        "18 to 25",
        "25 to 35",
    ]
    assert spans(tiers([band(until="18"), band(from_="18")], None)) == ["0 to 18", "18 to ∞"]


@pytest.mark.parametrize(
    ("better", "value", "tier"),
    [
        # [a, b): a value on 0.92 lies in the tier that begins there
        ("higher", "0", "0 to 0.88"),
        ("higher", "0.88", "0.88 to 0.92"),
        ("higher", "0.919999", "0.88 to 0.92"),
        ("higher", "0.92", "0.92 to 1"),
        ("higher", "1", "0.92 to 1"),  # the range's own end belongs to the outer tier
        # (a, b]: a value on 0.88 lies in the tier that ends there
        ("lower", "0", "0 to 0.88"),
        ("lower", "0.88", "0 to 0.88"),
        ("lower", "0.880001", "0.88 to 0.92"),
        ("lower", "0.92", "0.88 to 0.92"),
        ("lower", "1", "0.92 to 1"),
    ],
)
def test_an_edge_belongs_to_the_better_tier(better, value, tier):
    found = tiers([band("0"), band("0.88"), band("0.92")], ONE)
    assert str(tier_of(Fraction(value), found, closed_for(better, None))) == tier


def test_closed_overrides_the_direction():
    assert [closed_for("higher", None), closed_for("lower", None), closed_for("higher", "right")] == [
        *("left", "right", "right")
    ]


def test_only_a_share_has_a_top():
    assert [top_of(aggregate) for aggregate in ("share", "mean", "count")] == [1, None, None]


@pytest.mark.parametrize(
    ("bands", "top", "closed", "problems"),
    [
        ([("0", "0.75"), ("0.78", None)], ONE, "left", [("gap", "0.75", "0.78")]),
        ([("0.1", None)], ONE, "left", [("gap", "0", "0.1")]),
        ([("0", "0.9")], ONE, "left", [("gap", "0.9", "1")]),
        ([("0", "60")], None, "right", [("gap", "60", None)]),
        ([("0", "0.8"), ("0.78", None)], ONE, "left", [("overlap", "0.78", "0.8")]),
        ([("0", "0.9"), ("0.2", "0.3"), ("0.9", None)], ONE, "left", [("overlap", "0.2", "0.3")]),
        ([("0", "5"), ("3", "5"), ("5", None)], None, "right", [("overlap", "3", "5")]),
        ([("0", "0.5"), ("0.5", "0.4"), ("0.5", None)], ONE, "left", [("empty", "0.5", "0.4")]),
        ([("-1", "0.5"), ("0.5", None)], ONE, "left", [("outside", "-1", "0.5")]),
        ([("0", "0.9"), ("0.9", "1.01")], ONE, "left", [("outside", "0.9", "1.01")]),
        ([("0", None), ("80", None)], ONE, "left", [("outside", "0", "80"), ("outside", "80", "1")]),  # 80 for 80 %
        ([("0", None)], None, "left", []),
        # exactly 100 %, exactly none: a tier without width at the best end of the range holds one value
        ([("0", None), ("1", None)], ONE, "left", []),
        ([(None, "0"), (None, "3"), ("3", None)], None, "right", []),
        # at the other end it holds none
        ([("0", None), ("1", None)], ONE, "right", [("empty", "1", "1")]),
        ([(None, "0"), ("0", None)], None, "left", [("empty", "0", "0")]),
    ],
)
def test_the_range_is_covered_once(bands, top, closed, problems):
    found = gaps_and_overlaps(tiers([band(low, high) for low, high in bands], top), top, closed)
    assert found == [(kind, Decimal(low), None if high is None else Decimal(high)) for kind, low, high in problems]


def test_an_overlap_without_end_has_none():
    found = [Tier(Decimal(0), None, band()), Tier(Decimal(5), None, band())]
    assert gaps_and_overlaps(found, None, "left") == [("overlap", Decimal(5), None)]


def test_exactly_the_best_value_has_its_own_tier():
    whole = tiers([band("0", points=50), band("1", points=100)], ONE)
    assert [tier_of(Fraction(v), whole, "left").band.points for v in ("0.9999", "1")] == [50, 100]
    none = tiers([band(until="0", points=100), band(from_="0", points=0)], None)
    assert [tier_of(Fraction(v), none, "right").band.points for v in ("0", "1")] == [100, 0]


@given(st.lists(st.integers(1, 99), min_size=1, unique=True), st.fractions(0, 1), st.sampled_from(["left", "right"]))
def test_every_value_has_exactly_one_tier_and_it_holds_it(thresholds, value, closed):
    found = tiers([band("0"), *(band(str(Decimal(n) / 100)) for n in thresholds)], ONE)
    assert gaps_and_overlaps(found, ONE, closed) == []
    home = tier_of(value, found, closed)
    assert Fraction(home.from_) <= value <= Fraction(home.until or 1)
    if value not in (0, 1):
        low, high = Fraction(home.from_), Fraction(home.until or 1)
        assert low <= value < high if closed == "left" else low < value <= high
