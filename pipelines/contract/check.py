"""The linter: every problem of a contract at once, each with its place, why it matters, and a mend."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction

from pipelines.contract.bands import closed_for, gaps_and_overlaps, tier_of, tiers, top_of
from pipelines.contract.model import Band, Consequence, Indicator, Scoring
from pipelines.contract.parse import Source
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused
from pipelines.core.zone import zone_named
from pipelines.metrics.declare import Metric, installed_metrics, metric_named, unknown_metric


def check(source: Source) -> list[Problem]:
    """Return every problem of a parsed contract, errors and warnings, in order of place."""
    found = [*_whole(source), *_money(source)]
    for number, indicator in enumerate(source.model.indicators):
        found += _indicator(source, number, indicator)
    return sorted(set(found), key=lambda problem: (_line(problem.where), problem))


def _line(where: str) -> int:
    tail = where.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0


def _whole(source: Source) -> Iterator[Problem]:
    contract = source.model
    try:
        zone_named(contract.zone, source.where("zone"))
    except Refused as refused:
        yield from refused.problems
    if contract.term.until <= contract.term.from_:
        yield Problem(
            source.where("term"),
            f"The contract ends ({contract.term.until}) before it begins ({contract.term.from_}); no month lies in it.",
            "`until` is the first day after the last one.",
            "contract.term",
        )
    ids = [("indicators", i.id) for i in contract.indicators] + [("fees", f.id) for f in contract.fees]
    ids += [("caps", c.id) for c in contract.caps]
    for (part, name), times in Counter(ids).items():
        if times > 1:
            yield Problem(
                source.where(part),
                f"{times} {part} are called {name!r}; a line of the statement could not be told from another.",
                "Give each its own id.",
                "contract.repeated_id",
            )


def _indicator(source: Source, number: int, indicator: Indicator) -> Iterator[Problem]:
    at = ("indicators", number)
    title = f"Clause {indicator.clause} ({indicator.id})"
    try:
        metric = metric_named(indicator.metric)
    except Refused:
        yield unknown_metric(indicator.metric, source.where(*at, "metric"))
        return
    if indicator.metric not in installed_metrics():
        yield Problem(
            source.where(*at, "metric"),
            f"{title}: {indicator.metric!r} names no version; a later definition would change past months.",
            f"Write {metric.key!r}.",
            "contract.metric_without_version",
            "warning",
        )
    yield from _terms(source, at, title, indicator, metric)
    yield from _target(source, at, title, indicator, metric)
    if not (indicator.text.zh or indicator.text.en):
        yield Problem(
            source.where(*at),
            f"{title} has no text; a reader could not compare the figures with the clause.",
            "Quote the clause under `text: {zh: …, en: …}`.",
            "contract.clause_without_text",
            "warning",
        )
    for place, scoring in enumerate(indicator.scoring or []):
        yield from _scoring(source, (*at, "scoring", place, "value"), title, scoring.value, metric)
    names = [c.id for value in indicator.consequences for c in value.value]
    for value in indicator.consequences:
        for consequence in value.value:
            yield from _consequence(source, (*at, "consequences"), title, indicator, consequence, metric)
    if indicator.class_ == "report_only" and (names or indicator.weight):
        yield Problem(
            source.where(*at, "class"),
            f"{title} is report_only, and yet has a weight or consequences; they would have no effect.",
            "Remove them, or make it `key`.",
            "contract.report_only_with_money",
        )


def _terms(source: Source, at: tuple[str | int, ...], title: str, indicator: Indicator, metric: Metric) -> Iterator[Problem]:
    for name, values in indicator.terms.items():
        where = source.where(*at, "terms", name)
        if name not in metric.terms:
            near = get_close_matches(name, metric.terms, n=1, cutoff=0.4)
            mend = f"Did you mean {near[0]!r}?" if near else f"{metric.key} has: {', '.join(metric.terms)}."
            yield Problem(where, f"{title}: {metric.key} has no term {name!r}.", mend, "contract.unknown_term")
            continue
        for value in values:
            wrong = metric.terms[name].problem_with(value.value)
            if wrong:
                term = metric.terms[name]
                bounds = f"{term.at_least} to {term.at_most} {term.unit}" if term.at_most is not None else term.unit
                mend = f"Choose one of them, such as {term.default!r}." if term.choices else f"Give it in {bounds}."
                yield Problem(where, f"{title}: {name} {value.value!r} {wrong}.", mend, "contract.option_out_of_bounds")


def _target(source: Source, at: tuple[str | int, ...], title: str, indicator: Indicator, metric: Metric) -> Iterator[Problem]:
    top = top_of(metric.aggregate)
    for value in indicator.target or []:
        if value.value < 0 or (top is not None and value.value > top):
            yield Problem(
                source.where(*at, "target"),
                f"{title}: a target of {decimal_text(value.value)} lies outside what {metric.key} can be"
                f" (0 to {'1' if top else 'any'}); it would always or never be met.",
                "Write a share as 0.90 or 90%.",
                "contract.target_out_of_range",
            )
    moves_money = any(v.value for v in indicator.consequences) or indicator.scoring
    if indicator.target is None and indicator.class_ != "report_only" and moves_money:
        yield Problem(
            source.where(*at),
            f"{title} has consequences or points but no target; nothing could be missed.",
            "Write `target:`, or make it `class: report_only`.",
            "contract.no_target",
        )


def _bands(
    source: Source, at: tuple[str | int, ...], title: str, bands: Sequence[Band], metric: Metric, field: str
) -> Iterator[Problem]:
    top = top_of(metric.aggregate)
    if not bands:
        yield Problem(source.where(*at), f"{title}: bands without a single band.", "List them.", "contract.no_bands")
        return
    for kind, low, high in gaps_and_overlaps(tiers(bands, top), top):
        span = f"{decimal_text(low)} to {'∞' if high is None else decimal_text(high)}"
        if kind == "gap":
            yield Problem(
                source.where(*at),
                f"{title}: no tier covers {span}. A month there would have neither {field} nor a reason for none.",
                f"Start a tier at {decimal_text(low)}, or add one for {span}.",
                "contract.tier_gap",
            )
        elif kind == "overlap":
            yield Problem(
                source.where(*at),
                f"{title}: two tiers cover {span}; a month there would have two answers.",
                "End one where the other begins.",
                "contract.tier_overlap",
            )
        else:
            yield Problem(
                source.where(*at),
                f"{title}: the tier {span} is empty; no value can fall in it.",
                "`until` lies above `from`.",
                "contract.tier_unreachable",
            )


def _scoring(
    source: Source, at: tuple[str | int, ...], title: str, scoring: Scoring, metric: Metric
) -> Iterator[Problem]:
    needs = {
        "bands": [("bands", bool(scoring.bands) and all(b.points is not None for b in scoring.bands))],
        "linear": [("zero_at", scoring.zero_at is not None), ("full_at", scoring.full_at is not None)],
        "piecewise": [("at", len(scoring.at) >= 2)],
        "per_step": [("step", scoring.step is not None and scoring.step > 0), ("lose", scoring.lose is not None)],
        "pass_fail": [],
    }[scoring.form]
    yield from _missing(source, at, title, f"scoring {scoring.form}", needs)
    if scoring.form == "bands":
        yield from _bands(source, at, title, scoring.bands, metric, "points")
    if scoring.form == "linear" and scoring.zero_at is not None and scoring.zero_at == scoring.full_at:
        yield Problem(
            source.where(*at), f"{title}: zero_at equals full_at.", "Give a slope.", "contract.linear_without_slope"
        )


def _missing(
    source: Source, at: tuple[str | int, ...], title: str, what: str, needs: Sequence[tuple[str, bool]]
) -> Iterator[Problem]:
    for field, is_there in needs:
        if not is_there:
            yield Problem(
                source.where(*at), f"{title}: {what} needs {field!r}.", f"Write `{field}:`.", "contract.form_incomplete"
            )


def _consequence(
    source: Source, at: tuple[str | int, ...], title: str, indicator: Indicator, consequence: Consequence, metric: Metric
) -> Iterator[Problem]:
    one_sum = (consequence.rate is None) != (consequence.amount is None)
    needs = {
        "bands": [("bands", all((b.rate is None) != (b.amount is None) for b in consequence.bands))],
        "per_step": [("step", consequence.step is not None and consequence.step > 0), ("rate or amount", one_sum)],
        "fixed": [("rate or amount", one_sum)],
    }[consequence.form]
    yield from _missing(source, at, title, f"{consequence.id} ({consequence.form})", needs)
    sums = [consequence.rate, consequence.amount, consequence.cap, consequence.cap_rate]
    sums += [figure for band in consequence.bands for figure in (band.rate, band.amount)]
    if any(figure is not None and figure < 0 for figure in sums):
        yield Problem(
            source.where(*at),
            f"{title}: {consequence.id} has a negative figure; a deduction is written as what it takes.",
            "Write it without the sign.",
            "contract.negative_deduction",
        )
    fees = {fee.id for fee in source.model.fees}
    for name in consequence.base or []:
        if name not in fees and name != "net_of_tax":
            yield Problem(
                source.where(*at),
                f"{title}: {consequence.id} takes its percentage of {name!r}, which is no fee line.",
                f"The fees are: {', '.join(sorted(fees)) or 'none'}.",
                "contract.unknown_fee",
            )
    if consequence.form == "bands" and consequence.bands:
        yield from _bands(source, at, title, consequence.bands, metric, "a deduction")
        yield from _paying_beyond_target(source, at, title, indicator, consequence, metric)


def _paying_beyond_target(
    source: Source, at: tuple[str | int, ...], title: str, indicator: Indicator, consequence: Consequence, metric: Metric
) -> Iterator[Problem]:
    """A deduction needs a missed target, so a tier that takes money on or beyond it never takes any."""
    found = tiers(consequence.bands, top_of(metric.aggregate))
    for value in indicator.target or []:
        home = tier_of(Fraction(value.value), found, closed_for(metric.better, consequence.closed))
        takes = home.band.rate or home.band.amount
        edge = home.from_ if metric.better == "higher" else home.until
        if takes:
            yield Problem(
                source.where(*at),
                f"{title}: the target {decimal_text(value.value)} lies in the tier {home}, which takes money, and a month"
                " on its target takes none.",
                "Let the tier end at the target.",
                "contract.paying_band_beyond_target",
                "warning",
            )
        elif edge != value.value:
            yield Problem(
                source.where(*at),
                f"{title}: the target {decimal_text(value.value)} is no edge of a tier; between {home} some months miss"
                " it and cost nothing.",
                "Let a tier begin at the target.",
                "contract.target_no_edge",
                "warning",
            )


def _money(source: Source) -> Iterator[Problem]:
    contract = source.model
    weights = [i.weight[-1].value for i in contract.indicators if i.weight]
    if weights and sum(weights) != 100:
        yield Problem(
            source.where("indicators"),
            f"The weights add up to {decimal_text(sum(weights, Decimal(0)))}, not 100.",
            "Scores are exact all the same (points / weights); mend it if 100 was meant.",
            "contract.weights",
            "warning",
        )
    for number, cap in enumerate(contract.caps):
        if (cap.rate is None) == (cap.amount is None):
            yield Problem(
                source.where("caps", number),
                f"The cap {cap.id!r} needs either a rate of the fee base or an amount.",
                "Write one of `rate:` and `amount:`.",
                "contract.form_incomplete",
            )
    for number, fee in enumerate(contract.fees):
        if any(value.value < 0 for value in fee.amount):
            yield Problem(
                source.where("fees", number), f"The fee {fee.id!r} is negative.", "Write what is paid.", "contract.negative_fee"
            )
