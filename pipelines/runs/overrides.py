"""The overrides: decisions on single items, appended and never changed (``overrides.jsonl`` of a home)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.core.canonical import canonical_json
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import STATE_CLASSES, Metric, metric_named
from pipelines.runs.states import Override

FIELDS = ("metric", "item", "from", "to", "ground", "decided_at")


def overrides_as_of(home: Path, as_of: datetime | None = None) -> list[Override]:
    """Return the overrides decided by ``as_of`` (None: all), in order of decision."""
    path = home / "overrides.jsonl"
    if not path.exists():
        return []
    lines = path.read_bytes().splitlines()
    found = [_kept(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    known = [one for one in found if as_of is None or datetime.fromisoformat(one.decided_at) <= as_of]
    return sorted(known, key=lambda one: (one.decided_at, one.metric, one.item_source, one.item, one.to))


def _kept(line: bytes, where: str) -> Override:
    try:
        r = json.loads(line)
        datetime.fromisoformat(r["decided_at"])
        return Override(r["metric"], r.get("source", ""), r["item"], r["from"], r["to"], r["ground"], r["decided_at"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(
            Problem(
                where=where,
                what="This decision cannot be read; somebody changed the file.",
                mend="Restore it from a copy.",
                code="override.broken",
            )
        ) from error


def add_overrides(
    home: Path, rows: Sequence[dict[str, str]], *, where: str, now: datetime, first_line: int = 1
) -> tuple[int, int]:
    """Append overrides; return how many are new and how many were there already. Any problem refuses them all.

    ``where`` names the table that the rows come from, ``first_line`` where they begin in it.
    """
    problems: list[Problem] = []
    found = [_read(row, f"{where}:{number}", problems, now) for number, row in enumerate(rows, start=first_line)]
    if problems:
        raise Refused(problems)
    there = set(overrides_as_of(home))
    new = [one for one in dict.fromkeys(found) if one not in there]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "overrides.jsonl").open("ab") as file:
        for one in new:
            row = {"metric": one.metric, "source": one.item_source, "item": one.item, "from": one.from_, "to": one.to}
            file.write(canonical_json({**row, "ground": one.ground, "decided_at": one.decided_at}) + b"\n")
    return len(new), len(found) - len(new)


def classes_of(metric: Metric) -> tuple[str, ...]:
    """Return the classes of states that items of a metric can have: met or missed, or counted."""
    judged = ("counted",) if metric.is_quantity or metric.aggregate == "percentile" else ("met", "missed")
    return (*judged, "excluded", "unmeasurable", "pending")


def _read(row: dict[str, str], where: str, problems: list[Problem], now: datetime) -> Override:
    problems += [
        Problem(where, f"The override has no {field!r}.", f"It needs {', '.join(FIELDS)}.", "override.missing")
        for field in FIELDS
        if not (row.get(field) or "").strip() and field != "decided_at"
    ]
    unknown = sorted(set(row) - {*FIELDS, "source"})
    if unknown:
        problems.append(
            Problem(
                where,
                f"An override has no field {unknown[0]!r}.",
                f"It has {', '.join(FIELDS)}, source.",
                "override.unknown",
            )
        )
    classes: tuple[str, ...] = STATE_CLASSES
    if row.get("metric"):
        try:
            classes = classes_of(metric_named(row["metric"], where))
        except Refused as refused:
            problems.extend(refused.problems)
    for field in ("from", "to"):
        state = row.get(field) or ""
        if state and state.partition(":")[0] not in classes:
            problems.append(
                Problem(
                    where,
                    f"{state!r} is no state that an item of {row.get('metric')} can have; it would leave the count.",
                    f"A state is one of: {', '.join(classes)}, with its reason after a colon.",
                    "override.state",
                )
            )
    decided_at = (row.get("decided_at") or "").strip()
    try:
        decided = datetime.fromisoformat(decided_at) if decided_at else now
    except ValueError:
        decided = None
    if decided is None or decided.tzinfo is None:
        problems.append(
            Problem(
                where,
                f"decided_at {decided_at!r} is not an instant.",
                "Write it like 2026-11-05T10:00:00+08:00.",
                "override.decided_at",
            )
        )
        decided = now
    if decided > now:
        problems.append(
            Problem(
                where,
                f"decided_at {decided_at} lies in the future; nobody has decided it yet.",
                "Record it when it is decided.",
                "override.future",
            )
        )
    return Override(
        metric=row.get("metric", ""),
        item_source=(row.get("source") or "").strip(),
        item=row.get("item", ""),
        from_=row.get("from", ""),
        to=row.get("to", ""),
        ground=row.get("ground", ""),
        decided_at=decided.astimezone(UTC).isoformat(),
    )
