"""The chart of accounts that a voucher is booked by: a YAML file that finance may edit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pipelines.core.problem import Problem, refuse_if_any
from pipelines.core.yaml_text import Path, TextTree, Tree, read_yaml

BOOKS = ("operator", "vendor")
SINGLE, BY_NAME = ("payable", "other"), ("kinds", "lines")


@dataclass(frozen=True)
class Account:
    """An account: its code, and its name in each language."""

    code: str
    name: Mapping[str, str]


@dataclass(frozen=True)
class Accounts:
    """Whose books they are, and the account of each line: by its id, else by its kind, else ``other``."""

    books: str
    payable: Account
    other: Account
    kinds: Mapping[str, Account]
    lines: Mapping[str, Account]

    def of(self, line: Mapping[str, Any]) -> Account:
        """Return the account of a line."""
        return self.lines.get(line["id"].partition("@")[0]) or self.kinds.get(line["kind"]) or self.other


def default_accounts() -> Accounts:
    """Return the chart that the package brings."""
    name = "accounts.yaml"
    return parse_accounts(files("pipelines.exports").joinpath(name).read_text(encoding="utf-8"), name)


def parse_accounts(text: str, name: str) -> Accounts:
    """Read a chart of accounts; every problem is named at once, with its line."""
    tree = read_yaml(text, name)
    refuse_if_any(_problems(tree))
    value: Any = tree.value
    return Accounts(
        books=value["books"],
        payable=_account(value["payable"]),
        other=_account(value["other"]),
        kinds={name: _account(one) for name, one in (value.get("kinds") or {}).items()},
        lines={name: _account(one) for name, one in (value.get("lines") or {}).items()},
    )


def _account(tree: Any) -> Account:
    name = tree.get("name") or ""
    return Account(tree["account"], name if isinstance(name, dict) else {"zh": name, "en": name})


def _problems(tree: TextTree) -> Iterator[Problem]:
    value = tree.value if isinstance(tree.value, dict) else {}
    for key in value:
        if key not in ("books", *SINGLE, *BY_NAME):
            yield _problem(tree, (key,), f"There is no {key!r} in a chart of accounts, so it would have no effect.")
    if value.get("books") not in BOOKS:
        yield _problem(tree, ("books",), f"`books` is {value.get('books')!r}; it says whose books these are.")
    for key in SINGLE:
        yield from _account_problems(tree, (key,), value.get(key))
    for key in BY_NAME:
        named = value.get(key) or {}
        if not isinstance(named, dict):
            yield _problem(tree, (key,), f"`{key}` is not a list of names, each with its account.")
            continue
        for name, one in named.items():
            yield from _account_problems(tree, (key, name), one)


def _account_problems(tree: TextTree, path: Path, one: Tree) -> Iterator[Problem]:
    said = ".".join(map(str, path))
    if not isinstance(one, dict) or not isinstance(one.get("account"), str):
        yield _problem(tree, path, f"`{said}` names no account, so its lines could not be booked.")
    elif set(one) - {"account", "name"} or not isinstance(one.get("name") or "", str | dict):
        yield _problem(tree, path, f"`{said}` has more than an account and its name.")


def _problem(tree: TextTree, path: Path, what: str) -> Problem:
    mend = "Write books (operator or vendor), payable, other, kinds and lines as pipelines/exports/accounts.yaml does."
    return Problem(tree.where(path), what, mend, "export.accounts")
