"""One question, one answer: may this reader do this to that, and if not, why."""

from dataclasses import dataclass

from app.auth.reader import Reader


@dataclass(frozen=True)
class Answer:
    """Yes or no, with the reason's code (``auth.other_vendor``), empty for a yes."""

    yes: bool
    reason: str = ""


def may(reader: Reader, action: str, vendor: str) -> Answer:
    """Say whether ``reader`` may ``action`` what is ``vendor``'s; a vendor's people see their own contracts alone."""
    if reader.vendor is not None and reader.vendor != vendor:
        return Answer(yes=False, reason=f"auth.other_vendor_{action}")
    return Answer(yes=True)
