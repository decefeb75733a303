/*
metric: case.resolved@1
name: {zh: 已解决工单数, en: Cases resolved}
text:
  zh: 期间内解决（发生事件 to）的工单数，按解决时间归属；重新打开后再次解决的，默认只计第一次；客户先已撤销的剔除。计费的数量。
  en: Cases resolved (event to) in the period, by the instant of their resolution; one that is reopened and resolved again counts once, at its first resolution, unless agreed otherwise; one that the customer had withdrawn is excluded. The quantity of fees per case.
population: resolved_case
aggregate: count
numerator: counted
unit: cases
better: higher
terms:
  to: {unit: list, default: "resolved", of_population: "true", zh: 视为解决的事件, en: events that resolve a case (the first counts)}
  case_types: {unit: list, default: "", zh: 工单类型（空为全部）, en: types of case (none named - all)}
  cycles: {choices: [first, all], default: first, zh: 计入的轮次, en: which resolutions of a case count}
*/
CASE
  WHEN len(case_types) > 0 AND NOT coalesce(list_contains(case_types, case_type), false)
                                                     THEN 'outside: another type of case'
  WHEN cycles = 'first' AND nth_resolution > 1       THEN 'outside: resolved before'
  WHEN contradicting                                 THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                THEN 'unmeasurable: ambiguous time'
  WHEN is_withdrawn                                  THEN 'excluded: withdrawn'
  ELSE 'counted'
END
