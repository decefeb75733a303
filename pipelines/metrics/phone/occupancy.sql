/*
metric: phone.occupancy@1
name: {zh: 工时利用率, en: Occupancy}
text:
  zh: 处理时长 ÷（处理时长 + 空闲待接时长），按坐席状态日志；状态重叠时以开始较晚者为准。
  en: Time spent handling / (handling + available), from the log of agents' states; where two overlap, the one that began later has the time.
population: agent_state
aggregate: time_share
amount: own_s
unit: share
better: higher
terms:
  handling: {unit: list, default: "talking, hold, wrap, handling", zh: 处理状态, en: states of handling}
  available: {unit: list, default: "available, ready, idle", zh: 空闲待接状态, en: states of waiting for a contact}
*/
CASE
  WHEN contradicting                    THEN 'unmeasurable: contradicting deliveries'
  WHEN is_negative                      THEN 'unmeasurable: negative interval'
  WHEN is_ambiguous                     THEN 'unmeasurable: ambiguous time'
  WHEN own_s = 0                        THEN 'excluded: overlapped'
  WHEN list_contains(handling, state)   THEN 'met'
  WHEN list_contains(available, state)  THEN 'missed'
  ELSE 'excluded: neither handling nor available'
END
