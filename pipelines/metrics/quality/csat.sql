/*
metric: quality.csat@1
name: {zh: 客户满意度, en: Customer satisfaction}
text:
  zh: 有效评分之和 ÷ 有效评分数；每次接触取其到达起至结束后 window_h 小时内最后一次有效评分（按该评分自己的量表判断是否有效）。其他量表的评分按 convert 处理：refuse 为不可测，linear 为两端对两端的线性折算，proportion 为按最高分比例折算；折算后保留六位小数。未作答的剔除并另计。
  en: >-
    Sum of valid ratings / valid ratings. The last valid rating counts, of those given from the contact's arrival to window_h hours
    after its end; whether it is valid is judged on its own scale. A rating on another scale than the contract's is unmeasurable
    (refuse), moved so that both ends meet (linear), or keeps its share of the highest answer (proportion), rounded once to six
    decimals. Unanswered invitations are excluded and counted beside it.
population: surveyed_contact
aggregate: mean
amount: rating
unit: points
better: higher
interval: t
check: scale_low <= scale_high
terms:
  scale_low: {unit: points, default: "1", at_least: "0", at_most: "100", of_population: "true", zh: 量表下限, en: lowest rating}
  scale_high: {unit: points, default: "5", at_least: "1", at_most: "100", of_population: "true", zh: 量表上限, en: highest rating}
  window_h: {unit: h, default: "168", at_least: "0", at_most: "2160", of_population: "true", zh: 评价有效小时数, en: hours after the contact's end in which a rating counts}
  convert: {choices: [refuse, linear, proportion], default: refuse, of_population: "true", zh: 其他量表的评分, en: ratings on another scale}
*/
CASE
  WHEN contradicting                              THEN 'unmeasurable: contradicting deliveries'
  WHEN rating IS NOT NULL                         THEN 'counted'
  WHEN answer IS NOT NULL OR has_unknown_scale    THEN 'unmeasurable: another scale'
  WHEN has_off_scale                              THEN 'unmeasurable: off-scale rating'
  WHEN may_still_answer                           THEN 'pending'
  ELSE 'excluded: no answer'
END
