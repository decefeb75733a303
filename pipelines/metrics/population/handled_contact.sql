-- handled_contact: contacts that a person handled, on any channel, one row a contact (metrics.md, section 6), with the cases
-- that name it. A contact is a call answered, a chat with a person's line, an email thread with a reply.
-- day: plan_on plan_at
-- day: resolved_on resolved_at
-- due: arrival_at plan_at resolved_at
-- pauses: pauses
WITH contact AS (
$contacts
), named_case AS (
    SELECT contact_channel, contact_source, contact_id,
           min(begins_at) FILTER (begins_at <= $cut_off_at)                        AS case_opened_at,
           min(firsts['plan_given']) FILTER (firsts['plan_given'] <= $cut_off_at)  AS plan_at,
           min(firsts['resolved']) FILTER (firsts['resolved'] <= $cut_off_at)      AS resolved_at,
           min(firsts['withdrawn']) FILTER (firsts['withdrawn'] <= $cut_off_at)    AS withdrawn_at,
           arg_min(pauses, begins_at)                                              AS pauses,
           max(load_id)                                                            AS load_id
    FROM item_case WHERE contact_id IS NOT NULL
    GROUP BY ALL
)
SELECT contact.source AS item_source, contact.contact_id AS item_id, contact.channel, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic,
       greatest(contact.load_id, here.load_id, anywhere.load_id) AS load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
       contradicting, resolved, ended_at, later_queues,
       least(here.case_opened_at, anywhere.case_opened_at) AS case_opened_at,   -- least() passes over NULLs
       least(here.plan_at, anywhere.plan_at)               AS plan_at,
       least(here.resolved_at, anywhere.resolved_at)       AS resolved_at,
       least(here.withdrawn_at, anywhere.withdrawn_at)     AS withdrawn_at,
       -- the answer ends a pause; one that nobody has ended yet lasts as long as anything is known
       [{from_at: pause.from_at, until_at: least(pause.until_at, here.plan_at, anywhere.plan_at, $cut_off_at)}
        FOR pause IN coalesce(here.pauses, anywhere.pauses)] AS pauses,
       $cut_off_at AS known_until_at
FROM contact
-- a case names its contact's log, or only the contact's number: two plain equalities, since a mixed one would be a loop
LEFT JOIN named_case here ON here.contact_channel = contact.channel AND here.contact_id = contact.contact_id
                         AND here.contact_source = contact.source
LEFT JOIN named_case anywhere ON anywhere.contact_channel = contact.channel AND anywhere.contact_id = contact.contact_id
                             AND anywhere.contact_source IS NULL
WHERE is_handled AND arrival_at <= $cut_off_at
