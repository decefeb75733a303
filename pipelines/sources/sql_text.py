"""Pieces of SQL text: quoted names and texts, and a decision over an ordered scale as a balanced CASE."""

from collections.abc import Sequence


def name(text: str) -> str:
    """Return ``text`` as a quoted SQL name."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return ``text`` as a quoted SQL text."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Sequence[str]) -> str:
    """Return ``texts`` as what stands in the brackets of IN (…)."""
    return ", ".join(literal(text) for text in texts)


def balanced_case(subject: str, pieces: Sequence[tuple[str, str]]) -> str:
    """Return the SQL that gives each value of ``subject`` the answer of its piece, in about log2(pieces) comparisons.

    A piece is (where it begins, its answer), in order; the first one's beginning is not looked at. Neighbours of the
    same answer become one piece.
    """
    merged: list[tuple[str, str]] = []
    for piece in pieces:
        if not merged or merged[-1][1] != piece[1]:
            merged.append(piece)
    return _halve(subject, merged)


def _halve(subject: str, pieces: Sequence[tuple[str, str]]) -> str:
    if len(pieces) == 1:
        return pieces[0][1]
    middle = len(pieces) // 2
    earlier, later = _halve(subject, pieces[:middle]), _halve(subject, pieces[middle:])
    return f"CASE WHEN {subject} < {pieces[middle][0]} THEN {earlier} ELSE {later} END"
