"""Reads what a page shows: its texts, its links, its elements."""

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def elements(page: Any) -> Iterator[Component]:
    """Walk a page's components, in the order in which they are read."""
    if isinstance(page, Component):
        yield page
        yield from elements(getattr(page, "children", None))
    elif isinstance(page, list | tuple):
        for part in page:
            yield from elements(part)


def texts(page: Any) -> Iterator[str]:
    """Walk the texts that a page shows."""
    if isinstance(page, Component):
        yield from texts(getattr(page, "children", None))
    elif isinstance(page, list | tuple):
        for part in page:
            yield from texts(part)
    elif page is not None:
        yield str(page)


def text(page: Any) -> str:
    """Return a page's text in one piece."""
    return "".join(texts(page))


def of_class(page: Any, name: str) -> list[Any]:
    """Return the elements that have this class."""
    return [one for one in elements(page) if name in (getattr(one, "className", None) or "").split()]


def links(page: Any) -> list[str]:
    """Return every address that a page leads to, each once."""
    return list(dict.fromkeys(href for one in elements(page) if (href := getattr(one, "href", None))))
