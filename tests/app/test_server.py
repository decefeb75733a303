"""What the server answers: headers, nothing from elsewhere, the page of an address, the language remembered."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app.main import create_app
from app.routes import ROUTES, Route, find
from app.settings import Settings, from_environment
from tests.app.fake_runs import FakeRuns, fake_runs
from tests.app.signing_in import People, ask, wish_for_page


def drawn(client: FlaskClient, address: str, search: str = "", *, browser: str = "") -> tuple[Any, Any]:
    """Ask for the page of an address as the browser does; return what it draws and the answer."""
    answer = ask(client, wish_for_page(address, search), **{"Accept-Language": browser})
    assert answer.status_code == 200
    return answer.get_json()["response"], answer


@pytest.fixture
def client(fake_app: Dash, people: People) -> FlaskClient:
    """A browser that has signed in as the operator's auditor."""
    return people.sign_in(fake_app, "auditor")


def test_a_page_is_drawn_in_the_language_that_is_asked_for_and_remembered(client: FlaskClient) -> None:
    assert "记分卡" in str(drawn(client, "/", browser="zh-CN,zh;q=0.9")[0])
    page, answer = drawn(client, "/", "?lang=en")
    assert "Scorecard" in str(page)
    assert "lang=en" in answer.headers["Set-Cookie"]
    assert "Scorecard" in str(drawn(client, "/", browser="zh-CN")[0])


def test_the_policy_lets_nothing_in_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "://" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_no_other_host(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) > 10
    assert [one for one in loaded if not one.startswith("/")] == []
    for style in sorted((Path(__file__).parents[2] / "app/assets").glob("*.css")):
        assert "//" not in re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_first_requests_may_come_together(people: People) -> None:
    app = create_app(Settings(home=Path("nowhere")), fake_runs().door(), people.workflow)
    clients = [people.sign_in(app, "auditor") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: one.get("/_dash-layout").status_code, clients))
    assert found == [200] * 8


def test_two_apps_do_not_share_their_homes(people: People) -> None:
    full, bare = (
        create_app(Settings(home=Path("nowhere")), door, people.workflow)
        for door in (fake_runs().door(), FakeRuns(0).door())
    )
    assert "scorecard" in str(drawn(people.sign_in(full, "auditor"), "/")[0])
    assert "clausemeter close" in str(drawn(people.sign_in(bare, "auditor"), "/")[0])  # says what would fill it


def test_answers_are_compressed(client: FlaskClient) -> None:
    answer = client.get("/_dash-layout", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("Content-Encoding") in {None, "gzip"}
    script = client.get("/_dash-dependencies", headers={"Accept-Encoding": "gzip"})
    assert script.headers.get("Content-Encoding") == "gzip"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_path_is_matched_by_its_own_page_whatever_its_arguments_hold(route: Route) -> None:
    path = re.sub(r"{(\w+)}", r"a%2F\1%7C1", route.path)
    found = find(path)
    assert found is not None
    assert found[0] is route
    assert dict(found[1]) == {name: f"a/{name}|1" for name in re.findall(r"{(\w+)}", route.path)}


def test_settings_come_from_the_environment() -> None:
    assert from_environment({}) == Settings(Path("data/warehouse"), "zh")
    named = {
        "CLAUSEMETER_HOME": "h", "CLAUSEMETER_LANGUAGE": "en", "CLAUSEMETER_DATABASE_URL": "postgresql://x/y",
        "CLAUSEMETER_PROXIES": "1", "CLAUSEMETER_URL": "https://c.example", "CLAUSEMETER_OIDC_ISSUER": "https://i.example",
        "CLAUSEMETER_OIDC_CLIENT_ID": "c", "CLAUSEMETER_OIDC_CLIENT_SECRET": "s",
    }  # fmt: skip
    assert from_environment(named) == Settings(
        Path("h"), "en", "postgresql://x/y", 1, "https://c.example", "https://i.example", "c", "s"
    )
    assert "oidc_client_secret" not in repr(from_environment(named))
