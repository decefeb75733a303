/*
metric: chat.first_response_percentile@1
name: {zh: 首次响应时长分位数, en: Chat first response percentile}
text:
  zh: 首次响应时长（服务时间内的秒数）从短到长排列，第 percentile 百分位（最近秩）。始终未响应与超过 target_s 秒后离开的排在最后。
  en: The nearest-rank percentile of service seconds up to the first response. Sessions never answered, or left after more than target_s seconds, count as longer than any.
population: chat_session
aggregate: percentile
amount: response_s
unit: s
better: lower
terms:
  percentile: {unit: percent, default: "90", at_least: "0.000001", at_most: "100", zh: 百分位, en: percentile}
  target_s: {unit: s, default: "30", at_least: "0", at_most: "86400", zh: 目标秒数, en: target in seconds}
  chat_short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时离开秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  start: {choices: [request, handoff, opening], default: request, of_population: "true", zh: 计时起点, en: start of the clock}
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
  -- left before an answer
  WHEN left_at IS NOT NULL AND chat_short_abandon_s > 0
       AND seconds_between(asked_at, left_at) <= chat_short_abandon_s   THEN 'excluded: short abandon'
  WHEN left_at IS NOT NULL AND left_s IS NULL                           THEN 'unmeasurable: no calendar for that day'
  WHEN left_at IS NOT NULL AND left_s = 0                               THEN 'excluded: left outside hours'
  WHEN left_at IS NOT NULL AND left_s <= target_s                       THEN 'excluded: left within target'
  WHEN left_at IS NOT NULL OR closed_at IS NOT NULL                     THEN 'counted: longer than any'
  ELSE 'pending'
END
