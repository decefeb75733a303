"""One Chromium a run, and a page of its own for each test, which may not leave this machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from app.main import create_app
from app.settings import Settings
from tests.app.fake_runs import fake_runs
from tests.app.signing_in import People
from tests.browser.chromium import FLAGS, HOW_TO, find_chromium
from tests.browser.serving import served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a page, so that `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium with a home and a user-data folder of its own; skipped where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip(f"no Chromium: {HOW_TO}")
    home: dict[str, str | float | bool] = {**os.environ, "HOME": str(tmp_path_factory.mktemp("home"))}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS), env=home)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh context; the test fails if it asked another host for anything, or a script of it threw."""
    abroad: list[str] = []
    thrown: list[str] = []

    def note(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.hostname not in {"127.0.0.1", "localhost"}:
            abroad.append(request.url)

    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.on("request", note)
    opened = context.new_page()
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    yield opened
    context.close()
    assert not abroad, f"everything is served by the app itself, but the page asked for {abroad}"
    assert not thrown, f"a script of the page threw: {thrown}"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Accounts of the made-up operator and its one vendor."""
    return People(tmp_path_factory.mktemp("people"), {"hx": ("售前一组",)})


@pytest.fixture(scope="module")
def address(people: People) -> Iterator[str]:
    """An app over three made-up months."""
    with served(create_app(Settings(home=Path("nowhere")), fake_runs().door(), people.workflow)) as found:
        yield found
