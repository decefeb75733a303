-- sampled_contact: contacts that a person handled, on any channel, one row a contact, and whether it was inspected
-- (metrics.md, section 8). It is handled_contact, joined to the inspections: a population of its own, so that the other
-- metrics of handled contacts neither pay for that join nor rest on the logs of inspections.
WITH contact AS (
$contacts
), inspection AS (
    SELECT contact_channel, contact_source, contact_id, max(load_id) AS load_id
    FROM item_inspection WHERE coalesce(inspected_at <= $cut_off_at, true)
    GROUP BY ALL
)
SELECT contact.source AS item_source, contact.contact_id AS item_id, contact.channel, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic,
       greatest(contact.load_id, here.load_id, anywhere.load_id) AS load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
       here.contact_id IS NOT NULL OR anywhere.contact_id IS NOT NULL AS is_inspected
FROM contact
-- an inspection names its contact's log, or only the contact's number
LEFT JOIN inspection here ON here.contact_channel = contact.channel AND here.contact_id = contact.contact_id
                         AND here.contact_source = contact.source
LEFT JOIN inspection anywhere ON anywhere.contact_channel = contact.channel AND anywhere.contact_id = contact.contact_id
                             AND anywhere.contact_source IS NULL
WHERE is_handled AND arrival_at <= $cut_off_at
