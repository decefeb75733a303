"""A statement as the words and tables that a printed page is made of; statement.typ only lays them out."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from pipelines.core.canonical import digest
from pipelines.core.exact import decimal_text, rate_text
from pipelines.exports.annex import Annex, annex_sections
from pipelines.exports.capitals import capital_yuan, words_of_money
from pipelines.exports.figures import (
    DASH,
    STATES,
    days_text,
    digits,
    indicator_name,
    instant_text,
    line_name,
    measured_text,
    money_text,
    month_text,
    plain_text,
    points_text,
    reasons,
    state_counts,
    state_text,
    target_text,
    value_text,
)
from pipelines.exports.tables import Cell, columns_of, hashes_of, lines_of
from pipelines.exports.words import Words, catalogue
from pipelines.settlement.totals import STEPS

DRAFT, SEALED = "DRAFT", "SEALED"
Seal = Mapping[str, Any] | None
CHANGES_NO_TOTAL = ("withheld", "carried_out")


def document(body: Mapping[str, Any], words: Words, seal: Seal = None, annex: Annex = None) -> dict[str, Any]:
    """Return a published statement (with its ``id`` and ``sha256``) as texts for the page.

    ``seal`` is its entry in the ledger: with it the statement is no draft. ``annex``: the vendor's report beside it.
    """
    contract = body["contract"]
    return {
        "language": words.language,
        "watermark": _watermark(status_of(body, seal), words),
        "title": words("document.title"),
        "month": month_text(body["month"], words),
        "subtitle": words.pick(contract["title"]),
        "running": f"{words('document.title')} · {contract['number']} · {month_text(body['month'], words)}",
        "page": words("document.page", page="{page}", pages="{pages}"),
        "sha256": f"SHA-256 {body['sha256']}",
        "seal": _seal_text(seal, words),
        "parties": [_party(side, contract[side], seal, words) for side in ("operator", "vendor")],
        "facts": _facts(body, seal, words),
        "payable": _payable(body, words),
        "totals": _totals(body, words),
        "judged": _judged(body, words),
        "signatures": {
            "title": words("document.signatures"),
            "labels": [words(f"document.{name}") for name in ("signed_by", "stamp", "signed_on")],
        },
        "sections": [
            section for section in (*_sections(body, seal, words), *annex_sections(annex, words)) if section["rows"]
        ],
        "annex": words("document.annex"),
        "none": words("document.none"),
    }


def status_of(body: Mapping[str, Any], seal: Seal) -> str:
    """Return what a statement is: the signed body goes on saying what it was when both parties signed it."""
    return SEALED if seal else str(body["status"])


def _watermark(status: str, words: Words) -> str:
    return "" if status != DRAFT else " ".join(dict.fromkeys((words.of("status", DRAFT), DRAFT)))


def _seal_text(seal: Seal, words: Words) -> str:
    """Return the entry's number, instant and hash: the head of the ledger when it was sealed."""
    if not seal:
        return words("document.unsealed")
    return f"SHA-256 {digest(dict(seal))} {words('document.sealed', number=seal['number'], at=seal['sealed_at'])}"


def _party(side: str, party: Mapping[str, str], seal: Seal, words: Words) -> dict[str, str]:
    name, other = words.pick(party), party.get("en" if words.language == "zh" else "zh")
    signed = [one for one in (seal or {}).get("approvals", ()) if one["party"] == side]
    return {
        "role": words(f"document.{side}"),
        "name": name,
        "other": other if other and other != name else "",
        "signed": "".join(words("document.signed", at=one["signed_at"], public=one["key"][:16]) for one in signed),
    }


def _facts(body: Mapping[str, Any], seal: Seal, words: Words) -> list[list[str]]:
    contract = body["contract"]
    amendments = words("document.semicolon").join(amendment_text(one, words)[0] for one in contract["amendments"])
    found = {
        "contract": contract["number"],
        "month": month_text(body["month"], words),
        "statement": body["id"],
        "status": words.of("status", status_of(body, seal)),
        "cut_off_at": instant_text(body["cut_off_at"], contract["zone"]),
        "amendments": amendments or words("document.none"),
    }
    return [[words(f"document.{name}"), value] for name, value in found.items()]


def _payable(body: Mapping[str, Any], words: Words) -> dict[str, str]:
    amount, currency = Decimal(body["totals"]["payable"]), body["currency"]
    in_chinese = currency == "CNY" and words.language == "zh"
    return {
        "label": words("document.payable"),
        "amount": f"{'¥' if in_chinese else currency + ' '}{money_text(body['totals']['payable'])}",
        "capitals_label": words("document.capitals"),
        "capitals": capital_yuan(amount) if in_chinese else words_of_money(amount, currency),
    }


def steps_of(body: Mapping[str, Any]) -> list[str]:
    """Return the steps in the order in which they are summed; one that this version does not know comes behind."""
    known = [step for step in STEPS if step in body["totals"]]
    others = [step for step in body["totals"] if step not in {*STEPS, "payable", *CHANGES_NO_TOTAL}]
    others += [line["step"] for line in body["lines"]]
    return list(dict.fromkeys([*known, *others]))


def _totals(body: Mapping[str, Any], words: Words) -> dict[str, Any]:
    totals = body["totals"]
    rows = [_total_row(str(number), step, body, words) for number, step in enumerate(steps_of(body), start=1)]
    rows.append({**_total_row("", "payable", body, words), "style": "total"})
    rows += [_total_row("", name, body, words) for name in CHANGES_NO_TOTAL if name in totals]
    return {
        "title": words("document.summary"),
        "note": words("document.amounts_in", currency=body["currency"]),
        "columns": columns_of(words, "- 1cm", "step 1fr", "lines 2cm right", "amount 4cm right"),
        "rows": rows,
    }


def _total_row(number: str, step: str, body: Mapping[str, Any], words: Words) -> dict[str, Any]:
    amount = body["totals"].get(step)
    count = sum(line["step"] == step for line in body["lines"])
    style = "row" if amount is None or Decimal(amount) or count else "quiet"
    shown = DASH if amount is None else money_text(amount)
    return {"style": style, "cells": [number, words.of("step", step), str(count) if count else "", shown]}


def _judged(body: Mapping[str, Any], words: Words) -> list[list[str]]:
    verdicts = [one["verdict"] for one in body["indicators"]]
    counted = words("document.comma").join(
        f"{words.of('verdict', name)} {verdicts.count(name)}" for name in sorted(set(verdicts), key=_place)
    )
    score = body["score"]
    value = words.phrase(score["reason"]) if score["value"] is None else f"{digits(Decimal(score['value']), 2)} / 100"
    rows = [[words("document.judged"), counted], [words("document.score"), value]]
    failed, notices = body.get("month_fail", {}), body.get("notices", ())
    if failed.get("failed"):
        said = words("document.semicolon").join(words.phrase(why) for why in failed["reasons"])
        rows.append([words("document.month_fail"), said or words.of("flag", "True")])
    rows += [[words("document.notices"), _notice_text(notice, words)] for notice in notices]
    rows += [[words("document.disputed"), _claim_text(claim, words)] for claim in body.get("disputed", ())]
    rows += [[words("document.undisputed"), money_text(one["payable"])] for one in _of_operator(body)]
    return [row for row in rows if row[1]]


def _of_operator(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the operator's claim: what the month comes to by it is paid at once."""
    return [one for one in body.get("disputed", ()) if one["party"] == "operator"]


def _claim_text(claim: Mapping[str, Any], words: Words) -> str:
    return words(
        "document.claim",
        party=words(f"document.{claim['party']}"),
        payable=money_text(claim["payable"]),
        withheld=money_text(claim["withheld"]),
        lines=words("document.comma").join(claim["lines"]) or words("document.in_words_alone"),
    )


def _notice_text(notice: Mapping[str, Any], words: Words) -> str:
    action = words.of("action", notice["action"])
    if notice["within_days"] is not None:
        action = words("document.within", action=action, days=notice["within_days"])
    return words("document.semicolon").join((notice["clause"], action, words.phrase(notice["because"])))


def _place(verdict: str) -> tuple[int, str]:
    known = list(catalogue()["verdict"])
    return known.index(verdict) if verdict in known else len(known), verdict


def _sections(body: Mapping[str, Any], seal: Seal, words: Words) -> Iterator[dict[str, Any]]:
    yield {
        "title": words("document.lines"),
        "note": words("document.amounts_in", currency=body["currency"]),
        "columns": columns_of(
            words,
            "clause 1.5cm",
            "line 5.2cm",
            "formula 1fr",
            "tax 1.9cm right",
            "amount 2.4cm right",
        ),
        "rows": list(_line_rows(body, words)),
    }
    counts = [f"{state} auto right" for state in STATES]
    yield {
        "title": words("document.indicators"),
        "columns": columns_of(
            words,
            *("clause auto", "indicator 1fr", "value auto right", "target auto right", "verdict auto"),
            *("earned auto right", "population auto right", *counts),
        ),
        "rows": [_indicator_row(one, words) for one in body["indicators"]],
        "size": 7,
    }
    yield {
        "title": words("document.basis"),
        "columns": columns_of(words, "indicator 4cm", "agreed 1fr", "states 6.2cm"),
        "rows": [_basis_row(one, words) for one in body["indicators"]],
        "size": 7.5,
    }
    yield from _rests_on(body, seal, words)


def _line_rows(body: Mapping[str, Any], words: Words) -> Iterator[dict[str, Any]]:
    order = steps_of(body)
    lines = sorted(body["lines"], key=lambda line: order.index(line["step"]))  # within a step as the record has them
    for step, group in groupby(lines, key=lambda line: line["step"]):
        amount = body["totals"].get(step)
        yield {"style": "group", "cells": ["", words.of("step", step), "", "", money_text(amount) if amount else ""]}
        for line in group:
            yield {"style": "row", "cells": _line_cells(line, body, words)}


def _line_cells(line: Mapping[str, Any], body: Mapping[str, Any], words: Words) -> list[Cell]:
    name, kind = line_name(line, body, words), words.of("kind", line["kind"])
    about = words("document.comma").join(
        filter(None, (kind if kind.lower() != name.lower() else "", days_text(line["days"], words)))
    )
    by = f"{words('column.by')} {line['by']}" if line["by"] and line["by"] != line["clause"] else ""
    centres = [f"{centre} {money_text(amount)}" for centre, amount in (line.get("cost_centres") or {}).items()]
    return [
        line["clause"],
        lines_of(name, about, line["id"] if line["id"].lower() != name.lower() else "", *centres),
        lines_of(words.phrase(line["formula"]), words.phrase(line["because"]), by, _borne_text(line, words)),
        DASH if line["tax"] is None else money_text(line["tax"]),
        money_text(line["amount"]),
    ]


def _borne_text(line: Mapping[str, Any], words: Words) -> str:
    """Return what is left of a deduction after every cap, where that is less than the line takes."""
    borne = line.get("borne")
    if borne is None or Decimal(borne) == -Decimal(line["amount"]):
        return ""
    return f"{words('column.borne')} {money_text(borne)}"


def _indicator_row(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    counts = state_counts(one["states"])
    return {
        "style": "missed" if one["verdict"] == "missed" else "row",
        "cells": [
            one["clause"],
            lines_of(indicator_name(one, words), "" if one["class"] == "key" else words.of("class", one["class"])),
            measured_text(one, one["unit"], words),
            target_text(one, words),
            lines_of(words.of("verdict", one["verdict"]), words.phrase(one["reason"])),
            points_text(one),
            f"{one['population']:,}",
            *(f"{counts[state]:,}" if counts[state] else DASH for state in STATES),
        ],
    }


def _basis_row(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    terms = [
        f"{words.of('term', term['name'])} = {term['value'] or DASH}{_since(term, one, words)}" for term in one["terms"]
    ]
    parts = [_part_text(part, one, words) for part in one["parts"]] if len(one["parts"]) > 1 else []
    parts += [_promise_text(promise, one, words) for part in one["parts"] for promise in part.get("worst_of", ())]
    parts += [_missed_days(one, words)] if any(part.get("by_day") for part in one["parts"]) else []
    told = [words.phrase(one.get(name)) for name in ("used", "ceiling")]
    told += [f"{words(f'column.{name}')} {one[name]:,}" for name in ("carried_in", "carried_out") if one.get(name)]
    semicolon, counts = words("document.semicolon"), _counts_text(one["states"], words)
    ratio = f"{one['numerator']} / {one['denominator']}"
    return {
        "style": "notes",
        "cells": [
            lines_of(indicator_name(one, words), one["metric"], f"{words('column.clause')} {one['clause']}", ratio),
            lines_of(words.pick(one["text"]), semicolon.join(terms), *parts, *told),
            [
                semicolon.join(text for state, text in counts if (state == "outside") is there)
                for there in (False, True)
            ],
        ],
    }


def _counts_text(states: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return each state with its number, and its reasons with theirs: 剔除 281（服务时间外 95；短时放弃 186）."""
    found = []
    for state, group in groupby(reasons(states), key=lambda one: one[0]):
        numbers = [(reason, number) for _, reason, number in group]
        text = f"{words.of('state', state)} {sum(number for _, number in numbers):,}"
        named = [f"{words.of('reason', reason)} {number:,}" for reason, number in numbers if reason]
        if state == "missed" and states.get("missed_not_yet_done"):
            named.append(f"{words.of('reason', 'not yet done')} {states['missed_not_yet_done']:,}")
        if named:
            text = words("state.of", state=text, reasons=words("document.semicolon").join(named))
        found.append((state, text))
    return found


def _since(term: Mapping[str, str], one: Mapping[str, Any], words: Words) -> str:
    """Return the days of a term where they are not the indicator's whole month."""
    whole = (one["parts"][0]["from"], one["parts"][-1]["until"])
    return "" if (term["from"], term["until"]) == whole else f"　{days_text(term, words)}"


def _part_text(part: Mapping[str, Any], one: Mapping[str, Any], words: Words) -> str:
    value = measured_text(part, one["unit"], words)
    target = target_text({**one, "target": part["target"]}, words)
    by = f" [{part['target_by']}]" if part["target_by"] else ""
    verdict = words.of("verdict", part["verdict"])
    return f"{days_text({'from': part['from'], 'until': part['until']}, words)}　{value}　{target}{by}　{verdict}"


def _promise_text(promise: Mapping[str, Any], one: Mapping[str, Any], words: Words) -> str:
    """Return one of the promises of which the worst decides."""
    value, target = measured_text(promise, one["unit"], words), target_text({**one, **promise}, words)
    return f"{words('part.promise', id=promise['id'])}　{value}　{target}　{words.of('verdict', promise['verdict'])}"


def _missed_days(one: Mapping[str, Any], words: Words) -> str:
    """Return how many days were judged which way, and the missed ones with their values."""
    days = [day for part in one["parts"] for day in part["by_day"]]
    verdicts = [day["verdict"] for day in days]
    counted = [f"{words.of('verdict', name)} {verdicts.count(name)}" for name in sorted(set(verdicts), key=_place)]
    missed = [
        f"{day['day']} {value_text(day['value'], one['unit'], words)}" for day in days if day["verdict"] == "missed"
    ]
    return words("document.semicolon").join([*counted, *missed])


def _rests_on(body: Mapping[str, Any], seal: Seal, words: Words) -> Iterator[dict[str, Any]]:
    contract = body["contract"]
    own = [
        (words("document.statement"), body["sha256"]),
        (f"{words('document.contract')} {contract['number']}", contract["sha256"]),
        *(amendment_text(one, words) for one in contract["amendments"]),
        (words("document.calendars"), body["calendars_sha256"]),
        *([(words("document.seal"), digest(dict(seal)))] if seal else []),
        *((f"{words('document.past')} {one['month']}", one["sha256"]) for one in body.get("past", ())),
        *(
            (words("document.adjusted", month=one["month"], what=words(f"document.{side}")), one[side])
            for one in body.get("adjusted", ())
            for side in ("stated", "again")
        ),
    ]
    yield hashes_of(words("document.rests_on"), "name 1fr", own, words)
    yield {
        "title": words("document.outlook"),
        "columns": columns_of(words, "name 4cm", "value 1fr"),
        "rows": [{"style": "notes", "cells": cells} for cells in _outlook_rows(body, words)],
        "size": 7,
    }
    yield {
        "title": words("document.disputed"),
        "columns": columns_of(words, "claim 6.2cm", "remark 1fr"),
        "rows": [
            {"style": "notes", "cells": [_claim_text(claim, words), [one["remark"], one["said_at"]]]}
            for claim in body.get("disputed", ())
            for one in claim["said"]
        ],
        "size": 7,
    }
    yield hashes_of(words("document.definitions"), "definition 1fr", body["definitions"].items(), words)
    evidence = [(name, f"{part['rows']:,}", part["sha256"]) for name, part in body["evidence"].items()]
    yield hashes_of(words("document.evidence"), "population 1fr, rows 2.2cm right", evidence, words)
    loads = [(one["source"], words.of("keeper", one["keeper"]), one["sha256"]) for one in body["loads"]]
    yield hashes_of(words("document.loads"), "source 1fr, keeper 2.2cm", loads, words)
    for name in ("overrides", "stale_overrides"):
        yield {
            "title": words(f"document.{name}"),
            "columns": columns_of(words, "metric 3.6cm", "item 3.6cm", "state 4cm", "ground 1fr"),
            "rows": [{"style": "notes", "cells": _override_cells(one, words)} for one in body[name]],
            "size": 7,
        }


def _outlook_rows(body: Mapping[str, Any], words: Words) -> Iterator[list[Cell]]:
    """Yield what moves money or items later; the verdicts that runs are counted by are in each month's statement."""
    found = body.get("outlook", {})
    names = {one["id"]: indicator_name(one, words) for one in body["indicators"]}
    told = {
        "credits": [_credit_text(one, names, words) for one in found.get("credits", ())],
        "service_points": [
            f"{name} {decimal_text(Fraction(points))}"
            for name, points in found.get("service_points", {}).items()
            if Fraction(points)
        ],
        "carried_items": [
            f"{names.get(name, name)} {sum(sum(counts['states'].values()) for counts in each):,}"
            for name, each in found.get("carried_items", {}).items()
        ],
    }
    for name, texts in told.items():
        if texts:
            yield [words(f"outlook.{name}"), lines_of(*texts)]


def _credit_text(one: Mapping[str, Any], names: Mapping[str, str], words: Words) -> str:
    return words(
        "outlook.credit",
        name=names.get(one["indicator"], one["indicator"]),
        line=one["consequence"],
        month=month_text(one["month"], words),
        borne=money_text(one["borne"]),
        share=rate_text(Fraction(one["share"])),
        left=one["left"],
    )


def amendment_text(one: Any, words: Words) -> tuple[str, str]:
    """Return an amendment's name and hash; a record may name it as a text alone."""
    if not isinstance(one, Mapping):
        return plain_text(one, words), DASH
    name = one.get("number") or plain_text(one, words)
    since = words("document.since", name=name, day=one["effective"]) if one.get("effective") else str(name)
    return since, one.get("sha256", DASH)


def _override_cells(one: Mapping[str, str], words: Words) -> list[Cell]:
    before, after = (state_text(*one[name].partition(": ")[::2], words) for name in ("from", "to"))
    return [one["metric"], [one["item"], one["source"]], f"{before} → {after}", [one["ground"], one["decided_at"]]]
