"""An amount in words: 大写, as bills are written in mainland China, and in English as on a cheque.

The rules are those of 《正确填写票据和结算凭证的基本规定》, an annex to 《支付结算办法》 of the People's Bank; its
examples are the tests. Where it leaves a choice: ￥1,680.32 is 壹仟陆佰捌拾元零叁角贰分 (a yuan of 0 is read before
jiao and fen), ￥107,000.53 is 壹拾万柒仟元零伍角叁分 (a 万 of 0 is not read before a full 仟), and 整 is not written
after jiao.
"""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
THOUSANDS = ("", " thousand", " million", " billion", " trillion", " quadrillion")


def capital_yuan(amount: Decimal) -> str:
    """Return an amount in fen as 大写: ``1409.50`` → ``人民币壹仟肆佰零玖元伍角``, ``-100`` → ``人民币负壹佰元整``."""
    fen = _minor_units(amount, 2)
    yuan, jiao, fen = abs(fen) // 100, abs(fen) // 10 % 10, abs(fen) % 10
    words = f"{_whole(yuan)}元" if yuan or not (jiao or fen) else ""
    if not (jiao or fen):
        words += "整"
    elif yuan and (not jiao or yuan % 10 == 0):
        words += "零"
    words += f"{DIGITS[jiao]}角" if jiao else ""
    words += f"{DIGITS[fen]}分" if fen else ""
    return f"人民币{'负' if amount < 0 else ''}{words}"


def _whole(number: int) -> str:
    """Return a whole number in capitals: split at 亿, then 万, then digit by digit; of a row of zeros one is read."""
    for unit, word in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return f"{_whole(high)}{word}{gap}{_whole(low) if low else ''}"
    words = "".join(
        f"{DIGITS[digit]}{PLACES[place]}" if (digit := number // 10**place % 10) else "零" for place in (3, 2, 1, 0)
    )
    while "零零" in words:
        words = words.replace("零零", "零")
    return words.strip("零") or "零"


def words_of_money(amount: Decimal, currency: str) -> str:
    """Return an amount in English: ``CNY four hundred one and 50/100``; where there is no minor unit, ``JPY ten``."""
    exponent = amount.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    units = abs(_minor_units(amount, places))
    whole, rest = divmod(units, 10**places)
    sign = "minus " if amount < 0 else ""
    return f"{currency} {sign}{_english(whole)}" + (f" and {rest:0{places}d}/{10**places}" if places else "")


def _english(number: int) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (f" {_english(rest)}" if rest else "")
    groups = []
    for name in THOUSANDS:
        number, low = divmod(number, 1000)
        if low:
            groups.append(f"{_english(low)}{name}")
    if number:
        raise ValueError("there is no word here for a number this large")
    return " ".join(reversed(groups))


def _minor_units(amount: Decimal, places: int) -> int:
    units = amount.scaleb(places)
    if units != units.to_integral_value():
        raise ValueError(f"{amount} has more than {places} places")
    return int(units)
