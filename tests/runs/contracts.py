"""A small contract to vary: phone indicators, one fee, one cap."""

HEAD = """
contract: {number}
title: {{zh: 小合同, en: A small contract}}
operator: {{id: op, zh: 甲, en: Operator}}
vendor: {{id: ve, zh: 乙, en: Vendor}}
term: {{from: {since}, until: {until}}}
zone: {zone}
currency: CNY
tax: {{rate: 6%}}
"""
FEES = """
fees:
  - {id: monthly, clause: "9", form: fixed, amount: 100000.00}
caps:
  - {id: all, clause: "10", kinds: [kpi], rate: 50%}
"""
CONNECT = """
  - id: connect
    clause: "4.1"
    metric: phone.connect_rate@1
    terms: {short_abandon_s: 5}
    target: TARGET
    weight: 10
    scoring: {form: pass_fail}
    consequences:
      - {id: deduct, form: per_step, step: 1%, rate: 0.5%}
"""
WAIT = """
  - id: wait
    clause: "4.2"
    metric: phone.average_wait@1
    target: 30
    weight: 10
    scoring: {form: pass_fail}
    consequences:
      - {id: deduct, form: fixed, amount: 5000}
"""


def contract(
    indicators: str = CONNECT.replace("TARGET", "90%") + WAIT,
    *,
    number: str = "small",
    since: str = "2026-01-01",
    until: str = "2027-01-01",
    zone: str = "Asia/Shanghai",
    more: str = "",
) -> str:
    """Return a contract's text with these indicators."""
    head = HEAD.format(number=number, since=since, until=until, zone=zone)
    return f"{head}{more}\nindicators:\n{indicators}\n{FEES}"


ALWAYS_OPEN = """
calendars:
  default:
    - since: 2026-01-01
      decided: 2025-12-01
      by: "1"
      weekly: {mon-sun: ["00:00-24:00"]}
      holidays: cn
      on_holidays: as_usual
"""
