"""The contract of every clause, changed in one place: the linter says exactly what that change breaks."""

import pytest

from pipelines.contract.check import check
from pipelines.contract.parse import parse_contract
from tests.contract.test_show import WHOLE

FIXED = "{id: missed_days, form: fixed, kind: kpi, amount: 500, once_a_month: true}"
LEVELS = "levels: [{consecutive: 2, multiply: 2}, {misses: 3, within: 6, add: 1000}]"
GRADES = "[{from: 95, factor: 1.02, needs: all_critical_met}, {from: 90, factor: 1}, {from: 70, factor: 0.90}, "
TIERS = "bands: [{until: 30, rate: 0}, {until: 60, rate: 1%}, {from: 60, amount: 9000}]"

# what stands in the contract, what replaces it, what is said of it
CHANGES = [
    # --- consequences ---
    ("rate: 0.5%\n", "rate: 4%\n", ["cap_below_deduction"]),  # its own cap is 3 %
    ("rate: 0.5%\n", "amount: 26000\n", ["cap_below_deduction"]),  # the month's cap is 20,000 at first, and 25,000
    ("amount: 9000}]", "amount: 21000}]", ["cap_below_deduction"]),
    ("cap: 30000\n", "cap: 400\n", ["cap_below_deduction", "cap_below_deduction"]),  # of both its consequences
    ("at_risk: 12%", "at_risk: 60%", []),  # 60 % × 50 % × 40 % = 12 % of `monthly`; the caps are of all fees
    ("at_risk: 12%, total: 250%, base: [monthly]", "at_risk: 60%, total: 250%", ["cap_below_deduction"]),  # 12 % > 10 %
    (TIERS, "bands: [{until: 30, rate: 0}, {until: 60, rate: 2%}, {from: 60, rate: 1%}]", ["money_against_direction"]),
    (TIERS, "bands: [{until: 30, rate: 0}, {until: 60, rate: 2%}, {from: 60, amount: 1}]", []),  # not to be compared
    (
        "{until: 45, points: 1}, {from: 45, points: 2}",
        "{until: 45, points: 2}, {from: 45, points: 1}",
        ["money_against_direction"],
    ),
    ("{until: 45, points: 1}", "{until: 40, points: 1}", ["tier_gap"]),
    (FIXED, FIXED.replace("once_a_month: true", "rate: 1%"), ["form_incomplete", "left_to_default"]),
    (FIXED, FIXED.replace("form: fixed", "form: per_incident"), ["form_unused"]),
    (FIXED, FIXED.replace("missed_days", "bad_day"), ["repeated_id"]),
    ("no_bonus_if: critical_missed", "event: storm", ["form_unused", "left_to_default"]),
    ("bonus: true, from: 98%", "bonus: true, from: 91%", ["bonus_below_target"]),  # the target is 92 % from October
    ("bonus: true, from: 98%", "bonus: true", []),
    ("daily_fees: 3", "daily_fees: -3", ["negative_deduction"]),
    ("pool: risk, category", "pool: riks, category", ["unknown_pool", "unused_part"]),
    ("table: service, closed", "table: servce, closed", ["unknown_table", "unused_part"]),
    ("base: [monthly, net_of_tax]", "base: [monthy]", ["unknown_fee"]),
    # --- repeats ---
    (LEVELS, "levels: [{consecutive: 2, misses: 3, within: 6, multiply: 2}]", ["repeats_level"]),
    (LEVELS, "levels: [{misses: 3, multiply: 2}]", ["form_incomplete"]),
    (LEVELS, "levels: [{within: 3, multiply: 2}]", ["form_incomplete"]),
    (LEVELS, "levels: [{misses: 3, within: 3, multiply: 2}]", []),
    (LEVELS, "levels: [{consecutive: 2}]", ["form_incomplete"]),
    (LEVELS, "levels: [{consecutive: 2, multiply: 2, add: 5}]", ["form_incomplete"]),
    (LEVELS, "levels: [{consecutive: 2, multiply: 0.5}]", ["money_against_direction"]),
    (LEVELS, "levels: [{multiply: 2}]", ["left_to_default"]),  # from the second on
    ("gap: passes, reset: calendar_year", "gap: passes", ["left_to_default"]),
    ("    escalates: true\n    cap_rate: 10%", "    escalates: false\n    cap_rate: 10%", ["escalation_of_incidents"]),
    ("    escalates: true\n    cap_rate: 10%", "    cap_rate: 10%", ["left_to_default"]),
    # --- points ---
    (
        "{at: 90%, points: 0}, {at: 98%, points: 100}",
        "{at: 90%, points: 100}, {at: 98%, points: 0}",
        ["points_against_direction"],
    ),
    ("{at: 90%, points: 0}, {at: 98%, points: 100}", "{at: 98%, points: 100}", ["form_incomplete"]),
    ("{from: 92%, points: 90}", "{from: 92%, points: 70}", ["points_against_direction"]),
    ("{from: 95%, points: 100}], closed: left", "{from: 95%, points: 101}], closed: left", ["points_out_of_range"]),
    (
        "steps: started}\n    minimum_sample: 1\n    too_few: skip",
        "steps: started, zero_at: 1}\n    minimum_sample: 1\n    too_few: skip",
        ["form_unused"],
    ),
    # --- options ---
    ("    one_of: all\n    escalates: true\n    cap_rate", "    escalates: true\n    cap_rate", ["left_to_default"]),
    ("    if_no_data: zero\n", "", ["left_to_default"]),
    ("    compare_rounding: half_up\n", "", ["left_to_default"]),
    ("    target: 30\n    class: key\n", "    target: 30\n", ["left_to_default"]),  # a grade needs all critical met
    (", once_a_month: true}", "}", ["left_to_default"]),
    ("on_days: all, ", "", ["left_to_default"]),
    ("category: 50%, ", "", ["left_to_default"]),
    ("pending_at_seal: wait\n", "pending_at_seal: adjust\n", ["form_unused"]),  # wait_until
    ("pending_at_seal: wait\nwait_until: 15\n", "", ["left_to_default"]),
    ("deductions_as: separate", "", ["left_to_default"]),
    ("  as: deduction\n", "", ["left_to_default"]),
    ("    mode: graduated\n", "", ["left_to_default"]),
    ("    overtime: unpaid\n", "", ["left_to_default"]),
    ("      mode: replace\n", "", ["left_to_default"]),
    (", total: 250%", "", ["left_to_default"]),
    (", of: next", "", ["left_to_default"]),
    (", minimum_of: [chats]", "", ["left_to_default"]),
    # --- measures, scopes, parts ---
    ("      above: 10%\n", "      above: 10%\n      below: 5%\n", ["form_incomplete"]),
    ("      above: 10%\n", "", ["form_incomplete"]),
    (
        "use: {metric: phone.connect_rate@1, terms: {out_of_hours: count}}",
        "use: {metric: phone.average_wait@1}",
        ["worst_of_mixed"],
    ),
    ("terms: {declared: agent_flag}\n", "terms: {declard: agent_flag}\n", ["unknown_term"]),
    ("for_each: {team: [甲组, 乙组]}", "for_each: {tema: [甲组, 乙组]}", ["scope_column"]),
    ("for_each: {team: [甲组, 乙组]}", "for_each: {team: []}", ["scope_empty"]),
    ("for_each: {team: [甲组, 乙组]}", "for_each: {channel: [phone, chat]}", ["scope_outside"]),
    ("resolved, metric: case.within@1", "accepted, metric: case.within@1", ["repeated_id"]),
    ("resolved, metric: case.within@1", "resolved, metric: case.within", ["metric_without_version"]),
    ("target: 98%}\n", "target: 98}\n", ["target_out_of_range"]),
    # --- fees ---
    ("CC2: 40%", "CC2: 30%", ["cost_centres"]),
    ("{from: 1, price: 1.20}, {from: 5001", "{from: 2, price: 1.20}, {from: 5001", ["fee_tiers"]),
    ("{from: 1, price: 1.20}, {from: 5001", "{from: 1, price: 1.20}, {from: 1", ["fee_tiers"]),
    ("price: 1.00}]}]", "price: -1}]}]", ["negative_fee"]),
    ("    seats: 40\n", "", ["form_incomplete"]),
    ("    price: 5500\n", "    price: 5500\n    amount: 9\n", ["form_unused"]),
    ("metric: agent.attendance@1, scope", "metric: contact.handled@1, scope", ["fee_quantity"]),
    ("minimum_of: [chats]", "minimum_of: [chat]", ["unknown_fee"]),
    ("minimum_of: [chats]", "minimum_of: [floor_of_chats]", ["unknown_fee"]),
    ("units: 4000, price: 1.20", "units: 4000", ["form_incomplete"]),
    (", 2026-12: 9000}", "}", ["forecast_missing"]),
    (", 2026-12: 9000}", ", 2026-12: 9000, 2027-01: 9000}", ["forecast_month"]),
    ("      price: 1.50\n", "", ["form_incomplete"]),
    ("    metric: contact.follow_up@1\n", "", ["missing"]),
    ("    cap_rate: 10%\n", "    cap_rate: 10%\n    cap: 9000\n", ["form_incomplete"]),
    ("{from: 0, factor: 0.85", "{from: 0, factor: -0.1", ["negative_deduction"]),
    (
        "amount: 5000, no_bonus_if",
        "bands: [{from: 0, amount: 0}, {from: 98%, amount: 5}], no_bonus_if",
        ["form_incomplete", "form_unused"],
    ),
    (
        "form: fixed, kind: kpi, bonus: true, from: 98%, amount: 5000",
        "form: bands, bonus: true, bands: [{from: 0, amount: 9}, {from: 98%, amount: 5}]",
        ["money_against_direction"],
    ),
    ("{from: 90%, points: 80}, {from: 92%", "{from: 80%, until: 81%, points: 80}, {from: 92%", ["tier_gap"]),
    # --- pools, tables, coefficient, failing months ---
    ("total: 250%", "total: 50%", ["pool_over_allocated"]),  # 40 % for each of two teams
    ("total: 250%", "total: 80%", []),
    ("{from: 2, rate: 1%}, {from: 4", "{from: 1, until: 2, rate: 0}, {from: 2, rate: 1%}, {from: 4", []),
    ("bands: [{from: 0, rate: 0}, {from: 2", "bands: [{from: 1, rate: 0}, {from: 2", ["tier_gap"]),
    (
        "{from: 0, rate: 0}, {from: 2, rate: 1%}",
        "{from: 0, rate: 2%}, {from: 2, rate: 1%}",
        ["money_against_direction"],
    ),
    ("{from: 4, amount: 5000}]", "{from: 4}]", ["form_incomplete"]),
    (GRADES, GRADES.replace("factor: 0.90", "factor: 1.1"), ["money_against_direction"]),
    (GRADES, GRADES.replace("{from: 70", "{from: 90"), ["grade_twice", "money_against_direction"]),
    ("{from: 0, factor: 0.85", "{from: 10, factor: 0.85", ["grade_gap"]),
    ("{from: 0, factor: 0.85", "{from: 0, needs: all_critical_met, factor: 0.85", ["grade_gap"]),
    ("{from: 95, factor", "{from: 101, factor", ["grade_unreachable"]),
    ("score_at: 0.1", "score_at: 0", ["compare_at"]),
    ("indicator: violations, at_least", "indicator: violatons, at_least", ["unknown_indicator"]),
    ("indicator: violations, at_least", "indicator: rounds, at_least", ["critical_not_counted"]),
    ("misses: 4, within: 12, action", "misses: 13, within: 12, action", ["repeats_level"]),
    # --- events, data, names ---
    ("lines: [connect.steps, violations.each]", "lines: [connect.step, violations.each]", ["unknown_line"]),
    ("month: 2026-05, event", "month: 2026-5, event", ["decision_month"]),
    ("logged: 2026-05-21", "logged: 2026-05-22", []),  # the second working day after the 20th
    ("logged: 2026-05-21", "logged: 2026-05-23", ["relief_logged_late"]),
    ("    - {source: mails, channel: email}\n", "", []),  # nothing is measured of mails
    ("    - {source: chats, channel: chat, complete: 99.5%}\n", "", ["metric_without_data"]),
    ("holidays: cn", "holidays: none", []),
    ("id: risk, clause", "id: risk__a, clause", ["unknown_pool", "unused_part"]),
    ("id: wait\n", "id: wait__a\n", ["reserved_id"]),
    ("id: resolved, metric", "id: resolved__a, metric", ["reserved_id"]),
    ("  - {id: kpi_cap,", "  - {id: service,", ["repeated_id", "repeated_id"]),  # a table's line has that name
    # --- a percent sign that was forgotten ---
    (
        "kinds: [kpi], rate: 15%",
        "kinds: [kpi], rate: 15",
        ["percent_sign"],
    ),  # 1,500 % of the fees: it would cap nothing
    ("kinds: [kpi], rate: 15%", "kinds: [kpi], rate: 100%", []),
    ("cap_rate: 3%", "cap_rate: 3", ["percent_sign"]),
    ("    cap_rate: 10%\n", "    cap_rate: 10\n", ["percent_sign"]),
    ("{until: 60, rate: 1%}", "{until: 60, rate: 15}", ["cap_below_deduction", "percent_sign"]),
    ("{from: 2, rate: 1%}", "{from: 2, rate: 2}", ["percent_sign"]),
    ("tolerance: 15%", "tolerance: 15", ["percent_sign"]),  # no month would be above 16 times its forecast
    ("step: 1%\n        rate", "step: 1\n        rate", ["percent_sign"]),  # a step of 100 points: always one
    ("category: 50%", "category: 50", ["percent_sign"]),
    ("compare_at: 0.0001", "compare_at: 1", ["percent_sign"]),
    ("factor: 1.02", "factor: 102", ["percent_sign"]),
    ("share: 50%", "share: 50", ["threshold_out_of_range"]),  # 50 times what was borne
    ("share: 50%", "share: 100%", []),
    ("at: 95%}", "at: 95}", ["threshold_out_of_range"]),  # never reached
    ("from: 98%, amount", "from: 98, amount", ["threshold_out_of_range"]),
    ("worse_than: 40%", "worse_than: 40", ["threshold_out_of_range"]),  # of every day: 2,000 a day
    (
        "channel: phone, complete: 99.5%",
        "channel: phone, complete: 99.5",
        ["threshold_out_of_range"],
    ),  # no data for good
    ("      above: 10%\n", "      above: 10\n", ["threshold_out_of_range"]),  # a gap lies within -1 and 1
    ("      above: 10%\n", "      above: -1%\n", []),
    (
        "below: 10%, points: 80",
        "below: 10, points: 80",
        ["threshold_out_of_range"],
    ),  # always: the ceiling holds for good
    ("below: 10%, points: 80", "below: 10%, points: 0.8", ["out_of_hundred"]),
    ("score_below: 70", "score_below: 70%", ["out_of_hundred"]),
    ("zero_at: 60, full_at: 30", "zero_at: -60, full_at: -90", ["threshold_out_of_range", "threshold_out_of_range"]),
    # --- what has no effect ---
    ("  as: deduction\n", "  as: factor\n", ["repeats_in_vain"]),
    ("provisional: 3, objections: 8", "provisional: 9, objections: 8", ["procedure_order"]),
    ("from: 2026-05-20, until: 2026-05-21, scope", "from: 2028-05-20, until: 2028-05-21, scope", ["relief_days"]),
    ("{since: 2026-10-16, value: 92%", "{since: 2028-10-16, value: 92%", ["value_never_holds"]),
    ("metric: contact.handled@1, scope", "metric: phone.minutes@1, scope", ["fee_quantity", "left_to_default"]),
]


def said(text: str) -> list[str]:
    return [problem.code.removeprefix("contract.") for problem in check(parse_contract(text, "contract.yaml"))]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [pytest.param(*one, id=f"{number}: {', '.join(one[2]) or 'nothing'}") for number, one in enumerate(CHANGES)],
)
def test_one_change(old, new, codes):
    assert WHOLE.count(old) >= 1, "the contract does not say that any more"
    assert sorted(said(WHOLE.replace(old, new, 1))) == codes


def test_a_decision_may_name_a_value_of_for_each():
    named = WHOLE.replace("lines: [connect.steps,", 'lines: ["connect[甲组].steps",')
    assert said(named) == []
    assert said(WHOLE.replace("lines: [connect.steps,", 'lines: ["wait[甲组].tiers",')) == ["unknown_line"]


SECOND = """  - id: again
    clause: "4.8"
    text: {zh: 违规另计}
    metric: quality.violations@1
    terms: {kinds: "KINDS"}
    target: 0
    class: CLASS
    consequences: [{id: each, form: per_incident, kind: event, amount: 100EVENT}]
    minimum_sample: 1
    too_few: skip
    on_change: split
    unmeasurable: exclude
MORE
fees:
"""


@pytest.mark.parametrize(
    ("kinds", "event", "more", "codes"),
    [
        ("insult", "", "", ["one_event_twice"]),
        ("", "", "", ["one_event_twice"]),  # every kind
        ("rude", "", "", []),
        ("insult", "", "    until: 2026-01-01", ["never_in_force"]),
        ("insult", "", "    scope: {team: [甲组]}", ["one_event_twice"]),
        ("insult", ", event: storm", "", ["one_event_twice"]),  # the other line does not name it
        ("insult", "", "report_only", ["report_only_with_money"]),
    ],
)
def test_clauses_that_punish_one_event(kinds, event, more, codes):
    klass, more = (more, "") if more == "report_only" else ("key", more)
    second = SECOND.replace("KINDS", kinds).replace("EVENT", event).replace("MORE", more).replace("CLASS", klass)
    assert said(WHOLE.replace("fees:\n", second, 1)) == codes


def test_lines_that_name_one_event_are_silent():
    second = (
        SECOND.replace("KINDS", "insult").replace("EVENT", ", event: storm").replace("MORE", "").replace("CLASS", "key")
    )
    named = WHOLE.replace(
        "form: per_incident, kind: event, amount: 500}", "form: per_incident, kind: event, amount: 500, event: storm}"
    )
    assert said(named.replace("fees:\n", second, 1)) == []


def test_disjoint_scopes_are_two_promises():
    def two(scope: str, other: str) -> list[str]:
        second = (
            SECOND.replace("KINDS", "insult")
            .replace("EVENT", "")
            .replace("MORE", f"    scope: {{team: [{other}]}}")
            .replace("CLASS", "key")
        )
        first = WHOLE.replace(
            'terms: {kinds: "insult, leak"}\n', f'terms: {{kinds: "insult, leak"}}\n    scope: {{team: [{scope}]}}\n'
        )
        return said(first.replace("fees:\n", second, 1))

    assert (two("甲组", "乙组"), two("甲组", "甲组")) == ([], ["one_event_twice"])


def test_tiers_are_held_against_the_target_of_their_own_days():
    """The tiers begin at 90 % while the target is 90 %, and at 92 % from the day on which the target is 92 %."""
    bands = "{id: d, form: bands, kind: kpi, bands: [{until: EDGE, rate: 1%}, {from: EDGE, rate: 0}]}"
    dated = "".join(
        f"\n      - {{since: {since}, value: [{bands.replace('EDGE', edge)}]}}"
        for since, edge in (("2026-01-01", "90%"), ("2026-10-16", "92%"))
    )
    whole = WHOLE.partition("    consequences:\n      - id: steps")
    rest = whole[2].partition("    one_of: all\n")[2]
    text = f"{whole[0]}    consequences:{dated}\n{rest}".replace("[connect.steps,", "[connect.d,")
    assert said(text) == ["unused_part"]  # nothing draws on the pool any more
    assert said(text.replace("2026-10-16, value: [", "2026-11-01, value: [")) == [
        "target_no_edge", "unused_part",
    ]  # fmt: skip


def test_another_formula_is_another_promise():
    """One by all that were offered, one by those answered: no call is judged twice by one reading."""
    level = """  - id: LEVEL
    clause: "4.9"
    text: {zh: 服务水平}
    metric: phone.service_level@1
    terms: {answer_within_s: 20, short_abandon_s: 5, formula: FORMULA, period_by: arrival, out_of_hours: exclude}
    target: 80%
    class: key
    consequences: [{id: each, form: fixed, kind: kpi, amount: 100}]
    minimum_sample: 1
    too_few: skip
    on_change: split
    unmeasurable: exclude
"""

    def two(one: str, other: str) -> list[str]:
        both = [
            level.replace("LEVEL", name).replace("FORMULA", formula) for name, formula in (("x", one), ("y", other))
        ]
        return said(WHOLE.replace("fees:\n", f"{both[0]}{both[1]}fees:\n", 1))

    assert two("within / offered", "within / answered") == []
    assert two("within / offered", "within / offered") == ["one_event_twice"]
