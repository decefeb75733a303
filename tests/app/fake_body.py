"""A made-up month's statement, in the exact shape of pipelines.settlement.statement."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from pipelines.core.canonical import sha256_hex
from pipelines.core.exact import decimal_text, percent_text
from pipelines.core.money import to_fen
from tests.app.fake_month import Contact, contacts, of, reasons
from tests.app.fake_promise import PROMISES, Promise, verdict_of

FEES = (
    ("chat_fee", "3.1", "24360.00", "18,400 × 1.20 + 2,850 × 0.80"),
    ("seat_fee", "3.2", "214500.00", "40 × 5500.00 × 0.975"),
    ("email_fee", "3.3", "2185.00", "874 × 2.50"),
)
TERM = {"title": {"zh": "客服外包服务合同", "en": "Customer-service outsourcing contract"}}


@dataclass(frozen=True)
class Tally:
    """What some contacts come to under one promise."""

    states: Counter[str]
    amount: Decimal

    @classmethod
    def over(cls, promise: Promise, found: Iterable[Contact]) -> "Tally":
        mine = [c for c in found if promise.id in c.states]
        counted = sum(
            (c.amounts.get(promise.id, Decimal(0)) for c in mine if c.states[promise.id] == "counted"), Decimal(0)
        )
        return cls(Counter(c.states[promise.id] for c in mine), counted)

    def ratio(self, promise: Promise) -> dict[str, Any]:
        """Return the ratio as a body has it."""
        n = of(self.states, "counted") if promise.is_mean else of(self.states, "met") + of(self.states, "missed")
        top = Fraction(self.amount) if promise.is_mean else Fraction(of(self.states, promise.numerator))
        return {
            "value": decimal_text(top / n) if n else None,
            "numerator": decimal_text(top),
            "denominator": str(n),
            "n": n,
            "states": {
                **{kind: of(self.states, kind) for kind in ("met", "missed", "counted", "pending")},
                **{kind: reasons(self.states, kind) for kind in ("excluded", "unmeasurable")},
                "missed_not_yet_done": self.states.get("missed: not yet done", 0),
                "outside": {"IVR only": 412} if promise.channel == "phone" else {},
            },
            "population": sum(self.states.values()),
            "candidates": sum(self.states.values()) + (412 if promise.channel == "phone" else 0),
        }

    def row(self, promise: Promise, **name: Any) -> SimpleNamespace:
        """Return the counts as a row of a day or group."""
        found = self.ratio(promise)
        counts = {
            kind: of(self.states, kind) for kind in ("met", "missed", "counted", "excluded", "unmeasurable", "pending")
        }
        return SimpleNamespace(
            **name, low=None, high=None, **counts, **{k: found[k] for k in ("n", "numerator", "denominator", "value")}
        )


@dataclass(frozen=True)
class FakeMonth:
    """One closed month."""

    year: int
    month: int
    size: int

    def __hash__(self) -> int:
        return hash((self.year, self.month, self.size))

    @property
    def name(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @cached_property
    def contacts(self) -> list[Contact]:
        return sorted(contacts(self.year, self.month, self.size), key=lambda c: (c.arrival_at, c.item_id))

    @property
    def days(self) -> dict[str, str]:
        until = date(self.year + self.month // 12, self.month % 12 + 1, 1)
        return {"from": f"{self.name}-01", "until": str(until)}

    def _indicator(self, promise: Promise) -> dict[str, Any]:
        found = Tally.over(promise, self.contacts).ratio(promise)
        verdict, reason = verdict_of(promise, found)
        scored = verdict in ("met", "missed") and promise.weight is not None
        points = {"met": "100", "missed": "62.5"}[verdict] if scored else None
        by = f"§{promise.clause}"
        target = {"target": promise.target, "target_by": by if promise.target else None}
        part = {
            **self.days,
            "share": "1",
            "days": 31,
            **found,
            "compared": found["value"],
            **target,
            "verdict": verdict,
            "reason": reason,
            "points": points,
            "weight": promise.weight,
            "minimum_sample": str(promise.minimum),
            "worst_of": [],
            "by_day": [],
        }
        parts = self._halves(promise, part) if promise.id == "service_level" and self.name == "2026-10" else [part]
        return {
            "id": promise.id,
            "of": promise.id,
            "used": "",
            "ceiling": "",
            "carried_in": 0,
            "carried_out": 0,
            "clause": promise.clause,
            "name": {"zh": promise.zh, "en": promise.en},
            "text": {"zh": f"{promise.zh}不劣于约定目标。", "en": f"{promise.en} shall be no worse than agreed."},
            "metric": promise.metric,
            "unit": promise.unit,
            "better": promise.better,
            "class": promise.class_,
            **found,
            "target": promise.target,
            "weight": promise.weight,
            "points": points,
            "verdict": verdict,
            "reason": reason,
            "scope": {"queue": ["aftersale", "presale", "vip"]} if promise.channel == "phone" else {},
            "options": {
                "period": "month",
                "one_of": "all",
                "escalates": True,
                "if_no_data": "skip",
                "on_change": "split",
                "too_few": "skip",
                "unmeasurable": "by keeper of the log",
                "compare_at": None,
                "compare_rounding": "half_up",
            },
            "terms": [{"name": n, "value": v, **self.days, "by": by} for n, v in sorted(promise.terms.items())],
            "parts": parts,
        }

    def _halves(self, promise: Promise, part: dict[str, Any]) -> list[dict[str, Any]]:
        """The target rose on the 16th by an amendment: two parts, each judged on its own items."""
        halves = []
        for since, until, days, target, by in ((1, 16, 15, "0.8", "附件 6"), (16, 32, 16, "0.85", "补充协议二 §1")):
            mine = Tally.over(promise, [c for c in self.contacts if since <= c.service_on.day < until]).ratio(promise)
            span = {
                "from": f"{self.name}-{since:02d}",
                "until": self.days["until"] if until > 31 else f"{self.name}-{until}",
            }
            verdict, _ = verdict_of(Promise(**{**vars(promise), "target": target}), mine)
            halves.append(
                {
                    **part,
                    **span,
                    **mine,
                    "share": decimal_text(Fraction(days, 31)),
                    "days": days,
                    "compared": mine["value"],
                    "target": target,
                    "target_by": by,
                    "verdict": verdict,
                }
            )
        return halves

    @cached_property
    def body(self) -> dict[str, Any]:
        indicators = [self._indicator(promise) for promise in PROMISES]
        line: dict[str, Any] = {
            "indicator": None,
            "consequence": None,
            "days": self.days,
            "by": None,
            "group": None,
            "tax": None,
            "because": None,
            "name": None,
            "item": None,
            "cost_centres": {},
            "borne": None,
            "rests_on": [],
        }
        fees = [
            {**line, "id": i, "kind": "fee", "step": "fees", "clause": c, "amount": a, "formula": f, "by": c}
            for i, c, a, f in FEES
        ]
        base = sum((Decimal(fee["amount"]) for fee in fees), Decimal(0))
        taken = [self._deduction(line, found, base) for found in indicators if found["verdict"] == "missed"]
        cut = [*taken]
        limit, whole = to_fen(base * Decimal("0.15")), -sum((Decimal(t["amount"]) for t in taken), Decimal(0))
        if whole > limit:
            cut.append(
                {
                    **line,
                    "id": "kpi_cap",
                    "kind": "cap",
                    "step": "capped",
                    "clause": "9.3",
                    "amount": f"{whole - limit:f}",
                    "group": "kpi",
                    "formula": f"{whole} − 15.00% × {base}",
                    "days": None,
                }
            )
        net = base + sum((Decimal(t["amount"]) for t in cut), Decimal(0))
        tax = to_fen(net * Decimal("0.06"))
        lines = [
            *fees,
            *cut,
            {
                **line,
                "id": "tax",
                "kind": "tax",
                "step": "tax",
                "clause": "3.5",
                "amount": f"{tax:f}",
                "days": None,
                "formula": f"6.00% × {net}",
                "by": "3.5",
            },
        ]
        steps = dict.fromkeys(
            (
                "fees",
                "bonuses",
                "deductions",
                "repeats",
                "capped",
                "coefficient",
                "adjustments",
                "earn_back",
                "carried_in",
                "floor",
                "tax",
                "rounding",
            ),
            "0.00",
        )
        steps |= {
            "fees": f"{base:f}",
            "deductions": f"{-whole:f}",
            "capped": f"{max(whole - limit, Decimal(0)):.2f}",
            "tax": f"{tax:f}",
        }
        present = [i for i in indicators if i["points"] is not None]
        earned = sum((Fraction(i["weight"]) * Fraction(i["points"]) / 100 for i in present), Fraction(0))
        weight = sum((Fraction(i["weight"]) for i in present), Fraction(0))
        return {
            "schema": "clausemeter.statement/1",
            "status": "DRAFT",
            "contract": {
                "number": "hx-2026-017",
                **TERM,
                "sha256": sha256_hex(b"contract"),
                "amendments": [{"number": "补充协议二", "effective": "2026-10-16", "sha256": sha256_hex(b"2")}],
                "operator": {"id": "platform", "zh": "某平台", "en": "The platform"},
                "vendor": {"id": "hx", "zh": "恒信客服", "en": "Hengxin Services"},
                "zone": "Asia/Shanghai",
            },
            "month": self.name,
            "currency": "CNY",
            "cut_off_at": f"{date.fromisoformat(self.days['until']) - timedelta(days=1)}T15:59:59Z",
            "indicators": indicators,
            "score": {
                "value": decimal_text(earned / weight * 100),
                "points": decimal_text(earned),
                "weight_present": decimal_text(weight),
                "weight_in_force": "76",
                "reason": "",
            },
            "month_fail": {"failed": False, "reasons": []},
            "notices": [],
            "disputed": [],
            "outlook": {
                "verdicts": {},
                "failed": {},
                "credits": [],
                "service_points": {},
                "carried_items": {},
            },
            "past": [],
            "questions": [
                {
                    "column": one["id"],
                    "of": one["id"],
                    "as": "value",
                    "metric": one["metric"],
                    "terms": one["terms"],
                    "scope": one["scope"],
                }
                for one in indicators
            ],
            "adjusted": [],
            "lines": lines,
            "totals": {**steps, "payable": f"{net + tax:f}", "withheld": "0.00", "carried_out": "0.00"},
            "definitions": {p.metric: sha256_hex(p.metric.encode()) for p in sorted(PROMISES, key=lambda p: p.id)},
            "calendars_sha256": sha256_hex(b"calendar"),
            "loads": [
                {"source": s, "sha256": sha256_hex(s.encode()), "mapping_sha256": sha256_hex(f"{s}.yaml".encode())}
                for s in ("hotline", "im", "mailbox")
            ],
            "overrides": [],
            "stale_overrides": [],
            "evidence": {
                f"{channel}_item": {
                    "rows": self.size,
                    "sha256": sha256_hex(channel.encode()),
                    "columns": [
                        f"{p.id}_{kind}" for p in PROMISES if p.channel == channel for kind in ("state", "amount")
                    ],
                    "indicators": [p.id for p in PROMISES if p.channel == channel],
                    "delivered": True,
                }
                for channel in dict.fromkeys(p.channel for p in PROMISES)
            },
        }

    def _deduction(self, line: dict[str, Any], found: dict[str, Any], base: Decimal) -> dict[str, Any]:
        rate = {"connect_rate": "0.08", "service_level": "0.05", "first_response": "0.06"}.get(found["id"], "0.01")
        amount = -to_fen(base * Decimal(rate))
        return {
            **line,
            "id": f"{found['id']}.tier",
            "kind": "deduction",
            "step": "deductions",
            "clause": "9.1",
            "amount": f"{amount:f}",
            "formula": f"{percent_text(Decimal(rate))}% × {base} (tier [0.85, 0.92))",
            "indicator": found["id"],
            "consequence": "tier",
            "by": "§9.1(a)",
            "group": "kpi",
        }
