-- Contacts that were inspected, by their last inspection: mean accuracy (0 after a fatal error), violations found.
WITH contact AS (
$contacts
), inspected AS (
    SELECT c.was_answered, c.contradicting OR i.contradicting AS contradicting, coalesce(i.fatal, false) AS fatal,
           CASE WHEN i.fatal THEN 0 ELSE i.accuracy END AS accuracy,
           greatest(coalesce(len(list_distinct(i.violations)), 0), CAST(coalesce(i.fatal, false) AS INTEGER)) AS violations
    FROM item_inspection i JOIN contact c ON c.channel = i.contact_channel AND c.contact_id = i.contact_id
    WHERE c.arrival_at >= $since AND c.arrival_at < $until AND c.arrival_at <= $cut_off AND i.inspected_at <= $cut_off
    QUALIFY row_number() OVER (PARTITION BY i.contact_channel, i.contact_id
                               ORDER BY i.inspected_at DESC, i.inspection_id DESC) = 1
), counted AS (
    SELECT count(*) FILTER (NOT was_answered) AS outside, count(*) FILTER (was_answered AND contradicting) AS contradicting,
           count(accuracy) FILTER (was_answered AND NOT contradicting) AS scored,
           sum(accuracy) FILTER (was_answered AND NOT contradicting) AS accuracy,
           count(*) FILTER (was_answered AND NOT contradicting AND accuracy IS NULL) AS unscored,
           count(*) FILTER (was_answered AND NOT contradicting AND violations > 0) AS violating,
           count(*) FILTER (was_answered AND NOT contradicting AND violations = 0) AS clean,
           sum(violations) FILTER (was_answered AND NOT contradicting) AS violations
    FROM inspected
)
SELECT outside AS all__outside, scored AS accuracy__counted, accuracy AS accuracy__amount, 0 AS accuracy__excluded,
       contradicting + unscored AS accuracy__unmeasurable, 0 AS accuracy__pending,
       clean AS violations__met, violating AS violations__missed, violations AS violations__amount, 0 AS violations__excluded,
       contradicting AS violations__unmeasurable, 0 AS violations__pending
FROM counted
