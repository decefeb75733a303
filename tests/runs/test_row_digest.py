"""The digest of a file's rows: the same for the same rows, another for any other, and it says where they differ."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.core.dated import Piece
from pipelines.metrics.compose import Ask, population_options
from pipelines.metrics.declare import installed_metrics
from pipelines.metrics.frame import Frame
from pipelines.runs.definitions import EXAMPLE_MONTH, EXAMPLE_ZONE
from pipelines.runs.evidence import Scan, write_items
from pipelines.runs.row_digest import Difference, NoCanonicalForm, difference, index_digest, row_index
from tests.metrics.test_examples import empty_store
from tests.runs.second_row_digest import second_digest

KINDS = {
    "arrival_at": "instant", "item_source": "text", "item_id": "text", "on": "day", "is_met": "truth", "n": "whole",
    "wait_s": "decimal 6", "state": "text", "kinds": "list of text", "ranks": "list of whole",
}  # fmt: skip
TYPES = {
    "arrival_at": pa.timestamp("us", "UTC"), "item_source": pa.string(), "item_id": pa.string(), "on": pa.date32(),
    "is_met": pa.bool_(), "n": pa.int64(), "wait_s": pa.decimal128(18, 6), "state": pa.string(),
    "kinds": pa.list_(pa.string()), "ranks": pa.list_(pa.int32()),
}  # fmt: skip
COLUMNS = list(KINDS)
AT = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
Row = dict[str, Any]


def row(number: int, **changes: Any) -> Row:
    found = {
        "arrival_at": AT + timedelta(seconds=number // 3), "item_source": "call", "item_id": f"c{number}",
        "on": date(2026, 10, 12), "is_met": number % 2 == 0, "n": number, "wait_s": Decimal(number).scaleb(-6),
        "state": "met", "kinds": ["a", "接"][: number % 3], "ranks": [number, None],
    }  # fmt: skip
    return {**found, **changes}


def written(path: Path, rows: list[Row], **options: Any) -> Path:
    table = pa.table({name: pa.array([one[name] for one in rows], kind) for name, kind in TYPES.items()})
    pq.write_table(table, path, **options)
    return path


def digest(path: Path) -> str:
    return index_digest(row_index(path, COLUMNS))


@pytest.mark.parametrize("count", [0, 1, 5, 300, 5000])
def test_a_second_program_written_from_the_docs_says_the_same(tmp_path: Path, count: int) -> None:
    path = written(tmp_path / "rows.parquet", [row(number) for number in range(count)])
    index = row_index(path, COLUMNS)
    assert {one["name"]: one["kind"] for one in index["columns"]} == KINDS  # type: ignore[union-attr, call-overload, index]
    assert index_digest(index) == second_digest(path, KINDS)


values = st.fixed_dictionaries(
    {
        "arrival_at": st.none() | st.integers(0, 3).map(lambda n: AT + timedelta(microseconds=n)),
        "item_source": st.sampled_from(["call", "im", None]),
        "item_id": st.sampled_from(["a", "aa", "é", "", None]),
        "on": st.none() | st.dates(),
        "is_met": st.sampled_from([True, False, None]),
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "wait_s": st.none() | st.decimals(-(10**11), 10**11, places=6),
        "state": st.none() | st.text(max_size=4),
        "kinds": st.none() | st.lists(st.none() | st.text(max_size=2), max_size=3),
        "ranks": st.none() | st.lists(st.none() | st.integers(-5, 5), max_size=3),
    }
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(values, max_size=12), shuffled=st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_it_and_both_programs_agree(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], shuffled: Any
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    path = written(folder / "a.parquet", rows)
    other = shuffled.sample(rows, len(rows))
    assert digest(path) == digest(written(folder / "b.parquet", other)) == second_digest(path, KINDS)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(values, min_size=1, max_size=6), changed=values, data=st.data())
def test_other_rows_have_another(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], changed: Row, data: st.DataObject
) -> None:
    """Any value of any row: absent is not empty, and no value goes over into its neighbour."""
    folder = tmp_path_factory.mktemp("rows")
    place, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(COLUMNS))
    other = [{**one, column: changed[column]} if n == place else one for n, one in enumerate(rows)]
    same = sorted(map(repr, rows)) == sorted(map(repr, other))
    assert same == (digest(written(folder / "a.parquet", rows)) == digest(written(folder / "b.parquet", other)))


@pytest.mark.parametrize(
    "options",
    [
        {"row_group_size": 7}, {"compression": "none"}, {"use_dictionary": False}, {"version": "1.0"},
        {"use_dictionary": False, "column_encoding": {"item_id": "DELTA_BYTE_ARRAY"}},
        {"use_dictionary": False, "column_encoding": {"state": "DELTA_LENGTH_BYTE_ARRAY"}},
        {"data_page_size": 64, "data_page_version": "2.0"}, {"store_schema": False}, {"store_decimal_as_integer": True},
    ],
)  # fmt: skip
def test_no_way_of_writing_it_changes_it(tmp_path: Path, options: dict[str, Any]) -> None:
    rows = [row(number, state=None if number % 7 else "missed") for number in range(600)]
    path = written(tmp_path / "a.parquet", rows)
    assert digest(path) == digest(written(tmp_path / "b.parquet", rows, **options))


def test_the_engine_s_own_way_of_writing_does_not_either(tmp_path: Path) -> None:
    path, other = written(tmp_path / "a.parquet", [row(number) for number in range(600)]), tmp_path / "b.parquet"
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"COPY (FROM '{path}' ORDER BY n % 7) TO '{other}' (FORMAT parquet, PARQUET_VERSION v2)")
    assert digest(path) == digest(other)


def test_no_number_of_threads_changes_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", [row(number) for number in range(600)])
    assert row_index(path, COLUMNS, threads=1) == row_index(path, COLUMNS, threads=4)


def test_the_width_of_a_type_is_no_matter(tmp_path: Path) -> None:
    rows = [row(number) for number in range(5)]
    table = pq.read_table(written(tmp_path / "a.parquet", rows))
    wider = table.set_column(COLUMNS.index("n"), "n", table["n"].cast(pa.int16()))
    wider = wider.set_column(COLUMNS.index("state"), "state", table["state"].cast(pa.large_string()))
    wider = wider.set_column(COLUMNS.index("item_id"), "item_id", table["item_id"].dictionary_encode())
    wider = wider.set_column(COLUMNS.index("kinds"), "kinds", table["kinds"].cast(pa.large_list(pa.large_string())))
    pq.write_table(wider, tmp_path / "b.parquet")
    assert digest(tmp_path / "a.parquet") == digest(tmp_path / "b.parquet")


def test_a_value_that_stands_for_none_is_refused(tmp_path: Path) -> None:
    """An instant or a day of the lowest number would be hashed as one that is absent; no log speaks of that year."""
    for name, kind, lowest in (("at", pa.timestamp("us"), -(2**63)), ("on", pa.date32(), -(2**31))):
        width = pa.int64() if name == "at" else pa.int32()
        pq.write_table(pa.table({name: pa.array([lowest, None], width).cast(kind)}), tmp_path / "x.parquet")
        with pytest.raises(NoCanonicalForm, match="stands for none"):
            row_index(tmp_path / "x.parquet", [name])


def test_a_float_has_no_canonical_form(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [0.1]}), tmp_path / "x.parquet")
    with pytest.raises(NoCanonicalForm, match="double"):
        row_index(tmp_path / "x.parquet", ["x"])


# --- where they differ ------------------------------------------------------------------------------------------------


def differing(folder: Path, change: Callable[[list[Row]], list[Row]], count: int = 5000) -> Difference:
    rows = [row(number) for number in range(count)]
    told = row_index(written(folder / "a.parquet", rows), COLUMNS)
    return difference(written(folder / "b.parquet", change(rows)), COLUMNS, told)


def test_one_value_is_named_by_its_column_and_its_chunk(tmp_path: Path) -> None:
    """5,000 rows: 16 a chunk. In order of arrival, three a second, by id: row 1,600 is in the hundredth chunk."""

    def change(rows: list[Row]) -> list[Row]:
        return [{**one, "wait_s": Decimal("0.5")} if one["item_id"] == "c1605" else one for one in rows]

    found = differing(tmp_path, change)
    assert found == Difference(["wait_s"], [("call/c1600", "call/c1615", 16, 16)])


def test_one_row_of_a_small_file_is_named_alone(tmp_path: Path) -> None:
    found = differing(tmp_path, lambda rows: [{**rows[0], "state": "missed"}, *rows[1:]], count=200)
    assert found == Difference(["state"], [("call/c0", "call/c0", 1, 1)])


def test_rows_left_out_and_added_are_found_where_they_were(tmp_path: Path) -> None:
    """The chunks behind them begin at the same items as before, so they do not differ."""
    gone = differing(tmp_path, lambda rows: [one for one in rows if one["item_id"] != "c1605"])
    assert gone.chunks == [("call/c1600", "call/c1615", 15, 16)]
    assert gone.columns == COLUMNS
    more = differing(tmp_path, lambda rows: [*rows, row(1605, item_id="c1605x")])
    assert more.chunks == [("call/c1600", "call/c1615", 17, 16)]
    none = differing(tmp_path, lambda rows: rows[16:])
    assert none.chunks == [("call/c0", "call/c0", 0, 16)]
    before = differing(tmp_path, lambda rows: [*rows, row(-3)])
    assert before.chunks == [("call/c-3", "call/c15", 17, 16)]
    assert differing(tmp_path, lambda rows: []).chunks[0] == ("call/c0", "call/c0", 0, 16)


# --- what the evidence holds ------------------------------------------------------------------------------------------


def test_each_metric_s_evidence_has_a_canonical_form(tmp_path: Path) -> None:
    """Whatever columns an installed metric's expressions read: the file of a month without items has them all."""
    with empty_store(tmp_path / "home") as con, ThreadPoolExecutor(1) as beside:
        for number, metric in enumerate(installed_metrics().values()):
            ask = Ask("x", metric, {n: [Piece(EXAMPLE_MONTH.days, t.default, "")] for n, t in metric.terms.items()})
            options = population_options(metric, ask.terms)
            frame = Frame(EXAMPLE_MONTH.days, EXAMPLE_ZONE, AT, "true", "default", options)
            scan = Scan(f"n{number}", ask.population, frame, [ask])
            said = write_items(con, scan, [], tmp_path, beside).told.result()
            assert said["rows"] == 0
            assert "x_state" in said["columns"]
