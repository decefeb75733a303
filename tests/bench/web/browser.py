"""The first view by a browser's clock, what it weighs, and whom it asks."""

import json
import os
import tempfile
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import FLAGS, HOW_TO, find_chromium
from tests.browser.serving import sign_in, weighed

ROUNDS, PATIENCE_MS = 9, 180_000
SEEN = ".answer a.figure, .answer .figure"  # a number of the answer line
PAGES = ("/", "/finance", "/team", "/statements", "/definitions")


def looked_at(address: str, login: str, password: str) -> dict[str, Any]:
    """Return the first view's milliseconds with a warm cache, the cold page's bytes, and the hosts that were asked."""
    path = find_chromium()
    if path is None:
        return {"browser": f"none: {HOW_TO}"}
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, headless=True, args=list(FLAGS), env={**os.environ, "HOME": home}
        )
        try:
            return _looked_at(chromium, address, login, password)
        finally:
            chromium.close()


def _looked_at(chromium: Browser, address: str, login: str, password: str) -> dict[str, Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    hosts: dict[str, int] = {}
    context.on("request", lambda request: _count(hosts, request.url, address))
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    cold = weighed(page, lambda: sign_in(page, address, login, password))
    page.wait_for_selector(SEEN)
    page.add_init_script(f"({NOTE})({json.dumps(SEEN)})")
    warm = [_first_view(page, address) for _ in range(ROUNDS)]
    for place in PAGES:
        page.goto(f"{address}{place}", wait_until="networkidle")
    context.close()
    return {
        "first view, warm": {
            "best_ms": min(warm),
            "median_ms": sorted(warm)[ROUNDS // 2],
            "worst_ms": max(warm),
            "rounds": ROUNDS,
            "target": "under 1000 ms",
        },
        "page weight, cold, compressed": {"mb": round(cold / 1e6, 3), "target": "at most 2.3 MB"},
        "requests that leave the host": {"is": sum(hosts.values()), "target": "none"},
    }


def _count(hosts: dict[str, int], url: str, address: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(address).netloc:
        hosts[parts.netloc] = hosts.get(parts.netloc, 0) + 1


# The page itself notes when the number has been painted: a frame after the one in which it first stood there.
NOTE = """(seen) => {
  const look = () => requestAnimationFrame(() => {
    const found = document.querySelector(seen);
    if (!found || !found.getClientRects().length) return look();
    requestAnimationFrame(() => { window.firstViewMs = performance.now(); });
  });
  look();
}"""


def _first_view(page: Page, address: str) -> int:
    """Return the milliseconds from the navigation to the frame after the answer line's first number is there."""
    page.goto("about:blank")
    page.goto(f"{address}/", wait_until="commit")
    page.wait_for_selector(SEEN, state="visible")
    page.wait_for_timeout(500)
    return round(page.evaluate("window.firstViewMs"))
