"""Money is Decimal in the currency's minor unit, rounded once, half away from zero (settlement.md, section 1)."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

# Digits after the point, ISO 4217; a currency that is not listed has two.
NO_MINOR_UNIT = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
MINOR_DIGITS = dict.fromkeys(NO_MINOR_UNIT, 0) | dict.fromkeys(THOUSANDTHS, 3)


def minor_digits(currency: str) -> int:
    """Return how many digits the currency's minor unit has after the point."""
    return MINOR_DIGITS.get(currency, 2)


def round_half_away(value: Fraction, digits: int) -> Decimal:
    """Return ``value`` to ``digits`` places; the magnitude is rounded, then signed. 2.345 → 2.35, −2.345 → −2.35."""
    scaled, base = value.numerator * 10**digits, value.denominator  # whole numbers: a fraction would be reduced first
    magnitude = (2 * abs(scaled) + base) // (2 * base)
    return Decimal(f"{'-' if scaled < 0 and magnitude else ''}{magnitude}E{-digits}")


def to_fen(amount: Fraction | Decimal | int, currency: str = "CNY") -> Decimal:
    """Return ``amount`` in whole minor units of ``currency``: the one place where money is rounded."""
    return round_half_away(Fraction(amount), minor_digits(currency))


def total(amounts: Iterable[Decimal], currency: str = "CNY") -> Decimal:
    """Return the sum of already rounded ``amounts``; of none, zero with the currency's digits."""
    return sum(amounts, to_fen(0, currency))
