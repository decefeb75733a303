"""Every sample contract settles the sample's October: totals add up, all is explained, figures are as by hand."""

import shutil
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.money import to_fen
from pipelines.runs.close_month import close_month
from pipelines.runs.explain import explain
from pipelines.settlement.totals import STEPS
from tests.conftest import ROOT
from tests.runs.sample_world import NOW, OCTOBER, load_october

CONTRACTS = ROOT / "data/contracts"
NUMBERS = sorted(path.parent.name for path in CONTRACTS.glob("*/contract.yaml"))
AMENDED = "A, amended"

# One month, loaded once, closed once under each contract: most of a minute, and the only test of the sample contracts.
Body = Mapping[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with October's home, and with contract A and its amendment beside it."""
    found = tmp_path_factory.mktemp("october")
    (found / "A/amendments").mkdir(parents=True)
    shutil.copy(CONTRACTS / "A/contract.yaml", found / "A")
    shutil.copy(ROOT / "tests/runs/amended/2026-10-16.yaml", found / "A/amendments")
    load_october(found)
    return found


@pytest.fixture(scope="module")
def closed(folder: Path) -> dict[str, tuple[str, Body]]:
    """Each contract's statement: its id and its body."""
    paths = {number: CONTRACTS / number for number in NUMBERS} | {AMENDED: folder / "A"}
    months = {name: close_month(folder / "home", str(path), OCTOBER, now=NOW) for name, path in paths.items()}
    return {name: (month.ref.id, month.body) for name, month in months.items()}


def lines(body: Body) -> dict[str, Any]:
    return {line["id"]: line for line in body["lines"]}


def amounts(body: Body, prefix: str) -> dict[str, str]:
    return {name: line["amount"] for name, line in lines(body).items() if name.startswith(prefix)}


FIGURES = ("fees", "deductions", "capped", "coefficient", "payable")


def test_the_readme_has_the_figures_that_come_out(closed: dict[str, tuple[str, Body]]) -> None:
    """Each contract's row: score with two places, then the totals, as this October settles."""
    text = (CONTRACTS / "README.md").read_text(encoding="utf-8").partition("October 2026 of a small world")[2]
    head, *rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    assert head[1] == "score"
    wanted = {}
    for name in NUMBERS:
        body = closed[name][1]
        score = body["score"]["value"]
        shown = "–" if score is None else f"{Decimal(score):.2f}"
        wanted[name] = [shown, *(f"{Decimal(body['totals'][step]):,}" for step in FIGURES)]
    assert {name: figures[: len(FIGURES) + 1] for name, *figures in rows[: len(NUMBERS)]} == wanted


@pytest.mark.parametrize("name", [*NUMBERS, AMENDED])
def test_totals_add_up_and_all_is_explained(closed: dict[str, tuple[str, Body]], name: str) -> None:
    _, body = closed[name]
    sums = {step: Decimal(0) for step in STEPS}
    for line in body["lines"]:
        sums[line["step"]] += Decimal(line["amount"])
        assert line["clause"], line["id"]
        assert line["formula"], line["id"]
        assert Decimal(line["amount"]) or line["because"] or line["kind"] == "tax", line["id"]
        if line["cost_centres"]:
            assert sum(map(Decimal, line["cost_centres"].values())) == Decimal(line["amount"])
    assert sums == {step: Decimal(body["totals"][step]) for step in STEPS}
    assert sum(sums.values()) == Decimal(body["totals"]["payable"])
    assert Decimal(body["totals"]["fees"]) > 0
    for one in body["indicators"]:
        assert one["verdict"] in ("met", "missed") or one["reason"], one["id"]
        assert one["text"]["zh"], one["id"]
        assert one["text"]["en"], one["id"]
        states = one["states"]
        reasons = [n for kind in ("excluded", "unmeasurable") for n in states[kind].values()]
        assert (
            states["met"] + states["missed"] + states["counted"] + states["pending"] + sum(reasons) == one["population"]
        )


def test_the_cut_off_and_what_lies_behind_a_month_are_the_same_for_all(closed: dict[str, tuple[str, Body]]) -> None:
    assert len({body["cut_off_at"] for _, body in closed.values()}) == 1
    assert {body["status"] for _, body in closed.values()} == {"DRAFT"}


def test_contract_a_by_hand(closed: dict[str, tuple[str, Body]]) -> None:
    """Of the sample's October: 1,665 chats, 351 threads, 3,142.50 of 3,414 scheduled hours of 远帆一组."""
    _, body = closed["A"]
    fees = {
        "chat@1": "1998.00",  # 1,665 × 1.20; the second tier begins at 5,001
        "phone": "202504.39",  # 5,500 × 40 × 11,313,000 s / 12,290,400 s = 202,504.393…
        "email": "877.50",  # 351 × 2.50
    }
    found = {line["id"]: line["amount"] for line in body["lines"] if line["step"] == "fees"}
    assert found == fees
    assert body["totals"]["fees"] == "205379.89"
    # row 19: 3 × 205,379.89 / 31 = 19,875.473… a day, on both promotion days
    assert amounts(body, "outage") == {f"outage.silence@2026-10-{day}": "-19875.47" for day in (14, 15)}
    # row 15: a leak on the 14th, a wrong promise on the 16th, an insult on the 27th; one event, one deduction
    assert sorted(amounts(body, "leaks").values()) == ["-5000.00"]
    assert sorted(amounts(body, "insults").values()) == ["-1000.00"]
    assert sorted(map(Decimal, amounts(body, "fatal_errors").values())) == [-500, 0, 0]
    assert body["month_fail"] == {"failed": True, "reasons": ["fatal_errors: 3, at least 3"]}
    assert [(one["action"], one["within_days"]) for one in body["notices"]] == [("plan", 5)]
    # the score is in the grade from 70: (0.90 − 1) × 205,379.89 = −20,537.989
    assert 70 <= Decimal(body["score"]["value"]) < 80
    assert amounts(body, "coefficient") == {"coefficient": "-20537.99"}
    # 2 × 19,875.47 + 5,000 + 1,000 + 500 + 20,537.99 = 66,788.93; all of it at most 20 % of 205,379.89 = 41,075.98
    assert body["totals"]["deductions"] == "-66788.93"
    assert body["totals"]["capped"] == "25712.95"
    # tax: 6 % × (205,379.89 − 41,075.98) = 6 % × 164,303.91 = 9,858.2346
    assert Decimal(body["totals"]["tax"]) + Decimal(body["totals"]["rounding"]) == Decimal("9858.23")
    assert body["totals"]["payable"] == "174162.14"  # 164,303.91 + 9,858.23


def test_contract_a_scores_its_points(closed: dict[str, tuple[str, Body]]) -> None:
    """The score is the sum of points × weight, by the printed figures."""
    _, body = closed["A"]
    earned = sum(
        (Fraction(one["points"]) * Fraction(one["weight"]) / 100 for one in body["indicators"] if one["points"]),
        Fraction(0),
    )
    assert abs(earned - Fraction(body["score"]["value"])) < Fraction(1, 10**9)
    points = {one["id"]: one["points"] for one in body["indicators"]}
    assert points["chat_first_response"] == "60"  # 1,269 / 1,513 = 83.9 %: from 75 to 85
    assert points["csat"] == "83.333333333333"  # 4.3135: two started tenths below 4.5, 10 of 12 points of weight
    assert points["service_level"] == "0"  # 71.6 %, below 75


def test_credits_of_a2_by_hand(closed: dict[str, tuple[str, Body]]) -> None:
    _, body = closed["A2"]
    wanted = {
        "chat_first_response.credit": "-14787.35",  # 205,379.89 × 12 % × 60 % = 14,787.352…
        "connect_rate.credit": "-14787.35",
        "service_level.credit": "-12322.79",  # × 50 % = 12,322.793…
        "csat.credit": "-14787.35",
    }
    found = {name: line["amount"] for name, line in lines(body).items() if line["consequence"] == "credit"}
    assert found == wanted
    # 56,684.84 of credits, of which at most 12 % of 205,379.89 = 24,645.59 is at risk
    assert lines(body)["at_risk"]["amount"] == "32039.25"
    assert "coefficient" not in lines(body)


def test_an_amendment_in_mid_month_settles_by_days(folder: Path, closed: dict[str, tuple[str, Body]]) -> None:
    """Target 90 → 92 % and cap 20 → 15 % from 16 October on; explain says which days used which."""
    statement, body = closed[AMENDED]
    (amendment,) = body["contract"]["amendments"]
    assert amendment["number"] == "补充协议二"
    (one,) = [found for found in body["indicators"] if found["id"] == "chat_first_response"]
    parts = [(part["from"], part["until"], part["target"], part["target_by"], part["points"]) for part in one["parts"]]
    assert parts == [
        ("2026-10-01", "2026-10-16", "0.9", "1.5(1)", "60"),  # 481 / 631 = 76.2 %
        ("2026-10-16", "2026-11-01", "0.92", "补充协议二 §1", "80"),  # 788 / 882 = 89.3 %
    ]
    assert one["points"] == "70.322580645161"  # 60 × 15/31 + 80 × 16/31
    # (20 % × 15/31 + 15 % × 16/31) × 205,379.89 = 35,775.8518…: of 66,788.93, 31,013.08 comes back
    assert to_fen(Fraction("205379.89") * (Fraction(20 * 15 + 15 * 16, 100 * 31)), "CNY") == Decimal("35775.85")
    cap = lines(body)["all_cap"]
    assert (cap["amount"], cap["formula"]) == (
        "31013.08",
        "66788.93 − (20.00% × 15/31 + 15.00% × 16/31) × 205379.89",
    )
    explained = explain(folder / "home", statement, "chat_first_response", limit=1)
    assert explained.indicator is not None
    told = [(part["from"], part["target"], part["target_by"]) for part in explained.indicator["parts"]]
    assert told == [("2026-10-01", "0.9", "1.5(1)"), ("2026-10-16", "0.92", "补充协议二 §1")]
    assert explain(folder / "home", statement, "all_cap", limit=1).line["formula"] == cap["formula"]
