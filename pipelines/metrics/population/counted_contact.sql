-- counted_contact: contacts that a person handled, on any channel, one row a contact (metrics.md, section 6), and no more: a
-- population of its own, so that who only counts them neither reads cases nor needs a calendar, as handled_contact does.
WITH contact AS (
$contacts
)
SELECT source AS item_source, contact_id AS item_id, channel, arrival_at, $service_on AS service_on, queue,
       last_agent_id AS agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
       coalesce(contradicting, false) AS contradicting
FROM contact
WHERE is_handled AND arrival_at <= $cut_off_at
