"""The second vendor's October report flatters in three places; the bridge finds all three, and nothing else."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli.program import program
from pipelines.core.canonical import canonical_json
from pipelines.core.period import Month
from pipelines.exports.bridge_words import sentences
from pipelines.ingest.report import LoadReport
from pipelines.runs.bridge import Bridge, bridge
from pipelines.runs.bridge_kept import kept_bridge
from pipelines.runs.close_month import close_month
from pipelines.runs.statements import find_statement
from pipelines.samples import SampleReport
from pipelines.samples.report import Figure
from tests.conftest import ROOT

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CONTRACT = ROOT / "data/contracts/A/contract.yaml"
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
MAPPING = ROOT / "data/reports/sample_vendor_report.yaml"

WORST_DAY = {"by": "day", "cells": ["2026-10-15"]}
PLACES: dict[int, dict[str, Any]] = {
    1: {"other": {"short_abandon_s": "20"}},
    2: WORST_DAY,
    3: {"by": "amount", "cells": ["up to", "1"]},
}


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Sample contract A, but that chats begun outside hours count: so the generator's vendors measure."""
    path = Path(tmp_path_factory.mktemp("contract")) / "contract.yaml"
    text = CONTRACT.read_text(encoding="utf-8")
    path.write_text(
        text.replace("outside_hours: out_of_population", "outside_hours: service_seconds"), encoding="utf-8"
    )
    return str(path)


@pytest.fixture(scope="module")
def closed(loads: dict[str, LoadReport], home: Path, contract: str) -> Path:
    assert loads
    for month in (SEPTEMBER, OCTOBER):
        close_month(home, contract, month, now=NOW)
    return home


def bridged(home: Path, world: SampleReport, month: Month, contract: str) -> Bridge:
    report = world.out / f"vendor_reports/yuanfan_{month.year}{month.month:02}.xlsx"
    return bridge(home, contract, month, report, mapping_file=MAPPING, now=NOW)


@pytest.fixture(scope="module")
def october(closed: Path, world: SampleReport, contract: str) -> Bridge:
    return bridged(closed, world, OCTOBER, contract)


@pytest.fixture(scope="module")
def rows(october: Bridge) -> Mapping[str, Mapping[str, Any]]:
    return {row["code"]: row for row in october.body["rows"]}


@pytest.fixture(scope="module")
def truth(world: SampleReport) -> dict[str, Figure]:
    return {one.metric: one for one in world.figures if one.vendor == "远帆外包" and one.month == "2026-10"}


def test_every_figure_is_read_and_laid_beside_the_truth(
    october: Bridge, rows: Mapping[str, Any], truth: Mapping[str, Figure]
) -> None:
    assert october.problems == []
    assert set(rows) == set(truth)
    for code, figure in truth.items():
        theirs, ours = rows[code]["theirs"], rows[code]["ours"]
        assert (int(ours["numerator"]), int(ours["denominator"])) == figure.true, code
        if rows[code]["count"] is None:
            assert (int(theirs["numerator"]), int(theirs["denominator"])) == figure.stated, code


def test_the_three_places_are_explained_and_the_others_are_the_same(
    rows: Mapping[str, Any], truth: Mapping[str, Figure]
) -> None:
    for code, figure in truth.items():
        row = rows[code]
        if not figure.place:
            assert (row["verdict"], row["explanations"], row["parts"]) == ("same", [], []), code
            continue
        assert row["verdict"] == "explained", code
        steps = [steps[0] for steps in row["explanations"] if len(steps) == 1]
        assert any(PLACES[figure.place].items() <= step.items() for step in steps), code
        cause = "definition" if figure.place == 1 else "missing"
        assert {part["cause"] for part in row["parts"]} <= {"rounding", cause}


def test_the_chat_figures_lack_one_day_and_nothing_else_fits(rows: Mapping[str, Any]) -> None:
    for code in [code for code in rows if code.startswith("chat.")]:
        ((step,),) = rows[code]["explanations"]
        assert WORST_DAY.items() <= step.items(), code
        assert not rows[code]["ambiguous"]


def test_the_ratings_of_1_are_named(rows: Mapping[str, Any]) -> None:
    row = rows["satisfaction.csat"]
    (items,) = row["explanations"][0][0]["items"]
    missing = int(row["ours"]["denominator"]) - int(row["theirs"]["denominator"])
    assert (items["ours"], items["theirs"], items["n"]) == ("counted", "left out", missing)
    assert len(items["some"]) == min(5, missing)
    # each of them was a 1: the sum falls by as many points as items are missing
    assert int(row["ours"]["numerator"]) - int(row["theirs"]["numerator"]) == missing


def test_the_calls_that_count_otherwise_are_named(rows: Mapping[str, Any]) -> None:
    row = rows["phone.connect_rate"]
    step = next(steps[0] for steps in row["explanations"] if steps[0]["other"] == {"short_abandon_s": "20"})
    assert step["instead_of"] == {"short_abandon_s": ["5"]}
    ((items),) = step["items"]
    assert (items["ours"], items["theirs"]) == ("missed", "excluded: short abandon")
    assert items["n"] == int(row["ours"]["denominator"]) - int(row["theirs"]["denominator"])


def test_what_is_flattered_is_worth_points_and_yuan(rows: Mapping[str, Any], october: Bridge) -> None:
    connect = rows["phone.connect_rate"]
    assert connect["ours"]["value"].startswith("0.896")
    assert connect["theirs"]["value"].startswith("0.902")
    # 50 → 70 % of a weight of 8, of 100 that are present
    assert connect["points"] == "1.6"
    # 4.385 is two started steps of 0.1 below 4.5, 4.449 one: 1 of a weight of 12
    assert rows["satisfaction.csat"]["points"] == "1"
    # 85.50 % and 86.91 % of first responses lie in one tier
    assert rows["chat.first_response_share"]["points"] == "0"
    # the contract pays by grades of the score, and 2.6 points reach no other one (tests/runs/test_bridge.py has yuan)
    assert october.body["together"] == {"points": "2.6", "yuan": "0.00"}


def test_parts_add_up_to_the_difference(rows: Mapping[str, Any]) -> None:
    for row in rows.values():
        if row["parts"] and row["yuan"] is not None:
            assert sum(int(part["yuan"].replace(".", "")) for part in row["parts"]) == int(row["yuan"].replace(".", ""))


def test_the_command_that_is_named_gives_their_figure(rows: Mapping[str, Any], closed: Path) -> None:
    row = rows["phone.connect_rate"]
    words = shlex.split(row["explanations"][0][0]["command"])
    done = CliRunner().invoke(program, [*words[1:], "--home", str(closed), "--json"])
    (found,) = json.loads(done.stdout)
    assert (found["numerator"], found["denominator"]) == (row["theirs"]["numerator"], row["theirs"]["denominator"])


def test_the_command_of_a_missing_day_gives_what_is_missing(rows: Mapping[str, Any], closed: Path) -> None:
    row = rows["chat.reply_rate"]
    words = shlex.split(row["explanations"][0][0]["command"])
    (found,) = json.loads(CliRunner().invoke(program, [*words[1:], "--home", str(closed), "--json"]).stdout)
    for part in ("numerator", "denominator"):
        assert int(found[part]) == int(row["ours"][part]) - int(row["theirs"][part])


def test_the_annex_is_kept_beside_the_statement_and_is_the_same_again(
    october: Bridge, closed: Path, world: SampleReport, contract: str
) -> None:
    assert october.path == closed / "bridges" / f"{october.body['statement']}.json"
    assert october.path.read_bytes() == canonical_json(dict(october.body))
    ref = find_statement(closed, october.body["statement"])
    assert kept_bridge(closed, ref) == october.body
    assert kept_bridge(closed, replace(ref, id="0" * 12)) is None
    assert bridged(closed, world, OCTOBER, contract).body == october.body


def test_an_honest_report_differs_nowhere(closed: Path, world: SampleReport, contract: str) -> None:
    september = bridged(closed, world, SEPTEMBER, contract)
    assert september.problems == []
    assert {row["verdict"] for row in september.body["rows"]} == {"same"}
    assert [row["parts"] for row in september.body["rows"] if row["parts"]] == []
    assert september.body["together"] == {"points": "0", "yuan": "0.00"}
    assert next(sentences(september.body, "en")) == "Their report agrees with the logs."


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "zh",
            (
                "漏计：未计入日期 2026-10-15 的全部。",
                "短时放弃（秒） 取 20，合同为 5",
                "数值不超过 1 的全部",
                "得分 +2.60",
            ),
        ),
        ("en", ("all of day 2026-10-15.", "short_abandon_s = 20 instead of 5", "an amount up to 1", "+2.60 points")),
    ],
)
def test_it_is_said_in_words(october: Bridge, language: str, parts: tuple[str, ...]) -> None:
    said = "\n".join(sentences(october.body, language))
    assert [part for part in parts if part not in said] == []
