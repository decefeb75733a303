"""Raw files by the SHA-256 of their content, beside the store: what a figure rests on stays as it came.

With a key the files are encrypted (AES-256-GCM, a megabyte at a time, each piece bound to its place and its file).
"""

import base64
import binascii
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.core.problem import Problem, Refused

CHUNK_BYTES = 1 << 20
MAGIC = b"CMARCH01"
NONCE_BYTES = 8  # and a counter of four bytes
TAG_BYTES = 16
ENCRYPTED = ".aes"


@dataclass(frozen=True)
class Received:
    """A file that has been copied in and hashed, and is not yet kept."""

    sha256: str
    size_bytes: int
    path: Path


class Archive:
    """The archive in ``folder``. ``key`` (32 bytes) encrypts what is kept from now on, and reads what is encrypted."""

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        self.folder, self._key = folder, key
        self.incoming = folder / "incoming"  # what is on its way in, readable until it is kept

    def receive(self, path: Path, progress: Callable[[int, int], None] | None = None) -> Received:
        """Copy ``path`` in and hash it on the way; ``progress`` is told bytes done and bytes in all.

        One process writes a home at a time, so what lies in ``incoming`` is a crash's and is swept away.
        """
        if self.incoming.exists():
            shutil.rmtree(self.incoming)
        self.incoming.mkdir(parents=True)
        target = self.incoming / secrets.token_hex(8)
        digest, done, total = hashlib.sha256(), 0, path.stat().st_size
        with path.open("rb") as source, target.open("xb") as out:
            target.chmod(0o600)
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                out.write(chunk)
                done += len(chunk)
                if progress:
                    progress(done, total)
            out.flush()
            os.fsync(out.fileno())
        return Received(digest.hexdigest(), done, target)

    def keep(self, received: Received) -> None:
        """Put a received file in its place, in one step; the copy is gone afterwards. The same content is kept once."""
        if self._found(received.sha256) is None:
            place = self._place(received.sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            source = received.path
            if self._key is not None:
                source = received.path.with_suffix(ENCRYPTED)
                place = place.with_suffix(ENCRYPTED)
                _write(source, _encrypted(received.path, self._key, received.sha256))
            source.chmod(0o400)
            source.replace(place)
        self.discard(received)

    def discard(self, received: Received) -> None:
        """Forget a received file that is not wanted."""
        received.path.unlink(missing_ok=True)

    def plain(self, sha256: str, scratch: Path, *, shown: str) -> Path:
        """Return a readable file of this content, checked against its digest; decrypted into ``scratch`` if need be."""
        found = self._found(sha256)
        if found is None:
            raise Refused(
                Problem(
                    where=f"{shown} (archive {sha256[:12]})",
                    what="The archived file is not there, so its lines cannot be shown; no figure changes by that.",
                    mend="Put the original file back by loading it again, or restore the archive from a copy.",
                    code="archive.absent",
                )
            )
        path = found
        if found.suffix == ENCRYPTED:
            path = scratch / sha256
            _write(path, _decrypted(found, self._key, sha256, shown))
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise Refused(_changed(shown, sha256))
        return path

    def has(self, sha256: str) -> bool:
        """Say whether a file of this content is kept."""
        return self._found(sha256) is not None

    def drop(self, sha256: str) -> None:
        """Remove a file for good."""
        if (found := self._found(sha256)) is not None:
            found.unlink()

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def _found(self, sha256: str) -> Path | None:
        place = self._place(sha256)
        return next((path for path in (place, place.with_suffix(ENCRYPTED)) if path.exists()), None)


def read_key(path: Path) -> bytes:
    """Read an archive key: a file of 32 bytes, written in hexadecimal, in base64 or as they are."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(_bad_key(path, f"cannot be read: {error.strerror}")) from error
    text = content.strip()
    for decode in (binascii.unhexlify, base64.b64decode):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == 32:
            return key
    if len(content) == 32:
        return content
    raise Refused(_bad_key(path, "does not hold 32 bytes"))


def _bad_key(path: Path, why: str) -> Problem:
    return Problem(
        where=str(path),
        what=f"The archive's key file {why}.",
        mend="Write 32 random bytes into it, as 64 hexadecimal digits, and keep a copy elsewhere.",
        code="archive.key",
    )


def _changed(shown: str, sha256: str) -> Problem:
    return Problem(
        where=f"{shown} (archive {sha256[:12]})",
        what="The archived file is not the one that was loaded: its content has changed, and proves nothing any more.",
        mend="Restore the archive from a copy, and find out who could write there.",
        code="archive.changed",
    )


def _write(target: Path, chunks: Iterator[bytes]) -> None:
    with target.open("wb") as out:
        target.chmod(0o600)
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _bound(sha256: str, *, is_last: bool) -> bytes:
    """Bind a piece to its file and say whether it is the last, so that none can be moved or cut off."""
    return f"{sha256}:{'last' if is_last else 'more'}".encode()


def _encrypted(path: Path, key: bytes, sha256: str) -> Iterator[bytes]:
    nonce, cipher = secrets.token_bytes(NONCE_BYTES), AESGCM(key)
    yield MAGIC + nonce
    with path.open("rb") as file:
        chunk, counter = file.read(CHUNK_BYTES), 0
        while True:
            following = file.read(CHUNK_BYTES)
            bound = _bound(sha256, is_last=not following)
            yield cipher.encrypt(nonce + counter.to_bytes(4), chunk, bound)
            if not following:
                return
            chunk, counter = following, counter + 1


def _decrypted(path: Path, key: bytes | None, sha256: str, shown: str) -> Iterator[bytes]:
    if key is None:
        raise Refused(
            Problem(
                where=f"{shown} (archive {sha256[:12]})",
                what="The archived file is encrypted, and no key was given.",
                mend="Name the key's file in CLAUSEMETER_ARCHIVE_KEY_FILE.",
                code="archive.key_missing",
            )
        )
    cipher = AESGCM(key)
    with path.open("rb") as file:
        nonce = file.read(len(MAGIC) + NONCE_BYTES).removeprefix(MAGIC)
        chunk, counter = file.read(CHUNK_BYTES + TAG_BYTES), 0
        while True:
            following = file.read(CHUNK_BYTES + TAG_BYTES)
            try:
                yield cipher.decrypt(nonce + counter.to_bytes(4), chunk, _bound(sha256, is_last=not following))
            except (InvalidTag, ValueError) as error:
                raise Refused(_changed(shown, sha256)) from error
            if not following:
                return
            chunk, counter = following, counter + 1
