"""What is paid: forms, prices, tiers, quantities, surges and cost centres."""

from collections.abc import Iterator
from decimal import Decimal

from pipelines.contract.checks.defaults import fee_defaults
from pipelines.contract.checks.forms import FEES, OF_EVERY_FEE, form_problems
from pipelines.contract.checks.measures import measure_problems, metric_of
from pipelines.contract.checks.place import Place
from pipelines.contract.dates import beginning_problems, term_days
from pipelines.contract.fee import Fee
from pipelines.contract.parse import Source
from pipelines.core.exact import decimal_text
from pipelines.core.period import Month
from pipelines.core.problem import Problem

COUNTED = ("count", "sum")  # what a price can be multiplied by
ATTENDANCE = "ratio"  # attended / scheduled
MINUTES = "min"


def fee_problems(source: Source) -> Iterator[Problem]:
    """Return every problem of the contract's fees."""
    for number, fee in enumerate(source.model.fees):
        place = Place(source, f"Clause {fee.clause} ({fee.id})", ("fees", number))
        yield from form_problems(place, f"the form {fee.form}", fee, FEES[fee.form], OF_EVERY_FEE)
        yield from _figures(place, fee)
        yield from _quantity(place, fee)
        yield from _minimum(place, fee)
        yield from _surge(place, fee)
        if fee.cost_centres and sum(fee.cost_centres.values()) != 1:
            total = sum(fee.cost_centres.values(), Decimal(0))
            yield place.problem(
                f"its cost centres bear {decimal_text(total * 100)} % of it; the rest would be booked nowhere.",
                "Let the shares add up to 100 %.",
                "contract.cost_centres",
                "cost_centres",
            )
        yield from fee_defaults(place, fee)


def _figures(place: Place, fee: Fee) -> Iterator[Problem]:
    dated = {**fee.figures, "units": fee.units or []}
    for key, values in dated.items():
        title = f"{place.title}: {key}"
        yield from beginning_problems(place.source, (*place.at, key), title, values, place.contract.term.from_)
        prices = (
            [tier.price for value in values for tier in value.value] if key == "tiers" else [v.value for v in values]
        )
        if any(price < 0 for price in prices):
            yield place.problem(f"{key} is negative.", "Write what is paid.", "contract.negative_fee", key)
    for number, value in enumerate(fee.tiers or []):
        begins = [tier.from_ for tier in value.value]
        if not begins or begins[0] != 1 or begins != sorted(set(begins)):
            yield place.problem(
                f"its tiers begin at {', '.join(map(str, begins)) or 'nothing'}; some units have no price, or two.",
                "Begin at 1 and go upwards, each `from:` once.",
                "contract.fee_tiers",
                *place.value_path("tiers", number),
            )


def _quantity(place: Place, fee: Fee) -> Iterator[Problem]:
    if fee.quantity is None:
        return
    yield from measure_problems(place.inner("quantity"), fee.quantity, fee.clause)
    metric = metric_of(fee.quantity.metric)
    wanted = (ATTENDANCE,) if fee.form == "seats" else COUNTED
    if metric and metric.aggregate not in wanted:
        what = "how much of the schedule was attended" if fee.form == "seats" else "a number of units"
        yield place.problem(
            f"{metric.key} is a {metric.aggregate}, and this fee is paid by {what}.",
            f"Choose a metric whose value is a {' or a '.join(wanted)}.",
            "contract.fee_quantity",
            "quantity",
        )
    elif metric and (fee.form == "per_minute") != (metric.unit == MINUTES) and fee.form != "seats":
        of = "minutes" if fee.form == "per_minute" else "contacts" if fee.form == "per_contact" else "cases"
        yield place.problem(
            f"it is paid by {of}, and {metric.key} counts {metric.unit}.",
            f"Choose a metric that counts {of}, or another form of fee.",
            "contract.fee_quantity",
            "quantity",
        )


def _minimum(place: Place, fee: Fee) -> Iterator[Problem]:
    if fee.form != "minimum":
        return
    others = [one.id for one in place.contract.fees if one.form != "minimum"]
    for name in fee.minimum_of:
        if name not in others:
            yield place.problem(
                f"it is a minimum of {name!r}, which is no fee that could reach it.",
                f"The fees are: {', '.join(others) or 'none'}.",
                "contract.unknown_fee",
                "minimum_of",
            )
    if fee.units and not fee.price:
        yield place.problem(
            "a minimum of units needs the `price:` of a unit.", "Write it.", "contract.form_incomplete", "units"
        )


def _surge(place: Place, fee: Fee) -> Iterator[Problem]:
    surge = fee.surge
    if surge is None:
        return
    if surge.price is None:
        yield place.problem(
            "a surge needs its `price:`.",
            "Write what a unit above the forecast costs.",
            "contract.form_incomplete",
            "surge",
        )
    yield from beginning_problems(
        place.source,
        (*place.at, "surge", "price"),
        f"{place.title}: surge price",
        surge.price or [],
        place.contract.term.from_,
    )
    days, known = term_days(place.contract), {*surge.forecast}
    months = []
    month = Month(days.since.year, days.since.month)
    while len(days) and month.days.since < days.until:
        months.append(str(month))
        month = month.after(1)
    lacking = [one for one in months if one not in known]
    if lacking:
        shown = ", ".join(lacking[:4]) + (" …" if len(lacking) > 4 else "")
        yield place.warning(
            f"no forecast is agreed for {shown}; there nothing is above it, and no surge is paid.",
            "Add the forecasts, by amendment where they are agreed later.",
            "contract.forecast_missing",
            "surge",
        )
    beyond = sorted(known - set(months))
    if beyond:
        yield place.problem(
            f"the forecast names {', '.join(beyond)}, which is no month of the term.",
            "Write months like 2026-10.",
            "contract.forecast_month",
            "surge",
        )
