"""The evidence at full size: every row, every state, in CSV without a text that runs."""

import csv
from pathlib import Path

import duckdb
import pytest

from pipelines.core.problem import Refused
from pipelines.exports.evidence import write_evidence
from pipelines.exports.safe_text import FORMULA_SIGNS, safe_text
from pipelines.exports.words import Words
from tests.exports.printed_months import month

BOUNDS = {"memory_limit": "1GB", "threads": 1}
EVIL = ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", "'quoted", "＝1", "plain, with a comma", '客"服', ""]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The evidence of ten calls; one queue each."""
    path = tmp_path / "evidence"
    path.mkdir()
    queues = ", ".join("('" + queue.replace("'", "''") + "')" for queue in EVIL)
    duckdb.sql(
        "COPY (SELECT 'acd' AS item_source, row_number() OVER () AS n, -1.5 AS connect_amount, queue,"
        " 'excluded: short abandon' AS connect_state"
        f" FROM (VALUES {queues}) t(queue)) TO '{path}/offered_call.parquet' (FORMAT parquet)"
    )
    duckdb.sql(f"COPY (SELECT DATE '2026-10-01' AS day) TO '{path}/calendar_day.parquet' (FORMAT parquet)")
    return path


def body(rows: int = len(EVIL)):
    columns = ["item_source", "n", "connect_amount", "queue", "connect_state"]
    return {**month(), "evidence": {"offered_call": {"rows": rows, "columns": columns, "sha256": "e"}}}


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_every_row_is_in_the_csv_and_every_text_comes_back(folder, tmp_path):
    written = write_evidence(body(), folder, tmp_path / "out", "csv", Words("zh"), BOUNDS)
    assert [path.name for path in written] == ["offered_call.csv", "calendar_day.csv", "legend.csv"]
    assert written[0].read_bytes().startswith(b"\xef\xbb\xbfitem_source,")
    found = rows_of(written[0])
    assert [row["connect_amount"] for row in found] == ["-1.5"] * len(EVIL)  # a number is no text, and stays one
    queues = [row["queue"] for row in found]
    assert [text for text in queues if text.startswith(tuple(FORMULA_SIGNS))] == []
    assert [text.removeprefix("'") for text in queues] == EVIL
    assert queues == [safe_text(text) for text in EVIL]


def test_parquet_is_the_record_byte_for_byte(folder, tmp_path):
    written = write_evidence(body(), folder, tmp_path / "out", "parquet", Words("en"), BOUNDS)
    assert written[0].read_bytes() == (folder / "offered_call.parquet").read_bytes()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in written}  # no part is left


@pytest.mark.parametrize(
    ("language", "known"),
    [
        (
            "zh",
            {
                "item_source": "来源",
                "n": "",
                "connect_state": "接通率 (phone.connect_rate@1) 状态",
                "excluded: short abandon": "剔除：短时放弃",
            },
        ),
        ("en", {"connect_amount": "Connect rate (phone.connect_rate@1) amount", "queue": "queue"}),
    ],
)
def test_the_legend_says_what_columns_and_states_mean(folder, tmp_path, language, known):
    legend = write_evidence(body(), folder, tmp_path / "out", "csv", Words(language), BOUNDS)[-1]
    with legend.open(encoding="utf-8-sig", newline="") as file:
        found = {name: meaning for _, name, meaning in csv.reader(file)}
    assert {name: found[name] for name in known} == known


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_that_are_not_those_of_the_statement_are_refused(folder, tmp_path, form):
    with pytest.raises(Refused) as refused:
        write_evidence(body(rows=11), folder, tmp_path / "out", form, Words("zh"), BOUNDS)
    (problem,) = refused.value.problems
    assert (problem.code, problem.what) == (
        "export.evidence",
        "The statement rests on 11 rows here, and the file has 10 rows.",
    )
    assert not list((tmp_path / "out").glob("*.*"))


def test_evidence_that_is_gone_or_broken_is_refused(folder, tmp_path):
    (folder / "offered_call.parquet").write_bytes(b"no parquet")
    with pytest.raises(Refused) as refused:
        write_evidence(body(), folder, tmp_path / "out", "csv", Words("zh"), BOUNDS)
    assert "cannot be read" in refused.value.problems[0].what
