"""Amounts in words. The first examples are those that the People's Bank published with its rules."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.exports.capitals import DIGITS, capital_yuan, words_of_money

PUBLISHED = {
    "1409.50": "人民币壹仟肆佰零玖元伍角",
    "6007.14": "人民币陆仟零柒元壹角肆分",
    "1680.32": "人民币壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "人民币壹拾万柒仟元零伍角叁分",
    "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
    "325.04": "人民币叁佰贰拾伍元零肆分",
}
EDGES = {
    "0.00": "人民币零元整",
    "0.05": "人民币伍分",
    "0.50": "人民币伍角",
    "0.55": "人民币伍角伍分",
    "1.00": "人民币壹元整",
    "10.00": "人民币壹拾元整",
    "100.10": "人民币壹佰元零壹角",
    "1680.02": "人民币壹仟陆佰捌拾元零贰分",
    "10001.00": "人民币壹万零壹元整",
    "15000500.00": "人民币壹仟伍佰万零伍佰元整",
    "100000000.00": "人民币壹亿元整",
    "100005000.00": "人民币壹亿零伍仟元整",
    "110000000.00": "人民币壹亿壹仟万元整",
    "1000100000000.00": "人民币壹万零壹亿元整",
    "401952": "人民币肆拾万壹仟玖佰伍拾贰元整",
    "-36000.00": "人民币负叁万陆仟元整",
    "-0.01": "人民币负壹分",
}


@pytest.mark.parametrize(("amount", "words"), [*PUBLISHED.items(), *EDGES.items()])
def test_capitals(amount, words):
    assert capital_yuan(Decimal(amount)) == words


def read_back(words: str) -> Decimal:
    """Read capitals as a person does: each digit times its place, 万 and 亿 times all before them since the last."""
    sign = -1 if "负" in words else 1
    total = section = digit = 0
    for letter in words.removeprefix("人民币").strip("负整").partition("元")[0] if "元" in words else "":
        if letter in DIGITS:
            digit = DIGITS.index(letter)
        elif letter in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(letter) + 1), 0
        elif letter == "万":
            section, digit = (section + digit) * 10**4, 0
        else:
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    fen = 0
    rest = words.rpartition("元")[2].removeprefix("人民币").strip("负")
    for letter, after in pairwise(rest):
        fen += DIGITS.index(letter) * {"角": 10, "分": 1}.get(after, 0) if letter in DIGITS else 0
    return sign * (total + section + digit + Decimal(fen) / 100)


@given(st.integers(min_value=-(10**14), max_value=10**14))
@settings(deadline=None)
def test_capitals_read_back_as_the_amount_and_never_say_two_zeros(fen):
    words = capital_yuan(Decimal(fen) / 100)
    assert read_back(words) == Decimal(fen) / 100
    assert "零零" not in words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("401952.00", "CNY", "CNY four hundred one thousand nine hundred fifty-two and 00/100"),
        ("-0.05", "USD", "USD minus zero and 05/100"),
        ("1000000", "JPY", "JPY one million"),
        ("13.250", "KWD", "KWD thirteen and 250/1000"),
    ],
)
def test_english(amount, currency, words):
    assert words_of_money(Decimal(amount), currency) == words


def test_what_is_no_whole_fen_or_beyond_words_is_no_amount():
    with pytest.raises(ValueError, match="more than 2 places"):
        capital_yuan(Decimal("0.001"))
    with pytest.raises(ValueError, match="no word here"):
        words_of_money(Decimal(10**18), "JPY")
