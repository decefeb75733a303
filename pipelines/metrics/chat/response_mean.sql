/*
metric: chat.response_mean@1
name: {zh: 平均响应时长, en: Mean chat response time}
text:
  zh: 各轮次的响应时长（服务时间内的秒数）之和 ÷ 已响应轮次数。
  en: Service seconds from a round's first line to a person's line / rounds answered.
population: chat_round
aggregate: mean
amount: response_s
unit: s
better: lower
terms:
  outside_hours: {choices: [service_seconds, out_of_population], default: service_seconds, zh: 服务时间外, en: outside service hours}
  split_after_min: {unit: min, default: "0", at_least: "0", at_most: "10080", of_population: "true", zh: 静默多少分钟后算新会话（0 为不拆分）, en: minutes of silence that split a session (0 = off)}
*/
CASE
  WHEN in_service_hours IS NULL                                         THEN 'unmeasurable: no calendar for that day'
  WHEN outside_hours = 'out_of_population' AND NOT in_service_hours     THEN 'outside: outside service hours'
  WHEN contradicting                                                    THEN 'unmeasurable: contradicting deliveries'
  WHEN no_request_time                                                  THEN 'unmeasurable: no request time'
  WHEN ambiguous_time                                                   THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                                      THEN 'unmeasurable: negative interval'
  WHEN answered_at IS NOT NULL AND response_s IS NULL                   THEN 'unmeasurable: no calendar for that day'
  WHEN answered_at IS NOT NULL                                          THEN 'counted'
  WHEN is_open                                                          THEN 'pending'
  ELSE 'excluded: never answered'
END
