"""What a reader may see of a home's rows: whose, which teams', and under which names. It stands in the SQL's WHERE.

The rows of a statement's evidence are read through ``Sight.rows`` alone, so that what lies outside never leaves the
engine: not as a row, not as a group's name, not in a total. Names of people are replaced there too, by pseudonyms that
stay the same for a home: filters, groups and cursors speak of those, and nobody gets further by guessing.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.metrics.declare import population_needs, quoted

# How populations begin the reason of a candidate that is another contract's: its queue, or its log.
FOREIGN = "another contract"
OWN_ROWS = f"NOT starts_with(coalesce(outside, ''), {quoted(FOREIGN)})"
AGENT, CUSTOMER, ORDER = "agent", "customer", "order"
PEOPLE = {"agent_id": AGENT, "member_id": AGENT, "customer_id": CUSTOMER, "order_id": ORDER}  # facts that name somebody
NUMBERED = re.compile(r"_\d+$")  # a population that is read in several ways has a number behind its name
PSEUDONYM = "~"
DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a reader may see.

    ``vendor`` is the id of a contract's vendor: only statements of its contracts, and of their evidence no row of
    another contract's queue or log. ``teams``: of these rows only those of these teams; None leaves all. ``masks`` are
    the kinds of people (``agent``, ``customer``, ``order``) who bear pseudonyms made with ``key``. ``raw``: may records
    of the archived files be seen; what is personal in them is masked for everybody.
    """

    vendor: str | None = None
    teams: frozenset[str] | None = None
    masks: frozenset[str] = frozenset()
    raw: bool = True
    key: str = field(default="", repr=False)

    @property
    def is_narrow(self) -> bool:
        """Say whether there are rows of a statement that it does not see."""
        return self.vendor is not None or self.teams is not None

    def condition(self, population: str, sources: frozenset[str] = frozenset()) -> str:
        """Return which of a population's rows it sees. ``sources``: the logs that gave the vendor's own rows.

        A log that no contract divides by vendor (what was delivered, a day) is seen where it is one of these.
        """
        if not self.is_narrow:
            return "true"
        found = [OWN_ROWS]
        if not is_by_vendor(population):
            found.append(f"item_source IN ({_listed(sources)})" if sources else "false")
        if self.teams is not None:
            found.append(f"coalesce(team IN ({_listed(self.teams)}), false)" if self.teams else "false")
        return " AND ".join(found)

    def rows(self, path: Path, population: str, sources: frozenset[str] = frozenset()) -> str:
        """Return the relation of a file of evidence as it is seen; ``true_id`` is an item's own id, for no reader."""
        shown = [f"{self.name_sql('agent_id', AGENT)} AS agent_id"] if AGENT in self.masks else []
        if shown and population_needs(NUMBERED.sub("", population)).by_agent:  # agent-17#1790812800000000
            head = self.name_sql("split_part(item_id, '#', 1)", AGENT)
            shown.append(f"{head} || substr(item_id, length(split_part(item_id, '#', 1)) + 1) AS item_id")
        replaced = f" REPLACE ({', '.join(shown)})" if shown else ""
        return (
            f"(SELECT *{replaced}, item_id AS true_id FROM read_parquet({quoted(str(path))})"
            f" WHERE {self.condition(population, sources)})"
        )

    def name_sql(self, column: str, kind: str) -> str:
        """Return the SQL of what somebody is called, as ``name`` does."""
        salted = f"concat({quoted(self.key + kind)}, chr(31), {column}, chr(31), {quoted(self.key)})"
        return f"CASE WHEN {column} IS NOT NULL THEN '{PSEUDONYM}' || upper(substr(sha256({salted}), 1, {DIGITS})) END"

    def name(self, text: str, kind: str) -> str:
        """Return what somebody is called: ``~7F3A02C1`` where this kind is masked."""
        if not text or kind not in self.masks:
            return text
        salted = f"{self.key}{kind}\x1f{text}\x1f{self.key}"
        return PSEUDONYM + hashlib.sha256(salted.encode()).hexdigest()[:DIGITS].upper()

    def masked_columns(self, people: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """Return which raw columns are masked, of those that give these facts."""
        return frozenset(column for fact, columns in people.items() if PEOPLE[fact] in self.masks for column in columns)


WHOLE = Sight()


def is_by_vendor(population: str) -> bool:
    """Say whether a contract's scope can divide a population by vendor; a log is not divided."""
    scoped_by = population_needs(NUMBERED.sub("", population)).scoped_by
    return not scoped_by or "vendor" in scoped_by


@dataclass(frozen=True)
class Own:
    """The queues and agents of the rows that a narrow sight sees: what else happened to an item is another's."""

    queues: frozenset[str]
    agents: frozenset[str]

    def condition(self, columns: Collection[str], of: str = "") -> str:
        """Return which events, with these columns, are of these queues; of these agents where no queue is named."""
        agent = f"coalesce({of}agent_id IN ({_listed(self.agents)}), true)" if self.agents else f"{of}agent_id IS NULL"
        agent = agent if "agent_id" in columns else "true"
        if "queue" not in columns:
            return agent
        queue = f"{of}queue IN ({_listed(self.queues)})" if self.queues else "false"
        return f"CASE WHEN {of}queue IS NULL THEN {agent} ELSE {queue} END"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(quoted(name) for name in sorted(names))


def names_key(home: Path) -> str:
    """Return the home's secret for pseudonyms, made where there is none; without it no name can be tried."""
    path = home / "names.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        beside = home / f".names.key.{secrets.token_hex(8)}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(beside, path)  # whole or not at all, and the first of two processes wins
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return path.read_text(encoding="ascii").strip()
