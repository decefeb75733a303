"""Cubes: a view is the value from the rows (that they are kept right bit by bit: tests/reference/test_cubes.py)."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.core.period import Days
from pipelines.core.problem import Refused
from pipelines.runs.contracts import usable_contract
from pipelines.runs.cube_views import View, view, view_in
from pipelines.runs.cubes import ROLLUPS, by_month, refresh_cubes
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.steps import DOUBLINGS, MOST, STEPS_EACH, UNITS, step_sql
from pipelines.samples.generate import SampleReport, generate
from pipelines.scoring.counts import Counts, measured
from pipelines.warehouse.store import Warehouse
from tests.conftest import ROOT

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OCTOBER = Days(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    return generate(tmp_path_factory.mktemp("cube-logs"), months=2, rows=2_000, seed=11)


@pytest.fixture(scope="module")
def whole(world: SampleReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which everything was loaded, and counted once."""
    home = tmp_path_factory.mktemp("whole")
    for mapping in sorted((ROOT / "data/mappings").glob("sample_*.yaml")):
        ingest_files(home, [mapping], [world.out / file.path for file in world.of(mapping.stem)], now=NOW)
    refresh_cubes(home, "A", now=NOW)
    return home


def worth(found: View) -> dict[tuple[str, ...], Any]:
    """Return all that a view says: its counts; of a percentile's amounts what they are worth, whoever the blame."""
    if found.percentile is None:
        return dict(found.counts)
    return {
        group: [
            replace(
                measured(found.metric, counts, blame, found.percentile), counts=replace(counts, histogram=Counter())
            )
            for blame in ("exclude", "count_as_missed", None)
        ]
        for group, counts in found.counts.items()
    }


def test_nothing_new_counts_nothing_again(whole: Path) -> None:
    again = [one for one in refresh_cubes(whole, "A", now=NOW) if one.days]
    assert {(one.indicator, one.why) for one in again} == {
        ("outage", "counted anew each time"),  # days that rest on others, and on lines that are no items
        ("log_completeness", "counted anew each time"),
    }


WAYS = (
    *((), ("day",), ("team", "queue"), ("month", "agent"), ("day", "hour", "queue")),
    *(("agent", "team"), ("weekday", "source"), ("hour", "agent_team")),
)
FINEST = ("day", "hour", "weekday", "month", "source", "team", "queue", "agent", "agent_team")


@pytest.mark.parametrize("indicator", [one.id for one in usable_contract("A").source.model.indicators])
def test_a_view_is_the_value_from_the_items(whole: Path, indicator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The items counted by all groups together, and added up, are what rollups and rows say of some of them."""
    found = usable_contract("A")
    answered = set()
    with Warehouse(whole, read_only=True) as warehouse:
        views = {by: view_in(warehouse.con, found, indicator, OCTOBER, now=NOW, by=by, where={}) for by in WAYS}
        monkeypatch.setattr("pipelines.runs.cube_views.ROLLUPS", {})
        monkeypatch.setattr("pipelines.runs.cube_views._from_rows", lambda *_: None)
        items = view_in(warehouse.con, found, indicator, OCTOBER, now=NOW, by=FINEST, where={})
    assert items.answered_by == "items"
    for by, view_of in views.items():
        sums: defaultdict[tuple[str, ...], Counts] = defaultdict(Counts)
        for group, counts in items.counts.items():
            sums[tuple(group[FINEST.index(name)] for name in by)] += counts
        assert worth(view_of) == worth(replace(items, counts=sums)), by
        answered.add(view_of.answered_by)
    assert answered == {*ROLLUPS, "rows"}


def test_a_view_of_some_is_that_part_of_the_whole(whole: Path) -> None:
    by_team = view(whole, "A", "connect_rate", OCTOBER, now=NOW, by=["team"])
    for (team,), counts in by_team.counts.items():
        some = view(whole, "A", "connect_rate", OCTOBER, now=NOW, where={"team": [team]})
        assert some.answered_by == "cube_day_team_queue"
        assert some.counts == {(): counts}
    of_source = view(whole, "A", "connect_rate", OCTOBER, now=NOW, where={"source": ["nobody"]})
    assert of_source.counts == {}


def test_what_no_contract_has_is_refused(whole: Path) -> None:
    with pytest.raises(Refused, match=r"(?s)no indicator 'connect'.*\[view\.no_indicator\]"):
        view(whole, "A", "connect", OCTOBER, now=NOW)
    with pytest.raises(Refused, match=r"(?s)no group 'planet'.*\[measure\.group\]"):
        view(whole, "A", "connect_rate", OCTOBER, now=NOW, by=["planet"])


def test_days_are_cut_where_months_begin() -> None:
    days = Days(date(2026, 10, 30), date(2026, 12, 2))
    assert [str(part) for part in by_month(days)] == [
        str(Days(date(2026, 10, 30), date(2026, 11, 1))),
        str(Days(date(2026, 11, 1), date(2026, 12, 1))),
        str(Days(date(2026, 12, 1), date(2026, 12, 2))),
    ]


def test_steps_follow_one_another() -> None:
    """Eighths of a second below 4 s, then 32 a doubling: 4 s is step 32, 8 s step 64, 1,024 s step 288."""
    firsts = [Decimal(n) / UNITS for n in range(STEPS_EACH)]
    firsts += [
        Decimal((STEPS_EACH + nth) * 2 ** (place - 1)) / UNITS
        for place in range(1, DOUBLINGS)
        for nth in range(STEPS_EACH)
    ]
    amounts = [*firsts, Decimal(MOST)]
    with duckdb.connect() as con:

        def steps(shift: str) -> list[int]:
            values = ", ".join(f"(CAST({amount + Decimal(shift):f} AS DECIMAL(18, 6)))" for amount in amounts[1:])
            rows = con.execute(f"SELECT {step_sql('amount')} FROM (VALUES {values}) AS t(amount)").fetchall()
            return [step for (step,) in rows]

        assert steps("0") == list(range(1, len(amounts)))
        assert steps("-0.000001") == list(range(len(amounts) - 1))
    assert [amounts.index(Decimal(seconds)) for seconds in (4, 8, 1024)] == [32, 64, 288]
