"""Pictures of every page and state: `python -m tests.browser.shots shots [--only scorecard] [--picture FILE]`."""

import argparse
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from app.main import create_app
from app.settings import Settings
from tests.app.fake_runs import FakeRuns
from tests.browser.chromium import FLAGS, HOW_TO, find_chromium
from tests.browser.serving import served

MONTH = "hx-2026-017.2026-10.v1"
LANGUAGES, SCHEMES, WIDTHS = ("zh", "en"), ("light", "dark"), (1440, 390)


def pages(runs: FakeRuns) -> dict[str, str]:
    """Name every page and state with its address."""
    one = runs.items(MONTH, "service_level", state="missed", limit=1).rows[0]
    return {
        "scorecard": "/",
        "scorecard-by-money": "/?sort=money&verdict=missed",
        "indicator": f"/indicator/{MONTH}/service_level",
        "indicator-mean": f"/indicator/{MONTH}/average_wait",
        "items": f"/items/{MONTH}/service_level?state=missed",
        "item": f"/item/{MONTH}/phone_item/{quote(one.source)}/{quote(one.item_id)}",
        "statement": f"/statement/{MONTH}",
        "statements": "/statements",
        "no-such-month": "/?month=1999-01",
        "no-such-page": "/nowhere",
    }


def settled(page: Page) -> None:
    """Wait until everything that was asked for is drawn."""
    page.wait_for_selector("#drawn")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "!document.querySelector('.part > .skeleton') && !document.querySelector('[data-dash-is-loading=\"true\"]')"
    )
    page.wait_for_timeout(250)


def shoot(browser: Browser, address: str, path: str, language: str, scheme: str, width: int, target: Path) -> None:
    """Write one picture of one page."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    settled(page)
    page.screenshot(path=target, full_page=True)
    context.close()


def choices() -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], help="a page's name; may be repeated")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--scheme", choices=SCHEMES)
    parser.add_argument("--width", type=int, choices=WIDTHS)
    parser.add_argument("--picture", type=Path, help="also write the scorecard here, for the README")
    return parser.parse_args()


def wanted(asked: argparse.Namespace, known: dict[str, str]) -> Iterator[tuple[str, str, str, int]]:
    """List the pictures that are asked for; all of them where nothing is said."""
    names = asked.only or [*known, "empty"]
    languages = [asked.lang] if asked.lang else LANGUAGES
    schemes = [asked.scheme] if asked.scheme else SCHEMES
    widths = [asked.width] if asked.width else WIDTHS
    return itertools.product(names, languages, schemes, widths)


def main() -> None:
    """Write the pictures."""
    asked = choices()
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(f"no Chromium: {HOW_TO}")
    asked.folder.mkdir(parents=True, exist_ok=True)
    runs, nothing = FakeRuns(12, 4000), FakeRuns(0)
    known = pages(runs)
    with ExitStack() as stack:
        address = stack.enter_context(served(create_app(Settings(home=Path("nowhere")), runs.door())))
        bare = stack.enter_context(served(create_app(Settings(home=Path("nowhere")), nothing.door())))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium, args=list(FLAGS))
        for name, language, scheme, width in wanted(asked, known):
            target = asked.folder / f"{name}-{language}-{scheme}-{width}.png"
            shoot(browser, bare if name == "empty" else address, known.get(name, "/"), language, scheme, width, target)
            print(target)
        if asked.picture:
            asked.picture.parent.mkdir(parents=True, exist_ok=True)
            shoot(browser, address, known["scorecard"], "zh", "light", 1440, asked.picture)
            print(asked.picture)
        browser.close()


if __name__ == "__main__":
    main()
