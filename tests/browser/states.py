"""Every page of the app, and every state that it can be in: what the pictures show and what axe looks at."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from dash import Dash
from playwright.sync_api import Page, Route, expect

from app.components import links
from app.main import create_app
from app.queries.door import Door
from app.queries.indicator import population_of
from app.settings import Settings
from pipelines.core.problem import Problem, Refused
from pipelines.runs.sight import WHOLE
from pipelines.workflow import Role
from tests.app.fake_runs import FakeRuns
from tests.app.signing_in import People
from tests.browser.serving import served, sign_in

LEAD = "lead"
BY_THE_SERVER = ("/login", "/account", "/password", "/export")  # what no script draws
UNFINISHED = (".part > .skeleton", '[data-dash-is-loading="true"]', ".graph:not(:has(.main-svg))")
Act: TypeAlias = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    """A page in a state: who looks at it, over which home, what is held back, what they do, on what."""

    path: str
    who: str = "auditor"  # "": nobody yet
    home: str = "full"  # or "empty", or "broken", of which some parts are refused
    held: str = ""  # "page": it never comes; "parts": it does, what comes after it does not; "lost": no server
    act: Act | None = None
    medium: str = "screen"


def _pressed(text: str) -> Act:
    def press(page: Page) -> None:
        page.keyboard.press("/")
        page.locator(".search input").fill(text)
        expect(page.locator(".search-found > *").first).to_be_visible()

    return press


def _published(page: Page) -> None:
    page.evaluate("document.getElementById('news').hidden = false")


def _chosen(page: Page) -> None:
    page.locator(".picker").last.click()
    expect(page.locator(".menu[open] .menu-list")).to_be_visible()


def _typed(**fields: str) -> Act:
    def send(page: Page) -> None:
        for name, text in fields.items():
            page.fill(f"input[name={name}]", text)
        page.locator("form.entry-form button").click()
        expect(page.locator(".entry-problems")).to_be_visible()

    return send


def states(door: Door) -> Mapping[str, State]:
    """Name every page and state, of the newest statement."""
    newest = door.list_statements()[0].id
    body = door.read_statement(newest, WHOLE)
    shares = [one for one in body["indicators"] if one["unit"] == "share"]
    worst = max(shares, key=lambda one: one["states"]["missed"])["id"]
    mean = next(one["id"] for one in body["indicators"] if one["unit"] == "s")
    indicator = links.indicator(newest, worst)
    found = {
        "scorecard": State("/"),
        "scorecard-by-money": State(links.scorecard(sort="money", verdict="missed")),
        "scorecard-of-a-lead": State("/", LEAD),
        "scorecard-menu": State("/", act=_chosen),
        "scorecard-search": State("/", act=_pressed("1")),
        "scorecard-search-nothing": State("/", act=_pressed("zzz")),
        "scorecard-news": State("/", act=_published),
        "scorecard-loading": State("/", held="page"),
        "scorecard-lost": State("/", held="lost"),
        "scorecard-empty": State("/", home="empty"),
        "scorecard-no-such-month": State(links.scorecard(month="1999-12")),
        "scorecard-not-for-you": State("/", "guest"),
        "scorecard-print": State("/", medium="print"),
        "indicator": State(indicator),
        "indicator-mean": State(links.indicator(newest, mean)),
        "indicator-loading": State(indicator, held="parts"),
        "indicator-broken": State(indicator, home="broken"),
        "indicator-of-a-lead": State(indicator, LEAD),
        "items": State(links.items(newest, worst, state="missed")),
        "items-none": State(links.items(newest, worst, groups=(("queue", "no such queue"),))),
        "items-none-such": State(links.items(newest, "nothing")),
        "statement": State(links.statement(newest)),
        "statement-print": State(links.statement(newest), medium="print"),
        "statement-not-for-you": State(links.statement(newest), LEAD),
        "statements": State("/statements"),
        "statements-empty": State("/statements", home="empty"),
        "deliveries": State(links.deliveries(newest)),
        "bridge": State(links.bridge(newest)),
        "bridge-none": State(links.bridge(door.list_statements()[-1].id)),
        "bridge-print": State(links.bridge(newest), medium="print"),
        "contract": State(links.contract(newest, worst)),
        "contract-print": State(links.contract(newest), medium="print"),
        "finance": State("/finance", "finance"),
        "finance-loading": State("/finance", "finance", held="parts"),
        "finance-empty": State("/finance", "finance", home="empty"),
        "finance-print": State("/finance", "finance", medium="print"),
        "team": State("/team", LEAD),
        "team-all": State("/team"),
        "team-loading": State("/team", LEAD, held="parts"),
        "team-empty": State("/team", home="empty"),
        "definitions": State("/definitions"),
        "definitions-of-a-guest": State("/definitions", "guest"),
        "definition": State(links.definition("quality.satisfied@1")),
        "definition-none-such": State(links.definition("phone.nobody@1")),
        "no-such-page": State("/nowhere"),
        "no-such-document": State(f"/export/{newest}/pdf", LEAD),
        "log-in": State("/login", ""),
        "log-in-wrong": State("/login", "", act=_typed(login="auditor", password="wrong")),
        "account": State("/account"),
        "password": State("/password"),
        "password-wrong": State("/password", act=_typed(current="wrong", new="short", again="other")),
    }
    first = {population_of(body, one["id"]): one["id"] for one in reversed(body["indicators"])}
    for population, indicator_id in first.items():
        page: Any = door.items(newest, indicator_id, limit=40)
        if page.rows:
            row = page.rows[-1]
            found[f"item-{population}"] = State(links.item(newest, population, row.source, row.item_id))
    return MappingProxyType(found)


def _refused(*_: Any, **__: Any) -> Any:
    raise Refused(
        Problem("candidates-2026-10.parquet", "The file is gone.", "Close the month again.", "statement.no_evidence")
    )


@dataclass(frozen=True)
class Homes:
    """Apps over a home, over an empty one, and over one that lost its evidence, with accounts for all of them."""

    addresses: Mapping[str, str]
    people: People

    def sign_in(self, page: Page, state: State) -> str:
        """Sign in as who looks at it; return the state's whole address."""
        address = self.addresses[state.home]
        page.set_default_timeout(120_000)  # a lead's first look at a real home counts its teams' rows
        if state.who:
            sign_in(page, address, state.who, self.people.passwords[state.who])
        return f"{address}{state.path}"


@contextmanager
def homes(door: Door) -> Iterator[Homes]:
    """Serve a home in each of its states."""
    newest = door.list_statements()[0]
    body = door.read_statement(newest.id, WHOLE)
    teams = {row.name for row in door.by_group(newest.id, body["indicators"][0]["id"], "team")}
    broken = replace(door, control_chart=_refused, contributions=_refused)
    with TemporaryDirectory() as folder:
        people = People(Path(folder), {})
        people.add(LEAD, role=Role.LEAD, vendor=body["contract"]["vendor"]["id"], teams=tuple(sorted(teams))[:1])

        def app(of: Door) -> Dash:
            return create_app(Settings(home=Path("nowhere")), of, people.workflow)

        with served(app(door)) as full, served(app(FakeRuns(0).door())) as bare, served(app(broken)) as hurt:
            yield Homes({"full": full, "empty": bare, "broken": hurt}, people)


@contextmanager
def holding(page: Page, state: State) -> Iterator[None]:
    """Keep back what the state wants kept back, as long as one looks."""
    held: list[Route] = []

    def answer(route: Route) -> None:
        if state.held == "lost":
            route.abort()
        elif state.held == "parts" and "header.children" in json.loads(route.request.post_data or "{}")["output"]:
            route.continue_()
        else:
            held.append(route)

    if state.held:
        page.route("**/_dash-update-component*", answer)
    yield
    for route in held:
        route.abort()


def settled(page: Page) -> None:
    """Wait until everything that was asked for is drawn."""
    page.wait_for_selector("#drawn", timeout=90_000)
    page.wait_for_load_state("networkidle", timeout=120_000)
    for unfinished in UNFINISHED:
        expect(page.locator(unfinished)).to_have_count(0, timeout=60_000)
    if page.locator(".item-grid").count():
        shown = ".ag-row .ag-cell:not(:empty), .ag-overlay-no-rows-center"
        expect(page.locator(shown).first).to_be_visible(timeout=60_000)
    page.wait_for_timeout(250)


def reached(page: Page, state: State) -> None:
    """Wait until a page that was gone to is in its state."""
    if urlsplit(page.url).path.startswith(BY_THE_SERVER):
        page.wait_for_load_state()
    elif state.held == "lost":
        expect(page.locator("#lost")).to_be_visible()
    elif state.held:
        expect(page.locator(".skeleton").first).to_be_visible()
        page.wait_for_timeout(1000)
    else:
        settled(page)
    if state.act is not None:
        state.act(page)
