"""The one door to pipelines.runs: which functions the pages use, bound to a home, their refusals made showable.

``asking(reader)`` lends what that reader may ask. Every page, callback, export and document goes through it: whose
statements, which rows and under which names is decided here, and put into the SQL by ``Sight``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import flask

from app.auth import Reader, Thing, sight_of
from app.views import ProblemView, Trouble
from pipelines.core.problem import Refused
from pipelines.runs import definitions, export, item_view, items, narrow, statements
from pipelines.runs.sight import Sight, names_key

KEY = "clausemeter"
KEPT = 256  # bodies, each as somebody sees it: twelve months of a few contracts


@dataclass(frozen=True)
class Door:
    """What may be asked of a home; each function is one of pipelines.runs with the home put in."""

    list_statements: Callable[[], Any]
    read_statement: Callable[[str, Sight], Any]
    daily: Callable[..., Any]
    by_group: Callable[..., Any]
    histogram: Callable[..., Any]
    items: Callable[..., Any]
    item: Callable[..., Any]
    list_definitions: Callable[[], Any]
    read_definition: Callable[[str], Any]
    names_key: Callable[[], str]
    document: Callable[[str, str, str], tuple[str, bytes]]


def open_door(home: Path) -> Door:
    """Return the door to a home. A sealed or closed statement never changes, so its body is read once."""
    return Door(
        list_statements=partial(statements.list_statements, home),
        read_statement=lru_cache(maxsize=KEPT)(partial(narrow.statement_as_seen, home)),
        daily=partial(items.daily, home),
        by_group=partial(items.by_group, home),
        histogram=partial(items.histogram, home),
        items=partial(items.items, home),
        item=partial(item_view.item, home),
        list_definitions=definitions.definitions,  # of this installation, whatever the home
        read_definition=definitions.definition,
        names_key=lru_cache(maxsize=1)(partial(names_key, home)),
        document=partial(export.statement_document, home),
    )


@dataclass(frozen=True)
class Asked:
    """What one reader may ask. Of what is not its own there is no answer other than of what does not exist."""

    reader: Reader
    door: Door

    @property
    def sight(self) -> Sight:
        """Which rows this reader sees."""
        return sight_of(self.reader.actor, self.door.names_key())

    def statements(self) -> list[Any]:
        """List the statements that this reader may see, newest first."""
        return [ref for ref in self.door.list_statements() if self.reader.may("read_figures", Thing.of(ref.vendor)).yes]

    def ref(self, statement_id: str) -> Any:
        """Return a statement's entry in the list; trouble where there is none, or none for this reader."""
        for ref in self.statements():
            if ref.id == statement_id:
                return ref
        raise trouble("web.no_such_statement", where=statement_id)

    def body(self, statement_id: str) -> Any:
        """Return a statement's body, as this reader sees it."""
        return self.door.read_statement(self.ref(statement_id).id, self.sight)

    def daily(self, statement_id: str, indicator_id: str) -> Any:
        """Return an indicator by day."""
        return self.door.daily(self.ref(statement_id).id, indicator_id, sight=self.sight)

    def by_group(self, statement_id: str, indicator_id: str, group: str) -> Any:
        """Return an indicator by team, queue, agent or hour."""
        return self.door.by_group(self.ref(statement_id).id, indicator_id, group, sight=self.sight)

    def histogram(self, statement_id: str, indicator_id: str) -> Any:
        """Return how an indicator's amounts are spread."""
        return self.door.histogram(self.ref(statement_id).id, indicator_id, sight=self.sight)

    def items(self, statement_id: str, indicator_id: str, **asked: Any) -> Any:
        """Return a page of items."""
        self.need("read_items", statement_id)
        return self.door.items(statement_id, indicator_id, **asked, sight=self.sight)

    def item(self, statement_id: str, source: str, item_id: str, population: str) -> Any:
        """Return one item."""
        self.need("read_items", statement_id)
        return self.door.item(statement_id, source, item_id, population, sight=self.sight)

    def definitions(self) -> Any:
        """Return what can be measured."""
        return self.door.list_definitions()

    def definition(self, metric: str) -> Any:
        """Return one metric."""
        return self.door.read_definition(metric)

    def document(self, statement_id: str, form: str, language: str) -> tuple[str, bytes]:
        """Return a statement as a document: the record itself, and so for the operator's people alone."""
        self.need("export", statement_id)
        return self.door.document(statement_id, form, language)

    def need(self, action: str, statement_id: str) -> None:
        """Go on only if this reader may do that with a statement; else there is no such statement."""
        if not self.reader.may(action, Thing.of(self.ref(statement_id).vendor)).yes:
            raise trouble("web.no_such_statement", where=statement_id)


def install(server: flask.Flask, door: Door) -> None:
    """Give an app its door."""
    server.extensions[KEY] = door


@contextmanager
def asking(reader: Reader) -> Iterator[Asked]:
    """Lend this app's door to a reader; what the runs refuse becomes trouble that a page can show."""
    try:
        yield Asked(reader, flask.current_app.extensions[KEY])
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
