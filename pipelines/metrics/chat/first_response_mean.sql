/*
metric: chat.first_response_mean@1
name: {zh: 平均首次响应时长, en: Mean chat first response time}
text:
  zh: 已响应会话的首次响应时长（服务时间内的秒数）之和 ÷ 已响应会话数；未响应的另计其数。
  en: Service seconds up to the first response / sessions answered; those never answered are counted beside it.
population: chat_session
aggregate: mean
amount: response_s
unit: s
better: lower
terms:
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
  WHEN left_at IS NOT NULL                                              THEN 'excluded: left before an answer'
  WHEN closed_at IS NOT NULL                                            THEN 'excluded: never answered'
  ELSE 'pending'
END
