/*
metric: phone.minutes@1
name: {zh: 通话分钟数, en: Minutes of calls}
text:
  zh: 人工接通的通话的通话与保持时长之和，按通话所属期间；每通可向上取整到 6 秒或 60 秒；with_wrap 时含话后处理。以秒累计，最后除以 60。计费的数量。
  en: Talk and hold of calls that a person answered, in the period of the call, each call rounded up to 6 or 60 seconds where agreed; with_wrap adds the wrap-up. Added up in seconds, divided by 60 at the end. The quantity of fees per minute.
population: handled_call
aggregate: sum
amount: >-
  seconds_of_us(rounded_up(
    CAST((talk_s + hold_s + CASE with_wrap WHEN 'true' THEN wrap_s ELSE 0 END) * 1000000 AS BIGINT),
    CASE round_each WHEN '6s' THEN 6000000 WHEN '60s' THEN 60000000 ELSE 1 END))
per: "60"
unit: min
better: lower
terms:
  round_each: {choices: [none, 6s, 60s], default: none, zh: 每通向上取整, en: each call is rounded up to}
  with_wrap: {choices: ["false", "true"], default: "false", zh: 含话后处理, en: with wrap-up}
  direction: {choices: [inbound, outbound, both], default: inbound, zh: 呼叫方向, en: direction of the calls}
*/
CASE
  WHEN direction <> 'both' AND call_direction <> direction         THEN 'outside: of another direction'
  WHEN contradicting                                               THEN 'unmeasurable: contradicting deliveries'
  WHEN is_open                                                     THEN 'pending'
  WHEN talk_s IS NULL OR hold_s IS NULL
    OR (with_wrap = 'true' AND wrap_s IS NULL)                     THEN 'unmeasurable: missing part'
  WHEN is_negative                                                 THEN 'unmeasurable: negative part'
  ELSE 'counted'
END
