/*
metric: email.reply_within_days@1
name: {zh: 邮件按时回复率, en: Email replies in time}
text:
  zh: 客户首封来信后 within_days 个工作日内得到人工回复的会话 ÷ 客户发起的邮件会话。来信当日不计，最后一个工作日营业结束前回复算按时。
  en: Threads answered by a person within within_days working days of the first inbound message / threads that customers began. The day of the message is not counted; due at the close of business of the last working day.
population: email_thread
aggregate: share
better: higher
terms:
  within_days: {unit: days, default: "1", at_least: "1", at_most: "60", of_population: "true", zh: 工作日数, en: days to reply within}
  day_kind: {choices: [working, service, natural], default: working, of_population: "true", zh: 日的种类, en: kind of day}
  after_close: {choices: [same_day, next_opening], default: same_day, of_population: "true", zh: 下班后来信, en: messages after close}
*/
CASE
  WHEN contradicting                                THEN 'unmeasurable: contradicting deliveries'
  WHEN ambiguous_time                               THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                  THEN 'unmeasurable: negative interval'
  WHEN answered_on = service_on                     THEN 'met'
  WHEN days_to_answered_at < within_days            THEN 'met'
  WHEN due_at IS NULL                               THEN 'unmeasurable: no holiday notice for that year'
  WHEN answered_at <= due_at                        THEN 'met'
  WHEN answered_at IS NOT NULL                      THEN 'missed'
  WHEN known_until_at > due_at                      THEN 'missed: not yet done'
  ELSE 'pending'
END
