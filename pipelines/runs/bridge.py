"""The vendor's own report beside ours: each figure's difference by cause, in points and money, with evidence."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.contract.model import Indicator
from pipelines.contract.resolve import IndicatorTerms, indicator_terms, month_terms, term_days
from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Days, Month
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import installed_metrics
from pipelines.runs.adjusted import adjusted_in
from pipelines.runs.bridge_annex import Annex, effect_body
from pipelines.runs.bridge_kept import keep_bridge
from pipelines.runs.bridge_money import Money
from pipelines.runs.bridge_readings import FIRST_VERSIONS, Bench, Question, has_corrections, in_vintage, opened
from pipelines.runs.bridge_row import Row, exactly
from pipelines.runs.close_month import measure_into
from pipelines.runs.contracts import ReadContract, read_text, usable_contract
from pipelines.runs.overrides import overrides_as_of
from pipelines.runs.settle_month import month_before, settled_body
from pipelines.runs.statements import StatementRef, find_statement, list_statements, read_statement
from pipelines.runs.states import Override
from pipelines.scoring.difference import (
    AMOUNT,
    DELIVERED,
    MISSING_BY,
    Change,
    Explanation,
    Found,
    Meter,
    Reading,
    by_their_list,
    search,
    search_by_two,
)
from pipelines.settlement.dispute import objections_in
from pipelines.sources.vendor_report import (
    UNITS_OF,
    ReadReport,
    ReportMapping,
    StatedFigure,
    as_measured,
    parse_report_mapping,
    read_items,
    read_report,
)

SCHEMA = "clausemeter.bridge/1"
Progress = Callable[[str], None]
REPORTS = Path("data/reports")
SPLITS = (*MISSING_BY, "hour", AMOUNT)


@dataclass(frozen=True)
class Bridge:
    """A report laid beside a statement: ``body`` is the annex, ``problems`` what could not be compared, and why."""

    body: Mapping[str, Any]
    problems: Sequence[Problem]
    path: Path


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
    found = usable_contract(contract_name, month)
    contract = found.source.model
    ref = find_statement(home, f"{contract.contract}:{month}")
    statement = read_statement(home, ref.id)
    amended = [one.row for one in found.source.amendments]
    if (statement["contract"]["sha256"], statement["contract"]["amendments"]) != (found.source.digest, amended):
        raise Refused(_stale(ref, "The contract has other words now than when this statement was made."))
    mapping = mapping_for(report, mapping_file)
    read = read_report(report, mapping, month, contract.vendor.id)
    lists = {} if items is None else read_items(items, mapping)
    days = term_days(contract).overlap(month.days)
    cut_off_at = datetime.fromisoformat(statement["cut_off_at"])
    overrides = overrides_as_of(home, now)
    problems = list(read.problems)
    for bench in opened(home, found, days, cut_off_at, overrides):
        terms_of = {one.id: one for one in month_terms(contract, month.days)}
        targets = _targets(read, mapping, found, terms_of, days, problems)
        progress("measuring our own reading")
        money = _as_stated(home, bench, ref, statement, month)
        ours = _counted(bench, targets, lists)
        rows = [_row(code, one, ours) for code, one in targets.items()]
        _explain(home, bench, found, rows, overrides, ref, known_at, lists, archive_key, progress)
        annex = Annex(bench, money, found, ref.id, limit, set(lists))
        shown = [annex.row(row) for row in rows]
        stated = {row.terms.id: row.claimed for row in rows if row.moves}
        together = money.effect(stated)
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
        "together": effect_body(together),
        "not_reported": sorted(set(terms_of) - set(stated)),
        "ignored": dict(read.ignored),
        "problems": [{"where": _bare(one.where, report), "what": one.what, "code": one.code} for one in problems],
    }  # fmt: skip
    return Bridge(body, problems, keep_bridge(home, ref, body))


def _bare(where: str, report: Path) -> str:
    """Return a place without the folder that the report lay in: the annex is the same wherever it was read."""
    return where.replace(str(report), report.name)


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
        figure = as_measured(stated, terms.metric.unit, has_parts=terms.metric.aggregate not in ("sum", "count"))
        targets[code] = Target(replace(figure, how=claimed), terms, is_promised)
    return targets


def _unpromised(key: str, code: str, found: ReadContract, days: Days) -> IndicatorTerms | None:
    """Return a metric that the contract does not promise, by its defaults."""
    if key not in installed_metrics():
        return None
    name = "m_" + "".join(sign if sign.isalnum() else "_" for sign in code)
    indicator = Indicator.model_validate({"id": name[:40], "clause": "–", "metric": key, "class": "report_only"})
    return indicator_terms(found.source.model, indicator, days)


def _counted(bench: Bench, targets: Mapping[str, Target], lists: Mapping[str, Any]) -> dict[str, Reading]:
    """Return our own reading of each figure, by its code."""
    bench.lay_list(lists)
    named = {
        code: replace(bench.ours(target.terms), code=code if code in lists else None)
        for code, target in targets.items()
    }
    return dict(zip(named, bench.count(list(named.values()), splits=SPLITS), strict=True))


def _row(code: str, target: Target, ours: Mapping[str, Reading]) -> Row:
    terms, stated = target.terms, target.stated
    meter = Meter(terms.metric, terms.indicator.unmeasurable, terms.percentile, stated.how.count)
    return Row(code, stated, terms, target.is_promised, meter, exactly(stated), ours[code])


def _as_stated(home: Path, bench: Bench, ref: StatementRef, statement: Mapping[str, Any], month: Month) -> Money:
    """Return the month as it is settled; refuse one that today's logs and decisions would settle otherwise."""
    run, closed_at = bench.run, datetime.fromisoformat(ref.closed_at)
    contract = run.found.source.model
    with tempfile.TemporaryDirectory() as folder:
        measured = measure_into(Path(folder), run.con, run.found, month, run.cut_off_at, bench.overrides)
    past = month_before(home, contract, month, closed_at)
    adjusted = adjusted_in(home, contract, month, closed_at)
    again = settled_body(run.found, month, measured, past, adjusted, objections_in(statement))
    now = {one["id"]: one for one in again["indicators"]}
    others = [one["id"] for one in statement["indicators"] if one != now.get(one["id"])]
    if statement["totals"] != again["totals"]:
        others.append("its totals")
    if others:
        said = ", ".join(others)
        raise Refused(_stale(ref, f"Logs or decisions have come since: {said} would be other figures now."))
    return Money(run.found, month, measured, past, adjusted)


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
    asked = {row.code: bench.others(row.terms, row.how.how.terms) for row in open_rows}
    for code in lists:
        asked[code] = [replace(one, code=code) for one in asked.get(code, ())]
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
