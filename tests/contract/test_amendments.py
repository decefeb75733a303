"""Amendments override by date, in the order in which they take effect; every line leads to its own file."""

from datetime import date

import pytest

from pipelines.contract.amendment import File, amendments_after
from pipelines.contract.check import check
from pipelines.contract.parse import Source, parse_contract
from pipelines.core.period import Month
from pipelines.core.problem import Refused
from tests.contract.small_contract import CONNECT_RATE, PARTIES

CONTRACT = f"""{PARTIES}tax: {{rate: 6%}}
indicators:
  - {CONNECT_RATE.strip().replace(chr(10), chr(10) + "    ")}
  - {{id: other, clause: "4.3", text: {{zh: 另一条}}, metric: phone.service_level@1, class: report_only}}
fees:
  - {{id: monthly, clause: "3.1", form: fixed, amount: 100000}}
caps:
  - {{id: kpi_cap, clause: "5.3", kinds: [kpi], rate: 15%}}
  - {{id: all_cap, clause: "5.3", kinds: [kpi, event], rate: 20%}}
"""
SECOND = """amendment: 补充协议二
effective: 2026-10-16
signed: 2026-10-08
by: 补充协议二 §1
indicators:
  sl: {target: 93%}
caps:
  all_cap: {rate: 15%}
"""


def head(number: str, effective: str, signed: str, *, retroactive: str = "false") -> str:
    return f"amendment: {number}\neffective: {effective}\nsigned: {signed}\nretroactive: {retroactive}\n"


def read(*amendments: str, contract: str = CONTRACT, **known) -> Source:
    files = [File(f"{number}.yaml", text) for number, text in enumerate(amendments)]
    return parse_contract(contract, "contract.yaml", files, **known)


def values(listed) -> list[tuple[str, str | None, str | None]]:
    return [(str(one.value), one.since and str(one.since), one.by) for one in listed or []]


def refused(*amendments: str, contract: str = CONTRACT) -> list[str]:
    with pytest.raises(Refused) as found:
        read(*amendments, contract=contract)
    return [f"{one.where} {one.code}" for one in found.value.problems]


def test_a_dated_field_gets_a_further_value_that_names_its_document():
    source = read(SECOND)
    indicator, cap = source.model.indicators[0], source.model.caps[1]
    assert values(indicator.target) == [("0.92", None, None), ("0.93", "2026-10-16", "补充协议二 §1")]
    assert values(cap.rate) == [("0.2", None, None), ("0.15", "2026-10-16", "补充协议二 §1")]
    assert values(source.model.caps[0].rate) == [("0.15", None, None)]


def test_lines_lead_to_the_file_that_says_it():
    source = read(SECOND)
    at = ("indicators", 0, "target")
    assert [source.where(*at, 0, "value"), source.where(*at, 1, "value")] == ["contract.yaml:13", "0.yaml:6"]
    assert source.where("caps", 1, "rate", 1) == "0.yaml:8"
    assert source.where("caps", 1, "id") == "contract.yaml:23"


def test_a_value_that_cannot_be_read_is_refused_in_the_amendments_line():
    assert refused(SECOND.replace("93%", "most")) == ["0.yaml:6 contract.value"]
    assert refused(SECOND.replace("{target: 93%}", "{targit: 93%}")) == ["0.yaml:6 contract.unknown_key"]


def test_the_linter_speaks_of_the_amendments_line_too():
    found = {f"{p.where} {p.code}" for p in check(read(SECOND.replace("93%", "93")))}
    assert "contract.yaml:13 contract.target_out_of_range" in found or "0.yaml:6 contract.target_out_of_range" in found


def test_a_contract_alone_is_what_it_was():
    assert read().model == parse_contract(CONTRACT, "contract.yaml").model
    assert read().tree == parse_contract(CONTRACT, "contract.yaml").tree
    assert (read().amendments, [f.name for f in read().files]) == ((), ["contract.yaml"])


# --- the order: by effective, then signed, then number; never by file or by order of reading ---

FIRST = head("补充协议一", "2026-04-01", "2026-03-01") + "indicators: {sl: {target: 91%}}\n"
EARLIER_SIGNED = head("A", "2026-10-16", "2026-10-01") + "indicators: {sl: {target: 94%}}\n"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_no_order_of_reading_matters(order):
    three = (FIRST, EARLIER_SIGNED, SECOND)
    source = read(*(three[n] for n in order))
    # of two that take effect on one day the later signed holds: 93 %, of 8 October, over 94 %, of 1 October
    assert [(v, s) for v, s, _ in values(source.model.indicators[0].target)] == [
        ("0.92", None),
        ("0.91", "2026-04-01"),
        ("0.93", "2026-10-16"),
    ]
    assert [one.number for one in source.amendments] == ["补充协议一", "A", "补充协议二"]


def test_two_of_one_number_are_refused():
    assert refused(FIRST, FIRST) == ["1.yaml:1 contract.amendment_twice"]


# --- what is not dated ---


def test_what_is_not_dated_changes_with_a_month():
    caps = head("B", "2026-07-01", "2026-06-01") + "procedure: {objections: 10}\nindicators: {sl: {too_few: carry}}\n"
    before, after = (read(caps, month=Month(2026, month)).model for month in (6, 7))
    assert (before.procedure.objections, before.indicators[0].too_few) == (8, "skip")
    assert (after.procedure.objections, after.indicators[0].too_few) == (10, "carry")
    assert after.procedure.decisions == 13


def test_what_is_not_dated_does_not_change_in_mid_month():
    late = head("B", "2026-07-02", "2026-06-01") + "indicators: {sl: {too_few: carry}}\n"
    assert refused(late) == ["0.yaml:5 contract.amendment_in_month"]


def test_a_tilde_takes_an_undated_option_away_but_no_dated_value():
    gone = head("B", "2026-07-01", "2026-06-01") + "indicators: {sl: {too_few: ~}}\n"
    assert "too_few" not in read(gone).model.indicators[0].model_fields_set
    assert refused(gone.replace("too_few", "target")) == ["0.yaml:5 contract.amendment_takes_away"]


# --- defaults that are built upon ---


def test_a_term_that_was_left_to_its_default_keeps_it_up_to_the_day():
    term = head("B", "2026-10-16", "2026-10-01") + "indicators: {other: {terms: {answer_within_s: 15}}}\n"
    found = read(term).model.indicators[1].terms["answer_within_s"]
    assert values(found) == [("20", None, "default"), ("15", "2026-10-16", "B")]


def test_consequences_and_samples_too():
    more = "indicators: {sl: {consequences: [{id: d, form: fixed, amount: 5}]}, other: {minimum_sample: 30}}\n"
    source = read(head("B", "2026-10-16", "2026-10-01") + more)
    first, second = source.model.indicators[0].consequences
    assert (first.value, [one.id for one in second.value], second.since) == ([], ["d"], date(2026, 10, 16))
    assert [v for v, *_ in values(source.model.indicators[1].minimum_sample)] == ["1", "30"]
    assert source.where("indicators", 0, "consequences", 1, "value", 0, "amount") == "0.yaml:5"


# --- begins and ends ---

ADDED = (
    head("C", "2026-10-16", "2026-10-08")
    + """add:
  indicators:
    - {id: new, clause: "4.9", text: {zh: 新}, metric: phone.abandonment@1, target: 3%}
  fees:
    - {id: email, clause: "3.9", form: fixed, amount: 5000}
end: {indicators: [sl], fees: [monthly]}
"""
)


def test_parts_begin_and_end_on_the_day():
    source = read(ADDED)
    old, _, new = source.model.indicators
    assert (old.until, new.id, new.since) == (date(2026, 10, 16), "new", date(2026, 10, 16))
    assert source.where("indicators", 2, "target") == "0.yaml:7"
    monthly, email = source.model.fees
    assert values(monthly.amount) == [("100000", None, None), ("0", "2026-10-16", "C")]
    assert values(email.amount) == [("5000", "2026-10-16", None), ("0", None, "C")]


def test_caps_begin_and_end_with_a_month():
    whole = head("C", "2026-10-01", "2026-09-08") + "end: {caps: [kpi_cap]}\n"
    assert [cap.id for cap in read(whole, month=Month(2026, 9)).model.caps] == ["kpi_cap", "all_cap"]
    source = read(whole, month=Month(2026, 10))
    assert [cap.id for cap in source.model.caps] == ["all_cap"]
    assert source.where("caps", 0, "rate") == "contract.yaml:23"  # it moved up, and its line with it
    assert refused(whole.replace("2026-10-01", "2026-10-02")) == ["0.yaml:5 contract.amendment_in_month"]


def test_an_id_that_nobody_has_is_refused_with_the_nearest():
    assert refused(SECOND.replace("  sl:", "  sll:")) == ["0.yaml:6 contract.amendment_unknown_id"]
    assert refused(ADDED.replace("[monthly]", "[weekly]")) == ["0.yaml:10 contract.amendment_unknown_id"]


def test_calendars_get_a_version_that_is_decided_by_signing():
    version = "calendars: {phone: [{weekly: {mon-sun: ['09:00-22:00']}, holidays: cn, on_holidays: as_usual}]}\n"
    source = read(head("D", "2026-10-16", "2026-10-08") + version)
    (found,) = source.model.calendars["phone"]
    assert (found["since"], found["decided"], found["by"]) == ("2026-10-16", "2026-10-08", "D")
    assert source.where("calendars", "phone", 0, "weekly") == "0.yaml:5"


def test_relief_and_decisions_are_added():
    more = "relief: [{id: r1, ground: outage, from: 2026-10-20, until: 2026-10-21, by: 纪要}]\n"
    assert [one.id for one in read(head("E", "2026-10-16", "2026-10-08") + more).model.relief] == ["r1"]


def test_a_value_may_not_begin_before_its_document_takes_effect():
    early = "indicators: {sl: {target: [{since: 2026-10-01, value: 93%}]}}\n"
    assert refused(head("F", "2026-10-16", "2026-10-08") + early) == ["0.yaml:5 contract.amendment_backdated"]


# --- what holds for a month, what was known, what was sealed ---


def test_a_month_knows_the_amendments_that_take_effect_before_its_end():
    three = (FIRST, EARLIER_SIGNED, SECOND)
    assert [
        [one.number for one in read(*three, month=month).amendments] for month in (Month(2026, 3), Month(2026, 9))
    ] == [[], ["补充协议一"]]
    assert len(read(*three, month=Month(2026, 10)).amendments) == 3


def test_an_amendment_signed_later_is_unknown():
    assert len(read(SECOND, known_on=date(2026, 10, 7)).amendments) == 0
    assert len(read(SECOND, known_on=date(2026, 10, 8)).amendments) == 1


def test_a_sealed_month_is_touched_by_a_retroactive_amendment_only():
    late = head("G", "2026-09-01", "2026-12-01") + "caps: {all_cap: {rate: 12%}}\n"
    back = late.replace("G", "H").replace("false", "true").replace("12%", "11%")
    september = Month(2026, 9)
    sealed_with = [one.file.digest for one in read(FIRST, month=september).amendments]
    now = read(FIRST, late, back, month=september, sealed_with=sealed_with)
    assert [one.number for one in now.amendments] == ["补充协议一", "H"]
    assert [one.number for one in amendments_after(now.amendments, sealed_with)] == ["H"]


def test_a_statement_names_what_was_in_force():
    (one,) = read(SECOND).amendments
    assert one.row == {
        "number": "补充协议二",
        "effective": "2026-10-16",
        "signed": "2026-10-08",
        "retroactive": False,
        "sha256": one.file.digest,
    }
    assert [(change.path, change.before, change.after) for change in one.changes] == [
        (("indicators", "sl", "target"), "92%", "93%"),
        (("caps", "all_cap", "rate"), "20%", "15%"),
    ]


def test_the_head_of_an_amendment_is_checked_by_itself():
    assert refused(SECOND.replace("signed:", "singed:")) == [
        "0.yaml:1 contract.missing",
        "0.yaml:3 contract.unknown_key",
    ]
    assert refused("") == ["0.yaml contract.empty"]


# --- what is written in other ways, and what is broken ---


def test_a_value_may_be_dated_later_than_its_document():
    later = "indicators: {sl: {target: {since: 2026-11-01, value: 95%, by: §9}}}\n"
    source = read(head("I", "2026-10-16", "2026-10-08") + later)
    assert values(source.model.indicators[0].target)[1:] == [("0.95", "2026-11-01", "§9")]
    listed = later.replace("{since: 2026-11-01, value: 95%, by: §9}", "[{value: 94%}, {since: 2026-12-01, value: 95%}]")
    source = read(head("I", "2026-10-16", "2026-10-08") + listed)
    assert [(v, s) for v, s, _ in values(source.model.indicators[0].target)[1:]] == [
        ("0.94", "2026-10-16"),
        ("0.95", "2026-12-01"),
    ]
    assert source.where("indicators", 0, "target", 2, "value") == "0.yaml:5"


def test_a_contract_that_dates_a_value_itself_keeps_the_order_of_days():
    dated = CONTRACT.replace("target: 92%", "target: {since: 2026-01-01, value: 92%, by: §1}")
    source = read(SECOND, contract=dated)
    assert values(source.model.indicators[0].target) == [
        ("0.92", "2026-01-01", "§1"),
        ("0.93", "2026-10-16", "补充协议二 §1"),
    ]
    assert source.where("indicators", 0, "target", 0, "value") == "contract.yaml:13"


def test_parts_that_a_contract_leaves_out_are_begun():
    more = "tax: {rate: 5%}\nscope: {vendor: [a]}\nindicators: {sl: {scope: {queue: [b]}}}\n"
    source = read(head("J", "2026-10-01", "2026-09-08") + more, contract=CONTRACT.replace("tax: {rate: 6%}\n", ""))
    assert values(source.model.tax.rate) == [("0", None, "default"), ("0.05", "2026-10-01", "J")]
    assert (source.model.scope, source.model.indicators[0].scope) == ({"vendor": ["a"]}, {"queue": ["b"]})
    whole = "coefficient: {clause: '9', grades: [{from: 0, factor: 1}]}\n"
    assert read(head("J", "2026-10-01", "2026-09-08") + whole).model.coefficient is not None


def test_a_fee_by_tiers_ends_at_nothing():
    tiers = CONTRACT.replace("form: fixed, amount: 100000", "form: per_case, tiers: [{from: 1, price: 2}]")
    (fee,) = read(head("K", "2026-10-16", "2026-10-08") + "end: {fees: [monthly]}\n", contract=tiers).model.fees
    assert [[(tier.from_, tier.price) for tier in value.value] for value in fee.tiers or []] == [[(1, 2)], [(1, 0)]]


def test_two_amendments_of_one_part_keep_their_lines():
    first = head("L", "2026-09-01", "2026-08-01") + "caps: {all_cap: {rate: 18%}}\n"
    gone = head("M", "2026-10-01", "2026-09-01") + "end: {caps: [kpi_cap]}\n"
    source = read(first, gone)
    assert [str(value.value) for value in source.model.caps[0].rate or []] == ["0.2", "0.18"]
    assert source.where("caps", 0, "rate", 1, "value") == "0.yaml:5"


BROKEN = [
    ("indicators:\n", "indicators: none\nx:\n"),
    ("    target: 92%\n", "    target: [92%, 93%]\n"),
    ("    terms: {short", "    terms: 5\n    x: {short"),
    ("  - {id: monthly,", "  - monthly\n  - {id: monthly,"),
    ("    metric: phone.connect_rate@1\n", "    metric: phone.nope@1\n"),
    ("caps:\n", "calendars: none\ncaps:\n"),
    ("caps:\n", "calendars: {default: none}\ncaps:\n"),
]
EVERYTHING = """indicators: {sl: {target: 93%, terms: {short_abandon_s: 4, no_such: 1}}}
calendars: {default: [{weekly: {}}]}
add: {indicators: [{id: a, clause: x, metric: phone.abandonment@1}], fees: [{id: b, clause: y, form: fixed, amount: 1}]}
end: {indicators: [sl], fees: [monthly], caps: [kpi_cap]}
"""


@pytest.mark.parametrize(("old", "new"), BROKEN, ids=[new.strip() for _, new in BROKEN])
def test_a_broken_contract_is_refused_for_what_it_is(old, new):
    """Amendments of it neither crash nor hide its own problem."""
    text = head("N", "2026-10-01", "2026-09-01") + EVERYTHING
    try:
        found = {problem.code for problem in check(read(text, contract=CONTRACT.replace(old, new, 1)))}
    except Refused as refused:
        found = {problem.code for problem in refused.problems}
    assert found & {"contract.unknown_key", "contract.value", "metric.unknown", "contract.unknown_term"}


@pytest.mark.parametrize(
    "broken",
    [
        "indicators: {sl: [target]}\n",
        "indicators: {sl: {consequences: [a, b]}}\n",
        "indicators: {sl: {terms: 5}}\n",
        "indicators: {sl: {target: []}}\n",
        "add: {fees: [a]}\n",
        "add: {indicators: [a]}\n",
        "calendars: {phone: none}\n",
        "relief: none\n",
        "end: {fees: monthly}\n",
    ],
)
def test_a_broken_amendment_is_refused_in_its_own_line(broken):
    assert {line.partition(" ")[0] for line in refused(head("O", "2026-10-01", "2026-09-01") + broken)} == {"0.yaml:5"}


def test_what_does_not_hold_for_the_whole_month_is_not_put_in():
    """It is said, and the month keeps what it began with."""
    late = head("P", "2026-07-02", "2026-06-01") + "indicators: {sl: {too_few: carry}}\n"
    with pytest.raises(Refused) as found:
        read(late, month=Month(2026, 7))
    assert [problem.code for problem in found.value.problems] == ["contract.amendment_in_month"]


def test_an_indicator_that_ends_earlier_keeps_its_own_end():
    ending = CONTRACT.replace("    target: 92%\n", "    target: 92%\n    until: 2026-05-01\n")
    assert read(ADDED, contract=ending).model.indicators[0].until == date(2026, 5, 1)


def test_the_coefficient_of_a_contract_is_taken_away_with_a_month():
    graded = (
        CONTRACT + "coefficient: {clause: '9', grades: [{from: 0, factor: 1}], repeats: {levels: [{multiply: 2}]}}\n"
    )
    gone = head("Q", "2026-10-01", "2026-09-08")
    assert read(gone + "coefficient: ~\n", contract=graded).model.coefficient is None
    changed = read(gone + "coefficient: {repeats: {gap: passes}, grades: [{from: 0, factor: 0.9}]}\n", contract=graded)
    assert changed.model.coefficient is not None
    assert changed.model.coefficient.repeats is not None
    assert (changed.model.coefficient.repeats.gap, len(changed.model.coefficient.grades)) == ("passes", 2)


def test_an_amendment_may_change_what_another_added():
    costs = "    consequences:\n      - {id: d, form: fixed, amount: 5}\n"
    first = (
        head("R", "2026-10-01", "2026-09-08")
        + "add:\n  indicators:\n  - id: new\n    clause: x\n    metric: phone.abandonment@1\n    target: 3%\n"
        + costs
    )
    second = head("S", "2026-11-01", "2026-10-08") + "indicators: {new: {consequences: []}}\n"
    source = read(first, second)
    at = ("indicators", 2, "consequences")
    assert [source.where(*at, 0, "value", 0, "amount"), source.where(*at, 1)] == ["0.yaml:12", "1.yaml:5"]
    assert [len(value.value) for value in source.model.indicators[2].consequences] == [1, 0]


def test_caps_neither_begin_nor_end_in_mid_month():
    cap = "add: {caps: [{id: c, clause: x, kinds: [kpi], rate: 1%}]}\nend: {caps: [kpi_cap, all_cap]}\n"
    late = head("T", "2026-10-02", "2026-09-08") + cap
    assert set(refused(late)) == {"0.yaml:5 contract.amendment_in_month", "0.yaml:6 contract.amendment_in_month"}
    with pytest.raises(Refused) as found:
        read(late, month=Month(2026, 10))
    assert {problem.code for problem in found.value.problems} == {"contract.amendment_in_month"}
    whole = late.replace("2026-10-02", "2026-10-01")
    assert [one.id for one in read(whole.replace("[kpi_cap, all_cap]", "[all_cap]")).model.caps] == ["kpi_cap", "c"]


def test_a_history_with_a_stray_text_is_refused():
    stray = "indicators: {sl: {target: [{value: 93%}, often]}}\n"
    assert refused(head("U", "2026-10-01", "2026-09-08") + stray) == ["0.yaml:5 contract.value"]
