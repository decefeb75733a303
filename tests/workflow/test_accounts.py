"""Accounts: what one must be like, what changes, and what may not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pipelines.core.problem import Refused
from pipelines.workflow import LogInRefused, Role, Session, Workflow
from tests.workflow.conftest import HERE, NOW, Database

OPERATORS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.FINANCE)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """Return what was wrong."""
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("role", "vendor", "teams", "wrong"),
    [
        *((role, None, (), []) for role in (*OPERATORS, Role.GUEST)),
        *((role, "Yunqiao", (), ["user.has_vendor"]) for role in OPERATORS),
        (Role.GUEST, "Yunqiao", (), []),  # a vendor's guest sees no more than the vendor does
        (Role.MANAGER, "Yunqiao", (), []),
        (Role.MANAGER, None, (), ["user.needs_vendor"]),
        (Role.MANAGER, "", (), ["user.needs_vendor"]),
        (Role.MANAGER, "Yunqiao", ("A1",), ["user.has_teams"]),
        (Role.LEAD, "Yunqiao", ("A1",), []),
        (Role.LEAD, "Yunqiao", (), ["user.needs_teams"]),
        (Role.LEAD, None, (), ["user.needs_vendor", "user.needs_teams"]),
        (Role.LEAD, "Yun\nqiao", ("A1",), ["user.scope_name"]),
        (Role.AUDITOR, None, ("A1",), ["user.has_teams"]),
    ],
)
def test_a_role_has_the_scope_it_needs(
    workflow: Workflow, role: Role, vendor: str | None, teams: tuple[str, ...], wrong: list[str]
) -> None:
    def add() -> None:
        workflow.add_account("new", name="New", role=role, vendor=vendor, teams=teams, by="admin", now=NOW)

    def change() -> None:
        workflow.set_roles("ann", role=role, vendor=vendor, teams=teams, by="admin", now=NOW)

    for do in (add, change):
        if wrong:
            with pytest.raises(Refused) as refused:
                do()
            assert codes(refused) == wrong
        else:
            do()
    if not wrong:
        for login in ("new", "ann"):
            found = next(one for one in workflow.accounts() if one.login == login)
            assert (found.role, found.vendor, found.teams) == (role, vendor, frozenset(teams))


@pytest.mark.parametrize(
    ("login", "name", "email", "wrong"),
    [
        ("a", "A", None, ["user.login"]),
        ("a b", "A", None, ["user.login"]),
        ("x" * 65, "A", None, ["user.login"]),
        (".hidden", "A", None, ["user.login"]),
        ("<b>", "A", None, ["user.login"]),
        ("Ann", "A", None, ["user.taken"]),
        ("ａｎｎ", "A", None, ["user.taken"]),
        ("new", "", None, ["user.name"]),
        ("new", "two\nlines", None, ["user.name"]),
        ("new", "N", "no address", ["user.email"]),
        ("new", "N", "ANN@example.com", ["user.email_taken"]),
        ("!", "", "x", ["user.login", "user.name", "user.email"]),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_at_once(
    workflow: Workflow, login: str, name: str, email: str | None, wrong: list[str]
) -> None:
    before = workflow.accounts()
    with pytest.raises(Refused) as refused:
        workflow.add_account(login, name=name, role=Role.GUEST, email=email, by="admin", now=NOW)
    assert codes(refused) == wrong
    assert workflow.accounts() == before


def test_a_login_is_never_given_out_again(workflow: Workflow) -> None:
    workflow.disable("ann", by="admin", now=NOW)
    with pytest.raises(Refused) as refused:
        workflow.add_account("ann", name="Another Ann", role=Role.GUEST, by="admin", now=NOW)
    assert codes(refused) == ["user.taken"]


def test_free_text_is_kept_as_it_is_and_never_run(workflow: Workflow) -> None:
    name = "<script>alert(1)</script>'; DROP TABLE account; --"
    workflow.add_account("new", name=name, role=Role.MANAGER, vendor=name, by="admin", now=NOW)
    assert [a.name for a in workflow.accounts() if a.vendor == name] == [name]


@pytest.mark.parametrize("verb", ["disable", "enable", "reset", "revoke_sessions"])
def test_an_account_that_is_not_there(workflow: Workflow, verb: str) -> None:
    with pytest.raises(Refused) as refused:
        getattr(workflow, verb)("nobody", by="admin", now=NOW)
    assert codes(refused) == ["user.unknown"]


def test_the_last_administrator_stays(workflow: Workflow) -> None:
    def demote() -> None:
        workflow.set_roles("admin", role=Role.AUDITOR, by="admin", now=NOW)

    def disable() -> None:
        workflow.disable("admin", by="admin", now=NOW)

    for do in (demote, disable):
        with pytest.raises(Refused) as refused:
            do()
        assert codes(refused) == ["user.last_administrator"]
    workflow.set_roles("fin", role=Role.ADMINISTRATOR, by="admin", now=NOW)
    disable()
    with pytest.raises(Refused):  # now fin is the last one: a disabled one does not count
        workflow.set_roles("fin", role=Role.FINANCE, by="fin", now=NOW)
    workflow.disable("admin", by="fin", now=NOW)  # who is out already may be put out again


def test_two_administrators_who_shut_each_other_out_at_once_are_not_both_out(
    database: Database, workflow: Workflow
) -> None:
    workflow.set_roles("fin", role=Role.ADMINISTRATOR, by="admin", now=NOW)
    start, other = Barrier(2), database.open()

    def shut_out(store: Workflow, login: str) -> str:
        start.wait()
        try:
            store.disable(login, by="t", now=NOW)
        except Refused as refused:
            return refused.problems[0].code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(shut_out, store, login) for store, login in ((workflow, "fin"), (other, "admin"))]
    assert sorted(one.result() for one in found) == ["done", "user.last_administrator"]


def test_passwords_made_up_are_strong_and_their_own(workflow: Workflow) -> None:
    made = {workflow.reset("ann", by="admin", now=NOW) for _ in range(20)}
    assert len(made) == 20
    assert all(len(password.replace("-", "")) == 20 for password in made)


def test_a_lasting_password_need_not_be_changed(workflow: Workflow) -> None:
    password = workflow.add_account("demo", name="Demo", role=Role.GUEST, way_in="lasting", by="demo", now=NOW)
    found = workflow.log_in("demo", str(password), now=NOW, address=HERE)
    assert isinstance(found, Session)
    assert not found.signed_in.must_change_password


# --- company sign-on ---

ISSUER = "https://id.example.com"


def sign_on(
    workflow: Workflow, subject: str, email: str | None, *, is_verified: bool = True, issuer: str = ISSUER
) -> str:
    """Return who came in, or why nobody did."""
    found = workflow.single_sign_on(issuer, subject, email, is_verified=is_verified, now=NOW, address=HERE)
    return found.reason if isinstance(found, LogInRefused) else found.signed_in.actor.login


def test_a_verified_address_links_once_and_then_the_subject_counts(workflow: Workflow) -> None:
    assert sign_on(workflow, "s1", "Ann@Example.com") == "ann"
    assert sign_on(workflow, "s1", "renamed@example.com") == "ann"
    assert sign_on(workflow, "s1", None, is_verified=False) == "ann"
    assert [entry.thing for entry in workflow.trail(action="identity.link")] == ["ann"]


def test_who_gets_a_leaver_s_address_does_not_get_the_account(workflow: Workflow) -> None:
    assert sign_on(workflow, "s1", "ann@example.com") == "ann"
    assert sign_on(workflow, "s2", "ann@example.com") == "log_in.no_account"


def test_an_address_that_is_not_verified_is_nobody_s(workflow: Workflow) -> None:
    assert sign_on(workflow, "s1", "ann@example.com", is_verified=False) == "log_in.no_account"


@pytest.mark.parametrize("email", [None, "", "stranger@example.com", "a\0@b", "\ud800"])
def test_sign_on_makes_no_account(workflow: Workflow, email: str | None) -> None:
    before = workflow.accounts()
    assert sign_on(workflow, "s1", email) == "log_in.no_account"
    assert workflow.accounts() == before


def test_another_issuer_s_same_subject_is_another_person(workflow: Workflow) -> None:
    assert sign_on(workflow, "s1", "ann@example.com") == "ann"
    assert sign_on(workflow, "s1", None, issuer="https://evil.example.com") == "log_in.no_account"


def test_an_administrator_is_linked_by_hand_alone(workflow: Workflow) -> None:
    workflow.add_account(
        "root", name="R", role=Role.ADMINISTRATOR, email="root@example.com", way_in="sign_on", by="admin", now=NOW
    )
    assert sign_on(workflow, "s1", "root@example.com") == "log_in.no_account"
    workflow.link_identity("root", ISSUER, "s1", by="admin", now=NOW)
    assert sign_on(workflow, "s1", "root@example.com") == "root"
    with pytest.raises(Refused) as refused:
        workflow.link_identity("ann", ISSUER, "s1", by="admin", now=NOW)
    assert codes(refused) == ["user.identity_taken"]


@pytest.mark.parametrize("subject", ["", "s\0", "\ud800", "x" * 256])
def test_what_can_be_no_identity_is_nobody_s(workflow: Workflow, subject: str) -> None:
    assert sign_on(workflow, subject, "ann@example.com") == "log_in.no_account"
    with pytest.raises(Refused) as refused:
        workflow.link_identity("ann", ISSUER, subject, by="admin", now=NOW)
    assert codes(refused) == ["user.identity"]


def test_a_new_link_takes_the_old_one_s_place(workflow: Workflow) -> None:
    for subject in ("s1", "s2", "s2"):
        workflow.link_identity("ann", ISSUER, subject, by="admin", now=NOW)
    assert sign_on(workflow, "s2", None) == "ann"
    assert sign_on(workflow, "s1", None) == "log_in.no_account"


def test_a_disabled_account_is_shut_to_sign_on_too(workflow: Workflow) -> None:
    assert sign_on(workflow, "s1", "ann@example.com") == "ann"
    for login in ("ann", "fin"):
        workflow.disable(login, by="admin", now=NOW)
    assert sign_on(workflow, "s1", "ann@example.com") == "log_in.no_account"
    assert sign_on(workflow, "s9", "fin@example.com") == "log_in.no_account"
    assert workflow.trail()[0].detail.count('"reason":"log_in.no_account"') == 1


def test_sign_on_asks_for_no_one_time_password(workflow: Workflow) -> None:
    workflow.reset("ann", by="admin", now=NOW)
    found = workflow.single_sign_on(ISSUER, "s1", "ann@example.com", is_verified=True, now=NOW, address=HERE)
    assert isinstance(found, Session)
    assert not found.signed_in.must_change_password
    turned = workflow.rotate(found.token, now=NOW)
    assert turned
    assert not turned.signed_in.must_change_password
