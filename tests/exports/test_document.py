"""What the printed page says: every line, every indicator, every hash; and the PDF that carries it."""

import json
import re
import time
import zlib
from typing import Any

import pytest

from pipelines.core.canonical import canonical_json, digest
from pipelines.exports.document import document
from pipelines.exports.pdf import render_pdf
from pipelines.exports.words import Words
from pipelines.settlement.totals import STEPS
from tests.exports.printed_months import SEAL, later_month, line, month


def printed(body: Any, language: str = "zh") -> str:
    return json.dumps(document(body, Words(language)), ensure_ascii=False)


def section(body: Any, title: str) -> list[list[Any]]:
    (found,) = [one for one in document(body, Words("en"))["sections"] if one["title"] == title]
    return [row["cells"] for row in found["rows"]]


def test_the_first_page_says_who_pays_whom_what_and_in_words():
    page = document(month(), Words("zh"))
    assert (page["title"], page["month"], page["watermark"]) == ("结算单", "2026年10月", "草稿 DRAFT")
    assert [party["name"] for party in page["parties"]] == ["甲方", "乙方"]
    assert (page["payable"]["amount"], page["payable"]["capitals"]) == ("¥103,880.00", "人民币壹拾万叁仟捌佰捌拾元整")
    assert page["judged"] == [["判定", "达标 1，未达标 1"], ["考核得分", "48.39 / 100"]]  # 15 of 31 days
    assert len(page["signatures"]["labels"]) == 3


def test_the_totals_stand_in_the_order_of_the_steps():
    rows = document(month(), Words("en"))["totals"]["rows"]
    assert [row["cells"][0] for row in rows] == [*map(str, range(1, len(STEPS) + 1)), "", "", ""]
    assert [row["cells"][3] for row in rows if row["style"] != "quiet"] == [
        "100,000.00", "−2,580.65", "580.65", "5,880.00", "103,880.00",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("body", [month(), later_month()], ids=["a month", "a later version's"])
def test_no_line_and_no_indicator_is_left_out(body, language):
    rows = [row for one in document(body, Words(language))["sections"][:1] for row in one["rows"]]
    assert sum(row["style"] == "row" for row in rows) == len(body["lines"])
    text = printed(body, language)
    for one in body["lines"]:
        assert one["id"] in text
    for one in body["indicators"]:
        assert one["metric"] in text


def test_a_line_says_clause_formula_days_tax_and_amount():
    found = {cells[1][-1]: cells for cells in section(month(), "Lines")[1:] if cells[0]}
    assert found["connect.d@2026-10-16"] == [
        "4.2",
        ["Connect rate", "deduction, 2026-10-16 to 2026-10-31", "connect.d@2026-10-16"],
        ["5.00% × 100000.00 × 16/31 days", "Borne after caps 2,000.00"],
        "−154.84",
        "−2,580.65",
    ]


def test_a_kind_a_step_and_a_reason_that_nobody_knows_are_printed_by_their_own_names():
    text = printed(later_month())
    for words in ("wonder", "wonders", "for a reason unknown", "华东 400.00"):
        assert words in text, words


def test_a_failed_month_and_its_notices_stand_on_the_first_page():
    assert document(later_month(), Words("zh"))["judged"][2:] == [
        ["月度不合格", "得分 48.39，低于 60"],
        ["通知", "8.1；整改计划（10 个工作日内）；连续 2 次未达标"],
    ]


def test_a_sealed_statement_is_no_draft_and_bears_the_seal_on_each_page():
    page, draft = (document(month(), Words("en"), seal) for seal in (SEAL, None))
    assert (draft["watermark"], draft["seal"]) == ("DRAFT", "not sealed")
    assert page["watermark"] == ""
    assert page["seal"] == f"SHA-256 {digest(SEAL)} Sealed, entry 3 · 2026-11-20T03:00:00Z"
    assert [party["signed"] for party in page["parties"]] == [
        "signed 2026-11-20T02:00:00Z, key operator-key-of-…",
        "signed 2026-11-20T02:00:00Z, key vendor-key-of-64…",
    ]
    assert ["Status", "sealed"] in page["facts"]


def test_what_is_in_dispute_stands_on_the_first_page_with_what_is_undisputed():
    body = month()
    said = [{"remark": "monthly: a day was closed", "said_at": "2026-11-05T02:00:00Z"}]
    body["disputed"] = [
        {"party": "operator", "said": said, "lines": ["monthly"], "payable": "97000.00", "withheld": "6880.00"},
        {"party": "vendor", "said": said, "lines": [], "payable": "103880.00", "withheld": "0.00"},
    ]
    assert document(body, Words("en"))["judged"][2:] == [
        ["In dispute", "Operator (Party A): payable 97,000.00, 6,880.00 in dispute: monthly"],
        ["In dispute", "Vendor (Party B): payable 103,880.00, 0.00 in dispute: no line named, nothing withheld"],
        ["Undisputed", "97,000.00"],
    ]
    assert section(body, "In dispute")[0][1] == ["monthly: a day was closed", "2026-11-05T02:00:00Z"]


def test_promises_days_and_what_is_carried_are_told():
    body = month()
    one = body["indicators"][0]
    part = one["parts"][0]
    part["worst_of"] = [{**part, "id": "chat", "metric": "chat.reply_rate@1", "verdict": "met"}]
    part["by_day"] = [
        {"day": "2026-10-01", "value": "0.95", "n": 9, "verdict": "met"},
        {"day": "2026-10-02", "value": "0.5", "n": 8, "verdict": "missed"},
    ]
    one |= {"used": "contact.x@1 is used: contact.gap@1 0.2 > 0.1", "ceiling": "", "carried_in": 0, "carried_out": 12}
    told = section(body, "Terms and samples")[0][1]
    assert "Promise chat　91.00 %　≥ 90 %　met" in told
    assert "met 1; missed 1; 2026-10-02 50.00 %" in told
    assert "contact.x@1 is used: contact.gap@1 0.2 > 0.1" in told
    assert "Items carried out 12" in told


def test_what_the_month_leaves_to_later_ones_is_told():
    body = month()
    credit = {"indicator": "connect", "consequence": "d", "clause": "4.2", "month": "2026-10", "borne": "2000.00"}
    body["outlook"]["credits"] = [{**credit, "share": "0.5", "at": None, "left": 2}]
    body["outlook"] |= {
        "service_points": {"t": "3/1"},
        "carried_items": {"connect": [{"states": {"met": 5, "missed": 2}}]},
    }
    assert section(body, "What it leaves to later months") == [
        [
            "Deductions that may be earned back",
            ["Connect rate d: 2,000.00 borne in 2026-10, of which 50.00% comes back after 2 periods on target"],
        ],
        ["Service points", ["t 3"]],
        ["Items carried on", ["Connect rate 7"]],
    ]


def test_an_indicator_for_each_value_and_a_line_for_each_item_are_told_apart():
    body = month()
    body["indicators"][0]["id"] = "connect[vip]"
    for one in body["lines"]:
        if one["indicator"]:
            one |= {"indicator": "connect[vip]", "item": {"source": "acd", "id": "c-77"}}
    assert section(body, "Indicators")[0][1] == ["Connect rate [vip]"]
    assert "Connect rate [vip] c-77" in printed(body, "en")


def test_an_indicator_says_value_target_verdict_points_and_counts():
    connect, wait = section(month(), "Indicators")
    assert connect == [
        *("4.2", ["Connect rate"], "91.00 %", "≥ 92 %", ["missed"], "19.35 / 40"),
        *("4,007", "3,640", "360", "—", "7", "—", "—"),
    ]
    assert wait[2:5] == ["22.8 s", "≤ 30 s", ["met"]]


def test_parts_terms_and_reasons_are_told():
    (name, agreed, states), _ = section(month(), "Terms and samples")
    assert name[-1] == "3640 / 4000"
    assert agreed[0] == "at least 92 %"
    assert "short_abandon_s = 3　2026-10-15 to 2026-10-31" in agreed[1]
    assert agreed[2:] == [
        "2026-10-01 to 2026-10-15　91.00 %　≥ 90 %　met".replace("　≥ 90 %", "　≥ 90 % [4.2]"),
        "2026-10-16 to 2026-10-31　91.00 %　≥ 92 % [补充协议二]　missed",
    ]
    assert states == ["met 3,640; missed 360; excluded 7 (short abandon 7)", "outside 4 (IVR only 4)"]


def test_every_hash_of_the_record_is_printed():
    body = month()
    body["past"] = [{"month": "2026-09", "sha256": "9a57" * 16}]
    body["adjusted"] = [{"month": "2026-08", "stated": "57a7" * 16, "again": "a6a1" * 16}]
    body["loads"] = [{"source": "log", "sha256": "10ad" * 16, "mapping_sha256": "3a" * 32, "keeper": "vendor"}]
    body["evidence"] = {"offered_call": {"rows": 4011, "columns": ["item_id"], "sha256": "e51d" * 16}}
    body["contract"]["amendments"] = [
        {"number": "补充协议一", "effective": "2026-10-16", "signed": "2026-10-01", "sha256": "a3e7" * 16}
    ]
    text = printed(body)
    hashes = {body["sha256"], body["contract"]["sha256"], body["calendars_sha256"], *body["definitions"].values()}
    for sha256 in (
        *hashes,
        "10ad" * 16,
        "e51d" * 16,
        "a3e7" * 16,
        "9a57" * 16,
        "57a7" * 16,
        "a6a1" * 16,
        "补充协议一（2026-10-16 起）",
    ):
        assert sha256 in text


def test_decisions_are_printed_with_their_grounds():
    body = month()
    one = {
        "metric": "phone.connect_rate@1",
        "source": "acd",
        "item": "c1",
        "from": "missed",
        "to": "excluded: call-back",
    }
    body["overrides"] = [{**one, "ground": "断电", "decided_at": "2026-11-02T00:00:00Z"}]
    assert section(body, "Decisions on single items") == [
        ["phone.connect_rate@1", ["c1", "acd"], "missed → excluded: call-back", ["断电", "2026-11-02T00:00:00Z"]]
    ]


# --- the PDF ---


def streams(pdf: bytes) -> list[bytes]:
    """Return what the compressed streams of a PDF hold."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(packed))  # a stream's own last byte may be a line's end
        except zlib.error:
            found.append(packed)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_statement_gives_the_same_pdf(language):
    assert render_pdf(month(), language) == render_pdf(month(), language)


def test_the_pdf_carries_the_record_its_fonts_and_no_date_but_the_cut_off():
    body = month()
    pdf = render_pdf(body, "zh")
    inside = streams(pdf)
    whole = pdf + b"\n".join(inside)
    assert canonical_json(body) in inside
    assert b"/FontFile3" in whole
    assert b"NotoSansSC" in whole
    assert b"NotoSerifSC" in whole
    assert b"pdfaid:part" in whole
    assert set(re.findall(rb"D:(\d{14})", whole)) == {b"20261103010203"}


def test_a_sign_that_no_font_has_is_a_box_and_no_refusal():
    body = month()
    body["contract"]["vendor"]["zh"] = "乙方\N{GRINNING FACE}"
    assert render_pdf(body, "zh").startswith(b"%PDF")


def test_texts_are_set_as_they_are_and_never_as_commands():
    body = month()
    body["contract"]["vendor"]["zh"] = '#panic("x") $x$ *b* [a] \\ "'
    assert render_pdf(body, "zh").startswith(b"%PDF")


def test_a_long_statement_is_printed_within_two_seconds():
    body = month()
    body["lines"] += [line(body, id=f"l{number}", amount="0.00") for number in range(1000)]
    render_pdf(month(), "zh")  # the fonts are read once a process
    before = time.process_time()  # of this process alone: the tests beside it take their share of the machine
    pdf = render_pdf(body, "zh")
    assert time.process_time() - before < 2
    assert len(re.findall(rb"/Type\s*/Page\b", pdf + b"\n".join(streams(pdf)))) > 8
