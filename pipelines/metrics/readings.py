"""Other readings of a metric: each term at the values that are met in practice, one term at a time.

Who asks why somebody else's figure differs tries these. They are candidates, never findings.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from pipelines.core.dated import Piece
from pipelines.metrics.declare import Metric, Term

SECONDS = ("0", "3", "5", "8", "10", "15", "20", "25", "30", "40", "45", "60", "90", "120", "180", "300", "600")
SHORT = ("0", "2", "3", "5", "8", "10", "15", "20", "30", "60")
HOURS = ("0", "1", "2", "4", "8", "12", "24", "36", "48", "72", "168", "336", "720")
DAYS = ("1", "2", "3", "4", "5", "7", "10", "14", "15", "30")

# What is met in practice, by the term's name. A choice has its choices; other numbers and lists have none.
KNOWN_VALUES: Mapping[str, tuple[str, ...]] = {
    "short_abandon_s": SHORT,
    "chat_short_abandon_s": SHORT,
    "answer_within_s": SECONDS,
    "within_s": SECONDS,
    "target_s": SECONDS,
    "within_h": HOURS,
    "target_h": HOURS,
    "window_h": HOURS,
    "within_days": DAYS,
    "eligible_days": DAYS,
    "limit": tuple(dict.fromkeys((*DAYS, *HOURS[3:]))),
    "retries_merge_min": ("0", "1", "3", "5", "10", "15", "30", "60"),
    "split_after_min": ("0", "5", "10", "15", "30", "60"),
    "percentile": ("50", "75", "80", "85", "90", "95", "99"),
    "satisfied": ("5", "4, 5", "3, 4, 5"),
}

Terms = Mapping[str, str]


def other_readings(metric: Metric, terms: Mapping[str, Sequence[Piece[str]]]) -> list[Terms]:
    """Return the terms that differ from those in force, a reading each; all others stay as they are.

    A term that changes within the month may have been read at any one of its values for the whole of it.
    """
    found = [{name: value} for name, pieces in sorted(terms.items()) for value in _values(metric, name, pieces)]
    return _unbroken(metric, terms, found)


def pairs_of_readings(metric: Metric, terms: Mapping[str, Sequence[Piece[str]]]) -> list[Terms]:
    """Return the readings that differ in two terms at once."""
    pairs = combinations(other_readings(metric, terms), 2)
    return _unbroken(metric, terms, [{**one, **other} for one, other in pairs if one.keys() != other.keys()])


def _values(metric: Metric, name: str, pieces: Sequence[Piece[str]]) -> Iterator[str]:
    """Yield the values that a term may have been read at, but for the one in force all month."""
    term = metric.terms[name]
    in_force = {_as_meant(term, pieces[0].value)} if len(pieces) == 1 else set()
    for value in dict.fromkeys([*(piece.value for piece in pieces), *(term.choices or KNOWN_VALUES.get(name, ()))]):
        if term.problem_with(value) is None and _as_meant(term, value) not in in_force:
            yield value


def _as_meant(term: Term, value: str) -> str | Decimal:
    """Return what a value means: 5.0 s is 5 s."""
    return term.literal(value) if term.choices or term.unit == "list" else Decimal(value)


def _unbroken(metric: Metric, terms: Mapping[str, Sequence[Piece[str]]], found: Sequence[Terms]) -> list[Terms]:
    last = {name: pieces[-1].value for name, pieces in terms.items()}
    return [reading for reading in found if not metric.is_broken_by({**last, **reading})]
