-- inspected_contact: contacts that were inspected, one row a contact, with its last inspection (metrics.md, section 8).
-- A fatal error zeroes all scores of that inspection.
-- log: inspection_source
WITH contact AS (
$contacts
    UNION ALL BY NAME
    SELECT DISTINCT ON (source, case_id) 'case' AS channel, source, case_id AS contact_id, begins_at AS arrival_at,
           last_at AS ended_at, queue, agent_id, customer_id, topic, load_id, true AS was_answered
    FROM item_case WHERE begins_at >= $since_at AND begins_at < $until_at AND cycle = 1
), inspected AS (
    SELECT contact.* REPLACE (coalesce(contact.contradicting, false) OR i.contradicting AS contradicting,
                              coalesce(i.agent_id, contact.agent_id) AS agent_id,
                              greatest(contact.load_id, i.load_id) AS load_id), i.source AS inspection_source, i.accuracy, i.attitude, i.total,
           coalesce(i.fatal, false) AS fatal, coalesce(i.violations, []) AS violations
    FROM item_inspection i JOIN contact
      ON i.contact_channel = contact.channel AND i.contact_id = contact.contact_id
     AND coalesce(i.contact_source, contact.source) = contact.source
    WHERE coalesce(i.inspected_at <= $cut_off_at, true)
    QUALIFY row_number() OVER (PARTITION BY contact.channel, contact.source, contact.contact_id
                               ORDER BY i.inspected_at DESC NULLS LAST, i.inspection_id DESC) = 1
)
SELECT source AS item_source, contact_id AS item_id, channel, arrival_at, $service_on AS service_on, queue, agent_id,
       customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue'
            WHEN NOT coalesce(was_answered, false) THEN 'nobody handled it' END AS outside,
       CASE WHEN fatal THEN 0 ELSE accuracy END AS accuracy, CASE WHEN fatal THEN 0 ELSE attitude END AS attitude,
       CASE WHEN fatal THEN 0 ELSE total END AS total, fatal, violations, contradicting,
       inspection_source
FROM inspected
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
