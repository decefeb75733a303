"""The annex of a statement: each figure of a vendor's report with its parts, what shows them, their worth."""

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.runs.bridge_money import Effect, Money
from pipelines.runs.bridge_readings import Bench, Question, Turned
from pipelines.runs.bridge_row import Row
from pipelines.runs.contracts import ReadContract
from pipelines.scoring.difference import AMOUNT, LISTED, Change, Figure, Reading, Step

COUNTING = ("met", "missed", "counted")


@dataclass(frozen=True)
class Annex:
    """What the rows of one annex share. ``limit``: how many items are named for each thing that differs."""

    bench: Bench
    money: Money
    found: ReadContract
    statement: str
    limit: int
    listed: Collection[str]  # the codes whose items the vendor lists

    def row(self, row: Row) -> dict[str, Any]:
        """Return a figure's row."""
        figure, parts, name = row.figure, row.parts(), row.terms.id
        values = [row.stated.value, *(part.after for part in parts)]
        effects = self.money.along(name, values, row.items_stated) if row.moves else [None] * len(parts)
        whole = self.money.effect({name: row.claimed}, row.items_stated) if row.moves else None
        return {
            "code": row.code,
            "indicator": name if row.is_promised else None,
            "clause": row.terms.indicator.clause if row.is_promised else None,
            "metric": row.terms.metric.key,
            "count": row.meter.count,
            "name": dict(row.name),
            "unit": "count" if row.meter.count else row.terms.metric.unit,
            "line": row.how.line,
            "theirs": {
                "text": row.how.text,
                "value": decimal_text(row.stated.value),
                "numerator": _text(row.stated.numerator),
                "denominator": _text(row.stated.denominator),
            },
            "ours": {"value": _text(figure.value), **_two_parts(figure)},
            "difference": None if figure.value is None else decimal_text(row.stated.value - figure.value),
            "verdict": row.verdict,
            "parts": [
                {"cause": part.cause, "difference": decimal_text(part.difference), **effect_body(effect)}
                for part, effect in zip(parts, effects, strict=True)
            ],
            **effect_body(whole),
            "how": row.chosen.how if row.chosen else None,
            "ambiguous": row.is_ambiguous,
            "by_chance": len(row.found.explanations) if row.found.is_chance else 0,
            "explanations": [
                [self._step(row, step) for step in one.steps]
                for one in ([] if row.found.is_chance else row.found.explanations)
            ],
            "strangers": self._strangers(row),
        }

    def _strangers(self, row: Row) -> list[dict[str, Any]]:
        """Return what their list names and we do not count."""
        if row.code not in self.listed:
            return []
        ours = replace(self.bench.ours(row.terms), code=row.code)
        return [_turned(one) for one in self.bench.strangers(ours, self.limit)]

    def _step(self, row: Row, step: Step) -> dict[str, Any]:
        body: dict[str, Any] = {
            "cause": step.cause,
            "theirs": _two_parts(step.before),
            "ours": _two_parts(step.after),
        }
        body |= self._of_change(row, step.what) if isinstance(step.what, Change) else self._of_reading(row, step.what)
        if body["command"] is None and row.is_promised:
            state = " --state counted" if step.cause == "missing" and "counted" in row.terms.metric.states else ""
            body["command"] = f"clausemeter explain {self.statement} {row.terms.id}{state}"
        return body

    def _of_change(self, row: Row, change: Change) -> dict[str, Any]:
        ours = replace(self.bench.ours(row.terms), code=row.code if change.by == LISTED else None)
        turned = self.bench.among(ours, change, self.limit)
        if change.by == LISTED:  # what does not count need not be listed
            turned = [one for one in turned if one.before.partition(":")[0] in COUNTING]
        return {
            "by": change.by,
            "cells": _cut(change, row.ours) if change.by == AMOUNT else list(change.cells),
            "items": [_turned(one) for one in turned],
            "command": self._measure(row, {}, change) if change.by in ("day", "queue", "team") else None,
        }

    def _of_reading(self, row: Row, reading: Reading) -> dict[str, Any]:
        terms = row.terms.terms
        question = self._question(row, reading)
        turned = [] if question is None else self.bench.turned(self.bench.ours(row.terms), question, self.limit)
        return {
            "other": dict(reading.name),
            "instead_of": {name: [piece.value for piece in terms[name]] for name, _ in reading.name if name in terms},
            "items": [_turned(one) for one in turned],
            "command": self._measure(row, dict(reading.name)) if reading.cause == "definition" else None,
        }

    def _question(self, row: Row, reading: Reading) -> Question | None:
        """Return the question of a reading that this session can ask again; what was known earlier it cannot."""
        pairs = self.bench.definitions(row.terms, {}, pairs=True) if reading.size > 1 else []
        asked = [*self.bench.others(row.terms, row.how.how.terms), *pairs]
        return next((one for one in asked if (one.cause, one.name) == (reading.cause, reading.name)), None)

    def _measure(self, row: Row, changed: Mapping[str, str], cells: Change | None = None) -> str:
        """Return the command that measures the same by itself."""
        run, terms = self.bench.run, row.terms
        since, until, by_day = run.days.since, run.days.until, False
        scope = dict(self.found.source.model.scope)
        for narrower in terms.question.scopes:
            scope |= {name: list(values) for name, values in narrower.items()}
        if cells is not None and cells.by == "day":
            days = [date.fromisoformat(day) for day in cells.cells]
            since, until = days[0], days[-1] + timedelta(days=1)
            by_day = len(days) > 1
        elif cells is not None:
            scope[cells.by] = list(cells.cells)
        values = {name: pieces[-1].value for name, pieces in terms.terms.items()} | dict(changed)
        said = {n: v for n, v in sorted(values.items()) if n in changed or v != terms.metric.terms[n].default}
        words = ["clausemeter", "measure", terms.metric.key, "--from", str(since), "--until", str(until)]
        words += ["--by", "day"] if by_day else []
        words += [word for name, value in said.items() for word in ("--term", f"{name}={value}")]
        words += [word for name, values in sorted(scope.items()) for word in ("--where", f"{name}={','.join(values)}")]
        words += ["--calendars", self.found.source.tree.name] if self.found.calendars else []
        words += ["--calendar", terms.question.calendar] if terms.question.calendar else []
        return " ".join(map(shlex.quote, [*words, "--cut-off", run.cut_off_at.isoformat()]))


def effect_body(effect: Effect | None) -> dict[str, Any]:
    """Return an effect in points of the score and in money before tax; null where nothing can be said."""
    if effect is None:
        return {"points": None, "yuan": None}
    return {"points": _text(effect.points), "yuan": f"{effect.money:f}"}


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def _two_parts(figure: Figure) -> dict[str, str]:
    return {"numerator": decimal_text(figure.numerator), "denominator": decimal_text(figure.denominator)}


def _turned(one: Turned) -> dict[str, Any]:
    return {
        "ours": one.before,
        "theirs": one.after,
        "n": one.n,
        "some": [{"source": source, "item": item} for source, item in one.some],
    }


def _cut(change: Change, ours: Reading) -> list[str]:
    """Return the bound of a cut by amount: ``up to 1`` for the smallest, ``from 600`` for the greatest."""
    smallest = min((name for name in ours.cells[AMOUNT] if name), key=Fraction)
    bound = decimal_text(Fraction(change.cells[-1]))
    return ["up to" if smallest in change.cells else "from", bound]
