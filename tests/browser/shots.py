"""Pictures of every page and state: `python -m tests.browser.shots shots [--home HOME] [--only scorecard …]`.

Without a home they show made-up months. All of them written, or by ``--only readme``, the README's picture is written.
"""

import argparse
import itertools
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.components import links
from app.main import create_app
from app.queries.door import Door, open_door
from app.queries.indicator import population_of
from app.settings import Settings
from pipelines.runs.sight import WHOLE
from tests.app.fake_runs import FakeRuns
from tests.app.signing_in import People
from tests.browser.chromium import FLAGS, HOW_TO, find_chromium
from tests.browser.serving import served, sign_in

BY_THE_SERVER = ("/login", "/account", "/password")  # pages that no script draws
Who: TypeAlias = tuple[str, str] | None  # login and password
LANGUAGES, SCHEMES, WIDTHS = ("zh", "en"), ("light", "dark"), (1440, 390)
PICTURE, README = Path("data/pictures/scorecard.png"), "readme"  # the picture in the README, and how to ask for it


def pages(door: Door) -> dict[str, str]:
    """Name every page and state of the newest statement with its address."""
    newest = door.list_statements()[0].id
    body = door.read_statement(newest, WHOLE)
    shares = [one for one in body["indicators"] if one["unit"] == "share"]
    worst = max(shares, key=lambda one: one["states"]["missed"])["id"]
    mean = next(one["id"] for one in body["indicators"] if one["unit"] == "s")
    found: dict[str, str] = {
        "scorecard": "/",
        "scorecard-by-money": links.scorecard(sort="money", verdict="missed"),
        "indicator": links.indicator(newest, worst),
        "indicator-mean": links.indicator(newest, mean),
        "items": links.items(newest, worst, state="missed"),
        "statement": links.statement(newest),
        "statements": "/statements",
        "deliveries": links.deliveries(newest),
        "bridge": links.bridge(newest),
        "no-bridge": links.bridge(door.list_statements()[-1].id),
        "contract": links.contract(newest),
        "finance": links.finance(),
        "team": links.team(),
        "definitions": links.definitions(),
        "definition": links.definition("quality.satisfied@1"),
        "no-such-month": links.scorecard(month="1999-12"),
        "no-such-page": "/nowhere",
        "empty": "/",
        "log-in": "/login",
        "account": "/account",
        "password": "/password",
    }
    first = {population_of(body, one["id"]): one["id"] for one in reversed(body["indicators"])}
    for population, indicator_id in first.items():
        page: Any = door.items(newest, indicator_id, limit=40)
        if page.rows:
            row = page.rows[-1]
            found[f"item-{population}"] = links.item(newest, population, row.source, row.item_id)
    return found


def settled(page: Page) -> None:
    """Wait until everything that was asked for is drawn."""
    page.wait_for_selector("#drawn")
    page.wait_for_load_state("networkidle")
    for unfinished in (".part > .skeleton", '[data-dash-is-loading="true"]', ".graph:not(:has(.main-svg))"):
        expect(page.locator(unfinished)).to_have_count(0, timeout=60_000)
    if page.locator(".item-grid").count():
        expect(page.locator(".ag-row [col-id=item]").first).not_to_be_empty(timeout=60_000)
    page.wait_for_timeout(250)


def shoot(
    browser: Browser, url: str, language: str, scheme: str, width: int, target: Path, who: Who, height: int = 0
) -> None:
    """Write one picture of one page: the whole of it, or ``height`` pixels from its top."""
    dark = scheme == "dark"
    context = browser.new_context(
        viewport={"width": width, "height": height or 900}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    if who is not None:
        sign_in(page, f"http://{urlsplit(url).netloc}", *who)
    page.goto(f"{url}{'&' if '?' in url else '?'}lang={language}")
    if urlsplit(page.url).path not in BY_THE_SERVER:
        settled(page)
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, full_page=not height)
    context.close()
    print(target)


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


def wanted(asked: argparse.Namespace, known: dict[str, str]) -> Iterator[tuple[str, str, str, int]]:
    """List the pictures that are asked for; all of them where nothing is said."""
    languages = [asked.lang] if asked.lang else LANGUAGES
    schemes = [asked.scheme] if asked.scheme else SCHEMES
    widths = [asked.width] if asked.width else WIDTHS
    names = [name for name in asked.only if name != README] or ([] if asked.only else list(known))
    return itertools.product(names, languages, schemes, widths)


def main() -> None:
    """Write the pictures."""
    asked = choices()
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(f"no Chromium: {HOW_TO}")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    door = open_door(asked.home) if asked.home else FakeRuns(12, 4000).door()
    known = pages(door)
    with ExitStack() as stack:
        nowhere = Settings(home=Path("nowhere"))
        people = People(Path(stack.enter_context(TemporaryDirectory())), {})
        auditor: Who = ("auditor", people.passwords["auditor"])
        full = stack.enter_context(served(create_app(nowhere, door, people.workflow)))
        bare = stack.enter_context(served(create_app(nowhere, FakeRuns(0).door(), people.workflow)))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium, args=list(FLAGS))
        for name, language, scheme, width in wanted(asked, known):
            url = f"{bare if name == 'empty' else full}{known[name]}"
            target = asked.folder / f"{name}-{language}-{scheme}-{width}.png"
            shoot(browser, url, language, scheme, width, target, None if name == "log-in" else auditor)
        if README in asked.only or not (asked.only or asked.lang or asked.scheme or asked.width):
            shoot(browser, f"{full}/", "zh", "light", 1280, PICTURE, auditor, height=1000)
        browser.close()


if __name__ == "__main__":
    main()
