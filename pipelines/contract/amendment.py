"""Amendments (补充协议): files that override a contract by date, and which of them hold for a month."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field, ValidationError

from pipelines.contract.form_problems import form_problems
from pipelines.contract.parts import Day, Part
from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, by_place
from pipelines.core.yaml_text import TextTree, Tree, read_keys


class Added(Part):
    """Parts that begin with the amendment, each as a contract would write it."""

    indicators: list[dict[str, Any]] = []
    fees: list[dict[str, Any]] = []
    pools: list[dict[str, Any]] = []
    points_tables: list[dict[str, Any]] = []
    caps: list[dict[str, Any]] = []


class Ended(Part):
    """Parts that end with the amendment, by their ids."""

    indicators: list[str] = []
    fees: list[str] = []
    pools: list[str] = []
    points_tables: list[str] = []
    caps: list[str] = []


ById = dict[str, dict[str, Any]]


class Amendment(Part):
    """A document that changes a contract from the day ``effective`` on; what it does not name stays as it was.

    ``by`` is what its values cite, by default its number. Lists of parts are changed by id. A dated value begins on
    ``effective``; what is not dated changes from the first of a month only. ``relief``, ``one_event`` and the versions
    of a calendar are added to what is there. A sealed month is touched only by ``retroactive: true``.
    """

    amendment: str
    effective: Day
    signed: Day
    retroactive: bool = False
    by: str | None = None
    title: dict[str, Any] = {}
    operator: dict[str, Any] = {}
    vendor: dict[str, Any] = {}
    term: dict[str, Any] = {}
    tax: dict[str, Any] = {}
    scope: dict[str, Any] = {}
    calendars: dict[str, list[dict[str, Any]]] = {}
    data: dict[str, Any] = {}
    relief: list[dict[str, Any]] = []
    procedure: dict[str, Any] = {}
    pending_at_seal: str | None = None
    wait_until: str | None = None
    indicators: ById = {}
    fees: ById = {}
    pools: ById = {}
    points_tables: ById = {}
    caps: ById = {}
    coefficient: dict[str, Any] | None = None
    month_fail: dict[str, Any] | None = None
    one_event: list[dict[str, Any]] = []
    floor: str | None = None
    add: Added = Added()
    end: Ended = Field(default=Ended())


HEAD = ("amendment", "effective", "signed", "retroactive", "by", "add", "end")
APPENDED = ("relief", "one_event")


@dataclass(frozen=True)
class File:
    """A file that a contract was read from, and the digest of its text."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of its text."""
        return sha256_hex(self.text.encode())


@dataclass(frozen=True)
class Change:
    """What an amendment did to one place of the contract; None is: not written."""

    path: tuple[str, ...]
    before: Tree
    after: Tree
    since: str


@dataclass(frozen=True)
class AmendmentSource:
    """An amendment with the tree that knows its lines."""

    model: Amendment
    tree: TextTree
    file: File

    @property
    def by(self) -> str:
        """The words its values rest on, unless they name their own."""
        return self.model.by or self.model.amendment

    @property
    def order(self) -> tuple[date, date, str]:
        """Its place among the others: by the day it takes effect, then of signing, then by number."""
        return self.model.effective, self.model.signed, self.model.amendment


@dataclass(frozen=True)
class AmendmentInForce:
    """An amendment that a contract was read with, and what it changed."""

    number: str
    effective: date
    signed: date
    is_retroactive: bool
    file: File
    where: str
    changes: tuple[Change, ...]

    @property
    def row(self) -> dict[str, Any]:
        """As a statement names it."""
        return {
            "number": self.number,
            "effective": str(self.effective),
            "signed": str(self.signed),
            "retroactive": self.is_retroactive,
            "sha256": self.file.digest,
        }


def parse_amendment(text: str, name: str) -> AmendmentSource:
    """Read an amendment's own form; what it changes is judged in the contract that it changes."""
    tree = read_keys(
        text,
        name,
        what="This file holds no amendment: it should be a list of keys and values.",
        mend="Write `amendment:` (its number), `effective:`, `signed:` and what changes.",
        code="contract.empty",
    )
    try:
        return AmendmentSource(Amendment.model_validate(tree.value), tree, File(name, text))
    except ValidationError as error:
        raise Refused(by_place(form_problems(error, tree, Amendment))) from error


def parse_amendments(files: Iterable[File]) -> list[AmendmentSource]:
    """Read amendments, in the order in which they hold; every problem of all of them at once."""
    found: list[AmendmentSource] = []
    problems: list[Problem] = []
    for file in files:
        try:
            found.append(parse_amendment(file.text, file.name))
        except Refused as refused:
            problems += refused.problems
    found.sort(key=lambda one: one.order)
    numbers = [one.model.amendment for one in found]
    problems += [
        Problem(
            one.tree.where(("amendment",)),
            f"Two amendments are called {one.model.amendment!r}; what rests on one could not be told from the other.",
            "Give each the number of its own document.",
            "contract.amendment_twice",
        )
        for place, one in enumerate(found)
        if one.model.amendment in numbers[:place]
    ]
    if problems:
        raise Refused(by_place(problems))
    return found


def holding(
    amendments: Sequence[AmendmentSource],
    month: Month | None,
    known_on: date | None = None,
    sealed_with: Collection[str] | None = None,
) -> list[AmendmentSource]:
    """Return those that hold on any day of ``month`` (None: all of them).

    ``known_on``: those signed by that day. ``sealed_with``: the digests of those that a month was sealed with; of the
    others only the retroactive ones touch it.
    """
    return [
        one
        for one in amendments
        if (month is None or one.model.effective < month.days.until)
        and (known_on is None or one.model.signed <= known_on)
        and (sealed_with is None or one.model.retroactive or one.file.digest in sealed_with)
    ]


def amendments_after(found: Iterable[AmendmentInForce], sealed_with: Collection[str]) -> list[AmendmentInForce]:
    """Return those that a month was not sealed with: they reach into it as an adjustment."""
    return [one for one in found if one.file.digest not in sealed_with]
