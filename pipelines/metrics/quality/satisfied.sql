/*
metric: quality.satisfied@1
name: {zh: 满意率, en: Satisfied share}
text:
  zh: 评分属于 satisfied 所列的接触 ÷ 有有效评分的接触。
  en: Contacts whose rating is one of those listed in satisfied / contacts with a valid rating.
population: surveyed_contact
aggregate: share
amount: rating
better: higher
terms:
  satisfied: {unit: list, default: "4, 5", zh: 视为满意的评分, en: ratings that count as satisfied}
  scale_low: {unit: points, default: "1", at_least: "0", at_most: "100", of_population: "true", zh: 量表下限, en: lowest rating}
  scale_high: {unit: points, default: "5", at_least: "1", at_most: "100", of_population: "true", zh: 量表上限, en: highest rating}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", of_population: "true", zh: 评价有效小时数, en: hours after the contact's end in which a rating counts}
*/
CASE
  WHEN contradicting                                                         THEN 'unmeasurable: contradicting deliveries'
  WHEN rating IS NULL AND has_off_scale                                      THEN 'unmeasurable: off-scale rating'
  WHEN rating IS NULL AND may_still_answer                                   THEN 'pending'
  WHEN rating IS NULL                                                        THEN 'excluded: no answer'
  WHEN list_contains(list_transform(satisfied, lambda answer: CAST(answer AS DECIMAL(18, 6))), rating) THEN 'met'
  ELSE 'missed'
END
