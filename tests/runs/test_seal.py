"""A month sealed by both, its pack verified from itself alone, and every bit of it guarded."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.core.problem import Refused
from pipelines.metrics.declare import installed_metrics
from pipelines.runs.approvals import sign_statement
from pipelines.runs.audit import audit
from pipelines.runs.keys import make_key, public_of, read_private, register_key, signed
from pipelines.runs.overrides import add_overrides
from pipelines.runs.pack import LOGS, MANIFEST, SEAL, STATEMENT, write_pack
from pipelines.runs.row_digest import index_digest, row_index
from pipelines.runs.seal import Packed, pack_name, packs_folder, seal
from pipelines.runs.statements import find_statement, read_statement
from pipelines.runs.verify import Verified, verify
from tests.conftest import ROOT
from tests.ingest.items.small_logs import MakeOffice, Office
from tests.runs.contracts import CONNECT, WAIT, contract

FIRST, SECOND, THIRD = (datetime(2026, 11, day, 8, 0, tzinfo=UTC) for day in (5, 6, 7))
CALLS = """call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s, record_at
    a, 1, q, ann, 05 09:00:00, answered, 10, 28 08:00:00
    b, 2, q, ann, 05 09:10:00, abandoned, 60, 28 08:00:00
    c, 3, q|, bob, 05 09:20:00, answered, 40, 28 08:00:00
    d, 4, , bob, 16 09:20:00, abandoned, 2, 28 08:00:00
    e, 5, q, bob, 17 09:20:00, abandoned, 70, 28 08:00:00"""
SCOPED = CONNECT.replace("TARGET", "90%") + WAIT + "    scope: {team: [one]}\n"


def keys_for(office: Office, now: datetime = FIRST) -> None:
    for party in ("operator", "vendor"):
        public = make_key(office.folder / f"{party}.pem")
        register_key(office.home, public, party=party, contract="*", now=now)


def approve(office: Office, party: str, *, name: str = "small:2026-10", now: datetime = SECOND, **more: object) -> None:
    key = read_private(office.folder / f"{party}.pem")
    sign_statement(office.home, name, party=party, key=key, now=now, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A month with an override, a scope by team and a calendar, approved by both, and not yet sealed."""
    office = Office(Path(tmp_path_factory.mktemp("seal")) / "office")
    office.load("call", CALLS, now=FIRST)
    office.load("roster", "member_kind, member_id, since_at, until_at, team\n queue, q, 2026-01-01 00:00:00,, one")
    row = {"metric": "phone.connect_rate", "item": "e", "from": "missed", "to": "excluded: outage", "ground": "ticket"}
    add_overrides(office.home, [row], where="here", now=FIRST)
    office.close(office.contract(contract(SCOPED)), now=FIRST)
    keys_for(office)
    return office


@pytest.fixture(scope="module")
def sealed(office: Office) -> Packed:
    draft = seal(office.home, "small:2026-10", now=SECOND, with_logs=True)
    assert (draft.status, draft.missing) == ("DRAFT", ["operator", "vendor"])
    assert verify(draft.path).problems == []
    for party in ("operator", "vendor"):
        approve(office, party)
    packed = seal(office.home, "small:2026-10", now=THIRD, with_logs=True)
    assert (packed.status, packed.missing) == ("SEALED", [])
    return packed


def test_a_sealed_pack_verifies(sealed: Packed) -> None:
    found = verify(sealed.path, head=sealed.head)
    assert found.problems == []
    assert found.status == "SEALED"
    assert found.checked["states"] == 10  # five calls, two indicators


def test_the_same_pack_is_the_same_bytes(office: Office, sealed: Packed, tmp_path: Path) -> None:
    again = seal(office.home, "small:2026-10", now=THIRD, with_logs=True, out=tmp_path / "again.zip")
    assert again.sha256 == sealed.sha256
    assert again.head == sealed.head


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]


def test_any_bit_is_named(sealed: Packed, tmp_path: Path) -> None:
    """In each member, three places of its content: the member is named. Between members: the file is."""
    whole = sealed.path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as pack:
        infos = pack.infolist()
    assert len(infos) > 15
    for info in infos:
        begins = info.header_offset + 30 + len(info.filename.encode())
        size = info.compress_size
        for place in {begins, begins + size // 2, begins + size - 1}:
            if not size:
                continue
            broken = tmp_path / "broken.zip"
            broken.write_bytes(flipped(whole, place))
            named = [problem.where.partition(",")[0] for problem in verify(broken).problems]
            assert info.filename in named, (info.filename, place)


def test_any_bit_outside_of_the_members_is_named_too(sealed: Packed, tmp_path: Path) -> None:
    """Headers, names, the table of contents and the end of the file: every eleventh byte of them."""
    whole = sealed.path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as pack:
        infos, table = pack.infolist(), pack.start_dir
    heads = [at for info in infos[::3] for at in range(info.header_offset, info.header_offset + 30, 7)]
    for place in [*heads, *range(table, len(whole), 61), len(whole) - 1]:
        broken = tmp_path / "broken.zip"
        broken.write_bytes(flipped(whole, place))
        assert verify(broken).problems, place
    (tmp_path / "longer.zip").write_bytes(whole + b"x")
    assert verify(tmp_path / "longer.zip").problems


# --- forgeries: members exchanged, and every checksum put right -------------------------------------------------------

Change = Callable[[dict[str, bytes]], None]


def forged(sealed: Packed, path: Path, change: Change) -> Path:
    """Write a pack whose members were changed, with a manifest that says so, under the same seal."""
    with zipfile.ZipFile(sealed.path) as pack:
        members: dict[str, bytes] = {name: pack.read(name) for name in pack.namelist()}
    change(members)
    manifest = json.loads(members[MANIFEST])
    kept: dict[str, Any] = {
        n: sha256_hex(c) for n, c in members.items() if n not in (MANIFEST, SEAL) and not n.startswith(LOGS)
    }
    members[MANIFEST] = canonical_json({**manifest, "members": kept})
    if SEAL in members:
        entry = json.loads(members[SEAL])
        entry["pack"] = sha256_hex(members[MANIFEST])
        members[SEAL] = canonical_json(entry)
    write_pack(path, members)
    return path


def places(found: Verified) -> list[str]:
    return [problem.where for problem in found.problems]


def test_a_forger_of_all_checksums_cannot_change_a_word(sealed: Packed, tmp_path: Path) -> None:
    """The statement names the definitions, the rows, the days; both have signed the statement."""
    for name in (
        "evidence/definitions/phone.connect_rate@1.sql", "evidence/definitions/population offered_call.sql",
        "evidence/contract/contract.yaml", "statement.json", "approvals/vendor.json", "objections.json", "keys.json",
    ):  # fmt: skip

        def change(members: dict[str, bytes], name: str = name) -> None:
            members[name] = members[name].replace(b"connect", b"konnect").replace(b"2026-11", b"2026-12") + b" "

        found = verify(forged(sealed, tmp_path / "forged.zip", change), head=sealed.head)
        assert found.problems, name
        assert verify(sealed.path, head=sealed.head).problems == []


def rewritten(members: dict[str, bytes], sql: str, folder: Path) -> None:
    """Write the rows of the calls anew."""
    path = folder / "rows.parquet"
    path.write_bytes(members["evidence/offered_call.parquet"])
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        select = sql.replace("ROWS", f"read_parquet('{path}')")
        con.execute(f"COPY ({select}) TO '{path}.new' (FORMAT parquet)")
    members["evidence/offered_call.parquet"] = Path(f"{path}.new").read_bytes()


def test_a_changed_row_is_named_by_its_item(sealed: Packed, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        rewritten(
            members, "SELECT * REPLACE (CASE WHEN item_id = 'b' THEN 10 ELSE wait_s END AS wait_s) FROM ROWS", tmp_path
        )

    found = verify(forged(sealed, tmp_path / "forged.zip", change))
    (problem,) = [one for one in found.problems if one.where == "evidence/offered_call.parquet"]
    assert problem.what.endswith("; in wait_s of: call/b.")


def test_rows_left_out_are_noticed(sealed: Packed, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        rewritten(members, "SELECT * FROM ROWS WHERE item_id <> 'b'", tmp_path)

    assert "evidence/offered_call.parquet" in places(verify(forged(sealed, tmp_path / "forged.zip", change)))


def test_other_bytes_of_the_same_rows_are_the_same_evidence(sealed: Packed, tmp_path: Path) -> None:
    """Rows are hashed, not files: in another order, by another engine, they verify (the seal names the file it saw)."""

    def change(members: dict[str, bytes]) -> None:
        rewritten(members, "SELECT * FROM ROWS ORDER BY item_id DESC", tmp_path)

    assert verify(forged(sealed, tmp_path / "forged.zip", change)).problems == []
    assert places(verify(tmp_path / "forged.zip", head=sealed.head)) == [SEAL]


def test_a_draft_whose_state_does_not_follow_from_its_row_is_named(office: Office, tmp_path: Path) -> None:
    """Who keeps the home may write what he likes into rows and statement, hash and sign it: it does not come out."""
    draft = Packed(tmp_path / "x", "", find_statement(office.home, "small:2026-10"), "DRAFT", (), None)
    with zipfile.ZipFile(packs_folder(office.home) / pack_name(draft.ref, "-DRAFT")) as pack:
        members: dict[str, bytes] = {name: pack.read(name) for name in pack.namelist()}
    rewritten(
        members,
        "SELECT * REPLACE (CASE WHEN item_id = 'b' THEN 'met' ELSE connect_state END AS connect_state) FROM ROWS",
        tmp_path,
    )
    rows = tmp_path / "rows.parquet"
    rows.write_bytes(members["evidence/offered_call.parquet"])
    body = json.loads(members[STATEMENT])
    index = row_index(rows, body["evidence"]["offered_call"]["columns"])
    body["evidence"]["offered_call"]["sha256"] = index_digest(index)
    members["evidence/offered_call.rows.json"] = canonical_json(index)
    members[STATEMENT] = canonical_json(body)
    manifest = json.loads(members[MANIFEST])
    manifest["members"] = {n: sha256_hex(c) for n, c in members.items() if n != MANIFEST and not n.startswith(LOGS)}
    members[MANIFEST] = canonical_json(manifest)
    write_pack(tmp_path / "lie.zip", members)
    (problem,) = verify(tmp_path / "lie.zip").problems
    assert problem.where == "evidence/offered_call.parquet, call/b"
    assert "its row says met, and comes out as missed" in problem.what


def test_a_figure_that_does_not_follow_from_the_evidence_is_named(office: Office, tmp_path: Path) -> None:
    ref = find_statement(office.home, "small:2026-10")
    with zipfile.ZipFile(packs_folder(office.home) / pack_name(ref, "-DRAFT")) as pack:
        members: dict[str, bytes] = {name: pack.read(name) for name in pack.namelist()}
    members[STATEMENT] = members[STATEMENT].replace(b'"100000.00"', b'"100001.00"')
    manifest = json.loads(members[MANIFEST])
    manifest["members"][STATEMENT] = sha256_hex(members[STATEMENT])
    members[MANIFEST] = canonical_json(manifest)
    write_pack(tmp_path / "lie.zip", members)
    found = places(verify(tmp_path / "lie.zip"))
    assert "statement.json, lines[monthly].amount" in found
    assert "statement.json, totals.fees" in found


def test_an_approval_by_another_key_is_a_forgery(sealed: Packed, tmp_path: Path) -> None:
    """Whoever writes his own key into the pack is found out by who knows the vendor's."""
    stranger = Ed25519PrivateKey.generate()

    def change(members: dict[str, bytes]) -> None:
        word = json.loads(members["approvals/vendor.json"])
        word = signed({k: v for k, v in word.items() if k not in ("key", "signature")}, stranger)
        members["approvals/vendor.json"] = canonical_json(word)
        keys = [
            k | {"public_key": word["key"]} if k["party"] == "vendor" else k for k in json.loads(members["keys.json"])
        ]
        members["keys.json"] = canonical_json(keys)
        entry = json.loads(members[SEAL])
        entry["approvals"][1] = word
        members[SEAL] = canonical_json(entry)

    path = forged(sealed, tmp_path / "forged.zip", change)
    known = verify(sealed.path).keys
    assert verify(path).problems == []
    assert places(verify(path, keys=known)) == ["approvals/vendor.json"]


def test_a_signature_that_was_changed(sealed: Packed, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        word = json.loads(members["approvals/vendor.json"])
        members["approvals/vendor.json"] = canonical_json(word | {"remarks": ["but for line 3"]})

    (first, *_) = verify(forged(sealed, tmp_path / "forged.zip", change)).problems
    assert first.where == "approvals/vendor.json"
    assert "its signature does not fit" in first.what


def test_another_definition_is_refused_by_its_name(sealed: Packed, monkeypatch: pytest.MonkeyPatch) -> None:
    other = dict(installed_metrics())
    other["phone.connect_rate@1"] = replace(other["phone.connect_rate@1"], digest="0" * 64)
    monkeypatch.setattr("pipelines.runs.verify.installed_metrics", lambda: other)
    (problem,) = verify(sealed.path).problems
    assert (problem.where, problem.code) == ("definition phone.connect_rate@1", "verify.definition")


def test_another_process_without_a_home_verifies(sealed: Packed, tmp_path: Path) -> None:
    """An empty HOME, an empty folder, no warehouse: the pack alone, moved."""
    moved = tmp_path / "elsewhere" / "pack.zip"
    moved.parent.mkdir()
    moved.write_bytes(sealed.path.read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "verify", str(moved), "--json"],
        cwd=moved.parent, env={"HOME": str(moved.parent), "PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"] is True
    assert [path.name for path in moved.parent.iterdir()] == ["pack.zip"]


# --- who may say what, and when ---------------------------------------------------------------------------------------


def test_a_month_that_is_sealed_never_changes(office: Office, sealed: Packed) -> None:
    same = office.close(office.folder / "contract.yaml", now=THIRD)
    assert (same.ref.status, same.is_new) == ("SEALED", False)
    text = contract(SCOPED).replace("90%", "95%")
    with pytest.raises(Refused, match=r"close\.sealed"):
        office.close(office.contract(text, "other.yaml"), now=THIRD)
    with pytest.raises(Refused, match=r"approve\.sealed"):
        approve(office, "vendor", now=THIRD)


def test_an_objection_takes_an_approval_back(make_office: MakeOffice) -> None:
    office = small(make_office("objecting"))
    approve(office, "vendor", now=FIRST)
    approve(office, "vendor", kind="objection", remarks=["connect: call b was an outage"], now=SECOND)
    approve(office, "operator", now=SECOND)
    draft = seal(office.home, "small:2026-10", now=THIRD)
    assert (draft.status, draft.missing) == ("DRAFT", ["vendor"])
    assert verify(draft.path).problems == []
    approve(office, "vendor", remarks=["paid under reserve"], now=SECOND)
    assert seal(office.home, "small:2026-10", now=THIRD).status == "SEALED"


def test_what_is_objected_to_is_withheld_from_the_next_closing_on(make_office: MakeOffice) -> None:
    """2 of 4 answered: 40 steps below 90 %, each 0.5 % of 100,000. The vendor objects; the sum stays as it is."""
    office = small(make_office("disputing"))
    path = office.folder / "contract.yaml"
    before = read_statement(office.home, "small:2026-10")
    (line,) = [one for one in before["lines"] if one["indicator"] == "connect"]
    approve(office, "vendor", kind="objection", remarks=["connect: call b was an outage"], now=SECOND)
    closed = office.close(path, now=SECOND)
    totals, (claim,) = closed.body["totals"], closed.body["disputed"]
    assert (totals["payable"], totals["withheld"]) == (before["totals"]["payable"], claim["withheld"])
    assert (claim["party"], claim["lines"], claim["withheld"]) == ("vendor", [line["id"]], "21200.00")
    assert line["amount"] == "-20000.00"  # and 6 % tax
    for party in ("operator", "vendor"):
        approve(office, party, now=SECOND)
    assert not office.close(path, now=SECOND).is_new  # the statement that both approved says what is in dispute
    packed = seal(office.home, "small:2026-10", now=THIRD)
    assert (packed.status, verify(packed.path).problems) == ("SEALED", [])


def test_an_objection_is_taken_back_or_ends_with_an_approval_of_what_it_was_against(make_office: MakeOffice) -> None:
    office = small(make_office("taking back"))
    contract_file = office.folder / "contract.yaml"
    objection: dict[str, Any] = {"kind": "objection", "remarks": ["connect: call b was an outage"]}

    def disputed() -> list[str]:
        return [one["party"] for one in office.close(contract_file, now=THIRD).body["disputed"]]

    approve(office, "vendor", now=FIRST, **objection)
    approve(office, "vendor", now=SECOND)
    assert disputed() == []
    approve(office, "vendor", now=SECOND, **objection)
    assert disputed() == ["vendor"]
    approve(office, "vendor", kind="withdrawal", now=SECOND)
    assert disputed() == []


def small(office: Office, month: str = "2026-10") -> Office:
    office.load("call", CALLS, now=FIRST)
    office.close(office.contract(contract()), now=FIRST, month=month)
    keys_for(office)
    return office


def test_a_new_version_wants_new_approvals(make_office: MakeOffice) -> None:
    office = small(make_office("again"))
    for party in ("operator", "vendor"):
        approve(office, party, now=FIRST)
    old = find_statement(office.home, "small:2026-10")
    office.close(office.contract(contract().replace("TARGET", "80%").replace("90%", "80%")), now=SECOND)
    assert seal(office.home, "small:2026-10", now=THIRD).missing == ["operator", "vendor"]
    with pytest.raises(Refused, match=r"approve\.superseded"):
        approve(office, "vendor", name=old.id, now=THIRD)
    with pytest.raises(Refused, match=r"seal\.version"):
        seal(office.home, old.id, now=THIRD)


def test_a_key_that_is_not_the_party_s_signs_nothing(make_office: MakeOffice) -> None:
    office = small(make_office("stranger"))
    make_key(office.folder / "stranger.pem")
    with pytest.raises(Refused, match=r"approve\.key"):
        sign_statement(
            office.home, "small:2026-10", party="vendor", key=read_private(office.folder / "stranger.pem"), now=SECOND
        )


def test_a_key_with_a_password(tmp_path: Path) -> None:
    public = make_key(tmp_path / "key.pem", b"secret")
    assert public_of(read_private(tmp_path / "key.pem", b"secret")) == public
    with pytest.raises(Refused, match=r"key\.unreadable"):
        read_private(tmp_path / "key.pem", b"wrong")
    with pytest.raises(Refused, match=r"key\.there"):
        make_key(tmp_path / "key.pem")


def test_months_are_sealed_in_order(make_office: MakeOffice) -> None:
    office = small(make_office("order"), month="2026-09")
    office.close(office.folder / "contract.yaml", now=FIRST)
    for month in ("2026-09", "2026-10"):
        for party in ("operator", "vendor"):
            approve(office, party, name=f"small:{month}")
    with pytest.raises(Refused, match=r"seal\.order"):
        seal(office.home, "small:2026-10", now=THIRD)
    seal(office.home, "small:2026-09", now=THIRD)
    packed = seal(office.home, "small:2026-10", now=THIRD)
    assert verify(packed.path).problems == []
    assert audit(office.home, "small").problems == []


@pytest.mark.parametrize(
    ("now", "cut_off_at"),
    [
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), None),  # a second before midnight in Shanghai
        (FIRST, datetime(2026, 10, 20, tzinfo=UTC)),
    ],
)
def test_a_month_that_goes_on_is_not_sealed(make_office: MakeOffice, now: datetime, cut_off_at: datetime) -> None:
    """Both have approved what is known of it; a miss of its last days would change a month that never changes."""
    office = make_office("goes on")
    office.load("call", CALLS, now=datetime(2026, 10, 30, tzinfo=UTC))
    office.close(office.contract(contract()), now=now, cut_off_at=cut_off_at)
    keys_for(office)
    for party in ("operator", "vendor"):
        approve(office, party)
    with pytest.raises(
        Refused, match=r"it goes on until 2026-11-01; a sealed month never changes.*seal\.month_not_over"
    ):
        seal(office.home, "small:2026-10", now=THIRD)
    office.close(office.folder / "contract.yaml", now=THIRD)
    for party in ("operator", "vendor"):
        approve(office, party, now=THIRD)
    assert seal(office.home, "small:2026-10", now=THIRD).status == "SEALED"


def test_a_month_that_has_not_begun_is_not_closed(make_office: MakeOffice) -> None:
    office = make_office("future")
    with pytest.raises(Refused, match=r"close\.month_not_begun"):
        office.close(office.contract(contract()), now=datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"evidence":{}}', b'{"contract":{},"evidence":{"x":1}}', b"null"])
def test_a_statement_of_another_shape_is_named(sealed: Packed, tmp_path: Path, content: bytes) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[STATEMENT] = content

    assert STATEMENT in places(verify(forged(sealed, tmp_path / "forged.zip", change)))
