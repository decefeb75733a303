"""Every route, page, callback and export × every role × own and foreign vendor, against a written table: matrix.yaml.

The home is a real one of two vendors. No answer to one vendor's people holds a word, a name or a sum of the other's;
what is not theirs is answered like what never was.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import pytest
import yaml
from dash import Dash
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from app import routes
from app.auth.policy import table as policy_table
from app.components import links
from app.main import create_app
from app.pages.items import FORMS as ITEM_FORMS
from app.pages.statement import DOCUMENTS
from app.settings import Settings
from pipelines.runs.close_month import ClosedMonth
from pipelines.runs.export import DOCUMENTS as FORMS
from pipelines.workflow import Role
from tests.app.signing_in import People, ask, csrf, wish_for_page
from tests.runs.two_vendors import SUMS, two_vendors

TABLE = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))
NEVER = "0123456789ab"  # a statement that never was
TEAMS = {"alpha": ("Alpha first",), "zeta": ("Zeta first",)}
OTHER = {"alpha": "zeta", "zeta": "alpha"}
LOGINS = {
    "admin": ("admin",),
    "auditor": ("auditor",),
    "finance": ("finance",),
    "manager": ("manager.alpha", "manager.zeta"),
    "lead": ("lead.alpha", "lead.zeta"),
    "guest": ("guest",),
}
ACCOUNTS = [(account, login) for account in TABLE["accounts"] for login in LOGINS[account]]

# What an answer must not hold: the other vendor's words, names, sums (Zeta's begin with a z, see two_vendors.py).
OF = {
    "alpha": r"alpha|beta|阿尔法|\bann\b|\bbob\b|\ba1\b|\bb1\b|\ba-[12]\b|\bb-\d|111[,.]?111",
    "zeta": r"zeta|泽塔|\bzoe\b|\bzed\b|\bz[12]\b|\bz-\d|zcalls|777[,.]?777",
}
OF_OTHER_CONTRACTS = r"another contract|他合同"
OF_OTHER_TEAMS = {"alpha": r"beta|\bbob\b|\bb1\b|\bb-\d", "zeta": r"zeta second|\bz2\b|\bz-[345]|zcalls"}
MONEY = {name: re.escape(f"{float(sum_):,.2f}") + "|" + re.escape(sum_) for name, sum_ in SUMS.items()}
OF_A_STATEMENT = ("scorecard", "indicator", "items", "item", "statement", "finance", "team")  # their answers name it
ANY_STATEMENT = ("indicator", "items", "item", "statement", "deliveries", "bridge", "contract")
CUSTOMERS = r"9900000\d\d|ord-9900"
AGENTS = r"\bann\b|\bbob\b|\bzoe\b|\bzed\b"


@dataclass(frozen=True)
class World:
    """The app over the home of two vendors, its people, and what was closed."""

    app: Dash
    people: People
    closed: dict[str, ClosedMonth]
    clients: dict[str, FlaskClient]

    def client(self, login: str) -> FlaskClient:
        """Return a browser that is signed in."""
        if login not in self.clients:
            self.clients[login] = self.people.sign_in(self.app, login)
        return self.clients[login]

    def statement(self, vendor: str) -> str:
        """Return a vendor's statement."""
        return self.closed[vendor].ref.id


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    office, closed = two_vendors(tmp_path_factory.mktemp("world") / "office")
    people = People(office.home, TEAMS)
    app = create_app(Settings(home=office.home), workflow=people.workflow)
    return World(app, people, closed, {})


# --- what there is stands in the table ---


def callbacks_of(app: Dash) -> dict[str, str]:
    """Return the server's callbacks by their short names: of a part its type, of the first one `page`."""
    found = {}
    for output, declared in app.callback_map.items():
        if "callback" in declared:  # what the browser does alone has none
            named = re.search(r'"type":"([\w-]+)"', output)
            found[named[1] if named else "page"] = output
    return found


def served(app: Dash) -> set[str]:
    """Return every address that the server answers, with its methods."""
    rules = app.server.url_map.iter_rules()
    return {f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def missing(app: Dash) -> dict[str, set[str]]:
    """Return what stands in the app or in the table, and not in the other."""
    there = {
        "routes": served(app),
        "pages": {route.name for route in routes.ROUTES},
        "callbacks": set(callbacks_of(app)),
        "exports": {*FORMS, "csv"},
        "item_files": set(ITEM_FORMS),
    }
    return {kind: lost for kind, names in there.items() if (lost := names ^ set(TABLE[kind]))}


def test_everything_is_in_the_table_and_nothing_else(world: World) -> None:
    assert missing(world.app) == {}
    assert set(FORMS) == set(DOCUMENTS)


def test_a_new_page_callback_or_route_would_be_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(home=Path("nowhere")), world.app.server.extensions["clausemeter"], world.people.workflow)
    app.server.add_url_rule("/new", "new", lambda: "")
    app.callback_map['{"type":"new"}.children'] = {"callback": print}
    monkeypatch.setattr(
        routes, "ROUTES", (*routes.ROUTES, replace(routes.ROUTES[0], path="/new-page", name="new page"))
    )
    assert missing(app) == {"routes": {"GET /new"}, "pages": {"new page"}, "callbacks": {"new"}}


def test_the_table_has_every_role(world: World) -> None:
    roles = [Role.ADMINISTRATOR, Role.AUDITOR, Role.FINANCE, Role.MANAGER, Role.LEAD, Role.GUEST]
    assert set(roles) == set(Role)
    assert len(TABLE["accounts"]) == len(roles)
    assert all(list(reaches) == roles for reaches in policy_table().values())
    assert all(
        len(cells) == len(roles)
        for kind in ("pages", "callbacks", "exports", "item_files")
        for cells in TABLE[kind].values()
    )


# --- routes ---

EXAMPLES = {
    "<path:path>": "statements",
    "<path:filename>": "1-theme.css",
    "<form>": "json",
    "<string:package_name>/<path:fingerprinted_path>": "dash/deps/polyfill@7.min.js",
}


def call(client: FlaskClient, route: str, world: World, headers: dict[str, str]) -> Any:
    method, _, path = route.partition(" ")
    path = path.replace("<indicator_id>/<form>", "connect/csv")
    for part, example in (*EXAMPLES.items(), ("<statement_id>", world.statement("alpha"))):
        path = path.replace(part, example)
    if path.endswith("polyfill@7.min.js"):
        page = world.client("auditor").get("/").get_data(as_text=True)
        path = next(iter(re.findall(r'src="(/_dash-component-suites/dash/[^"?]+)', page)))
    wish = wish_for_page("/") if path == "/_dash-update-component" else None
    return client.open(path, method=method, json=wish, headers=headers, buffered=True)


@pytest.mark.parametrize("route", TABLE["routes"])
def test_a_route_is_answered_as_written(world: World, route: str) -> None:
    stranger, signed_in, without = TABLE["routes"][route]
    assert call(world.app.server.test_client(), route, world, {}).status_code == stranger
    mine = world.people.sign_in(world.app, "auditor")
    assert call(mine, route, world, {}).status_code == without
    assert call(mine, route, world, csrf(mine)).status_code == signed_in


@pytest.mark.parametrize("route", [route for route, (stranger, *_) in TABLE["routes"].items() if stranger == 303])
def test_a_stranger_is_led_to_the_way_in_and_back(world: World, route: str) -> None:
    answer = call(world.app.server.test_client(), route, world, {})
    assert re.fullmatch(r"/login(\?next=%2F[\w%.-]+)?", answer.headers["Location"])


# --- pages, callbacks, exports ---


PARTS_OF_DESKS = {
    "months": ("statement_id", "sort"),
    "standing": ("statement_id",),
    "changes": ("before_id", "statement_id"),
    "clocks": ("statement_id", "team"),
    "agents": ("statement_id", "indicator_id", "team"),
    "misses": ("statement_id", "indicator_id", "team"),
    "contest": ("statement_id",),
}


def addresses(statement_id: str, vendor: str) -> dict[str, list[str]]:
    """Return addresses of each page about a vendor's: figures, items of a call and of an agent, a document."""
    letter, agent, at = {"alpha": ("a", "ann", "1791161700000000"), "zeta": ("z", "zoe", "1791161700000000")}[vendor]
    return {
        "scorecard": [links.scorecard(f"no-{vendor}"), links.scorecard(f"no-{vendor}", "2026-10", sort="money")],
        "indicator": [links.indicator(statement_id, one) for one in ("connect", "occupancy")],
        "items": [
            links.items(statement_id, "connect"),
            links.items(statement_id, "connect", state="outside"),
            links.items(statement_id, "occupancy"),
        ],
        "item": [
            links.item(statement_id, "offered_call", "call", f"{letter}-1"),
            links.item(statement_id, "agent_state", "agent_state", f"{agent}#{at}#2026-10-05"),
        ],
        "statement": [links.statement(statement_id)],
        "deliveries": [links.deliveries(statement_id)],
        "bridge": [links.bridge(statement_id)],
        "contract": [links.contract(statement_id)],
        "finance": [links.finance(f"no-{vendor}"), links.finance(f"no-{vendor}", "2026-10")],
        "team": [links.team(f"no-{vendor}"), links.team(f"no-{vendor}", "2026-10", indicator="connect")],
        "statements": ["/statements"],
        "definitions": ["/definitions"],
        "definition": ["/definition/phone.connect_rate@1"],
    }


def wishes(app: Dash, name: str, statement_id: str) -> Iterator[dict[str, Any]]:
    """Return what the browser asks of a callback about a statement."""
    output = callbacks_of(app)[name]
    if name == "page":
        yield wish_for_page("/definitions")
    elif name == "items":
        for query in ({}, {"state": "outside"}, {"team": "Beta second"}):
            yield wish_for_rows(output, statement_id, query)
    elif name in PARTS_OF_DESKS:
        known = {"statement_id": statement_id, "before_id": statement_id, "indicator_id": "connect", "sort": "gap"}
        for team in ("", "Beta second") if "team" in PARTS_OF_DESKS[name] else ("",):
            what = {part: {**known, "team": team}[part] for part in PARTS_OF_DESKS[name]}
            yield wish_for_part(output, name, what)
    else:
        for group in ("team", "queue", "agent", "topic", "hour") if name == "by-group" else ("",):
            what = {"statement_id": statement_id, "indicator_id": "wait", **({"group": group} if group else {})}
            yield wish_for_part(output, name, what)


def wish_for_part(output: str, kind: str, what: dict[str, str], lang: str = "en") -> dict[str, Any]:
    part = {"type": kind, "what": json.dumps(what, ensure_ascii=False, sort_keys=True), "lang": lang}
    return {
        "output": output,
        "outputs": {"id": part, "property": "children"},
        "inputs": [{"id": part, "property": "id", "value": part}],
        "changedPropIds": [],
    }


def wish_for_rows(output: str, statement_id: str, query: dict[str, str]) -> dict[str, Any]:
    groups = [(name, query[name]) for name in ("team", "queue", "agent") if name in query]
    own = {"of": links.items(statement_id, "connect", state=query.get("state"), groups=groups), "lang": "en"}
    grid, cursors, asked = ({"type": kind, **own} for kind in ("items", "cursors", "asked"))
    what = {"statement_id": statement_id, "indicator_id": "connect", "query": query}
    return {
        "output": output,
        "outputs": [{"id": grid, "property": "getRowsResponse"}, {"id": cursors, "property": "data"}],
        "inputs": [{"id": grid, "property": "getRowsRequest", "value": {"startRow": 0, "endRow": 100}}],
        "state": [
            {"id": cursors, "property": "data", "value": {}},
            {"id": asked, "property": "data", "value": what},
            {"id": grid, "property": "id", "value": grid},
        ],
        "changedPropIds": [],
    }


def words_of(account: str, login: str, *, is_definition: bool = False) -> str:
    """Return what must not stand in an answer to this account, as a pattern; a definition speaks of no one's rows."""
    role, _, own = login.partition(".")
    patterns = [CUSTOMERS]
    if account in ("admin", "finance"):
        patterns.append(AGENTS)
    if own:
        patterns += [OF[OTHER[own]]] + ([] if is_definition else [OF_OTHER_CONTRACTS])
    if role == "lead":
        patterns += [OF_OTHER_TEAMS[own], MONEY[own]]
    if role == "guest":
        patterns += OF.values()
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def seen_in(answer: Any) -> str:
    """Return all that an answer says, texts as they are read."""
    if answer.is_json:
        return json.dumps(answer.get_json(), ensure_ascii=False)
    return str(answer.get_data().decode("utf-8", "replace"))


def found_in(said: str) -> str:
    """Tell what kind of answer a callback gave."""
    for sign, kind in (
        ("web.no_such_statement", "absent"),
        ("web.no_such_month", "absent"),
        ("statement.no_item", "absent"),
        ("Not for your role", "closed"),
        ('"className": "trouble"', "trouble"),
        ('"rowData": []', "empty"),
    ):
        if sign in said:
            return kind
    return "shown"


def cells(kind: str, name: str, account: str) -> tuple[str, str]:
    """Return what is written: of the own vendor's, of another's."""
    both = TABLE[kind][name][TABLE["accounts"].index(account)].split()
    return both[0], both[-1]


def vendors_of(login: str) -> list[tuple[str, int]]:
    """Return each vendor to be asked about, and which cell says what is answered."""
    own = login.partition(".")[2]
    return [(vendor, 0 if own in ("", vendor) else 1) for vendor in TEAMS]


def without_echo(said: str, *asked: str) -> str:
    """Return an answer without the address that it was given."""
    for text in asked:
        for written in (text, quote(text, safe=""), json.dumps(text, ensure_ascii=False)[1:-1]):
            said = said.replace(written, "·")
    return said


@pytest.mark.parametrize("name", TABLE["pages"])
@pytest.mark.parametrize(("account", "login"), ACCOUNTS)
def test_a_page_is_answered_as_written(world: World, account: str, login: str, name: str) -> None:
    client = world.client(login)
    for vendor, cell in vendors_of(login):
        wanted = cells("pages", name, account)[cell]
        for address in addresses(world.statement(vendor), vendor)[name]:
            if account in ("admin", "finance") and "agent_state/agent_state" in address:
                continue  # they know it by a pseudonym alone: see test_sight
            path, _, search = address.partition("?")
            said = seen_in(answer := ask(client, wish_for_page(path, search), **{"Accept-Language": "en"}))
            assert answer.status_code == 200
            assert found_in(said) == wanted, address
            if wanted == "shown" and name in OF_A_STATEMENT:
                assert world.statement(vendor) in said
            if wanted != "shown":
                said = without_echo(said, *path.split("/")[2:], path, search, f"no-{vendor}", f"no-{vendor} 2026-10")
            unwanted = words_of(account, login, is_definition=name.startswith("definition"))
            assert re.findall(unwanted, said, flags=re.IGNORECASE) == [], address


@pytest.mark.parametrize("name", TABLE["callbacks"])
@pytest.mark.parametrize(("account", "login"), ACCOUNTS)
def test_a_callback_is_answered_as_written(world: World, account: str, login: str, name: str) -> None:
    client = world.client(login)
    for vendor, cell in vendors_of(login):
        for wish in wishes(world.app, name, world.statement(vendor)):
            said = seen_in(answer := ask(client, wish, **{"Accept-Language": "en"}))
            assert answer.status_code == 200
            wanted = cells("callbacks", name, account)[cell]
            is_of_team = '"team": "Beta second"' in json.dumps(wish)
            if not is_of_team and "outside" not in json.dumps(wish):
                assert found_in(said) == wanted
            said = without_echo(said, world.statement(vendor), "Beta second", quote("Beta second"))
            assert re.findall(words_of(account, login), said, flags=re.IGNORECASE) == []


def _export(statement_id: str, form: str) -> str:
    return links.evidence(statement_id) if form == "csv" else links.export(statement_id, form)


@pytest.mark.parametrize("form", TABLE["exports"])
@pytest.mark.parametrize(("account", "login"), ACCOUNTS)
def test_an_export_is_answered_as_written(world: World, account: str, login: str, form: str) -> None:
    client = world.client(login)
    for vendor, cell in vendors_of(login):
        answer, never = (client.get(_export(one, form)) for one in (world.statement(vendor), NEVER))
        if cells("exports", form, account)[cell] == "shown":
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=no-")
            assert re.findall(CUSTOMERS, seen_in(answer)) == []
        else:
            assert answer.status_code == never.status_code == 404
            assert answer.get_data() == never.get_data()


@pytest.mark.parametrize(("login", "agents"), [("auditor", True), ("finance", False)])
def test_evidence_is_written_as_the_reader_sees_it(world: World, login: str, *, agents: bool) -> None:
    """The auditor knows agents by name, finance by pseudonyms; nobody customers. Its items are the month's."""
    answer = world.client(login).get(links.evidence(world.statement("alpha")))
    files = ZipFile(BytesIO(answer.get_data()))
    said = "\n".join(files.read(name).decode("utf-8-sig") for name in files.namelist())
    assert "a-1" in said
    assert bool(re.search(AGENTS, said)) == agents
    assert ("~" in said) != agents
    assert re.findall(CUSTOMERS, said) == []


@pytest.mark.parametrize(("account", "login"), ACCOUNTS)
@pytest.mark.parametrize("text", ["an", "zo", "a-", "b-", "z-", "connect", "4.1", "alpha", "zeta", "~"])
def test_a_search_finds_nothing_that_is_anothers(world: World, account: str, login: str, text: str) -> None:
    client = world.client(login)
    for vendor, cell in vendors_of(login):
        found = client.get("/_search", query_string={"q": text, "at": world.statement(vendor)}).get_json()
        said = without_echo(json.dumps(found, ensure_ascii=False), text)
        assert re.findall(words_of(account, login), said, flags=re.IGNORECASE) == []
        if cell and found:  # a name of another's statement is no name: one looks in one's own
            assert world.statement(vendor) not in said
        if account == "guest":
            assert found == []


def test_a_search_finds_agents_items_indicators_and_clauses(world: World) -> None:
    at = world.statement("alpha")

    def hrefs(login: str, text: str) -> list[str]:
        found = world.client(login).get("/_search", query_string={"q": text, "at": at}).get_json()
        return [one["href"] for one in found]

    assert any(one.startswith(f"/items/{at}/") and one.endswith("?agent=ann") for one in hrefs("manager.alpha", "ann"))
    assert any(one.endswith("/a-1") for one in hrefs("lead.alpha", "a-1"))
    assert links.indicator(at, "connect") in hrefs("auditor", "connect")
    assert hrefs("finance", "ann") == []  # to whom she is a pseudonym


@pytest.mark.parametrize("form", TABLE["item_files"])
@pytest.mark.parametrize(("account", "login"), ACCOUNTS)
def test_a_list_as_a_file_is_answered_as_written(world: World, account: str, login: str, form: str) -> None:
    client = world.client(login)
    for vendor, cell in vendors_of(login):
        answer = client.get(links.item_file(world.statement(vendor), "connect", form, state="missed,met,outside"))
        if cells("item_files", form, account)[cell] == "shown":
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=no-")
            rows = (
                CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
                if form == "xlsx"
                else answer.get_data(as_text=True)
            )
            assert re.findall(words_of(account, login), str(rows), flags=re.IGNORECASE) == []
            assert len(rows) > 1
        else:
            never = client.get(links.item_file(NEVER, "connect", form, state="missed,met,outside"))
            assert answer.status_code == never.status_code == 404
            assert answer.get_data() == never.get_data()


@pytest.mark.parametrize("login", ["manager.alpha", "lead.alpha"])
def test_what_is_anothers_is_answered_like_what_never_was(world: World, login: str) -> None:
    client, theirs = world.client(login), world.statement("zeta")
    pages = [one for name in ANY_STATEMENT for one in addresses("·", "zeta")[name]]
    for address in pages:
        path, _, search = address.partition("?")
        both = []
        for statement_id in (theirs, NEVER):
            asked = path.replace(quote("·"), statement_id)
            answer = ask(client, wish_for_page(asked, search))
            both.append(without_echo(seen_in(answer), asked, quote(asked), statement_id))
        assert both[0] == both[1], address
    for name in ("by-day", "by-hour", "by-group", "distribution", "items", *PARTS_OF_DESKS):
        for known, never in zip(wishes(world.app, name, theirs), wishes(world.app, name, NEVER), strict=True):
            answers = [ask(client, wish) for wish in (known, never)]
            assert answers[0].status_code == answers[1].status_code
            assert without_echo(seen_in(answers[0]), theirs) == without_echo(seen_in(answers[1]), NEVER)
    assert ask(client, wish_for_page("/", "?contract=no-zeta")).status_code == 200


def test_an_item_of_another_team_is_answered_like_one_that_never_was(world: World) -> None:
    client, own = world.client("lead.alpha"), world.statement("alpha")
    both = [
        without_echo(seen_in(ask(client, wish_for_page(links.item(own, "offered_call", "call", name)))), name)
        for name in ("b-1", "x-1")
    ]
    assert both[0] == both[1]
    assert "statement.no_item" in both[0]


def test_the_leads_figures_are_those_of_their_own_rows(world: World) -> None:
    """Alpha first: 2 of 3, 66.67 %; the vendor: 4 of 6, and waits of 16.25 s against 11.0 s."""
    own = world.statement("alpha")
    lead, manager = (
        seen_in(ask(world.client(login), wish_for_page(links.indicator(own, "wait"))))
        for login in ("lead.alpha", "manager.alpha")
    )
    assert "11.0" in lead
    assert "16.3" not in lead
    assert "16.3" in manager


def test_every_answer_is_private(world: World) -> None:
    for path in ("/", "/account", "/login", "/_dash-layout", f"/export/{NEVER}/pdf"):
        assert world.client("auditor").get(path).headers["Cache-Control"] == "no-store", path


# --- SQL that is sent along ---

WILD = ["x' OR '1'='1", "x') OR 1=1 --", "'; DROP TABLE account; --", "x\\' OR ''='", 'x" OR ""="', "%27%20OR%201=1"]


@pytest.mark.parametrize("wild", WILD)
def test_sql_in_an_address_is_a_name_that_nobody_has(world: World, wild: str) -> None:
    """A team lead tries to reach further; the answer is that of any name that is not there."""
    client, own = world.client("lead.alpha"), world.statement("alpha")
    pages = [
        f"/?contract={quote(wild)}",
        links.statement(wild),
        links.indicator(wild, "connect"),
        links.indicator(own, wild),
        links.items(own, wild),
        *(links.items(own, "connect", groups=[(name, wild)]) for name in ("team", "queue", "agent")),
        links.items(own, "connect", state=wild),
        links.items(own, "connect", state=f"met,{wild}"),
        links.items(own, "connect", state=f"excluded: {wild}"),
        links.item(own, wild, "call", "a-1"),
        links.item(own, "offered_call", wild, "a-1"),
        links.item(own, "offered_call", "call", wild),
        links.definition(wild),
        f"/items/{own}/connect?day={quote(wild)}",
    ]
    for address in pages:
        path, _, search = address.partition("?")
        answer = ask(client, wish_for_page(path, search))
        said = without_echo(seen_in(answer), wild, path, search)
        assert answer.status_code == 200, address
        assert "web.broken" not in said, address
        assert re.findall(words_of("lead", "lead.alpha"), said, flags=re.IGNORECASE) == [], address


@pytest.mark.parametrize("wild", WILD)
def test_sql_in_a_cursor_or_filter_of_the_grid_reaches_no_further(world: World, wild: str) -> None:
    client, own, output = world.client("lead.alpha"), world.statement("alpha"), callbacks_of(world.app)["items"]
    for query in ({"team": wild}, {"queue": wild}, {"agent": wild}, {"state": wild}, {"state": f"excluded: {wild}"}):
        assert '"rowData": []' in seen_in(ask(client, wish_for_rows(output, own, query)))
    wish = wish_for_rows(output, own, {})
    wish["state"][0]["value"] = {"0": ["2026-10-01T00:00:00+00:00", wild, wild]}
    rows = ask(client, wish).get_json()["response"]
    found = next(parts["getRowsResponse"]["rowData"] for parts in rows.values() if "getRowsResponse" in parts)
    assert {row["item"] for row in found} <= {"a-1", "a-2", "a-9"}
