"""Two public ticket logs: the shares that their own makers print, by `measure` alone."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.measure import Measurement, measure
from pipelines.warehouse.store import Warehouse
from tests.conftest import ROOT
from tests.ingest.items.small_logs import NOW

MAPPINGS = ROOT / "data/mappings"


def percent(numerator: str | int, denominator: str | int, places: int) -> str:
    return str(round(Decimal(numerator) * 100 / Decimal(denominator), places))


# --- incidents: a line a change, the latest is the state --------------------------------------------------------------


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]) -> Path:
    folder = tmp_path_factory.mktemp("itsm")
    with zipfile.ZipFile(real_log("itsm_incident_uci") / "incident_event_log.zip") as archive:
        archive.extract("incident_event_log/incident_event_log.csv", folder)
    (report,) = ingest_files(
        folder / "home", [MAPPINGS / "itsm_incidents.yaml"], [folder / "incident_event_log"], now=NOW
    )
    assert (report.lines, report.accepted, report.quarantined, report.skipped) == (141712, 141712, 0, 0)
    return folder / "home"


def of_incidents(home: Path, **more: object) -> Measurement:
    days = {"since": date(2016, 1, 1), "until": date(2017, 3, 1)}
    (found,) = measure(home, ["case.flagged_in_time"], **{**days, **more})  # type: ignore[arg-type]
    return found


def test_an_incident_is_in_time_as_its_last_change_says(incidents: Path) -> None:
    """15,803 / 24,918 = 63.42 %, and not 93.50 % of the 141,712 changes, which ask each incident again and again."""
    found = of_incidents(incidents)
    assert (found.numerator, found.denominator, found.population) == ("15803", "24918", 24918)
    assert percent(found.numerator, found.denominator, 2) == "63.42"
    print(f"{found.numerator} / {found.denominator} = {percent(found.numerator, found.denominator, 2)} %")


def test_the_share_of_changes_would_be_another_number(incidents: Path) -> None:
    with Warehouse(incidents, read_only=True) as warehouse:
        sql = "SELECT count(*) FILTER (in_time), count(*) FROM event_case WHERE in_time IS NOT NULL"
        ((in_time, changes),) = warehouse.con.execute(sql).fetchall()
    assert (in_time, changes, percent(in_time, changes, 2)) == (132497, 141712, "93.50")


def test_what_was_still_open_at_the_cut_off_may_yet_be_late(incidents: Path) -> None:
    """On 1 April 2016 most incidents of March were closed; of the others those already late stay late."""
    found = of_incidents(incidents, until=date(2016, 4, 1))
    assert found.population == found.states["met"] + found.states["missed"] + found.states["pending"]
    assert found.states["pending"] > 0


# --- tickets: a line a ticket, with the hours that each step took -----------------------------------------------------

# first response within so many hours, in percent, as the author's Results.md prints it
FIRST_RESPONSE = {"Critical": ("2", "49.4"), "High": ("8", "58.8"), "Medium": ("24", "100.0"), "Low": ("48", "57.4")}
IN_2024 = {"since": date(2024, 1, 1), "until": date(2025, 1, 1), "cut_off_at": datetime(2025, 2, 1, tzinfo=UTC)}


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]) -> Path:
    home = tmp_path_factory.mktemp("teresgeo") / "home"
    log = real_log("tickets_synth_teresgeo") / "customer_support_tickets.csv"
    (report,) = ingest_files(home, [MAPPINGS / "teresgeo_tickets.yaml"], [log], now=NOW)
    assert (report.lines, report.accepted, report.rows) == (1000, 1000, (("event_case", 3000),))
    return home


@pytest.mark.parametrize("priority", FIRST_RESPONSE)
def test_first_responses_within_the_hours_of_their_priority(tickets: Path, priority: str) -> None:
    limit_h, printed = FIRST_RESPONSE[priority]
    terms = {"to": "first_reply", "limit": limit_h, "counted_in": "wall_hours"}
    (found,) = measure(tickets, ["case.within"], terms=terms, scope={"topic": [priority]}, **IN_2024)  # type: ignore[arg-type]
    shown = percent(found.numerator, found.denominator, 1)
    print(f"{priority}: {found.numerator} of {found.denominator} within {limit_h} h = {shown} %")
    assert found.states["met"] + found.states["missed"] == found.population
    assert shown == printed


def test_the_breaches_are_as_many_as_the_author_lists(tickets: Path, real_log: Callable[[str], Path]) -> None:
    listed = (real_log("tickets_synth_teresgeo") / "sla_violations.csv").read_text(encoding="utf-8").splitlines()[1:]
    missed = 0
    for priority, (limit_h, _) in FIRST_RESPONSE.items():
        terms = {"to": "first_reply", "limit": limit_h, "counted_in": "wall_hours"}
        (found,) = measure(tickets, ["case.within"], terms=terms, scope={"topic": [priority]}, **IN_2024)  # type: ignore[arg-type]
        missed += found.states["missed"]
    assert missed == len(listed) == 338


@pytest.mark.parametrize(("to", "printed"), [("first_reply", "17.52"), ("resolved", "54.85")])
def test_the_means_are_those_of_the_author(tickets: Path, to: str, printed: str) -> None:
    terms = {"to": to, "counted_in": "wall_hours"}
    (found,) = measure(tickets, ["case.elapsed_mean"], terms=terms, **IN_2024)  # type: ignore[arg-type]
    assert (found.unit, found.denominator) == ("s", "1000")
    assert str(round(Decimal(found.numerator) / 1000 / 3600, 2)) == printed
