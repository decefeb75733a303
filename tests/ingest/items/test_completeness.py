"""Completeness of logs: what was refused and what never came, by source, channel and day."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pipelines.ingest.report import LoadReport
from pipelines.runs.ingest_files import ingest_files
from tests.ingest.items.small_logs import NOW, Office, at

HEAD = "call_id, arrived_at, outcome, queue"
WEEKDAYS = """
calendars:
  phone:
    - since: 2020-01-01
      decided: 2020-01-01
      by: §1
      weekly: {mon-fri: ["09:00-18:00"]}
      holidays: none
      on_holidays: as_usual
"""


def load(office: Office, text: str, *, name: str = "", now: datetime = NOW, **more: str) -> LoadReport:
    """Load a log in which lines may be refused."""
    mapping, log = office.write("call", text, name=name, **more)
    return ingest_files(office.home, [mapping], [log], now=now)[0]


def days(office: Office, cut_off: str = "16 00:00:00", hours: str = "") -> dict[str, tuple[str, Decimal | None]]:
    found = office.item_states("log.completeness", cut_off_at=at(cut_off), calendars=hours)
    return {item.rpartition("-")[2]: state for item, state in found.items()}


def value(office: Office, **more: str) -> tuple[str, str]:
    (found,) = office.measure("log.completeness", until=date(2026, 10, 16), **more)
    return found.numerator, found.denominator


def test_refused_lines_are_spread_over_the_days_of_their_file(office: Office) -> None:
    """Three lines refused beside three rows of the 12th and one of the 13th: 3 × 3 // 4 = 2, then the rest, 1."""
    report = load(
        office,
        f"""{HEAD}
        a, 12 09:00:00, answered, q
        b, 12 09:00:00, answered, q
        c, 12 09:00:00, answered, q
        d, 13 09:00:00, answered, q
        x, soon, answered, q
        y, soon, answered, q
        z, soon, answered, q""",
    )
    assert (report.accepted, report.quarantined) == (4, 3)
    assert days(office, "14 00:00:00") == {"12": ("counted", 3), "13": ("counted", 1)}
    by_day = {one.group["day"]: (one.numerator, one.denominator) for one in
              office.measure("log.completeness", until=date(2026, 10, 14), by=["day"])}  # fmt: skip
    assert by_day == {"2026-10-12": ("3", "5"), "2026-10-13": ("1", "2")}


def test_a_file_that_is_loaded_again_is_judged_by_the_last_time(office: Office) -> None:
    text = f"{HEAD}\n a, 15 09:00:00, answered, q\n b, 15-10-2026 09:00, answered, q"
    assert load(office, text).quarantined == 1
    assert value(office) == ("1", "2")
    mapping, log = office.write("call", text)
    better = mapping.read_text(encoding="utf-8").replace(
        "format: '%Y-%m-%d %H:%M:%S'", "format: ['%Y-%m-%d %H:%M:%S', '%d-%m-%Y %H:%M']"
    )
    mapping.write_text(better, encoding="utf-8")
    (again,) = ingest_files(office.home, [mapping], [log], now=NOW, again=True)
    assert again.quarantined == 0
    assert value(office) == ("2", "2")


def test_a_file_of_which_nothing_could_be_read_stands_on_the_day_it_was_loaded(office: Office) -> None:
    load(office, f"{HEAD}\n a, 12 09:00:00, answered, q")
    load(office, f"{HEAD}\n x, soon, answered, q\n y, soon, answered, q", name="b.csv", now=at("13 20:00:00"))
    assert days(office, "14 00:00:00")["13"] == ("counted", 0)
    (found,) = office.measure("log.completeness", since=date(2026, 10, 13), until=date(2026, 10, 14))
    assert (found.numerator, found.denominator) == ("0", "2")


def test_a_day_of_service_without_a_row_weighs_a_mean_day(office: Office) -> None:
    load(
        office,
        f"""{HEAD}
        a, 09 09:00:00, answered, q
        b, 09 09:00:00, answered, q
        c, 12 09:00:00, answered, q
        d, 14 09:00:00, answered, q""",
    )
    # Saturday the 10th and Sunday are no days of service; Tuesday the 13th is, and its mean day 3 / 2, rounded up: 2
    assert days(office, hours=WEEKDAYS) == {
        "09": ("counted", 2), "12": ("counted", 1), "13": ("counted: nothing delivered", 0),
        "14": ("counted", 1), "15": ("counted: nothing delivered", 0),
    }  # fmt: skip
    # without a calendar the weekend is missing too; on the 15th (4 / 3, rounded up) 2 are
    assert value(office) == ("4", f"{4 + 2 + 2 + 2 + 2}")


def test_a_day_that_is_not_over_is_not_missing_and_neither_is_one_before_the_first(office: Office) -> None:
    load(office, f"{HEAD}\n a, 14 09:00:00, answered, q")
    assert set(days(office, "15 23:59:59")) == {"14"}
    assert set(days(office, "16 00:00:00")) == {"14", "15"}


def test_a_source_that_gave_nothing_for_four_weeks_is_expected_no_more(office: Office) -> None:
    load(office, f"{HEAD}\n a, 2026-09-10 09:00:00, answered, q")
    found = office.item_states("log.completeness", cut_off_at=at("20 00:00:00"))
    assert max(found) == "phone#2026-10-08"  # the 28th day after
    assert len(found) == 8


def test_sources_and_channels_stand_by_themselves(office: Office) -> None:
    load(office, f"{HEAD}\n a, 15 09:00:00, answered, q\n x, soon, answered, q", source="one")
    load(office, f"{HEAD}\n a, 15 09:00:00, answered, q", source="two")
    office.load("mail", "message_id, at, direction\n m, 15 09:00:00, in")
    office.load("survey", "survey_id, contact_channel, contact_id, invited_at\n v, phone, a, 15 10:00:00")
    found = {
        (one.group["source"], one.value)
        for one in office.measure("log.completeness", until=date(2026, 10, 16), by=["source"])
    }
    assert found == {("one", "0.5"), ("two", "1"), ("mail", "1"), ("survey", "1")}
    assert office.measure("log.completeness", until=date(2026, 10, 16), scope={"channel": ["email"]})[0].value == "1"
    assert office.measure("log.completeness", until=date(2026, 10, 16), scope={"source": ["one"]})[0].value == "0.5"


def test_the_hours_of_a_day_are_not_known(office: Office) -> None:
    load(office, f"{HEAD}\n a, 14 09:00:00, answered, q")
    unknown = WEEKDAYS.replace("since: 2020-01-01", "since: 2026-10-20")
    assert days(office, hours=unknown)["15"] == ("unmeasurable: no calendar for that day", 0)


def test_a_log_that_nobody_loaded_has_no_items(office: Office, tmp_path: Path) -> None:
    load(office, f"{HEAD}\n a, 14 09:00:00, answered, q")
    (found,) = office.measure("log.completeness", scope={"source": ["another"]})
    assert (found.value, found.n) == (None, 0)
