/*
metric: case.within@1
name: {zh: 工单按时达成率, en: Cases done in time}
text:
  zh: 从事件 from 起、在 limit 之内发生事件 to 的工单轮次 ÷ 发生了 from 的轮次。暂停不计时；客户在时限内撤销的剔除；未达成即关闭的算未达；并入他单的由存续工单承接，并入前已超时的仍算未达；客户自己逾期的不在范围内。
  en: Cycles of cases in which an event to came within limit of the event from / cycles that had a from. Pauses do not count; withdrawn by the customer within the limit is excluded, closed without a to is missed; a merged case is carried on by the one that survives, but a limit missed before stays missed; where the customer was late the promise does not hold.
population: case_cycle
aggregate: share
better: higher
terms:
  from: {unit: list, default: "opened", of_population: "true", zh: 起算事件, en: event that starts the clock}
  to: {unit: list, default: "resolved", of_population: "true", zh: 达成事件, en: events that stop the clock (the first counts)}
  case_types: {unit: list, default: "", zh: 工单类型（空为全部）, en: types of case (none named - all)}
  limit: {unit: days or h, default: "7", at_least: "0", at_most: "8760", of_population: "true", zh: 时限, en: limit}
  counted_in: {choices: [working_days, service_days, natural_days, wall_hours, working_hours], default: working_days, of_population: "true", zh: 计时方式, en: what the limit counts}
  after_close: {choices: [same_day, next_opening], default: same_day, of_population: "true", zh: 下班后发生的起算事件, en: starts after close}
  cycles: {choices: [all, first], default: all, of_population: "true", zh: 计入的轮次, en: which cycles of a case count}
  eligible_from: {unit: list, default: "", of_population: "true", zh: 客户义务的起算事件, en: event from which the customer has time}
  eligible_to: {unit: list, default: "", of_population: "true", zh: 客户应办的事件, en: what the customer has to do}
  eligible_days: {unit: days, default: "7", at_least: "1", at_most: "365", of_population: "true", zh: 客户的期限（自然日）, en: natural days that the customer has}
  period_by: {choices: [arrival, due, end], default: arrival, of_population: "true", zh: 归属期间, en: what decides the period}
*/
CASE
  WHEN len(case_types) > 0 AND NOT coalesce(list_contains(case_types, case_type), false)
                                                                  THEN 'outside: another type of case'
  WHEN NOT in_time_returned_at                                    THEN 'outside: the customer was late'
  WHEN contradicting                                              THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                             THEN 'unmeasurable: ambiguous time'
  WHEN received_at <= returned_at AND in_time_returned_at IS NULL THEN 'unmeasurable: no holiday notice for that year'
  WHEN in_time_withdrawn_at AND coalesce(withdrawn_at < done_at, true)  THEN 'excluded: withdrawn'
  WHEN in_time_done_at                                            THEN 'met'
  WHEN NOT in_time_done_at                                        THEN 'missed'
  WHEN done_at IS NOT NULL                                        THEN 'unmeasurable: no holiday notice for that year'
  WHEN NOT in_time_merged_at                                      THEN 'missed'
  WHEN in_time_merged_at AND is_carried_on                        THEN 'outside: merged into another case'
  WHEN merged_at IS NOT NULL AND NOT is_carried_on                THEN 'unmeasurable: survivor not in the logs'
  WHEN merged_at IS NOT NULL                                      THEN 'unmeasurable: no holiday notice for that year'
  WHEN closed_at IS NOT NULL OR NOT in_time_withdrawn_at          THEN 'missed'
  WHEN in_time_known_until_at                                     THEN 'pending'
  WHEN NOT in_time_known_until_at                                 THEN 'missed: not yet done'
  ELSE 'unmeasurable: no holiday notice for that year'
END
