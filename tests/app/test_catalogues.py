"""Every text is in both languages, is used, and no page speaks past the catalogues."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from app.i18n.numbers import UNITS
from app.i18n.speech import LANGUAGES, SLOT, catalogue
from pipelines.contract.model import Relief
from pipelines.metrics.declare import AGGREGATES, installed_metrics
from pipelines.metrics.example import installed_examples
from tests.conftest import ROOT

APP = ROOT / "app"
SOURCES = sorted(APP.rglob("*.py"))
SPEAK = {"t", "has", "sentence", "template"}
CHINESE = re.compile(r"[一-鿿]")
# Elements whose first argument (or children) is what a reader reads; these hold names and code, not sentences.
SILENT = {"Code", "Store"}
# Words that are the same in every language.
NAMES = {"clausemeter", "n = "}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )


def asked(path: Path) -> Iterator[tuple[int, str]]:
    """Find the keys that a module asks for; what is put in at run time is a star."""
    for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
        if name_of(call) in SPEAK and call.args:
            match call.args[0]:
                case ast.Constant(value=str(key)):
                    yield call.lineno, key
                case ast.JoinedStr(values=parts):
                    yield call.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in parts)


ASKED = [(path, line, key) for path in SOURCES for line, key in asked(path) if "." in key]


def fits(pattern: str, key: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), key) is not None


def test_both_languages_have_the_same_texts() -> None:
    assert set(catalogue("zh")) == set(catalogue("en"))


# A day and a month are put together from different parts in each language.
@pytest.mark.parametrize("key", sorted(key for key in catalogue("zh") if not key.startswith("time.")))
def test_a_text_has_the_same_slots_in_both_languages(key: str) -> None:
    assert set(SLOT.findall(catalogue("zh")[key])) == set(SLOT.findall(catalogue("en")[key]))


def test_every_key_that_is_asked_for_exists() -> None:
    assert len(ASKED) > 100  # the walk finds them
    keys = set(catalogue("zh"))
    lost = [f"{p.name}:{line} {k}" for p, line, k in ASKED if not any(fits(k, known) for known in keys)]
    assert lost == []


# Words of the logs and contracts, looked up by what these say; of the units, by numbers.UNITS.
OPEN_GROUPS = {
    *(
        "author",
        "channel",
        "choice",
        "clock",
        "column",
        "context",
        "event",
        "fact",
        "flag",
        "formula",
        "line",
        "mend",
        "option",
        "problem",
    ),
    *("reason", "refused", "state", "term", "unit", "value", "verdict"),
}


def test_every_text_is_asked_for() -> None:
    patterns = {key for _, _, key in ASKED}
    idle = [
        key
        for key in catalogue("zh")
        if key.split(".")[0] not in OPEN_GROUPS and not any(fits(p, key) for p in patterns)
    ]
    assert idle == []


def test_every_problem_says_how_to_mend_it() -> None:
    keys = set(catalogue("zh"))
    codes = {key.partition(".")[2] for key in keys if key.startswith("problem.")}
    assert codes == {key.partition(".")[2] for key in keys if key.startswith("mend.")}
    raised = {code for path in SOURCES for code in re.findall(r'trouble\("([\w.]+)"', path.read_text(encoding="utf-8"))}
    assert raised <= codes


def untranslated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find words of a language among what html and dcc elements show, and Chinese anywhere."""
    for call in calls(tree):
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Name)
            and function.value.id in {"html", "dcc"}
        ):
            if function.attr in SILENT:
                continue
            shown = [*call.args[:1], *(k.value for k in call.keywords if k.arg in {"children", "title"})]
            for node in shown:
                yield from ((call.lineno, text) for text in literals(node) if re.search(r"[A-Za-z]{2,}", text))
    for found in ast.walk(tree):
        if isinstance(found, ast.Constant) and isinstance(found.value, str) and CHINESE.search(found.value):
            yield found.lineno, found.value


def literals(node: ast.expr) -> Iterator[str]:
    """Find the texts that stand directly in what is shown, not those inside further calls."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield from (str(p.value) for p in parts if isinstance(p, ast.Constant))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from literals(part)


def docstrings(tree: ast.AST) -> set[str]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return {ast.get_docstring(node, clean=False) or "" for node in ast.walk(tree) if isinstance(node, holders)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(APP).as_posix())
def test_no_page_speaks_past_the_catalogues(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [(line, text) for line, text in untranslated(tree) if text not in docstrings(tree) and text not in NAMES]
    assert found == []


def test_the_walk_finds_what_it_looks_for() -> None:
    tree = ast.parse(
        'html.P("Hello there")\nhtml.P([t("a.b"), "more words"], title="hint")\nhtml.Code("x = 1")\nx = "条款"\n'
    )
    assert [text for _, text in untranslated(tree)] == ["Hello there", "more words", "hint", "条款"]


def test_there_are_two_languages() -> None:
    assert LANGUAGES == ("zh", "en")


def test_every_reason_and_term_of_a_metric_is_translated() -> None:
    known = set(catalogue("zh"))
    metrics = installed_metrics().values()
    reasons = {reason for metric in metrics for state in metric.states if (reason := state.partition(": ")[2])}
    terms = {name for metric in metrics for name in metric.terms}
    units = {metric.unit for metric in metrics}
    assert reasons
    reasons |= {f"relief ({ground})" for ground in get_args(Relief.model_fields["ground"].annotation)}
    assert {f"reason.{reason}" for reason in reasons} - known == set()
    assert {f"term.{name}" for name in terms} - known == set()
    assert units - set(UNITS) == set()


def test_every_column_of_an_example_is_translated() -> None:
    examples = installed_examples().values()
    columns = {name for example in examples for name in (*example.columns, *example.every)}
    assert columns
    assert {f"fact.{name}" for name in columns} - set(catalogue("zh")) == set()


def test_every_channel_aggregate_and_interval_of_a_metric_is_translated() -> None:
    metrics, known = installed_metrics().values(), set(catalogue("zh"))
    wanted = {f"definitions.{metric.channel}" for metric in metrics}
    wanted |= {f"aggregate.{kind}" for kind in AGGREGATES}
    wanted |= {f"interval.{metric.interval}" for metric in metrics if metric.interval}
    assert wanted - known == set()


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_word_is_said_once(spoken: str) -> None:
    """Of two words under one key the first would never be heard."""
    twice: list[str] = []

    def noted(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    json.loads((ROOT / f"app/i18n/{spoken}.json").read_text(encoding="utf-8"), object_pairs_hook=noted)
    assert twice == []
