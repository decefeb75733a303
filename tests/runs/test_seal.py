"""A month sealed by both, its pack verified from itself alone, and every bit of it guarded."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.runs.approvals import sign_statement
from pipelines.runs.keys import make_key, read_private, register_key
from pipelines.runs.overrides import add_overrides
from pipelines.runs.seal import Packed, seal
from pipelines.runs.verify import verify
from tests.ingest.items.small_logs import Office
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
