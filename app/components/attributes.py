"""Attributes that Dash takes only as wildcards: what assistive technology and the page's own script read."""

from typing import Any

HIDDEN: Any = {"aria-hidden": "true"}


def labelled(words: str) -> Any:
    """Return the name of a picture, for those who do not see it."""
    return {"aria-label": words}


def data(**values: str) -> Any:
    """Return data attributes: ``data(page="items")`` → ``data-page``."""
    return {f"data-{name}": value for name, value in values.items()}
