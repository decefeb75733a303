"""Cubes: a view is the value from the rows (that they are kept right bit by bit: tests/reference/test_cubes.py)."""

from collections import Counter
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
from pipelines.runs.cubes import ROLLUPS, View, by_month, refresh_cubes, step_edges, step_sql, view, view_in
from pipelines.runs.ingest_files import ingest_files
from pipelines.samples.generate import SampleReport, generate
from pipelines.scoring.counts import measured
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


@pytest.mark.parametrize("indicator", [one.id for one in usable_contract("A").source.model.indicators])
def test_a_view_is_the_value_from_the_rows(whole: Path, indicator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = usable_contract("A")
    answered = set()
    with Warehouse(whole, read_only=True) as warehouse:
        ways = [(), ("day",), ("team", "queue"), ("month", "agent"), ("day", "hour", "queue"), ("agent", "team")]
        for by in ways:
            cube = view_in(warehouse.con, found, indicator, OCTOBER, now=NOW, by=by, where={})
            with monkeypatch.context() as patch:
                patch.setattr("pipelines.runs.cubes.ROLLUPS", {})
                rows = view_in(warehouse.con, found, indicator, OCTOBER, now=NOW, by=by, where={})
            assert rows.answered_by == "items"
            assert worth(cube) == worth(rows), by
            answered.add(cube.answered_by)
    assert answered == {*ROLLUPS, "items"}


def test_a_view_of_some_is_that_part_of_the_whole(whole: Path) -> None:
    by_team = view(whole, "A", "connect_rate", OCTOBER, now=NOW, by=["team"])
    for (team,), counts in by_team.counts.items():
        some = view(whole, "A", "connect_rate", OCTOBER, now=NOW, where={"team": [team]})
        assert some.answered_by == "cube_day_team_queue"
        assert some.counts == {(): counts}
    of_source = view(whole, "A", "connect_rate", OCTOBER, now=NOW, where={"source": ["nobody"]})
    assert (of_source.answered_by, of_source.counts) == ("items", {})


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


def test_steps_follow_one_another_and_hold_their_amounts() -> None:
    edges = [step_edges(step) for step in range(16 * 34 + 1)]
    assert [until for _, until in edges[:-1]] == [first for first, _ in edges[1:]]
    assert (edges[7], edges[16], edges[32], edges[33], edges[48]) == ((7, 8), (16, 17), (32, 34), (34, 36), (64, 68))
    amounts = [Decimal(edge) + shift for edge, _ in edges for shift in (Decimal(0), Decimal("-0.000001"))][2:]
    with duckdb.connect() as con:
        values = ", ".join(f"(CAST({amount:f} AS DECIMAL(18, 6)))" for amount in amounts)
        rows = con.execute(f"SELECT amount, {step_sql('amount')} FROM (VALUES {values}) AS t(amount)").fetchall()
    assert all(edges[step][0] <= amount < edges[step][1] for amount, step in rows)
    assert {step for _, step in rows} == set(range(16 * 34 + 1))
