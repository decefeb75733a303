"""The words for every option of a contract: its title, and what each choice means, in Chinese and English."""

from typing import Literal

Language = Literal["zh", "en"]
Pair = tuple[str, str]

YES_NO: dict[str, Pair] = {"True": ("是", "yes"), "False": ("否", "no")}

# By the key as a contract writes it; where two parts use one key differently, `part.key`.
OPTIONS: dict[str, tuple[Pair, dict[str, Pair]]] = {
    "prices_include_tax": (("价格含税", "Prices include tax"), YES_NO),
    "deductions_as": (
        ("扣款性质", "Deductions are"),
        {
            "price_reduction": ("价款调减（减少计税金额）", "a reduction of the price (lowers the taxed amount)"),
            "separate": ("违约金（发票之外单独结算）", "liquidated damages beside the invoice"),
        },
    ),
    "pending_at_seal": (
        ("封存时未了结的事项", "Items still open at sealing"),
        {
            "adjust": ("了结后以调整单补计", "are trued up by an adjustment when they end"),
            "wait": ("未了结前不封存", "keep the month from being sealed"),
            "by_due": ("归入其到期的月份", "belong to the period in which they fall due"),
        },
    ),
    "floor": (
        ("应付款下限", "Floor of the payable sum"),
        {
            "zero": ("不低于零，余额结转下月", "zero; the rest is carried out"),
            "none": ("无下限，乙方可能须付款", "none: the vendor may have to pay"),
        },
    ),
    "count": (("计数", "Counts"), {"errors": ("差错数", "errors"), "items": ("有差错的件数", "items with any")}),
    "class": (
        ("类别", "Class"),
        {
            "critical": ("关键", "critical"),
            "key": ("一般", "key"),
            "report_only": ("仅报告（无权重、无金额）", "report only (no weight, no money)"),
        },
    ),
    "period": (("考核周期", "Period"), {"month": ("按月", "the month"), "day": ("按日", "each day")}),
    "on_change": (
        ("月中变更", "A change in mid-month"),
        {
            "split": ("分段考核，按天数分摊", "each part judged on its own items, by days"),
            "weighted_target": ("按件数加权为一个目标", "one target, weighted by items"),
            "period_end": ("按月末约定考核整月", "the whole month by its last day's terms"),
        },
    ),
    "too_few": (
        ("样本不足", "Too few items"),
        {
            "skip": ("当月不考核", "no verdict"),
            "count_as_met": ("视为达标，不奖不罚", "counts as met; costs and earns nothing"),
            "carry": ("并入下一周期", "join the next period"),
        },
    ),
    "if_no_data": (
        ("无数据", "No data"),
        {
            "skip": ("不计入得分", "leaves the score"),
            "zero": ("保留权重，记 0 分", "keeps its weight with 0 points"),
        },
    ),
    "unmeasurable": (
        ("无法测量的事项", "Items that cannot be measured"),
        {
            "None": ("甲方日志剔除，乙方日志计为未达标", "excluded in the operator's log, missed in the vendor's"),
            "exclude": ("剔除", "are excluded"),
            "count_as_missed": ("计为未达标", "count as missed"),
        },
    ),
    "compare_rounding": (
        ("比较前取整", "Rounding before comparison"),
        {"half_up": ("四舍五入", "half up"), "down": ("舍去", "down")},
    ),
    "one_of": (
        ("多项后果", "Several consequences"),
        {"all": ("累加", "add up"), "highest": ("取最高一项", "the highest one counts")},
    ),
    "escalates": (
        ("连续未达标加重", "Repeats escalate"),
        {
            "None": ("比率类加重，事件类不加重", "of ratios yes, of incidents no"),
            "True": ("是", "yes"),
            "False": ("否", "no"),
        },
    ),
    "kind": (
        ("类型", "Kind"),
        {
            "None": ("事件形式为 event，其余为 kpi", "event of the forms of events, else kpi"),
            "kpi": ("kpi（指标类）", "kpi"),
            "event": ("event（事件类）", "event"),
        },
    ),
    "closed": (
        ("档位端点", "A tier's edge"),
        {
            "None": ("在目标上的值归入目标所在档", "a value on its target lies in the target's tier"),
            "left": ("[起, 止)", "[from, until)"),
            "right": ("(起, 止]", "(from, until]"),
        },
    ),
    "relative": (
        ("步长", "A step is"),
        {"True": ("目标的比例", "a share of the target"), "False": ("以指标单位计", "in the metric's unit")},
    ),
    "steps": (
        ("步数", "Steps count"),
        {
            "None": ("扣减不足一步按一步，奖励不足一步不计", "started for losses, full for gains"),
            "started": ("不足一步按一步计", "as soon as started"),
            "full": ("不足一步不计", "when full"),
        },
    ),
    "lose_unit": (
        ("扣分单位", "Points lost are"),
        {"percent": ("权重的百分比", "percent of the weight"), "weight": ("权重分值", "points of weight")},
    ),
    "gap": (
        ("无结论的周期", "A period without a verdict"),
        {"ends": ("中断连续计数", "ends a run"), "passes": ("跳过，不中断", "is passed over")},
    ),
    "reset": (
        ("连续计数清零", "Runs start anew"),
        {
            "never": ("不清零，跨年累计", "never: they cross New Year"),
            "calendar_year": ("每年 1 月清零", "each calendar year"),
        },
    ),
    "bonus": (("奖励", "Bonus"), YES_NO),
    "no_bonus_if": (
        ("不予奖励", "No bonus if"),
        {
            "None": ("无条件", "no condition"),
            "critical_missed": ("任一关键指标未达标时", "a critical indicator is missed"),
        },
    ),
    "on_days": (
        ("适用日", "On which days"),
        {
            "all": ("每天", "every day"),
            "promotion": ("大促日", "promotion days"),
            "holiday": ("节假日", "holidays"),
            "working": ("工作日", "working days"),
        },
    ),
    "once_a_month": (("每月至多一次", "Once a month"), YES_NO),
    "of": (
        ("作用于", "Takes effect on"),
        {"this": ("当月费用", "this month's fee"), "next": ("次月费用", "the next month's fee")},
    ),
    "as": (
        ("系数作用方式", "The coefficient is"),
        {
            "deduction": ("扣款行，受封顶约束", "a deduction, within the caps"),
            "factor": ("系数行，不受封顶约束", "a factor, outside the caps"),
        },
    ),
    "needs": (
        ("条件", "Condition"),
        {
            "None": ("无", "none"),
            "all_critical_met": ("全部关键指标达标", "every critical indicator is met"),
        },
    ),
    "month_fail": (("当月不合格", "The month fails"), YES_NO),
    "fee.mode": (
        ("阶梯计价", "Tiers"),
        {
            "graduated": ("分段计价", "graduated: each unit at its tier's price"),
            "volume": ("按总量所在档全量计价", "volume: all at the price of the month's count"),
        },
    ),
    "overtime": (
        ("加班出勤", "Overtime"),
        {
            "unpaid": ("不另付费（出勤率至多为 1）", "unpaid: attendance counts up to 1"),
            "paid": ("付费", "paid"),
        },
    ),
    "surge.mode": (
        ("超出预测部分", "What is above the forecast"),
        {
            "add": ("在阶梯价之外另付", "is paid on top"),
            "replace": ("退出阶梯，改按约定价", "leaves the tiers and is paid at the surge's price"),
        },
    ),
    "higher_of": (("与阶梯价取高", "The higher of surge and tier price"), YES_NO),
    "ground": (
        ("事由", "Ground"),
        {
            "outage": ("甲方系统故障", "operator's outage"),
            "force_majeure": ("不可抗力", "force majeure"),
            "volume": ("量超预测", "volume above the forecast"),
            "late_promotion": ("大促迟通知", "late promotion notice"),
            "test_traffic": ("测试流量", "test traffic"),
            "agreed": ("双方商定", "agreed"),
        },
    ),
    "action": (
        ("措施", "Action"),
        {
            "plan": ("提交整改计划", "a rectification plan"),
            "notice": ("书面警告", "a notice"),
            "terminate": ("甲方有权解除合同", "the right to terminate"),
        },
    ),
    "scoring.form": (
        ("计分方式", "Points by"),
        {
            "pass_fail": ("达标得满分，否则 0 分", "all or nothing"),
            "bands": ("分档计分", "tiers"),
            "inbound": ("呼入", "inbound"),
            "linear": ("线性计分", "a straight line"),
            "piecewise": ("折线计分", "a line of several pieces"),
            "per_step": ("逐步扣分", "steps"),
        },
    ),
    "consequence.form": (
        ("后果形式", "Form"),
        {
            "bands": ("分档", "tiers"),
            "per_step": ("逐步", "per step"),
            "fixed": ("定额", "fixed"),
            "per_incident": ("逐件", "per incident"),
            "pool": ("风险金池", "pool"),
            "points": ("服务分", "service points"),
            "event": ("事件", "event"),
        },
    ),
    "fee.form": (
        ("计费方式", "Form"),
        {
            "fixed": ("固定月费", "fixed, a month"),
            "seats": ("按席位", "per seat"),
            "per_contact": ("按接触量", "per handled contact"),
            "per_minute": ("按通话分钟", "per minute"),
            "per_case": ("按工单", "per resolved case"),
            "minimum": ("最低保底", "minimum commitment"),
        },
    ),
}

# Titles of figures and parts that are no choices.
TITLES: dict[str, Pair] = {
    "target": ("目标", "Target"),
    "weight": ("权重", "Weight"),
    "minimum_sample": ("最低样本", "Minimum sample"),
    "scope": ("范围", "Scope"),
    "compare_at": ("比较精度", "Compared at steps of"),
    "amount": ("金额", "Amount"),
    "price": ("单价", "Price"),
    "tiers": ("阶梯", "Tiers"),
    "seats": ("席位数", "Seats"),
    "units": ("保底数量", "Units"),
    "rate": ("比例", "Rate"),
    "at_risk": ("风险金比例", "At risk"),
    "total": ("分配合计上限", "Allocations together at most"),
    "base": ("计算基数", "Of"),
    "provisional": ("出具暂定结算单", "Provisional statement"),
    "objections": ("提出异议", "Objections"),
    "decisions": ("作出决定", "Decisions"),
    "signed": ("双方签署", "Signed by both"),
    "disputed_paid_days": ("争议款支付（天）", "Disputed part paid (days)"),
    "relief_logged": ("免责事项登记", "Relief logged"),
    "wait_until": ("至迟封存日（工作日）", "Sealed all the same by working day"),
    "holds": ("在约期间", "In force"),
}

# What a scope may name, and the channels among it.
SCOPE: dict[str, Pair] = {
    "source": ("日志", "source"),
    "channel": ("渠道", "channel"),
    "queue": ("队列", "queue"),
    "vendor": ("供应商", "vendor"),
    "team": ("班组", "team"),
    "customer_type": ("客户类型", "customer type"),
    "topic": ("主题", "topic"),
}
CHANNELS: dict[str, Pair] = {
    "phone": ("电话", "phone"),
    "chat": ("在线", "chat"),
    "email": ("邮件", "email"),
    "case": ("工单", "case"),
}
WEEKDAYS: dict[str, Pair] = {
    "mon": ("周一", "mon"),
    "tue": ("周二", "tue"),
    "wed": ("周三", "wed"),
    "thu": ("周四", "thu"),
    "fri": ("周五", "fri"),
    "sat": ("周六", "sat"),
    "sun": ("周日", "sun"),
}

UNITS: dict[str, Pair] = {
    "s": ("秒", "s"),
    "min": ("分钟", "min"),
    "h": ("小时", "h"),
    "days": ("天", "days"),
    "days or h": ("天或小时", "days or h"),
    "percent": ("%", "%"),
    "points": ("分", "points"),
    "violations": ("次", "violations"),
    "outages": ("次", "outages"),
    "contacts": ("次", "contacts"),
    "cases": ("件", "cases"),
    "calls": ("通", "calls"),
    "per_10000": ("件/万次接触", "per 10,000 contacts"),
}

# What a metric's own choices mean; a formula is its own words.
CHOICES: dict[str, Pair] = {
    "(within + abandoned within) / offered": ("（内接通 + 内放弃）÷ 呼入", "(answered + abandoned within) / offered"),
    "(within + short) / offered": ("（内接通 + 短时放弃）÷ 呼入", "(answered within + short) / offered"),
    "within / (answered + abandoned after)": (
        "内接通 ÷（接通 + 时限后放弃）",
        "answered within / (answered + abandoned after)",
    ),
    "within / (offered - short)": ("内接通 ÷（呼入 − 短时放弃）", "answered within / (offered − short)"),
    "within / answered": ("内接通 ÷ 接通", "answered within / answered"),
    "within / offered": ("内接通 ÷ 呼入", "answered within / offered"),
    "60s": ("每分钟进整", "to whole minutes, up"),
    "6s": ("每 6 秒进整", "to 6 seconds, up"),
    "agent_flag": ("坐席标记", "the agent's flag"),
    "all": ("全部", "all"),
    "answered": ("仅接通", "answered ones"),
    "any": ("任何", "any"),
    "arrival": ("按到达", "arrival"),
    "both": ("呼入与呼出", "both"),
    "complaint": ("按投诉", "the complaint"),
    "contact": ("按接触", "the contact"),
    "count": ("计入", "count"),
    "customer_day": ("客户日", "a customer's day"),
    "due": ("按到期", "due"),
    "end": ("按结束", "end"),
    "exclude": ("剔除", "are excluded"),
    "false": ("否", "no"),
    "first": ("首个", "the first"),
    "handoff": ("转人工时", "the hand-over"),
    "inbound": ("呼入", "inbound"),
    "linear": ("两端线性换算", "in a straight line between both ends"),
    "natural": ("自然日", "natural days"),
    "natural_days": ("自然日", "natural days"),
    "next_opening": ("下次营业时", "the next opening"),
    "none": ("不进整", "not at all"),
    "no_repeat": ("无重复接触", "no repeated contact"),
    "offered": ("全部呼入", "all that were offered"),
    "opening": ("会话建立时", "the opening"),
    "order": ("同一订单", "the order"),
    "outbound": ("呼出", "outbound"),
    "out_of_population": ("不计入", "is left out"),
    "proportion": ("按比例换算", "in proportion"),
    "question": ("每次询问", "each question"),
    "refuse": ("不换算，量表不符者不计", "never: another scale is not counted"),
    "request": ("客户请求时", "the request"),
    "same_day": ("当日", "the same day"),
    "service": ("服务日", "service days"),
    "service_days": ("服务日", "service days"),
    "service_seconds": ("只计服务时间", "service seconds only"),
    "session": ("会话", "a session"),
    "survey": ("满意度回访", "the survey"),
    "thread": ("邮件会话", "a thread"),
    "topic": ("同一主题", "the topic"),
    "true": ("是", "yes"),
    "wall": ("自然时间", "the wall clock"),
    "wall_hours": ("自然小时", "hours of the wall clock"),
    "working": ("工作日（工作时间）", "working days or hours"),
    "working_days": ("工作日", "working days"),
    "working_hours": ("工作小时", "working hours"),
}
