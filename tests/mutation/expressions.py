"""The mutants of a metric's expressions: one small change each, made on the tree that sqlglot parses."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp, parse_one

DIALECT = "duckdb"
OTHER_COMPARISON: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
}  # fmt: skip
SIGN: dict[type[exp.Expr], str] = {
    exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.EQ: "=", exp.NEQ: "<>", exp.And: "AND", exp.Or: "OR",
    exp.Add: "+", exp.Sub: "-",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed expression: the branch that was changed (0: its ELSE), and how, in words that stay the same."""

    branch: int
    change: str
    sql: str


def parse(sql: str) -> exp.Expr:
    """Parse an expression as DuckDB reads it."""
    return parse_one(sql, dialect=DIALECT)


def render(tree: exp.Expr) -> str:
    """Write a tree as DuckDB reads it, on one line and without comments."""
    return tree.sql(dialect=DIALECT, comments=False)


def columns_of(sql: str) -> tuple[str, ...]:
    """Return the names that an expression reads: columns and terms, not what its lambdas call their own."""
    tree = parse(sql)
    own = {name.name for found in tree.find_all(exp.Lambda) for name in found.expressions}
    return tuple(sorted({column.name for column in tree.find_all(exp.Column)} - own))


def mutants_of(sql: str) -> list[Mutant]:
    """Return every mutant of an expression, once each."""
    root = parse(sql)
    found: dict[str, Mutant] = {}
    for place, node in enumerate(root.walk()):
        for change, new in _changes(node):
            copy = root.copy()
            target = list(copy.walk())[place]
            if target is copy:
                copy = new
            else:
                target.replace(new)
            text = render(copy)
            if text != render(root):
                found.setdefault(text, Mutant(_branch_of(node, root), change, text))
    return sorted(found.values(), key=lambda mutant: (mutant.branch or 999, mutant.change))


def _branch_of(node: exp.Expr, root: exp.Expr) -> int:
    """Return which branch of the outermost CASE a node stands in, from 1; 0 in its ELSE or where there is no CASE."""
    above: exp.Expr | None = node
    while above is not None and above.parent is not root:
        above = above.parent
    branches = root.args.get("ifs", []) if isinstance(root, exp.Case) else []
    return next((number for number, branch in enumerate(branches, start=1) if branch is above), 0)


def _changes(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    yield from _of_operators(node)
    yield from _of_constants(node)
    if isinstance(node, exp.Case):
        yield from _of_branches(node)


def _of_operators(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    kind, text = type(node), render(node)
    if kind in OTHER_COMPARISON:
        other = OTHER_COMPARISON[kind]
        yield f"{SIGN[kind]} becomes {SIGN[other]} in: {text}", other(this=node.this.copy(), expression=_right(node))
    elif isinstance(node, exp.And | exp.Or):
        turned = exp.Or if isinstance(node, exp.And) else exp.And
        new = turned(this=node.this.copy(), expression=_right(node))
        yield f"{SIGN[kind]} becomes {SIGN[turned]} in: {text}", exp.Paren(this=new)
        yield f"dropped {render(node.this)} from: {text}", exp.Paren(this=_right(node))
        yield f"dropped {render(node.expression)} from: {text}", exp.Paren(this=node.this.copy())
    elif isinstance(node, exp.Not):
        yield f"NOT dropped from: {text}", exp.Paren(this=node.this.copy())
    elif isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield f"NOT put before: {text}", exp.Paren(this=exp.Not(this=node.copy()))
    elif isinstance(node, exp.Add):
        yield f"+ becomes - in: {text}", exp.Sub(this=node.this.copy(), expression=_right(node))


def _right(node: exp.Expr) -> exp.Expr:
    right: exp.Expr = node.expression.copy()
    return right


def _of_constants(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    beside = render(node.parent) if node.parent is not None else ""
    if isinstance(node, exp.Boolean):
        yield f"{node} becomes {not node.this} in: {beside}".lower(), exp.Boolean(this=not node.this)
    if isinstance(node, exp.Literal) and not node.is_string and not isinstance(node.parent, exp.DataTypeParam):
        number = Decimal(node.name)
        for value in dict.fromkeys([number + 1, number - 1, Decimal(0)]):
            if value != number:
                yield f"{number} becomes {value} in: {beside}", exp.Paren(this=exp.Literal.number(str(value)))


def _of_branches(case: exp.Case) -> Iterator[tuple[str, exp.Expr]]:
    branches = case.args["ifs"]
    results = [branch.args["true"] for branch in branches] + [case.args["default"]]
    for place, branch in enumerate(branches):
        said = f"WHEN {render(branch.this)}"
        copy = case.copy()
        copy.args["ifs"].pop(place)
        if copy.args["ifs"]:
            yield f"branch removed: {said}", copy
        if place + 1 < len(branches) and render(results[place]) != render(results[place + 1]):
            copy = case.copy()
            ifs = copy.args["ifs"]
            ifs[place], ifs[place + 1] = ifs[place + 1], ifs[place]
            yield f"branches swapped: {said} and WHEN {render(branches[place + 1].this)}", copy
    for place, result in enumerate(results):
        said = f"WHEN {render(branches[place].this)}" if place < len(branches) else "ELSE"
        for other in _neighbours(results, place):
            copy = case.copy()
            if place < len(branches):
                copy.args["ifs"][place].set("true", other.copy())
            else:
                copy.set("default", other.copy())
            yield f"{render(result)} becomes {render(other)}: {said}", copy


def _neighbours(results: list[exp.Expr], place: int) -> Iterator[exp.Expr]:
    """Return the nearest other result before and after."""
    for way in (results[:place][::-1], results[place + 1 :]):
        other = next((one for one in way if render(one) != render(results[place])), None)
        if other is not None:
            yield other
