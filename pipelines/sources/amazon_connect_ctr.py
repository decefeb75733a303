"""Amazon Connect contact records (contact trace records, 2017-03-10): a JSON array, lines, or one after another.

A record is a leg of a call: a transfer opens a record of its own, tied to the first by InitialContactId. A record is
delivered again whenever it changes; LastUpdateTimestamp is its version.

The agent's part ends with the after-call work, or with the transfer: DisconnectTimestamp is when the *customer* hung
up, which after a transfer is minutes later and somebody else's time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.core.event import CALL
from pipelines.sources.adapter import Rejected, batch_of
from pipelines.sources.flat_select import Fault
from pipelines.sources.json_elements import elements, flat_fields
from pipelines.sources.mapping import Mapping

PERSONAL = frozenset({"CustomerEndpoint.Address", "Agent.Username", "TransferredToEndpoint.Address"})
BATCH_ELEMENTS = 10_000
DIRECTIONS = {
    "INBOUND": "inbound",
    "TRANSFER": "inbound",
    "QUEUE_TRANSFER": "inbound",
    "OUTBOUND": "outbound",
    "CALLBACK": "outbound",
    "API": "outbound",
}


def recognises(path: Path) -> bool:
    """Say whether the file begins like a contact record."""
    with path.open("rb") as file:
        return b'"AWSContactTraceRecordFormatVersion"' in file.read(1 << 16)


def read(path: Path, mapping: Mapping) -> Iterator[tuple[str, pa.RecordBatch] | Rejected]:
    """Give the legs of the file; a record that is no phone call or cannot be read is rejected."""
    rows: list[dict[str, object]] = []
    for element in elements(path, shown=mapping.name):
        if element.is_broken:
            yield Rejected(element.position, Fault("row.json", None, "This element is not JSON."))
            continue
        try:
            rows.append({"nth": element.position, **leg(element.value)})
        except Unreadable as why:
            yield Rejected(element.position, why.fault)
        if len(rows) == BATCH_ELEMENTS:
            yield CALL.name, batch_of(CALL, rows)
            rows = []
    if rows:
        yield CALL.name, batch_of(CALL, rows)


def texts(path: Path, positions: Iterable[int]) -> dict[int, tuple[str, dict[str, str]]]:
    """Give the text and the leaves of some records."""
    wanted = set(positions)
    return {
        element.position: (element.text, dict(flat_fields(element.value)))
        for element in elements(path, shown=path.name)
        if element.position in wanted
    }


class Unreadable(Exception):
    """A record cannot be a leg."""

    def __init__(self, code: str, field: str | None, message: str) -> None:
        self.fault = Fault(code, field, message)
        super().__init__(message)


def leg(record: Any) -> dict[str, object]:
    """Return a record's canonical columns. What the record lacks is None; what cannot be read is ``Unreadable``."""
    if not isinstance(record, dict):
        raise Unreadable("row.json", None, "This element is no object.")
    if record.get("Channel") != "VOICE":
        raise Unreadable("row.unknown_value", "Channel", f"Channel is {record.get('Channel')!r}, not VOICE.")
    method = record.get("InitiationMethod")
    if method not in DIRECTIONS:
        raise Unreadable("row.unknown_value", "InitiationMethod", f"InitiationMethod {method!r} is not known.")
    contact_id = record.get("ContactId")
    if not contact_id:
        raise Unreadable("row.missing_value", "ContactId", "ContactId is required, and there is no value.")
    answered_at = _instant(record, "Agent", "ConnectedToAgentTimestamp")
    return {
        "call_id": record.get("InitialContactId") or contact_id,
        "leg_id": contact_id,
        "record_at": _instant(record, "LastUpdateTimestamp"),
        "direction": DIRECTIONS[method],
        "customer_id": _at(record, "CustomerEndpoint", "Address"),
        "queue": _at(record, "Queue", "Name"),
        "agent_id": _at(record, "Agent", "Username") if answered_at else None,
        "arrived_at": _instant(record, "InitiationTimestamp"),
        "queued_at": _instant(record, "Queue", "EnqueueTimestamp"),
        "answered_at": answered_at,
        "ended_at": _end_of_agents_part(record, answered_at) if answered_at else _end_of_wait(record),
        "outcome": _outcome(record, answered_at),
        "wait_s": _seconds(record, "Queue", "Duration"),
        "talk_s": _seconds(record, "Agent", "AgentInteractionDuration"),
        "hold_s": _seconds(record, "Agent", "CustomerHoldDuration"),
        "wrap_s": _seconds(record, "Agent", "AfterContactWorkDuration"),
        "ambiguous_time": False,
    }


def _outcome(record: dict[str, Any], answered_at: datetime | None) -> str:
    if answered_at:
        return "answered"
    if record.get("DisconnectTimestamp") is None:
        return "open"
    if not record.get("Queue"):
        return "ivr_only"
    return "abandoned" if record.get("DisconnectReason") == "CUSTOMER_DISCONNECT" else "lost"


def _end_of_agents_part(record: dict[str, Any], answered_at: datetime) -> datetime | None:
    ended = _instant(record, "Agent", "AfterContactWorkEndTimestamp") or _instant(record, "TransferCompletedTimestamp")
    if ended is not None:
        return ended
    parts = [_seconds(record, "Agent", name) for name in ("AgentInteractionDuration", "CustomerHoldDuration")]
    known = [part for part in parts if part is not None]
    return answered_at + timedelta(microseconds=int(sum(known) * 1_000_000)) if len(known) == len(parts) else None


def _end_of_wait(record: dict[str, Any]) -> datetime | None:
    return _instant(record, "Queue", "DequeueTimestamp") or _instant(record, "DisconnectTimestamp")


def _at(record: Any, *path: str) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _instant(record: dict[str, Any], *path: str) -> datetime | None:
    value = _at(record, *path)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise Unreadable("row.bad_time", ".".join(path), f"{'.'.join(path)} is {value!r}, which is no instant.")
    return at


def _seconds(record: dict[str, Any], *path: str) -> Decimal | None:
    value = _at(record, *path)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unreadable("row.bad_number", ".".join(path), f"{'.'.join(path)} is {value!r}, which is no number.")
    return Decimal(value).quantize(Decimal("0.000001"))
