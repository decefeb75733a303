"""What a browser that was never here has to load, all of it compressed."""

from playwright.sync_api import Page

from tests.app.signing_in import People
from tests.browser.serving import sign_in, weighed

MONTH = "hx-2026-017.2026-10.v1"
MOST = 2_300_000  # bytes


def test_the_first_page_and_the_heaviest_one_are_light_enough(page: Page, address: str, people: People) -> None:
    """An indicator's charts bring Plotly, which is more than half of all there is."""
    scorecard = weighed(page, lambda: sign_in(page, address, "auditor", people.passwords["auditor"]))
    assert 300_000 < scorecard < MOST / 2
    more = weighed(
        page, lambda: page.goto(f"{address}/indicator/{MONTH}/chat_first_response", wait_until="networkidle")
    )
    assert scorecard + more < MOST


def test_what_names_its_version_is_loaded_once(page: Page, address: str, people: People) -> None:
    sign_in(page, address, "auditor", people.passwords["auditor"])
    again = weighed(page, lambda: page.goto(f"{address}/", wait_until="networkidle"))
    assert 0 < again < 60_000  # the page itself and its figures
