"""A view from a cube: the 95th percentile of 200 random questions, once the product keeps cubes.

The hook is ``ANSWER``: set it to the product's own reading of one view (a function of the home and the view), and
``make bench-metrics ARGS=--views`` measures it. Until then the bench says that there is nothing to measure.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.bench.interactions.indicators import METRICS

GROUPS = ((), ("day",), ("team",), ("queue",), ("day", "team"), ("hour",))
FIRST = date(2026, 10, 1)


@dataclass(frozen=True)
class View:
    """One question: a metric over days of the month, by groups, of some teams or of all."""

    metric: str
    since: date
    until: date
    by: tuple[str, ...]
    teams: tuple[str, ...]


ANSWER: Callable[[Path, View], object] | None = None


def random_views(count: int = 200, *, seed: int = 7) -> list[View]:
    """Return the same random views every time: whole months and spans of days within, filtered and not."""
    chance = random.Random(seed)
    views = []
    for _ in range(count):
        first, last = sorted((chance.randrange(31), chance.randrange(31)))
        whole = chance.random() < 0.3
        since = FIRST if whole else FIRST + timedelta(days=first)
        until = FIRST + timedelta(days=31 if whole else last + 1)
        teams = tuple(f"team {number}" for number in sorted(chance.sample(range(4), chance.randrange(4))))
        views.append(View(chance.choice(list(METRICS.values())), since, until, chance.choice(GROUPS), teams))
    return views


def views(home: Path) -> dict[str, Any]:
    """Return the median and the 95th percentile of the seconds that a random view takes."""
    if ANSWER is None:
        return {"views": 0, "because": "the product keeps no cubes yet: see tests/bench/interactions/views.py"}
    seconds = []
    for view in random_views():
        began = time.perf_counter()
        ANSWER(home, view)
        seconds.append(time.perf_counter() - began)
    ranked = sorted(seconds)
    return {
        "views": len(ranked),
        "p50_s": round(ranked[math.ceil(len(ranked) * 50 / 100) - 1], 4),
        "p95_s": round(ranked[math.ceil(len(ranked) * 95 / 100) - 1], 4),
    }
