/*
metric: quality.accuracy@1
name: {zh: 答复准确率, en: Inspection accuracy}
text:
  zh: 被抽检接触最后一次质检的该项得分之和 ÷ 被抽检接触数；致命差错使该次质检各项为 0。
  en: Sum of this score over the last inspection of each inspected contact / contacts inspected; a fatal error zeroes all scores of its inspection.
population: inspected_contact
aggregate: mean
amount: accuracy
unit: points
better: higher
interval: t
terms: {}
*/
CASE
  WHEN contradicting       THEN 'unmeasurable: contradicting deliveries'
  WHEN accuracy IS NULL    THEN 'unmeasurable: no score'
  ELSE 'counted'
END
