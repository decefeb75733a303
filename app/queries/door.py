"""The one door to pipelines.runs: which functions the pages use, bound to a home, their refusals made showable."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import flask

from app.views import ProblemView, Trouble
from pipelines.core.problem import Refused
from pipelines.runs import definitions, item_view, items, statements

KEY = "clausemeter"


@dataclass(frozen=True)
class Door:
    """What the pages may ask of a home; each function is one of pipelines.runs with the home put in."""

    list_statements: Callable[[], Any]
    read_statement: Callable[[str], Any]
    daily: Callable[[str, str], Any]
    by_group: Callable[[str, str, str], Any]
    histogram: Callable[[str, str], Any]
    items: Callable[..., Any]
    item: Callable[[str, str, str, str], Any]
    list_definitions: Callable[[], Any]
    read_definition: Callable[[str], Any]


def open_door(home: Path) -> Door:
    """Return the door to a home. A sealed or closed statement never changes, so its body is read once."""
    return Door(
        list_statements=partial(statements.list_statements, home),
        read_statement=lru_cache(maxsize=64)(partial(statements.read_statement, home)),
        daily=partial(items.daily, home),
        by_group=partial(items.by_group, home),
        histogram=partial(items.histogram, home),
        items=partial(items.items, home),
        item=partial(item_view.item, home),
        list_definitions=definitions.definitions,  # of this installation, whatever the home
        read_definition=definitions.definition,
    )


def install(server: flask.Flask, door: Door) -> None:
    """Give an app its door."""
    server.extensions[KEY] = door


@contextmanager
def asking() -> Iterator[Door]:
    """Lend this app's door; what the runs refuse becomes trouble that a page can show."""
    try:
        yield flask.current_app.extensions[KEY]
    except Refused as refused:
        raise Trouble(*(ProblemView(p.where, p.what, p.mend, p.code) for p in refused.problems)) from refused


def trouble(code: str, *, where: str = "", what: str = "", mend: str = "") -> Trouble:
    """Return trouble of the app's own: what was asked for is not there. The page translates the code."""
    return Trouble(ProblemView(where=where, what=what, mend=mend, code=code))


def day_of(text: str) -> date:
    """Read a day of a body or a URL; anything else is trouble."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise trouble("web.not_a_day", where=text) from None
