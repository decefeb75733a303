"""The one door to pipelines.runs: which functions the pages use, bound to a home, their refusals made showable.

``asking(reader)`` lends what that reader may ask. Every page, callback, export and document goes through it: whose
statements, which rows and under which names is decided here, and put into the SQL by ``Sight``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import flask

from app.auth import Reader, Thing, sight_of
from app.views import ProblemView, Trouble
from pipelines.core.problem import Refused
from pipelines.runs import (
    accrual,
    agents,
    breakdown,
    bridge_kept,
    contract_read,
    definitions,
    deliveries,
    diff,
    export,
    find,
    item_view,
    items,
    month_so_far,
    months,
    narrow,
    pending,
    statements,
)
from pipelines.runs.once import once
from pipelines.runs.sight import Sight, names_key

KEY = "clausemeter"
REMEMBERED = 512  # breakdowns of an indicator, a few hundred rows each
KEPT = 256  # bodies, each as somebody sees it: twelve months of a few contracts


@dataclass(frozen=True)
class Door:
    """What may be asked of a home; each function is one of pipelines.runs with the home put in."""

    list_statements: Callable[[], Any]
    read_statement: Callable[[str, Sight], Any]
    daily: Callable[..., Any]
    by_group: Callable[..., Any]
    histogram: Callable[..., Any]
    control_chart: Callable[..., Any]
    hour_map: Callable[..., Any]
    contributions: Callable[..., Any]
    deliveries: Callable[..., Any]
    kept_bridge: Callable[[str], Any]
    contract_text: Callable[[str, Any], str]
    items: Callable[..., Any]
    all_items: Callable[..., Any]
    find: Callable[..., Any]
    item: Callable[..., Any]
    list_definitions: Callable[[], Any]
    read_definition: Callable[[str], Any]
    names_key: Callable[[], str]
    stamp: Callable[[], str]
    accrual: Callable[[str], Any]
    month: Callable[[str], Any]
    diff: Callable[[str, str], Any]
    evidence: Callable[..., Any]
    so_far: Callable[..., Any]
    pending: Callable[..., Any]
    agents: Callable[..., Any]
    document: Callable[[str, str, str], tuple[str, bytes]]


def open_door(home: Path) -> Door:
    """Return the door to a home. A sealed or closed statement never changes, so its body is read once."""
    definitions.definitions()  # half a second, which nobody who asks should wait for
    return Door(
        list_statements=partial(statements.list_statements, home),
        read_statement=once(KEPT)(partial(narrow.statement_as_seen, home)),
        daily=partial(items.daily, home),
        by_group=partial(items.by_group, home),
        histogram=_remembered(items.histogram, home),
        control_chart=_remembered(breakdown.control_chart, home),
        hour_map=_remembered(breakdown.hour_map, home),
        contributions=_remembered(breakdown.contribution_rows, home),
        deliveries=partial(deliveries.deliveries, home),
        kept_bridge=partial(bridge_kept.annex_of, home),
        contract_text=_remembered(contract_read.contract_of, home),
        items=partial(items.items, home),
        all_items=partial(items.all_items, home),
        find=partial(find.find, home),
        item=partial(item_view.item, home),
        list_definitions=definitions.definitions,  # of this installation, whatever the home
        read_definition=definitions.definition,
        names_key=lru_cache(maxsize=1)(partial(names_key, home)),
        stamp=partial(statements.book_stamp, home),
        accrual=once(KEPT)(partial(accrual.read_accrual, home)),
        month=_while_nothing_is_published(home, months.month_of),
        diff=once(KEPT)(partial(diff.diff, home, limit=0)),
        evidence=partial(export.export_statement, home),
        so_far=once(KEPT)(partial(month_so_far.month_so_far, home)),
        pending=once(KEPT)(partial(pending.pending_items, home)),
        agents=partial(agents.agents, home),
        document=partial(export.statement_document, home),
    )


def _remembered(run: Callable[..., Any], home: Path) -> Callable[..., Any]:
    """Bind a run that reads a statement's evidence, which never changes: what was answered once is not counted again.

    Each sight has answers of its own.
    """
    return once(REMEMBERED)(partial(run, home))


def _while_nothing_is_published(home: Path, found: Callable[[Path, str], Any]) -> Callable[[str], Any]:
    """Return a function whose answers hold until a statement is published, or a word on one is said."""
    kept = once(KEPT)(lambda _, name: found(home, name))
    return lambda name: kept(statements.book_stamp(home), name)


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

    def control_chart(self, statement_id: str, indicator_id: str) -> Any:
        """Return an indicator by day with its limits of noise."""
        return self.door.control_chart(self.ref(statement_id).id, indicator_id, sight=self.sight)

    def hour_map(self, statement_id: str, indicator_id: str) -> Any:
        """Return an indicator by weekday and hour."""
        return self.door.hour_map(self.ref(statement_id).id, indicator_id, sight=self.sight)

    def contributions(self, statement_id: str, indicator_id: str, group: str) -> Any:
        """Return what each group adds to an indicator's gap."""
        return self.door.contributions(self.ref(statement_id).id, indicator_id, group, sight=self.sight)

    def deliveries(self, statement_id: str) -> Any:
        """Return what the logs behind a statement delivered."""
        self.need("read_raw", statement_id)
        return self.door.deliveries(statement_id, sight=self.sight)

    def kept_bridge(self, statement_id: str) -> Any:
        """Return the vendor's report beside a statement, or None."""
        self.need("read_money", statement_id)
        return self.door.kept_bridge(statement_id)

    def contract_text(self, statement_id: str, language: str) -> str:
        """Return a statement's contract in words."""
        self.need("read_money", statement_id)
        return self.door.contract_text(statement_id, language)

    def find(self, statement_id: str, text: str) -> Any:
        """Return agents and items by how their names begin."""
        self.need("read_items", statement_id)
        return self.door.find(statement_id, text, sight=self.sight)

    def all_items(self, statement_id: str, indicator_id: str, **asked: Any) -> Any:
        """Yield every item of a list."""
        self.need("export_items", statement_id)
        return self.door.all_items(statement_id, indicator_id, **asked, sight=self.sight)

    def items(self, statement_id: str, indicator_id: str, **asked: Any) -> Any:
        """Return a page of items."""
        self.need("read_items", statement_id)
        return self.door.items(statement_id, indicator_id, **asked, sight=self.sight)

    def item(self, statement_id: str, source: str, item_id: str, population: str) -> Any:
        """Return one item."""
        self.need("read_items", statement_id)
        return self.door.item(statement_id, source, item_id, population, sight=self.sight)

    def accrual(self, statement_id: str) -> Any:
        """Return what a month comes to if all that is pending is met, or missed; None where nobody worked it out."""
        self.need("read_money", statement_id)
        return self.door.accrual(statement_id)

    def month(self, statement_id: str) -> Any:
        """Return where the month of a statement stands, and its days."""
        return self.door.month(self.ref(statement_id).id)

    def diff(self, before: str, after: str) -> Any:
        """Return what differs between two statements, counted by cause."""
        for statement_id in (before, after):
            self.need("read_money", statement_id)
        return self.door.diff(before, after)

    def evidence(self, statement_id: str, language: str, out: Path) -> Any:
        """Write the evidence as CSV to a folder, as this reader sees it."""
        self.need("export", statement_id)
        return self.door.evidence(statement_id, "csv", language=language, out=out, sight=self.sight)

    def so_far(self, statement_id: str, team: str | None) -> Any:
        """Return how far the month has come under each promise."""
        return self.door.so_far(self.ref(statement_id).id, sight=self._of_team(team))

    def pending(self, statement_id: str, team: str | None) -> Any:
        """Return the items whose clock still runs."""
        self.need("read_items", statement_id)
        return self.door.pending(statement_id, sight=self._of_team(team))

    def agents(self, statement_id: str, indicator_id: str, team: str | None) -> Any:
        """Return the agents beside each other."""
        return self.door.agents(self.ref(statement_id).id, indicator_id, sight=self._of_team(team))

    def _of_team(self, team: str | None) -> Sight:
        """Return what this reader sees of one team; of a team that is not its own, nothing."""
        own = self.sight
        if team is None:
            return own
        return replace(own, teams=frozenset({team}) if own.teams is None or team in own.teams else frozenset())

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
    """Give an app its door; a request looks at the books once."""
    server.extensions[KEY] = door
    server.before_request(statements.look_once)
    server.teardown_request(lambda _: statements.look_always())


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
