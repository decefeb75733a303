"""The catalogues, and the language that this request speaks."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources

from pipelines.exports.words import Words

LANGUAGES = ("zh", "en")
SLOT = re.compile(r"\{(\w+)\}")

_spoken: ContextVar[str] = ContextVar("language", default="zh")


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(code: str) -> Mapping[str, str]:
    """Return every text of a language by its key."""
    text = resources.files("app.i18n").joinpath(f"{code}.json").read_text(encoding="utf-8")
    return {f"{group}.{key}": words for group, entries in json.loads(text).items() for key, words in entries.items()}


def choose(asked: str | None, remembered: str | None, browser: str, fallback: str = "zh") -> str:
    """Return the language: the URL's, else the remembered, else the browser's first known, else the fallback."""
    for code in (asked, remembered, *(part.strip()[:2].lower() for part in browser.split(","))):
        if code in LANGUAGES:
            return code
    return fallback


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak that language while drawing."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Return the language spoken now."""
    return _spoken.get()


def has(key: str) -> bool:
    """Say whether the catalogue knows this text."""
    return key in catalogue(language())


def t(key: str, **values: object) -> str:
    """Return a text with its slots filled. A missing key is shown as itself, and a test finds it."""
    return catalogue(language()).get(key, key).format_map({name: str(value) for name, value in values.items()})


def phrase(text: str) -> str:
    """Return a formula or reason of a statement in the spoken language: its documents' own words for it."""
    return Words(language()).phrase(text)


def template(key: str) -> list[tuple[str, str]]:
    """Return a text as its words and slots: pairs of (words, name of the slot that follows or "")."""
    text = catalogue(language()).get(key, key)
    found, place = [], 0
    for match in SLOT.finditer(text):
        found.append((text[place : match.start()], match[1]))
        place = match.end()
    return [*found, (text[place:], "")]


def of(words: Mapping[str, str] | None) -> str:
    """Return a contract's own words in the spoken language, or in the other where it has only that."""
    if not words:
        return ""
    return words.get(language()) or next((text for text in words.values() if text), "")
