"""Accounts and the trail at the command line; first passwords are printed once, and are nobody else's."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.workflow import Role, Session, open_workflow
from tests.cli.conftest import Say

ONE_TIME = re.compile(r"\b(?:[a-z2-9]{4}-){4}[a-z2-9]{4}\b")
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine's environment says, accounts are in the home."""
    monkeypatch.delenv("CLAUSEMETER_DATABASE_URL", raising=False)


def comes_in(home: Path, login: str, password: str) -> bool:
    """Say whether a password lets in; what was printed just now is still good."""
    workflow = open_workflow(home)
    try:
        made_at = max(account.created_at for account in workflow.accounts())
        return isinstance(workflow.log_in(login, password, now=made_at, address="203.0.113.7"), Session)
    finally:
        workflow.close()


def test_an_account_s_life(say: Say, tmp_path: Path) -> None:
    home = ("--home", tmp_path)
    added = say("user", "add", "Ann", "--role", "vendor_team_lead", "--vendor", "云桥", "--team", "一组", "--team",
                "二组", *home)  # fmt: skip
    assert (added.status, added.err) == (0, "")
    (first,) = ONE_TIME.findall(added.out)
    assert comes_in(tmp_path, "ann", first)
    assert say("user", "disable", "ann", *home).status == 0
    assert not comes_in(tmp_path, "ann", first)
    assert say("user", "enable", "ann", *home).status == 0
    second = json.loads(say("user", "reset", "ann", "--json", *home).out)["one_time_password"]
    assert not comes_in(tmp_path, "ann", first)
    assert say("user", "log-out", "ann", *home).out == "ann: 0 sessions ended\n"
    assert comes_in(tmp_path, "ann", second)
    assert say("user", "log-out", "ann", *home).out == "ann: 1 session ended\n"
    assert say("user", "roles", "ann", "--role", "guest", *home).status == 0
    assert say("user", "link", "ann", "--issuer", "https://id.example.com", "--subject", "s1", *home).status == 0
    (row,) = json.loads(say("user", "list", "--json", *home).out)
    assert (row["login"], row["role"], row["vendor"], row["teams"]) == ("ann", "guest", None, [])
    trail = json.loads(say("trail", "--json", *home).out)
    assert [entry["action"] for entry in reversed(trail) if entry["action"] != "log_in"] == [
        "account.add", "account.disable", "account.enable", "account.reset", "sessions.revoke", "sessions.revoke",
        "account.roles", "identity.link",
    ]  # fmt: skip
    assert all(entry["login"].startswith("command") for entry in trail if entry["action"] != "log_in")
    assert not ONE_TIME.search(say("trail", *home).out + say("user", "list", *home).out)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "ann", "--role", "boss"), "cli.role"),
        (("add", "ann", "--role", "vendor_manager"), "user.needs_vendor"),
        (("disable", "nobody"), "user.unknown"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(say: Say, tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    answer = say("user", *words, "--home", tmp_path)
    assert (answer.status, answer.out) == (2, "")
    assert f"[{code}]" in answer.err


@pytest.mark.parametrize("words", [("user", "list"), ("user", "reset", "ann"), ("trail",)])
def test_a_home_that_is_not_there_is_not_made_by_looking(say: Say, tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = say(*words, "--home", tmp_path / "typo")
    assert answer.status == 2
    assert "[workflow.absent]" in answer.err
    assert not (tmp_path / "typo").exists()


def test_sign_on_alone_prints_no_password(say: Say, tmp_path: Path) -> None:
    answer = say("user", "add", "ann", "--role", "guest", "--sign-on", "--home", tmp_path)
    assert not ONE_TIME.search(answer.out)
    assert not comes_in(tmp_path, "ann", "")


def test_a_trail_that_was_changed_answers_no(say: Say, tmp_path: Path) -> None:
    home = ("--home", tmp_path)
    say("user", "add", "ann", "--role", "guest", *home)
    whole = say("trail", "--check", "--json", *home)
    head = json.loads(whole.out)["head"]
    assert (whole.status, say("trail", "--known", head, *home).status) == (0, 0)
    assert say("trail", "--known", "f" * 64, *home).status == 1
    workflow = open_workflow(tmp_path)
    with workflow._store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER trail_no_update")
        connection.exec_driver_sql("UPDATE trail SET login = 'eve'")
    workflow.close()
    answer = say("trail", "--check", *home)
    assert answer.status == 1
    assert "entry 1" in answer.err
    assert "[trail.changed]" in answer.err


def test_serving_a_home_without_accounts_makes_an_administrator_once(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "execv", lambda *_: None)
    first = say("serve", "--home", tmp_path)
    (password,) = ONE_TIME.findall(first.out)
    assert comes_in(tmp_path, "admin", password)
    assert not ONE_TIME.search(say("serve", "--home", tmp_path).out)


def test_the_demo_makes_an_account_per_role_and_prints_them_once(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.cli.demo.run_demo", lambda *_, **__: [])
    out = say("demo", "--no-serve", "--home", tmp_path).out
    passwords = ONE_TIME.findall(out)
    workflow = open_workflow(tmp_path)
    accounts = workflow.accounts()
    workflow.close()
    assert {account.role for account in accounts} == set(Role)
    assert len(set(passwords)) == len(accounts) == 8
    assert {account.vendor for account in accounts} == {None, "云桥客服", "远帆外包"}
    (line,) = [line for line in out.splitlines() if line.startswith("  lead.yuanfan ")]
    assert comes_in(tmp_path, "lead.yuanfan", ONE_TIME.findall(line)[0])
    assert not ONE_TIME.search(say("demo", "--no-serve", "--home", tmp_path).out)


def test_accounts_are_where_the_environment_says(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUSEMETER_DATABASE_URL", f"postgresql://ann:secret@/books?host={tmp_path}")
    answer = say("user", "list", "--home", tmp_path)
    assert answer.status == 2
    assert "[workflow.unreachable]" in answer.err
    assert "secret" not in answer.err
    assert list(tmp_path.iterdir()) == []
