"""One made-up contact with everything that the item page shows of it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from pipelines.core.canonical import sha256_hex
from tests.app.fake_month import Contact


def item_of(contact: Contact, body: dict[str, Any]) -> SimpleNamespace:
    """Return the item as pipelines.runs.items.item promises it."""
    start = contact.arrival_at
    answered = start + timedelta(seconds=float(contact.wait_s) + 12)
    names = {found["id"]: found for found in body["indicators"]}
    return SimpleNamespace(
        source=contact.source,
        item_id=contact.item_id,
        channel=contact.channel,
        arrival_at=start,
        facts=[
            ("queue", contact.queue),
            ("team", contact.team),
            ("agent_id", contact.agent_id or ""),
            ("wait_s", f"{contact.wait_s}"),
            ("outcome", "answered" if contact.agent_id else "abandoned"),
        ],
        states=[
            SimpleNamespace(
                indicator_id=one,
                clause=names[one]["clause"],
                name=names[one]["name"],
                state=state,
                base_state=None,
                unit=names[one]["unit"],
                amount=str(contact.amounts[one]) if one in contact.amounts else None,
                rests_on=[(term["name"], term["value"], term["by"]) for term in names[one]["terms"]],
            )
            for one, state in contact.states.items()
        ],
        events=[
            SimpleNamespace(at=start, kind="arrived", author="customer", text=""),
            SimpleNamespace(at=start + timedelta(seconds=12), kind="queued", author="system", text=contact.queue),
            SimpleNamespace(
                at=answered,
                kind="answered" if contact.agent_id else "abandoned",
                author="agent" if contact.agent_id else "customer",
                text=contact.agent_id or "",
            ),
            SimpleNamespace(at=answered + timedelta(seconds=184), kind="ended", author="system", text=""),
        ],
        clock=[
            SimpleNamespace(from_at=start, until_at=start + timedelta(seconds=12), kind="waiting", reason="IVR"),
            SimpleNamespace(from_at=start + timedelta(seconds=12), until_at=answered, kind="running", reason="queue"),
        ],
        target_at=start + timedelta(seconds=32),
        raw=[raw_record(contact)],
    )


def raw_record(contact: Contact) -> SimpleNamespace:
    """Return the line of the archived file that the contact comes from."""
    fields = {
        "call_id": contact.item_id,
        "customer_id": "•••••••",
        "entry": contact.arrival_at.isoformat(),
        "queue": contact.queue,
        "q_time": str(contact.wait_s),
        "outcome": "AGENT" if contact.agent_id else "HANG",
        "server": contact.agent_id or "NO_SERVER",
    }
    return SimpleNamespace(
        file_name=f"{contact.source}-{contact.service_on:%Y-%m}.csv",
        sha256=sha256_hex(contact.source.encode()),
        line_no=1 + int(contact.item_id[-5:]),
        last_line_no=1 + int(contact.item_id[-5:]),
        text="\t".join(fields.values()),
        fields=fields,
        personal=("customer_id",),
        load_id=3,
        loaded_at="2026-11-02 01:58:09.273136+00",
        missing="",
    )
