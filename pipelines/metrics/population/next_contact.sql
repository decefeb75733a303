-- next_contact: handled contacts, and when the same customer next got in touch about the same ($same), as in
-- repeated_contact; what their cases and surveys say is not asked for.
WITH contact AS (
$contacts
), handled AS (
    SELECT source AS item_source, contact_id AS item_id, channel, arrival_at, $service_on AS service_on, queue,
           last_agent_id AS agent_id, customer_id, customer_type, topic, order_id, load_id,
           CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
           contradicting, ended_at, $cut_off_at AS known_until_at
    FROM contact WHERE is_handled AND arrival_at <= $cut_off_at
), $repeats
SELECT handled.*, repeated_at FROM handled LEFT JOIN repeat USING (channel, item_source, item_id)
