"""The terms of a month by its days: changes within it, beginnings and ends, and the three ways to read a change."""

from datetime import date
from fractions import Fraction

import pytest

from pipelines.contract.resolve import IndicatorTerms, indicator_terms
from pipelines.core.period import Month
from pipelines.core.problem import Refused
from tests.contract.small_contract import PARTIES, one_indicator

OCTOBER = Month(2026, 10)
CHANGED = "target: [{value: 90%, by: §4.2}, {value: 92%, since: 2026-10-16, by: 补充协议二 §1}]\n"


def terms(
    more: str = "", *, instead_of: str = "", month: Month = OCTOBER, parties: str = PARTIES
) -> IndicatorTerms | None:
    contract = one_indicator(more, instead_of=instead_of, parties=parties).model
    return indicator_terms(contract, contract.indicators[0], month.days)


def parts(found: IndicatorTerms | None) -> list[tuple[str, str, Fraction]]:
    assert found
    return [(str(p.days), str(p.target.value) if p.target else "none", p.share) for p in found.parts]


def test_a_change_within_the_month_splits_it_by_its_days():
    assert parts(terms(CHANGED, instead_of="target")) == [
        ("2026-10-01 up to 2026-10-15", "0.9", Fraction(15, 31)),
        ("2026-10-16 up to 2026-10-31", "0.92", Fraction(16, 31)),
    ]
    assert parts(terms(CHANGED, instead_of="target", month=Month(2026, 11))) == [
        ("2026-11-01 up to 2026-11-30", "0.92", Fraction(1))
    ]


def test_period_end_judges_the_month_by_its_last_day():
    found = terms(CHANGED + "on_change: period_end\n", instead_of="target on_change")
    assert parts(found) == [("2026-10-01 up to 2026-10-31", "0.92", Fraction(1))]


def test_weighted_target_is_cut_where_the_target_changes_and_nowhere_else():
    more = CHANGED + "on_change: weighted_target\nweight: [{value: 10}, {value: 20, since: 2026-10-21}]\n"
    found = terms(more, instead_of="target on_change")
    assert found
    assert parts(found) == [
        ("2026-10-01 up to 2026-10-15", "0.9", Fraction(15, 31)),
        ("2026-10-16 up to 2026-10-31", "0.92", Fraction(16, 31)),
    ]
    assert [part.weight.value for part in found.parts if part.weight] == [20, 20]  # the last day's


def test_several_changes_cut_at_each():
    more = CHANGED + "weight: [{value: 10}, {value: 20, since: 2026-10-21}]\n"
    found = terms(more, instead_of="target")
    assert found
    assert [(len(part.days), part.weight.value if part.weight else 0) for part in found.parts] == [
        (15, 10),
        (5, 10),
        (11, 20),
    ]
    assert sum(part.share for part in found.parts) == 1


def test_an_indicator_that_begins_or_ends_in_the_month_is_no_change():
    assert parts(terms("since: 2026-10-10\n")) == [("2026-10-10 up to 2026-10-31", "0.92", Fraction(1))]
    assert parts(terms("until: 2026-10-10\n")) == [("2026-10-01 up to 2026-10-09", "0.92", Fraction(1))]
    assert terms("since: 2026-11-01\n") is None
    assert terms("until: 2026-10-01\n") is None


def test_a_contract_that_begins_or_ends_in_the_month_is_none_either():
    first = PARTIES.replace("from: 2026-01-01", "from: 2026-10-10")
    assert parts(terms(parties=first)) == [("2026-10-10 up to 2026-10-31", "0.92", Fraction(1))]
    last = PARTIES.replace("until: 2027-01-01", "until: 2026-10-10")
    assert parts(terms(parties=last)) == [("2026-10-01 up to 2026-10-09", "0.92", Fraction(1))]
    assert terms(parties=last, month=Month(2026, 11)) is None


def test_parts_by_days_in_force_not_by_days_of_the_month():
    # in force from the 10th: 6 days at 90 %, 16 at 92 %, of 22
    found = terms(CHANGED + "since: 2026-10-10\n", instead_of="target")
    assert [share for _, _, share in parts(found)] == [Fraction(6, 22), Fraction(16, 22)]


def test_terms_of_items_follow_the_day_and_cut_no_part():
    found = terms("terms: {short_abandon_s: [{value: 5}, {value: 3, since: 2026-10-15, by: a}]}\n", instead_of="terms")
    assert found
    assert [(str(p.days), p.value, p.by) for p in found.terms["short_abandon_s"]] == [
        ("2026-10-01 up to 2026-10-14", "5", "4.2"),
        ("2026-10-15 up to 2026-10-31", "3", "a"),
    ]
    assert [(p.value, p.by) for p in found.terms["out_of_hours"]] == [("exclude", "default")]
    assert len(found.parts) == 1


def test_what_is_not_agreed_on_the_first_day_is_refused():
    with pytest.raises(Refused, match=r"4\.2 target begins on 2026-10-16; nothing is agreed for 2026-10-01"):
        terms("target: {value: 92%, since: 2026-10-16}\n", instead_of="target")


def test_an_indicator_without_a_target_has_parts_all_the_same():
    found = terms(instead_of="target")
    assert found
    assert (parts(found), found.parts[0].consequences) == ([("2026-10-01 up to 2026-10-31", "none", Fraction(1))], None)
    assert found.in_force.since == date(2026, 10, 1)
