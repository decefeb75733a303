"""What is served is what the rows say: every question of a page, asked of the evidence and of what was counted once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from pipelines.runs import served
from pipelines.runs.agents import agents
from pipelines.runs.breakdown import contribution_rows, control_chart, hour_map
from pipelines.runs.items import all_items, by_group, daily, evidence_of, histogram, items
from pipelines.runs.month_so_far import month_so_far
from pipelines.runs.narrow import statement_as_seen
from pipelines.runs.served import served_counts, serving_folder
from pipelines.runs.serving import is_worth_serving, make_missing, make_serving
from pipelines.runs.sight import AGENT, WHOLE, Sight
from pipelines.runs.statements import evidence_folder, kept_body, list_statements
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import CONNECT, WAIT, contract
from tests.runs.test_items import CALLS
from tests.runs.two_vendors import two_vendors

SIGHTS = {
    "whole": WHOLE,
    "masked": Sight(masks=frozenset({AGENT}), key="k"),
    "alpha": Sight(vendor="alpha"),
    "zeta": Sight(vendor="zeta"),
    "team": Sight(vendor="alpha", teams=frozenset({"Alpha first"}), masks=frozenset({AGENT}), key="k"),
    "no team": Sight(vendor="alpha", teams=frozenset()),
}
# The target changes on the 6th, so that the month is judged in two parts; a percentile, and a mean's spread.
CHANGING = CONNECT.replace("TARGET", "[{value: 90%, by: a}, {since: 2026-10-06, value: 95%, by: b}]") + WAIT
PERCENTILE = """
  - {id: slowest, clause: "4.3", metric: phone.wait_percentile@1, target: 60, terms: {percentile: 75}}
"""
MERGED = """
  - {id: merged, clause: "4.4", metric: phone.connect_rate@1, target: 90%, terms: {retries_merge_min: 10}}
"""
LISTS: list[dict[str, Any]] = [
    {},
    *({"state": one} for one in ("met,missed", "outside", "outside: IVR only", "excluded: short abandon")),
    {"state": "met", "day": date(2026, 10, 6)},
    {"state": "missed", "groups": [("hour", "09")]},
    {"groups": [("agent", "ann")]},
    {"groups": [("queue", "a1"), ("team", "Alpha first")]},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two vendors, and of a contract whose target changes within the month."""
    office, _ = two_vendors(tmp_path_factory.mktemp("served") / "office")
    text = contract(CHANGING + PERCENTILE + MERGED, number="changing")
    office.close(office.contract(text, "changing.yaml"))
    return office.home


def asked(home: Path, statement_id: str, sight: Sight) -> dict[Any, Any]:
    """Ask all that pages ask."""
    body = kept_body(home, statement_id)
    found: dict[Any, Any] = {"so far": month_so_far(home, statement_id, sight=sight)}
    questions: dict[str, Callable[..., Any]] = {
        "days": daily, "chart": control_chart, "hours": hour_map, "agents": agents,
    }  # fmt: skip
    for one in (own["id"] for own in body["indicators"] if is_of_items(home, statement_id, own["id"])):
        for name, ask in questions.items():
            found[name, one] = ask(home, statement_id, one, sight=sight)
        for group in ("team", "queue", "agent", "hour", "weekday", "source"):
            found[group, one] = by_group(home, statement_id, one, group, sight=sight)
            found["part", group, one] = contribution_rows(home, statement_id, one, group, sight=sight)
        found["amounts", one] = histogram(home, statement_id, one, sight=sight)
        for narrowed in LISTS:
            page = items(home, statement_id, one, limit=2, sight=sight, **narrowed)
            more = items(home, statement_id, one, after=page.next, sight=sight, **narrowed) if page.next else None
            whole = list(all_items(home, statement_id, one, sight=sight, **narrowed))
            assert page.total == len(whole)
            found["list", str(narrowed), one] = page, more, whole
    return found


def is_of_items(home: Path, statement_id: str, indicator_id: str) -> bool:
    return evidence_of(home, statement_id, indicator_id).name != "logged_day"


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("number", ["no-alpha", "no-zeta", "changing"])
def test_every_answer_is_the_same(home: Path, number: str, sight: str) -> None:
    ref = next(one for one in list_statements(home) if one.contract == number)
    folder = serving_folder(evidence_folder(home, ref.id))
    rmtree(folder, ignore_errors=True)
    by_rows = asked(home, ref.id, SIGHTS[sight])
    assert make_serving(home, ref.id) == folder
    assert asked(home, ref.id, SIGHTS[sight]) == by_rows
    assert sum(map(bool, by_rows.values())) > (6 if sight in ("whole", "masked") else 0)


def test_it_is_what_answers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a query over the rows: connect counts 11 candidates by day; what merges retries is not counted at all."""
    ref = next(one for one in list_statements(home) if one.contract == "changing")
    make_serving(home, ref.id)
    read: list[str] = []
    query = served.query

    def noted(sql: str, *folders: Path) -> Any:
        read.append(sql)
        return query(sql, *folders)

    monkeypatch.setattr(served, "query", noted)
    expected = {"connect": True, "wait": True, "slowest": True, "merged": False}
    for name, is_counted in expected.items():
        found = evidence_of(home, ref.id, name)
        counts = served_counts(found.folder, found.name, found.ask, "day", WHOLE, frozenset(), 1)
        assert (counts is not None) == is_counted
    assert read
    assert [sql for sql in read if "counts.parquet" not in sql and "amounts.parquet" not in sql] == []


def test_a_percentile_of_several_parts_is_counted_from_the_rows(home: Path) -> None:
    """Steps of two parts do not add up to the amounts of both."""
    ref = next(one for one in list_statements(home) if one.contract == "changing")
    make_serving(home, ref.id)
    found = evidence_of(home, ref.id, "slowest")
    assert served_counts(found.folder, found.name, found.ask, "day", WHOLE, frozenset(), 2) is None


def test_a_teams_statement_is_the_same_by_either_way(home: Path) -> None:
    ref = next(one for one in list_statements(home) if one.contract == "no-alpha")
    folder = serving_folder(evidence_folder(home, ref.id))
    rmtree(folder, ignore_errors=True)
    sight = SIGHTS["team"]
    by_rows = statement_as_seen(home, ref.id, sight)
    make_serving(home, ref.id)
    assert statement_as_seen(home, ref.id, replace(sight, key="another")) == by_rows


def test_it_is_made_once_and_only_where_there_is_much_to_count(tmp_path: Path) -> None:
    office = Office(tmp_path / "office")
    office.load("call", CALLS)
    closed = office.close(office.contract(contract()))
    folder = serving_folder(evidence_folder(office.home, closed.ref.id))
    assert not is_worth_serving(closed.body)  # six calls
    make_missing(office.home)
    assert not folder.exists()
    make_serving(office.home, closed.ref.id)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    make_serving(office.home, closed.ref.id)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert sorted(before) == ["amounts.parquet", "counts.parquet", "offered_call.parquet", "ready"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_month_of_many_rows_is_made_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.runs.serving.WORTH", 6)
    office = Office(tmp_path / "office")
    office.load("call", CALLS)
    closed = office.close(office.contract(contract()))
    said: list[str] = []
    make_missing(office.home, said.append)
    assert (serving_folder(evidence_folder(office.home, closed.ref.id)) / "ready").exists()
    make_missing(office.home, said.append)
    assert said == ["small 2026-10: counting what its pages ask"]
