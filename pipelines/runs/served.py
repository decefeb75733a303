"""Counts of a closed month as they are served: what `serving.py` counted once, from the very rows of the evidence.

What it did not count (items that stand in groups, several percentiles that add up) has no answer here; whoever asks
counts the evidence itself. Both give the same ``Counts``, and so the same digits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pipelines.metrics.compose import Ask
from pipelines.metrics.declare import quoted
from pipelines.runs.readers import SERVED, query
from pipelines.runs.sight import AGENT, Sight
from pipelines.runs.states import add_items
from pipelines.runs.steps import near_percentile
from pipelines.scoring.counts import Counts

VERSION = "2"  # of the layout below; another release may count other things
COUNTS, AMOUNTS, READY = "counts.parquet", "amounts.parquet", "ready"
NOBODY = "(none)"
# What a group is read from: the rollup, and its name in it. A clock is weekday and hour of arrival: 3-09.
ROLLUPS: Mapping[str, tuple[str, str]] = {
    "day": ("day", "key"),
    "clock": ("clock", "key"),
    "hour": ("clock", "right(key, 2)"),
    "weekday": ("clock", "left(key, 1)"),
    "queue": ("queue", "key"),
    "agent": ("agent", "key"),
    "topic": ("topic", "key"),
    "team": ("queue", f"coalesce(team, {quoted(NOBODY)})"),
    "source": ("queue", "item_source"),
    "whole": ("queue", "''"),
}

Places = dict[tuple[int, str], Counts]  # by part of the month, and name of the group


def serving_folder(evidence: Path) -> Path:
    """Return where what is served of a statement stands, given the folder of its evidence."""
    return evidence.parent.parent / SERVED / VERSION / evidence.name


def listed_file(folder: Path, file: str) -> Path:
    """Return where a file's items are in the order of a list."""
    return folder / f"{file}.parquet"


def listed_rows(evidence: Path, file: str, sight: Sight, sources: frozenset[str]) -> str | None:
    """Return the relation of a file's items as somebody sees them, in the order of a list; None where there is none."""
    folder = serving_folder(evidence)
    return sight.rows(listed_file(folder, file), file, sources) if (folder / READY).exists() else None


def served_counts(
    evidence: Path, population: str, ask: Ask, group: str, sight: Sight, sources: frozenset[str], parts: int
) -> Places | None:
    """Count an indicator's items by a group and by part of the month; None where that has to be counted from the rows.

    Of one part or none the parts are put together, as part 0.
    """
    folder = serving_folder(evidence)
    is_percentile = ask.metric.aggregate == "percentile"
    if ask.group is not None or (is_percentile and parts > 1) or not (folder / READY).exists():
        return None
    rollup, name = ROLLUPS[group]
    part = "part" if parts > 1 else "0"
    seen = f"indicator = {quoted(ask.column)} AND ({sight.condition(population, sources)})"
    found: Places = {}
    for place, key, is_kept, outside, state, n, amount, whole in query(
        f"SELECT {part}, {name}, is_kept, outside, state, CAST(sum(n) AS BIGINT), sum(amount), sum(whole)"
        f" FROM read_parquet({quoted(str(folder / COUNTS))}) WHERE rollup = {quoted(rollup)} AND {seen} GROUP BY ALL",
        evidence,
    ):
        shown = sight.name(key, AGENT) if group == "agent" and key != NOBODY else key
        counts = found.setdefault((place, shown), Counts())
        add_items(counts, ask.metric, outside, state, n, is_kept=is_kept, amount=amount, whole=whole)
    if not found and not _is_counted(folder, ask.column, evidence):
        return None
    if ask.metric.has_histogram:
        for place, key, amount, n in _amounts(folder, evidence, found, ask, (part, rollup, name), group, sight, seen):
            found[place, key].histogram[amount] += n
    return found


def served_together(
    evidence: Path, asked: Iterable[tuple[str, Ask]], group: str, sight: Sight, sources: frozenset[str]
) -> dict[str, dict[str, Counts]]:
    """Count several indicators (each with the file it is of) by a group; those that are not served so are left out.

    One query for all of whose rows the same are seen. What needs amounts is asked for one by one.
    """
    folder = serving_folder(evidence)
    if not (folder / READY).exists():
        return {}
    alike: dict[str, dict[str, Ask]] = defaultdict(dict)
    for file, ask in asked:
        if ask.group is None and not ask.metric.has_histogram:
            alike[sight.condition(file, sources)][ask.column] = ask
    rollup, name = ROLLUPS[group]
    found: dict[str, dict[str, Counts]] = {}
    for seen, asks in alike.items():
        for column, key, is_kept, outside, state, n, amount, whole in query(
            f"SELECT indicator, {name}, is_kept, outside, state, CAST(sum(n) AS BIGINT), sum(amount), sum(whole)"
            f" FROM read_parquet({quoted(str(folder / COUNTS))}) WHERE rollup = {quoted(rollup)}"
            f" AND indicator IN ({', '.join(map(quoted, asks))}) AND ({seen}) GROUP BY ALL",
            evidence,
        ):
            counts = found.setdefault(column, {}).setdefault(key, Counts())
            add_items(counts, asks[column].metric, outside, state, n, is_kept=is_kept, amount=amount, whole=whole)
        for column in asks:
            if column not in found and _is_counted(folder, column, evidence):
                found[column] = {}
    return found


def served_total(
    evidence: Path, file: str, column: str, group: str, value: str, state: str, sight: Sight, sources: frozenset[str]
) -> str | None:
    """Return the SELECT of how many rows of a group are seen, in states that fulfil ``state``.

    It gives NULL where the indicator was not counted; None: nothing was.
    """
    folder = serving_folder(evidence)
    if (group == "agent" and AGENT in sight.masks) or not (folder / READY).exists():
        return None
    rollup, name = ROLLUPS[group]
    seen = f"{name} = {quoted(value)} AND {state} AND ({sight.condition(file, sources)})"
    return (
        f"SELECT CASE WHEN count(*) > 0 THEN CAST(coalesce(sum(n) FILTER ({seen}), 0) AS BIGINT) END"
        f" FROM read_parquet({quoted(str(folder / COUNTS))})"
        f" WHERE rollup = {quoted(rollup)} AND indicator = {quoted(column)}"
    )


def _is_counted(folder: Path, column: str, evidence: Path) -> bool:
    """Say whether an indicator is among those that were counted: to see nothing of it is an answer."""
    counted = f"SELECT count(*) FROM read_parquet({quoted(str(folder / COUNTS))}) WHERE indicator = {quoted(column)}"
    return bool(query(counted, evidence)[0][0])


def _amounts(
    folder: Path,
    evidence: Path,
    found: Places,
    ask: Ask,
    columns: tuple[str, str, str],
    group: str,
    sight: Sight,
    seen: str,
) -> Iterator[tuple[int, str, Decimal, int]]:
    """Yield how often each amount occurs; of a percentile exactly where it may lie, elsewhere by steps (steps.py)."""
    part, rollup, name = columns
    key = name.replace("key", f"{rollup}_key")
    rows = f"FROM read_parquet({quoted(str(folder / AMOUNTS))}) WHERE {seen}"

    def shown(place: int, own: str) -> tuple[int, str]:
        return place, sight.name(own, AGENT) if group == "agent" and own != NOBODY else own

    if ask.metric.aggregate != "percentile":
        for place, own, amount, n in query(f"SELECT {part}, {key}, amount, count(*) {rows} GROUP BY ALL", evidence):
            yield *shown(place, own), amount, n
        return
    steps = query(f"SELECT {part}, {key}, step, count(*), max(amount) {rows} GROUP BY ALL ORDER BY ALL", evidence)
    percentile = ask.percentile or Decimal(ask.metric.terms["percentile"].default)
    near = near_percentile(found, [(*shown(place, own), *more) for place, own, *more in steps], percentile)
    wanted = [
        f"({place}, {quoted(own)}, {step})" for place, own, step, *_ in steps if (*shown(place, own), step) in near
    ]
    if not wanted:
        return
    values = f"(VALUES {', '.join(wanted)}) AS near(place, own, near_step)"
    within = [step for *_, step in near]
    for place, own, amount, n in query(
        f"SELECT place, own, amount, count(*) FROM (SELECT {part} AS place, {key} AS own, step, amount {rows}"
        f" AND step BETWEEN {min(within)} AND {max(within)}) JOIN {values} USING (place, own)"
        " WHERE step = near_step GROUP BY ALL",
        evidence,
    ):
        yield *shown(place, own), amount, n


def served_rows(
    evidence: Path, files: Mapping[str, Sequence[str]], sight: Sight, sources: frozenset[str]
) -> dict[str, int]:
    """Return how many rows of each file (with its indicators) are seen; of a file that was not counted, nothing.

    Every row of a file stands in each of its indicators' counts, those outside too.
    """
    folder = serving_folder(evidence)
    if not (folder / READY).exists():
        return {}
    alike: dict[str, dict[str, str]] = defaultdict(dict)
    for file, columns in files.items():
        alike[sight.condition(file, sources)] |= dict.fromkeys(columns, file)
    found: dict[str, int] = {}
    for seen, file_of in alike.items():
        for column, n in query(
            f"SELECT indicator, CAST(coalesce(sum(n) FILTER ({seen}), 0) AS BIGINT)"
            f" FROM read_parquet({quoted(str(folder / COUNTS))}) WHERE rollup = 'queue'"
            f" AND indicator IN ({', '.join(map(quoted, file_of))}) GROUP BY indicator",
            evidence,
        ):
            found[file_of[column]] = n
    return found


def served_spread(
    evidence: Path, population: str, column: str, sight: Sight, sources: frozenset[str]
) -> tuple[int, Fraction, Fraction] | None:
    """Return n, Σx and Σx² of the amounts that count of an indicator; None where they were not counted."""
    folder = serving_folder(evidence)
    if not (folder / READY).exists() or not _is_counted(folder, column, evidence):
        return None
    n, of_all, squares = query(
        f"SELECT coalesce(CAST(sum(amounts) AS BIGINT), 0), coalesce(sum(amount), 0), coalesce(sum(squares), 0)"
        f" FROM read_parquet({quoted(str(folder / COUNTS))}) WHERE rollup = 'queue' AND indicator = {quoted(column)}"
        f" AND outside IS NULL AND state = 'counted' AND ({sight.condition(population, sources)})",
        evidence,
    )[0]
    return n, Fraction(of_all), Fraction(squares)
