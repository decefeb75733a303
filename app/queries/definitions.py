"""The definitions of what can be measured."""

from typing import Any

from app.auth import Reader
from app.queries.body import fraction
from app.queries.door import asking
from app.views import DefinitionView, ExampleRow, ExampleView, TermView


def definitions(*, reader: Reader) -> tuple[DefinitionView, ...]:
    """Return every metric, in order of its key."""
    with asking(reader) as door:
        return tuple(_view(found) for found in door.definitions())


def definition(key: str, *, reader: Reader) -> DefinitionView:
    """Return one metric; one that nobody defined is trouble."""
    with asking(reader) as door:
        return _view(door.definition(key))


def _view(found: Any) -> DefinitionView:
    return DefinitionView(
        key=found.key,
        name=found.name,
        text=found.text,
        population=found.population,
        aggregate=found.aggregate,
        unit=found.unit,
        better=found.better,
        interval=found.interval,
        rule=found.rule,
        terms=tuple(
            TermView(one.name, one.title, one.unit, one.default, tuple(one.choices), one.at_least, one.at_most)
            for one in found.terms
        ),
        states=tuple(found.states),
        sha256=found.sha256,
        sql=found.sql,
        example=None if found.example is None else _example(found.example),
    )


def _example(found: Any) -> ExampleView:
    return ExampleView(
        about=found.about,
        terms=found.terms,
        every=_facts(found.every),
        columns=found.columns,
        rows=tuple(ExampleRow(one.item, _facts(one.has), one.state, one.amount) for one in found.items),
        numerator=found.numerator,
        denominator=found.denominator,
        value=fraction(found.value),
    )


def _facts(has: Any) -> dict[str, str]:
    """Return facts as texts; the parts of a list with commas between."""
    return {name: fact if isinstance(fact, str) else ", ".join(fact) for name, fact in has.items()}
