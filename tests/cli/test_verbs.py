"""Every verb helps, answers, and answers as JSON; the status says how it went."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CALLS, Say
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract

VERBS = (
    "ingest", "loads", "measure", "metrics", "close", "statements", "explain", "sample", "demo", "serve",
    "contract", "contract check", "contract show", "contract schema", "why", "cubes", "cubes refresh", "cubes view",
    "override", "override add", "override load", "override list", "export", "bridge",
    "diff", "months", "review", "paid", "approve", "object", "seal", "verify", "audit", "adjust",
    "keys", "keys new", "keys add", "keys list",
    "user", "user add", "user list", "user disable", "user enable", "user reset", "user roles", "user log-out",
    "user link", "trail",
)  # fmt: skip


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help(say: Say, verb: str) -> None:
    answer = say(*verb.split(), "--help")
    assert answer.status == 0
    assert "Usage: " in answer.out


def test_help_names_every_verb(say: Say) -> None:
    out = say("--help").out
    assert [verb for verb in VERBS if " " not in verb and f" {verb} " not in out] == []


@pytest.mark.parametrize(
    "words",
    [
        ("loads",),
        ("loads", "1"),
        ("statements",),
        ("metrics",),
        ("metrics", "phone.connect_rate"),
        ("measure", "phone.connect_rate", "--from", "2026-10-01", "--until", "2026-11-01", "--by", "day"),
        ("explain", "small:2026-10", "connect"),
        ("explain", "small:2026-10", "connect.deduct"),
        ("override", "list"),
        ("keys", "list"),
        ("diff", "small:2026-10", "small:2026-10"),
        ("audit", "small"),
        ("user", "list"),
        ("trail",),
        ("trail", "--check"),
    ],
)
def test_what_is_read_is_said_in_words_and_as_json(say: Say, desk: Office, words: tuple[str, ...]) -> None:
    home = () if words[0] == "metrics" else ("--home", str(desk.home))
    assert say(*words, *home).status == 0
    answer = say(*words, *home, "--json")
    assert (answer.status, answer.err) == (0, "")
    json.loads(answer.out)


def test_what_is_written_is_said_in_words_and_as_json(say: Say, office: Office) -> None:
    mapping, log = office.write("call", CALLS)
    ingested = say("ingest", mapping, log, "--home", office.home, "--json")
    (report,) = json.loads(ingested.out)
    assert (ingested.status, report["accepted"], report["adds_up"], report["status"]) == (0, 3, True, "loaded")
    again = say("ingest", mapping, log, "--home", office.home)
    assert (again.status, "nothing changed" in again.out) == (0, True)
    path = office.contract(contract())
    closed = say("close", path, "--month", "2026-10", "--home", office.home, "--json")
    body = json.loads(closed.out)
    assert (closed.status, body["month"], len(body["sha256"])) == (0, "2026-10", 64)
    assert "nothing changed since version 1" in say("close", path, "--month", "2026-10", "--home", office.home).out


def test_a_metric_is_printed_with_its_example_and_its_sql(say: Say) -> None:
    out = say("metrics", "quality.satisfied").out
    for part in ("满意率", "1-10:9", "value = 3 / 5 = 0.6", "WITH population AS (", "unmeasurable: another scale"):
        assert part in out, part
    found = json.loads(say("metrics", "quality.satisfied@1", "--json").out)
    assert found["example"]["value"] == "0.6"
    assert found["sql"].startswith("WITH population AS (")
    assert found["terms"][0]["name"] == "satisfied"
    assert "rank 4 of 5 = 65" in say("metrics", "chat.first_response_percentile").out


def test_home_may_stand_before_the_verb(say: Say, desk: Office) -> None:
    assert say("--home", desk.home, "statements").out == say("statements", "--home", desk.home).out


def test_a_measured_value_stands_beside_what_makes_it(say: Say, desk: Office) -> None:
    """Two of three answered, none short: 66.67 %; who waited 60 s gave up."""
    words = ("phone.connect_rate", "--from", "2026-10-01", "--until", "2026-11-01")
    (found,) = json.loads(say("measure", *words, "--home", desk.home, "--json").out)
    assert (found["numerator"], found["denominator"], found["n"], found["population"]) == ("2", "3", 3, 3)
    assert found["value"].startswith("0.6666")
    by_agent = json.loads(say("measure", *words, "--by", "agent", "--home", desk.home, "--json").out)
    assert [(one["group"]["agent"], one["numerator"], one["denominator"]) for one in by_agent] == [
        ("ann", "1", "2"),
        ("bob", "1", "1"),
    ]
    assert [(one["rate_of"], one["handled"], one["touched"]) for one in by_agent] == [
        ("items that the log gives to the agent", 1, 0),
        ("handled items", 1, 0),
    ]
    said = say("measure", *words, "--by", "agent", "--home", desk.home).out
    assert all(word in said for word in ("handled", "touched", "An agent's value is a rate of handled items"))
    assert "touched" not in say("measure", *words, "--by", "team", "--home", desk.home).out


def test_nothing_measured_is_no_data_not_zero(say: Say, desk: Office) -> None:
    words = ("measure", "phone.connect_rate", "--from", "2026-09-01", "--until", "2026-10-01", "--home", desk.home)
    (found,) = json.loads(say(*words, "--json").out)
    assert (found["value"], found["n"]) == (None, 0)
    assert "no data" in say(*words).out


def test_contract_check_says_which_metrics_have_no_log(say: Say, desk: Office) -> None:
    path = desk.contract(contract().replace("phone.average_wait@1", "chat.reply_rate@1"), "chats.yaml")
    said = say("contract", "check", path, "--home", desk.home).out
    assert "chat.reply_rate@1 is measured from chat logs, and none is loaded" in said
    assert "measured from call logs" not in said
    assert "none is loaded" not in say("contract", "check", path).out


def test_contract_schema_is_json(say: Say) -> None:
    plain, amendment = (json.loads(say("contract", "schema", *more).out) for more in ((), ("--amendment",)))
    assert ("zone" in plain["required"], "effective" in amendment["required"]) == (True, True)


def test_contract_show_is_read_in_either_language(say: Say, office: Office) -> None:
    path = office.contract(contract())
    assert say("contract", "show", path).out.startswith("# 合同 ")
    english = say("contract", "show", path, "--lang", "en", "--on", "2026-10-16")
    assert (english.status, "As it stands on 2026-10-16." in english.out) == (0, True)
    assert say("contract", "show", path, "--on", "tomorrow").status == 2


def test_contract_check_ends_with_0_or_1(say: Say, office: Office) -> None:
    sound = say("contract", "check", office.contract(contract()))
    assert sound.status == 0
    assert "0 errors" in sound.out
    broken = office.contract(contract().replace("phone.connect_rate@1", "phone.conect_rate@1"), "broken.yaml")
    answer = say("contract", "check", broken)
    assert answer.status == 1
    assert "Did you mean phone.connect_rate@1?" in answer.out
    problems = json.loads(say("contract", "check", broken, "--json").out)
    assert "metric.unknown" in {problem["code"] for problem in problems if problem["severity"] == "error"}


def test_overrides_are_added_loaded_and_listed(say: Say, office: Office) -> None:
    row = ("--metric", "phone.connect_rate", "--item", "b", "--from", "missed", "--to", "met", "--ground", "appeal 1")
    assert say("override", "add", *row, "--decided-at", "2026-11-05T10:00:00+08:00", "--home", office.home).status == 0
    file = office.folder / "decisions.csv"
    file.write_text(
        "\ufeffmetric,item,from,to,ground,decided_at,source\n"
        "phone.connect_rate,b,missed,met,appeal 1,2026-11-05T10:00:00+08:00,\n"
        'phone.connect_rate,c,missed,excluded: outage,"停电，第 7 号",2026-11-05T11:00:00+08:00,call\n',
        encoding="utf-8",
    )
    loaded = say("override", "load", file, "--home", office.home)
    assert loaded.out == "1 recorded, 1 already there: nothing changed\n"
    found = json.loads(say("override", "list", "--home", office.home, "--json").out)
    assert [(one["item"], one["ground"]) for one in found] == [("b", "appeal 1"), ("c", "停电，第 7 号")]


def test_explain_prints_the_way_from_the_line_to_the_file(say: Say, desk: Office) -> None:
    out = say("explain", "small:2026-10", "connect.deduct", "--home", desk.home).out
    for part in (
        "Clause 4.1",
        "target ≥ 0.9",
        "phone.connect_rate@1 = 2 / 3",
        "call b",
        "call.csv:3",
        "definition sha256",
    ):
        assert part in out
    assert "call.csv:3  b,***,q,ann,2026-10-05 09:10:00,abandoned,60" in out  # the customer is masked


def test_a_vendors_report_is_laid_beside_the_month(say: Say, desk: Office) -> None:
    """b gave up after 60 s: 2 of 3 here; they say 2 of 2, and that is a short abandon of 60 s."""
    how, report = desk.folder / "report.yaml", desk.folder / "report.csv"
    how.write_text(
        "report: r\nfile: {format: csv}\ncolumns: {month: m, code: c, value: v, numerator: n, denominator: d}\n"
        "figures: {connect: {indicator: connect, unit: percent}}\n",
        encoding="utf-8",
    )
    report.write_text("m,c,v,n,d\n2026-10,connect,100,2,2\n2026-10,conect,1,,\n", encoding="utf-8")
    words = ("bridge", desk.folder / "contract.yaml", "--month", "2026-10", "--report", report, "--mapping", how)
    for lang, part in (("zh", "短时放弃（秒） 取 60，合同为 5"), ("en", "short_abandon_s = 60 instead of 5")):
        answer = say(*words, "--lang", lang, "--home", desk.home)
        assert (answer.status, part in answer.out) == (0, True)
        assert "[report.unknown_code]" in answer.err
    body = json.loads(say(*words, "--home", desk.home, "--json").out)
    assert (body["rows"][0]["verdict"], body["problems"][0]["code"]) == ("explained", "report.unknown_code")
    assert say(*words, "--lang", "fr", "--home", desk.home).status == 2


def test_output_that_nobody_reads_on_is_no_error(desk: Office) -> None:
    """As `clausemeter metrics | head -0` does."""
    command = [str(Path(sys.executable).parent / "clausemeter"), "metrics", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
