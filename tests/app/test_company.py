"""Company sign-on against a real OpenID provider: there and back, and what is not let in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from dash import Dash
from flask.testing import FlaskClient
from oidc_provider_mock import User

from app.main import create_app
from app.settings import Settings
from pipelines.workflow import Role
from tests.app.fake_runs import fake_runs
from tests.app.signing_in import People

USERS = [
    User(sub="4711", claims={"email": "fay@example.com", "email_verified": True}),
    User(sub="4712", claims={"email": "fay@example.com", "email_verified": False}),
    User(sub="4713", claims={"email": "nobody@example.com", "email_verified": True}),
    User(sub="4714", claims={"email": "boss@example.com", "email_verified": True}),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider; it asks for no password, only who one is."""
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=USERS) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def company_people(tmp_path_factory: pytest.TempPathFactory) -> People:
    people = People(tmp_path_factory.mktemp("company"), {})
    people.add("fay", role=Role.FINANCE, email="fay@example.com")
    people.add("boss", role=Role.ADMINISTRATOR, email="boss@example.com")
    return people


@pytest.fixture(scope="module")
def app(issuer: str, company_people: People) -> Dash:
    settings = Settings(Path("nowhere"), oidc_issuer=issuer, oidc_client_id="clausemeter", oidc_client_secret="s3cret")
    return create_app(settings, fake_runs().door(), company_people.workflow)


def go_there(client: FlaskClient, onward: str = "/statements") -> str:
    """Follow the link on the log-in page; return the provider's address that it leads to."""
    answer = client.get("/sso", query_string={"next": onward})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def approve(address: str, sub: str) -> str:
    """Say at the provider who one is; return the path and query that it leads back to."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def come_back(client: FlaskClient, back: str) -> Any:
    return client.get(back)


def test_somebody_with_an_account_gets_in_and_goes_on(app: Dash) -> None:
    client = app.server.test_client()
    assert 'href="/sso?next=%2Fstatements"' in client.get("/login?next=/statements").get_data(as_text=True).replace(
        "/sso?next=/statements", "/sso?next=%2Fstatements"
    )
    answer = come_back(client, approve(go_there(client), "4711"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/statements")
    assert "finance" in client.get("/account?lang=en").get_data(as_text=True)


def test_the_way_there_has_state_nonce_and_a_challenge(app: Dash) -> None:
    asked = parse_qs(urlsplit(go_there(app.server.test_client())).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == ["http://localhost/sso/back"]
    again = parse_qs(urlsplit(go_there(app.server.test_client())).query)
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize("sub", ["4712", "4713", "4714"])
def test_an_address_that_is_not_proved_unknown_or_an_administrators_lets_nobody_in(app: Dash, sub: str) -> None:
    client = app.server.test_client()
    answer = come_back(client, approve(go_there(client), sub))
    assert answer.status_code == 401
    assert client.get("/account").status_code == 303


def test_what_comes_back_to_another_browser_twice_or_changed_is_refused(app: Dash) -> None:
    mine, theirs = app.server.test_client(), app.server.test_client()
    back = approve(go_there(mine), "4711")
    assert come_back(theirs, back).status_code == 502  # log-in CSRF: the state is the other browser's
    assert come_back(mine, back.replace("state=", "state=x")).status_code == 502
    assert come_back(mine, back).status_code == 502  # the failed try has used the state up
    back = approve(go_there(mine), "4711")
    assert come_back(mine, back).status_code == 303
    replayed = app.server.test_client()
    go_there(replayed)
    assert come_back(replayed, back).status_code == 502
    assert come_back(app.server.test_client(), "/sso/back?error=access_denied").status_code == 502
    assert come_back(app.server.test_client(), "/sso/back").status_code == 502


def test_the_way_leads_to_own_pages_alone(app: Dash) -> None:
    client = app.server.test_client()
    answer = come_back(client, approve(go_there(client, "https://evil.example/"), "4711"))
    assert answer.headers["Location"] == "/"


def test_the_address_of_this_app_is_the_settings_where_they_say_one(issuer: str, company_people: People) -> None:
    settings = Settings(Path("nowhere"), url="https://c.example/", oidc_issuer=issuer, oidc_client_id="c")
    app = create_app(settings, fake_runs().door(), company_people.workflow)
    client = app.server.test_client()
    where = client.get("/sso", headers={"Host": "evil.example"}, base_url="https://evil.example").headers["Location"]
    assert parse_qs(urlsplit(where).query)["redirect_uri"] == ["https://c.example/sso/back"]


def test_a_company_that_does_not_answer_is_said(company_people: People) -> None:
    settings = Settings(Path("nowhere"), oidc_issuer="http://localhost:9", oidc_client_id="c")
    answer = create_app(settings, fake_runs().door(), company_people.workflow).server.test_client().get("/sso")
    assert answer.status_code == 502
    assert "log_in.sign_on_failed" not in answer.get_data(as_text=True)  # in words
