"""The way back: from a line of a statement to its clause, terms, numbers, counts, items, and raw lines of the logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.core.period import Days
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import OUTSIDE, STATE_CLASSES, Metric, metric_named
from pipelines.runs.diff import ItemDiff, Pair
from pipelines.runs.items import evidence_of, state_condition
from pipelines.runs.questions import names_of, question_of
from pipelines.runs.raw import RawLine, raw_lines
from pipelines.runs.readers import query
from pipelines.runs.statements import find_statement, previous_version, read_statement
from pipelines.warehouse.store import Warehouse

REASONED = ("excluded", "unmeasurable", "outside")  # classes whose states bear a reason


@dataclass(frozen=True)
class ExplainedItem:
    """An item behind a line: its state, its amount, and where its raw lines are."""

    source: str
    item_id: str
    service_on: str
    state: str
    base_state: str | None
    amount: str | None
    raw: Sequence[RawLine]


@dataclass(frozen=True)
class Change(ItemDiff):
    """An item whose state differs from the version before, why, and its raw lines."""

    raw: Sequence[RawLine]


@dataclass(frozen=True)
class Explanation:
    """A line explained, from the clause down to the raw lines."""

    statement: str
    line: Mapping[str, Any]
    contract: Mapping[str, Any]
    indicator: Mapping[str, Any] | None
    part: Mapping[str, Any] | None
    definition: Mapping[str, str] | None
    rests_on: Sequence[Mapping[str, Any]]
    items: Sequence[ExplainedItem]
    items_total: int
    overrides: Sequence[Mapping[str, Any]]
    previous: Mapping[str, Any] | None
    changes: Sequence[Change]
    changes_total: int


def explain(
    home: Path,
    statement: str,
    line_id: str,
    *,
    limit: int = 10,
    state: str | None = None,
    archive_key: bytes | None = None,
) -> Explanation:
    """Walk from a line (or an indicator's id) to the raw lines behind it; ``limit`` items are shown, all are counted.

    ``state`` chooses the items (``missed``, ``excluded: short abandon``); by default those that moved the figure.
    """
    ref = find_statement(home, statement)
    found = read_statement(home, ref.id)
    line = next((one for one in found["lines"] if one["id"] == line_id), None)
    name = line_id if line is None else line["indicator"] or line["id"].partition("@")[0].partition("#")[0]
    question = question_of(found, name)
    of = name if question is None else question["of"]
    indicator = next((one for one in found["indicators"] if one["id"] == of), None)
    if line is None and question is None:
        raise Refused(
            Problem(
                where=f"statement {ref.id}",
                what=f"It has no line or indicator {line_id!r}.",
                mend="It has: " + ", ".join([*(one["id"] for one in found["lines"]), *names_of(found)]) + ".",
                code="statement.no_line",
            )
        )
    shown = line or {
        "id": line_id,
        "kind": "indicator",
        "clause": indicator["clause"] if indicator else "",
        "amount": None,
        "formula": "",
        "because": None,
    }
    part = _part_of(indicator, line)
    earlier = previous_version(home, ref)
    items: list[ExplainedItem] = []
    total = 0
    changes: list[Change] = []
    changes_total = 0
    metric = metric_named(question["metric"]) if question else None
    if question is not None and metric is not None:
        with Warehouse(home, read_only=True) as warehouse:
            wanted = state or _moving(indicator, metric)
            _refuse_no_state(ref.id, wanted, metric, indicator)
            rows, total = _items(home, ref.id, question["column"], part, wanted, limit, metric)
            lines = raw_lines(warehouse, metric.population, [(row[0], row[1]) for row in rows], archive_key=archive_key)
            items = [
                ExplainedItem(s, i, str(on), st, base, None if a is None else decimal_text(a), lines.get((s, i), []))
                for s, i, on, st, base, a in rows
            ]
            if earlier is not None:
                pair = Pair(home, earlier, ref, read_statement(home, earlier.id), found)
                same = question_of(pair.before, question["column"])
                changed = [] if same is None else list(pair.items(warehouse, same, question, _days_of(part)))
                changes_total = len(changed)
                named = [(one.source, one.item_id) for one in changed[:limit]]
                lines = raw_lines(warehouse, metric.population, named, archive_key=archive_key)
                changes = [Change(**vars(one), raw=lines.get((one.source, one.item_id), [])) for one in changed[:limit]]
    return Explanation(
        statement=ref.id,
        line=shown,
        contract={**found["contract"], "month": found["month"], "cut_off_at": found["cut_off_at"]},
        indicator=indicator,
        part=part,
        definition=None
        if metric is None
        else {"key": metric.key, **metric.text, "sql": metric.sql, "sha256": metric.digest},
        rests_on=_rests_on(found, line),
        items=items,
        items_total=total,
        overrides=[
            one for one in found["overrides"] if metric and one["metric"] in (metric.key, metric.key.partition("@")[0])
        ],
        previous=None if earlier is None else _previous(home, earlier.id, shown, indicator),
        changes=changes,
        changes_total=changes_total,
    )


def _part_of(indicator: Mapping[str, Any] | None, line: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the part of the month that a line speaks of; None where the line speaks of it whole."""
    if indicator is None or line is None or line["days"] is None or len(indicator["parts"]) == 1:
        return None
    return next((part for part in indicator["parts"] if part["from"] == line["days"]["from"]), None)


def _rests_on(found: Mapping[str, Any], line: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the lines that a cap, a tax or a floor is worked out from."""
    named = line["rests_on"] if line is not None else []
    return [one for one in found["lines"] if one["id"] in named]


def _moving(indicator: Mapping[str, Any] | None, metric: Metric) -> str:
    """Return the classes of the items that moved a figure: the misses, with what the contract counts as missed.

    Of a mean, a sum or a fee's quantity they are those that were counted.
    """
    if indicator is None or metric.is_quantity:
        return "counted" if "counted" in {state.partition(":")[0] for state in metric.states} else "met"
    return "missed,unmeasurable" if charged(indicator) else "missed"


def charged(measured: Mapping[str, Any]) -> int:
    """Return how many unmeasurable items of an indicator or part count as missed."""
    states = measured["states"]
    return max(0, int(measured["n"]) - int(states["met"]) - int(states["missed"]) - int(states["counted"]))


def _refuse_no_state(statement: str, wanted: str, metric: Metric, indicator: Mapping[str, Any] | None) -> None:
    """Refuse a state that the metric does not know; one that merely nobody is in gives an empty list."""
    states = indicator["states"] if indicator is not None else {}
    counted = [f"{kind}: {reason}" for kind in REASONED for reason in states.get(kind, ())]  # overrides' own too
    known = list(dict.fromkeys([*STATE_CLASSES, OUTSIDE, *metric.states, *counted]))
    for name in wanted.split(",") if ":" not in wanted else [wanted]:
        if name.strip() in known:
            continue
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        raise Refused(
            Problem(
                where=f"statement {statement}",
                what=f"{metric.key} has no state {name!r}.",
                mend=f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(known)}.",
                code="explain.no_state",
            )
        )


def _days_of(part: Mapping[str, Any] | None) -> Days | None:
    return None if part is None else Days(date.fromisoformat(part["from"]), date.fromisoformat(part["until"]))


def _in_part(part: Mapping[str, Any] | None) -> str:
    days = _days_of(part)
    return "true" if days is None else f"service_on >= DATE '{days.since}' AND service_on < DATE '{days.until}'"


def _items(
    home: Path, statement: str, column: str, part: Mapping[str, Any] | None, state: str, limit: int, metric: Metric
) -> tuple[list[tuple[Any, ...]], int]:
    """Return the items in a state, those that weigh most first, and how many there are."""
    found = evidence_of(home, statement, column)
    where = f"{state_condition(found, state)} AND {_in_part(part)}"
    base = f"{column}_base" if f"{column}_base" in found.columns else "CAST(NULL AS VARCHAR)"
    worst = "ASC" if metric.aggregate == "mean" and metric.better == "higher" else "DESC"
    order = f"{found.amount} {worst} NULLS LAST, " if metric.amount else ""
    rows = query(
        f"SELECT item_source, item_id, service_on, {found.state}, {base}, {found.amount} FROM {found.rows}"
        f" WHERE {where} ORDER BY {order}arrival_at, item_source, item_id LIMIT {int(limit)}",
        found.folder,
    )
    return rows, query(f"SELECT count(*) FROM {found.rows} WHERE {where}", found.folder)[0][0]


def _previous(
    home: Path, earlier_id: str, line: Mapping[str, Any], indicator: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what the version before said of the same line."""
    found = read_statement(home, earlier_id)
    same = next((one for one in found["lines"] if one["id"] == line["id"]), None)
    was = next((one for one in found["indicators"] if indicator and one["id"] == indicator["id"]), None)
    return {
        "statement": earlier_id,
        "amount": None if same is None else same["amount"],
        "value": None if was is None else was["value"],
        "target": None if was is None else was["target"],
        "same_contract": None if indicator is None else was is not None and was["terms"] == indicator["terms"],
    }
