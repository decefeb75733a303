"""A home of two vendors whose calls stand in one log: what one of them may see holds nothing of the other's.

Every word of Zeta's begins with a z (queues z1, z2; agents zoe, zed; calls z-…; the log zcalls), of Alpha's second team
with b (queue b1, agent bob, calls b-…), so that a leak has a name. Call a-9 began with Alpha and was passed on to Zeta.
"""

from pathlib import Path

from pipelines.runs.close_month import ClosedMonth
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract

ROSTER = """member_kind, member_id, since_at, team, vendor
    queue, a1, 01 00:00:00, Alpha first, Alpha Ltd
    queue, b1, 01 00:00:00, Beta second, Alpha Ltd
    queue, z1, 01 00:00:00, Zeta first, Zeta Corp
    queue, z2, 01 00:00:00, Zeta second, Zeta Corp
    agent, ann, 01 00:00:00, Alpha first, Alpha Ltd
    agent, bob, 01 00:00:00, Beta second, Alpha Ltd
    agent, zoe, 01 00:00:00, Zeta first, Zeta Corp"""
# Alpha first: a-1 met, a-2 missed, a-9 met (answered before it was passed on). Beta second: b-1 … b-3, one missed.
CALLS = """call_id, leg_id, customer_id, order_id, queue, agent_id, arrived_at,queued_at,answered_at, ended_at, outcome
    a-1, 1, 990000011, ord-990011, a1, ann, 05 09:00:00, 05 09:00:00, 05 09:00:10, 05 09:05:00, answered
    a-2, 1, 990000012, ord-990012, a1,    , 05 09:01:00, 05 09:01:00,            , 05 09:02:00, abandoned
    b-1, 1, 990000013, ord-990013, b1, bob, 05 10:00:00, 05 10:00:00, 05 10:00:21, 05 10:05:00, answered
    b-2, 1, 990000014, ord-990014, b1, bob, 06 10:00:00, 06 10:00:00, 06 10:00:22, 06 10:05:00, answered
    b-3, 1, 990000015, ord-990015, b1,    , 06 11:00:00, 06 11:00:00,            , 06 11:05:00, abandoned
    z-1, 1, 990000021, ord-990021, z1, zoe, 05 09:00:00, 05 09:00:00, 05 09:00:31, 05 09:05:00, answered
    z-2, 1, 990000022, ord-990022, z1, zed, 05 09:30:00, 05 09:30:00, 05 09:30:32, 05 09:35:00, answered
    z-3, 1, 990000023, ord-990023, z2,    , 07 09:30:00, 07 09:30:00,            , 07 09:35:00, abandoned
    a-9, 1, 990000019, ord-990019, a1, ann, 06 09:00:00, 06 09:00:00, 06 09:00:12, 06 09:05:00, answered
    a-9, 2, 990000019, ord-990019, z1, zoe, 06 09:05:00, 06 09:05:00, 06 09:05:33, 06 09:11:00, answered"""
ZCALLS = """call_id, customer_id, queue, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome
    z-4, 990000031, z2, zed, 08 09:00:00, 08 09:00:00, 08 09:00:41, 08 09:05:00, answered
    z-5, 990000032, z2, zed, 08 09:10:00, 08 09:10:00, 08 09:10:42, 08 09:15:00, answered"""
STATES = """agent_id, since_at, until_at, state, queue
    ann, 05 08:55:00, 05 09:10:00, talking, a1
    bob, 05 09:55:00, 05 10:10:00, talking, b1
    zoe, 05 08:55:00, 05 09:10:00, talking, z1"""
OCCUPANCY = """
  - {id: occupancy, clause: "4.3", metric: phone.occupancy@1, target: 70%}
  - {id: logs, clause: "4.4", metric: log.completeness@1, target: 99%, class: report_only,
     scope: {source: [call]}}
"""
NAMES = {"alpha": ("Alpha Ltd", "阿尔法"), "zeta": ("Zeta Corp", "泽塔")}
SUMS = {"alpha": "111111.00", "zeta": "777777.00"}


def contract_of(vendor: str) -> str:
    """Return a vendor's contract: it is for the queues that the roster gives to it."""
    name, zh = NAMES[vendor]
    text = contract(number=f"no-{vendor}", more=f"scope: {{vendor: [{name}]}}")
    text = text.replace("{id: ve, zh: 乙, en: Vendor}", f"{{id: {vendor}, zh: {zh}, en: {name}}}")
    text = text.replace("{zh: 小合同, en: A small contract}", f"{{zh: 与{zh}的合同, en: The contract with {name}}}")
    return text.replace("100000.00", SUMS[vendor]).replace("\nfees:", f"{OCCUPANCY}\nfees:")


def two_vendors(folder: Path) -> tuple[Office, dict[str, ClosedMonth]]:
    """Load the logs, and close October with both vendors."""
    office = Office(folder)
    office.load("roster", ROSTER)
    office.load("call", CALLS)
    office.load("call", ZCALLS, source="zcalls", keeper="vendor")
    office.load("agent_state", STATES)
    closed = {name: office.close(office.contract(contract_of(name), f"{name}.yaml")) for name in NAMES}
    return office, closed
