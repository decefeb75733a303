"""``clausemeter export``: a statement as PDF, workbook, JSON, evidence or voucher."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, print_json


class Form(StrEnum):
    """What a statement may be written as."""

    pdf = "pdf"
    xlsx = "xlsx"
    json = "json"
    csv = "csv"
    parquet = "parquet"
    voucher = "voucher"


class Language(StrEnum):
    """The languages of a document."""

    zh = "zh"
    en = "en"


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("export")(run)


def run(
    statement: Annotated[
        str, typer.Argument(help="A statement's id or hash, or CONTRACT:MONTH for its latest version.")
    ],
    to: Annotated[
        Form, typer.Option(help="pdf, xlsx, json: the statement. csv, parquet: its evidence. voucher: for the ledger.")
    ] = Form.pdf,
    lang: Annotated[Language, typer.Option(help="Language of the document.")] = Language.zh,
    out: Annotated[
        Path | None, typer.Option(help="File (for evidence: folder) to write; by default here, named by the statement.")
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(help="Chart of accounts of a voucher; by default the home's accounts.yaml, else ours."),
    ] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Write a statement as a document, from its record alone."""
    from pipelines.runs.export import export_statement

    found = export_statement(home, statement, to.value, language=lang.value, out=out, accounts=accounts)
    if as_json:
        files = [str(path) for path in found.files]
        print_json({"statement": found.statement, "sha256": found.sha256, "status": found.status, "files": files})
    else:
        print(f"statement {found.statement}, {found.status}")
        for path in found.files:
            print(f"  {path} ({path.stat().st_size:,} bytes)")
