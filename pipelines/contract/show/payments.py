"""What is paid and what is at risk: fees, pools, service points, the coefficient, months that fail, caps."""

from collections.abc import Iterable
from typing import Any

from pipelines.contract.fee import Fee
from pipelines.contract.model import Contract, MonthFail, Value
from pipelines.contract.show.sentences import escalation, metric_of, repeats_lines, scope_text, terms_table
from pipelines.contract.show.speech import Speech, table
from pipelines.core.exact import decimal_text


def fees(speech: Speech, contract: Contract) -> Iterable[str]:
    """Return each fee with its figures and options."""
    for fee in contract.fees:
        yield f"### {fee.clause} {speech.words(fee.name) or fee.id} `{fee.id}`"
        yield ""
        yield from table(speech.options_head, _fee(speech, fee))
        if fee.quantity:
            yield from terms_table(speech, fee.quantity.terms, metric_of(fee.quantity.metric), fee.clause)


def _fee(speech: Speech, fee: Fee) -> list[list[str]]:
    given = fee.model_fields_set
    rows = [[speech.say("计费方式", "Form"), "`form`", speech.choice("fee.form", fee.form)]]
    for key, values in {**fee.figures, "units": fee.units or []}.items():
        if values:
            texts = [_figure(speech, key, one) for one in speech.held(values)]
            rows.append([speech.title(key), f"`{key}`", speech.dated(values, texts, fee.clause)])
    if fee.tiers:
        rows.append(speech.option("fee.mode", fee.mode, given))
    if fee.form == "seats":
        rows.append(speech.option("overtime", fee.overtime, given))
    if fee.quantity:
        metric = metric_of(fee.quantity.metric)
        counted = f"{speech.words(metric.name) if metric else ''} `{fee.quantity.metric}`".strip()
        within = scope_text(speech, fee.quantity.scope)
        rows.append([speech.say("数量（由日志计）", "Quantity (from the logs)"), "`quantity`", f"{counted}, {within}"])
    if fee.minimum_of:
        rows.append([speech.say("保底所及费用", "Minimum of"), "`minimum_of`", speech.comma.join(fee.minimum_of)])
    if fee.surge:
        surge, its = fee.surge, fee.surge.model_fields_set
        forecast = speech.comma.join(f"{month}: {decimal_text(n)}" for month, n in surge.forecast.items())
        tolerance = speech.percent(surge.tolerance) + ("" if "tolerance" in its else speech.default)
        rows += [
            [speech.say("预测量", "Forecast"), "`surge.forecast`", forecast],
            [speech.say("容差", "Tolerance"), "`surge.tolerance`", tolerance],
            speech.option("surge.mode", surge.mode, its, at="surge."),
            speech.option("higher_of", surge.higher_of, its, at="surge."),
        ]
        if surge.price:
            texts = [speech.money(one.value) for one in speech.held(surge.price)]
            price = speech.dated(surge.price, texts, fee.clause)
            rows.append([speech.say("超量单价", "Surge price"), "`surge.price`", price])
    if fee.cost_centres:
        shares = speech.comma.join(f"{name} {speech.percent(share)}" for name, share in fee.cost_centres.items())
        rows.append([speech.say("成本中心", "Cost centres"), "`cost_centres`", shares])
    return rows


def _figure(speech: Speech, key: str, one: Value[Any]) -> str:
    if key == "tiers":
        tiers = [(tier.from_, speech.money(tier.price)) for tier in one.value]
        return speech.comma.join(speech.say(f"第 {n} 件起 {price}", f"from no. {n} {price}") for n, price in tiers)
    return speech.money(one.value) if key in ("amount", "price") else decimal_text(one.value)


def pools(speech: Speech, contract: Contract) -> Iterable[str]:
    """Return the money at risk that consequences draw on."""
    for pool in contract.pools:
        given = pool.model_fields_set
        texts = [speech.percent(one.value) for one in speech.held(pool.at_risk)]
        at_risk = speech.dated(pool.at_risk, texts, pool.clause)
        total = speech.percent(pool.total) + ("" if "total" in given else speech.default)
        base = speech.base(pool.base) + ("" if "base" in given else speech.default)
        yield f"- **{pool.clause} `{pool.id}`**{speech.colon}" + speech.say(
            f"{base}的 {at_risk} 为风险金，分配合计至多 {total}。",
            f"{at_risk} of {base} at risk; allocations together at most {total}.",
        )


def points_tables(speech: Speech, contract: Contract) -> Iterable[str]:
    """Return what a month's service points cost."""
    for one in contract.points_tables:
        chosen = [speech.chosen(key, getattr(one, key), one.model_fields_set) for key in ("of", "kind")]
        yield f"- **{one.clause} `{one.id}`** · {speech.semicolon.join(chosen)}"
        yield ""
        rows = speech.tier_rows(one.bands, None, "left", "higher")
        yield from table(
            [speech.say("服务分合计", "points"), speech.say("扣款", "deduction")],
            [[text, speech.share_or_sum(band.rate, band.amount, one.base)] for text, band in rows],
        )


def coefficient(speech: Speech, contract: Contract) -> Iterable[str]:
    """Return how the score is made, and what it does."""
    if any(one.weight for one in contract.indicators):
        yield speech.say(
            "得分 = Σ 得分 ÷ Σ 权重 × 100，仅计有结论的指标；不足六成权重有结论时不计得分。",
            "Score = Σ points / Σ weights × 100 over indicators with a verdict; none where less than 60% of the weight"
            " has one.",
        )
        yield ""
    one = contract.coefficient
    if not one:
        return
    given = {"as" if key == "as_" else key for key in one.model_fields_set}
    score_at = speech.say("精确", "exact") + speech.default if one.score_at is None else decimal_text(one.score_at)
    yield f"**{one.clause}**"
    yield ""
    yield from table(
        speech.options_head,
        [
            speech.option("as", one.as_, given),
            speech.option("kind", one.kind, given),
            [speech.title("base"), "`base`", speech.base(one.base) + ("" if "base" in given else speech.default)],
            [speech.say("得分取整", "Score rounded to"), "`score_at`", score_at],
        ],
    )
    for value in speech.held(one.grades):
        if when := speech.since(value):
            yield when.strip()
            yield ""
        yield from table(
            speech.say("得分自|系数|条件|当月不合格", "score from|factor|condition|month fails").split("|"),
            [
                [
                    decimal_text(grade.from_),
                    decimal_text(grade.factor),
                    speech.choice("needs", grade.needs),
                    speech.choice("month_fail", grade.month_fail),
                ]
                for grade in sorted(value.value, key=lambda each: each.from_, reverse=True)
            ],
        )
    if one.repeats:
        yield from repeats_lines(speech, one.repeats)


def month_fail(speech: Speech, one: MonthFail | None) -> Iterable[str]:
    """Return when a month fails, and what a party may then do."""
    if not one:
        return
    if one.score_below is not None:
        below = decimal_text(one.score_below)
        fails = speech.say(f"得分低于 {below}，当月不合格。", f"a score below {below} fails the month.")
        yield f"- {one.clause}{speech.colon}{fails}"
    for each in one.critical:
        n, name = decimal_text(each.at_least), f"`{each.indicator}`"
        counted = speech.choice("count", each.count, is_default="count" not in each.model_fields_set)
        fails = speech.say(
            f"{name} 达到 {n}（{counted}），当月不合格。", f"{n} or more of {name} ({counted}) fail the month."
        )
        yield f"- {one.clause}{speech.colon}{fails}"
    for notice in one.notices:
        days = ""
        if notice.within_days is not None:
            n_days = notice.within_days
            days = speech.say(f"（{n_days} 个工作日内）", f" (within {n_days} working days)")
        when, action = escalation(speech, notice), speech.choice("action", notice.action)
        yield f"- {notice.clause}{speech.colon}{when} → {action}{days}"
    for key in ("gap", "reset"):
        yield f"- {speech.chosen(key, getattr(one, key), one.model_fields_set)}"


def caps(speech: Speech, contract: Contract) -> Iterable[str]:
    """Return the most that deductions may take, in their order."""
    rows = []
    for number, cap in enumerate(contract.caps, 1):
        values = cap.rate or cap.amount or []
        texts = [
            speech.share_or_sum(one.value, None, None) if cap.rate else speech.money(one.value)
            for one in speech.held(values)
        ]
        most = speech.dated(values, texts, cap.clause)
        rows.append([str(number), cap.clause, f"`{cap.id}`", " + ".join(cap.kinds), most])
    if rows:
        yield speech.say("每月扣款按下列次序封顶：", "The month's deductions are capped in this order:")
        yield ""
        yield from table(speech.say("次序|条款|名称|类型|至多", "order|clause|name|kinds|at most").split("|"), rows)
