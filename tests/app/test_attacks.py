"""Attacks: each is a way in, or a way to more than one's own, that somebody would try; none may lead anywhere."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app.auth.gate import CSRF_COOKIE, CSRF_FIELD, CSRF_HEADER, LARGEST, is_loopback, own_path
from app.components import links
from app.main import create_app
from app.settings import Settings
from pipelines.workflow import Role
from tests.app.fake_runs import fake_runs
from tests.app.signing_in import NOW, People, ask, csrf, log_in, wish_for_page
from tests.app.test_matrix import callbacks_of, wish_for_part, wish_for_rows

MONTH = "hx-2026-017.2026-10.v1"
SESSION = "clausemeter"
SCRIPT = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'


@dataclass
class Place:
    """An app of its own accounts, with a clock that a test may set on."""

    app: Dash
    people: People
    now: datetime = NOW

    def client(self, login: str) -> FlaskClient:
        """Return a browser that has signed in."""
        return self.people.sign_in(self.app, login)

    def trail(self, action: str) -> list[Any]:
        """Return the trail's entries of that action, the newest first."""
        return list(self.people.workflow.trail(action=action))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    people = People(tmp_path, {"hx": ("售前一组",)})
    found = Place(Dash.__new__(Dash), people)
    found.app = create_app(Settings(Path("nowhere")), fake_runs().door(), people.workflow, lambda: found.now)
    return found


def is_in(client: FlaskClient) -> bool:
    """Say whether a browser is signed in."""
    return bool(client.get("/account").status_code == 200)


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(SESSION)
    assert cookie is not None
    return str(cookie.value)


def with_token(place: Place, token: str) -> FlaskClient:
    client = place.app.server.test_client()
    client.set_cookie(SESSION, token)
    return client


# --- sessions: forged, replayed, expired, fixed ---


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda token: "A" * len(token),
        lambda token: "' OR 1=1 --",
        lambda token: "%00" + token,
        lambda token: token * 50,
    ],
)
def test_a_forged_session_opens_nothing(place: Place, forge: Callable[[str], str]) -> None:
    token = token_of(place.client("auditor"))
    forged = with_token(place, forge(token))
    assert not is_in(forged)
    assert forged.get("/_dash-layout").status_code == 401
    assert is_in(with_token(place, token))


def test_a_session_that_was_ended_cannot_be_replayed(place: Place) -> None:
    client = place.client("auditor")
    stolen = with_token(place, token_of(client))
    assert is_in(stolen)
    assert client.post("/logout", headers=csrf(client)).status_code == 303
    assert not is_in(stolen)
    assert client.get_cookie(SESSION) is None


@pytest.mark.parametrize("idle", [True, False])
def test_a_session_expires_when_it_is_idle_and_in_any_case(place: Place, idle: bool) -> None:
    client = place.client("auditor")
    begun = place.now
    while place.now - begun < (timedelta(hours=1) if idle else timedelta(hours=12)):
        place.now += timedelta(hours=1) if idle else timedelta(minutes=30)
        if not idle and place.now - begun < timedelta(hours=12):
            assert is_in(client)
    assert not is_in(client)
    assert ask(client, wish_for_page("/")).status_code == 401


def test_what_an_account_loses_its_sessions_lose_at_once(place: Place) -> None:
    workflow, client, auditor = place.people.workflow, place.client("finance"), place.client("auditor")
    workflow.disable("finance", by="test", now=place.now)
    assert not is_in(client)
    workflow.set_roles("auditor", role=Role.GUEST, by="test", now=place.now)
    assert not is_in(auditor)


def test_a_session_is_never_the_one_that_a_browser_brought_along(place: Place) -> None:
    client = with_token(place, "fixed-by-somebody-else")
    answer = log_in(client, "auditor", place.people.passwords["auditor"])
    assert answer.status_code == 303
    assert token_of(client) != "fixed-by-somebody-else"
    assert not is_in(with_token(place, "fixed-by-somebody-else"))


def test_a_new_password_ends_every_other_session(place: Place) -> None:
    mine, other = place.client("auditor"), place.client("auditor")
    old, new = place.people.passwords["auditor"], "Kupfer-Wolke-Anker-19"
    form = {"current": old, "new": new, "again": new, CSRF_FIELD: csrf(mine)[CSRF_HEADER]}
    before = token_of(mine)
    assert mine.post("/password", data=form).status_code == 303
    assert is_in(mine)
    assert not is_in(other)
    assert not is_in(with_token(place, before))
    assert log_in(place.app.server.test_client(), "auditor", old).status_code == 401


def test_with_a_one_time_password_nothing_is_done_before_it_is_changed(place: Place) -> None:
    password = place.people.add("new", role=Role.AUDITOR, way_in="one_time")
    client = place.app.server.test_client()
    assert log_in(client, "new", password).headers["Location"] == "/password"
    assert client.get("/statements").headers["Location"] == "/password"
    assert ask(client, wish_for_page("/")).status_code == 403
    assert client.get(links.export(MONTH, "json")).headers["Location"] == "/password"
    form = {"current": password, "new": "Kupfer-Wolke-Anker-19", "again": "Kupfer-Wolke-Anker-19"}
    assert client.post("/password", data={**form, CSRF_FIELD: csrf(client)[CSRF_HEADER]}).status_code == 303
    assert ask(client, wish_for_page("/")).status_code == 200


# --- cookies and headers ---


def test_cookies_are_for_this_host_scripts_and_encrypted_connections_only(place: Place) -> None:
    client = place.app.server.test_client()
    for base, name in (("http://localhost", SESSION), ("https://c.example", f"__Host-{SESSION}")):
        client.get("/login", base_url=base)
        asked = client.get_cookie("clausemeter_login", path="/login", domain=base.partition("//")[2])
        assert asked is not None
        form = {"login": "auditor", "password": place.people.passwords["auditor"], CSRF_FIELD: asked.value}
        answer = client.post("/login", data=form, base_url=base)
        session = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}="))
        token = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{CSRF_COOKIE}="))
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
        assert "Domain" not in session
        assert "SameSite=Strict" in token
        assert ("Secure" in session.split("; ")) == ("Secure" in token.split("; ")) == base.startswith("https")


def test_over_http_a_foreign_host_gets_only_secure_cookies(place: Place) -> None:
    answer = place.app.server.test_client().get("/login", base_url="http://c.example")
    assert all("Secure" in one.split("; ") for one in answer.headers.getlist("Set-Cookie"))


def test_https_is_said_to_stay(place: Place) -> None:
    client = place.app.server.test_client()
    assert "max-age=31536000" in client.get("/login", base_url="https://c.example").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/login").headers


def test_nobodys_word_on_https_or_the_address_is_taken_but_the_proxys(tmp_path: Path) -> None:
    people, told = People(tmp_path, {}), {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    for proxies, is_believed in ((0, False), (1, True)):
        app = create_app(Settings(Path("nowhere"), proxies=proxies), fake_runs().door(), people.workflow, lambda: NOW)
        answer = app.server.test_client().get("/login", headers=told)
        assert ("Strict-Transport-Security" in answer.headers) == is_believed


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True), ("localhost:8050", True), ("127.0.0.1:80", True), ("[::1]:8050", True),
        ("localhost.evil.example", False), ("127.0.0.1.evil.example", False), ("10.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_this_machine_is_only_itself(host: str, is_here: bool) -> None:
    assert is_loopback(host) == is_here


# --- requests of other sites ---


@pytest.mark.parametrize(
    "headers",
    [
        {CSRF_HEADER: ""},
        {CSRF_HEADER: "x"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_cannot_ask_in_somebodys_name(place: Place, headers: dict[str, str]) -> None:
    client = place.client("auditor")
    assert (
        ask(client, wish_for_page("/"), **{"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}).status_code
        == 200
    )
    assert ask(client, wish_for_page("/"), **headers).status_code == 403
    assert client.post("/logout", headers={**csrf(client), **headers}).status_code == 403
    assert is_in(client)
    assert place.trail("web.refused")


def test_anothers_token_is_no_token(place: Place) -> None:
    mine, theirs = place.client("auditor"), place.client("finance")
    assert ask(mine, wish_for_page("/"), **csrf(theirs)).status_code == 403
    with_both = csrf(theirs)[CSRF_HEADER]
    mine.set_cookie(CSRF_COOKIE, with_both)  # a cookie that another host planted: the store knows better
    assert ask(mine, wish_for_page("/")).status_code == 403


def test_nobody_is_signed_in_by_another_sites_form(place: Place) -> None:
    client = place.app.server.test_client()
    form = {"login": "auditor", "password": place.people.passwords["auditor"]}
    assert client.post("/login", data=form).status_code == 403
    assert client.post("/login", data={**form, CSRF_FIELD: ""}).status_code == 403
    client.get("/login")
    assert client.post("/login", data={**form, CSRF_FIELD: "x"}).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("path", ["/logout", "/password", "/_dash-update-component", "/account"])
def test_nothing_is_changed_by_a_link(place: Place, path: str) -> None:
    client = place.client("auditor")
    client.get(path)
    client.delete(path, headers=csrf(client))
    assert is_in(client)


# --- payloads changed by hand ---


def payloads(app: Dash) -> Iterator[tuple[str, Any]]:
    """Yield what no page of ours asks."""
    page, outputs = wish_for_page("/"), callbacks_of(app)
    part = wish_for_part(
        outputs["by-group"], "by-group", {"statement_id": MONTH, "indicator_id": "csat", "group": "team"}
    )
    rows = wish_for_rows(outputs["items"], MONTH, {})

    def changed(wish: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        other = deepcopy(wish)
        change(other)
        return other

    yield "not json", None
    yield "a list", [page]
    yield "an unknown output", page | {"output": "nothing.children"}
    yield "an output of another", page | {"output": outputs["by-day"]}
    yield "an output that is a list", page | {"output": [outputs["by-day"]]}
    yield "a role", page | {"role": "operator_auditor"}
    yield "another property", changed(page, lambda w: w["inputs"][0].update(property="href"))
    yield "another id", changed(page, lambda w: w["inputs"][0].update(id="cookie"))
    yield "one input less", changed(page, lambda w: w["inputs"].pop())
    yield "one state more", page | {"state": [{"id": "x", "property": "data", "value": 1}]}
    yield "other outputs", changed(page, lambda w: w["outputs"][0].update(id="elsewhere"))
    yield "an address that is none", changed(page, lambda w: w["inputs"][0].update(value=["/"]))
    yield "an address without end", changed(page, lambda w: w["inputs"][0].update(value="/" + "x" * 5000))
    yield "what was not changed", page | {"changedPropIds": ["header.children"]}
    yield "a part that does not match", changed(part, lambda w: w["outputs"]["id"].update(what="{}"))
    yield "a part of another kind", changed(part, lambda w: w["inputs"][0]["id"].update(type="by-day"))
    yield "a value that is not its id", changed(part, lambda w: w["inputs"][0].update(value={"type": "by-group"}))
    for name, text in {
        "no arguments": "{}",
        "no json": "x",
        "arguments that are no texts": json.dumps({"statement_id": [MONTH], "indicator_id": "csat", "group": "team"}),
        "an argument more": json.dumps({"statement_id": MONTH, "indicator_id": "csat", "group": "team", "reader": "x"}),
        "an unknown group": json.dumps({"statement_id": MONTH, "indicator_id": "csat", "group": "customer_id"}),
        "a group of SQL": json.dumps({"statement_id": MONTH, "indicator_id": "csat", "group": "team) --"}),
    }.items():
        odd = {"type": "by-group", "what": text, "lang": "en"}
        yield (
            f"a part with {name}",
            part
            | {
                "outputs": {"id": odd, "property": "children"},
                "inputs": [{"id": odd, "property": "id", "value": odd}],
            },
        )
    for name, request in {
        "a sort column": {"startRow": 0, "sortModel": [{"colId": "customer_id", "sort": "asc"}]},
        "a filter": {"startRow": 0, "filterModel": {"team": {"filter": "x"}}},
        "a row before the first": {"startRow": -1},
        "a row that is no number": {"startRow": "0; DROP TABLE"},
        "a row that is true": {"startRow": True},
        "no row": {},
    }.items():
        value = request or {"endRow": 1}
        yield f"rows with {name}", changed(rows, lambda w, v=value: w["inputs"][0].update(value=v))  # type: ignore[misc]
    lists: dict[str, Any] = {
        "another list": {"statement_id": "other", "indicator_id": "connect", "query": {}},
        "another filter": {"statement_id": MONTH, "indicator_id": "connect", "query": {"team": "x"}},
        "a filter of SQL": {"statement_id": MONTH, "indicator_id": "connect", "query": {"customer_id": "x"}},
        "a filter that is no text": {"statement_id": MONTH, "indicator_id": "connect", "query": {"state": ["met"]}},
        "a day that is none": {"statement_id": MONTH, "indicator_id": "connect", "query": {"day": "x"}},
        "a list that is none": [],
        "a role": {"statement_id": MONTH, "indicator_id": "connect", "query": {}, "role": "operator_auditor"},
    }
    for name, found in lists.items():
        yield f"rows of {name}", changed(rows, lambda w, v=found: w["state"][1].update(value=v))  # type: ignore[misc]
    for cursor in ("x", ["x", "y", "z"], ["2026-10-01", "a", "b"], ["2026-10-01T00:00:00+00:00", "a"], [1, 2, 3]):
        yield f"a cursor {cursor}", changed(rows, lambda w, v=cursor: w["state"][0].update(value={"0": v}))  # type: ignore[misc]


NAMES = [name for name, _ in payloads(create_app(Settings(Path("nowhere")), fake_runs().door(), object()))]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_payload_changed_by_hand_is_refused_and_noted(place: Place, name: str) -> None:
    client = place.client("guest")
    wish = dict(payloads(place.app))[name]
    if wish is None:
        answer = client.post("/_dash-update-component", data="{", headers=csrf(client))
    else:
        answer = ask(client, wish)
    assert (answer.status_code, answer.get_json()) == (400, {"code": "auth.tampered"})
    (entry,) = place.trail("web.refused")
    assert (entry.login, entry.outcome) == ("guest", "refused")
    assert json.loads(entry.detail)["code"] == "auth.tampered"


def test_the_payloads_are_refused_for_what_was_changed_alone(place: Place) -> None:
    client, outputs = place.client("auditor"), callbacks_of(place.app)
    part = wish_for_part(
        outputs["by-group"], "by-group", {"statement_id": MONTH, "indicator_id": "csat", "group": "team"}
    )
    assert ask(client, part).status_code == 200
    assert "rowData" in ask(client, wish_for_rows(outputs["items"], MONTH, {})).get_data(as_text=True)


def test_a_role_is_the_accounts_whatever_is_sent_along(place: Place) -> None:
    client = place.client("guest")
    client.set_cookie("role", "operator_auditor")
    for path in ("/", f"/statement/{MONTH}", "/statements"):
        said = ask(client, wish_for_page(path, "?role=operator_auditor&vendor=hx&reader=x"), Role="administrator")
        assert "恒信" not in json.dumps(said.get_json(), ensure_ascii=False)


# --- bodies ---


def test_an_oversized_callback_is_refused(place: Place) -> None:
    client = place.client("auditor")
    answer = ask(client, wish_for_page("/" + "x" * LARGEST))
    assert (answer.status_code, answer.get_json()) == (413, {"code": "web.too_large"})


@pytest.mark.parametrize("path", ["/login", "/password", "/logout"])
def test_an_oversized_form_is_refused_in_words(place: Place, path: str) -> None:
    client = place.client("auditor")
    for size in (1 << 15, LARGEST + 1):
        form = {CSRF_FIELD: csrf(client)[CSRF_HEADER], "login": "x" * size, "current": "x" * size}
        answer = client.post(path, data=form, headers={"Accept-Language": "en"})
        assert answer.status_code == 413
        assert "too large" in answer.get_data(as_text=True)
    parts = {f"field{n}": "x" for n in range(1000)}
    assert client.post(path, data=parts, content_type="multipart/form-data").status_code == 413


# --- guessing ---


def test_guessing_at_a_password_becomes_slow(place: Place) -> None:
    client, right = place.app.server.test_client(), place.people.passwords["auditor"]
    answers = [log_in(client, "auditor", f"wrong {n}").status_code for n in range(6)]
    assert answers[-1] == 429
    answer = log_in(client, "auditor", right)
    assert answer.status_code == 429  # the right one too, so that nothing is learnt
    wait = int(answer.headers["Retry-After"])
    assert str(wait) in answer.get_data(as_text=True)
    place.now += timedelta(seconds=wait)
    assert log_in(client, "auditor", right).status_code == 303
    assert log_in(place.app.server.test_client(), "finance", place.people.passwords["finance"]).status_code == 303


def test_who_has_an_account_cannot_be_told(place: Place) -> None:
    place.people.workflow.disable("finance", by="test", now=place.now)
    said = set()
    for login, password in (
        ("auditor", "wrong"), ("nobody", "wrong"), ("finance", place.people.passwords["finance"]), ("' OR 1=1 --", "x"),
    ):  # fmt: skip
        client = place.app.server.test_client()
        answer = log_in(client, login, password)
        asked = client.get_cookie("clausemeter_login", path="/login")
        assert asked is not None
        page = answer.get_data(as_text=True).replace(asked.value, "·")
        said.add((answer.status_code, page.replace(f'value="{login.replace(chr(39), "&#39;")}"', "·")))
    assert len(said) == 1


# --- where one is led ---

ELSEWHERE = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "javascript:alert(1)", " //evil.example", "/\t/evil.example", "/\n//evil.example",
    "/%0d%0aSet-Cookie:x", "evil.example", "/login?next=//evil.example", "/logout", "/sso", "/_dash-layout", "",
]  # fmt: skip


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_one_is_led_to_own_pages_alone(place: Place, onward: str) -> None:
    client = place.app.server.test_client()
    answer = log_in(client, "auditor", place.people.passwords["auditor"], next=onward)
    assert answer.headers["Location"] in {"/", "/%0d%0aSet-Cookie:x"}
    assert "evil" not in str(answer.headers)
    assert client.get("/login", query_string={"next": onward}).headers["Location"] in {"/", "/%0d%0aSet-Cookie:x"}


def test_own_pages_are_gone_on_to(place: Place) -> None:
    for onward in ("/statements", f"/items/{MONTH}/csat?state=missed&team=%E5%94%AE%E5%89%8D", "/?contract=A"):
        assert own_path(onward) == onward
        answer = log_in(place.app.server.test_client(), "auditor", place.people.passwords["auditor"], next=onward)
        assert answer.headers["Location"] == onward


# --- stored script (the pages themselves: tests/browser/test_stored_script.py) ---


def test_a_script_in_a_name_is_text_on_the_servers_own_pages(place: Place) -> None:
    password = place.people.add("mallory", role=Role.LEAD, name=SCRIPT, vendor=SCRIPT, teams=(SCRIPT,))
    client = place.app.server.test_client()
    log_in(client, "mallory", password)
    page = client.get("/account").get_data(as_text=True)
    assert SCRIPT not in page
    assert page.count("&lt;script&gt;") == 3
    wrong = log_in(place.app.server.test_client(), SCRIPT, "x", next=f"/{SCRIPT}").get_data(as_text=True)
    assert "<script>window" not in wrong
    assert "<img" not in wrong


def test_what_was_seen_stands_in_the_trail(place: Place) -> None:
    client = place.client("auditor")
    ask(client, wish_for_page(f"/statement/{MONTH}"))
    client.get(links.export(MONTH, "json"))
    ask(place.client("guest"), wish_for_page(f"/statement/{MONTH}"))
    client.post("/logout", headers=csrf(client))
    seen = [(one.login, one.action, one.thing, one.outcome) for one in reversed(place.people.workflow.trail())]
    assert [one for one in seen if one[1] in {"see.statement", "export", "log_out"}] == [
        ("auditor", "see.statement", f"/statement/{MONTH}", "done"),
        ("auditor", "export", MONTH, "done"),
        ("guest", "see.statement", f"/statement/{MONTH}", "refused"),
        ("auditor", "log_out", "auditor", "done"),
    ]
    assert place.people.workflow.check_trail().problem is None
