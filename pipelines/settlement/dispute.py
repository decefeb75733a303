"""What the parties object to: the month settled again without it, and the sum that lies between both readings."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.settlement.lines import Line
from pipelines.settlement.totals import Settled

# Whose objection speaks against which lines: the operator's against what it pays, the vendor's against what it loses.
AGAINST = {"operator": 1, "vendor": -1}
# Lines that are worked out from others: who objects to those names them.
WORKED_OUT = ("cap", "floor", "tax", "rounding")


@dataclass(frozen=True, order=True)
class Objection:
    """A party's word on a month: ``remark`` is ``LINE: why``, with a line's id, its indicator or ``source/item``."""

    party: str
    said_at: str
    remark: str

    def speaks_of(self, line: Line) -> bool:
        """Whether it names a line, and the line costs the party something."""
        if line.amount * AGAINST[self.party] <= 0 or line.kind in WORKED_OUT:
            return False
        item = f"{line.item[0]}/{line.item[1]}" if line.item else None
        return any(name and f"{self.remark}:".startswith(f"{name}:") for name in (line.id, line.indicator, item))


@dataclass(frozen=True)
class Claim:
    """What a party objects to. ``payable``: what the month comes to without those lines; ``withheld``: the difference.

    Where the lines of a party are none, it objects in words alone.
    """

    party: str
    said: Sequence[Objection]
    lines: Sequence[str]
    payable: Decimal
    withheld: Decimal


def claims_of(
    objections: Collection[Objection], settled: Settled, again: Callable[[frozenset[str]], Settled]
) -> list[Claim]:
    """Return each party's claim; ``again`` settles the month without the lines named.

    A deduction of 3,000 and one of 1,000 under a cap of 2,000: without the first the vendor would be paid 1,000 more,
    which is withheld, not the 3,000 or the 1,500 that it bears of the cap.
    """
    found = []
    for party, sign in AGAINST.items():
        said = sorted(one for one in objections if one.party == party)
        if not said:
            continue
        lines = [line.id for line in settled.lines if any(one.speaks_of(line) for one in said)]
        payable = again(frozenset(lines)).totals["payable"] if lines else settled.totals["payable"]
        withheld = abs(max((settled.totals["payable"] - payable) * sign, payable * 0))  # never −0.00
        found.append(Claim(party, said, lines, payable, withheld))
    return found


def claim_body(claim: Claim) -> dict[str, Any]:
    """Return a claim for the statement."""
    return {
        "party": claim.party,
        "said": [{"remark": one.remark, "said_at": one.said_at} for one in claim.said],
        "lines": list(claim.lines),
        "payable": f"{claim.payable:f}",
        "withheld": f"{claim.withheld:f}",
    }


def objections_in(body: Mapping[str, Any]) -> list[Objection]:
    """Return the objections that a statement names."""
    return [
        Objection(claim["party"], one["said_at"], one["remark"])
        for claim in body.get("disputed", ())
        for one in claim["said"]
    ]
