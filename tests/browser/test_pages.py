"""Somebody walks from the scorecard to a raw line, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.app.fake_runs import fake_runs
from tests.app.signing_in import People
from tests.browser.serving import sign_in

expect.set_options(timeout=30_000)  # two shared cores, and Plotly is 4 MB of script

MONTH = "hx-2026-017.2026-10.v1"


@pytest.fixture(autouse=True)
def signed_in(page: Page, address: str, people: People) -> None:
    """Sign in as the operator's auditor."""
    sign_in(page, address, "auditor", people.passwords["auditor"])


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the page's console complains of; a policy that stops a script says so here."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    return complaints


def test_from_the_scorecard_to_a_raw_line(page: Page, address: str, said: list[str]) -> None:
    page.goto(f"{address}/?lang=zh")
    expect(page.locator(".answer")).to_contain_text("12 项指标中")
    page.locator(".scorecard tbody tr", has_text="20 秒服务水平").locator(".row-link").click()
    expect(page).to_have_url(re.compile(r"/indicator/.*/service_level$"))
    expect(page.locator(".js-plotly-plot")).to_have_count(3)  # days, months, distribution
    page.locator(".states tr", has_text="未达标").locator(".row-link").first.click()
    expect(page).to_have_url(re.compile(r"/items/.*/service_level\?state=missed$"))
    row = page.locator(".ag-row").first
    expect(row).to_contain_text("未达标")
    item_id = row.locator("[col-id=item]").inner_text()
    row.click()
    expect(page).to_have_url(re.compile(rf"/item/.*/{item_id}$"))
    expect(page.locator(".raw-where")).to_contain_text("hotline-2026-10.csv")
    expect(page.locator(".raw-record pre")).to_contain_text(item_id)
    page.go_back()
    expect(page.locator(".ag-row").first).to_contain_text("未达标")
    assert said == []


def test_rows_come_as_one_scrolls(page: Page, address: str) -> None:
    page.goto(f"{address}/items/{MONTH}/connect_rate")
    expect(page.locator(".ag-row").first).to_be_visible()
    view = page.locator(".ag-grid-viewport, .ag-body-viewport").first
    for _ in range(12):
        view.evaluate("e => e.scrollBy(0, 3000)")
        page.wait_for_timeout(120)
    last = int(page.locator(".ag-row").last.get_attribute("row-index") or 0)
    assert last > 200


def test_a_filter_lives_in_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}/items/{MONTH}/service_level?state=missed")
    expect(page.locator(".ag-row").first).to_contain_text("未达标")
    page.locator(".chip", has_text="达标").nth(1).click()
    expect(page).to_have_url(re.compile("state="))
    page.locator(".chip", has_text="全部候选").click()
    expect(page).to_have_url(re.compile(r"/service_level$"))
    page.go_back()
    page.go_back()
    expect(page.locator(".chip.is-on")).to_contain_text("未达标")
    expect(page.locator(".ag-row").first).to_contain_text("未达标")


def test_the_language_changes_at_once_and_is_remembered(page: Page, address: str) -> None:
    page.goto(f"{address}/statement/{MONTH}")
    expect(page.locator(".answer")).to_contain_text("应付")
    page.locator(".language", has_text="EN").click()
    expect(page.locator(".answer")).to_contain_text("payable")
    expect(page).to_have_url(re.compile("lang=en"))
    page.goto(f"{address}/")
    expect(page.locator(".answer")).to_contain_text("payable")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Scorecard · clausemeter"


def test_the_theme_is_remembered_and_the_grid_follows(page: Page, address: str) -> None:
    page.goto(f"{address}/items/{MONTH}/service_level")
    expect(page.locator(".ag-row").first).to_be_visible()
    light = page.locator(".ag-row").first.evaluate("e => getComputedStyle(e).backgroundColor")
    page.locator(".header-tools button[aria-label]").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert page.locator(".ag-row").first.evaluate("e => getComputedStyle(e).backgroundColor") != light
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_a_mark_of_a_figure_opens_its_day(page: Page, address: str) -> None:
    page.goto(f"{address}/indicator/{MONTH}/service_level")
    day = page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").last.locator(".points path").nth(10)
    day.click(force=True)
    expect(page).to_have_url(re.compile(r"/items/.*day=2026-10-11"))
    expect(page.locator(".chip.is-on").last).to_contain_text("10月11日")


def test_a_bar_of_the_distribution_opens_its_items(page: Page, address: str) -> None:
    page.goto(f"{address}/indicator/{MONTH}/service_level?lang=zh")
    bar = page.locator(".panel", has_text="分布").last.locator(".bars .point path").first
    bar.click(force=True)
    expect(page).to_have_url(re.compile(r"/items/.*amount=0-"))
    expect(page.locator(".chip.is-on").last).to_contain_text("不足")
    expect(page.locator(".ag-row").first).to_be_visible()


def test_what_takes_long_can_be_left_and_is_told(page: Page, address: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "by-day" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.add_init_script("window.clausemeterSlow = 1")  # a millisecond is long here
    page.route("**/_dash-update-component*", hold)
    page.goto(f"{address}/indicator/{MONTH}/service_level?lang=zh")
    expect(page.locator(".answer")).to_contain_text("20 秒服务水平")
    page.locator(".nav a[href='/statements']").click()
    expect(page).to_have_title(re.compile("结算单"))
    for route in held:
        route.continue_()
    expect(page.locator("#ready")).to_contain_text("已算好：指标")
    page.locator("#ready a").click()
    expect(page).to_have_url(re.compile(rf"/indicator/{MONTH}/service_level"))
    page.unroute("**/_dash-update-component*")
    page.wait_for_load_state("networkidle")


def test_a_server_that_does_not_answer_is_said(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=zh")
    expect(page.locator(".answer")).to_be_visible()
    page.route("**/_dash-update-component*", lambda route: route.abort())
    page.locator(".nav a[href='/statements']").click()
    expect(page.locator("#lost")).to_contain_text("服务器没有应答")
    page.unroute("**/_dash-update-component*")
    page.locator(".nav a[href='/definitions']").click()
    expect(page.locator("#lost")).to_be_hidden()
    expect(page).to_have_title(re.compile("定义"))
    page.wait_for_load_state("networkidle")


def test_trouble_leaves_the_page_alive(page: Page, address: str) -> None:
    page.goto(f"{address}/?month=1999-01")
    expect(page.locator(".trouble-code")).to_have_text("web.no_such_month")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.locator(".answer")).to_contain_text("项指标中")


def test_a_money_leads_to_its_line(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    page.locator(".scorecard .c-money .figure").first.click()
    expect(page.locator(".lines tr.is-target")).to_be_visible()


def test_nothing_hangs_over_the_edge_of_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", f"/indicator/{MONTH}/service_level", f"/statement/{MONTH}", f"/items/{MONTH}/csat"):
        page.goto(f"{address}{path}")
        expect(page.locator(".answer")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_an_open_page_says_when_something_is_published_and_keeps_its_filters(page: Page, address: str) -> None:
    runs = fake_runs()
    page.goto(f"{address}/?verdict=missed&sort=gap&lang=zh")
    expect(page.locator(".scorecard tbody tr").first).to_be_visible()
    expect(page.locator("#news")).to_be_hidden()
    before = runs.published
    runs.published = "another"
    try:
        page.evaluate("clausemeterLook()")
        expect(page.locator("#news")).to_be_visible()
        page.click("#redraw")
        expect(page.locator("#drawn[data-stamp=another]")).to_have_count(1)
        expect(page.locator("#news")).to_be_hidden()
        expect(page).to_have_url(re.compile(r"verdict=missed&sort=gap"))
        expect(page.locator(".scorecard .verdict.is-missed").first).to_be_visible()
        expect(page.locator(".scorecard .verdict.is-met")).to_have_count(0)
    finally:
        runs.published = before


def test_finance_downloads_what_it_settles_by(page: Page, address: str, people: People, said: list[str]) -> None:
    page.context.clear_cookies()
    sign_in(page, address, "finance", people.passwords["finance"])
    page.goto(f"{address}/finance?lang=zh")
    expect(page.locator(".lines .is-payable")).to_be_visible()
    expect(page.locator(".track .is-here")).to_be_visible()
    for form, ending in (("PDF", "pdf"), ("CSV", "zip")):
        with page.expect_download() as loaded:
            page.locator(".documents a", has_text=form).click()
        assert loaded.value.suggested_filename.endswith(ending)
    assert said == []


def test_a_lead_sees_what_runs_out_and_who_needs_help(page: Page, address: str, people: People) -> None:
    page.context.clear_cookies()
    sign_in(page, address, "lead.hx", people.passwords["lead.hx"])
    page.goto(f"{address}/team?lang=zh")
    expect(page.locator(".answer")).to_contain_text("还可连失")
    expect(page.locator(".nav")).not_to_contain_text("财务")
    expect(page.locator(".clocks .is-urgent")).to_have_count(2)
    page.locator(".promises .row-link", has_text="电话接通率").click()
    expect(page).to_have_url(re.compile("indicator=connect_rate"))
    expect(page.locator(".agent").first).to_be_visible()
    page.locator(".panel", has_text="最近的未达标").locator(".row-link").first.click()
    expect(page).to_have_url(re.compile("/item/"))
    expect(page.locator(".timeline")).to_be_visible()
