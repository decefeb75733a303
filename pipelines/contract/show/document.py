"""The whole document, section by section, in Markdown: what a contract manager signs off against."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count
from typing import Any

from pipelines.contract.amendment import Change
from pipelines.contract.model import Contract
from pipelines.contract.parse import Source
from pipelines.contract.show import payments
from pipelines.contract.show.promises import promises
from pipelines.contract.show.sentences import scope_text
from pipelines.contract.show.speech import Speech, table
from pipelines.contract.show.words import WEEKDAYS, Language
from pipelines.core.yaml_text import Tree


def render(source: Source, language: Language, on: date | None = None) -> str:
    """Return the contract in words; ``on``: only what holds that day."""
    contract = source.model
    speech = Speech(language, contract.currency, contract.term.from_, on)
    number = count(1)
    lines = [*_head(speech, source)]
    for title, body in (
        (("服务时间", "Service hours"), _calendars(speech, contract)),
        (("指标", "Indicators"), promises(speech, contract)),
        (("服务费", "Fees"), payments.fees(speech, contract)),
        (("风险金池", "Pools"), payments.pools(speech, contract)),
        (("服务分", "Service points"), payments.points_tables(speech, contract)),
        (("综合得分与系数", "Score and coefficient"), payments.coefficient(speech, contract)),
        (("当月不合格", "A month that fails"), payments.month_fail(speech, contract.month_fail)),
        (("封顶", "Caps"), payments.caps(speech, contract)),
        (("结算与税", "Settlement and tax"), _settlement(speech, contract)),
        (("数据", "Data"), _data(speech, contract)),
        (("免责与认定", "Relief and decisions"), _relief(speech, contract)),
        (("程序", "Procedure"), _procedure(speech, contract)),
        (("补充协议", "Amendments"), _amendments(speech, source)),
        (("签署", "Signatures"), _signatures(speech, source)),
    ):
        written = list(body)
        if written:
            lines += [f"## {next(number)}. {speech.of(title)}", "", *written, ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _head(speech: Speech, source: Source) -> Iterable[str]:
    contract = source.model
    heading = speech.say("合同", "Contract")
    yield f"# {heading} {contract.contract} · {speech.words(contract.title)}"
    yield ""
    if speech.on:
        yield speech.say(f"**所示为 {speech.on} 有效的约定。**", f"**As it stands on {speech.on}.**")
        yield ""
    given = contract.model_fields_set
    currency = contract.currency + ("" if "currency" in given else speech.default)
    yield from table(
        [speech.say("项", "what"), speech.say("内容", "content")],
        [
            [
                speech.say("甲方（委托方）", "Operator (甲方)"),
                f"{speech.words(contract.operator)} `{contract.operator.id}`",
            ],
            [speech.say("乙方（服务方）", "Vendor (乙方)"), f"{speech.words(contract.vendor)} `{contract.vendor.id}`"],
            [speech.say("合同期", "Term"), speech.span(contract.term.from_, contract.term.until)],
            [speech.say("时区", "Time zone"), contract.zone],
            [speech.say("币种", "Currency"), currency],
            [speech.say("服务范围", "Scope"), scope_text(speech, contract.scope)],
            [speech.say("补充协议", "Amendments"), speech.comma.join(one.number for one in source.amendments) or "–"],
        ],
    )
    yield speech.say(
        "标有（默认）的，合同未作约定，按系统默认办理；其余均出自合同文本。",
        "What is marked (default) the contract does not say, and is read by default; all else is the contract's own.",
    )
    yield ""


def _weekdays(speech: Speech, days: str) -> str:
    """Return the days of a week as they are read: ``mon-fri, sun`` is 周一至周五、周日."""
    for name, pair in WEEKDAYS.items():
        days = days.replace(name, speech.of(pair))
    return days.replace("-", speech.say("至", "-")).replace(", ", speech.comma)


def _calendars(speech: Speech, contract: Contract) -> Iterable[str]:
    for channel, versions in contract.calendars.items():
        yield f"### {channel}"
        yield ""
        listed = [one for one in versions if isinstance(one, dict)] if isinstance(versions, list) else []
        rows = []
        for one in listed:
            weekly = one.get("weekly") or {}
            hours = speech.say("；", "; ").join(
                f"{_weekdays(speech, str(days))} {_joined(windows)}" for days, windows in weekly.items()
            )
            make_up = one.get("make_up_days")
            rows.append(
                [
                    str(one.get("since")),
                    hours,
                    str(one.get("holidays")),
                    _hours(speech, one.get("on_holidays")),
                    _hours(speech, make_up) if make_up else speech.say("同周一", "as on Monday") + speech.default,
                    f"{one.get('by')} ({one.get('decided')})",
                ]
            )
        headers = speech.say(
            "起|每周时间|节假日|节假日服务|调休上班日|依据（决定日）",
            "from|week|holidays|on holidays|make-up days|by (decided)",
        )
        yield from table(headers.split("|"), rows)
        for one in listed:
            for each in one.get("promotions") or []:
                until = date.fromisoformat(str(each["until"]))
                yield speech.say(
                    f"- 大促 {speech.span(each['from'], until)}：加开 {_joined(each['windows'])}"
                    f"（{each['by']}，{each['notified']} 通知）",
                    f"- Promotion {speech.span(each['from'], until)}: also {_joined(each['windows'])}"
                    f" ({each['by']}, notified {each['notified']})",
                )
            for each in one.get("closures") or []:
                yield speech.say(
                    f"- 停止服务 {each['from']} 起，至 {each['until']} 前：{each['because']}",
                    f"- Closed from {each['from']}, up to {each['until']}: {each['because']}",
                )
        yield ""


def _joined(windows: Any) -> str:
    return ", ".join(str(one) for one in windows) if isinstance(windows, list) else str(windows)


def _hours(speech: Speech, value: Any) -> str:
    named = {
        "as_usual": speech.say("照常", "as usual"),
        "as_monday": speech.say("同周一", "as on Monday"),
        "closed": speech.say("不服务", "closed"),
    }
    return named.get(str(value), _joined(value))


def _settlement(speech: Speech, contract: Contract) -> Iterable[str]:
    tax, given = contract.tax, contract.tax.model_fields_set
    rate = speech.dated(tax.rate, [speech.percent(one.value) for one in speech.held(tax.rate)], "")
    rows = [
        [speech.say("税率", "Tax rate"), "`tax.rate`", rate + ("" if "rate" in given else speech.default)],
        speech.option("prices_include_tax", tax.prices_include_tax, given, at="tax."),
        speech.option("deductions_as", tax.deductions_as, given, at="tax."),
        speech.option("floor", contract.floor, contract.model_fields_set),
        speech.option("pending_at_seal", contract.pending_at_seal, contract.model_fields_set),
    ]
    if contract.wait_until is not None:
        rows.append([speech.title("wait_until"), "`wait_until`", str(contract.wait_until)])
    yield from table(speech.options_head, rows)
    yield speech.say(
        "次序：服务费 → 奖励与扣款（各自封顶）→ 重复加重、一事一罚 → 类型与月度封顶 → 系数 → 调整、返还、结转"
        " → 下限 → 税。",
        "Order: fees → bonuses and deductions (own caps) → repeats, one event one deduction → caps by kind and month → "
        "factor → adjustments, earn-back, carried in → floor → tax.",
    )


def _data(speech: Speech, contract: Contract) -> Iterable[str]:
    data = contract.data
    if data.sources:
        rows = [
            [one.source, one.channel, speech.percent(one.complete) if one.complete is not None else "–"]
            for one in data.sources
        ]
        yield from table(speech.say("日志|渠道|完整率要求", "source|channel|complete").split("|"), rows)
    for metric, source in data.of_record.items():
        yield speech.say(f"- `{metric}` 以 {source} 的日志为准。", f"- For `{metric}` the log of {source} counts.")


def _relief(speech: Speech, contract: Contract) -> Iterable[str]:
    rows = [
        [
            f"`{one.id}`",
            speech.choice("ground", one.ground),
            speech.span(one.from_, one.until),
            scope_text(speech, one.scope),
            str(one.logged or "–"),
            one.by,
        ]
        for one in contract.relief
    ]
    if rows:
        yield from table(
            speech.say("编号|事由|期间|范围|登记日|依据", "id|ground|days|scope|logged|by").split("|"), rows
        )
    for decision in contract.one_event:
        joined = speech.comma.join(f"`{line}`" for line in decision.lines)
        yield speech.say(
            f"- {decision.month}：{joined} 为同一事件「{decision.event}」（{decision.by}）。",
            f"- {decision.month}: {joined} speak of one event {decision.event!r} ({decision.by}).",
        )


def _procedure(speech: Speech, contract: Contract) -> Iterable[str]:
    one, given = contract.procedure, contract.procedure.model_fields_set
    yield speech.say("月末后的工作日：", "Working days after the month's end:")
    yield ""
    yield from table(
        [speech.say("步骤", "step"), speech.say("键", "key"), speech.say("约定", "agreed")],
        [
            [speech.title(key), f"`procedure.{key}`", str(getattr(one, key)) + ("" if key in given else speech.default)]
            for key in type(one).model_fields
        ],
    )


# --- amendments ---


def _amendments(speech: Speech, source: Source) -> Iterable[str]:
    for one in source.amendments:
        back = speech.say("，追溯已封存月份", ", reaches into sealed months") if one.is_retroactive else ""
        yield f"### {one.number}"
        yield ""
        yield speech.say(
            f"{one.effective} 起生效，{one.signed} 签署{back}。SHA-256 {one.file.digest}",
            f"Effective {one.effective}, signed {one.signed}{back}. SHA-256 {one.file.digest}",
        )
        yield ""
        yield from table(
            speech.say("何处|原为|改为|起", "what|was|becomes|from").split("|"),
            [_change(change) for change in one.changes],
        )


def _change(change: Change) -> Sequence[str]:
    return [f"`{'.'.join(change.path)}`", _written(change.before), _written(change.after), change.since]


def _written(node: Tree) -> str:
    """Return a value as it is written, on one line; a whole part by its clause and name."""
    if isinstance(node, dict) and "id" in node:
        return f"{node.get('clause', '')} {node['id']}".strip()
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {_written(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(_written(one) for one in node) + "]"
    return "–" if node is None else node


def _signatures(speech: Speech, source: Source) -> Iterable[str]:
    contract = source.model
    rows = [
        [speech.say(role, english), speech.words(party), "", ""]
        for role, english, party in (
            ("甲方", "Operator", contract.operator),
            ("乙方", "Vendor", contract.vendor),
        )
    ]
    yield from table(speech.say("方|名称|签字盖章|日期", "party|name|signature and seal|date").split("|"), rows)
    yield speech.say(f"合同文件 SHA-256 {source.digest}", f"SHA-256 of the contract's file {source.digest}")
