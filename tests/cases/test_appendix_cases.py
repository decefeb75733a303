"""Runs appendix.yaml against sample contract A itself: its points at every edge, and the month exactly on target."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pipelines.contract.parse import parse_contract
from pipelines.contract.resolve import IndicatorTerms, Question, month_terms
from pipelines.core.exact import decimal_text
from pipelines.core.period import Month
from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts
from pipelines.scoring.judge import MET, judge
from pipelines.scoring.points import points
from pipelines.settlement.facts import Facts
from pipelines.settlement.totals import settle
from tests.conftest import ROOT

OCTOBER = Month(2026, 10).days
FIRST = date(2026, 10, 1)
CASES: Any = read_yaml((ROOT / "tests/cases/appendix.yaml").read_text(encoding="utf-8"), "appendix.yaml").value
PATH = ROOT / "data/contracts/A/contract.yaml"
CONTRACT = parse_contract(PATH.read_text(encoding="utf-8"), str(PATH)).model
TERMS = {one.id: one for one in month_terms(CONTRACT, OCTOBER)}


def number(text: object) -> Decimal:
    written = str(text)
    return Decimal(written[:-1]) / 100 if written.endswith("%") else Decimal(written)


@pytest.mark.parametrize("row", CASES["rows"], ids=lambda row: f"row {row['row']}")
def test_row(row: Mapping[str, Any]) -> None:
    terms = TERMS[row["indicator"]]
    (part,) = terms.parts
    assert part.weight is not None
    assert part.scoring is not None
    assert part.target is not None
    assert part.weight.value == Decimal(str(row["weight"]))
    assert number(next(iter(row["earns"]))) == part.target.value, "the first value is the target"
    earned = {
        value: decimal_text(points(Fraction(number(value)), Fraction(part.target.value), part.scoring.value,
                                   terms.metric, part.weight.value))
        for value in row["earns"]
    }  # fmt: skip
    assert earned == {value: str(percent) for value, percent in row["earns"].items()}


def test_every_weight_of_the_contract_stands_in_a_row() -> None:
    weighted = {one.id for one in TERMS.values() if one.parts[0].weight is not None}
    assert weighted == {row["indicator"] for row in CASES["rows"]}
    assert sum(row_weight for row_weight in (Decimal(str(row["weight"])) for row in CASES["rows"])) == 100


def counts_at(metric: Metric, value: Fraction) -> Counts:
    """Return counts of 10,000 items whose value is exactly this."""
    n = 10_000
    if metric.aggregate == "share":
        numerator = value * n
        assert numerator.denominator == 1
        other = {"met": "missed", "missed": "met"}[metric.numerator]
        return Counts(Counter({metric.numerator: int(numerator), other: n - int(numerator)}))
    if metric.aggregate == "mean":
        return Counts(Counter({"counted": n}), amount=Decimal(int(value * n)))
    if metric.aggregate == "per":  # complaints: so many upheld, of ten thousand contacts each
        return Counts(Counter({"missed": int(value), "counted: handled contact": n}))
    assert metric.aggregate == "count"
    return Counts(Counter({"met": n, "missed": int(value)}), amount=Decimal(int(value)))


def questions(terms: IndicatorTerms) -> list[Question]:
    return [member.question for member in terms.members] if terms.members else [terms.question]


def test_a_month_exactly_on_every_target() -> None:
    counts = {}
    for terms in TERMS.values():
        target = terms.parts[0].target
        if terms.indicator.class_ != "report_only":
            assert target is not None
            for question in questions(terms):
                counts[question.column] = {FIRST: counts_at(question.metric, Fraction(target.value))}
    counts |= {
        "fee__chat": {FIRST: Counts(Counter({"counted": 6000}))},
        "fee__phone": {FIRST: Counts(Counter({"counted": 40}), amount=Decimal(28800), base=Decimal(28800))},
        "fee__email": {FIRST: Counts(Counter({"counted": 400}))},
    }
    judged = [judge(terms, counts) for terms in TERMS.values()]
    assert {one.verdict for one in judged if one.terms.indicator.class_ != "report_only"} == {MET}
    done = settle(CONTRACT, OCTOBER, judged, Facts(counts))
    assert done.score.value is not None
    found = {
        "score": decimal_text(done.score.value),
        "points": decimal_text(done.score.points),
        "of": decimal_text(done.score.weight_in_force),
    }
    assert found == CASES["on_target"]
    # Fees: 5,000 × 1.20 + 1,000 × 1.00 + 40 × 5,500 + 400 × 2.50 = 228,000. 96.8 is in the grade from 95, whose
    # condition (every critical indicator met) holds: 2 % of 228,000 = 4,560 on top; tax 6 % of 232,560 = 13,953.60.
    assert {line.id: f"{line.amount:f}" for line in done.lines} == {
        "chat@1": "6000.00",
        "chat@5001": "1000.00",
        "phone": "220000.00",
        "email": "1000.00",
        "coefficient": "4560.00",
        "tax": "13953.60",
    }
    assert f"{done.totals['payable']:f}" == "246513.60"
    assert (done.failed, done.notices) == ([], [])
