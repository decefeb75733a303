/*
metric: chat.first_response@1
name: {zh: 在线首次响应率, en: Chat first response within}
text:
  zh: 首次响应时长不超过 within_s 秒的会话 ÷ 转人工且客户有发言的会话。问候语、自动回复、机器人与客户发言之前的话不算响应；只计服务时间内的秒数。按客户日计时，同一客户同日的会话合计一次，取其中最差者（或首个）。
  en: Sessions answered by a person within within_s seconds / sessions routed to people in which the customer wrote. Greetings, auto-replies, the bot and lines typed before the question answer nothing; only service seconds count. By customer-day, a customer's sessions of a day count once, as the worst of them (or the first).
population: chat_session
group: {key: customer_and_day, unless: {grain: session}, order: [missed, pending, unmeasurable, met, excluded], first_if: {customer_day: first}}
aggregate: share
partition: customer
better: higher
amount: response_s
unit: share
terms:
  within_s: {unit: s, default: "30", at_least: "0", at_most: "86400", zh: 响应秒数, en: seconds to respond within}
  chat_short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时离开秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  start: {choices: [request, handoff, opening], default: request, of_population: "true", zh: 计时起点, en: start of the clock}
  outside_hours: {choices: [service_seconds, out_of_population], default: service_seconds, zh: 服务时间外, en: outside service hours}
  grain: {choices: [session, customer_day], default: session, zh: 计数单位, en: what counts once}
  customer_day: {choices: [all, first], default: all, zh: 同一客户同日取哪些会话, en: which sessions of a customer's day count}
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
  -- left before an answer
  WHEN left_at IS NOT NULL AND chat_short_abandon_s > 0
       AND seconds_between(asked_at, left_at) <= chat_short_abandon_s   THEN 'excluded: short abandon'
  WHEN left_at IS NOT NULL AND left_s IS NULL                           THEN 'unmeasurable: no calendar for that day'
  WHEN left_at IS NOT NULL AND left_s = 0                               THEN 'excluded: left outside hours'
  WHEN left_at IS NOT NULL AND left_s <= within_s                       THEN 'excluded: left within target'
  WHEN left_at IS NOT NULL                                              THEN 'missed'
  WHEN closed_at IS NOT NULL                                            THEN 'missed'
  WHEN open_s IS NULL                                                   THEN 'unmeasurable: no calendar for that day'
  WHEN open_s > within_s                                                THEN 'missed: not yet done'
  ELSE 'pending'
END
