"""A record's exact texts as printed figures: grouped digits, each unit with its own decimals, rounded once."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.core.money import round_half_away
from pipelines.exports.words import Words

MINUS = "−"
DASH = "—"
# unit: what its value is multiplied by, and how many places are printed; others are printed as they are, with two.
COUNTS = ("count", "contacts", "violations", "outages", "cases")
PRINTED = {"share": (100, 2), "s": (1, 1), **dict.fromkeys(COUNTS, (1, 0))}
STATES = ("met", "missed", "counted", "excluded", "unmeasurable", "pending")


def digits(value: Fraction | Decimal, places: int) -> str:
    """Return grouped digits with a true minus sign: ``−1,234.50``."""
    return f"{round_half_away(Fraction(value), places):,f}".replace("-", MINUS)


def money_text(amount: str) -> str:
    """Return money of a record, with the places that it has there."""
    return f"{Decimal(amount):,f}".replace("-", MINUS)


def value_text(value: str | None, unit: str, words: Words) -> str:
    """Return a measured value in its unit: ``88.41 %``, ``22.8 秒``; a dash where there is none."""
    if value is None:
        return DASH
    factor, places = PRINTED.get(unit, (1, 2))
    return f"{digits(Fraction(value) * factor, places)} {words.of('unit', unit)}".rstrip()


def measured_text(found: Mapping[str, Any], unit: str, words: Words) -> str:
    """Return the value of an indicator or a part; where none could be measured exactly, what is known of it."""
    return words.phrase(found["beyond"]) if found.get("beyond") else value_text(found["value"], unit, words)


def target_text(indicator: Mapping[str, Any], words: Words) -> str:
    """Return a target with its direction: ``≥ 92 %``, without the zeros that nobody agreed."""
    if indicator["target"] is None:
        return DASH
    factor, _ = PRINTED.get(indicator["unit"], (1, 2))
    exact = f"{Decimal(indicator['target']) * factor:,f}"
    plain = exact.rstrip("0").rstrip(".") if "." in exact else exact
    sign = "≥" if indicator["better"] == "higher" else "≤"
    return f"{sign} {plain} {words.of('unit', indicator['unit'])}".rstrip()


def points_text(indicator: Mapping[str, Any]) -> str:
    """Return the points earned of the weight: ``1.24 / 2``; a dash where none are agreed or none were judged."""
    if indicator["weight"] is None:
        return DASH
    weight = Decimal(indicator["weight"])
    if indicator["points"] is None:
        return f"{DASH} / {weight:f}"
    return f"{digits(Fraction(indicator['points']) * Fraction(weight) / 100, 2)} / {weight:f}"


def days_text(days: Mapping[str, str] | None, words: Words) -> str:
    """Return a day, or a span of days by its first and its last one; the record's ``until`` is the day after it."""
    if not days:
        return ""
    last = date.fromisoformat(days["until"]) - timedelta(days=1)
    if str(last) == days["from"]:
        return days["from"]
    return words("part.days", first=days["from"], last=last)


def month_text(month: str, words: Words) -> str:
    """Return a month: ``2026年10月``, ``2026-10``."""
    year, _, number = month.partition("-")
    return words("document.of", year=year, month=number)


def instant_text(at: str, zone: str) -> str:
    """Return an instant in the contract's zone, with its offset."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).isoformat(sep=" ")


def state_counts(states: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of items in each state that a population consists of."""
    return {state: _sum(states.get(state, 0)) for state in STATES}


def reasons(states: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Yield state, reason (or nothing) and number, down to those outside the population."""
    for state in (*STATES, "outside"):
        found = states.get(state, 0)
        if isinstance(found, Mapping):
            yield from ((state, reason, number) for reason, number in found.items())
        elif found:
            yield state, "", found


def state_text(state: str, reason: str, words: Words) -> str:
    """Return a state in words: ``excluded``, ``short abandon`` → 剔除：短时放弃."""
    named = words.of("state", state)
    return words("state.because", state=named, reason=words.of("reason", reason)) if reason else named


def _sum(found: Any) -> int:
    return sum(found.values()) if isinstance(found, Mapping) else found


def line_name(line: Mapping[str, Any], body: Mapping[str, Any], words: Words) -> str:
    """Return what a line is for: its own name, its indicator's, or its id where the record names it no better."""
    if line.get("name"):
        return words.pick(line["name"])
    for one in body["indicators"]:
        if one["id"] == line["indicator"]:
            return indicator_name(one, words) + (f" {line['item']['id']}" if line.get("item") else "")
    name = line["id"].partition("@")[0]
    known = words.of("line", name)
    return known if known != name else words.of("kind", line["kind"]) if name == line["kind"] else str(line["id"])


def indicator_name(one: Mapping[str, Any], words: Words) -> str:
    """Return an indicator's name, with the value that it is for where there is one for each: 接通率 [vip]."""
    name = words.pick(one["name"]) or str(one["id"])
    value = str(one["id"]).removeprefix(str(one.get("of", one["id"])))
    return f"{name} {value}" if value and name != one["id"] else name


def plain_text(found: Any, words: Words) -> str:
    """Return any entry of a record as one line: what a later record holds is printed, not dropped."""
    if isinstance(found, Mapping):
        if set(found) <= {"zh", "en"}:
            return words.pick(found)
        return " · ".join(f"{name}: {plain_text(value, words)}" for name, value in found.items())
    if isinstance(found, list | tuple):
        return "; ".join(plain_text(one, words) for one in found)
    if isinstance(found, bool):
        return words.of("flag", str(found))
    return "" if found is None else str(found)
