"""A contract as a person reads it: every option of the model has its words, every key its place."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from pipelines.contract.amendment import File
from pipelines.contract.model import Contract
from pipelines.contract.parse import parse_contract
from pipelines.contract.shape import is_model, plain_type
from pipelines.contract.show.document import render
from pipelines.contract.show.words import CHOICES, OPTIONS, UNITS
from pipelines.metrics.declare import installed_metrics
from tests.conftest import ROOT
from tests.contract.small_contract import PARTIES, one_indicator

WHOLE = (ROOT / "tests/contract/whole_contract.yaml").read_text(encoding="utf-8")
AMENDMENT = """amendment: 补充协议二
effective: 2026-10-16
signed: 2026-10-08
by: 补充协议二 §1
indicators: {wait: {target: 25}}
caps: {kpi_cap: {rate: 12%}}
end: {indicators: [plan]}
"""


def models(model: type[BaseModel] = Contract, seen: set[type] | None = None) -> Iterator[type[BaseModel]]:
    """Every part of a contract's model."""
    seen = set() if seen is None else seen
    if model not in seen:
        seen.add(model)
        yield model
        for field in model.model_fields.values():
            for one in within(field.annotation):
                yield from models(one, seen)


def within(annotation: Any) -> Iterator[type[BaseModel]]:
    inner = plain_type(annotation)
    if is_model(inner):
        yield inner
    for argument in get_args(inner):
        yield from within(argument)


def choices() -> Iterator[tuple[str, str, list[str]]]:
    """Every option with a fixed choice: its part, its key, what it may be."""
    for model in models():
        for name, field in model.model_fields.items():
            inner = plain_type(field.annotation)
            if get_origin(inner) is Literal:
                values = [str(one) for one in get_args(inner)]
            elif inner is bool:
                values = ["True", "False"]
            else:
                continue
            is_optional = type(None) in get_args(field.annotation)
            yield model.__name__.lower(), field.alias or name, [*values, *(["None"] if is_optional else [])]


@pytest.mark.parametrize(("part", "key", "values"), [pytest.param(*one, id=f"{one[0]}.{one[1]}") for one in choices()])
def test_every_choice_of_every_option_has_its_words(part, key, values):
    title, words = OPTIONS.get(f"{part}.{key}") or OPTIONS[key]
    assert [value for value in values if value not in words] == []
    assert all(len(pair) == 2 and all(pair) for pair in (title, *words.values()))


def test_every_choice_of_every_metric_has_its_words():
    terms = [term for metric in installed_metrics().values() for term in metric.terms.values()]
    assert sorted({choice for term in terms for choice in term.choices} - set(CHOICES)) == []
    units = {term.unit for term in terms} | {metric.unit for metric in installed_metrics().values()}
    assert sorted(units - set(UNITS)) == ["choice", "list", "share"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_contract_of_every_clause(snapshot, language):
    source = parse_contract(WHOLE, "contract.yaml", [File("amendments/2.yaml", AMENDMENT)])
    snapshot(f"contract_{language}.md", render(source, language))


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "zh",
            [
                "乙方公司向甲方公司承诺：≥ 90%；≥ 92%（2026-10-16 起）",
                "不及目标每 1 个百分点，扣 `monthly`、不含税价 的 0.5%（不足一步按一步计）",
                "最近 6 个周期内第 3 次起，另加 1,000.00 元",
                "12% × 50% × 40% × 100% = 2.4%",
                "| ≥ 4        | 5,000.00 元",
                "仅报告，无目标",
                "| `indicators.wait.target` | 30",
            ],
        ),
        (
            "en",
            [
                "Vendor Ltd promises Operator Ltd: ≥ 90%; ≥ 92% (2026-10-16 on)",
                "each 1 percentage point(s) short of the target costs 0.5% of `monthly`, net of tax",
                "A month that reaches 98% earns CNY 5,000.00",
                "50% of what was borne comes back if each of the next 2 periods reaches 95%",
                "from 4 within the last 12 periods on → the right to terminate",
            ],
        ),
    ],
)
def test_promises_are_sentences(language, parts):
    text = render(parse_contract(WHOLE, "contract.yaml", [File("amendments/2.yaml", AMENDMENT)]), language)
    assert [part for part in parts if part not in text] == []


def test_what_nobody_wrote_is_marked_as_a_default():
    text = render(one_indicator(instead_of="terms on_change"), "zh")
    assert "| 5 秒（默认）" in text
    assert "分段考核，按天数分摊（默认）" in text
    assert "当月不考核（默认）" not in text  # too_few is written
    assert "（默认）" not in render(parse_contract(PARTIES, "c"), "zh").partition("## 1.")[0].partition("标有")[
        0
    ].replace("CNY（默认）", "")


def test_a_day_shows_what_holds_on_it():
    source = parse_contract(WHOLE, "contract.yaml", [File("amendments/2.yaml", AMENDMENT)])
    before, after = (render(source, "en", date(2026, 10, day)) for day in (15, 16))
    before, after = (text.partition("## 3.")[0] for text in (before, after))
    assert ("promises Operator Ltd: ≥ 90%**" in before, "promises Operator Ltd: ≥ 92%" in after) == (True, True)
    assert ("≤ 30 s**" in before, "≤ 25 s (2026-10-16 on, 补充协议二 §1)**" in after) == (True, True)
    assert ("`plan`" in before, "`plan`" in after) == (True, False)


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return render(parse_contract(WHOLE.replace(old, new, 1), "c"), "en")


SCORING = "scoring: {form: linear, zero_at: 60, full_at: 30}"
LATER = "scoring: [{value: {form: pass_fail}}, {since: 2026-07-01, value: {form: linear, zero_at: 60, full_at: 30}}]"
OF_TARGET = "step: 5%\n        rate: 0.5%\n        relative: true"
RARE = [
    ("levels: [{consecutive: 2, multiply: 2}, ", "levels: [{multiply: 2}, ", "from 2 in a row on (default): × 2"),
    ("pool: risk, category", "pool: other, category", "A missed month costs 50% × 40% × 100% of the pool 'other'."),
    (
        "worse_than: 0, daily_fees",
        "daily_fees",
        "each day on which it happens (promotion days, once a day) costs 3 dail",
    ),
    ("step: 1%\n        rate: 0.5%\n        relative: false", OF_TARGET, "each 5% of the target short of the target"),
    ("        rate: 0.5%\n", "", "short of the target costs ?"),
    (SCORING, "scoring: {form: pass_fail}", "all or nothing."),
    ("  score_below: 70\n", "", "- 9.5: 3 or more of `violations` (items with any) fail the month."),
    ("action: plan, within_days: 5", "action: plan", "from 1 in a row on → a rectification plan\n"),
    ("      price: 1.50\n", "", "`surge.higher_of`"),
    (
        "    unmeasurable: exclude\n    since: 2026-01-01",
        "    compare_at: 5\n    since: 2026-01-01",
        "5 s, half up (default)",
    ),
    (
        "gap: ends, reset: never}\nmonth_fail",
        "gap: ends}\nmonth_fail",
        "Runs start anew: never: they cross New Year (default)",
    ),
    (SCORING, LATER, "Points (from 2026-07-01)"),
    (
        "    target: 98%\n    class: key\n    weight: 20\n    scoring: {form: per",
        "    scoring: {form: per",
        "the parts below**",
    ),
    (
        "    target: 0\n    class: key\n    consequences:\n      - {id: each",
        "    consequences:\n      - {id: each",
        "no target.",
    ),
    ("since: 2026-01-01\n    until: 2027-01-01", "since: 2026-02-01", "from 2026-02-01"),
    ("points: 100}], closed: left", "points: 100}, {from: 100%, points: 99}], closed: left", "| = 100%"),
]


@pytest.mark.parametrize(("old", "new", "said"), RARE, ids=[said for *_, said in RARE])
def test_what_is_rarely_said(old, new, said):
    assert said in changed(old, new)


def test_grades_and_consequences_with_a_history():
    text = changed(
        "grades: [{from: 95, factor: 1.02, needs: all_critical_met}, {from: 90, factor: 1}, {from: 70, factor: 0.90}, "
        "{from: 0, factor: 0.85, month_fail: true}]",
        "grades: [{value: [{from: 0, factor: 1}]}, {since: 2026-07-01, by: 补充协议一, value: [{from: 0, factor: 2}]}]",
    )
    assert "(from 2026-07-01, 补充协议一)" in text
    consequences = "{id: each, form: per_incident, kind: event, amount: 500}"
    text = changed(
        f"      - {consequences}\n", f"      - value: [{consequences}]\n      - {{since: 2026-07-01, value: []}}\n"
    )
    assert "Consequences (from 2026-07-01):\n- none" in text


def test_changes_of_parts_and_lists_are_shown_on_one_line():
    more = "procedure: {objections: 9}\nscope: {vendor: [甲, 乙]}\n"
    more += "month_fail: {critical: [{indicator: wait, at_least: 1}]}\n"
    text = AMENDMENT.replace("2026-10-16", "2026-10-01").partition("indicators:")[0] + more
    shown = render(parse_contract(WHOLE, "c", [File("2.yaml", text)]), "en")
    assert "| `procedure.objections` | 8" in shown
    assert "[甲, 乙]" in shown
    assert "[{indicator: wait, at_least: 1}]" in shown


def test_a_metric_that_is_not_installed_is_shown_all_the_same():
    assert "The metric `phone.nope@1` is not installed." in render(
        one_indicator("metric: phone.nope@1\n", instead_of="metric terms"), "en"
    )
