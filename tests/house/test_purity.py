"""What no linter asks: the pure floors hold no float, and open no file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

MONEY = ("core", "contract", "scoring", "settlement")
PURE = (*MONEY, "metrics", "worktime", "appeals")


def floats(tree: ast.AST) -> Iterator[int]:
    """Find the lines with a float: a literal such as 0.8, or a call of float.

    isinstance(x, float) is none, and `cutoff=0.4` is how alike two words must be for "did you mean", not money.
    """
    alike = {node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "cutoff"}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float()) | ast.Call(func=ast.Name(id="float")) if node not in alike:
                yield node.lineno


def file_calls(tree: ast.AST) -> Iterator[int]:
    """Find the lines that call open(...)."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="open")):
                yield node.lineno


def sources(floors: tuple[str, ...]) -> list[Path]:
    """List the modules of these floors."""
    return sorted(path for floor in floors for path in (ROOT / "pipelines" / floor).rglob("*.py"))


def name(path: Path) -> str:
    """Name a module by its place in the repository."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sources(MONEY), ids=name)
def test_no_float_touches_money(path: Path) -> None:
    assert [f"{name(path)}:{line}" for line in floats(ast.parse(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("path", sources(PURE), ids=name)
def test_a_pure_floor_opens_no_file(path: Path) -> None:
    assert [f"{name(path)}:{line}" for line in file_calls(ast.parse(path.read_text(encoding="utf-8")))] == []


def test_the_walk_finds_what_it_looks_for() -> None:
    assert list(floats(ast.parse("a = 1\nb = 0.8\nc = float(b)\nd = isinstance(b, float)\nf(cutoff=0.4)\n"))) == [2, 3]
    assert list(file_calls(ast.parse("a = 1\nopen('x')\n"))) == [2]
