"""Every word of a record that is closed is in both languages; one that is not known is printed as it is."""

import ast
import re
from collections.abc import Iterator

import pytest

from pipelines.contract.model import Indicator, Relief
from pipelines.exports.figures import PRINTED
from pipelines.exports.words import Words, catalogue
from pipelines.metrics.declare import installed_metrics
from pipelines.scoring.judge import WORST_FIRST
from pipelines.settlement.totals import STEPS
from tests.conftest import ROOT

CHINESE = re.compile(r"[一-鿿]")
SETTLEMENT = sorted((ROOT / "pipelines/settlement").glob("*.py"))
EXPORTS = sorted((ROOT / "pipelines/exports").glob("*.py"))
# Groups with a word in Chinese alone: in English the record's own word stands.
OWN_ENGLISH = {"phrase", "reason", "term"}
# The lines that the specification names, written or not yet.
KINDS = {
    *("fee", "bonus", "deduction", "repeat", "cap", "coefficient", "adjustment", "earn_back", "carried_in", "points"),
    *("event", "floor", "tax", "rounding"),
}


def line_kinds() -> set[str]:
    """Find the kinds that settlement gives its lines: the second argument of Line, or `kind=`."""
    found = set()
    for path in SETTLEMENT:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Line":
                named = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "kind")]
                found |= {str(node.value) for node in named if isinstance(node, ast.Constant)}
    return found


def test_every_kind_of_line_is_translated():
    assert {"fee", "deduction", "tax"} <= line_kinds()  # the walk finds them
    assert (KINDS | line_kinds()) - set(catalogue()["kind"]) == set()


def test_every_step_verdict_and_class_is_translated():
    assert {*STEPS, "payable", "withheld", "carried_out"} - set(catalogue()["step"]) == set()
    assert {*WORST_FIRST, "not in force"} - set(catalogue()["verdict"]) == set()
    classes = set(Indicator.model_fields["class_"].annotation.__args__)
    assert classes - set(catalogue()["class"]) == set()


def test_every_state_reason_term_and_unit_of_a_metric_is_translated():
    metrics = installed_metrics().values()
    states = {tuple(state.partition(": ")[::2]) for metric in metrics for state in metric.states}
    assert {state for state, _ in states} - set(catalogue()["state"]) == set()
    assert {reason for _, reason in states if reason} - set(catalogue()["reason"]) == set()
    assert {name for metric in metrics for name in metric.terms} - set(catalogue()["term"]) == set()
    assert {metric.unit for metric in metrics} - set(catalogue()["unit"]) == set()
    assert set(PRINTED) <= set(catalogue()["unit"])


def test_the_grounds_of_relief_are_translated():
    grounds = Relief.model_fields["ground"].annotation.__args__
    assert {f"relief ({ground})" for ground in grounds} - set(catalogue()["reason"]) == set()


def words() -> Iterator[tuple[str, str, object]]:
    for group, named in catalogue().items():
        yield from ((group, name, word) for name, word in named.items())


def test_a_word_is_in_both_languages():
    chinese_alone = {group: word for group, _, word in words() if isinstance(word, str)}
    assert set(chinese_alone) == OWN_ENGLISH
    assert [word for group, _, word in words() if group in OWN_ENGLISH and not CHINESE.search(word)] == []
    pairs = [word for group, _, word in words() if group not in OWN_ENGLISH]
    assert [pair for pair in pairs if len(pair) != 2 or not pair[0] or CHINESE.search(pair[1])] == []


def test_a_word_has_the_same_slots_in_both_languages():
    pairs = [word for group, _, word in words() if group not in OWN_ENGLISH]
    slots = [[set(re.findall(r"\{\w+\}", one)) for one in pair] for pair in pairs]
    assert sum(bool(one) for one, _ in slots) > 5
    assert [pair for pair, (one, other) in zip(pairs, slots, strict=True) if one != other] == []


def asked() -> set[str]:
    """Find the keys that the code asks for; what is put in at run time is a star."""
    found = set()
    for path in EXPORTS:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "words":
                match call.args[0]:
                    case ast.Constant(value=str(key)):
                        found.add(key)
                    case ast.JoinedStr(values=parts):
                        found.add("".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in parts))
    return found


def test_every_word_that_the_code_asks_for_is_there():
    known = {f"{group}.{name}" for group, name, _ in words()}
    lost = [key for key in asked() if not any(re.fullmatch(re.escape(key).replace(r"\*", ".+"), one) for one in known)]
    assert (len(asked()) > 20, lost) == (True, [])


def test_no_word_of_ours_is_idle():
    code = "".join(path.read_text(encoding="utf-8") for path in EXPORTS)
    ours = [(group, name) for group, name, _ in words() if group in {"document", "column", "sheet", "part"}]
    assert [f"{group}.{name}" for group, name in ours if not re.search(rf"\b{name}\b", code)] == []


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("0.50% × 420000.00 × 6 started steps of 0.01", "0.50% × 420000.00 × 6 步（每步 0.01，不足一步按一步）"),
        ("1.00% × 420000.00 × 1 full step of 1", "1.00% × 420000.00 × 1 步（每步 1，不足一步不计）"),
        ("2.00% × 100000.00 (tier 0.9 to 0.92) × 16/31 days", "2.00% × 100000.00（档位 0.9 至 0.92） × 16/31 天"),
        ("max(0, -5.00) − (-5.00); carried out -5.00", "max(0, -5.00) − (-5.00)；结转 -5.00"),
        ("carried out of 2026-09, statement 9c26d2a2b5ab", "由 2026-09 结算单 9c26d2a2b5ab 结转"),
        ("12 items, at least 30 are needed; counts as met", "12 件，至少需 30 件；视为达标"),
        ("prices include tax", "价格含税"),
        ("chat: no items", "chat：没有样本"),
        ("9.00 − 8.00: 2026-08 settled again, a1 instead of b2", "9.00 − 8.00：2026-08 重新结算，以 a1 代替 b2"),
        ("a.b@1 is used: c.gap@1 0.2 is above 0.1", "采用 a.b@1：c.gap@1 0.2 高于 0.1"),
        ("score 48.39 is below 60", "得分 48.39，低于 60"),
        ("one event with a.b, which costs as much or more", "与 a.b 同属一事件，彼处扣款不低于此"),
        ("2.5 points (tier 2 to 3): 1.00% × 100.00", "2.5 点（档位 2 至 3）: 1.00% × 100.00"),
        ("2000.00 × (2 − 1): 2 misses in a row", "2000.00 × (2 − 1): 连续 2 次未达标"),
        (
            "0.5 × 300.00 / 31 days (2026-10-11: 0.5, worse than 0.7)",
            "0.5 × 300.00 / 31 天（2026-10-11：0.5，差于 0.7）",
        ),
        ("20.00 × 3 seats × 90/100 s attended", "20.00 × 3 席 × 出勤 90/100 秒"),
        ("words that nobody translated", "words that nobody translated"),
    ],
)
def test_a_formula_is_told_in_chinese_with_its_own_numbers(text, chinese):
    assert Words("zh").phrase(text) == chinese
    assert Words("en").phrase(text) == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_nobody_translated_is_printed_by_its_own_name(language):
    assert Words(language).of("kind", "wonder") == "wonder"
    assert Words(language).of("kind", None) == ""
    assert Words(language).pick({"zh": "", "en": "only English"}) == "only English"
