"""What a month could not take is carried, keeps its own tax rate, and is due when the term ends (section 7, step 7)."""

from datetime import date
from decimal import Decimal

from pipelines.contract.parse import parse_contract
from pipelines.core.dated import Piece
from pipelines.core.period import Days, Month
from pipelines.settlement.facts import Carried, Past
from pipelines.settlement.totals import Settled, settle

CONTRACT = """
contract: K
operator: {id: o, en: Operator}
vendor: {id: v, en: Vendor}
term: {from: 2026-01-01, until: 2027-01-01}
zone: Asia/Shanghai
tax: {rate: 20%}
fees:
  - {id: monthly, clause: "2", form: fixed, amount: 1000}
"""


def december(amount: str) -> Settled:
    carried = Carried(
        Decimal(amount),
        "2026-11, statement x",
        Piece(Days(date(2026, 11, 1), date(2026, 12, 1)), Decimal("0.10"), "tax"),
    )
    return settle(parse_contract(CONTRACT, "k.yaml").model, Month(2026, 12).days, [], past=Past(carried=[carried]))


def test_it_keeps_the_rate_of_its_own_month() -> None:
    """1,000.00 × 20 % = 200.00; −300.00 × 10 % = −30.00; 1,000.00 − 300.00 + 200.00 − 30.00 = 870.00."""
    found = december("-300.00")
    assert {line.id: str(line.amount) for line in found.lines} == {
        "monthly": "1000.00",
        "carried_in": "-300.00",
        "tax": "200.00",
        "tax@10.00%": "-30.00",
    }
    assert (str(found.totals["carried_in"]), str(found.totals["payable"])) == ("-300.00", "870.00")


def test_at_the_end_of_the_term_nothing_is_carried_further() -> None:
    """1,000.00 − 1,500.00 + 200.00 − 150.00 = −450.00: the vendor pays, for December is the last month of the term."""
    found = december("-1500.00")
    assert (str(found.totals["floor"]), str(found.totals["carried_out"])) == ("0.00", "0.00")
    assert str(found.totals["payable"]) == "-450.00"


def test_before_the_end_of_the_term_it_is_carried_on() -> None:
    """November: 1,000.00 − 1,500.00 is below zero: nothing is paid or taxed, and 500.00 is carried out again."""
    carried = Carried(Decimal("-1500.00"), "2026-10, statement x", None)
    found = settle(parse_contract(CONTRACT, "k.yaml").model, Month(2026, 11).days, [], past=Past(carried=[carried]))
    assert (str(found.totals["payable"]), str(found.totals["carried_out"])) == ("0.00", "-500.00")
