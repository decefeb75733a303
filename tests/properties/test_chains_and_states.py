"""Merged retries and occupancy on random logs, against metrics.md (section 3): attempt by attempt, minute by minute."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pipelines.core.dated import Piece
from pipelines.core.period import Days
from pipelines.ingest.items import assemble
from pipelines.metrics.compose import Ask, population_options, readable_select
from pipelines.metrics.declare import metric_named
from pipelines.metrics.frame import Frame
from pipelines.runs.states import prepare
from pipelines.warehouse.store import Warehouse

DAYS = Days(datetime(2026, 10, 10, tzinfo=UTC).date(), datetime(2026, 10, 12, tzinfo=UTC).date())
BEGIN, END = datetime(2026, 10, 9, 16, tzinfo=UTC), datetime(2026, 10, 11, 16, tzinfo=UTC)  # in Shanghai
CUT_OFF = END + timedelta(hours=3)
Row = dict[str, Any]


def items_of(home: Path, table: str, rows: list[Row], metric: str, terms: dict[str, str]) -> list[tuple[Any, ...]]:
    """Return the metric's own readable SELECT over these events."""
    found = metric_named(metric)
    pieces = {name: [Piece(DAYS, terms.get(name, term.default), "asked")] for name, term in found.terms.items()}
    frame = Frame(DAYS, "Asia/Shanghai", CUT_OFF, options=population_options(found, pieces))
    with Warehouse(home) as warehouse:
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} (source, load_id, {', '.join(names)}) VALUES ('s', 1, {marks})"
        warehouse.con.executemany(sql, [list(row.values()) for row in rows])
        assemble(warehouse.con, [1])
        prepare(warehouse.con)
        return warehouse.con.execute(readable_select(frame, Ask("value", found, pieces))).fetchall()


def some_calls(random: Random) -> list[Row]:
    rows = []
    for number in range(500):
        at = BEGIN + timedelta(minutes=random.choice([random.randrange(-60, 60), random.randrange(2820, 2990)]))
        outcome = random.choice(["answered", "abandoned", "abandoned", "lost", "open"])
        end = None if outcome == "open" or random.random() < 0.1 else at + timedelta(minutes=random.randrange(4))
        row = {"call_id": f"c{number:03}", "leg_id": "1", "customer_id": random.choice([None, " ", *"uvwxyz"])}
        row |= {"arrived_at": at, "queued_at": at, "answered_at": None, "ended_at": end, "outcome": outcome}
        rows.append(row)
    return rows


def chains(calls: list[Row], minutes: int) -> dict[str, str]:
    """Return the first attempt of each call that belongs to the period, by reading one caller's attempts in order."""
    of_caller = defaultdict(list)
    for call in sorted(calls, key=lambda call: (call["arrived_at"], call["call_id"])):
        if call["arrived_at"] <= CUT_OFF:
            of_caller[(call["customer_id"] or "").strip() or f"nobody {call['call_id']}"].append(call)
    found = {}
    for attempts in of_caller.values():
        first = before = attempts[0]
        for call in attempts:
            open_now = before["outcome"] == "open" or (before["ended_at"] or BEGIN) > CUT_OFF
            ended = before["ended_at"] or before["arrived_at"]
            is_retry = call is not before and before["outcome"] != "answered" and not open_now
            if not (is_retry and call["arrived_at"] - ended <= timedelta(minutes=minutes)):
                first = call
            if BEGIN <= first["arrived_at"] < END:
                found[call["call_id"]] = f"s/{first['call_id']}"
            before = call
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_caller_s_attempts_are_chained_as_they_are_read_one_by_one(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    calls, minutes = some_calls(random), random.choice([1, 2, 5])
    rows = items_of(tmp_path, "event_call", calls, "phone.connect_rate", {"retries_merge_min": str(minutes)})
    assert {row[1]: row[-1] for row in rows} == chains(calls, minutes)
    assert any(row[-1] != f"s/{row[1]}" for row in rows)  # there are retries among them


def some_states(random: Random) -> list[Row]:
    starts = {(random.choice("ab"), random.randrange(-40, 3100)) for _ in range(120)}
    rows = []
    for agent, minute in sorted(starts):
        at = BEGIN + timedelta(minutes=minute)
        until = random.choice([None, at + timedelta(minutes=random.choice([0, 5, 30, 90, 1500]))])
        state = random.choice(["talking", "idle", "break"])
        rows.append({"agent_id": agent, "since_at": at, "until_at": until, "state": state})
    return rows


def seconds_by_state(states: list[Row]) -> dict[tuple[str, str], float]:
    """Return each state's own seconds by agent, beginning and local day, minute by minute: who began last has it."""
    own: dict[tuple[str, str], float] = defaultdict(float)
    for agent in "ab":
        mine = sorted((one for one in states if one["agent_id"] == agent), key=lambda one: one["since_at"])
        for here, after in zip(mine, [*mine[1:], None], strict=True):
            here["ends_at"] = here["until_at"] or (after["since_at"] if after else CUT_OFF)
        at = BEGIN
        while at < min(END, CUT_OFF):
            over = [one for one in mine if one["since_at"] <= at < one["ends_at"]]
            if over:
                day = (at + timedelta(hours=8)).date().isoformat()
                own[f"{agent}#{int(over[-1]['since_at'].timestamp())}000000", day] += 60
            at += timedelta(minutes=1)
    return dict(own)


@pytest.mark.parametrize("seed", range(3))
def test_each_minute_of_an_agent_is_the_state_s_that_began_last(tmp_path: Path, seed: int) -> None:
    states = some_states(Random(seed))
    rows = items_of(tmp_path, "event_agent_state", states, "phone.occupancy", {})
    found = {tuple(row[1].rsplit("#", 1)): float(row[4]) for row in rows if row[4]}
    assert found == seconds_by_state(states)
    assert {row[3] for row in rows} == {
        "met", "missed", "excluded: overlapped", "excluded: neither handling nor available",
    }  # fmt: skip
