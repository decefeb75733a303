"""A vendor's own monthly report, read through a mapping: which figure it states of which indicator, and how exactly.

``docs.md`` in this folder is the page for those who write such a mapping. A figure that cannot be read is a problem of
its own; the others are read all the same, and none is guessed.
"""

import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, field_validator

from pipelines.core.canonical import digest
from pipelines.core.exact import decimal_text
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.yaml_text import TextTree
from pipelines.sources.mapping import FileForm, Missing, Model, Texts
from pipelines.sources.open_file import open_form
from pipelines.sources.parse_mapping import read_model
from pipelines.sources.raw_file import WHY

ReportUnit: TypeAlias = Literal["share", "percent", "per_10000", "s", "min", "h", "points", "count"]

# What one of the unit is in the metric's own: seconds, shares, points, contacts of ten thousand.
SCALE: dict[ReportUnit, Fraction] = {
    "share": Fraction(1),
    "percent": Fraction(1, 100),
    "per_10000": Fraction(1),
    "s": Fraction(1),
    "min": Fraction(60),
    "h": Fraction(3600),
    "points": Fraction(1),
    "count": Fraction(1),
}
# In which units a metric of this unit may be stated.
UNITS_OF: dict[str, tuple[ReportUnit, ...]] = {
    "share": ("share", "percent"),
    "s": ("s", "min", "h"),
    "per_10000": ("per_10000",),
    "points": ("points",),
    "count": ("count",),
    "contacts": ("count",),
    "cases": ("count",),
    "min": ("min", "h"),
}
# What a stated numerator is in the metric's own unit: minutes are seconds, a rate of ten thousand is so many times it.
SCALE_OF_NUMERATOR = {"min": 60, "h": 3600, "per_10000": 10_000}
NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")


class ReportColumns(Model):
    """The columns of a report: what names a figure, and what states it."""

    month: str
    code: str
    value: str
    vendor: str | None = None
    numerator: str | None = None
    denominator: str | None = None

    @property
    def raw(self) -> tuple[str, ...]:
        """Every column, each once."""
        named = (self.month, self.code, self.value, self.vendor, self.numerator, self.denominator)
        return tuple(dict.fromkeys(column for column in named if column is not None))


class ReportFigure(Model):
    """One code of the report: the indicator (or metric) that it states, in what unit, rounded to how many places.

    ``count``: not its value, but how many items are in this state of it (``population``: all of them). ``terms``: what
    the vendor says that it measured by, where that is not what the contract says. ``ignore``: nobody promised it, why.
    """

    indicator: str | None = None
    metric: str | None = None
    count: str | None = None
    unit: ReportUnit | None = None
    decimals: int | None = Field(default=None, ge=0, le=12)
    rounding: Literal["half_up", "down", "up"] = "half_up"
    terms: dict[str, str] = Field(default={})
    ignore: str | None = None

    @field_validator("decimals", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdecimal() else value


class ItemColumns(Model):
    """The columns of a list of items: their id, which code counted them, and their source where two logs share ids."""

    item: str
    code: str | None = None
    source: str | None = None

    @property
    def raw(self) -> tuple[str, ...]:
        """Every column, each once."""
        return tuple(dict.fromkeys(name for name in (self.item, self.code, self.source) if name is not None))


class ItemList(Model):
    """How the vendor's list of the items that it counted is read; ``codes``: of which figures, where no column says."""

    file: FileForm
    columns: ItemColumns
    codes: Texts = ()


class ReportMapping(Model):
    """How a report is read. ``name`` is the file of the mapping, ``text`` its whole text."""

    report: str = Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")
    about: dict[str, str] | str | None = None
    file: FileForm
    columns: ReportColumns
    month_format: str = "%Y-%m"
    vendors: dict[str, str] = Field(default={})
    missing: Missing = ("",)
    figures: dict[str, ReportFigure]
    items: ItemList | None = None
    name: str = ""
    text: str = ""

    @property
    def fingerprint(self) -> str:
        """A digest of what decides the reading; remarks and the file's own name do not change it."""
        return digest(self.model_dump(mode="json", exclude={"about", "name", "text"}))


@dataclass(frozen=True)
class StatedFigure:
    """A figure of the report. ``value`` is in the metric's own unit, ``text`` as it stands there, on line ``line``.

    What it was before it was rounded lies from ``low`` (in) to ``high`` (out).
    """

    code: str
    how: ReportFigure
    line: int
    text: str
    value: Fraction
    low: Fraction
    high: Fraction
    numerator: Fraction | None = None
    denominator: Fraction | None = None


def as_measured(stated: StatedFigure, unit: str, *, has_parts: bool) -> StatedFigure:
    """Return a figure in the unit that its metric has; where that divides nothing, without a numerator."""
    size = SCALE["min"] if unit == "min" else Fraction(1)
    value, low, high = (one / size for one in (stated.value, stated.low, stated.high))
    parts = (stated.numerator, stated.denominator) if has_parts else (None, None)
    return replace(stated, value=value, low=low, high=high, numerator=parts[0], denominator=parts[1])


@dataclass(frozen=True)
class ReadReport:
    """A month of a report: its figures by code, the codes that were left aside with the reason, and what is wrong."""

    figures: Mapping[str, StatedFigure]
    ignored: Mapping[str, str]
    problems: Sequence[Problem]


def parse_report_mapping(text: str, name: str) -> ReportMapping:
    """Read a mapping of reports. Everything that is wrong with it is refused at once, each with its file and line."""
    kind = "mapping of a vendor's report"
    mapping, tree = read_model(ReportMapping, text, name, kind=kind, begins="report", code="report.mapping_empty")
    refuse_if_any(_check(mapping, tree))
    return mapping


def _check(mapping: ReportMapping, tree: TextTree) -> Iterator[Problem]:
    for code, figure in mapping.figures.items():
        where = tree.where(("figures", code))
        named = [word for word in ("indicator", "metric", "ignore") if getattr(figure, word) is not None]
        if len(named) != 1:
            yield Problem(
                where,
                f"{code} names {' and '.join(named) or 'nothing'}; it is one of `indicator`, `metric` and `ignore`.",
                "Say what the figure states, or why it is left aside.",
                "report.mapping_figure",
            )
        elif figure.ignore is None and figure.count is None and figure.unit is None:
            yield Problem(
                where,
                f"{code} has no `unit`, so 0.92 could be a share or a percentage.",
                f"Write one of: {', '.join(SCALE)}.",
                "report.mapping_unit",
            )


def read_report(path: Path, mapping: ReportMapping, month: Month, vendor: str | None = None) -> ReadReport:
    """Read a month's figures (of one vendor, where the mapping names the column); what cannot be read is a problem.

    ``vendor`` is the contract's id of the vendor, which ``vendors`` of the mapping gives to the names in the report.
    """
    columns, problems = mapping.columns, list[Problem]()
    found: dict[str, StatedFigure] = {}
    ignored = {code: how.ignore for code, how in mapping.figures.items() if how.ignore is not None}
    for line, row in _rows(path, mapping.file, columns.raw, mapping.name, problems):
        where = f"{path}:{line}"
        try:
            said = datetime.strptime(_plain(row[columns.month]), mapping.month_format)  # noqa: DTZ007 - a month
        except ValueError:
            problems.append(
                Problem(
                    where,
                    f"{row[columns.month]!r} is no month; its figure is of no month that could be compared.",
                    f"Write it as `month_format` of {mapping.name} says: {mapping.month_format}.",
                    "report.month",
                )
            )
            continue
        if Month(said.year, said.month) != month or not _is_of(row, mapping, vendor):
            continue
        code = row[columns.code].strip()
        how = mapping.figures.get(code)
        if how is None:
            problems.append(_unknown_code(code, mapping, where))
        elif code in found:
            problems.append(
                Problem(
                    where,
                    f"{code} is stated a second time for {month}; line {found[code].line} says {found[code].text!r}.",
                    "Ask which one holds; the first is compared.",
                    "report.repeated_code",
                )
            )
        elif how.ignore is None:
            figure = _figure(row, code, how, mapping, line, where, problems)
            if figure is not None:
                found[code] = figure
    if not found and not problems:
        problems.append(
            Problem(
                str(path),
                f"This report has no figure of {month}" + (f" for {vendor}." if columns.vendor else "."),
                "Check the month, `month_format` and `vendors` of the mapping, and that it is the right file.",
                "report.no_month",
            )
        )
    return ReadReport(found, ignored, problems)


def _is_of(row: Mapping[str, str], mapping: ReportMapping, vendor: str | None) -> bool:
    if mapping.columns.vendor is None or vendor is None:
        return True
    named = row[mapping.columns.vendor].strip()
    return mapping.vendors.get(named, named) == vendor


def _rows(
    path: Path, form: FileForm, wanted: Sequence[str], name: str, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each record's line and fields by column; a record that is none is a problem."""
    with tempfile.TemporaryDirectory() as scratch:
        file = open_form(path, form, wanted, name, shown=str(path), scratch=Path(scratch))
        for record in file.records():
            if record.fields is not None:
                yield record.line_no, dict(zip(file.header, record.fields, strict=True))
            elif record.code in WHY:
                problems.append(
                    Problem(
                        f"{path}:{record.line_no}", WHY[record.code], "Ask for the report again.", "report.broken_line"
                    )
                )


def _unknown_code(code: str, mapping: ReportMapping, where: str) -> Problem:
    near = get_close_matches(code, mapping.figures, n=1, cutoff=0.6)
    return Problem(
        where,
        f"The report states {code!r}, which {mapping.name} does not know; it is compared with nothing.",
        f"Did you mean {near[0]}?"
        if near
        else "Name it under `figures`, with `ignore:` and why where nobody promised it.",
        "report.unknown_code",
    )


def _plain(text: str) -> str:
    """Return a text with full-width signs as plain ones: ９２．３％ is 92.3%."""
    return unicodedata.normalize("NFKC", text).strip()


def _number(text: str) -> Decimal | None:
    """Read ``92.31`` or ``1,234``; anything else is no number."""
    return Decimal(text.replace(",", "")) if NUMBER.fullmatch(text) else None


def _figure(
    row: Mapping[str, str],
    code: str,
    how: ReportFigure,
    mapping: ReportMapping,
    line: int,
    where: str,
    problems: list[Problem],
) -> StatedFigure | None:
    columns = mapping.columns
    text = row[columns.value].strip()
    if text in mapping.missing:
        what = f"{code} stands in the report without a value."
        problems.append(Problem(where, what, "Ask the vendor for it; nothing is compared.", "report.empty_value"))
        return None
    plain = _plain(text)
    has_sign = plain.endswith("%")
    number = _number(plain.removesuffix("%").strip())
    unit: ReportUnit = how.unit or "count"
    if number is None or (has_sign and unit not in ("share", "percent")):
        what = f"{code}: {text!r} is no number of {unit}."
        problems.append(Problem(where, what, "Mend the mapping, or ask the vendor what is meant.", "report.value"))
        return None
    scale = SCALE["percent" if has_sign else unit]
    value = Fraction(number) * scale
    if how.count is None and unit in ("share", "percent") and not 0 <= value <= 1:
        problems.append(_wrong_unit(code, text, unit, where))
        return None
    places = max(0, -int(number.as_tuple().exponent)) if how.decimals is None else how.decimals
    low, high = _before_rounding(value, scale / 10**places, how.rounding)
    parts = [_part(row, name, code, mapping, where, problems) for name in (columns.numerator, columns.denominator)]
    numerator, denominator = parts if how.count is None else (None, None)
    if numerator is not None:
        numerator *= SCALE_OF_NUMERATOR.get(unit, 1)
    stated = StatedFigure(code, how, line, text, value, low, high, numerator, denominator)
    problem = _does_not_follow(stated, unit, where)
    if problem is not None:
        problems.append(problem)
        if problem.severity == "error":
            return None
    return stated


def _wrong_unit(code: str, text: str, unit: str, where: str) -> Problem:
    return Problem(
        where,
        f"{code}: {text!r} is no {unit}: it would lie beyond 0 to 100 %.",
        "Change `unit` of the mapping (share: 0.92, percent: 92), or ask the vendor.",
        "report.unit",
    )


def _before_rounding(value: Fraction, step: Fraction, rounding: str) -> tuple[Fraction, Fraction]:
    """Return from where (in) to where (out) a value lay that was rounded to ``value``, a multiple of ``step``."""
    if rounding == "down":
        return value, value + step
    if rounding == "up":  # (value − step, value], written half-open: a hair higher on both sides
        hair = step / 10**12
        return value - step + hair, value + hair
    return value - step / 2, value + step / 2


def _part(
    row: Mapping[str, str],
    column: str | None,
    code: str,
    mapping: ReportMapping,
    where: str,
    problems: list[Problem],
) -> Fraction | None:
    text = "" if column is None else row[column].strip()
    if column is None or text in mapping.missing:
        return None
    number = _number(_plain(text))
    if number is None:
        what = f"{code}: {text!r} in {column!r} is no number; the figure is compared by its value alone."
        problems.append(Problem(where, what, "Ask the vendor for it.", "report.part", "warning"))
        return None
    return Fraction(number)


def _does_not_follow(stated: StatedFigure, unit: str, where: str) -> Problem | None:
    """Say where a figure's value is not its numerator by its denominator; a hundredfold is a wrong unit."""
    if stated.numerator is None or not stated.denominator:
        return None
    ratio = stated.numerator / stated.denominator
    if stated.low <= ratio < stated.high:
        return None
    width = (stated.high - stated.low) * 100
    if (
        unit in ("share", "percent")
        and ratio
        and (abs(stated.value * 100 - ratio) <= width or abs(stated.value / 100 - ratio) <= width / 10000)
    ):
        return _wrong_unit(stated.code, stated.text, unit, where)
    return Problem(
        where,
        f"{stated.code} says {stated.text}, and {decimal_text(stated.numerator)} / {decimal_text(stated.denominator)}"
        f" is {decimal_text(ratio)}.",
        "Ask the vendor which of them holds; what lies between the two stays unexplained.",
        "report.inconsistent",
        "warning",
    )


@dataclass(frozen=True)
class ListedItem:
    """An item that the vendor says it counted, and how often it lists it."""

    source: str | None
    item: str
    times: int


def read_items(path: Path, mapping: ReportMapping) -> dict[str, list[ListedItem]]:
    """Return the items that the vendor lists, by code; without a column of codes, of all its ``codes``."""
    listing = mapping.items
    if listing is None:
        raise Refused(
            Problem(
                mapping.name,
                "The mapping does not say how a list of items is read.",
                "Add `items:` with its `file` and `columns`.",
                "report.no_items",
            )
        )
    problems: list[Problem] = []
    counted: dict[str, dict[tuple[str | None, str], int]] = {code: {} for code in listing.codes}
    columns = listing.columns
    for _, row in _rows(path, listing.file, columns.raw, mapping.name, problems):
        codes = listing.codes if columns.code is None else (row[columns.code].strip(),)
        key = (None if columns.source is None else row[columns.source].strip(), row[columns.item].strip())
        for code in codes:
            times = counted.setdefault(code, {})
            times[key] = times.get(key, 0) + 1
    refuse_if_any(problems)
    return {
        code: [ListedItem(source, item, times) for (source, item), times in found.items()]
        for code, found in counted.items()
    }
