/*
metric: contact.resolution_gap@1
name: {zh: 解决率落差, en: Gap between declared and inferred resolution}
text:
  zh: （声称当场解决而其后重复来访的接触 − 未声称而其后无重复来访的接触）÷ 两种口径均可判定的接触，即声称的解决率减去推断的解决率；转二线或 window_h 小时内立案的，两种口径均算未解决。
  en: (contacts declared resolved that were repeated - contacts not declared resolved that were not) / contacts that both ways decide - the declared rate less the inferred rate. Passed to the second line, or with a case within window_h hours, is unresolved either way.
population: repeated_contact
aggregate: difference
weights: {"counted: declared only": "1", "counted: inferred only": "-1"}
unit: share
partition: customer
better: lower
terms:
  declared: {choices: [agent_flag, survey], default: agent_flag, zh: 由谁声称, en: who declares it}
  same: {choices: [topic, order, any], default: topic, of_population: "true", zh: 何为同一事项, en: what makes it the same matter}
  second_line: {unit: list, default: "", zh: 二线队列, en: queues of the second line}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", of_population: "true", zh: 观察小时数, en: "hours within which a case, a repeat or an answer counts"}
*/
CASE
  WHEN contradicting                                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN list_has_any(later_queues, second_line)                                  THEN 'counted: neither'
  WHEN seconds_between(ended_at, case_opened_at) <= window_h * 3600             THEN 'counted: neither'
  -- the inference waits for the window, unless a repeat has been seen or nobody can see one
  WHEN seconds_between(ended_at, known_until_at) <= window_h * 3600
       AND coalesce(seconds_between(ended_at, repeated_at) > window_h * 3600, true) AND customer_id IS NOT NULL
       AND (same <> 'topic' OR topic IS NOT NULL) AND (same <> 'order' OR order_id IS NOT NULL) THEN 'pending'
  WHEN declared = 'agent_flag' AND resolved IS NULL AND is_open                 THEN 'pending'
  WHEN declared = 'survey' AND NOT is_said_twice AND said_resolved IS NULL AND is_asked
       AND seconds_between(ended_at, known_until_at) <= window_h * 3600         THEN 'pending'
  WHEN customer_id IS NULL                                                      THEN 'unmeasurable: no customer'
  WHEN same = 'topic' AND topic IS NULL                                         THEN 'unmeasurable: no topic'
  WHEN same = 'order' AND order_id IS NULL                                      THEN 'unmeasurable: no order'
  WHEN declared = 'agent_flag' AND resolved IS NULL                             THEN 'unmeasurable: no flag'
  WHEN declared = 'survey' AND is_said_twice                                    THEN 'unmeasurable: contradicting deliveries'
  WHEN declared = 'survey' AND said_resolved IS NULL                            THEN 'excluded: no answer'
  WHEN CASE declared WHEN 'agent_flag' THEN resolved ELSE said_resolved END
       AND seconds_between(ended_at, repeated_at) <= window_h * 3600            THEN 'counted: declared only'
  WHEN CASE declared WHEN 'agent_flag' THEN resolved ELSE said_resolved END     THEN 'counted: both'
  WHEN seconds_between(ended_at, repeated_at) <= window_h * 3600                THEN 'counted: neither'
  ELSE 'counted: inferred only'
END
