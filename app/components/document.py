"""A document of headings, tables, quotes, lists and paragraphs: the part of Markdown that contracts are rendered in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from dash import html
from dash.development.base_component import Component

from app.components.attributes import data
from app.components.words import Child

HEADING = re.compile(r"(#+) (.+)")
KEY = re.compile(r"`([\w\[\]@.-]+)`\s*$")
INLINE = re.compile(r"\*\*(?P<strong>.+?)\*\*|`(?P<code>[^`]+)`")
BAR = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"\|[\s:|-]+\|")
CODE = re.compile(r"`[^`]+`")
MOST = 3  # columns that stand beside each other on a phone


@dataclass(frozen=True)
class Heading:
    """A heading: its text without its key, and the name of its place on the page."""

    level: int
    text: str
    key: str
    id: str


def heading_of(line: str, number: int) -> Heading | None:
    """Read a heading; one that ends with a key has its place named by it: ``### 1.5(1) … `connect_rate` ``."""
    found = HEADING.fullmatch(line.strip())
    if found is None:
        return None
    key = KEY.search(found[2])
    text = found[2][: key.start()].strip() if key else found[2]
    return Heading(len(found[1]), text, key[1] if key else "", f"clause-{key[1]}" if key else f"part-{number}")


def headings(text: str) -> list[Heading]:
    """Return the headings below the title."""
    found = [heading_of(line, number) for number, line in enumerate(text.splitlines())]
    return [one for one in found if one is not None and one.level in (2, 3)]


def document(text: str) -> list[Component]:
    """Return the document."""
    lines = [(number, line) for number, line in enumerate(text.splitlines())]
    found: list[Component] = []
    for kind, some in groupby(lines, key=lambda one: kind_of(one[1])):
        found += _block(kind, list(some))
    return found


def kind_of(line: str) -> str:
    """Say what a line is a part of."""
    if line.startswith("|"):
        return "table"
    if line.startswith("> "):
        return "quote"
    if line.startswith(("- ", "  ")) and line.strip():
        return "list"
    return "heading" if line.startswith("#") else "text" if line.strip() else ""


def _block(kind: str, lines: Sequence[tuple[int, str]]) -> Iterator[Component]:
    if kind == "heading":
        for number, line in lines:
            one = heading_of(line, number)
            assert one is not None  # noqa: S101 - it begins like one
            key: list[Child] = [" ", html.Code(one.key)] if one.key else []
            level = {1: html.H2, 2: html.H2, 3: html.H3}.get(one.level, html.H4)
            yield level([*inline(one.text), *key], id=one.id)
    elif kind == "table":
        yield _table([line for _, line in lines])
    elif kind == "quote":
        yield html.Blockquote([html.P(inline(line[2:])) for _, line in lines])
    elif kind == "list":
        items: list[list[Child]] = []
        for _, line in lines:
            if line.startswith("- "):
                items.append(inline(line[2:]))
            elif items:
                items[-1] += [html.Br(), *inline(line.strip())]
            else:
                yield html.P(inline(line.strip()))
        yield html.Ul([html.Li(one) for one in items])
    elif kind == "text":
        yield from (html.P(inline(line)) for _, line in lines)


def _table(lines: Sequence[str]) -> Component:
    rows = [
        [cell.strip().replace("\\|", "|") for cell in BAR.split(line.strip())[1:-1]]
        for line in lines
        if not RULE.fullmatch(line.strip())
    ]
    head, *body = rows
    cells = [
        html.Tr([html.Td(inline(cell), **data(name=name)) for name, cell in zip_longest(head, row, fillvalue="")])
        for row in body
    ]
    names = html.Tr([html.Th(inline(cell), scope="col") for cell in head])
    return html.Div(
        html.Table([html.Thead(names), html.Tbody(cells)], className=f"table is-dense {_shape(head, body)}".strip()),
        className="scroll-x",
        tabIndex="0",
    )


def _shape(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Say what a phone makes of a table: a wide one is read row by row, one of keys leaves them to larger screens."""
    if len(head) > MOST:
        return "is-wide"
    return "is-keyed" if len(head) == MOST and all(CODE.fullmatch(cell) for row in body for cell in row[1:2]) else ""


def inline(text: str) -> list[Child]:
    """Return a line's text with what is bold or code in it."""
    found: list[Child] = []
    at = 0
    for match in INLINE.finditer(text):
        if match.start() > at:
            found.append(text[at : match.start()])
        found.append(html.Strong(inline(match["strong"])) if match["strong"] else html.Code(match["code"]))
        at = match.end()
    return [*found, text[at:]] if at < len(text) else found
