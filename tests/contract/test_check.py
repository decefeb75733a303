"""What the linter says beyond one bad file a code: dates, places, defaults, and what it lets pass."""

import pytest

from pipelines.contract.check import check
from pipelines.contract.parse import parse_contract
from tests.contract.small_contract import PARTIES, one_indicator

MONEY = (
    "floor: zero\npending_at_seal: adjust\ntax: {rate: 6%, prices_include_tax: false, deductions_as: price_reduction}\n"
)
FEE = 'fees: [{id: monthly, clause: "3.1", form: fixed, amount: 100000}]\n'


def said(source) -> list[str]:
    return [f"{problem.where.removeprefix('contract.yaml:')} {problem.code}" for problem in check(source)]


def text_of(source, code: str) -> str:
    return next(f"{problem.what} {problem.mend}" for problem in check(source) if problem.code == code)


def test_problems_come_in_order_of_place_and_all_at_once():
    tail = "caps:\n  - {id: a, clause: x, kinds: [kpi]}\nfees:\n  - {id: a, clause: y, form: fixed, amount: -1}\n"
    found = said(one_indicator("terms: {shrt: 5, out_of_hours: never}\n", instead_of="terms", tail=MONEY + tail))
    assert found == [
        "16 contract.option_out_of_bounds",
        "16 contract.unknown_term",
        "20 contract.repeated_id",
        "21 contract.form_incomplete",
        "22 contract.repeated_id",
        "23 contract.negative_fee",
    ]


@pytest.mark.parametrize("name", ["floor", "tax", "rounding"])
def test_the_statements_own_lines_keep_their_names(name):
    assert "is called" in text_of(
        parse_contract(f'{PARTIES}{MONEY}fees: [{{id: {name}, clause: "3.1", form: fixed, amount: 1}}]\n', "c"),
        "contract.repeated_id",
    )


def test_ids_of_indicators_differ_in_more_than_capitals():
    source = one_indicator(tail="  - {id: SL, clause: x, text: {en: x}, metric: phone.connect_rate@1}\n")
    assert said(source) == ["6 contract.repeated_id"]  # the store's columns would be one


def test_consequences_of_one_indicator_have_their_own_names():
    two = "consequences: [{id: d, form: fixed, amount: 1, kind: kpi}, {id: d, form: fixed, amount: 2, kind: kpi}]\n"
    assert said(one_indicator(two + "one_of: all\n")) == ["17 contract.repeated_id"]


# --- dates ---


def test_a_target_is_agreed_from_the_indicators_own_first_day():
    late = "target: {value: 92%, since: 2026-04-01}\n"
    assert said(one_indicator(late, instead_of="target")) == ["16 contract.begins_too_late"]
    assert said(one_indicator(late + "since: 2026-04-01\n", instead_of="target")) == []


def test_terms_and_consequences_too():
    late = (
        "terms:\n  out_of_hours: exclude\n  short_abandon_s: [{value: 5, since: 2026-03-01}]\n  retries_merge_min: 0\n"
    )
    assert said(one_indicator(late, instead_of="terms")) == ["18 contract.begins_too_late"]
    costs = "consequences:\n  - {since: 2026-03-01, value: [{id: d, form: fixed, amount: 1, kind: kpi}]}\n"
    assert said(one_indicator(costs)) == ["17 contract.begins_too_late"]


def test_the_tax_rate_holds_for_months():
    tax = "tax:\n  rate: [{value: 6%, since: 2026-01-01}, {value: 5%, since: 2026-04-01}]\n"
    assert said(parse_contract(PARTIES + tax, "contract.yaml")) == []
    late = tax.replace("2026-01-01", "2026-02-01")
    assert said(parse_contract(PARTIES + late, "contract.yaml")) == ["7 contract.begins_too_late"]


# --- the metric's own rule ---


@pytest.mark.parametrize(
    ("terms", "is_broken"),
    [
        ("{answer_within_s: 5}", False),  # exactly T is not beyond T
        ("{answer_within_s: 4}", True),  # against the default of 5
        ("{answer_within_s: 4, short_abandon_s: 0}", False),  # switched off
        ("{answer_within_s: [{value: 20}, {value: 4, since: 2026-05-01}], short_abandon_s: 5}", True),
        ("{answer_within_s: [{value: 4}, {value: 20, since: 2026-05-01}], short_abandon_s: 5}", True),
        # both change on one day: neither the old pair nor the new one breaks the rule
        (
            (
                "{answer_within_s: [{value: 20}, {value: 4, since: 2026-05-01}],"
                " short_abandon_s: [{value: 5}, {value: 3, since: 2026-05-01}]}"
            ),
            False,
        ),
    ],
)
def test_a_short_abandon_is_no_longer_than_the_service_levels_limit(terms, is_broken):
    source = one_indicator(f"metric: phone.service_level@1\nterms: {terms}\n", instead_of="metric terms")
    assert ("contract.terms_contradict" in " ".join(said(source))) is is_broken


def test_a_term_that_cannot_be_read_is_not_compared():
    source = one_indicator("metric: phone.service_level@1\nterms: {answer_within_s: soon}\n", instead_of="metric terms")
    assert said(source) == ["16 contract.option_out_of_bounds"]
    assert "'soon' is not a number of s. Give it in s from 0 up to 3600." in text_of(
        source, "contract.option_out_of_bounds"
    )


def test_a_term_of_the_population_holds_for_whole_months():
    def chat(day: str) -> list[str]:
        terms = (
            f"metric: chat.first_response@1\nterms: {{start: [{{value: request}}, {{value: handoff, since: {day}}}]}}\n"
        )
        return [line for line in said(one_indicator(terms, instead_of="metric terms")) if "month" in line]

    assert chat("2026-05-01") == []
    assert chat("2026-05-02") == ["16 contract.changes_in_month"]


# --- points and tiers ---


def scored(form: str) -> list[str]:
    return said(one_indicator(f"weight: 100\nscoring: {form}\nif_no_data: skip\n"))


@pytest.mark.parametrize(
    "form",
    [
        "{form: pass_fail}",
        "{form: linear, zero_at: 80%, full_at: 92%}",
        "{form: piecewise, at: [{at: 85%, points: 0}, {at: 85%, points: 70}, {at: 92%, points: 70}]}",
        "{form: piecewise, at: [{at: 96%, points: 100}, {at: 92%, points: 70}]}",
        "{form: per_step, step: 1%, lose: 5, lose_unit: percent, floor: 20, steps: started}",
        "{form: bands, closed: left, bands: [{from: 0, points: 0}, {from: 92%, points: 90}, {from: 1, points: 99}]}",
    ],
)
def test_a_complete_form_passes(form):
    assert scored(form) == []


@pytest.mark.parametrize(
    ("form", "lacks"),
    [
        ("{form: linear}", ["`zero_at:`", "`full_at:`"]),
        ("{form: linear, zero_at: 80%}", ["`full_at:`"]),
        ("{form: piecewise, at: [{at: 1, points: 1}]}", ["two points under `at:`"]),
        ("{form: per_step}", ["a `step:` above 0", "`lose:`"]),
        ("{form: per_step, step: 0, lose: 1}", ["a `step:` above 0"]),
        ("{form: bands, bands: [{from: 0}]}", ["`points:` in every band"]),
    ],
)
def test_an_incomplete_form_says_all_that_it_lacks(form, lacks):
    source = one_indicator(f"weight: 100\nscoring: {form}\n")
    wanted = [
        p.what.rpartition(" needs ")[2].rstrip(".") for p in check(source) if p.code == "contract.form_incomplete"
    ]
    assert sorted(wanted) == sorted(lacks)


def test_three_points_at_one_value_are_no_jump():
    points = ", ".join(f"{{at: 90%, points: {n}}}" for n in (0, 50, 100))
    assert scored(f"{{form: piecewise, at: [{points}]}}") == ["18 contract.piecewise_order"]


def test_points_of_a_metric_where_lower_is_better_rise_downwards():
    lower = "metric: phone.average_wait@1\nterms: {over: answered, out_of_hours: exclude}\ntarget: 30\nweight: 100\n"
    skip = "if_no_data: skip\n"
    wait = "metric terms target"
    assert (
        said(one_indicator(lower + "scoring: {form: linear, zero_at: 60, full_at: 30}\n" + skip, instead_of=wait)) == []
    )
    assert said(
        one_indicator(lower + "scoring: {form: linear, zero_at: 30, full_at: 60}\n" + skip, instead_of=wait)
    ) == ["18 contract.points_against_direction"]


def test_points_without_a_weight_count_for_nothing():
    assert "its points would count for nothing" in text_of(
        one_indicator("scoring: {form: pass_fail}\n"), "contract.weight_and_scoring"
    )


def test_a_report_only_indicator_may_have_neither_target_nor_money():
    assert said(one_indicator("class: report_only\n", instead_of="target")) == []
    assert said(one_indicator("class: report_only\nweight: 5\n", instead_of="target")) == [
        "16 contract.report_only_with_money"
    ]


# --- consequences ---


def costs(consequence: str, *, target: str = "92%") -> list[str]:
    more = f"target: {target}\nconsequences:\n  - {{id: d, kind: kpi, {consequence}}}\n"
    return said(one_indicator(more, instead_of="target", tail=MONEY + FEE))


@pytest.mark.parametrize(
    "consequence",
    [
        "form: fixed, rate: 1%, base: [monthly, net_of_tax]",
        "form: per_step, step: 1%, amount: 500, steps: full, relative: true, cap_rate: 5%",
        "form: bands, closed: left, bands: [{until: 92%, rate: 5%}, {from: 92%, amount: 0}]",
    ],
)
def test_a_complete_consequence_passes(consequence):
    assert costs(consequence) == []


@pytest.mark.parametrize(
    ("consequence", "found"),
    [
        ("form: fixed", "form_incomplete"),
        ("form: fixed, rate: 1%, amount: 5", "form_incomplete"),
        ("form: fixed, amount: 5, cap: 9, cap_rate: 1%", "form_incomplete"),
        ("form: per_step, rate: 1%, steps: full", "form_incomplete"),
        ("form: bands, bands: [{until: 92%, rate: 1%, amount: 1}, {from: 92%, rate: 0}]", "form_incomplete"),
        ("form: bands, rate: 1%, bands: [{until: 92%, rate: 1%}, {from: 92%, rate: 0}]", "form_unused"),
        ("form: fixed, amount: 5, cap: -1", "negative_deduction"),
        ("form: bands, bands: [{until: 92%, rate: -1%}, {from: 92%, rate: 0}]", "negative_deduction"),
        ("form: bands, bands: [{from: 0, rate: 1%}]", "paying_band_beyond_target"),
    ],
)
def test_a_faulty_consequence_is_found(consequence, found):
    assert costs(consequence) == [f"18 contract.{found}"]


def test_tiers_are_held_against_the_target_in_the_metrics_direction():
    def wait(bands: str) -> list[str]:
        lower = (
            "metric: phone.average_wait@1\nterms: {over: answered, out_of_hours: exclude}\ntarget: 30\nconsequences:\n"
        )
        more = f"{lower}  - {{id: d, kind: kpi, form: bands, bands: [{bands}]}}\n"
        return said(one_indicator(more, instead_of="metric terms target"))

    assert wait("{until: 30, rate: 0}, {until: 60, rate: 1%}, {from: 60, rate: 2%}") == []
    assert wait("{until: 10, rate: 1%}, {until: 30, rate: 0}, {from: 30, rate: 2%}") == [
        "18 contract.paying_band_beyond_target"
    ]
    assert wait("{until: 40, rate: 0}, {from: 40, rate: 2%}") == ["18 contract.target_no_edge"]


# --- weights and defaults ---


def test_weights_are_added_on_each_day_on_which_they_change():
    def weighted(first: str, second: str) -> list[str]:
        scoring = "scoring: {form: pass_fail}\n"
        other = (
            "  - id: aw\n    clause: x\n    text: {en: x}\n    metric: phone.connect_rate@1\n    target: 90%\n"
            "    terms: {short_abandon_s: 5, retries_merge_min: 0, out_of_hours: exclude}\n"
            "    minimum_sample: 1\n    too_few: skip\n"
            f"    on_change: split\n    unmeasurable: exclude\n    scoring: {{form: pass_fail}}\n{second}"
        )
        source = one_indicator(f"weight: {first}\n{scoring}", tail=other)
        return [p.what for p in check(source) if p.code == "contract.weights"]

    half = "    weight: 50\n    since: 2026-07-01\n"
    assert weighted("[{value: 100}, {value: 50, since: 2026-07-01}]", half) == []
    assert weighted("100", half) == ["The weights in force on 2026-07-01 add up to 150, not 100."]
    assert weighted("50", half + "    until: 2026-10-01\n") == [
        "The weights in force on 2026-01-01 add up to 50, not 100."
    ]


def test_weights_that_end_leave_a_coefficient_without_a_score():
    grades = 'coefficient: {clause: "5", grades: [{from: 90, factor: 1}, {from: 0, factor: 0.9}]}\n'
    ends = "weight: 100\nscoring: {form: pass_fail}\nuntil: 2026-10-16\n"
    found = [p.what for p in check(one_indicator(ends, tail=grades)) if p.code == "contract.weights"]
    assert found == ["The weights in force on 2026-10-16 add up to 0, not 100."]
    assert "contract.weights" not in {p.code for p in check(one_indicator(ends))}


def test_defaults_are_named_where_money_depends_on_them_and_nowhere_else():
    keys = "terms minimum_sample too_few on_change unmeasurable"
    assert said(one_indicator(instead_of=keys)) == []
    source = one_indicator("consequences:\n  - {id: d, form: per_step, step: 1%, amount: 1}\n", instead_of=keys)
    assert text_of(source, "contract.left_to_default").startswith(
        "Clause 4.2 (sl): money depends on what it leaves to its default: short_abandon_s 5, retries_merge_min 0,"
        " out_of_hours exclude, minimum_sample 1, on_change split, too_few skip, unmeasurable by keeper of the log,"
        " d.kind kpi, d.steps started."
    )


def test_how_deductions_are_taxed_is_a_default_where_there_are_some():
    source = one_indicator("consequences: [{id: d, form: fixed, amount: 1, kind: kpi}]\n", tail=FEE)
    assert (
        "floor zero, tax.deductions_as price_reduction, tax.prices_include_tax false, tax.rate 0, pending_at_seal"
        in text_of(source, "contract.left_to_default")
    )
    assert said(parse_contract(PARTIES + MONEY + FEE, "c")) == []
