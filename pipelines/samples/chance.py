"""Chance that is the same on every machine: whole numbers only, from streams named by what they are for.

No logarithm, no float, no library's way of drawing: a draw is the high half of a PCG64 word, scaled. So a file's bytes
depend on the seed and on nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

MILLION = 1_000_000


@dataclass(frozen=True)
class Curve:
    """A distribution as (millionths of the draws, whole value) from 0 to 1,000,000; straight between the points."""

    points: tuple[tuple[int, int], ...]

    def at(self, millionths: Ints) -> Ints:
        """Return the values at these places of the distribution."""
        places = np.array([place for place, _ in self.points], dtype=np.int64)
        values = np.array([value for _, value in self.points], dtype=np.int64)
        piece = np.searchsorted(places, millionths, side="right") - 1
        piece = np.minimum(piece, len(places) - 2)
        rise, run = values[piece + 1] - values[piece], places[piece + 1] - places[piece]
        return values[piece] + rise * (millionths - places[piece]) // run


class Dice:
    """One stream of chance. ``where`` names it: the same seed and name give the same draws, whatever else is drawn."""

    def __init__(self, seed: int, *where: int) -> None:
        self._words = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=where))

    def below(self, limit: int | Ints, size: int) -> Ints:
        """Draw ``size`` whole numbers in [0, limit); ``limit`` is below 2^31, and may differ by draw."""
        high = np.asarray(self._words.random_raw(size), dtype=np.uint64) >> np.uint64(32)
        return ((high * np.asarray(limit, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)

    def between(self, low: int, high: int, size: int) -> Ints:
        """Draw ``size`` whole numbers in [low, high]."""
        return low + self.below(high - low + 1, size)

    def chance(self, ten_thousandths: int | Ints, size: int) -> Flags:
        """Say yes to that share of ``size`` draws."""
        return self.below(10_000, size) < ten_thousandths

    def pick(self, weights: Sequence[int], size: int) -> Ints:
        """Draw ``size`` indices, each as often as its weight."""
        steps = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(steps, self.below(int(steps[-1]), size), side="right").astype(np.int64)

    def draw(self, curve: Curve, size: int) -> Ints:
        """Draw ``size`` values of a curve."""
        return curve.at(self.below(MILLION, size))


def scatter(numbers: Ints, salt: int) -> Ints:
    """Return for each number a whole number in [0, 2^31) that looks drawn but is the number's own (splitmix64)."""
    word = numbers.astype(np.uint64) + np.array([salt], dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((word ^ (word >> np.uint64(31))) >> np.uint64(33)).astype(np.int64)
