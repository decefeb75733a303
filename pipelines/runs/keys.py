"""Keys of both parties (Ed25519): made, registered in a home, signed with, and checked against.

A home's ``keys.jsonl`` says whose key is whose, from when; a party's later key ends its earlier one. Private keys stay
with their owners.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipelines.core.canonical import canonical_json
from pipelines.core.problem import Problem, Refused
from pipelines.runs.journal import append_to_journal, read_journal
from pipelines.settlement.statement import instant_text

Party = Literal["operator", "vendor"]
PARTIES: tuple[str, ...] = get_args(Party)
EVERY_CONTRACT = "*"


def party_named(name: str) -> str:
    """Return one of the two parties; another name is refused."""
    if name not in PARTIES:
        raise Refused(
            Problem("--party", f"There is no party {name!r}.", "It is operator (甲方) or vendor (乙方).", "key.party")
        )
    return name


def make_key(path: Path, password: bytes | None = None) -> str:
    """Make a private key, write it to ``path`` (PEM, readable by its owner alone), and return its public key."""
    if path.exists():
        raise Refused(
            Problem(str(path), "There is a file already; a lost key cannot be had again.", "Name another.", "key.there")
        )
    key = Ed25519PrivateKey.generate()
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    return public_of(key)


def public_of(key: Ed25519PrivateKey) -> str:
    """Return a key's public half: 64 hexadecimal digits."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def read_private(path: Path, password: bytes | None = None) -> Ed25519PrivateKey:
    """Read a private key."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused(_unreadable(path, "private", str(error))) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(_unreadable(path, "private", "another kind of key"))
    return key


def read_public(path: Path) -> str:
    """Read a public key: a PEM file, or 64 hexadecimal digits."""
    try:
        content = path.read_bytes()
        text = content.decode("ascii").strip().lower()
        if len(text) == 64:
            bytes.fromhex(text)
            return text
        key = serialization.load_pem_public_key(content)
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise Refused(_unreadable(path, "public", str(error))) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Refused(_unreadable(path, "public", "another kind of key"))
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def _unreadable(path: Path, kind: str, why: str) -> Problem:
    return Problem(
        where=str(path),
        what=f"This is no {kind} Ed25519 key that can be read ({why.splitlines()[0] if why else 'empty'}).",
        mend="Name the file that `clausemeter keys new` wrote, with its password where it has one.",
        code="key.unreadable",
    )


def register_key(home: Path, public_key: str, *, party: str, contract: str, now: datetime) -> bool:
    """Register a party's key for a contract (or for every one); return whether it is new."""
    known = key_at(read_keys(home), contract, party, instant_text(now))
    if known == public_key:
        return False
    row = {"contract": contract, "party": party_named(party), "public_key": public_key}
    append_to_journal(home / "keys.jsonl", {**row, "registered_at": instant_text(now)})
    return True


def read_keys(home: Path) -> list[dict[str, Any]]:
    """Return the keys registered in a home, in order."""
    return read_journal(home / "keys.jsonl")


def key_at(keys: Sequence[Mapping[str, Any]], contract: str, party: str, at: str) -> str | None:
    """Return a party's key for a contract at an instant: the last one registered by then."""
    found = [
        row["public_key"]
        for row in keys
        if row["party"] == party and row["contract"] in (contract, EVERY_CONTRACT)
        and datetime.fromisoformat(row["registered_at"]) <= datetime.fromisoformat(at)
    ]  # fmt: skip
    return found[-1] if found else None


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return a document with its signer's public key and signature, which covers all else."""
    whole = {**document, "key": public_of(key)}
    return {**whole, "signature": key.sign(canonical_json(whole)).hex()}


def signature_fault(document: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> str | None:
    """Say what is wrong with a signed document, or None: its signature holds, by the party's key of that day."""
    try:
        wanted = key_at(keys, document["contract"], document["party"], document["signed_at"])
        if wanted is None:
            return f"no key of the {document['party']} was registered by {document['signed_at']}"
        if document["key"] != wanted:
            return f"it is signed by the key {document['key'][:16]}…, and the {document['party']}'s is {wanted[:16]}…"
        bare = {name: value for name, value in document.items() if name != "signature"}
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(wanted)).verify(
            bytes.fromhex(document["signature"]), canonical_json(bare)
        )
    except InvalidSignature:
        return "its signature does not fit what it says"
    except (KeyError, TypeError, ValueError):
        return "it is no signed document"
    return None
