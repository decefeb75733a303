"""From an item to the physical line of its file, in every channel; what is personal is masked, and nothing else is."""

import csv
import io
from pathlib import Path
from random import Random

import pytest

from pipelines.core.canonical import sha256_hex
from pipelines.core.event import EVENT_TABLES
from pipelines.ingest.trace import RawRecord
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.raw import EVENTS_OF, masked, raw_lines
from pipelines.samples.generate import generate
from pipelines.sources.parse_mapping import parse_mapping
from pipelines.warehouse.store import Warehouse
from tests.conftest import ROOT
from tests.ingest.items.small_logs import NOW, Office

MAPPINGS = ROOT / "data/mappings"
LOGS = (
    "sample_yunqiao_calls", "sample_yuanfan_calls", "sample_chat", "sample_email", "sample_cases", "sample_surveys",
    "sample_inspections", "sample_attendance",
)  # fmt: skip
# which items of a population rest on a log, and the column of their events that names the item
ITEMS = {
    "offered_call": "SELECT DISTINCT source, call_id FROM event_call",
    "call_leg": "SELECT DISTINCT source, call_id || '#' || leg_id FROM event_call",
    "chat_session": "SELECT DISTINCT source, session_id FROM event_chat",
    "chat_round": "SELECT DISTINCT source, session_id || '#1' FROM item_round",
    "email_thread": "SELECT DISTINCT source, thread_id FROM item_thread",
    "email_question": "SELECT DISTINCT source, thread_id || '#1' FROM item_question",
    "handled_call": "SELECT DISTINCT source, call_id FROM event_call",
    "silence": "SELECT DISTINCT source, call_id FROM event_call",
    "counted_contact": "SELECT DISTINCT source, session_id FROM event_chat",
    "shift": "SELECT DISTINCT source, agent_id || '#' || shift_id FROM event_attendance",
    "resolved_case": "SELECT DISTINCT source, case_id || '#1' FROM item_case",
    "handled_contact": "SELECT DISTINCT contact_source, contact_id FROM event_case WHERE contact_source IS NOT NULL",
    "asked_contact": "SELECT DISTINCT contact_source, contact_id FROM event_survey",
    "case_cycle": "SELECT DISTINCT source, case_id || '#1' FROM item_case",
    "complaint_and_contact": "SELECT DISTINCT source, 'case:' || case_id FROM item_case",
    "surveyed_contact": "SELECT DISTINCT contact_source, contact_id FROM event_survey",
    "inspected_contact": "SELECT DISTINCT contact_source, contact_id FROM event_inspection",
    "sampled_contact": "SELECT DISTINCT contact_source, contact_id FROM event_inspection",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made-up world, loaded: a home beside its logs."""
    folder = tmp_path_factory.mktemp("sample")
    generate(folder / "logs", months=1, rows=1200, seed=3)
    for log in LOGS:
        ingest_files(folder / "home", [MAPPINGS / f"{log}.yaml"], [folder / "logs" / log], now=NOW)
    return folder


def physical_lines(folder: Path) -> dict[str, list[str]]:
    """Return the lines of every csv file by its SHA-256, in whichever encoding they are written."""
    found = {}
    for path in folder.rglob("*.csv"):
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        found[sha256_hex(content)] = text.split("\n")
    return found


@pytest.mark.parametrize("population", ITEMS)
def test_the_line_that_is_named_holds_the_items_own_key(sample: Path, population: str) -> None:
    files = physical_lines(sample / "logs")
    seen = set()
    with Warehouse(sample / "home", read_only=True) as warehouse:
        known = sorted(warehouse.con.execute(ITEMS[population]).fetchall())
        chosen = Random(5).sample(known, min(12, len(known)))
        found = raw_lines(warehouse, population, chosen, mask=False)
        texts = dict(warehouse.con.execute("SELECT source, text FROM mapping").fetchall())
        sources = dict(warehouse.con.execute("SELECT load_id, source FROM load").fetchall())
    assert set(found) == set(chosen)
    for (_, item_id), lines in found.items():
        assert lines
        for line in lines:
            assert line.missing == ""
            seen.add(line.table)
            mapping = parse_mapping(texts[sources[line.load_id]], "m")
            keys = [raw for part in mapping.tables[line.table].key.values() for raw in part.raw_columns]
            if line.sha256 in files:  # a csv; a workbook has rows, not lines
                physical = "\n".join(files[line.sha256][line.line_no - 1 : line.last_line_no])
                assert physical.rstrip("\r") == line.text.rstrip("\r")
                for key in keys:
                    assert line.fields[key] in physical
            is_part = population in {"chat_round", "call_leg", "case_cycle", "resolved_case", "shift"}
            name = (item_id.rpartition("#")[0] if is_part else item_id).removeprefix("case:")
            if line.table != "mail":  # a thread bears the name of one of its mails
                assert name in line.fields.values()
    assert seen <= {events.table for events in EVENTS_OF[population]}
    assert len(seen) == 1 or population in {
        "asked_contact",
        "handled_contact",
        "surveyed_contact",
        "inspected_contact",
        "sampled_contact",
    }
    assert EVENT_TABLES.keys() >= seen


def test_a_call_of_several_legs_shows_every_leg(sample: Path) -> None:
    with Warehouse(sample / "home", read_only=True) as warehouse:
        sql = "SELECT source, call_id, leg_count FROM item_call WHERE leg_count > 1 ORDER BY ALL LIMIT 3"
        calls = warehouse.con.execute(sql).fetchall()
        assert calls
        found = raw_lines(warehouse, "offered_call", [(source, call) for source, call, _ in calls])
    assert [len(found[source, call]) for source, call, _ in calls] == [legs for _, _, legs in calls]


def record(text: str, *personal: str, head: str = "id,customer,wait,note") -> RawRecord:
    fields = dict(zip(head.split(","), next(csv.reader(io.StringIO(text, newline=""))), strict=True))
    return RawRecord(1, "f.csv", "x", 2, 2, text, fields, frozenset(personal))


@pytest.mark.parametrize(
    ("text", "personal", "shown"),
    [
        ("7,0,10,late at 0", ["customer"], "7,***,10,late at 0"),  # a value such as 0 stands elsewhere too
        ("0,0,0,0", ["customer"], "0,***,0,0"),
        ("1,,10,", ["customer"], "1,,10,"),  # nothing to mask
        ("13800,13800,1,13800", ["customer", "note"], "13800,***,1,***"),
        ('7,"Wang, Li",10,x', ["customer"], '7,"***",10,x'),
        ("7,张三,10,张三来电", ["customer"], "7,***,10,张三来电"),
    ],
)
def test_what_is_personal_is_starred_where_it_stands(text: str, personal: list[str], shown: str) -> None:
    assert masked(record(text, *personal))[0] == shown


@pytest.mark.parametrize(
    "text",
    [
        '7,"Li ""Lucky"" Wang",10,x',
        '7,"Li\nWang",10,"a ""b"" c"',
        '"7,1",Li Wang,10,"said ""hi"""',
        '7,"""Li Wang""",10,',
    ],
)
def test_quotes_within_quotes_hide_nobody(text: str) -> None:
    found = record(text, "customer")
    shown, fields = masked(found)
    assert fields["customer"] == "***"
    for part in ("Li", "Wang", "Lucky"):
        assert part not in shown
    assert "10" in shown


def test_columns_in_another_order_than_the_fields_hide_nobody(office: Office) -> None:
    """The customer stands last; the store's order is another."""
    office.load(
        "call",
        """call_id, arrived_at, outcome, wait_s, customer_id
        a, 09:00:00, answered, 10, 10
        b, 09:00:00, answered, 10, "Li ""Lucky"" Wang\"""",
    )
    with office.open() as warehouse:
        found = raw_lines(warehouse, "offered_call", [("call", "a"), ("call", "b")])
    (a,), (b,) = found["call", "a"], found["call", "b"]
    assert a.text == "a,2026-10-12 09:00:00,answered,10,***"
    assert a.fields["customer_id"] == b.fields["customer_id"] == "***"
    assert "Lucky" not in b.text


def test_a_record_over_several_lines_is_found_and_counted_whole(office: Office) -> None:
    """The note of b runs over lines 3 and 4, so c stands in line 5."""
    mapping, log = office.write("call", "call_id, arrived_at, outcome, wait_s\n a, 09:00:00, answered, 1")
    log.write_text(
        "call_id,note,arrived_at,outcome,wait_s\n"
        "a,x,2026-10-12 09:00:00,answered,1\n"
        'b,"two\nlines",2026-10-12 09:01:00,answered,2\n'
        "c,y,2026-10-12 09:02:00,answered,3\n",
        encoding="utf-8",
    )
    ingest_files(office.home, [mapping], [log], now=NOW)
    with office.open() as warehouse:
        found = raw_lines(warehouse, "offered_call", [("call", name) for name in "abc"])
    places = {item: (lines[0].line_no, lines[0].last_line_no) for (_, item), lines in found.items()}
    assert places == {"a": (2, 2), "b": (3, 4), "c": (5, 5)}


def test_a_quote_in_an_id_is_part_of_it(office: Office) -> None:
    office.load("call", "call_id, arrived_at, outcome, wait_s\n o'brien, 09:00:00, answered, 1")
    with office.open() as warehouse:
        found = raw_lines(warehouse, "offered_call", [("call", "o'brien"), ("call", "nobody")])
    assert [line.place() for line in found["call", "o'brien"]] == ["call.csv:2"]
    assert found["call", "nobody"] == []


def test_a_leg_is_its_own_line_and_a_state_the_line_of_all_its_days(office: Office) -> None:
    office.load(
        "call",
        """call_id, leg_id, arrived_at, outcome, wait_s
        a, 1, 09:00:00, lost, 1
        a, 2, 09:01:00, answered, 2""",
    )
    office.load("agent_state", "agent_id, since_at, until_at, state\n ann, 09:00:00, 14 09:00:00, idle")
    days = sorted(office.item_states("phone.occupancy"))
    assert [day[-2:] for day in days] == ["12", "13", "14"]
    with office.open() as warehouse:
        legs = raw_lines(warehouse, "call_leg", [("call", "a#2")])
        states = raw_lines(warehouse, "agent_state", [("agent_state", day) for day in days])
    assert [line.place() for line in legs["call", "a#2"]] == ["call.csv:3"]
    assert [[line.place() for line in lines] for lines in states.values()] == [["agent_state.csv:2"]] * 3
