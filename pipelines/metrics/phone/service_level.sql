/*
metric: phone.service_level@1
name: {zh: 电话服务水平, en: Service level}
text:
  zh: 排队 answer_within_s 秒内接通的比例，分母由 formula 指名。
  en: Share of calls answered within answer_within_s seconds of queueing; formula names the denominator.
population: offered_call
aggregate: share
amount: wait_s
better: higher
terms:
  answer_within_s: {unit: s, default: "20", at_least: "0", at_most: "3600", zh: 应答秒数, en: seconds to answer within}
  short_abandon_s: {unit: s, default: "5", at_least: "0", at_most: "120", zh: 短时放弃秒数（0 为不剔除）, en: seconds of a short abandon (0 = off)}
  formula:
    choices:
      - within / answered
      - within / offered
      - within / (offered - short)
      - within / (answered + abandoned after)
      - (within + abandoned within) / offered
      - (within + short) / offered
    default: within / (offered - short)
    zh: 公式
    en: formula
  period_by:
    choices: [arrival, due, end]
    default: arrival
    of_population: "true"
    zh: 计入哪个期间（呼入、到限、结束）
    en: which instant decides the period
  out_of_hours: {choices: [exclude, count], default: exclude, zh: 服务时间外的来电, en: calls offered outside service hours}
check: short_abandon_s <= answer_within_s
*/
CASE
  WHEN out_of_hours = 'exclude' AND in_service_hours IS NULL THEN 'unmeasurable: no calendar for that day'
  WHEN out_of_hours = 'exclude' AND NOT in_service_hours     THEN 'excluded: outside service hours'
  WHEN contradicting                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN is_callback                                           THEN 'excluded: call-back'
  WHEN outcome = 'open' AND (waited_s IS NULL OR waited_s <= answer_within_s) THEN 'pending'
  WHEN outcome = 'open' AND formula = 'within / answered'    THEN 'pending'
  WHEN outcome = 'open' AND ambiguous_wait                   THEN 'unmeasurable: ambiguous time'
  WHEN outcome = 'open'                                      THEN 'missed: not yet done'
  WHEN outcome = 'lost' AND formula = 'within / answered'    THEN 'excluded: never answered'
  WHEN outcome = 'lost'                                      THEN 'missed'
  WHEN ambiguous_wait                                        THEN 'unmeasurable: ambiguous time'
  WHEN wait_s IS NULL                                        THEN 'unmeasurable: no queue time'
  WHEN wait_s < 0                                            THEN 'unmeasurable: negative queue time'
  WHEN outcome = 'answered' AND wait_s <= answer_within_s    THEN 'met'
  WHEN outcome = 'answered'                                  THEN 'missed'
  -- abandoned from here on
  WHEN formula = 'within / answered'                         THEN 'excluded: left before an answer'
  WHEN formula = 'within / (offered - short)'
       AND short_abandon_s > 0 AND wait_s <= short_abandon_s THEN 'excluded: short abandon'
  WHEN formula = '(within + short) / offered'
       AND short_abandon_s > 0 AND wait_s <= short_abandon_s THEN 'met'
  WHEN formula = 'within / (answered + abandoned after)'
       AND wait_s <= answer_within_s                         THEN 'excluded: left within target'
  WHEN formula = '(within + abandoned within) / offered'
       AND wait_s <= answer_within_s                         THEN 'met'
  ELSE 'missed'
END
