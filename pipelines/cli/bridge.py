"""``clausemeter bridge``: the vendor's own report beside ours, the difference of each figure by cause."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_HOME,
    AsJson,
    Home,
    archive_key,
    instant_of,
    month_of,
    now,
    print_json,
    print_problems,
    say_progress,
    table,
)
from pipelines.core.canonical import digest
from pipelines.core.problem import Problem, Refused

HEADERS = {
    "zh": ("报表代码", "对方", "日志", "差异", "原因", "得分", "税前金额"),
    "en": ("figure", "theirs", "ours", "difference", "by cause", "points", "before tax"),
}


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("bridge")(run)


def run(
    contract: Annotated[str, typer.Argument(help="A contract's file, its folder, or its number under data/contracts.")],
    month: Annotated[str, typer.Option(help="The month, such as 2026-10; it is closed already.")],
    report: Annotated[
        Path, typer.Option(help="The vendor's report, a csv or a workbook.", exists=True, dir_okay=False)
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="How the report is read; by default the one under data/reports.")
    ] = None,
    items: Annotated[
        Path | None, typer.Option(help="The vendor's list of the items that it counted.", exists=True, dir_okay=False)
    ] = None,
    known_at: Annotated[
        list[str] | None, typer.Option(help="Try also what was loaded by this instant; may be repeated.")
    ] = None,
    show: Annotated[int, typer.Option(help="How many items to name for each thing that differs.", min=0)] = 5,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "en",
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Lay a vendor's own report beside the closed month, and say why each figure differs, with what shows it.

    A cause is named only where a reading of the logs gives the vendor's figure; the rest is unexplained.
    """
    from pipelines.exports.bridge_words import cause_texts, effect_text, moved_text, sentences, stated_text
    from pipelines.exports.words import Words
    from pipelines.runs.bridge import bridge

    if lang not in HEADERS:
        raise Refused(Problem("--lang", f"{lang!r} is no language here.", "Write zh or en.", "cli.value"))
    instants = [at for text in known_at or () if (at := instant_of("--known-at", text)) is not None]
    found = bridge(
        home,
        contract,
        month_of(month),
        report,
        mapping_file=mapping,
        items=items,
        known_at=instants,
        limit=show,
        archive_key=archive_key(),
        now=now(),
        progress=say_progress,
    )
    print_problems(found.problems)
    if as_json:
        print_json(found.body)
        return
    body, words = found.body, Words(lang)
    print(f"{body['contract']} · {body['month']} · statement {body['statement']} · {body['report']['file']}\n")
    table(
        HEADERS[lang],
        [
            [
                row["code"],
                stated_text(row["theirs"]["value"], row["unit"]),
                stated_text(row["ours"]["value"], row["unit"]),
                stated_text(row["difference"], row["unit"], signed=True),
                ", ".join(cause_texts(row, words)),
                moved_text(row["points"]),
                effect_text(row["yuan"]),
            ]
            for row in body["rows"]
        ],
        right=(1, 2, 3, 5, 6),
    )
    for paragraph in sentences(body, lang):
        print(f"\n{paragraph}")
    print(f"\n{found.path} · sha256 {digest(dict(body))}")
