/*
metric: phone.connect_rate@1
name: {zh: 电话接通率, en: Connect rate}
text:
  zh: 接通量 ÷（呼入量 − 短时放弃量）。排队不超过 short_abandon_s 秒即挂断的，客服来不及接听，剔除；约定时间内回呼到客户的算接通，同一客户的重拨可并为一次。
  en: Answered / (offered − short abandons). A caller who hung up within short_abandon_s seconds could not have been saved by anybody, and is excluded. A call-back counts as answered when the customer is reached as promised; retries may be merged.
population: offered_call
aggregate: share
partition: customer
better: higher
terms:
  short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时放弃秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  retries_merge_min:
    unit: min
    default: "0"
    at_least: "0"
    at_most: "1440"
    of_population: "true"
    zh: 未接通后几分钟内的重拨并为一次（0 为不合并）
    en: minutes after an unanswered attempt in which the next one is the same (0 = off)
  out_of_hours: {choices: [exclude, count], default: exclude, zh: 服务时间外的来电, en: calls offered outside service hours}
group:
  key: first_attempt
  unless: {retries_merge_min: "0"}
  order: [met, pending, missed, unmeasurable, excluded]
*/
CASE
  WHEN out_of_hours = 'exclude' AND in_service_hours IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN out_of_hours = 'exclude' AND NOT in_service_hours     THEN 'excluded: outside service hours'
  WHEN contradicting                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN is_callback AND promised_at IS NULL AND reached_at IS NOT NULL THEN 'met'
  WHEN is_callback AND reached_at IS NULL AND NOT promise_passed THEN 'pending'
  WHEN is_callback AND ambiguous_time                        THEN 'unmeasurable: ambiguous time'
  WHEN is_callback AND reached_at <= promised_at             THEN 'met'
  WHEN is_callback AND reached_at IS NULL                    THEN 'missed: not yet done'
  WHEN is_callback                                           THEN 'missed'
  WHEN outcome = 'open'                                      THEN 'pending'
  WHEN outcome = 'answered'                                  THEN 'met'
  WHEN outcome = 'lost'                                      THEN 'missed'
  WHEN ambiguous_wait                                        THEN 'unmeasurable: ambiguous time'
  WHEN wait_s IS NULL                                        THEN 'unmeasurable: no queue time'
  WHEN wait_s < 0                                            THEN 'unmeasurable: negative queue time'
  WHEN short_abandon_s > 0 AND wait_s <= short_abandon_s     THEN 'excluded: short abandon'
  ELSE 'missed'
END
