/*
metric: contact.complaint_rate@1
name: {zh: 万次投诉率, en: "Complaints per 10,000 contacts"}
text:
  zh: 认定成立的投诉 × 10,000 ÷ 人工接触；投诉按其日期（by 为 contact 时按其所指接触的日期）归属；尚未认定的待定；并入另一投诉的只计存续的一件。
  en: Upheld complaints x 10,000 / contacts handled by a person. A complaint is of the day of its opening (by contact - of the contact that it names); an undecided one is pending; one merged into another complaint counts there.
population: complaint_and_contact
aggregate: per
per: "10000"
unit: per_10000
better: lower
terms:
  by: {choices: [complaint, contact], default: complaint, of_population: "true", zh: 归属日期, en: whose day counts}
  case_types: {unit: list, default: "complaint", zh: 视为投诉的工单类型, en: types of case that are complaints}
*/
CASE
  WHEN NOT is_case                                                       THEN 'counted: handled contact'
  WHEN NOT coalesce(list_contains(case_types, case_type), false)         THEN 'outside: another type of case'
  WHEN coalesce(list_contains(case_types, survivor_type), false)         THEN 'outside: merged into another case'
  WHEN contradicting                                                     THEN 'unmeasurable: contradicting deliveries'
  WHEN is_of_no_contact                                                  THEN 'unmeasurable: contact not in the logs'
  WHEN upheld                                                            THEN 'missed'
  WHEN NOT upheld                                                        THEN 'met'
  ELSE 'pending'
END
