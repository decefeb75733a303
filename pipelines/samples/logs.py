"""The logs of this world: which system exports them, and what each export looks like from outside."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Log:
    """An export: its mapping, the stem of its files, its raw header.

    ``id_column``, ``time_column`` and ``word_column`` are where the generator breaks a row on purpose; ``broken_word``
    is what then stands in the last of them.
    """

    mapping: str
    stem: str
    header: tuple[str, ...]
    id_column: str
    time_column: str
    word_column: str
    broken_word: str
    delimiter: str = ","
    encoding: str = "utf-8"

    def place(self, column: str) -> int:
        """Return a column's place in the header."""
        return self.header.index(column)


YUNQIAO_CALLS = Log(
    "sample_yunqiao_calls", "yunqiao_acd",
    ("通话流水号", "分段序号", "呼叫方向", "主叫号码", "客户姓名", "客户编号", "客户类型", "语种", "技能组", "问题分类",
     "订单号", "坐席工号", "来电时间", "进队时间", "应答时间", "结束时间", "通话结果", "排队秒数", "通话秒数",
     "保持秒数", "整理秒数", "是否解决", "更新时间"),
    "通话流水号", "来电时间", "通话结果", "??",
)  # fmt: skip
YUANFAN_CALLS = Log(
    "sample_yuanfan_calls", "yuanfan_acd",
    ("CallGUID", "Leg", "Dir", "ANI", "CustNo", "CustType", "Lang", "SkillGroup", "TopicCode", "OrderNo", "AgentLogin",
     "StartDate", "StartTime", "QueueTime", "AnswerTime", "EndTime", "Disposition", "QueueMs", "TalkSec", "HoldSec",
     "AcwSec", "Solved"),
    "CallGUID", "StartDate", "Disposition", "ERR_99", delimiter=";",
)  # fmt: skip
CHATS = Log(
    "sample_chat", "im_messages",
    ("会话ID", "消息序号", "时间", "事件", "发送方", "坐席账号", "访客ID", "访客昵称", "客户类型", "接待组", "问题标签",
     "订单号", "消息内容", "自动回复", "快捷短语", "内部备注", "解决标记"),
    "会话ID", "时间", "事件", "UNKNOWN",
)  # fmt: skip
MAILS = Log(
    "sample_email", "mail_headers",
    ("message_id", "date", "direction", "from", "to", "in_reply_to", "references", "auto_submitted", "ticket", "agent",
     "mailbox", "topic", "order_no", "customer_no", "solved"),
    "message_id", "date", "direction", "SIDEWAYS",
)  # fmt: skip
CASES = Log(
    "sample_cases", "case_events",
    ("工单号", "事件序号", "发生时间", "事件", "工单类型", "来源渠道", "来源系统", "来源编号", "客户编号", "处理人",
     "处理队列", "问题分类", "订单号", "并入工单", "暂停原因", "责任成立", "系统自动"),
    "工单号", "发生时间", "事件", "流转异常",
)  # fmt: skip
SURVEYS = Log(
    "sample_surveys", "surveys",
    ("survey_id", "channel", "system", "contact_id", "customer_phone", "invited_at", "answered_at", "score", "scale",
     "problem_solved"),
    "survey_id", "invited_at", "channel", "fax",
)  # fmt: skip
INSPECTIONS = Log(
    "sample_inspections", "inspections",
    ("质检编号", "渠道", "系统", "业务编号", "坐席工号", "质检时间", "准确性得分", "服务态度得分", "总分",
     "致命差错", "违规项"),
    "质检编号", "质检时间", "致命差错", "待定", encoding="gb18030",
)  # fmt: skip
ATTENDANCE = Log(
    "sample_attendance", "attendance",
    ("工号", "班次号", "排班开始", "排班结束", "排班小时", "出勤小时", "备注"),
    "工号", "排班开始", "出勤小时", "缺卡",
)  # fmt: skip
ROSTER = Log(
    "sample_roster", "roster",
    ("对象类型", "对象编号", "花名", "所属团队", "供应商", "职场", "生效时间", "失效时间"),
    "对象编号", "生效时间", "对象类型", "外援",
)  # fmt: skip

# the logs in which a contact has its id: the place in this list is what a contact's `source` is
SOURCES = (YUNQIAO_CALLS, YUANFAN_CALLS, CHATS, MAILS)
SYSTEMS = ("ACD-YQ", "ACD-YF", "IM", "MAIL")  # how surveys, inspections and cases name those logs
SOURCE_CHANNEL = (0, 0, 1, 2)  # their channels, as places in contacts.CHANNELS
ID_PREFIX = ("YQ-", "YF", "S", "<m")
