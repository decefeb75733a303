"""The worked example of a metric: a handful of made-up items, the state each gets, and the value they make.

It stands beside the metric as ``<channel>/<noun>.yaml`` and decides nothing, so that it is no part of the definition's
digest. A test puts every example through the metric's own SQL and through ``measured``: an example cannot lie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from pipelines.core.yaml_text import Tree, read_yaml

Fact = str | tuple[str, ...]


@dataclass(frozen=True)
class ExampleItem:
    """One made-up item: the columns that are known of it (a text or a list; the others are NULL), and what it is."""

    item: str
    has: Mapping[str, Fact]
    state: str
    amount: str | None


@dataclass(frozen=True)
class Example:
    """Made-up items and their value.

    ``terms`` are those that differ from the metric's defaults; ``every`` is known of each item that says nothing else.
    """

    metric: str
    about: Mapping[str, str]
    terms: Mapping[str, str]
    every: Mapping[str, Fact]
    items: tuple[ExampleItem, ...]
    numerator: str
    denominator: str
    value: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that any of its items has, in the order in which they are first named."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.has))


def parse_example(text: str, name: str) -> Example:
    """Read an example: ``metric``, ``about`` in both languages, ``terms``, ``all``, ``items``, ``then``."""
    tree = _branch(read_yaml(text, name).value)
    items = tree["items"]
    assert isinstance(items, list)  # noqa: S101 - the package's own files
    then = _branch(tree["then"])
    return Example(
        metric=str(tree["metric"]),
        about={language: str(words).strip() for language, words in _branch(tree["about"]).items()},
        terms={term: str(value) for term, value in _branch(tree.get("terms")).items()},
        every=_facts(tree.get("all")),
        items=tuple(_item(_branch(item)) for item in items),
        numerator=str(then["numerator"]),
        denominator=str(then["denominator"]),
        value=None if then.get("value") is None else str(then["value"]),
    )


def _branch(tree: Tree) -> dict[str, Tree]:
    assert tree is None or isinstance(tree, dict)  # noqa: S101
    return tree or {}


def _item(tree: Mapping[str, Tree]) -> ExampleItem:
    return ExampleItem(
        item=str(tree["item"]),
        has=_facts(tree.get("has")),
        state=str(tree["state"]),
        amount=None if tree.get("amount") is None else str(tree["amount"]),
    )


def _facts(tree: Tree) -> dict[str, Fact]:
    return {
        name: tuple(str(part) for part in value) if isinstance(value, list) else str(value)
        for name, value in _branch(tree).items()
    }


@lru_cache(maxsize=1)
def installed_examples() -> Mapping[str, Example]:
    """Return the worked example of every metric that has one, by key@version."""
    found = {}
    for folder in resources.files("pipelines.metrics").iterdir():
        if folder.is_dir() and folder.name not in ("population", "__pycache__"):
            for file in folder.iterdir():
                if file.name.endswith(".yaml"):
                    example = parse_example(file.read_text(encoding="utf-8"), f"{folder.name}/{file.name}")
                    found[example.metric] = example
    return dict(sorted(found.items()))
