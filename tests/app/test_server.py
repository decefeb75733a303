"""What the server answers: headers, nothing from elsewhere, the page of an address, the language remembered."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from app.main import create_app
from app.routes import ROUTES, Route, find
from app.settings import Settings, from_environment
from tests.app.fake_runs import FakeRuns, fake_runs


def ask(app: Dash, address: str, search: str = "", *, browser: str = "", remembered: str = "") -> tuple[Any, Any]:
    """Ask for the page of an address as the browser does; return what it draws and the answer."""
    output = "..header.children...page.children.."
    wish = {
        "output": output,
        "outputs": [{"id": "header", "property": "children"}, {"id": "page", "property": "children"}],
        "inputs": [
            {"id": "url", "property": "pathname", "value": address},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }
    client = app.server.test_client()
    if remembered:
        client.set_cookie("lang", remembered)
    answer = client.post("/_dash-update-component", json=wish, headers={"Accept-Language": browser})
    assert answer.status_code == 200
    return answer.get_json()["response"], answer


def test_a_page_is_drawn_in_the_language_that_is_asked_for_and_remembered(fake_app: Dash) -> None:
    drawn, answer = ask(fake_app, "/", "?lang=en")
    assert "Scorecard" in str(drawn)
    assert "lang=en" in answer.headers["Set-Cookie"]
    assert "记分卡" in str(ask(fake_app, "/", browser="zh-CN,zh;q=0.9")[0])
    assert "Scorecard" in str(ask(fake_app, "/", browser="zh-CN", remembered="en")[0])


def test_the_policy_lets_nothing_in_from_elsewhere(fake_app: Dash) -> None:
    answer = fake_app.server.test_client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "://" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_no_other_host(fake_app: Dash) -> None:
    page = fake_app.server.test_client().get("/").get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) > 10
    assert [one for one in loaded if not one.startswith("/")] == []
    for style in sorted((Path(__file__).parents[2] / "app/assets").glob("*.css")):
        assert "//" not in re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_first_requests_may_come_together() -> None:
    app = create_app(Settings(home=Path("nowhere")), fake_runs().door())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: app.server.test_client().get("/_dash-layout").status_code, range(8)))
    assert found == [200] * 8


def test_two_apps_do_not_share_their_homes() -> None:
    full = create_app(Settings(home=Path("nowhere")), fake_runs().door())
    bare = create_app(Settings(home=Path("nowhere")), FakeRuns(0).door())
    assert "scorecard" in str(ask(full, "/")[0])
    assert "clausemeter close" in str(ask(bare, "/")[0])  # says what would fill it


def test_answers_are_compressed(fake_app: Dash) -> None:
    answer = fake_app.server.test_client().get("/_dash-layout", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("Content-Encoding") in {None, "gzip"}
    script = fake_app.server.test_client().get("/_dash-dependencies", headers={"Accept-Encoding": "gzip"})
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
    assert from_environment({"CLAUSEMETER_HOME": "h", "CLAUSEMETER_LANGUAGE": "en"}) == Settings(Path("h"), "en")
