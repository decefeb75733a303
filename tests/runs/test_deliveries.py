"""What the logs behind a statement delivered: fates add up, completeness is the settlement's, bad lines are covered."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from pipelines.runs.contract_read import contract_of
from pipelines.runs.contracts import contract_document
from pipelines.runs.deliveries import Deliveries, deliveries, shown_of
from pipelines.runs.ingest_files import ingest_files
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import CONNECT, contract
from tests.runs.test_relief_and_data import DAILY, REQUIRED

MONTH = "small:2026-10"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """31 calls, one a day, beside two lines that cannot be read."""
    office = Office(Path(tmp_path_factory.mktemp("deliveries")) / "office")
    bad = "\n    x, q, ann, no time, answered, 10\n    y, q, Lin Wei, 2026-13-01 08:00:00, answered, 10"
    mapping, log = office.write("call", DAILY + bad)
    ingest_files(office.home, [mapping], [log], now=NOW)
    office.close(office.contract(contract(CONNECT.replace("TARGET", "90%"), more=REQUIRED)))
    return office


@pytest.fixture(scope="module")
def found(desk: Office) -> Deliveries:
    return deliveries(desk.home, MONTH)


def test_a_source_is_as_complete_as_the_settlement_says(found: Deliveries) -> None:
    """31 of 33: 93.94 %, and 98 % are required."""
    (source,) = found.sources
    assert (source.source, source.complete, source.required, source.verdict) == (
        *("call", Fraction(31, 33), Fraction("0.98"), "missed"),
    )


def test_every_line_has_one_fate(found: Deliveries) -> None:
    for fates, lines in [(one.fates, one.lines) for one in found.sources] + [(f.fates, f.lines) for f in found.files]:
        assert sum(fates.values()) == lines == 33
    assert found.sources[0].fates["quarantined"] == 2


def test_the_days_add_up_to_the_source(found: Deliveries) -> None:
    assert len(found.days) == 31
    assert sum(one.accepted for one in found.days) == 31
    assert sum(one.refused for one in found.days) == 2
    assert found.days[0].day == date(2026, 10, 1)


def test_reasons_have_examples_with_their_place_and_nothing_personal(found: Deliveries) -> None:
    (reason,) = found.reasons
    assert (reason.code, reason.column, reason.n) == ("row.bad_time", "arrived_at", 2)
    assert [one.line_no for one in reason.examples] == [33, 34]
    assert "2026-13-01 08:00:00" in reason.examples[1].text
    assert not {"Lin", "Wei", "ann"} & set(reason.examples[1].text.replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("X0-S189,2026-02-30 09:15:00,林,SIDEWAYS", "***-***,2026-02-30 09:15:00,***,***"),
        ("", ""),
        ("13812345678;张三;ERR_99", "***;***;***_***"),
        ("a@b.cn 5/6/2026", "***@***.*** ***/***/***"),
    ],
)
def test_a_line_that_nobody_could_read_is_covered(text: str, shown: str) -> None:
    assert shown_of(text) == shown


def test_the_contract_is_read_as_it_was_frozen(desk: Office) -> None:
    path = desk.contract(contract(CONNECT.replace("TARGET", "90%"), more=REQUIRED))
    assert contract_of(desk.home, MONTH, "zh") == contract_document(str(path), "zh")
    desk.contract(contract(CONNECT.replace("TARGET", "50%")))  # what becomes of the file later changes nothing
    assert "90%" in contract_of(desk.home, MONTH, "en")
