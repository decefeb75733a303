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
  or_resolved: {choices: ["true", "false"], default: "true", zh: 已解决亦算答复, en: resolved counts as answered}
  second_line: {unit: list, default: "", zh: 二线队列, en: queues of the second line}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", zh: 立案观察小时数, en: hours within which a case counts}
*/
CASE
  WHEN contradicting                                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN resolved AND NOT list_has_any(coalesce(later_queues, []), second_line)
       AND coalesce(seconds_between(ended_at, case_opened_at) > window_h * 3600, true) THEN 'outside: resolved on the spot'
  WHEN resolved IS NULL AND case_opened_at IS NULL
       AND NOT list_has_any(coalesce(later_queues, []), second_line)            THEN 'unmeasurable: no flag'
  WHEN plan_on = service_on OR (or_resolved = 'true' AND resolved_on = service_on) THEN 'met'
  WHEN days_to_plan_at < within_days                   THEN 'met'
  WHEN or_resolved = 'true' AND days_to_resolved_at < within_days               THEN 'met'
  WHEN due_at IS NULL                                                           THEN 'unmeasurable: no holiday notice for that year'
  WHEN plan_at <= due_at OR (or_resolved = 'true' AND resolved_at <= due_at)    THEN 'met'
  WHEN withdrawn_at <= due_at AND coalesce(withdrawn_at < least(plan_at, resolved_at), true)
                                                                                THEN 'excluded: withdrawn'
  WHEN plan_at IS NOT NULL OR (or_resolved = 'true' AND resolved_at IS NOT NULL) THEN 'missed'
  WHEN known_until_at > due_at AND case_opened_at IS NULL                       THEN 'missed: no case'
  WHEN known_until_at > due_at                                                  THEN 'missed: not yet done'
  ELSE 'pending'
END
