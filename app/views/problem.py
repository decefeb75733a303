"""What a page says when something cannot be shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemView:
    """A message to a person: where, what, how to mend, its code."""

    where: str
    what: str
    mend: str
    code: str


class Trouble(Exception):
    """What was asked cannot be shown, for these reasons. The page says so and stays alive."""

    def __init__(self, *problems: ProblemView) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.what for problem in problems))


class Tampered(Exception):
    """A request that no page of ours makes, changed by hand: it is refused and noted."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)
