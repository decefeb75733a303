contact AS (
$contacts
), $merges, cycle AS (
    SELECT *, lead(begins_at) OVER (PARTITION BY source, case_id ORDER BY cycle) AS next_begins_at
    FROM item_case WHERE begins_at <= $cut_off_at
), course AS (
    -- what became of the cases that name a contact: their own course, and from a merge on that of the case that survives
    SELECT contact_channel, contact_source, contact_id, begins_at, begins_at AS from_at, firsts, load_id,
           merged_at <= $cut_off_at AND into_case_id IS NOT NULL AS is_merged,
           [{from_at: pause.from_at, until_at: least(pause.until_at, merged_at)} FOR pause IN coalesce(pauses, [])] AS pauses
    FROM cycle WHERE contact_id IS NOT NULL
    UNION ALL BY NAME
    SELECT named.contact_channel, named.contact_source, named.contact_id, merge.merged_at AS from_at, survivor.firsts,
           survivor.load_id, coalesce(survivor.merged_at <= $cut_off_at, false) AS is_merged
    FROM cycle named
    JOIN merge ON merge.source = named.source AND merge.case_id = named.case_id
    JOIN cycle survivor ON survivor.source = merge.source AND survivor.case_id = merge.into_case_id
                       AND coalesce(survivor.next_begins_at > merge.merged_at, true)
    WHERE named.contact_id IS NOT NULL AND named.next_begins_at IS NULL
), done AS (
    SELECT *, CASE WHEN firsts['plan_given'] <= $cut_off_at THEN greatest(firsts['plan_given'], from_at) END AS plan_at,
           CASE WHEN firsts['resolved'] <= $cut_off_at THEN greatest(firsts['resolved'], from_at) END        AS resolved_at,
           CASE WHEN firsts['withdrawn'] <= $cut_off_at THEN greatest(firsts['withdrawn'], from_at) END      AS withdrawn_at
    FROM course
), named_case AS (
    SELECT contact_channel, contact_source, contact_id,
           min(begins_at)                                                           AS case_opened_at,
           list_concat(list(plan_at) FILTER (plan_at IS NOT NULL),
                       CASE WHEN '$or_resolved' = 'true' THEN list(resolved_at) FILTER (resolved_at IS NOT NULL) END) AS done_ats,
           -- withdrawn is what has no other course left open
           CASE WHEN bool_and(withdrawn_at IS NOT NULL) FILTER (NOT coalesce(is_merged, false)) THEN max(withdrawn_at) END
                                                                                    AS withdrawn_at,
           arg_min(pauses, begins_at)                                               AS pauses,
           max(load_id)                                                             AS load_id
    FROM done GROUP BY ALL
), handled AS (
    SELECT contact.source AS item_source, contact.contact_id AS item_id, contact.channel, arrival_at,
           $service_on AS service_on, queue, last_agent_id AS agent_id, customer_id, customer_type, topic, order_id,
           greatest(contact.load_id, here.load_id, anywhere.load_id) AS load_id,
           CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
           contradicting, resolved, is_open, ended_at, coalesce(later_queues, []) AS later_queues,
           least(here.case_opened_at, anywhere.case_opened_at) AS case_opened_at,   -- least() passes over NULLs
           -- what was said before the contact answers nothing of it
           list_min(list_filter(list_concat(here.done_ats, anywhere.done_ats), lambda told_at: told_at >= arrival_at)) AS done_at,
           least(here.withdrawn_at, anywhere.withdrawn_at)     AS withdrawn_at,
           -- the answer ends a pause; one that nobody has ended yet lasts as long as anything is known
           [{from_at: pause.from_at, until_at: least(pause.until_at, done_at, $cut_off_at)}
            FOR pause IN coalesce(here.pauses, anywhere.pauses)] AS pauses,
           $cut_off_at AS known_until_at
    FROM contact
    -- a case names its contact's log, or only the contact's number: two plain equalities, since a mixed one would be a loop
    LEFT JOIN named_case here ON here.contact_channel = contact.channel AND here.contact_id = contact.contact_id
                             AND here.contact_source = contact.source
    LEFT JOIN named_case anywhere ON anywhere.contact_channel = contact.channel AND anywhere.contact_id = contact.contact_id
                                 AND anywhere.contact_source IS NULL
    WHERE is_handled AND arrival_at <= $cut_off_at
)
