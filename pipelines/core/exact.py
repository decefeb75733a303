"""Exact values: a ratio stays numerator and denominator, and becomes digits in one place and one way."""

from decimal import Decimal
from fractions import Fraction

from pipelines.core.money import round_half_away

# A ratio that does not end is written to this many places. Whoever needs it exactly has its two whole parts beside it.
WRITTEN_PLACES = 12


def decimal_text(value: Fraction | Decimal | int) -> str:
    """Return ``value`` in plain digits: exactly where it ends within 12 places, else rounded there.

    ``Fraction(4, 5)`` → ``0.8``; ``Fraction(27060, 31359)`` → ``0.862910169329``.
    """
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return str(fraction.numerator)
    rounded = round_half_away(fraction, WRITTEN_PLACES)
    if Fraction(rounded) != fraction:
        return f"{rounded:f}"
    return f"{rounded:f}".rstrip("0").rstrip(".")


def percent_text(value: Fraction | Decimal, places: int = 2) -> str:
    """Return a share as a percentage with a fixed number of places: ``Fraction(27060, 31359)`` → ``86.29``."""
    return f"{round_half_away(Fraction(value) * 100, places):f}"


def rate_text(rate: Fraction | Decimal) -> str:
    """Return an agreed rate as it enters a sum, never rounded: 0.02 → ``2.00%``, 0.00125 → ``0.125%``."""
    return f"{exact_text(Fraction(rate) * 100, 2)}%"


def exact_text(value: Fraction | Decimal, places: int) -> str:
    """Return ``value`` with ``places`` places, or with all that it has where it has more."""
    rounded = round_half_away(Fraction(value), places)
    return f"{rounded:f}" if Fraction(rounded) == Fraction(value) else decimal_text(value)
