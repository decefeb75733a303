/*
metric: quality.violations@1
name: {zh: 服务违规数, en: Service violations}
text:
  zh: 最后一次质检发现 kinds 所列违规（kinds 为空时任一违规或致命差错）的接触数。
  en: Contacts whose last inspection found a violation of the kinds listed (none listed, any violation or a fatal error).
population: inspected_contact
aggregate: count
numerator: missed
unit: contacts
better: lower
terms:
  kinds: {unit: list, default: "", zh: 违规种类, en: kinds of violation}
*/
CASE
  WHEN contradicting                                               THEN 'unmeasurable: contradicting deliveries'
  WHEN len(kinds) = 0 AND (fatal OR len(violations) > 0)           THEN 'missed'
  WHEN list_has_any(violations, kinds)                             THEN 'missed'
  ELSE 'met'
END
