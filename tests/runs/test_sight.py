"""What is seen of a home of two vendors: by one of them, by one of its teams, and by whom people bear pseudonyms."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.core.problem import Refused
from pipelines.runs.item_view import item
from pipelines.runs.items import by_group, daily, histogram, items
from pipelines.runs.narrow import statement_as_seen
from pipelines.runs.readers import reader
from pipelines.runs.sight import AGENT, CUSTOMER, ORDER, WHOLE, Sight, names_key
from pipelines.runs.statements import evidence_folder, kept_body
from pipelines.warehouse.store import Warehouse
from tests.runs.two_vendors import two_vendors

ALPHA = Sight(vendor="alpha")
FIRST = Sight(vendor="alpha", teams=frozenset({"Alpha first"}))
MASKED = Sight(masks=frozenset({AGENT, CUSTOMER, ORDER}), key="k")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The home, and Alpha's statement."""
    office, closed = two_vendors(tmp_path_factory.mktemp("two") / "office")
    return office.home, closed["alpha"].ref.id


def ids(home: tuple[Path, str], indicator: str, sight: Sight, **more: Any) -> list[str]:
    return [row.item_id for row in items(*home, indicator, sight=sight, **more).rows]


def test_the_record_of_a_month_holds_one_vendors_work(home: tuple[Path, str]) -> None:
    """No call, agent, queue or name of Zeta's: the pack is handed to Alpha. What logs there are it may know."""
    folder = evidence_folder(*home)
    files = {path.stem: str(path) for path in folder.glob("*.parquet") if path.stem != "delivered_log"}
    assert {"offered_call", "agent_state", "roster"} <= set(files)
    told = {name: duckdb.sql(f"SELECT * FROM '{path}'").fetchall() for name, path in files.items()}
    texts = {text.lower() for rows in told.values() for row in rows for text in row if isinstance(text, str)}
    assert {"ann", "a1", "alpha ltd"} <= texts
    assert [text for text in texts if text.startswith(("z", "another contract"))] == []
    assert "another contract" not in str(kept_body(*home))


def test_a_vendor_sees_no_item_of_another_and_a_team_only_its_own(home: tuple[Path, str]) -> None:
    assert ids(home, "connect", WHOLE) == ids(home, "connect", ALPHA) == ["a-1", "a-2", "b-1", "a-9", "b-2", "b-3"]
    assert ids(home, "connect", FIRST) == ["a-1", "a-2", "a-9"]
    assert ids(home, "connect", Sight(vendor="alpha", teams=frozenset())) == []
    assert ids(home, "connect", FIRST, groups=(("team", "Beta second"),)) == []
    assert items(*home, "connect", sight=FIRST, limit=1).total == 3


def test_pages_days_groups_and_amounts_are_of_what_is_seen(home: tuple[Path, str]) -> None:
    first = items(*home, "connect", sight=FIRST, limit=2)
    assert ids(home, "connect", FIRST, after=first.next) == ["a-9"]
    assert [(row.name, row.n) for row in daily(*home, "connect", sight=FIRST)] == [("2026-10-05", 2), ("2026-10-06", 1)]
    assert [row.name for row in by_group(*home, "connect", "team", sight=ALPHA)] == ["Alpha first", "Beta second"]
    assert [row.name for row in by_group(*home, "connect", "agent", sight=FIRST)] == ["(none)", "ann"]
    assert sum(bucket.n for bucket in histogram(*home, "wait", sight=FIRST)) == 3
    assert sum(bucket.n for bucket in histogram(*home, "wait", sight=ALPHA)) == 6


@pytest.mark.parametrize(("sight", "name"), [(ALPHA, "z-1"), (FIRST, "b-1"), (FIRST, "z-1"), (ALPHA, "nobody")])
def test_anothers_item_is_refused_as_one_that_is_not_there(home: tuple[Path, str], sight: Sight, name: str) -> None:
    with pytest.raises(Refused) as refused:
        item(*home, "call", name, "offered_call", sight=sight)
    (problem,) = refused.value.problems
    assert problem.code == "statement.no_item"
    assert problem.what == f"Its evidence has no item call {name} among offered_call."


def test_a_call_that_was_passed_on_ends_where_it_was_passed_on(home: tuple[Path, str]) -> None:
    whole = item(*home, "call", "a-9", "offered_call")
    assert [line.line_no for line in whole.raw] == [10, 11]
    assert "z1 zoe" in {event.text for event in whole.events}
    seen = item(*home, "call", "a-9", "offered_call", sight=ALPHA)
    assert {event.text for event in seen.events} == {"a1 ann"}
    assert [line.line_no for line in seen.raw] == [10]
    assert "ended_at" not in dict(seen.facts)  # 09:11 is when Zeta ended it
    assert dict(seen.facts)["agent_id"] == "ann"


def test_a_vendors_statement_says_nothing_of_others(home: tuple[Path, str]) -> None:
    """Of 11 calls 5 are of another contract's queue: 6; of 78 days of logs 27 are of the log it names."""
    body = statement_as_seen(*home, ALPHA)
    found = {one["id"]: one for one in body["indicators"]}
    assert (found["connect"]["candidates"], found["connect"]["states"]["outside"]) == (6, {})
    assert (found["logs"]["candidates"], found["logs"]["states"]["outside"]) == (27, {})
    assert body["evidence"]["offered_call"]["rows"] == 6
    assert "rows" not in body["evidence"]["roster"]
    assert [load["source"] for load in body["loads"]] == ["agent_state", "call"]
    assert body["totals"] == statement_as_seen(*home, WHOLE)["totals"]  # its own money is its own
    text = str(body).lower()
    assert [word for word in ("zeta", "泽塔", "zoe", "zcalls", "another contract") if word in text] == []


def test_a_team_is_counted_anew_and_sees_no_money(home: tuple[Path, str]) -> None:
    """Alpha first answered 2 of 3 after 10 and 12 s; the vendor answered 4 of 6 after 16.25 s."""
    body = statement_as_seen(*home, FIRST)
    found = {one["id"]: one for one in body["indicators"]}
    assert (found["connect"]["numerator"], found["connect"]["denominator"]) == ("2", "3")
    assert (found["wait"]["value"], found["wait"]["n"], found["wait"]["verdict"]) == ("11", 2, "met")
    assert "logs" not in found  # no team's
    assert set(body["totals"].values()) == {"0.00"}
    assert body["lines"] == []
    assert (found["connect"]["points"], found["connect"]["weight"]) == (None, None)
    assert "111111" not in str(body)


def test_pseudonyms_are_stable_filter_and_open_items(home: tuple[Path, str]) -> None:
    names = {row.name for row in by_group(*home, "connect", "agent", sight=MASKED)} - {"(none)"}
    assert names == {MASKED.name("ann", AGENT), MASKED.name("bob", AGENT)}
    assert ids(home, "connect", MASKED, groups=(("agent", MASKED.name("ann", AGENT)),)) == ["a-1", "a-9"]
    (state, *_) = items(*home, "occupancy", sight=MASKED).rows
    assert state.item_id.startswith(f"{MASKED.name('ann', AGENT)}#")
    seen = item(*home, state.source, state.item_id, "agent_state", sight=MASKED)
    assert dict(seen.facts)["agent_id"] == MASKED.name("ann", AGENT)
    assert [line.fields["agent_id"] for line in seen.raw] == ["***"]
    call = item(*home, "call", "a-1", "offered_call", sight=MASKED)
    shown = str([call.facts, call.events, call.raw])
    assert [name for name in ("ann", "990000011", "ord-990011") if name in shown] == []
    assert MASKED.name("ann", AGENT) != Sight(masks=frozenset({AGENT}), key="another home's").name("ann", AGENT)
    with pytest.raises(Refused):
        item(*home, state.source, "ann#1791161700000000#2026-10-05", "agent_state", sight=MASKED)


def test_a_homes_secret_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    assert names_key(tmp_path) == names_key(tmp_path)
    assert len(names_key(tmp_path)) == 64
    assert (tmp_path / "names.key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["names.key"]


LEAVES = [
    "SELECT * FROM read_text('{elsewhere}')",
    "SELECT * FROM '{elsewhere}'",
    "COPY (SELECT 1) TO '{elsewhere}.out'",
    "ATTACH '{elsewhere}.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
    "SET allowed_directories = ['/']",
]


@pytest.mark.parametrize("sql", LEAVES)
def test_what_serves_readers_reaches_nothing_else(home: tuple[Path, str], tmp_path: Path, sql: str) -> None:
    elsewhere = tmp_path / "secret.csv"
    elsewhere.write_text("a\n1\n", encoding="utf-8")
    said = sql.format(elsewhere=elsewhere)
    with reader(home[0] / "evidence" / home[1]) as con, pytest.raises(duckdb.Error):
        con.execute(said)
    with Warehouse(home[0], read_only=True, locked=True) as warehouse, pytest.raises(duckdb.Error):
        warehouse.con.execute(said)


def test_an_injection_is_a_name_that_nobody_has(home: tuple[Path, str]) -> None:
    wild = "x' OR 1=1 --"
    assert ids(home, "connect", FIRST, groups=(("team", wild),)) == []
    assert ids(home, "connect", FIRST, state=wild) == []
    assert ids(home, "connect", FIRST, state=f"met') OR ('a'='a:{wild}") == []
    assert ids(home, "connect", FIRST, after=("2026-10-01T00:00:00+00:00", wild, wild)) == ["a-1", "a-2", "a-9"]
    with pytest.raises(Refused, match=r"statement\.no_item"):
        item(*home, wild, wild, "offered_call", sight=FIRST)
    assert ids(home, "connect", Sight(vendor="alpha", teams=frozenset({"x') OR ('a'='a"}))) == []
