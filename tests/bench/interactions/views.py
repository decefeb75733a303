"""A view from a cube: the 95th percentile of 200 random questions, and of filters that no cube answers."""

import math
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.core.period import Days
from pipelines.metrics.declare import installed_metrics, metric_named
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.cube_views import view_in
from pipelines.runs.cubes import cube_tables, refresh_cubes
from pipelines.warehouse.store import Warehouse
from tests.bench.interactions.indicators import CALENDARS, METRICS, UNTIL

FIRST = date(2026, 10, 1)
FROM_CUBES = ((), ("day",), ("team",), ("queue",), ("day", "team"), ("hour",), ("agent",))
OTHER_FILTERS = ("queue", "source", "vendor", "team", "hour")  # of agents: no rollup has both
CONTRACT = """
contract: bench
title: {{zh: 基准, en: Benchmark}}
operator: {{id: o, zh: 甲方, en: Operator}}
vendor: {{id: v, zh: 乙方, en: Vendor}}
term: {{from: 2026-10-01, until: 2026-11-01}}
zone: Asia/Shanghai
currency: CNY
tax: {{rate: {{value: 6%, by: "1"}}, prices_include_tax: false, deductions_as: price_reduction}}
floor: zero
{calendars}
indicators:
{indicators}
fees:
  - {{id: monthly, clause: "1", name: {{zh: 月费, en: Monthly fee}}, form: fixed, amount: 1000000.00}}
"""
INDICATOR = """  - id: {name}
    clause: "1"
    text: {{zh: "{name}", en: "{name}"}}
    metric: {metric}
    {terms}target: {target}
    class: key
    minimum_sample: 1
    too_few: skip
    on_change: split
    unmeasurable: exclude
"""


@dataclass(frozen=True)
class View:
    """One question: an indicator over days of the month, by groups, of some teams or of all."""

    indicator: str
    days: Days
    by: tuple[str, ...]
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)


def random_views(indicators: Sequence[str], count: int, *, seed: int = 7) -> Iterator[View]:
    """Yield the same random views every time: whole months and spans of days within, of some teams, of an agent."""
    chance = random.Random(seed)
    for _ in range(count):
        by = chance.choice(FROM_CUBES)
        teams = sorted(f"team {number}" for number in chance.sample(range(4), chance.randrange(4)))
        where: dict[str, Sequence[str]] = {"team": teams} if teams and "agent" not in by else {}
        if "agent" in by and chance.random() < 0.5:  # one agent's days, or all agents
            by, where = ("day",), {"agent": [f"a{chance.randrange(2000)}"]}
        yield View(chance.choice(indicators), _random_days(chance), by, where)


def other_views(indicators: Sequence[str], count: int, *, seed: int = 8) -> Iterator[View]:
    """Yield views of ten agents by what no rollup has beside agents."""
    chance = random.Random(seed)
    for _ in range(count):
        where = {"agent": [f"a{chance.randrange(2000)}" for _ in range(10)]}
        yield View(chance.choice(indicators), _random_days(chance), (chance.choice(OTHER_FILTERS),), where)


def _random_days(chance: random.Random) -> Days:
    first, last = (0, 30) if chance.random() < 0.3 else sorted((chance.randrange(31), chance.randrange(31)))
    return Days(FIRST + timedelta(days=first), FIRST + timedelta(days=last + 1))


def write_contract(home: Path) -> Path:
    """Write a contract of the twenty indicators, as far as the product has them, at their default terms."""
    indicators = []
    for name, key in METRICS.items():
        if key in installed_metrics():
            metric = metric_named(key)
            terms = ", ".join(f'{term}: "{known.default}"' for term, known in metric.terms.items())
            target = "90%" if metric.unit == "share" else "10"
            indicators.append(
                INDICATOR.format(
                    name=name, metric=key, target=target, terms=f"terms: {{{terms}}}\n    " if terms else ""
                )
            )
    path = home / "contract.yaml"
    path.write_text(CONTRACT.format(calendars=CALENDARS.strip(), indicators="".join(indicators)), encoding="utf-8")
    return path


def views(home: Path) -> dict[str, Any]:
    """Return the seconds that cubes take to make and a random view takes to be answered: from cubes, and from items."""
    contract = write_contract(home)
    began = time.perf_counter()
    refresh_cubes(home, str(contract), now=UNTIL)
    made_s = time.perf_counter() - began
    found = usable_contract(str(contract))
    indicators = [one.id for one in found.source.model.indicators]
    with Warehouse(home, read_only=True) as warehouse:
        return {
            "cubes_made_s": round(made_s, 1),
            "cube_rows": {
                table: warehouse.con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
                for table in cube_tables()
            },
            "from_cubes": _percentiles(warehouse.con, found, random_views(indicators, 200)),
            "other_filters": _percentiles(warehouse.con, found, other_views(indicators, 50)),
        }


def _percentiles(con: Any, found: ReadContract, asked: Iterable[View]) -> dict[str, Any]:
    seconds, by_whom = [], set()
    for one in asked:
        began = time.perf_counter()
        answered = view_in(con, found, one.indicator, one.days, now=UNTIL, by=one.by, where=one.where)
        seconds.append(time.perf_counter() - began)
        by_whom.add(answered.answered_by)
    ranked = sorted(seconds)
    return {
        "views": len(ranked),
        "answered_by": sorted(by_whom),
        **{f"p{p}_s": round(ranked[math.ceil(len(ranked) * p / 100) - 1], 4) for p in (50, 95, 100)},
    }
