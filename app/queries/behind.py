"""What stands behind a statement: what its logs delivered, the vendor's own report, the contract's text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.auth import Reader
from app.i18n import language
from app.queries import body as bodies
from app.queries.door import asking
from app.views import (
    BridgePart,
    BridgeRow,
    BridgeView,
    ContractView,
    DeliveredDay,
    DeliveryView,
    FileView,
    RefusedLine,
    RefusedView,
    SourceView,
)
from pipelines.exports.bridge_words import AGREEING, paragraph
from pipelines.exports.words import Words


def deliveries(statement_id: str, *, reader: Reader) -> DeliveryView:
    """Return what the logs behind a statement delivered, and what of it was refused."""
    with asking(reader) as door:
        ref, body = door.ref(statement_id), door.body(statement_id)
        found = door.deliveries(statement_id)
        return DeliveryView(
            head=bodies.head(ref, body),
            sources=tuple(
                SourceView(
                    source=one.source,
                    keeper=one.keeper,
                    files=one.files,
                    lines=one.lines,
                    fates=one.fates,
                    channel=one.channel,
                    required=one.required,
                    complete=one.complete,
                    verdict=one.verdict,
                )
                for one in found.sources
            ),
            days=tuple(DeliveredDay(d.source, d.day, d.accepted, d.refused, d.missing) for d in found.days),
            files=tuple(
                FileView(f.load_id, f.source, f.file_name, f.sha256, f.loaded_at, f.lines, f.fates) for f in found.files
            ),
            reasons=tuple(
                RefusedView(
                    source=one.source,
                    code=one.code,
                    column=one.column,
                    message=one.message,
                    n=one.n,
                    examples=tuple(RefusedLine(e.file_name, e.load_id, e.line_no, e.text) for e in one.examples),
                )
                for one in found.reasons
            ),
        )


def bridge(statement_id: str, *, reader: Reader) -> BridgeView:
    """Return the vendor's own report beside a statement; without rows where none was laid beside it."""
    with asking(reader) as door:
        ref, body = door.ref(statement_id), door.body(statement_id)
        found = door.kept_bridge(statement_id) or {}
        used = {one["id"]: one for one in body["indicators"] if one["used"]}
        together = found.get("together") or {"points": None, "yuan": None}
        return BridgeView(
            head=bodies.head(ref, body),
            file_name=found["report"]["file"] if found else "",
            rows=tuple(_bridge_row(row, found["currency"], used) for row in found.get("rows", ())),
            points=bodies.fraction(together["points"]),
            money=_money(together["yuan"]),
            not_reported=tuple(found.get("not_reported", ())),
            problems=tuple(f"{one['where']}: {one['what']}" for one in found.get("problems", ())),
        )


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _bridge_row(row: Any, currency: str, used: Mapping[str, Any]) -> BridgeRow:
    other = used.get(row["indicator"])
    return BridgeRow(
        code=row["code"],
        indicator=row["indicator"],
        clause=row["clause"] or "",
        name=row["name"],
        unit=row["unit"],
        theirs=bodies.fraction(row["theirs"]["value"]),
        theirs_of=(row["theirs"]["numerator"], row["theirs"]["denominator"]),
        ours=bodies.fraction(row["ours"]["value"]),
        ours_of=(row["ours"]["numerator"], row["ours"]["denominator"]),
        difference=bodies.fraction(row["difference"]),
        verdict=row["verdict"],
        parts=tuple(
            BridgePart(
                part["cause"], bodies.exact(part["difference"]), bodies.fraction(part["points"]), _money(part["yuan"])
            )
            for part in row["parts"]
        ),
        points=bodies.fraction(row["points"]),
        money=_money(row["yuan"]),
        paragraph="" if row["verdict"] in AGREEING else "\n".join(paragraph(row, currency, Words(language()))),
        judged=bodies.measure(other).value if other else None,
        used=other["used"] if other else "",
    )


def contract(statement_id: str, *, reader: Reader) -> ContractView:
    """Return a statement's contract in the spoken language."""
    with asking(reader) as door:
        ref, body = door.ref(statement_id), door.body(statement_id)
        return ContractView(
            head=bodies.head(ref, body),
            text=door.contract_text(statement_id, language()),
            indicators=tuple(
                (one["id"], one["clause"], bodies.name_of(one), one["verdict"]) for one in body["indicators"]
            ),
        )
