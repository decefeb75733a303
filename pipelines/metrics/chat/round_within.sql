/*
metric: chat.round_within@1
name: {zh: 轮次及时回复率, en: Chat rounds answered within}
text:
  zh: within_s 秒内得到人工回复的轮次 ÷ 全部轮次。会话在时限内结束而未回复的末轮剔除，超时的算未达。
  en: Rounds answered by a person within within_s service seconds / rounds. An unanswered last round closed within the target is excluded, later it is missed.
population: chat_round
aggregate: share
amount: response_s
better: higher
terms:
  within_s: {unit: s, default: "180", at_least: "0", at_most: "86400", zh: 回复秒数, en: seconds to answer within}
  outside_hours: {choices: [service_seconds, out_of_population], default: service_seconds, zh: 服务时间外, en: outside service hours}
  split_after_min: {unit: min, default: "0", at_least: "0", at_most: "10080", of_population: "true", zh: 静默多少分钟后算新会话（0 为不拆分）, en: minutes of silence that split a session (0 = off)}
  period_by: {choices: [arrival, due, end], default: arrival, of_population: "true", zh: 归属期间, en: what decides the period}
*/
CASE
  WHEN in_service_hours IS NULL                                         THEN 'unmeasurable: no calendar for that day'
  WHEN outside_hours = 'out_of_population' AND NOT in_service_hours     THEN 'outside: outside service hours'
  WHEN contradicting                                                    THEN 'unmeasurable: contradicting deliveries'
  WHEN no_request_time                                                  THEN 'unmeasurable: no request time'
  WHEN ambiguous_time                                                   THEN 'unmeasurable: ambiguous time'
  WHEN is_negative                                                      THEN 'unmeasurable: negative interval'
  WHEN answered_at IS NOT NULL AND response_s IS NULL                   THEN 'unmeasurable: no calendar for that day'
  WHEN response_s <= within_s                                           THEN 'met'
  WHEN answered_at IS NOT NULL                                          THEN 'missed'
  WHEN open_s IS NULL                                                   THEN 'unmeasurable: no calendar for that day'
  WHEN is_open AND open_s > within_s                                    THEN 'missed: not yet done'
  WHEN is_open                                                          THEN 'pending'
  WHEN open_s <= within_s                                               THEN 'excluded: closed within target'
  ELSE 'missed'
END
