"""Two statements held against each other: every item whose state or amount differs, with its cause, and every line."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.core.period import Days
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.compose import names_in
from pipelines.metrics.declare import installed_metrics
from pipelines.runs.items import evidence_of
from pipelines.runs.questions import questions_in
from pipelines.runs.raw import events_of
from pipelines.runs.readers import query
from pipelines.runs.statements import StatementRef, evidence_folder, find_statement, read_statement
from pipelines.runs.verify import differences
from pipelines.warehouse.store import Warehouse

CAUSES = ("late", "corrected", "definition", "calendar", "terms", "cut_off", "override")
CHUNK = 5000  # items whose events are asked for at once


@dataclass(frozen=True)
class ItemDiff:
    """An item that another statement sees otherwise; ``why`` says more of its cause."""

    indicator: str
    source: str
    item_id: str
    before: str
    after: str
    cause: str
    why: str


@dataclass(frozen=True)
class IndicatorDiff:
    """A question of both statements: the indicator whose value it is, and how many items differ, by cause."""

    id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    items: int
    causes: Mapping[str, int]


@dataclass(frozen=True)
class Diff:
    """What differs between two statements; empty where nothing does."""

    before: StatementRef
    after: StatementRef
    context: Sequence[str]
    indicators: Sequence[IndicatorDiff]
    items: Sequence[ItemDiff]
    lines: Sequence[tuple[str, str | None, str | None]]
    totals: Sequence[tuple[str, str, str]]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not (self.indicators or self.lines or self.totals)


def diff(home: Path, before: str, after: str, *, limit: int = 50) -> Diff:
    """Compare two statements of a contract; ``limit`` items of each indicator are named, all are counted."""
    refs = find_statement(home, before), find_statement(home, after)
    a, b = (read_statement(home, ref.id) for ref in refs)
    if a["contract"]["number"] != b["contract"]["number"]:
        raise Refused(
            Problem(
                where=f"{before}, {after}",
                what="These are statements of two contracts; no item of one stands beside one of the other.",
                mend="Compare two versions of one contract's month.",
                code="diff.contracts",
            )
        )
    pair = Pair(home, *refs, a, b)
    indicators, items = [], []
    with Warehouse(home, read_only=True) as warehouse:
        for column in dict.fromkeys(one["column"] for body in (a, b) for one in questions_in(body)):
            of_a, of_b = (_by(questions_in(body), "column").get(column) for body in (a, b))
            was, now = _value_of(a, of_a), _value_of(b, of_b)
            found = list(pair.items(warehouse, of_a, of_b)) if of_a and of_b else []
            if found or was != now:
                causes = Counter(one.cause for one in found)
                counted = {cause: causes[cause] for cause in CAUSES if causes[cause]}
                indicators.append(IndicatorDiff(column, was, now, len(found), counted))
                items += found[:limit]
    context = [path for path, *_ in differences(_context(a), _context(b))]
    totals = [(step, a["totals"][step], amount) for step, amount in b["totals"].items() if a["totals"][step] != amount]
    return Diff(*refs, context, indicators, items, list(_lines(a, b)), totals)


def _lines(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield the lines that differ, with both amounts; a line may differ in its formula alone."""
    before, after = _by(a["lines"], "id"), _by(b["lines"], "id")
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield name, None if was is None else was["amount"], None if now is None else now["amount"]


def _by(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Mapping[str, Any]]:
    return {row[key]: row for row in rows}


def _value_of(body: Mapping[str, Any], question: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the indicator whose value a question is; None where it is a condition, or a fee's quantity."""
    if question is None or question["as"] not in ("value", "member"):
        return None
    return _by(body["indicators"], "id").get(question["of"])


def _context(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a statement rests on, beside its items."""
    names = ("calendars_sha256", "cut_off_at", "definitions", "loads", "overrides", "past")
    contract = body["contract"]
    return {
        "contract": contract["sha256"],
        "amendments": {one["number"]: one["sha256"] for one in contract["amendments"]},
        "targets": {one["id"]: [part["target"] for part in one["parts"]] for one in body["indicators"]},
        **{name: body[name] for name in names},
    }


@dataclass(frozen=True)
class Pair:
    """Two statements whose items are held against each other."""

    home: Path
    ref_before: StatementRef
    ref_after: StatementRef
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def items(
        self, warehouse: Warehouse, was: Mapping[str, Any], now: Mapping[str, Any], days: Days | None = None
    ) -> Iterator[ItemDiff]:
        """Yield the items of an indicator (of these service days) that differ, in order of source and id."""
        rows = self._rows(was["column"], names_in_question(now), days)
        population = self._population(now["column"])
        asked = [(row[0], row[1]) for row in rows if not row[8] and not self._by_decision(row)]
        delivered = self._delivered(warehouse, population, asked)
        of_month = {same: self._cause_of_month(was, now, is_same=same) for same in (True, False)}
        for row in rows:
            source, item, state_b, state_a, amount_b, amount_a, *_ = row
            cause, why = self._cause(row, delivered.get((source, item)), of_month[bool(row[8])])
            said = _with_amount(state_b, amount_b), _with_amount(state_a, amount_a)
            yield ItemDiff(now["column"], source, item, *said, cause, why)

    def _rows(self, indicator: str, spoken: frozenset[str], days: Days | None) -> list[tuple[Any, ...]]:
        """Return (source, id, states, amounts, base states, whether what decides is the same) of each that differs."""
        sides = (
            evidence_of(self.home, self.ref_before.id, indicator),
            evidence_of(self.home, self.ref_after.id, indicator),
        )
        inputs = sorted(spoken & set(sides[0].columns) & set(sides[1].columns))
        is_whole = spoken & set(sides[0].columns) == spoken & set(sides[1].columns)
        selects = []
        for side in sides:
            base = f"{side.column}_base" if f"{side.column}_base" in side.columns else "NULL"
            columns = f"{side.state} AS state, coalesce({base}, {side.state}) AS base, {side.amount} AS amount"
            packed = f", {{{', '.join(f'{name}: {name}' for name in inputs)}}} AS inputs" if inputs else ", 0 AS inputs"
            selects.append(
                f"(SELECT item_source, item_id, service_on, outside AS is_out, {columns}{packed} FROM {side.rows})"
            )
        differs = "b.state IS DISTINCT FROM a.state"
        if sides[1].metric.aggregate not in ("share", "per", "difference"):  # there an amount moves no value
            differs += " OR b.amount IS DISTINCT FROM a.amount"
        out = {side: f"coalesce({side}.state, 'outside') LIKE 'outside%'" for side in "ab"}  # no value counts it
        on = "coalesce(a.service_on, b.service_on)"
        within = "true" if days is None else f"{on} >= DATE '{days.since}' AND {on} < DATE '{days.until}'"
        same = "b.inputs IS NOT DISTINCT FROM a.inputs AND b.is_out IS NOT DISTINCT FROM a.is_out"
        return query(
            "SELECT item_source, item_id, b.state, a.state, b.amount, a.amount, b.base, a.base,"
            f" {is_whole} AND {same} FROM {selects[0]} b FULL JOIN {selects[1]} a USING (item_source, item_id)"
            f" WHERE ({differs}) AND {within} AND NOT ({out['b']} AND {out['a']}) ORDER BY item_source, item_id",
            *(side.folder for side in sides),
        )

    def _population(self, indicator: str) -> str:
        name = next(name for name, part in self.after["evidence"].items() if indicator in part["indicators"])
        head, _, number = name.rpartition("_")
        return head if number.isdigit() else name

    @staticmethod
    def _by_decision(row: tuple[Any, ...]) -> bool:
        """Say whether the item's own state is the same, and only a decision over it is not."""
        return row[2] is not None and row[3] is not None and bool(row[6] == row[7] and row[2] != row[3])

    def _delivered(
        self, warehouse: Warehouse, population: str, items: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[str, str]]:
        """Return of each item what one statement's files say of it and the other's do not: late, or corrected."""
        loads = [
            {row["load_id"]: row["file_name"] for row in json.loads(path.read_bytes())}
            for ref in (self.ref_before, self.ref_after)
            if (path := evidence_folder(self.home, ref.id) / "loads.json").exists()
        ]
        if len(loads) < 2:
            return {}
        both = loads[0].keys() & loads[1].keys()
        either: dict[int, str] = loads[0] | loads[1]
        if both == either.keys():  # no file is one's alone
            return {}
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for begin in range(0, len(items), CHUNK):
            known: dict[tuple[str, str], set[Any]] = {}
            alone: dict[tuple[str, str], list[Any]] = {}
            for table, item, load, _, key in events_of(warehouse, population, items[begin : begin + CHUNK]):
                if load in both:
                    known.setdefault(item, set()).add((table, key))
                elif load in either:
                    alone.setdefault(item, []).append((table, key, either[load]))
            for item, events in alone.items():
                again = [name for table, key, name in events if (table, key) in known.get(item, ())]
                names = ", ".join(sorted({name for *_, name in events}))
                found[item] = ("corrected", f"another version of its record in {names}") if again else ("late", names)
        return found

    def _cause(
        self,
        row: tuple[Any, ...],
        delivered: tuple[str, str] | None,
        of_month: tuple[str, str],
    ) -> tuple[str, str]:
        """Return an item's cause. What its files say of it comes first; what the whole month changed, after."""
        if self._by_decision(row):
            return "override", "a decision that only one of them knows"
        return delivered if not row[8] and delivered is not None else of_month

    def _cause_of_month(self, was: Mapping[str, Any], now: Mapping[str, Any], *, is_same: bool) -> tuple[str, str]:
        """Return the cause that holds for every item of a question; ``is_same``: what decides it has not changed."""
        if now["metric"] != was["metric"] or self._differs("definitions", now["metric"]):
            return "definition", f"{was['metric']} → {now['metric']}"
        if any(now.get(name) != was.get(name) for name in ("terms", "scope", "calendar")):
            return "terms", "the indicator's terms, scope or hours are others"
        if not is_same and self._differs("calendars_sha256"):
            return "calendar", "the days of the calendars are others"
        if any(self._differs("definitions", name) for name in self.after["definitions"] if name.startswith("pop")):
            return "definition", "the population is selected otherwise"
        if self.before["contract"]["sha256"] != self.after["contract"]["sha256"]:
            return "terms", "the contract is another"
        if self._differs("cut_off_at"):
            return "cut_off", f"{self.before['cut_off_at']} → {self.after['cut_off_at']}"
        return "late", "by a file that speaks of other items"

    def _differs(self, *path: str) -> bool:
        sides: list[Any] = [self.before, self.after]
        for key in path:
            sides = [None if side is None else side.get(key) for side in sides]
        return bool(sides[0] != sides[1])


def names_in_question(question: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that decide a question's states: those in its metric's expressions, and in its scope."""
    metric = installed_metrics().get(question["metric"])
    spoken = [] if metric is None else [metric.sql, metric.amount or ""]
    return names_in(spoken) | frozenset(question["scope"])


def _with_amount(state: str | None, amount: Any) -> str:
    if state is None:
        return "(not there)"
    return f"{state} {decimal_text(amount)}" if state == "counted" and amount is not None else state
