"""Serves an app in a thread, for a browser to look at, and signs the browser in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dash import Dash
from playwright.sync_api import Page
from werkzeug.serving import make_server


@contextmanager
def served(app: Dash) -> Iterator[str]:
    """Serve the app at a free port of this machine; lend its address."""
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sign_in(page: Page, address: str, login: str, password: str) -> None:
    """Go in by the door, as everybody."""
    page.goto(f"{address}/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url, wait_until="networkidle")


def weighed(page: Page, go: Callable[[], object]) -> int:
    """Return the bytes that came over the wire, compressed and with their heads, while ``go`` went."""
    wire, found = page.context.new_cdp_session(page), list[int]()
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: found.append(int(event["encodedDataLength"])))
    go()
    wire.detach()
    return sum(found)
