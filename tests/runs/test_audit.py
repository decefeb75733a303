"""The ledger proven: each way of breaking it is found, and the entry named."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.canonical import canonical_json, digest
from pipelines.core.period import Month
from pipelines.core.problem import Refused
from pipelines.runs.adjust import adjust
from pipelines.runs.audit import Audited, audit
from pipelines.runs.contracts import usable_contract
from pipelines.runs.export import export_statement
from pipelines.runs.ledger import ledger_file
from pipelines.runs.months import SETTLED, UNDER_REVIEW, MonthState, months_of, pass_to
from pipelines.runs.seal import seal
from pipelines.runs.statements import find_statement, list_statements
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import ALWAYS_OPEN, contract
from tests.runs.test_seal import approve, keys_for

NOW = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)
CALLS = """call_id, queue, arrived_at, outcome, wait_s
    a, q, 2026-09-05 09:00:00, answered, 10
    b, q, 05 09:00:00, answered, 10"""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """September and October are sealed."""
    office = Office(Path(tmp_path_factory.mktemp("audit")) / "office")
    office.load("call", CALLS, now=NOW)
    path = office.contract(contract(more=ALWAYS_OPEN))
    keys_for(office, now=NOW)
    for month in ("2026-09", "2026-10"):
        office.close(path, month=month, now=NOW)
        for party in ("operator", "vendor"):
            approve(office, party, name=f"small:{month}", now=NOW)
        seal(office.home, f"small:{month}", now=NOW)
    return office


@pytest.fixture
def home(sealed: Office, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(sealed.home, tmp_path / "home"))


Entries = list[dict[str, Any]]


def rewrite(home: Path, change: Callable[[Entries], object]) -> None:
    path = ledger_file(home, "small")
    entries: Entries = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(entries)
    path.write_bytes(b"".join(canonical_json(entry) + b"\n" for entry in entries))


def said(found: Audited) -> str:
    assert found.problems
    return found.problems[0].where.rpartition("/")[2] + " " + found.problems[0].what


def test_a_whole_ledger_is_proven(sealed: Office) -> None:
    found = audit(sealed.home, "small")
    assert (found.entries, list(found.months), found.problems) == (2, ["2026-09", "2026-10"], [])
    assert found.head is not None
    assert audit(sealed.home, "small", head=found.head).head_at == 2
    assert found.head in ledger_file(sealed.home, "small").with_suffix(".head.txt").read_text(encoding="utf-8")


def test_an_older_head_proves_the_entries_up_to_it(sealed: Office) -> None:
    first = json.loads(ledger_file(sealed.home, "small").read_bytes().splitlines()[0])
    found = audit(sealed.home, "small", head=digest(first))
    assert (found.problems, found.head_at) == ([], 1)


def test_a_changed_byte(home: Path) -> None:
    path = ledger_file(home, "small")
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number": 1'))
    assert "journal.changed" in str(audit(home, "small").problems[0])


def test_an_entry_that_was_changed(home: Path) -> None:
    rewrite(home, lambda entries: entries[0].update(sealed_at="2026-11-01T00:00:00Z"))
    assert "small.jsonl:2 Entry 2 (2026-10) does not follow the entry before it" in said(audit(home, "small"))


def test_a_first_entry_that_was_left_out(home: Path) -> None:
    rewrite(home, lambda entries: entries.pop(0))
    assert "small.jsonl:1 Entry 1 (2026-10) says that it is entry 2" in said(audit(home, "small"))


def test_a_last_entry_that_was_left_out(home: Path) -> None:
    """The months' own journal still knows it; and so does whoever kept the head."""
    head = audit(home, "small").head
    rewrite(home, lambda entries: entries.pop())
    assert "2026-10 was sealed, and the ledger has no entry of it" in said(audit(home, "small"))
    (home / "months.jsonl").unlink()
    assert audit(home, "small").problems == []
    assert "No entry has the hash" in said(audit(home, "small", head=head))


def test_a_chain_that_was_made_anew_is_found_by_the_head_alone(home: Path) -> None:
    head = audit(home, "small").head

    def forge(entries: Entries) -> None:
        entries[0]["sealed_at"] = "2026-11-01T00:00:00Z"
        entries[1]["previous"] = digest(entries[0])

    rewrite(home, forge)
    assert audit(home, "small").problems == []
    assert "No entry has the hash" in said(audit(home, "small", head=head))


def test_an_approval_that_was_forged(home: Path) -> None:
    rewrite(home, lambda entries: entries[1]["approvals"][1].update(remarks=["none"]))
    assert "small.jsonl:2 Entry 2 (2026-10): the approval of the vendor does not hold" in said(audit(home, "small"))


def test_an_approval_that_is_missing(home: Path) -> None:
    rewrite(home, lambda entries: entries[1]["approvals"].pop())
    assert "is not approved by both parties" in said(audit(home, "small"))


def test_a_statement_that_was_changed_or_is_gone(home: Path) -> None:
    path = home / "statements" / f"{find_statement(home, 'small:2026-09').id}.json"
    path.write_bytes(path.read_bytes().replace(b"100000.00", b"100001.00"))
    assert "Entry 1 (2026-09): This statement is gone, or its content" in said(audit(home, "small"))
    (home / "statements" / "index.jsonl").unlink()
    assert "is not in the book of statements" in said(audit(home, "small"))


def test_a_pack_that_was_changed_or_is_gone(home: Path) -> None:
    (path,) = (home / "packs").glob("*2026-09*")
    shutil.copyfile(next((home / "packs").glob("*2026-10*")), path)
    assert "Entry 1 (2026-09): its pack" in said(audit(home, "small"))
    path.unlink()
    assert "cannot be read" in said(audit(home, "small"))


@pytest.mark.parametrize("name", ["offered_call.parquet", "contract/contract.yaml", "calendar_day.parquet"])
def test_evidence_that_was_changed_beside_its_pack(home: Path, tmp_path: Path, name: str) -> None:
    """The pack is whole; what the home goes on working with is not: no export, no adjustment rests on it."""
    sealed = find_statement(home, "small:2026-09")
    path = home / "evidence" / sealed.id / name
    path.write_bytes(path.read_bytes() + b"\n")
    found = audit(home, "small")
    assert "Entry 1 (2026-09): what the home keeps of its evidence is not what was sealed" in said(found)
    assert found.problems[0].what.endswith(f": evidence/{sealed.id}/{name}.")
    for use in (
        lambda: export_statement(home, "small:2026-09", "csv", language="en", out=tmp_path / "csv"),
        lambda: adjust(home, "small", now=NOW, since=Month(2026, 9)),
    ):
        with pytest.raises(Refused) as refused:
            use()
        assert [(one.code, one.where) for one in refused.value.problems] == [("evidence.changed", str(path))]
    assert not (tmp_path / "csv").exists()
    path.unlink()
    assert "is not what was sealed" in said(audit(home, "small"))


@pytest.mark.parametrize("number", ["smal", "../approvals"])
def test_of_a_contract_that_nobody_closed_nothing_is_proven(home: Path, number: str) -> None:
    (problem,) = audit(home, number).problems
    assert (problem.code, problem.mend[:24]) == ("audit.unknown_contract", "It has months of: small.")


# --- the months -------------------------------------------------------------------------------------------------------


def months(home: Path, office: Office, now: datetime = NOW) -> dict[str, MonthState]:
    found = usable_contract(str(office.folder / "contract.yaml"))
    return {one.month: one for one in months_of(home, found, now)}


def test_a_month_goes_from_open_to_settled(home: Path, sealed: Office) -> None:
    found = months(home, sealed)
    assert list(found)[:3] == ["2026-11", "2026-10", "2026-09"]  # the latest first; January begins the term
    assert [one.state for one in found.values()][:3] == ["open", "sealed", "sealed"]
    ref = find_statement(home, "small:2026-10")
    pass_to(home, ref, SETTLED, by="finance", now=NOW)
    state = months(home, sealed)["2026-10"]
    assert (state.state, state.by) == ("settled", "finance")
    assert [step["state"] for step in state.history] == ["sealed", "settled"]
    with pytest.raises(Refused, match=r"month\.step"):
        pass_to(home, ref, UNDER_REVIEW, by="somebody", now=NOW)


def test_a_new_version_is_provisional_again(make_office: Callable[[str], Office]) -> None:
    office = make_office("review")
    office.load("call", CALLS, now=NOW)
    path = office.contract(contract(more=ALWAYS_OPEN))
    ref = office.close(path, now=NOW).ref
    assert months(office.home, office)["2026-10"].state == "provisional"
    pass_to(office.home, ref, UNDER_REVIEW, by="operator", now=NOW)
    assert months(office.home, office)["2026-10"].state == "under review"
    office.load("call", CALLS.replace(" b,", " c,"), name="more.csv", now=NOW)
    office.close(path, now=NOW)
    assert [ref.status for ref in list_statements(office.home)] == ["DRAFT", "DRAFT"]
    assert months(office.home, office)["2026-10"].state == "provisional"


def test_the_days_of_the_procedure_are_working_days(home: Path, sealed: Office) -> None:
    """After October: Monday 2 November is the first, so 3 → the 4th, 8 → the 11th, 13 → the 18th, 15 → the 20th; what
    is disputed is paid within 30 days of that.

    After September come the seven days of the National Day: 8 October is the first working day, and Saturday the 10th
    is worked; 3 → the 10th, 8 → the 16th.
    """
    found = months(home, sealed)
    assert [str(day) for day in found["2026-10"].deadlines.values()] == [
        "2026-11-04", "2026-11-11", "2026-11-18", "2026-11-20", "2026-12-20",
    ]  # fmt: skip
    assert [str(day) for day in found["2026-09"].deadlines.values()][:2] == ["2026-10-10", "2026-10-16"]
