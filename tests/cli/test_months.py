"""A month on the command line: keys, review, objection, approvals, seal, verify, audit, late logs, adjustment."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import CALLS, Say
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract

LATE = """call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s
    d, 4, q, ann, 05 09:30:00, answered, 10"""


def test_a_month_from_its_closing_to_its_adjustment(say: Say, office: Office, tmp_path: Path) -> None:
    home = ("--home", str(office.home))

    def told(*words: object, status: int = 0) -> Any:
        answer = say(*words, "--json", *home)
        assert answer.status == status, answer.err
        return json.loads(answer.out)

    def said(*words: object, status: int = 0) -> str:
        answer = say(*words, *home)
        assert answer.status == status, answer.err
        return answer.out

    office.load("call", CALLS)
    path = office.contract(contract())
    said("close", path, "--month", "2026-10")
    for party in ("operator", "vendor"):
        assert party in said("keys", "new", "--party", party, "--out", tmp_path / f"{party}.pem")
    assert [row["party"] for row in told("keys", "list")] == ["operator", "vendor"]

    def word(verb: str, party: str, *more: str) -> Any:
        return told(verb, "small:2026-10", "--party", party, "--key", tmp_path / f"{party}.pem", *more)

    draft = told("seal", "small:2026-10")
    assert (draft["status"], draft["missing"]) == ("DRAFT", ["operator", "vendor"])
    assert json.loads(say("verify", draft["pack"], "--json").out)["verified"] is True
    assert "under review" in said("review", "small:2026-10", "--by", "finance")
    assert word("object", "vendor", "--on", "call b was an outage")["kind"] == "objection"
    word("approve", "operator")
    assert "no approval by vendor" in said("seal", "small:2026-10")
    word("approve", "vendor", "--reserve", "paid under reserve")
    sealed = told("seal", "small:2026-10")
    assert (sealed["status"], sealed["missing"]) == ("SEALED", [])
    (one,) = [one for one in told("months", path) if one["month"] == "2026-10"]
    assert (one["state"], len(one["words"])) == ("sealed", 3)
    assert told("statements")[0]["status"] == "SEALED"

    checked = say("verify", sealed["pack"], "--head", sealed["head"])
    assert (checked.status, "every figure comes out again" in checked.out) == (0, True)
    keys = json.loads(say("verify", sealed["pack"], "--json").out)["keys"]
    assert say("verify", sealed["pack"], "--key", f"vendor={keys['operator']}").status == 1
    assert "proven up to the head that you kept, entry 1" in said("audit", "small", "--head", sealed["head"])
    assert "audit.head" in say("audit", "small", "--head", "0" * 64, *home).err

    office.load("call", LATE, name="late.csv")
    assert "close.sealed" in say("close", path, "--month", "2026-10", *home).err
    (adjusted,) = told("adjust", "small")
    assert adjusted["differs"] is True
    assert "clausemeter diff" in said("adjust", path)
    differs = told("diff", adjusted["stated"], adjusted["again"], status=1)
    assert {item["cause"] for item in differs["items"]} == {"late"}
    assert "late.csv" in said("diff", adjusted["stated"], adjusted["again"], status=1)
    assert "adjustment@2026-10" in said("close", path, "--month", "2026-11")
    way = f"clausemeter diff {adjusted['stated'][:12]} {adjusted['again'][:12]}"
    assert way in said("explain", "small:2026-11", "adjustment@2026-10")
    assert "settled" in said("paid", "small:2026-10", "--by", "finance")


def test_a_pack_that_is_none(say: Say, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no pack")
    answer = say("verify", tmp_path / "x.zip")
    assert (answer.status, "table of contents" in answer.err) == (1, True)
    assert say("verify", tmp_path / "y.zip").status == 2
