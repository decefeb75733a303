"""The vendor's own report beside ours: each figure's difference by cause, in points and money, with evidence."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.contract.model import Indicator
from pipelines.contract.resolve import IndicatorTerms, indicator_terms, term_days
from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.core.exact import WRITTEN_PLACES, decimal_text
from pipelines.core.money import round_half_away
from pipelines.core.period import Days, Month
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import installed_metrics
from pipelines.runs.bridge_money import Effect, Money
from pipelines.runs.bridge_readings import FIRST_VERSIONS, Bench, Question, Turned, has_corrections, in_vintage, opened
from pipelines.runs.contracts import ReadContract, read_text, usable_contract
from pipelines.runs.overrides import overrides_as_of
from pipelines.runs.statements import StatementRef, find_statement, list_statements, read_statement
from pipelines.runs.states import Override
from pipelines.scoring.difference import (
    AMOUNT,
    DELIVERED,
    LISTED,
    MISSING_BY,
    Change,
    Explanation,
    Figure,
    Found,
    Meter,
    Part,
    Reading,
    Stated,
    Step,
    by_their_list,
    search,
    search_by_two,
    split,
)
from pipelines.sources.vendor_report import (
    UNITS_OF,
    ReadReport,
    ReportMapping,
    StatedFigure,
    parse_report_mapping,
    read_items,
    read_report,
)

SCHEMA = "clausemeter.bridge/1"
Progress = Callable[[str], None]
REPORTS = Path("data/reports")
COUNTING = ("met", "missed", "counted")
SPLITS = (*MISSING_BY, "hour", AMOUNT)


@dataclass(frozen=True)
class Bridge:
    """A report laid beside a statement: ``body`` is the annex, ``problems`` what could not be compared, and why."""

    body: Mapping[str, Any]
    problems: Sequence[Problem]
    path: Path


@dataclass
class Row:
    """One figure of the report, what it is compared with, and what explains it."""

    code: str
    how: StatedFigure
    terms: IndicatorTerms
    is_promised: bool
    meter: Meter
    stated: Stated
    ours: Reading
    found: Found = field(default_factory=Found)

    @property
    def figure(self) -> Figure:
        """Our figure."""
        return self.meter.figure(self.ours.counts)

    @property
    def agrees(self) -> bool:
        """Whether nothing but rounding lies between both."""
        return self.stated.reproduced_by(self.figure) is not None

    @property
    def chosen(self) -> Explanation | None:
        """The explanation by which the difference is split: the simplest."""
        return None if self.found.is_chance or not self.found.explanations else self.found.explanations[0]

    @property
    def is_ambiguous(self) -> bool:
        """Whether others fit as well that say something else than another value of the same term."""
        return not self.found.is_chance and len({one.kind for one in self.found.explanations}) > 1

    def parts(self) -> list[Part]:
        """Return the way from their value to ours."""
        ours = self.figure.value
        return [] if ours is None else split(self.stated, ours, self.chosen)


def bridge(
    home: Path,
    contract_name: str,
    month: Month,
    report: Path,
    *,
    mapping_file: Path | None = None,
    items: Path | None = None,
    known_at: Sequence[datetime] = (),
    limit: int = 5,
    archive_key: bytes | None = None,
    now: datetime,
    progress: Progress = lambda _: None,
) -> Bridge:
    """Compare a vendor's report with the month's latest statement, and keep the comparison beside the statement.

    ``items`` is the vendor's list of the items that it counted; ``known_at`` are instants at which it may have looked
    (the month's end, earlier closings and the first versions of corrected records are tried anyway). ``limit``: how
    many items are named for each thing that differs.
    """
    found = usable_contract(contract_name)
    contract = found.source.model
    ref = find_statement(home, f"{contract.contract}:{month}")
    statement = read_statement(home, ref.id)
    if statement["contract"]["sha256"] != found.source.digest:
        raise Refused(_stale(ref, "The contract has other words now than when this statement was made."))
    mapping = mapping_for(report, mapping_file)
    read = read_report(report, mapping, month, contract.vendor.id)
    lists = {} if items is None else read_items(items, mapping)
    days = term_days(contract).overlap(month.days)
    cut_off_at = datetime.fromisoformat(statement["cut_off_at"])
    overrides = overrides_as_of(home, now)
    problems = list(read.problems)
    for bench in opened(home, found, days, cut_off_at, overrides):
        promised = [t for i in contract.indicators if (t := indicator_terms(contract, i, month.days)) is not None]
        terms_of = {one.indicator.id: one for one in promised}
        targets = _targets(read, mapping, found, terms_of, days, problems)
        progress("measuring our own reading")
        ours = _counted(bench, promised, targets, lists)
        money = Money(home, contract, month, promised, ours, now)
        _check_it_is_ours(ref, statement, money)
        rows = [_row(code, one, terms_of, ours) for code, one in targets.items()]
        _explain(home, bench, found, rows, overrides, ref, known_at, lists, archive_key, progress)
        shown = [_body(bench, row, money, ref, found, limit, lists) for row in rows]
        together = money.effect({row.terms.indicator.id: _claimed(row) for row in rows if _moves(row)})
    missing = sorted(
        set(terms_of) - {row.terms.indicator.id for row in rows if row.is_promised and row.meter.count is None}
    )
    body = {
        "schema": SCHEMA,
        "statement": ref.id,
        "statement_sha256": ref.sha256,
        "contract": contract.contract,
        "month": str(month),
        "vendor": contract.vendor.id,
        "currency": contract.currency,
        "report": {"file": report.name, "sha256": sha256_hex(report.read_bytes()), "mapping": mapping.report,
                   "mapping_sha256": mapping.fingerprint,
                   "items_sha256": None if items is None else sha256_hex(items.read_bytes())},
        "rows": shown,
        "together": _effect_body(together),
        "not_reported": missing,
        "ignored": dict(read.ignored),
        "problems": [{"where": _bare(one.where, report), "what": one.what, "code": one.code} for one in problems],
    }  # fmt: skip
    return Bridge(body, problems, _keep(home, ref, body))


def _bare(where: str, report: Path) -> str:
    """Return a place without the folder that the report lay in: the annex is the same wherever it was read."""
    return where.replace(str(report), report.name)


def _keep(home: Path, ref: StatementRef, body: Mapping[str, Any]) -> Path:
    """Write the annex beside the statement, whole or not at all."""
    folder = home / "bridges"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{ref.id}.json"
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(canonical_json(dict(body)))
    beside.replace(path)
    return path


def kept_bridge(home: Path, statement_id: str) -> dict[str, Any] | None:
    """Return the annex of a statement: the bridge last laid beside it, or None where there is none."""
    path = home / "bridges" / f"{statement_id}.json"
    found: dict[str, Any] | None = json.loads(path.read_bytes()) if path.exists() else None
    return found


def _stale(ref: StatementRef, what: str) -> Problem:
    return Problem(
        f"statement {ref.id}",
        f"{what} A report can only be laid beside figures that still stand.",
        f"Close the month again: `clausemeter close {ref.contract} --month {ref.month}`.",
        "bridge.stale",
    )


def mapping_for(report: Path, named: Path | None, folder: Path = REPORTS) -> ReportMapping:
    """Return the mapping named, or the only one that is kept."""
    kept = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if named is None and len(kept) != 1:
        raise Refused(
            Problem(
                str(report),
                f"{len(kept)} mappings of reports are kept under {folder}; which of them reads this one is not plain.",
                "Name it: `--mapping FILE`.",
                "bridge.mapping",
            )
        )
    path = named or kept[0]
    return parse_report_mapping(read_text(path), str(path))


@dataclass(frozen=True)
class Target:
    """What a code of the report speaks of."""

    stated: StatedFigure
    terms: IndicatorTerms
    is_promised: bool


def _targets(
    read: ReadReport,
    mapping: ReportMapping,
    found: ReadContract,
    terms_of: Mapping[str, IndicatorTerms],
    days: Days,
    problems: list[Problem],
) -> dict[str, Target]:
    """Return what each figure is compared with; one that cannot be compared is a problem."""
    targets: dict[str, Target] = {}
    for code, stated in read.figures.items():
        terms, is_promised = terms_of.get(stated.how.indicator or ""), True
        if stated.how.metric is not None:
            terms, is_promised = _unpromised(stated.how.metric, code, found, days), False
        if terms is None:
            problems.append(
                Problem(
                    mapping.name,
                    f"{code} is said to be {stated.how.indicator or stated.how.metric!r}, which the contract does not"
                    f" have in {days}.",
                    f"It has: {', '.join(terms_of)}; another metric is named with `metric:`.",
                    "bridge.no_indicator",
                )
            )
            continue
        unit, units = stated.how.unit, UNITS_OF.get(terms.metric.unit)
        if stated.how.count is None and units is not None and unit not in units:
            problems.append(
                Problem(
                    mapping.name,
                    f"{code} is stated in {unit}, and {terms.metric.key} is measured in {terms.metric.unit}.",
                    f"Its unit is one of: {', '.join(units)}.",
                    "bridge.unit",
                )
            )
            continue
        wrong = [name for name in stated.how.terms if name not in terms.metric.terms]
        if wrong:
            problems.append(
                Problem(
                    mapping.name,
                    f"{code}: {terms.metric.key} has no term {', '.join(wrong)}.",
                    f"It has: {', '.join(terms.metric.terms) or 'none'}.",
                    "bridge.term",
                )
            )
        claimed = stated.how.model_copy(update={"terms": {}}) if wrong else stated.how
        targets[code] = Target(replace(stated, how=claimed), terms, is_promised)
    return targets


def _unpromised(key: str, code: str, found: ReadContract, days: Days) -> IndicatorTerms | None:
    """Return a metric that the contract does not promise, by its defaults."""
    if key not in installed_metrics():
        return None
    name = "m_" + "".join(sign if sign.isalnum() else "_" for sign in code)
    indicator = Indicator.model_validate({"id": name[:40], "clause": "–", "metric": key, "class": "report_only"})
    return indicator_terms(found.source.model, indicator, days)


def _counted(
    bench: Bench, promised: Sequence[IndicatorTerms], targets: Mapping[str, Target], lists: Mapping[str, Any]
) -> dict[str, Reading]:
    """Return our own reading of every indicator, by its id."""
    bench.lay_list(lists)
    extra = [one.terms for one in targets.values() if not one.is_promised]
    asked = list({one.indicator.id: one for one in [*promised, *extra]}.values())
    named = {one.indicator.id: bench.ours(one) for one in asked}
    for code, target in targets.items():
        if code in lists:
            named[f"{target.terms.indicator.id}/{code}"] = replace(bench.ours(target.terms), code=code)
    return dict(zip(named, bench.count(list(named.values()), splits=SPLITS), strict=True))


def _row(code: str, target: Target, terms_of: Mapping[str, IndicatorTerms], ours: Mapping[str, Reading]) -> Row:
    terms, stated = target.terms, target.stated
    meter = Meter(terms.metric, terms.indicator.unmeasurable, terms.percentile, stated.how.count)
    name = terms.indicator.id
    return Row(
        code,
        stated,
        terms,
        target.is_promised and terms_of.get(name) is terms,
        meter,
        _exactly(stated),
        ours.get(f"{name}/{code}", ours[name]),
    )


def _written(value: Fraction) -> Decimal:
    """Return a value at the places to which any ratio is written here."""
    return round_half_away(value, WRITTEN_PLACES)


def _exactly(stated: StatedFigure) -> Stated:
    """Return what is stated; a value that agrees with its own two parts at every place we write is their ratio."""
    value = stated.value
    if stated.numerator is not None and stated.denominator:
        exact = stated.numerator / stated.denominator
        value = exact if _written(value) == _written(exact) else value
    return Stated(value, stated.low, stated.high, stated.numerator, stated.denominator)


def _check_it_is_ours(ref: StatementRef, statement: Mapping[str, Any], money: Money) -> None:
    """Refuse to compare with a statement that the logs and decisions of today would no longer give."""
    stated = {one["id"]: (one["numerator"], one["denominator"]) for one in statement["indicators"]}
    now = {
        one.terms.indicator.id: _parts_text(one.measured.numerator, one.measured.denominator) for one in money.judged
    }
    others = sorted(name for name in {*stated, *now} if stated.get(name) != now.get(name))
    if others:
        raise Refused(
            _stale(ref, f"Logs or decisions have come since: {', '.join(others)} would be other figures now.")
        )


def _parts_text(numerator: Fraction, denominator: Fraction | int) -> tuple[str, str]:
    return decimal_text(numerator), decimal_text(denominator)


def _explain(
    home: Path,
    bench: Bench,
    found: ReadContract,
    rows: Sequence[Row],
    overrides: Sequence[Override],
    ref: StatementRef,
    known_at: Sequence[datetime],
    lists: Mapping[str, Any],
    archive_key: bytes | None,
    progress: Progress,
) -> None:
    """Look for what explains each figure that is not ours: the simplest first, and no further than needed."""
    open_rows = [row for row in rows if not row.agrees and row.figure.value is not None]
    if not open_rows:
        return
    bench.lay_other_calendars()
    progress(f"looking for what explains {', '.join(row.code for row in open_rows)}")
    asked = {row.code: _other_questions(bench, row, lists) for row in open_rows}
    others = _counted_each(bench, asked)
    for row in open_rows:
        look = by_their_list if row.code in lists else search
        row.found = look(row.stated, row.meter, row.ours, others[row.code])
    left = [row for row in open_rows if not row.found.explanations and row.code not in lists]
    if left and bench.lay_delivered(archive_key):
        again = bench.count([bench.ours(row.terms) for row in left], splits=(DELIVERED,))
        for row, reading in zip(left, again, strict=True):
            row.found = search(row.stated, row.meter, reading, [])
        left = [row for row in left if not row.found.explanations]
    for known in _vintages(bench, home, ref, known_at) if left else ():
        progress(f"measuring what was known: {known}")
        cut_off_at, terms = bench.run.cut_off_at, [row.terms for row in left]
        before = in_vintage(home, found, bench.run.days, cut_off_at, overrides, terms, known)
        for row, reading in zip(left, before, strict=True):
            row.found = search(row.stated, row.meter, row.ours, [*others[row.code], reading])
            others[row.code].append(reading)
    left = [row for row in left if not row.found.explanations]
    if left:
        progress(f"looking further for what explains {', '.join(row.code for row in left)}")
        split_too = _counted_each(bench, {row.code: asked[row.code] for row in left}, SPLITS)
        pairs = _counted_each(bench, {row.code: bench.definitions(row.terms, {}, pairs=True) for row in left})
        for row in left:
            row.found = search_by_two(row.stated, row.meter, row.ours, split_too[row.code], pairs[row.code])
    _prefer_what_explains_others(open_rows)


def _counted_each(
    bench: Bench, asked: Mapping[str, Sequence[Question]], splits: Sequence[str] = ()
) -> dict[str, list[Reading]]:
    """Count the readings of all figures together, so that each population is scanned once a frame."""
    counted = iter(bench.count([one for questions in asked.values() for one in questions], splits=splits))
    return {code: [next(counted) for _ in questions] for code, questions in asked.items()}


def _other_questions(bench: Bench, row: Row, lists: Mapping[str, Any]) -> list[Question]:
    """Return every reading that differs from ours in one thing: what they say they measured by comes first."""
    found = [
        *bench.definitions(row.terms, row.how.how.terms),
        *bench.without_decisions(row.terms),
        *bench.known_at_months_end(row.terms),
        *bench.other_calendars(row.terms),
    ]
    return [replace(one, code=row.code) for one in found] if row.code in lists else found


def _vintages(bench: Bench, home: Path, ref: StatementRef, known_at: Sequence[datetime]) -> list[str]:
    """Return the states of knowledge to try: instants named, earlier closings, and the first versions of records."""
    closings = [
        one.closed_at
        for one in list_statements(home)
        if (one.contract, one.month) == (ref.contract, ref.month) and one.version < ref.version
    ]
    instants = [*(at.isoformat() for at in known_at), *closings]
    return [*dict.fromkeys(instants), *([FIRST_VERSIONS] if has_corrections(bench) else [])]


def _key(explanation: Explanation) -> tuple[Any, ...]:
    return tuple(
        (step.cause, step.what.by, step.what.cells) if isinstance(step.what, Change) else (step.cause, step.what.name)
        for step in explanation.steps
    )


def _prefer_what_explains_others(rows: Sequence[Row]) -> None:
    """Of several explanations of one figure, keep those that explain the most others too; a single one stands."""
    certain = [row for row in rows if not row.found.is_chance]
    for row in rows:
        others = [{_key(one) for one in other.found.explanations} for other in certain if other is not row]
        support = [sum(_key(one) in keys for keys in others) for one in row.found.explanations]
        if len(support) > 1 and max(support):
            kept = [one for one, n in zip(row.found.explanations, support, strict=True) if n == max(support)]
            row.found = Found(tuple(kept), row.found.is_chance and len(kept) > 1)


# --- what it is worth ---


def _moves(row: Row) -> bool:
    """Say whether a figure is the value of an indicator that the contract settles."""
    return row.is_promised and row.meter.count is None


def _claimed(row: Row) -> Fraction:
    """Return their value as exactly as they state it: their own two parts where they round to it."""
    if row.stated.has_parts and row.stated.numerator is not None and row.stated.denominator:
        exact = row.stated.numerator / row.stated.denominator
        if row.stated.holds(exact):
            return exact
    return row.stated.value


def _effect_body(effect: Effect | None) -> dict[str, Any]:
    if effect is None:
        return {"points": None, "yuan": None}
    return {
        "points": None if effect.points is None else decimal_text(effect.points),
        "yuan": f"{effect.money:f}",
    }


# --- the annex ---


def _body(
    bench: Bench, row: Row, money: Money, ref: StatementRef, found: ReadContract, limit: int, lists: Mapping[str, Any]
) -> dict[str, Any]:
    figure, parts = row.figure, row.parts()
    name = row.terms.indicator.id
    n = int(row.stated.denominator or 0) if row.stated.has_parts and row.meter.has_denominator else 0
    values = [row.stated.value, *(part.after for part in parts)]
    effects = money.along(name, values, n) if _moves(row) else [None] * len(parts)
    explained: dict[str, Any] = {
        "how": row.chosen.how if row.chosen else None,
        "ambiguous": row.is_ambiguous,
        "by_chance": len(row.found.explanations) if row.found.is_chance else 0,
        "explanations": [
            [_step_body(bench, row, step, ref, found, limit) for step in one.steps]
            for one in ([] if row.found.is_chance else row.found.explanations)
        ],
    }
    if row.code in lists:
        ours = replace(bench.ours(row.terms), code=row.code)
        explained["strangers"] = [_turned_body(one) for one in bench.strangers(ours, limit)]
    whole = money.effect({name: _claimed(row)}, n) if _moves(row) else None
    return {
        "code": row.code,
        "indicator": name if row.is_promised else None,
        "metric": row.terms.metric.key,
        "count": row.meter.count,
        "name": _name(row),
        "clause": row.terms.indicator.clause if row.is_promised else None,
        "unit": "count" if row.meter.count else row.terms.metric.unit,
        "line": row.how.line,
        "theirs": {
            "text": row.how.text,
            "value": decimal_text(row.stated.value),
            "numerator": _text(row.stated.numerator),
            "denominator": _text(row.stated.denominator),
        },
        "ours": {
            "value": _text(figure.value),
            "numerator": decimal_text(figure.numerator),
            "denominator": decimal_text(figure.denominator),
        },
        "difference": None if figure.value is None else decimal_text(row.stated.value - figure.value),
        "verdict": _verdict(row),
        "parts": [
            {
                "cause": part.cause,
                "difference": decimal_text(part.difference),
                **_effect_body(effect),
            }
            for part, effect in zip(parts, effects, strict=True)
        ],
        **_effect_body(whole),
        **explained,
    }


def _name(row: Row) -> dict[str, str]:
    """Return what the figure is called: as the contract calls its indicator, else as the metric is."""
    own = row.terms.indicator.name
    return {"zh": own.zh, "en": own.en} if own else dict(row.terms.metric.name)


def _verdict(row: Row) -> str:
    """Say how a figure stands: same, rounded, explained, partly (by their list alone), unexplained, no data."""
    if row.figure.value is None:
        return "no data"
    if row.agrees:
        return "same" if _written(row.stated.value) == _written(row.figure.value) else "rounded"
    causes = {part.cause for part in row.parts()}
    if "unexplained" not in causes:
        return "explained"
    return "partly" if causes - {"unexplained", "rounding"} else "unexplained"


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def _step_body(
    bench: Bench, row: Row, step: Step, ref: StatementRef, found: ReadContract, limit: int
) -> dict[str, Any]:
    what = step.what
    body: dict[str, Any] = {
        "cause": step.cause,
        "theirs": {
            "numerator": decimal_text(step.before.numerator),
            "denominator": decimal_text(step.before.denominator),
        },
        "ours": {"numerator": decimal_text(step.after.numerator), "denominator": decimal_text(step.after.denominator)},
    }
    ours = bench.ours(row.terms)
    if isinstance(what, Change):
        ours = replace(ours, code=row.code if what.by == LISTED else None)
        cells = list(what.cells) if what.by != AMOUNT else _cut(what, row.ours)
        body |= {"by": what.by, "cells": cells}
        turned = bench.among(ours, what, limit)
        if what.by == LISTED:  # what does not count need not be listed
            turned = [one for one in turned if one.before.partition(":")[0] in COUNTING]
        body["command"] = _measure(bench, row.terms, found, cells=what) if what.by in ("day", "queue", "team") else None
    else:
        terms = row.terms.terms
        said = {name: [piece.value for piece in terms[name]] for name, _ in what.name if name in terms}
        body |= {"other": dict(what.name), "instead_of": said}
        question = _question(bench, row, what)
        turned = [] if question is None else bench.turned(ours, question, limit)
        is_measured = step.cause == "definition"
        body["command"] = _measure(bench, row.terms, found, changed=dict(what.name)) if is_measured else None
    body["items"] = [_turned_body(one) for one in turned]
    if body["command"] is None and row.is_promised:
        state = " --state counted" if step.cause == "missing" and "counted" in row.terms.metric.states else ""
        body["command"] = f"clausemeter explain {ref.id} {row.terms.indicator.id}{state}"
    return body


def _turned_body(one: Turned) -> dict[str, Any]:
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


def _question(bench: Bench, row: Row, reading: Reading) -> Question | None:
    """Return the question of a reading that this session can ask again; what was known earlier it cannot."""
    asked = [*_other_questions(bench, row, {}), *bench.definitions(row.terms, {}, pairs=True)]
    return next((one for one in asked if (one.cause, one.name) == (reading.cause, reading.name)), None)


def _measure(
    bench: Bench,
    terms: IndicatorTerms,
    found: ReadContract,
    *,
    changed: Mapping[str, str] | None = None,
    cells: Change | None = None,
) -> str:
    """Return the command that measures the same by itself."""
    return " ".join(map(shlex.quote, _words(bench, terms, found, changed or {}, cells)))


def _words(
    bench: Bench, terms: IndicatorTerms, found: ReadContract, changed: Mapping[str, str], cells: Change | None
) -> list[str]:
    since, until = bench.run.days.since, bench.run.days.until
    scope = {**found.source.model.scope, **terms.indicator.scope}
    if cells is not None and cells.by == "day":
        since = datetime.fromisoformat(cells.cells[0]).date()
        until = datetime.fromisoformat(cells.cells[-1]).date() + timedelta(days=1)
    elif cells is not None:
        scope[cells.by] = list(cells.cells)
    values = {name: pieces[-1].value for name, pieces in terms.terms.items()} | dict(changed)
    said = {n: v for n, v in sorted(values.items()) if n in changed or v != terms.metric.terms[n].default}
    words = ["clausemeter", "measure", terms.metric.key, "--from", str(since), "--until", str(until)]
    words += [word for name, value in said.items() for word in ("--term", f"{name}={value}")]
    words += [word for name, values in sorted(scope.items()) for word in ("--where", f"{name}={','.join(values)}")]
    return [*words, "--calendars", found.source.tree.name, "--cut-off", bench.run.cut_off_at.isoformat()]
