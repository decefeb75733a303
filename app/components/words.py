"""Sentences made from data, with their numbers as links, and words that explain themselves."""

from collections.abc import Sequence
from typing import TypeAlias

from dash import dcc, html
from dash.development.base_component import Component

from app.i18n import has, of, phrase, t, template
from app.views import LineView

Child: TypeAlias = Component | str
Children: TypeAlias = Sequence[Child]


def figure(text: str, href: str | None = None, *, title: str = "", tone: str = "") -> Component:
    """Return a number within a sentence: a link to what it is made of. ``tone`` is ``bad`` or empty."""
    style = f"figure {tone}".strip()
    if href:
        return dcc.Link(text, href=href, title=title, className=style)
    return html.Span(text, title=title, className=style)


def sentence(key: str, **slots: Child | Children) -> list[Child]:
    """Return a text of the catalogue with components in its slots."""
    found: list[Child] = []
    for words, slot in template(key):
        if words:
            found.append(words)
        if slot:
            filling = slots[slot]
            found += [filling] if isinstance(filling, str | Component) else filling
    return found


def listed(parts: Sequence[Children]) -> list[Child]:
    """Join parts of a sentence with the language's comma."""
    found: list[Child] = []
    for number, part in enumerate(parts):
        if number:
            found.append(t("sentence.comma"))
        found += part
    return found


PSEUDONYM = "~"
MASKED_FACTS = {"agent": "agent", "agent_id": "agent", "customer_id": "customer", "order_id": "order"}


def person(fact: str, text: str) -> str:
    """Return who a fact or group names: by name, or by the pseudonym that this reader is given: 坐席 7F3A02C1."""
    kind = MASKED_FACTS.get(fact)
    return t(f"mask.{kind}", code=text[1:]) if kind and text.startswith(PSEUDONYM) else text


def item_name(item_id: str) -> str:
    """Return an item's id; where it begins with an agent's, with their pseudonym."""
    head, mark, rest = item_id.partition("#")
    return person("agent", head) + mark + rest


def term_name(name: str) -> Component:
    """Return a term's name in the reader's words; hovering shows its name in the contract file."""
    key = f"term.{name}"
    return html.Abbr(t(key), title=name) if has(key) else html.Code(name)


def term_value(value: str) -> Component:
    """Return what was agreed in the reader's words; hovering shows it as the contract file has it."""
    words = [_agreed(one) for one in value.split(", ")]
    if not value or words == value.split(", "):
        return html.Code(value or t("definition.empty_list"))
    return html.Span(t("sentence.comma").join(words), title=value)


def _agreed(word: str) -> str:
    return next((t(key) for group in ("choice", "event", "value", "flag") if has(key := f"{group}.{word}")), word)


def reason_text(reason: str) -> str:
    """Return a state's, verdict's or line's reason in the reader's words; its own where nobody translated it."""
    key = f"reason.{reason}"
    return t(key) if has(key) else phrase(reason)


def state_text(state: str) -> str:
    """Return a state in words: ``excluded: short abandon`` → 剔除：短时放弃."""
    kind, _, reason = state.partition(": ")
    return t("state.because", state=t(f"state.{kind}"), reason=reason_text(reason)) if reason else t(f"state.{kind}")


def formula_text(formula: str) -> str:
    """Return a line's formula with its few words in the reader's language, as documents print it."""
    return phrase(formula)


def line_name(line: LineView) -> str:
    """Return what a line is called: its indicator's or fee's name, else a known word, else what kind of line it is."""
    return of(line.name) or (t(f"line.{line.id}") if has(f"line.{line.id}") else t(f"kind.{line.kind}"))


def word_of(group: str, name: str) -> str:
    """Return a closed word (an event's kind, a fact's name) from the catalogue, or itself where it is not in it."""
    key = f"{group}.{name}"
    return t(key) if has(key) else name
