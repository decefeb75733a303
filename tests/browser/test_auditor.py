"""The auditor's desk in a real browser: charts and lists saved, the search, a clause's place, one sheet of paper."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from app.components import links
from tests.app.signing_in import People
from tests.browser.serving import sign_in
from tests.browser.states import settled

MONTH = "hx-2026-017.2026-10.v1"
PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def signed_in(page: Page, address: str, people: People) -> None:
    """Sign in as the operator's auditor."""
    sign_in(page, address, "auditor", people.passwords["auditor"])


def saved(page: Page, selector: str, number: int, folder: Path) -> Path:
    """Click what saves something; return the file."""
    with page.expect_download(timeout=60_000) as download:
        page.locator(f"{selector}:visible").nth(number).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_charts_are_saved_as_picture_and_as_data(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}{links.indicator(MONTH, 'service_level')}")
    settled(page)
    days = saved(page, "[data-save=data]", 0, tmp_path)
    rows = list(csv.reader(days.read_text(encoding="utf-8-sig").splitlines()))
    assert days.name == "service_level 2026-10 by-day.csv"
    assert rows[0][:3] == ["day", "value", "target"]
    assert len(rows) == 32
    for number in (0, 2):  # by Plotly, and of elements
        assert saved(page, "[data-save=picture]", number, tmp_path).read_bytes().startswith(PNG)


def test_a_list_is_saved_whole(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}{links.items(MONTH, 'connect_rate', state='missed')}&lang=en")
    settled(page)
    total = int(re.sub(r"\D", "", page.locator(".answer .figure").inner_text()))
    text = saved(page, "a[data-rows]", 0, tmp_path).read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(text.splitlines()))) == total + 1
    book = CalamineWorkbook.from_path(saved(page, "a[data-rows]", 1, tmp_path))
    assert len(book.get_sheet_by_index(0).to_python()) == total + 1


def test_the_search_opens_what_is_found_and_closes(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    settled(page)
    page.keyboard.press("/")
    page.locator(".search input").fill("1.5(1)")
    expect(page.locator(".search-one").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".search")).to_have_count(0)
    page.keyboard.press("/")
    page.locator(".search input").fill("connect")
    expect(page.locator(".search-one.is-on")).to_contain_text("Connect")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/indicator/.*/connect_rate$"))


def test_a_clause_opens_the_contract_at_its_place(page: Page, address: str) -> None:
    page.goto(f"{address}{links.contract(MONTH, 'connect_rate')}")
    expect(page.locator("h3.is-target")).to_contain_text("connect_rate")
    expect(page.locator("h3.is-target")).to_be_in_viewport()


def test_the_scorecard_is_one_sheet_of_paper(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    settled(page)
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1


def test_the_desks_pages_fit_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (links.deliveries(MONTH), links.bridge(MONTH), links.contract(MONTH)):
        page.goto(f"{address}{path}?lang=en")
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
