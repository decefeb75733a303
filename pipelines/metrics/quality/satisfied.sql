/*
metric: quality.satisfied@1
name: {zh: 满意率, en: Satisfied share}
text:
  zh: 最后一次有效评分属于 satisfied 所列答案的接触 ÷ 有有效评分的接触。每个量表的满意答案各自列出：「4, 5」指合同量表，「1-10:9」指 1–10 量表；某量表没有列出任何答案时，该量表的评分不可测，评分从不折算。
  en: >-
    Contacts whose last valid rating is one of the answers listed in satisfied / contacts with a valid rating. The answers of each
    scale are listed: "4, 5" speaks of the contract's scale, "1-10:9" of the scale 1-10. A rating on a scale of which no answer is
    listed is unmeasurable; no rating is converted.
population: surveyed_contact
aggregate: share
amount: answer
better: higher
interval: wilson
check: scale_low <= scale_high
terms:
  satisfied: {unit: list, default: "4, 5", zh: 视为满意的评分, en: ratings that count as satisfied}
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
  WHEN NOT is_on_contract_scale
       AND len(list_filter(satisfied, lambda entry: starts_with(entry, answer_scale || ':'))) = 0
                                                                              THEN 'unmeasurable: another scale'
  WHEN len(list_filter(satisfied, lambda entry: TRY_CAST(split_part(entry, ':', -1) AS DECIMAL(18, 6)) = answer
       AND CASE WHEN contains(entry, ':') THEN starts_with(entry, answer_scale || ':') ELSE is_on_contract_scale END)) > 0
                                                                              THEN 'met'
  ELSE 'missed'
END
