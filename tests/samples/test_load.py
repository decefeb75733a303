"""The way into the warehouse: every line's fate is the planted one, ids lead from log to log, figures are measured."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.core.yaml_text import read_yaml
from pipelines.ingest.report import ALREADY_LOADED, LoadReport
from pipelines.runs.ingest_files import read_mappings
from pipelines.runs.measure import measure
from pipelines.samples import SampleReport
from tests.conftest import ROOT

MAPPINGS = sorted((ROOT / "data/mappings").glob("sample_*.yaml"))


def test_every_log_has_its_mapping(world: SampleReport) -> None:
    assert {file.mapping for file in world.files if file.mapping} == {path.stem for path in MAPPINGS}
    assert [mapping.source for mapping in read_mappings(MAPPINGS)] == [path.stem for path in MAPPINGS]


def test_every_line_has_the_fate_that_was_planted(world: SampleReport, loads: dict[str, LoadReport]) -> None:
    for file in world.files:
        if file.mapping is None:
            continue
        load = loads[file.path]
        if file.same_as:
            assert (load.status, load.load_id) == (ALREADY_LOADED, loads[file.same_as].load_id)
            continue
        assert load.adds_up
        found = (load.lines, load.accepted, load.quarantined, load.duplicates, load.blank, load.skipped)
        assert found == (file.lines, file.accepted, file.quarantined, file.duplicates, 0, 0), file.path


def test_a_correction_is_a_later_version(warehouse: duckdb.DuckDBPyConnection, world: SampleReport) -> None:
    versions = warehouse.execute(
        """SELECT count(*), min(later) FROM (
               SELECT CAST(max_by(wrap_s, record_at) - min_by(wrap_s, record_at) AS INT) AS later
               FROM event_call WHERE source = 'sample_yunqiao_calls'
               GROUP BY call_id, leg_id HAVING count(*) > 1)"""
    ).fetchall()
    assert versions == [(sum(file.corrections for file in world.files), 30)]  # 30 s more of wrap-up


@pytest.mark.parametrize("table", ["survey", "inspection", "case"])
def test_contacts_are_there(warehouse: duckdb.DuckDBPyConnection, table: str) -> None:
    """What names a contact names one that its log holds."""
    lost = warehouse.execute(
        f"""WITH contact AS (
            SELECT source, call_id AS id FROM event_call UNION SELECT source, session_id FROM event_chat
            UNION SELECT source, message_id FROM event_mail WHERE in_reply_to IS NULL)
        SELECT count(*) FILTER (contact.id IS NULL), count(*) FROM event_{table} e
        LEFT JOIN contact ON contact.source = e.contact_source AND contact.id = e.contact_id
        WHERE e.contact_id IS NOT NULL"""
    ).fetchall()[0]
    assert lost[0] == 0
    assert lost[1] > 0


def test_everybody_is_on_the_roster(warehouse: duckdb.DuckDBPyConnection) -> None:
    unknown = warehouse.execute(
        """WITH seen AS (
            SELECT 'agent' AS kind, agent_id AS id, arrived_at AS instant FROM event_call WHERE direction = 'inbound'
            UNION ALL SELECT 'queue', queue, arrived_at FROM event_call
            UNION ALL SELECT 'agent', agent_id, "at" FROM event_chat WHERE NOT automatic
            UNION ALL SELECT 'queue', queue, "at" FROM event_chat
            UNION ALL SELECT 'queue', queue, "at" FROM event_mail UNION ALL SELECT 'queue', queue, "at" FROM event_case)
        SELECT kind, id, count(*) FROM seen ANTI JOIN event_roster r
        ON r.member_kind = kind AND r.member_id = id AND r.since_at <= instant - INTERVAL 1 DAY
           AND instant - INTERVAL 1 DAY < coalesce(r.until_at, TIMESTAMPTZ '9999-01-01')
        WHERE id IS NOT NULL GROUP BY ALL"""
    ).fetchall()
    # who answers the night's sessions on the morning after the last day belongs to the day before
    assert unknown == []


def test_personal_columns_are_marked() -> None:
    marked = {mapping.source: mapping.personal_columns for mapping in read_mappings(MAPPINGS)}
    assert marked["sample_yunqiao_calls"] == {"客户姓名", "主叫号码", "客户编号"}
    assert marked["sample_yuanfan_calls"] == {"ANI", "CustNo"}
    assert marked["sample_chat"] == {"访客昵称", "消息内容", "访客ID"}
    assert marked["sample_email"] == {"from", "to", "customer_no"}
    assert marked["sample_cases"] == {"客户编号"}
    assert marked["sample_surveys"] == {"customer_phone"}
    assert marked["sample_roster"] == {"花名"}


MEASURED = {
    "phone.connect_rate": "phone.connect_rate@1",
    "phone.service_level": "phone.service_level@1",
    "phone.average_wait": "phone.average_wait@1",
    "phone.abandonment": "phone.abandonment@1",
    "chat.first_response_share": "chat.first_response@1",
    "chat.average_response": "chat.response_mean@1",
    "chat.reply_in_3_min": "chat.round_within@1",
    "chat.reply_rate": "chat.reply_rate@1",
    "email.reply_in_1_working_day": "email.reply_within_days@1",
    "resolution.first_contact": "contact.on_the_spot@1",
    "satisfaction.csat": "quality.csat@1",
    "quality.accuracy": "quality.accuracy@1",
}


@pytest.mark.parametrize("vendor", ["云桥客服", "远帆外包"])
def test_the_product_measures_what_the_generator_counted(
    world: SampleReport, loads: dict[str, LoadReport], home: Path, vendor: str
) -> None:
    """Two readings of the same definitions, made apart: the numerators and denominators of all months agree."""
    assert loads
    contract = ROOT / "data/contracts/A/contract.yaml"
    of_hours = {"chat.first_response@1": "chat_first_response"}  # row 1 goes by hours of its own
    found = [
        one
        for metric in MEASURED.values()
        for one in measure(
            home,
            [metric],
            since=date(2026, 8, 1),
            until=date(2026, 11, 1),
            by=["month"],
            terms={} if metric != "phone.service_level@1" else {"formula": "within / (answered + abandoned after)"},
            scope={"vendor": [vendor]},
            cut_off_at=datetime(2026, 11, 20, tzinfo=UTC),
            calendars=read_yaml(contract.read_text(encoding="utf-8"), contract.name),
            calendar=of_hours.get(metric),
        )
    ]
    measured = {(one.metric, one.group["month"]): (int(one.numerator), int(one.denominator)) for one in found}
    true = {(MEASURED[f.metric], f.month): f.true for f in world.figures if f.vendor == vendor and f.metric in MEASURED}
    assert measured == true
