"""Which indicators a log that is not complete leaves without data (settlement.md, section 3)."""

from collections.abc import Sequence
from fractions import Fraction

from pipelines.contract.model import Contract
from pipelines.contract.resolve import IndicatorTerms, data_questions
from pipelines.core.exact import percent_text
from pipelines.core.period import Days
from pipelines.scoring.counts import measured
from pipelines.scoring.judge import DayCounts, over


def missing_logs(contract: Contract, month: Days, terms: Sequence[IndicatorTerms], counts: DayCounts) -> dict[str, str]:
    """Return why a required log did not deliver, by the indicators that need only its channel's logs.

    One over several channels (contacts, quality) is computed from what the others gave.
    """
    short: dict[str, str] = {}
    for question, required in data_questions(contract, month):
        found = measured(question.metric, over(counts, question.column, question.in_force))
        if required.complete is None or (found.value is not None and found.value >= Fraction(required.complete)):
            continue
        said = "delivered nothing" if found.value is None else f"is {percent_text(found.value)} % complete"
        short[required.channel] = f"{required.source} {said}, {percent_text(required.complete)} % are required"
    return {
        one.id: short[channels.pop()]
        for one in terms
        for channels in [
            {question.metric.channel for question in one.questions() if question.part in ("value", "member")}
        ]
        if len(channels) == 1 and channels <= set(short)
    }
