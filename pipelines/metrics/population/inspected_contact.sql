-- inspected_contact: contacts that were inspected, one row a contact, with its last inspection (metrics.md, section 8).
-- A fatal error zeroes all scores of that inspection.
-- log: inspection_source
WITH contact AS (
$contacts
    UNION ALL BY NAME
    SELECT DISTINCT ON (source, case_id) 'case' AS channel, source, case_id AS contact_id, begins_at AS arrival_at,
           last_at AS ended_at, queue, agent_id, customer_id, topic, load_id, true AS was_answered
    FROM item_case WHERE begins_at >= $since_at AND begins_at < $until_at AND cycle = 1
), inspection AS (
    SELECT * FROM item_inspection WHERE coalesce(inspected_at <= $cut_off_at, true)
), inspected AS (
    SELECT contact.* REPLACE (coalesce(contact.contradicting, false) OR i.contradicting AS contradicting,
                              coalesce(i.agent_id, contact.agent_id) AS agent_id,
                              greatest(contact.load_id, i.load_id) AS load_id),
           i.source AS inspection_source, i.inspection_id, i.inspected_at, i.accuracy, i.attitude, i.total,
           coalesce(i.fatal, false) AS fatal, coalesce(i.violations, []) AS violations
    FROM inspection i JOIN contact
      ON i.contact_channel = contact.channel AND i.contact_id = contact.contact_id
     AND coalesce(i.contact_source, contact.source) = contact.source
), last_inspection AS (
    SELECT * FROM inspected
    QUALIFY row_number() OVER (PARTITION BY channel, source, contact_id
                               ORDER BY inspected_at DESC NULLS LAST, inspection_id DESC, inspection_source DESC) = 1
), stray AS (
    -- made in these days of a contact that none of them has: of another month, or of no log at all
    SELECT * FROM inspection
    ANTI JOIN (SELECT inspection_source AS source, inspection_id FROM inspected) USING (source, inspection_id)
    WHERE inspected_at >= $since_at AND inspected_at < $until_at
), known AS (
    SELECT stray.source, stray.inspection_id
    FROM (SELECT 'phone' AS channel, source, call_id AS contact_id FROM item_call
          UNION ALL SELECT 'chat', source, session_id FROM item_session
          UNION ALL SELECT 'email', source, thread_id FROM item_thread
          UNION ALL SELECT 'case', source, case_id FROM item_case) anywhere
    JOIN stray ON stray.contact_channel = anywhere.channel AND stray.contact_id = anywhere.contact_id
    WHERE coalesce(stray.contact_source, anywhere.source) = anywhere.source
), nowhere AS (
    SELECT contact_channel AS channel, coalesce(contact_source, source) AS source, contact_id,
           min(inspected_at) AS arrival_at, max(load_id) AS load_id, min(source) AS inspection_source
    FROM stray ANTI JOIN known USING (source, inspection_id) GROUP BY ALL
), candidate AS (
    SELECT *, CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue'
                   WHEN NOT coalesce(was_answered, false) THEN 'nobody handled it' END AS outside
    FROM last_inspection
    UNION ALL BY NAME
    SELECT *, 'contact not in the logs' AS outside FROM nowhere
)
SELECT source AS item_source, contact_id AS item_id, channel, arrival_at, $service_on AS service_on, queue, agent_id,
       customer_id, customer_type, topic, load_id, outside,
       CASE WHEN fatal THEN 0 ELSE accuracy END AS accuracy, CASE WHEN fatal THEN 0 ELSE attitude END AS attitude,
       CASE WHEN fatal THEN 0 ELSE total END AS total, fatal, violations, contradicting,
       inspection_source
FROM candidate
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
