"""Exact values as digits on the screen: rounded once, half away from zero, each unit with its own decimals."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from app.i18n.speech import has, language, t
from pipelines.core.exact import decimal_text

MINUS = "−"
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$", "GBP": "£", "JPY": "JP¥", "ILS": "₪"}
# unit: (factor, decimals, key of the unit's word)
UNITS: dict[str, tuple[int, int, str]] = {
    "share": (100, 2, "unit.percent"),
    "s": (1, 1, "unit.s"),
    "h": (1, 2, "unit.h"),
    "min": (1, 2, "unit.min"),
    "count": (1, 0, "unit.count"),
    "contacts": (1, 0, "unit.contacts"),
    "violations": (1, 0, "unit.violations"),
    "cases": (1, 0, "unit.cases"),
    "outages": (1, 0, "unit.outages"),
    "points": (1, 2, "unit.points"),
    "per_10000": (1, 2, "unit.per_10000"),
    "working_days": (1, 2, "unit.working_days"),
}
PERCENT_POINTS = "unit.percent_points"


def digits(value: Fraction | Decimal, decimals: int) -> str:
    """Return plain grouped digits with a true minus sign: ``−1,234.50``."""
    fraction = Fraction(value)
    scaled = abs(fraction) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = f"{Decimal(whole).scaleb(-decimals):,f}"
    return f"{MINUS}{text}" if fraction < 0 and whole else text


def exact_text(value: Fraction | Decimal | None) -> str:
    """Return a value in the digits that the record has, ``0.907348242812``; of None nothing."""
    return "" if value is None else decimal_text(value)


def unit_of(unit: str) -> tuple[int, int, str]:
    """Return a unit's factor, decimals and word; one that is not known is shown under its own name."""
    return UNITS.get(unit, (1, 2, unit))


def value_text(value: Fraction | Decimal | None, unit: str, *, bare: bool = False) -> str:
    """Return a value in its unit: ``88.41 %``, ``27.3 s``. None is an em dash. ``bare`` leaves the unit's word out."""
    if value is None:
        return "—"
    factor, decimals, word = unit_of(unit)
    text = digits(Fraction(value) * factor, decimals)
    one = f"{word}_one"
    named = t(one) if text == "1" and has(one) else t(word)
    return text if bare or not named else f"{text} {named}"


def signed_text(value: Fraction | Decimal | None, unit: str) -> str:
    """Return a difference with its sign: ``+1.20 points``; a difference of shares is in percentage points."""
    if value is None:
        return "—"
    factor, decimals, word = unit_of(unit)
    text = digits(Fraction(value) * factor, decimals)
    sign = "+" if Fraction(value) > 0 and text.strip("0.,") else ""
    name = t(PERCENT_POINTS if unit == "share" else word)
    return f"{sign}{text} {name}".strip()


def money_text(amount: Decimal, currency: str = "") -> str:
    """Return money: ``−¥36,000.00`` with a currency, ``−36,000.00`` without."""
    exponent = amount.as_tuple().exponent
    text = digits(amount, max(0, -exponent) if isinstance(exponent, int) else 2)
    symbol = SYMBOLS.get(currency, f"{currency} " if currency else "")
    return f"{MINUS}{symbol}{text[1:]}" if text.startswith(MINUS) else f"{symbol}{text}"


def count_text(number: int) -> str:
    """Return a whole number with its groups: ``31,359``."""
    return digits(Fraction(number), 0)


def month_text(month: str) -> str:
    """Return a month: ``2026年10月``, ``October 2026``."""
    year, _, number = month.partition("-")
    return t("time.month", year=year, month=int(number), name=t(f"month.m{int(number)}"))


def short_month(month: str) -> str:
    """Return a month's number, with its year where a year begins: ``11``, ``12``, ``26-01``."""
    year, _, number = month.partition("-")
    return f"{year[2:]}-{number}" if number == "01" else number


def day_text(day: date) -> str:
    """Return a day with its weekday: ``10月15日 周四``, ``Thu 15 Oct``."""
    return t(
        "time.day",
        month=day.month,
        day=day.day,
        short=t(f"month.m{day.month}")[:3],
        weekday=t(f"weekday.d{day.isoweekday()}"),
    )


def at_text(at: datetime, zone: str, *, seconds: bool = False) -> str:
    """Return an instant in the contract's zone: ``2026-10-31 23:59``."""
    local = at.astimezone(ZoneInfo(zone))
    text = local.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    if seconds and local.microsecond:
        text += f".{local.microsecond:06d}".rstrip("0")
    return text


def locale() -> str:
    """Return the BCP 47 tag of the spoken language, for `lang=` on elements."""
    return {"zh": "zh-CN", "en": "en"}[language()]
