"""Passwords: how they are kept (argon2id), what is asked of one, and one-time passwords."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from pipelines.core.problem import Problem

SHORTEST, LONGEST = 12, 1024
# Letters and digits that are not mistaken for each other: 31 signs, of which 20 are 99 bits.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 5, 4

# What people build passwords of. A password that is nothing but these, digits and signs is very common.
COMMON = (
    "password", "passwort", "passw", "administrator", "admin", "clausemeter", "welcome", "letmein", "changeme",
    "iloveyou", "woaini", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "qazwsxedc", "qazwsx", "abcdefghijkl",
    "abcdefgh", "abcdef", "abc", "mima", "nihao", "test", "user", "root", "login", "guest", "secret", "master",
    "monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman", "company", "beijing", "shanghai",
    "zhongguo", "china", "taobao", "hello", "spring", "summer", "autumn", "winter",
)  # fmt: skip
LEET = str.maketrans("013457@$!", "oieastasi")
FEWEST_KINDS = 5  # of signs
SHORTEST_TO_FIND = 4  # signs of a login: those of li are in many words


class Passwords:
    """Keeps and compares passwords; at most two at a time, for each comparison takes its share of memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = BoundedSemaphore(2)
        self._nobodys: str | None = None

    def keep(self, password: str) -> str:
        """Return what is stored of a password."""
        with self._turns:
            return self._hasher.hash(_plain(password))

    def is_right(self, password: str, kept: str | None) -> bool:
        """Compare. Where nothing is kept the work is the same, and the answer no."""
        nobodys = self._nobodys = self._nobodys or self.keep(secrets.token_hex())
        is_readable = len(password) <= LONGEST
        with self._turns:
            try:
                self._hasher.verify(kept or nobodys, _plain(password) if is_readable else "")
            except (VerifyMismatchError, InvalidHashError):
                return False
        return kept is not None and is_readable

    def is_outdated(self, kept: str) -> bool:
        """Say whether a password was kept with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def one_time() -> str:
    """Make a password up: 99 random bits, in groups that a person can read out."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(GROUP)) for _ in range(GROUPS))


def check_password(password: str, login: str) -> Iterator[Problem]:
    """Find what is wrong with a new password, all of it at once."""
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        yield _problem(
            f"A password has {SHORTEST} to {LONGEST} signs; this one has {len(plain)}.",
            "Take a longer one: a few words that belong together only for you.",
            "password.length",
        )
    if len(login) >= SHORTEST_TO_FIND and login.casefold() in plain.casefold():
        yield _problem("The password holds the login.", "Take one that does not.", "password.login")
    if is_common(plain):
        yield _problem(
            "The password is one of those that are tried first.",
            "Take one that is not made of a common word, a row of keys or of the same few signs.",
            "password.common",
        )


def is_common(password: str) -> bool:
    """Say whether a password is of few signs, or of common words, digits and signs only."""
    small = password.casefold()
    if len(set(small)) < FEWEST_KINDS:
        return True
    words, signs = re.compile("|".join(COMMON)), r"[\W\d_]"
    spelled = re.sub(f"^{signs}+|{signs}+$", "", small).translate(LEET)  # p@ssw0rd2026: the year is no word
    return any(not re.sub(signs, "", words.sub("", text)) for text in (small, spelled))


def _plain(password: str) -> str:
    """One writing for what looks the same: full-width and composed letters. Half a surrogate is no letter."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def _problem(what: str, mend: str, code: str) -> Problem:
    return Problem(where="password", what=what, mend=mend, code=code)
