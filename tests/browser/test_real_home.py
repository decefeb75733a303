"""The whole way, from generated log files to a raw line on the screen: nothing here is a stand-in."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.main import create_app
from app.settings import Settings
from pipelines.runs.demo import run_demo
from pipelines.runs.narrow import statement_as_seen
from pipelines.runs.sight import WHOLE, Sight
from pipelines.runs.statements import find_statement
from tests.app.signing_in import People
from tests.browser.serving import served, sign_in

ROOT = Path(__file__).parents[2]
TEAM = "远帆一组"
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's raw files, of one small month."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Path:
    """The demonstration's own home: files loaded, October closed twice."""
    home = tmp_path_factory.mktemp("home")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    contract, mappings = str(ROOT / "data/contracts/A"), ROOT / "data/mappings"
    run_demo(home, logs, contract=contract, mappings=mappings, now=now, months=1, rows=3000, say=lambda _: None)
    return home


@pytest.fixture(scope="module")
def address(home: Path, people: People) -> Iterator[str]:
    """An app over it."""
    with served(create_app(Settings(home=home), workflow=people.workflow)) as found:
        yield found


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Its accounts."""
    return People(tmp_path_factory.mktemp("people"), {"yuanfan": (TEAM,)})


# --- each desk's job, from the door to the answer, in each language, scheme and width --------------------------------


@dataclass(frozen=True)
class Desk:
    """A browser in one language, scheme and width, whose reader has come in by the door; and the statement's record."""

    page: Page
    body: Mapping[str, Any]

    def of(self, indicator_id: str) -> Mapping[str, Any]:
        return next(one for one in self.body["indicators"] if one["id"] == indicator_id)


@pytest.fixture(params=product(("zh", "en"), ("light", "dark"), (1440, 390)), ids=lambda look: "-".join(map(str, look)))
def desk(
    request: pytest.FixtureRequest, page: Page, address: str, people: People, home: Path
) -> Callable[[str, Sight], Desk]:
    """Come in by the door, as everybody: the log-in page in the language, no address known but that."""
    language, scheme, width = request.param

    def come_in(login: str, sight: Sight = WHOLE) -> Desk:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}/login?lang={language}")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", people.passwords[login])
        page.click("button[type=submit]")
        expect(page.locator("#drawn .answer")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        return Desk(page, statement_as_seen(home, find_statement(home, "A:2026-10").id, sight))

    return come_in


def fits(page: Page) -> None:
    """Fail where something hangs over the edge."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def money(amount: str) -> str:
    return f"{'−' if Decimal(amount) < 0 else ''}¥{abs(Decimal(amount)):,.2f}"


def test_an_auditor_comes_in_and_proves_a_missed_promise(desk: Callable[..., Desk]) -> None:
    found = desk("auditor")
    page, one = found.page, found.of("service_level")
    expect(page.locator(".answer")).to_contain_text(money(found.body["totals"]["payable"]))
    fits(page)
    page.locator(".scorecard a.row-link[href$='/service_level']").click()
    expect(page.locator(".answer .figure").first).to_have_text(re.compile(rf"^{Decimal(one['value']) * 100:.2f} %"))
    fits(page)
    page.locator(".states a.row-link[href$='state=missed']").click()
    expect(page.locator(".item-grid")).to_be_visible()
    expect(page.locator(".answer .figure").first).to_have_text(str(one["states"]["missed"]))
    row = page.locator(".ag-row .ag-cell:not(:empty)").first
    expect(row).to_be_visible()
    fits(page)
    row.click()
    expect(page.locator(".raw-where").first).to_contain_text("yuanfan_acd_202610.csv")
    fits(page)


def test_finance_comes_in_and_takes_what_is_payable_home(desk: Callable[..., Desk]) -> None:
    found = desk("finance")
    page, payable = found.page, found.body["totals"]["payable"]
    page.locator(".nav a[href='/finance']").click()
    expect(page.locator(".lines .is-payable .c-amount")).to_have_text(f"{Decimal(payable):,.2f}")
    expect(page.locator(".waterfall .is-payable .fall-amount")).to_have_text(f"{Decimal(payable):,.2f}")
    fits(page)
    with page.expect_download() as loaded:
        page.locator(".documents a[href$='/json']").click()
    assert json.loads(loaded.value.path().read_text(encoding="utf-8"))["totals"]["payable"] == payable


def test_a_lead_comes_in_and_finds_the_misses_of_the_team(desk: Callable[..., Desk], people: People) -> None:
    found = desk("lead.yuanfan", Sight(vendor="yuanfan", teams=frozenset({TEAM})))
    page, one = found.page, found.of("connect_rate")
    page.locator(".nav a[href='/team']").click()
    expect(page.locator(".answer")).to_contain_text(TEAM)
    row = page.locator(".promises tr", has=page.locator("a[href*='indicator=connect_rate']"))
    expect(row.locator(".c-value")).to_have_text(re.compile(rf"^{Decimal(one['value']) * 100:.2f} %"))
    fits(page)
    row.locator(".row-link").click()
    expect(page).to_have_url(re.compile("indicator=connect_rate"))
    expect(page.locator(".agent").first).to_be_visible()
    assert "¥" not in page.inner_text("body")


# --- what only the auditor's own files show ---------------------------------------------------------------------------


def test_from_a_missed_promise_to_the_line_in_the_file(page: Page, address: str, logs: Path, people: People) -> None:
    sign_in(page, address, "auditor", people.passwords["auditor"])
    page.goto(f"{address}/?lang=zh")
    expect(page.locator(".answer")).to_contain_text("25 项指标中")
    page.locator(".scorecard tbody tr", has_text="20 秒服务水平").locator(".row-link").click()
    expect(page).to_have_url(re.compile(r"/indicator/.*/service_level$"))
    page.locator(".states tr", has_text="未达标").locator(".row-link").first.click()
    expect(page).to_have_url(re.compile(r"/items/.*/service_level\?state=missed$"))
    row = page.locator(".ag-row").first
    expect(row).to_contain_text("未达标")
    item_id = row.locator("[col-id=item]").inner_text()
    row.click()
    where = page.locator(".raw-where").first
    expect(where).to_contain_text("yuanfan_acd_202610.csv")
    line_no = int(re.findall(r"\d+", where.inner_text().split("csv")[1])[0])
    file = next(logs.rglob("yuanfan_acd_202610.csv"))
    assert file.read_text(encoding="utf-8").splitlines()[line_no - 1].startswith(item_id)


def test_the_money_on_the_statement_adds_up(page: Page, address: str, people: People) -> None:
    sign_in(page, address, "auditor", people.passwords["auditor"])
    page.goto(f"{address}/statements?lang=en")
    page.locator("table tbody tr a").first.click()
    expect(page).to_have_url(re.compile(r"/statement/[0-9a-f]{12}"))
    expect(page.locator(".answer")).to_contain_text("payable")
