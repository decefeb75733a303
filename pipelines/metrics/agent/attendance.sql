/*
metric: agent.attendance@1
name: {zh: 出勤率, en: Attendance}
text:
  zh: 出勤时长之和 ÷ 排班时长之和，按班次的排班开始日、坐席当时所属的供应商与团队。加班可使其超过 1。排班或出勤时长缺失的班次不可测。席位费的系数。
  en: Attended / scheduled time of shifts, by the day on which they were to begin and the vendor and team of their agents then. Overtime may take it above 1. A shift without a scheduled or an attended time is unmeasurable. The factor of fees per seat.
population: shift
aggregate: ratio
amount: attended_s
whole: scheduled_s
unit: share
better: higher
terms: {}
*/
CASE
  WHEN contradicting                     THEN 'unmeasurable: contradicting deliveries'
  WHEN is_open                           THEN 'pending'
  WHEN scheduled_s IS NULL               THEN 'unmeasurable: no scheduled time'
  WHEN ambiguous_time                    THEN 'unmeasurable: ambiguous time'
  WHEN attended_s IS NULL                THEN 'unmeasurable: no attended time'
  WHEN least(scheduled_s, attended_s) < 0 THEN 'unmeasurable: negative time'
  ELSE 'counted'
END
