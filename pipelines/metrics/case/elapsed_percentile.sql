/*
metric: case.elapsed_percentile@1
name: {zh: 工单耗时百分位, en: Percentile of the time of cases}
text:
  zh: 从事件 from 到事件 to 的时长按最近秩取 percentile 百分位；暂停不计时；未达成即关闭的、超过 target_h 小时才撤销的排在最后，target_h 小时内撤销的剔除。
  en: The percentile (nearest rank) of the time from event from to event to. Pauses do not count; a case closed without a to, or withdrawn after more than target_h hours, ranks above every other; one withdrawn within them is excluded.
population: case_cycle
aggregate: percentile
amount: elapsed_to_done_at_s
unit: s
better: lower
terms:
  percentile: {unit: percent, default: "90", at_least: "0.000001", at_most: "100", zh: 百分位, en: percentile}
  target_h: {unit: h, default: "24", at_least: "0", at_most: "8760", zh: 目标小时数, en: hours that are the target}
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
  WHEN withdrawn_at IS NOT NULL AND coalesce(withdrawn_at < done_at, true) AND elapsed_to_withdrawn_at_s <= target_h * 3600
                                                                  THEN 'excluded: withdrawn'
  WHEN withdrawn_at IS NOT NULL AND coalesce(withdrawn_at < done_at, true) AND elapsed_to_withdrawn_at_s > target_h * 3600
                                                                  THEN 'counted: longer than any'
  WHEN withdrawn_at IS NOT NULL AND coalesce(withdrawn_at < done_at, true)
                                                                  THEN 'unmeasurable: no holiday notice for that year'
  WHEN elapsed_to_done_at_s IS NOT NULL                           THEN 'counted'
  WHEN done_at IS NOT NULL                                        THEN 'unmeasurable: no holiday notice for that year'
  WHEN elapsed_to_merged_at_s > target_h * 3600                   THEN 'counted: longer than any'
  WHEN is_carried_on                                              THEN 'outside: merged into another case'
  WHEN merged_at IS NOT NULL                                      THEN 'unmeasurable: survivor not in the logs'
  WHEN closed_at IS NOT NULL                                      THEN 'counted: longer than any'
  ELSE 'pending'
END
