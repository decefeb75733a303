/*
metric: chat.reply_rate@1
name: {zh: 会话回复率, en: Chat reply rate}
text:
  zh: 至少有一次人工回复的会话 ÷（转人工且客户有发言的会话 − 剔除）；短时离开与服务时间外离开的剔除。
  en: Sessions with at least one line of a person / (sessions routed to people in which the customer wrote − excluded). Who left within the short abandon or outside hours is excluded.
population: chat_session
aggregate: share
better: higher
terms:
  chat_short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时离开秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  start: {choices: [request, handoff, opening], default: request, of_population: "true", zh: 计时起点, en: start of the clock}
  split_after_min: {unit: min, default: "0", at_least: "0", at_most: "10080", of_population: "true", zh: 静默多少分钟后算新会话（0 为不拆分）, en: minutes of silence that split a session (0 = off)}
*/
CASE
  WHEN contradicting                                                    THEN 'unmeasurable: contradicting deliveries'
  -- a hello before the question is no reply, with a request or without one
  WHEN answered_at IS NOT NULL OR is_negative                           THEN 'met'
  WHEN left_at IS NOT NULL AND chat_short_abandon_s > 0
       AND seconds_between(asked_at, left_at) <= chat_short_abandon_s   THEN 'excluded: short abandon'
  WHEN left_at IS NOT NULL AND left_s IS NULL                           THEN 'unmeasurable: no calendar for that day'
  WHEN left_at IS NOT NULL AND left_s = 0                               THEN 'excluded: left outside hours'
  WHEN left_at IS NOT NULL OR closed_at IS NOT NULL                     THEN 'missed'
  ELSE 'pending'
END
