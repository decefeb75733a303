"""The statement as a workbook: numbers as numbers, sums as formulas over the lines, texts never as formulas."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from pipelines.core.canonical import digest
from pipelines.core.money import minor_digits
from pipelines.core.problem import Problem, Refused
from pipelines.exports.annex import Annex, compared_files, told_besides
from pipelines.exports.bridge_words import AGREEING, figure_name, paragraph
from pipelines.exports.document import CHANGES_NO_TOTAL, Seal, amendment_text, status_of, steps_of
from pipelines.exports.figures import (
    STATES,
    indicator_name,
    instant_text,
    line_name,
    month_text,
    plain_text,
    reasons,
    state_counts,
)
from pipelines.exports.words import Words
from pipelines.scoring.difference import CAUSES

# Columns of the sheet of lines, in order; the summary's formulas look at three of them by name.
LINE_COLUMNS = {
    "line_id": 30, "step_code": 12, "step": 12, "kind": 12, "clause": 10, "name": 26, "from": 12, "until": 13,
    "formula": 48, "amount": 16, "tax": 14, "by": 14, "group": 9, "because": 24, "borne": 14, "item": 22,
    "rests_on": 30, "cost_centre": 30,
}  # fmt: skip
INDICATOR_COLUMNS = {
    "clause": 10, "indicator": 26, "line_id": 26, "metric": 28, "class": 10, "unit": 10, "better": 14, "value": 14,
    "target": 12, "verdict": 14, "reason": 26, "points": 12, "weight": 10, "numerator": 14, "denominator": 14, "n": 12,
    **dict.fromkeys(STATES, 12), "population": 12, "outside": 12, "candidates": 12, "missed_not_yet_done": 14,
    "text": 60,
}  # fmt: skip


PART_COLUMNS = {
    "clause": 10, "indicator": 26, "line_id": 26, "part": 20, "from": 12, "until": 13, "value": 14, "target": 12,
    "by": 16, "verdict": 14, "reason": 26, "n": 12,
}  # fmt: skip
ANNEX_COLUMNS = {
    "clause": 10, "indicator": 30, "code": 24, "metric": 28, "unit": 10, "theirs": 14, "ours": 14, "difference": 14,
    **dict.fromkeys(CAUSES, 12), "moved": 12, "effect": 16, "verdict": 14, "note": 100,
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A cell that a spreadsheet computes; ``value`` is what it comes to, for those that do not."""

    text: str
    value: Decimal | int


Cell = str | int | Decimal | Formula | None


class Sheets:
    """A workbook in the making, with the few formats that it has."""

    def __init__(self, created_at: datetime, currency: str) -> None:
        self._bytes = BytesIO()
        self.book = Workbook(self._bytes, {"in_memory": True})
        self.book.set_properties({"created": created_at.replace(tzinfo=None)})
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
        self.book.formats[0].set_font_name(font["font_name"])
        self.book.formats[0].set_font_size(font["font_size"])
        places = "0" * minor_digits(currency)
        money = f"#,##0{'.' if places else ''}{places}"
        self._formats = {
            "text": self.book.add_format(font),
            "head": self.book.add_format({**font, "bold": True, "bottom": 1, "bg_color": "#F2F3F5", "text_wrap": True}),
            "title": self.book.add_format({**font, "bold": True, "font_size": 14}),
            "money": self.book.add_format({**font, "num_format": f"{money};[Red]-{money}"}),
            "sum": self.book.add_format({**font, "num_format": f"{money};[Red]-{money}", "bold": True, "top": 1}),
            "count": self.book.add_format({**font, "num_format": "#,##0"}),
            "ratio": self.book.add_format({**font, "num_format": "0.############"}),
            "share": self.book.add_format({**font, "num_format": "0.00%"}),
        }

    def sheet(self, name: str, columns: Mapping[str, int], words: Words, *, head_row: int = 0) -> Any:
        """Return a new sheet with headings that stay in sight, and columns as wide as named."""
        sheet = self.book.add_worksheet(words(f"sheet.{name}"))
        for column, (title, width) in enumerate(columns.items()):
            sheet.set_column(column, column, width)
            heading = words.of("cause", title) if title in CAUSES else words(f"column.{title}") if title else ""
            sheet.write_string(head_row, column, heading, self._formats["head"])
        sheet.freeze_panes(head_row + 1, 0)
        return sheet

    def put(self, sheet: Any, row: int, column: int, cell: Cell, style: str = "text") -> None:
        """Write a cell: a text is never read as a formula, and a figure that a double cannot hold is refused."""
        where = (row, column)
        if cell is None or cell == "":
            sheet.write_blank(*where, None, self._formats[style])
        elif isinstance(cell, Formula):
            sheet.write_formula(*where, cell.text, self._formats[style], as_double(cell.value))
        elif isinstance(cell, str):
            sheet.write_string(*where, cell, self._formats["title" if style == "title" else "text"])
        else:
            sheet.write_number(*where, as_double(cell), self._formats[style])

    def rows(self, sheet: Any, rows: Iterable[Sequence[Cell]], styles: Mapping[int, str], *, first: int = 1) -> None:
        """Write rows; ``styles`` by column, text where none is named."""
        for number, row in enumerate(rows, start=first):
            for column, cell in enumerate(row):
                self.put(sheet, number, column, cell, styles.get(column, "text"))

    def content(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.book.close()
        return self._bytes.getvalue()


def as_double(value: Decimal | int) -> float:
    """Return a figure as a spreadsheet holds it; money that would come back as another amount is refused."""
    double = float(value)
    if Decimal(repr(double)) != value:
        raise Refused(
            Problem(
                where="xlsx",
                what=f"A spreadsheet's numbers cannot hold {value}: it would come back as {double!r}.",
                mend="Export this statement as PDF or JSON.",
                code="export.beyond_double",
            )
        )
    return double


def render_workbook(body: Mapping[str, Any], language: str, seal: Seal = None, annex: Annex = None) -> bytes:
    """Return a published statement, with its annex where it has one, as xlsx; the same record gives the same bytes."""
    words = Words(language)
    sheets = Sheets(datetime.fromisoformat(body["cut_off_at"]), body["currency"])
    summary = sheets.sheet(
        "summary", {"": 6, "step": 34, "total": 18, "record": 18, "difference": 14}, words, head_row=12
    )
    _lines(sheets, body, words)
    indicators = _indicators(sheets, body, words)
    _summary(sheets, summary, body, seal, words, indicators)
    _parts(sheets, body, words)
    _states(sheets, body, words)
    _evidence(sheets, body, words)
    if annex is not None:
        _annex(sheets, annex, words)
    return sheets.content()


def _column(name: str, columns: Mapping[str, int], sheet: str, words: Words, rows: int) -> str:
    """Return the cells of a column below its heading, as a formula names them."""
    letter = xl_col_to_name(list(columns).index(name))
    return f"'{words(f'sheet.{sheet}')}'!${letter}$2:${letter}${max(rows, 1) + 1}"


def _summary(sheets: Sheets, sheet: Any, body: Mapping[str, Any], seal: Seal, words: Words, verdict_cells: str) -> None:
    contract, totals = body["contract"], body["totals"]
    sheets.put(sheet, 0, 0, f"{words('document.title')} {month_text(body['month'], words)}", "title")
    facts = {
        "contract": f"{contract['number']} {words.pick(contract['title'])}",
        "operator": words.pick(contract["operator"]),
        "vendor": words.pick(contract["vendor"]),
        "currency": body["currency"],
        "status": words.of("status", status_of(body, seal)),
        "cut_off_at": instant_text(body["cut_off_at"], contract["zone"]),
        "amendments": words("document.semicolon").join(amendment_text(one, words)[0] for one in contract["amendments"]),
        "statement": body["id"],
        "sha256": body["sha256"],
        "seal": digest(dict(seal)) if seal else words("document.unsealed"),
    }
    for row, (name, value) in enumerate(facts.items(), start=1):
        sheets.put(sheet, row, 1, words(f"document.{name}"))
        sheets.put(sheet, row, 2, value)
    amounts = _column("amount", LINE_COLUMNS, "lines", words, len(body["lines"]))
    codes = _column("step_code", LINE_COLUMNS, "lines", words, len(body["lines"]))
    row = first = 13
    for number, step in enumerate(steps_of(body), start=1):
        amount = Decimal(totals.get(step, "0"))
        sheets.put(sheet, row, 0, number, "count")
        sheets.put(sheet, row, 1, words.of("step", step))
        sheets.put(
            sheet,
            row,
            2,
            Formula(f'=ROUND(SUMIFS({amounts},{codes},"{step}"),{minor_digits(body["currency"])})', amount),
            "money",
        )
        _record_beside(sheets, sheet, row, amount)
        row += 1
    payable = Decimal(totals["payable"])
    sheets.put(sheet, row, 1, words.of("step", "payable"), "sum")
    span = f"{xl_rowcol_to_cell(first, 2)}:{xl_rowcol_to_cell(row - 1, 2)}"
    sheets.put(sheet, row, 2, Formula(f"=ROUND(SUM({span}),{minor_digits(body['currency'])})", payable), "sum")
    _record_beside(sheets, sheet, row, payable)
    for name in (name for name in CHANGES_NO_TOTAL if name in totals):
        row += 1
        sheets.put(sheet, row, 1, words.of("step", name))
        sheets.put(sheet, row, 3, Decimal(totals[name]), "money")
    row += 2
    sheets.put(sheet, row, 1, words("document.score"))
    score = body["score"]
    sheets.put(
        sheet, row, 2, words.phrase(score["reason"]) if score["value"] is None else as_figure(score["value"]), "ratio"
    )
    verdicts = [one["verdict"] for one in body["indicators"]]
    for verdict in sorted(set(verdicts)):
        row += 1
        word = words.of("verdict", verdict)
        sheets.put(sheet, row, 1, word)
        sheets.put(
            sheet,
            row,
            2,
            Formula(f"=COUNTIF({verdict_cells},{xl_rowcol_to_cell(row, 1)})", verdicts.count(verdict)),
            "count",
        )


def _record_beside(sheets: Sheets, sheet: Any, row: int, amount: Decimal) -> None:
    """Write what the record says beside a formula, and their difference, which is 0."""
    sheets.put(sheet, row, 3, amount, "money")
    sheets.put(sheet, row, 4, Formula(f"={xl_rowcol_to_cell(row, 2)}-{xl_rowcol_to_cell(row, 3)}", 0), "money")


def as_figure(text: str | None) -> Decimal | None:
    """Return a ratio of the record with the 15 digits that a spreadsheet shows; its exact text is in the JSON."""
    return None if text is None else Decimal(repr(float(Decimal(text))))


def _lines(sheets: Sheets, body: Mapping[str, Any], words: Words) -> None:
    sheet = sheets.sheet("lines", LINE_COLUMNS, words)
    names = list(LINE_COLUMNS)
    sheets.rows(
        sheet,
        (_line_row(line, body, words) for line in body["lines"]),
        {names.index(name): "money" for name in ("amount", "tax", "borne")},
    )
    sheet.autofilter(0, 0, max(len(body["lines"]), 1), len(names) - 1)


def _line_row(line: Mapping[str, Any], body: Mapping[str, Any], words: Words) -> list[Cell]:
    days = line["days"] or {}
    return [
        line["id"],
        line["step"],
        words.of("step", line["step"]),
        words.of("kind", line["kind"]),
        line["clause"],
        line_name(line, body, words),
        days.get("from"),
        days.get("until"),
        words.phrase(line["formula"]),
        Decimal(line["amount"]),
        None if line["tax"] is None else Decimal(line["tax"]),
        line["by"],
        words.of("group", line["group"]),
        words.phrase(line["because"]),
        Decimal(line["borne"]) if line.get("borne") else None,
        "/".join((line.get("item") or {}).values()),
        ", ".join(line["rests_on"]),
        ", ".join(f"{name} {amount}" for name, amount in (line.get("cost_centres") or {}).items()),
    ]


def _indicators(sheets: Sheets, body: Mapping[str, Any], words: Words) -> str:
    """Write the indicators with counts per state; the population is their sum. Return the cells of the verdicts."""
    sheet = sheets.sheet("indicators", INDICATOR_COLUMNS, words)
    names = list(INDICATOR_COLUMNS)
    figures = {**dict.fromkeys(("value", "target", "points", "weight", "numerator", "denominator"), "ratio")}
    figures |= dict.fromkeys(("n", *STATES, "population", "outside", "candidates", "missed_not_yet_done"), "count")
    for row, one in enumerate(body["indicators"], start=1):
        shown = {**figures, **(dict.fromkeys(("value", "target"), "share") if one["unit"] == "share" else {})}
        for column, cell in enumerate(_indicator_row(row, one, words)):
            sheets.put(sheet, row, column, cell, shown.get(names[column], "text"))
    sheet.autofilter(0, 0, max(len(body["indicators"]), 1), len(names) - 1)
    return _column("verdict", INDICATOR_COLUMNS, "indicators", words, len(body["indicators"]))


def _indicator_row(row: int, one: Mapping[str, Any], words: Words) -> list[Cell]:
    names = list(INDICATOR_COLUMNS)
    counts = state_counts(one["states"])
    first, last = (xl_rowcol_to_cell(row, names.index(state)) for state in (STATES[0], STATES[-1]))
    population, outside = (xl_rowcol_to_cell(row, names.index(name)) for name in ("population", "outside"))
    return [
        one["clause"],
        indicator_name(one, words),
        one["id"],
        one["metric"],
        words.of("class", one["class"]),
        words.of("unit", one["unit"]),
        words.of("better", one["better"]),
        words.phrase(one["beyond"]) if one.get("beyond") else as_figure(one["value"]),
        as_figure(one["target"]),
        words.of("verdict", one["verdict"]),
        words.phrase(one["reason"]),
        as_figure(one["points"]),
        as_figure(one["weight"]),
        as_figure(one["numerator"]),
        as_figure(one["denominator"]),
        one["n"],
        *(counts[state] for state in STATES),
        Formula(f"=SUM({first}:{last})", one["population"]),
        one["candidates"] - one["population"],
        Formula(f"={population}+{outside}", one["candidates"]),
        one["states"].get("missed_not_yet_done", 0),
        words.pick(one["text"]),
    ]


def _parts(sheets: Sheets, body: Mapping[str, Any], words: Words) -> None:
    """Write what an indicator's month was judged by: parts of the month, promises of which the worst decides, days."""
    sheet = sheets.sheet("parts", PART_COLUMNS, words)
    row = 0
    for one in body["indicators"]:
        for part in one["parts"]:
            for name, days, found in _judged_apart(part, words):
                row += 1
                ratio = (
                    "share"
                    if one["unit"] == "share" and found.get("metric", one["metric"]) == one["metric"]
                    else "ratio"
                )
                styles = {"value": ratio, "target": ratio, "n": "count"}
                for column, cell in enumerate(_part_row(one, name, days, found, words)):
                    sheets.put(sheet, row, column, cell, styles.get(list(PART_COLUMNS)[column], "text"))


def _judged_apart(part: Mapping[str, Any], words: Words) -> Iterator[tuple[str, tuple[str, str], Mapping[str, Any]]]:
    days = (part["from"], part["until"])
    yield words("column.part"), days, part
    yield from ((words("part.promise", id=one["id"]), days, one) for one in part.get("worst_of", ()))
    for one in part.get("by_day", ()):
        after = date.fromisoformat(one["day"]) + timedelta(days=1)
        yield words("column.day"), (one["day"], str(after)), one


def _part_row(
    one: Mapping[str, Any], name: str, days: tuple[str, str], found: Mapping[str, Any], words: Words
) -> list[Cell]:
    return [
        one["clause"],
        indicator_name(one, words),
        one["id"],
        name,
        *days,
        words.phrase(found["beyond"]) if found.get("beyond") else as_figure(found["value"]),
        as_figure(found.get("target")),
        found.get("target_by"),
        words.of("verdict", found["verdict"]),
        words.phrase(found.get("reason")),
        found["n"],
    ]


def _states(sheets: Sheets, body: Mapping[str, Any], words: Words) -> None:
    sheet = sheets.sheet(
        "states", {"clause": 10, "indicator": 26, "line_id": 26, "state": 14, "reason": 36, "count": 12}, words
    )
    rows = (
        [
            one["clause"],
            indicator_name(one, words),
            one["id"],
            words.of("state", state),
            words.of("reason", reason),
            number,
        ]
        for one in body["indicators"]
        for state, reason, number in reasons(one["states"])
    )
    sheets.rows(sheet, rows, {5: "count"})


def _evidence(sheets: Sheets, body: Mapping[str, Any], words: Words) -> None:
    """Write what the statement rests on: evidence, files, definitions, contract; each with its hash."""
    sheet = sheets.sheet(
        "evidence", {"kind": 14, "name": 34, "rows": 12, "keeper": 10, "sha256": 68, "columns": 80}, words
    )
    contract = body["contract"]
    rows: list[Sequence[Cell]] = [
        [words("document.evidence"), name, part["rows"], None, part["sha256"], ", ".join(part["columns"])]
        for name, part in body["evidence"].items()
    ]
    rows += [
        [words("document.loads"), one["source"], None, words.of("keeper", one["keeper"]), one["sha256"], None]
        for one in body["loads"]
    ]
    rows += [
        [words("document.definitions"), name, None, None, sha256, None] for name, sha256 in body["definitions"].items()
    ]
    rows.append([words("document.contract"), contract["number"], None, None, contract["sha256"], None])
    rows.append([words("document.calendars"), None, None, None, body["calendars_sha256"], None])
    rows += [[words("document.past"), one["month"], None, None, one["sha256"], None] for one in body.get("past", ())]
    for one in body.get("adjusted", ()):
        for side in ("stated", "again"):
            kind = words("document.adjusted", month=one["month"], what=words(f"document.{side}"))
            rows.append([kind, None, None, None, one[side], None])
    rows += [[words("document.disputed"), plain_text(one, words)] for one in body.get("disputed", ())]
    rows += [[words("document.overrides"), plain_text(one, words)] for one in body["overrides"]]
    rows += [[words("document.stale_overrides"), plain_text(one, words)] for one in body["stale_overrides"]]
    sheets.rows(sheet, rows, {2: "count"})


def _annex(sheets: Sheets, annex: Mapping[str, Any], words: Words) -> None:
    """Write the vendor's report beside the logs: a row a figure, its difference by cause, and what shows it."""
    sheet = sheets.sheet("annex", ANNEX_COLUMNS, words)
    names = list(ANNEX_COLUMNS)
    for number, row in enumerate(annex["rows"], start=1):
        ratio = "share" if row["unit"] == "share" else "ratio"
        styles = {
            **dict.fromkeys(("theirs", "ours", "difference", *CAUSES), ratio),
            "moved": "ratio",
            "effect": "money",
        }
        for column, cell in enumerate(_annex_row(row, annex["currency"], words)):
            sheets.put(sheet, number, column, cell, styles.get(names[column], "text"))
    last = len(annex["rows"]) + 1
    sheets.put(sheet, last, names.index("indicator"), words("document.together"), "sum")
    for name, key, style in (("moved", "points", "ratio"), ("effect", "yuan", "sum")):
        sheets.put(sheet, last, names.index(name), as_figure(annex["together"][key]), style)
    below = [(words("document.annex_note", currency=annex["currency"]), ""), *told_besides(annex, words)]
    for number, (name, text) in enumerate([*below, *compared_files(annex, words)], start=last + 2):
        sheets.put(sheet, number, names.index("indicator"), name)
        sheets.put(sheet, number, names.index("theirs"), text)
    sheet.autofilter(0, 0, max(len(annex["rows"]), 1), len(names) - 1)


def _annex_row(row: Mapping[str, Any], currency: str, words: Words) -> list[Cell]:
    parts = {part["cause"]: part["difference"] for part in row["parts"]}
    return [
        row["clause"],
        figure_name(row, words),
        row["code"],
        row["metric"],
        words.of("unit", row["unit"]),
        *(as_figure(value) for value in (row["theirs"]["value"], row["ours"]["value"], row["difference"])),
        *(as_figure(parts.get(cause)) for cause in CAUSES),
        as_figure(row["points"]),
        None if row["yuan"] is None else Decimal(row["yuan"]),
        words.of("compared", row["verdict"]),
        "" if row["verdict"] in AGREEING else "\n".join(paragraph(row, currency, words)),
    ]
