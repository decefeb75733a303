"""Finding and reading contracts: a folder, a file, or the number of one under data/contracts."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines.contract.amendment import File
from pipelines.contract.check import check
from pipelines.contract.checks.data import metrics_asked
from pipelines.contract.parse import Source, parse_contract
from pipelines.contract.show.document import render
from pipelines.contract.show.words import Language
from pipelines.core.event import EVENT_TABLES
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, by_place, refuse_if_any
from pipelines.core.yaml_text import TextTree, read_yaml
from pipelines.core.zone import zone_named
from pipelines.metrics.declare import installed_metrics, population_needs
from pipelines.runs.raw import EVENTS_OF
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.model import Calendar
from pipelines.worktime.parse import parse_calendars

# Names that were meant for amendments and are no *.yaml: 2.yml, 2.YAML, 2.yaml.txt
NOT_READ = re.compile(r"(?i:\.ya?ml(\.txt)?)$(?<!\.yaml)")


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


def amendment_files(path: Path) -> list[File]:
    """Return the amendments that stand beside a contract, in ``amendments/*.yaml``; one of another name is refused."""
    beside = sorted((path.parent / "amendments").glob("*"))
    folders = [one for one in path.parent.glob("[Aa]*") if re.fullmatch(r"(?i:amendments?)(?<!^amendments)", one.name)]
    refuse_if_any(
        Problem(
            str(one),
            "This would not be read: amendments are amendments/*.yaml, and what was agreed in it would be lost.",
            f"Call it {name}, or take it away.",
            "contract.amendment_name",
        )
        for one, name in (
            *((one, "amendments") for one in folders if one.is_dir()),
            *((one, NOT_READ.sub(".yaml", one.name)) for one in beside if NOT_READ.search(one.name)),
        )
    )
    return [File(str(one), read_text(one)) for one in beside if one.match("*.yaml")]


def read_source(
    name: str,
    month: Month | None = None,
    *,
    known_at: datetime | None = None,
    sealed_with: Collection[str] | None = None,
) -> Source:
    """Read a contract as it stands in ``month`` (None: with all its amendments).

    ``known_at``: an amendment signed after that instant, by the contract's own clock, is unknown. ``sealed_with``: the
    digests of the amendments that the month was sealed with; of the others only the retroactive ones touch it.
    """
    path = contract_file(name)
    text, amendments = read_text(path), amendment_files(path)
    known_on = _day_at(text, path, known_at) if amendments else None
    return parse_contract(text, str(path), amendments, month=month, known_on=known_on, sealed_with=sealed_with)


def _day_at(text: str, path: Path, at: datetime | None) -> date | None:
    """Return which day it is at an instant, by the contract's own clock."""
    if at is None:
        return None
    alone = parse_contract(text, str(path))
    return at.astimezone(zone_named(alone.model.zone, alone.where("zone"))).date()


def read_contract(
    name: str,
    month: Month | None = None,
    *,
    known_at: datetime | None = None,
    sealed_with: Collection[str] | None = None,
) -> tuple[Source, dict[str, Calendar], list[Problem]]:
    """Read and check a contract; return it with every problem found, errors and warnings alike.

    Without a month it is checked as it stood before its amendments too, and after each of them: some month is settled
    by each.
    """
    source = read_source(name, month, known_at=known_at, sealed_with=sealed_with)
    calendars, problems = _checked(source)
    if month is None:
        begins = {Month(day.year, day.month) for one in source.amendments for day in (one.effective,)}
        for earlier in sorted({first_month(source), *begins}):
            problems += _checked(read_source(name, earlier, known_at=known_at, sealed_with=sealed_with))[1]
    return source, calendars, by_place(problems)


def first_month(source: Source) -> Month:
    """Return the first month of a contract."""
    begins = source.model.term.from_
    return Month(begins.year, begins.month)


def _checked(source: Source) -> tuple[dict[str, Calendar], list[Problem]]:
    calendars, problems = parse_calendars(source.tree) if source.model.calendars else ({}, [])
    return calendars, [*check(source), *problems, *_without_days(source, calendars)]


def _without_days(source: Source, calendars: dict[str, Calendar]) -> list[Problem]:
    """Return a problem for each limit in days whose channel has no calendar to say which days are working days.

    Where the contract has calendars, but none for a channel that counts service hours, that is said too: without one
    every hour is a service hour.
    """
    found = []
    for number, indicator in enumerate(source.model.indicators):
        metric = installed_metrics().get(indicator.metric)
        if metric is None or {indicator.calendar, metric.channel, "default"} & set(calendars):
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


def usable_contract(
    name: str,
    month: Month | None = None,
    *,
    known_at: datetime | None = None,
    sealed_with: Collection[str] | None = None,
) -> ReadContract:
    """Return a contract that may be settled by, as it stands in ``month``; refuse one with errors."""
    source, calendars, problems = read_contract(name, month, known_at=known_at, sealed_with=sealed_with)
    return _usable(source, calendars, problems)


def _usable(source: Source, calendars: dict[str, Calendar], problems: list[Problem]) -> ReadContract:
    refuse_if_any(problems)
    contract, *amendments = source.files
    texts = {"contract.yaml": contract.text}
    for one in amendments:
        name = f"amendments/{Path(one.name).name}"
        texts[name if name not in texts else f"amendments/{one.digest[:12]}.yaml"] = one.text
    return ReadContract(source, calendars, tuple(problems), texts)


def sealed_contract(frozen: Path, name: str, month: Month, *, known_at: datetime | None = None) -> ReadContract:
    """Return a sealed month's contract: the frozen texts, and of the amendments made since the retroactive ones.

    ``frozen``: the folder that the month's contract was kept in; ``name``: where the contract is kept today. A contract
    that is not kept there any more has no later amendments.
    """
    path = contract_file(str(frozen))
    kept = amendment_files(path)
    sealed_with = {one.digest for one in kept}
    try:
        since = [one for one in amendment_files(contract_file(name)) if one.digest not in sealed_with]
    except Refused:
        since = []
    text = read_text(path)
    source = parse_contract(
        text, str(path), [*kept, *since], month=month, known_on=_day_at(text, path, known_at), sealed_with=sealed_with
    )
    calendars, problems = _checked(source)
    return _usable(source, calendars, by_place(problems))


def without_logs(source: Source, home: Path) -> list[Problem]:
    """Return a warning for each metric of a contract for which no log is loaded."""
    with Warehouse(home, read_only=True) as warehouse:
        loaded = {
            name
            for name, table in EVENT_TABLES.items()
            if warehouse.con.execute(f"SELECT 1 FROM {table.table_name} LIMIT 1").fetchall()
        }
    found = []
    for path, title, metric in metrics_asked(source.model):
        needed = _logs_of(metric.population)
        if needed and not needed & loaded:
            found.append(
                Problem(
                    source.where(*path),
                    f"{title}: {metric.key} is measured from {' or '.join(sorted(needed))} logs, and none is loaded;"
                    " its verdict would be no data.",
                    "Load them, or agree on a metric that the logs at hand can measure.",
                    "contract.metric_without_data",
                    "warning",
                )
            )
    return by_place(found)


def _logs_of(population: str) -> set[str]:
    """Return the kinds of logs of which a population needs one: the log that it is made of, not those beside it."""
    first, *others = EVENTS_OF[population] or (None,)
    if first is None:
        return set()
    beside = [] if first.names_contact else [one.table for one in others if not one.names_contact]
    return {first.table, *beside}


def contract_document(name: str, language: Language, on: date | None = None) -> str:
    """Return a contract in words, with its amendments; ``on``: as it stands that day."""
    return render(read_source(name, None if on is None else Month(on.year, on.month)), language, on)
