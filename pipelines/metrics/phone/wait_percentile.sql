/*
metric: phone.wait_percentile@1
name: {zh: 等待时长分位数, en: Percentile of waits}
text:
  zh: 来电排队时长按最近秩取的第 percentile 百分位；未接通者视为比任何来电都长，target_s 秒内放弃的剔除。
  en: The nearest-rank percentile of waits. Calls never answered count as longer than any other; those abandoned within target_s seconds are excluded.
population: offered_call
aggregate: percentile
amount: wait_s
unit: s
better: lower
terms:
  percentile: {unit: percent, default: "90", at_least: "0.000001", at_most: "100", zh: 百分位, en: percentile}
  target_s: {unit: s, default: "20", at_least: "0", at_most: "3600", zh: 目标秒数, en: target in seconds}
  out_of_hours: {choices: [exclude, count], default: exclude, zh: 服务时间外的来电, en: calls offered outside service hours}
*/
CASE
  WHEN out_of_hours = 'exclude' AND in_service_hours IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN out_of_hours = 'exclude' AND NOT in_service_hours     THEN 'excluded: outside service hours'
  WHEN contradicting                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN is_callback                                           THEN 'excluded: call-back'
  WHEN outcome = 'open'                                      THEN 'pending'
  WHEN outcome = 'lost'                                      THEN 'counted: longer than any'
  WHEN ambiguous_wait                                        THEN 'unmeasurable: ambiguous time'
  WHEN wait_s IS NULL                                        THEN 'unmeasurable: no queue time'
  WHEN wait_s < 0                                            THEN 'unmeasurable: negative queue time'
  WHEN outcome = 'answered'                                  THEN 'counted'
  WHEN wait_s <= target_s                                    THEN 'excluded: left within target'
  ELSE 'counted: longer than any'
END
