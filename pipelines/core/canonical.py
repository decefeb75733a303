"""Canonical JSON (RFC 8785, JCS) and digests: the same content is the same bytes, on every machine."""

import hashlib
import json
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | tuple[Json, ...] | dict[str, Json] | None"

# RFC 8785 writes numbers as ECMAScript doubles; beyond this an integer would not survive a reader of that kind.
LARGEST_SAFE_INTEGER = 2**53 - 1


def canonical_json(value: Json) -> bytes:
    """Return ``value`` as UTF-8 canonical JSON: keys in UTF-16 order, no spaces, no floats.

    Money and ratios are strings before they come here; a float, Decimal or an integer beyond 2**53 - 1 is refused with
    ``TypeError``, since its digits would depend on who reads it. Half a surrogate pair is no text:
    ``UnicodeEncodeError``.
    """
    return json.dumps(_checked(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _checked(value: Json) -> Json:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("canonical JSON takes text keys only")
        return {key: _checked(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_checked(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_SAFE_INTEGER:
        return value
    raise TypeError(f"{value!r} ({type(value).__name__}) has no canonical form: write it as text")


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of ``content`` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON of ``value``."""
    return sha256_hex(canonical_json(value))
