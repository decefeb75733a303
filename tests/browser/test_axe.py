"""No page is a wall to anybody: axe-core finds nothing serious on any page and state, light and dark, wide and narrow.

What it looks at are the pages and states of states.py; a page of the app that is not among them fails here.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from app import routes
from tests.app.fake_runs import fake_runs
from tests.browser.states import BY_THE_SERVER, Homes, State, holding, homes, reached, states

DOOR = fake_runs().door()
STATES = {name: state for name, state in states(DOOR).items() if state.medium == "screen"}  # paper has no walls
SERIOUS = ("serious", "critical")
LOOKS: Any = tuple(product(("light", "dark"), (1440, 390)))
FEW = (LOOKS[0], LOOKS[-1])  # of what is a page's other state: its parts were looked at in every look with the page
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def route_of(state: State) -> str:
    """Return the name of the page that a state is one of; what the server draws by itself has its path."""
    path = state.path.partition("?")[0].partition("#")[0]
    found = routes.find(path)
    return found[0].name if found else path


def main_states() -> set[str]:
    """Name each page's own state: the first that lists it."""
    return set({route_of(state): name for name, state in reversed(STATES.items())}.values())


@pytest.fixture(scope="module")
def served_homes() -> Iterator[Homes]:
    with homes(DOOR) as found:
        yield found


@pytest.fixture(scope="module")
def desks(browser: Browser, served_homes: Homes) -> Iterator[dict[tuple[str, str], BrowserContext]]:
    """Browsers that are signed in, one an account and home."""
    found: dict[tuple[str, str], BrowserContext] = {}
    with ExitStack() as stack:
        for state in STATES.values():
            if (state.who, state.home) not in found:
                context = stack.enter_context(browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai"))
                opened = context.new_page()
                served_homes.sign_in(opened, state)
                opened.close()
                found[state.who, state.home] = context
        yield found


def complaints(page: Page) -> list[str]:
    """Return what axe finds serious, each with the first place of it."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{one['id']} × {len(one['nodes'])}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"][:1]
    ]


def test_every_page_is_among_the_states():
    drawn = {route.name for route in routes.ROUTES}
    by_the_server = {path for path in BY_THE_SERVER if path != "/export"}
    assert (drawn | by_the_server) - {route_of(state) for state in STATES.values()} == set()


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_serious(
    name: str, served_homes: Homes, desks: dict[tuple[str, str], BrowserContext]
) -> None:
    state = STATES[name]
    page = desks[state.who, state.home].new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    found = []
    with holding(page, state):
        page.goto(served_homes.addresses[state.home] + state.path)
        reached(page, state)
        for scheme, width in LOOKS if name in main_states() else FEW:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(150)
            found += [f"{scheme} {width}: {said}" for said in complaints(page)]
    page.close()
    assert not found, "\n".join(found)
