"""A value that is a number of incidents, kind by kind: each kind once an item, so that the kinds add up to it."""

from collections.abc import Mapping

import duckdb

from pipelines.metrics.compose import Ask, scan_select, with_terms
from pipelines.metrics.frame import Frame

Kinds = Mapping[str, int]


def kinds_of(
    con: duckdb.DuckDBPyConnection, population: str, frame: Frame, ask: Ask, by: Mapping[str, str]
) -> dict[tuple[str, ...], dict[str, int]]:
    """Return how many items bear each kind that the metric lists, a group of ``by`` (names and their SQL) each.

    Only items in the states that make the value; the most frequent kind first. A metric that lists none: nothing.
    """
    if ask.metric.listed is None:
        return {}
    groups = [f"g{number}" for number in range(len(by))]
    columns = [f"{sql} AS {name}" for name, sql in zip(groups, by.values(), strict=True)]
    rows = scan_select(population, frame, [ask], [*columns, f"{with_terms(ask, ask.metric.listed)} AS listed"])
    codes = [str(code) for code, state in enumerate(ask.states, 1) if ask.metric.sums(state)]
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for *group, kind, n in con.execute(
        f"SELECT {''.join(name + ', ' for name in groups)}kind, count(*) AS n\n"
        f"FROM (SELECT *, unnest(list_distinct(listed)) AS kind FROM ({rows})\n"
        f"      WHERE {ask.column}_state IN ({', '.join(codes)}))\nGROUP BY ALL ORDER BY n DESC, kind"
    ).fetchall():
        found.setdefault(tuple(group), {})[kind] = n
    return found
