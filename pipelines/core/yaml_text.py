"""YAML in which every scalar stays text and knows its line.

YAML 1.1 reads 0.80 as a binary float, 09:00 as 540 and NO as false. A contract's figures must not pass through any of
these, so the plain tree of dict, list and str is taken from the syntax alone; whoever reads a value gives it its type.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from pipelines.core.problem import Problem, Refused

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Path: TypeAlias = tuple[str | int, ...]

ABSENT = ("", "~", "null", "Null", "NULL")
DEEPEST = 50  # levels; far beyond any contract, far below what a reader's stack bears


@dataclass(frozen=True)
class TextTree:
    """A YAML document: ``value`` is the plain tree, ``name`` its file, ``lines`` where each path stands.

    ``files`` names the file of what was put in from another one, path by path.
    """

    name: str
    value: Tree
    lines: dict[Path, int] = field(repr=False)
    files: dict[Path, str] = field(repr=False, default_factory=dict)

    def where(self, path: Path = ()) -> str:
        """Return ``file:line`` of the deepest part of ``path`` that the file has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return f"{self.files.get(path[:length], self.name)}:{self.lines[path[:length]]}"
        return self.name


def read_yaml(text: str, name: str) -> TextTree:
    """Read one YAML document. Broken syntax, a repeated key, a tag, an anchor or an alias is refused with its line."""
    try:
        problems = list(_not_plain(text, name))
        node = None if problems else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise Refused(_syntax(error, name)) from error
    lines: dict[Path, int] = {}
    value = _plain(node, (), lines, problems, name) if node is not None else None
    if problems:
        raise Refused(problems)
    return TextTree(name, value, lines)


def read_keys(text: str, name: str, *, what: str, mend: str, code: str) -> TextTree:
    """Read one YAML document of keys and values; one of another shape is refused in the words given."""
    tree = read_yaml(text, name)
    if not isinstance(tree.value, dict):
        raise Refused(Problem(name, what, mend, code))
    return tree


def _syntax(error: yaml.YAMLError, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = ", ".join(part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    return Problem(
        where=f"{name}:{mark.line + 1}" if mark else name,
        what=f"This is not one YAML document: {said or str(error).splitlines()[0]}.",
        mend="Check the indentation, the colons and the quotes around here.",
        code="yaml.syntax",
    )


def _not_plain(text: str, name: str) -> Iterator[Problem]:
    """Find what a reader could not see in its place: aliases, their anchors, tags; and bottomless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        found = None
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            found = f"the alias *{anchor} stands for text that is written elsewhere", "yaml.alias"
        elif anchor is not None:
            found = f"the anchor &{anchor} is there to be repeated by an alias", "yaml.alias"
        elif tag is not None:
            found = f"the tag {tag} would change what is written", "yaml.tag"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            found = f"more than {DEEPEST} levels lie in one another", "yaml.too_deep"
        if found:
            assert event.start_mark is not None  # noqa: S101 - a text that is parsed has marks
            yield Problem(
                where=f"{name}:{event.start_mark.line + 1}",
                what=f"This file says each thing where it holds, and {found[0]}.",
                mend="Write it out plainly.",
                code=found[1],
            )
        if depth > DEEPEST:
            return


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem], name: str) -> Tree:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(
                    Problem(
                        where=f"{name}:{key_line}",
                        what="A list or a mapping stands where a key should be.",
                        mend="A key is one word; quote a text that begins with [ or {.",
                        code="yaml.key",
                    )
                )
                continue
            key = str(key_node.value)
            if key in found:
                problems.append(
                    Problem(
                        where=f"{name}:{key_line}",
                        what=f"The key {key!r} stands twice in one place; only one of them could count.",
                        mend=f"Remove one (the first is on line {lines[*path, key]}).",
                        code="yaml.repeated_key",
                    )
                )
                continue
            lines[*path, key] = key_line
            found[key] = _plain(value_node, (*path, key), lines, problems, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines, problems, name) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind of node
    return None if node.style is None and node.value in ABSENT else str(node.value)
