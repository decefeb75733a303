-- item_case: one row a cycle of a case; reopening starts a new one (metrics.md, section 7). firsts: the first instant of each kind.
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
           bool_or(contradicting) AS contradicting, coalesce(bool_or(ambiguous_time), false) AS ambiguous_time,
           max(load_id) AS load_id
    FROM cycled GROUP BY source, case_id
), cycles AS (
    SELECT source, case_id, CAST(cycle AS BIGINT) AS cycle, min("at") AS begins_at, max("at") AS last_at
    FROM cycled GROUP BY source, case_id, cycle
), switch AS (
    -- a pause needs a start and a reason, and lasts until the case is resumed (NULL: not ended)
    SELECT source, case_id, cycle, place, kind, "at" AS from_at, pause_reason AS reason,
           lead("at") OVER in_order AS until_at, lag(kind, 1, 'resumed') OVER in_order AS before
    FROM cycled WHERE kind IN ('paused', 'resumed')
    WINDOW in_order AS (PARTITION BY source, case_id, cycle ORDER BY place)
), paused AS (
    SELECT source, case_id, cycle, list({from_at: from_at, until_at: until_at, reason: reason} ORDER BY place) AS pauses
    FROM switch WHERE kind = 'paused' AND before <> 'paused' AND reason IS NOT NULL
    GROUP BY source, case_id, cycle
)
SELECT cycles.*, firsts.firsts, paused.pauses, whole.* EXCLUDE (source, case_id)
FROM cycles JOIN whole USING (source, case_id)
LEFT JOIN firsts USING (source, case_id, cycle) LEFT JOIN paused USING (source, case_id, cycle)
