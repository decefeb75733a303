"""Points and money in sentences: what a miss costs, what is earned, from when on it costs more."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pipelines.contract.consequence import Condition, Consequence, EarnBack, Escalation, Repeats, Scoring
from pipelines.contract.model import Contract, Indicator, Value
from pipelines.contract.show.speech import Speech, table
from pipelines.contract.show.words import CHANNELS, CHOICES, SCOPE, UNITS
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Refused
from pipelines.metrics.declare import Metric, metric_named


def metric_of(key: str) -> Metric | None:
    """Return the metric, or None where nobody defined it: the contract is shown all the same."""
    try:
        return metric_named(key)
    except Refused:
        return None


def scoring_lines(speech: Speech, scoring: Scoring, metric: Metric | None) -> list[str]:
    """Return how a value becomes points, as a sentence or a table."""
    better = metric.better if metric else "higher"
    form = speech.choice("scoring.form", scoring.form)
    of_weight = speech.say("得分（权重的 %）", "points (% of the weight)")
    value = speech.say("值", "value")
    if scoring.form == "bands":
        rows = speech.tier_rows(scoring.bands, metric, scoring.closed, better)
        return [
            f"{form}{speech.say('：', ':')}",
            "",
            *table([value, of_weight], [[text, _points(band.points)] for text, band in rows]),
        ]
    if scoring.form == "piecewise":
        rows_at = [[speech.value(one.at, metric), decimal_text(one.points)] for one in scoring.at]
        return [f"{form}{speech.say('：', ':')}", "", *table([value, of_weight], rows_at)]
    if scoring.form == "linear" and scoring.zero_at is not None and scoring.full_at is not None:
        zero, full = speech.value(scoring.zero_at, metric), speech.value(scoring.full_at, metric)
        return [
            speech.say(
                f"{form}：{zero}得 0 分，{full}得满分，其间按比例。",
                f"{form}: 0 at {zero}, full at {full}, in proportion between.",
            )
        ]
    if scoring.form == "per_step" and scoring.step is not None and scoring.lose is not None:
        step = speech.step(scoring.step, metric, relative=scoring.relative)
        steps = speech.choice("steps", scoring.steps, is_default="steps" not in scoring.model_fields_set)
        unit = speech.choice("lose_unit", scoring.lose_unit, is_default="lose_unit" not in scoring.model_fields_set)
        lose, floor = decimal_text(scoring.lose), decimal_text(scoring.floor)
        return [
            speech.say(
                f"{form}：比目标每差 {step} 扣 {lose}（{unit}），{steps}，最低 {floor}。",
                f"{form}: less {lose} ({unit}) for each {step} short of target ({steps}); at least {floor}.",
            )
        ]
    return [form + speech.say("。", ".")]


def _points(points: Decimal | None) -> str:
    return "?" if points is None else decimal_text(points)


def consequence_lines(
    speech: Speech, contract: Contract, indicator: Indicator, one: Consequence, metric: Metric | None
) -> list[str]:
    """Return a consequence: its sentence, its tiers, its limits, and each option in force."""
    name = speech.say("奖励", "Bonus") if one.bonus else speech.say("扣款", "Deduction")
    clause = f" · {one.clause}" if one.clause else ""
    what = sentence(speech, contract, indicator, one, metric)
    lines = [f"- **{name} {one.id}**{clause}{speech.colon}{what}", "  " + _details(speech, indicator, one)]
    if one.repeats:
        lines += repeats_lines(speech, one.repeats)
    if one.earn_back:
        lines.append(f"  - {earn_back(speech, one.earn_back, metric)}")
    if one.form in ("bands", "points"):
        rows = speech.tier_rows(one.bands, metric, one.closed, metric.better if metric else "higher")
        what = speech.say("服务分", "service points") if one.form == "points" else name
        lines += [
            "",
            *table(
                [speech.say("值", "value"), what],
                [
                    [
                        text,
                        _points(band.points)
                        if one.form == "points"
                        else speech.share_or_sum(band.rate, band.amount, one.base),
                    ]
                    for text, band in rows
                ],
            ),
        ]
    return lines


def _details(speech: Speech, indicator: Indicator, one: Consequence) -> str:
    """Return a consequence's limits, and its options in force."""
    given = one.model_fields_set
    details = [f"{speech.title('kind')}{speech.colon}{speech.choice('kind', one.group, is_default=one.kind is None)}"]
    if one.cap is not None or one.cap_rate is not None:
        most = speech.share_or_sum(one.cap_rate, one.cap, one.base)
        details.append(speech.say(f"本项每月至多 {most}", f"at most {most} a month"))
    if one.event:
        stays = f"one event {one.event!r}: the highest line stays"
        details.append(speech.say(f"同一事件「{one.event}」只扣最高一项", stays))
    if indicator.period == "day" or one.once_a_month:
        details.append(speech.chosen("once_a_month", one.once_a_month, given))
    if one.bonus:
        details.append(speech.chosen("no_bonus_if", one.no_bonus_if, given))
    return speech.semicolon.join(details)


def sentence(speech: Speech, contract: Contract, indicator: Indicator, one: Consequence, metric: Metric | None) -> str:
    """Return what a consequence does, in one sentence."""
    takes = speech.say("奖", "earns") if one.bonus else speech.say("扣", "costs")
    is_daily = indicator.period == "day" and not one.once_a_month
    span = speech.say("每一日", "day") if is_daily else speech.say("月份", "month")
    when = speech.say(f"未达标的{span}", f"A missed {span}")
    if one.bonus:
        start = speech.say("目标", "the target") if one.from_ is None else speech.value(one.from_, metric)
        when = speech.say(f"达到{start}的{span}", f"A {span} that reaches {start}")
    sum_ = speech.share_or_sum(one.rate, one.amount, one.base)
    if one.form == "fixed":
        return speech.say(f"{when}，{takes} {sum_}。", f"{when} {takes} {sum_}.")
    if one.form == "per_step" and one.step is not None:
        step = speech.step(one.step, metric, relative=one.relative)
        counted = speech.choice("steps", one.steps_mode, is_default=one.steps is None)
        start = speech.say("目标", "the target") if one.from_ is None else speech.value(one.from_, metric)
        way = speech.say("超过" if one.bonus else "不及", "beyond" if one.bonus else "short of")
        return speech.say(
            f"{way}{start}每 {step}，{takes} {sum_}（{counted}）。",
            f"each {step} {way} {start} {takes} {sum_} (steps count {counted}).",
        )
    if one.form == "bands":
        return speech.say(f"{when}，按下表{takes}：", f"{when} {takes} by this table:")
    if one.form == "per_incident":
        return speech.say(f"每发生一件，{takes} {sum_}，逐件列示。", f"each incident {takes} {sum_}, each is listed.")
    if one.form == "pool":
        return _pool(speech, contract, one, when)
    if one.form == "points":
        return speech.say(f"按下表记服务分，计入「{one.table}」：", f"service points for {one.table!r} by this table:")
    days = speech.choice("on_days", one.on_days, is_default="on_days" not in one.model_fields_set)
    if one.daily_fees is not None:
        n = decimal_text(one.daily_fees)
        sum_ = speech.say(f"{n} 个日费用（月费 ÷ 当月天数）", f"{n} daily fees (the month's fee / its days)")
    if one.worse_than is None:
        happens = speech.say("发生约定事件的每一日", "each day on which it happens")
    else:
        edge = speech.value(one.worse_than, metric)
        happens = speech.say(f"当日值劣于 {edge} 的每一日", f"each day worse than {edge}")
    return speech.say(
        f"{happens}（{days}，每日一次），{takes} {sum_}。", f"{happens} ({days}, once a day) {takes} {sum_}."
    )


def _pool(speech: Speech, contract: Contract, one: Consequence, when: str) -> str:
    pool = next((each for each in contract.pools if each.id == one.pool), None)
    allocation = one.allocation if one.allocation is not None else Decimal(0)
    factors = [one.category, allocation, one.severity]
    shown = " × ".join(speech.percent(factor) for factor in factors)
    if pool is None:
        return speech.say(
            f"{when}，扣风险金池「{one.pool}」的 {shown}。", f"{when} costs {shown} of the pool {one.pool!r}."
        )
    held = speech.held(pool.at_risk)
    at_risk = held[-1].value if held else Decimal(0)
    product = at_risk * one.category * allocation * one.severity
    sum_ = f"{speech.percent(at_risk)} × {shown} = {speech.percent(product)}"
    of = speech.base(pool.base)
    return speech.say(
        f"{when}，扣{of}的 {sum_}（风险金「{pool.id}」× 类别 × 分配 × 严重度）。",
        f"{when} costs {sum_} of {of} (at risk in {pool.id!r} × category × allocation × severity).",
    )


def repeats_lines(speech: Speech, repeats: Repeats) -> list[str]:
    """Return from when on a miss costs more, and how misses are counted."""
    levels = [escalation(speech, level) for level in repeats.levels]
    options = [
        f"{speech.title(key)}{speech.say('：', ': ')}"
        + speech.choice(key, getattr(repeats, key), is_default=key not in repeats.model_fields_set)
        for key in ("gap", "reset")
    ]
    joined = speech.say("；", "; ")
    title = speech.say("重复未达标：", "Repeats: ")
    return [f"  - {title}{joined.join(levels)}{speech.say('。', '. ')}{joined.join(options)}"]


def escalation(speech: Speech, level: Escalation) -> str:
    """Return when a level is reached, and what it does."""
    effect = ""
    if level.multiply is not None:
        effect = speech.say(f"，扣款 × {decimal_text(level.multiply)}", f": × {decimal_text(level.multiply)}")
    if level.add is not None:
        effect = speech.say(f"，另加 {speech.money(level.add)}", f": plus {speech.money(level.add)}")
    if level.misses is not None:
        n, within = level.misses, level.within
        reached = speech.say(f"最近 {within} 个周期内第 {n} 次起", f"from {n} within the last {within} periods on")
        return reached + effect
    run, mark = level.consecutive or 2, "" if level.consecutive else speech.default
    return speech.say(f"连续第 {run} 次起", f"from {run} in a row on") + mark + effect


def earn_back(speech: Speech, one: EarnBack, metric: Metric | None) -> str:
    """Return what comes back, and when."""
    at = speech.say("目标", "the target") if one.at is None else speech.value(one.at, metric)
    return speech.say(
        f"其后连续 {one.periods} 个周期均达到{at}的，返还已承担扣款的 {speech.percent(one.share)}。",
        f"{speech.percent(one.share)} of what was borne comes back"
        f" if each of the next {one.periods} periods reaches {at}.",
    )


def condition(speech: Speech, one: Condition) -> str:
    """Return a condition on a metric's value."""
    metric = metric_of(one.metric)
    name = f"{speech.words(metric.name) if metric else ''} {one.metric}".strip()
    if one.above is not None:
        return f"{name} > {speech.value(one.above, metric)}"
    return f"{name} < {speech.value(one.below, metric)}" if one.below is not None else name


def scope_text(speech: Speech, scope: dict[str, list[str]]) -> str:
    """Return what belongs, column by column."""
    if not scope:
        return speech.say("不限", "everything")
    named = (
        f"{speech.of(SCOPE.get(column, (column, column)))} = "
        + speech.comma.join(speech.of(CHANNELS.get(one, (one, one))) if column == "channel" else one for one in values)
        for column, values in scope.items()
    )
    return speech.say("；", "; ").join(named)


def terms_table(speech: Speech, terms: Mapping[str, Sequence[Value[str]]], metric: Metric | None, by: str) -> list[str]:
    """Return a row a term: its title, its value with its history; what nobody wrote is marked as a default."""
    rows = []
    known = metric.terms if metric else {}
    for name in [*known, *(each for each in terms if each not in known)]:
        term = known.get(name)
        unit = f" {speech.of(UNITS[term.unit])}" if term and term.unit in UNITS else ""
        is_choice = term is not None and bool(term.choices)
        if values := terms.get(name):
            texts = [_term(speech, value.value, is_choice=is_choice) + unit for value in speech.held(values)]
            text = speech.dated(values, texts, by)
        else:
            text = _term(speech, term.default if term else "", is_choice=is_choice) + unit + speech.default
        rows.append([speech.words(term.title) if term else name, f"`{name}`", text])
    headers = [speech.say("约定值", "term"), speech.say("键", "key"), speech.say("约定", "agreed")]
    return table(headers, rows) if rows else []


def _term(speech: Speech, value: str, *, is_choice: bool) -> str:
    """Return a term's value; a choice in words, with the word that the contract writes."""
    if is_choice and value in CHOICES:
        return f"{speech.of(CHOICES[value])} `{value}`"
    return value or speech.say("（无）", "(none)")
