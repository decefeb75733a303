-- item_case: one row a cycle of a case; reopening starts a new one (metrics.md, section 7). events: all that happened in the
-- cycle, in order; firsts: the first instant of each kind that a person did.
WITH event AS (
    SELECT *, row_number() OVER (PARTITION BY source, case_id ORDER BY "at", seq NULLS FIRST, event_id) AS place FROM ($latest)
), cycled AS (
    SELECT *, 1 + count(*) FILTER (kind = 'reopened') OVER (PARTITION BY source, case_id ORDER BY place) AS cycle FROM event
), first_of_kind AS (
    SELECT source, case_id, cycle, kind, min("at") AS first_at
    FROM cycled WHERE NOT coalesce(automatic, false) GROUP BY source, case_id, cycle, kind
), firsts AS (
    SELECT source, case_id, cycle, map_from_entries(list({k: kind, v: first_at} ORDER BY kind)) AS firsts
    FROM first_of_kind GROUP BY source, case_id, cycle
), whole AS (
    SELECT source, case_id, arg_min(case_type, place) AS case_type,
           arg_min(contact_channel, place) AS contact_channel, arg_min(contact_source, place) AS contact_source,
           arg_min(contact_id, place) AS contact_id, arg_min(customer_id, place) AS customer_id,
           arg_min(agent_id, place) AS agent_id, arg_min(queue, place) AS queue, arg_min(topic, place) AS topic,
           arg_min(order_id, place) AS order_id, arg_max(upheld, place) AS upheld,
           list({flagged_at: "at", kind: kind, in_time: in_time} ORDER BY place) FILTER (in_time IS NOT NULL) AS flags,
           arg_max(into_case_id, place) AS into_case_id,
           max("at") FILTER (into_case_id IS NOT NULL) AS merged_at,
           bool_or(contradicting) AS contradicting, coalesce(bool_or(ambiguous_time), false) AS ambiguous_time,
           max(load_id) AS load_id
    FROM cycled GROUP BY source, case_id
), cycles AS (
    SELECT source, case_id, CAST(cycle AS BIGINT) AS cycle, min("at") AS begins_at, max("at") AS last_at,
           list({happened_at: "at", place: place, seq: seq, kind: kind, automatic: coalesce(automatic, false), upheld: upheld}
                ORDER BY place) AS events
    FROM cycled GROUP BY source, case_id, cycle
), switch AS (
    -- a pause needs a start and a reason: what has none is no pause, and does not stand in the way of one that has
    SELECT source, case_id, cycle, place, kind, "at" AS from_at, pause_reason AS reason,
           lag(kind, 1, 'resumed') OVER (PARTITION BY source, case_id, cycle ORDER BY place) AS before
    FROM cycled WHERE kind = 'resumed' OR (kind = 'paused' AND pause_reason IS NOT NULL)
), turn AS (
    -- it lasts until the case is resumed, however often it is paused meanwhile (NULL: not ended)
    SELECT *, lead(from_at) OVER (PARTITION BY source, case_id, cycle ORDER BY place) AS until_at
    FROM switch WHERE kind <> before
), paused AS (
    SELECT source, case_id, cycle, list({from_at: from_at, until_at: until_at, reason: reason} ORDER BY place) AS pauses
    FROM turn WHERE kind = 'paused' GROUP BY source, case_id, cycle
)
SELECT cycles.*, firsts.firsts, paused.pauses, whole.* EXCLUDE (source, case_id)
FROM cycles JOIN whole USING (source, case_id)
LEFT JOIN firsts USING (source, case_id, cycle) LEFT JOIN paused USING (source, case_id, cycle)
