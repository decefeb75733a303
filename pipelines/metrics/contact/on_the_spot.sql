/*
metric: contact.on_the_spot@1
name: {zh: 当场解决率, en: First-contact resolution}
text:
  zh: 当场解决（evidence：客服标记；客户问卷答复；或 window_h 小时内无同一客户的重复来访）、未转二线、window_h 小时内未立案的人工接触 ÷ 人工接触。
  en: Contacts resolved on the spot (evidence - the agent's flag; the customer's answer when asked; or no further contact by the same customer within window_h hours), not passed to the second line and without a case within window_h hours / contacts handled by a person.
population: handled_contact
population_if: {evidence: {survey: asked_contact, no_repeat: repeated_contact}}
aggregate: share
partition: customer
better: higher
terms:
  evidence: {choices: [agent_flag, survey, no_repeat], default: agent_flag, zh: 何以为证, en: evidence}
  same: {choices: [topic, order, any], default: topic, of_population: "true", zh: 何为同一事项, en: what makes it the same matter}
  second_line: {unit: list, default: "", zh: 二线队列, en: queues of the second line}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", of_population: "true", zh: 观察小时数, en: "hours within which a case, a repeat or an answer counts"}
*/
CASE
  WHEN contradicting                                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN list_has_any(later_queues, second_line)                                  THEN 'missed'
  WHEN seconds_between(ended_at, case_opened_at) <= window_h * 3600             THEN 'missed'
  WHEN evidence = 'agent_flag' AND resolved                                     THEN 'met'
  WHEN evidence = 'agent_flag' AND NOT resolved                                 THEN 'missed'
  WHEN evidence = 'agent_flag' AND is_open                                      THEN 'pending'
  WHEN evidence = 'agent_flag'                                                  THEN 'unmeasurable: no flag'
  WHEN evidence = 'survey' AND is_said_twice                                    THEN 'unmeasurable: contradicting deliveries'
  WHEN evidence = 'survey' AND said_resolved                                    THEN 'met'
  WHEN evidence = 'survey' AND NOT said_resolved                                THEN 'missed'
  WHEN evidence = 'survey' AND is_asked AND seconds_between(ended_at, known_until_at) <= window_h * 3600 THEN 'pending'
  WHEN evidence = 'survey'                                                      THEN 'excluded: no answer'
  WHEN customer_id IS NULL                                                      THEN 'unmeasurable: no customer'
  WHEN same = 'topic' AND topic IS NULL                                         THEN 'unmeasurable: no topic'
  WHEN same = 'order' AND order_id IS NULL                                      THEN 'unmeasurable: no order'
  WHEN seconds_between(ended_at, repeated_at) <= window_h * 3600                THEN 'missed'
  WHEN seconds_between(ended_at, known_until_at) > window_h * 3600              THEN 'met'
  ELSE 'pending'
END
