"""A contract's tree with its amendments put in, before it becomes a model: every line still leads to its own file.

Dated fields get a further value. What is not dated is replaced, for months that begin on the amendment's day or later;
so it may change from the first of a month only.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from pipelines.contract.amendment import APPENDED, HEAD, AmendmentInForce, AmendmentSource, Change
from pipelines.contract.model import Contract
from pipelines.contract.parts import Value, as_dated, is_dated
from pipelines.contract.shape import field_of, shape_of
from pipelines.core.problem import Problem, Refused
from pipelines.core.yaml_text import Path, TextTree, Tree
from pipelines.metrics.declare import metric_named

NOT_BEFORE_THE_FIRST = "Let it take effect on the first of a month, or agree on a field that is dated."
FREE = "0"
PRICES = {"amount", "price", "tiers"}  # what makes a fee cost something


def merged(
    base: TextTree, amendments: Sequence[AmendmentSource], first_of_month: date | None
) -> tuple[TextTree, list[AmendmentInForce], list[Problem]]:
    """Return the tree with ``amendments`` put in, in the order given, what each changed, and every problem found.

    ``first_of_month``: the month that it is read for; None puts in everything.
    """
    tree = TextTree(base.name, deepcopy(base.value), dict(base.lines), dict(base.files))
    found, problems = [], []
    for one in amendments:
        merge = _Merge(tree, one, first_of_month)
        merge.whole()
        problems += merge.problems
        head = one.model
        found.append(
            AmendmentInForce(
                head.amendment,
                head.effective,
                head.signed,
                head.retroactive,
                one.file,
                one.tree.where(("effective",)),
                tuple(merge.changes),
            )
        )
    return tree, found, problems


class _Merge:
    """One amendment on its way into a contract's tree."""

    def __init__(self, tree: TextTree, amendment: AmendmentSource, first_of_month: date | None) -> None:
        self.tree, self.amendment = tree, amendment
        self.effective = amendment.model.effective
        self.holds_whole = first_of_month is None or self.effective <= first_of_month
        self.problems: list[Problem] = []
        self.changes: list[Change] = []

    def whole(self) -> None:
        root: Any = self.tree.value  # both were read as mappings
        source: Any = self.amendment.tree.value
        for key in source:
            if key not in (*HEAD, *APPENDED, "calendars"):
                self.field(Contract, root, (), key, (key,))
        for key in APPENDED:
            self.append(root, (), key, (key,))
        for channel in source.get("calendars") or {}:
            self.calendar(root, str(channel))
        for key in source.get("add") or {}:
            self.add(root, str(key))
        for key in source.get("end") or {}:
            self.end(root, str(key))

    # --- changes ---

    def part(self, model: type[BaseModel], node: Any, at: Path, of: Path) -> None:
        """Change a part key by key."""
        changes = _at(self.amendment.tree.value, of)
        if isinstance(node, dict) and isinstance(changes, dict):
            for key in changes:
                self.field(model, node, at, key, (*of, key))

    def field(self, model: type[BaseModel], node: dict[str, Any], at: Path, key: str, of: Path) -> None:
        """Change one key of a part, as the model says it is written."""
        field = field_of(model, key)
        new = _at(self.amendment.tree.value, of)
        if field is None:
            self.put(node, at, key, of)  # the model refuses it, in its line
            return
        shape = shape_of(field.annotation)
        if shape.kind == "dated":
            self.dated(node, at, key, of, field.default if isinstance(field.default, list) else [])
        elif shape.kind == "by_id" and isinstance(new, dict) and shape.model:
            self.by_id(shape.model, node, at, key, of)
        elif shape.kind == "part" and isinstance(new, dict) and shape.model and (key in node or field.default):
            if node.get(key) is None:
                node[key] = {}
                self.line((*at, key), of)
            self.part(shape.model, node[key], (*at, key), of)
        elif shape.kind == "mapping" and isinstance(new, dict):
            inner = node.setdefault(key, {})
            self.tree.lines.setdefault((*at, key), self.amendment.tree.lines[of])
            for name in new if isinstance(inner, dict) else ():
                if shape_of(shape.values).kind == "dated":
                    self.dated(inner, (*at, key), name, (*of, name), _default_term(node.get("metric"), name))
                else:
                    self.undated(inner, (*at, key), name, (*of, name))
        else:
            self.undated(node, at, key, of)

    def by_id(self, model: type[BaseModel], node: dict[str, Any], at: Path, key: str, of: Path) -> None:
        """Change the parts of a list that are named by their ids."""
        listed: Any = node.get(key)
        changes: Any = _at(self.amendment.tree.value, of)
        ids = (
            [str(one.get("id")) if isinstance(one, dict) else "" for one in listed] if isinstance(listed, list) else []
        )
        for name in changes if isinstance(changes, dict) else ():
            if self.knows(name, ids, key, (*of, name)) and isinstance(listed, list):
                place = ids.index(name)
                self.part(model, listed[place], (*at, key, place), (*of, name))

    def knows(self, name: str, ids: Sequence[str], key: str, of: Path) -> bool:
        """Say whether a list has a part of this name; where it has not, that is a problem."""
        if name in ids:
            return True
        near = get_close_matches(name, ids, n=1, cutoff=0.5)
        self.problem(
            of,
            f"the contract has no {key} called {name!r}; nothing would change.",
            f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(ids) or 'none'}; new ones stand under add:.",
            "contract.amendment_unknown_id",
        )
        return False

    def dated(self, node: dict[str, Any], at: Path, key: str, of: Path, default: Sequence[Any]) -> None:
        """Give a dated field a further value, which begins on the amendment's day."""
        path, new = (*at, key), _at(self.amendment.tree.value, of)
        if new is None:
            self.problem(
                of,
                f"{key} is dated, and what it was worth cannot be taken away.",
                "Write the value that holds from then on, or end the whole part.",
                "contract.amendment_takes_away",
            )
            return
        listed = self.listed(node, path, key, of, default)
        before = _last_value(listed)
        values: Any = as_dated(deepcopy(new))
        is_full = is_dated(new) or values == new  # written as {since, value}, or as a list of them
        for number, value in enumerate(values):
            if not isinstance(value, dict):
                self.line((*path, len(listed)), (*of, number))
                listed.append(value)  # the model refuses it
                continue
            since = str(value.setdefault("since", str(self.effective)))
            value.setdefault("by", self.amendment.by)
            if since < str(self.effective):
                self.problem(
                    of,
                    f"{key} would begin on {since}, before the amendment takes effect on {self.effective}.",
                    "Let it begin then or later, or let the amendment take effect earlier.",
                    "contract.amendment_backdated",
                )
            same = [n for n, one in enumerate(listed) if isinstance(one, dict) and one.get("since") == since]
            place = same[0] if same else len(listed)
            listed[place : place + 1] = [value]
            self.forget((*path, place))
            inside = (*of, number) if values == new else of
            self.line((*path, place), inside)
            self.lines((*path, place) if is_full else (*path, place, "value"), inside)
            self.changes.append(Change(self.names(path), before, value.get("value"), since))
            before = value.get("value")

    def listed(self, node: dict[str, Any], path: Path, key: str, of: Path, default: Sequence[Any]) -> list[Any]:
        """Write a dated field as a list, if it is not one yet; a default that is built upon is written out."""
        old = node.get(key)
        if old is None:
            found: list[Any] = [
                {"value": one.value if isinstance(one.value, list) else str(one.value), "by": "default"}
                for one in default
            ]
            if key == "consequences":
                found = [{"value": []}]
            node[key] = found
            self.line(path, of)
            return found
        listed: list[Any] = as_dated(old)  # type: ignore[assignment]
        if listed is not old:
            under = (*path, 0) if isinstance(old, dict) and old is listed[0] else (*path, 0, "value")
            for place in [one for one in self.tree.lines if one[: len(path)] == path and len(one) > len(path)]:
                moved = (*under, *place[len(path) :])
                self.tree.lines[moved] = self.tree.lines.pop(place)
                if place in self.tree.files:
                    self.tree.files[moved] = self.tree.files.pop(place)
            self.tree.lines[*path, 0] = self.tree.lines[path]
            self.tree.lines.setdefault((*path, 0, "value"), self.tree.lines[path])
            node[key] = listed
        return listed

    def undated(self, node: dict[str, Any], at: Path, key: str, of: Path) -> None:
        """Replace what is not dated, for months that begin on the amendment's day or later; ``~`` takes it away."""
        if self.from_the_first(of, key):
            self.put(node, at, key, of)

    def put(self, node: dict[str, Any], at: Path, key: str, of: Path) -> None:
        """Write a key anew, or take it away."""
        path, new = (*at, key), deepcopy(_at(self.amendment.tree.value, of))
        before = node.pop(key, None)
        self.forget(path)
        if new is not None:
            node[key] = new
            self.lines(path, of)
        self.changes.append(Change(self.names(path), before, new, str(self.effective)))

    def from_the_first(self, of: Path, key: str) -> bool:
        """Say whether an undated change holds for the month; one in mid-month is a problem."""
        if self.effective.day != 1:
            self.problem(
                of,
                f"{key} is not dated and changes on {self.effective}; half a month could not be settled by it.",
                NOT_BEFORE_THE_FIRST,
                "contract.amendment_in_month",
            )
        return self.holds_whole

    # --- what begins, and what ends ---

    def append(self, node: dict[str, Any], at: Path, key: str, of: Path) -> None:
        """Add to a list what the amendment lists."""
        new = _at(self.amendment.tree.value, of)
        if not isinstance(new, list):
            return
        listed = node.get(key)
        if not isinstance(listed, list):
            listed = node[key] = []
            self.line((*at, key), of)
        for number, one in enumerate(deepcopy(new)):
            self.lines((*at, key, len(listed)), (*of, number))
            listed.append(one)
            name = str(one.get("id", "")) if isinstance(one, dict) else ""
            self.changes.append(
                Change((*self.names((*at, key)), *([name] if name else [])), None, one, str(self.effective))
            )

    def calendar(self, root: dict[str, Any], channel: str) -> None:
        """Add a version to a channel's calendar; it is decided when the amendment is signed."""
        calendars = root.setdefault("calendars", {})
        if not isinstance(calendars, dict):
            return
        of = ("calendars", channel)
        self.tree.lines.setdefault(("calendars",), self.amendment.tree.lines["calendars",])
        begins = len(calendars.get(channel) or [])
        self.append(calendars, ("calendars",), channel, of)
        for version in (one for one in (calendars.get(channel) or [])[begins:] if isinstance(one, dict)):
            version.setdefault("since", str(self.effective))
            version.setdefault("decided", str(self.amendment.model.signed))
            version.setdefault("by", self.amendment.by)

    def add(self, root: dict[str, Any], key: str) -> None:
        """Let new parts begin: indicators and fees on the amendment's day, the others with a month."""
        if key not in ("indicators", "fees") and not self.from_the_first(("add", key), key):
            return
        begins = len(root.get(key) or [])
        of = ("add", key)
        self.append(root, (), key, of)
        for place, one in enumerate(root.get(key) or []):
            if place < begins or not isinstance(one, dict):
                continue
            if key == "indicators":
                one.setdefault("since", str(self.effective))
            if key == "fees":
                for figure in sorted(PRICES & one.keys()):
                    self.free_until(one, (key, place, figure), figure, of)

    def free_until(self, fee: dict[str, Any], path: Path, figure: str, of: Path) -> None:
        """Let a fee cost nothing before the amendment's day: it is a line of 0 where the month began without it."""
        listed = self.listed(fee, path, figure, of, [])
        for value in (one for one in listed if isinstance(one, dict)):
            value.setdefault("since", str(self.effective))
        self.line((*path, len(listed)), of)
        listed.append({"value": nothing(figure), "by": self.amendment.by})

    def end(self, root: dict[str, Any], key: str) -> None:
        """Let parts end: an indicator is in force up to the day, a fee costs nothing from it on."""
        of = ("end", key)
        names = _at(self.amendment.tree.value, of)
        listed = root.get(key)
        ids = [str(one.get("id")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        for number, name in enumerate(names if isinstance(names, list) else ()):
            if not self.knows(str(name), ids, key, (*of, number)) or not isinstance(listed, list):
                continue
            place = next(n for n, one in enumerate(listed) if isinstance(one, dict) and one.get("id") == name)
            one = listed[place]
            self.changes.append(Change((key, str(name)), deepcopy(one), None, str(self.effective)))
            if key == "indicators":
                one["until"] = min(str(one.get("until") or self.effective), str(self.effective))
                self.line((key, place, "until"), (*of, number))
            elif key == "fees":
                self.free(one, (key, place), (*of, number))
            elif self.from_the_first((*of, number), key):
                self.remove(listed, (key,), place)
                ids.remove(str(name))

    def free(self, fee: dict[str, Any], at: Path, of: Path) -> None:
        """Let a fee cost nothing from the amendment's day on; its line stays, at 0, and cites the amendment."""
        for figure in sorted(PRICES & fee.keys()):
            listed = self.listed(fee, (*at, figure), figure, of, [])
            self.line((*at, figure, len(listed)), of)
            listed.append({"since": str(self.effective), "value": nothing(figure), "by": self.amendment.by})

    def remove(self, listed: list[Any], at: Path, place: int) -> None:
        """Take a part out of a list; those behind it move up, and their lines with them."""
        del listed[place]
        for path in sorted(one for one in self.tree.lines if one[: len(at)] == at and len(one) > len(at)):
            number: Any = path[len(at)]
            if number < place:
                continue
            line, file = self.tree.lines.pop(path), self.tree.files.pop(path, None)
            if number > place:
                moved = (*at, number - 1, *path[len(at) + 1 :])
                self.tree.lines[moved] = line
                if file:
                    self.tree.files[moved] = file

    # --- where things stand ---

    def line(self, path: Path, of: Path) -> None:
        """Let ``path`` stand where the amendment has ``of``."""
        self.tree.lines[path] = int(self.amendment.tree.where(of).rpartition(":")[2])
        self.tree.files[path] = self.amendment.tree.name

    def lines(self, path: Path, of: Path) -> None:
        """Let ``path`` and all below it stand where the amendment has them."""
        for place, line in self.amendment.tree.lines.items():
            if place[: len(of)] == of:
                self.tree.lines[*path, *place[len(of) :]] = line
                self.tree.files[*path, *place[len(of) :]] = self.amendment.tree.name

    def forget(self, path: Path) -> None:
        """Forget where ``path`` and all below it stood."""
        for place in [one for one in self.tree.lines if one[: len(path)] == path]:
            del self.tree.lines[place]
            self.tree.files.pop(place, None)

    def names(self, path: Path) -> tuple[str, ...]:
        """Return a path with the ids of parts in place of their numbers."""
        node, found = self.tree.value, []
        for step in path:
            node = _at(node, (step,))
            is_named = isinstance(step, int) and isinstance(node, dict) and "id" in node
            found.append(str(node["id"]) if is_named and isinstance(node, dict) else str(step))
        return tuple(found)

    def problem(self, of: Path, what: str, mend: str, code: str) -> None:
        number = self.amendment.model.amendment
        self.problems.append(Problem(self.amendment.tree.where(of), f"{number}: {what}", mend, code))


def nothing(figure: str) -> Tree:
    """Return what a fee costs that is not in force."""
    return [{"from": "1", "price": FREE}] if figure == "tiers" else FREE


def _at(node: Any, path: Path) -> Any:
    """Return what a tree has at ``path``, or None."""
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _last_value(listed: Sequence[Any]) -> Tree:
    last = listed[-1] if listed else None
    return last.get("value") if isinstance(last, dict) else last


def _default_term(metric: Tree, name: str) -> list[Value[str]]:
    """Return what a term was worth that the contract left to its metric."""
    try:
        term = metric_named(str(metric)).terms.get(name)
    except Refused:
        return []
    return [Value[str](value=term.default)] if term else []
