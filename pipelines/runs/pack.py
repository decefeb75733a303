"""A pack: a statement with all that it rests on, in one file that can be checked anywhere, for good.

It is a ZIP, stored and not compressed, its members in order of their names and bearing one date: the same content is
the same bytes. ``manifest.json`` names each member's SHA-256, but for raw logs, which the statement names itself. Where
the month is sealed ``seal.json`` is its entry in the ledger, which names the manifest's.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.core.problem import Problem

SCHEMA = "clausemeter.pack/1"
STATEMENT, MANIFEST, SEAL, LOGS = "statement.json", "manifest.json", "seal.json", "logs/"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
CHUNK_BYTES = 1 << 20
Member = bytes | Path


def manifest_of(statement: Mapping[str, Any], members: Mapping[str, Member], status: str) -> bytes:
    """Return the manifest of a pack's members."""
    return canonical_json(
        {
            "schema": SCHEMA,
            "status": status,
            "contract": statement["contract"]["number"],
            "month": statement["month"],
            "members": {n: sha256_of(content) for n, content in members.items() if not n.startswith(LOGS)},
        }
    )


def sha256_of(content: Member) -> str:
    """Return the SHA-256 of bytes, or of a file's."""
    if isinstance(content, bytes):
        return sha256_hex(content)
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_pack(path: Path, members: Mapping[str, Member]) -> str:
    """Write a pack, whole or not at all; return its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as out:
        stream = _Stream(out)
        _write_members(stream, members)
    beside.replace(path)
    return stream.sha256.hexdigest()


def _write_members(out: "_Stream", members: Mapping[str, Member]) -> None:
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_STORED) as pack:
        for name in sorted(members):
            content = members[name]
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.create_system, info.external_attr = 3, 0o644 << 16  # whichever machine writes it
            info.file_size = len(content) if isinstance(content, bytes) else content.stat().st_size
            with pack.open(info, "w") as member:
                for chunk in _chunks(content):
                    member.write(chunk)


def _chunks(content: Member) -> Iterator[bytes]:
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


class _Stream(io.RawIOBase):
    """Where a pack is written to, front to back, and hashed: what was written is never gone back to."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._at, self.sha256 = out, 0, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        self._take(bytes(data))
        self._at += len(data)
        return len(data)

    def _take(self, data: bytes) -> None:
        self._out.write(data)
        self.sha256.update(data)


class _Compared(_Stream):
    """A pack as it would be written from its members, held against the one that is there."""

    def __init__(self, there: IO[bytes]) -> None:
        super().__init__(there)
        self.differs_at: int | None = None

    def _take(self, data: bytes) -> None:
        there = self._out.read(len(data))
        if self.differs_at is None and there != data:
            first = next((n for n, (a, b) in enumerate(zip(there, data, strict=False)) if a != b), len(there))
            self.differs_at = self._at + first


# --- reading ---------------------------------------------------------------------------------------------------------

# All that the library raises where a byte of a ZIP's own words was changed.
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, OverflowError, EOFError,
    OSError, KeyError,
)  # fmt: skip


def unpack(path: Path, folder: Path) -> tuple[list[str], list[Problem]]:
    """Lay a pack's members out in ``folder``; return their names, and what is wrong with the file itself."""
    problems: list[Problem] = []
    names: list[str] = []
    try:
        with zipfile.ZipFile(path) as pack:
            infos = sorted(pack.infolist(), key=lambda info: info.header_offset)
            for info in infos:
                fault = _laid_out(pack, info, folder, names)
                if fault:
                    problems.append(changed(info.filename, fault))
    except BROKEN as error:
        return names, [*problems, changed("the pack's table of contents", f"it cannot be read ({first_line(error)})")]
    return names, problems or _frame_faults(path, folder, names, infos)


def _laid_out(pack: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, names: list[str]) -> str | None:
    """Write a member into the folder; say what is wrong with it."""
    place = PurePosixPath(info.filename)
    if place.is_absolute() or ".." in place.parts or "\\" in info.filename or not place.name:
        return "it would lie outside of the pack's folder"
    if info.filename in names:
        return "it is there twice"
    target = folder / place
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with pack.open(info) as member, target.open("xb") as out:
            while chunk := member.read(CHUNK_BYTES):
                out.write(chunk)
    except BROKEN as error:
        return f"it cannot be read ({first_line(error)})"
    names.append(info.filename)
    return None


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or its name."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _frame_faults(path: Path, folder: Path, names: list[str], infos: list[zipfile.ZipInfo]) -> list[Problem]:
    """Hold the file against what would be written from its members: no byte of it may say anything else."""
    with path.open("rb") as there:
        compared = _Compared(there)
        _write_members(compared, {name: folder / name for name in names})
        at = compared.differs_at
        if at is None and there.read(1):
            at = compared.tell()
    if at is None:
        return []
    behind = [info.filename for info in infos if info.header_offset <= at]
    is_directory = not behind or at >= _directory_at(path)
    return [changed("the pack's table of contents" if is_directory else behind[-1], f"its byte {at} is another")]


def _directory_at(path: Path) -> int:
    with zipfile.ZipFile(path) as pack:
        return pack.start_dir


def changed(member: str, fault: str) -> Problem:
    """Return the problem of a member that is not what was packed."""
    return Problem(
        where=member,
        what=f"This is not what was packed: {fault}.",
        mend="Ask for the pack again, and compare its SHA-256 with the sender's.",
        code="pack.changed",
    )


def read_json(path: Path) -> Any:
    """Read a member of canonical JSON; None where it is not one."""
    try:
        content = path.read_bytes()
        value = json.loads(content)
        return value if canonical_json(value) == content else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def manifest_faults(folder: Path, names: list[str]) -> tuple[dict[str, Any], list[Problem]]:
    """Return a pack's manifest, and each member that is not as it says."""
    manifest = read_json(folder / MANIFEST)
    told = manifest.get("members") if isinstance(manifest, dict) and manifest.get("schema") == SCHEMA else None
    if not isinstance(told, dict):
        return {}, [changed(MANIFEST, "it is no manifest of a pack")]
    there = [name for name in names if name not in (MANIFEST, SEAL) and not name.startswith(LOGS)]
    problems = [changed(name, "it is missing") for name in sorted(set(told) - set(there))]
    problems += [changed(name, "the manifest does not name it") for name in sorted(set(there) - set(told))]
    problems += [
        changed(name, "its SHA-256 is another than the manifest's")
        for name in there
        if name in told and sha256_of(folder / name) != told[name]
    ]
    return manifest, problems
