"""A calendar's rows for the database: a column a field, spans as structs; and the columns that lay spans out flat."""

from dataclasses import fields

from pipelines.worktime.rows import calendar_day_rows, flat_columns, flat_values, sql_text
from pipelines.worktime.timetable import CalendarDay
from tests.worktime.test_named_cases import at, laid_out, office


def test_a_row_has_every_field_of_its_day_and_its_spans_as_structs() -> None:
    table = laid_out(office(weekly='{mon-fri: ["09:00-12:00", "13:00-18:00"]}'), first="2026-12-31", last="2027-01-01")
    known, unknown = calendar_day_rows(table)
    names = [field.name for field in fields(CalendarDay)]
    assert list(known) == list(unknown) == names
    assert known | {"spans": table.days[0].spans} == {name: getattr(table.days[0], name) for name in names}
    assert known["spans"] == [
        {"open_at": at("2026-12-31 09:00"), "shut_at": at("2026-12-31 12:00")},
        {"open_at": at("2026-12-31 13:00"), "shut_at": at("2026-12-31 18:00")},
    ]
    assert unknown["spans"] is None  # no notice tells of 2027


def test_spans_are_laid_out_flat_in_order() -> None:
    assert flat_columns(2) == ("open_1_us BIGINT", "shut_1_us BIGINT", "open_2_us BIGINT", "shut_2_us BIGINT")
    assert flat_columns(0) == ()
    assert flat_values(2) == ", ".join(
        f"{edge}_{n}_us = CASE WHEN spans IS NOT NULL THEN coalesce(epoch_us(spans[{n}].{edge}_at), 0) END"
        for n in (1, 2)
        for edge in ("open", "shut")
    )


def test_sql_is_read_from_the_package() -> None:
    assert "CREATE" in sql_text("macros")
