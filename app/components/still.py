"""What does not move on a page, as one component of ours.

Each of Dash's components listens to its store by itself: a table of a thousand cells makes every later answer slow. A
tree of plain elements and links is handed to React as it is (assets/still.js). What callbacks speak to stays Dash's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dash.development.base_component import Component

NAMESPACE, TYPE = "clausemeter", "Still"
HTML, LINK = "dash_html_components", ("dash_core_components", "Link")
GOES = "goes"  # the class of a link that loads nothing anew (assets/behaviour.js)
NO_ATTRIBUTES = frozenset(("children", "available_properties", "available_wildcard_properties"))
MOVES = object()


class Mark(str):
    """What stands for a drawing that was settled before (app/pages/drawn.py)."""

    __slots__ = ()


def settled(node: Any) -> Any:
    """Return a drawing as the browser is sent it: what does not move, collapsed."""
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [settled(one) for one in node]
    if not isinstance(node, Component):
        return node
    tree = _tree(node)
    if tree is not MOVES:
        return {"namespace": NAMESPACE, "type": TYPE, "props": {"tree": tree}}
    own: dict[str, Any] = node.to_plotly_json()
    if "children" in own["props"]:
        own = {**own, "props": {**own["props"], "children": settled(own["props"]["children"])}}
    return own


def _tree(node: Any) -> Any:
    """Return an element as its tag, its attributes and what is in it; MOVES where any of it does."""
    if not isinstance(node, Component):
        return MOVES if isinstance(node, Mark) else node
    kind, own = (node._namespace, node._type), vars(node)  # noqa: SLF001 - to_plotly_json looks at each thrice
    is_link = kind == LINK
    if not (is_link or kind[0] == HTML) or isinstance(own.get("id"), Mapping):
        return MOVES
    attributes = {name: value for name, value in own.items() if name[0] != "_" and name not in NO_ATTRIBUTES}
    if is_link:
        attributes["className"] = " ".join(filter(None, (attributes.get("className"), GOES)))
    tree: list[Any] = ["a" if is_link else kind[1].lower(), attributes]
    children = own.get("children")
    for one in children if isinstance(children, list | tuple) else (children,):
        inner = _tree(one)
        if inner is MOVES:
            return MOVES
        tree.append(inner)
    return tree
