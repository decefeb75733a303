"""A problem is a message to a person: where it is, what is wrong and why it matters, and what would mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, for the person who can mend it.

    ``code`` is stable (``contract.tier_gap``): the screen translates it and a test names it. ``where`` is a file and
    line, or a load and row. ``severity`` is ``error`` (nothing is done) or ``warning`` (done, and said).
    """

    where: str
    what: str
    mend: str
    code: str
    severity: str = "error"

    def __str__(self) -> str:
        """Two lines: the place, then the sentence, its mend and its code."""
        return f"{self.where}\n{self.what} {self.mend}  [{self.code}]"


class Refused(Exception):
    """What was asked cannot be done; ``problems`` are all the reasons found, not only the first."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n\n".join(str(problem) for problem in self.problems))


def by_place(problems: Iterable[Problem]) -> list[Problem]:
    """Return each problem once, in order of file and line: line 9 comes before line 10."""

    def place(problem: Problem) -> tuple[str, int, Problem]:
        name, _, line = problem.where.rpartition(":")
        return (name, int(line), problem) if line.isdigit() else (problem.where, 0, problem)

    return sorted(set(problems), key=place)


def refuse_if_any(problems: Iterable[Problem]) -> None:
    """Raise ``Refused`` with every error among ``problems``; warnings alone do not refuse."""
    found = tuple(problems)
    if any(problem.severity == "error" for problem in found):
        raise Refused(found)
