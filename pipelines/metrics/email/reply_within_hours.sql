/*
metric: email.reply_within_hours@1
name: {zh: 邮件限时回复率, en: Email replies within hours}
text:
  zh: 客户首封来信后 within_h 小时（自然时间或服务时间）内得到人工回复的会话 ÷ 客户发起的邮件会话。按问题计时，连续来信算一问，每问各计一次。
  en: Threads answered by a person within within_h hours (of the wall clock, or of service) of the first inbound message / threads that customers began. By question, consecutive inbound messages are one question and each counts.
population: email_thread
population_if: {grain: {question: email_question}}
aggregate: share
better: higher
amount: "CASE WHEN clock = 'wall' THEN wall_response_s ELSE response_s END"
terms:
  within_h: {unit: h, default: "24", at_least: "0", at_most: "2160", zh: 小时数, en: hours to reply within}
  clock: {choices: [wall, working], default: wall, zh: 计时方式, en: clock}
  grain: {choices: [thread, question], default: thread, of_population: "true", zh: 计数单位, en: what counts once}
  period_by: {choices: [arrival, due, end], default: arrival, of_population: "true", zh: 归属期间, en: what decides the period}
*/
CASE
  WHEN contradicting                                                        THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                                       THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                                          THEN 'unmeasurable: negative interval'
  -- working hours are never more than hours of the wall clock, whatever a notice will say
  WHEN wall_response_s <= within_h * 3600                                   THEN 'met'
  WHEN clock = 'working' AND response_s <= within_h * 3600                  THEN 'met'
  WHEN clock = 'working' AND answered_at IS NOT NULL AND response_s IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN answered_at IS NOT NULL                                              THEN 'missed'
  WHEN wall_open_s <= within_h * 3600                                       THEN 'pending'
  WHEN clock = 'working' AND open_s IS NULL                                 THEN 'unmeasurable: no calendar for that day'
  WHEN clock = 'working' AND open_s <= within_h * 3600                      THEN 'pending'
  ELSE 'missed: not yet done'
END
