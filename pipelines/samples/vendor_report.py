"""The vendors' own monthly reports: right as the contract reads, but for three places in the second vendor's October.

1. connect rate: callers who gave up within 20 s are left out, where the contract leaves out those within 5 s
2. chat: the sessions of the bad week's worst day are missing, from every chat figure
3. satisfaction: ratings of 1 are left out
"""

import csv
import io

from pipelines.core.exact import decimal_text
from pipelines.samples.people import VENDOR_SLUGS, VENDORS, YUANFAN
from pipelines.samples.report import Figure
from pipelines.samples.tally import ABANDONED_AFTER_20, METRICS, RATED_FROM_2, Tally
from pipelines.samples.workbook import workbook

HEADER = ("月份", "供应商", "指标代码", "指标", "数值", "分子", "分母")
FLATTERING_MONTH = "2026-10"


def figures(month: str, truth: Tally, without_worst_day: Tally) -> list[Figure]:
    """Return what both vendors state for a month, beside what is true.

    ``without_worst_day`` is the month's tally of chat as it is when the worst day is missing.
    """
    stated: list[Figure] = []
    for vendor, name in enumerate(VENDORS):
        flatters = vendor == YUANFAN and month == FLATTERING_MONTH
        for metric in METRICS:
            true = claimed = truth.counts[vendor, metric]
            place = 0
            if flatters and metric == "phone.connect_rate":
                claimed, place = truth.counts[vendor, ABANDONED_AFTER_20], 1
            elif flatters and metric.startswith("chat."):
                claimed, place = without_worst_day.counts[vendor, metric], 2
            elif flatters and metric == "satisfaction.csat":
                claimed, place = truth.counts[vendor, RATED_FROM_2], 3
            if metric in {"phone.offered", "chat.sessions"}:
                true, claimed = (true[0], 1), (claimed[0], 1)
            stated.append(Figure(name, month, metric, claimed, true, place))
    return stated


def rows(vendor: str, stated: list[Figure]) -> list[tuple[str, ...]]:
    """Return a vendor's report as rows behind their header."""
    return [
        HEADER,
        *(
            (
                figure.month, vendor, figure.metric, METRICS[figure.metric],
                "" if figure.stated_value is None else decimal_text(figure.stated_value),
                str(figure.stated[0]), str(figure.stated[1]),
            )
            for figure in stated
            if figure.vendor == vendor
        ),
    ]  # fmt: skip


def documents(month: str, stated: list[Figure]) -> dict[str, bytes]:
    """Return the reports as files by name: the first vendor sends a CSV, the second a workbook."""
    name = month.replace("-", "")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows(VENDORS[0], stated))
    return {
        f"vendor_reports/{VENDOR_SLUGS[0]}_{name}.csv": text.getvalue().encode("utf-8"),
        f"vendor_reports/{VENDOR_SLUGS[1]}_{name}.xlsx": workbook("月报", rows(VENDORS[1], stated)),
    }
