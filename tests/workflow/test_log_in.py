"""Coming in: who may, who may not, how long it takes to guess, and what it tells."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from pipelines.core.problem import Refused
from pipelines.workflow import LogInRefused, Role, Session, Workflow
from pipelines.workflow.passwords import check_password
from pipelines.workflow.throttle import FREE_OF_ADDRESS, FREE_OF_LOGIN, wait_s
from tests.workflow.conftest import HERE, NOW, PASSWORD, CountingHasher, Database, LogIn

WRONG = LogInRefused("log_in.wrong")


def guess(workflow: Workflow, login: str, times: int, *, now: datetime = NOW, address: str = HERE) -> list[str]:
    """Guess wrongly, and return the answers' reasons."""
    answers = [workflow.log_in(login, f"guess number {n}", now=now, address=address) for n in range(times)]
    return [answer.reason for answer in answers if isinstance(answer, LogInRefused)]


def test_the_right_password_lets_in_as_what_one_is(log_in: LogIn) -> None:
    actor = log_in("lea").signed_in.actor
    assert (actor.login, actor.role, actor.vendor, actor.teams) == ("lea", Role.LEAD, "Yunqiao", {"A1", "A2"})


@pytest.mark.parametrize("written", ["ANN", " ann ", "Ａｎｎ"])
def test_a_login_has_one_writing(log_in: LogIn, written: str) -> None:
    assert log_in(written).signed_in.actor.login == "ann"


def test_a_password_has_one_writing(log_in: LogIn) -> None:
    assert log_in("ann", "ｔｈｒｅｅ green lanterns").signed_in.actor.login == "ann"


HOSTILE = ["", "x" * 100_000, "a\0b", "\ud800", "' OR 1=1 --", "%", "ann\n", "安"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_no_more_than_wrong(workflow: Workflow, text: str) -> None:
    assert workflow.log_in(text, text, now=NOW, address=text) == WRONG
    assert workflow.log_in("ann", text, now=NOW, address=text) == WRONG
    assert workflow.check_trail().problem is None


# --- enumeration ---


@pytest.mark.parametrize("login", ["ann", "nobody", "disabled", "by-company", "a\0"])
def test_every_refusal_costs_one_comparison_and_says_the_same(
    database: Database, workflow: Workflow, login: str
) -> None:
    workflow.add_account("disabled", name="D", role=Role.GUEST, by="admin", now=NOW)
    workflow.add_account("by-company", name="C", role=Role.GUEST, way_in="sign_on", by="admin", now=NOW)
    workflow.disable("disabled", by="admin", now=NOW)
    workflow.log_in("someone", "to warm up", now=NOW, address="198.51.100.1")
    before = database.hasher.verified
    assert workflow.log_in(login, "a wrong password", now=NOW, address=HERE) == WRONG
    assert database.hasher.verified - before == 1


def test_a_disabled_account_s_own_password_is_wrong(workflow: Workflow) -> None:
    workflow.disable("ann", by="admin", now=NOW)
    assert workflow.log_in("ann", PASSWORD, now=NOW, address=HERE) == WRONG
    workflow.enable("ann", by="admin", now=NOW)
    assert isinstance(workflow.log_in("ann", PASSWORD, now=NOW, address=HERE), Session)


@pytest.mark.parametrize("login", ["ann", "nobody"])
def test_waits_do_not_tell_who_there_is(workflow: Workflow, login: str) -> None:
    answers = [workflow.log_in(login, "a guess", now=NOW, address=HERE) for _ in range(7)]
    assert answers == [WRONG] * 5 + [LogInRefused("log_in.wait", 5)] * 2


# --- brute force ---


def test_waits_grow() -> None:
    # five free, then 5 s doubled each time, at most a quarter of an hour
    assert [wait_s(n, 5) for n in (0, 4, 5, 6, 7, 12, 13, 1000)] == [0, 0, 5, 10, 20, 640, 900, 900]


def test_the_right_password_does_not_help_during_the_wait(database: Database, workflow: Workflow) -> None:
    guess(workflow, "ann", FREE_OF_LOGIN)
    before = database.hasher.verified
    assert workflow.log_in("ann", PASSWORD, now=NOW, address="198.51.100.9") == LogInRefused("log_in.wait", 5)
    assert database.hasher.verified == before  # nothing was compared
    after = NOW + timedelta(seconds=5)
    assert isinstance(workflow.log_in("ann", PASSWORD, now=after, address="198.51.100.9"), Session)


def test_a_day_of_guessing_one_account_gets_few_guesses(workflow: Workflow) -> None:
    # The wait is 900 s at most; a failure is forgiven every 600 s: in balance some 144 a day, and the first ones.
    made, at = 0, NOW
    while at < NOW + timedelta(days=1):
        answer = workflow.log_in("ann", "a guess", now=at, address=f"198.51.100.{made % 200}")
        assert isinstance(answer, LogInRefused)
        made += answer.reason == "log_in.wrong"
        at += timedelta(seconds=max(1, answer.retry_after_s))
    assert 100 < made < 180


def test_an_address_that_tries_many_logins_waits(workflow: Workflow) -> None:
    reasons = [reason for n in range(FREE_OF_ADDRESS + 1) for reason in guess(workflow, f"login{n}", 1)]
    assert reasons == ["log_in.wrong"] * FREE_OF_ADDRESS + ["log_in.wait"]
    assert guess(workflow, "ann", 1, address="198.51.100.2") == ["log_in.wrong"]  # elsewhere nothing is locked


def test_who_came_a_little_later_and_was_noted_first_keeps_nobody_waiting(workflow: Workflow) -> None:
    later = workflow.log_in("nobody", "wrong", now=NOW + timedelta(seconds=2), address="192.0.2.1")
    found = workflow.log_in("nobody else", "wrong", now=NOW, address="192.0.2.1")
    assert [one.retry_after_s for one in (later, found) if isinstance(one, LogInRefused)] == [0, 0]


def test_a_line_of_ipv6_is_one_address(workflow: Workflow) -> None:
    for n in range(FREE_OF_ADDRESS):
        guess(workflow, f"login{n}", 1, address=f"2001:db8:0:7::{n:x}")
    assert guess(workflow, "more", 1, address="2001:db8:0:7:ffff::1") == ["log_in.wait"]
    assert guess(workflow, "more", 1, address="2001:db8:0:8::1") == ["log_in.wrong"]
    assert guess(workflow, "more", 1, address="::ffff:203.0.113.7") == ["log_in.wrong"]


def test_one_s_own_log_ins_do_not_pay_for_guesses(workflow: Workflow, log_in: LogIn) -> None:
    for n in range(FREE_OF_ADDRESS - 1):
        guess(workflow, f"login{n}", 1)
        log_in("ann")
    guess(workflow, "another", 1)
    assert guess(workflow, "one more", 1) == ["log_in.wait"]


def test_waits_are_shared_by_processes_and_outlive_them(database: Database, workflow: Workflow) -> None:
    guess(workflow, "ann", FREE_OF_LOGIN)
    assert guess(database.open(), "ann", 1, address="198.51.100.3") == ["log_in.wait"]


def test_many_at_once_are_many(database: Database, workflow: Workflow) -> None:
    """A hundred guesses in the same instant, from twenty threads of four stores: five are compared."""
    stores = [workflow, database.open(), database.open(), database.open()]
    for store in stores:
        store.log_in("someone", "to warm up", now=NOW, address="198.51.100.1")
    before, start = database.hasher.verified, Barrier(20)
    reasons: list[str] = []

    def burst(store: Workflow) -> None:
        start.wait()
        reasons.extend(guess(store, "ann", 5))

    threads = [Thread(target=burst, args=[stores[n % 4]]) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(reasons), reasons.count("log_in.wrong")) == (100, FREE_OF_LOGIN)
    assert database.hasher.verified - before == FREE_OF_LOGIN


def test_success_clears_the_account(workflow: Workflow, log_in: LogIn) -> None:
    guess(workflow, "ann", FREE_OF_LOGIN - 1)
    log_in("ann")
    assert guess(workflow, "ann", FREE_OF_LOGIN + 1) == ["log_in.wrong"] * FREE_OF_LOGIN + ["log_in.wait"]


def test_the_trail_tells_of_guessing_and_is_not_flooded(workflow: Workflow) -> None:
    before = len(workflow.trail(action="log_in"))
    guess(workflow, "ann", 50)  # five are compared, 45 turned away: one entry says that it waits
    guess(workflow, "ann", 1, now=NOW + timedelta(seconds=6))
    found = workflow.trail(action="log_in")
    assert len(found) - before == 7
    assert '"turned_away_before":45' in found[0].detail
    assert {(entry.login, entry.outcome) for entry in found[:7]} == {("ann", "refused")}


def test_a_login_that_nobody_has_is_not_written_down(workflow: Workflow) -> None:
    guess(workflow, "hunter2-typed-in-the-wrong-field", 1)
    assert not [entry for entry in workflow.trail() if "hunter2" in repr(entry)]


# --- one-time passwords ---


def test_a_one_time_password_must_be_changed(workflow: Workflow) -> None:
    one_time = workflow.reset("ann", by="admin", now=NOW)
    first = workflow.log_in("ann", one_time, now=NOW, address=HERE)
    assert isinstance(first, Session)
    assert first.signed_in.must_change_password
    changed = workflow.change_password(first.token, one_time, "four red bicycles", now=NOW, address=HERE)
    assert isinstance(changed, Session)
    assert not changed.signed_in.must_change_password
    assert workflow.log_in("ann", one_time, now=NOW, address=HERE) == WRONG


def test_a_one_time_password_expires(workflow: Workflow) -> None:
    one_time = workflow.reset("ann", by="admin", now=NOW)
    late = NOW + timedelta(days=3)
    assert isinstance(workflow.log_in("ann", one_time, now=late - timedelta(seconds=1), address=HERE), Session)
    assert workflow.log_in("ann", one_time, now=late, address=HERE) == LogInRefused("log_in.one_time_expired")
    assert workflow.log_in("ann", "wrong", now=late, address=HERE) == WRONG


def test_resetting_ends_the_wait(workflow: Workflow) -> None:
    guess(workflow, "ann", FREE_OF_LOGIN)
    one_time = workflow.reset("ann", by="admin", now=NOW)
    assert isinstance(workflow.log_in("ann", one_time, now=NOW, address=HERE), Session)


def test_the_first_administrator_is_made_once_though_many_try(database: Database) -> None:
    opened = [database.open() for _ in range(6)]
    made: list[tuple[str, str] | None] = []
    threads = [Thread(target=lambda w=w: made.append(w.first_administrator(by="serve", now=NOW))) for w in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (login, password), *others = [one for one in made if one]
    assert not others
    found = opened[0].log_in(login, password, now=NOW, address=HERE)
    assert isinstance(found, Session)
    assert (found.signed_in.actor.role, found.signed_in.must_change_password) == (Role.ADMINISTRATOR, True)


# --- what is kept ---


def test_a_password_is_kept_anew_when_the_parameters_change(database: Database, workflow: Workflow) -> None:
    dearer = CountingHasher(time_cost=2)
    later = database.open(dearer)
    kept = {a.login: a.password_hash for a in later.accounts()}
    assert isinstance(later.log_in("ann", PASSWORD, now=NOW, address=HERE), Session)
    again = {a.login: a.password_hash for a in later.accounts()}
    assert again["ann"] != kept["ann"]
    assert ",t=2," in str(again["ann"])
    assert again["fin"] == kept["fin"]
    assert isinstance(later.log_in("ann", PASSWORD, now=NOW, address=HERE), Session)


def test_passwords_are_argon2id_and_no_secret_is_stored(database: Database, workflow: Workflow, log_in: LogIn) -> None:
    assert all(str(a.password_hash).startswith("$argon2id$") for a in workflow.accounts())
    token = log_in().token
    with workflow._store.reading() as connection:
        for table in ("account", "session", "throttle", "trail"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert rows
            assert not [row for row in rows if token in repr(row) or PASSWORD in repr(row)]


BAD = [
    ("elevenlett", "password.length"),
    ("Password1234!", "password.common"),
    ("P@ssw0rd2026", "password.common"),
    ("qwertyuiop12", "password.common"),
    ("123456789012", "password.common"),
    ("abababababab", "password.common"),
    ("woaini520520", "password.common"),
    (PASSWORD, "password.same"),
]


@pytest.mark.parametrize(("new", "code"), BAD)
def test_a_weak_password_is_refused(workflow: Workflow, log_in: LogIn, new: str, code: str) -> None:
    token = log_in().token
    with pytest.raises(Refused) as refused:
        workflow.change_password(token, PASSWORD, new, now=NOW, address=HERE)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert workflow.session(token, now=NOW)


def test_a_login_is_no_password_but_two_letters_are_in_many_words() -> None:
    assert [p.code for p in check_password("I am LENA-Wang, really", "lena-wang")] == ["password.login"]
    assert list(check_password("politeness is a virtue", "li")) == []


GOOD = [
    "three green lamps",
    "我的密码是很长的一句话呢",
    "x7!kQ2#vTz9&",
    "tr0ub4dor-and-3-friends",
    "password of my boat",
]


@pytest.mark.parametrize("new", GOOD)
def test_a_good_password_is_taken(workflow: Workflow, log_in: LogIn, new: str) -> None:
    changed = workflow.change_password(log_in().token, PASSWORD, new, now=NOW, address=HERE)
    assert isinstance(changed, Session)
    log_in("ann", new)


def test_guessing_the_old_password_from_a_stolen_session_waits_too(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in().token
    answers = [
        workflow.change_password(token, f"guess {n}", "four red bicycles", now=NOW, address=HERE) for n in range(6)
    ]
    assert answers == [WRONG] * 5 + [LogInRefused("log_in.wait", 5)]
    assert [e.outcome for e in workflow.trail(action="password.change")] == ["refused"] * 5
