"""Finding and reading contracts: a folder, a file, or the number of one under data/contracts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.contract.check import check
from pipelines.contract.parse import Source, parse_contract
from pipelines.core.problem import Problem, Refused, by_place, refuse_if_any
from pipelines.core.yaml_text import TextTree, read_yaml
from pipelines.metrics.declare import installed_metrics, population_needs
from pipelines.worktime.model import Calendar
from pipelines.worktime.parse import parse_calendars


@dataclass(frozen=True)
class ReadContract:
    """A contract that holds: its source, its calendars by channel, and what the linter says without refusing.

    ``texts`` are its files, by their names in a folder of their own: ``contract.yaml``, ``amendments/1.yaml``.
    """

    source: Source
    calendars: dict[str, Calendar]
    warnings: tuple[Problem, ...]
    texts: Mapping[str, str]


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
            mend="Name a file, a folder with a contract.yaml, or one of: "
            + (", ".join(known) or "(none kept here)")
            + ".",
            code="contract.absent",
        )
    )


def read_text(path: Path) -> str:
    """Read a file of words; one that cannot be read is refused."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            Problem(
                str(path),
                f"This file cannot be read as UTF-8 text ({error}).",
                "Save it as UTF-8.",
                "contract.unreadable",
            )
        ) from error


def read_tree(path: Path) -> TextTree:
    """Read a YAML file."""
    return read_yaml(read_text(path), str(path))


def read_contract(name: str) -> tuple[Source, dict[str, Calendar], list[Problem]]:
    """Read and check a contract; return it with every problem found, errors and warnings alike."""
    path = contract_file(name)
    text = read_text(path)
    source = parse_contract(text, str(path))
    calendars, problems = parse_calendars(source.tree) if source.model.calendars else ({}, [])
    problems += _without_days(source, calendars)
    return source, calendars, by_place([*check(source), *problems])


def _without_days(source: Source, calendars: dict[str, Calendar]) -> list[Problem]:
    """Return a problem for each limit in days whose channel has no calendar to say which days are working days.

    Where the contract has calendars, but none for a channel that counts service hours, that is said too: without one
    every hour is a service hour.
    """
    found = []
    for number, indicator in enumerate(source.model.indicators):
        metric = installed_metrics().get(indicator.metric)
        if metric is None or {metric.channel, "default"} & set(calendars):
            continue
        needs = [population_needs(one) for one in metric.populations]
        counts_days = any(one.due for one in needs)
        if calendars and (any(one.clocks for one in needs) or "out_of_hours" in metric.terms) and not counts_days:
            found.append(
                Problem(
                    where=source.where("calendars"),
                    what=f"Clause {indicator.clause} ({indicator.id}) goes by service hours, and `calendars:` has"
                    f" none for {metric.channel!r}; every hour of the night counts.",
                    mend=f"Write the hours of {metric.channel}, or of default (00:00-24:00 where that is meant).",
                    code="contract.no_hours",
                    severity="warning",
                )
            )
        if counts_days:
            found.append(
                Problem(
                    where=source.where("indicators", number, "metric"),
                    what=f"Clause {indicator.clause} ({indicator.id}) counts days, and the contract has no calendar for"
                    f" {metric.channel!r}; nobody could say which days are working days.",
                    mend=f"Write `calendars:` with {metric.channel}, or with default.",
                    code="contract.no_calendar",
                )
            )
    return found


def usable_contract(name: str) -> ReadContract:
    """Return a contract that may be settled by; refuse one with errors."""
    source, calendars, problems = read_contract(name)
    refuse_if_any(problems)
    path = contract_file(name)
    amendments = sorted((path.parent / "amendments").glob("*.yaml"))
    texts = {"contract.yaml": read_text(path)} | {f"amendments/{one.name}": read_text(one) for one in amendments}
    return ReadContract(source, calendars, tuple(problems), texts)
