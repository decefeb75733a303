-- complaint_and_contact: cases, one row a case, and the handled contacts that their number is set against (metrics.md,
-- section 8). A case is of the day of its opening, or, with $by contact, of the arrival of the contact that it names. One that
-- was merged into another of its kind is counted there.
WITH RECURSIVE contact AS (
$contacts
), opened AS (
    SELECT source, case_id, cycle, begins_at, case_type, contact_channel, contact_source, contact_id, customer_id, queue,
           agent_id, topic, load_id, contradicting, into_case_id, merged_at,
           list_filter(events, lambda event: event.upheld IS NOT NULL AND event.happened_at <= $cut_off_at)[-1].upheld AS upheld
    FROM item_case WHERE begins_at <= $cut_off_at
), ruled AS (
    SELECT * EXCLUDE (cycle) REPLACE (min(begins_at) OVER whole AS begins_at,
               last_value(upheld IGNORE NULLS) OVER (whole ORDER BY cycle ROWS BETWEEN UNBOUNDED PRECEDING
                                                     AND UNBOUNDED FOLLOWING) AS upheld)
    FROM opened WINDOW whole AS (PARTITION BY source, case_id)
    QUALIFY row_number() OVER (PARTITION BY source, case_id ORDER BY cycle) = 1
), named AS (
    SELECT DISTINCT contact_channel, contact_source, contact_id FROM ruled WHERE contact_id IS NOT NULL
), $case_contacts, complaint AS (
    SELECT 'case' AS channel, ruled.source, 'case:' || ruled.case_id AS item_id,
           CASE '$by' WHEN 'contact' THEN contacted.arrival_at ELSE begins_at END AS counted_at,
           CASE '$by' WHEN 'contact' THEN coalesce(contacted.queue, ruled.queue)
                      ELSE coalesce(ruled.queue, contacted.queue) END AS queue,
           coalesce(ruled.agent_id, contacted.agent_id) AS agent_id, customer_id, contacted.customer_type,
           coalesce(ruled.topic, contacted.topic) AS topic, ruled.load_id, begins_at, ruled.contact_id AS named_id,
           case_type, ruled.upheld, contradicting,
           (SELECT any_value(survivor.case_type) FROM item_case survivor WHERE survivor.source = ruled.source
             AND survivor.case_id = ruled.into_case_id AND ruled.merged_at <= $cut_off_at AND survivor.case_id <> ruled.case_id)
                                                                          AS survivor_type
    FROM ruled LEFT JOIN contacted
      ON contacted.contact_channel = ruled.contact_channel AND contacted.contact_id = ruled.contact_id
     AND contacted.contact_source = coalesce(ruled.contact_source, '')
), either AS (
    SELECT channel, source, contact_id AS item_id, arrival_at, queue, last_agent_id AS agent_id, customer_id, customer_type,
           topic, load_id, false AS is_case, false AS contradicting
    FROM contact WHERE is_handled
    UNION ALL BY NAME
    SELECT channel, source, item_id, coalesce(counted_at, begins_at) AS arrival_at, queue, agent_id, customer_id,
           customer_type, topic, load_id, true AS is_case, contradicting, case_type, upheld, survivor_type,
           counted_at IS NULL AS is_of_no_contact, named_id
    FROM complaint
)
SELECT source AS item_source, item_id, channel, arrival_at, $service_on AS service_on, queue, agent_id, customer_id,
       customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)               THEN 'another contract''s queue'
            WHEN is_of_no_contact AND named_id IS NULL        THEN 'names no contact'
       END AS outside,
       is_case, contradicting, case_type, upheld, survivor_type, coalesce(is_of_no_contact, false) AS is_of_no_contact
FROM either
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
