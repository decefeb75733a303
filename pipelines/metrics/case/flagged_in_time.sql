/*
metric: case.flagged_in_time@1
name: {zh: 系统标记及时率, en: In time by the log's own flag}
text:
  zh: 工单系统自己标记为及时的工单 ÷ 有标记的工单；以截止时刻前最后一条记录的标记为准。这是系统的说法，未按合同时限重新计算。
  en: Cases that their own log flags as in time / cases with such a flag, by the last one known. It is that system's word, computed by its rules and not by a limit of the contract.
population: flagged_case
aggregate: share
better: higher
terms:
  case_types: {unit: list, default: "", zh: 工单类型（空为全部）, en: types of cases (none named, all of them)}
  final: {unit: list, default: "closed", zh: 终结事件, en: events after which the flag no longer changes}
*/
CASE
  WHEN len(case_types) > 0 AND NOT coalesce(list_contains(case_types, case_type), false) THEN 'outside: another type of case'
  WHEN contradicting                             THEN 'unmeasurable: contradicting deliveries'
  WHEN in_time IS NULL                           THEN 'unmeasurable: no flag'
  WHEN NOT in_time                               THEN 'missed'
  WHEN NOT list_contains(final, last_kind)       THEN 'pending'
  ELSE 'met'
END
