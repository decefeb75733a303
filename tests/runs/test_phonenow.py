"""PhoneNow, as a CSV and as a workbook: the same figures, those of its provenance."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.measure import Measurement, measure
from tests.conftest import ROOT
from tests.ingest.items.small_logs import NOW

# answered, offered, mean wait of the answered, mean rating
AGENTS = {
    "Becky": (517, 631, "65.331", "3.371"),
    "Dan": (523, 633, "67.283", "3.447"),
    "Diane": (501, 633, "66.267", "3.405"),
    "Greg": (502, 624, "68.444", "3.404"),
    "Jim": (536, 666, "66.343", "3.394"),
    "Joe": (484, 593, "70.988", "3.331"),
    "Martha": (514, 638, "69.488", "3.471"),
    "Stewart": (477, 582, "66.184", "3.400"),
}


def rounded(numerator: str, denominator: str, places: int) -> str:
    return str(round(Decimal(numerator) / Decimal(denominator), places))


@pytest.fixture(scope="module", params=["Call-Center-Dataset.csv", "01 Call-Center-Dataset.xlsx"])
def home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]
) -> Path:
    home = tmp_path_factory.mktemp("phonenow")
    ingest_files(home, [ROOT / "data/mappings/phonenow.yaml"], [real_log("phonenow") / request.param], now=NOW)
    return home


def asked(home: Path, *by: str) -> dict[tuple[str, ...], dict[str, Measurement]]:
    metrics = ["phone.connect_rate", "phone.average_wait", "quality.csat"]
    found: dict[tuple[str, ...], dict[str, Measurement]] = {}
    for one in measure(home, metrics, since=date(2021, 1, 1), until=date(2021, 4, 1), by=by):
        found.setdefault(tuple(one.group.values()), {})[one.metric] = one
    return found


def test_the_quarter(home: Path) -> None:
    """4,054 of 5,000 answered; nobody knows whether the others hung up, so all 946 are missed."""
    found = asked(home)[()]
    connect, wait, csat = (found[f"{name}@1"] for name in ("phone.connect_rate", "phone.average_wait", "quality.csat"))
    assert (connect.population, connect.states["met"], connect.states["missed"]) == (5000, 4054, 946)
    assert connect.states["excluded"] == connect.states["unmeasurable"] == connect.states["outside"] == {}
    assert (wait.denominator, rounded(wait.numerator, wait.denominator, 4)) == ("4054", "67.5207")
    assert wait.states["excluded"] == {"never answered": 946}
    assert (csat.denominator, rounded(csat.numerator, csat.denominator, 4)) == ("4054", "3.4036")


def test_each_agent(home: Path) -> None:
    found = {group[0]: values for group, values in asked(home, "agent").items()}
    assert found.keys() == AGENTS.keys()
    for agent, (answered, offered, wait_s, rating) in AGENTS.items():
        connect, wait = found[agent]["phone.connect_rate@1"], found[agent]["phone.average_wait@1"]
        csat = found[agent]["quality.csat@1"]
        assert (connect.numerator, connect.denominator) == (str(answered), str(offered))
        assert rounded(wait.numerator, wait.denominator, 3) == wait_s
        assert rounded(csat.numerator, csat.denominator, 3) == rating


def test_the_parts_add_up_to_the_whole(home: Path) -> None:
    """By month, or by hour and agent (an hour without an answer has nobody to rate): sums, whatever the split."""
    whole = asked(home)[()]
    for by in (("month",), ("hour", "agent")):
        parts = asked(home, *by)
        for metric, one in whole.items():
            found = [part[metric] for part in parts.values() if metric in part]
            assert sum(Decimal(part.numerator) for part in found) == Decimal(one.numerator)
            assert sum(Decimal(part.denominator) for part in found) == Decimal(one.denominator)
