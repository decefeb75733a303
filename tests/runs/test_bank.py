"""Seven months of a real call centre under a contract: every figure that its provenance states, by closing the months.

offered = AGENT or HANG, PHANTOM outside under that word; nothing short is left out; every hour is served.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.program import program
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.measure import Measurement, measure
from pipelines.runs.statements import list_statements
from pipelines.sources.parse_mapping import parse_mapping
from tests.conftest import ROOT
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import contract

BANK = ROOT / "data/mappings/anonymous_bank.yaml"
# month: phantom, offered, answered, answered %, abandoned %, mean wait of AGENT, of HANG, answered within 20 s in %
PROVENANCE = {
    "1999-01": (240, 31359, 27060, "86.291", "13.709", "35.028", "43.802", "52.304"),
    "1999-02": (278, 33066, 27162, "82.145", "17.855", "40.774", "43.986", "49.020"),
    "1999-03": (407, 38394, 27847, "72.530", "27.470", "92.903", "69.077", "29.658"),
    "1999-04": (305, 31731, 23583, "74.322", "25.678", "77.241", "58.912", "33.425"),
    "1999-05": (418, 39135, 29923, "76.461", "23.539", "67.005", "54.942", "36.318"),
    "1999-06": (322, 37613, 31193, "82.931", "17.069", "48.522", "51.073", "47.223"),
    "1999-07": (378, 38644, 29596, "76.586", "23.414", "75.732", "61.304", "33.356"),
}
WITHIN = "(within + abandoned within) / offered"
OFF = "{short_abandon_s: 0}"
INDICATORS = f"""
  - {{id: connect, clause: "1", metric: phone.connect_rate@1, terms: {OFF}, target: 80%}}
  - {{id: abandoned, clause: "2", metric: phone.abandonment@1, terms: {OFF}, target: 20%}}
  - {{id: wait, clause: "3", metric: phone.average_wait@1, target: 60}}
  - {{id: all_waits, clause: "4", metric: phone.average_wait@1, terms: {{over: offered}}, target: 60}}
  - id: in_20_s
    clause: "5"
    metric: phone.service_level@1
    terms: {{short_abandon_s: 0, answer_within_s: 20, formula: within / offered}}
    target: 50%
  - {{id: by_default, clause: "6", metric: phone.connect_rate@1, target: 80%}}
"""
HOURS = """
calendars:
  phone:
    - since: 1999-01-01
      decided: 1998-12-01
      by: "1"
      weekly: {mon-sun: ["00:00-24:00"]}
      holidays: none
      on_holidays: as_usual
"""
TEXT = contract(INDICATORS, number="bank", since="1999-01-01", until="2000-01-01", zone="Asia/Jerusalem", more=HOURS)


def rounded(part: str | int | Decimal, whole: str | int | Decimal = 1) -> str:
    return str(round(Decimal(part) / Decimal(whole), 3))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]) -> Office:
    office = Office(tmp_path_factory.mktemp("bank") / "office")
    ingest_files(office.home, [BANK], [real_log("anonymous_bank")], now=NOW)
    office.contract(TEXT)
    return office


@pytest.fixture(scope="module")
def months(bank: Office) -> dict[str, dict[str, Any]]:
    return {month: dict(bank.close(bank.folder / "contract.yaml", month=month).body) for month in PROVENANCE}


@pytest.mark.parametrize("month", PROVENANCE)
def test_a_month_has_the_figures_of_its_provenance(months: dict[str, dict[str, Any]], month: str) -> None:
    phantom, offered, answered, answered_pc, abandoned_pc, asa, hang_s, in_20_pc = PROVENANCE[month]
    found = {one["id"]: one for one in months[month]["indicators"]}
    connect, abandoned, wait, all_waits, in_20 = (
        found[name] for name in ("connect", "abandoned", "wait", "all_waits", "in_20_s")
    )
    assert (connect["numerator"], connect["denominator"]) == (str(answered), str(offered))
    assert connect["population"] == offered
    assert connect["states"]["outside"] == {"phantom": phantom}
    assert connect["candidates"] == offered + phantom
    assert rounded(Decimal(connect["numerator"]) * 100, connect["denominator"]) == answered_pc
    assert rounded(Decimal(abandoned["numerator"]) * 100, abandoned["denominator"]) == abandoned_pc
    assert (wait["denominator"], rounded(wait["numerator"], answered)) == (str(answered), asa)
    # the wait of those who hung up is what all waited less what the answered waited
    hung_up_s = Decimal(all_waits["numerator"]) - Decimal(wait["numerator"])
    assert rounded(hung_up_s, offered - answered) == hang_s
    assert in_20["denominator"] == str(offered)
    assert rounded(Decimal(in_20["numerator"]) * 100, offered) == in_20_pc


def test_by_default_who_hangs_up_within_5_s_is_left_out(months: dict[str, dict[str, Any]]) -> None:
    """January: 27,060 / (31,359 - 1,393) = 90.302 %."""
    one = next(one for one in months["1999-01"]["indicators"] if one["id"] == "by_default")
    assert one["states"]["excluded"] == {"short abandon": 1393}
    assert (one["numerator"], one["denominator"]) == ("27060", "29966")
    assert rounded(Decimal(27060) * 100, 29966) == "90.302"


def test_the_same_files_again_change_nothing_and_say_so(
    bank: Office, months: dict[str, dict[str, Any]], real_log: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        program(["ingest", str(BANK), str(real_log("anonymous_bank")), "--home", str(bank.home)])
    assert ended.value.code == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 7
    assert all("already loaded" in line and "nothing changed" in line for line in said)
    closed = bank.close(bank.folder / "contract.yaml", month="1999-01")
    assert (closed.is_new, closed.body) == (False, months["1999-01"])
    assert len(list_statements(bank.home)) == 7


def test_no_order_of_files_changes_a_byte(
    months: dict[str, dict[str, Any]], tmp_path: Path, real_log: Callable[[str], Path]
) -> None:
    """February first, January later, under other names: the same statement."""
    office = Office(tmp_path)
    for number, name in enumerate(["02_February.txt", "01_January.txt"]):
        copy = office.inbox / f"{number}.txt"
        copy.write_bytes((real_log("anonymous_bank") / name).read_bytes())
        ingest_files(office.home, [BANK], [copy], now=NOW)
    # a statement names every file of its sources, and its cut-off is the last instant that they speak of
    cut_off_at = datetime.fromisoformat(months["1999-01"]["cut_off_at"])
    two = office.close(office.contract(TEXT), month="1999-01", cut_off_at=cut_off_at).body
    assert len(two["loads"]) == 2
    assert {**two, "loads": []} == {**months["1999-01"], "loads": []}


# --- what others published of it --------------------------------------------------------------------------------------

# a study of May to July, Sunday to Thursday: calls a day by their wait in seconds, and their shares of all
PUBLISHED = {"0": (522, "0.328"), "1-30": (314, "0.197"), "31-90": (348, "0.218"), "more": (409, "0.257")}


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]) -> Office:
    """May to July as the study counts them, by its own mapping."""
    office = Office(tmp_path_factory.mktemp("study") / "office")
    files = [real_log("anonymous_bank") / name for name in ("05_May.txt", "06_June.txt", "07_July.txt")]
    reports = ingest_files(office.home, [ROOT / "data/mappings/anonymous_bank_study.yaml"], files, now=NOW)
    assert [(one.lines, one.quarantined, one.duplicates) for one in reports] == [
        (39553, 0, 0),
        (37935, 0, 0),
        (39022, 0, 0),
    ]
    assert all(one.lines == one.accepted + one.skipped and one.skipped for one in reports)
    return office


def within(office: Office, wait_s: str, *by: str) -> list[Measurement]:
    """Offered calls that were answered or left within so many seconds, of Sunday to Thursday."""
    terms = {"short_abandon_s": "0", "answer_within_s": wait_s, "formula": WITHIN}
    return measure(
        office.home, ["phone.service_level"], since=date(1999, 5, 1), until=date(1999, 8, 1), by=by, terms=terms,
        scope={"weekday": ["sun", "mon", "tue", "wed", "thu"]},
    )  # fmt: skip


def test_calls_a_day_by_their_wait_are_those_of_the_study(studied: Office) -> None:
    """522 / 314 / 348 / 409 a day, .328 / .197 / .218 / .257, from three measurements and the number of days."""
    days = len([one for one in within(studied, "0", "day") if one.population])
    upto = {wait_s: within(studied, wait_s)[0] for wait_s in ("0", "30", "90")}
    offered = int(upto["0"].denominator)
    calls = {wait_s: int(one.numerator) for wait_s, one in upto.items()}
    found = {
        "0": calls["0"],
        "1-30": calls["30"] - calls["0"],
        "31-90": calls["90"] - calls["30"],
        "more": offered - calls["90"],
    }
    for wait, n in found.items():
        print(f"wait {wait} s: {n} calls / {days} days = {rounded(n, days)}; {n} / {offered} = {rounded(n, offered)}")
    assert sum(found.values()) == offered
    assert {wait: (round(Decimal(n) / days), rounded(n, offered)) for wait, n in found.items()} == PUBLISHED


def test_the_mapping_of_the_study_differs_in_what_it_skips_alone() -> None:
    ours, theirs = (
        parse_mapping((ROOT / f"data/mappings/{name}.yaml").read_text(encoding="utf-8"), name)
        for name in ("anonymous_bank", "anonymous_bank_study")
    )
    assert (theirs.tables, theirs.file, theirs.zone, theirs.keeper) == (ours.tables, ours.file, ours.zone, ours.keeper)
