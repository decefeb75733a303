"""The archive keeps content under its digest, encrypted when there is a key, and notices what was changed."""

import hashlib
from pathlib import Path

import pytest

from pipelines.core.problem import Refused
from pipelines.ingest import archive as archive_module
from pipelines.ingest.archive import Archive, read_key

KEY = bytes(range(32))


def keep(folder: Path, content: bytes, key: bytes | None = None) -> str:
    source = folder / "source"
    source.write_bytes(content)
    archive = Archive(folder / "archive", key)
    received = archive.receive(source)
    archive.keep(received)
    assert list((folder / "archive/incoming").iterdir()) == []
    return received.sha256


def test_a_file_lies_under_its_digest(tmp_path: Path) -> None:
    digest = keep(tmp_path, b"a line\n")
    assert digest == hashlib.sha256(b"a line\n").hexdigest()
    assert (tmp_path / "archive" / digest[:2] / digest).read_bytes() == b"a line\n"
    assert keep(tmp_path, b"a line\n") == digest  # twice is once


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 25])
def test_an_encrypted_file_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(archive_module, "CHUNK_BYTES", 10)
    content = bytes(range(size))
    digest = keep(tmp_path, content, KEY)
    stored = (tmp_path / "archive" / digest[:2] / f"{digest}.aes").read_bytes()
    assert size < 9 or content not in stored
    assert Archive(tmp_path / "archive", KEY).plain(digest, tmp_path, shown="f").read_bytes() == content


@pytest.mark.parametrize("harm", ["cut", "swap", "flip"])
def test_an_encrypted_file_that_was_touched_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    monkeypatch.setattr(archive_module, "CHUNK_BYTES", 10)
    digest = keep(tmp_path, b"0123456789" * 3, KEY)
    path = tmp_path / "archive" / digest[:2] / f"{digest}.aes"
    head, body = path.read_bytes()[:16], path.read_bytes()[16:]
    pieces = [body[at : at + 26] for at in range(0, len(body), 26)]
    touched = {"cut": pieces[:-1], "swap": [pieces[1], pieces[0], pieces[2]], "flip": [bytes(26), *pieces[1:]]}[harm]
    path.chmod(0o600)
    path.write_bytes(head + b"".join(touched))
    with pytest.raises(Refused, match=r"\[archive.changed\]"):
        Archive(tmp_path / "archive", KEY).plain(digest, tmp_path, shown="f")


def test_without_or_with_the_wrong_key(tmp_path: Path) -> None:
    digest = keep(tmp_path, b"secret", KEY)
    with pytest.raises(Refused, match=r"CLAUSEMETER_ARCHIVE_KEY_FILE.*\[archive.key_missing\]"):
        Archive(tmp_path / "archive").plain(digest, tmp_path, shown="f")
    with pytest.raises(Refused, match=r"\[archive.changed\]"):
        Archive(tmp_path / "archive", bytes(32)).plain(digest, tmp_path, shown="f")


def test_a_file_that_is_gone_or_changed(tmp_path: Path) -> None:
    digest = keep(tmp_path, b"a line\n")
    archive = Archive(tmp_path / "archive")
    path = archive.plain(digest, tmp_path, shown="f")
    path.chmod(0o600)
    path.write_bytes(b"another\n")
    with pytest.raises(Refused, match=r"\[archive.changed\]"):
        archive.plain(digest, tmp_path, shown="f")
    archive.drop(digest)
    assert not archive.has(digest)
    with pytest.raises(Refused, match=r"\[archive.absent\]"):
        archive.plain(digest, tmp_path, shown="f")


def test_what_a_crash_left_is_swept_away(tmp_path: Path) -> None:
    incoming = tmp_path / "archive/incoming"
    incoming.mkdir(parents=True)
    (incoming / "left").write_bytes(b"half")
    (incoming / "scratch").mkdir()
    keep(tmp_path, b"a line\n")
    assert list(incoming.iterdir()) == []


@pytest.mark.parametrize("content", [KEY, KEY.hex().encode() + b"\n", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])
def test_a_key_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    assert read_key(tmp_path / "key") == KEY


def test_a_key_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(Refused, match=r"does not hold 32 bytes.*\[archive.key\]"):
        read_key(tmp_path / "key")
    with pytest.raises(Refused, match=r"cannot be read.*\[archive.key\]"):
        read_key(tmp_path / "none")
