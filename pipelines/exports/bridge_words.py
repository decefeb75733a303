"""A bridge in words: what each figure's difference comes from, what shows it, what it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.core.exact import percent_text
from pipelines.core.money import round_half_away
from pipelines.exports.figures import state_text
from pipelines.exports.words import Words

AGREEING = ("same", "rounded", "no data")  # verdicts that nothing has to be said of
HOW = {"numerator and denominator": "exact", "value, rounded": "rounded"}


def stated_text(value: str | None, unit: str, *, signed: bool = False) -> str:
    """Return a value in its unit, for a person: a share as a percentage with two places, others with up to four."""
    if value is None:
        return "–"
    number = Fraction(value)
    sign = "+" if signed and number > 0 else ""
    if unit == "share":
        return f"{sign}{percent_text(number)}{' pp' if signed else '%'}"
    text = f"{round_half_away(number, 4):f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


def effect_text(amount: str | None) -> str:
    """Return a sum with its sign and thousands: +8,400.00; nothing has no sign."""
    return "–" if amount is None else _signed(Decimal(amount))


def moved_text(points: str | None) -> str:
    """Return points of the score with their sign and up to two places."""
    return "–" if points is None else _signed(round_half_away(Fraction(points), 2))


def _signed(amount: Decimal) -> str:
    return f"{amount:+,}" if amount else f"{amount:,}"


def cause_texts(row: Mapping[str, Any], words: Words) -> list[str]:
    """Return the parts of a difference; one of nothing but dust behind the comma is left out."""
    parts = [(part["cause"], stated_text(part["difference"], row["unit"], signed=True)) for part in row["parts"]]
    shown = [f"{words.of('cause', cause)} {text}" for cause, text in parts if text.strip("+-0. p")]
    return shown or [words.of("compared", row["verdict"])]


def figure_name(row: Mapping[str, Any], words: Words) -> str:
    """Return what a figure is called, and what is counted of it where not its value is stated: ``X, items met``."""
    name = words.pick(row["name"])
    if row["count"] is None:
        return name
    if row["count"] == "population":
        return name + words("bridge.population")
    return name + words("bridge.counted", state=_state(row["count"], words))


def sentences(body: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield a paragraph for each figure that differs, then what all of them come to."""
    words = Words(language)
    differing = [row for row in body["rows"] if row["verdict"] not in AGREEING]
    for row in differing:
        yield "\n  ".join(paragraph(row, body["currency"], words))
    if not differing:
        yield words("bridge.nothing")
    elif body["together"]["yuan"] is not None:
        yield words("bridge.together", **_worth(body["together"], body["currency"]))
    if body["not_reported"]:
        yield words("bridge.not_reported", names=words("bridge.and").join(body["not_reported"]))


def paragraph(row: Mapping[str, Any], currency: str, words: Words) -> Iterator[str]:
    """Yield what there is to say of a figure that differs, a sentence at a time."""
    unit = row["unit"]
    yield words(
        "bridge.beside",
        name=figure_name(row, words),
        code=row["code"],
        theirs=_with_parts(row["theirs"], unit),
        ours=_with_parts(row["ours"], unit),
        difference=stated_text(row["difference"], unit, signed=True),
    )
    first, *others = row["explanations"] or [None]
    if first is not None:
        for step in first:
            yield _step(step, words)
        parts = f"{row['theirs']['numerator']} / {row['theirs']['denominator']}"
        yield words(f"bridge.{HOW.get(row['how'], 'list')}", parts=parts)
        for step in first:
            yield from _evidence(step, words)
    elif row["by_chance"]:
        yield words("bridge.chance", n=row["by_chance"])
    else:
        yield words("bridge.unexplained")
    if others:
        each = ["; ".join(_step(step, words).rstrip("。.") for step in steps) for steps in others]
        yield words("bridge.also", others=" | ".join(each))
    if row.get("strangers"):
        yield words("bridge.strangers", items=_turned(row["strangers"], words))
    if row["yuan"] is not None:
        yield words("bridge.worth", **_worth(row, currency))


def _worth(effect: Mapping[str, Any], currency: str) -> dict[str, str]:
    return {"points": moved_text(effect["points"]), "yuan": effect_text(effect["yuan"]), "currency": currency}


def _with_parts(side: Mapping[str, Any], unit: str) -> str:
    """Return a value with its numerator and denominator, where they say more than the value."""
    value = stated_text(side["value"], unit)
    if side["numerator"] is None or side["denominator"] in (None, "1"):
        return value
    return f"{value} ({side['numerator']} / {side['denominator']})"


def _step(step: Mapping[str, Any], words: Words) -> str:
    if "by" in step:
        return words(f"bridge.{step['cause']}", cells=_cells(step, words))
    other: Mapping[str, str] = step["other"]
    if step["cause"] == "definition":
        each = (_instead(name, value, step["instead_of"].get(name, []), words) for name, value in other.items())
        return words("bridge.definition", other=words("bridge.and").join(each))
    ((kind, value),) = other.items()
    if kind == "hours":
        return words("bridge.calendar", other=words.of("hours", value))
    return words(f"bridge.{'first' if value == 'first' else kind}", other=value)


def _instead(name: str, value: str, ours: Sequence[str], words: Words) -> str:
    none, to = words("bridge.none"), f" {words('bridge.to')} "
    said = to.join(one or none for one in ours)
    return words("bridge.instead", name=words.of("term", name), value=value or none, ours=said)


def _cells(step: Mapping[str, Any], words: Words) -> str:
    cells: Sequence[str] = step["cells"]
    if step["by"] == "amount":
        return words(f"bridge.{cells[0]}", bound=cells[1])
    if step["by"] == "delivered":
        return words("bridge.again")
    if step["by"] == "listed":
        return words(f"bridge.{'unlisted' if step['cause'] == 'missing' else 'listed'}")
    names = cells if len(cells) < 4 else [f"{cells[0]} … {cells[-1]}"]
    return words("bridge.cells", split=words.of("split", step["by"]), names=words("bridge.and").join(names))


def _evidence(step: Mapping[str, Any], words: Words) -> Iterator[str]:
    if step["items"]:
        yield words("bridge.items", items=_turned(step["items"], words))
        some = [f"{one['source']} {one['item']}" for turned in step["items"] for one in turned["some"]]
        if some:
            yield words("bridge.some", items=words("bridge.and").join(some[:3]))
    if step["command"]:
        yield words("bridge.see", command=step["command"])


def _turned(turned: Sequence[Mapping[str, Any]], words: Words) -> str:
    """Return how many items stand where: ``3 missed → excluded: short abandon``."""
    to = words("bridge.to")
    return words("bridge.and").join(
        f"{one['n']} {_state(one['ours'], words)} {to} {_state(one['theirs'], words)}" for one in turned
    )


def _state(state: str, words: Words) -> str:
    return state_text(*state.partition(": ")[::2], words)
