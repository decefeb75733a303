/*
metric: chat.response_percentile@1
name: {zh: 响应时长分位数, en: Chat response percentile}
text:
  zh: 各轮次的响应时长（服务时间内的秒数）从短到长排列，第 percentile 百分位（最近秩）。会话在 target_s 秒内结束而未回复的末轮剔除，超时的排在最后。
  en: The nearest-rank percentile of service seconds from a round's first line to a person's line. An unanswered last round closed within target_s seconds is excluded, later it counts as longer than any.
population: chat_round
aggregate: percentile
amount: response_s
unit: s
better: lower
terms:
  percentile: {unit: percent, default: "90", at_least: "0.000001", at_most: "100", zh: 百分位, en: percentile}
  target_s: {unit: s, default: "30", at_least: "0", at_most: "86400", zh: 目标秒数, en: target in seconds}
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
  WHEN open_s IS NULL                                                   THEN 'unmeasurable: no calendar for that day'
  WHEN open_s <= target_s                                               THEN 'excluded: closed within target'
  ELSE 'counted: longer than any'
END
