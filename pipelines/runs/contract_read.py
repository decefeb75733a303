"""A statement's contract in words: the very text that the month was settled by, frozen in its evidence."""

from pathlib import Path

from pipelines.contract.show.document import render
from pipelines.contract.show.words import Language
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.runs.contracts import read_source
from pipelines.runs.statements import evidence_folder, find_statement


def contract_of(home: Path, statement_id: str, language: Language) -> str:
    """Return the contract of a statement, as ``clausemeter contract show`` prints it, as it stood in that month."""
    ref = find_statement(home, statement_id)
    folder = evidence_folder(home, ref.id) / "contract"
    if not folder.exists():
        raise Refused(
            Problem(
                where=str(folder),
                what="The contract's text that this statement was settled by is not here any more.",
                mend="Restore the evidence from a copy, or close the month again from the same logs.",
                code="statement.no_evidence",
            )
        )
    return render(read_source(str(folder), Month.parse(ref.month)), language)
