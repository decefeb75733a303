/*
metric: case.elapsed_mean@1
name: {zh: 工单平均耗时, en: Mean time of cases}
text:
  zh: 从事件 from 到事件 to 的时长之和 ÷ 有 to 的工单轮次；暂停不计时；客户撤销的、未达成即关闭的剔除并另计，并入他单的由存续工单承接。
  en: Sum of the time from event from to event to / cycles of cases that have a to. Pauses do not count; withdrawn cases and those closed without a to are excluded and counted beside it, a merged case is carried on by the one that survives.
population: case_cycle
aggregate: mean
amount: elapsed_to_done_at_s
unit: s
better: lower
terms:
  from: {unit: list, default: "opened", of_population: "true", zh: 起算事件, en: event that starts the clock}
  to: {unit: list, default: "resolved", of_population: "true", zh: 达成事件, en: events that stop the clock (the first counts)}
  case_types: {unit: list, default: "", zh: 工单类型（空为全部）, en: types of case (none named - all)}
  counted_in: {choices: [wall_hours, working_hours], default: wall_hours, of_population: "true", zh: 计时方式, en: how time is counted}
  cycles: {choices: [all, first], default: all, of_population: "true", zh: 计入的轮次, en: which cycles of a case count}
*/
CASE
  WHEN len(case_types) > 0 AND NOT coalesce(list_contains(case_types, case_type), false)
                                                                  THEN 'outside: another type of case'
  WHEN contradicting                                              THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                             THEN 'unmeasurable: ambiguous time'
  WHEN withdrawn_at IS NOT NULL AND coalesce(withdrawn_at < done_at, true) THEN 'excluded: withdrawn'
  WHEN elapsed_to_done_at_s IS NOT NULL                           THEN 'counted'
  WHEN done_at IS NOT NULL                                        THEN 'unmeasurable: no holiday notice for that year'
  WHEN is_carried_on                                              THEN 'outside: merged into another case'
  WHEN merged_at IS NOT NULL                                      THEN 'unmeasurable: survivor not in the logs'
  WHEN closed_at IS NOT NULL                                      THEN 'excluded: never answered'
  ELSE 'pending'
END
