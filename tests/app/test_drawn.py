"""What was drawn is handed out again to readers of the same kind alone, until something is published."""

import json
from collections.abc import Iterator

import flask
import pytest
from dash import Dash, html
from dash.development.base_component import Component

from app import queries
from app.auth import Reader
from app.auth.reader import bind
from app.i18n import speaking
from app.pages import drawn
from app.routes import ROUTES
from app.views import ProblemView, Trouble
from pipelines.workflow import Actor, Role
from tests.app.signing_in import NOW

drawings: list[str] = []


def draw(name: str = "", **_: str) -> Component:
    """Draw a name, and note that it was drawn."""
    drawings.append(name)
    if name == "trouble":
        raise Trouble(ProblemView(where="", what="", mend="", code="web.broken"))
    return html.Div([html.Strong(name)], className="n")


@pytest.fixture(autouse=True)
def asked(fake_app: Dash) -> Iterator[None]:
    """A request of the operator's auditor, in English, after which nothing is kept."""
    drawings.clear()
    fake_app.server.extensions[drawn.KEY] = drawn.Drawings()
    with fake_app.server.test_request_context(), speaking("en"):
        flask.g.now = NOW
        read_as(Role.AUDITOR)
        yield


def read_as(role: Role, **more: object) -> None:
    bind(Reader(Actor(account_id=1, login="someone", name="someone", role=role, **more)))  # type: ignore[arg-type]


def sent(*marks: str) -> list[object]:
    """Return what the browser is sent where these marks stand."""
    answer = drawn.filled(flask.Response(json.dumps({"children": marks})))
    children: list[object] = json.loads(answer.get_data())["children"]
    return children


def test_it_is_drawn_once_and_is_then_what_the_browser_was_sent() -> None:
    tree = ["div", {"className": "n"}, ["strong", {}, "a"]]
    page = {"namespace": "clausemeter", "type": "Still", "props": {"tree": tree}}
    first = drawn.drawn(draw, name="a", other="not looked at")
    assert sent(first, drawn.drawn(draw, name="a", other="whatever"), "a") == [page, page, "a"]
    drawn.drawn(draw, name="b")
    assert drawings == ["a", "b"]


def test_a_mark_is_another_each_time_and_of_its_own_answer_alone() -> None:
    """Who wrote a mark into a name would have a drawing put there: nobody knows the next one."""
    marks = {drawn.drawn(draw, name="a") for _ in range(3)}
    assert len(marks) == 3
    flask.g.pop(drawn.KEY)
    assert sent(*sorted(marks)) == sorted(marks)


def test_another_kind_of_reader_is_drawn_its_own() -> None:
    team = {"vendor": "hx", "teams": frozenset({"one"})}
    for role, more in (
        (Role.AUDITOR, {}),
        (Role.FINANCE, {}),
        (Role.MANAGER, {"vendor": "hx"}),
        (Role.MANAGER, {"vendor": "another"}),
        (Role.LEAD, team),
        (Role.LEAD, {**team, "teams": frozenset({"two"})}),
    ):
        read_as(role, **more)
        drawn.drawn(draw, name=f"{role} {more}")
        drawn.drawn(draw, name="the same name")
    assert drawings.count("the same name") == 6
    bind(
        Reader(Actor(account_id=2, login="a colleague", name="", role=Role.LEAD, vendor="hx", teams=frozenset({"one"})))
    )
    drawn.drawn(draw, name="the same name")
    assert drawings.count("the same name") == 6


def test_another_language_and_a_publication_draw_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn.drawn(draw, name="a")
    with speaking("zh"):
        drawn.drawn(draw, name="a")
    monkeypatch.setattr(queries, "stamp", lambda *, reader: "something was published")
    drawn.drawn(draw, name="a")
    assert drawings == ["a", "a", "a"]


def test_trouble_is_not_kept() -> None:
    for _ in range(2):
        with pytest.raises(Trouble):
            drawn.drawn(draw, name="trouble")
    assert drawings == ["trouble", "trouble"]


def test_what_was_asked_for_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "MOST", 2)
    for name in ("a", "b", "a", "c", "a", "b"):
        drawn.drawn(draw, name=name)
    assert drawings == ["a", "b", "c", "b"]


def test_a_page_that_reads_the_store_is_drawn_each_time() -> None:
    assert {route.name for route in ROUTES if route.lasts} == {"scorecard", "indicator", "finance", "team", "statement"}
