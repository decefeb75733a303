/*
metric: contact.repeat_rate@1
name: {zh: 重复来访率, en: Repeat contact rate}
text:
  zh: 结束后 window_h 小时内（含）同一客户就同一事项再次来访的人工接触 ÷ 人工接触；任何渠道与队列的来访都算，呼损也算；每次接触只计一次，记在前一次接触的最后处理人名下。
  en: Contacts that the same customer repeated, about the same matter, within window_h hours (inclusive) of their end / contacts handled by a person. A contact of any channel and queue repeats, an abandoned call too; each contact counts once and is charged to the last agent who handled it, the earlier one.
population: next_contact
aggregate: share
numerator: missed
partition: customer
better: lower
terms:
  same: {choices: [topic, order, any], default: topic, of_population: "true", zh: 何为同一事项, en: what makes it the same matter}
  window_h: {unit: h, default: "2", at_least: "0", at_most: "2160", of_population: "true", zh: 观察小时数, en: hours within which a contact repeats}
*/
CASE
  WHEN contradicting                                                            THEN 'unmeasurable: contradicting deliveries'
  WHEN customer_id IS NULL                                                      THEN 'unmeasurable: no customer'
  WHEN same = 'topic' AND topic IS NULL                                         THEN 'unmeasurable: no topic'
  WHEN same = 'order' AND order_id IS NULL                                      THEN 'unmeasurable: no order'
  WHEN seconds_between(ended_at, repeated_at) <= window_h * 3600                THEN 'missed'
  WHEN seconds_between(ended_at, known_until_at) > window_h * 3600              THEN 'met'
  ELSE 'pending'
END
