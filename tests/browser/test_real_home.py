"""The whole way, from generated log files to a raw line on the screen: nothing here is a stand-in."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.main import create_app
from app.settings import Settings
from pipelines.runs.demo import run_demo
from tests.app.signing_in import People
from tests.browser.serving import served, sign_in

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's raw files, of one small month."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, logs: Path, people: People) -> Iterator[str]:
    """An app over the demonstration's own home: files loaded, October closed twice."""
    home = tmp_path_factory.mktemp("home")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    contract, mappings = str(ROOT / "data/contracts/A"), ROOT / "data/mappings"
    run_demo(home, logs, contract=contract, mappings=mappings, now=now, months=1, rows=3000, say=lambda _: None)
    with served(create_app(Settings(home=home), workflow=people.workflow)) as found:
        yield found


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Its accounts."""
    return People(tmp_path_factory.mktemp("people"), {})


@pytest.fixture(autouse=True)
def signed_in(page: Page, address: str, people: People) -> None:
    """Sign in as the operator's auditor."""
    sign_in(page, address, "auditor", people.passwords["auditor"])


def test_from_a_missed_promise_to_the_line_in_the_file(page: Page, address: str, logs: Path) -> None:
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


def test_the_money_on_the_statement_adds_up(page: Page, address: str) -> None:
    page.goto(f"{address}/statements?lang=en")
    page.locator("table tbody tr a").first.click()
    expect(page).to_have_url(re.compile(r"/statement/[0-9a-f]{12}"))
    expect(page.locator(".answer")).to_contain_text("payable")
