"""Every mutant of every metric, put before the rows that judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.metrics.declare import Metric
from tests.mutation.expressions import Mutant, mutants_of, parse, render
from tests.mutation.grid import witness
from tests.mutation.rows import Universe
from tests.reference.question import is_outside, is_same

JUDGES = ("cases", "example", "reference")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: who killed it; for a survivor, a made-up item that it judges differently, if any."""

    where: str
    change: str
    killed_by: str | None
    witness: str | None = None


def is_agreed(judge: str, expected: str, state: str) -> bool:
    """Say whether a judge agrees with a state; the reference leaves a word free here and there."""
    if judge != "reference":
        return expected == state
    return is_same(expected, state) or (is_outside(expected) and is_outside(state))


class Court:
    """One metric before its judges."""

    def __init__(self, universe: Universe, metric: Metric) -> None:
        self.universe, self.metric, self.table = universe, metric, universe.table(metric)
        amount = metric.amount or "NULL"
        universe.con.execute(
            f"CREATE OR REPLACE TABLE judged AS SELECT *, {metric.sql} AS state_of_original,"
            f" {amount} AS amount_of_original FROM {self.table}"
        )

    def wrong_originals(self) -> list[tuple[str, str, str]]:
        """Return what a judge says otherwise of the metric itself: its rows would judge nothing."""
        rows = self.universe.con.execute("SELECT DISTINCT judge, expected, state_of_original FROM judged").fetchall()
        again = (
            f"SELECT count(*) FROM judged WHERE ({render(parse(self.metric.sql))}) IS DISTINCT FROM state_of_original"
        )
        (changed,) = self.universe.con.execute(again).fetchone() or (0,)
        assert changed == 0, f"{self.metric.key} is another expression when sqlglot has written it"
        return [(judge, expected, state) for judge, expected, state in rows if not is_agreed(judge, expected, state)]

    def _rows(self, sql: str) -> list[tuple[str, ...]]:
        try:
            return self.universe.con.execute(sql).fetchall()
        except duckdb.Error as error:
            return [("error", "", str(error))]

    def killer_of_state(self, mutant: Mutant) -> str | None:
        """Return the first judge that a mutant of the state expression does not get past."""
        rows = self._rows(
            "SELECT DISTINCT judge, expected, state_of_mutant FROM"
            f" (SELECT judge, expected, state_of_original, {mutant.sql} AS state_of_mutant FROM judged)"
            " WHERE state_of_mutant IS DISTINCT FROM state_of_original"
        )
        found = {judge for judge, expected, state in rows if judge == "error" or not is_agreed(judge, expected, state)}
        return next((judge for judge in ("error", *JUDGES) if judge in found), None)

    def killer_of_amount(self, mutant: Mutant) -> str | None:
        """Return the first judge that a mutant of the amount does not get past: one who looks at amounts."""
        sums = " OR ".join(
            f"state_of_original = '{state}'"
            for state in self.metric.states
            if self.metric.sums(state) or self.metric.bears(state)
        )
        rows = self._rows(
            "SELECT DISTINCT judge, '', '' FROM judged WHERE is_amount_judged"
            f" AND (judge <> 'reference' OR {sums or 'false'}) AND ({mutant.sql}) IS DISTINCT FROM amount_of_original"
        )
        found = {judge for judge, *_ in rows}
        return next((judge for judge in ("error", *JUDGES) if judge in found), None)

    def verdicts(self) -> Iterator[Verdict]:
        """Judge every mutant."""
        name = self.metric.key.partition("@")[0]
        for mutant in mutants_of(self.metric.sql):
            killer = self.killer_of_state(mutant)
            seen = None if killer else witness(self.universe.con, self.metric, mutant.sql)
            yield Verdict(f"{name} {mutant.branch or 'order'}", mutant.change, killer, seen)
        if self.metric.amount is not None:
            for mutant in mutants_of(self.metric.amount):
                yield Verdict(f"{name} amount", mutant.change, self.killer_of_amount(mutant))


def judged(universe: Universe, metrics: Sequence[Metric]) -> Iterator[tuple[Metric, list[Verdict]]]:
    """Judge the mutants of these metrics, once each is found to be what its judges say."""
    for metric in metrics:
        court = Court(universe, metric)
        wrong = court.wrong_originals()
        assert not wrong, f"{metric.key} itself is not what its judges say: {wrong}"
        yield metric, list(court.verdicts())
