"""Laws of fees over any prices, days and quantities: they add up to the fen, and no order changes a byte."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.fee import Fee
from pipelines.contract.model import Contract
from pipelines.core.period import Month
from pipelines.settlement.fees import Quantity, cost_centre_sums, fee_lines
from pipelines.settlement.lines import Line

OCTOBER = Month(2026, 10).days
DAYS = st.sampled_from(list(OCTOBER))
PRICE = st.integers(0, 99_999).map(lambda n: Decimal(n) / 1000)
LAWS = settings(max_examples=150, deadline=None)


@st.composite
def dated(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    """Draw a figure that holds from the contract's first day, and may change once or twice within the month."""
    changes = draw(st.lists(DAYS, max_size=2, unique=True))
    return [{"value": draw(values)}, *({"value": draw(values), "since": day, "by": f"补{day.day}"} for day in changes)]


@st.composite
def tiers(draw: st.DrawFn) -> list[dict[str, Any]]:
    starts = sorted(draw(st.sets(st.integers(2, 60), max_size=3)))
    return [{"from": start, "price": draw(PRICE)} for start in (draw(st.sampled_from([1, 1, 1, 5])), *starts) if start]


@st.composite
def unit_fee(draw: st.DrawFn, name: str) -> dict[str, Any]:
    form = draw(st.sampled_from(["per_contact", "per_minute", "per_case"]))
    body: dict[str, Any] = {"id": name, "clause": draw(st.sampled_from(["3.1", "3.10", "3.2"])), "form": form}
    body["quantity"] = {"metric": "contact.handled@1"}
    if draw(st.booleans()):
        body |= {"tiers": draw(dated(tiers())), "mode": draw(st.sampled_from(["graduated", "volume"]))}
    else:
        body["price"] = draw(dated(PRICE))
    if draw(st.booleans()):
        body["surge"] = {
            "forecast": {"2026-10": draw(st.integers(0, 60))},
            "tolerance": draw(st.sampled_from(["0", "15%"])),
            "mode": draw(st.sampled_from(["add", "replace"])),
            "price": draw(dated(PRICE)),
            "higher_of": draw(st.booleans()),
        }
    return body


@st.composite
def seat_fee(draw: st.DrawFn, name: str) -> dict[str, Any]:
    return {
        "id": name, "clause": "3.2", "form": "seats", "price": draw(dated(PRICE)),
        "seats": draw(dated(st.integers(0, 60))), "overtime": draw(st.sampled_from(["paid", "unpaid"])),
        "quantity": {"metric": "agent.attendance@1"},
    }  # fmt: skip


def counts(at_most: int) -> st.SearchStrategy[dict[date, Fraction]]:
    return st.dictionaries(DAYS, st.integers(0, at_most).map(Fraction), max_size=6)


@st.composite
def months(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Quantity], list[date], dict[str, date]]:
    """Draw fees, their quantities, days of relief and a term."""
    fees: list[dict[str, Any]] = []
    quantities: dict[str, Quantity] = {}
    for number in range(draw(st.integers(0, 3))):
        one = draw(st.one_of(unit_fee(f"f{number}"), seat_fee(f"f{number}")))
        fees.append(one)
        given = draw(counts(30))
        if one["form"] == "per_minute":
            given = {day: value / 60 for day, value in given.items()}
        scheduled = draw(counts(30)) if one["form"] == "seats" else {}
        quantities[one["id"]] = Quantity(given, scheduled)
    if draw(st.booleans()):
        fees.append({"id": "monthly", "clause": "3.0", "form": "fixed", "amount": draw(dated(PRICE))})
    if draw(st.booleans()):
        amount = draw(dated(st.integers(0, 9999)))
        fees.append({"id": "least", "clause": "3.9", "form": "minimum", "amount": amount})
    term = {"from": draw(st.sampled_from([date(2026, 1, 1), date(2026, 10, 11)])), "until": date(2027, 1, 1)}
    return fees, quantities, draw(st.lists(DAYS, max_size=3)), term


def contract_of(fees: list[dict[str, Any]], term: Mapping[str, date] | None = None) -> Contract:
    return Contract.model_validate(
        {
            "contract": "T", "operator": {"id": "o"}, "vendor": {"id": "v"}, "zone": "Asia/Shanghai", "fees": fees,
            "term": term or {"from": date(2026, 1, 1), "until": date(2027, 1, 1)},
        }
    )  # fmt: skip


def paid(fees: list[dict[str, Any]], quantities: Mapping[str, Quantity], **more: Any) -> list[Line]:
    return fee_lines(contract_of(fees, more.get("term")), OCTOBER, quantities, more.get("relief", ()))


@LAWS
@given(months())
def test_every_line_is_in_fen_has_its_own_name_and_no_float(drawn: Any) -> None:
    fees, quantities, relief, term = drawn
    lines = paid(fees, quantities, relief=relief, term=term)
    assert len({line.id for line in lines}) == len(lines)
    assert {line.id.partition("@")[0] for line in lines} == {fee["id"] for fee in fees}
    for line in lines:
        assert isinstance(line.amount, Decimal)
        assert line.amount == round(line.amount, 2)
        assert (line.step, line.kind) == ("fees", "fee")
        assert line.amount >= 0
        assert line.by
        assert line.because or line.amount or "0" in line.formula


@LAWS
@given(months(), st.randoms(use_true_random=False))
def test_no_order_of_fees_or_days_changes_a_byte(drawn: Any, random: Any) -> None:
    fees, quantities, relief, term = drawn
    lines = paid(fees, quantities, relief=relief, term=term)
    random.shuffle(fees)

    def shuffled(by_day: Mapping[date, Fraction]) -> dict[date, Fraction]:
        pairs = list(by_day.items())
        random.shuffle(pairs)
        return dict(pairs)

    names = list(quantities)
    random.shuffle(names)
    again = {name: Quantity(*map(shuffled, (quantities[name].counted, quantities[name].scheduled))) for name in names}
    assert paid(fees, again, relief=relief[::-1], term=term) == lines


def unit_by_unit(fee: Fee, counted: Mapping[date, Fraction]) -> Fraction:
    """Price every single contact by itself, in order of arrival: the plain reading of section 6."""
    whole = [day for day in sorted(counted) for _ in range(int(counted[day]))]
    surge = fee.surge
    limit = Fraction(len(whole))
    if surge is not None:
        limit = Fraction(surge.forecast["2026-10"]) * (1 + Fraction(surge.tolerance))

    def held(values: Any, day: date) -> Any:
        begun = [one for one in values if one.since is None or one.since <= day]
        return max(begun, key=lambda one: one.since or date.min).value

    def tier_price(number: int, day: date) -> Decimal:
        if fee.tiers is None:
            price: Decimal = held(fee.price, day)
            return price
        reached = [tier for tier in held(fee.tiers, day) if tier.from_ <= number]
        return max(reached, key=lambda tier: tier.from_).price if reached else Decimal(0)

    left = sum(number <= limit for number in range(1, len(whole) + 1))  # that stay in the tiers, where others leave
    total = Fraction(0)
    for number, day in enumerate(whole, start=1):
        is_above = number > limit
        at = number
        if fee.mode == "volume":
            at = left if surge is not None and surge.mode == "replace" and not is_above else len(whole)
        own = tier_price(at, day)
        if surge is None or not is_above:
            total += Fraction(own)
            continue
        more = held(surge.price, day)
        if surge.higher_of:
            total += Fraction(max(own, more))
        else:
            total += Fraction(own + more if surge.mode == "add" else more)
    return total


@LAWS
@given(unit_fee("f"), counts(30))
def test_lines_are_what_every_contact_by_itself_adds_up_to(
    drawn: dict[str, Any], counted: dict[date, Fraction]
) -> None:
    """Rounding apart: each line is rounded once, so that they lie within half a fen a line of the exact sum."""
    drawn = {**drawn, "form": "per_contact"}
    lines = paid([drawn], {"f": Quantity(counted)})
    (fee,) = contract_of([drawn]).fees
    exact = unit_by_unit(fee, counted)
    assert abs(sum((Fraction(line.amount) for line in lines), Fraction(0)) - exact) * 200 <= len(lines)


@LAWS
@given(PRICE, counts(60))
def test_graduated_with_one_tier_is_flat(price: Decimal, counted: dict[date, Fraction]) -> None:
    body: dict[str, Any] = {
        "id": "f",
        "clause": "3",
        "form": "per_contact",
        "quantity": {"metric": "contact.handled@1"},
    }
    (flat,) = paid([{**body, "price": price}], {"f": Quantity(counted)})
    for mode in ("graduated", "volume"):
        (one,) = paid([{**body, "tiers": [{"from": 1, "price": price}], "mode": mode}], {"f": Quantity(counted)})
        assert one.amount == flat.amount


@LAWS
@given(months(), DAYS)
def test_an_amendment_that_repeats_a_price_changes_no_line(drawn: Any, day: date) -> None:
    """A figure that is agreed again at the same value begins no new line: not even rounding shows it."""
    fees, quantities, relief, term = drawn

    def repeated(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        begun = {one.get("since", term["from"]): one["value"] for one in values}
        if day in begun or day < min(begun):
            return values
        return [*values, {"value": begun[max(since for since in begun if since < day)], "since": day, "by": "重申"}]

    same = [
        {k: repeated(v) if k in ("price", "amount", "seats", "tiers") else v for k, v in fee.items()} for fee in fees
    ]
    lines = paid(fees, quantities, relief=relief, term=term)
    again = paid(same, quantities, relief=relief, term=term)
    if term["from"] != day:  # on its first day the amendment is what holds, and is named
        assert [replace(line, by="") for line in again] == [replace(line, by="") for line in lines]


@LAWS
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 100), min_size=1), st.integers(-(10**9), 10**9))
def test_what_cost_centres_bear_is_the_line(weights: dict[str, int], fen: int) -> None:
    whole = sum(weights.values())
    if not whole:
        return
    shares = {name: (Decimal(weight) / whole).quantize(Decimal("1e-12")) for name, weight in weights.items()}
    first = min(shares)
    shares[first] += 1 - sum(shares.values())
    amount = Decimal(fen) / 100
    borne = cost_centre_sums(amount, shares)
    assert sum(borne.values()) == amount
    assert list(borne) == sorted(shares)
    assert cost_centre_sums(amount, dict(reversed(shares.items()))) == borne


@LAWS
@given(months())
def test_a_minimum_lifts_the_other_fees_to_it_and_no_further(drawn: Any) -> None:
    fees, quantities, relief, term = drawn
    without = [fee for fee in fees if fee["id"] != "least"]
    least = {"id": "least", "clause": "3.9", "form": "minimum", "amount": "310.00"}
    lines = paid([*without, least], quantities, relief=relief, term=term)
    others = sum((line.amount for line in lines if line.id != "least"), Decimal(0))
    days = [day for day in OCTOBER if term["from"] <= day and day not in relief]
    (top_up,) = [line for line in lines if line.id == "least"]
    assert others + top_up.amount == max(others, Decimal(10) * len(days))  # 310.00 / 31 a day


def test_a_fee_whose_quantity_was_not_measured_is_a_mistake_of_the_program() -> None:
    fee = {"id": "f", "clause": "3", "form": "per_case", "price": "1", "quantity": {"metric": "case.resolved@1"}}
    with pytest.raises(KeyError):
        paid([fee], {})
