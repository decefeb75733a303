"""Money is rounded once, half away from zero; ratios become digits in one way."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.exact import decimal_text, exact_text, percent_text, rate_text
from pipelines.core.money import minor_digits, round_half_away, to_fen, total


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "CNY", "2.35"),  # banker's rounding would give 2.34
        ("-2.345", "CNY", "-2.35"),  # the magnitude is rounded, then signed
        ("2.3449999999", "CNY", "2.34"),
        ("0.005", "CNY", "0.01"),
        ("-0.004", "CNY", "0.00"),  # no negative zero
        ("1234.5", "JPY", "1235"),
        ("-0.5", "JPY", "-1"),
        ("0.4999", "ISK", "0"),
        ("1.2345", "KWD", "1.235"),
        ("7", "XYZ", "7.00"),  # a currency that is not listed has two digits
    ],
)
def test_half_away_from_zero_in_the_minor_unit(amount, currency, rounded):
    assert str(to_fen(Decimal(amount), currency)) == rounded


def test_a_third_is_rounded_from_the_exact_ratio():
    assert to_fen(Fraction(2000 * 16, 31)) == Decimal("1032.26")  # 32000 / 31 = 1032.258…
    assert to_fen(Fraction(1, 3)) + to_fen(Fraction(2, 3)) == Decimal("1.00")


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_off_by_half_a_unit_at_most_and_symmetric(value, digits):
    rounded = round_half_away(value, digits)
    assert abs(Fraction(rounded) - value) * 2 * 10**digits <= 1
    assert round_half_away(-value, digits) == rounded.copy_negate()  # unary minus would round to the context
    assert rounded.as_tuple().exponent == -digits


def test_a_total_of_nothing_has_the_currencys_digits():
    assert [str(total([], currency)) for currency in ("CNY", "JPY", "BHD")] == ["0.00", "0", "0.000"]
    assert total([Decimal("0.10"), Decimal("0.20")]) == Decimal("0.30")
    assert [minor_digits(currency) for currency in ("CNY", "CLP", "TND")] == [2, 0, 3]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(4, 5), "0.8"),
        (Decimal("100.00"), "100"),
        (0, "0"),
        (-3, "-3"),
        (Fraction(27060, 31359), "0.862910169329"),  # …293 and on: it does not end
        (Fraction(-1, 10**13), "0.000000000000"),  # not 0, and too small to show: the places say so
        (Decimal("0.000000000001"), "0.000000000001"),
    ],
)
def test_a_ratio_becomes_digits_in_one_way(value, text):
    assert decimal_text(value) == text


def test_a_measured_percentage_is_rounded_for_the_eye_and_an_agreed_rate_never():
    assert percent_text(Fraction(27060, 31359)) == "86.29"
    assert percent_text(Fraction(1, 8), 0) == "13"  # 12.5
    assert rate_text(Decimal("0.02")) == "2.00%"
    assert rate_text(Decimal("0.00125")) == "0.125%"  # 0.13% × 100,000 would be 130, not 125
    assert exact_text(Decimal("5500.005"), 2) == "5500.005"
    assert exact_text(Decimal(5500), 2) == "5500.00"
