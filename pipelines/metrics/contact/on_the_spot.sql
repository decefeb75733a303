/*
metric: contact.on_the_spot@1
name: {zh: 当场解决率, en: First-contact resolution}
text:
  zh: 客服标记已当场解决、且未转二线、window_h 小时内未立案的人工接触 ÷ 人工接触。
  en: Contacts flagged as resolved by the agent, not passed to the second line and without a case within window_h hours / contacts handled by a person.
population: handled_contact
aggregate: share
better: higher
terms:
  second_line: {unit: list, default: "", zh: 二线队列, en: queues of the second line}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", zh: 立案观察小时数, en: hours within which a case counts}
*/
CASE
  WHEN contradicting                                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN list_has_any(coalesce(later_queues, []), second_line)                    THEN 'missed'
  WHEN seconds_between(ended_at, case_opened_at) <= window_h * 3600             THEN 'missed'
  WHEN resolved IS NULL                                                         THEN 'unmeasurable: no flag'
  WHEN resolved                                                                 THEN 'met'
  ELSE 'missed'
END
