"""The words that documents add to a record, in the reader's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Return words.yaml: group, then name, then the word in each language, or in Chinese where English is the name."""
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        files("pipelines.exports").joinpath("words.yaml").read_text(encoding="utf-8")
    )
    return found


@dataclass(frozen=True)
class Words:
    """One language: ``words("column.amount")`` is a word of ours, ``words.of("kind", name)`` one of the record."""

    language: str

    def __call__(self, key: str, **slots: object) -> str:
        """Return a text of ours, its slots filled; an unknown key is a bug."""
        group, _, name = key.partition(".")
        return self._in_language(catalogue()[group][name], name).format(**slots)

    def of(self, group: str, name: str | None) -> str:
        """Return the record's closed word in words; one that nobody translated by its own name."""
        return "" if name is None else self._in_language(catalogue()[group].get(name, name), name)

    def pick(self, texts: Mapping[str, str] | None) -> str:
        """Return a text of the record in this language, or in the other where it has none in this."""
        found = texts or {}
        return found.get(self.language) or next((found[code] for code in LANGUAGES if found.get(code)), "")

    def phrase(self, text: str | None) -> str:
        """Return a formula or a reason with its few English words in this language; its numbers stay as they are."""
        if not text or self.language == "en":
            return text or ""
        named, colon, reason = text.rpartition(": ")  # a promise of several, and its reason
        known = f"{named}{'：' if colon else ''}{self.of('reason', reason)}"
        found = known if reason in catalogue()["reason"] else text
        for pattern, words in catalogue()["phrase"].items():
            found = re.sub(pattern, partial(_filled, words), found)
        return found

    def _in_language(self, word: Any, name: str) -> str:
        if isinstance(word, list):
            return str(word[LANGUAGES.index(self.language)])
        return str(word) if self.language == "zh" else name


def _filled(words: str, match: re.Match[str]) -> str:
    """Return a phrase with what the pattern's brackets found, {1} for the first."""
    return words.format(match[0], *match.groups())
