/*
metric: quality.sampling_rate@1
name: {zh: 质检抽样率, en: Sampling rate of inspections}
text:
  zh: 被抽检的人工接触 ÷ 人工接触。
  en: Contacts handled by a person that were inspected / contacts handled by a person.
population: sampled_contact
aggregate: share
better: higher
interval: wilson
terms: {}
*/
CASE
  WHEN is_inspected    THEN 'met'
  ELSE 'missed'
END
