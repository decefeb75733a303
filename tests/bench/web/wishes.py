"""What a browser asks the app for: a page by its address, the parts that stand on it, the rows of a list."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BLOCK = 100  # rows that the grid asks for at once
TABS, PANEL = "Tabs", "TabsPanel"


def parts_of(tree: Any) -> Iterator[Mapping[str, str]]:
    """Yield the ids of what a browser asks for once it has a page: parts and grids, of tabs the open one's alone."""
    if isinstance(tree, list):
        for one in tree:
            yield from parts_of(one)
    elif isinstance(tree, dict):
        props = tree.get("props") or {}
        own = props.get("id")
        if isinstance(own, dict) and own.get("type") != "graph":
            yield own
        children = props.get("children")
        if tree.get("type") == TABS:
            shown = props.get("value")
            children = [one for one in children or () if one["type"] != PANEL or one["props"].get("value") == shown]
        yield from parts_of(children)


def kind_of(output: str) -> str:
    """Return the kind of part that a callback draws; of the page's own callback none."""
    head = output.lstrip(".")
    return str(json.JSONDecoder().raw_decode(head)[0]["type"]) if head.startswith("{") else ""


def wish_for_page(path: str, search: str = "") -> dict[str, Any]:
    """Return what the browser asks when the address is this."""
    return {
        "output": "..header.children...page.children..",
        "outputs": [{"id": "header", "property": "children"}, {"id": "page", "property": "children"}],
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }


def wish_for_part(output: str, part: Mapping[str, str]) -> dict[str, Any]:
    """Return what it asks when this part stands on the page."""
    return {
        "output": output,
        "outputs": {"id": part, "property": "children"},
        "inputs": [{"id": part, "property": "id", "value": part}],
        "changedPropIds": [],
    }


def wish_for_rows(
    output: str, of: Mapping[str, str], what: Mapping[str, Any], start: int, after: Sequence[str]
) -> dict[str, Any]:
    """Return what a list's grid asks for: the rows from ``start``, which are those after this key."""
    grid, cursors, asked = ({**of, "type": kind} for kind in ("items", "cursors", "asked"))
    return {
        "output": output,
        "outputs": [{"id": grid, "property": "getRowsResponse"}, {"id": cursors, "property": "data"}],
        "inputs": [{"id": grid, "property": "getRowsRequest", "value": {"startRow": start, "endRow": start + BLOCK}}],
        "state": [
            {"id": cursors, "property": "data", "value": {str(start): list(after)} if after else {}},
            {"id": asked, "property": "data", "value": what},
            {"id": grid, "property": "id", "value": grid},
        ],
        "changedPropIds": [],
    }
