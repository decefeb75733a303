"""Whatever is wrong is told as where, what, a mend and a code, with status 2; never as a traceback."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import CALLS, Answer, Say
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract

MONTH = ("--month", "2026-10")
DAYS = ("--from", "2026-10-01", "--until", "2026-11-01")


def told(answer: Answer, code: str, *parts: str, status: int = 2) -> str:
    """Check that the command refused in the house's manner; return what it said."""
    said = answer.err or answer.out
    assert answer.status == status, said
    assert "Traceback" not in answer.err + answer.out
    assert f"[{code}]" in said
    for block in said.strip().split("\n\n"):
        lines = block.splitlines()
        assert len(lines) >= 2, block  # where, then what and how to mend it
        assert re.search(r"[.!?:`] +\S.*  \[[a-z_]+\.[a-z_0-9]+\]$", lines[-1]), block
    for part in parts:
        assert part in said
    return said


# --- ingest ---


def make_log(office: Office, content: bytes) -> tuple[Path, Path]:
    mapping, log = office.write("call", CALLS)
    log.write_bytes(content)
    return mapping, log


def test_ingest_of_a_missing_file(say: Say, office: Office) -> None:
    mapping, log = office.write("call", CALLS)
    told(say("ingest", mapping, f"{log}x", "--home", office.home), "ingest.no_file", f"{log}x")
    told(say("ingest", f"{mapping}x", log, "--home", office.home), "mapping.unreadable", f"{mapping}x")
    assert not (office.home / "clausemeter.duckdb").exists()


def test_ingest_of_a_folder_without_logs(say: Say, office: Office) -> None:
    mapping, _ = office.write("call", CALLS)
    (office.folder / "empty").mkdir()
    told(say("ingest", mapping, office.folder / "empty", "--home", office.home), "ingest.no_file")
    told(say("ingest", office.folder, office.inbox, "--home", office.home), "mapping.unreadable")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"a,b,c\n1,2,3\n"],
    ids=["empty", "binary", "other columns"],
)
def test_ingest_of_a_file_that_is_not_this_log(say: Say, office: Office, content: bytes) -> None:
    answer = say("ingest", *make_log(office, content), "--home", office.home)
    said = told(answer, re.findall(r"\[([a-z_.]+)\]", answer.err)[0])
    assert "call.csv" in said


def test_ingest_with_a_mapping_of_another_log(say: Say, office: Office) -> None:
    _, log = office.write("call", CALLS)
    mapping, _ = office.write("mail", "message_id, at, direction\n m, 09:00:00, in")
    answer = say("ingest", mapping, log, "--home", office.home)
    assert answer.status == 2
    assert "message_id" in told(answer, re.findall(r"\[([a-z_.]+)\]", answer.err)[0])


def test_ingest_with_a_mapping_with_errors_names_them_all(say: Say, office: Office) -> None:
    mapping, log = office.write("call", CALLS)
    text = mapping.read_text(encoding="utf-8").replace("Asia/Shanghai", "Mars/Base").replace("wait_s:", "weit_s:")
    mapping.write_text(text, encoding="utf-8")
    said = told(say("ingest", mapping, log, "--home", office.home), "mapping.unknown_column", "Mars/Base")
    assert said.count(str(mapping)) >= 2


# --- contracts ---

BROKEN_CONTRACTS: dict[str, tuple[Callable[[str], str], str]] = {
    "broken YAML": (lambda text: text + "\n  - {", "yaml."),
    "an empty file": (lambda text: "", "contract."),
    "a list": (lambda text: "- a\n- b\n", "contract."),
    "an unknown metric": (lambda text: text.replace("phone.connect_rate@1", "phone.conect_rate@1"), "metric.unknown"),
    "an unknown key": (lambda text: text.replace("weight:", "wieght:", 1), "contract.unknown_key"),
    "NaN": (lambda text: text.replace("target: 90%", "target: NaN"), "contract."),
    "infinity": (lambda text: text.replace("100000.00", "inf"), "contract."),
    "a huge number": (lambda text: text.replace("100000.00", "1" + "0" * 400), "contract."),
    "a huge exponent": (lambda text: text.replace("100000.00", "1e999999999"), "contract."),
    "a bad day": (lambda text: text.replace("until: 2027-01-01", "until: 2027-02-30"), "contract."),
    "a term that ends before it begins": (
        lambda text: text.replace("until: 2027-01-01", "until: 2025-01-01"),
        "contract.",
    ),
    "an unknown zone": (lambda text: text.replace("Asia/Shanghai", "Mars/Base"), "zone."),
    "an unknown term": (lambda text: text.replace("short_abandon_s:", "short_abandonn_s:"), "contract."),
}


@pytest.mark.parametrize("name", BROKEN_CONTRACTS)
def test_a_broken_contract(say: Say, desk: Office, tmp_path: Path, name: str) -> None:
    change, code = BROKEN_CONTRACTS[name]
    broken = change(contract())
    assert broken != contract()
    path = tmp_path / "broken.yaml"
    path.write_text(broken, encoding="utf-8")
    closing = say("close", path, *MONTH, "--home", desk.home)
    codes = re.findall(r"\[([a-z_]+\.[a-z_0-9]+)\]$", closing.err, re.MULTILINE)
    assert any(found.startswith(code) for found in codes), closing.err
    told(closing, codes[0], str(path))
    checking = say("contract", "check", path)
    told(checking, codes[0], status=2 if checking.err else 1) if checking.err else None
    assert checking.status in (1, 2)
    assert "Traceback" not in checking.err + checking.out


def test_a_binary_contract(say: Say, desk: Office, tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    told(say("close", path, *MONTH, "--home", desk.home), "contract.unreadable", str(path))
    told(say("contract", "check", path), "contract.unreadable", str(path))


def test_an_unknown_contract(say: Say, desk: Office) -> None:
    told(say("close", "nobody", *MONTH, "--home", desk.home), "contract.absent", "nobody")
    told(say("contract", "check", "nobody"), "contract.absent")


# --- words of the command line ---


@pytest.mark.parametrize("month", ["2026-13", "2026", "October", "2026-1", "26-10", "", "2026-10-01", "0000-01"])
def test_a_bad_month(say: Say, desk: Office, month: str) -> None:
    path = desk.folder / "contract.yaml"
    told(say("close", path, "--month", month, "--home", desk.home), "cli.value", "--month", "2026-10")


def test_a_month_outside_the_term(say: Say, desk: Office) -> None:
    told(say("close", desk.folder / "contract.yaml", "--month", "2031-01", "--home", desk.home), "close.outside_term")


@pytest.mark.parametrize("option", ["--cut-off", "--as-of"])
@pytest.mark.parametrize("instant", ["yesterday", "2026-11-03T00:00:00", "2026-11-03"])
def test_a_bad_instant(say: Say, desk: Office, option: str, instant: str) -> None:
    """Without its offset an instant could be another in another office."""
    path = desk.folder / "contract.yaml"
    told(say("close", path, *MONTH, option, instant, "--home", desk.home), "cli.value", option, "+08:00")


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("phone.conect_rate", *DAYS), "metric.unknown", "Did you mean phone.connect_rate"),
        (("phone.connect_rate", "--from", "2026-02-30", "--until", "2026-11-01"), "cli.value", "--from"),
        (("phone.connect_rate", "--from", "2026-10-01", "--until", "soon"), "cli.value", "--until"),
        (("phone.connect_rate", "--from", "2026-11-01", "--until", "2026-10-01"), "measure.days", "--until"),
        (("phone.connect_rate", *DAYS, "--by", "planet"), "measure.group", "planet"),
        (("phone.connect_rate", *DAYS, "--term", "short_abandonn_s=5"), "measure.term", "short_abandon_s"),
        (("phone.connect_rate", *DAYS, "--term", "short_abandon_s=NaN"), "measure.term", "NaN"),
        (("phone.connect_rate", *DAYS, "--term", "short_abandon_s=1e999"), "measure.term", "1e999"),
        (("phone.connect_rate", *DAYS, "--term", "short_abandon_s"), "cli.value", "name=value"),
        (("phone.connect_rate", *DAYS, "--where", "planet=earth"), "contract.scope_column", "planet"),
        (("phone.connect_rate", *DAYS, "--zone", "Mars/Base"), "zone.", "Mars/Base"),
        (("phone.connect_rate", *DAYS, "--calendars", "nowhere.yaml"), "contract.unreadable", "nowhere.yaml"),
        (("phone.connect_rate", *DAYS, "--cut-off", "late"), "cli.value", "--cut-off"),
        (("phone.service_level", *DAYS, "--term", "short_abandon_s=30"), "measure.term", "short_abandon_s"),
    ],
)  # fmt: skip
def test_measure(say: Say, desk: Office, words: tuple[str, ...], code: str, part: str) -> None:
    answer = say("measure", *words, "--home", desk.home)
    found = re.findall(r"\[([a-z_]+\.[a-z_0-9]+)\]$", answer.err, re.MULTILINE)
    assert [one for one in found if one.startswith(code)], answer.err + answer.out
    told(answer, found[0], part)


def test_measure_names_every_problem_at_once(say: Say, desk: Office) -> None:
    words = ("phone.connect_rate", *DAYS, "--by", "planet", "--term", "x=1", "--where", "planet=earth")
    said = told(say("measure", *words, "--home", desk.home), "measure.group")
    assert "[measure.term]" in said
    assert "[contract.scope_column]" in said


def test_metrics_of_an_unknown_name(say: Say) -> None:
    told(say("metrics", "phone.conect_rate"), "metric.unknown", "Did you mean phone.connect_rate@1?")
    told(say("metrics", "zzz"), "metric.unknown", "`clausemeter metrics` lists them all")


@pytest.mark.parametrize(
    "statement", ["", "abcdef", "small:2026-11", "nobody:2026-10", "abc", "'; DROP TABLE load; --"]
)
def test_an_unknown_statement(say: Say, desk: Office, statement: str) -> None:
    told(say("explain", statement, "connect", "--home", desk.home), "statement.unknown", "small:2026-10")


def test_an_unknown_line(say: Say, desk: Office) -> None:
    told(say("explain", "small:2026-10", "conect", "--home", desk.home), "statement.no_line", "connect.deduct")


def test_an_unknown_load(say: Say, desk: Office) -> None:
    told(say("loads", "99", "--home", desk.home), "load.unknown")


# --- overrides ---


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"--metric": "phone.conect_rate"}, "metric.unknown"),
        ({"--to": "forgiven"}, "override.state"),
        ({"--from": "bad"}, "override.state"),
        ({"--ground": " "}, "override.missing"),
        ({"--decided-at": "2026-11-05"}, "override.decided_at"),
    ],
)
def test_a_bad_override(say: Say, office: Office, change: dict[str, str], code: str) -> None:
    row = {"--metric": "phone.connect_rate", "--item": "b", "--from": "missed", "--to": "met", "--ground": "appeal 1"}
    words = [word for pair in (row | change).items() for word in pair]
    told(say("override", "add", *words, "--home", office.home), code)
    assert not (office.home / "overrides.jsonl").exists()


def test_a_file_of_overrides_is_taken_whole_or_not_at_all(say: Say, office: Office) -> None:
    file = office.folder / "decisions.csv"
    file.write_text(
        "metric,item,from,to,ground,decided_at\n"
        "phone.connect_rate,b,missed,met,appeal 1,2026-11-05T10:00:00+08:00\n"
        "phone.connect_rate,c,missed,met,,2026-11-05T10:00:00+08:00\n",
        encoding="utf-8",
    )
    told(say("override", "load", file, "--home", office.home), "override.missing", f"{file}:3")
    told(say("override", "load", f"{file}x", "--home", office.home), "override.unreadable")
    told(say("override", "load", office.folder, "--home", office.home), "override.unreadable")
    file.write_bytes(b"\xff\xfe\x00")
    told(say("override", "load", file, "--home", office.home), "override.unreadable")
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    told(say("override", "load", file, "--home", office.home), "override.missing")
    assert not (office.home / "overrides.jsonl").exists()


# --- homes ---


@pytest.mark.parametrize("words", [("loads",), ("measure", "phone.connect_rate", *DAYS)])
def test_a_home_that_is_not_there(say: Say, tmp_path: Path, words: tuple[str, ...]) -> None:
    told(say(*words, "--home", tmp_path / "nowhere"), "warehouse.absent", "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_close_without_a_store(say: Say, desk: Office, tmp_path: Path) -> None:
    told(say("close", desk.folder / "contract.yaml", *MONTH, "--home", tmp_path / "nowhere"), "warehouse.absent")


def test_a_home_that_is_a_file(say: Say, office: Office) -> None:
    mapping, log = office.write("call", CALLS)
    home = office.folder / "file"
    home.write_text("no folder", encoding="utf-8")
    for words in (
        ("ingest", mapping, log),
        ("loads",),
        ("statements",),
        ("close", office.contract(contract()), *MONTH),
    ):
        answer = say(*words, "--home", home)
        if words[0] == "statements":  # nothing is closed in a place without statements
            assert answer.status in (0, 2)
            continue
        told(answer, re.findall(r"\[([a-z_]+\.[a-z_]+)\]", answer.err)[0], str(home))
        assert "[cli.bug]" not in answer.err


def test_a_store_that_is_no_store(say: Say, office: Office) -> None:
    office.home.mkdir()
    (office.home / "clausemeter.duckdb").write_bytes(b"not a database" * 999)
    told(say("loads", "--home", office.home), "warehouse.not_a_store", "clausemeter.duckdb")


def test_a_home_that_another_process_writes_to(say: Say, office: Office) -> None:
    office.load("call", CALLS)
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(office.home / "clausemeter.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        told(say("loads", "--home", office.home), "warehouse.locked", "Another process")
        mapping, log = office.write("call", CALLS)
        told(say("ingest", mapping, log, "--home", office.home), "warehouse.locked")
        told(say("close", office.contract(contract()), *MONTH, "--home", office.home), "warehouse.locked")
        other.stdin.close()


def test_a_home_that_cannot_be_written(say: Say, office: Office) -> None:
    """A place where even the machine's owner cannot make a folder."""
    mapping, log = office.write("call", CALLS)
    answer = say("ingest", mapping, log, "--home", "/proc/clausemeter")
    told(answer, re.findall(r"\[([a-z_]+\.[a-z_]+)\]", answer.err)[0], "/proc/clausemeter")
    assert "[cli.bug]" not in answer.err
    answer = say(
        "override", "add", "--metric", "phone.connect_rate", "--item", "b", "--from", "missed", "--to", "met",
        "--ground", "x", "--home", "/proc/clausemeter",
    )  # fmt: skip
    told(answer, re.findall(r"\[([a-z_]+\.[a-z_]+)\]", answer.err)[0], "/proc/clausemeter")
    assert "[cli.bug]" not in answer.err


# --- what was kept and is broken ---


@pytest.fixture
def closed(office: Office) -> tuple[Office, str]:
    office.load("call", CALLS)
    return office, office.close(office.contract(contract())).ref.id


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"a": 1}', "\0\0\0"])
def test_a_statement_that_was_broken(say: Say, closed: tuple[Office, str], content: str) -> None:
    office, name = closed
    (office.home / "statements" / f"{name}.json").write_text(content, encoding="utf-8")
    told(say("explain", name, "connect", "--home", office.home), "statement.changed", f"{name}.json")


def test_a_statement_that_is_gone(say: Say, closed: tuple[Office, str]) -> None:
    office, name = closed
    (office.home / "statements" / f"{name}.json").unlink()
    told(say("explain", name, "connect", "--home", office.home), "statement.changed", f"{name}.json")


def test_an_index_that_was_broken(say: Say, closed: tuple[Office, str]) -> None:
    office, _ = closed
    index = office.home / "statements" / "index.jsonl"
    index.write_text(index.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
    told(say("statements", "--home", office.home), "statement.index", "index.jsonl:2")


def test_overrides_that_were_broken(say: Say, closed: tuple[Office, str]) -> None:
    office, _ = closed
    (office.home / "overrides.jsonl").write_text('{"metric": 1}\n', encoding="utf-8")
    told(say("override", "list", "--home", office.home), "override.broken", "overrides.jsonl:1")


def test_evidence_that_is_gone_or_broken(say: Say, closed: tuple[Office, str]) -> None:
    office, name = closed
    file = office.home / "evidence" / name / "offered_call.parquet"
    file.write_bytes(b"PAR1 nothing")
    told(say("explain", name, "connect", "--home", office.home), "statement.no_evidence", "offered_call.parquet")
    file.unlink()
    told(say("explain", name, "connect", "--home", office.home), "statement.no_evidence", "offered_call.parquet")


def test_an_archived_file_that_is_gone_is_said_in_its_place(say: Say, closed: tuple[Office, str]) -> None:
    """The figure stands; its proof is missing, and explain says so where the line would be."""
    office, name = closed
    for file in (office.home / "archive").rglob("*"):
        if file.is_file():
            file.unlink()
    answer = say("explain", name, "connect", "--home", office.home)
    assert answer.status == 0
    assert "call.csv" in answer.out
    assert "phone.connect_rate@1 = 2 / 3" in answer.out
    assert re.search(r"call b .*\n +call\.csv .*: The archived file is not there", answer.out)


def test_what_nobody_foresaw_is_told_without_a_traceback(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr("pipelines.cli.program", broken)
    told(say("metrics"), "cli.bug", "ZeroDivisionError: no such luck")
    monkeypatch.setenv("CLAUSEMETER_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        say("metrics")


def test_a_report_of_a_path_with_spaces_and_chinese(say: Say, tmp_path: Path) -> None:
    office = Office(tmp_path / "客服 二部's")
    mapping, log = office.write("call", CALLS, name="十月 明细.csv")
    (report,) = json.loads(say("ingest", mapping, log, "--home", office.home, "--json").out)
    assert report["file_name"] == "十月 明细.csv"
    assert say("close", office.contract(contract()), *MONTH, "--home", office.home).status == 0
    assert "十月 明细.csv:3" in say("explain", "small:2026-10", "connect", "--home", office.home).out
    assert any((office.home / "statements").iterdir())
