"""Options on which money depends and that a contract leaves to their default: named, so that none is silent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel

from pipelines.contract.checks.measures import metric_of
from pipelines.contract.checks.place import Place, Reading
from pipelines.contract.consequence import Consequence, Measure, Repeats
from pipelines.contract.fee import Fee
from pipelines.contract.model import Contract, Indicator
from pipelines.core.problem import Problem

TIERED = ("bands", "points")


def left(part: BaseModel, *fields: str, prefix: str = "") -> dict[str, str]:
    """Return the fields of a part that nobody wrote, by the key as it is written, with what holds instead."""
    named = {field: type(part).model_fields[field].alias or field for field in fields}
    return {
        f"{prefix}{key}": _shown(getattr(part, field))
        for field, key in named.items()
        if field not in part.model_fields_set
    }


def _shown(value: object) -> str:
    return {"True": "true", "False": "false", "None": ""}.get(str(value), str(value))


def said(place: Place, found: Mapping[str, str]) -> Iterator[Problem]:
    """Say in one message what is left to its default."""
    if found:
        listed = ", ".join(f"{name} {value or '(none)'}" for name, value in found.items())
        yield place.warning(
            f"money depends on what it leaves to its default: {listed}.",
            "Write what was agreed, so that no reader has to know the defaults.",
            "contract.left_to_default",
        )


def indicator_defaults(reading: Reading) -> Iterator[Problem]:
    """Name what an indicator with a weight or consequences leaves open."""
    indicator = reading.indicator
    consequences = [one for value in indicator.consequences for one in value.value]
    if indicator.class_ == "report_only" or not (consequences or indicator.weight):
        return
    found = {} if indicator.worst_of else _terms(indicator)
    for part in indicator.worst_of:
        found |= _terms(part, f"{part.id}.")
    if "minimum_sample" not in indicator.model_fields_set:
        found["minimum_sample"] = "1"
    found |= left(indicator, "on_change", "too_few")
    if "unmeasurable" not in indicator.model_fields_set:
        found["unmeasurable"] = "by keeper of the log"
    yield from said(reading, found | _where_it_matters(reading, consequences))


def _where_it_matters(reading: Reading, consequences: Sequence[Consequence]) -> dict[str, str]:
    """Return options that move money only together with something else."""
    indicator, found = reading.indicator, dict[str, str]()
    if indicator.weight:
        found |= left(indicator, "if_no_data")
    if indicator.compare_at is not None:
        found |= left(indicator, "compare_rounding")
    if _asks_for_critical(reading.contract):
        found |= left(indicator, "class_")
    if any(len(value.value) > 1 for value in indicator.consequences):
        found |= left(indicator, "one_of")
    if any(one.repeats for one in consequences) and indicator.escalates is None:
        found["escalates"] = "false" if reading.metric.aggregate == "count" else "true"
    for scoring in indicator.scoring or []:
        if scoring.value.form == "per_step":
            found |= left(scoring.value, "steps", "lose_unit", prefix="scoring.")
    for one in consequences:
        found |= _consequence(reading, one)
    return found


def _asks_for_critical(contract: Contract) -> bool:
    """Say whether money depends on which indicators are critical: by a grade's condition, or a bonus's."""
    listed = [value.value for indicator in contract.indicators for value in indicator.consequences]
    grades = [grade for value in contract.coefficient.grades for grade in value.value] if contract.coefficient else []
    return any(one.no_bonus_if for some in listed for one in some) or any(grade.needs for grade in grades)


def _terms(measure: Measure | Indicator, prefix: str = "") -> dict[str, str]:
    metric = metric_of(measure.metric)
    terms = metric.terms.items() if metric else ()
    return {f"{prefix}{name}": term.default for name, term in terms if name not in measure.terms}


def _consequence(reading: Reading, one: Consequence) -> dict[str, str]:
    prefix = f"{one.id}."
    found = dict[str, str]()
    if not one.bonus and one.kind is None:
        found[f"{prefix}kind"] = one.group
    if one.form == "per_step" and one.steps is None:
        found[f"{prefix}steps"] = one.steps_mode
    if one.form == "pool":
        found |= left(one, "category", "severity", prefix=prefix)
    if one.form == "event":
        found |= left(one, "worse_than", "on_days", prefix=prefix)
    elif reading.indicator.period == "day" and one.form != "per_incident":
        found |= left(one, "once_a_month", prefix=prefix)
    if one.bonus:
        found |= left(one, "no_bonus_if", prefix=prefix)
    return found | _repeats(one.repeats, prefix)


def _repeats(repeats: Repeats | None, prefix: str) -> dict[str, str]:
    if repeats is None:
        return {}
    found = left(repeats, "gap", "reset", prefix=f"{prefix}repeats.")
    if any((level.consecutive, level.misses, level.within) == (None, None, None) for level in repeats.levels):
        found[f"{prefix}repeats.consecutive"] = "2"
    return found


def contract_defaults(place: Place) -> Iterator[Problem]:
    """Name what the contract as a whole leaves open."""
    contract = place.contract
    has_money = any(value.value for indicator in contract.indicators for value in indicator.consequences)
    found: dict[str, str] = {}
    if contract.fees:
        found |= left(contract, "floor")
        found |= left(contract.tax, *(["deductions_as"] if has_money else []), "prices_include_tax", prefix="tax.")
        if "rate" not in contract.tax.model_fields_set:
            found["tax.rate"] = "0"
        if has_money:
            found |= left(contract, "pending_at_seal")
    if found:
        listed = ", ".join(f"{name} {value}" for name, value in found.items())
        yield Problem(
            place.source.where(),
            f"The payable sum depends on what the contract leaves to its default: {listed}.",
            "Write what was agreed, so that no reader has to know the defaults.",
            "contract.left_to_default",
            "warning",
        )


def fee_defaults(place: Place, fee: Fee) -> Iterator[Problem]:
    """Name what a fee leaves open."""
    found: dict[str, str] = {}
    if fee.tiers:
        found |= left(fee, "mode")
    if fee.form == "seats":
        found |= left(fee, "overtime")
    if fee.form == "minimum" and not fee.minimum_of:
        found["minimum_of"] = "all fees"
    if fee.surge:
        found |= left(fee.surge, "mode", "tolerance", "higher_of", prefix="surge.")
    if fee.quantity:
        found |= _terms(fee.quantity, "quantity.")
    yield from said(place, found)


def part_defaults(contract: Contract, places: Iterable[tuple[str, Place]]) -> Iterator[Problem]:
    """Name what pools, tables, the coefficient and failing months leave open."""
    at = dict(places)
    if contract.coefficient:
        one = contract.coefficient
        yield from said(at["coefficient"], left(one, "as_", "kind") | _repeats(one.repeats, ""))
    if contract.month_fail and contract.month_fail.notices:
        yield from said(at["month_fail"], left(contract.month_fail, "gap", "reset"))
    for number, table in enumerate(contract.points_tables):
        yield from said(at[f"points_tables.{number}"], left(table, "of", "kind"))
    for number, pool in enumerate(contract.pools):
        yield from said(at[f"pools.{number}"], left(pool, "total"))
