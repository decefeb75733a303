"""No binary float reaches money: the types of what is agreed, judged and settled, and the evidence's columns."""

import ast
import dataclasses
import importlib
import pkgutil
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import pipelines.contract
import pipelines.core
import pipelines.scoring
import pipelines.settlement
from pipelines.runs.statements import evidence_folder
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import contract

PACKAGES = (pipelines.core, pipelines.contract, pipelines.scoring, pipelines.settlement)
# statistics that are shown beside a value and decide nothing
SHOWN_ALONE = {"pipelines.scoring.interval"}


def modules() -> Iterator[Any]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name not in SHOWN_ALONE:
                yield importlib.import_module(found.name)


def named_in(annotation: Any) -> Iterator[type]:
    """Yield every type that an annotation names, however deep."""
    arguments = typing.get_args(annotation)
    for argument in arguments:
        yield from named_in(argument)
    if not arguments and isinstance(annotation, type):
        yield annotation


def annotations() -> Iterator[tuple[str, Any]]:
    """Yield every field of a model or a dataclass, every argument and every result of a function."""
    for module in modules():
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", None) != module.__name__:
                continue
            if isinstance(thing, type) and issubclass(thing, BaseModel):
                for field, info in thing.model_fields.items():
                    yield f"{module.__name__}.{name}.{field}", info.annotation
            elif dataclasses.is_dataclass(thing) or callable(thing):
                try:
                    hints = typing.get_type_hints(thing)
                except NameError:
                    continue  # a type that is imported for checking alone
                for field, annotation in hints.items():
                    yield f"{module.__name__}.{name}.{field}", annotation


def test_no_type_that_money_passes_through_is_a_float() -> None:
    found = list(annotations())
    assert len(found) > 500, "the walk sees next to nothing"
    assert [where for where, annotation in found if float in set(named_in(annotation))] == []


def floats_in(path: Path) -> Iterator[int]:
    """Yield the lines that write a float or make one; how alike two words are is no money."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    likeness = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "cutoff"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and id(node) not in likeness:
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno


def test_no_line_of_the_settlement_makes_a_float() -> None:
    paths = [path for package in PACKAGES for path in Path(package.__path__[0]).rglob("*.py")]
    found = {path.name: lines for path in paths if (lines := list(floats_in(path)))}
    assert set(found) <= {"interval.py"}, found  # shown beside a value, and decides nothing


CALL = """call_id, queue, agent_id, arrived_at, outcome, wait_s
    a, q, ann, 05 09:00:00, answered, 10"""


def test_no_column_of_the_evidence_is_a_double(tmp_path: Path) -> None:
    office = Office(tmp_path / "office")
    office.load("call", CALL, now=NOW)
    closed = office.close(office.contract(contract()))
    with office.open() as warehouse:
        for path in sorted(evidence_folder(office.home, closed.ref.id).glob("*.parquet")):
            columns = warehouse.con.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
            assert [row[:2] for row in columns if re.search("DOUBLE|FLOAT|REAL", row[1])] == [], path.name
