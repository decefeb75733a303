"""A vendor's own report: units, signs, gaps and what nobody can read, each a problem of its own; nothing is guessed."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.period import Month
from pipelines.core.problem import Refused
from pipelines.samples.workbook import workbook
from pipelines.sources.vendor_report import (
    ReadReport,
    ReportMapping,
    as_measured,
    parse_report_mapping,
    read_items,
    read_report,
)
from tests.conftest import ROOT

HEAD = """
report: small
file: {format: [csv, xlsx]}
columns: {month: month, vendor: vendor, code: code, value: value, numerator: num, denominator: den}
vendors: {远帆: yuanfan}
missing: ["", "-"]
figures:
"""
FIGURES = """
  connect: {indicator: connect, unit: percent, decimals: 2}
  level: {indicator: level, unit: share}
  wait: {indicator: wait, unit: min, decimals: 1}
  calls: {indicator: connect, count: population}
  rating: {indicator: csat, unit: points, decimals: 2}
  complaints: {metric: contact.complaint_rate@1, unit: per_10000}
  headcount: {ignore: nobody promised it}
"""
OCTOBER = Month(2026, 10)


def mapping(text: str = HEAD + FIGURES) -> ReportMapping:
    return parse_report_mapping(text, "small.yaml")


def read(tmp_path: Path, *rows: str, how: ReportMapping | None = None, encoding: str = "utf-8") -> ReadReport:
    path = tmp_path / "report.csv"
    path.write_text("\n".join(["month,vendor,code,value,num,den", *rows, ""]), encoding=encoding)
    return read_report(path, how or mapping(), OCTOBER, "yuanfan")


def codes(found: ReadReport) -> list[tuple[str, str]]:
    return [(one.where.rpartition(":")[2], one.code) for one in found.problems]


def test_a_percentage_is_a_share_and_knows_what_it_was_rounded_from(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,connect,92.31%,12,13")
    one = found.figures["connect"]
    assert (one.value, one.low, one.high) == (Fraction(9231, 10000), Fraction(92305, 100000), Fraction(92315, 100000))
    assert (one.numerator, one.denominator, one.line, found.problems) == (12, 13, 2, [])


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("connect,92.31,,", Fraction(9231, 10000)),
        ("connect,９２．３１％,,", Fraction(9231, 10000)),
        ("level, 0.9 ,,", Fraction(9, 10)),
        ("level,90%,,", Fraction(9, 10)),
        ("wait,0.5,,", Fraction(30)),
        ('calls,"1,234",,', Fraction(1234)),
        ("rating,4.5,,", Fraction(9, 2)),
        ("complaints,3.5,,", Fraction(7, 2)),
    ],
)
def test_a_value_is_read_in_its_unit(tmp_path: Path, row: str, value: Fraction) -> None:
    found = read(tmp_path, f"2026-10,远帆,{row}")
    assert [one.value for one in found.figures.values()] == [value]
    assert found.problems == []


def test_without_decimals_the_text_says_to_how_many_places_it_is_rounded(tmp_path: Path) -> None:
    one = read(tmp_path, "2026-10,远帆,level,0.9,,").figures["level"]
    assert (one.low, one.high) == (Fraction(17, 20), Fraction(19, 20))


@pytest.mark.parametrize(("rounding", "low", "high"), [("down", "0.92", "0.93"), ("half_up", "0.915", "0.925")])
def test_how_it_was_rounded_decides_from_what(tmp_path: Path, rounding: str, low: str, high: str) -> None:
    how = mapping(HEAD + f"  level: {{indicator: level, unit: share, decimals: 2, rounding: {rounding}}}")
    one = read(tmp_path, "2026-10,远帆,level,0.92,,", how=how).figures["level"]
    assert (one.low, one.high) == (Fraction(low), Fraction(high))


def test_rounded_up_holds_its_own_value_and_not_the_one_below(tmp_path: Path) -> None:
    how = mapping(HEAD + "  level: {indicator: level, unit: share, decimals: 2, rounding: up}")
    one = read(tmp_path, "2026-10,远帆,level,0.92,,", how=how).figures["level"]
    assert one.low <= Fraction("0.92") < one.high
    assert one.low <= Fraction("0.9101") < one.high
    assert not one.low <= Fraction("0.91") < one.high
    assert not one.low <= Fraction("0.9201") < one.high


def test_minutes_and_ten_thousands_are_stated_with_their_own_numerators(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,wait,0.5,5,10", "2026-10,远帆,complaints,20,2,1000")
    assert (found.figures["wait"].numerator, found.figures["wait"].denominator) == (300, 10)  # 5 min of 10 calls
    assert (found.figures["complaints"].numerator, found.figures["complaints"].denominator) == (20_000, 1000)
    assert found.problems == []


def test_minutes_of_a_metric_in_minutes_stay_minutes(tmp_path: Path) -> None:
    one = read(tmp_path, "2026-10,远帆,wait,0.5,5,10").figures["wait"]
    found = as_measured(one, "min", has_parts=False)
    assert (found.value, found.low, found.high) == (Fraction(1, 2), Fraction(9, 20), Fraction(11, 20))
    assert found.numerator is None
    assert as_measured(one, "s", has_parts=True) == one


PROBLEMS: dict[str, tuple[str, str]] = {
    "a share written as a percentage": ("level,92.31,,", "report.unit"),
    "a percentage written as a share": ("connect,0.92,12,13", "report.unit"),
    "a share that is a hundredfold of its parts": ("level,0.0092,92,100", "report.unit"),
    "a percent sign on seconds": ("wait,5%,,", "report.value"),
    "words": ("connect,about 92,,", "report.value"),
    "no number at all": ("connect,nan,,", "report.value"),
    "an empty cell": ("connect,,12,13", "report.empty_value"),
    "a dash that means no value": ("connect,-,12,13", "report.empty_value"),
    "an unknown code": ("conect,92,,", "report.unknown_code"),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_cannot_be_read_is_said_and_the_rest_is_read(tmp_path: Path, case: str) -> None:
    row, code = PROBLEMS[case]
    found = read(tmp_path, f"2026-10,远帆,{row}", "2026-10,远帆,rating,4.5,,")
    assert codes(found) == [("2", code)]
    assert list(found.figures) == ["rating"]


def test_an_unknown_code_names_the_nearest(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, "2026-10,远帆,conect,92,,").problems
    assert problem.mend == "Did you mean connect?"


def test_a_value_that_is_not_its_own_parts_is_read_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,connect,92.31,13,15")
    assert [(one.code, one.severity) for one in found.problems] == [("report.inconsistent", "warning")]
    assert list(found.figures) == ["connect"]


def test_parts_that_are_no_numbers_leave_the_value(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,connect,92.31,twelve,13")
    assert [(one.code, one.severity) for one in found.problems] == [("report.part", "warning")]
    assert found.figures["connect"].numerator is None


def test_other_months_and_vendors_are_passed_over(tmp_path: Path) -> None:
    rows = ("2026-09,远帆,connect,1,,", "2026-10,云桥,connect,2,,", "2026-10,远帆,connect,3,,")
    found = read(tmp_path, *rows)
    assert {code: one.text for code, one in found.figures.items()} == {"connect": "3"}
    assert found.problems == []


def test_a_month_that_the_report_does_not_have_is_said(tmp_path: Path) -> None:
    assert [one.code for one in read(tmp_path, "2026-09,远帆,connect,92,,").problems] == ["report.no_month"]


def test_a_text_that_is_no_month_is_said_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,connect,92,,", "Oct,远帆,rating,4.5,,")
    assert codes(found) == [("3", "report.month")]


def test_a_figure_stated_twice_is_said_and_the_first_stands(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,connect,92,,", "2026-10,远帆,connect,93,,")
    assert codes(found) == [("3", "report.repeated_code")]
    assert found.figures["connect"].text == "92"


def test_what_nobody_promised_is_left_aside_by_name(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,headcount,44,,", "2026-10,远帆,rating,4.5,,")
    assert found.ignored == {"headcount": "nobody promised it"}
    assert (list(found.figures), found.problems) == (["rating"], [])


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,rating,4.5,,", encoding="utf-8-sig")
    assert list(found.figures) == ["rating"]


def test_a_broken_line_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10,远帆,connect", "2026-10,远帆,rating,4.5,,")
    assert codes(found) == [("2", "report.broken_line")]
    assert list(found.figures) == ["rating"]


def test_a_workbook_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    rows = [("month", "vendor", "code", "value", "num", "den"), ("2026-10", "远帆", "connect", "92.31%", "12", "13")]
    path.write_bytes(workbook("1", rows))
    assert read_report(path, mapping(), OCTOBER, "yuanfan").figures["connect"].value == Fraction(9231, 10000)


def test_a_missing_column_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("month,vendor,code,values,num,den\n2026-10,远帆,connect,1,,\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"'values'.*file\.missing_column"):
        read_report(path, mapping(), OCTOBER, "yuanfan")


BROKEN: dict[str, tuple[str, str]] = {
    "empty": ("", "report.mapping_empty"),
    "neither this nor that": (HEAD + "  x: {unit: share}", "report.mapping_figure"),
    "two at once": (HEAD + "  x: {indicator: a, ignore: b}", "report.mapping_figure"),
    "no unit": (HEAD + "  x: {indicator: a}", "report.mapping_unit"),
    "a unit that is none": (HEAD + "  x: {indicator: a, unit: parsec}", "mapping.value"),
    "a word that is none": (HEAD + "  x: {indicator: a, units: share}", "mapping.unknown_word"),
    "no columns": ("report: x\nfile: {format: csv}\nfigures: {}", "mapping.missing_word"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_mapping_that_says_too_little_is_refused(case: str) -> None:
    text, code = BROKEN[case]
    with pytest.raises(Refused) as refused:
        mapping(text)
    assert {one.code for one in refused.value.problems} == {code}


ITEMS = """
items:
  file: {format: csv}
  columns: {item: id, code: code, source: log}
"""


def listed(tmp_path: Path, text: str, more: str = ITEMS) -> dict[str, Any]:
    path = tmp_path / "items.csv"
    path.write_text(text, encoding="utf-8")
    found = read_items(path, mapping(HEAD + FIGURES + more))
    return {code: [(one.source, one.item, one.times) for one in items] for code, items in found.items()}


def test_a_list_of_items_says_how_often_each_is_named(tmp_path: Path) -> None:
    found = listed(tmp_path, "id,code,log\na,connect,acd\nb,connect,acd\na,connect,acd\na,level,acd\n")
    assert found == {"connect": [("acd", "a", 2), ("acd", "b", 1)], "level": [("acd", "a", 1)]}


def test_a_list_without_codes_is_that_of_the_figures_named(tmp_path: Path) -> None:
    more = "items: {file: {format: csv}, columns: {item: id}, codes: [connect, level]}"
    assert listed(tmp_path, "id\na\n", more) == {"connect": [(None, "a", 1)], "level": [(None, "a", 1)]}


def test_a_list_without_a_reading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"report\.no_items"):
        listed(tmp_path, "id\na\n", "")


def test_the_mappings_of_the_house_are_read() -> None:
    for path in sorted((ROOT / "data/reports").glob("*.yaml")):
        parse_report_mapping(path.read_text(encoding="utf-8"), path.name)
