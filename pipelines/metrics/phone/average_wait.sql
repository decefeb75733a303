/*
metric: phone.average_wait@1
name: {zh: 平均等待时长, en: Average speed of answer}
text:
  zh: 接通来电的排队时长之和 ÷ 接通量；未接通的另计其数。
  en: Seconds waited by answered calls / answered calls; those never answered are counted beside it.
population: offered_call
aggregate: mean
amount: wait_s
unit: s
better: lower
terms:
  over: {choices: [answered, offered], default: answered, zh: 计入的来电, en: calls that count}
  out_of_hours: {choices: [exclude, count], default: exclude, zh: 服务时间外的来电, en: calls offered outside service hours}
*/
CASE
  WHEN out_of_hours = 'exclude' AND in_service_hours IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN out_of_hours = 'exclude' AND NOT in_service_hours     THEN 'excluded: outside service hours'
  WHEN contradicting                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN is_callback                                           THEN 'excluded: call-back'
  WHEN outcome = 'open'                                      THEN 'pending'
  WHEN outcome = 'lost' AND (over = 'answered' OR wait_s IS NULL) THEN 'excluded: never answered'
  WHEN outcome = 'abandoned' AND wait_s IS NULL              THEN 'unmeasurable: no queue time'
  WHEN outcome = 'abandoned' AND over = 'answered'           THEN 'excluded: left before an answer'
  WHEN ambiguous_wait                                        THEN 'unmeasurable: ambiguous time'
  WHEN wait_s IS NULL                                        THEN 'unmeasurable: no queue time'
  WHEN wait_s < 0                                            THEN 'unmeasurable: negative queue time'
  ELSE 'counted'
END
