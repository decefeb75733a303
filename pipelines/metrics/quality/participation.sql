/*
metric: quality.participation@1
name: {zh: 评价参与率, en: Survey participation}
text:
  zh: 在期限内给出有效评分（按其自己的量表）的接触 ÷ 受邀评价的接触；仍可作答的待定，只有超出量表的评分不算作答。
  en: >-
    Contacts with a valid rating (on its own scale) in time / contacts whose customer was asked. Who may still answer is pending;
    an off-scale rating alone is no answer.
population: surveyed_contact
aggregate: share
better: higher
interval: wilson
check: scale_low <= scale_high
terms:
  scale_low: {unit: points, default: "1", at_least: "0", at_most: "100", of_population: "true", zh: 量表下限, en: lowest rating}
  scale_high: {unit: points, default: "5", at_least: "1", at_most: "100", of_population: "true", zh: 量表上限, en: highest rating}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", of_population: "true", zh: 评价有效小时数, en: hours after the contact's end in which a rating counts}
  convert: {choices: [refuse, linear, proportion], default: refuse, of_population: "true", zh: 其他量表的评分, en: ratings on another scale}
*/
CASE
  WHEN contradicting         THEN 'unmeasurable: contradicting deliveries'
  WHEN answer IS NOT NULL    THEN 'met'
  WHEN has_unknown_scale     THEN 'unmeasurable: another scale'
  WHEN may_still_answer      THEN 'pending'
  ELSE 'missed'
END
