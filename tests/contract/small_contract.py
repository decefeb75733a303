"""A small contract that the linter has nothing to say about, and the one way for tests to change it."""

from textwrap import indent

from pipelines.contract.parse import Source, parse_contract

PARTIES = """contract: T
operator: {id: o, zh: 甲方}
vendor: {id: v, zh: 乙方}
term: {from: 2026-01-01, until: 2027-01-01}
zone: Asia/Shanghai
"""
CONNECT_RATE = """id: sl
clause: "4.2"
text: {zh: 接通率不低于 92%}
metric: phone.connect_rate@1
terms: {short_abandon_s: 5, retries_merge_min: 0, out_of_hours: exclude}
target: 92%
minimum_sample: 1
too_few: skip
on_change: split
unmeasurable: exclude
"""


def without(text: str, *keys: str) -> str:
    """Return the text without its top-level lines of these keys."""
    return "".join(line for line in text.splitlines(keepends=True) if line.partition(":")[0] not in keys)


def one_indicator(more: str = "", *, instead_of: str = "", parties: str = PARTIES, tail: str = "") -> Source:
    """Return a contract with one indicator; ``more`` are lines that are added, ``instead_of`` the keys they replace."""
    text = without(CONNECT_RATE, *instead_of.split()) + more
    listed = indent(text, "    ").replace("    ", "  - ", 1)
    return parse_contract(f"{parties}indicators:\n{listed}{tail}", "contract.yaml")
