/*
metric: email.reply_within_days@1
name: {zh: 邮件按时回复率, en: Email replies in time}
text:
  zh: 客户首封来信后 within_days 个工作日内得到人工回复的会话 ÷ 客户发起的邮件会话。来信当日不计，最后一个工作日营业结束前回复算按时。按问题计时，连续来信算一问，每问各计一次。
  en: Threads answered by a person within within_days working days of the first inbound message / threads that customers began. The day of the message is not counted; due at the close of business of the last working day. By question, consecutive inbound messages are one question and each counts.
population: email_thread
population_if: {grain: {question: email_question}}
aggregate: share
better: higher
terms:
  within_days: {unit: days, default: "1", at_least: "1", at_most: "60", of_population: "true", zh: 工作日数, en: days to reply within}
  day_kind: {choices: [working, service, natural], default: working, of_population: "true", zh: 日的种类, en: kind of day}
  after_close: {choices: [same_day, next_opening], default: same_day, of_population: "true", zh: 下班后来信, en: messages after close}
  grain: {choices: [thread, question], default: thread, of_population: "true", zh: 计数单位, en: what counts once}
  period_by: {choices: [arrival, due, end], default: arrival, of_population: "true", zh: 归属期间, en: what decides the period}
*/
CASE
  WHEN contradicting                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                                        THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                           THEN 'unmeasurable: negative interval'
  WHEN answered_on = service_on                              THEN 'met'
  WHEN answered_at <= due_at                                 THEN 'met'
  WHEN due_at IS NOT NULL AND answered_at IS NOT NULL        THEN 'missed'
  WHEN known_until_at > due_at                               THEN 'missed: not yet done'
  WHEN due_at IS NOT NULL                                    THEN 'pending'
  -- The limit ends in a year without a notice: where even every unknown day for a working day leaves fewer than N, the
  -- item is in time so far, whatever the notice will say; natural days want one only where the last has passed.
  WHEN most_days_to_answered_at < within_days                THEN 'met'
  WHEN days_to_answered_at <= within_days                    THEN 'met'
  WHEN answered_at IS NULL AND (most_days_to_last_known_at < within_days OR days_to_last_known_at <= within_days)
                                                             THEN 'pending'
  ELSE 'unmeasurable: no holiday notice for that year'
END
