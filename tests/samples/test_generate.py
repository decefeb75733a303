"""The files as they lie there, read as plain text: the same for the same seed, wrong exactly where they should be."""

import csv
from collections import Counter
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.core.problem import Refused
from pipelines.samples import SampleFile, SampleReport, generate
from pipelines.samples.days import WORST_DAY, months_until, number_of, share_out
from pipelines.samples.generate import _counts
from pipelines.samples.logs import CASES, CHATS, YUANFAN_CALLS, YUNQIAO_CALLS
from pipelines.samples.people import AGENTS, PLACEHOLDER_AGENT


def digests(report: SampleReport) -> dict[str, str]:
    return {file.path: file.sha256 for file in report.files}


def rows_of(
    report: SampleReport, file: SampleFile, *, encoding: str = "utf-8", delimiter: str = ","
) -> list[list[str]]:
    with (report.out / file.path).open(encoding=encoding, newline="") as text:
        return list(csv.reader(text, delimiter=delimiter))[1:]


def main_file(report: SampleReport, mapping: str, month: str = "2026-10") -> SampleFile:
    return next(file for file in report.of(mapping) if file.month == month)


# --- the same for the same seed --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    return generate(tmp_path_factory.mktemp("october"), months=1, rows=2000, seed=7)


def test_the_same_seed_gives_the_same_bytes(october: SampleReport, tmp_path: Path) -> None:
    again = generate(tmp_path, months=1, rows=2000, seed=7)
    assert digests(again) == digests(october)
    assert again.planted == october.planted
    assert again.figures == october.figures


def test_the_bytes_are_these(october: SampleReport) -> None:
    """Pinned, so that a machine or library that writes other bytes is noticed; a change of the world changes it."""
    together = sha256("\n".join(f"{path} {digest}" for path, digest in sorted(digests(october).items())).encode())
    assert together.hexdigest() == "c95abbf2dadf51fae3955ce51ef19c3f7b2ad943a18d370e6a462f0e0430dfb1"


def test_another_seed_gives_other_calls(october: SampleReport, tmp_path: Path) -> None:
    other = digests(generate(tmp_path, months=1, rows=2000, seed=8))
    assert other[main_file(october, "sample_chat").path] != main_file(october, "sample_chat").sha256


def test_more_months_do_not_change_a_month(october: SampleReport, tmp_path: Path) -> None:
    two = generate(tmp_path, months=2, rows=4000, seed=7)
    for mapping in ("sample_chat", "sample_yunqiao_calls", "sample_yuanfan_calls", "sample_attendance"):
        assert main_file(two, mapping).sha256 == main_file(october, mapping).sha256


def test_the_digests_are_those_of_the_files(world: SampleReport) -> None:
    for file in world.files:
        content = (world.out / file.path).read_bytes()
        assert (sha256(content).hexdigest(), len(content)) == (file.sha256, file.bytes)


def test_every_file_is_in_the_report(world: SampleReport) -> None:
    there = {path.relative_to(world.out).as_posix() for path in world.out.rglob("*") if path.is_file()}
    assert there == {file.path for file in world.files}


# --- how much --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("months", "rows"), [(1, 1000), (3, 210_000), (5, 12_347), (12, 10_000_000)])
def test_the_interactions_are_as_many_as_asked_for(months: int, rows: int) -> None:
    spans = months_until(date(2026, 11, 1), months)
    counts = _counts(spans, rows)
    assert sum(sum(counts[number_of(day)]) for month in spans for day in month.days) == rows


def test_the_interactions_are_in_the_files(world: SampleReport) -> None:
    phone, chat = (
        sum(m["phone"] for m in world.interactions.values()),
        sum(m["chat"] for m in world.interactions.values()),
    )
    calls = {
        row[0]
        for log, mark in ((YUNQIAO_CALLS, "YQ-1"), (YUANFAN_CALLS, "YF1"))
        for file in world.of(log.mapping)
        for row in rows_of(world, file, delimiter=log.delimiter)
        if row[0].startswith(mark)
    }
    sessions = {row[0] for file in world.of(CHATS.mapping) for row in rows_of(world, file) if row[0].startswith("S1")}
    assert (len(calls), len(sessions)) == (phone, chat)
    assert sum(sum(month.values()) for month in world.interactions.values()) == 12_000


def test_shares_sum_to_the_whole() -> None:
    assert share_out(10, [1, 1, 1]) == [3, 3, 4]
    assert share_out(0, [5, 7]) == [0, 0]


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({"months": 0}, "--months"),
        ({"rows": 2999}, "--rows"),
        ({"seed": -1}, "--seed"),
        ({"until": date(2026, 10, 31)}, "--until"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(wish: dict[str, int | date], place: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        generate(tmp_path, **{"months": 3, "rows": 3000, "seed": 1, **wish})  # type: ignore[arg-type]
    assert [problem.code for problem in refused.value.problems] == ["sample.wish"]
    assert place in refused.value.problems[0].where
    assert list(tmp_path.iterdir()) == []


# --- what is planted -------------------------------------------------------------------------------------------------


def test_the_faults_of_a_file_are_its_quarantine(world: SampleReport) -> None:
    broken = {"unreadable_date", "unknown_word", "missing_id", "cut_row", "unclosed_quote"}
    found: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    for note in world.planted:
        found[note.path] += note.count if note.kind in broken else 0
        repeated[note.path] += note.count if note.kind in {"duplicate_row", "overlapping_export"} else 0
    for file in world.files:
        assert (file.quarantined, file.duplicates) == (found[file.path], repeated[file.path]), file.path


def test_every_kind_of_fault_is_planted(world: SampleReport) -> None:
    assert {note.kind for note in world.planted} == {
        "unreadable_date", "unknown_word", "missing_id", "cut_row", "unclosed_quote", "duplicate_row",
        "overlapping_export", "corrected_record", "same_file", "late_file",
    }  # fmt: skip


def test_the_faults_are_in_the_text(world: SampleReport) -> None:
    file = main_file(world, "sample_chat")
    rows = rows_of(world, file)
    ids, at, kinds = (CHATS.place(column) for column in ("会话ID", "时间", "事件"))
    whole = [row for row in rows if len(row) == len(CHATS.header)]
    assert len(rows) - len(whole) == 1  # the row that was cut
    assert sum(row[ids] == "" for row in whole) == 2
    assert sum(row[kinds] == "UNKNOWN" for row in whole) == 2
    assert [row[at] for row in whole if not row[at].startswith(("2026-10-", "2026-11-01"))] == [
        "2026-02-30 09:15:00", "31/13/26 08:00", "昨天下午",
    ]  # fmt: skip
    lines = (world.out / file.path).read_text(encoding="utf-8").splitlines()
    assert len(lines) - len(set(lines)) == file.duplicates == 5
    assert len(lines) - 1 == file.lines


def test_the_overlap_stands_in_the_months_file(world: SampleReport) -> None:
    overlap = next(file for file in world.of("sample_chat") if file.path.endswith("20261014_10h.csv"))
    month = set((world.out / main_file(world, "sample_chat").path).read_bytes().splitlines())
    lines = (world.out / overlap.path).read_bytes().splitlines()[1:]
    assert len(lines) == overlap.duplicates > 0
    assert set(lines) <= month


def test_the_same_file_has_the_same_bytes(world: SampleReport) -> None:
    (resent,) = [file for file in world.files if file.same_as]
    assert resent.sha256 == digests(world)[str(resent.same_as)]


def test_what_is_late_is_nowhere_else(world: SampleReport) -> None:
    late = next(file for file in world.of("sample_yuanfan_calls") if file.is_late)
    day = YUANFAN_CALLS.place("StartDate")
    assert {row[day] for row in rows_of(world, late, delimiter=";")} == {"2026/10/30", "2026/10/31"}
    days = {
        row[day] for row in rows_of(world, main_file(world, "sample_yuanfan_calls"), delimiter=";") if len(row) > day
    }
    assert not {"2026/10/30", "2026/10/31"} & days
    assert "2026/10/29" in days


# --- what happens in this world --------------------------------------------------------------------------------------


def test_there_are_120_agents(world: SampleReport) -> None:
    assert len(AGENTS) == len({agent.agent_id for agent in AGENTS}) == len({agent.nickname for agent in AGENTS}) == 120
    roster = rows_of(world, world.of("sample_roster")[0])
    assert sum(row[1] == "YQ0125" for row in roster) == sum(row[1] == "C12" for row in roster) == 2
    assert [row[7] for row in roster if row[1] == "YF0212"] == ["2026-10-09 00:00:00"]


def test_one_agent_answers_with_a_placeholder(world: SampleReport) -> None:
    agent, said, quick = (CHATS.place(column) for column in ("坐席账号", "消息内容", "快捷短语"))
    lines = [row for row in rows_of(world, main_file(world, "sample_chat")) if len(row) == len(CHATS.header)]
    placeholders = [row for row in lines if row[said] == "在的"]
    assert placeholders
    assert {(row[agent], row[quick]) for row in placeholders} == {(PLACEHOLDER_AGENT, "1")}


def test_nobody_answers_during_the_outage(world: SampleReport) -> None:
    place = {column: YUANFAN_CALLS.place(column) for column in YUANFAN_CALLS.header}
    rows = rows_of(world, main_file(world, "sample_yuanfan_calls"), delimiter=";")
    worst = [r for r in rows if len(r) == len(place) and r[place["StartDate"]] == f"{WORST_DAY:%Y/%m/%d}"]
    answered = [
        r[place["AnswerTime"]] for r in worst if r[place["Disposition"]] == "ANSWERED" and r[place["Dir"]] == "IN"
    ]
    assert any(at > "19:00:00" for at in answered)
    assert not [at for at in answered if "20:05:00" <= at < "20:45:00"]


def test_telephone_numbers_cannot_exist(world: SampleReport) -> None:
    number = YUNQIAO_CALLS.place("主叫号码")
    rows = rows_of(world, main_file(world, "sample_yunqiao_calls"))
    assert {row[number][:7] for row in rows if len(row) == len(YUNQIAO_CALLS.header)} == {"1990000"}


def test_the_bad_month_is_worse(world: SampleReport) -> None:
    rate = {f.month: f.true_value for f in world.figures if (f.vendor, f.metric) == ("远帆外包", "phone.connect_rate")}
    october, august, september = rate["2026-10"], rate["2026-08"], rate["2026-09"]
    assert october is not None
    assert august is not None
    assert september is not None
    assert october < min(august, september)


def test_the_report_flatters_in_three_places(world: SampleReport) -> None:
    assert {(f.vendor, f.month) for f in world.flattered} == {("远帆外包", "2026-10")}
    metrics = {place: {f.metric for f in world.flattered if f.place == place} for place in (1, 2, 3)}
    assert metrics[1] == {"phone.connect_rate"}
    assert metrics[2] == {f.metric for f in world.figures if f.metric.startswith("chat.")}
    assert metrics[3] == {"satisfaction.csat"}
    for figure in world.flattered:
        if figure.place in {1, 3}:
            assert figure.stated_value is not None
            assert figure.true_value is not None
            assert figure.stated_value > figure.true_value
    assert all(f.stated == f.true for f in world.figures if not f.place)


def test_cases_say_when_goods_came_and_when_customers_were_called_back(world: SampleReport) -> None:
    case, kind, at = (CASES.place(column) for column in ("工单号", "事件", "发生时间"))
    happened: dict[str, dict[str, datetime]] = {}
    for file in world.of(CASES.mapping):
        for row in rows_of(world, file):
            if len(row) == len(CASES.header) and row[case].startswith("GD") and row[at][:2] == "20":
                happened.setdefault(row[case], {}).setdefault(row[kind], datetime.fromisoformat(row[at] + "+08:00"))
    received = [events for events in happened.values() if "客户收货" in events]
    days = [(events["创建"].date() - events["客户收货"].date()).days for events in received]
    assert min(days) >= 0
    assert len({(events["创建"].month, events["客户收货"].month) for events in received} & {(9, 8), (10, 9)}) == 0
    assert 0 < sum(day > 7 for day in days) < len(days) / 5
    called = [events for events in happened.values() if "回访" in events]
    assert all(events["解决"] < events["回访"] < events["关闭"] for events in called if "关闭" in events)
    repaired = [events for events in happened.values() if "维修验收" in events]
    assert all(events["审核通过"] < events["维修验收"] for events in repaired)
    assert min(len(called), len(repaired)) > 20
