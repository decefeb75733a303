"""A bridge in words, Chinese or English: what each figure's difference comes from, what shows it, what it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.core.exact import percent_text
from pipelines.core.money import round_half_away

LANGUAGES = ("zh", "en")
SAME = ("same", "rounded", "no data")  # nothing to explain
Words = Mapping[str, str]

CAUSES: Mapping[str, Words] = {
    "zh": {
        "rounding": "取整", "definition": "口径", "missing": "漏计", "duplicates": "重复计",
        "corrections": "更正前数据", "calendar": "日历", "unexplained": "未能解释",
    },
    "en": {
        "rounding": "rounding", "definition": "definition", "missing": "missing items", "duplicates": "duplicates",
        "corrections": "corrections", "calendar": "calendar", "unexplained": "unexplained",
    },
}  # fmt: skip
VERDICTS: Mapping[str, Words] = {
    "zh": {
        "same": "一致", "rounded": "取整后一致", "explained": "已解释", "partly": "部分解释", "unexplained": "未能解释",
        "no data": "我方无值",
    },
    "en": {
        "same": "same", "rounded": "same when rounded", "explained": "explained", "partly": "partly explained",
        "unexplained": "unexplained", "no data": "no value of ours",
    },
}  # fmt: skip
STATES: Words = {
    "met": "达标", "missed": "未达标", "counted": "计入", "excluded": "剔除", "unmeasurable": "不可测",
    "pending": "未决", "outside": "范围外", "left out": "漏掉", "counted again": "又计一次",
    "not there": "没有", "listed": "已列入", "in no log": "日志中没有",
}  # fmt: skip
SPLITS: Mapping[str, Words] = {
    "zh": {"day": "日期", "session": "会话日期", "queue": "队列", "team": "班组", "agent": "坐席", "hour": "钟点"},
    "en": {
        "day": "day",
        "session": "the sessions begun on",
        "queue": "queue",
        "team": "team",
        "agent": "agent",
        "hour": "hour",
    },
}
HOURS: Mapping[str, Words] = {
    "zh": {
        "around_the_clock": "全天计时",
        "no_promotions": "不计大促加时",
        "no_closures": "不计停服",
        "holidays_as_usual": "节假日按平日",
        "closed_on_holidays": "节假日不服务",
        "no_holiday_notice": "不按放假通知（周一至周五为工作日）",
        "first_hours": "按最初的服务时间",
    },
    "en": {
        "around_the_clock": "around the clock", "no_promotions": "without the promotions' hours",
        "no_closures": "without the closures", "holidays_as_usual": "with holidays as ordinary days",
        "closed_on_holidays": "closed on holidays",
        "no_holiday_notice": "without the holiday notice (Monday to Friday)",
        "first_hours": "by the hours as first agreed",
    },
}  # fmt: skip
SAID: Mapping[str, Words] = {
    "zh": {
        "beside": "{name}（{code}）：对方 {theirs}，日志 {ours}，相差 {difference}。",
        "exact": "照此复算，分子分母与对方完全相同（{parts}）。",
        "rounded": "照此复算，与对方的数相同（至其所报位数）；对方未给分子分母。",
        "list": "以对方所列清单为准；其余未能解释。",
        "definition": "口径：{other}。",
        "instead": "{name} 取 {value}，合同为 {ours}",
        "missing": "漏计：未计入{cells}。",
        "duplicates": "重复计：{cells}计了不止一次。",
        "calendar": "日历：{other}。",
        "known": "更正前数据：按 {other} 时已知的日志。",
        "first": "更正前数据：按每条记录最初的内容，未计后来的更正。",
        "cut_off": "更正前数据：按截至 {other} 的情形。",
        "decisions": "更正前数据：未计对单条记录的决定（剔除、获准的申诉）。",
        "cells": "{split} {names} 的全部",
        "up to": "数值不超过 {bound} 的全部",
        "from": "数值不低于 {bound} 的全部",
        "unlisted": "清单上没有的",
        "listed": "清单上重复的",
        "again": "文件中一字不差地重复出现的",
        "items": "涉及：{items}。",
        "some": "如 {items}。",
        "also": "另有同样复算得出的解释，日志无法区分：{others}。",
        "chance": "有 {n} 种解释都凑得上，不足为证。",
        "unexplained": "未能解释：没有任何复算得出对方的数。",
        "strangers": "对方清单上而我方不计的：{items}。",
        "worth": "影响：得分 {points}，税前 {currency} {yuan}。",
        "see": "查看：{command}",
        "together": "合计（对方各数一并代入）：得分 {points}，税前 {currency} {yuan}。",
        "not_reported": "对方未报：{names}。",
        "nothing": "对方所报与日志一致。",
        "and": "、", "to": "→", "none": "无",
    },
    "en": {
        "beside": "{name} ({code}): they state {theirs}, the logs say {ours}, a difference of {difference}.",
        "exact": "Measured so, their numerator and denominator come out exactly ({parts}).",
        "rounded": "Measured so, their value comes out, to the places stated; they give no numerator and denominator.",
        "list": "So says their own list of items; the rest is unexplained.",
        "definition": "Definition: {other}.",
        "instead": "{name} = {value} instead of {ours}",
        "missing": "Missing items: {cells}.",
        "duplicates": "Duplicates: {cells}, counted more than once.",
        "calendar": "Calendar: {other}.",
        "known": "Corrections: by the logs as they were known at {other}.",
        "first": "Corrections: by what each record said when it first came, without its corrections.",
        "cut_off": "Corrections: by what had happened up to {other}.",
        "decisions": "Corrections: without the decisions on single items (exclusions, granted appeals).",
        "cells": "all of {split} {names}",
        "up to": "all with an amount up to {bound}",
        "from": "all with an amount from {bound} on",
        "unlisted": "what their list does not name",
        "listed": "what their list names again",
        "again": "what the files hold more than once, word for word",
        "items": "Items: {items}.",
        "some": "Such as {items}.",
        "also": "The same comes out of other readings, and the logs cannot tell them apart: {others}.",
        "chance": "{n} readings would fit: that is chance, and proves none of them.",
        "unexplained": "Unexplained: no reading of the logs gives their figure.",
        "strangers": "On their list, and not counted by us: {items}.",
        "worth": "Worth {points} points of the score and {currency} {yuan} before tax.",
        "see": "See: {command}",
        "together": "Together, with all their values: {points} points of the score and {currency} {yuan} before tax.",
        "not_reported": "Not reported: {names}.",
        "nothing": "Their report agrees with the logs.",
        "and": ", ", "to": "→", "none": "none",
    },
}  # fmt: skip


def value_text(value: str | None, unit: str, *, signed: bool = False) -> str:
    """Return a value in its unit, for a person: a share as a percentage with two places, others with up to four."""
    if value is None:
        return "–"
    number = Fraction(value)
    sign = "+" if signed and number > 0 else ""
    if unit == "share":
        return f"{sign}{percent_text(number)}{' pp' if signed else '%'}"
    text = f"{round_half_away(number, 4):f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


def money_text(amount: str | None) -> str:
    """Return a sum with its sign and thousands: +8,400.00."""
    return "–" if amount is None else f"{Decimal(amount):+,}"


def points_text(points: str | None) -> str:
    """Return points of the score with their sign and up to two places."""
    return value_text(points, "points", signed=True) if points is None else f"{round_half_away(Fraction(points), 2):+}"


def cause_text(row: Mapping[str, Any], language: str) -> str:
    """Return the parts of a difference in a line; one of nothing but dust behind the comma is left out."""
    parts = [(part["cause"], value_text(part["difference"], row["unit"], signed=True)) for part in row["parts"]]
    shown = [f"{CAUSES[language][cause]} {text}" for cause, text in parts if text.strip("+-0. p")]
    return ", ".join(shown) or VERDICTS[language][row["verdict"]]


def sentences(body: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield a paragraph for each figure that differs, then what all of them come to."""
    said = SAID[language]
    differing = [row for row in body["rows"] if row["verdict"] not in SAME]
    for row in differing:
        yield "\n  ".join(_paragraph(row, body["currency"], language))
    if not differing:
        yield said["nothing"]
    elif body["together"]["yuan"] is not None:
        yield said["together"].format(
            points=points_text(body["together"]["points"]),
            yuan=money_text(body["together"]["yuan"]),
            currency=body["currency"],
        )
    if body["not_reported"]:
        yield said["not_reported"].format(names=said["and"].join(body["not_reported"]))


def paragraph_of(row: Mapping[str, Any], currency: str, language: str) -> str:
    """Return what a figure's difference comes from; nothing where it does not differ."""
    return "" if row["verdict"] in SAME else "\n".join(_paragraph(row, currency, language))


def _paragraph(row: Mapping[str, Any], currency: str, language: str) -> Iterator[str]:
    said, unit = SAID[language], row["unit"]
    yield said["beside"].format(
        name=(row["name"][language] or row["name"]["zh"]) + _counted(row["count"], language),
        code=row["code"],
        theirs=_with_parts(row["theirs"], unit),
        ours=_with_parts(row["ours"], unit),
        difference=value_text(row["difference"], unit, signed=True),
    )
    first, *others = row["explanations"] or [None]
    if first is not None:
        for step in first:
            yield _step(step, language)
        how = {"numerator and denominator": "exact", "value, rounded": "rounded"}.get(row["how"], "list")
        parts = f"{row['theirs']['numerator']} / {row['theirs']['denominator']}"
        yield said[how].format(parts=parts)
        for step in first:
            yield from _evidence(step, language)
    elif row["by_chance"]:
        yield said["chance"].format(n=row["by_chance"])
    else:
        yield said["unexplained"]
    if others:
        each = ["; ".join(_step(step, language).rstrip("。.") for step in steps) for steps in others]
        yield said["also"].format(others=" | ".join(each))
    if row.get("strangers"):
        yield said["strangers"].format(items=_turned(row["strangers"], language))
    if row["yuan"] is not None:
        yield said["worth"].format(points=points_text(row["points"]), yuan=money_text(row["yuan"]), currency=currency)


def _counted(count: str | None, language: str) -> str:
    """Return what is counted of an indicator, where not its value is stated: ``, items met``."""
    if count is None:
        return ""
    if language == "en":
        return ", items" + ("" if count == "population" else f" {count}")
    return "之" + ("总数" if count == "population" else _state(count, language) + "数")


def _with_parts(side: Mapping[str, Any], unit: str) -> str:
    """Return a value with its numerator and denominator, where they say more than the value."""
    value = value_text(side["value"], unit)
    if side["numerator"] is None or side["denominator"] in (None, "1"):
        return value
    return f"{value} ({side['numerator']} / {side['denominator']})"


def _step(step: Mapping[str, Any], language: str) -> str:
    said = SAID[language]
    if "by" in step:
        return said[step["cause"]].format(cells=_cells(step, language))
    other: Mapping[str, str] = step["other"]
    if step["cause"] == "definition":
        each = (
            said["instead"].format(name=name, value=value or said["none"], ours=f" {said['to']} ".join(
                one or said["none"] for one in step["instead_of"].get(name, [])
            ))
            for name, value in other.items()
        )  # fmt: skip
        return said["definition"].format(other=said["and"].join(each))
    ((kind, value),) = other.items()
    if kind == "hours":
        return said["calendar"].format(other=HOURS[language][value])
    return said["first" if value == "first" else kind].format(other=value)


def _cells(step: Mapping[str, Any], language: str) -> str:
    said = SAID[language]
    if step["by"] == "amount":
        return said[step["cells"][0]].format(bound=step["cells"][1])
    if step["by"] == "delivered":
        return said["again"]
    if step["by"] == "listed":
        return said["unlisted" if step["cause"] == "missing" else "listed"]
    names = step["cells"] if len(step["cells"]) < 4 else [f"{step['cells'][0]} … {step['cells'][-1]}"]
    return said["cells"].format(split=SPLITS[language][step["by"]], names=said["and"].join(names))


def _evidence(step: Mapping[str, Any], language: str) -> Iterator[str]:
    said = SAID[language]
    if step["items"]:
        yield said["items"].format(items=_turned(step["items"], language))
        some = [f"{one['source']} {one['item']}" for turned in step["items"] for one in turned["some"]]
        if some:
            yield said["some"].format(items=said["and"].join(some[:3]))
    if step["command"]:
        yield said["see"].format(command=step["command"])


def _turned(turned: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return how many items stand where: ``3 missed → excluded: short abandon``."""
    said = SAID[language]
    return said["and"].join(
        f"{one['n']} {_state(one['ours'], language)} {said['to']} {_state(one['theirs'], language)}" for one in turned
    )


def _state(state: str, language: str) -> str:
    kind, colon, reason = state.partition(": ")
    return state if language == "en" else STATES.get(kind, kind) + ("：" if colon else "") + reason
