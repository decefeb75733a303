/*
metric: quality.csat@1
name: {zh: 客户满意度, en: Customer satisfaction}
text:
  zh: 有效评分之和 ÷ 有效评分数；每次接触取最后一次有效评分，未作答的剔除并另计。
  en: Sum of valid ratings / valid ratings; the last valid rating of a contact counts, unanswered invitations are excluded and counted beside it.
population: surveyed_contact
aggregate: mean
amount: rating
unit: points
better: higher
terms:
  scale_low: {unit: points, default: "1", at_least: "0", at_most: "100", of_population: "true", zh: 量表下限, en: lowest rating}
  scale_high: {unit: points, default: "5", at_least: "1", at_most: "100", of_population: "true", zh: 量表上限, en: highest rating}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", of_population: "true", zh: 评价有效小时数, en: hours after the contact's end in which a rating counts}
*/
CASE
  WHEN contradicting            THEN 'unmeasurable: contradicting deliveries'
  WHEN rating IS NOT NULL       THEN 'counted'
  WHEN has_off_scale            THEN 'unmeasurable: off-scale rating'
  WHEN may_still_answer         THEN 'pending'
  ELSE 'excluded: no answer'
END
