"""Indicators clause by clause: who is promised what, by which measure, what a month earns and costs."""

from collections.abc import Iterable

from pipelines.contract.dates import days_in_force
from pipelines.contract.model import Contract, Indicator
from pipelines.contract.show.sentences import (
    condition,
    consequence_lines,
    metric_of,
    scope_text,
    scoring_lines,
    terms_table,
)
from pipelines.contract.show.speech import Speech, table
from pipelines.core.exact import decimal_text
from pipelines.metrics.declare import Metric


def promises(speech: Speech, contract: Contract) -> Iterable[str]:
    """Return each indicator, in order of its clause, as the file has them within one."""
    for indicator in sorted(contract.indicators, key=lambda one: one.place[0]):
        if speech.on is None or speech.on in days_in_force(contract, indicator):
            yield from _indicator(speech, contract, indicator)


def _indicator(speech: Speech, contract: Contract, indicator: Indicator) -> Iterable[str]:
    metric = (
        metric_of(indicator.metric)
        if indicator.metric
        else metric_of(indicator.worst_of[0].metric if indicator.worst_of else "")
    )
    name = speech.words(indicator.name) or (speech.words(metric.name) if metric and indicator.metric else indicator.id)
    yield f"### {indicator.clause} {name} `{indicator.id}`"
    yield ""
    unquoted = speech.say("（合同文件未引用条款原文）", "(the contract file quotes no text)")
    yield f"> {speech.words(indicator.text) or unquoted}"
    yield ""
    yield _promise(speech, contract, indicator, metric)
    yield ""
    if indicator.worst_of:
        yield speech.say("取下列各项中最差的一项：", "The worst of these parts counts:")
        yield ""
        for part in indicator.worst_of:
            its = metric_of(part.metric)
            title = speech.words(part.name) or (speech.words(its.name) if its else part.id)
            target = "" if part.target is None else f" · {speech.title('target')} {speech.value(part.target, its)}"
            yield f"- **{title}** `{part.id}` · `{part.metric}`{target} · {scope_text(speech, part.scope)}"
            yield ""
            yield from terms_table(speech, part.terms, its, indicator.clause)
    elif metric:
        yield speech.say(f"口径 `{indicator.metric}`：", f"Measured as `{indicator.metric}`: ") + speech.words(
            metric.text
        )
        yield ""
        yield from terms_table(speech, indicator.terms, metric, indicator.clause)
    else:
        yield speech.say(f"口径 `{indicator.metric}` 未安装。", f"The metric `{indicator.metric}` is not installed.")
        yield ""
    yield from _conditions(speech, indicator)
    yield from _options(speech, indicator, metric)
    yield from _points(speech, indicator, metric)
    yield from _money(speech, contract, indicator, metric)


def _promise(speech: Speech, contract: Contract, indicator: Indicator, metric: Metric | None) -> str:
    """Say who is promised what."""
    vendor, operator = speech.words(contract.vendor), speech.words(contract.operator)
    if not indicator.target:
        if indicator.class_ == "report_only":
            return speech.say("仅报告，无目标。", "Reported only, without a target.")
        if indicator.worst_of:
            return speech.say(
                f"**{vendor}向{operator}承诺下列各项**，目标见各项。",
                f"**{vendor} promises {operator} the parts below**, each with its own target.",
            )
        return speech.say(
            f"{vendor}对{operator}：每件按下述后果处理，无目标值。",
            f"{vendor} answers to {operator} for each incident; there is no target.",
        )
    sign = "≥" if metric is None or metric.better == "higher" else "≤"
    texts = [f"{sign} {speech.value(one.value, metric)}" for one in speech.held(indicator.target)]
    return speech.say(
        f"**{vendor}向{operator}承诺：{speech.dated(indicator.target, texts, indicator.clause)}**（恰在目标上为达标）",
        f"**{vendor} promises {operator}: {speech.dated(indicator.target, texts, indicator.clause)}**"
        " (exactly on target is met)",
    )


def _conditions(speech: Speech, indicator: Indicator) -> Iterable[str]:
    if indicator.use_if:
        when, use = condition(speech, indicator.use_if), indicator.use_if.use
        yield speech.say(f"- 若 {when}，则改用 `{use.metric}` 的值。", f"- If {when}, `{use.metric}` is used instead.")
        yield ""
        yield from terms_table(speech, indicator.use_if.terms, metric_of(indicator.use_if.metric), indicator.clause)
        yield from terms_table(speech, use.terms, metric_of(use.metric), indicator.clause)
    if indicator.ceiling_if:
        when, most = condition(speech, indicator.ceiling_if), f"{decimal_text(indicator.ceiling_if.points)}%"
        yield speech.say(
            f"- 若 {when}，得分至多为权重的 {most}。", f"- If {when}, points are at most {most} of the weight."
        )
        yield ""
        yield from terms_table(
            speech, indicator.ceiling_if.terms, metric_of(indicator.ceiling_if.metric), indicator.clause
        )


def _options(speech: Speech, indicator: Indicator, metric: Metric | None) -> Iterable[str]:
    given = {"class" if key == "class_" else key for key in indicator.model_fields_set}
    rows = []
    if indicator.weight:
        texts = [decimal_text(one.value) for one in speech.held(indicator.weight)]
        rows.append([speech.title("weight"), "`weight`", speech.dated(indicator.weight, texts, indicator.clause)])
    if indicator.scope:
        rows.append([speech.title("scope"), "`scope`", scope_text(speech, indicator.scope)])
    if indicator.calendar:
        rows.append([speech.say("服务时间", "Service hours"), "`calendar`", f"`{indicator.calendar}`"])
    if indicator.for_each:
        each = speech.say("逐项考核", "An indicator for each")
        rows.append([each, "`for_each`", scope_text(speech, indicator.for_each)])
    sample = [decimal_text(one.value) for one in speech.held(indicator.minimum_sample)]
    text = speech.dated(indicator.minimum_sample, sample, indicator.clause)
    rows.append(
        [
            speech.title("minimum_sample"),
            "`minimum_sample`",
            text + ("" if "minimum_sample" in given else speech.default),
        ]
    )
    of_consequences = ("one_of", "escalates") if any(one.value for one in indicator.consequences) else ()
    for key in ("class", "period", "on_change", "too_few", "if_no_data", "unmeasurable", *of_consequences):
        value = indicator.class_ if key == "class" else getattr(indicator, key)
        rows.append(speech.option(key, value, given))
    if indicator.compare_at is None:
        exact = speech.say("精确比较", "compared exactly") + speech.default
    else:
        rounding = speech.choice(
            "compare_rounding", indicator.compare_rounding, is_default="compare_rounding" not in given
        )
        exact = speech.comma.join([speech.step(indicator.compare_at, metric, relative=False), rounding])
    rows.append([speech.title("compare_at"), "`compare_at`", exact])
    if indicator.cap is not None or indicator.cap_rate is not None:
        most = speech.share_or_sum(indicator.cap_rate, indicator.cap, None)
        rows.append([speech.say("本指标扣款封顶", "Deductions of this indicator at most"), "`cap`", most])
    if indicator.since or indicator.until:
        since = indicator.since or speech.begins
        rows.append([speech.title("holds"), "`since`, `until`", speech.span(since, indicator.until)])
    yield from table(speech.options_head, rows)


def _points(speech: Speech, indicator: Indicator, metric: Metric | None) -> Iterable[str]:
    for one in speech.held(indicator.scoring or []):
        if when := speech.since(one):
            yield speech.say("计分", "Points") + when
            yield ""
        yield from scoring_lines(speech, one.value, metric)
        yield ""


def _money(speech: Speech, contract: Contract, indicator: Indicator, metric: Metric | None) -> Iterable[str]:
    for one in speech.held(indicator.consequences):
        when = speech.since(one)
        if when:
            yield speech.say(f"后果{when}：", f"Consequences{when}:")
        if when and not one.value:
            yield speech.say("- 无", "- none")
        for consequence in one.value:
            yield from consequence_lines(speech, contract, indicator, consequence, metric)
    if not any(one.value for one in indicator.consequences):
        yield speech.say("无金额后果。", "No money depends on it by itself.")
    yield ""
