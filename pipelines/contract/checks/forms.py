"""What each form of points, consequences and fees needs and reads: tables, and the one check that asks them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from pipelines.contract.checks.place import Place
from pipelines.core.problem import Problem

# A need is a key; ``a|b`` exactly one of them, ``a>0`` a figure above nothing, ``bands.a|b`` the same in every tier.


@dataclass(frozen=True)
class Form:
    """A form's needs, and what else it reads."""

    needs: tuple[str, ...]
    reads: tuple[str, ...] = ()

    @property
    def every_key(self) -> set[str]:
        """All that it reads."""
        needed = {key.partition(">")[0].partition(".")[0] for need in self.needs for key in need.split("|")}
        return needed | set(self.reads)


SCORING = {
    "pass_fail": Form(()),
    "bands": Form(("bands.points",), ("closed",)),
    "linear": Form(("zero_at", "full_at")),
    "piecewise": Form(("at",)),
    "per_step": Form(("step>0", "lose"), ("relative", "lose_unit", "floor", "steps")),
}

CONSEQUENCES = {
    "bands": Form(("bands.rate|amount",), ("closed", "base", "once_a_month", "repeats", "earn_back")),
    "per_step": Form(("step>0", "rate|amount"), ("relative", "steps", "base", "once_a_month", "repeats", "earn_back")),
    "fixed": Form(("rate|amount",), ("base", "once_a_month", "repeats", "earn_back")),
    "per_incident": Form(("rate|amount",), ("base", "event", "repeats", "earn_back")),
    "pool": Form(("pool", "allocation"), ("category", "severity", "base", "repeats", "earn_back")),
    "points": Form(("table", "bands.points"), ("closed", "repeats")),
    "event": Form(("rate|amount|daily_fees",), ("base", "worse_than", "on_days", "event", "repeats", "earn_back")),
}
OF_EVERY_CONSEQUENCE = {"id", "form", "clause", "kind", "bonus"}
CAPS = {"cap", "cap_rate"}
OF_A_BONUS = {"from_", "no_bonus_if"}

FEES = {
    "fixed": Form(("amount",)),
    "seats": Form(("seats", "price"), ("quantity", "overtime")),
    "per_contact": Form(("price|tiers", "quantity"), ("mode", "surge")),
    "per_minute": Form(("price|tiers", "quantity"), ("mode", "surge")),
    "per_case": Form(("price|tiers", "quantity"), ("mode", "surge")),
    "minimum": Form(("amount|units",), ("price", "minimum_of")),
}
OF_EVERY_FEE = {"id", "clause", "name", "form", "cost_centres"}


def form_problems(place: Place, what: str, part: BaseModel, form: Form, also: Iterable[str] = ()) -> Iterator[Problem]:
    """Find what a form lacks, and what is written and not read."""
    for need in form.needs:
        label = lacking(part, need)
        if label:
            yield place.problem(f"{what} needs {label}.", f"Write {label}.", "contract.form_incomplete")
    for field in sorted(part.model_fields_set - form.every_key - set(also)):
        key = type(part).model_fields[field].alias or field
        yield place.warning(
            f"{what} does not read {key!r}; it has no effect.",
            "Remove it, or choose the form that reads it.",
            "contract.form_unused",
        )


def lacking(part: BaseModel, need: str) -> str | None:
    """Say what is missing for a need, or None where it is there."""
    if need.startswith("bands."):
        inner = need.removeprefix("bands.")
        each = all(lacking(band, inner) is None for band in getattr(part, "bands"))  # noqa: B009 - of several models
        return None if each else f"{_named(inner)} in every band"
    if need.endswith(">0"):
        key = need.removesuffix(">0")
        return None if (getattr(part, key) or 0) > 0 else f"a `{key}:` above 0"
    keys = need.split("|")
    return None if sum(bool(_is_there(part, key)) for key in keys) == 1 else _named(need)


def _is_there(part: BaseModel, key: str) -> bool:
    value = getattr(part, key)
    return value is not None and value != []


def _named(need: str) -> str:
    keys = [f"`{key}:`" for key in need.split("|")]
    return keys[0] if len(keys) == 1 else f"either {', '.join(keys[:-1])} or {keys[-1]}"
