"""Finding and reading contracts: a folder, a file, or the number of one under data/contracts."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.contract.check import check
from pipelines.contract.parse import Source, parse_contract
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.worktime.model import Calendar
from pipelines.worktime.parse import parse_calendars


@dataclass(frozen=True)
class ReadContract:
    """A contract that holds: its source, its calendars by channel, and what the linter says without refusing."""

    source: Source
    calendars: dict[str, Calendar]
    warnings: tuple[Problem, ...]


def contract_file(name: str, folder: Path = Path("data/contracts")) -> Path:
    """Return the file of a contract named by its path, its folder or its number."""
    for path in (Path(name), folder / name):
        if path.is_dir() and (path / "contract.yaml").is_file():
            return path / "contract.yaml"
        if path.is_file():
            return path
    known = sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
    raise Refused(
        Problem(
            where=name,
            what="There is no contract here.",
            mend=f"Name a file, a folder with a contract.yaml, or one of: {', '.join(known) or '(none are kept here)'}.",
            code="contract.absent",
        )
    )


def read_contract(name: str) -> tuple[Source, dict[str, Calendar], list[Problem]]:
    """Read and check a contract; return it with every problem found, errors and warnings alike."""
    path = contract_file(name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            Problem(str(path), f"This file cannot be read as UTF-8 text ({error}).", "Save it as UTF-8.", "contract.unreadable")
        ) from error
    source = parse_contract(text, str(path))
    calendars, problems = parse_calendars(source.tree) if source.model.calendars else ({}, [])
    return source, calendars, sorted([*check(source), *problems], key=lambda p: p.where)


def usable_contract(name: str) -> ReadContract:
    """Return a contract that may be settled by; refuse one with errors."""
    source, calendars, problems = read_contract(name)
    refuse_if_any(problems)
    return ReadContract(source, calendars, tuple(problems))
