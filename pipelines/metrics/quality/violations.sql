/*
metric: quality.violations@1
name: {zh: 服务违规数, en: Service violations}
text:
  zh: 最后一次质检发现的 kinds 所列违规数，每种每次接触计一次（kinds 为空时计任何违规；只有致命差错而未列种类的计一次），并按种类列出。
  en: Violations of the kinds listed that the last inspections found, each kind once a contact (none listed, any kind; a fatal error without a kind counts once); listed by kind.
population: inspected_contact
aggregate: count
numerator: missed
amount: >-
  CASE WHEN len(kinds) = 0 THEN greatest(len(list_distinct(violations)), CAST(fatal AS INTEGER))
  ELSE len(list_intersect(list_distinct(violations), kinds)) END
listed: >-
  CASE WHEN len(kinds) > 0 THEN list_intersect(violations, kinds) WHEN fatal AND len(violations) = 0 THEN ['fatal error']
  ELSE violations END
unit: violations
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
