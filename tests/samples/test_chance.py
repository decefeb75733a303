"""Chance is pinned: these numbers are the same on every machine and under every version of the libraries."""

import numpy as np
import pytest

from pipelines.samples.chance import MILLION, Curve, Dice, scatter


def test_a_stream_is_its_seed_and_name() -> None:
    assert Dice(7, 20_000, 3).below(1000, 5).tolist() == Dice(7, 20_000, 3).below(1000, 5).tolist()
    assert Dice(7, 20_000, 3).below(1000, 50).tolist() != Dice(7, 20_000, 4).below(1000, 50).tolist()
    assert Dice(7, 20_000, 3).below(1000, 50).tolist() != Dice(8, 20_000, 3).below(1000, 50).tolist()


def test_draws_are_these() -> None:
    assert Dice(7, 1).below(1000, 6).tolist() == [480, 59, 222, 133, 94, 378]
    assert scatter(np.arange(4, dtype=np.int64), 5).tolist() == [228377781, 954051180, 669131610, 464799446]


def test_draws_stay_below_their_limit_and_reach_it() -> None:
    drawn = Dice(1, 1).below(6, 10_000)
    assert sorted(set(drawn.tolist())) == [0, 1, 2, 3, 4, 5]
    limits = np.array([1, 2, 3] * 1000, dtype=np.int64)
    assert (Dice(1, 2).below(limits, 3000) < limits).all()
    assert set(Dice(1, 3).between(3, 5, 1000).tolist()) == {3, 4, 5}


def test_weights_are_kept() -> None:
    picked = np.bincount(Dice(1, 4).pick((700, 0, 300), 20_000), minlength=3)
    assert picked[1] == 0
    assert picked[0] / 20_000 == pytest.approx(0.7, abs=0.02)
    assert Dice(1, 5).chance(2500, 20_000).mean() == pytest.approx(0.25, abs=0.02)


def test_a_curve_is_straight_between_its_points() -> None:
    curve = Curve(((0, 0), (500_000, 10), (MILLION, 110)))
    places = np.array([0, 250_000, 500_000, 750_000, 999_999], dtype=np.int64)
    # half of the way to 10; half of the way from 10 to 110; just below the end
    assert curve.at(places).tolist() == [0, 5, 10, 60, 109]
