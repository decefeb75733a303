/*
metric: contact.follow_up@1
name: {zh: 后续答复及时率, en: Follow-up in time}
text:
  zh: 未当场解决的接触中，within_days 个工作日内给出明确方案或答复的 ÷ 未当场解决的接触；未立案的算未达；客户在时限内撤销的剔除；营业结束时处于暂停的工作日不计。
  en: Contacts not resolved on the spot that got a plan (or were resolved) within within_days working days / contacts not resolved on the spot. One without a case is missed, one withdrawn by the customer in time is excluded; a working day in whose close the case is paused is not counted.
population: handled_contact
aggregate: share
better: higher
terms:
  within_days: {unit: days, default: "3", at_least: "1", at_most: "60", of_population: "true", zh: 工作日数, en: days to follow up within}
  day_kind: {choices: [working, service, natural], default: working, of_population: "true", zh: 日的种类, en: kind of day}
  after_close: {choices: [same_day, next_opening], default: same_day, of_population: "true", zh: 下班后的接触, en: contacts after close}
  or_resolved: {choices: ["true", "false"], default: "true", of_population: "true", zh: 已解决亦算答复, en: resolved counts as answered}
  period_by: {choices: [arrival, due, end], default: arrival, of_population: "true", zh: 归属期间, en: what decides the period}
  second_line: {unit: list, default: "", zh: 二线队列, en: queues of the second line}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", zh: 立案观察小时数, en: hours within which a case counts}
*/
CASE
  WHEN contradicting                                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN resolved AND NOT list_has_any(later_queues, second_line)
       AND coalesce(seconds_between(ended_at, case_opened_at) > window_h * 3600, true) THEN 'outside: resolved on the spot'
  WHEN resolved IS NULL AND is_open AND case_opened_at IS NULL
       AND NOT list_has_any(later_queues, second_line)                          THEN 'pending'
  WHEN resolved IS NULL AND case_opened_at IS NULL
       AND NOT list_has_any(later_queues, second_line)                          THEN 'unmeasurable: no flag'
  WHEN in_time_withdrawn_at AND coalesce(withdrawn_at < done_at, true)          THEN 'excluded: withdrawn'
  WHEN in_time_done_at                                                          THEN 'met'
  WHEN NOT in_time_done_at                                                      THEN 'missed'
  WHEN done_at IS NOT NULL                                                      THEN 'unmeasurable: no holiday notice for that year'
  WHEN NOT in_time_known_until_at AND case_opened_at IS NULL                    THEN 'missed: no case'
  WHEN NOT in_time_known_until_at                                               THEN 'missed: not yet done'
  WHEN in_time_known_until_at                                                   THEN 'pending'
  ELSE 'unmeasurable: no holiday notice for that year'
END
