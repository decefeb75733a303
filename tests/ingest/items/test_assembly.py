"""A law: items made again where new events touch them are those made of everything at once, whatever came first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.ingest.items import ASSEMBLIES, assemble, assembled_as_of
from pipelines.warehouse.canonical import create_all

NO_SHRINKING = (Phase.explicit, Phase.generate)  # a failing pair of loads is small already
DAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
TABLES = [assembly.table for assembly in ASSEMBLIES] + ["item_mail_link"]

Row = dict[str, Any]
Load = list[tuple[str, Row]]

few = st.integers(0, 2)
minutes = st.integers(0, 9).map(lambda m: DAY + timedelta(minutes=m))
stamps = st.sampled_from([None, None, DAY, DAY + timedelta(minutes=1)])
names = st.sampled_from([None, "m0", "m1", "m2", "m3"])

calls = st.fixed_dictionaries(
    {
        "call_id": few.map("c{}".format),
        "leg_id": st.sampled_from(["1", "2"]),
        "record_at": stamps,
        "arrived_at": minutes,
        "queued_at": st.none() | minutes,
        "answered_at": st.none() | minutes,
        "ended_at": minutes,
        "queue": st.sampled_from([None, "q", "r"]),
        "agent_id": st.sampled_from([None, "ann", "bob"]),
        "outcome": st.sampled_from(["answered", "abandoned", "lost", "ivr_only"]),
    }
)
chats = st.fixed_dictionaries(
    {
        "session_id": few.map("s{}".format),
        "event_id": st.integers(1, 4).map(str),
        "record_at": stamps,
        "at": minutes,
        "kind": st.sampled_from(["opened", "request", "line", "line", "line", "left", "closed"]),
        "author": st.sampled_from(["customer", "agent", "bot", None]),
        "seq": st.none() | few,
        "automatic": st.sampled_from([None, True, False]),
    }
)
mails = st.fixed_dictionaries(
    {
        "message_id": few.map("m{}".format),
        "record_at": stamps,
        "at": minutes,
        "direction": st.sampled_from(["in", "out"]),
        "in_reply_to": names,
        "refs": st.lists(st.sampled_from(["m0", "m1", "gone"]), max_size=2),
        "ticket_id": st.sampled_from([None, "t1", "t2"]),
    }
)
cases = st.fixed_dictionaries(
    {
        "case_id": few.map("k{}".format),
        "event_id": st.integers(1, 4).map(str),
        "record_at": stamps,
        "at": minutes,
        "kind": st.sampled_from(["opened", "accepted", "reopened", "resolved", "paused", "resumed"]),
    }
)
surveys = st.fixed_dictionaries(
    {
        "survey_id": few.map("v{}".format),
        "record_at": stamps,
        "contact_channel": st.just("phone"),
        "contact_id": st.just("c0"),
    }
)


def of_table(table: str, rows: st.SearchStrategy[Row]) -> st.SearchStrategy[list[Load]]:
    """Two or three loads of one kind of event, so small that records meet their other versions."""
    return st.lists(st.lists(rows.map(lambda row: (table, row)), min_size=1, max_size=7), min_size=2, max_size=3)


KINDS = (("call", calls), ("chat", chats), ("mail", mails), ("case", cases), ("survey", surveys))
loads = st.one_of(*(of_table(table, rows) for table, rows in KINDS))


@contextmanager
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        con.execute("SET TimeZone = 'UTC'; SET threads = 1")
        for statement in create_all():
            con.execute(statement)
        yield con


def put(con: duckdb.DuckDBPyConnection, load_id: int, load: Load) -> None:
    """Store the events of a load; the same content twice is stored once, as the loader does."""
    for table, row in load:
        full = {"source": "log", **row}
        same = " AND ".join(f'"{name}" IS NOT DISTINCT FROM ?' for name in full)
        values = list(full.values())
        if con.execute(f"SELECT count(*) FROM event_{table} WHERE {same}", values).fetchall()[0][0]:
            continue
        listed = ", ".join(f'"{name}"' for name in full)
        marks = ", ".join("?" for _ in full)
        con.execute(f"INSERT INTO event_{table} ({listed}, load_id) VALUES ({marks}, {load_id})", values)


def items(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Return every item table, without the number of the load, which the order of loading may change."""
    found = {}
    for table in TABLES:
        columns = [row[0] for row in con.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall()]
        listed = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in sorted(columns) if name != "load_id")
        found[table] = con.execute(f"SELECT {listed} FROM {table} ORDER BY ALL").fetchall()
    return found


@settings(max_examples=10, deadline=None, phases=NO_SHRINKING, derandomize=True, database=None)
@given(loads=loads, data=st.data())
def test_made_bit_by_bit_they_are_as_made_at_once(loads: list[Load], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(loads))))
    with store() as at_once:
        for number, load in enumerate(loads):
            put(at_once, number, load)
        assemble(at_once, list(range(len(loads))))
        whole = items(at_once)
    with store() as bit_by_bit:
        for place, number in enumerate(order):
            put(bit_by_bit, place, loads[number])
            assemble(bit_by_bit, [place])
        assert items(bit_by_bit) == whole


@settings(max_examples=3, deadline=None, phases=NO_SHRINKING, derandomize=True, database=None)
@given(loads=loads)
def test_as_of_an_instant_they_are_as_made_of_what_was_loaded_then(loads: list[Load]) -> None:
    """Load n came at minute n; as of minute 0 only the first is known."""
    with store() as then:
        put(then, 0, loads[0])
        assemble(then, [0])
        known = items(then)
    with store() as now:
        for number, load in enumerate(loads):
            put(now, number, load)
            loaded_at = (DAY + timedelta(minutes=number)).isoformat()
            now.execute(
                f"INSERT INTO load SELECT {number}, 'log', 'f', 'x', 0, 'm', 'm', TIMESTAMPTZ '{loaded_at}',"
                " 0, 0, 0, 0, 0, 0, 'r'"
            )
        assemble(now, list(range(len(loads))))
        assert set(assembled_as_of(now, DAY)) == {assembly.table for assembly in ASSEMBLIES}
        assert items(now) == known
