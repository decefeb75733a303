"""The linter's part that reads one indicator: its metric and terms, its target, its points, what a miss costs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from pipelines.contract.bands import closed_for, gaps_and_overlaps, span_text, tier_of, tiers, top_of
from pipelines.contract.dates import beginning_problems, days_in_force
from pipelines.contract.model import Band, Consequence, Indicator, Scoring, Value
from pipelines.contract.parse import Source
from pipelines.contract.resolve import dated
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import Metric, Term, installed_metrics, metric_named, unknown_metric

# What each form reads; a figure that it does not read would have no effect.
SCORING_READS = {
    "pass_fail": {"form"},
    "bands": {"form", "bands", "closed"},
    "linear": {"form", "zero_at", "full_at"},
    "piecewise": {"form", "at"},
    "per_step": {"form", "step", "relative", "lose", "lose_unit", "floor", "steps"},
}
ALL_CONSEQUENCES_READ = {"id", "form", "clause", "kind", "base", "cap", "cap_rate"}
CONSEQUENCE_READS = {
    "bands": {"bands", "closed"},
    "per_step": {"rate", "amount", "step", "relative", "steps"},
    "fixed": {"rate", "amount"},
}


@dataclass(frozen=True)
class Reading:
    """The indicator that is read, and where: every message begins with its clause."""

    source: Source
    indicator: Indicator
    metric: Metric
    at: tuple[str | int, ...]

    def problem(self, what: str, mend: str, code: str, *path: str | int, severity: str = "error") -> Problem:
        """Return a problem of the indicator, at ``path`` within it."""
        where = self.source.where(*self.at, *path)
        return Problem(where, f"{self.title}: {what}", mend, code, severity)

    @property
    def title(self) -> str:
        """The clause and the indicator's id."""
        return f"Clause {self.indicator.clause} ({self.indicator.id})"


def check_indicator(source: Source, number: int, indicator: Indicator) -> Iterator[Problem]:
    """Return every problem of one indicator."""
    at = ("indicators", number)
    try:
        # of several promises the first speaks for all: they are alike in unit and direction
        metric = metric_named(indicator.worst_of[0].metric if indicator.worst_of else indicator.metric)
    except Refused:
        yield unknown_metric(indicator.metric, source.where(*at, "metric"))
        return
    reading = Reading(source, indicator, metric, at)
    yield from _identity(reading)
    yield from _beginnings(reading)
    yield from _terms(reading)
    yield from _target(reading)
    yield from _weight(reading)
    for place, scoring in enumerate(indicator.scoring or []):
        yield from _scoring(reading, scoring.value, ("scoring", place, "value"))
    for place, value in enumerate(indicator.consequences):
        for inner, consequence in enumerate(value.value):
            yield from _consequence(reading, consequence, _place_of(reading, place, inner))
        for name, times in Counter(consequence.id for consequence in value.value).items():
            if times > 1:
                what = f"{times} consequences are called {name!r}; their lines could not be told from one another."
                yield reading.problem(what, "Give each its own id.", "contract.repeated_id", "consequences")
    yield from _left_to_default(reading)


def _place_of(reading: Reading, place: int, inner: int) -> tuple[str | int, ...]:
    """Return where a consequence stands: in a dated list, or in the plain one."""
    in_full = ("consequences", place, "value", inner)
    return in_full if (*reading.at, *in_full) in reading.source.tree.lines else ("consequences", inner)


def _identity(reading: Reading) -> Iterator[Problem]:
    indicator, metric = reading.indicator, reading.metric
    if not indicator.worst_of and indicator.metric not in installed_metrics():
        yield reading.problem(
            f"{indicator.metric!r} names no version; a later definition would change past months.",
            f"Write {metric.key!r}.",
            "contract.metric_without_version",
            "metric",
            severity="warning",
        )
    if not (indicator.text.zh or indicator.text.en):
        yield reading.problem(
            "it has no text; a reader could not compare the figures with the clause.",
            "Quote the clause under `text: {zh: …, en: …}`.",
            "contract.clause_without_text",
            severity="warning",
        )
    if not len(days_in_force(reading.source.model, indicator)):
        yield reading.problem(
            f"it is in force on no day of the contract (from {indicator.since}, until {indicator.until}).",
            "`until` is the first day after the last one.",
            "contract.never_in_force",
        )
    if indicator.compare_at is not None and indicator.compare_at <= 0:
        yield reading.problem(
            "values cannot be compared at steps of nothing.",
            "Write the step, such as 0.0001 for hundredths of a percent.",
            "contract.compare_at",
            "compare_at",
        )
    if any(value.value < 0 for value in indicator.minimum_sample):
        yield reading.problem(
            "a sample cannot be smaller than nothing.", "Write 0 or more.", "contract.minimum_sample", "minimum_sample"
        )


def _beginnings(reading: Reading) -> Iterator[Problem]:
    """Each dated field is agreed from the indicator's first day on."""
    indicator = reading.indicator
    fields: list[tuple[tuple[str, ...], Sequence[Value[Any]] | None]] = [
        (("target",), indicator.target),
        (("weight",), indicator.weight),
        (("minimum_sample",), indicator.minimum_sample),
        (("scoring",), indicator.scoring),
    ]
    fields += [(("terms", name), values) for name, values in indicator.terms.items()]
    fields += [(("consequences",), indicator.consequences)]
    begins = days_in_force(reading.source.model, indicator).since
    for path, values in fields:
        title = f"{reading.title}: {'.'.join(path)}"
        yield from beginning_problems(reading.source, (*reading.at, *path), title, values or [], begins)


def _terms(reading: Reading) -> Iterator[Problem]:
    metric, found = reading.metric, False
    for name, values in reading.indicator.terms.items():
        if name not in metric.terms:
            near = get_close_matches(name, metric.terms, n=1, cutoff=0.4)
            mend = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(metric.terms) or 'none'}."
            what = f"{metric.key} has no term {name!r}."
            yield reading.problem(what, mend, "contract.unknown_term", "terms", name)
            continue
        term = metric.terms[name]
        for value in values:
            wrong = term.problem_with(value.value)
            if wrong:
                found = True
                what = f"{name} {value.value!r} {wrong}."
                yield reading.problem(what, _bounds(term), "contract.option_out_of_bounds", "terms", name)
            if term.of_population and term.unit not in ("days", "days or h") and value.since and value.since.day != 1:
                yield reading.problem(
                    f"{name} changes on {value.since}; it decides what a whole month counts.",
                    "Let it begin on the first of a month.",
                    "contract.changes_in_month",
                    "terms",
                    name,
                )
    if not found:
        yield from _terms_against_each_other(reading)


def _bounds(term: Term) -> str:
    if term.choices:
        return f"Choose one of them, such as {term.default!r}."
    lowest = "" if term.at_least is None else f" from {term.at_least}"
    highest = "" if term.at_most is None else f" up to {term.at_most}"
    return f"Give it in {term.unit}{lowest}{highest}."


def _terms_against_each_other(reading: Reading) -> Iterator[Problem]:
    """Ask the metric's own rule on each day on which a term changes."""
    metric, contract = reading.metric, reading.source.model
    given = {
        name: dated(name, values, begins=contract.term.from_, by=reading.indicator.clause)
        for name, values in reading.indicator.terms.items()
        if name in metric.terms
    }
    for day in sorted({value.since for history in given.values() for value in history.values} | {contract.term.from_}):
        held = {name: term.default for name, term in metric.terms.items()}
        held |= {name: history.on(day).value for name, history in given.items() if history.values[0].since <= day}
        if metric.is_broken_by(held):
            shown = ", ".join(f"{name} {held[name]}" for name in metric.checked_terms)
            yield reading.problem(
                f"{metric.key} asks that {metric.check}, and from {day} on it has {shown}.",
                "Change one of them; 0 switches a short abandon off.",
                "contract.terms_contradict",
                "terms",
            )
            return


def _target(reading: Reading) -> Iterator[Problem]:
    indicator, metric = reading.indicator, reading.metric
    top = top_of(metric.aggregate)
    for value in indicator.target or []:
        if value.value < 0 or (top is not None and value.value > top):
            yield reading.problem(
                f"a target of {decimal_text(value.value)} lies outside what {metric.key} can be"
                f" ({span_text(Decimal(0), top)}); it would always or never be met.",
                "Write a share as 0.90 or 90%.",
                "contract.target_out_of_range",
                "target",
            )
    moves_money = any(value.value for value in indicator.consequences) or indicator.scoring
    if indicator.target is None and indicator.class_ != "report_only" and moves_money:
        yield reading.problem(
            "it has consequences or points but no target; nothing could be missed.",
            "Write `target:`, or make it `class: report_only`.",
            "contract.no_target",
        )


def _weight(reading: Reading) -> Iterator[Problem]:
    indicator = reading.indicator
    if indicator.class_ == "report_only":
        if indicator.weight or any(value.value for value in indicator.consequences):
            yield reading.problem(
                "it is report_only, and yet has a weight or consequences; they would have no effect.",
                "Remove them, or make it `key`.",
                "contract.report_only_with_money",
                "class",
            )
        return
    if any(value.value <= 0 for value in indicator.weight or []):
        yield reading.problem(
            "a weight is more than nothing.", "Leave `weight:` out where it has none.", "contract.weight", "weight"
        )
    if bool(indicator.weight) != bool(indicator.scoring):
        has, lacks = ("weight", "scoring") if indicator.weight else ("scoring", "weight")
        effect = (
            "it would count as absent from every score" if indicator.weight else "its points would count for nothing"
        )
        yield reading.problem(
            f"it has a {has} but no {lacks}; {effect}.",
            f"Write `{lacks}:`, or remove `{has}:`.",
            "contract.weight_and_scoring",
            has,
        )


def _missing(reading: Reading, what: str, needs: dict[str, bool], path: tuple[str | int, ...]) -> Iterator[Problem]:
    for field, is_there in needs.items():
        if not is_there:
            yield reading.problem(f"{what} needs {field}.", f"Write {field}.", "contract.form_incomplete", *path)


def _unused(
    reading: Reading, what: str, part: BaseModel, reads: set[str], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    for field in sorted(part.model_fields_set - reads):
        yield reading.problem(
            f"{what} does not read {field!r}; it has no effect.",
            "Remove it, or choose the form that reads it.",
            "contract.form_unused",
            *path,
            severity="warning",
        )


def _relative_to_nothing(
    reading: Reading, what: str, part: Scoring | Consequence, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    if part.form == "per_step" and part.relative and any(value.value == 0 for value in reading.indicator.target or []):
        yield reading.problem(
            f"{what}: a step is a part of the target, and the target is 0.",
            "Write the step in the metric's own unit, without `relative:`.",
            "contract.relative_to_nothing",
            *path,
        )


def _scoring(reading: Reading, scoring: Scoring, path: tuple[str | int, ...]) -> Iterator[Problem]:
    what = f"scoring {scoring.form}"
    ats = [point.at for point in scoring.at]
    needs: dict[str, dict[str, bool]] = {
        "bands": {"`points:` in every band": all(band.points is not None for band in scoring.bands)},
        "linear": {"`zero_at:`": scoring.zero_at is not None, "`full_at:`": scoring.full_at is not None},
        "piecewise": {"two points under `at:`": len(ats) >= 2},
        "per_step": {"a `step:` above 0": (scoring.step or 0) > 0, "`lose:`": scoring.lose is not None},
        "pass_fail": {},
    }
    yield from _missing(reading, what, needs[scoring.form], path)
    yield from _unused(reading, what, scoring, SCORING_READS[scoring.form], path)
    yield from _relative_to_nothing(reading, what, scoring, path)
    if scoring.form == "bands":
        yield from _bands(reading, scoring.bands, closed_for(reading.metric.better, scoring.closed), "points", path)
    if scoring.form == "linear" and scoring.zero_at is not None and scoring.full_at is not None:
        if scoring.zero_at == scoring.full_at:
            yield reading.problem("zero_at equals full_at.", "Give a slope.", "contract.linear_without_slope", *path)
        elif (scoring.zero_at > scoring.full_at) == (reading.metric.better == "higher"):
            yield reading.problem(
                f"{reading.metric.key} is better when {reading.metric.better}, and these points rise the other way.",
                "Exchange zero_at and full_at, unless that was agreed.",
                "contract.points_against_direction",
                *path,
                severity="warning",
            )
    if ats not in (sorted(ats), sorted(ats, reverse=True)) or max(Counter(ats).values(), default=0) > 2:
        yield reading.problem(
            "the points of a line are in no order, or more than two stand at one value; a jump could go either way.",
            "List them from the lowest value to the highest; two at one value are a jump.",
            "contract.piecewise_order",
            *path,
        )


def _bands(
    reading: Reading, bands: Sequence[Band], closed: str, field: str, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    top = top_of(reading.metric.aggregate)
    if not bands:
        yield reading.problem("bands without a single band.", "List them under `bands:`.", "contract.no_bands", *path)
        return
    for kind, low, high in gaps_and_overlaps(tiers(bands, top), top, "left" if closed == "left" else "right"):
        span = span_text(low, high)
        what, mend, code = {
            "gap": (
                f"no tier covers {span}. A month there would have neither {field} nor a reason for none.",
                f"Start a tier at {decimal_text(low)}, or add one for {span}.",
                "contract.tier_gap",
            ),
            "overlap": (
                f"two tiers cover {span}; a month there would have two answers.",
                "End one where the other begins.",
                "contract.tier_overlap",
            ),
            "empty": (
                f"the tier {span} is empty; no value can fall in it.",
                "`until` lies above `from`.",
                "contract.tier_unreachable",
            ),
            "outside": (
                f"the tier {span} reaches beyond what {reading.metric.key} can be ({span_text(Decimal(0), top)}).",
                "Write a share as 0.90 or 90%, and leave out the `until:` of the last tier.",
                "contract.tier_outside",
            ),
        }[kind]
        yield reading.problem(what, mend, code, *path)


def _consequence(reading: Reading, consequence: Consequence, path: tuple[str | int, ...]) -> Iterator[Problem]:
    what = f"{consequence.id} ({consequence.form})"
    one_sum = (consequence.rate is None) != (consequence.amount is None)
    each = all((band.rate is None) != (band.amount is None) for band in consequence.bands)
    needs: dict[str, dict[str, bool]] = {
        "bands": {"either `rate:` or `amount:` in every band": each},
        "per_step": {"a `step:` above 0": (consequence.step or 0) > 0, "either `rate:` or `amount:`": one_sum},
        "fixed": {"either `rate:` or `amount:`": one_sum},
    }
    yield from _missing(reading, what, needs.get(consequence.form, {}), path)
    reads = ALL_CONSEQUENCES_READ | CONSEQUENCE_READS.get(consequence.form, set())
    if consequence.form in CONSEQUENCE_READS:
        yield from _unused(reading, what, consequence, reads, path)
    yield from _relative_to_nothing(reading, what, consequence, path)
    if consequence.cap is not None and consequence.cap_rate is not None:
        yield reading.problem(
            f"{what} has two caps.", "Write one of `cap:` and `cap_rate:`.", "contract.form_incomplete", *path
        )
    sums = [consequence.rate, consequence.amount, consequence.cap, consequence.cap_rate]
    sums += [figure for band in consequence.bands for figure in (band.rate, band.amount)]
    if any(figure is not None and figure < 0 for figure in sums):
        yield reading.problem(
            f"{what} has a negative figure; a deduction is written as what it takes.",
            "Write it without the sign.",
            "contract.negative_deduction",
            *path,
        )
    fees = sorted(fee.id for fee in reading.source.model.fees)
    for name in consequence.base or []:
        if name not in (*fees, "net_of_tax"):
            yield reading.problem(
                f"{what} takes its percentage of {name!r}, which is no fee line.",
                f"The fees are: {', '.join(fees) or 'none'}; or net_of_tax.",
                "contract.unknown_fee",
                *path,
            )
    if consequence.form == "bands":
        closed = closed_for(reading.metric.better, consequence.closed)
        faults = list(_bands(reading, consequence.bands, closed, "a deduction", path))
        yield from faults or _tiers_and_target(reading, consequence, path)


def _tiers_and_target(reading: Reading, consequence: Consequence, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """A deduction needs a missed target: a tier that takes money on or beyond it never takes any."""
    higher = reading.metric.better == "higher"
    found = tiers(consequence.bands, top_of(reading.metric.aggregate))
    for value in reading.indicator.target or []:
        home = tier_of(Fraction(value.value), found, closed_for(reading.metric.better, consequence.closed))
        place = found.index(home)
        beyond = found[place:] if higher else found[: place + 1]
        for tier in beyond:
            if tier.band.rate or tier.band.amount:
                yield reading.problem(
                    f"the tier {tier} takes money, and a month on the target {decimal_text(value.value)} or beyond"
                    " it takes none.",
                    "Let the tiers that take money end at the target.",
                    "contract.paying_band_beyond_target",
                    *path,
                    severity="warning",
                )
        is_edge = value.value == (home.from_ if higher else home.until)
        if not is_edge and not (home.band.rate or home.band.amount):
            yield reading.problem(
                f"the target {decimal_text(value.value)} is no edge of a tier; between {home} some months miss it and"
                " cost nothing.",
                "Let a tier begin at the target.",
                "contract.target_no_edge",
                *path,
                severity="warning",
            )


def _left_to_default(reading: Reading) -> Iterator[Problem]:
    """Defaults are never silent where money depends on them (settlement.md, before section 1)."""
    indicator, metric = reading.indicator, reading.metric
    consequences = [consequence for value in indicator.consequences for consequence in value.value]
    if not consequences and not indicator.weight:
        return
    terms = {} if indicator.worst_of else metric.terms
    left = {name: term.default for name, term in terms.items() if name not in indicator.terms}
    options = {
        "minimum_sample": "1",
        "on_change": indicator.on_change,
        "too_few": indicator.too_few,
        "unmeasurable": "by keeper of the log",
    }
    left |= {name: value for name, value in options.items() if name not in indicator.model_fields_set}
    for consequence in consequences:
        if "kind" not in consequence.model_fields_set:
            left[f"{consequence.id}.kind"] = consequence.group
        if consequence.form == "per_step" and "steps" not in consequence.model_fields_set:
            left[f"{consequence.id}.steps"] = consequence.steps_mode
    if left:
        listed = ", ".join(f"{name} {value or '(none)'}" for name, value in left.items())
        yield reading.problem(
            f"money depends on what it leaves to its default: {listed}.",
            "Write what was agreed, so that no reader has to know the defaults.",
            "contract.left_to_default",
            severity="warning",
        )
