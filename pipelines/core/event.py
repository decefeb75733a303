"""The canonical events as data: what a log may say of a call, a chat, a mail, a case, a survey, an inspection, a shift.

The warehouse makes its tables from this list, the sources check their mappings against it, and nothing else says what a
column is called.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["text", "texts", "instant", "amount", "count", "flag"]

# instants are stored in UTC; durations and scores keep six decimals, the resolution of the store (a microsecond)
SQL_TYPE: dict[Kind, str] = {
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "instant": "TIMESTAMPTZ",
    "amount": "DECIMAL(18,6)",
    "count": "BIGINT",
    "flag": "BOOLEAN",
}

CONTACT_CHANNELS = ("phone", "chat", "email", "case")
CHAT_KINDS = ("opened", "request", "handoff", "line", "transfer", "left", "closed", "resolved")
CASE_TYPES = ("complaint", "after_sales", "feedback", "enquiry")


@dataclass(frozen=True)
class Column:
    """One column of an event table. ``words`` closes the vocabulary; ``default`` fills a key that a log lacks."""

    name: str
    kind: Kind = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    default: str | None = None

    @property
    def sql_type(self) -> str:
        """The column's type in DuckDB."""
        return SQL_TYPE[self.kind]


@dataclass(frozen=True)
class EventTable:
    """One kind of event: its natural key (after the source), and what else is known of it."""

    name: str
    key: tuple[Column, ...]
    facts: tuple[Column, ...]

    @property
    def table_name(self) -> str:
        """The table's name in the warehouse."""
        return f"event_{self.name}"

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that a log gives, in the order of the table: key, version stamp, facts."""
        return (*self.key, RECORD_AT, *self.facts)

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def _key(name: str, *, default: str | None = None, words: tuple[str, ...] = (), kind: Kind = "text") -> Column:
    return Column(name, kind=kind, required=True, default=default, words=words)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _instants(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "instant") for name in names)


def _amounts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "amount") for name in names)


RECORD_AT = Column("record_at", "instant")
RESOLVED = Column("resolved", "flag")
# true when some local time of the row lies in an hour that the clock showed twice, and the log gives no offset
AMBIGUOUS_TIME = Column("ambiguous_time", "flag")

CALL = EventTable(
    "call",
    key=(_key("call_id"), _key("leg_id", default="1")),
    facts=(
        Column("direction", words=("inbound", "outbound")),
        *_texts("customer_id", "customer_type", "queue", "topic", "order_id", "language", "agent_id"),
        Column("arrived_at", "instant", required=True),
        *_instants("queued_at", "answered_at", "ended_at"),
        Column("outcome", required=True),
        *_amounts("wait_s", "talk_s", "hold_s", "wrap_s"),
        RESOLVED,
        *_instants("callback_promised_at", "callback_reached_at"),
        AMBIGUOUS_TIME,
    ),
)
CHAT = EventTable(
    "chat",
    key=(_key("session_id"), _key("event_id")),
    facts=(
        Column("seq", "count"),
        Column("at", "instant", required=True),
        Column("kind", required=True, words=CHAT_KINDS),
        Column("author", words=("customer", "agent", "bot", "system")),
        Column("automatic", "flag"),
        Column("private", "flag"),
        *_texts("agent_id", "customer_id", "customer_type", "queue", "topic", "order_id"),
        RESOLVED,
        AMBIGUOUS_TIME,
    ),
)
MAIL = EventTable(
    "mail",
    key=(_key("message_id"),),
    facts=(
        Column("at", "instant", required=True),
        Column("direction", required=True, words=("in", "out")),
        Column("automatic", "flag"),
        Column("in_reply_to"),
        Column("refs", "texts"),
        *_texts("ticket_id", "agent_id", "customer_id", "queue", "topic", "order_id"),
        RESOLVED,
        AMBIGUOUS_TIME,
    ),
)
CASE = EventTable(
    "case",
    key=(_key("case_id"), _key("event_id")),
    facts=(
        Column("seq", "count"),
        Column("at", "instant", required=True),
        Column("kind", required=True),
        Column("case_type", words=CASE_TYPES),
        Column("contact_channel", words=CONTACT_CHANNELS),
        *_texts("contact_source", "contact_id", "customer_id", "agent_id", "queue", "topic", "order_id"),
        *_texts("into_case_id", "pause_reason"),
        Column("upheld", "flag"),
        Column("in_time", "flag"),  # what the log itself says, at this event, of its case being in time
        Column("automatic", "flag"),
        AMBIGUOUS_TIME,
    ),
)
SURVEY = EventTable(
    "survey",
    key=(_key("survey_id"),),
    facts=(
        Column("contact_channel", required=True, words=CONTACT_CHANNELS),
        Column("contact_source"),
        Column("contact_id", required=True),
        *_instants("invited_at", "answered_at"),
        *_amounts("rating"),
        Column("scale"),
        RESOLVED,
        AMBIGUOUS_TIME,
    ),
)
INSPECTION = EventTable(
    "inspection",
    key=(_key("inspection_id"),),
    facts=(
        Column("contact_channel", required=True, words=CONTACT_CHANNELS),
        Column("contact_source"),
        Column("contact_id", required=True),
        *_instants("inspected_at"),
        *_amounts("accuracy", "attitude", "total"),
        Column("fatal", "flag"),
        Column("violations", "texts"),
        Column("agent_id"),
        AMBIGUOUS_TIME,
    ),
)
ATTENDANCE = EventTable(
    "attendance",
    key=(_key("agent_id"), _key("shift_id")),
    facts=(
        *_instants("scheduled_from_at", "scheduled_until_at"),
        *_amounts("attended_s", "scheduled_s"),
        AMBIGUOUS_TIME,
    ),
)
ROSTER = EventTable(
    "roster",
    key=(_key("member_kind", words=("agent", "queue")), _key("member_id"), _key("since_at", kind="instant")),
    facts=(*_instants("until_at"), *_texts("team", "vendor", "site"), AMBIGUOUS_TIME),
)
# what an agent was doing from then on; without an end, until the agent's next state
AGENT_STATE = EventTable(
    "agent_state",
    key=(_key("agent_id"), _key("since_at", kind="instant")),
    facts=(*_instants("until_at"), Column("state", required=True), Column("queue"), AMBIGUOUS_TIME),
)

EVENT_TABLES: dict[str, EventTable] = {
    table.name: table for table in (CALL, CHAT, MAIL, CASE, SURVEY, INSPECTION, ATTENDANCE, ROSTER, AGENT_STATE)
}
