"""Pictures of every page and state: `python -m tests.browser.shots shots [--home HOME] [--only scorecard …]`.

Without a home they show made-up months. After all of them, or by ``--only readme``, come the README's pictures.
"""

import argparse
import itertools
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.components import links
from app.queries.door import open_door
from tests.app.fake_runs import FakeRuns
from tests.browser.chromium import FLAGS, HOW_TO, find_chromium
from tests.browser.states import Homes, State, holding, homes, reached, settled, states

LANGUAGES, SCHEMES, WIDTHS, PAPER = ("zh", "en"), ("light", "dark"), (1440, 390), 725
PICTURES, README = Path("data/pictures"), "readme"  # the pictures in the README, and how to ask for them


class Desks:
    """Browsers that are signed in, one an account and home, so that nobody signs in for every picture."""

    def __init__(self, browser: Browser, served: Homes) -> None:
        self.browser, self.served = browser, served
        self.known: dict[tuple[str, str], BrowserContext] = {}

    def open(self, state: State) -> Page:
        """Return a new page of who looks at the state."""
        if (state.who, state.home) not in self.known:
            context = self.known[state.who, state.home] = self.browser.new_context()
            page = context.new_page()
            self.served.sign_in(page, state)
            page.close()
        return self.known[state.who, state.home].new_page()

    def address(self, state: State, language: str) -> str:
        """Return a state's address in a language."""
        path, mark, place = state.path.partition("#")
        return f"{self.served.addresses[state.home]}{path}{'&' if '?' in path else '?'}lang={language}{mark}{place}"


def shoot(desks: Desks, state: State, language: str, width: int, targets: Mapping[str, Path]) -> None:
    """Write the pictures of a page in a language and width, one a colour scheme."""
    page = desks.open(state)
    page.set_viewport_size({"width": PAPER if state.medium == "print" else width, "height": 900})
    with holding(page, state):
        page.goto(desks.address(state, language))
        reached(page, state)
        for scheme, target in targets.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if state.medium == "print":
                page.emulate_media(media="print")
            page.wait_for_timeout(200)
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target, full_page=state.act is None)
            print(target, flush=True)
    page.close()


def shoot_for_readme(desks: Desks, statement_id: str) -> None:
    """Write the pictures in the README: the scorecard's head, and how a statement's lines come to what is payable."""
    for name, path in (("scorecard", "/"), ("waterfall", links.statement(statement_id))):
        page = desks.open(State(path))
        page.set_viewport_size({"width": 1280, "height": 1000})
        page.goto(desks.address(State(path), "zh"))
        settled(page)
        if name == "scorecard":
            page.screenshot(path=PICTURES / f"{name}.png")
        else:
            page.locator(".panel", has=page.locator(".waterfall")).first.screenshot(path=PICTURES / f"{name}.png")
        page.close()


def choices() -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--home", type=Path, help="show this home's statements")
    parser.add_argument("--only", action="append", default=[], help="a page's name; may be repeated")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--scheme", choices=SCHEMES)
    parser.add_argument("--width", type=int, choices=WIDTHS)
    return parser.parse_args()


def wanted(asked: argparse.Namespace, known: Mapping[str, State]) -> Iterator[tuple[str, str, int]]:
    """List the pictures that are asked for, all of them where nothing is said; paper has one width."""
    names = [name for name in asked.only if name != README] or ([] if asked.only else list(known))
    languages = [asked.lang] if asked.lang else LANGUAGES
    widths = [asked.width] if asked.width else WIDTHS
    for name, language, width in itertools.product(names, languages, widths):
        if known[name].medium == "screen" or width == widths[0]:
            yield name, language, width


def main() -> None:
    """Write the pictures."""
    asked = choices()
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(f"no Chromium: {HOW_TO}")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    door = open_door(asked.home) if asked.home else FakeRuns(12, 4000).door()
    known = states(door)
    schemes = [asked.scheme] if asked.scheme else SCHEMES
    with homes(door) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        desks = Desks(browser, served)
        for name, language, width in wanted(asked, known):
            size = "paper" if known[name].medium == "print" else str(width)
            targets = {scheme: asked.folder / f"{name}-{language}-{scheme}-{size}.png" for scheme in schemes}
            shoot(desks, known[name], language, width, targets)
        if README in asked.only or not (asked.only or asked.lang or asked.scheme or asked.width):
            shoot_for_readme(desks, door.list_statements()[0].id)
        browser.close()


if __name__ == "__main__":
    main()
