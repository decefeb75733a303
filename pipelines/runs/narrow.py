"""A statement as a vendor or a team may see it: nothing of others in it, and for a team its own rows counted anew.

A month's evidence holds candidates that turned out to be another contract's, and its body says how many. Who sees the
whole of a vendor's statement sees everything of it but those; who sees teams sees what their rows come to, and no
money: fees, caps and scores are the vendor's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.metrics.declare import metric_named, quoted
from pipelines.runs.items import Evidence, count_seen, evidence_of, own_sources, served_by, served_for
from pipelines.runs.once import once
from pipelines.runs.questions import question_of
from pipelines.runs.readers import query
from pipelines.runs.served import served_rows
from pipelines.runs.sight import FOREIGN, Sight, is_by_vendor
from pipelines.runs.statements import evidence_folder, find_statement, kept_body
from pipelines.scoring.counts import Counts, Measured, measured, no_data_reason, total
from pipelines.settlement.statement import ratio_body

NO_SCORE = {"value": None, "points": "0", "weight_present": "0", "weight_in_force": "0", "reason": ""}


def statement_as_seen(home: Path, name: str, sight: Sight) -> Mapping[str, Any]:
    """Return a statement's body, as it is kept, or as a narrow sight sees it; that has no hash of its own."""
    ref = find_statement(home, name)
    body = kept_body(home, ref.id)
    return _as_seen(home, ref.id, sight) if sight.is_narrow else body


@once(512)
def _as_seen(home: Path, statement_id: str, sight: Sight) -> Mapping[str, Any]:
    """Return what a narrow sight sees of a statement and of its evidence, neither of which ever changes."""
    body, folder = kept_body(home, statement_id), evidence_folder(home, statement_id)
    sources = own_sources(folder, body, sight)
    files = {name: part["indicators"] for name, part in body["evidence"].items() if "outside" in part["columns"]}
    rows = served_rows(folder, files, sight, sources)
    own = {
        **without_others(body),
        "loads": [load for load in body["loads"] if load["source"] in sources],
        "stale_overrides": [],
        "evidence": {
            name: {**part, "rows": rows[name]} if name in rows else _seen_part(folder, name, part, sight, sources)
            for name, part in body["evidence"].items()
        },
    }
    own["overrides"] = _seen_overrides(folder, body, sight, sources)
    if sight.teams is None:
        return own
    return own | {
        "indicators": _of_teams(home, statement_id, own["indicators"], body, sight),
        "score": NO_SCORE,
        "month_fail": {"failed": False, "reasons": []},
        "notices": [],
        "lines": [],
        "totals": dict.fromkeys(body["totals"], "0.00"),
        "outlook": {},
        "adjusted": [],
    }


def without_others(tree: Any, *, is_divided: bool = True) -> Any:
    """Return a part of a body without what it says of other contracts' items.

    Of logs, which no contract divides by vendor, those out of an indicator's scope may be another's too.
    """
    if isinstance(tree, list):
        return [without_others(part, is_divided=is_divided) for part in tree]
    if not isinstance(tree, Mapping):
        return tree
    if "metric" in tree:
        is_divided = is_by_vendor(metric_named(tree["metric"]).population)
    own = {name: without_others(part, is_divided=is_divided) for name, part in tree.items()}
    if "candidates" in own and "states" in own:
        seen = {why: n for why, n in own["states"]["outside"].items() if not why.startswith(FOREIGN)}
        outside = seen if is_divided else {}
        own["states"] = {**own["states"], "outside": outside}
        own["candidates"] = own["population"] + sum(outside.values())
    return own


def _seen_part(
    folder: Path, name: str, part: Mapping[str, Any], sight: Sight, sources: frozenset[str]
) -> dict[str, Any]:
    """Return what the body says of a file of evidence; of one that is not read by rows of items, no number of rows."""
    path = folder / f"{name}.parquet"
    if "outside" not in part["columns"] or not path.exists():
        return {key: value for key, value in part.items() if key != "rows"}
    return {**part, "rows": query(f"SELECT count(*) FROM {sight.rows(path, name, sources)}", folder)[0][0]}


def _seen_overrides(
    folder: Path, body: Mapping[str, Any], sight: Sight, sources: frozenset[str]
) -> list[Mapping[str, str]]:
    """Return the decisions on items that are seen."""
    ids = sorted({one["item"] for one in body["overrides"]})
    listed = ", ".join(quoted(one) for one in ids)
    selects = [
        f"SELECT item_id FROM {sight.rows(folder / f'{name}.parquet', name, sources)} WHERE true_id IN ({listed})"
        for name, part in body["evidence"].items()
        if "outside" in part["columns"] and (folder / f"{name}.parquet").exists()
    ]
    seen = {item for (item,) in query(" UNION ".join(selects), folder)} if ids and selects else set()
    return [one for one in body["overrides"] if one["item"] in seen]


def _of_teams(
    home: Path, statement_id: str, indicators: Sequence[Mapping[str, Any]], body: Mapping[str, Any], sight: Sight
) -> list[dict[str, Any]]:
    """Return the indicators with what the seen rows come to; each file of evidence is counted once."""
    asked = [
        one
        for one in indicators
        if question_of(body, one["id"]) is not None and is_by_vendor(metric_named(one["metric"]).population)
    ]
    found = {one["id"]: evidence_of(home, statement_id, one["id"], sight) for one in asked}
    counted: dict[str, Mapping[str, Counts]] = dict(served_for(list(found.values()), "day"))
    by_rows: dict[str, dict[str, Evidence]] = defaultdict(dict)
    for indicator in asked:
        one = found[indicator["id"]]
        if one.column in counted:
            continue
        served = _served_days(indicator, one)
        if served is None:
            by_rows[one.rows][one.column] = one  # two names may mean one question
        else:
            counted[one.column] = served
    for of_file in by_rows.values():
        days: dict[str, dict[str, Counts]] = defaultdict(dict)
        for tally in count_seen(list(of_file.values()), "CAST(service_on AS VARCHAR)"):
            days[tally.column][tally.group["name"]] = tally.counts
        counted |= {column: days[column] for column in of_file}
    return [_of_team(one, found[one["id"]], counted[found[one["id"]].column]) for one in asked]


def _served_days(indicator: Mapping[str, Any], found: Evidence) -> Mapping[str, Counts] | None:
    """Return the counts of an indicator's days where they are served.

    A percentile's days do not add up: of a month in one part the whole stands at its first day.
    """
    if found.metric.aggregate != "percentile":
        served = served_by(found, "day")
        return None if served is None else {name: counts for (_, name), counts in served.items()}
    if len(indicator["parts"]) > 1 or found.ask.last_values.get("period_by", "arrival") != "arrival":
        return None
    served = served_by(found, "whole")
    return None if served is None else dict.fromkeys([indicator["parts"][0]["from"]], total(served.values()))


def _of_team(indicator: Mapping[str, Any], found: Evidence, by_day: Mapping[str, Counts]) -> dict[str, Any]:
    """Return an indicator with the seen rows' value; held against the target it is a hint, and no verdict on money."""

    def over(since: str, until: str) -> Measured:
        counts = total(counts for day, counts in by_day.items() if since <= day < until)
        return measured(found.metric, counts, found.blames, found.ask.percentile)

    parts = []
    for part in indicator["parts"]:
        own = over(part["from"], part["until"])
        parts.append(
            {
                **part,
                **ratio_body(own),
                **_verdict(own, part["target"], indicator["better"]),
                "compared": None if own.value is None else decimal_text(own.value),
                "weight": None,
                "points": None,
                "worst_of": [],
                "by_day": [],
            }
        )
    whole = over("", "9")
    return {
        **indicator,
        **ratio_body(whole),
        **_verdict(whole, indicator["target"], indicator["better"]),
        "weight": None,
        "points": None,
        "carried_in": 0,
        "carried_out": 0,
        "parts": parts,
    }


def _verdict(found: Measured, target: str | None, better: str) -> dict[str, str]:
    if found.value is None:
        return {"verdict": "no data", "reason": no_data_reason(found.counts)}
    if target is None:
        return {"verdict": "reported", "reason": ""}
    limit = Fraction(target)
    is_met = found.value >= limit if better == "higher" else found.value <= limit
    return {"verdict": "met" if is_met else "missed", "reason": ""}
