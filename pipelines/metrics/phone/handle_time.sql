/*
metric: phone.handle_time@1
name: {zh: 平均处理时长, en: Average handle time}
text:
  zh: 每段已接通通话的通话、保持与话后处理时长之和 ÷ 段数，按来电所属期间。
  en: Seconds of talk, hold and wrap-up of handled legs / handled legs, in the period of their call.
population: call_leg
aggregate: mean
amount: talk_s + hold_s + wrap_s
unit: s
better: lower
*/
CASE
  WHEN contradicting                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN is_open                                                  THEN 'pending'
  WHEN talk_s IS NULL OR hold_s IS NULL OR wrap_s IS NULL       THEN 'unmeasurable: missing part'
  WHEN least(talk_s, hold_s, wrap_s) < 0                        THEN 'unmeasurable: negative part'
  ELSE 'counted'
END
