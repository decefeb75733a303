/*
metric: email.reply_mean@1
name: {zh: 邮件平均回复时长, en: Mean email reply time}
text:
  zh: 已回复会话从首封来信到首次人工回复的时长（服务时间或自然时间）之和 ÷ 已回复会话数；未回复的待定。
  en: Time from the first inbound message to the first reply of a person (of service, or of the wall clock) / threads answered; those not answered are pending.
population: email_thread
population_if: {grain: {question: email_question}}
aggregate: mean
amount: "CASE WHEN clock = 'wall' THEN wall_response_s ELSE response_s END"
unit: s
better: lower
terms:
  clock: {choices: [working, wall], default: working, zh: 计时方式, en: clock}
  grain: {choices: [thread, question], default: thread, of_population: "true", zh: 计数单位, en: what counts once}
*/
CASE
  WHEN contradicting                                                        THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                                       THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                                          THEN 'unmeasurable: negative interval'
  WHEN answered_at IS NULL                                                  THEN 'pending'
  WHEN clock = 'working' AND response_s IS NULL                             THEN 'unmeasurable: no calendar for that day'
  ELSE 'counted'
END
