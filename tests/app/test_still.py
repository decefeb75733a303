"""What does not move is sent as a tree of plain elements, and nothing that a callback speaks to is in one."""

import dash_mantine_components as dmc
from dash import dcc, html

from app.components.attributes import data
from app.components.still import Mark, settled


def still(tree: object) -> dict[str, object]:
    return {"namespace": "clausemeter", "type": "Still", "props": {"tree": tree}}


def test_elements_and_links_become_one_tree() -> None:
    row = html.Tr([html.Td("a", colSpan=2, **data(n="3")), html.Td([1, None, dcc.Link("b", href="/b", title="t")])])
    link = ["a", {"href": "/b", "title": "t", "className": "goes"}, "b"]
    assert settled(row) == still(["tr", {}, ["td", {"colSpan": 2, "data-n": "3"}, "a"], ["td", {}, 1, None, link]])
    classed = dcc.Link("b", href="/b", className="chip")
    assert settled(classed) == still(["a", {"href": "/b", "className": "chip goes"}, "b"])
    assert settled(html.Div(id="place", style={"width": "3%"})) == still(
        ["div", {"id": "place", "style": {"width": "3%"}}, None]
    )


def test_what_a_callback_speaks_to_stays_outside() -> None:
    part = html.Div("…", id={"type": "by-day", "what": "{}"})
    page = settled(html.Div([html.H2("a"), html.Div(part, className="around"), "b"], className="page"))
    head, around, words = page["props"]["children"]
    assert (page["type"], page["props"]["className"], words) == ("Div", "page", "b")
    assert head == still(["h2", {}, "a"])
    assert around["type"] == "Div"
    kept = around["props"]["children"]
    assert (kept["type"], kept["props"]["id"], kept["props"]["children"]) == (
        "Div",
        {"type": "by-day", "what": "{}"},
        "…",
    )


def test_other_components_are_sent_as_they_are_with_what_stands_still_in_them() -> None:
    tabs = settled(dmc.Tabs([dmc.TabsPanel(html.P("a"), value="x")], value="x"))
    (panel,) = tabs["props"]["children"]
    assert (tabs["type"], tabs["props"]["value"], panel["props"]["value"]) == ("Tabs", "x", "x")
    assert panel["props"]["children"] == still(["p", {}, "a"])


def test_the_mark_of_a_drawing_is_no_text() -> None:
    page = settled(html.Div([html.B("a"), Mark("drawn-1")]))
    assert page["props"]["children"] == [still(["b", {}, "a"]), "drawn-1"]
