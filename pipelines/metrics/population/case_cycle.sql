-- case_cycle: cycles of cases, one row a cycle, from event A ($from) to event B ($to) (metrics.md, section 7). Of several
-- kinds the first counts. A reopening is the opening of its cycle. The clock of a case that was opened from a known contact
-- starts at the contact's arrival; that of a case into which others were merged at the earliest of their beginnings.
-- channel: case
-- due: asked_at done_at withdrawn_at merged_at known_until_at
-- pauses: pauses
-- eligible: received_at returned_at
-- option: eligible_from CAST([] AS VARCHAR[])
-- option: eligible_to CAST([] AS VARCHAR[])
-- period due: due_at
-- period end: coalesce(least(done_at, withdrawn_at, merged_at, closed_at), CASE WHEN NOT in_time_known_until_at THEN due_at END)
WITH RECURSIVE $merges, cycle AS (
    SELECT * REPLACE (list_filter(events, lambda event: event.happened_at <= $cut_off_at) AS events),
           lead(begins_at) OVER (PARTITION BY source, case_id ORDER BY cycle) AS next_begins_at
    FROM item_case WHERE begins_at <= $cut_off_at
), begun AS (
    SELECT *, list_filter(events, lambda event: list_contains($from, event.kind)
                          OR (cycle > 1 AND event.kind = 'reopened' AND list_contains($from, 'opened')))[1] AS a
    FROM cycle
), named AS (
    SELECT DISTINCT contact_channel, contact_source, contact_id FROM begun WHERE contact_id IS NOT NULL
), $case_contacts, started AS (
    SELECT begun.* REPLACE (coalesce(begun.queue, contacted.queue) AS queue, coalesce(begun.agent_id, contacted.agent_id) AS agent_id,
                            coalesce(begun.topic, contacted.topic) AS topic),
           contacted.customer_type,
           CASE WHEN begun.a.kind = 'opened' AND cycle = 1 THEN least(begun.a.happened_at, contacted.arrival_at)
                ELSE begun.a.happened_at END AS starts_at,
           list_filter(events, lambda event: list_contains($to, event.kind) AND NOT event.automatic) AS answers
    FROM begun LEFT JOIN contacted
      ON contacted.contact_channel = begun.contact_channel AND contacted.contact_id = begun.contact_id
     AND contacted.contact_source = coalesce(begun.contact_source, '')
), ended AS (
    -- at one instant the numbers of the events decide which came first, else B answers A
    SELECT *, list_filter(answers, lambda event: event.place > a.place
                          OR (event.happened_at = a.happened_at AND event.place <> a.place AND coalesce(event.seq > a.seq, true))
                         )[1].happened_at AS answered_at,
           list_filter(events, lambda event: event.kind = 'withdrawn' AND event.place > a.place)[1].happened_at AS withdrawn_at,
           coalesce(list_filter(events, lambda event: event.kind = 'closed' AND event.place > coalesce(a.place, 0))[1].happened_at,
                    next_begins_at) AS closed_at,
           -- what the customer had to do, and since when
           list_filter(events, lambda event: list_contains($eligible_from, event.kind))[1] AS received,
           -- this cycle is the one that was merged into another case
           coalesce(merged_at >= begins_at AND merged_at <= $cut_off_at AND into_case_id <> case_id
                    AND coalesce(merged_at < next_begins_at, true), false) AS is_merged
    FROM started
), absorbed AS (
    -- a case that was merged while its clock ran, and the cycle of the survivor in which that happened, if it is not over:
    -- a merge moves the start only if it came before B, of either
    SELECT survivor.source, survivor.case_id, survivor.cycle, min(gone.starts_at) AS starts_at,
           min(merge.merged_at) AS moved_at, max(gone.load_id) AS load_id
    FROM merge
    JOIN ended gone ON gone.source = merge.source AND gone.case_id = merge.case_id AND gone.is_merged
    JOIN ended survivor ON survivor.source = merge.source AND survivor.case_id = merge.into_case_id
                       AND (survivor.begins_at <= merge.merged_at OR survivor.cycle = 1)
                       AND coalesce(merge.merged_at < survivor.next_begins_at, true)
    WHERE coalesce(gone.answered_at > gone.merged_at, true) AND coalesce(gone.withdrawn_at > gone.merged_at, true)
      AND coalesce(merge.merged_at < survivor.answered_at, true)
    GROUP BY ALL
), put_together AS (
    SELECT ended.* REPLACE (greatest(ended.load_id, absorbed.load_id) AS load_id,
               CASE WHEN is_merged THEN merged_at END AS merged_at,
               CASE WHEN NOT (is_merged AND coalesce(withdrawn_at > merged_at, false)) THEN withdrawn_at END AS withdrawn_at),
           least(ended.starts_at, absorbed.starts_at) AS asked_at,
           CASE WHEN a IS NULL THEN list_filter(answers, lambda event: event.happened_at >= moved_at)[1].happened_at
                WHEN NOT (is_merged AND coalesce(answered_at > merged_at, false)) THEN answered_at END AS done_at
    FROM ended LEFT JOIN absorbed USING (source, case_id, cycle)
), clocked AS (
    SELECT *, coalesce(asked_at, begins_at) AS arrival_at, 'case' AS channel FROM put_together
)
SELECT source AS item_source, case_id || '#' || cycle AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)           THEN 'another contract''s queue'
            WHEN '$cycles' = 'first' AND cycle > 1        THEN 'a later cycle'
            WHEN asked_at IS NULL                         THEN 'its clock never began'
       END AS outside,
       received.happened_at AS received_at,
       list_filter(events, lambda event: list_contains($eligible_to, event.kind) AND event.place > received.place)[1].happened_at
                                                          AS returned_at,
       case_type, contradicting, ambiguous_time, asked_at, done_at, withdrawn_at, closed_at, merged_at,
       -- the survivor may be of no log
       coalesce(is_merged AND EXISTS (SELECT 1 FROM item_case survivor
                WHERE survivor.source = clocked.source AND survivor.case_id = clocked.into_case_id), false) AS is_carried_on,
       -- B ends a pause; one that nobody has ended yet lasts as long as anything is known
       [{from_at: greatest(pause.from_at, asked_at), until_at: least(pause.until_at, done_at, merged_at, $cut_off_at)}
        FOR pause IN coalesce(pauses, [])
        IF pause.from_at < least(done_at, merged_at, $cut_off_at) AND coalesce(pause.until_at > asked_at, true)] AS pauses,
       $cut_off_at AS known_until_at
FROM clocked
WHERE arrival_at >= $since_at AND arrival_at < $until_at
