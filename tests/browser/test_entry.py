"""Somebody comes in for the first time, goes out, and comes back to where they were when the session had ended."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.main import create_app
from app.settings import Settings
from pipelines.workflow import Role
from tests.app.fake_runs import fake_runs
from tests.app.signing_in import NOW, People
from tests.browser.serving import served, sign_in

expect.set_options(timeout=30_000)
MONTH = "hx-2026-017.2026-10.v1"


@pytest.fixture(scope="module")
def address(people: People) -> Iterator[str]:
    app = create_app(Settings(home=Path("nowhere")), fake_runs().door(), people.workflow, lambda: NOW)
    with served(app) as found:
        yield found


def test_the_first_log_in_asks_for_a_password_of_ones_own(page: Page, address: str, people: People) -> None:
    once = people.add("new", name="王芳", role=Role.AUDITOR, way_in="one_time")
    page.goto(f"{address}/statement/{MONTH}")
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fstatement%2F"))
    page.fill("input[name=login]", "new")
    page.fill("input[name=password]", "wrong")
    page.click("button[type=submit]")
    expect(page.locator(".entry-problems")).to_contain_text("账号或密码不对")
    page.fill("input[name=password]", once)
    page.click("button[type=submit]")
    expect(page).to_have_url(re.compile("/password$"))
    page.fill("input[name=current]", once)
    page.fill("input[name=new]", "short")
    page.fill("input[name=again]", "short")
    page.click(".entry-button")
    expect(page.locator(".entry-problems")).to_contain_text("12")
    for name, text in (("current", once), ("new", "Kupfer-Wolke-Anker-19"), ("again", "Kupfer-Wolke-Anker-19")):
        page.fill(f"input[name={name}]", text)
    page.click(".entry-button")
    expect(page.locator(".who")).to_contain_text("王芳")
    page.click(".who")
    expect(page.locator("h1")).to_have_text("王芳")
    page.click(".entry-leave button")
    expect(page).to_have_url(re.compile("/login$"))
    page.goto(f"{address}/statements")
    expect(page).to_have_url(re.compile("/login"))


def test_who_was_signed_out_meanwhile_comes_back_to_the_same_page(page: Page, address: str, people: People) -> None:
    sign_in(page, address, "finance", people.passwords["finance"])
    page.goto(f"{address}/statement/{MONTH}?lang=en")
    expect(page.locator(".answer")).to_contain_text("payable")
    people.workflow.revoke_sessions("finance", by="test", now=NOW)
    page.locator(".nav-link").last.click()
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fdefinitions"))
    page.fill("input[name=login]", "finance")
    page.fill("input[name=password]", people.passwords["finance"])
    page.click("button[type=submit]")
    expect(page).to_have_url(re.compile("/definitions$"))


def test_a_guest_begins_with_the_definitions_and_sees_no_way_to_more(page: Page, address: str, people: People) -> None:
    sign_in(page, address, "guest", people.passwords["guest"])
    expect(page).to_have_url(re.compile("/definitions$"))
    expect(page.locator(".nav-link")).to_have_count(1)
    page.goto(f"{address}/")
    expect(page.locator(".empty h2")).to_contain_text("无权查看")


def test_a_lead_sees_no_money(page: Page, address: str, people: People) -> None:
    sign_in(page, address, "lead.hx", people.passwords["lead.hx"])
    expect(page.locator(".answer")).to_contain_text("您的班组")
    expect(page.locator(".scorecard th.c-money")).to_have_count(0)
    expect(page.locator(".nav-link")).to_have_count(3)  # scorecard, team, definitions
    assert "¥" not in page.inner_text("body")


@pytest.mark.parametrize("path", ["/login", "/account", "/password", "/"])
def test_nothing_of_it_hangs_over_the_edge_of_a_phone(page: Page, address: str, people: People, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    if path != "/login":
        sign_in(page, address, "auditor", people.passwords["auditor"])
    page.goto(f"{address}{path}?lang=en")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
