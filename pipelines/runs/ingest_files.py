"""Load files into a home: which files, by which mapping, one load each, and the items that they touch made again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from pipelines.core.problem import Problem, Refused
from pipelines.ingest.archive import Archive
from pipelines.ingest.items import assemble, pending_loads
from pipelines.ingest.load import load_file
from pipelines.ingest.report import LoadReport, Progress
from pipelines.sources.adapter import adapter_named
from pipelines.sources.mapping import Mapping
from pipelines.sources.open_file import check_fit
from pipelines.sources.parse_mapping import parse_mapping
from pipelines.warehouse.home import Home
from pipelines.warehouse.store import Warehouse

# what is taken of a folder; a file named by itself is taken whatever it is called
SUFFIXES = {
    "csv": (".csv", ".txt", ".tsv", ".log", ".dat"),
    "xlsx": (".xlsx", ".xlsm", ".xls"),
    "adapter": (".json", ".jsonl", ".ndjson"),
}


def ingest_files(
    home: Path | str,
    mappings: Iterable[Path | str],
    files: Iterable[Path | str],
    *,
    now: datetime,
    progress: Progress | None = None,
    again: bool = False,
    archive_key: bytes | None = None,
) -> list[LoadReport]:
    """Load ``files`` (files, folders, patterns such as ``logs/*.csv``) and return a report each, by name of file.

    ``mappings`` are files of the mapping language, or such texts themselves. With several, each file is read by the
    one that fits it. Nothing is loaded when a mapping is wrong or a file fits none; a file's own load is whole or not
    at all. The order in which files are named does not matter.
    """
    known = read_mappings(mappings)
    chosen = _choose(find_files(files, known), known)
    archive = Archive(Home(Path(home)).archive, archive_key)
    with Warehouse(home) as warehouse:
        reports = [
            load_file(warehouse, archive, mapping, path, now=now, again=again, progress=progress)
            for path, mapping in chosen
        ]
        pending = pending_loads(warehouse.con)  # the new ones, and what a crash or an earlier release left
        if pending:
            if progress:
                progress("", "assembling", 0, 1)
            assemble(warehouse.con, pending)
    return reports


def read_mappings(mappings: Iterable[Path | str]) -> list[Mapping]:
    """Parse mappings, given as files or as texts; the problems of all are refused together."""
    parsed: list[Mapping] = []
    problems: list[Problem] = []
    for given in mappings:
        is_text = isinstance(given, str) and "\n" in given
        try:
            text = str(given) if is_text else _read_text(Path(given))
            parsed.append(parse_mapping(text, "mapping.yaml" if is_text else str(given)))
        except Refused as refused:
            problems.extend(refused.problems)
    if problems:
        raise Refused(problems)
    return parsed


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            Problem(
                where=str(path),
                what=f"This mapping cannot be read: {error}.",
                mend="Check its name; it has to be a text in UTF-8.",
                code="mapping.unreadable",
            )
        ) from error


def find_files(files: Iterable[Path | str], mappings: Sequence[Mapping]) -> list[Path]:
    """Return the files meant, each once, by name. Of a folder those are taken whose ending fits a mapping's format."""
    kinds = {kind for mapping in mappings for kind in (mapping.file.format if mapping.file else ("adapter",))}
    endings = tuple(ending for kind in kinds for ending in SUFFIXES[kind])
    found: set[Path] = set()
    problems = []
    for given in files:
        path = Path(given)
        if path.is_dir():
            inside = {item for item in path.rglob("*") if item.is_file() and item.suffix.lower() in endings}
        elif path.is_file():
            inside = {path}
        else:
            inside = {item for item in _matching(path) if item.is_file()}
        if not inside:
            problems.append(
                Problem(
                    where=str(given),
                    what="There is no file here that could be loaded.",
                    mend=f"Name a file, a pattern, or a folder with files ending in {', '.join(sorted(endings))}.",
                    code="ingest.no_file",
                )
            )
        found |= inside
    if problems:
        raise Refused(problems)
    return sorted(found, key=lambda path: (path.name, str(path)))


def _matching(pattern: Path) -> Iterable[Path]:
    """Return what a pattern names; `*`, `?`, `[…]` and `**` may stand anywhere in it."""
    anchor = Path(pattern.anchor)
    rest = str(pattern.relative_to(anchor)) if pattern.anchor else str(pattern)
    return anchor.glob(rest)


def _choose(paths: Sequence[Path], mappings: Sequence[Mapping]) -> list[tuple[Path, Mapping]]:
    """Find the one mapping that fits each file; the problems of all files are refused together."""
    chosen: list[tuple[Path, Mapping]] = []
    problems: list[Problem] = []
    for path in paths:
        misfits = [_misfit(path, mapping) for mapping in mappings]
        fitting = [mapping for mapping, misfit in zip(mappings, misfits, strict=True) if not misfit]
        if len(fitting) == 1:
            chosen.append((path, fitting[0]))
        elif len(mappings) == 1:  # its own problems say why it does not fit
            problems.extend(misfits[0])
        else:
            names = ", ".join(mapping.source for mapping in (fitting or mappings))
            problems.append(
                Problem(
                    where=str(path),
                    what=f"{'Several mappings fit' if fitting else 'No mapping fits'} this file: {names}.",
                    mend="Name the one mapping that is meant for it.",
                    code="ingest.which_mapping",
                )
            )
    if problems:
        raise Refused(problems)
    return chosen


def _misfit(path: Path, mapping: Mapping) -> tuple[Problem, ...]:
    """Return why the mapping does not fit the file; nothing when it does."""
    if mapping.adapter is not None:
        recognises = adapter_named(mapping.adapter, mapping.name).recognises
        return () if recognises(path) else (_foreign(path, mapping),)
    try:
        check_fit(path, mapping)
    except Refused as refused:
        return refused.problems
    return ()


def _foreign(path: Path, mapping: Mapping) -> Problem:
    return Problem(
        where=str(path),
        what=f"By its beginning this is no file that the adapter {mapping.adapter} reads.",
        mend="Check the file, and the mapping it was named with.",
        code="ingest.foreign_file",
    )
