/*
metric: chat.round_reply_rate@1
name: {zh: 轮次回复率, en: Chat round reply rate}
text:
  zh: 得到人工回复的轮次 ÷（全部轮次 − 剔除）；客户短时离开与服务时间外离开的剔除。
  en: Rounds with a person's line / (rounds − excluded). A round whose customer left within the short abandon or outside hours is excluded.
population: chat_round
aggregate: share
better: higher
terms:
  chat_short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时离开秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  split_after_min: {unit: min, default: "0", at_least: "0", at_most: "10080", of_population: "true", zh: 静默多少分钟后算新会话（0 为不拆分）, en: minutes of silence that split a session (0 = off)}
*/
CASE
  WHEN contradicting                                                    THEN 'unmeasurable: contradicting deliveries'
  WHEN answered_at IS NOT NULL OR is_negative                           THEN 'met'
  WHEN is_open                                                          THEN 'pending'
  WHEN left_at IS NOT NULL AND chat_short_abandon_s > 0
       AND seconds_between(asked_at, left_at) <= chat_short_abandon_s   THEN 'excluded: short abandon'
  -- where a departure ended the round, open_s is the time up to it
  WHEN left_at IS NOT NULL AND open_s IS NULL                           THEN 'unmeasurable: no calendar for that day'
  WHEN left_at IS NOT NULL AND open_s = 0                               THEN 'excluded: left outside hours'
  ELSE 'missed'
END
