"""A contract's text becomes its model, or every problem of its form with file, line and the nearest known word."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.contract.check import check
from pipelines.contract.parse import parse_contract
from pipelines.core.problem import Problem, Refused
from tests.contract.small_contract import PARTIES, one_indicator


def problems(text: str) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        parse_contract(text, "contract.yaml")
    return list(refused.value.problems)


def the_problem(more: str, *, instead_of: str = "") -> str:
    with pytest.raises(Refused) as refused:
        one_indicator(more, instead_of=instead_of)
    assert len(refused.value.problems) == 1, refused.value
    return str(refused.value)


def test_a_contract_that_leaves_nothing_open_has_no_problem():
    assert check(one_indicator()) == []


def test_percentages_are_exact():
    target = one_indicator("target: 90.1%\n", instead_of="target").model.indicators[0].target
    assert target is not None
    assert target[0].value == Decimal("0.901")


def test_a_value_may_be_written_short_dated_or_as_a_list():
    short = one_indicator("target: 0.90\n", instead_of="target")
    dated = one_indicator("target: {value: 0.90, since: 2026-02-01, by: 补充协议一}\n", instead_of="target")
    listed = one_indicator("target:\n  - {value: 0.90}\n  - {value: 0.92, since: 2026-10-16}\n", instead_of="target")
    targets = [source.model.indicators[0].target or [] for source in (short, dated, listed)]
    assert [[(str(v.value), v.since, v.by) for v in target] for target in targets] == [
        [("0.90", None, None)],
        [("0.90", date(2026, 2, 1), "补充协议一")],
        [("0.90", None, None), ("0.92", date(2026, 10, 16), None)],
    ]


def test_texts_that_yaml_would_turn_into_something_else_stay_themselves():
    source = parse_contract(PARTIES + "tax: {rate: 0.060, prices_include_tax: NO}\n", "contract.yaml")
    assert (str(source.model.tax.rate[0].value), source.model.tax.prices_include_tax) == ("0.060", False)


def test_every_problem_comes_at_once():
    text = PARTIES.replace("zone:", "zoen:") + "currency: 人民币\nfees:\n  - {id: 1a, form: fixed, amount: x}\n"
    assert [(problem.where, problem.code) for problem in problems(text)] == [
        ("contract.yaml:1", "contract.missing"),  # zone
        ("contract.yaml:5", "contract.unknown_key"),
        ("contract.yaml:6", "contract.value"),
        ("contract.yaml:8", "contract.value"),  # the fee's amount
        ("contract.yaml:8", "contract.missing"),  # its clause
        ("contract.yaml:8", "contract.value"),  # its id begins with a digit
    ]


TWO_CONSEQUENCES = """consequences:
  - {id: a, form: fixed}
  - id: b
    form: fixed
    ratee: 1
"""
DATED_CONSEQUENCES = """consequences:
  - since: 2026-01-01
    value:
      - id: b
        form: bands
        bands:
          - {form: 50%, rate: 0}
"""


@pytest.mark.parametrize(
    ("more", "instead_of", "where", "mend"),
    [
        ("vacation: 1\n", "", 17, "Remove it, or move it to where it belongs."),
        ("weigth: 10\n", "", 17, "Did you mean 'weight'?"),
        ("target:\n  - value: 90%\n    sicne: 2026-02-01\n", "target", 18, "Did you mean 'since'?"),
        ("target: {sicne: 2026-02-01, value: 90%}\n", "target", 16, "Did you mean 'since'?"),
        ("terms: {short_abandon_s: {value: 5, bye: a}}\n", "terms", 16, "Did you mean 'by'?"),
        ("scoring:\n  form: linear\n  zero_att: 0\n", "", 19, "Did you mean 'zero_at'?"),
        # the second of two consequences, in a plain list, and one in a dated list
        (TWO_CONSEQUENCES, "", 21, "Did you mean 'rate'?"),
        (DATED_CONSEQUENCES, "", 23, "Did you mean 'from'?"),
    ],
)
def test_an_unknown_key_is_found_in_its_line_with_the_nearest_known_one(more, instead_of, where, mend):
    said = the_problem(more, instead_of=instead_of)
    assert said.startswith(f"contract.yaml:{where}\nThe key ")
    assert said.endswith(f"it would have no effect. {mend}  [contract.unknown_key]")


@pytest.mark.parametrize(
    "number", ["NaN", "nan%", "inf", "-Infinity", "Infinity%", "x%", "九成", "1,5", "1e999999999", "[0.9]"]
)
def test_what_is_no_finite_number_is_refused(number):
    assert "[contract.value]" in the_problem(f"target: {number}\n", instead_of="target")


def test_more_places_than_a_statement_could_write_are_refused():
    assert "no more than 12 decimal places" in the_problem("target: 0.1234567890123\n", instead_of="target")


def test_a_value_that_is_missing_from_a_dated_list_is_missed_in_its_line():
    said = the_problem("target:\n  - {value: 90%}\n  - {since: 2026-02-01}\n", instead_of="target")
    assert said == "contract.yaml:18\nindicators.0.target.1.value is missing. Write it.  [contract.missing]"


@pytest.mark.parametrize("day", ["86400", "2026-1-1", "2026-02-30", "2026-01-01T00:00:00", "01.02.2026"])
def test_a_day_is_written_in_one_way(day):
    assert "[contract.value]" in the_problem(f"since: {day}\n")


def test_the_model_says_zh_or_en():
    vendor = parse_contract(PARTIES.replace("zh: 乙方", "en: Vendor"), "c").model.vendor
    assert (str(vendor), str(one_indicator().model.operator)) == ("Vendor", "甲方")


def test_indicators_stand_in_the_order_of_their_clauses():
    places = [
        one_indicator(f'clause: "{c}"\n', instead_of="clause").model.indicators[0].place
        for c in ("4.10", "§4.2(1)", "4.2")
    ]
    assert sorted(places) == [([4, 2], "sl"), ([4, 2, 1], "sl"), ([4, 10], "sl")]


def test_the_digest_is_that_of_the_text():
    source = parse_contract(PARTIES, "a.yaml")
    assert source.digest == parse_contract(PARTIES, "b.yaml").digest
    assert source.digest != parse_contract(PARTIES + "\n", "a.yaml").digest
    assert source.where("term", "from") == "a.yaml:4"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("since: 2026-02-30\n", "there is no such day. Write a day of the calendar"),
        ("cap: 80,000元\n", "it is no figure. Write digits alone"),
        ("cap: 90％\n", "no full-width signs"),
        ("period: months\n", "it is none of: month, day. Did you mean 'month'?"),
        ("class: 7\n", "it is none of: critical, key, report_only. Write one of them."),
        ("scope: {team: 甲组}\n", "it is no list. Write a list, [a, b], also of one: [a]."),
        ("escalates: maybe\n", "it is neither true nor false. Write true or false."),
        ("for_each: 甲组\n", "it has no keys. Write keys and values"),
    ],
)
def test_a_value_of_another_kind_is_told_how_it_is_written(more, says):
    assert says in the_problem(more)
