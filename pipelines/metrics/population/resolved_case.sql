-- resolved_case: cycles of cases that were resolved, one row a cycle, of the instant and the day of its first event $to that a
-- person made (metrics.md, section 7): what is paid by the case is of the period in which it was done, at the terms of that
-- day. What happens in a case after it was merged into another is no item: it is counted where it is carried on.
-- channel: case
-- option: to CAST(['resolved'] AS VARCHAR[])
WITH cycle AS (
    SELECT *, list_filter(events, lambda event: list_contains($to, event.kind) AND NOT event.automatic
                                            AND event.happened_at <= $cut_off_at
                                            AND (coalesce(event.happened_at < merged_at, true) OR into_case_id = case_id))[1].happened_at AS resolved_at
    FROM item_case WHERE begins_at <= $cut_off_at
), done AS (
    SELECT *, coalesce(list_filter(events, lambda event: event.kind = 'withdrawn')[1].happened_at < resolved_at, false) AS is_withdrawn,
           row_number() OVER (PARTITION BY source, case_id, is_withdrawn ORDER BY cycle) AS nth_resolution
    FROM cycle WHERE resolved_at IS NOT NULL
), named AS (
    SELECT DISTINCT contact_channel, contact_source, contact_id FROM done
    WHERE contact_id IS NOT NULL AND resolved_at >= $since_at AND resolved_at < $until_at
), $case_contacts, dated AS (
    SELECT done.* REPLACE (coalesce(done.queue, contacted.queue) AS queue, coalesce(done.agent_id, contacted.agent_id) AS agent_id,
                           coalesce(done.topic, contacted.topic) AS topic),
           contacted.customer_type, resolved_at AS arrival_at, 'case' AS channel
    FROM done LEFT JOIN contacted
      ON contacted.contact_channel = done.contact_channel AND contacted.contact_id = done.contact_id
     AND contacted.contact_source = coalesce(done.contact_source, '')
)
SELECT source AS item_source, case_id || '#' || cycle AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)           THEN 'another contract''s queue'
       END AS outside,
       case_type, is_withdrawn, nth_resolution, coalesce(contradicting, false) AS contradicting, ambiguous_time
FROM dated
WHERE arrival_at >= $since_at AND arrival_at < $until_at
