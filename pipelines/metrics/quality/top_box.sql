/*
metric: quality.top_box@1
name: {zh: 最高分占比, en: Top box}
text:
  zh: 最后一次有效评分为其量表最高分的接触 ÷ 有有效评分的接触。其他量表的评分在 convert 为 refuse 时不可测，否则按其自己的最高分判断。
  en: >-
    Contacts whose last valid rating is the highest answer of its own scale / contacts with a valid rating. A rating on another
    scale than the contract's is unmeasurable under refuse, and else judged by the highest answer of its own.
population: surveyed_contact
aggregate: share
amount: answer
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
  WHEN contradicting                                                          THEN 'unmeasurable: contradicting deliveries'
  WHEN answer IS NULL AND has_unknown_scale                                   THEN 'unmeasurable: another scale'
  WHEN answer IS NULL AND has_off_scale                                       THEN 'unmeasurable: off-scale rating'
  WHEN answer IS NULL AND may_still_answer                                    THEN 'pending'
  WHEN answer IS NULL                                                         THEN 'excluded: no answer'
  WHEN convert = 'refuse' AND NOT is_on_contract_scale                        THEN 'unmeasurable: another scale'
  WHEN answer = highest_answer                                                THEN 'met'
  ELSE 'missed'
END
