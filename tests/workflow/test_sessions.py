"""Sessions: forged, replayed, expired, revoked; and those that go on."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.workflow import LogInRefused, Role, Session, Workflow
from pipelines.workflow.sessions import IDLE, LONGEST
from tests.workflow.conftest import HERE, NOW, PASSWORD, Database, LogIn

SECOND = timedelta(seconds=1)


def test_a_token_stands_for_its_account(workflow: Workflow, log_in: LogIn) -> None:
    begun = log_in("max")
    assert workflow.session(begun.token, now=NOW) == begun.signed_in
    assert begun.signed_in.actor.vendor == "Yunqiao"


def test_tokens_are_long_and_their_own(log_in: LogIn) -> None:
    tokens = {log_in().token for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 43 for token in tokens)  # 43 signs of 6 bits hold 256


def test_a_session_hides_its_token_from_logs(log_in: LogIn) -> None:
    begun = log_in()
    assert begun.token not in repr(begun)


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "a\0", "\ud800", "' OR '1'='1", "%"])
def test_a_forged_token_is_nobody_s(workflow: Workflow, log_in: LogIn, forged: str) -> None:
    log_in()
    assert workflow.session(forged, now=NOW) is None
    assert workflow.rotate(forged, now=NOW) is None
    answer = workflow.change_password(forged, PASSWORD, "four red bicycles", now=NOW, address=HERE)
    assert answer == LogInRefused("log_in.no_session")
    workflow.log_out(forged, now=NOW, address=HERE)


def test_the_stored_digest_is_no_token(workflow: Workflow, log_in: LogIn) -> None:
    """Whoever reads the database cannot come in with what stands there."""
    log_in()
    with workflow._store.reading() as connection:
        (digest,) = connection.exec_driver_sql("SELECT token_sha256 FROM session").scalars()
    assert workflow.session(digest, now=NOW) is None


def test_a_token_is_not_nearly_right(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in().token
    for near in (token[:-1], token + "A", token.swapcase(), f" {token}"):
        assert workflow.session(near, now=NOW) is None


def test_idle_sessions_end(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in().token
    assert workflow.session(token, now=NOW + IDLE - SECOND)  # noted as in use
    assert workflow.session(token, now=NOW + 2 * IDLE - 2 * SECOND)
    assert workflow.session(token, now=NOW + 3 * IDLE - 2 * SECOND) is None


def test_sessions_in_use_end_too(workflow: Workflow, log_in: LogIn) -> None:
    token, at = log_in().token, NOW
    while at < NOW + LONGEST - SECOND:
        found = workflow.session(token, now=at)
        assert found
        assert found.expires_at <= NOW + LONGEST
        at += timedelta(minutes=50)
    assert workflow.session(token, now=NOW + LONGEST) is None


def test_an_hour_by_another_zone_is_the_same_hour(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in(now=NOW.astimezone(ZoneInfo("Asia/Shanghai"))).token
    found = workflow.session(token, now=NOW + timedelta(minutes=59))
    assert found
    assert found.expires_at.utcoffset() == timedelta(0)
    assert workflow.session(token, now=(NOW + 3 * IDLE).astimezone(ZoneInfo("America/New_York"))) is None


def test_an_instant_without_a_zone_is_a_mistake(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in().token
    with pytest.raises(TypeError, match="offset-naive"):
        workflow.session(token, now=NOW.replace(tzinfo=None))


def test_a_token_is_worth_nothing_after_log_out(workflow: Workflow, log_in: LogIn) -> None:
    token, other = log_in().token, log_in().token
    workflow.log_out(token, now=NOW, address=HERE)
    assert workflow.session(token, now=NOW) is None
    assert workflow.session(other, now=NOW)
    workflow.log_out(token, now=NOW, address=HERE)  # twice is no entry
    assert len(workflow.trail(action="log_out")) == 1


def test_a_rotated_token_cannot_be_replayed_and_gains_no_time(workflow: Workflow, log_in: LogIn) -> None:
    old = log_in()
    later = NOW + timedelta(minutes=55)
    new = workflow.rotate(old.token, now=later)
    assert new
    assert workflow.session(old.token, now=later) is None
    assert workflow.rotate(old.token, now=later) is None
    assert workflow.session(new.token, now=later)
    assert new.signed_in.csrf != old.signed_in.csrf
    at, token = later, new.token
    while at < NOW + LONGEST - timedelta(minutes=50):
        at += timedelta(minutes=50)
        turned = workflow.rotate(token, now=at)
        assert turned
        token = turned.token
    assert workflow.session(token, now=NOW + LONGEST) is None


REVOKING: dict[str, Callable[[Workflow], object]] = {
    "disabled": lambda w: w.disable("ann", by="admin", now=NOW),
    "reset": lambda w: w.reset("ann", by="admin", now=NOW),
    "another role": lambda w: w.set_roles("ann", role=Role.GUEST, by="admin", now=NOW),
    "logged out by another": lambda w: w.revoke_sessions("ann", by="admin", now=NOW),
}


@pytest.mark.parametrize("how", REVOKING)
def test_what_ends_every_session(database: Database, workflow: Workflow, log_in: LogIn, how: str) -> None:
    elsewhere = database.open()  # another process holds nothing back
    tokens = [log_in().token for _ in range(3)]
    bystander = log_in("fin").token
    REVOKING[how](workflow)
    assert [elsewhere.session(token, now=NOW) for token in tokens] == [None] * 3
    assert elsewhere.session(bystander, now=NOW)
    if how == "disabled":
        workflow.enable("ann", by="admin", now=NOW)
        assert workflow.session(tokens[0], now=NOW) is None  # what ended stays ended


def test_a_changed_password_ends_every_other_session(workflow: Workflow, log_in: LogIn) -> None:
    mine, stolen = log_in().token, log_in().token
    changed = workflow.change_password(mine, PASSWORD, "four red bicycles", now=NOW, address=HERE)
    assert isinstance(changed, Session)
    assert workflow.session(mine, now=NOW) is None
    assert workflow.session(stolen, now=NOW) is None
    assert workflow.session(changed.token, now=NOW) == changed.signed_in


def test_csrf_is_a_session_s_own_and_says_nothing_of_the_token(workflow: Workflow, log_in: LogIn) -> None:
    one, two = log_in(), log_in()
    assert one.signed_in.csrf != two.signed_in.csrf
    found = workflow.session(one.token, now=NOW)
    assert found
    assert found.csrf == one.signed_in.csrf
    assert workflow.session(one.signed_in.csrf, now=NOW) is None


def test_a_session_in_use_is_not_a_write_a_request(workflow: Workflow, log_in: LogIn) -> None:
    token = log_in().token
    with workflow._store.writing():  # somebody else writes
        assert workflow.session(token, now=NOW + timedelta(seconds=59))
