"""YAML in which every scalar stays text and knows its line.

YAML 1.1 reads 0.80 as a binary float, 09:00 as 540 and NO as false. A contract's figures must not pass through any of
these, so the plain tree of dict, list and str is taken from the syntax alone; whoever reads a value gives it its type.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from pipelines.core.problem import Problem, Refused

Tree: TypeAlias = "None | str | list[Tree] | dict[str, Tree]"
Path: TypeAlias = tuple[str | int, ...]

ABSENT = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class TextTree:
    """A YAML document: ``value`` is the plain tree, ``name`` the file it came from, ``lines`` where each path stands."""

    name: str
    value: Tree
    lines: dict[Path, int] = field(repr=False)

    def where(self, path: Path = ()) -> str:
        """Return ``file:line`` of the deepest part of ``path`` that the file has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return f"{self.name}:{self.lines[path[:length]]}"
        return self.name


def read_yaml(text: str, name: str) -> TextTree:
    """Read one YAML document. Broken syntax, a repeated key, a tag or an alias is refused with its line."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Refused(
            Problem(
                where=f"{name}:{mark.line + 1}" if mark else name,
                what=f"This is not YAML: {said}.",
                mend="Check the indentation, the colons and the quotes around here.",
                code="yaml.syntax",
            )
        ) from error
    lines: dict[Path, int] = {}
    problems: list[Problem] = []
    value = _plain(node, (), lines, problems, name) if node is not None else None
    if problems:
        raise Refused(problems)
    return TextTree(name, value, lines)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem], name: str) -> Tree:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_line = key_node.start_mark.line + 1
            if key in found:
                problems.append(
                    Problem(
                        where=f"{name}:{key_line}",
                        what=f"The key {key!r} stands twice in one place; only one of them could count.",
                        mend=f"Remove one (the first is on line {lines[*path, key]}).",
                        code="yaml.repeated_key",
                    )
                )
            lines[*path, key] = key_line
            found[key] = _plain(value_node, (*path, key), lines, problems, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines, problems, name) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind of node
    return None if node.style is None and node.value in ABSENT else str(node.value)
