"""The audit trail: what is in it, that nobody rewrites it unseen, and that many may write at once."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from pipelines.core.problem import Refused
from pipelines.workflow import Entry, Role, Workflow
from pipelines.workflow.trail import BEGINNING, check_chain, readable
from tests.conftest import ROOT
from tests.workflow.conftest import HERE, NOW, PASSWORD, Database, LogIn


def test_every_change_leaves_its_entry(workflow: Workflow, log_in: LogIn) -> None:
    before = workflow.trail(limit=1)[0].seq
    begun = log_in("ann")
    workflow.log_out(begun.token, now=NOW, address=HERE)
    workflow.add_account("new", name="New", role=Role.GUEST, by=begun.signed_in.actor, now=NOW, address=HERE)
    workflow.disable("new", by="admin", now=NOW)
    workflow.enable("new", by="admin", now=NOW)
    workflow.reset("new", by="admin", now=NOW)
    workflow.set_roles("new", role=Role.MANAGER, vendor="Yuanfan", by="admin", now=NOW)
    workflow.revoke_sessions("new", by="admin", now=NOW)
    workflow.link_identity("new", "https://id.example.com", "s1", by="admin", now=NOW)
    workflow.record(begun.signed_in.actor, "export", "A:2026-10", "done", {"format": "pdf"}, now=NOW, address=HERE)
    workflow.record("lea", "export", "A:2026-10", "refused", {"reason": "auth.role"}, now=NOW, address=HERE)
    found = [(e.login, e.action, e.thing, e.outcome) for e in reversed(workflow.trail()) if e.seq > before]
    assert found == [
        ("ann", "log_in", "ann", "done"),
        ("ann", "log_out", "ann", "done"),
        ("ann", "account.add", "new", "done"),
        ("admin", "account.disable", "new", "done"),
        ("admin", "account.enable", "new", "done"),
        ("admin", "account.reset", "new", "done"),
        ("admin", "account.roles", "new", "done"),
        ("admin", "sessions.revoke", "new", "done"),
        ("admin", "identity.link", "new", "done"),
        ("ann", "export", "A:2026-10", "done"),
        ("lea", "export", "A:2026-10", "refused"),
    ]
    roles = next(e for e in workflow.trail(action="account.roles"))
    assert json.loads(roles.detail) == {
        "role": "vendor_manager", "role_before": "guest", "vendor": "Yuanfan", "vendor_before": None,
        "teams": "", "teams_before": "",
    }  # fmt: skip
    assert workflow.check_trail().problem is None


def test_what_is_refused_leaves_nothing_half_done(workflow: Workflow) -> None:
    before = workflow.trail(limit=1)
    with pytest.raises(Refused):
        workflow.add_account("ann", name="A", role=Role.GUEST, by="admin", now=NOW)
    assert workflow.trail(limit=1) == before


def test_the_trail_is_listed_by_login_action_and_span_and_paged(workflow: Workflow) -> None:
    for n in range(10):
        at = NOW + timedelta(minutes=n)
        workflow.record(f"p{n % 2}", "export", str(n), now=at)
    assert [e.thing for e in workflow.trail(login="p1", action="export")] == ["9", "7", "5", "3", "1"]
    page = workflow.trail(action="export", limit=4)
    assert [e.thing for e in page] == ["9", "8", "7", "6"]
    assert [e.thing for e in workflow.trail(action="export", before=page[-1].seq, limit=2)] == ["5", "4"]
    span = workflow.trail(since=NOW + timedelta(minutes=2), until=NOW + timedelta(minutes=4), action="export")
    assert [e.thing for e in span] == ["3", "2"]  # from is in, until is out


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 3000, "<script>", "line\nline", "安\u202e"])
def test_whatever_is_said_can_be_written_down(workflow: Workflow, text: str) -> None:
    workflow.record(text, text, text, text, {"said": text, text[:5]: 1}, now=NOW, address=text)
    assert workflow.check_trail().problem is None


# --- nobody rewrites it ---

COPY = "at, login, action, thing, outcome, detail, address, previous, digest FROM trail WHERE seq = 2"
REWRITES = {
    "an update": "UPDATE trail SET login = 'fin' WHERE seq = 2",
    "a delete": "DELETE FROM trail WHERE seq = 2",
    "a delete of all": "DELETE FROM trail",
    "an entry out of turn": f"INSERT INTO trail SELECT 99, {COPY}",
    "an entry again": f"INSERT INTO trail SELECT seq, {COPY}",
}
ATTACKS = [
    *((kind, attack) for kind in ("sqlite", "postgres") for attack in REWRITES.items()),
    ("sqlite", ("a replacing insert", f"INSERT OR REPLACE INTO trail SELECT seq, {COPY}")),
    ("postgres", ("a truncate", "TRUNCATE trail")),
]


@pytest.mark.parametrize(
    ("database", "attack"), ATTACKS, indirect=["database"], ids=lambda one: one if isinstance(one, str) else one[0]
)
def test_the_database_refuses_to_rewrite(database: Database, attack: tuple[str, str]) -> None:
    workflow = database.open()
    for n in range(3):
        workflow.record("p", "export", str(n), now=NOW)
    before = workflow.trail()
    with pytest.raises(DatabaseError, match="audit trail"):
        database.execute(attack[1])
    assert workflow.trail() == before


def lift(database: Database) -> list[str]:
    """What somebody with the database's password does first."""
    if database.url:
        return ["ALTER TABLE trail DISABLE TRIGGER ALL"]
    return ["DROP TRIGGER trail_next", "DROP TRIGGER trail_no_update", "DROP TRIGGER trail_no_delete"]


FORGERIES = [
    ("UPDATE trail SET login = 'fin' WHERE seq = 4", 4, "trail.changed"),
    ("UPDATE trail SET detail = '{}' WHERE seq = 4", 4, "trail.changed"),
    ("UPDATE trail SET at = (SELECT at FROM trail WHERE seq = 8) WHERE seq = 3", 3, "trail.changed"),
    ("DELETE FROM trail WHERE seq = 4", 4, "trail.gap"),
    ("DELETE FROM trail WHERE seq = 1", 1, "trail.gap"),
    ("UPDATE trail SET digest = previous WHERE seq = 4", 4, "trail.changed"),
    ("UPDATE trail SET previous = digest WHERE seq = 4", 4, "trail.order"),
]


@pytest.mark.parametrize(("forgery", "entry", "code"), FORGERIES)
def test_the_chain_tells_the_first_forged_entry(database: Database, forgery: str, entry: int, code: str) -> None:
    workflow = database.open()
    for n in range(9):
        workflow.record(f"p{n}", "export", f"A:{n}", detail={"n": n}, now=NOW + timedelta(seconds=n))
    assert workflow.check_trail().entries == 9
    database.execute(*lift(database), forgery)
    found = workflow.check_trail()
    assert found.problem
    assert (found.problem.code, found.problem.where) == (code, f"audit trail, entry {entry}")
    assert found.entries == entry - 1


@pytest.mark.parametrize("forgery", ["at = 'soon'", "at = '0000-00-00'", "login = x'ff00'", "seq = 4000"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # it takes any value; PostgreSQL refuses these
def test_an_entry_made_unreadable_is_named_too(database: Database, forgery: str) -> None:
    workflow = database.open()
    for n in range(9):
        workflow.record("p", "export", str(n), now=NOW)
    database.execute(*lift(database), f"UPDATE trail SET {forgery} WHERE seq = 4")
    found = workflow.check_trail()
    assert found.problem
    assert (found.entries, found.problem.where) == (3, "audit trail, entry 4")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_instant_beyond_all_calendars_is_named_too(database: Database) -> None:
    workflow = database.open()
    for n in range(9):
        workflow.record("p", "export", str(n), now=NOW)
    database.execute(*lift(database), "UPDATE trail SET at = 'infinity' WHERE seq = 4")
    found = workflow.check_trail()
    assert found.problem
    assert (found.entries, found.problem.where) == (3, "audit trail, entry 4")


def test_entries_cut_off_the_end_are_missed_by_whoever_noted_the_head(database: Database) -> None:
    workflow = database.open()
    for n in range(9):
        workflow.record("p", "export", f"A:{n}", now=NOW)
    head = workflow.check_trail().head
    assert workflow.check_trail(known=head).problem is None
    workflow.record("p", "export", "later", now=NOW)
    assert workflow.check_trail(known=head).problem is None
    database.execute(*lift(database), "DELETE FROM trail WHERE seq > 5")
    assert workflow.check_trail().problem is None  # the chain itself is whole
    found = workflow.check_trail(known=head)
    assert found.problem
    assert (found.entries, found.problem.code) == (5, "trail.cut")


# --- laws of the chain, without a database ---

WORDS = st.text(max_size=8)


@st.composite
def chains(draw: st.DrawFn) -> list[Entry]:
    """A chain as it should be."""
    chain: list[Entry] = []
    for seq in range(1, draw(st.integers(2, 12)) + 1):
        previous = chain[-1].digest if chain else BEGINNING
        entry = Entry(
            seq=seq, at=NOW + timedelta(microseconds=draw(st.integers(0, 10**12))), login=readable(draw(WORDS), 64),
            action="a", thing=readable(draw(WORDS), 500), outcome="done", detail="{}", address="", previous=previous,
            digest="",
        )  # fmt: skip
        chain.append(replace(entry, digest=entry.computed()))
    return chain


@given(chains())
def test_a_whole_chain_is_whole_and_knows_each_of_its_heads(chain: list[Entry]) -> None:
    assert check_chain(chain).problem is None
    assert check_chain(chain).head == chain[-1].digest
    assert all(check_chain(chain, known=entry.digest).problem is None for entry in chain)


@given(chains(), st.data())
def test_a_chain_with_any_field_of_any_entry_changed_is_broken_there(chain: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from(["at", "login", "action", "thing", "outcome", "detail", "address", "digest"]))
    entry = chain[place]
    change: dict[str, Any] = {name: getattr(entry, name) + (timedelta(microseconds=1) if name == "at" else "x")}
    found = check_chain([*chain[:place], replace(entry, **change), *chain[place + 1 :]])
    assert found.problem
    assert found.entries == place


@given(chains(), st.data())
def test_a_chain_with_entries_dropped_doubled_or_swapped_is_broken_there(
    chain: list[Entry], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(chain) - 2))
    for changed in (
        [*chain[:place], *chain[place + 1 :]],
        [*chain[: place + 1], *chain[place:]],
        [*chain[:place], chain[place + 1], chain[place], *chain[place + 2 :]],
    ):
        found = check_chain(changed)
        assert found.problem
        assert found.entries <= place + 1


@given(chains(), st.data())
def test_an_entry_rewritten_with_its_digest_breaks_the_next(chain: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 2))
    forged = replace(chain[place], login="forged")
    forged = replace(forged, digest=forged.computed())
    found = check_chain([*chain[:place], forged, *chain[place + 1 :]])
    assert found.problem
    assert (found.entries, found.problem.code) == (place + 1, "trail.order")


# --- many writers ---


def test_threads_of_several_stores_make_one_chain(database: Database) -> None:
    stores = [database.open() for _ in range(4)]

    def write(n: int) -> None:
        for k in range(10):
            stores[n % 4].record(f"t{n}", "export", str(k), now=NOW)

    threads = [Thread(target=write, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stores[0].check_trail()
    assert (found.entries, found.problem) == (80, None)
    for n in range(8):  # nobody's entries were lost, and each writer's are in their order
        assert [e.thing for e in reversed(stores[0].trail(login=f"t{n}"))] == [str(k) for k in range(10)]


WRITER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from pipelines.workflow import open_workflow
home, url, name = sys.argv[1:]
workflow = open_workflow(Path(home), url or None)
for n in range(10):
    workflow.record(name, "export", str(n), now=datetime(2026, 11, 2, tzinfo=UTC))
workflow.close()
"""


def test_processes_that_open_an_empty_database_at_once_make_one_chain(database: Database) -> None:
    """They also make its tables at once: one does, the others wait and find them."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(database.home), database.url or "", f"w{n}"],
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )
        for n in range(4)
    ]  # fmt: skip
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in running] == [("", 0)] * 4
    found = database.open().check_trail()
    assert (found.entries, found.problem) == (40, None)


def test_the_trail_holds_no_secret(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in().token
    one_time = workflow.reset("fin", by="admin", now=NOW)
    workflow.change_password(token, PASSWORD, "four red bicycles", now=NOW, address=HERE)
    said = repr(workflow.trail(limit=1000))
    assert not [secret for secret in (token, one_time, PASSWORD, "four red bicycles", "argon2") if secret in said]
