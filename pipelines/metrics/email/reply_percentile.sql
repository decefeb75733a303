/*
metric: email.reply_percentile@1
name: {zh: 邮件回复时长分位数, en: Email reply percentile}
text:
  zh: 从首封来信到首次人工回复的时长（服务时间或自然时间）从短到长排列，第 percentile 百分位（最近秩）。超过 target_h 小时仍未回复的排在最后。
  en: The nearest-rank percentile of the time from the first inbound message to the first reply of a person (of service, or of the wall clock). Threads not answered after more than target_h hours count as longer than any.
population: email_thread
population_if: {grain: {question: email_question}}
aggregate: percentile
amount: "CASE WHEN clock = 'wall' THEN wall_response_s ELSE response_s END"
unit: s
better: lower
terms:
  percentile: {unit: percent, default: "90", at_least: "0.000001", at_most: "100", zh: 百分位, en: percentile}
  target_h: {unit: h, default: "24", at_least: "0", at_most: "2160", zh: 目标小时数, en: target in hours}
  clock: {choices: [working, wall], default: working, zh: 计时方式, en: clock}
  grain: {choices: [thread, question], default: thread, of_population: "true", zh: 计数单位, en: what counts once}
*/
CASE
  WHEN contradicting                                                        THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                                       THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                                          THEN 'unmeasurable: negative interval'
  WHEN clock = 'working' AND answered_at IS NOT NULL AND response_s IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN answered_at IS NOT NULL                                              THEN 'counted'
  -- working hours are never more than hours of the wall clock, whatever a notice will say
  WHEN wall_open_s <= target_h * 3600                                       THEN 'pending'
  WHEN clock = 'working' AND open_s IS NULL                                 THEN 'unmeasurable: no calendar for that day'
  WHEN clock = 'working' AND open_s <= target_h * 3600                      THEN 'pending'
  ELSE 'counted: longer than any'
END
