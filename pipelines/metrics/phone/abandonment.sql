/*
metric: phone.abandonment@1
name: {zh: 放弃率, en: Abandonment rate}
text:
  zh: 短时放弃之后的放弃量 ÷（呼入量 − 短时放弃量）。已回呼接通的计入分母，未回呼的不计。
  en: Calls abandoned after short_abandon_s seconds / (offered − short abandons). A call-back is in the base once the customer is reached.
population: offered_call
aggregate: share
numerator: missed
better: lower
terms:
  short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时放弃秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  out_of_hours: {choices: [exclude, count], default: exclude, zh: 服务时间外的来电, en: calls offered outside service hours}
*/
CASE
  WHEN out_of_hours = 'exclude' AND in_service_hours IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN out_of_hours = 'exclude' AND NOT in_service_hours     THEN 'excluded: outside service hours'
  WHEN contradicting                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN is_callback AND reached_at IS NOT NULL                THEN 'met'
  WHEN is_callback AND NOT promise_passed                    THEN 'pending'
  WHEN is_callback AND ambiguous_time                        THEN 'unmeasurable: ambiguous time'
  WHEN is_callback                                           THEN 'excluded: call-back'
  WHEN outcome = 'open'                                      THEN 'pending'
  WHEN outcome IN ('answered', 'lost')                       THEN 'met'
  WHEN ambiguous_wait                                        THEN 'unmeasurable: ambiguous time'
  WHEN wait_s IS NULL                                        THEN 'unmeasurable: no queue time'
  WHEN wait_s < 0                                            THEN 'unmeasurable: negative queue time'
  WHEN short_abandon_s > 0 AND wait_s <= short_abandon_s     THEN 'excluded: short abandon'
  ELSE 'missed'
END
